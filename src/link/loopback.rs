//! A Network Connection inside one process, with a clock that is told to it: bytes take their time,
//! arrive in order and whole, and either end may close.
//!
//! It carries bytes like any other link, so a client at one end and a server at the other cannot tell
//! it from a socket.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

use super::LinkEvent;
use crate::capture::ConnectionId;
use crate::mqtt::Sender;
use crate::time::Instant;

/// Many connections between clients and one server.
#[derive(Debug, Default)]
pub struct Loopback {
    latency: Duration,
    /// What is on its way, by arrival and then by departure.
    on_the_way: BTreeMap<(Instant, u64), Arrival>,
    departures: u64,
    /// Connections that neither end has closed.
    open: BTreeSet<ConnectionId>,
}

/// Something that reaches one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub connection: ConnectionId,
    /// The end it reaches.
    pub at: Sender,
    pub event: LinkEvent,
}

impl Loopback {
    pub fn new(latency: Duration) -> Loopback {
        Loopback { latency, ..Loopback::default() }
    }

    /// How long anything takes from one end to the other.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// Holds for what departs from now on; order is kept.
    pub fn set_latency(&mut self, latency: Duration) {
        self.latency = latency;
    }

    /// The client end asks for a connection; both ends are told when it is there.
    pub fn open(&mut self, connection: ConnectionId, now: Instant) {
        self.open.insert(connection);
        let at_server = now + self.latency;
        self.depart(connection, Sender::Server, LinkEvent::Opened, at_server);
        self.depart(connection, Sender::Client, LinkEvent::Opened, at_server + self.latency);
    }

    /// `from` sends bytes; on a connection that is closing they are lost.
    pub fn send(&mut self, connection: ConnectionId, from: Sender, bytes: Bytes, now: Instant) {
        if self.open.contains(&connection) {
            self.depart(connection, other(from), LinkEvent::Bytes(bytes), now + self.latency);
        }
    }

    /// `from` closes: what it sent before still arrives, what is on its way to it is lost.
    pub fn close(&mut self, connection: ConnectionId, from: Sender, now: Instant) {
        if self.open.remove(&connection) {
            self.on_the_way
                .retain(|_, arrival| arrival.connection != connection || arrival.at != from);
            let closed = LinkEvent::Closed { code: None, reason: String::new() };
            self.depart(connection, from, closed.clone(), now);
            self.depart(connection, other(from), closed, now + self.latency);
        }
    }

    /// The next arrival that is due by `now`, with the moment it arrives.
    pub fn next_arrival(&mut self, now: Instant) -> Option<(Instant, Arrival)> {
        let first = self.on_the_way.first_entry()?;
        let due = first.key().0;
        (due <= now).then(|| (due, first.remove()))
    }

    /// When the next arrival is due.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.on_the_way.first_key_value().map(|((due, _), _)| *due)
    }

    /// Nothing overtakes what departed before it towards the same end.
    fn depart(&mut self, connection: ConnectionId, at: Sender, event: LinkEvent, due: Instant) {
        let before = self.on_the_way.iter().rev();
        let latest = before
            .filter(|(_, arrival)| arrival.connection == connection && arrival.at == at)
            .map(|((due, _), _)| *due)
            .next();
        let due = latest.map_or(due, |latest| latest.max(due));
        self.departures += 1;
        self.on_the_way.insert((due, self.departures), Arrival { connection, at, event });
    }
}

fn other(end: Sender) -> Sender {
    match end {
        Sender::Client => Sender::Server,
        Sender::Server => Sender::Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: ConnectionId = ConnectionId(1);

    fn arrivals(loopback: &mut Loopback, now: u64) -> Vec<(Sender, LinkEvent)> {
        let next = || loopback.next_arrival(Instant::from_millis(now));
        std::iter::from_fn(next).map(|(_, arrival)| (arrival.at, arrival.event)).collect()
    }

    fn closed() -> LinkEvent {
        LinkEvent::Closed { code: None, reason: String::new() }
    }

    #[test]
    fn bytes_take_their_time_and_keep_their_order() {
        let mut loopback = Loopback::new(Duration::from_millis(5));
        loopback.open(LINK, Instant::START);
        assert_eq!(arrivals(&mut loopback, 4), []);
        assert_eq!(arrivals(&mut loopback, 5), [(Sender::Server, LinkEvent::Opened)]);
        assert_eq!(arrivals(&mut loopback, 10), [(Sender::Client, LinkEvent::Opened)]);

        let (first, second) = (Bytes::from_static(b"1"), Bytes::from_static(b"2"));
        loopback.send(LINK, Sender::Client, first.clone(), Instant::from_millis(10));
        // A faster line does not let the second overtake the first.
        loopback.set_latency(Duration::ZERO);
        loopback.send(LINK, Sender::Client, second.clone(), Instant::from_millis(11));
        assert_eq!(loopback.next_timeout(), Some(Instant::from_millis(15)));
        assert_eq!(arrivals(&mut loopback, 14), []);
        assert_eq!(
            arrivals(&mut loopback, 15),
            [(Sender::Server, LinkEvent::Bytes(first)), (Sender::Server, LinkEvent::Bytes(second)),]
        );
        assert_eq!(loopback.next_timeout(), None);
    }

    #[test]
    fn closing_delivers_what_was_sent_before_and_loses_what_comes_back() {
        let mut loopback = Loopback::new(Duration::from_millis(5));
        loopback.open(LINK, Instant::START);
        arrivals(&mut loopback, 10);
        let now = Instant::from_millis(10);
        let word = Bytes::from_static(b"word");
        loopback.send(LINK, Sender::Server, Bytes::from_static(b"late"), now);
        loopback.send(LINK, Sender::Client, word.clone(), now);
        loopback.close(LINK, Sender::Client, now);
        loopback.send(LINK, Sender::Client, Bytes::from_static(b"too late"), now);
        loopback.close(LINK, Sender::Server, now);
        assert_eq!(arrivals(&mut loopback, 10), [(Sender::Client, closed())]);
        assert_eq!(
            arrivals(&mut loopback, 15),
            [(Sender::Server, LinkEvent::Bytes(word)), (Sender::Server, closed())]
        );
    }
}
