//! What an exercise is made of.

use std::time::Duration;

use super::evidence::Evidence;
use super::figure::Figure;
use super::picture::Picture;
use super::verdict::{Finding, Verdict};
use crate::broker::{self, Policy};
use crate::capture::{Capture, ClientSlot, RecordId};
use crate::lab::Act;
use crate::mqtt::{PacketType, Sender};

/// Where an exercise can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broker {
    /// On the broker in the tab and on any conforming one, a stock Mosquitto included.
    Any,
    /// Only on the broker in the tab: a stock Mosquitto cannot show it. The words say under
    /// `## elsewhere` what Mosquitto answers instead.
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
    /// What the broker in the tab allows here.
    pub policy: fn() -> Policy,
    /// Shown on the stage; the ladder where there is none.
    pub picture: Option<Picture>,
    /// The step until which the picture of metadata shows messages alone, where what stands beside them in CONNECT is
    /// what the learner is to find.
    pub messages_alone_until: Option<&'static str>,
    /// What the words quote of the exercise's own packets: `[[name]]`.
    pub figures: &'static [Figure],
    /// What a run that met every step has achieved, where that is worth beating.
    pub best: Option<Best>,
    /// The reference solution; played in order, each move once the one before is answered.
    pub solution: fn(&Cast) -> Vec<Move>,
    /// The fewest packets that the learner's clients send to meet every step.
    pub par: usize,
}

impl Exercise {
    /// What an exercise has that says nothing else: `Exercise { id: …, ..Exercise::PLAIN }`.
    pub const PLAIN: Exercise = Exercise {
        id: "",
        broker: Broker::Any,
        spec: &[],
        clients: &[],
        steps: &[],
        policy: Policy::default,
        picture: None,
        messages_alone_until: None,
        figures: &[],
        best: None,
        solution: |_| Vec::new(),
        par: 0,
    };

    /// What the clients do by themselves as soon as the bench is set up.
    pub fn beginning(&self, cast: &Cast) -> Vec<Act> {
        self.clients.iter().flat_map(|client| (client.beginning)(cast)).collect()
    }
}

/// A result of which the best is kept.
pub struct Best {
    /// Fixed: stored progress holds it.
    pub name: &'static str,
    /// More is better; `None` while there is nothing to count.
    pub result: fn(&Evidence) -> Option<u64>,
}

/// One thing a learner does.
#[derive(Clone, Debug)]
pub enum Move {
    Act(Act),
    /// Several, one right after the other, without waiting for answers in between.
    Acts(Vec<Act>),
    /// An act that stands on what has passed, such as an answer to what has arrived; nothing is done
    /// where it is `None`; a played solution waits for it.
    React(fn(&Cast, &Evidence) -> Option<Act>),
    /// Changes the policy of the broker in the tab, or gives it an operator's command.
    Operate(fn(&Cast) -> broker::Input),
    /// Lets time pass: at once on the broker in the tab, really elsewhere.
    Wait(Duration),
    /// Opens the latest packet of that type which has reached the client.
    Open(ClientSlot, PacketType),
    /// Writes into the filter of the packet list; nothing is done where it is `None`.
    Filter(fn(&Cast, &Evidence) -> Option<String>),
}

impl Move {
    /// The act it comes to, if it is one.
    pub fn act(&self, cast: &Cast, evidence: &Evidence) -> Option<Act> {
        match self {
            Move::Act(act) => Some(act.clone()),
            Move::React(react) => react(cast, evidence),
            Move::Acts(_) | Move::Operate(_) | Move::Wait(_) | Move::Open(..) | Move::Filter(_) => {
                None
            }
        }
    }

    /// The record that an [`Move::Open`] opens; `None` for acts, and while there is none.
    pub fn record_to_open(&self, capture: &Capture) -> Option<RecordId> {
        let &Move::Open(client, packet) = self else { return None };
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
    /// What it does by itself as soon as the bench is set up, such as holding acknowledgements.
    pub beginning: fn(&Cast) -> Vec<Act>,
}

impl ClientSetup {
    /// A client with empty forms: `ClientSetup { role: …, ..ClientSetup::PLAIN }`.
    pub const PLAIN: ClientSetup =
        ClientSetup { role: "client", prepared: |_| Vec::new(), beginning: |_| Vec::new() };
}

pub struct Step {
    /// The heading of its words in the prose files.
    pub id: &'static str,
    /// Prepared acts: one press each. Their labels come from the packet, or from `### control` in the
    /// words, in this order.
    pub controls: &'static [fn(&Cast) -> Move],
    /// The lesson's own act, which the learner does in the client's form.
    pub by_hand: Option<ByHand>,
    /// What the form is filled in with where that depends on what has passed, such as the next of several requests.
    pub filled_in: Option<fn(&Cast, &Evidence) -> Act>,
    /// Asked before the step runs.
    pub prediction: Option<Prediction>,
    pub check: fn(&Evidence) -> Verdict,
    /// What the records that met the step say, by name, for `[[name]]` in the words under `### done` and
    /// `### outcome`.
    pub values: Values,
}

/// Reads values out of the records that met a step.
pub type Values = fn(&Evidence, &[RecordId]) -> Vec<(&'static str, String)>;

impl Step {
    /// A step without buttons and prediction: `Step { id: …, check: …, ..Step::PLAIN }`.
    pub const PLAIN: Step = Step {
        id: "",
        controls: &[],
        by_hand: None,
        filled_in: None,
        prediction: None,
        check: |_| Err(Finding::absent("check").into()),
        values: |_, _| Vec::new(),
    };
}

/// An act that the learner does by hand: the page opens the form of its packet at one field, and fills it
/// in only when asked to.
pub struct ByHand {
    pub act: fn(&Cast) -> Act,
    /// The field that matters, by its label on the page, such as `Topic Alias`.
    pub field: &'static str,
}

/// A question about what will pass, which the wire answers. Its words stand under `### predict`, the
/// explanation under `### outcome`.
pub struct Prediction {
    pub asks: Asks,
    /// Which answer came true: an option's index, or the number itself. Asked once the step is met, with the
    /// records that met it; `None` while they have not told.
    pub outcome: fn(&Evidence, &[RecordId]) -> Option<usize>,
}

/// What a prediction asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One of so many options, which the words offer.
    Options(usize),
    /// A decimal number, typed in.
    Number,
    /// A byte in hexadecimal, typed in.
    Byte,
}

impl Asks {
    /// How many options the words offer.
    pub fn options(self) -> usize {
        match self {
            Asks::Options(count) => count,
            Asks::Number | Asks::Byte => 0,
        }
    }

