//! What the dissection says: names, ranges, values, sections, and the bits of flag bytes.

use std::collections::BTreeMap;

use mqtt5_playground::mqtt::{Bits, FieldId, Holder, Label, PropertyId, Value, Version, dissect};

use crate::support::{bytes, leaves};

#[test]
fn a_connect_to_its_last_bit() {
    assert_eq!(
        leaves(
            "10 1E 0004 'MQTT' 05 EE 003C 00 0001 'c' 02 01 01 0001 't' 0000 0001 'u' 0001 FF",
            Version::V5
        ),
        [
            "Control Packet type and flags 0..1 = 16 (2.1.1)",
            "  Control Packet type 7..4 = 1 (CONNECT) (2.1.2)",
            "  Flags 3..0 = 0 (2.1.3)",
            "Remaining Length 1..2 = 30 (2.1.4)",
            "String Length 2..4 = 4 (1.5.4)",
            "Protocol Name 4..8 = MQTT (3.1.2.1)",
            "Protocol Version 8..9 = 5 (3.1.2.2)",
            "Connect Flags 9..10 = 238 (3.1.2.3)",
            "  User Name Flag 7..7 = 1 (3.1.2.8)",
            "  Password Flag 6..6 = 1 (3.1.2.9)",
            "  Will Retain 5..5 = 1 (3.1.2.7)",
            "  Will QoS 4..3 = 1 (At least once) (3.1.2.6)",
            "  Will Flag 2..2 = 1 (3.1.2.5)",
            "  Clean Start 1..1 = 1 (3.1.2.4)",
            "  Reserved 0..0 = 0 (3.1.2.3)",
            "Keep Alive 10..12 = 60 (3.1.2.10)",
            "Property Length 12..13 = 0 (2.2.2.1)",
            "String Length 13..15 = 1 (1.5.4)",
            "Client Identifier 15..16 = c (3.1.3.1)",
            "Property Length 16..17 = 2 (2.2.2.1)",
            "Property Identifier 17..18 = 1 (2.2.2.2)",
            "Payload Format Indicator 18..19 = 1 (3.1.3.2.3)",
            "String Length 19..21 = 1 (1.5.4)",
            "Will Topic 21..22 = t (3.1.3.3)",
            "Binary Data Length 22..24 = 0 (1.5.6)",
            "Will Payload 24..24 =  (3.1.3.4)",
            "String Length 24..26 = 1 (1.5.4)",
            "User Name 26..27 = u (3.1.3.5)",
            "Binary Data Length 27..29 = 1 (1.5.6)",
            "Password 29..30 = ff (3.1.3.6)",
        ]
    );
}

#[test]
fn flag_bytes_are_shared_out_bit_by_bit() {
    for (hex, expect) in [
        (
            "3D 06 0001 'a' 000A 00",
            &[
                "Control Packet type and flags 0..1 = 61 (2.1.1)",
                "  Control Packet type 7..4 = 3 (PUBLISH) (2.1.2)",
                "  DUP 3..3 = 1 (3.3.1.1)",
                "  QoS 2..1 = 2 (Exactly once) (3.3.1.2)",
                "  RETAIN 0..0 = 1 (3.3.1.3)",
            ][..],
        ),
        (
            "20 03 01 00 00",
            &[
                "Connect Acknowledge Flags 2..3 = 1 (3.2.2.1)",
                "  Reserved 7..1 = 0 (3.2.2.1)",
                "  Session Present 0..0 = 1 (3.2.2.1.1)",
                "Connect Reason Code 3..4 = 0x00 (Success) (3.2.2.2)",
            ],
        ),
        (
            "82 07 000A 00 0001 'a' 2D",
            &[
                "Subscription Options 8..9 = 45 (3.8.3.1)",
                "  Reserved 7..6 = 0 (3.8.3.1)",
                "  Retain Handling 5..4 = 2 (do not send) (3.8.3.1)",
                "  Retain As Published 3..3 = 1 (3.8.3.1)",
                "  No Local 2..2 = 1 (3.8.3.1)",
                "  Maximum QoS 1..0 = 1 (At least once) (3.8.3.1)",
            ],
        ),
        // Forbidden values are shown as well as any.
        (
            "82 07 000A 00 0001 'a' FF",
            &["  Reserved 7..6 = 3 (3.8.3.1)", "  Retain Handling 5..4 = 3 (3.8.3.1)"],
        ),
        ("3F", &["  DUP 3..3 = 1 (3.3.1.1)", "  QoS 2..1 = 3 (3.3.1.2)"]),
        ("0A", &["  Control Packet type 7..4 = 0 (2.1.2)", "  Flags 3..0 = 10 (2.1.3)"]),
    ] {
        let found = leaves(hex, Version::V5);
        let shown = found.windows(expect.len()).any(|part| part == expect);
        assert!(shown, "{hex}: {expect:#?} in {found:#?}");
    }
}

