//! UNSUBSCRIBE (§3.10): the Client asks for no more messages.

use super::{
    EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketId, Properties, Read, Reader, Sink,
    Text, Version, Writer, binary_length, count,
};
use crate::mqtt::topic::check_topic_filter_as;

/// Removes subscriptions whose Topic Filters are the same character by character [MQTT-3.10.4-1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Repeated in the UNSUBACK [MQTT-3.10.4-5].
    pub packet_id: PacketId,
    /// User Properties (§3.10.2.1).
    pub properties: Properties,
    /// At least one [MQTT-3.10.3-2].
    pub topic_filters: Vec<Text>,
}

impl Unsubscribe {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Unsubscribe> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::Unsubscribe)?))
        })?;
        if r.at_end() {
            return Err(r.lack(r.at(), r.at()..r.at(), ErrorKind::UnsubscribeEmpty));
        }
        let topic_filters = r.group(FieldId::Payload.into(), |r| {
            let version = r.version();
            let mut topic_filters = Vec::with_capacity(count(r.rest(), 0));
            while !r.at_end() {
                topic_filters.push(
                    r.string_checked(FieldId::UnsubscribeFilter, |filter, found| {
                        check_topic_filter_as(filter, found, version)
                    })?,
                );
            }
            Ok(topic_filters)
        })?;
        r.expect_end()?;
        Ok(Unsubscribe { packet_id, properties, topic_filters })
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        let mut length = 2 + self.properties.length(version, lengths)?;
        for filter in &self.topic_filters {
            length += binary_length(filter.as_bytes())?;
        }
        Ok(length)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w);
        for filter in &self.topic_filters {
            w.string(filter);
        }
    }
}
