//! JSON → records: what [`records_to_json`](super::records_to_json) wrote, or a script in the same shape.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::capture::{Capture, ClientSlot, Entry, Hole, LinkClose, Touch};
use crate::formats::clock::{LAST, parse_utc};
use crate::formats::{LoadError, Wrong, file::BOUNDS, file::error_in};
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;

/// A capture as it is written.
#[derive(Deserialize)]
struct File {
    began: Option<String>,
    #[serde(default)]
    clients: Vec<Client>,
    #[serde(default)]
    connections: Vec<Connection>,
    records: Option<Vec<Line>>,
}

#[derive(Deserialize)]
struct Client {
    client: String,
    client_id: Option<String>,
}

#[derive(Deserialize)]
struct Connection {
    connection: u32,
    client: String,
    from: Option<String>,
}

/// One record as it is written; what is not needed to make it again, such as the decoded packet, is
/// passed over.
#[derive(Deserialize)]
struct Line {
    time_ms: f64,
    client: String,
    connection: u32,
    event: String,
    direction: Option<String>,
    bytes_hex: Option<String>,
    address: Option<String>,
    length: Option<u32>,
    missing: Option<u64>,
    unread: Option<u64>,
    by: Option<String>,
    was_open: Option<bool>,
    code: Option<u32>,
    reason: Option<String>,
    touched: Option<String>,
}

/// The records of a file, numbered from 1 again; also of a bare list of records. The bytes count; a decoded
/// packet beside them is not read.
pub fn records_from_json(text: &str) -> Result<Capture, LoadError> {
    let is_list = text.trim_start().starts_with('[');
    let read = match is_list {
        true => serde_json::from_str(text).map(|records| File {
            began: None,
            clients: Vec::new(),
            connections: Vec::new(),
            records: Some(records),
        }),
        false => serde_json::from_str(text),
    };
    let File { began, clients, connections, records: lines } = read.map_err(|error| {
        // It may be no JSON at all, further on than where it first differed.
        let broken = serde_json::from_str::<IgnoredAny>(text).err();
        let is_json = broken.is_none();
        let error = broken.unwrap_or(error);
        let (line, column) = (error.line(), error.column().max(1));
        match is_json {
            true => LoadError::OtherJson { line, column },
            false => LoadError::Json { line, column, reason: reason(&error) },
        }
    })?;
    // JSON of something else.
    let lines = lines.ok_or(LoadError::OtherJson { line: 1, column: 1 })?;
    if lines.is_empty() {
        return Err(LoadError::Empty);
    }
    let mut capture = Capture::new(BOUNDS);
    capture.set_began(began.as_deref().and_then(parse_utc));
    for Client { client, client_id } in clients {
        if let Some((slot, client_id)) = ClientSlot::with_letter(&client).zip(client_id) {
            capture.name_client(slot, client_id);
        }
    }
    for Connection { connection, client, from } in connections {
        if let Some((slot, from)) = ClientSlot::with_letter(&client).zip(from) {
            capture.set_peer(ConnectionId(connection), slot, from);
        }
    }
    for (index, line) in lines.into_iter().enumerate() {
        push(&mut capture, line).map_err(|(key, wrong)| LoadError::Record {
            number: index + 1,
            key,
            wrong,
        })?;
    }
    capture.settle_versions();
    Ok(capture)
}

/// serde_json's message without its trailing "at line … column …".
fn reason(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.rsplit_once(" at line ") {
        Some((words, _)) => words.to_owned(),
        None => words,
    }
}

fn push(capture: &mut Capture, line: Line) -> Result<(), (&'static str, Wrong)> {
    if !(0.0..=LAST.as_millis_f64()).contains(&line.time_ms) {
        return Err(("time_ms", Wrong::Number));
    }
    let at = Instant::from_micros((line.time_ms * 1000.0).round() as u64);
    let Some(client) = ClientSlot::with_letter(&line.client) else {
        return Err(("client", Wrong::Word(line.client)));
    };
    let connection = ConnectionId(line.connection);
    let entry = match line.event.as_str() {
        "opening" => Entry::Opening { address: line.address.unwrap_or_default() },
        "opened" => Entry::Opened,
        "packet" | "broken" | "missing" => {
            let sender = match line.direction.as_deref() {
                Some("out") => Sender::Client,
                Some("in") => Sender::Server,
                Some(other) => return Err(("direction", Wrong::Word(other.to_owned()))),
                None => return Err(("direction", Wrong::Missing)),
            };
            let digits = line.bytes_hex.ok_or(("bytes_hex", Wrong::Missing))?;
            let bytes = bytes_of(&digits).map_err(|at| ("bytes_hex", Wrong::Hex { at }))?;
            match line.event.as_str() {
                "packet" => Entry::Packet { sender, bytes },
                "missing" => Entry::Missing(Hole {
                    sender,
                    missing: line.missing.ok_or(("missing", Wrong::Missing))?,
                    unread: line.unread.unwrap_or_default(),
                    begun: bytes,
                }),
                _ => {
                    let error = error_in(capture, client, connection, sender, &bytes);
                    Entry::Broken { sender, bytes, error }
                }
            }
        }
        "text" => Entry::Text { length: line.length.unwrap_or_default() as usize },
        "closed" => {
            let by = match line.by.as_deref() {
                None => None,
                Some("client") => Some(Sender::Client),
                Some("server") => Some(Sender::Server),
                Some(other) => return Err(("by", Wrong::Word(other.to_owned()))),
            };
            let code = line.code.map(u16::try_from).transpose();
            Entry::Closed(LinkClose {
                by,
                was_open: line.was_open.unwrap_or(true),
                code: code.map_err(|_| ("code", Wrong::Number))?,
                reason: line.reason.unwrap_or_default(),
            })
        }
        _ => return Err(("event", Wrong::Word(line.event))),
    };
    let id = capture.push(at, client, connection, entry);
    if let Some(touch) = line.touched.as_deref().and_then(Touch::from_key) {
        capture.touch(id, touch);
    }
    Ok(())
}