#[test]
fn the_field_that_breaks_a_packet_is_shown_as_far_as_it_goes() {
    for (hex, expect) in [
        // Half a string, a quarter of a number, the text before what is not UTF-8.
        ("30 06 0008 'sens'", "Topic Name 4..8 = 73656e73 (3.3.2.1)"),
        ("30 06 0001 'a' 02 02 00", "Message Expiry Interval 7..8 = 00 (3.3.2.3.3)"),
        ("30 07 0004 'ab' FF 'c' 00", "Topic Name 4..8 = 6162ff63 (3.3.2.1)"),
        ("30 FFFFFFFF", "Remaining Length 1..5 = ffffffff (2.1.4)"),
        ("30 06 0001 'a' 02 FFFF", "Property Identifier 6..8 = ffff (2.2.2.2)"),
        // What is wrong is shown where it can be read.
        ("40 02 0000", "Packet Identifier 2..4 = 0 (2.2.1)"),
        ("40 03 000A 05", "PUBACK Reason Code 4..5 = 5 (3.4.2.1)"),
        ("30 06 0001 'a' 02 7F00", "Property Identifier 6..7 = 127 (2.2.2.2)"),
        ("30 06 0001 'a' 02 7F00", "Not read 7..8 = 00 (4.13)"),
        ("C0 02 0102", "Not read 2..4 = 0102 (4.13)"),
    ] {
        let shown = leaves(hex, Version::V5);
        assert!(shown.iter().any(|leaf| leaf == expect), "{hex}: {shown:#?}");
    }
}

#[test]
fn groups_name_the_way_to_a_leaf() {
    let dissection = dissect(&bytes("30 0C 0001 't' 07 26 0001 'k' 0001 'v' '!'"), None);
    let mut paths = Vec::new();
    for field in &dissection.fields {
        field.leaves(&mut Vec::new(), &mut |path, leaf| {
            let names: Vec<_> = path.iter().chain([&leaf]).map(|f| f.label.name()).collect();
            paths.push(names.join(" > "));
        });
    }
    assert_eq!(
        paths,
        [
            "Fixed Header > Control Packet type and flags",
            "Fixed Header > Remaining Length",
            "Variable Header > Topic Name > String Length",
            "Variable Header > Topic Name > Topic Name",
            "Variable Header > Properties > Property Length",
            "Variable Header > Properties > User Property > Property Identifier",
            "Variable Header > Properties > User Property > Name Length",
            "Variable Header > Properties > User Property > Name",
            "Variable Header > Properties > User Property > Value Length",
            "Variable Header > Properties > User Property > Value",
            "Payload > Application Message",
        ]
    );
}

fn every_label() -> impl Iterator<Item = Label> {
    let fields = FieldId::ALL.iter().map(|&id| Label::Field(id));
    let properties = PropertyId::ALL
        .iter()
        .flat_map(|&id| id.holders().iter().map(move |&(_, section)| Label::Property(id, section)));
    fields.chain(properties)
}

#[test]
fn sections_are_numbers_of_the_chapters_on_packets_and_data() {
    for label in every_label() {
        let (name, section) = (label.name(), label.section());
        let numbers: Vec<u32> = section
            .split('.')
            .map(|part| part.parse().unwrap_or_else(|_| panic!("{name}: {section}")))
            .collect();
        assert!((2..=5).contains(&numbers.len()), "{name}: {section}");
        assert!((1..=3).contains(&numbers[0]), "{name}: {section}");
        assert!(numbers.iter().all(|number| (1..=18).contains(number)), "{name}: {section}");
    }
}

#[test]
fn keys_are_snake_case_and_name_one_thing_each() {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for label in every_label() {
        let (key, name) = (label.key(), label.name());
        let snake = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        assert!(!key.is_empty() && key.chars().all(snake), "{key}");
        assert!(!name.is_empty(), "{key}");
        names.insert(key, name);
    }
    // Each entry of both tables has a key of its own: the glossary looks things up under it.
    assert_eq!(names.len(), FieldId::ALL.len() + PropertyId::ALL.len());
}

/// §2.2.2.2 has 14 places for properties; every section stands in exactly one of them.
#[test]
fn no_two_properties_share_a_section() {
    let mut seen: BTreeMap<&str, (PropertyId, Holder)> = BTreeMap::new();
    for &id in PropertyId::ALL {
        for &(holder, section) in id.holders() {
            let before = seen.insert(section, (id, holder));
            assert_eq!(before, None, "{section} of {} in {}", id.name(), holder.name());
        }
    }
}

#[test]
fn bits_are_taken_out_of_their_byte() {
    for (high, low, byte, expect) in [
        (7, 0, 0b1010_0101, 0b1010_0101),
        (7, 4, 0b1010_0101, 0b1010),
        (3, 0, 0b1010_0101, 0b0101),
        (7, 7, 0b1010_0101, 1),
        (0, 0, 0b1010_0100, 0),
        (4, 3, 0b0001_1000, 0b11),
    ] {
        assert_eq!(Bits::new(high, low).of(byte), expect, "bits {high} to {low} of {byte:08b}");
    }
}

#[test]
fn values_read_as_a_person_would_write_them() {
    for (value, expect) in [
        (Value::None, ""),
        (Value::Flag(true), "1"),
        (Value::Number(300), "300"),
        (Value::Text("温度".into()), "温度"),
        (Value::Bytes(bytes("00FF")), "00ff"),
        (Value::Named(1, "CONNECT"), "1 (CONNECT)"),
        (Value::Pair("k".into(), "v".into()), "k = v"),
    ] {
        assert_eq!(value.to_string(), expect);
    }
}
