//! The names of the ways to break a packet.

use crate::analysis::Breakage;
use crate::language::Strings;

/// What is done to the packet, as a short imperative.
pub fn breakage_words(breakage: Breakage, strings: &Strings) -> &'static str {
    use Breakage as B;
    match breakage {
        B::PacketTypeZero => strings.composer_break_packet_type_zero(),
        B::FixedHeaderFlags => strings.composer_break_fixed_header_flags(),
        B::QoS3 => strings.composer_break_qos_3(),
        B::DupOnQoS0 => strings.composer_break_dup_on_qos_0(),
        B::RemainingLengthNotMinimal => strings.composer_break_remaining_length_not_minimal(),
        B::RemainingLengthTooLong => strings.composer_break_remaining_length_too_long(),
        B::RemainingLengthAhead => strings.composer_break_remaining_length_ahead(),
        B::Truncated => strings.composer_break_truncated(),
        B::UnexpectedBytes => strings.composer_break_unexpected_bytes(),
        B::ProtocolName => strings.composer_break_protocol_name(),
        B::ProtocolVersion => strings.composer_break_protocol_version(),
        B::ConnectFlagReserved => strings.composer_break_connect_flag_reserved(),
        B::WillQoS3 => strings.composer_break_will_qos_3(),
        B::WillQoSWithoutWill => strings.composer_break_will_qos_without_will(),
        B::WillRetainWithoutWill => strings.composer_break_will_retain_without_will(),
        B::ConnectAcknowledgeFlags => strings.composer_break_connect_acknowledge_flags(),
        B::SessionPresentOnError => strings.composer_break_session_present_on_error(),
        B::PacketIdentifierZero => strings.composer_break_packet_identifier_zero(),
        B::IllFormedUtf8 => strings.composer_break_ill_formed_utf8(),
        B::Surrogate => strings.composer_break_surrogate(),
        B::NullCharacter => strings.composer_break_null_character(),
        B::StringLength => strings.composer_break_string_length(),
        B::TopicNameEmpty => strings.composer_break_topic_name_empty(),
        B::TopicNameWildcard => strings.composer_break_topic_name_wildcard(),
        B::TopicFilterEmpty => strings.composer_break_topic_filter_empty(),
        B::MultiLevelWildcard => strings.composer_break_multi_level_wildcard(),
        B::SingleLevelWildcard => strings.composer_break_single_level_wildcard(),
        B::ShareNameEmpty => strings.composer_break_share_name_empty(),
        B::ShareNameWildcard => strings.composer_break_share_name_wildcard(),
        B::ShareWithoutFilter => strings.composer_break_share_without_filter(),
        B::NoLocalOnShared => strings.composer_break_no_local_on_shared(),
        B::SubscriptionOptionsReserved => strings.composer_break_subscription_options_reserved(),
        B::SubscriptionQoS3 => strings.composer_break_subscription_qos_3(),
        B::RetainHandling3 => strings.composer_break_retain_handling_3(),
        B::NoFilters => strings.composer_break_no_filters(),
        B::NoReasonCodes => strings.composer_break_no_reason_codes(),
        B::ReasonCodeUnknown => strings.composer_break_reason_code_unknown(),
        B::ReasonCodeNotAllowed => strings.composer_break_reason_code_not_allowed(),
        B::ReasonCodeFromWrongSide => strings.composer_break_reason_code_from_wrong_side(),
        B::PropertyLength => strings.composer_break_property_length(),
        B::PropertyUnknown => strings.composer_break_property_unknown(),
        B::PropertyNotAllowed => strings.composer_break_property_not_allowed(),
        B::PropertyFromWrongSide => strings.composer_break_property_from_wrong_side(),
        B::PropertyRepeated => strings.composer_break_property_repeated(),
        B::PropertyNotZeroOrOne => strings.composer_break_property_not_zero_or_one(),
        B::PropertyZero => strings.composer_break_property_zero(),
        B::TopicAliasZero => strings.composer_break_topic_alias_zero(),
        B::ResponseTopicWildcard => strings.composer_break_response_topic_wildcard(),
        B::AuthenticationDataWithoutMethod => {
            strings.composer_break_authentication_data_without_method()
        }
        B::AuthenticationMethodMissing => strings.composer_break_authentication_method_missing(),
    }
}
