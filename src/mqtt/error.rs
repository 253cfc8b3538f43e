//! What can be wrong with a packet: where, which rule, and how to answer.

use std::fmt;

use super::field::FieldId;
use super::packet::PacketType;
use super::property::{Holder, PropertyId};
use super::reason_code::ReasonCode;
use super::v3;
use super::version::Version;

/// The first rule that the bytes break, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset, from the packet's first byte, of the byte that breaks the rule.
    pub at: usize,
    /// Which rule.
    pub kind: ErrorKind,
}

/// How badly a packet is wrong (§1.2, §4.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// More bytes may make it whole, or bytes follow it: where the packet ends is wrong, not what it says.
    Framing,
    /// It cannot be parsed according to the specification (§1.2).
    MalformedPacket,
    /// It can be parsed, but contains data that the protocol does not allow (§1.2).
    ProtocolError,
}

/// A rule of the wire that a packet can break. [`key`](ErrorKind::key), [`class`](ErrorKind::class),
/// [`rule`](ErrorKind::rule) and [`reason_code`](ErrorKind::reason_code) say the rest about it.
///
/// Where a variant carries a packet type or a [`Holder`], that is the packet that is wrong, or the block
/// of properties in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The bytes end before the packet does.
    Incomplete,
    /// Bytes follow the packet where only one was expected.
    MoreThanOnePacket,
    /// A field runs past the end of the packet, or of the block of properties that holds it. Where the field
    /// has a length, the error is at that length.
    Truncated {
        /// How many bytes it says, or needs.
        says: usize,
        /// How many there are.
        left: usize,
    },
    /// Bytes remain after the packet's last field.
    UnexpectedBytes,
    /// The fourth byte of a Variable Byte Integer says that another follows (§1.5.5).
    VariableByteIntegerTooLong,
    /// A Variable Byte Integer in more bytes than its value needs [MQTT-1.5.5-1].
    VariableByteIntegerNotMinimal,
    /// Packet type 0 (§2.1.2).
    PacketTypeReserved,
    /// A packet that only the other side may send (§2.1.2).
    PacketFromWrongSide(PacketType),
    /// Flags other than those prescribed for the packet [MQTT-2.1.3-1].
    FixedHeaderFlags(PacketType),
    /// A PUBLISH whose two QoS bits are both 1 [MQTT-3.3.1-4].
    QoS3,
    /// DUP 1 in a PUBLISH of QoS 0 [MQTT-3.3.1-2].
    DupOnQoS0,
    /// A string that is not well-formed UTF-8; that includes encoded surrogates [MQTT-1.5.4-1].
    IllFormedUtf8,
    /// U+0000 in a string [MQTT-1.5.4-2].
    NullCharacter,
    /// A Topic Name without a character where no Topic Alias could replace it: a Will Topic or Response
    /// Topic [MQTT-4.7.3-1].
    TopicNameEmpty,
    /// A PUBLISH with an empty Topic Name and no Topic Alias (§3.3.2.1).
    TopicNameMissing,
    /// `#` or `+` in a Topic Name [MQTT-3.3.2-2].
    TopicNameWildcard,
    /// `#` or `+` in a Response Topic [MQTT-3.3.2-14].
    ResponseTopicWildcard,
    /// A Topic Filter without a character [MQTT-4.7.3-1].
    TopicFilterEmpty,
    /// `#` that is not the last character, or not a whole level [MQTT-4.7.1-1].
    MultiLevelWildcard,
    /// `+` that is not a whole level [MQTT-4.7.1-2].
    SingleLevelWildcard,
    /// `$share/` followed by no ShareName [MQTT-4.8.2-1].
    ShareNameEmpty,
    /// `#` or `+` in a ShareName [MQTT-4.8.2-2].
    ShareNameWildcard,
    /// `$share/{ShareName}` that is not followed by `/` and a Topic Filter [MQTT-4.8.2-2].
    ShareWithoutFilter,
    /// No Local on a Shared Subscription [MQTT-3.8.3-4].
    NoLocalOnShared,
    /// SUBSCRIBE without a Topic Filter [MQTT-3.8.3-2].
    SubscribeEmpty,
    /// UNSUBSCRIBE without a Topic Filter [MQTT-3.10.3-2].
    UnsubscribeEmpty,
    /// SUBACK or UNSUBACK without a Reason Code, though its request had at least one Topic Filter.
    ReasonCodesEmpty(PacketType),
    /// Packet Identifier 0 [MQTT-2.2.1-3].
    PacketIdentifierZero,
    /// A Protocol Name other than `MQTT` [MQTT-3.1.2-1].
    ProtocolName,
    /// A Protocol Version other than 5, which is the one given here [MQTT-3.1.2-2].
    ProtocolVersion(u8),
    /// Bit 0 of the Connect Flags is 1 [MQTT-3.1.2-3].
    ConnectFlagReserved,
    /// Both bits of Will QoS are 1 [MQTT-3.1.2-12].
    WillQoS3,
    /// Will Flag 0 with a Will QoS above 0 [MQTT-3.1.2-11].
    WillQoSWithoutWill,
    /// Will Flag 0 with Will Retain 1 [MQTT-3.1.2-13].
    WillRetainWithoutWill,
    /// One of bits 7 to 1 of the Connect Acknowledge Flags is 1 [MQTT-3.2.2-1].
    ConnectAcknowledgeFlags,
    /// Session Present 1 with a Reason Code other than 0x00 [MQTT-3.2.2-6].
    SessionPresentOnError,
    /// Bit 7 or 6 of the Subscription Options is 1 [MQTT-3.8.3-5].
    SubscriptionOptionsReserved,
    /// Maximum QoS 3 in the Subscription Options (§3.8.3.1).
    SubscriptionQoS3,
    /// Retain Handling 3 in the Subscription Options (§3.8.3.1).
    RetainHandling3,
    /// A value that is not a Reason Code (§2.4).
    ReasonCodeUnknown(u8, PacketType),
    /// A Reason Code that is not listed for this packet.
    ReasonCodeNotAllowed(ReasonCode, PacketType),
    /// A Reason Code that only the other side may send in this packet (§3.14.2.1, §3.15.2.1).
    ReasonCodeFromWrongSide(ReasonCode, PacketType),
    /// A property identifier that does not exist (§2.2.2.2).
    PropertyUnknown(u32),
    /// A property that this packet cannot have (§2.2.2.2).
    PropertyNotAllowed(PropertyId, Holder),
    /// A property that only the other side may send in this packet, such as a Subscription Identifier in a
    /// PUBLISH from the Client [MQTT-3.3.4-6].
    PropertyFromWrongSide(PropertyId, Holder),
    /// A second one of a property that may occur once.
    PropertyRepeated(PropertyId, Holder),
    /// A value above 1 of a Byte that is a flag, or of Maximum QoS.
    PropertyNotZeroOrOne(PropertyId, Holder),
    /// 0 as Receive Maximum, Maximum Packet Size or Subscription Identifier.
    PropertyZero(PropertyId, Holder),
    /// Topic Alias 0 [MQTT-3.3.2-8].
    TopicAliasZero,
    /// CONNECT with Authentication Data but no Authentication Method (§3.1.2.11.10).
    AuthenticationDataWithoutMethod,
    /// AUTH without an Authentication Method, other than the short form that means Success [MQTT-4.12.0-5].
    AuthenticationMethodMissing,
    /// A Protocol Level other than that of the version in which a CONNECT before 5.0 is read; the one given
    /// here.
    ProtocolLevel(u8),
    /// A Password without a User Name, before 5.0.
    PasswordWithoutUserName,
    /// No Client Identifier, before 5.0 and without Clean Session.
    ClientIdentifierEmpty,
    /// One of the upper six bits of the byte with the requested QoS, before 5.0.
    RequestedQoSReserved,
    /// A return code that the packet does not have before 5.0.
    ReturnCodeReserved(u8, PacketType),
    /// Larger than the Maximum Packet Size of the receiver (§3.1.2.11.4).
    PacketTooLarge {
        /// In bytes, with the Fixed Header.
        size: usize,
        /// What the receiver announced, in bytes.
        maximum: usize,
    },
}

