//! The packets of any application, as a tap tells them: what is kept of them, and what of that is shown.

pub mod task;

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::capture::{Capture, Record, RecordId};
use crate::mqtt::ConnectionId;
use crate::tap::feed::{Feed, Lane};
use crate::tap::protocol::Item;

/// Everything that came from a tap, and which part of it is looked at.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    feed: Feed,
    capture: Capture,
    /// The connections that are looked at; all of them where none is named.
    chosen: BTreeSet<ConnectionId>,
    /// The first record that has not been shown.
    unseen: RecordId,
    is_paused: bool,
}

impl Traffic {
    /// Takes a message of the tap; `false` where it is none.
    pub fn take(&mut self, message: Bytes) -> bool {
        let Some(items) = Item::read_all(message) else { return false };
        for item in items {
            self.feed.take(item, &mut self.capture);
        }
        true
    }

    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// While it is paused everything is taken in, and nothing shown.
    pub fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// Records that came since it was paused.
    pub fn waiting(&self) -> usize {
        if self.is_paused { self.not_shown() } else { 0 }
    }

    /// How many of the latest records have not been shown: their numbers follow on each other.
    fn not_shown(&self) -> usize {
        let came = self.capture.next_id().0 - self.unseen.0;
        usize::try_from(came).unwrap_or(usize::MAX).min(self.capture.len())
    }

    pub fn is_chosen(&self, connection: ConnectionId) -> bool {
        self.chosen.contains(&connection)
    }

    pub fn has_choice(&self) -> bool {
        !self.chosen.is_empty()
    }

    /// The only connection that is looked at, if it is one.
    pub fn only(&self) -> Option<&Lane> {
        let one = self.chosen.first().filter(|_| self.chosen.len() == 1)?;
        self.feed.lane(*one)
    }

    /// Looks at a connection too, or no longer.
    pub fn choose(&mut self, connection: ConnectionId) {
        if !self.chosen.remove(&connection) {
            self.chosen.insert(connection);
        }
    }

    pub fn choose_all(&mut self) {
        self.chosen.clear();
    }

    /// Forgets what has passed.
    pub fn clear(&mut self) {
        self.capture.clear();
        self.feed.clear();
        let feed = &self.feed;
        self.chosen.retain(|chosen| feed.lane(*chosen).is_some());
    }

    /// What is to be shown from the beginning.
    pub fn all(&mut self) -> Capture {
        self.unseen = RecordId(0);
        let mut shown = self.capture.excerpt([]);
        self.add_to(&mut shown);
        shown
    }

    /// Adds what came since, unless it is paused; `true` where that is anything.
    pub fn show(&mut self, shown: &mut Capture) -> bool {
        let before = shown.next_id();
        if !self.is_paused {
            self.add_to(shown);
        }
        shown.next_id() != before
    }

    fn add_to(&mut self, shown: &mut Capture) {
        let old = self.capture.len() - self.not_shown();
        for record in self.capture.records().skip(old).filter(|record| self.is_looked_at(record)) {
            shown.append(&self.capture, record);
        }
        self.unseen = self.capture.next_id();
    }

    fn is_looked_at(&self, record: &Record) -> bool {
        self.chosen.is_empty() || self.chosen.contains(&record.connection)
    }
}

/// What the page calls a connection: the Client Identifier, or the address while there is none.
pub fn name(lane: &Lane) -> &str {
    match lane.about.client_id.as_str() {
        "" => &lane.about.peer,
        id => id,
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::mqtt::{Sender, Version};
    use crate::tap::protocol::{About, Event, FORMAT, Happened, Hello};

    fn message(items: &[Item]) -> Bytes {
        let mut out = BytesMut::new();
        for item in items {
            item.write(&mut out);
        }
        out.freeze()
    }

    /// A tap with two connections of 3.1.1.
    fn traffic() -> Traffic {
        let hello = Hello {
            format: FORMAT,
            run: "a".to_owned(),
            began: 5,
            to: "mqtt://127.0.0.1:1883".to_owned(),
            secrets: false,
            faults: false,
            next: 0,
        };
        let about = |connection| {
            let client_id = if connection == 1 { "first".to_owned() } else { String::new() };
            let peer = format!("127.0.0.1:{connection}");
            Item::About(About { connection, peer, client_id, level: 4, ..About::default() })
        };
        let mut traffic = Traffic::default();
        assert!(traffic.take(message(&[Item::Hello(hello), about(1), about(2)])));
        traffic
    }

    fn ping(seq: u64, connection: u32) -> Bytes {
        let bytes = Bytes::from_static(&[0xC0, 0]);
        let event = Event::Packet { sender: Sender::Client, touch: None, is_broken: false, bytes };
        message(&[Item::Happened(Happened { seq, at: seq, connection, event })])
    }

    fn connections(capture: &Capture) -> Vec<u32> {
        capture.records().map(|record| record.connection.0).collect()
    }

    #[test]
    fn what_is_chosen_is_shown_from_its_beginning_and_as_it_comes() {
        let mut traffic = traffic();
        for (seq, connection) in [(0, 1), (1, 2), (2, 1)] {
            traffic.take(ping(seq, connection));
        }
        let mut shown = traffic.all();
        assert_eq!(connections(&shown), [1, 2, 1]);
        assert_eq!(shown.at(0).map(|record| record.version), Some(Version::V3_1_1));
        assert_eq!(shown.client_id(shown.at(0).expect("a record").client), Some("first"));
        traffic.choose(ConnectionId(2));
        shown = traffic.all();
        traffic.take(ping(3, 1));
        assert!(!traffic.show(&mut shown));
        traffic.take(ping(4, 2));
        assert!(traffic.show(&mut shown));
        assert_eq!(connections(&shown), [2, 2]);
        assert_eq!(traffic.only().map(name), Some("127.0.0.1:2"));
    }

    #[test]
    fn a_pause_keeps_what_comes_and_shows_it_afterwards() {
        let mut traffic = traffic();
        let mut shown = traffic.all();
        traffic.pause(true);
        traffic.take(ping(0, 1));
        assert!(!traffic.show(&mut shown));
        assert_eq!(traffic.waiting(), 1);
        traffic.pause(false);
        assert!(traffic.show(&mut shown));
        assert_eq!((connections(&shown), traffic.waiting()), (vec![1], 0));
    }

    #[test]
    fn what_was_cleared_does_not_come_back() {
        let mut traffic = traffic();
        traffic.take(ping(0, 1));
        traffic.clear();
        let mut shown = traffic.all();
        assert_eq!(connections(&shown), [0_u32; 0]);
        traffic.take(ping(1, 2));
        assert!(traffic.show(&mut shown));
        assert_eq!(connections(&shown), [2]);
        assert!(!traffic.take(Bytes::from_static(&[1])));
    }
}
