//! AUTH (§3.15): one step of an extended authentication exchange.

use super::{
    EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketType, Properties, Read, Reader,
    ReasonCode, Sink, Version, Writer,
};

/// Belongs to the exchange that the Authentication Method in CONNECT began (§4.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// 0x00 Success (Server only), 0x18 Continue authentication, or 0x19 Re-authenticate (Client only)
    /// (§3.15.2.1).
    pub reason_code: ReasonCode,
    /// The Authentication Method is required [MQTT-4.12.0-5]; [`encode`](super::encode) writes the packet
    /// without it too. Only Success without properties has the short form without a body.
    pub properties: Properties,
}

impl Auth {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Auth> {
        // A Remaining Length of 0 means Success without properties (§3.15.2.1).
        if r.at_end() {
            let reason_code = r.omitted_reason_code(PacketType::Auth)?;
            r.expect_end()?;
            return Ok(Auth { reason_code, properties: Properties::NONE });
        }
        let auth = r.group(FieldId::VariableHeader.into(), |r| {
            let reason_code = r.reason_code(FieldId::AuthReasonCode, PacketType::Auth)?;
            let at = r.at();
            let properties = r.properties(Holder::Auth)?;
            let has_method = properties.authentication_method().is_some() || !r.has_read_all();
            r.hold(has_method, at..r.at(), ErrorKind::AuthenticationMethodMissing)?;
            Ok(Auth { reason_code, properties })
        })?;
        r.expect_end()?;
        Ok(auth)
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        match self.says_nothing() {
            true => Ok(0),
            false => Ok(1 + self.properties.length(version, lengths)?),
        }
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        if !self.says_nothing() {
            // Unlike the other short forms, AUTH has none without properties alone (§3.15.2.2.1).
            w.byte(self.reason_code.value());
            self.properties.write(w);
        }
    }

    fn says_nothing(&self) -> bool {
        self.reason_code == ReasonCode::Success && self.properties.is_empty()
    }
}
