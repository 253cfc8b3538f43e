//! SUBACK (§3.9): the Server's answer to SUBSCRIBE.

use super::{
    DecodeError, EncodeError, ErrorKind, FieldId, Holder, PacketId, PacketType, Properties, Reader,
    ReasonCode, Sink, Writer,
};

/// Carries the Packet Identifier of the SUBSCRIBE it answers [MQTT-3.8.4-2].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubAck {
    /// That of the SUBSCRIBE.
    pub packet_id: PacketId,
    /// Reason String and User Properties (§3.9.2.1).
    pub properties: Properties,
    /// The granted QoS, or a refusal from 0x80 on: one per Topic Filter, in the order of the request
    /// [MQTT-3.9.3-1].
    pub reason_codes: Vec<ReasonCode>,
}

impl SubAck {
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Result<SubAck, DecodeError> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::SubAck)?))
        })?;
        let reason_codes = read_codes(r, FieldId::SubAckReasonCode, PacketType::SubAck)?;
        Ok(SubAck { packet_id, properties, reason_codes })
    }

    pub(super) fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w)?;
        for code in &self.reason_codes {
            w.byte(code.value_as(PacketType::SubAck, w.version())?);
        }
        Ok(())
    }
}

/// The payload of SUBACK and UNSUBACK: one Reason Code per Topic Filter, so at least one.
pub(super) fn read_codes<S: Sink>(
    r: &mut Reader<'_, S>,
    field: FieldId,
    packet: PacketType,
) -> Result<Vec<ReasonCode>, DecodeError> {
    if r.at_end() {
        return Err(r.lack(r.at(), r.at()..r.at(), ErrorKind::ReasonCodesEmpty(packet)));
    }
    r.group(FieldId::Payload.into(), |r| {
        let mut codes = Vec::with_capacity(r.remaining());
        while !r.at_end() {
            codes.push(r.reason_code(field, packet)?);
        }
        Ok(codes)
    })
}
