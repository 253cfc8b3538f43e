//! Every client's latest connection, with both directions, what waits behind them and what is held.

use std::collections::BTreeMap;

use crate::analysis::windows::{InFlight, Window, Windows};
use crate::broker::Snapshot;
use crate::capture::{Capture, ClientSlot, RecordId};
use crate::client::{AckKind, Held};
use crate::lab::{BenchClient, Lab};
use crate::mqtt::{PacketId, PacketType, Sender};

/// The windows as the capture tells them, read record by record.
#[derive(Clone, Debug)]
pub struct Readings {
    /// The first record not read yet.
    next: Option<RecordId>,
    windows: Windows,
}

/// One client on its latest connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub client: ClientSlot,
    pub is_open: bool,
    pub from_server: Lane,
    pub to_server: Lane,
    /// Acknowledgements that wait for a person, in the order of their messages.
    pub held: Vec<Owed>,
    /// The direction to look at, if it is one of this client.
    pub latest: Option<Sender>,
}

/// One direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub window: Window,
    /// Messages that wait with the sender for a slot; `None` where nobody can look inside it.
    pub queued: Option<usize>,
}

/// An acknowledgement that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub packet: PacketType,
    pub packet_id: PacketId,
    /// Whether it may go now: acknowledgements of a kind go in the order of their messages
    /// [MQTT-4.6.0-2].
    pub is_next: bool,
}

/// A place in the row of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Free,
    Taken(InFlight),
    /// Beyond the maximum.
    Beyond(InFlight),
}

impl Default for Readings {
    fn default() -> Readings {
        Readings { next: None, windows: Windows::of_latest() }
    }
}

impl Readings {
    /// Reads what has come since; begins again where the capture did.
    pub fn take_in(&mut self, capture: &Capture) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        // Nothing is left of what was read.
        if self.next.is_some_and(|next| next <= oldest || next > capture.next_id()) {
            *self = Readings::default();
        }
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let position = capture.position(from).unwrap_or(capture.len());
        capture.records().skip(position).for_each(|record| self.windows.read(record));
        self.next = Some(capture.next_id());
    }
}

impl Lane {
    /// Nothing has passed here that is of interest.
    pub fn is_idle(&self) -> bool {
        self.window.peak == 0 && self.window.qos_0 == 0
    }

    pub fn used(&self) -> usize {
        self.window.slots.len()
    }

    /// How many more may be sent before one is acknowledged.
    pub fn free(&self) -> usize {
        usize::from(self.window.maximum).saturating_sub(self.used())
    }

    /// The slots in a row, as far as they are shown; how many taken and how many free ones are left out. Those
    /// beyond the maximum are never left out.
    pub fn places(&self) -> (Vec<Place>, usize, usize) {
        let maximum = usize::from(self.window.maximum);
        let hidden = self.used().min(maximum).saturating_sub(MOST_DRAWN);
        let all = self.window.slots.iter().enumerate().skip(hidden).take(2 * MOST_DRAWN);
        let taken = all.map(|(at, slot)| match at < maximum {
            true => Place::Taken(*slot),
            false => Place::Beyond(*slot),
        });
        // A wide window is drawn as far as it has ever been used, and a little further.
        let matter = match maximum <= DRAWN_WHOLE {
            true => maximum,
            false => self.window.peak + SPARE,
        };
        let shown = self.free().min(matter.min(MOST_DRAWN).saturating_sub(self.used()));
        let places = taken.chain(std::iter::repeat_n(Place::Free, shown)).collect();
        (places, hidden, self.free() - shown)
    }

    pub fn overrun_at(&self) -> Option<RecordId> {
        self.window.overrun_at
    }
}

impl Pair {
    /// Nothing has passed in either direction that is of interest.
    pub fn is_idle(&self) -> bool {
        self.from_server.is_idle() && self.to_server.is_idle()
    }

    /// The acknowledgement that a message in flight to this client waits for.
    pub fn owed(&self, in_flight: &InFlight) -> Option<Owed> {
        self.held.iter().find(|owed| owed.packet_id == in_flight.packet_id).copied()
    }

    /// Acknowledgements whose message has no slot that is drawn.
    pub fn loose(&self) -> Vec<Owed> {
        let slots = &self.from_server.window.slots;
        let has_slot = |owed: &Owed| {
            slots.iter().take(MOST_DRAWN).any(|slot| slot.packet_id == owed.packet_id)
        };
        self.held.iter().filter(|owed| !has_slot(owed)).copied().collect()
    }
}

