//! What holds for the Server's packets whatever they do: the limits that CONNECT announced, and the
//! Authentication Method.

use super::event::Violation;
use super::limits::Announced;
use crate::delivery::packet_size;
use crate::mqtt::{Auth, DecodeError, ErrorKind, Packet, PropertyId, ReasonCode};

/// What CONNECT announced binds every packet of the Server.
pub(super) fn check_incoming(packet: &Packet, announced: &Announced) -> Result<(), Violation> {
    if let Some(maximum) = announced.maximum_packet_size.value
        && let Ok(size) = packet_size(packet)
        && size > maximum as usize
    {
        let kind = ErrorKind::PacketTooLarge { size, maximum: maximum as usize };
        return Err(DecodeError { at: 1, kind }.into());
    }
    let may_explain =
        matches!(packet, Packet::Publish(_) | Packet::ConnAck(_) | Packet::Disconnect(_));
    let explains = |id| packet.properties().contains(id);
    if !announced.request_problem_information.value
        && !may_explain
        && (explains(PropertyId::ReasonString) || explains(PropertyId::UserProperty))
    {
        let name = packet.packet_type().name();
        let text = format!("{name} explains itself although Request Problem Information was 0");
        return Err(Violation::protocol_error("[MQTT-3.1.2-29]", text));
    }
    Ok(())
}

/// Every AUTH names the method of the CONNECT; without one there is none.
pub(super) fn check_method(auth: &Auth, method: Option<&str>) -> Result<(), Violation> {
    let Some(method) = method else {
        let text = "AUTH from the Server although CONNECT named no Authentication Method";
        return Err(Violation::protocol_error("[MQTT-4.12.0-6]", text));
    };
    match auth.properties.authentication_method() {
        Some(theirs) if theirs == method => Ok(()),
        // The short form, which can only mean Success (§3.15.2.1).
        None if auth.properties.is_empty() && auth.reason_code == ReasonCode::Success => Ok(()),
        _ => Err(method_differs("AUTH")),
    }
}

pub(super) fn method_differs(packet: &str) -> Violation {
    Violation {
        reason_code: ReasonCode::BadAuthenticationMethod,
        rule: "[MQTT-4.12.0-5]",
        text: format!("{packet} does not name the Authentication Method of the CONNECT"),
    }
}
