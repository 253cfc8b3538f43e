//! What 3.1 and 3.1.1 name and number differently from 5.0: return codes, fields, and the rules that an
//! error breaks. The bytes are read and written by the same code as those of 5.0.
//!
//! The numbers of statements and sections in this file are those of 3.1.1.

use std::iter::repeat_n;

use super::error::ErrorKind;
use super::field::FieldId;
use super::packet::{Packet, PacketType};
use super::property::Property;
use super::reason_code::ReasonCode;

/// The Connect Return codes (3.1.1, §3.2.2.3) by value, and the Reason Codes that took their places.
const CONNECT_RETURN_CODES: [(ReasonCode, &str); 6] = [
    (ReasonCode::Success, "Connection Accepted"),
    (ReasonCode::UnsupportedProtocolVersion, "Connection Refused, unacceptable protocol version"),
    (ReasonCode::ClientIdentifierNotValid, "Connection Refused, identifier rejected"),
    (ReasonCode::ServerUnavailable, "Connection Refused, Server unavailable"),
    (ReasonCode::BadUserNameOrPassword, "Connection Refused, bad user name or password"),
    (ReasonCode::NotAuthorized, "Connection Refused, not authorized"),
];

/// The return codes of SUBACK (3.1.1, §3.9.3). Their values are those of 5.0.
const SUBACK_RETURN_CODES: [(ReasonCode, &str); 4] = [
    (ReasonCode::Success, "Success - Maximum QoS 0"),
    (ReasonCode::GrantedQoS1, "Success - Maximum QoS 1"),
    (ReasonCode::GrantedQoS2, "Success - Maximum QoS 2"),
    (ReasonCode::UnspecifiedError, "Failure"),
];

/// What 5.0 writes to mean the same as this packet of an older version: where Clean Session is 0 the Session is
/// kept without end, and UNSUBACK has a Reason Code for each of the `filters` of its UNSUBSCRIBE.
pub fn meant_in_5(mut packet: Packet, filters: usize) -> Packet {
    match &mut packet {
        Packet::Connect(connect) if !connect.clean_start => {
            connect.properties.push(Property::SessionExpiryInterval(u32::MAX));
        }
        Packet::UnsubAck(unsuback) => {
            unsuback.reason_codes.extend(repeat_n(ReasonCode::Success, filters));
        }
        _ => {}
    }
    packet
}

/// What a return code on the wire means, and its name; `None` for one that is reserved.
pub(super) fn from_return_code(
    value: u8,
    packet: PacketType,
) -> Option<(ReasonCode, &'static str)> {
    match packet {
        PacketType::ConnAck => CONNECT_RETURN_CODES.get(usize::from(value)).copied(),
        PacketType::SubAck => {
            SUBACK_RETURN_CODES.into_iter().find(|(code, _)| code.value() == value)
        }
        _ => None,
    }
}

/// The return code that says the same, and its name.
pub(super) fn return_code(code: ReasonCode, packet: PacketType) -> Option<(u8, &'static str)> {
    match packet {
        PacketType::ConnAck => {
            let value = CONNECT_RETURN_CODES.iter().position(|(known, _)| *known == code)?;
            Some((value as u8, CONNECT_RETURN_CODES[value].1))
        }
        PacketType::SubAck => SUBACK_RETURN_CODES
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(_, name)| (code.value(), *name)),
        _ => None,
    }
}

/// The return code of a SUBACK, in which every refusal is Failure.
pub(super) fn suback_return_code(code: ReasonCode) -> u8 {
    let known = return_code(code, PacketType::SubAck);
    known.map_or(ReasonCode::UnspecifiedError.value(), |(value, _)| value)
}

/// Key and name of a field that 5.0 calls something else.
pub(super) fn renamed(id: FieldId) -> Option<(&'static str, &'static str)> {
    match id {
        FieldId::ProtocolVersion => Some(("protocol_level", "Protocol Level")),
        FieldId::CleanStart => Some(("clean_session", "Clean Session")),
        FieldId::WillPayload => Some(("will_message", "Will Message")),
        FieldId::ConnectReasonCode => Some(("connect_return_code", "Connect Return code")),
        FieldId::SubscriptionOptions => Some(("requested_qos", "Requested QoS")),
        FieldId::SubAckReasonCode => Some(("suback_return_code", "Return Code")),
        _ => None,
    }
}

