//! Records → JSON, for files that other tools read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::write::{flaws_to_json, packet_to_json_as};
use crate::capture::{Capture, ClientSlot, Entry, Record};
use crate::formats::clock::utc;
use crate::mqtt::{ConnectionId, Sender, hex};

/// Records of a capture as one JSON object: `began`, `clients`, `connections`, and `records`, one a line.
///
/// `began` is the moment that `time_ms` counts from. A client has its letter and its `client_id`, a connection
/// its number, its client, its `version` of MQTT, and the address it came `from` where a file tells it.
///
/// Each record has `number`, `time_ms`, `time` where the capture knows when it began, `client`, `connection`
/// and `event`: `opening`, `opened`, `packet`, `broken`, `text`, `missing` or `closed`. Packets have `direction`
/// (`out` from the client, `in` to it), `bytes_hex`, and `packet`, or in its place `error`, the first broken rule, and `errors`, all of them. What a file lacked
/// has a `direction` too, the bytes that were `missing` and `unread`, and in `bytes_hex` the beginning of the
/// packet that was cut. What somebody in between did to a packet is `touched`.
pub fn records_to_json<'a>(
    capture: &Capture,
    records: impl Iterator<Item = &'a Record> + Clone,
) -> String {
    let whose: BTreeSet<(ConnectionId, ClientSlot)> =
        records.clone().map(|record| (record.connection, record.client)).collect();
    let clients: BTreeSet<ClientSlot> = whose.iter().map(|(_, client)| *client).collect();
    let clients = clients.iter().map(|client| {
        let client_id = capture.client_id(*client);
        json!({ "client": client.letter().to_string(), "client_id": client_id })
    });
    let connections = whose.iter().map(|(connection, client)| {
        let version = capture.version(*connection).0.name();
        let client = client.letter().to_string();
        let mut json = json!({ "connection": connection.0, "client": client, "version": version });
        if let (Some(peer), Value::Object(out)) = (capture.peer(*connection), &mut json) {
            out.insert("from".into(), peer.into());
        }
        json
    });
    let mut out = String::from("{\n");
    if let Some(began) = capture.began() {
        out += &format!("\"began\": {},\n", json!(utc(began)));
    }
    list(&mut out, "clients", clients);
    out.push_str(",\n");
    list(&mut out, "connections", connections);
    out.push_str(",\n");
    list(&mut out, "records", records.map(|record| record_to_json(capture, record)));
    out.push_str("\n}\n");
    out
}

fn list(out: &mut String, name: &str, items: impl Iterator<Item = Value>) {
    let _ = write!(out, "\"{name}\": [");
    for (index, item) in items.enumerate() {
        let line_end = if index == 0 { "\n" } else { ",\n" };
        let _ = write!(out, "{line_end}{item}");
    }
    out.push_str("\n]");
}

fn record_to_json(capture: &Capture, record: &Record) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("number", record.id.number().into());
    put("time_ms", record.at.as_millis_f64().into());
    if let Some(clock) = capture.clock(record.at) {
        put("time", utc(clock).into());
    }
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
    if let Some(touch) = capture.touched(record.id) {
        put("touched", touch.key().into());
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
        capture.set_began(Some(1_764_000_000_000_000));
        let text = records_to_json(&capture, capture.records());
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        let of = |key: &str| -> Vec<&Value> {
            let records = read["records"].as_array().expect("it is a list");
            records.iter().map(|record| &record[key]).collect()
        };
        let events = ["opening", "opened", "packet", "packet", "text", "closed"];
        assert_eq!(of("event"), events);
        assert_eq!(of("number"), [1, 2, 3, 4, 5, 6]);
        assert!(of("client").iter().all(|client| *client == "B"));
        assert_eq!(of("packet")[2]["type"], "pingreq");
        assert_eq!(of("bytes_hex")[2], "c000");
        assert_eq!(of("error")[3]["kind"], "fixed_header_flags");
        assert_eq!(of("code")[5], 1000);
        assert_eq!(of("time_ms")[0], 12.345);
        assert_eq!(of("time")[0], "2025-11-24T16:00:00.012345Z");
        assert_eq!(read["began"], "2025-11-24T16:00:00.000000Z");
        assert_eq!(read["clients"], json!([{ "client": "B", "client_id": null }]));
        let connection = json!({ "connection": 3, "client": "B", "version": "5.0" });
        assert_eq!(read["connections"], json!([connection]));
    }

    #[test]
    fn no_records_are_empty_lists() {
        let text = records_to_json(&Capture::default(), std::iter::empty());
        let nothing = json!({ "clients": [], "connections": [], "records": [] });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), nothing);
    }
}
