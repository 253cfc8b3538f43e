//! Makes a valid packet break exactly one rule, and predicts the error a strict receiver reports.
//!
//! A [`Breakage`] edits the bytes of a packet so that it breaks exactly its own rule; lengths around the
//! edit stay right, unless a length is what is wrong. The predicted rule and Reason Code come from decoding
//! the edited bytes.

mod anatomy;
mod edit;

use bytes::Bytes;

use crate::mqtt::{Class, DecodeError, ErrorKind, ReasonCode, Sender, dissect};
use anatomy::Anatomy;

/// A packet with one rule broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The way in which it was broken.
    pub breakage: Breakage,
    /// The packet after the edit.
    pub bytes: Bytes,
    /// What a receiver finds, and where.
    pub error: DecodeError,
}

impl Broken {
    /// With which Reason Code a receiver answers (§4.13); `None` where it cannot see anything wrong and
    /// waits for more.
    pub fn reason_code(&self) -> Option<ReasonCode> {
        (self.error.kind.class() != Class::Framing).then(|| self.error.kind.reason_code())
    }
}

/// Declares the ways to break a packet together with their keys.
macro_rules! breakages {
    ($($(#[$doc:meta])* $variant:ident, $key:literal;)*) => {
        /// One way to break a packet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Breakage { $($(#[$doc])* $variant,)* }

        impl Breakage {
            /// In the order of a packet's fields.
            pub const ALL: &[Breakage] = &[$(Breakage::$variant,)*];

            /// A stable name in snake_case.
            pub fn key(self) -> &'static str {
                match self { $(Breakage::$variant => $key,)* }
            }
        }
    };
}

breakages! {
    PacketTypeZero, "packet_type_zero";
    /// Turns one of the Fixed Header flags that are prescribed (§2.1.3).
    FixedHeaderFlags, "fixed_header_flags";
    QoS3, "qos_3";
    DupOnQoS0, "dup_on_qos_0";
    RemainingLengthNotMinimal, "remaining_length_not_minimal";
    RemainingLengthTooLong, "remaining_length_too_long";
    /// Announces bytes that never come: no rule is broken yet, the receiver waits.
    RemainingLengthAhead, "remaining_length_ahead";
    /// The packet ends in the middle of its last field.
    Truncated, "truncated";
    UnexpectedBytes, "unexpected_bytes";
    ProtocolName, "protocol_name";
    ProtocolVersion, "protocol_version";
    ConnectFlagReserved, "connect_flag_reserved";
    WillQoS3, "will_qos_3";
    WillQoSWithoutWill, "will_qos_without_will";
    WillRetainWithoutWill, "will_retain_without_will";
    ConnectAcknowledgeFlags, "connect_acknowledge_flags";
    SessionPresentOnError, "session_present_on_error";
    PacketIdentifierZero, "packet_identifier_zero";
    IllFormedUtf8, "ill_formed_utf8";
    /// Half of a surrogate pair, which UTF-8 does not have.
    Surrogate, "surrogate";
    NullCharacter, "null_character";
    /// A String Length beyond the end of the packet.
    StringLength, "string_length";
    TopicNameEmpty, "topic_name_empty";
    TopicNameWildcard, "topic_name_wildcard";
    TopicFilterEmpty, "topic_filter_empty";
    MultiLevelWildcard, "multi_level_wildcard";
    SingleLevelWildcard, "single_level_wildcard";
    ShareNameEmpty, "share_name_empty";
    ShareNameWildcard, "share_name_wildcard";
    ShareWithoutFilter, "share_without_filter";
    NoLocalOnShared, "no_local_on_shared";
    SubscriptionOptionsReserved, "subscription_options_reserved";
    SubscriptionQoS3, "subscription_qos_3";
    RetainHandling3, "retain_handling_3";
    NoFilters, "no_filters";
    NoReasonCodes, "no_reason_codes";
    ReasonCodeUnknown, "reason_code_unknown";
    ReasonCodeNotAllowed, "reason_code_not_allowed";
    ReasonCodeFromWrongSide, "reason_code_from_wrong_side";
    PropertyLength, "property_length";
    PropertyUnknown, "property_unknown";
    PropertyNotAllowed, "property_not_allowed";
    PropertyFromWrongSide, "property_from_wrong_side";
    PropertyRepeated, "property_repeated";
    PropertyNotZeroOrOne, "property_not_zero_or_one";
    PropertyZero, "property_zero";
    TopicAliasZero, "topic_alias_zero";
    ResponseTopicWildcard, "response_topic_wildcard";
    AuthenticationDataWithoutMethod, "authentication_data_without_method";
    AuthenticationMethodMissing, "authentication_method_missing";
}

impl Breakage {
    /// The breakage with this [`key`](Breakage::key).
    pub fn from_key(key: &str) -> Option<Breakage> {
        Breakage::ALL.iter().copied().find(|breakage| breakage.key() == key)
    }

    /// Breaks a sound packet; `None` where this way does not apply to it, or the packet is not sound.
    pub fn of(self, frame: &Bytes, sender: Sender) -> Option<Broken> {
        let anatomy = Anatomy::of(frame, sender)?;
        let bytes = Bytes::from(self.edit(&anatomy)?);
        let error = dissect(&bytes, Some(sender)).outcome.err()?;
        self.is_meant(error.kind).then_some(Broken { breakage: self, bytes, error })
    }

    /// Every way that applies to this packet.
    pub fn all_of(frame: &Bytes, sender: Sender) -> Vec<Broken> {
        Breakage::ALL.iter().filter_map(|breakage| breakage.of(frame, sender)).collect()
    }

    /// Whether the error that was found is the one this breakage is for.
    fn is_meant(self, kind: ErrorKind) -> bool {
        use Breakage as B;
        use ErrorKind as E;
        match self {
            B::PacketTypeZero => kind == E::PacketTypeReserved,
            B::RemainingLengthNotMinimal => kind == E::VariableByteIntegerNotMinimal,
            B::RemainingLengthTooLong => kind == E::VariableByteIntegerTooLong,
            B::RemainingLengthAhead => kind == E::Incomplete,
            B::Surrogate => kind == E::IllFormedUtf8,
            B::Truncated | B::StringLength | B::PropertyLength => {
                matches!(kind, E::Truncated { .. })
            }
            B::TopicNameEmpty => kind == E::TopicNameMissing,
            B::NoFilters => matches!(kind, E::SubscribeEmpty | E::UnsubscribeEmpty),
            B::NoReasonCodes => matches!(kind, E::ReasonCodesEmpty(_)),
            // The other keys are those of the errors they are for.
            _ => kind.key() == self.key(),
        }
    }
}

#[cfg(test)]
mod tests;