/// The fixed facts of one kind of error.
struct Facts {
    key: &'static str,
    class: Class,
    /// A normative statement, or the section where no statement has a number.
    rule: &'static str,
}

impl ErrorKind {
    /// A name in snake_case that does not change: what is translated, and written to JSON.
    pub fn key(self) -> &'static str {
        self.facts().key
    }

    /// Whether the packet is incomplete, malformed, or forbidden in what it says.
    pub fn class(self) -> Class {
        self.facts().class
    }

    /// The normative statement (`[MQTT-1.5.5-1]`), or the section (`§2.2.2.2`) where the rule has no
    /// numbered statement.
    pub fn rule(self) -> &'static str {
        self.facts().rule
    }

    /// The same in the specification of the version: for 3.1 and 3.1.1 what 3.1.1 says.
    pub fn rule_in(self, version: Version) -> &'static str {
        match version {
            Version::V5 => self.rule(),
            Version::V3_1 | Version::V3_1_1 => v3::rule(self),
        }
    }

    /// The bits at fault where they are some of a byte.
    pub(super) fn bits(self) -> Option<FieldId> {
        use ErrorKind as E;
        Some(match self {
            E::PacketTypeReserved | E::PacketFromWrongSide(_) => FieldId::PacketType,
            E::FixedHeaderFlags(_) => FieldId::FixedFlags,
            E::QoS3 => FieldId::PublishQoS,
            E::DupOnQoS0 => FieldId::Dup,
            E::ConnectFlagReserved => FieldId::ConnectReserved,
            E::WillQoS3 | E::WillQoSWithoutWill => FieldId::WillQoS,
            E::WillRetainWithoutWill => FieldId::WillRetain,
            E::PasswordWithoutUserName => FieldId::PasswordFlag,
            E::ConnectAcknowledgeFlags => FieldId::ConnectAcknowledgeReserved,
            E::SessionPresentOnError => FieldId::SessionPresent,
            E::SubscriptionOptionsReserved | E::RequestedQoSReserved => {
                FieldId::SubscriptionReserved
            }
            E::SubscriptionQoS3 => FieldId::SubscriptionQoS,
            E::RetainHandling3 => FieldId::RetainHandling,
            E::NoLocalOnShared => FieldId::NoLocal,
            _ => return None,
        })
    }

    /// Whether only versions before 5.0 have the rule.
    pub fn is_only_before_5(self) -> bool {
        matches!(
            self,
            ErrorKind::ProtocolLevel(_)
                | ErrorKind::PasswordWithoutUserName
                | ErrorKind::ClientIdentifierEmpty
                | ErrorKind::RequestedQoSReserved
                | ErrorKind::ReturnCodeReserved(..)
        )
    }

    /// The Reason Code with which a receiver answers, in CONNACK or DISCONNECT (§4.13). For
    /// [`Class::Framing`], which is not answered, it is 0x81.
    pub fn reason_code(self) -> ReasonCode {
        use ErrorKind as E;
        use ReasonCode as R;
        match self {
            E::ProtocolName | E::ProtocolVersion(_) => R::UnsupportedProtocolVersion,
            E::TopicAliasZero => R::TopicAliasInvalid,
            E::PacketTooLarge { .. } => R::PacketTooLarge,
            _ if self.class() == Class::ProtocolError => R::ProtocolError,
            _ => R::MalformedPacket,
        }
    }
}