/// Reads the bench as it is: the clients on it, those first where something passes; how many idle ones are left
/// out beyond those.
pub fn pairs(readings: &Readings, lab: &Lab, inside: Option<&Snapshot>) -> (Vec<Pair>, usize) {
    let all = readings.windows.all();
    let on_bench = lab.clients().iter().map(|client| (client.slot(), Some(client)));
    let mut clients: BTreeMap<ClientSlot, Option<&BenchClient>> = on_bench.collect();
    if clients.is_empty() {
        // A capture from elsewhere has no bench.
        clients.extend(all.iter().map(|window| (window.client, None)));
    }
    let mut pairs = Vec::new();
    for (slot, client) in clients {
        let last = |sender| all.iter().rfind(|w| w.client == slot && w.sender == sender).cloned();
        let (Some(from_server), Some(to_server)) = (last(Sender::Server), last(Sender::Client))
        else {
            continue;
        };
        let is_open = from_server.is_open;
        let in_server = inside.filter(|_| is_open).and_then(|inside| {
            let id = client?.client_id()?;
            let stored = inside.sessions.iter().find(|stored| *stored.client_id == *id)?;
            Some(stored.queue_length)
        });
        pairs.push(Pair {
            client: slot,
            is_open,
            from_server: Lane { window: from_server, queued: in_server },
            to_server: Lane {
                window: to_server,
                queued: client.map(|client| client.client().queued()),
            },
            held: client.map_or_else(Vec::new, |client| owed(client.client().held_back())),
            latest: None,
        });
    }
    let beyond = pairs.len().saturating_sub(MOST_CLIENTS);
    if beyond > 0 {
        pairs.sort_by_key(Pair::is_idle);
        pairs.truncate(MOST_CLIENTS);
    }
    // Of two lanes the one where something is still in flight is worth more than the one that changed last.
    let weight = |lane: &Lane| (lane.used() > 0, lane.window.touched);
    let weights = |pair: &Pair| [weight(&pair.from_server), weight(&pair.to_server)];
    let latest = pairs.iter().flat_map(weights).max();
    for pair in &mut pairs {
        let [from_server, to_server] = weights(pair);
        pair.latest = match latest {
            Some(latest) if from_server == latest => Some(Sender::Server),
            Some(latest) if to_server == latest => Some(Sender::Client),
            _ => None,
        };
    }
    (pairs, beyond)
}

fn owed<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<Owed> {
    let mut owed: Vec<Owed> = Vec::new();
    for held in held {
        let packet = held.kind.packet_type();
        let is_next =
            held.kind == AckKind::PubComp || owed.iter().all(|before| before.packet != packet);
        owed.push(Owed { packet, packet_id: held.packet_id, is_next });
    }
    owed
}

/// Windows up to this size are drawn slot by slot.
const DRAWN_WHOLE: usize = 6;
/// Free slots beside those that have been in use.
const SPARE: usize = 2;
/// More slots than this are counted, not drawn.
const MOST_DRAWN: usize = 20;
/// More clients than this are counted, not drawn.
const MOST_CLIENTS: usize = 12;

#[cfg(test)]
mod tests {

    use super::*;
    use crate::course::{Rehearsal, exercise};

    /// The bench after the first moves of an exercise's solution, in the tab.
    fn after(id: &str, moves: usize) -> Vec<Pair> {
        let (_, exercise) = exercise(id).expect("it exists");
        let mut rehearsal = Rehearsal::new(exercise, "7f");
        for next in (exercise.solution)(&rehearsal.cast).iter().take(moves) {
            rehearsal.make(next);
        }
        let lab = rehearsal.lab;
        let inside = lab.in_tab().broker().snapshot();
        let mut readings = Readings::default();
        readings.take_in(lab.capture());
        pairs(&readings, &lab, Some(&inside)).0
    }

    #[test]
    fn what_has_no_slot_waits_in_the_server() {
        let pair = &after("hold-the-ack", 4)[0];
        let lane = &pair.from_server;
        assert_eq!((lane.used(), lane.free(), lane.queued), (2, 0, Some(1)));
        let next: Vec<_> = pair.held.iter().map(|owed| (owed.packet, owed.is_next)).collect();
        assert_eq!(next, [(PacketType::PubAck, true), (PacketType::PubAck, false)]);
        // Each is drawn at the slot that it frees.
        let at_slots: Vec<_> =
            lane.window.slots.iter().filter_map(|slot| pair.owed(slot)).collect();
        assert_eq!((at_slots, pair.loose()), (pair.held.clone(), Vec::new()));
        assert_eq!(pair.latest, Some(Sender::Server));
        let pair = &after("hold-the-ack", 7)[0];
        assert_eq!((pair.from_server.used(), pair.from_server.queued), (0, Some(0)));
        assert!(pair.held.is_empty() && pair.loose().is_empty());
        let window = &pair.from_server.window;
        assert_eq!((window.peak, window.finished, window.latest_finished.len()), (2, 3, 3));
    }

    #[test]
    fn a_qos_2_exchange_shows_how_far_it_is() {
        let reached = |moves| after("qos-2-window", moves)[0].from_server.window.slots[0].reached;
        assert_eq!(reached(4), PacketType::Publish);
        assert_eq!(reached(5), PacketType::PubRel);
        assert_eq!(after("qos-2-window", 5)[0].held[0].packet, PacketType::PubComp);
    }

    #[test]
    fn qos_0_is_counted_beside_the_slots() {
        let lane = &after("qos-0-is-free", 5)[0].from_server;
        assert_eq!((lane.used(), lane.window.qos_0), (1, 1));
    }

    #[test]
    fn one_too_many_stands_beyond_the_slots() {
        let pair = &after("overrun", 2)[0];
        assert!(!pair.is_open && pair.to_server.overrun_at().is_some());
        assert_eq!(pair.to_server.window.peak, 4);
    }

    #[test]
    fn large_windows_are_counted_not_drawn() {
        let lane = &after("hold-the-ack", 3)[1].from_server;
        let (places, _, more) = lane.places();
        assert_eq!((places.len(), more), (2, 65_533));
        assert!(lane.is_idle() && !lane.window.is_stated);
        // Three of the publisher's slots have been in use.
        let (places, _, more) = after("hold-the-ack", 4)[1].to_server.places();
        assert_eq!((places.len(), more), (5, 15));
        let (places, _, more) = after("hold-the-ack", 4)[0].from_server.places();
        assert_eq!((places.len(), more), (2, 0));
    }
}
