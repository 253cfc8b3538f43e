//! Every property in every place: allowed, forbidden, twice, and with extreme values. The table here is
//! written by hand from §2.2.2.2, apart from the one in the library.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Holder, Label, Packet, Properties, Property, PropertyId, PropertyKind, ReasonCode, dissect,
};

use crate::support::{CLIENT, SERVER, bytes, packet_with, read_canonical, refused};

use PropertyKind::{
    BinaryData, Byte, FourByteInteger, StringPair, TwoByteInteger, Utf8String, VariableByteInteger,
};

/// In the order of the columns below.
const HOLDERS: [Holder; 14] = [
    Holder::Connect,
    Holder::Will,
    Holder::ConnAck,
    Holder::Publish,
    Holder::PubAck,
    Holder::PubRec,
    Holder::PubRel,
    Holder::PubComp,
    Holder::Subscribe,
    Holder::SubAck,
    Holder::Unsubscribe,
    Holder::UnsubAck,
    Holder::Disconnect,
    Holder::Auth,
];

/// `1` may stand once, `*` any number of times, `.` not at all.
///
/// Columns: CONNECT, Will; CONNACK; PUBLISH; PUBACK, PUBREC, PUBREL, PUBCOMP; SUBSCRIBE, SUBACK;
/// UNSUBSCRIBE, UNSUBACK; DISCONNECT; AUTH.
#[rustfmt::skip]
const TABLE: [(u8, &str, PropertyKind, &str, &str); 27] = [
    //                                                          CW A P ARLC SA UA D X   one value
    (0x01, "Payload Format Indicator",          Byte,                ".1 . 1 .... .. .. . .", "01"),
    (0x02, "Message Expiry Interval",           FourByteInteger,     ".1 . 1 .... .. .. . .", "0000012C"),
    (0x03, "Content Type",                      Utf8String,          ".1 . 1 .... .. .. . .", "0002 'cs'"),
    (0x08, "Response Topic",                    Utf8String,          ".1 . 1 .... .. .. . .", "0003 'r/s'"),
    (0x09, "Correlation Data",                  BinaryData,          ".1 . 1 .... .. .. . .", "0002 00FF"),
    (0x0B, "Subscription Identifier",           VariableByteInteger, ".. . * .... 1. .. . .", "01"),
    (0x11, "Session Expiry Interval",           FourByteInteger,     "1. 1 . .... .. .. 1 .", "00000E10"),
    (0x12, "Assigned Client Identifier",        Utf8String,          ".. 1 . .... .. .. . .", "0001 'x'"),
    (0x13, "Server Keep Alive",                 TwoByteInteger,      ".. 1 . .... .. .. . .", "003C"),
    (0x15, "Authentication Method",             Utf8String,          "1. 1 . .... .. .. . 1", "0001 'm'"),
    (0x16, "Authentication Data",               BinaryData,          "1. 1 . .... .. .. . 1", "0001 00"),
    (0x17, "Request Problem Information",       Byte,                "1. . . .... .. .. . .", "01"),
    (0x18, "Will Delay Interval",               FourByteInteger,     ".1 . . .... .. .. . .", "00000005"),
    (0x19, "Request Response Information",      Byte,                "1. . . .... .. .. . .", "01"),
    (0x1A, "Response Information",              Utf8String,          ".. 1 . .... .. .. . .", "0001 'i'"),
    (0x1C, "Server Reference",                  Utf8String,          ".. 1 . .... .. .. 1 .", "0001 's'"),
    (0x1F, "Reason String",                     Utf8String,          ".. 1 . 1111 .1 .1 1 1", "0001 'r'"),
    (0x21, "Receive Maximum",                   TwoByteInteger,      "1. 1 . .... .. .. . .", "0014"),
    (0x22, "Topic Alias Maximum",               TwoByteInteger,      "1. 1 . .... .. .. . .", "000A"),
    (0x23, "Topic Alias",                       TwoByteInteger,      ".. . 1 .... .. .. . .", "0001"),
    (0x24, "Maximum QoS",                       Byte,                ".. 1 . .... .. .. . .", "01"),
    (0x25, "Retain Available",                  Byte,                ".. 1 . .... .. .. . .", "00"),
    (0x26, "User Property",                     StringPair,          "** * * **** ** ** * *", "0001 'k' 0001 'v'"),
    (0x27, "Maximum Packet Size",               FourByteInteger,     "1. 1 . .... .. .. . .", "00001000"),
    (0x28, "Wildcard Subscription Available",   Byte,                ".. 1 . .... .. .. . .", "00"),
    (0x29, "Subscription Identifier Available", Byte,                ".. 1 . .... .. .. . .", "00"),
    (0x2A, "Shared Subscription Available",     Byte,                ".. 1 . .... .. .. . .", "00"),
];

