//! DISCONNECT (§3.14): the last packet of a connection, from either side.

use super::ack::{reason_length, write_reason};
use super::{
    EncodeError, FieldId, Holder, Lengths, PacketType, Properties, Read, Reader, ReasonCode, Sink,
    Version, Writer,
};

/// Its sender sends nothing after it [MQTT-3.14.4-1]. The Server sends one only after a CONNACK below
/// 0x80 [MQTT-3.14.0-1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// 0x00 discards the Will, 0x04 has it published (§3.14.2.1).
    pub reason_code: ReasonCode,
    /// A Session Expiry Interval is for the Client alone [MQTT-3.14.2-2], a Server Reference for the Server
    /// alone (§3.14.2.2).
    pub properties: Properties,
}

impl Disconnect {
    /// Without properties.
    pub fn new(reason_code: ReasonCode) -> Disconnect {
        Disconnect { reason_code, properties: Properties::NONE }
    }

    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Disconnect> {
        let disconnect = match r.at_end() {
            _ if !r.version().is_5() => Disconnect::new(ReasonCode::Success),
            // A Remaining Length of 0 means Normal disconnection, of 1 no properties (§3.14.2.1).
            true => Disconnect::new(r.omitted_reason_code(PacketType::Disconnect)?),
            false => r.group(FieldId::VariableHeader.into(), |r| {
                let reason_code =
                    r.reason_code(FieldId::DisconnectReasonCode, PacketType::Disconnect)?;
                let mut disconnect = Disconnect::new(reason_code);
                if !r.at_end() {
                    disconnect.properties = r.properties(Holder::Disconnect)?;
                }
                Ok(disconnect)
            })?,
        };
        r.expect_end()?;
        Ok(disconnect)
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        reason_length(self.reason_code, &self.properties, version, lengths)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        write_reason(self.reason_code, &self.properties, w);
    }
}
