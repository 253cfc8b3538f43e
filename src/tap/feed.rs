//! Events → a capture: who is who, and where a tap goes on after it was lost.

use std::collections::BTreeMap;

use super::protocol::{About, Event, Faults, Happened, Hello, Item};
use crate::capture::{Capture, ClientSlot, Entry, Hole, LinkClose, Touch};
use crate::mqtt::{ConnectionId, FrameHeader};
use crate::time::Instant;

/// What a feed has read so far. Its capture is elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    hello: Option<Hello>,
    /// The number of the event that comes next, in this run of the tap.
    next: u64,
    /// Events that the tap had to forget before they could be read.
    dropped: u64,
    /// How often the tap was started anew while it was followed.
    restarts: u32,
    faults: Faults,
    lanes: BTreeMap<u32, Lane>,
    /// Clients by their Client Identifier.
    slots: BTreeMap<String, ClientSlot>,
    next_slot: u16,
    /// What is added to the numbers of connections of this run, so that none is used twice.
    base: u32,
    highest: u32,
    /// What is added to the moments of this run, in microseconds.
    shift: u64,
    last: u64,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    pub about: About,
    /// The same in the capture.
    pub connection: ConnectionId,
    /// The client in the capture, once it has said who it is.
    pub client: Option<ClientSlot>,
    pub is_open: bool,
    /// Whether the broker has accepted it.
    has_opened: bool,
    pub packets: u64,
    /// What happened before that.
    waiting: Vec<(u64, Event)>,
}

/// So many connections that have ended are told.
const MOST_ENDED: usize = 200;

impl Feed {
    /// Takes one item into a capture.
    pub fn take(&mut self, item: Item, capture: &mut Capture) {
        match item {
            Item::Hello(hello) => self.greet(hello, capture),
            Item::Dropped(number) => self.dropped += number,
            Item::Faults(faults) => self.faults = faults,
            Item::About(about) => self.about(about, capture),
            Item::Happened(Happened { seq, at, connection, event }) => {
                if seq >= self.next {
                    self.next = seq + 1;
                    self.happened(at, connection, event, capture);
                }
            }
        }
    }

    fn greet(&mut self, hello: Hello, capture: &mut Capture) {
        let is_same_run = self.hello.as_ref().is_some_and(|before| before.run == hello.run);
        if !is_same_run {
            if self.hello.is_some() {
                self.restarts += 1;
                self.end_all(capture);
            }
            self.lanes.clear();
            self.base = self.highest;
            self.next = 0;
            match capture.began().filter(|_| self.hello.is_some()) {
                Some(began) => self.shift = hello.began.saturating_sub(began).max(self.last),
                None => capture.set_began(Some(hello.began)),
            }
        }
        self.hello = Some(hello);
    }

    /// What a tap had open when it ended has ended with it.
    fn end_all(&mut self, capture: &mut Capture) {
        let open: Vec<u32> =
            self.lanes.iter().filter(|(_, lane)| lane.is_open).map(|(key, _)| *key).collect();
        for connection in open {
            let event = Event::Closed { by: None, touch: None, reason: String::new() };
            self.happened(self.last.saturating_sub(self.shift), connection, event, capture);
        }
    }

    fn about(&mut self, about: About, capture: &mut Capture) {
        let connection = ConnectionId(self.base.saturating_add(about.connection));
        self.highest = self.highest.max(connection.0);
        let key = about.connection;
        let is_known = self.lanes.contains_key(&key);
        let lane = self.lanes.entry(key).or_insert_with(|| Lane {
            about: About::default(),
            connection,
            client: None,
            is_open: true,
            has_opened: false,
            packets: 0,
            waiting: Vec::new(),
        });
        lane.about = about;
        // Its CONNECT may have gone before anybody observed.
        if !is_known && lane.about.level != 0 {
            if let Some(version) = lane.about.version() {
                capture.note_version(connection, version);
            }
            self.name(key, capture);
        }
    }

    /// Gives a connection its client: the one with its Client Identifier, or a new one.
    fn name(&mut self, key: u32, capture: &mut Capture) -> Option<ClientSlot> {
        let lane = self.lanes.get_mut(&key)?;
        if let Some(client) = lane.client {
            return Some(client);
        }
        let mut fresh = || {
            let slot = ClientSlot(self.next_slot);
            self.next_slot = self.next_slot.saturating_add(1);
            slot
        };
        let client = match lane.about.client_id.as_str() {
            "" => fresh(),
            id => *self.slots.entry(id.to_owned()).or_insert_with(fresh),
        };
        lane.client = Some(client);
        capture.set_peer(lane.connection, client, lane.about.peer.clone());
        if !lane.about.client_id.is_empty() {
            capture.name_client(client, lane.about.client_id.clone());
        }
        Some(client)
    }