    /// Reads a typed answer; `None` for what is not such a number.
    pub fn read(self, typed: &str) -> Option<usize> {
        let typed = typed.trim();
        match self {
            Asks::Options(_) => None,
            Asks::Number => typed.parse().ok(),
            Asks::Byte => {
                let digits = typed.strip_prefix("0x").or_else(|| typed.strip_prefix("0X"));
                u8::from_str_radix(digits.unwrap_or(typed), 16).ok().map(usize::from)
            }
        }
    }

    /// Writes an answer as it is typed.
    pub fn write(self, answer: usize) -> String {
        match self {
            Asks::Options(_) | Asks::Number => answer.to_string(),
            Asks::Byte => format!("{answer:02X}"),
        }
    }
}

/// Who plays in one run: Client Identifiers that are fresh at every start, so that no broker remembers
/// the last one, and where it is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    client_ids: Vec<String>,
    nonce: String,
    is_in_tab: bool,
}

impl Cast {
    /// On the broker in the tab. `nonce` makes the run unique, such as eight hexadecimal digits.
    pub fn new(clients: &[ClientSetup], nonce: &str) -> Cast {
        let mut client_ids: Vec<String> = Vec::new();
        for setup in clients {
            let name = format!("playground-{}-{nonce}", setup.role);
            let others = client_ids.iter().filter(|id| id.starts_with(&name)).count();
            client_ids.push(match others {
                0 => name,
                others => format!("{name}-{}", others + 1),
            });
        }
        Cast { client_ids, nonce: nonce.to_owned(), is_in_tab: true }
    }

    /// The same, with a broker that keeps its own clock and policy if `is_in_tab` is false.
    pub fn on(mut self, is_in_tab: bool) -> Cast {
        self.is_in_tab = is_in_tab;
        self
    }

    /// The Client Identifier of the client in that slot; empty for a slot without a client, which asks
    /// the Server to assign one.
    pub fn client_id(&self, slot: ClientSlot) -> &str {
        self.client_ids.get(usize::from(slot.0)).map_or("", String::as_str)
    }

    /// What no other run has: for topics whose retained messages or subscriptions would meet those of
    /// an earlier run.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Whether the broker is the one in the tab. Elsewhere time cannot be skipped, so intervals that a
    /// learner waits for should be short.
    pub fn is_in_tab(&self) -> bool {
        self.is_in_tab
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_answers_are_read_as_numbers_or_bytes() {
        for (asks, typed, expect) in [
            (Asks::Number, " 12 ", Some(12)),
            (Asks::Number, "0x12", None),
            (Asks::Number, "-1", None),
            (Asks::Byte, "32", Some(0x32)),
            (Asks::Byte, "0x3a", Some(0x3A)),
            (Asks::Byte, "100", None), // more than a byte
            (Asks::Byte, "", None),
            (Asks::Options(3), "1", None), // chosen, not typed
        ] {
            assert_eq!(asks.read(typed), expect, "{asks:?} {typed}");
        }
        assert_eq!(Asks::Byte.write(5), "05");
    }

    #[test]
    fn clients_with_the_same_role_have_their_own_client_identifiers() {
        const WORKER: ClientSetup = ClientSetup { role: "worker", ..ClientSetup::PLAIN };
        let cast = Cast::new(&[WORKER, ClientSetup::PLAIN, WORKER, WORKER], "7f");
        let ids = (0..5).map(|slot| cast.client_id(ClientSlot(slot)));
        assert!(ids.eq([
            "playground-worker-7f",
            "playground-client-7f",
            "playground-worker-7f-2",
            "playground-worker-7f-3",
            ""
        ]));
    }
}
