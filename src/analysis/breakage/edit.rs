//! The edit behind each [`Breakage`].

use super::Breakage;
use super::anatomy::{Anatomy, length_bytes};
use crate::mqtt::{FieldId, PacketType, PropertyId, PropertyKind, ReasonCode, Sender};

impl Breakage {
    /// The edit that breaks the rule; `None` where the packet has no place for it.
    pub(super) fn edit(self, a: &Anatomy) -> Option<Vec<u8>> {
        use Breakage as B;
        match self {
            B::PacketTypeZero => Some(a.with_byte(0, a.frame[0] & 0x0F)),
            B::FixedHeaderFlags => fixed_header_flags(a),
            B::QoS3 => publish_flags(a, 0b0110),
            B::DupOnQoS0 if a.frame[0] & 0b1110 != 0 => None,
            B::DupOnQoS0 => publish_flags(a, 0b1000),

            B::RemainingLengthNotMinimal => remaining_length_not_minimal(a),
            B::RemainingLengthTooLong => {
                Some(a.replaced(a.remaining_length(), &[0xFF, 0xFF, 0xFF, 0xFF, 0x7F]))
            }
            B::RemainingLengthAhead => remaining_length_ahead(a),
            B::Truncated => truncated(a),
            B::UnexpectedBytes => Some(a.spliced(a.frame.len()..a.frame.len(), &[0x00])),

            B::ProtocolName => Some(a.with_byte(a.leaf(FieldId::ProtocolName)?.start + 3, b'X')),
            B::ProtocolVersion => Some(a.with_byte(a.leaf(FieldId::ProtocolVersion)?.start, 6)),
            B::ConnectFlagReserved => a.with_bits(FieldId::ConnectFlags, 0b0000_0001),
            B::WillQoS3 => will_flags(a, true, 0b0001_1000),
            B::WillQoSWithoutWill => will_flags(a, false, 0b0000_1000),
            B::WillRetainWithoutWill => will_flags(a, false, 0b0010_0000),
            B::ConnectAcknowledgeFlags => {
                a.with_bits(FieldId::ConnectAcknowledgeFlags, 0b0000_0010)
            }
            B::SessionPresentOnError => session_present_on_error(a),
            B::PacketIdentifierZero => {
                Some(a.replaced(a.leaf(FieldId::PacketIdentifier)?, &[0, 0]))
            }

            B::IllFormedUtf8 => a.with_text(a.text()?, &[0xFF]),
            B::Surrogate => a.with_text(a.text()?, &[0xED, 0xA0, 0x80]),
            B::NullCharacter => a.with_text(a.text()?, &[0x00]),
            B::StringLength => string_length(a),
            B::TopicNameEmpty => Some(a.spliced(a.leaf(FieldId::TopicName)?, &[])),
            B::TopicNameWildcard => topic_name_wildcard(a),
            B::TopicFilterEmpty => a.with_filter(b""),
            B::MultiLevelWildcard => a.with_filter(b"#/after"),
            B::SingleLevelWildcard => a.with_filter(b"room+/temperature"),
            B::ShareNameEmpty => a.with_filter(b"$share//topic"),
            B::ShareNameWildcard => a.with_filter(b"$share/a+/topic"),
            B::ShareWithoutFilter => a.with_filter(b"$share/group"),

            B::NoLocalOnShared => no_local_on_shared(a),
            B::SubscriptionOptionsReserved => {
                a.with_bits(FieldId::SubscriptionOptions, 0b0100_0000)
            }
            B::SubscriptionQoS3 => a.with_bits(FieldId::SubscriptionOptions, 0b0000_0011),
            B::RetainHandling3 => a.with_bits(FieldId::SubscriptionOptions, 0b0011_0000),
            B::NoFilters => no_payload(a, [PacketType::Subscribe, PacketType::Unsubscribe]),
            B::NoReasonCodes => no_payload(a, [PacketType::SubAck, PacketType::UnsubAck]),
            B::ReasonCodeUnknown => a.with_reason_code(UNKNOWN_REASON_CODE),
            B::ReasonCodeNotAllowed => reason_code_not_allowed(a),
            B::ReasonCodeFromWrongSide => reason_code_from_wrong_side(a),

            B::PropertyLength => property_length(a),
            B::PropertyUnknown => a.with_properties(&[UNKNOWN_PROPERTY, 0x00]),
            B::PropertyNotAllowed => property_not_allowed(a),
            B::PropertyFromWrongSide => property_from_wrong_side(a),
            B::PropertyRepeated => property_repeated(a),
            B::PropertyNotZeroOrOne => property_set_to(a, 2, |id| id.kind() == PropertyKind::Byte),
            B::PropertyZero => property_set_to(a, 0, |id| NEVER_ZERO.contains(&id)),
            B::TopicAliasZero => property_set_to(a, 0, |id| id == PropertyId::TopicAlias),
            B::ResponseTopicWildcard => response_topic_wildcard(a),
            B::AuthenticationDataWithoutMethod => authentication_data_without_method(a),
            B::AuthenticationMethodMissing => authentication_method_missing(a),
        }
    }
}