/// What else must stand in the block: AUTH names its method (§3.15.2.2.2), and data needs one
/// (§3.1.2.11.10).
fn companion(id: PropertyId, holder: Holder) -> Bytes {
    match (id, holder) {
        (PropertyId::AuthenticationMethod, _) => Bytes::new(),
        (_, Holder::Auth) | (PropertyId::AuthenticationData, Holder::Connect) => {
            bytes("15 0001 'm'")
        }
        _ => Bytes::new(),
    }
}

fn properties_of(packet: &Packet, holder: Holder) -> Properties {
    match (packet, holder) {
        (Packet::Connect(connect), Holder::Will) => {
            connect.will.as_ref().expect("the frame has a Will").properties.clone()
        }
        _ => packet.properties().clone(),
    }
}

fn rows() -> impl Iterator<Item = (PropertyId, &'static str, Holder, char, Bytes)> {
    TABLE.iter().flat_map(|&(value, name, _, marks, sample)| {
        let id = PropertyId::from_value(value.into()).expect("the library knows it");
        let property = [&[value][..], &bytes(sample)].concat();
        let marks = marks.chars().filter(|mark| *mark != ' ');
        HOLDERS
            .into_iter()
            .zip(marks)
            .map(move |(holder, mark)| (id, name, holder, mark, Bytes::from(property.clone())))
    })
}

#[test]
fn both_tables_agree_on_names_kinds_and_places() {
    assert_eq!(PropertyId::ALL.len(), TABLE.len());
    for (value, name, kind, ..) in TABLE {
        let id = PropertyId::from_value(value.into()).expect("the library knows it");
        assert_eq!((id.name(), id.kind(), id.value()), (name, kind, value));
        assert_eq!(id.key(), name.to_lowercase().replace(' ', "_"));
    }
    assert_eq!(rows().count(), 27 * 14);
    for (id, name, holder, mark, _) in rows() {
        assert_eq!(id.section_in(holder).is_some(), mark != '.', "{name} in {}", holder.name());
        assert_eq!(
            id.may_repeat_in(holder) && mark != '.',
            mark == '*',
            "{name} in {}",
            holder.name()
        );
    }
}

#[test]
fn every_property_is_read_where_it_may_stand_and_refused_elsewhere() {
    for (id, name, holder, mark, property) in rows() {
        let row = format!("{name} in {}", holder.name());
        let before = companion(id, holder);
        let (frame, start) = packet_with(holder, &[&before[..], &property].concat());
        if mark == '.' {
            let error = refused(&frame, None);
            assert_eq!(
                (error.at, error.kind.key()),
                (start + before.len(), "property_not_allowed"),
                "{row}"
            );
            assert_eq!(error.kind.rule(), "§2.2.2.2", "{row}");
            assert_eq!(error.kind.reason_code(), ReasonCode::MalformedPacket, "{row}");
        } else {
            let packet = read_canonical(&frame, None);
            let properties = properties_of(&packet, holder);
            assert_eq!(properties.iter().filter(|p| p.id() == id).count(), 1, "{row}");
            assert!(properties.contains(id), "{row}");
            let section = section_of(&frame, name);
            assert!(section.starts_with(&own_section(holder)), "{row} is explained in {section}");
        }
    }
}

#[test]
fn a_property_stands_twice_only_where_it_may_repeat() {
    for (id, name, holder, mark, property) in rows().filter(|row| row.3 != '.') {
        let row = format!("{name} in {}", holder.name());
        let before = companion(id, holder);
        // Something in between: repeats need not be neighbours.
        let between = bytes("26 0001 'k' 0001 'v'");
        let block = [&before[..], &property, &between, &property].concat();
        let (frame, start) = packet_with(holder, &block);
        if mark == '*' {
            let properties = properties_of(&read_canonical(&frame, None), holder);
            let count = properties.iter().filter(|p| p.id() == id).count();
            assert_eq!(count, if id == PropertyId::UserProperty { 3 } else { 2 }, "{row}");
        } else {
            let error = refused(&frame, None);
            let second = start + block.len() - property.len();
            assert_eq!((error.at, error.kind.key()), (second, "property_repeated"), "{row}");
            assert_eq!(error.kind.reason_code(), ReasonCode::ProtocolError, "{row}");
            let section = id.section_in(holder).expect("it is allowed here");
            assert_eq!(error.kind.rule(), format!("§{section}"), "{row}");
        }
    }
}

