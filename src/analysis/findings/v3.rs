//! The statements of 3.1.1 that are broken across packets.

use crate::analysis::why::Cause;

/// `None` for rules that only 5.0 has.
pub(super) fn against(cause: Cause) -> Option<&'static str> {
    match cause {
        Cause::AfterDisconnect => Some("[MQTT-3.14.4-2]"),
        Cause::PacketIdentifierInUse { .. } => Some("[MQTT-2.3.1-2]"),
        Cause::SecondConnect | Cause::NotConnectFirst | Cause::AcknowledgementOutOfPlace => {
            Some(cause.rule())
        }
        _ => None,
    }
}
