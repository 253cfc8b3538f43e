//! Small captures as text that fits into an address: records → few bytes → letters, and back.
//!
//! The bytes may be compressed in between by whoever has the means; the text tells whether they were.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use super::LoadError;
use super::clock::LAST;
use super::file::{BOUNDS, error_in};
use crate::capture::{Capture, ClientSlot, Entry, Hole, LinkClose, Record, Touch};
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;

/// Letters that the text may have: what browsers, chats and trackers commonly leave whole.
pub const MAX_LETTERS: usize = 8000;

/// Bytes that a text of that length may unfold to; more is no small capture.
pub const MAX_UNFOLDED: usize = 4 << 20;

/// The bytes behind the text, and whether they are compressed (raw DEFLATE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    pub bytes: Vec<u8>,
    pub is_compressed: bool,
}

impl Folded {
    pub fn to_text(&self) -> String {
        let mark = if self.is_compressed { COMPRESSED } else { PLAIN };
        format!("{mark}{}", URL_SAFE_NO_PAD.encode(&self.bytes))
    }

    pub fn from_text(text: &str) -> Result<Folded, LoadError> {
        let mut letters = text.chars();
        let is_compressed = match letters.next() {
            Some(PLAIN) => false,
            Some(COMPRESSED) => true,
            _ => return Err(LoadError::Link),
        };
        let bytes = URL_SAFE_NO_PAD.decode(letters.as_str()).map_err(|_| LoadError::Link)?;
        Ok(Folded { bytes, is_compressed })
    }
}

const PLAIN: char = 'p';
const COMPRESSED: char = 'z';

/// Writes records of a capture as few bytes: numbers as variable byte integers, times as distances, and client
/// and connection only where they change. In front of them stands when the capture began, and the Client
/// Identifiers and addresses that the records do not tell.
pub fn pack<'a>(capture: &Capture, records: impl Iterator<Item = &'a Record> + Clone) -> Vec<u8> {
    let is_touched = records.clone().any(|record| capture.touched(record.id).is_some());
    let mut out = vec![if is_touched { WITH_TOUCHES } else { VERSION }];
    put_number(&mut out, capture.began().map_or(0, |began| began + 1));
    let mut told: BTreeMap<ClientSlot, Option<String>> = BTreeMap::new();
    for record in records.clone() {
        let told = told.entry(record.client).or_default();
        *told = record.client_id().or(told.take());
    }
    let is_untold =
        |client, name| told.get(&client).is_some_and(|told| told.as_deref() != Some(name));
    let untold: Vec<_> =
        capture.client_ids().filter(|(client, name)| is_untold(*client, *name)).collect();
    put_number(&mut out, untold.len() as u64);
    for (client, name) in untold {
        put_number(&mut out, client.0.into());
        put_bytes(&mut out, name.as_bytes());
    }
    let peers: Vec<_> =
        capture.peers().filter(|(_, client, _)| told.contains_key(client)).collect();
    put_number(&mut out, peers.len() as u64);
    for (connection, client, peer) in peers {
        put_number(&mut out, connection.0.into());
        put_number(&mut out, client.0.into());
        put_bytes(&mut out, peer.as_bytes());
    }
    let mut before = (Instant::START, None);
    for record in records {
        let whose = (record.client, record.connection);
        let is_same = before.1 == Some(whose);
        out.push(kind(&record.entry) | if is_same { SAME } else { 0 });
        put_number(&mut out, record.at.since(before.0).as_micros() as u64);
        if !is_same {
            put_number(&mut out, record.client.0.into());
            put_number(&mut out, u64::from(record.connection.0));
        }
        match &record.entry {
            Entry::Opening { address } => put_bytes(&mut out, address.as_bytes()),
            Entry::Opened => {}
            Entry::Packet { bytes, .. } | Entry::Broken { bytes, .. } => {
                put_bytes(&mut out, bytes);
            }
            Entry::Text { length } => put_number(&mut out, *length as u64),
            Entry::Missing(hole) => {
                put_number(&mut out, hole.missing);
                put_number(&mut out, hole.unread);
                put_bytes(&mut out, &hole.begun);
            }
            Entry::Closed(close) => {
                let by = match close.by {
                    None => 0,
                    Some(Sender::Client) => 1,
                    Some(Sender::Server) => 2,
                };
                let was_open = if close.was_open { WAS_OPEN } else { 0 };
                out.push(by | was_open | if close.code.is_some() { HAS_CODE } else { 0 });
                if let Some(code) = close.code {
                    put_number(&mut out, u64::from(code));
                }
                put_bytes(&mut out, close.reason.as_bytes());
            }
        }
        if let Some(touch) = capture.touched(record.id) {
            let place = Touch::ALL.iter().position(|known| *known == touch);
            out.extend([TOUCH | SAME, 0, place.unwrap_or_default() as u8]);
        }
        before = (record.at, Some(whose));
    }
    out
}

