//! The latest events, as many as there is room for. Each observer reads at its own pace; one that is too slow is told
//! how many it has missed.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};

use super::protocol::{About, Event, Happened, Item};

/// How much a ring keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub events: usize,
    pub bytes: usize,
}

pub struct Ring {
    room: Room,
    /// Written already; the number of the first is `first`.
    events: VecDeque<Bytes>,
    first: u64,
    bytes: usize,
    /// The connections that are open, or have events here.
    connections: BTreeMap<u32, About>,
    /// Those of them that have ended, behind the number of their last event.
    ended: VecDeque<(u64, u32)>,
}

impl Ring {
    pub fn new(room: Room) -> Ring {
        Ring {
            room,
            events: VecDeque::new(),
            first: 0,
            bytes: 0,
            connections: BTreeMap::new(),
            ended: VecDeque::new(),
        }
    }

    /// Appends an event, behind what is new about its connection; the oldest go when it is full.
    pub fn push(&mut self, about: Option<About>, happened: Happened) {
        let mut bytes = BytesMut::new();
        if let Some(about) = about {
            Item::About(about.clone()).write(&mut bytes);
            self.connections.insert(happened.connection, about);
        }
        if matches!(happened.event, Event::Closed { .. }) {
            self.ended.push_back((happened.seq, happened.connection));
        }
        Item::Happened(happened).write(&mut bytes);
        self.bytes += bytes.len();
        self.events.push_back(bytes.freeze());
        while self.events.len() > self.room.events
            || self.bytes > self.room.bytes && self.events.len() > 1
        {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.len();
            self.first += 1;
        }
        while let Some((_, connection)) = self.ended.pop_front_if(|(last, _)| *last < self.first) {
            self.connections.remove(&connection);
        }
    }

    /// The number of the next event.
    pub fn next(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    /// What an observer needs that begins to read.
    pub fn abouts(&self) -> impl Iterator<Item = &About> {
        self.connections.values()
    }

    /// A message with what follows from a number on, up to some size, and the number behind it. `None` where there is
    /// nothing new. Whoever has missed something may not know of all connections: they are told again then.
    pub fn message(&self, from: u64, size: usize) -> Option<(Bytes, u64)> {
        let mut message = BytesMut::new();
        let missed = self.first.saturating_sub(from);
        if missed > 0 {
            Item::Dropped(missed).write(&mut message);
            for about in self.abouts() {
                Item::About(about.clone()).write(&mut message);
            }
        }
        let mut next = from.max(self.first);
        let begin = usize::try_from(next - self.first).unwrap_or(usize::MAX).min(self.events.len());
        for event in self.events.range(begin..) {
            if !message.is_empty() && message.len() + event.len() > size {
                break;
            }
            message.extend_from_slice(event);
            next += 1;
        }
        (!message.is_empty()).then(|| (message.freeze(), next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(events: usize, bytes: usize) -> Ring {
        Ring::new(Room { events, bytes })
    }

    fn push(ring: &mut Ring, connection: u32, event: Event) {
        let about = (event == Event::Opening).then(|| About { connection, ..About::default() });
        let happened = Happened { seq: ring.next(), at: 0, connection, event };
        ring.push(about, happened);
    }

    /// The numbers of the events of a message, and how many it says are gone.
    fn read(message: Bytes) -> (u64, Vec<u64>) {
        let (mut gone, mut numbers) = (0, Vec::new());
        for item in Item::read_all(message).expect("a message") {
            match item {
                Item::Dropped(number) => gone += number,
                Item::Happened(happened) => numbers.push(happened.seq),
                _ => {}
            }
        }
        (gone, numbers)
    }

    #[test]
    fn what_is_gone_is_told_to_whom_it_was_not_sent() {
        let mut ring = ring(3, 1 << 20);
        for _ in 0..5 {
            push(&mut ring, 1, Event::Opened);
        }
        let (message, next) = ring.message(0, 1 << 20).expect("there is something");
        assert_eq!((read(message), next), ((2, vec![2, 3, 4]), 5));
        let (message, _) = ring.message(3, 1 << 20).expect("there is something");
        assert_eq!(read(message), (0, vec![3, 4]));
        assert_eq!(ring.message(5, 1 << 20), None);
        // Another run of the tap had more events.
        assert_eq!(ring.message(50, 1 << 20), None);
    }

    #[test]
    fn who_has_missed_something_hears_again_which_connections_there_are() {
        let mut ring = ring(3, 1 << 20);
        push(&mut ring, 7, Event::Opening);
        for _ in 0..4 {
            push(&mut ring, 7, Event::Opened);
        }
        let known = |from| {
            let (message, _) = ring.message(from, 1 << 20).expect("there is something");
            let items = Item::read_all(message).expect("a message");
            let about = |item: &Item| match item {
                Item::About(about) => Some(about.connection),
                _ => None,
            };
            items.iter().filter_map(about).collect::<Vec<_>>()
        };
        assert_eq!(known(0), [7]);
        assert_eq!(known(2), [0; 0], "it has missed nothing");
    }

    #[test]
    fn bytes_are_bounded_and_messages_have_their_size() {
        let length =
            Item::Happened(Happened { seq: 0, at: 0, connection: 1, event: Event::Opened })
                .to_bytes()
                .len();
        let mut ring = ring(100, 10 * length);
        for _ in 0..40 {
            push(&mut ring, 1, Event::Opened);
        }
        let (message, next) = ring.message(30, 4 * length).expect("there is something");
        assert_eq!((read(message), next), ((0, vec![30, 31, 32, 33]), 34));
        // One at least, however small the message should be.
        assert_eq!(ring.message(30, 0).map(|(_, next)| next), Some(31));
        assert_eq!(ring.message(0, 1 << 20).map(|(message, _)| read(message).0), Some(30));
    }

    #[test]
    fn a_connection_is_known_as_long_as_it_is_open_or_has_events() {
        let mut ring = ring(3, 1 << 20);
        push(&mut ring, 1, Event::Opening);
        push(&mut ring, 2, Event::Opening);
        push(&mut ring, 2, Event::Closed { by: None, touch: None, reason: String::new() });
        let known = |ring: &Ring| ring.abouts().map(|about| about.connection).collect::<Vec<_>>();
        assert_eq!(known(&ring), [1, 2]);
        for _ in 0..2 {
            push(&mut ring, 1, Event::Opened);
        }
        assert_eq!(known(&ring), [1, 2]);
        push(&mut ring, 1, Event::Opened);
        assert_eq!(known(&ring), [1]);
    }
}
