//! What can go wrong on the line between a client and the broker in the tab, on request.
//!
//! A line belongs to a client, not to one Network Connection: a fault stays when the client connects again,
//! until it is repaired. Each of its two directions is named by the end that sends.

use std::collections::VecDeque;

use bytes::Bytes;

use super::LinkEvent;
use crate::mqtt::{ConnectionId, Deframer, FrameHeader, PacketType, Sender};

/// One fault to add, or to repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing that this end sends from now on arrives, the end of the connection included: it waits.
    Pause(Sender),
    /// What waits is sent, and the direction is open again.
    Resume(Sender),
    /// Whether what this end sends arrives a byte at a time.
    ByteByByte {
        /// The end that sends.
        from: Sender,
        /// `false` ends it.
        on: bool,
    },
    /// Packets of this type from this end do not arrive. Later packets overtake those that are held.
    Stop {
        /// The end that sends.
        from: Sender,
        /// Which packets.
        packet: PacketType,
        /// What becomes of them.
        fate: Fate,
        /// How many of them.
        scope: Scope,
    },
    /// Packets of this type pass again; those that are held are sent.
    Release {
        /// The end that sends.
        from: Sender,
        /// Which packets.
        packet: PacketType,
    },
    /// Everything works again. What waits or is held is sent.
    Mend,
}

/// What becomes of a packet that is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits until packets of its type are released.
    Held,
    /// It is lost.
    Dropped,
}

/// How many packets are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only the next one.
    Next,
    /// Every one, until they are released.
    All,
}

/// Packets that are stopped in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which packets it concerns.
    pub packet: PacketType,
    /// What becomes of them.
    pub fate: Fate,
    /// How many of them.
    pub scope: Scope,
}

/// Both directions between one client and the broker.
#[derive(Debug, Default)]
pub struct Line {
    from_client: Way,
    from_server: Way,
}

/// What one end sends, on its way to the other.
#[derive(Debug, Default)]
pub struct Way {
    is_paused: bool,
    is_byte_by_byte: bool,
    stops: Vec<Stop>,
    /// What was sent while this direction was paused.
    waiting: VecDeque<(ConnectionId, LinkEvent)>,
    held: Vec<(ConnectionId, PacketType, Bytes)>,
    dropped: u64,
    stream: Stream,
}

/// Finds where packets begin in the bytes of one connection.
#[derive(Debug, Default)]
struct Stream {
    connection: Option<ConnectionId>,
    /// The beginning of a packet whose end has not been sent.
    begun: Deframer,
}

impl Line {
    /// What this end sends.
    pub fn way(&self, end: Sender) -> &Way {
        match end {
            Sender::Client => &self.from_client,
            Sender::Server => &self.from_server,
        }
    }

    /// Whether anything is broken in either direction.
    pub fn is_faulty(&self) -> bool {
        self.from_client.is_faulty() || self.from_server.is_faulty()
    }

    pub(super) fn way_mut(&mut self, end: Sender) -> &mut Way {
        match end {
            Sender::Client => &mut self.from_client,
            Sender::Server => &mut self.from_server,
        }
    }
}

impl Way {
    /// Whether this direction is paused.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Whether every byte arrives separately.
    pub fn is_byte_by_byte(&self) -> bool {
        self.is_byte_by_byte
    }

    /// What is stopped from now on.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The packets that are held back, in the order they were sent.
    pub fn held(&self) -> impl ExactSizeIterator<Item = PacketType> {
        self.held.iter().map(|(_, packet, _)| *packet)
    }

    /// How many sends wait because this direction is paused.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many packets have been dropped here.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether anything is broken in this direction.
    pub fn is_faulty(&self) -> bool {
        self.is_paused || self.is_byte_by_byte || !self.stops.is_empty() || !self.held.is_empty()
    }

    pub(super) fn pause(&mut self) {
        self.is_paused = true;
    }

