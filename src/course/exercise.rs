//! What an exercise is made of.

use super::evidence::Evidence;
use super::verdict::Verdict;
use crate::capture::{Capture, ClientSlot, RecordId};
use crate::lab::Act;
use crate::mqtt::{PacketType, Sender};

/// Where an exercise can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broker {
    /// On the broker in the tab and on any conforming one, a stock Mosquitto included.
    Any,
    /// Only on the broker in the tab: a stock Mosquitto cannot show it.
    InTab,
}

/// An exercise: data and small pure functions. Its words are found by its id.
pub struct Exercise {
    /// Fixed: progress and addresses hold it.
    pub id: &'static str,
    pub broker: Broker,
    /// Sections of the specification, without `§`.
    pub spec: &'static [&'static str],
    /// Who stands on the bench, from slot 0 on.
    pub clients: &'static [ClientSetup],
    pub steps: &'static [Step],
    /// The reference solution; played in order, each move once the one before is answered.
    pub solution: fn(&Cast) -> Vec<Move>,
    /// The fewest packets that the learner's clients send to meet every step.
    pub par: usize,
}

/// One thing a learner does.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    Act(Act),
    /// Opens the latest packet of that type which has reached the client.
    Open(ClientSlot, PacketType),
}

impl Move {
    /// The record that an [`Move::Open`] opens; `None` for acts, and while there is none.
    pub fn record_to_open(&self, capture: &Capture) -> Option<RecordId> {
        let Move::Open(client, packet) = *self else { return None };
        let mut arrived = capture.packets(packet, Sender::Server).rev();
        arrived.find(|record| record.client == client).map(|record| record.id)
    }
}

/// A client on the bench.
pub struct ClientSetup {
    /// Its part in the exercise, such as `publisher`; the page shows it translated where it can.
    pub role: &'static str,
    /// What its forms hold at the start, in the order Connect, Subscribe, Publish, Disconnect …
    pub prepared: fn(&Cast) -> Vec<Act>,
}

pub struct Step {
    /// The heading of its words in the prose files.
    pub id: &'static str,
    /// The act that the step offers ready to send; `None` where there is nothing to send.
    pub control: Option<fn(&Cast) -> Act>,
    pub check: fn(&Evidence) -> Verdict,
}

/// The Client Identifiers of one run: fresh at every start, so that no broker remembers the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    client_ids: Vec<String>,
}

impl Cast {
    /// `nonce` makes the run unique, such as eight hexadecimal digits.
    pub fn new(clients: &[ClientSetup], nonce: &str) -> Cast {
        let name = |setup: &ClientSetup| format!("playground-{}-{nonce}", setup.role);
        Cast { client_ids: clients.iter().map(name).collect() }
    }

    /// The Client Identifier of the client in that slot; empty for a slot without a client, which asks
    /// the Server to assign one.
    pub fn client_id(&self, slot: ClientSlot) -> &str {
        self.client_ids.get(usize::from(slot.0)).map_or("", String::as_str)
    }
}
