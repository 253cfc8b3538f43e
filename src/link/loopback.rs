//! A Network Connection inside one process, without a clock of its own: bytes arrive after a latency, in
//! order and complete, and either end may close.
//!
//! It carries bytes like any other link, so a client at one end and a server at the other cannot tell it
//! from a socket. Nothing goes wrong on the way unless a [`Fault`] asks for it.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use litemap::LiteMap;

use super::LinkEvent;
use super::fault::{Fault, Line, Stop};
use crate::capture::ClientSlot;
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;

/// Many connections between clients and one server.
#[derive(Debug, Default)]
pub struct Loopback {
    latency: Duration,
    /// What has been sent and not arrived, by arrival and then by departure.
    on_the_way: VecDeque<(Instant, Arrival)>,
    /// Connections that neither end has closed, with their clients.
    open: LiteMap<ConnectionId, ClientSlot>,
    lines: LiteMap<ClientSlot, Line>,
}

/// Something that reaches one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// On which connection.
    pub connection: ConnectionId,
    /// The end it reaches.
    pub at: Sender,
    /// What happens there.
    pub event: LinkEvent,
}

impl Loopback {
    /// A loopback without connections, with this latency in each direction.
    pub fn new(latency: Duration) -> Loopback {
        Loopback { latency, ..Loopback::default() }
    }

    /// The latency of each direction.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// Changes the latency of what is sent from now on; the order stays.
    pub fn set_latency(&mut self, latency: Duration) {
        self.latency = latency;
    }

    /// The faults between this client and the server; `None` before its first connection or fault.
    pub fn line(&self, client: ClientSlot) -> Option<&Line> {
        self.lines.get(&client)
    }

    /// Adds or repairs a fault between this client and the server. What has been sent already arrives.
    pub fn set_fault(&mut self, client: ClientSlot, fault: Fault, now: Instant) {
        let line = self.lines.entry(client).or_default();
        match fault {
            Fault::Pause(from) => line.way_mut(from).pause(),
            Fault::Resume(from) => self.resume(client, from, now),
            Fault::ByteByByte { from, on } => line.way_mut(from).set_byte_by_byte(on),
            Fault::Stop { from, packet, fate, scope } => {
                line.way_mut(from).stop(Stop { packet, fate, scope });
            }
            Fault::Release { from, packet } => {
                let released = line.way_mut(from).release(Some(packet));
                self.depart_all(client, from, released, now);
            }
            Fault::Mend => {
                for from in [Sender::Client, Sender::Server] {
                    self.resume(client, from, now);
                    let way = self.lines.entry(client).or_default().way_mut(from);
                    way.set_byte_by_byte(false);
                    let released = way.release(None);
                    self.depart_all(client, from, released, now);
                }
            }
        }
    }

    /// Repairs every fault on every line.
    pub fn mend_all(&mut self, now: Instant) {
        let clients: Vec<_> = self.lines.keys().copied().collect();
        for client in clients {
            self.set_fault(client, Fault::Mend, now);
        }
        self.lines.clear();
    }

    /// The client asks for a connection: the server end learns of it when the request arrives, the client
    /// end when the answer does.
    pub fn open(&mut self, connection: ConnectionId, client: ClientSlot, now: Instant) {
        self.open.insert(connection, client);
        self.send_event(client, connection, Sender::Client, LinkEvent::Opened, now);
    }

    /// The client asks for a connection that is refused: it learns so when the answer arrives.
    pub fn refuse(&mut self, connection: ConnectionId, now: Instant) {
        let (code, reason) = (Some(ABNORMAL_CLOSURE), String::new());
        let due = now + self.latency * 2;
        let closed = LinkEvent::Closed { code, reason };
        self.depart(connection, Sender::Client, closed, due, Duration::ZERO);
    }

    /// `from` sends bytes; on a connection that is closing they are lost.
    pub fn send(&mut self, connection: ConnectionId, from: Sender, bytes: Bytes, now: Instant) {
        if let Some(client) = self.open.get(&connection).copied() {
            let way = self.lines.entry(client).or_default().way_mut(from);
            for bytes in way.sieve(connection, bytes) {
                self.send_event(client, connection, from, LinkEvent::Bytes(bytes), now);
            }
        }
    }

    /// `from` closes: what it sent before still arrives, what was sent to it is lost.
    pub fn close(&mut self, connection: ConnectionId, from: Sender, now: Instant) {
        let closed = LinkEvent::Closed { code: None, reason: String::new() };
        let Some(client) = self.open.remove(&connection) else {
            // The other end has closed too. If its close waits at a paused direction, drop it.
            let mut lines = self.lines.iter_mut();
            if lines.any(|(_, line)| line.way_mut(from.other()).forget(connection)) {
                self.depart(connection, from, closed, now, Duration::ZERO);
            }
            return;
        };
        let line = self.lines.entry(client).or_default();
        line.way_mut(from).forget_held(connection);
        line.way_mut(from.other()).forget(connection);
        self.on_the_way
            .retain(|(_, arrival)| arrival.connection != connection || arrival.at != from);
        self.depart(connection, from, closed.clone(), now, Duration::ZERO);
        self.send_event(client, connection, from, closed, now);
    }