/// Cut anywhere, a property is never read past the block that holds it.
#[test]
fn a_block_that_ends_within_a_property_is_truncated() {
    for (id, name, holder, _, property) in rows().filter(|row| row.3 != '.') {
        let before = companion(id, holder);
        for kept in 1..property.len() {
            let block = [&before[..], &property[..kept]].concat();
            let (frame, start) = packet_with(holder, &block);
            let error = refused(&frame, None);
            let row = format!("{kept} bytes of {name} in {}", holder.name());
            // A length that says too much is at fault, if there is one.
            let at = start
                + match length_beyond(id.kind(), &property, kept) {
                    Some(length) => before.len() + length,
                    None => block.len(),
                };
            assert_eq!((error.at, error.kind.key()), (at, "truncated"), "{row}");
            // Where the block ends is known, so that everything behind it is read.
            let dissection = dissect(&frame, None);
            assert_eq!(dissection.flaws.len(), 1, "{row}: {:?}", dissection.flaws);
            let behind = start + block.len();
            let unread = dissection
                .leaves()
                .into_iter()
                .find(|leaf| leaf.range.start >= behind && !matches!(leaf.label, Label::Field(_)));
            assert_eq!(unread, None, "{row}");
        }
    }
}

/// Where in the property the length stands that says more than the bytes kept; `None` where they end elsewhere.
fn length_beyond(kind: PropertyKind, property: &[u8], kept: usize) -> Option<usize> {
    let length = |at: usize| usize::from(u16::from_be_bytes([property[at], property[at + 1]]));
    let lengths = match kind {
        Utf8String | BinaryData => vec![1],
        StringPair => vec![1, 3 + length(1)],
        _ => vec![],
    };
    lengths.into_iter().find(|&at| (at + 2..at + 2 + length(at)).contains(&kept))
}

