//! The broker in the tab: the server role at the other end of a loopback, which exchanges bytes like any
//! other broker.

use std::time::Duration;

use bytes::Bytes;
use litemap::LiteMap;

use crate::auth::KEY_LENGTH;
use crate::broker::{self, Broker, Policy};
use crate::capture::ClientSlot;
use crate::link::{Arrival, Fault, Line, LinkEvent, Loopback};
use crate::mqtt::{ConnectionId, Incoming, PacketStream, Sender, encode};
use crate::time::Instant;

pub struct InTab {
    broker: Broker,
    streams: LiteMap<ConnectionId, PacketStream>,
    loopback: Loopback,
}

/// The default latency: about that of a wired local network.
pub const DEFAULT_LATENCY: Duration = Duration::from_micros(500);

impl InTab {
    /// `seed` is the broker's only source of randomness.
    pub fn new(seed: [u8; KEY_LENGTH]) -> InTab {
        InTab {
            broker: Broker::new(Policy::default(), seed),
            streams: LiteMap::new(),
            loopback: Loopback::new(DEFAULT_LATENCY),
        }
    }

    /// The server role, for its snapshot.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    pub fn latency(&self) -> Duration {
        self.loopback.latency()
    }

    pub fn set_latency(&mut self, latency: Duration) {
        self.loopback.set_latency(latency);
    }

    /// The faults between this client and the broker; `None` before its first connection or fault.
    pub fn line(&self, client: ClientSlot) -> Option<&Line> {
        self.loopback.line(client)
    }

    pub fn set_fault(&mut self, client: ClientSlot, fault: Fault, now: Instant) {
        self.loopback.set_fault(client, fault, now);
    }

    pub fn mend_all(&mut self, now: Instant) {
        self.loopback.mend_all(now);
    }

    pub fn open(&mut self, connection: ConnectionId, client: ClientSlot, now: Instant) {
        self.loopback.open(connection, client, now);
    }

    /// Refuses this connection.
    pub fn refuse(&mut self, connection: ConnectionId, now: Instant) {
        self.loopback.refuse(connection, now);
    }

    pub fn send(&mut self, connection: ConnectionId, bytes: Bytes, now: Instant) {
        self.loopback.send(connection, Sender::Client, bytes, now);
    }

    pub fn close(&mut self, connection: ConnectionId, now: Instant) {
        self.loopback.close(connection, Sender::Client, now);
    }

    /// Gives the broker a command or policy of its operator.
    pub fn operate(&mut self, input: broker::Input, now: Instant) {
        self.broker.handle(input, now);
        self.drive(now);
    }

    /// The next event that is due at a client by `now`, with its time. Everything due at the broker before
    /// it is processed first, each with its own time.
    pub fn next_event(&mut self, now: Instant) -> Option<(Instant, ConnectionId, LinkEvent)> {
        loop {
            let arrival = self.loopback.next_timeout().filter(|due| *due <= now);
            let timer = self.broker.next_timeout().filter(|due| *due <= now);
            if let Some(due) = timer
                && arrival.is_none_or(|arrival| due < arrival)
            {
                self.operate(broker::Input::Tick, due);
                continue;
            }
            let (due, Arrival { connection, at, event }) = self.loopback.next_arrival(now)?;
            match at {
                Sender::Client => return Some((due, connection, event)),
                Sender::Server => self.arrived(connection, event, due),
            }
        }
    }

    pub fn next_timeout(&self) -> Option<Instant> {
        self.loopback.next_timeout().into_iter().chain(self.broker.next_timeout()).min()
    }

    fn arrived(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        match event {
            LinkEvent::Opened => {
                self.streams.insert(connection, PacketStream::new());
                self.operate(broker::Input::Opened(connection), now);
                let maximum = self.broker.maximum_packet_size(connection);
                if let Some(stream) = self.streams.get_mut(&connection) {
                    stream.set_maximum_packet_size(maximum);
                }
            }
            LinkEvent::Bytes(bytes) => {
                if let Some(stream) = self.streams.get_mut(&connection) {
                    stream.push_shared(bytes);
                }
                // The broker may close the connection while its packets are read; then the stream is
                // removed.
                while let Some(incoming) = self.next_packet(connection) {
                    self.operate(broker::Input::Received(connection, incoming.outcome), now);
                }
                if let Some(packet) = self.streams.get(&connection).and_then(PacketStream::begun) {
                    self.operate(broker::Input::Begun(connection, packet), now);
                }
            }
            // Nothing on the bench sends text.
            LinkEvent::Text { .. } => {}
            LinkEvent::Closed { .. } => {
                self.streams.remove(&connection);
                self.operate(broker::Input::Closed(connection), now);
            }
        }
    }

    fn next_packet(&mut self, connection: ConnectionId) -> Option<Incoming> {
        self.streams.get_mut(&connection)?.next(Sender::Client)
    }

    fn drive(&mut self, now: Instant) {
        while let Some(output) = self.broker.poll() {
            match output {
                broker::Output::Send(id, packet) => {
                    if let Ok(bytes) = encode(&packet) {
                        self.loopback.send(id, Sender::Server, bytes, now);
                    }
                }
                broker::Output::Close(id) => {
                    self.streams.remove(&id);
                    self.loopback.close(id, Sender::Server, now);
                }
                // The snapshot keeps them.
                broker::Output::Note(_) => {}
            }
        }
    }
}