/// Reads what [`pack`] wrote; records are numbered anew.
pub fn unpack(bytes: &[u8]) -> Result<Capture, LoadError> {
    let (&version, rest) = bytes.split_first().ok_or(LoadError::Link)?;
    if !matches!(version, WITHOUT_HEAD | VERSION | WITH_TOUCHES) {
        return Err(LoadError::LinkVersion(version));
    }
    let mut read = Read(rest);
    let mut capture = Capture::new(BOUNDS);
    if version != WITHOUT_HEAD {
        head(&mut read, &mut capture).ok_or(LoadError::Link)?;
    }
    let (mut at, mut whose) = (Instant::START, None);
    while !read.0.is_empty() {
        record(&mut read, &mut capture, &mut at, &mut whose).ok_or(LoadError::Link)?;
    }
    match capture.is_empty() {
        true => Err(LoadError::Empty),
        false => {
            capture.settle_versions();
            Ok(capture)
        }
    }
}

fn head(read: &mut Read<'_>, capture: &mut Capture) -> Option<()> {
    capture.set_began(read.number()?.checked_sub(1));
    for _ in 0..read.number()? {
        let client = ClientSlot(u16::try_from(read.number()?).ok()?);
        capture.name_client(client, read.text()?);
    }
    for _ in 0..read.number()? {
        let connection = ConnectionId(u32::try_from(read.number()?).ok()?);
        let client = ClientSlot(u16::try_from(read.number()?).ok()?);
        capture.set_peer(connection, client, read.text()?);
    }
    Some(())
}

fn record(
    read: &mut Read<'_>,
    capture: &mut Capture,
    at: &mut Instant,
    whose: &mut Option<(ClientSlot, ConnectionId)>,
) -> Option<()> {
    let tag = read.byte()?;
    *at = Instant::from_micros(at.as_micros().checked_add(read.number()?)?);
    if *at > LAST {
        return None;
    }
    if tag & SAME == 0 {
        let client = ClientSlot(u16::try_from(read.number()?).ok()?);
        *whose = Some((client, ConnectionId(u32::try_from(read.number()?).ok()?)));
    }
    let (client, connection) = (*whose)?;
    if tag & !SAME == TOUCH {
        let touch = *Touch::ALL.get(usize::from(read.byte()?))?;
        let last = capture.records().next_back()?.id;
        capture.touch(last, touch);
        return Some(());
    }
    let sender = if tag & !SAME & 1 == 0 { Sender::Client } else { Sender::Server };
    let entry = match tag & !SAME {
        OPENING => Entry::Opening { address: read.text()? },
        OPENED => Entry::Opened,
        TEXT => Entry::Text { length: usize::try_from(read.number()?).ok()? },
        CLOSED => {
            let flags = read.byte()?;
            let by = match flags & 3 {
                0 => None,
                1 => Some(Sender::Client),
                2 => Some(Sender::Server),
                _ => return None,
            };
            let code = match flags & HAS_CODE {
                0 => None,
                _ => Some(u16::try_from(read.number()?).ok()?),
            };
            let was_open = flags & WAS_OPEN != 0;
            Entry::Closed(LinkClose { by, was_open, code, reason: read.text()? })
        }
        SENT_PACKET | RECEIVED_PACKET => {
            Entry::Packet { sender, bytes: Bytes::copy_from_slice(read.bytes()?) }
        }
        SENT_HOLE | RECEIVED_HOLE => {
            let (missing, unread) = (read.number()?, read.number()?);
            let begun = Bytes::copy_from_slice(read.bytes()?);
            Entry::Missing(Hole { sender, missing, unread, begun })
        }
        SENT_BROKEN | RECEIVED_BROKEN => {
            let bytes = Bytes::copy_from_slice(read.bytes()?);
            let error = error_in(capture, client, connection, sender, &bytes);
            Entry::Broken { sender, bytes, error }
        }
        _ => return None,
    };
    capture.push(*at, client, connection, entry);
    Some(())
}