/// Declares the fixed facts of every kind together: key, class, and rule.
macro_rules! error_kinds {
    ($($kind:pat => $key:ident, $class:ident, $rule:expr;)*) => {
        impl ErrorKind {
            /// The [`key`](ErrorKind::key)s of all kinds, in the order of the table.
            pub const KEYS: &[&str] = &[$(stringify!($key),)*];

            fn facts(self) -> Facts {
                use Class::{Framing, MalformedPacket as Malformed, ProtocolError as Protocol};
                use ErrorKind as E;
                match self {
                    $($kind => Facts { key: stringify!($key), class: $class, rule: $rule },)*
                }
            }
        }
    };
}

error_kinds! {
    E::Incomplete => incomplete, Framing, "§2.1.4";
    E::MoreThanOnePacket => more_than_one_packet, Framing, "§2.1.4";
    E::Truncated { .. } => truncated, Malformed, "§2.1.4";
    E::UnexpectedBytes => unexpected_bytes, Malformed, "§2.1.4";
    E::VariableByteIntegerTooLong => variable_byte_integer_too_long, Malformed, "§1.5.5";
    E::VariableByteIntegerNotMinimal =>
        variable_byte_integer_not_minimal, Malformed, "[MQTT-1.5.5-1]";
    E::PacketTypeReserved => packet_type_reserved, Malformed, "§2.1.2";
    E::PacketFromWrongSide(_) => packet_from_wrong_side, Protocol, "§2.1.2";
    E::FixedHeaderFlags(packet) => fixed_header_flags, Malformed, match packet {
        PacketType::PubRel => "[MQTT-3.6.1-1]",
        PacketType::Subscribe => "[MQTT-3.8.1-1]",
        PacketType::Unsubscribe => "[MQTT-3.10.1-1]",
        PacketType::Disconnect => "[MQTT-3.14.1-1]",
        PacketType::Auth => "[MQTT-3.15.1-1]",
        _ => "[MQTT-2.1.3-1]",
    };
    E::QoS3 => qos_3, Malformed, "[MQTT-3.3.1-4]";
    E::DupOnQoS0 => dup_on_qos_0, Malformed, "[MQTT-3.3.1-2]";
    E::IllFormedUtf8 => ill_formed_utf8, Malformed, "[MQTT-1.5.4-1]";
    E::NullCharacter => null_character, Malformed, "[MQTT-1.5.4-2]";
    E::TopicNameEmpty => topic_name_empty, Malformed, "[MQTT-4.7.3-1]";
    E::TopicNameMissing => topic_name_missing, Protocol, "§3.3.2.1";
    E::TopicNameWildcard => topic_name_wildcard, Malformed, "[MQTT-3.3.2-2]";
    E::ResponseTopicWildcard => response_topic_wildcard, Malformed, "[MQTT-3.3.2-14]";
    E::TopicFilterEmpty => topic_filter_empty, Malformed, "[MQTT-4.7.3-1]";
    E::MultiLevelWildcard => multi_level_wildcard, Malformed, "[MQTT-4.7.1-1]";
    E::SingleLevelWildcard => single_level_wildcard, Malformed, "[MQTT-4.7.1-2]";
    E::ShareNameEmpty => share_name_empty, Malformed, "[MQTT-4.8.2-1]";
    E::ShareNameWildcard => share_name_wildcard, Malformed, "[MQTT-4.8.2-2]";
    E::ShareWithoutFilter => share_without_filter, Malformed, "[MQTT-4.8.2-2]";
    E::NoLocalOnShared => no_local_on_shared, Protocol, "[MQTT-3.8.3-4]";
    E::SubscribeEmpty => subscribe_empty, Protocol, "[MQTT-3.8.3-2]";
    E::UnsubscribeEmpty => unsubscribe_empty, Protocol, "[MQTT-3.10.3-2]";
    E::ReasonCodesEmpty(packet) => reason_codes_empty, Protocol, match packet {
        PacketType::UnsubAck => "[MQTT-3.11.3-1]",
        _ => "[MQTT-3.8.4-6]",
    };
    E::PacketIdentifierZero => packet_identifier_zero, Protocol, "[MQTT-2.2.1-3]";
    E::ProtocolName => protocol_name, Protocol, "[MQTT-3.1.2-1]";
    E::ProtocolVersion(_) => protocol_version, Protocol, "[MQTT-3.1.2-2]";
    E::ConnectFlagReserved => connect_flag_reserved, Malformed, "[MQTT-3.1.2-3]";
    E::WillQoS3 => will_qos_3, Malformed, "[MQTT-3.1.2-12]";
    E::WillQoSWithoutWill => will_qos_without_will, Malformed, "[MQTT-3.1.2-11]";
    E::WillRetainWithoutWill => will_retain_without_will, Malformed, "[MQTT-3.1.2-13]";
    E::ConnectAcknowledgeFlags => connect_acknowledge_flags, Malformed, "[MQTT-3.2.2-1]";
    E::SessionPresentOnError => session_present_on_error, Protocol, "[MQTT-3.2.2-6]";
    E::SubscriptionOptionsReserved => subscription_options_reserved, Malformed, "[MQTT-3.8.3-5]";
    E::SubscriptionQoS3 => subscription_qos_3, Protocol, "§3.8.3.1";
    E::RetainHandling3 => retain_handling_3, Protocol, "§3.8.3.1";
    E::ReasonCodeUnknown(_, packet) => reason_code_unknown, Protocol, reason_code_rule(packet);
    E::ReasonCodeNotAllowed(_, packet) =>
        reason_code_not_allowed, Protocol, reason_code_rule(packet);
    E::ReasonCodeFromWrongSide(_, packet) =>
        reason_code_from_wrong_side, Protocol, reason_code_rule(packet);
    E::PropertyUnknown(_) => property_unknown, Malformed, "§2.2.2.2";
    E::PropertyNotAllowed(..) => property_not_allowed, Malformed, "§2.2.2.2";
    E::PropertyFromWrongSide(id, holder) => property_from_wrong_side, Protocol, match id {
        PropertyId::SubscriptionIdentifier => "[MQTT-3.3.4-6]",
        PropertyId::SessionExpiryInterval => "[MQTT-3.14.2-2]",
        _ => id.rule_in(holder),
    };
    E::PropertyRepeated(id, holder) => property_repeated, Protocol, id.rule_in(holder);
    E::PropertyNotZeroOrOne(id, holder) => property_not_zero_or_one, Protocol, id.rule_in(holder);
    E::PropertyZero(id, holder) => property_zero, Protocol, id.rule_in(holder);
    E::TopicAliasZero => topic_alias_zero, Protocol, "[MQTT-3.3.2-8]";
    E::AuthenticationDataWithoutMethod =>
        authentication_data_without_method, Protocol, "§3.1.2.11.10";
    E::AuthenticationMethodMissing => authentication_method_missing, Protocol, "[MQTT-4.12.0-5]";
    // 5.0 has no such rules.
    kind @ E::ProtocolLevel(_) => protocol_level, Protocol, v3::rule(kind);
    kind @ E::PasswordWithoutUserName => password_without_user_name, Malformed, v3::rule(kind);
    kind @ E::ClientIdentifierEmpty => client_identifier_empty, Protocol, v3::rule(kind);
    kind @ E::RequestedQoSReserved => requested_qos_reserved, Malformed, v3::rule(kind);
    kind @ E::ReturnCodeReserved(..) => return_code_reserved, Protocol, v3::rule(kind);
    E::PacketTooLarge { .. } => packet_too_large, Protocol, "§3.1.2.11.4";
}

