//! What must be refused: where, which rule, and with which Reason Code to answer.

use std::collections::BTreeSet;

use bytes::Bytes;
use mqtt5_playground::mqtt::{Class, Deframer, ErrorKind, ReasonCode, Sender};

use crate::support::{CLIENT, SERVER, bytes, refused};

use ReasonCode::{
    MalformedPacket as Malformed, PacketTooLarge, ProtocolError as Protocol, TopicAliasInvalid,
    UnsupportedProtocolVersion as Version,
};

type Row = (Option<Sender>, &'static str, usize, &'static str, &'static str, ReasonCode);

/// Sender, bytes, offset of the byte that breaks the rule, kind, rule, Reason Code of the answer.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Too few bytes, or too many.
    (None, "", 0, "incomplete", "§2.1.4", Malformed),
    (None, "C0", 1, "incomplete", "§2.1.4", Malformed),
    (None, "30 80", 2, "incomplete", "§2.1.4", Malformed),
    (None, "30 FFFFFF", 4, "incomplete", "§2.1.4", Malformed),
    (None, "30 FFFFFF7F", 1, "incomplete", "§2.1.4", Malformed), // 256 MiB announced, none there
    (None, "30 05 0001 'a' 00", 1, "incomplete", "§2.1.4", Malformed),
    (None, "40 02 00", 1, "incomplete", "§2.1.4", Malformed),
    (None, "C0 00 C0 00", 2, "more_than_one_packet", "§2.1.4", Malformed),
    (None, "40 02 000A 00", 4, "more_than_one_packet", "§2.1.4", Malformed),

    // Fixed Header.
    (None, "00 00", 0, "packet_type_reserved", "§2.1.2", Malformed),
    (None, "0F", 0, "packet_type_reserved", "§2.1.2", Malformed),
    (None, "30 8000", 2, "variable_byte_integer_not_minimal", "[MQTT-1.5.5-1]", Malformed),
    (None, "30 FF00", 2, "variable_byte_integer_not_minimal", "[MQTT-1.5.5-1]", Malformed),
    (None, "30 80808000", 4, "variable_byte_integer_not_minimal", "[MQTT-1.5.5-1]", Malformed),
    (None, "30 FFFFFFFF", 4, "variable_byte_integer_too_long", "§1.5.5", Malformed),
    (None, "30 8080808001", 4, "variable_byte_integer_too_long", "§1.5.5", Malformed),
    (None, "11 0D 0004 'MQTT' 05 00 0000 00 0000", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "21 03 00 00 00", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "42 02 000A", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "58 02 000A", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "60 02 000A", 0, "fixed_header_flags", "[MQTT-3.6.1-1]", Malformed), // as in 3.1's PUBACK
    (None, "63 02 000A", 0, "fixed_header_flags", "[MQTT-3.6.1-1]", Malformed),
    (None, "71 02 000A", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "80 07 000A 00 0001 'a' 00", 0, "fixed_header_flags", "[MQTT-3.8.1-1]", Malformed),
    (None, "8A 07 000A 00 0001 'a' 00", 0, "fixed_header_flags", "[MQTT-3.8.1-1]", Malformed),
    (None, "92 04 000A 00 00", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "A0 06 000A 00 0001 'a'", 0, "fixed_header_flags", "[MQTT-3.10.1-1]", Malformed),
    (None, "B2 04 000A 00 00", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "C1 00", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "D8 00", 0, "fixed_header_flags", "[MQTT-2.1.3-1]", Malformed),
    (None, "E1 00", 0, "fixed_header_flags", "[MQTT-3.14.1-1]", Malformed),
    (None, "F2 00", 0, "fixed_header_flags", "[MQTT-3.15.1-1]", Malformed),
    (None, "36 06 0001 'a' 000A 00", 0, "qos_3", "[MQTT-3.3.1-4]", Malformed),
    (None, "3F", 0, "qos_3", "[MQTT-3.3.1-4]", Malformed),
    (None, "38 04 0001 'a' 00", 0, "dup_on_qos_0", "[MQTT-3.3.1-2]", Malformed),
    (None, "39 04 0001 'a' 00", 0, "dup_on_qos_0", "[MQTT-3.3.1-2]", Malformed),

    // From the side that may not send it.
    (SERVER, "10 0D 0004 'MQTT' 05 00 0000 00 0000", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (CLIENT, "20 03 00 00 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (SERVER, "82 07 000A 00 0001 'a' 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (CLIENT, "90 04 000A 00 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (SERVER, "A2 06 000A 00 0001 'a'", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (CLIENT, "B0 04 000A 00 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (SERVER, "C0 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),
    (CLIENT, "D0 00", 0, "packet_from_wrong_side", "§2.1.2", Protocol),

    // CONNECT.
    (None, "10 0E 0006 'MQIsdp' 03 02 003C 0000", 4, "protocol_name", "[MQTT-3.1.2-1]", Version),
    (None, "10 0D 0004 'mqtt' 05 00 0000 00 0000", 4, "protocol_name", "[MQTT-3.1.2-1]", Version),
    (None, "10 09 0000 05 00 0000 00 0000", 4, "protocol_name", "[MQTT-3.1.2-1]", Version),
    (None, "10 0C 0004 'MQTT' 04 02 003C 0000", 8, "protocol_version", "[MQTT-3.1.2-2]", Version),
    (None, "10 0D 0004 'MQTT' 06 00 0000 00 0000", 8, "protocol_version", "[MQTT-3.1.2-2]", Version),
    (None, "10 0D 0004 'MQTT' 05 01 0000 00 0000", 9, "connect_flag_reserved", "[MQTT-3.1.2-3]", Malformed),
    (None, "10 0D 0004 'MQTT' 05 03 0000 00 0000", 9, "connect_flag_reserved", "[MQTT-3.1.2-3]", Malformed),
    (None, "10 13 0004 'MQTT' 05 1C 0000 00 0000 00 0001 't' 0000", 9, "will_qos_3", "[MQTT-3.1.2-12]", Malformed),
    (None, "10 0D 0004 'MQTT' 05 18 0000 00 0000", 9, "will_qos_3", "[MQTT-3.1.2-12]", Malformed),
    (None, "10 0D 0004 'MQTT' 05 08 0000 00 0000", 9, "will_qos_without_will", "[MQTT-3.1.2-11]", Malformed),
    (None, "10 0D 0004 'MQTT' 05 10 0000 00 0000", 9, "will_qos_without_will", "[MQTT-3.1.2-11]", Malformed),
    (None, "10 0D 0004 'MQTT' 05 20 0000 00 0000", 9, "will_retain_without_will", "[MQTT-3.1.2-13]", Malformed),
    (None, "10 13 0004 'MQTT' 05 00 0000 00 0000 00 0001 't' 0000", 15, "unexpected_bytes", "§2.1.4", Malformed),
    (None, "10 0D 0004 'MQTT' 05 04 0000 00 0000", 15, "truncated", "§2.1.4", Malformed), // [MQTT-3.1.2-9]
    (None, "10 12 0004 'MQTT' 05 04 0000 00 0000 00 0000 0000", 18, "topic_name_empty", "[MQTT-4.7.3-1]", Malformed),
    (None, "10 13 0004 'MQTT' 05 04 0000 00 0000 00 0001 '#' 0000", 18, "topic_name_wildcard", "[MQTT-3.3.2-2]", Malformed),
    (None, "10 13 0004 'MQTT' 05 04 0000 00 0000 00 0001 FF 0000", 18, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed), // [MQTT-3.1.3-11]
    (None, "10 0E 0004 'MQTT' 05 00 0000 00 0001 80", 15, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed), // [MQTT-3.1.3-4]
    (None, "10 10 0004 'MQTT' 05 80 0000 00 0000 0001 FE", 17, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed), // [MQTT-3.1.3-12]
    (None, "10 0D 0004 'MQTT' 05 80 0000 00 0000", 15, "truncated", "§2.1.4", Malformed), // [MQTT-3.1.2-17]
    (None, "10 0D 0004 'MQTT' 05 40 0000 00 0000", 15, "truncated", "§2.1.4", Malformed), // [MQTT-3.1.2-19]
    (None, "10 10 0004 'MQTT' 05 00 0000 00 0000 0001 'u'", 15, "unexpected_bytes", "§2.1.4", Malformed), // [MQTT-3.1.2-16]
    (None, "10 13 0004 'MQTT' 05 80 0000 00 0000 0001 'u' 0001 'p'", 18, "unexpected_bytes", "§2.1.4", Malformed), // [MQTT-3.1.2-18]
    (None, "10 0B 0004 'MQTT' 05 00 0000 00", 13, "truncated", "§2.1.4", Malformed), // [MQTT-3.1.3-3]
    (None, "10 0A 0004 'MQTT' 05 00 0000", 12, "truncated", "§2.1.4", Malformed), // [MQTT-2.2.2-1]
    (None, "10 0D 0004 'MQTT' 05 00 0000 00 0001", 13, "truncated", "§2.1.4", Malformed),
    (None, "10 11 0004 'MQTT' 05 00 0000 04 16 0001 00 0000", 12, "authentication_data_without_method", "§3.1.2.11.10", Protocol),

    // CONNACK.
    (None, "20 03 02 00 00", 2, "connect_acknowledge_flags", "[MQTT-3.2.2-1]", Malformed),
    (None, "20 03 81 00 00", 2, "connect_acknowledge_flags", "[MQTT-3.2.2-1]", Malformed),
    (None, "20 03 01 87 00", 2, "session_present_on_error", "[MQTT-3.2.2-6]", Protocol),
    (None, "20 02 00 00", 4, "truncated", "§2.1.4", Malformed), // as in 3.1.1, without properties
    (None, "20 03 00 01 00", 3, "reason_code_not_allowed", "[MQTT-3.2.2-8]", Protocol),
    (None, "20 03 00 05 00", 3, "reason_code_unknown", "[MQTT-3.2.2-8]", Protocol), // a return code of 3.1.1
    (None, "20 04 00 00 00 00", 5, "unexpected_bytes", "§2.1.4", Malformed),

    // PUBLISH.
    (None, "30 00", 2, "truncated", "§2.1.4", Malformed), // [MQTT-3.3.2-1]
    (None, "30 03 0000 00", 2, "topic_name_missing", "§3.3.2.1", Protocol),
    (None, "30 04 0001 '#' 00", 4, "topic_name_wildcard", "[MQTT-3.3.2-2]", Malformed),
    (None, "30 06 0003 'a/+' 00", 6, "topic_name_wildcard", "[MQTT-3.3.2-2]", Malformed),
    (None, "30 04 0001 FF 00", 4, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed),
    (None, "30 04 0001 00 00", 4, "null_character", "[MQTT-1.5.4-2]", Malformed),
    (None, "30 03 0001 'a'", 5, "truncated", "§2.1.4", Malformed),
    (None, "30 05 00FF 'abc'", 2, "truncated", "§2.1.4", Malformed),
    (None, "32 06 0001 'a' 0000 00", 5, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "34 06 0001 'a' 0000 00", 5, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "32 04 0001 'a' 00", 6, "truncated", "§2.1.4", Malformed),
    (None, "30 04 0001 'a' 05", 5, "truncated", "§2.1.4", Malformed),
    (None, "30 08 0001 'a' 7F 0101 6869", 5, "truncated", "§2.1.4", Malformed), // a Property Length beyond the packet
    (None, "30 06 0001 'a' 8000 00", 6, "variable_byte_integer_not_minimal", "[MQTT-1.5.5-1]", Malformed),
    (None, "30 08 0001 'a' 80808080 01", 8, "variable_byte_integer_too_long", "§1.5.5", Malformed),
    (None, "30 06 0001 'a' 02 0102", 7, "property_not_zero_or_one", "§3.3.2.3.2", Protocol),
    (None, "30 08 0001 'a' 04 0100 0101", 8, "property_repeated", "§3.3.2.3.2", Protocol),
    (None, "30 07 0001 'a' 03 210001", 6, "property_not_allowed", "§2.2.2.2", Malformed),
    (None, "30 06 0001 'a' 02 7F00", 6, "property_unknown", "§2.2.2.2", Malformed),
    (None, "30 07 0001 'a' 03 230000", 7, "topic_alias_zero", "[MQTT-3.3.2-8]", TopicAliasInvalid),
    (CLIENT, "30 06 0001 'a' 02 0B01", 6, "property_from_wrong_side", "[MQTT-3.3.4-6]", Protocol),
    (None, "30 08 0001 'a' 04 080001 '#'", 9, "response_topic_wildcard", "[MQTT-3.3.2-14]", Malformed),

    // The four acknowledgements.
    (None, "40 00", 2, "truncated", "§2.1.4", Malformed),
    (None, "40 01 00", 3, "truncated", "§2.1.4", Malformed),
    (None, "40 02 0000", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "50 02 0000", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "62 02 0000", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "70 02 0000", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "40 03 000A 92", 4, "reason_code_not_allowed", "[MQTT-3.4.2-1]", Protocol),
    (None, "50 03 000A 03", 4, "reason_code_unknown", "[MQTT-3.5.2-1]", Protocol),
    (None, "62 03 000A 10", 4, "reason_code_not_allowed", "[MQTT-3.6.2-1]", Protocol),
    (None, "70 03 000A 80", 4, "reason_code_not_allowed", "[MQTT-3.7.2-1]", Protocol),
    (None, "40 05 000A 00 00 00", 6, "unexpected_bytes", "§2.1.4", Malformed),
    (None, "40 04 000A 00 01", 5, "truncated", "§2.1.4", Malformed),

    // SUBSCRIBE and SUBACK.
    (None, "82 07 0000 00 0001 'a' 00", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "82 03 000A 00", 5, "subscribe_empty", "[MQTT-3.8.3-2]", Protocol),
    (None, "82 06 000A 00 0001 'a'", 8, "truncated", "§2.1.4", Malformed), // a filter without options
    (None, "82 06 000A 00 0000 00", 7, "topic_filter_empty", "[MQTT-4.7.3-1]", Malformed),
    (None, "82 08 000A 00 0002 'a#' 00", 8, "multi_level_wildcard", "[MQTT-4.7.1-1]", Malformed),
    (None, "82 09 000A 00 0003 '#/a' 00", 7, "multi_level_wildcard", "[MQTT-4.7.1-1]", Malformed),
    (None, "82 08 000A 00 0002 'a+' 00", 8, "single_level_wildcard", "[MQTT-4.7.1-2]", Malformed),
    (None, "82 0F 000A 00 0009 '$share//a' 00", 14, "share_name_empty", "[MQTT-4.8.2-1]", Malformed),
    (None, "82 10 000A 00 000A '$share/+/a' 00", 14, "share_name_wildcard", "[MQTT-4.8.2-2]", Malformed),
    (None, "82 0E 000A 00 0008 '$share/g' 00", 15, "share_without_filter", "[MQTT-4.8.2-2]", Malformed),
    (None, "82 0F 000A 00 0009 '$share/g/' 00", 16, "share_without_filter", "[MQTT-4.8.2-2]", Malformed),
    (None, "82 10 000A 00 000A '$share/g/a' 04", 17, "no_local_on_shared", "[MQTT-3.8.3-4]", Protocol),
    (None, "82 07 000A 00 0001 FF 00", 7, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed), // [MQTT-3.8.3-1]
    (None, "82 07 000A 00 0001 'a' 40", 8, "subscription_options_reserved", "[MQTT-3.8.3-5]", Malformed),
    (None, "82 07 000A 00 0001 'a' 80", 8, "subscription_options_reserved", "[MQTT-3.8.3-5]", Malformed),
    (None, "82 07 000A 00 0001 'a' 30", 8, "retain_handling_3", "§3.8.3.1", Protocol),
    (None, "82 07 000A 00 0001 'a' 03", 8, "subscription_qos_3", "§3.8.3.1", Protocol),
    (None, "82 0B 000A 00 0001 'a' 00 0001 '+' 03", 12, "subscription_qos_3", "§3.8.3.1", Protocol), // the second filter
    (None, "82 09 000A 02 0B00 0001 'a' 00", 6, "property_zero", "§3.8.2.1.2", Protocol),
    (None, "82 0B 000A 04 0B01 0B02 0001 'a' 00", 7, "property_repeated", "§3.8.2.1.2", Protocol),
    (None, "90 04 0000 00 00", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "90 03 000A 00", 5, "reason_codes_empty", "[MQTT-3.8.4-6]", Protocol),
    (None, "90 04 000A 00 11", 5, "reason_code_not_allowed", "[MQTT-3.9.3-2]", Protocol),
    (None, "90 05 000A 00 00 03", 6, "reason_code_unknown", "[MQTT-3.9.3-2]", Protocol),

    // UNSUBSCRIBE and UNSUBACK.
    (None, "A2 06 0000 00 0001 'a'", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "A2 03 000A 00", 5, "unsubscribe_empty", "[MQTT-3.10.3-2]", Protocol),
    (None, "A2 07 000A 00 0001 'a' 00", 9, "truncated", "§2.1.4", Malformed), // half a length
    (None, "A2 07 000A 00 0002 'a#'", 8, "multi_level_wildcard", "[MQTT-4.7.1-1]", Malformed),
    (None, "A2 06 000A 00 0001 F5", 7, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed), // [MQTT-3.10.3-1]
    (None, "B0 04 0000 00 00", 2, "packet_identifier_zero", "[MQTT-2.2.1-3]", Protocol),
    (None, "B0 03 000A 00", 5, "reason_codes_empty", "[MQTT-3.11.3-1]", Protocol),
    (None, "B0 02 000A", 4, "truncated", "§2.1.4", Malformed), // as in 3.1.1
    (None, "B0 04 000A 00 01", 5, "reason_code_not_allowed", "[MQTT-3.11.3-2]", Protocol),

    // PINGREQ, PINGRESP.
    (None, "C0 01 00", 2, "unexpected_bytes", "§2.1.4", Malformed),
    (None, "D0 02 0000", 2, "unexpected_bytes", "§2.1.4", Malformed),

    // DISCONNECT and AUTH.
    (None, "E0 01 01", 2, "reason_code_not_allowed", "[MQTT-3.14.2-1]", Protocol),
    (None, "E0 01 05", 2, "reason_code_unknown", "[MQTT-3.14.2-1]", Protocol),
    (CLIENT, "E0 01 8E", 2, "reason_code_from_wrong_side", "[MQTT-3.14.2-1]", Protocol),
    (SERVER, "E0 01 04", 2, "reason_code_from_wrong_side", "[MQTT-3.14.2-1]", Protocol),
    (SERVER, "E0 07 80 05 11 00000000", 4, "property_from_wrong_side", "[MQTT-3.14.2-2]", Protocol),
    (None, "E0 03 00 00 00", 4, "unexpected_bytes", "§2.1.4", Malformed),
    (None, "F0 01 18", 3, "truncated", "§2.1.4", Malformed), // no short form but that of Success
    (None, "F0 02 18 00", 3, "authentication_method_missing", "[MQTT-4.12.0-5]", Protocol),
    (None, "F0 02 00 00", 3, "authentication_method_missing", "[MQTT-4.12.0-5]", Protocol),
    (CLIENT, "F0 06 00 04 150001 'm'", 2, "reason_code_from_wrong_side", "[MQTT-3.15.2-1]", Protocol),
    (SERVER, "F0 06 19 04 150001 'm'", 2, "reason_code_from_wrong_side", "[MQTT-3.15.2-1]", Protocol),
];

#[test]
fn each_is_refused_with_offset_kind_rule_and_answer() {
    for &(sender, hex, at, key, rule, answer) in ROWS {
        let error = refused(&bytes(hex), sender);
        let found = (error.at, error.kind.key(), error.kind.rule(), error.kind.reason_code());
        assert_eq!(found, (at, key, rule, answer), "{hex} from {sender:?}");
        assert!(!error.kind.is_only_before_5(), "{hex}");
        assert!(!error.kind.to_string().is_empty(), "{hex}");
        let class = match answer {
            _ if ["incomplete", "more_than_one_packet"].contains(&key) => Class::Framing,
            Malformed => Class::MalformedPacket,
            _ => Class::ProtocolError,
        };
        assert_eq!(error.kind.class(), class, "{hex}");
    }
}

/// The only error that the packet alone cannot show.
fn packet_too_large() -> ErrorKind {
    let mut deframer = Deframer::new();
    deframer.set_maximum_packet_size(Some(4));
    deframer.push(&bytes("30 04"));
    let error = deframer.next_frame().expect_err("six bytes are announced, four are taken");
    assert_eq!((error.at, error.kind.reason_code()), (1, PacketTooLarge));
    error.kind
}

#[test]
fn every_kind_of_error_has_a_row() {
    let mut shown: BTreeSet<&str> = ROWS.iter().map(|row| row.3).collect();
    shown.insert(packet_too_large().key());
    // Some are broken only by older versions.
    shown.extend(crate::v3::ROWS.iter().map(|row| row.3));
    assert_eq!(shown, ErrorKind::KEYS.iter().copied().collect());
    assert_eq!(shown.len(), ErrorKind::KEYS.len(), "keys are unique");
}

/// The example of §1.5.5: every value, one byte short and one byte too long.
#[test]
fn lengths_are_written_in_one_way_only() {
    for (good, value) in [
        ("00", 0),
        ("7F", 127),
        ("8001", 128),
        ("FF7F", 16_383),
        ("808001", 16_384),
        ("FFFF7F", 2_097_151),
    ] {
        // PUBLISH `a` with nothing but its payload, so that any length from 4 on can be made.
        let head = [&[0x30][..], &bytes(good)].concat();
        if value >= 4 {
            let mut frame = [&head[..], &bytes("0001 'a' 00")].concat();
            frame.resize(head.len() + value, b'x');
            crate::support::read_canonical(&frame.into(), None);
        }
        let mut padded = head;
        *padded.last_mut().expect("not empty") |= 0x80;
        padded.push(0);
        let error = refused(&Bytes::from(padded), None);
        assert_eq!(error.kind, ErrorKind::VariableByteIntegerNotMinimal, "{good}");
    }
}

/// Every proper beginning of a packet is incomplete, and is shown to its last byte.
#[test]
fn a_packet_cut_anywhere_is_incomplete() {
    for hex in WHOLE {
        let frame = bytes(hex);
        crate::support::read_canonical(&frame, None);
        for end in 0..frame.len() {
            let part = frame.slice(..end);
            let error = refused(&part, None);
            // From the Remaining Length on, that is what is wrong, and nothing else is.
            let at = end.min(1);
            assert_eq!((error.at, error.kind), (at, ErrorKind::Incomplete), "{end} of {hex}");
            let flaws = mqtt5_playground::mqtt::dissect(&part, None).flaws;
            assert_eq!(flaws.len(), 1, "{end} of {hex}: {flaws:?}");
        }
    }
}

const WHOLE: [&str; 12] = [
    "10 28 0004 'MQTT' 05 C6 003C 05 11 00000E10 0001 'c' 07 09 0002 0001 01 01 0001 't' 0002 'hi' 0001 'u' 0001 'p'",
    "20 0C 01 00 09 12 0001 'x' 26 0000 0000",
    "3D 15 0003 'a/b' 000A 0B 0B 8001 03 0002 'cs' 23 0001 'hi'",
    "40 08 000A 00 04 1F 0001 'r'",
    "50 03 000A 10",
    "62 02 000A",
    "82 0F 000A 02 0B 01 0001 'a' 01 0003 'b/#' 2C",
    "90 0A 000A 05 1F 0002 C2B5 00 87",
    "A2 0A 000A 00 0001 'a' 0002 '/+'",
    "C0 00",
    "E0 06 9D 04 1C 0001 's'",
    "F0 0A 18 08 15 0001 'm' 16 0001 FF",
];