fn kind(entry: &Entry) -> u8 {
    match entry {
        Entry::Opening { .. } => OPENING,
        Entry::Opened => OPENED,
        Entry::Packet { sender: Sender::Client, .. } => SENT_PACKET,
        Entry::Packet { sender: Sender::Server, .. } => RECEIVED_PACKET,
        Entry::Broken { sender: Sender::Client, .. } => SENT_BROKEN,
        Entry::Broken { sender: Sender::Server, .. } => RECEIVED_BROKEN,
        Entry::Missing(Hole { sender: Sender::Client, .. }) => SENT_HOLE,
        Entry::Missing(Hole { sender: Sender::Server, .. }) => RECEIVED_HOLE,
        Entry::Text { .. } => TEXT,
        Entry::Closed(_) => CLOSED,
    }
}

const VERSION: u8 = 2;
/// The same, with marks behind records that something in between has touched.
const WITH_TOUCHES: u8 = 3;
/// Links of an earlier page, which begin with the records. A client was one byte, of the same value up to 127.
const WITHOUT_HEAD: u8 = 1;

// The kinds of records; where there is a sender, an odd number is the Server.
const SENT_PACKET: u8 = 0;
const RECEIVED_PACKET: u8 = 1;
const SENT_BROKEN: u8 = 2;
const RECEIVED_BROKEN: u8 = 3;
const OPENING: u8 = 4;
const OPENED: u8 = 5;
const TEXT: u8 = 6;
const CLOSED: u8 = 7;
const SENT_HOLE: u8 = 8;
const RECEIVED_HOLE: u8 = 9;
/// Not a record: what was done to the one before.
const TOUCH: u8 = 10;
/// Added to the kind: client and connection are those of the record before.
const SAME: u8 = 0x80;

const WAS_OPEN: u8 = 0x04;
const HAS_CODE: u8 = 0x08;

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Whatever is left to be read; `None` where something is missing.
struct Read<'a>(&'a [u8]);