    /// The next arrival that is due by `now`, with its time.
    pub fn next_arrival(&mut self, now: Instant) -> Option<(Instant, Arrival)> {
        self.next_timeout().filter(|due| *due <= now)?;
        let (due, arrival) = self.on_the_way.pop_front()?;
        if arrival.event == LinkEvent::Opened
            && arrival.at == Sender::Server
            && let Some(client) = self.open.get(&arrival.connection).copied()
        {
            self.send_event(client, arrival.connection, Sender::Server, LinkEvent::Opened, due);
        }
        Some((due, arrival))
    }

    /// When the next arrival is due.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.on_the_way.front().map(|(due, _)| *due)
    }

    fn resume(&mut self, client: ClientSlot, from: Sender, now: Instant) {
        let waiting = self.lines.entry(client).or_default().way_mut(from).resume();
        for (connection, event) in waiting {
            self.send_event(client, connection, from, event, now);
        }
    }

    fn depart_all(
        &mut self,
        client: ClientSlot,
        from: Sender,
        sendings: Vec<(ConnectionId, Bytes)>,
        now: Instant,
    ) {
        for (connection, bytes) in sendings {
            self.send_event(client, connection, from, LinkEvent::Bytes(bytes), now);
        }
    }

    /// Queues the event if this direction is paused, otherwise sends it.
    fn send_event(
        &mut self,
        client: ClientSlot,
        connection: ConnectionId,
        from: Sender,
        event: LinkEvent,
        now: Instant,
    ) {
        let way = self.lines.entry(client).or_default().way_mut(from);
        let byte_by_byte = way.is_byte_by_byte();
        let Some(event) = way.admit(connection, event) else { return };
        let (at, due) = (from.other(), now + self.latency);
        match event {
            LinkEvent::Bytes(mut bytes) if byte_by_byte => {
                for _ in 1..bytes.len().min(BYTES_ALONE) {
                    let byte = LinkEvent::Bytes(bytes.split_to(1));
                    self.depart(connection, at, byte, due, BYTE_TIME);
                }
                self.depart(connection, at, LinkEvent::Bytes(bytes), due, BYTE_TIME);
            }
            event => self.depart(connection, at, event, due, Duration::ZERO),
        }
    }

    /// Nothing overtakes what was sent before it to the same end; `distance` is the least time between
    /// them.
    fn depart(
        &mut self,
        connection: ConnectionId,
        at: Sender,
        event: LinkEvent,
        due: Instant,
        distance: Duration,
    ) {
        let mut before = self.on_the_way.iter().rev();
        let latest =
            before.find(|(_, arrival)| arrival.connection == connection && arrival.at == at);
        let due = latest.map_or(due, |(latest, _)| due.max(*latest + distance));
        let place = self.on_the_way.partition_point(|(other, _)| *other <= due);
        self.on_the_way.insert(place, (due, Arrival { connection, at, event }));
    }
}

/// The close code that a browser reports for a WebSocket that never opened (RFC 6455, 7.1.5).
const ABNORMAL_CLOSURE: u16 = 1006;

/// How many bytes of one send arrive separately where that is asked for; the rest of a large payload would
/// teach nothing more.
const BYTES_ALONE: usize = 1024;

