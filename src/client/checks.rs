//! Checks of every packet from the Server: the limits that CONNECT announced, and the Authentication
//! Method.

use super::limits::Announced;
use crate::delivery::{AliasError, Violation, packet_size};
use crate::mqtt::{
    Auth, DecodeError, ErrorKind, Packet, PacketId, PacketType, PropertyId, QoS, ReasonCode,
};

/// What CONNECT announced binds every packet of the Server.
pub(super) fn check_incoming(packet: &Packet, announced: &Announced) -> Result<(), Violation> {
    if let Some(maximum) = announced.maximum_packet_size.value
        && let Ok(size) = packet_size(packet)
        && size > maximum as usize
    {
        let kind = ErrorKind::PacketTooLarge { size, maximum: maximum as usize };
        return Err(unreadable(DecodeError { at: 1, kind }));
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

/// Every AUTH names the method of the CONNECT; without a method there is no AUTH.
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
    let text = format!("{packet} does not name the Authentication Method of the CONNECT");
    Violation::new(ReasonCode::BadAuthenticationMethod, "[MQTT-4.12.0-5]", text)
}

/// An acknowledgement that does not fit the state of its exchange.
pub(super) fn out_of_place(packet_type: PacketType, packet_id: PacketId) -> Violation {
    let name = packet_type.name();
    Violation::protocol_error(
        "§4.3",
        format!("{name} {packet_id} has no place in the exchange with this identifier"),
    )
}

pub(super) fn identifier_in_use(packet_id: PacketId, qos: QoS) -> Violation {
    let qos = qos.bits();
    Violation::protocol_error(
        "[MQTT-2.2.1-4]",
        format!("QoS {qos} PUBLISH {packet_id}, but the identifier is in use for another message"),
    )
}

pub(super) fn wrong_side(packet: &Packet) -> Violation {
    let kind = ErrorKind::PacketFromWrongSide(packet.packet_type());
    unreadable(DecodeError { at: 0, kind })
}

/// The violation in bytes from the Server that cannot be read. The codec does not know whose Maximum
/// Packet Size was exceeded: here it is the Client's.
pub(super) fn unreadable(error: DecodeError) -> Violation {
    let rule = match error.kind {
        ErrorKind::PacketTooLarge { .. } => "[MQTT-3.1.2-24]",
        kind => kind.rule(),
    };
    Violation::new(error.kind.reason_code(), rule, error.kind.to_string())
}

/// A Topic Alias that the Server must not use.
pub(super) fn unusable_alias(error: AliasError) -> Violation {
    let rule = match error {
        AliasError::AboveMaximum { maximum: 0, .. } => "[MQTT-3.1.2-27]",
        AliasError::AboveMaximum { .. } => "[MQTT-3.1.2-26]",
        error => error.rule(),
    };
    Violation::new(error.reason_code(), rule, error.to_string())
}
