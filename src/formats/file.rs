//! Captures that come from outside: which format they have, and why one cannot be read.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{gzip, json, pcap};
use crate::capture::{Bounds, Capture, ClientSlot, Record};
use crate::mqtt::{self, ConnectionId, DecodeError, ErrorKind, PacketStream, PacketType, Sender};

/// A capture that was read, and what of the file is not in it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub capture: Capture,
    pub not_read: NotRead,
}

/// What of a file is not in its capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRead {
    /// Bytes of MQTT that the file does not have, though others before or behind them are there.
    pub missing: u64,
    /// Bytes of MQTT that the file has, but that belong to no packet that could be read.
    pub unread: u64,
    /// Records that had no room.
    pub dropped: u64,
    pub skipped: Skipped,
    /// From which byte on the file could not be read: it ends within a block, or that cannot be right.
    pub stopped_at: Option<usize>,
}

impl NotRead {
    /// What a capture itself says about it.
    pub fn of(capture: &Capture) -> NotRead {
        let holes = || capture.records().filter_map(Record::hole);
        NotRead {
            missing: holes().map(|hole| hole.missing).sum(),
            unread: holes().map(|hole| hole.unread).sum(),
            dropped: capture.dropped(),
            ..NotRead::default()
        }
    }
}

/// Connections that were passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub tls: usize,
    /// WebSocket connections of MQTT whose frames are compressed.
    pub compressed: usize,
    /// They carry something else.
    pub other: usize,
}

/// Why something is no capture: where it is wrong, and what should be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// There is nothing in it.
    Empty,
    /// It is larger than a page can take, in bytes; perhaps only once it is unpacked.
    TooLarge { most: usize },
    /// It is packed with gzip, and cannot be unpacked.
    Gzip,
    /// Neither JSON nor pcap nor pcapng.
    UnknownFormat,
    /// It is no JSON, or ends before its end. The reason is the parser's own.
    Json { line: usize, column: usize, reason: String },
    /// It is JSON, but not that of a capture from there on.
    OtherJson { line: usize, column: usize },
    /// A record says what no record can; counted from 1.
    Record { number: usize, key: &'static str, wrong: Wrong },
    /// The file ends within a block or a record.
    Truncated { at: usize },
    /// A block of a pcap file that cannot be right.
    Block { at: usize },
    /// Everything in it was captured on a kind of link that is not understood.
    LinkType(u32),
    /// No TCP connection in it carries MQTT.
    NoMqtt { packets: usize, skipped: Skipped },
    /// The text of a link is damaged.
    Link,
    /// A link of another version of this page.
    LinkVersion(u8),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    /// No word that may stand there.
    Word(String),
    /// A number outside its range.
    Number,
    /// Not pairs of hexadecimal digits; counted from 0.
    Hex {
        at: usize,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Empty => f.write_str("there is nothing in it"),
            LoadError::TooLarge { most } => write!(f, "more than {most} bytes"),
            LoadError::Gzip => f.write_str("damaged gzip"),
            LoadError::UnknownFormat => f.write_str("neither JSON nor pcap nor pcapng"),
            LoadError::Json { line, column, reason } => {
                write!(f, "line {line}, column {column}: {reason}")
            }
            LoadError::OtherJson { line, column } => {
                write!(f, "line {line}, column {column}: JSON, but not that of a capture")
            }
            LoadError::Record { number, key, wrong } => {
                write!(f, "record {number}, {key}: ")?;
                match wrong {
                    Wrong::Missing => f.write_str("missing"),
                    Wrong::Word(word) => write!(f, "{word:?} means nothing there"),
                    Wrong::Number => f.write_str("a number out of range"),
                    Wrong::Hex { at } => write!(f, "no hexadecimal digit at {at}"),
                }
            }
            LoadError::Truncated { at } => write!(f, "the file ends within a block, at byte {at}"),
            LoadError::Block { at } => write!(f, "the block at byte {at} cannot be right"),
            LoadError::LinkType(link) => write!(f, "link type {link} is not understood"),
            LoadError::NoMqtt { packets, .. } => {
                write!(f, "none of its {packets} packets belongs to MQTT over TCP")
            }
            LoadError::Link => f.write_str("the link is damaged"),
            LoadError::LinkVersion(version) => write!(f, "a link of version {version}"),
        }
    }
}

impl std::error::Error for LoadError {}

/// Bytes that a file may have, also once it is unpacked: a tab of a browser has little more to give.
pub const MAX_FILE: usize = 512 << 20;

/// What is kept of a file: there it is the beginning that counts, so there is room for more than on the bench.
pub(super) const BOUNDS: Bounds = Bounds { records: 1_000_000, bytes: MAX_FILE };