/// The statement that binds a packet to the Reason Codes listed for it.
fn reason_code_rule(packet: PacketType) -> &'static str {
    match packet {
        PacketType::ConnAck => "[MQTT-3.2.2-8]",
        PacketType::PubAck => "[MQTT-3.4.2-1]",
        PacketType::PubRec => "[MQTT-3.5.2-1]",
        PacketType::PubRel => "[MQTT-3.6.2-1]",
        PacketType::PubComp => "[MQTT-3.7.2-1]",
        PacketType::SubAck => "[MQTT-3.9.3-2]",
        PacketType::UnsubAck => "[MQTT-3.11.3-2]",
        PacketType::Disconnect => "[MQTT-3.14.2-1]",
        PacketType::Auth => "[MQTT-3.15.2-1]",
        _ => "§2.4",
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ErrorKind as E;
        match *self {
            E::Incomplete => f.write_str("the bytes end before the packet does"),
            E::MoreThanOnePacket => f.write_str("bytes follow the packet"),
            E::Truncated { says, left } => {
                write!(f, "the field has {says} bytes, and {left} are left in what holds it")
            }
            E::UnexpectedBytes => f.write_str("bytes remain after the packet's last field"),
            E::VariableByteIntegerTooLong => {
                f.write_str("a Variable Byte Integer has at most four bytes")
            }
            E::VariableByteIntegerNotMinimal => {
                f.write_str("a Variable Byte Integer is written in the fewest bytes possible")
            }
            E::PacketTypeReserved => f.write_str("Control Packet type 0 is reserved"),
            E::PacketFromWrongSide(packet) => {
                write!(f, "{} does not travel in this direction", packet.name())
            }
            E::FixedHeaderFlags(packet) => write!(
                f,
                "the Fixed Header flags of {} are {:04b}",
                packet.name(),
                packet.fixed_flags().unwrap_or_default()
            ),
            E::QoS3 => f.write_str("QoS 3 does not exist"),
            E::DupOnQoS0 => f.write_str("DUP is 0 on a QoS 0 PUBLISH"),
            E::IllFormedUtf8 => f.write_str("the text is not well-formed UTF-8"),
            E::NullCharacter => f.write_str("a UTF-8 Encoded String holds no U+0000"),
            E::TopicNameEmpty => f.write_str("a Topic Name has at least one character"),
            E::TopicNameMissing => {
                f.write_str("an empty Topic Name needs a Topic Alias in its place")
            }
            E::TopicNameWildcard => f.write_str("a Topic Name holds no wildcards"),
            E::ResponseTopicWildcard => f.write_str("a Response Topic holds no wildcards"),
            E::TopicFilterEmpty => f.write_str("a Topic Filter has at least one character"),
            E::MultiLevelWildcard => f.write_str("# is a whole level, and the last character"),
            E::SingleLevelWildcard => f.write_str("+ occupies a whole level"),
            E::ShareNameEmpty => f.write_str("a ShareName has at least one character"),
            E::ShareNameWildcard => f.write_str("a ShareName holds no +, # or /"),
            E::ShareWithoutFilter => f.write_str("a ShareName is followed by / and a Topic Filter"),
            E::NoLocalOnShared => f.write_str("No Local must not be set on a Shared Subscription"),
            E::SubscribeEmpty => f.write_str("SUBSCRIBE holds at least one Topic Filter"),
            E::UnsubscribeEmpty => f.write_str("UNSUBSCRIBE holds at least one Topic Filter"),
            E::ReasonCodesEmpty(packet) => {
                write!(f, "{} holds one Reason Code per Topic Filter", packet.name())
            }
            E::PacketIdentifierZero => f.write_str("a Packet Identifier is not zero"),
            E::ProtocolName => f.write_str("the Protocol Name is MQTT"),
            E::ProtocolVersion(version) => {
                write!(f, "the Protocol Version of MQTT 5.0 is 5, not {version}")
            }
            E::ConnectFlagReserved => f.write_str("the reserved Connect Flag is 0"),
            E::WillQoS3 => f.write_str("Will QoS 3 does not exist"),
            E::WillQoSWithoutWill => f.write_str("without a Will, Will QoS is 0"),
            E::WillRetainWithoutWill => f.write_str("without a Will, Will Retain is 0"),
            E::ConnectAcknowledgeFlags => {
                f.write_str("bits 7 to 1 of the Connect Acknowledge Flags are 0")
            }
            E::SessionPresentOnError => {
                f.write_str("Session Present is 0 when the Connect Reason Code is not")
            }
            E::SubscriptionOptionsReserved => {
                f.write_str("bits 7 and 6 of the Subscription Options are 0")
            }
            E::SubscriptionQoS3 => f.write_str("Maximum QoS 3 does not exist"),
            E::RetainHandling3 => f.write_str("Retain Handling is 0, 1 or 2"),
            E::ReasonCodeUnknown(value, _) => write!(f, "Reason Code 0x{value:02X} does not exist"),
            E::ReasonCodeNotAllowed(code, packet) => write!(
                f,
                "{} must not carry Reason Code 0x{:02X} ({})",
                packet.name(),
                code.value(),
                code.name()
            ),
            E::ReasonCodeFromWrongSide(code, packet) => write!(
                f,
                "this side must not send {} with Reason Code 0x{:02X} ({})",
                packet.name(),
                code.value(),
                code.name_in(packet)
            ),
            E::PropertyUnknown(id) => write!(f, "property 0x{id:02X} does not exist"),
            E::PropertyNotAllowed(id, holder) => {
                write!(f, "{} must not appear in {}", id.name(), holder.name())
            }
            E::PropertyFromWrongSide(id, holder) => {
                write!(f, "this side must not put {} into {}", id.name(), holder.name())
            }
            E::PropertyRepeated(id, holder) => {
                write!(f, "{} may appear in {} only once", id.name(), holder.name())
            }
            E::PropertyNotZeroOrOne(id, _) => write!(f, "{} is 0 or 1", id.name()),
            E::PropertyZero(id, _) => write!(f, "{} is not zero", id.name()),
            E::TopicAliasZero => f.write_str("Topic Alias is not zero"),
            E::AuthenticationDataWithoutMethod => {
                f.write_str("Authentication Data needs an Authentication Method")
            }
            E::AuthenticationMethodMissing => f.write_str("AUTH names its Authentication Method"),
            E::ProtocolLevel(level) => {
                write!(f, "Protocol Level {level} is not that of this version")
            }
            E::PasswordWithoutUserName => {
                f.write_str("before MQTT 5.0 a Password needs a User Name")
            }
            E::ClientIdentifierEmpty => {
                f.write_str("before MQTT 5.0 an empty Client Identifier needs Clean Session")
            }
            E::RequestedQoSReserved => {
                f.write_str("bits 7 to 2 of the requested QoS are 0 before MQTT 5.0")
            }
            E::ReturnCodeReserved(value, packet) => {
                write!(f, "{} has no return code 0x{value:02X}", packet.name())
            }
            E::PacketTooLarge { size, maximum } => {
                write!(f, "the packet has {size} bytes, the receiver takes at most {maximum}")
            }
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {} ({})", self.at, self.kind, self.kind.rule())
    }
}

