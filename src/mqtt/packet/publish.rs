//! PUBLISH (§3.3): an Application Message, in either direction.

use bytes::Bytes;

use super::{
    DecodeError, EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketId, Properties, Read,
    Reader, Sink, Text, Version, Writer, binary_length,
};
use crate::mqtt::{qos::QoS, topic::check_topic_name_as};

/// An Application Message with what this one hop adds: DUP, Packet Identifier, Topic Alias.
///
/// [`encode`](super::encode) writes all of it but the Packet Identifier at QoS 0. A
/// [`Client`](crate::client::Client) chooses `dup` and `packet_id` itself, and so does a
/// [`Broker`](crate::broker::Broker).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publish {
    /// Whether this is a re-delivery (§3.3.1.1). Always false at QoS 0 [MQTT-3.3.1-2].
    pub dup: bool,
    /// Of this hop: a subscriber gets the lower of published and granted QoS (§3.3.1.2).
    pub qos: QoS,
    /// To the Server: store the message, or remove the stored one if the payload is empty. From the Server:
    /// this is a stored message, or Retain As Published is set (§3.3.1.3).
    pub retain: bool,
    /// Empty where a Topic Alias takes its place (§3.3.2.3.4).
    pub topic: Text,
    /// `Some` exactly above QoS 0 [MQTT-2.2.1-2]; at QoS 0 it is not written.
    pub packet_id: Option<PacketId>,
    /// Message Expiry Interval, Topic Alias, User Properties and others (§3.3.2.3).
    pub properties: Properties,
    /// The Application Message itself; may be empty (§3.3.3).
    pub payload: Bytes,
}

impl Publish {
    #[inline(always)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>, flags: u8) -> Read<Publish> {
        let (topic, qos, packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            let at = r.at();
            let topic =
                r.string_checked(FieldId::TopicName, |topic, found| match topic.is_empty() {
                    // An alias may take its place; that is checked below.
                    true => Ok(()),
                    false => check_topic_name_as(topic, found),
                })?;
            // With both bits set nobody knows whether a Packet Identifier follows.
            let Some(qos) = QoS::from_bits((flags & QOS) >> 1) else {
                return Err(r.end(DecodeError { at: 0, kind: ErrorKind::QoS3 }));
            };
            let packet_id = match qos {
                QoS::AtMostOnce => None,
                _ => Some(r.packet_id()?),
            };
            let properties = r.properties(Holder::Publish)?;
            if topic.is_empty() && properties.topic_alias().is_none() && r.has_read_all() {
                let kind = match r.version() {
                    Version::V5 => ErrorKind::TopicNameMissing,
                    Version::V3_1 | Version::V3_1_1 => ErrorKind::TopicNameEmpty,
                };
                r.flaw(at, at..at + 2, kind)?;
            }
            Ok((topic, qos, packet_id, properties))
        })?;
        let payload = r.group(FieldId::Payload.into(), |r| {
            Ok(r.opaque_rest(FieldId::ApplicationMessage.into()))
        })?;
        r.expect_end()?;
        Ok(Publish {
            dup: flags & DUP != 0,
            qos,
            retain: flags & RETAIN != 0,
            topic,
            packet_id,
            properties,
            payload,
        })
    }

    #[inline(always)]
    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        let packet_id = match (self.qos, self.packet_id) {
            (QoS::AtMostOnce, _) => 0,
            (_, Some(_)) => 2,
            (_, None) => return Err(EncodeError::PacketIdentifierMissing),
        };
        Ok(binary_length(self.topic.as_bytes())?
            + packet_id
            + self.properties.length(version, lengths)?
            + self.payload.len())
    }

    #[inline(always)]
    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.string(&self.topic);
        if let Some(packet_id) = self.packet_id.filter(|_| self.qos > QoS::AtMostOnce) {
            w.two_byte_integer(packet_id.get());
        }
        self.properties.write(w);
        w.opaque(&self.payload);
    }

    /// The Fixed Header flags, which belong to PUBLISH alone.
    #[inline(always)]
    pub(super) fn flags(&self) -> u8 {
        let dup = if self.dup { DUP } else { 0 };
        dup | self.qos.bits() << 1 | u8::from(self.retain)
    }
}

/// What the first byte of a PUBLISH alone can break.
pub(super) fn check_flags(byte: u8, version: Version) -> Result<(), ErrorKind> {
    match byte & QOS {
        QOS => Err(ErrorKind::QoS3),
        0 if byte & DUP != 0 && version > Version::V3_1 => Err(ErrorKind::DupOnQoS0),
        _ => Ok(()),
    }
}

const DUP: u8 = 0b1000;
const QOS: u8 = 0b0110;
const RETAIN: u8 = 0b0001;
