//! Why a packet is refused or a connection ended, in one shape for both roles.

use std::borrow::Cow;
use std::fmt;

use crate::mqtt::ReasonCode;

/// Why a packet is refused or a connection ended: a rule that the peer broke, or one that leaves no choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The Reason Code that tells the peer, in an acknowledgement, in CONNACK or in DISCONNECT (§4.13).
    pub reason_code: ReasonCode,
    /// A normative statement (`[MQTT-3.2.0-1]`), or a section (`§4.3`) where no statement has a number.
    pub rule: &'static str,
    /// What happened, in English.
    pub text: Cow<'static, str>,
}

impl Violation {
    /// The rule, with the Reason Code that answers it.
    pub fn new(
        reason_code: ReasonCode,
        rule: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> Violation {
        Violation { reason_code, rule, text: text.into() }
    }

    /// With Reason Code 0x82: a packet that can be read but is not allowed here or now (§1.2).
    pub fn protocol_error(rule: &'static str, text: impl Into<Cow<'static, str>>) -> Violation {
        Violation::new(ReasonCode::ProtocolError, rule, text)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02X} {}: {}", self.reason_code.value(), self.reason_code.name(), self.text)
    }
}
