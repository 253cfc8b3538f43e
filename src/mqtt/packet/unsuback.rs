//! UNSUBACK (§3.11): the Server's answer to UNSUBSCRIBE.

use super::suback::read_codes;
use super::{
    DecodeError, EncodeError, FieldId, Holder, PacketId, PacketType, Properties, Reader,
    ReasonCode, Sink, Writer,
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
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Result<UnsubAck, DecodeError> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::UnsubAck)?))
        })?;
        if !r.version().is_5() {
            return Ok(UnsubAck { packet_id, properties, reason_codes: Vec::new() });
        }
        let reason_codes = read_codes(r, FieldId::UnsubAckReasonCode, PacketType::UnsubAck)?;
        Ok(UnsubAck { packet_id, properties, reason_codes })
    }

    pub(super) fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w)?;
        if w.version().is_5() {
            self.reason_codes.iter().for_each(|code| w.byte(code.value()));
        }
        Ok(())
    }
}