// The Fixed Header, and where the packet ends

fn fixed_header_flags(a: &Anatomy) -> Option<Vec<u8>> {
    let flags = a.packet.fixed_flags()?;
    Some(a.with_byte(0, a.frame[0] ^ if flags == 0 { 0b0001 } else { flags }))
}

/// Sets flags that only the Fixed Header of a PUBLISH has.
fn publish_flags(a: &Anatomy, bits: u8) -> Option<Vec<u8>> {
    (a.packet == PacketType::Publish).then(|| a.with_byte(0, a.frame[0] | bits))
}

fn remaining_length_not_minimal(a: &Anatomy) -> Option<Vec<u8>> {
    let mut length = a.frame[a.remaining_length()].to_vec();
    if length.len() == 4 {
        return None;
    }
    *length.last_mut()? |= 0x80;
    length.push(0);
    Some(a.replaced(a.remaining_length(), &length))
}

fn remaining_length_ahead(a: &Anatomy) -> Option<Vec<u8>> {
    let body = a.frame.len() - a.remaining_length().end;
    Some(a.replaced(a.remaining_length(), &length_bytes(body + AHEAD)))
}

fn truncated(a: &Anatomy) -> Option<Vec<u8>> {
    let last = a.leaves.last().filter(|leaf| leaf.range.start > a.remaining_length().end)?;
    // Of an Application Message any part is a message too.
    (last.label != FieldId::ApplicationMessage.into())
        .then(|| a.spliced(a.frame.len() - 1..a.frame.len(), &[]))
}

// CONNECT and CONNACK

/// Sets Connect Flags of a CONNECT that has a Will, or has none.
fn will_flags(a: &Anatomy, has_will: bool, bits: u8) -> Option<Vec<u8>> {
    (a.has_bits(FieldId::ConnectFlags, WILL_FLAG) == has_will)
        .then(|| a.with_bits(FieldId::ConnectFlags, bits))?
}

fn session_present_on_error(a: &Anatomy) -> Option<Vec<u8>> {
    let flags = a.leaf(FieldId::ConnectAcknowledgeFlags)?.start;
    Some(a.replaced(flags..flags + 2, &[0x01, ReasonCode::NotAuthorized.value()]))
}

// Texts

fn string_length(a: &Anatomy) -> Option<Vec<u8>> {
    let text = a.text()?;
    Some(a.replaced(text.start - 2..text.start, &[0xFF, 0xFF]))
}

fn topic_name_wildcard(a: &Anatomy) -> Option<Vec<u8>> {
    let topic = a.leaf(FieldId::TopicName)?;
    let text = [&a.frame[topic.clone()], b"/#"].concat();
    Some(a.spliced(topic, &text))
}

// Subscriptions and Reason Codes

fn no_local_on_shared(a: &Anatomy) -> Option<Vec<u8>> {
    let options = a.leaf(FieldId::SubscriptionOptions)?.start;
    let filter = a.leaf(FieldId::TopicFilter)?;
    let mut bytes = a.spliced(filter, b"$share/group/topic");
    // Everything that grew or shrank comes before the options.
    let at = options + bytes.len() - a.frame.len();
    bytes[at] |= 0b0000_0100;
    Some(bytes)
}

/// Takes the payload from a packet of these types.
fn no_payload(a: &Anatomy, packets: [PacketType; 2]) -> Option<Vec<u8>> {
    let payload = a.group(FieldId::Payload)?;
    packets.contains(&a.packet).then(|| a.spliced(payload, &[]))
}

fn reason_code_not_allowed(a: &Anatomy) -> Option<Vec<u8>> {
    let not_here = |code: &&ReasonCode| !code.allowed_in(a.packet, None);
    a.with_reason_code(ReasonCode::ALL.iter().rev().find(not_here)?.value())
}

fn reason_code_from_wrong_side(a: &Anatomy) -> Option<Vec<u8>> {
    let other_side = |code: &&ReasonCode| {
        code.allowed_in(a.packet, None) && !code.allowed_in(a.packet, Some(a.sender))
    };
    a.with_reason_code(ReasonCode::ALL.iter().find(other_side)?.value())
}

