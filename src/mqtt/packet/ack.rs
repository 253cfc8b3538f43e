//! PUBACK (§3.4), PUBREC (§3.5), PUBREL (§3.6) and PUBCOMP (§3.7): four packets of one shape.

use super::{
    EncodeError, FieldId, Holder, Lengths, PacketId, PacketType, Properties, Read, Reader,
    ReasonCode, Sink, Version, Writer,
};

/// One step of the exchange that a PUBLISH of QoS 1 or 2 begins; which of the four packets it is, only
/// [`Packet`](super::Packet) says. Carries the Packet Identifier of that PUBLISH [MQTT-2.2.1-5].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// That of the PUBLISH.
    pub packet_id: PacketId,
    /// Success, or why the exchange ends here. On the wire it is omitted where it is Success and there are
    /// no properties (§3.4.2.1).
    pub reason_code: ReasonCode,
    /// Reason String and User Properties.
    pub properties: Properties,
}

impl Ack {
    /// With Reason Code 0x00 and no properties: two bytes after the Fixed Header.
    pub fn success(packet_id: PacketId) -> Ack {
        Ack::new(packet_id, ReasonCode::Success)
    }

    /// Without properties.
    pub fn new(packet_id: PacketId, reason_code: ReasonCode) -> Ack {
        Ack { packet_id, reason_code, properties: Properties::NONE }
    }

    #[inline(always)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>, packet: PacketType) -> Read<Ack> {
        let (code_field, holder) = match packet {
            PacketType::PubRec => (FieldId::PubRecReasonCode, Holder::PubRec),
            PacketType::PubRel => (FieldId::PubRelReasonCode, Holder::PubRel),
            PacketType::PubComp => (FieldId::PubCompReasonCode, Holder::PubComp),
            _ => (FieldId::PubAckReasonCode, Holder::PubAck),
        };
        let (packet_id, reason_code, properties) =
            r.group(FieldId::VariableHeader.into(), |r| {
                let packet_id = r.packet_id()?;
                let is_short = !r.version().is_5();
                // A Remaining Length of 2 means Success, of 3 no properties (§3.4.2.1).
                let reason_code = match is_short || r.at_end() {
                    true => ReasonCode::Success,
                    false => r.reason_code(code_field, packet)?,
                };
                let properties = match is_short || r.at_end() {
                    true => Properties::NONE,
                    false => r.properties(holder)?,
                };
                Ok((packet_id, reason_code, properties))
            })?;
        r.expect_end()?;
        Ok(Ack { packet_id, reason_code, properties })
    }

    #[inline(always)]
    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        Ok(2 + reason_length(self.reason_code, &self.properties, version, lengths)?)
    }

    // Inlined natively, it would be one of fifteen branches that LLVM takes for cold, with a call for each copy.
    #[cfg_attr(target_family = "wasm", inline(always))]
    #[cfg_attr(not(target_family = "wasm"), inline(never))]
    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.two_byte_integer(self.packet_id.get());
        write_reason(self.reason_code, &self.properties, w);
    }
}

/// How long Reason Code and properties are in the shortest form: both are omitted where they say nothing, and
/// before 5.0. DISCONNECT does the same.
#[inline(always)]
pub(super) fn reason_length(
    reason_code: ReasonCode,
    properties: &Properties,
    version: Version,
    lengths: &mut Lengths,
) -> Result<usize, EncodeError> {
    match (reason_code, properties.is_empty()) {
        _ if !version.is_5() => Ok(0),
        (ReasonCode::Success, true) => Ok(0),
        (_, true) => Ok(1),
        (_, false) => Ok(1 + properties.length(version, lengths)?),
    }
}

/// Writes them in that form.
#[inline(always)]
pub(super) fn write_reason(reason_code: ReasonCode, properties: &Properties, w: &mut Writer<'_>) {
    if !w.version().is_5() || reason_code == ReasonCode::Success && properties.is_empty() {
        return;
    }
    w.byte(reason_code.value());
    if !properties.is_empty() {
        properties.write(w);
    }
}