    fn happened(&mut self, at: u64, connection: u32, event: Event, capture: &mut Capture) {
        let Some(lane) = self.lanes.get_mut(&connection) else { return };
        lane.packets += u64::from(matches!(event, Event::Packet { .. }));
        lane.has_opened |= matches!(event, Event::Opened | Event::Packet { .. });
        let has_ended = matches!(event, Event::Closed { .. });
        lane.is_open &= !has_ended;
        let is_named = lane.client.is_some() || !matches!(event, Event::Opening | Event::Opened);
        lane.waiting.push((at, event));
        if !is_named {
            return;
        }
        let Some(client) = self.name(connection, capture) else { return };
        let Some(lane) = self.lanes.get_mut(&connection) else { return };
        let (connection, has_opened) = (lane.connection, lane.has_opened);
        let to = self.hello.as_ref().map_or("", |hello| &hello.to);
        for (at, event) in lane.waiting.drain(..) {
            // Moments of a capture go forward, also when the clock of the machine was set.
            self.last = self.last.max(at.saturating_add(self.shift));
            let at = Instant::from_micros(self.last);
            let (entry, touch) = entry(event, to, connection, has_opened, capture);
            let id = capture.push(at, client, connection, entry);
            if let Some(touch) = touch {
                capture.touch(id, touch);
            }
        }
        if has_ended {
            self.forget_ended();
        }
    }

    /// The oldest that have ended; their packets stay in the capture.
    fn forget_ended(&mut self) {
        let ended = || self.lanes.iter().filter(|(_, lane)| !lane.is_open);
        if ended().count() > MOST_ENDED
            && let Some(oldest) = ended().map(|(key, _)| *key).next()
        {
            self.lanes.remove(&oldest);
        }
    }

    /// What the tap said of itself.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// The number of the event that comes next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Events that the tap had to forget before they could be read.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How often the tap was started anew while it was followed.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The connections of this run of the tap, in the order in which they came.
    pub fn lanes(&self) -> impl DoubleEndedIterator<Item = &Lane> {
        self.lanes.values()
    }

    /// The connection with that number in the capture, if it is one of these.
    pub fn lane(&self, connection: ConnectionId) -> Option<&Lane> {
        self.lane_on_tap(connection.0.checked_sub(self.base)?)
    }

    /// The connection with that number on the tap.
    pub fn lane_on_tap(&self, connection: u32) -> Option<&Lane> {
        self.lanes.get(&connection)
    }

    /// Forgets connections that have ended, as when the capture is cleared.
    pub fn clear(&mut self) {
        self.lanes.retain(|_, lane| lane.is_open);
        for lane in self.lanes.values_mut() {
            lane.packets = 0;
        }
        self.dropped = 0;
    }
}