/// Reads a file in any format that this crate writes, and pcap and pcapng of other tools; all of them may
/// be packed with gzip.
pub fn read_file(bytes: &[u8]) -> Result<Loaded, LoadError> {
    match gzip::is_gzip(bytes) {
        true => read_plain(&gzip::unpack(bytes, MAX_FILE)?),
        false => read_plain(bytes),
    }
}

fn read_plain(bytes: &[u8]) -> Result<Loaded, LoadError> {
    if pcap::is_capture(bytes) {
        return pcap::read(bytes);
    }
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(LoadError::Empty),
        Some(b'[' | b'{' | 0xEF) => {
            let text = std::str::from_utf8(bytes).map_err(|_| LoadError::UnknownFormat)?;
            let capture = json::records_from_json(text.trim_start_matches('\u{FEFF}'))?;
            let not_read = NotRead::of(&capture);
            Ok(Loaded { capture, not_read })
        }
        Some(_) => Err(LoadError::UnknownFormat),
    }
}

/// What is wrong with bytes in which no further packet was found: files keep the bytes, not the error.
pub(super) fn error_in(
    capture: &Capture,
    client: ClientSlot,
    connection: ConnectionId,
    sender: Sender,
    bytes: &Bytes,
) -> DecodeError {
    let mut stream = PacketStream::new();
    let (version, _) = capture.version(connection);
    stream.set_version(version);
    if sender == Sender::Server {
        let connect = capture.records().rev().find(|record| {
            (record.client, record.connection) == (client, connection)
                && record.packet_type() == Some(PacketType::Connect)
        });
        let packet = connect.and_then(|record| record.valid_packet());
        let maximum = packet.and_then(|packet| packet.properties().maximum_packet_size());
        stream.set_maximum_packet_size(maximum);
    }
    stream.push(bytes);
    stream
        .next(sender)
        .and_then(|incoming| incoming.outcome.err())
        .or_else(|| mqtt::decode_as(bytes, Some(sender), version).err())
        .unwrap_or(DecodeError { at: bytes.len(), kind: ErrorKind::Incomplete })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_capture_is_refused_with_its_place() {
        let record = |number, key, wrong| LoadError::Record { number, key, wrong };
        let line =
            |rest: &str| format!(r#"[{{"time_ms": 1, "client": "A", "connection": 1, {rest}}}]"#);
        for (text, expect) in [
            (" \n".to_owned(), LoadError::Empty),
            ("PK\u{3}\u{4}".to_owned(), LoadError::UnknownFormat),
            (line(r#""event": "open""#), record(1, "event", Wrong::Word("open".to_owned()))),
            (
                line(r#""event": "packet", "direction": "out""#),
                record(1, "bytes_hex", Wrong::Missing),
            ),
            (
                line(r#""event": "packet", "direction": "up", "bytes_hex": """#),
                record(1, "direction", Wrong::Word("up".to_owned())),
            ),
            (
                line(r#""event": "packet", "direction": "in", "bytes_hex": "c0 0""#),
                record(1, "bytes_hex", Wrong::Hex { at: 2 }),
            ),
            (
                line(r#""event": "packet", "direction": "in", "bytes_hex": "c00""#),
                record(1, "bytes_hex", Wrong::Hex { at: 3 }),
            ),
            (
                r#"[{"time_ms": -1, "client": "A", "connection": 1, "event": "opened"}]"#
                    .to_owned(),
                record(1, "time_ms", Wrong::Number),
            ),
            (
                r#"[{"time_ms": 1, "client": "ab", "connection": 1, "event": "opened"}]"#
                    .to_owned(),
                record(1, "client", Wrong::Word("ab".to_owned())),
            ),
            (line(r#""event": "closed", "code": 70000"#), record(1, "code", Wrong::Number)),
        ] {
            assert_eq!(read_file(text.as_bytes()).map(drop), Err(expect), "{text}");
        }
        for (text, line, column) in [
            ("{}", 1, 1),
            (r#"{"packets": []}"#, 1, 1),
            (r#"{"records": 5}"#, 1, 13),
            ("[\n{\"client\": 5}]", 2, 12),
            (r#"[{"time_ms": 1, "client": "A", "connection": 1}]"#, 1, 47),
        ] {
            let found = read_file(text.as_bytes()).map(drop);
            assert_eq!(found, Err(LoadError::OtherJson { line, column }), "{text}");
        }
        let found = read_file(b"[{\"time_ms\": 1,").map(drop);
        assert!(matches!(found, Err(LoadError::Json { line: 1, column: 15, .. })), "{found:?}");
        // No list, but above all no JSON: it ends too early.
        let found = read_file(b"{\"a\":").map(drop);
        assert!(matches!(found, Err(LoadError::Json { line: 1, .. })), "{found:?}");
        assert_eq!(read_file(b"[]").map(drop), Err(LoadError::Empty));
    }
}
