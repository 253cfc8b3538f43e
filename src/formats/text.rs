//! Records as a readable listing: what passed, byte by byte and field by field.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use super::clock::utc;
use crate::capture::{Capture, Entry, Record, Touch};
use crate::mqtt::{Field, Flaw, PacketType, Sender};

/// When the capture began and who took part, then every record with a line that says what it is; packets with
/// their bytes, sixteen a line, and their fields under the specification's names.
pub fn records_to_text<'a>(
    capture: &Capture,
    records: impl Iterator<Item = &'a Record> + Clone,
) -> String {
    let mut out = String::new();
    // Connections that the broker has ended: the client only closes them then.
    let mut ended = HashSet::new();
    if let Some(began) = capture.began() {
        let _ = writeln!(out, "0.0 ms is {}", utc(began));
    }
    let clients: BTreeSet<_> = records.clone().map(|record| record.client).collect();
    for client in clients {
        if let Some(client_id) = capture.client_id(client) {
            let _ = writeln!(out, "{} is {client_id}", client.letter());
        }
    }
    for (connection, client, peer) in capture.peers() {
        let _ = writeln!(out, "connection {} of {} is from {peer}", connection.0, client.letter());
    }
    if !out.is_empty() {
        out.push('\n');
    }
    for record in records {
        if record.packet_type() == Some(PacketType::Disconnect) {
            match record.sender() {
                Some(Sender::Server) => _ = ended.insert(record.connection),
                _ => _ = ended.remove(&record.connection),
            }
        }
        let touch = capture.touched(record.id);
        write_record(&mut out, record, ended.contains(&record.connection), touch);
        out.push('\n');
    }
    out
}

fn write_record(out: &mut String, record: &Record, is_ended: bool, touch: Option<Touch>) {
    let letter = record.client.letter();
    let way = match record.side() {
        Some(Sender::Client) => format!("{letter} → broker"),
        Some(Sender::Server) => format!("broker → {letter}"),
        None => letter.to_string(),
    };
    let what = match &record.entry {
        Entry::Opening { address } => format!("opening a Network Connection to {address}"),
        Entry::Opened => "Network Connection open".to_owned(),
        Entry::Text { length } => format!("WebSocket text message, {length} characters"),
        Entry::Missing(hole) => format!(
            "{} B are missing in the file; {} B beside them could not be read",
            hole.missing, hole.unread
        ),
        Entry::Closed(close) => {
            let mut what = match close.by {
                _ if !close.was_open => "Network Connection could not be opened".to_owned(),
                Some(Sender::Client) if is_ended => {
                    "Network Connection closed by the client, as the broker's DISCONNECT asks"
                        .to_owned()
                }
                Some(Sender::Client) => "Network Connection closed by the client".to_owned(),
                Some(Sender::Server) => "Network Connection closed by the broker".to_owned(),
                None => "Network Connection lost".to_owned(),
            };
            if let Some(code) = close.code {
                let _ = write!(what, ", code {code}");
            }
            if !close.reason.is_empty() {
                let _ = write!(what, ": {}", close.reason);
            }
            what
        }
        Entry::Packet { bytes, .. } | Entry::Broken { bytes, .. } => {
            let name = record.packet_type().map_or("no packet", |packet| packet.name());
            format!("{name}  {} B", bytes.len())
        }
    };
    let what = match touch {
        Some(touch) => format!("{what}  ({} on its way)", touch.key()),
        None => what,
    };
    let _ = writeln!(
        out,
        "#{}  {:.1} ms  {way}  connection {}  {what}",
        record.id.number(),
        record.at.as_millis_f64(),
        record.connection.0
    );
    write_bytes(out, record.bytes());
    if let Some(dissection) = record.dissect() {
        for field in &dissection.fields {
            write_field(out, field, 1);
        }
        for Flaw { error, .. } in &dissection.flaws {
            let _ = writeln!(
                out,
                "  ! byte {}: {} {}",
                error.at,
                error.kind,
                error.kind.rule_in(record.version)
            );
        }
    }
}

/// Offset, bytes and characters, as hexadecimal dumps are read and written everywhere.
fn write_bytes(out: &mut String, bytes: &[u8]) {
    for (index, line) in bytes.chunks(16).enumerate() {
        let _ = write!(out, "  {:06x} ", index * 16);
        for at in 0..16 {
            match line.get(at) {
                Some(byte) => drop(write!(out, " {byte:02x}")),
                None => out.push_str("   "),
            }
        }
        out.push_str("  ");
        out.extend(line.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        }));
        out.push('\n');
    }
}

fn write_field(out: &mut String, field: &Field, depth: usize) {
    let value = field.own_value().to_string();
    let indent = "  ".repeat(depth);
    let bits = field.bits.map(|bits| match bits.high == bits.low {
        true => format!(" (bit {})", bits.high),
        false => format!(" (bits {}–{})", bits.high, bits.low),
    });
    let name = field.label.name();
    let bits = bits.unwrap_or_default();
    let colon = if value.is_empty() { "" } else { ": " };
    let _ = writeln!(out, "{indent}{name}{bits}{colon}{value}");
    // What says one thing with several fields, such as a string and its length, has said it.
    if value.is_empty() || field.is_leaf() {
        for child in &field.children {
            write_field(out, child, depth + 1);
        }
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
    fn the_listing_reads_as_it_should() {
        let mut capture = Capture::default();
        let mut push = |entry| {
            capture.push(Instant::from_micros(12_345), ClientSlot(1), ConnectionId(3), entry);
        };
        let publish = b"\x32\x10\0\x03a/b\0\x07\x03\x23\0\x02hello".as_slice();
        push(Entry::Packet { sender: Sender::Client, bytes: Bytes::from_static(publish) });
        push(Entry::Packet { sender: Sender::Server, bytes: Bytes::from_static(&[0xD1, 0]) });
        let reason = "keep alive".to_owned();
        let close =
            LinkClose { by: Some(Sender::Server), was_open: true, code: Some(1000), reason };
        push(Entry::Closed(close));
        capture.set_began(Some(1_764_000_000_123_456));
        capture.name_client(ClientSlot(1), "dev-2".to_owned());
        assert_eq!(
            records_to_text(&capture, capture.records()),
            "\
0.0 ms is 2025-11-24T16:00:00.123456Z
B is dev-2

#1  12.3 ms  B → broker  connection 3  PUBLISH  18 B
  000000  32 10 00 03 61 2f 62 00 07 03 23 00 02 68 65 6c  2...a/b...#..hel
  000010  6c 6f                                            lo
  Fixed Header
    Control Packet type and flags: 50
      Control Packet type (bits 7–4): 3 (PUBLISH)
      DUP (bit 3): 0
      QoS (bits 2–1): 1 (At least once)
      RETAIN (bit 0): 0
    Remaining Length: 16
  Variable Header
    Topic Name: a/b
    Packet Identifier: 7
    Properties
      Property Length: 3
      Topic Alias: 2
  Payload
    Application Message: 68656c6c6f

#2  12.3 ms  broker → B  connection 3  PINGRESP  2 B
  000000  d1 00                                            ..
  Fixed Header
    Control Packet type and flags: 209
      Control Packet type (bits 7–4): 13 (PINGRESP)
      Flags (bits 3–0): 1
    Remaining Length: 0
  ! byte 0: the Fixed Header flags of PINGRESP are 0000 [MQTT-2.1.3-1]

#3  12.3 ms  B  connection 3  Network Connection closed by the broker, code 1000: keep alive

"
        );
    }
}