fn entry(
    event: Event,
    to: &str,
    connection: ConnectionId,
    was_open: bool,
    capture: &Capture,
) -> (Entry, Option<Touch>) {
    match event {
        Event::Opening => (Entry::Opening { address: to.to_owned() }, None),
        Event::Opened => (Entry::Opened, None),
        Event::Packet { sender, touch, is_broken: false, bytes } => {
            (Entry::Packet { sender, bytes }, touch)
        }
        Event::Packet { sender, touch, is_broken: true, bytes } => {
            let (version, _) = capture.version(connection);
            match FrameHeader::read_as(&bytes, version) {
                Err(error) => (Entry::Broken { sender, bytes, error }, touch),
                // What follows bytes that are no packet may look like one.
                Ok(_) => {
                    let unread = bytes.len() as u64;
                    (Entry::Missing(Hole { sender, missing: 0, unread, begun: bytes }), touch)
                }
            }
        }
        Event::Text { length } => (Entry::Text { length: length as usize }, None),
        Event::Missing { sender, missing } => {
            (Entry::Missing(Hole { sender, missing, unread: 0, begun: bytes::Bytes::new() }), None)
        }
        Event::Closed { by, touch, reason } => {
            (Entry::Closed(LinkClose { by, was_open, code: None, reason }), touch)
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::RecordId;
    use crate::mqtt::Sender::{self, Client, Server};
    use crate::mqtt::Version;
    use crate::tap::protocol::FORMAT;

    const CONNECT_3: &[u8] = b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c";
    const PUBLISH_3: &[u8] = b"\x30\x05\0\x01thi";

    #[derive(Default)]
    struct Told {
        feed: Feed,
        capture: Capture,
        seq: u64,
    }

    impl Told {
        fn hello(&mut self, run: &str, began: u64) {
            let hello = Hello {
                format: FORMAT,
                run: run.to_owned(),
                began,
                to: "mqtt://broker:1883".to_owned(),
                secrets: false,
                faults: false,
                next: 0,
            };
            if self.feed.hello().is_some_and(|before| before.run != run) {
                self.seq = 0;
            }
            self.feed.take(Item::Hello(hello), &mut self.capture);
        }

        fn about(&mut self, connection: u32, client_id: &str, level: u8) {
            let peer = format!("127.0.0.1:{}", 50_000 + connection);
            let listener = "mqtt://127.0.0.1:1884".to_owned();
            let about =
                About { connection, peer, listener, client_id: client_id.to_owned(), level };
            self.feed.take(Item::About(about), &mut self.capture);
        }

        fn event(&mut self, at: u64, connection: u32, event: Event) {
            let happened = Happened { seq: self.seq, at, connection, event };
            self.seq += 1;
            self.feed.take(Item::Happened(happened), &mut self.capture);
        }

        fn packet(&mut self, at: u64, connection: u32, sender: Sender, bytes: &'static [u8]) {
            let bytes = Bytes::from_static(bytes);
            self.event(
                at,
                connection,
                Event::Packet { sender, touch: None, is_broken: false, bytes },
            );
        }

        fn connects(&mut self, at: u64, connection: u32, client_id: &str) {
            self.about(connection, "", 0);
            self.event(at, connection, Event::Opening);
            self.event(at, connection, Event::Opened);
            self.about(connection, client_id, 4);
            self.packet(at, connection, Client, CONNECT_3);
        }
    }

    #[test]
    fn a_client_is_the_same_as_often_as_it_comes_with_its_name() {
        let mut told = Told::default();
        told.hello("a", 1_000_000);
        told.connects(1, 1, "c");
        told.connects(2, 2, "d");
        told.event(3, 1, Event::Closed { by: Some(Client), touch: None, reason: String::new() });
        told.connects(4, 3, "c");
        let clients: Vec<u16> = told.feed.lanes().filter_map(|lane| Some(lane.client?.0)).collect();
        assert_eq!(clients, [0, 1, 0]);
        // Opening waits for the CONNECT, which says whose it is.
        assert_eq!(told.capture.len(), 10);
        assert_eq!(told.capture.client_id(ClientSlot(0)), Some("c"));
        assert_eq!(told.capture.peer(ConnectionId(3)), Some("127.0.0.1:50003"));
        assert_eq!(told.capture.at(2).map(|record| record.version), Some(Version::V3_1_1));
    }

    #[test]
    fn who_comes_late_reads_what_follows_in_its_version() {
        let mut told = Told::default();
        told.hello("a", 0);
        told.feed.take(Item::Dropped(40), &mut told.capture);
        told.seq = 40;
        told.about(7, "c", 4);
        told.packet(9, 7, Client, PUBLISH_3);
        let record = told.capture.at(0).expect("the PUBLISH");
        assert_eq!((record.version, record.client), (Version::V3_1_1, ClientSlot(0)));
        assert_eq!((told.feed.dropped(), told.feed.next()), (40, 41));
    }

    #[test]
    fn what_comes_twice_after_a_lost_connection_is_taken_once() {
        let mut told = Told::default();
        told.hello("a", 0);
        told.connects(1, 1, "c");
        let before = told.capture.len();
        told.hello("a", 0);
        told.seq = 0;
        told.connects(1, 1, "c");
        assert_eq!((told.capture.len(), told.feed.restarts()), (before, 0));
    }

    #[test]
    fn a_tap_that_was_started_anew_has_other_connections_and_later_moments() {
        let mut told = Told::default();
        told.hello("a", 1_000_000);
        told.connects(1_500_000, 1, "c");
        told.hello("b", 6_000_000);
        // The connection of the first run has ended with it.
        let last = told.capture.records().next_back().expect("there are records");
        assert!(matches!(last.entry, Entry::Closed(_)), "{last:?}");
        told.connects(10, 1, "c");
        let last = told.capture.records().next_back().expect("there are records");
        assert_eq!((last.connection, last.client), (ConnectionId(2), ClientSlot(0)));
        assert_eq!(told.capture.clock(last.at), Some(6_000_010));
        assert_eq!(told.feed.restarts(), 1);
    }

    #[test]
    fn what_was_touched_is_marked_also_in_an_excerpt() {
        let mut told = Told::default();
        told.hello("a", 0);
        told.connects(1, 1, "c");
        let bytes = Bytes::from_static(&[0xD0, 0]);
        let touch = Some(Touch::Dropped);
        told.event(2, 1, Event::Packet { sender: Server, touch, is_broken: false, bytes });
        let excerpt = told.capture.excerpt(told.capture.records().skip(2).cloned());
        let touched = |id| excerpt.touched(RecordId(id));
        assert_eq!((touched(0), touched(1)), (None, touch));
    }
}
