//! UTF-8 Encoded Strings (§1.5.4): what is text, and what is not.

use bytes::Bytes;
use mqtt5_playground::mqtt::{Holder, Packet, Property, decode, encode};

use crate::support::{packet_with, read_canonical, refused};

fn user_property(value: &[u8]) -> (Bytes, usize) {
    let length = u16::try_from(value.len()).expect("test values are short").to_be_bytes();
    let property = [&[0x26, 0, 1, b'k'][..], &length, value].concat();
    let (frame, start) = packet_with(Holder::Publish, &property);
    (frame, start + 6)
}

#[test]
fn any_well_formed_text_is_kept_as_it_is() {
    for text in [
        "",
        " ",
        "plain",
        "日本語のトピック",
        "𠜎 🦀 👩‍👩‍👧", // four bytes, joined by U+200D
        "é",
        "e\u{301}",                   // composed and not: different texts, both kept
        "\u{FEFF}begins with U+FEFF", // [MQTT-1.5.4-3]
        "ends with it\u{FEFF}",       // [MQTT-1.5.4-3]
        "\u{1}\u{1F}\u{7F}\u{80}\u{9F}\r\n\t", // control characters (§1.5.4: may be refused, are not)
        "\u{FFFE}\u{FFFF}\u{1FFFE}\u{10FFFF}\u{FDD0}", // noncharacters
        "\u{D7FF}\u{E000}",                    // the neighbours of the surrogates
        "\u{202E}right to left",
        // Attacks on other layers are just text here.
        "<script>alert(1)</script>",
        "'; DROP TABLE topics; --",
        "${jndi:ldap://x/a}",
        "../../etc/passwd",
        "%00%0d%0a",
        "{{constructor.constructor('x')()}}",
        "\u{1B}[2J",
        "\\u0000",
        "__proto__",
    ] {
        let (frame, _) = user_property(text.as_bytes());
        let packet = read_canonical(&frame, None);
        assert_eq!(packet.properties().0, [Property::user("k", text)], "{text:?}");
    }
}

/// U+FEFF is never taken for a mark to skip, wherever it stands [MQTT-1.5.4-3].
#[test]
fn byte_order_marks_stay_in_topics_and_client_identifiers() {
    let frame = crate::support::bytes("30 08 0005 'a' EFBBBF 'b' 00");
    let Packet::Publish(publish) = read_canonical(&frame, None) else { panic!("a PUBLISH") };
    assert_eq!(publish.topic, "a\u{FEFF}b");
    let frame = crate::support::bytes("10 11 0004 'MQTT' 05 00 0000 00 0004 EFBBBF 'c'");
    let Packet::Connect(connect) = read_canonical(&frame, None) else { panic!("a CONNECT") };
    assert_eq!(connect.client_id, "\u{FEFF}c");
}

#[test]
fn ill_formed_text_is_refused_at_its_first_wrong_byte() {
    for (value, offset, key) in [
        (&b"\x80"[..], 0, "ill_formed_utf8"), // a continuation byte alone
        (b"ab\xFF", 2, "ill_formed_utf8"),    // no byte of UTF-8
        (b"ab\xFE", 2, "ill_formed_utf8"),
        (b"\xC0\x80", 0, "ill_formed_utf8"), // U+0000 in two bytes
        (b"\xC1\xBF", 0, "ill_formed_utf8"), // overlong
        (b"\xE0\x80\xAF", 0, "ill_formed_utf8"), // an overlong slash
        (b"\xF0\x80\x80\x80", 0, "ill_formed_utf8"),
        (b"a\xED\xA0\x80", 1, "ill_formed_utf8"), // U+D800 [MQTT-1.5.4-1]
        (b"a\xED\xBF\xBF", 1, "ill_formed_utf8"), // U+DFFF [MQTT-1.5.4-1]
        (b"\xED\xA0\xBD\xED\xB8\x80", 0, "ill_formed_utf8"), // a pair of surrogates, as in CESU-8
        (b"\xF4\x90\x80\x80", 0, "ill_formed_utf8"), // above U+10FFFF
        (b"\xF5\x80\x80\x80", 0, "ill_formed_utf8"),
        (b"\xE6\x97", 0, "ill_formed_utf8"), // a character cut off by the length
        (b"\xE6\x97\xA5\xE6", 3, "ill_formed_utf8"),
        (b"\0", 0, "null_character"), // [MQTT-1.5.4-2]
        (b"ab\0cd", 2, "null_character"),
        (b"a\0\xFF", 1, "null_character"), // what comes first counts
        (b"a\xFF\0", 1, "ill_formed_utf8"),
    ] {
        let (frame, start) = user_property(value);
        let error = refused(&frame, None);
        assert_eq!((error.at, error.kind.key()), (start + offset, key), "{value:02x?}");
    }
}

/// Binary data and payloads are no text: any byte may stand there.
#[test]
fn binary_values_take_any_byte() {
    let all: Vec<u8> = (0..=0xFF).collect();
    let property = [&[0x09, 0x01, 0x00][..], &all].concat();
    let (frame, _) = packet_with(Holder::Publish, &property);
    let frame = [&frame[..frame.len() - 2], &[0xC3, 0x00]].concat().into();
    let packet = read_canonical(&frame, None);
    assert_eq!(packet.properties().correlation_data().map(|data| &data[..]), Some(&all[..]));
}

/// A rule broken on purpose goes out as it is, and is found by whoever reads it.
#[test]
fn the_writer_writes_what_the_reader_refuses() {
    let (frame, start) = user_property(b"a-b");
    let mut packet = decode(&frame, None).expect("a good packet");
    if let Packet::Publish(publish) = &mut packet {
        publish.properties.0[0] = Property::user("k", "a\0b");
    }
    let written = encode(&packet).expect("it has a representation");
    let error = refused(&written, None);
    assert_eq!((error.at, error.kind.key()), (start + 1, "null_character"));
}