/// Pairs of digits without anything between them; an error is the offset of what is no such pair.
fn bytes_of(digits: &str) -> Result<Bytes, usize> {
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for (index, pair) in digits.as_bytes().chunks(2).enumerate() {
        let high = value(pair[0]).ok_or(2 * index)?;
        let low = pair.get(1).and_then(|digit| value(*digit)).ok_or(2 * index + 1)?;
        bytes.push(high << 4 | low);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Record;
    use crate::formats::json::records_to_json;

    #[test]
    fn what_was_written_is_read_again() {
        let mut capture = Capture::default();
        let mut at = 0;
        let mut push = |client: u16, entry| {
            at += 1234;
            capture.push(Instant::from_micros(at), ClientSlot(client), ConnectionId(7), entry);
        };
        push(1, Entry::Opening { address: "ws://localhost:9001".to_owned() });
        push(1, Entry::Opened);
        push(1, Entry::Packet { sender: Sender::Client, bytes: Bytes::from_static(&[0xC0, 0]) });
        push(25, Entry::Packet { sender: Sender::Server, bytes: Bytes::from_static(&[0xD1, 0]) });
        push(1, Entry::Text { length: 5 });
        push(
            1,
            Entry::Missing(Hole {
                sender: Sender::Server,
                missing: 1448,
                unread: 3,
                begun: Bytes::from_static(&[0x30, 0x7F, 0]),
            }),
        );
        for by in [None, Some(Sender::Client), Some(Sender::Server)] {
            let code = by.map(|_| 1001);
            push(
                1,
                Entry::Closed(LinkClose { by, was_open: by.is_some(), code, reason: "✓".into() }),
            );
        }
        capture.set_began(Some(1_764_000_000_123_456));
        capture.name_client(ClientSlot(25), "dev-26".to_owned());
        capture.set_peer(ConnectionId(7), ClientSlot(25), "10.0.0.5:51544".to_owned());
        let text = records_to_json(&capture, capture.records());
        let read = records_from_json(&text).expect("it was written just now");
        let all = |capture: &Capture| capture.records().cloned().collect::<Vec<Record>>();
        assert_eq!(all(&read), all(&capture));
        assert_eq!(read.began(), capture.began());
        assert!(read.client_ids().eq(capture.client_ids()));
        assert_eq!(read.peer(ConnectionId(7)), Some("10.0.0.5:51544"));
        // A list of records alone, as a script may write it.
        let records = text[text.find("\"records\": ").expect("they are there") + 11..].trim_end();
        let read = records_from_json(records.strip_suffix('}').expect("the end")).expect("a list");
        assert_eq!(all(&read), all(&capture));
        assert_eq!(read.began(), None);
    }

    #[test]
    fn what_broke_a_stream_is_found_again() {
        const LIMITED: &[u8] = b"\x10\x12\0\x04MQTT\x05\x02\0\x3C\x05\x27\0\0\0\x14\0\0";
        const LARGE: &[u8] = &[0x30, 0x20, 0, 1];
        for (sender, bytes) in [(Sender::Server, LARGE), (Sender::Client, &[0x00, 0x01][..])] {
            let mut capture = Capture::default();
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            let connect = Bytes::from_static(LIMITED);
            capture.push_packet(Instant::START, slot, connection, Sender::Client, connect);
            let bytes = Bytes::from_static(bytes);
            let error = error_in(&capture, slot, connection, sender, &bytes);
            capture.push_broken(Instant::START, slot, connection, sender, bytes, error);
            let read = records_from_json(&records_to_json(&capture, capture.records()))
                .expect("it is one");
            assert_eq!(read.at(1), capture.at(1), "{error:?}");
            assert_ne!(error.kind.key(), "incomplete");
        }
    }
}