impl std::error::Error for DecodeError {}

/// Why a packet has no representation on the wire. Broken rules are no reason: [`encode`](super::encode)
/// writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// A UTF-8 Encoded String or Binary Data has at most 65,535 bytes, the most its two-byte length can say
    /// (§1.5.4, §1.5.6).
    TooLong {
        /// Of the string or data, in bytes.
        length: usize,
    },
    /// A Variable Byte Integer is at most 268,435,455 (§1.5.5).
    TooLarge {
        /// The number that was to be written: a length in bytes, or a Subscription Identifier.
        value: usize,
    },
    /// A PUBLISH above QoS 0 has a Packet Identifier (§2.2.1).
    PacketIdentifierMissing,
    /// Before 5.0 there is no AUTH, and CONNACK has return codes for six of its Reason Codes.
    OnlyIn5(PacketType),
}

impl EncodeError {
    /// A name in snake_case that does not change.
    pub fn key(self) -> &'static str {
        match self {
            EncodeError::TooLong { .. } => "too_long",
            EncodeError::TooLarge { .. } => "too_large",
            EncodeError::PacketIdentifierMissing => "packet_identifier_missing",
            EncodeError::OnlyIn5(_) => "only_in_5",
        }
    }

    /// The section that draws the limit.
    pub fn rule(self) -> &'static str {
        match self {
            EncodeError::TooLong { .. } => "§1.5.4",
            EncodeError::TooLarge { .. } => "§1.5.5",
            EncodeError::PacketIdentifierMissing => "§2.2.1",
            EncodeError::OnlyIn5(PacketType::Auth) => "§3.15",
            EncodeError::OnlyIn5(_) => "§3.2.2.2",
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLong { length } => {
                write!(f, "text and binary data have at most 65535 bytes, not {length}")
            }
            EncodeError::TooLarge { value } => {
                write!(f, "a Variable Byte Integer ends at 268435455, before {value}")
            }
            EncodeError::PacketIdentifierMissing => {
                f.write_str("a PUBLISH above QoS 0 has a Packet Identifier")
            }
            EncodeError::OnlyIn5(packet) => {
                write!(f, "before MQTT 5.0 nothing says what this {} says", packet.name())
            }
        }
    }
}

impl std::error::Error for EncodeError {}