impl<'a> Read<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Capture {
        let mut capture = Capture::default();
        let mut at = 0;
        let mut push = |client: u16, connection: u32, entry| {
            at += 40_000;
            let at = Instant::from_micros(at);
            capture.push(at, ClientSlot(client), ConnectionId(connection), entry);
        };
        push(0, 300, Entry::Opening { address: "in this tab".to_owned() });
        push(0, 300, Entry::Opened);
        for (sender, bytes) in [(Sender::Client, &[0xC0, 0][..]), (Sender::Server, &[0xD0, 0])] {
            push(0, 300, Entry::Packet { sender, bytes: Bytes::from_static(bytes) });
        }
        push(1, 301, Entry::Text { length: 12 });
        for sender in [Sender::Client, Sender::Server] {
            let begun = Bytes::from_static(&[0x30, 0x7F]);
            push(1, 301, Entry::Missing(Hole { sender, missing: 300, unread: 2, begun }));
        }
        for by in [None, Some(Sender::Client), Some(Sender::Server)] {
            let code = by.map(|_| 1006);
            let reason = "終了".to_owned();
            push(1, 301, Entry::Closed(LinkClose { by, was_open: by.is_some(), code, reason }));
        }
        let sender = Sender::Server;
        let bytes = Bytes::from_static(&[0x00]);
        let error = error_in(&Capture::default(), ClientSlot(2), ConnectionId(9), sender, &bytes);
        push(300, 9, Entry::Broken { sender, bytes, error });
        capture.set_began(Some(1_764_000_000_123_456));
        capture.name_client(ClientSlot(300), "dev-300".to_owned());
        capture.set_peer(ConnectionId(9), ClientSlot(300), "10.0.0.5:51544".to_owned());
        capture
    }

    #[test]
    fn packing_and_unpacking_are_inverse() {
        let capture = sample();
        let bytes = pack(&capture, capture.records());
        let read = unpack(&bytes).expect("it was packed just now");
        let all = |capture: &Capture| capture.records().cloned().collect::<Vec<Record>>();
        assert_eq!(all(&read), all(&capture));
        assert_eq!(read.began(), capture.began());
        assert!(read.client_ids().eq(capture.client_ids()));
        assert!(read.peers().eq(capture.peers()));
        for is_compressed in [false, true] {
            let folded = Folded { bytes: bytes.clone(), is_compressed };
            assert_eq!(Folded::from_text(&folded.to_text()), Ok(folded));
        }
    }

    #[test]
    fn what_was_touched_stays_marked_in_every_format() {
        use crate::formats::{json, pcap::records_to_pcapng, records_to_text};
        for (at, touch) in Touch::ALL.into_iter().enumerate() {
            let mut capture = sample();
            let marks = |capture: &Capture| {
                [2, 3].map(|at| capture.touched(capture.at(at).expect("it is there").id))
            };
            let id = capture.at(2 + at % 2).expect("it is there").id;
            capture.touch(id, touch);
            let read = unpack(&pack(&capture, capture.records())).expect("it was packed just now");
            assert_eq!(marks(&read), marks(&capture));
            assert_eq!(read.len(), capture.len());
            let text = json::records_to_json(&capture, capture.records());
            let read = json::records_from_json(&text).expect("it was written just now");
            assert_eq!(marks(&read), marks(&capture));
            let text = records_to_text(&capture, capture.records());
            assert!(text.contains(touch.key()), "{text}");
            let bytes = records_to_pcapng(&capture, capture.records());
            assert!(bytes.windows(9).any(|window| window == b"touched: "), "{touch:?}");
        }
    }

    #[test]
    fn damaged_links_are_refused_and_never_panic() {
        let sample = sample();
        let bytes = pack(&sample, sample.records());
        let records: Vec<usize> = (1..bytes.len())
            .filter_map(|end| unpack(&bytes[..end]).ok().map(|capture| capture.len()))
            .collect();
        assert_eq!(records, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "cut between records");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                let _ = unpack(&bytes);
            }
        }
        assert_eq!(unpack(&[9, 1]).map(drop), Err(LoadError::LinkVersion(9)));
        assert_eq!(unpack(&[1]).map(drop), Err(LoadError::Empty));
        assert_eq!(unpack(&[2, 0, 0, 0]).map(drop), Err(LoadError::Empty));
        // A link of the time before there was anything in front of the records.
        let old = unpack(&[1, SENT_PACKET, 9, 3, 7, 2, 0xC0, 0]).expect("one PINGREQ");
        let record = old.at(0).expect("there is one");
        assert_eq!((record.client, record.connection), (ClientSlot(3), ConnectionId(7)));
        for text in ["", "x", "pÄ", "p===", "AAAA"] {
            assert_eq!(Folded::from_text(text), Err(LoadError::Link), "{text}");
        }
    }
}
