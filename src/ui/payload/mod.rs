//! What a packet carries, looked at in the format that it has: the parts of a packet that are free to be
//! anything, and what is said about how they read.

#[cfg(target_arch = "wasm32")]
pub mod view;

use std::fmt::Write as _;

use bytes::Bytes;

use crate::capture::{Capture, Record};
use crate::language::Strings;
use crate::mqtt::{Packet, Properties};
use crate::payload::{Basis, Fault, FaultKind, Hint, View};

/// Bytes of a packet whose format is no matter of MQTT.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// As the specification calls it.
    pub name: &'static str,
    pub bytes: Bytes,
    pub hint: Hint,
}

/// Those that a packet has and that are not empty.
pub fn pieces(capture: &Capture, record: &Record) -> Vec<Piece> {
    let (topic, payload, properties, name) = match record.packet() {
        Some(Ok(Packet::Publish(publish))) => {
            let topic = match capture.aliased(record) {
                Some(aliased) => aliased.topic.into(),
                None => publish.topic,
            };
            (topic, publish.payload, publish.properties, "Payload")
        }
        Some(Ok(Packet::Connect(connect))) => match connect.will {
            Some(will) => (will.topic, will.payload, will.properties, "Will Payload"),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let hint = hint(topic.into(), &properties);
    let data = properties.correlation_data().cloned().unwrap_or_default();
    let plain = Hint::default();
    [(name, payload, hint), ("Correlation Data", data, plain)]
        .into_iter()
        .filter(|(_, bytes, _)| !bytes.is_empty())
        .map(|(name, bytes, hint)| Piece { name, bytes, hint })
        .collect()
}

fn hint(topic: String, properties: &Properties) -> Hint {
    Hint {
        topic: Some(topic),
        content_type: properties.content_type().map(str::to_owned),
        is_text: properties.payload_format_indicator() == Some(1),
    }
}

pub fn name(view: View, strings: &Strings) -> &'static str {
    match view {
        View::Text => strings.payload_text(),
        View::Hex => strings.payload_hex(),
        _ => view.name().unwrap_or_default(),
    }
}

/// Why a view was chosen.
pub fn reason(basis: Basis, strings: &Strings) -> &'static str {
    match basis {
        Basis::Topic => strings.payload_by_topic(),
        Basis::ContentType => strings.payload_by_content_type(),
        Basis::FormatIndicator => strings.payload_by_indicator(),
        Basis::Bytes => strings.payload_by_bytes(),
    }
}

/// What ended the reading, and where.
pub fn fault_words(fault: Fault, strings: &Strings) -> String {
    let what = match fault.kind {
        FaultKind::Ends => strings.payload_fault_ends(),
        FaultKind::Unexpected => strings.payload_fault_unexpected(),
        FaultKind::Utf8 => strings.payload_fault_utf8(),
        FaultKind::Deep => strings.payload_fault_deep(),
        FaultKind::Trailing => strings.payload_fault_trailing(),
        FaultKind::Number => strings.payload_fault_number(),
    };
    strings.payload_fault(fault.at, what)
}

/// The beginning of the bytes as text, and the fault that it has.
pub fn text(bytes: &[u8], most: usize) -> (String, Option<Fault>) {
    let mut end = bytes.len().min(most);
    // Not within a character.
    while end < bytes.len() && end > 0 && bytes[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    let head = &bytes[..end];
    let fault = std::str::from_utf8(head)
        .err()
        .map(|error| Fault { at: error.valid_up_to(), kind: FaultKind::Utf8 });
    (String::from_utf8_lossy(head).into_owned(), fault)
}

/// Lines of eight bytes with their offset and text: they fit on a phone.
pub fn hex_dump(bytes: &[u8], most: usize) -> String {
    let mut out = String::new();
    for (line, bytes) in bytes[..bytes.len().min(most)].chunks(COLUMNS).enumerate() {
        let _ = write!(out, "{:05x}  ", line * COLUMNS);
        for byte in bytes {
            let _ = write!(out, "{byte:02x} ");
        }
        for _ in bytes.len()..COLUMNS {
            out.push_str("   ");
        }
        out.push(' ');
        out.extend(bytes.iter().map(|byte| match byte {
            0x20..=0x7E => char::from(*byte),
            _ => '·',
        }));
        out.push('\n');
    }
    out
}

const COLUMNS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::mqtt::{Connect, ConnectionId, Property, Publish, Sender, Will, encode};
    use crate::time::Instant;

    #[test]
    fn what_is_free_in_a_packet_is_found_with_what_it_says_of_itself() {
        let mut capture = Capture::default();
        let mut push = |packet: Packet| {
            let bytes = encode(&packet).expect("it obeys the rules");
            let (slot, connection) = (ClientSlot(0), ConnectionId(0));
            let id = capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
            pieces(&capture, capture.get(id).expect("it is there"))
        };
        let properties = || {
            [
                Property::ContentType("application/json".into()),
                Property::PayloadFormatIndicator(1),
                Property::CorrelationData(Bytes::from_static(b"7")),
                Property::TopicAlias(1),
            ]
        };
        let publish = |topic: &str| {
            Packet::Publish(Publish {
                topic: topic.into(),
                payload: Bytes::from_static(b"{}"),
                properties: properties().into(),
                ..Publish::default()
            })
        };
        for topic in ["a", ""] {
            let found = push(publish(topic));
            assert_eq!(
                found.iter().map(|p| p.name).collect::<Vec<_>>(),
                ["Payload", "Correlation Data"]
            );
            let content_type = Some("application/json".to_owned());
            let expect = Hint { topic: Some("a".to_owned()), content_type, is_text: true };
            assert_eq!((&found[0].hint, &found[1].hint), (&expect, &Hint::default()));
        }
        let will = Will { topic: "w".into(), payload: Bytes::from_static(b"x"), ..Will::default() };
        let connect = Connect { will: Some(will), ..Connect::default() };
        let found = push(Packet::Connect(Box::new(connect)));
        assert_eq!((found.len(), found[0].name), (1, "Will Payload"));
        assert_eq!(push(Packet::PingReq), []);
    }

    #[test]
    fn text_is_cut_between_characters_and_hex_into_lines() {
        assert_eq!(text("a温".as_bytes(), 3), ("a".to_owned(), None));
        let fault = Some(Fault { at: 1, kind: FaultKind::Utf8 });
        assert_eq!(text(b"a\xFFb", 10), ("a\u{FFFD}b".to_owned(), fault));
        assert_eq!(
            hex_dump(b"0123456789", 100),
            "00000  30 31 32 33 34 35 36 37  01234567\n00008  38 39                    89\n"
        );
    }
}
