//! The bytes that passed on the wire: append-only, bounded, recorded at the link before they are
//! interpreted.
//!
//! A record keeps the bytes and a few facts that cost nothing to read (type, length, Packet Identifier);
//! decoding and dissecting happen on demand, so that a flood costs little. Only the Topic Name of a Topic
//! Alias and the version of MQTT are looked up at once, since they depend on earlier packets. Malformed packets, bytes sent by hand
//! and the packets of a foreign broker are recorded as they are.
//!
//! Knows nothing of roles, exercises or the page.

mod aliases;
mod record;
mod versions;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use litemap::LiteMap;

pub use aliases::Aliased;
pub use record::{ClientSlot, Entry, Hole, Letter, LinkClose, Record, RecordId, Touch};
pub use versions::Basis;

use self::aliases::Aliases;
use self::versions::Versions;
use crate::mqtt::{ConnectionId, DecodeError, PacketType, Sender, Version};
use crate::time::Instant;

/// How much a capture keeps. When it is full the oldest records go first, and are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub records: usize,
    /// Bytes of packets, not counting the records around them.
    pub bytes: usize,
}

impl Default for Bounds {
    /// Room for a long session and for a flood: 120 000 records, 64 MiB of packets. In the page a record takes 72
    /// bytes beside its packet, 9 MiB when all are there.
    fn default() -> Bounds {
        Bounds { records: 120_000, bytes: 64 << 20 }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Capture {
    records: VecDeque<Record>,
    bounds: Bounds,
    bytes: usize,
    next_id: u64,
    dropped: u64,
    aliases: Aliases,
    versions: Versions,
    client_ids: LiteMap<ClientSlot, String>,
    /// Where clients connected from, and which client it was.
    peers: LiteMap<ConnectionId, (ClientSlot, String)>,
    /// What was done to records on their way.
    touched: LiteMap<RecordId, Touch>,
    began: Option<u64>,
    first_at: Option<Instant>,
}

impl Capture {
    pub fn new(bounds: Bounds) -> Capture {
        Capture { bounds, ..Capture::default() }
    }

    /// Appends one entry and returns its id. Ids grow by one and are never reused, also across
    /// [`Capture::clear`].
    pub fn push(
        &mut self,
        at: Instant,
        client: ClientSlot,
        connection: ConnectionId,
        entry: Entry,
    ) -> RecordId {
        let id = RecordId(self.next_id);
        self.next_id += 1;
        let version = self.versions.of(connection, &entry);
        self.first_at.get_or_insert(at);
        let record = Record { id, at, client, connection, version, entry };
        self.bytes += record.bytes().len();
        self.records.push_back(record);
        while self.records.len() > self.bounds.records
            || (self.bytes > self.bounds.bytes && self.records.len() > 1)
        {
            if let Some(oldest) = self.records.pop_front() {
                self.bytes -= oldest.bytes().len();
                self.dropped += 1;
            }
        }
        if let (Some(oldest), Some(newest)) = (self.records.front(), self.records.back()) {
            while let Some((&first, _)) = self.touched.first()
                && first < oldest.id
            {
                self.touched.remove(&first);
            }
            self.aliases.note(newest, oldest.id);
            if let Some(client_id) = newest.client_id() {
                self.client_ids.insert(client, client_id);
            }
        }
        id
    }

    /// Appends one whole packet.
    pub fn push_packet(
        &mut self,
        at: Instant,
        client: ClientSlot,
        connection: ConnectionId,
        sender: Sender,
        bytes: Bytes,
    ) -> RecordId {
        self.push(at, client, connection, Entry::Packet { sender, bytes })
    }

    /// Appends bytes in which no packet could be found.
    pub fn push_broken(
        &mut self,
        at: Instant,
        client: ClientSlot,
        connection: ConnectionId,
        sender: Sender,
        bytes: Bytes,
        error: DecodeError,
    ) -> RecordId {
        self.push(at, client, connection, Entry::Broken { sender, bytes, error })
    }

    /// Completes a hole: how large it is shows only when packets can be read again.
    pub fn amend_hole(&mut self, id: RecordId, missing: u64, unread: u64) {
        let record = self.position(id).and_then(|position| self.records.get_mut(position));
        if let Some(Record { entry: Entry::Missing(hole), .. }) = record {
            hole.missing = missing;
            hole.unread = unread;
        }
    }

    /// Forgets every record; ids go on counting.
    pub fn clear(&mut self) {
        self.records.clear();
        self.touched.clear();
        self.bytes = 0;
        self.dropped = 0;
        self.first_at = None;
    }

    /// What [`Instant::START`] was on the clock, in microseconds since 1970; `None` where nobody noted it.
    pub fn began(&self) -> Option<u64> {
        self.began
    }

    pub fn set_began(&mut self, began: Option<u64>) {
        self.began = began;
    }

    /// The moment of an instant on the clock, in microseconds since 1970.
    pub fn clock(&self, at: Instant) -> Option<u64> {
        self.began?.checked_add(at.as_micros())
    }

    /// How long after its first record something was; that record may have gone.
    pub fn passed(&self, at: Instant) -> Duration {
        at.since(self.first_at.unwrap_or_default())
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Bytes of packets it holds.
    pub fn byte_len(&self) -> usize {
        self.bytes
    }

    /// How many records had to go because the capture was full.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The id that the next record will get. It changes with every record, so it tells whether
    /// anything is new.
    pub fn next_id(&self) -> RecordId {
        RecordId(self.next_id)
    }

    /// Oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator + Clone {
        self.records.iter()
    }

    /// By position, oldest first; positions shift when old records go.
    pub fn at(&self, position: usize) -> Option<&Record> {
        self.records.get(position)
    }

    /// The position of a record that is still there.
    pub fn position(&self, id: RecordId) -> Option<usize> {
        let first = self.records.front()?.id;
        let position = usize::try_from(id.0.checked_sub(first.0)?).ok()?;
        (position < self.records.len()).then_some(position)
    }

    pub fn get(&self, id: RecordId) -> Option<&Record> {
        self.records.get(self.position(id)?)
    }

    /// The Client Identifier with which a client connected last, its own or an assigned one.
    pub fn client_id(&self, client: ClientSlot) -> Option<&str> {
        self.client_ids.get(&client).map(String::as_str)
    }

    /// Names a client whose CONNECT is not among the records.
    pub fn name_client(&mut self, client: ClientSlot, client_id: String) {
        self.client_ids.insert(client, client_id);
    }

    /// All clients with the Client Identifiers with which they connected last.
    pub fn client_ids(&self) -> impl Iterator<Item = (ClientSlot, &str)> {
        self.client_ids.iter().map(|(client, client_id)| (*client, client_id.as_str()))
    }

    /// The address and port from which a client made a connection, where a file tells them.
    pub fn peer(&self, connection: ConnectionId) -> Option<&str> {
        self.peers.get(&connection).map(|(_, peer)| peer.as_str())
    }

    pub fn set_peer(&mut self, connection: ConnectionId, client: ClientSlot, peer: String) {
        self.peers.insert(connection, (client, peer));
    }

    /// All that is known of where clients connected from.
    pub fn peers(&self) -> impl Iterator<Item = (ConnectionId, ClientSlot, &str)> {
        let peers = self.peers.iter();
        peers.map(|(connection, (client, peer))| (*connection, *client, peer.as_str()))
    }

    /// Notes what was done to a record on its way.
    pub fn touch(&mut self, id: RecordId, touch: Touch) {
        self.touched.insert(id, touch);
    }

    /// What was done to a record on its way, if anything.
    pub fn touched(&self, id: RecordId) -> Option<Touch> {
        self.touched.get(&id).copied()
    }

    /// Notes the version of a connection whose CONNECT is not among the records.
    pub fn note_version(&mut self, connection: ConnectionId, version: Version) {
        self.versions.note(connection, version);
    }

    /// Appends a record of another capture, with what that one knows about it.
    pub fn append(&mut self, from: &Capture, record: &Record) {
        let connection = record.connection;
        if let Some((client, peer)) = from.peers.get(&connection)
            && !self.peers.contains_key(&connection)
        {
            self.set_peer(connection, *client, peer.clone());
            self.note_version(connection, from.version(connection).0);
            if let Some(name) = from.client_id(*client) {
                self.name_client(*client, name.to_owned());
            }
        }
        self.push_of(from, record.clone());
    }

    /// Appends a record of another capture, with what was done to it on its way.
    fn push_of(&mut self, from: &Capture, record: Record) {
        let Record { id, at, client, connection, entry, .. } = record;
        let anew = self.push(at, client, connection, entry);
        if let Some(touch) = from.touched(id) {
            self.touch(anew, touch);
        }
    }

    /// Some of its records, numbered anew, with what is known about them: the clock, names, addresses and versions.
    pub fn excerpt(&self, records: impl IntoIterator<Item = Record>) -> Capture {
        let mut excerpt = Capture {
            bounds: self.bounds,
            began: self.began,
            versions: self.versions.clone(),
            client_ids: self.client_ids.clone(),
            peers: self.peers.clone(),
            ..Capture::default()
        };
        for record in records {
            excerpt.push_of(self, record);
        }
        excerpt
    }

    /// The version of MQTT that a connection speaks, and how that is known.
    pub fn version(&self, connection: ConnectionId) -> (Version, Basis) {
        self.versions.spoken(connection)
    }

    /// Chooses the version of the connections whose CONNECT is missing, as where a file begins in the
    /// middle: the one that reads their packets. For captures that are complete.
    pub fn settle_versions(&mut self) {
        self.versions.settle(&mut self.records);
    }

    /// The Topic Name that the Topic Alias of a PUBLISH had; `None` for a PUBLISH that has its Topic Name
    /// itself, and for an alias that was never set.
    pub fn aliased(&self, record: &Record) -> Option<Aliased<'_>> {
        self.aliases.of(record)
    }

    /// Packets of one type, sent by one side, oldest first.
    pub fn packets(
        &self,
        packet: PacketType,
        sender: Sender,
    ) -> impl DoubleEndedIterator<Item = &Record> {
        self.records().filter(move |record| {
            record.packet_type() == Some(packet) && record.sender() == Some(sender)
        })
    }

    /// The records after `id` on the same connection.
    pub fn following(&self, id: RecordId) -> impl Iterator<Item = &Record> {
        let start = self.position(id).map_or(self.records.len(), |position| position + 1);
        let connection = self.get(id).map(|record| record.connection);
        self.records.range(start..).filter(move |record| Some(record.connection) == connection)
    }

    /// The records before `id` on the same connection, latest first.
    pub fn preceding(&self, id: RecordId) -> impl Iterator<Item = &Record> {
        let end = self.position(id).unwrap_or(0);
        let connection = self.get(id).map(|record| record.connection);
        self.records.range(..end).rev().filter(move |record| Some(record.connection) == connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ClientSlot = ClientSlot(0);

    fn ping(capture: &mut Capture, connection: u32) -> RecordId {
        let bytes = Bytes::from_static(&[0xC0, 0x00]);
        capture.push_packet(Instant::START, A, ConnectionId(connection), Sender::Client, bytes)
    }

    #[test]
    fn an_excerpt_knows_what_its_records_do_not_say() {
        let mut capture = Capture::default();
        capture.set_began(Some(1_000_000));
        let at = Instant::from_millis(40);
        for bytes in [&b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c"[..], b"\x30\x05\0\x01thi"] {
            let bytes = Bytes::from_static(bytes);
            capture.push_packet(at, A, ConnectionId(7), Sender::Client, bytes);
        }
        let excerpt = capture.excerpt(capture.records().skip(1).cloned());
        let record = excerpt.at(0).expect("the PUBLISH");
        assert_eq!((record.id, record.version), (RecordId(0), Version::V3_1_1));
        assert_eq!(excerpt.client_id(A), Some("c"));
        assert_eq!(excerpt.clock(record.at), Some(1_040_000));
        assert_eq!(excerpt.passed(Instant::from_millis(50)), Duration::from_millis(10));
    }

    #[test]
    fn a_full_capture_drops_its_oldest_records_and_counts_them() {
        let mut capture = Capture::new(Bounds { records: 3, bytes: 1 << 20 });
        let ids: Vec<_> = (0..5).map(|_| ping(&mut capture, 1)).collect();
        assert_eq!(capture.len(), 3);
        assert_eq!(capture.dropped(), 2);
        assert_eq!(capture.get(ids[1]), None);
        assert_eq!(capture.get(ids[2]).map(|record| record.id), Some(ids[2]));
        assert_eq!(capture.position(ids[4]), Some(2));
    }

    #[test]
    fn bytes_are_bounded_too_but_the_newest_record_stays() {
        let mut capture = Capture::new(Bounds { records: 100, bytes: 3 });
        ping(&mut capture, 1);
        ping(&mut capture, 1);
        assert_eq!((capture.len(), capture.byte_len()), (1, 2));
        let large = Bytes::from(vec![0; 64]);
        capture.push_packet(Instant::START, A, ConnectionId(1), Sender::Server, large);
        assert_eq!((capture.len(), capture.byte_len()), (1, 64));
    }

    #[test]
    fn ids_survive_clearing() {
        let mut capture = Capture::default();
        let before = ping(&mut capture, 1);
        capture.clear();
        let after = ping(&mut capture, 1);
        assert!(after > before);
        assert_eq!(capture.get(before), None);
        assert_eq!(capture.position(after), Some(0));
    }

    #[test]
    fn neighbours_are_those_of_the_same_connection() {
        let mut capture = Capture::default();
        let first = ping(&mut capture, 1);
        ping(&mut capture, 2);
        let last = ping(&mut capture, 1);
        let ids = |records: Vec<&Record>| records.iter().map(|r| r.id).collect::<Vec<_>>();
        assert_eq!(ids(capture.following(first).collect()), [last]);
        assert_eq!(ids(capture.preceding(last).collect()), [first]);
    }
}