/// The section of 3.1.1 that describes a field. Most of chapter 3 has the numbers of 5.0.
pub(super) fn section(id: FieldId) -> &'static str {
    match id {
        FieldId::FixedHeader | FieldId::PacketTypeAndFlags => "2.2",
        FieldId::PacketType => "2.2.1",
        FieldId::FixedFlags => "2.2.2",
        FieldId::RemainingLength => "2.2.3",
        FieldId::VariableHeader => "2.3",
        FieldId::PacketIdentifier => "2.3.1",
        FieldId::Payload => "2.4",
        FieldId::StringLength => "1.5.3",
        // 3.1.1 has no section on binary data; these two are all it has.
        FieldId::BinaryLength => "3.1.3",
        FieldId::WillTopic => "3.1.3.2",
        FieldId::WillPayload => "3.1.3.3",
        FieldId::UserName => "3.1.3.4",
        FieldId::Password => "3.1.3.5",
        FieldId::SessionPresent => "3.2.2.2",
        FieldId::ConnectReasonCode => "3.2.2.3",
        FieldId::SubscriptionOptions | FieldId::SubscriptionReserved | FieldId::SubscriptionQoS => {
            "3.8.3"
        }
        id => id.section(),
    }
}

/// The statement or section of 3.1.1 that an error breaks. Kinds that only 5.0 knows keep theirs, and so do
/// those for which both have the same number.
pub(super) fn rule(kind: ErrorKind) -> &'static str {
    use ErrorKind as E;
    match kind {
        E::Incomplete
        | E::MoreThanOnePacket
        | E::Truncated { .. }
        | E::UnexpectedBytes
        | E::VariableByteIntegerTooLong => "§2.2.3",
        E::PacketTypeReserved | E::PacketFromWrongSide(_) => "§2.2.1",
        E::FixedHeaderFlags(packet) => match packet {
            PacketType::PubRel => "[MQTT-3.6.1-1]",
            PacketType::Subscribe => "[MQTT-3.8.1-1]",
            PacketType::Unsubscribe => "[MQTT-3.10.1-1]",
            PacketType::Disconnect => "[MQTT-3.14.1-1]",
            _ => "[MQTT-2.2.2-1]",
        },
        E::IllFormedUtf8 => "[MQTT-1.5.3-1]",
        E::NullCharacter => "[MQTT-1.5.3-2]",
        E::MultiLevelWildcard => "[MQTT-4.7.1-2]",
        E::SingleLevelWildcard => "[MQTT-4.7.1-3]",
        E::SubscribeEmpty => "[MQTT-3.8.3-3]",
        E::ReasonCodesEmpty(_) => "[MQTT-3.8.4-5]",
        E::PacketIdentifierZero => "[MQTT-2.3.1-1]",
        E::WillQoS3 => "[MQTT-3.1.2-14]",
        E::WillQoSWithoutWill => "[MQTT-3.1.2-13]",
        E::WillRetainWithoutWill => "[MQTT-3.1.2-15]",
        E::ConnectAcknowledgeFlags => "§3.2.2.1",
        E::SessionPresentOnError => "[MQTT-3.2.2-4]",
        E::SubscriptionQoS3 | E::RequestedQoSReserved => "[MQTT-3.8.3-4]",
        E::ProtocolLevel(_) => "[MQTT-3.1.2-2]",
        E::PasswordWithoutUserName => "[MQTT-3.1.2-22]",
        E::ClientIdentifierEmpty => "[MQTT-3.1.3-8]",
        E::ReturnCodeReserved(_, PacketType::SubAck) => "[MQTT-3.9.3-2]",
        E::ReturnCodeReserved(..) => "[MQTT-3.2.2-6]",
        kind => kind.rule(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_codes_lead_to_reason_codes_and_back() {
        let mut found = 0;
        for packet in PacketType::ALL {
            for value in 0..=u8::MAX {
                let Some((code, name)) = from_return_code(value, packet) else { continue };
                assert_eq!(return_code(code, packet), Some((value, name)), "{}", packet.name());
                assert!(code.allowed_in(packet, None), "{name}");
                found += 1;
            }
        }
        assert_eq!(found, 6 + 4);
        assert_eq!(return_code(ReasonCode::Banned, PacketType::ConnAck), None);
    }
}
