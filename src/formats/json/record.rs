//! Records → JSON, for files that other tools read.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::write::{flaws_to_json, packet_to_json_as};
use crate::capture::{Entry, Record};
use crate::mqtt::{Sender, hex};

/// The records as one JSON array, one record a line.
///
/// Each has `number`, `time_ms`, `client`, `connection` and `event`: `opening`, `opened`, `packet`,
/// `broken`, `text`, `missing` or `closed`. Packets have `direction` (`out` from the client, `in` to it),
/// `bytes_hex`, and `packet`, or in its place `error`, the first broken rule, and `errors`, all of them. What a file lacked has a `direction` too, the bytes
/// that were `missing` and `unread`, and in `bytes_hex` the beginning of the packet that was cut.
pub fn records_to_json<'a>(records: impl Iterator<Item = &'a Record>) -> String {
    let mut out = String::from("[");
    for (index, record) in records.enumerate() {
        let line_end = if index == 0 { "\n" } else { ",\n" };
        write!(out, "{line_end}{}", record_to_json(record)).expect("writing to a String succeeds");
    }
    out.push_str("\n]\n");
    out
}

fn record_to_json(record: &Record) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("number", record.id.number().into());
    put("time_ms", record.at.as_millis_f64().into());
    put("client", record.client.letter().to_string().into());
    put("connection", record.connection.0.into());
    match &record.entry {
        Entry::Opening { address } => {
            put("event", "opening".into());
            put("address", address.as_str().into());
        }
        Entry::Opened => put("event", "opened".into()),
        Entry::Text { length } => {
            put("event", "text".into());
            put("length", (*length).into());
        }
        Entry::Closed(close) => {
            put("event", "closed".into());
            put("by", close.by.map_or(Value::Null, |by| side(by).into()));
            put("was_open", close.was_open.into());
            put("code", close.code.map_or(Value::Null, Value::from));
            put("reason", close.reason.as_str().into());
        }
        Entry::Missing(hole) => {
            put("event", "missing".into());
            put("direction", direction(hole.sender).into());
            put("missing", hole.missing.into());
            put("unread", hole.unread.into());
            put("bytes_hex", hex(&hole.begun).into());
        }
        Entry::Packet { sender, bytes } | Entry::Broken { sender, bytes, .. } => {
            let is_whole = matches!(record.entry, Entry::Packet { .. });
            put("event", if is_whole { "packet" } else { "broken" }.into());
            put("direction", direction(*sender).into());
            put("bytes_hex", hex(bytes).into());
            if !record.version.is_5() {
                put("version", record.version.name().into());
            }
            match record.packet() {
                Some(Ok(packet)) => put("packet", packet_to_json_as(&packet, record.version)),
                Some(Err(error)) => {
                    put(
                        "error",
                        json!({ "at": error.at, "kind": error.kind.key(), "statement": error.kind.rule_in(record.version) }),
                    );
                    put("errors", record.dissect().as_ref().map_or(Value::Null, flaws_to_json));
                }
                None => {}
            }
        }
    }
    Value::Object(out)
}

fn direction(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "out",
        Sender::Server => "in",
    }
}

fn side(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "client",
        Sender::Server => "server",
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot, LinkClose};
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn every_kind_of_record_is_an_object() {
        let mut capture = Capture::default();
        let at = Instant::from_micros(12_345);
        let mut push = |entry| capture.push(at, ClientSlot(1), ConnectionId(3), entry);
        push(Entry::Opening { address: "ws://localhost".to_owned() });
        push(Entry::Opened);
        for bytes in [&[0xC0, 0x00][..], &[0xC1, 0x00]] {
            let bytes = Bytes::from_static(bytes);
            push(Entry::Packet { sender: Sender::Client, bytes });
        }
        push(Entry::Text { length: 5 });
        let close = LinkClose { by: None, was_open: true, code: Some(1000), reason: String::new() };
        push(Entry::Closed(close));
        let text = records_to_json(capture.records());
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        let of = |key: &str| -> Vec<&Value> {
            read.as_array().expect("it is a list").iter().map(|record| &record[key]).collect()
        };
        let events = ["opening", "opened", "packet", "packet", "text", "closed"];
        assert_eq!(of("event"), events);
        assert_eq!(of("number"), [1, 2, 3, 4, 5, 6]);
        assert!(of("client").iter().all(|client| *client == "B"));
        assert_eq!(read[2]["packet"]["type"], "pingreq");
        assert_eq!(read[2]["bytes_hex"], "c000");
        assert_eq!(read[3]["error"]["kind"], "fixed_header_flags");
        assert_eq!(read[5]["code"], 1000);
        assert_eq!(read[0]["time_ms"], 12.345);
    }

    #[test]
    fn no_records_are_an_empty_list() {
        assert_eq!(records_to_json(std::iter::empty()), "[\n]\n");
    }
}