/// The time between two bytes that arrive separately.
const BYTE_TIME: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{Fate, Scope};
    use crate::mqtt::PacketType;

    const LINK: ConnectionId = ConnectionId(1);
    const CLIENT: ClientSlot = ClientSlot(0);
    const PINGREQ: Bytes = Bytes::from_static(&[0xC0, 0]);
    const PUBACK: Bytes = Bytes::from_static(&[0x40, 2, 0, 1]);

    /// An open connection, on a line without latency.
    fn connected() -> Loopback {
        let mut loopback = Loopback::new(Duration::ZERO);
        loopback.open(LINK, CLIENT, Instant::START);
        assert_eq!(arrivals(&mut loopback, 0).len(), 2);
        loopback
    }

    fn at_server(bytes: Bytes) -> (Sender, LinkEvent) {
        (Sender::Server, LinkEvent::Bytes(bytes))
    }

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
        loopback.open(LINK, CLIENT, Instant::START);
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
        loopback.open(LINK, CLIENT, Instant::START);
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

    #[test]
    fn a_paused_way_keeps_everything_in_order_even_the_end() {
        let mut loopback = connected();
        loopback.set_fault(CLIENT, Fault::Pause(Sender::Client), Instant::START);
        loopback.send(LINK, Sender::Client, PINGREQ, Instant::START);
        loopback.send(LINK, Sender::Server, PUBACK, Instant::START);
        let puback = (Sender::Client, LinkEvent::Bytes(PUBACK));
        assert_eq!(arrivals(&mut loopback, 0), [puback], "the way back is open");
        loopback.close(LINK, Sender::Client, Instant::START);
        assert_eq!(arrivals(&mut loopback, 9), [(Sender::Client, closed())]);
        let next = ConnectionId(2);
        loopback.open(next, CLIENT, Instant::from_millis(9));
        assert_eq!(arrivals(&mut loopback, 9), [], "not even a connection comes about");
        loopback.set_fault(CLIENT, Fault::Resume(Sender::Client), Instant::from_millis(10));
        assert_eq!(
            arrivals(&mut loopback, 10),
            [
                at_server(PINGREQ),
                (Sender::Server, closed()),
                (Sender::Server, LinkEvent::Opened),
                (Sender::Client, LinkEvent::Opened),
            ]
        );
    }

    #[test]
    fn both_ends_can_close_although_neither_hears_of_it() {
        let mut loopback = connected();
        for from in [Sender::Client, Sender::Server] {
            loopback.set_fault(CLIENT, Fault::Pause(from), Instant::START);
        }
        loopback.close(LINK, Sender::Server, Instant::START);
        assert_eq!(arrivals(&mut loopback, 0), [(Sender::Server, closed())]);
        loopback.close(LINK, Sender::Client, Instant::START);
        assert_eq!(arrivals(&mut loopback, 0), [(Sender::Client, closed())]);
        loopback.mend_all(Instant::START);
        assert_eq!(arrivals(&mut loopback, 0), []);
    }

    #[test]
    fn chosen_packets_are_held_or_dropped_and_others_overtake() {
        let mut loopback = connected();
        let (from, packet) = (Sender::Client, PacketType::PubAck);
        let stop = |fate, scope| Fault::Stop { from, packet, fate, scope };
        let send = |loopback: &mut Loopback| {
            loopback.send(LINK, from, PUBACK, Instant::START);
            loopback.send(LINK, from, PINGREQ, Instant::START);
            arrivals(loopback, 0)
        };
        loopback.set_fault(CLIENT, stop(Fate::Dropped, Scope::Next), Instant::START);
        assert_eq!(send(&mut loopback), [at_server(PINGREQ)]);
        assert_eq!(send(&mut loopback), [at_server(PUBACK), at_server(PINGREQ)]);

        loopback.set_fault(CLIENT, stop(Fate::Held, Scope::All), Instant::START);
        assert_eq!(send(&mut loopback), [at_server(PINGREQ)]);
        assert_eq!(send(&mut loopback), [at_server(PINGREQ)]);
        let way = loopback.line(CLIENT).expect("something is broken").way(from);
        assert_eq!((way.held().len(), way.dropped()), (2, 1));
        loopback.set_fault(CLIENT, Fault::Release { from, packet }, Instant::START);
        assert_eq!(arrivals(&mut loopback, 0), [at_server(PUBACK), at_server(PUBACK)]);

        loopback.set_fault(CLIENT, stop(Fate::Held, Scope::Next), Instant::START);
        assert_eq!(send(&mut loopback), [at_server(PINGREQ)]);
        loopback.close(LINK, Sender::Server, Instant::START);
        loopback.set_fault(CLIENT, Fault::Mend, Instant::START);
        let ends = [Sender::Server, Sender::Client].map(|end| (end, closed()));
        assert_eq!(arrivals(&mut loopback, 0), ends, "what is held dies with its connection");
        assert!(!loopback.line(CLIENT).expect("it is remembered").is_faulty());
    }

    #[test]
    fn bytes_travel_alone_where_they_are_to() {
        let mut loopback = connected();
        let fault = |on| Fault::ByteByByte { from: Sender::Client, on };
        loopback.set_fault(CLIENT, fault(true), Instant::START);
        loopback.send(LINK, Sender::Client, PINGREQ, Instant::START);
        loopback.send(LINK, Sender::Client, PINGREQ, Instant::START);
        for (millis, at) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
            let byte = at_server(PINGREQ.slice(at..=at));
            assert_eq!(arrivals(&mut loopback, millis), [byte], "{millis}");
        }
        loopback.send(LINK, Sender::Client, Bytes::from(vec![0; 5000]), Instant::START);
        assert_eq!(arrivals(&mut loopback, 2000).len(), BYTES_ALONE);
        loopback.set_fault(CLIENT, fault(false), Instant::START);
        loopback.send(LINK, Sender::Client, PINGREQ, Instant::START);
        assert_eq!(arrivals(&mut loopback, 2000), [at_server(PINGREQ)]);
    }
}
