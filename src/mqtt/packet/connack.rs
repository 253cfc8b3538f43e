//! CONNACK (§3.2): the Server's answer to CONNECT, with the limits it sets.

use super::{
    Bits, EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketType, Properties, Read, Reader,
    ReasonCode, Sink, Version, Writer,
};

/// The first packet from the Server, but for AUTH [MQTT-3.2.0-1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// Whether the Server resumes a stored Session (§3.2.2.1.1). False with any Reason Code but 0x00
    /// [MQTT-3.2.2-6].
    pub session_present: bool,
    /// 0x00, or from 0x80 on why the connection is refused and closed [MQTT-3.2.2-7].
    pub reason_code: ReasonCode,
    /// What the Server grants and forbids. An absent one means its default, not "unknown" (§3.2.2.3).
    pub properties: Properties,
}

impl ConnAck {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<ConnAck> {
        let connack = r.group(FieldId::VariableHeader.into(), |r| {
            let at = r.at();
            if r.version() == Version::V3_1 {
                // Its first byte is not used.
                r.byte(FieldId::ConnectAcknowledgeFlags.into())?;
                let reason_code = r.reason_code(FieldId::ConnectReasonCode, PacketType::ConnAck)?;
                return Ok(ConnAck {
                    session_present: false,
                    reason_code,
                    properties: Properties::NONE,
                });
            }
            let flags = r.flags(FieldId::ConnectAcknowledgeFlags.into(), FLAGS)?;
            let no_others = flags & !SESSION_PRESENT == 0;
            r.hold(no_others, at..at + 1, ErrorKind::ConnectAcknowledgeFlags)?;
            let session_present = flags & SESSION_PRESENT != 0;
            let reason_code = r.reason_code(FieldId::ConnectReasonCode, PacketType::ConnAck)?;
            let may_be_present = !session_present || reason_code == ReasonCode::Success;
            r.hold(may_be_present, at..at + 1, ErrorKind::SessionPresentOnError)?;
            let properties = r.properties(Holder::ConnAck)?;
            Ok(ConnAck { session_present, reason_code, properties })
        })?;
        r.expect_end()?;
        Ok(connack)
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        self.written_code(version)?;
        Ok(2 + self.properties.length(version, lengths)?)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.byte(u8::from(self.session_present && w.version() != Version::V3_1));
        w.byte(self.written_code(w.version()).unwrap_or_default());
        self.properties.write(w);
    }

    fn written_code(&self, version: Version) -> Result<u8, EncodeError> {
        if version.is_5() {
            return Ok(self.reason_code.value());
        }
        let known = self.reason_code.return_code(PacketType::ConnAck);
        known.map(|(value, _)| value).ok_or(EncodeError::OnlyIn5(PacketType::ConnAck))
    }
}

const SESSION_PRESENT: u8 = 0b0000_0001;

const FLAGS: &[(FieldId, Bits)] = &[
    (FieldId::ConnectAcknowledgeReserved, Bits::new(7, 1)),
    (FieldId::SessionPresent, Bits::new(0, 0)),
];