// Properties

fn property_length(a: &Anatomy) -> Option<Vec<u8>> {
    let a = Anatomy::of(&a.with_property_block()?.into(), a.sender)?;
    let leaf = a.leaf(FieldId::PropertyLength)?;
    let beyond = (a.frame.len() - leaf.end + 1).max(a.number_at(&leaf) + 1);
    Some(a.spliced_only_outside(leaf, &length_bytes(beyond)))
}

fn property_not_allowed(a: &Anatomy) -> Option<Vec<u8>> {
    let holder = a.holder?;
    let not_here = |id: &&PropertyId| id.section_in(holder).is_none();
    a.with_properties(&sample(*PropertyId::ALL.iter().find(not_here)?, 1))
}

fn property_from_wrong_side(a: &Anatomy) -> Option<Vec<u8>> {
    let id = match (a.packet, a.sender) {
        (PacketType::Publish, Sender::Client) => PropertyId::SubscriptionIdentifier,
        (PacketType::Disconnect, Sender::Client) => PropertyId::ServerReference,
        (PacketType::Disconnect, Sender::Server) => PropertyId::SessionExpiryInterval,
        _ => return None,
    };
    a.with_properties(&sample(id, 1))
}

/// One that is there comes again; where there is none, two come.
fn property_repeated(a: &Anatomy) -> Option<Vec<u8>> {
    let holder = a.holder?;
    if let Some((_, range)) = a.properties().find(|(id, _)| !id.may_repeat_in(holder)) {
        return a.with_properties(&a.frame[range]);
    }
    let once = |id: &&PropertyId| id.section_in(holder).is_some() && !id.may_repeat_in(holder);
    let one = sample(*PropertyId::ALL.iter().find(once)?, 1);
    a.with_properties(&[one.clone(), one].concat())
}

/// Gives the first such property that is allowed here this value.
fn property_set_to(
    a: &Anatomy,
    value: u8,
    is_meant: impl Fn(PropertyId) -> bool,
) -> Option<Vec<u8>> {
    let id = a.allowed(is_meant)?;
    a.with_only_property(id, &sample(id, value))
}

fn response_topic_wildcard(a: &Anatomy) -> Option<Vec<u8>> {
    let id = a.allowed(|id| id == PropertyId::ResponseTopic)?;
    let wildcard = [&[id.value(), 0, 9][..], b"answers/#"].concat();
    a.with_only_property(id, &wildcard)
}

fn authentication_data_without_method(a: &Anatomy) -> Option<Vec<u8>> {
    (a.packet == PacketType::Connect).then_some(())?;
    let id = PropertyId::AuthenticationData;
    match a.property(PropertyId::AuthenticationMethod) {
        Some(method) if a.property(id).is_some() => Some(a.spliced(method, &[])),
        Some(_) => None,
        None => a.with_properties(&sample(id, 1)),
    }
}

fn authentication_method_missing(a: &Anatomy) -> Option<Vec<u8>> {
    (a.packet == PacketType::Auth).then_some(())?;
    match a.property(PropertyId::AuthenticationMethod) {
        Some(method) => Some(a.spliced(method, &[])),
        None => a.with_reason_code(ReasonCode::ContinueAuthentication.value()),
    }
}

/// A property with a small value, as bytes.
fn sample(id: PropertyId, value: u8) -> Vec<u8> {
    let mut out = vec![id.value()];
    out.extend(match id.kind() {
        PropertyKind::Byte | PropertyKind::VariableByteInteger => vec![value],
        PropertyKind::TwoByteInteger => vec![0, value],
        PropertyKind::FourByteInteger => vec![0, 0, 0, value],
        PropertyKind::Utf8String | PropertyKind::BinaryData => vec![0, 1, b'x'],
        PropertyKind::StringPair => vec![0, 1, b'k', 0, 1, b'v'],
    });
    out
}
const WILL_FLAG: u8 = 0b0000_0100;

/// Properties for which 0 is an error of the same kind.
const NEVER_ZERO: [PropertyId; 3] =
    [PropertyId::ReceiveMaximum, PropertyId::MaximumPacketSize, PropertyId::SubscriptionIdentifier];

/// No property has it (§2.2.2.2).
const UNKNOWN_PROPERTY: u8 = 0x7F;

/// No Reason Code has it (§2.4).
const UNKNOWN_REASON_CODE: u8 = 0x7F;

/// How many bytes more than there are the Remaining Length announces.
pub(super) const AHEAD: usize = 16;
