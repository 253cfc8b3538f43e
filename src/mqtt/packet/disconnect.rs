//! DISCONNECT (§3.14): the last packet of a connection, from either side.

use super::ack::write_reason;
use super::{
    DecodeError, EncodeError, FieldId, Holder, PacketType, Properties, Reader, ReasonCode, Sink,
    Writer,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    pub reason_code: ReasonCode,
    pub properties: Properties,
}

impl Disconnect {
    pub fn new(reason_code: ReasonCode) -> Disconnect {
        Disconnect { reason_code, properties: Properties::NONE }
    }

    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Result<Disconnect, DecodeError> {
        // A Remaining Length of 0 means Normal disconnection, of 1 no properties (§3.14.2.1).
        if r.at_end() {
            return Ok(Disconnect::new(r.omitted_reason_code(PacketType::Disconnect)?));
        }
        r.group(FieldId::VariableHeader.into(), |r| {
            let reason_code =
                r.reason_code(FieldId::DisconnectReasonCode, PacketType::Disconnect)?;
            let mut disconnect = Disconnect::new(reason_code);
            if !r.at_end() {
                disconnect.properties = r.properties(Holder::Disconnect)?;
            }
            Ok(disconnect)
        })
    }

    pub(super) fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        write_reason(self.reason_code, &self.properties, w)
    }
}
