//! SUBACK (§3.9): the Server's answer to SUBSCRIBE.

use super::{
    EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketId, PacketType, Properties, Read,
    Reader, ReasonCode, Sink, Version, Writer, v3,
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
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<SubAck> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::SubAck)?))
        })?;
        let reason_codes = read_codes(r, FieldId::SubAckReasonCode, PacketType::SubAck)?;
        r.expect_end()?;
        Ok(SubAck { packet_id, properties, reason_codes })
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        Ok(2 + self.properties.length(version, lengths)? + self.reason_codes.len())
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w);
        for code in &self.reason_codes {
            w.byte(match w.version() {
                Version::V5 => code.value(),
                Version::V3_1 | Version::V3_1_1 => v3::suback_return_code(*code),
            });
        }
    }
}

/// The payload of SUBACK and UNSUBACK: one Reason Code per Topic Filter, so at least one.
pub(super) fn read_codes<S: Sink>(
    r: &mut Reader<'_, S>,
    field: FieldId,
    packet: PacketType,
) -> Read<Vec<ReasonCode>> {
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