#[test]
fn values_are_held_to_their_range() {
    use ReasonCode::{MalformedPacket as Malformed, ProtocolError as Protocol};
    let zero_or_one = [
        (0x01, Holder::Publish, "§3.3.2.3.2"),
        (0x01, Holder::Will, "§3.1.3.2.3"),
        (0x17, Holder::Connect, "§3.1.2.11.7"),
        (0x19, Holder::Connect, "§3.1.2.11.6"),
        (0x24, Holder::ConnAck, "§3.2.2.3.4"),
        (0x25, Holder::ConnAck, "§3.2.2.3.5"),
        (0x28, Holder::ConnAck, "§3.2.2.3.11"),
        (0x29, Holder::ConnAck, "§3.2.2.3.12"),
        (0x2A, Holder::ConnAck, "§3.2.2.3.13"),
    ];
    for (id, holder, rule) in zero_or_one {
        for good in [0, 1] {
            read_canonical(&packet_with(holder, &[id, good]).0, None);
        }
        for bad in [2, 0x80, 0xFF] {
            let (frame, start) = packet_with(holder, &[id, bad]);
            let error = refused(&frame, None);
            let found = (error.at, error.kind.key(), error.kind.rule(), error.kind.reason_code());
            assert_eq!(
                found,
                (start + 1, "property_not_zero_or_one", rule, Protocol),
                "{id:02X} {bad}"
            );
        }
    }
    for (holder, good) in [
        (Holder::Connect, "11 00000000"),
        (Holder::Connect, "11 FFFFFFFF"), // never expires (§3.1.2.11.2)
        (Holder::ConnAck, "11 FFFFFFFF"),
        (Holder::Disconnect, "11 FFFFFFFF"),
        (Holder::Connect, "21 0001"),
        (Holder::Connect, "21 FFFF"),
        (Holder::ConnAck, "21 FFFF"),
        (Holder::Connect, "27 00000001"),
        (Holder::ConnAck, "27 FFFFFFFF"),
        (Holder::Connect, "22 0000"), // no aliases (§3.1.2.11.5)
        (Holder::ConnAck, "22 FFFF"),
        (Holder::ConnAck, "13 0000"), // Keep Alive turned off
        (Holder::ConnAck, "13 FFFF"),
        (Holder::ConnAck, "12 0000"),
        (Holder::Publish, "02 00000000"),
        (Holder::Publish, "02 FFFFFFFF"),
        (Holder::Will, "02 FFFFFFFF"),
        (Holder::Will, "18 00000000"),
        (Holder::Will, "18 FFFFFFFF"),
        (Holder::Publish, "23 FFFF"),
        (Holder::Publish, "0B 7F"),
        (Holder::Publish, "0B 8001"),
        (Holder::Publish, "0B FF7F"),
        (Holder::Publish, "0B 808001"),
        (Holder::Publish, "0B FFFF7F"),
        (Holder::Publish, "0B 80808001"),
        (Holder::Publish, "0B FFFFFF7F"),
        (Holder::Subscribe, "0B FFFFFF7F"),
        (Holder::Publish, "03 0000"),
        (Holder::Publish, "09 0000"),
        (Holder::Publish, "26 0000 0000"),
        (Holder::Auth, "15 0000"),
        (Holder::Auth, "15 0001 'm' 16 0000"),
        (Holder::PubAck, "1F 0000"),
        (Holder::Disconnect, "1C 0000"),
    ] {
        read_canonical(&packet_with(holder, &bytes(good)).0, None);
    }
    for (holder, bad, offset, key, rule, answer) in [
        (Holder::Connect, "21 0000", 1, "property_zero", "§3.1.2.11.3", Protocol),
        (Holder::ConnAck, "21 0000", 1, "property_zero", "§3.2.2.3.3", Protocol),
        (Holder::Connect, "27 00000000", 1, "property_zero", "§3.1.2.11.4", Protocol),
        (Holder::ConnAck, "27 00000000", 1, "property_zero", "§3.2.2.3.6", Protocol),
        (Holder::Publish, "0B 00", 1, "property_zero", "§3.3.2.3.8", Protocol),
        (Holder::Subscribe, "0B 00", 1, "property_zero", "§3.8.2.1.2", Protocol),
        (
            Holder::Publish,
            "23 0000",
            1,
            "topic_alias_zero",
            "[MQTT-3.3.2-8]",
            ReasonCode::TopicAliasInvalid,
        ),
        (
            Holder::Publish,
            "0B 8000",
            2,
            "variable_byte_integer_not_minimal",
            "[MQTT-1.5.5-1]",
            Malformed,
        ),
        (
            Holder::Publish,
            "0B FFFFFF00",
            4,
            "variable_byte_integer_not_minimal",
            "[MQTT-1.5.5-1]",
            Malformed,
        ),
        (
            Holder::Publish,
            "0B 8080808001",
            4,
            "variable_byte_integer_too_long",
            "§1.5.5",
            Malformed,
        ),
        (
            Holder::Publish,
            "0B FFFFFFFF7F",
            4,
            "variable_byte_integer_too_long",
            "§1.5.5",
            Malformed,
        ),
        // A Response Topic is a Topic Name and a string [MQTT-3.3.2-13], [MQTT-3.3.2-14].
        (
            Holder::Publish,
            "08 0003 'a/+'",
            5,
            "response_topic_wildcard",
            "[MQTT-3.3.2-14]",
            Malformed,
        ),
        (Holder::Will, "08 0001 '#'", 3, "response_topic_wildcard", "[MQTT-3.3.2-14]", Malformed),
        (Holder::Publish, "08 0000", 3, "topic_name_empty", "[MQTT-4.7.3-1]", Malformed),
        (Holder::Publish, "08 0002 'a' FF", 4, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed),
        // So is a Content Type [MQTT-3.3.2-19].
        (Holder::Publish, "03 0001 80", 3, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed),
        // Both halves of a pair are strings [MQTT-1.5.7-1].
        (Holder::Publish, "26 0001 00 0001 'v'", 3, "null_character", "[MQTT-1.5.4-2]", Malformed),
        (
            Holder::Publish,
            "26 0001 'k' 0002 'v' 00",
            7,
            "null_character",
            "[MQTT-1.5.4-2]",
            Malformed,
        ),
        (
            Holder::Publish,
            "26 0001 'k' 0003 EDA080",
            6,
            "ill_formed_utf8",
            "[MQTT-1.5.4-1]",
            Malformed,
        ),
        (Holder::Publish, "26 0001 C0 0000", 3, "ill_formed_utf8", "[MQTT-1.5.4-1]", Malformed),
        // An identifier is a Variable Byte Integer too (§2.2.2.2).
        (
            Holder::Publish,
            "8100",
            1,
            "variable_byte_integer_not_minimal",
            "[MQTT-1.5.5-1]",
            Malformed,
        ),
        (Holder::Publish, "FFFFFFFF", 3, "variable_byte_integer_too_long", "§1.5.5", Malformed),
        (Holder::Publish, "00", 0, "property_unknown", "§2.2.2.2", Malformed),
        (Holder::Publish, "2B", 0, "property_unknown", "§2.2.2.2", Malformed),
        (Holder::Publish, "8101", 0, "property_unknown", "§2.2.2.2", Malformed), // 0x81 in two bytes
        (Holder::Publish, "01 00 7F", 2, "property_unknown", "§2.2.2.2", Malformed),
    ] {
        let (frame, start) = packet_with(holder, &bytes(bad));
        let error = refused(&frame, None);
        let found = (error.at, error.kind.key(), error.kind.rule(), error.kind.reason_code());
        assert_eq!(found, (start + offset, key, rule, answer), "{bad} in {}", holder.name());
    }
}