    pub(super) fn resume(&mut self) -> VecDeque<(ConnectionId, LinkEvent)> {
        self.is_paused = false;
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn set_byte_by_byte(&mut self, on: bool) {
        self.is_byte_by_byte = on;
    }

    /// A later request about the same packets replaces an earlier one.
    pub(super) fn stop(&mut self, stop: Stop) {
        self.stops.retain(|other| other.packet != stop.packet);
        self.stops.push(stop);
    }

    /// Takes out the held packets of this type, or all.
    pub(super) fn release(&mut self, packet: Option<PacketType>) -> Vec<(ConnectionId, Bytes)> {
        let is_meant = |other| packet.is_none_or(|packet| packet == other);
        self.stops.retain(|stop| !is_meant(stop.packet));
        let held = self.held.extract_if(.., |(_, packet, _)| is_meant(*packet));
        held.map(|(connection, _, bytes)| (connection, bytes)).collect()
    }

    /// Takes the packets that are to be stopped out of a send; returns the rest.
    pub(super) fn sieve(&mut self, connection: ConnectionId, bytes: Bytes) -> Vec<Bytes> {
        let mut passing = Vec::new();
        for (packet, bytes) in self.stream.packets(connection, bytes) {
            let stop = self.stops.iter().position(|stop| Some(stop.packet) == packet);
            let (Some(index), Some(packet)) = (stop, packet) else {
                passing.push(bytes);
                continue;
            };
            match self.stops[index].fate {
                Fate::Held => self.held.push((connection, packet, bytes)),
                Fate::Dropped => self.dropped += 1,
            }
            if self.stops[index].scope == Scope::Next {
                self.stops.remove(index);
            }
        }
        passing
    }

    /// Returns it if this direction is open; otherwise keeps it waiting.
    pub(super) fn admit(
        &mut self,
        connection: ConnectionId,
        event: LinkEvent,
    ) -> Option<LinkEvent> {
        match self.is_paused {
            false => Some(event),
            true => {
                self.waiting.push_back((connection, event));
                None
            }
        }
    }

    /// Drops the packets that are held of a connection that has ended.
    pub(super) fn forget_held(&mut self, connection: ConnectionId) {
        self.held.retain(|(of, _, _)| *of != connection);
    }

    /// Drops what waits for an end that has closed; returns whether there was anything.
    pub(super) fn forget(&mut self, connection: ConnectionId) -> bool {
        self.forget_held(connection);
        let waited = self.waiting.len();
        self.waiting.retain(|(of, _)| *of != connection);
        self.waiting.len() < waited
    }
}

impl Stream {
    /// Cuts a send into whole packets. Bytes that are not a whole packet have no type.
    fn packets(
        &mut self,
        connection: ConnectionId,
        mut bytes: Bytes,
    ) -> Vec<(Option<PacketType>, Bytes)> {
        if self.connection != Some(connection) {
            *self = Stream { connection: Some(connection), begun: Deframer::new() };
        }
        let mut packets = Vec::new();
        while self.begun.pending().is_empty()
            && let Ok(Some(header)) = FrameHeader::read(&bytes)
            && header.length <= bytes.len()
        {
            packets.push((Some(header.packet_type), bytes.split_to(header.length)));
        }
        if !bytes.is_empty() {
            self.begun.push(&bytes);
            // After an error no more packets can be found.
            while let Ok(Some(_)) = self.begun.next_frame() {}
            packets.push((None, bytes));
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINGREQ: &[u8] = &[0xC0, 0];
    const PUBACK: &[u8] = &[0x40, 2, 0, 1];
    const LINK: ConnectionId = ConnectionId(1);

    #[test]
    fn packets_are_found_in_whatever_is_sent_at_once() {
        let mut stream = Stream::default();
        for (sent, expect) in [
            (PUBACK.to_vec(), vec![(Some(PacketType::PubAck), 4)]),
            (
                [PINGREQ, PUBACK].concat(),
                vec![(Some(PacketType::PingReq), 2), (Some(PacketType::PubAck), 4)],
            ),
            ([PUBACK, &PUBACK[..1]].concat(), vec![(Some(PacketType::PubAck), 4), (None, 1)]),
            // What begins here is the rest of a PUBACK.
            (PUBACK[1..].to_vec(), vec![(None, 3)]),
            (PUBACK.to_vec(), vec![(Some(PacketType::PubAck), 4)]),
            // No packet begins with this byte, so no packets can be found after it.
            (vec![0x00, 0x00], vec![(None, 2)]),
            (PUBACK.to_vec(), vec![(None, 4)]),
        ] {
            let found = stream.packets(LINK, Bytes::from(sent.clone()));
            let found: Vec<_> = found.into_iter().map(|(t, bytes)| (t, bytes.len())).collect();
            assert_eq!(found, expect, "{sent:x?}");
        }
        let next = stream.packets(ConnectionId(2), Bytes::from_static(PUBACK));
        assert_eq!(next[0].0, Some(PacketType::PubAck), "a new connection begins with a packet");
    }

    #[test]
    fn the_next_is_one_and_all_are_all() {
        for (scope, held, stops) in [(Scope::Next, 1, 0), (Scope::All, 2, 1)] {
            let mut way = Way::default();
            way.stop(Stop { packet: PacketType::PubAck, fate: Fate::Held, scope });
            let sent = Bytes::from([PUBACK, PINGREQ, PUBACK].concat());
            let passing: usize = way.sieve(LINK, sent).iter().map(Bytes::len).sum();
            assert_eq!(passing, 10 - 4 * held, "{scope:?}");
            assert_eq!((way.held().len(), way.stops().len()), (held, stops), "{scope:?}");
            assert!(way.release(Some(PacketType::SubAck)).is_empty());
            assert_eq!(way.release(Some(PacketType::PubAck)).len(), held);
            assert!(!way.is_faulty());
        }
    }
}
