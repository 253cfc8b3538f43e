//! UNSUBACK (§3.11): the Server's answer to UNSUBSCRIBE.

use super::suback::read_codes;
use super::{
    EncodeError, FieldId, Holder, Lengths, PacketId, PacketType, Properties, Read, Reader,
    ReasonCode, Sink, Version, Writer,
};

/// Carries the Packet Identifier of the UNSUBSCRIBE it answers [MQTT-3.10.4-5].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubAck {
    /// That of the UNSUBSCRIBE.
    pub packet_id: PacketId,
    /// Reason String and User Properties (§3.11.2.1).
    pub properties: Properties,
    /// One per Topic Filter, in the order of the request [MQTT-3.11.3-1]; none before 5.0.
    pub reason_codes: Vec<ReasonCode>,
}

impl UnsubAck {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<UnsubAck> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::UnsubAck)?))
        })?;
        let reason_codes = match r.version() {
            Version::V5 => read_codes(r, FieldId::UnsubAckReasonCode, PacketType::UnsubAck)?,
            Version::V3_1 | Version::V3_1_1 => Vec::new(),
        };
        r.expect_end()?;
        Ok(UnsubAck { packet_id, properties, reason_codes })
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        let reason_codes = if version.is_5() { self.reason_codes.len() } else { 0 };
        Ok(2 + self.properties.length(version, lengths)? + reason_codes)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w);
        if w.version().is_5() {
            for code in &self.reason_codes {
                w.byte(code.value());
            }
        }
    }
}