/// The longest text and binary data there can be, alone and in a block whose length takes three bytes.
#[test]
fn values_of_65535_bytes_are_read() {
    for (id, holder) in [
        (0x03, Holder::Publish),
        (0x08, Holder::Will),
        (0x09, Holder::Publish),
        (0x12, Holder::ConnAck),
        (0x15, Holder::Auth),
        (0x1F, Holder::Disconnect),
    ] {
        let property = [&[id, 0xFF, 0xFF][..], &[b'x'; 65535]].concat();
        read_canonical(&packet_with(holder, &property).0, None);
    }
    let pair = [&[0x26, 0xFF, 0xFF][..], &[b'k'; 65535], &[0xFF, 0xFF], &[b'v'; 65535]].concat();
    let packet =
        read_canonical(&packet_with(Holder::PubComp, &[&pair[..], &pair].concat()).0, None);
    assert_eq!(packet.properties().user_properties().count(), 2);
}

#[test]
fn some_properties_belong_to_one_side() {
    for (holder, property, wrong, right, rule) in [
        (Holder::Publish, "0B 01", CLIENT, SERVER, "[MQTT-3.3.4-6]"),
        (Holder::Disconnect, "11 00000000", SERVER, CLIENT, "[MQTT-3.14.2-2]"),
        (Holder::Disconnect, "1C 0001 's'", CLIENT, SERVER, "§3.14.2.2.5"),
    ] {
        let (frame, start) = match holder {
            // With a Reason Code that both sides may send.
            Holder::Disconnect => {
                let (frame, start) = packet_with(holder, &bytes(property));
                let mut frame = frame.to_vec();
                frame[2] = 0x80;
                (frame.into(), start)
            }
            _ => packet_with(holder, &bytes(property)),
        };
        read_canonical(&frame, right);
        read_canonical(&frame, None);
        let error = refused(&frame, wrong);
        let found = (error.at, error.kind.key(), error.kind.rule(), error.kind.reason_code());
        assert_eq!(
            found,
            (start, "property_from_wrong_side", rule, ReasonCode::ProtocolError),
            "{property}"
        );
    }
}

#[test]
fn order_and_repeats_are_kept_across_kinds() {
    let block = bytes("26 0001 'b' 0001 '1' 0B 07 26 0001 'a' 0001 '2' 0B 03 26 0001 'b' 0001 '1'");
    let packet = read_canonical(&packet_with(Holder::Publish, &block).0, SERVER);
    assert_eq!(
        packet.properties().0,
        [
            Property::user("b", "1"),
            Property::SubscriptionIdentifier(7),
            Property::user("a", "2"),
            Property::SubscriptionIdentifier(3),
            Property::user("b", "1"),
        ]
    );
}

/// Reading many repeats takes time in proportion to them: 80 000 here, which once took a minute.
#[test]
fn many_repeats_are_read_in_linear_time() {
    let block = [[0x0B, 1].repeat(40_000), [0x26, 0, 0, 0, 0].repeat(40_000)].concat();
    let packet = read_canonical(&packet_with(Holder::Publish, &block).0, SERVER);
    assert_eq!(packet.properties().len(), 80_000);
}

/// The section that the dissection gives for the property of that name.
fn section_of(frame: &Bytes, name: &str) -> String {
    let dissection = dissect(frame, None);
    let mut found = None;
    for field in &dissection.fields {
        field.leaves(&mut Vec::new(), &mut |path, _| {
            found = found.or(path
                .iter()
                .find(|group| group.label.name() == name)
                .map(|g| g.label.section()));
        });
    }
    found.unwrap_or_else(|| panic!("no {name} in {frame:02x?}")).to_owned()
}

/// The section of the specification that lists the properties of `holder`.
fn own_section(holder: Holder) -> String {
    match holder {
        Holder::Connect => "3.1.2.11.".into(),
        Holder::Will => "3.1.3.2.".into(),
        Holder::ConnAck => "3.2.2.3.".into(),
        Holder::Publish => "3.3.2.3.".into(),
        Holder::Subscribe | Holder::SubAck | Holder::Unsubscribe | Holder::UnsubAck => {
            format!("{}.2.1.", holder.packet().section())
        }
        _ => format!("{}.2.2.", holder.packet().section()),
    }
}
