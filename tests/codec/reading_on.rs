//! Reading on behind a broken rule: which rules a packet breaks, where, in which field, and what is read all the same.

use mqtt5_playground::mqtt::{Dissection, PacketType, Sender, Version, dissect_as};

use crate::support::{CLIENT, SERVER, assert_dissected, bytes, leaves, read_as};
use Version::{V3_1, V3_1_1, V5};

/// Version, sender, bytes, `key start..end field = value` of every broken rule, and a leaf behind them.
type Row = (Version, Option<Sender>, &'static str, &'static [&'static str], &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // CONNECT.
    (V5, None, "10 17 0004 'MQTT' 05 01 003C 08 21 0000 17 07 22 0001 0002 'c' FF",
        &["connect_flag_reserved 9..10 Reserved = 1", "property_zero 14..16 Receive Maximum = 0",
          "property_not_zero_or_one 17..18 Request Problem Information = 7", "ill_formed_utf8 24..25 Client Identifier = 63ff"],
        "Topic Alias Maximum 19..21 = 1 (3.1.2.11.5)"),
    (V5, None, "10 1B 0004 'MQTT' 05 1C 003C 00 0001 'c' 05 01 05 18 0000 0001 '#' 0002 'hi'",
        &["will_qos_3 9..10 Will QoS = 3", "property_not_zero_or_one 18..19 Payload Format Indicator = 5",
          "truncated 20..22 Will Delay Interval = 0000", "topic_name_wildcard 24..25 Will Topic = #"],
        "Will Payload 27..29 = 6869 (3.1.3.4)"),
    (V5, None, "10 0D 0004 'mqtt' 05 38 003C 00 0000",
        &["protocol_name 4..5 Protocol Name = mqtt", "will_qos_3 9..10 Will QoS = 3", "will_retain_without_will 9..10 Will Retain = 1"],
        "Keep Alive 10..12 = 60 (3.1.2.10)"),
    (V5, None, "10 0E 0006 'MQIsdp' 03 02 003C 0000",
        &["protocol_name 4..5 Protocol Name = MQIsdp", "protocol_version 10..11 Protocol Version = 3"],
        "Not read 11..16 = 02003c0000 (4.13)"),

    // CONNACK.
    (V5, None, "20 07 03 05 04 24 02 21 00",
        &["connect_acknowledge_flags 2..3 Reserved = 1", "reason_code_unknown 3..4 Connect Reason Code = 5",
          "session_present_on_error 2..3 Session Present = 1", "property_not_zero_or_one 6..7 Maximum QoS = 2",
          "truncated 8..9 Receive Maximum = 00"],
        "Connect Reason Code 3..4 = 5 (3.2.2.2)"),

    // PUBLISH.
    (V5, CLIENT, "32 15 0003 'a/#' 0000 0B 01 58 23 0000 0B 01 08 0001 '+' 'hi'",
        &["topic_name_wildcard 6..7 Topic Name = a/#", "packet_identifier_zero 7..9 Packet Identifier = 0",
          "property_not_zero_or_one 11..12 Payload Format Indicator = 88", "topic_alias_zero 13..15 Topic Alias = 0",
          "property_from_wrong_side 15..16 Subscription Identifier = 1", "response_topic_wildcard 20..21 Response Topic = +"],
        "Application Message 21..23 = 6869 (3.3.3)"),
    (V5, None, "38 10 0001 'a' 0A 02 00000001 02 00000002 'hi'",
        &["dup_on_qos_0 0..1 DUP = 1", "property_repeated 11..12 Message Expiry Interval = 2"],
        "Application Message 16..18 = 6869 (3.3.3)"),
    (V5, None, "30 0D 0001 'a' 07 26 0001 00 0001 FF 'hi'",
        &["null_character 9..10 User Property = ", "ill_formed_utf8 12..13 User Property = "],
        "Application Message 13..15 = 6869 (3.3.3)"),
    (V5, None, "30 0C 0001 'a' 06 01 02 7F 01 00 00 'hi'",
        &["property_not_zero_or_one 7..8 Payload Format Indicator = 2", "property_unknown 8..9 Property Identifier = 127"],
        "Application Message 12..14 = 6869 (3.3.3)"),
    (V5, None, "30 07 0000 02 19 01 'hi'",
        &["property_not_allowed 5..6 Request Response Information = 1", "topic_name_missing 2..4 Topic Name = "],
        "Application Message 7..9 = 6869 (3.3.3)"),
    // Whether an alias follows is not known.
    (V5, None, "30 08 0000 03 19 01 01 'hi'",
        &["property_not_allowed 5..6 Request Response Information = 1", "truncated 8..8 Payload Format Indicator = "], ""),
    (V5, None, "36 07 0001 '+' 000A 00 'h'",
        &["qos_3 0..1 QoS = 3", "topic_name_wildcard 4..5 Topic Name = +"], "Not read 5..9 = 000a0068 (4.13)"),

    // PUBACK, PUBREC, PUBREL, PUBCOMP.
    (V5, None, "40 07 0000 FF 03 1F 0000", &["packet_identifier_zero 2..4 Packet Identifier = 0", "reason_code_unknown 4..5 PUBACK Reason Code = 255"],
        "String Length 7..9 = 0 (1.5.4)"),
    (V5, None, "58 06 0000 00 02 01 01",
        &["fixed_header_flags 0..1 Flags = 8", "packet_identifier_zero 2..4 Packet Identifier = 0", "property_not_allowed 6..7 Payload Format Indicator = 1"],
        "Payload Format Indicator 7..8 = 1 (2.2.2.2)"),
    (V5, None, "60 03 000A 10", &["fixed_header_flags 0..1 Flags = 0", "reason_code_not_allowed 4..5 PUBREL Reason Code = 0x10 (No matching subscribers)"],
        "Packet Identifier 2..4 = 10 (2.2.1)"),
    (V5, None, "70 05 0000 91 00 FF", &["packet_identifier_zero 2..4 Packet Identifier = 0", "reason_code_not_allowed 4..5 PUBCOMP Reason Code = 0x91 (Packet Identifier in use)",
        "unexpected_bytes 6..7"], "Not read 6..7 = ff (4.13)"),

    // SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK.
    (V5, None, "82 10 000A 02 0B00 0003 '#/a' F3 0002 'a+' 2C",
        &["property_zero 6..7 Subscription Identifier = 0", "multi_level_wildcard 9..10 Topic Filter = #/a",
          "subscription_options_reserved 12..13 Reserved = 3", "retain_handling_3 12..13 Retain Handling = 3",
          "subscription_qos_3 12..13 Maximum QoS = 3", "single_level_wildcard 16..17 Topic Filter = a+"],
        "Subscription Options 17..18 = 44 (3.8.3.1)"),
    (V5, None, "90 06 0000 00 03 00 05", &["packet_identifier_zero 2..4 Packet Identifier = 0",
        "reason_code_unknown 5..6 SUBACK Reason Code = 3", "reason_code_unknown 7..8 SUBACK Reason Code = 5"],
        "SUBACK Reason Code 6..7 = 0x00 (Granted QoS 0) (3.9.3)"),
    (V5, None, "A2 0B 0000 00 0000 0001 'a' 0005 'b'",
        &["packet_identifier_zero 2..4 Packet Identifier = 0", "topic_filter_empty 7..7 Topic Filter = ", "truncated 10..12 Topic Filter = 62"],
        "Topic Filter 9..10 = a (3.10.3)"),
    (V5, None, "B0 05 0000 00 01 11", &["packet_identifier_zero 2..4 Packet Identifier = 0",
        "reason_code_not_allowed 5..6 UNSUBACK Reason Code = 0x01 (Granted QoS 1)"], "UNSUBACK Reason Code 6..7 = 0x11 (No subscription existed) (3.11.3)"),

    // PINGREQ, PINGRESP, DISCONNECT, AUTH.
    (V5, SERVER, "C1 01 00", &["fixed_header_flags 0..1 Flags = 1", "packet_from_wrong_side 0..1 Control Packet type = 12 (PINGREQ)", "unexpected_bytes 2..3"], "Not read 2..3 = 00 (4.13)"),
    (V5, CLIENT, "D2 00", &["fixed_header_flags 0..1 Flags = 2", "packet_from_wrong_side 0..1 Control Packet type = 13 (PINGRESP)"], "Remaining Length 1..2 = 0 (2.1.4)"),
    (V5, CLIENT, "E0 0A 8E 08 1C 0001 's' 1F 0001 FF",
        &["reason_code_from_wrong_side 2..3 Disconnect Reason Code = 0x8E (Session taken over)", "property_from_wrong_side 4..5 Server Reference = s",
          "ill_formed_utf8 11..12 Reason String = ff"], ""),
    (V5, SERVER, "F0 07 19 05 16 0002 FFFE", &["reason_code_from_wrong_side 2..3 Authenticate Reason Code = 0x19 (Re-authenticate)",
        "authentication_method_missing 3..9 Properties = "], "Authentication Data 7..9 = fffe (3.15.2.2.3)"),

    // Lengths.
    (V5, None, "30 04 0001 'a' 05", &["truncated 5..6 Property Length = 5"], "Property Length 5..6 = 5 (2.2.2.1)"),
    (V5, None, "30 05 00FF 'abc'", &["truncated 2..4 Topic Name = 616263"], "Topic Name 4..7 = 616263 (3.3.2.1)"),
    (V5, None, "30 8500 0001 '#' 00 'h'", &["variable_byte_integer_not_minimal 1..3 Remaining Length = 5", "topic_name_wildcard 5..6 Topic Name = #"],
        "Application Message 7..8 = 68 (3.3.3)"),
    (V5, None, "30 08 0001 '#' 03 0B 8100 'h'", &["topic_name_wildcard 4..5 Topic Name = #", "variable_byte_integer_not_minimal 7..9 Subscription Identifier = 1"],
        "Application Message 9..10 = 68 (3.3.3)"),
    (V5, None, "30 09 0001 '#'", &["incomplete 1..2 Remaining Length = 9", "topic_name_wildcard 4..5 Topic Name = #"], "Topic Name 4..5 = # (3.3.2.1)"),
    (V5, None, "40 02 0000 C0 00", &["packet_identifier_zero 2..4 Packet Identifier = 0", "more_than_one_packet 4..6"], "Not read 4..6 = c000 (4.13)"),
    (V5, None, "00 02 0102", &["packet_type_reserved 0..1 Control Packet type = 0"], "Not read 2..4 = 0102 (4.13)"),

    // Before 5.0.
    (V3_1_1, None, "10 10 0004 'MQTT' 84 43 003C 0001 FF 0004 'p'",
        &["protocol_level 8..9 Protocol Level = 132", "password_without_user_name 9..10 Password Flag = 1", "connect_flag_reserved 9..10 Reserved = 1",
          "ill_formed_utf8 14..15 Client Identifier = ff", "truncated 15..17 Password = 70"],
        "Keep Alive 10..12 = 60 (3.1.2.10)"),
    (V3_1_1, None, "20 02 03 07", &["connect_acknowledge_flags 2..3 Reserved = 1", "return_code_reserved 3..4 Connect Return code = 7", "session_present_on_error 2..3 Session Present = 1"], ""),
    (V3_1_1, None, "82 0A 0000 0001 'a' 07 0001 'b' 02", &["packet_identifier_zero 2..4 Packet Identifier = 0",
        "requested_qos_reserved 7..8 Reserved = 1", "subscription_qos_3 7..8 Maximum QoS = 3"], "Requested QoS 11..12 = 2 (3.8.3)"),
    (V3_1, None, "32 05 0001 '+' 0000", &["topic_name_wildcard 4..5 Topic Name = +", "packet_identifier_zero 5..7 Packet Identifier = 0"], "Packet Identifier 5..7 = 0 (2.3.1)"),
];

fn told(dissection: &Dissection) -> Vec<String> {
    let line = |flaw: &mqtt5_playground::mqtt::Flaw| {
        let (key, range) = (flaw.error.kind.key(), &flaw.range);
        let label =
            flaw.label.map(|it| format!(" {} = {}", it.name_in(dissection.version), flaw.value));
        format!("{key} {}..{}{}", range.start, range.end, label.unwrap_or_default())
    };
    dissection.flaws.iter().map(line).collect()
}

#[test]
fn every_broken_rule_is_found_and_what_is_behind_it_is_read() {
    let mut wrong = Vec::new();
    for &(version, sender, hex, expect, leaf) in ROWS {
        let frame = bytes(hex);
        assert!(read_as(&frame, sender, version).is_err(), "{hex}");
        let found = told(&dissect_as(&frame, sender, version));
        if found != expect {
            wrong.push(format!("{hex}: {found:#?}"));
        }
        let shown = leaves(hex, version);
        if !leaf.is_empty() && !shown.iter().any(|it| it == leaf) {
            wrong.push(format!("{hex}: no {leaf} in {shown:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_packet_has_a_row_with_several() {
    for packet in PacketType::ALL {
        let has_several = |row: &Row| row.3.len() > 1 && bytes(row.2)[0] >> 4 == packet.value();
        assert!(ROWS.iter().any(has_several), "{}", packet.name());
    }
}

/// A Property Length of 4351 with 35 bytes behind it, as in a capture that tests for it.
#[test]
fn a_property_length_beyond_the_packet_is_at_fault_itself() {
    let mut frame = bytes("32 2F 0006 'sensor' 0001 FF21").to_vec();
    frame.resize(14 + 35, b'x');
    let dissection = dissect_as(&frame.clone().into(), CLIENT, V5);
    assert_dissected(&frame.into(), &dissection);
    assert_eq!(told(&dissection), ["truncated 12..14 Property Length = 4351"]);
    let error = dissection.outcome.expect_err("it says too much");
    assert_eq!(
        (error.at, error.kind),
        (12, mqtt5_playground::mqtt::ErrorKind::Truncated { says: 4351, left: 35 })
    );
}
