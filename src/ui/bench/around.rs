//! What the clients of a set-up find around them: the broker, its policy, the faults of the lines.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::broker::Policy;
use crate::lab::DEFAULT_LATENCY;
use crate::language::Strings;
use crate::link::{Fate, Fault, Line, Scope, Target};
use crate::mqtt::{PacketType, Sender};
use crate::ui::broker_choice;

/// The broker of clients without a route of their own, as it was when the set-up was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    pub target: Target,
    /// Of the broker in the tab, as is the latency.
    pub policy: Box<Policy>,
    pub latency: Duration,
}

impl Around {
    /// Whether anybody would notice the difference: the policy and the latency are those of the broker in
    /// the tab.
    pub fn differs_from(&self, other: &Around) -> bool {
        let mattering = self.target.is_in_tab();
        self.target != other.target
            || mattering && (self.policy != other.policy || self.latency != other.latency)
    }

    /// What it changes, a line each.
    pub fn words(&self, now: &Around, strings: &Strings) -> Vec<String> {
        let mut lines = Vec::new();
        if self.target != now.target {
            let address = match &self.target {
                Target::InTab => strings.broker_in_tab().to_owned(),
                at @ Target::At(_) => at.to_string(),
            };
            let before = broker_choice::name(&now.target, strings);
            lines.push(strings.bench_brings_broker(address, before));
        }
        if self.target.is_in_tab() && self.policy != now.policy {
            lines.push(strings.bench_brings_policy(changes(&self.policy, &now.policy)));
        }
        if self.target.is_in_tab() && self.latency != now.latency {
            let millis = self.latency.as_secs_f64() * 1000.0;
            lines.push(strings.bench_brings_latency(millis));
        }
        lines
    }

    pub(super) fn store(&self) -> StoredAround {
        let policy = match (to_map(&self.policy), to_map(&Policy::default())) {
            (Some(policy), Some(usual)) => {
                policy.into_iter().filter(|(key, value)| usual.get(key) != Some(value)).collect()
            }
            _ => Map::new(),
        };
        let is_usual = self.latency == DEFAULT_LATENCY;
        let latency = (!is_usual).then_some(self.latency.as_micros() as u64);
        StoredAround { broker: self.target.to_string(), policy, latency }
    }

    pub(super) fn read(stored: &StoredAround) -> Option<Around> {
        let mut policy = to_map(&Policy::default())?;
        for (key, value) in &stored.policy {
            // A later version may know more settings.
            if let Some(known) = policy.get_mut(key) {
                *known = value.clone();
            }
        }
        Some(Around {
            target: Target::parse(&stored.broker).ok()?,
            policy: Box::new(serde_json::from_value(Value::Object(policy)).ok()?),
            latency: stored.latency.map_or(DEFAULT_LATENCY, Duration::from_micros),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredAround {
    broker: String,
    /// The settings that differ from what they usually are.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    policy: Map<String, Value>,
    /// In microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<u64>,
}

fn to_map(policy: &Policy) -> Option<Map<String, Value>> {
    match serde_json::to_value(policy) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// In how many settings two policies differ; each list counts as one.
fn changes(one: &Policy, other: &Policy) -> usize {
    let (one, other) = (to_map(one).unwrap_or_default(), to_map(other).unwrap_or_default());
    one.iter().filter(|(key, value)| other.get(*key) != Some(value)).count()
}

/// What makes a line as faulty as this one.
pub fn faults_of(line: &Line) -> Vec<Fault> {
    let mut faults = Vec::new();
    for from in [Sender::Client, Sender::Server] {
        let way = line.way(from);
        if way.is_paused() {
            faults.push(Fault::Pause(from));
        }
        if way.is_byte_by_byte() {
            faults.push(Fault::ByteByByte { from, on: true });
        }
        faults.extend(way.stops().iter().map(|stop| Fault::Stop {
            from,
            packet: stop.packet,
            fate: stop.fate,
            scope: stop.scope,
        }));
    }
    faults
}

/// `None` for a repair, which no set-up needs.
pub(super) fn fault_to_text(fault: &Fault) -> Option<String> {
    let end = |sender| if sender == Sender::Client { CLIENT } else { SERVER };
    Some(match *fault {
        Fault::Pause(from) => format!("{} {PAUSE}", end(from)),
        Fault::ByteByByte { from, on: true } => format!("{} {BYTES}", end(from)),
        Fault::Stop { from, packet, fate, scope } => {
            let fate = if fate == Fate::Held { HOLD } else { DROP };
            let scope = if scope == Scope::Next { NEXT } else { ALL };
            format!("{} {fate} {scope} {}", end(from), packet.key())
        }
        _ => return None,
    })
}

pub(super) fn fault_from_text(text: &str) -> Option<Fault> {
    let words: Vec<_> = text.split(' ').collect();
    let from = match *words.first()? {
        CLIENT => Sender::Client,
        SERVER => Sender::Server,
        _ => return None,
    };
    match words[1..] {
        [PAUSE] => Some(Fault::Pause(from)),
        [BYTES] => Some(Fault::ByteByByte { from, on: true }),
        [fate @ (HOLD | DROP), scope @ (NEXT | ALL), packet] => Some(Fault::Stop {
            from,
            packet: PacketType::ALL.into_iter().find(|known| known.key() == packet)?,
            fate: if fate == HOLD { Fate::Held } else { Fate::Dropped },
            scope: if scope == NEXT { Scope::Next } else { Scope::All },
        }),
        _ => None,
    }
}

const CLIENT: &str = "client";
const SERVER: &str = "server";
const PAUSE: &str = "pause";
const BYTES: &str = "bytes";
const HOLD: &str = "hold";
const DROP: &str = "drop";
const NEXT: &str = "next";
const ALL: &str = "all";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_is_around_survives_being_stored_and_says_what_it_changes() {
        let usual =
            Around { target: Target::InTab, policy: Box::default(), latency: DEFAULT_LATENCY };
        let strict = Policy { receive_maximum: 1, anonymous: false, ..Policy::default() };
        let slow = Around {
            policy: Box::new(strict),
            latency: Duration::from_millis(40),
            ..usual.clone()
        };
        let away = Around {
            target: Target::parse("wss://broker.example:8084/mqtt").expect("an address"),
            ..usual.clone()
        };
        for (around, lines) in [(&usual, 0), (&slow, 2), (&away, 1)] {
            assert_eq!(Around::read(&around.store()).as_ref(), Some(around));
            assert_eq!(around.differs_from(&usual), lines > 0, "{around:?}");
            for language in Language::ALL {
                let words = around.words(&usual, language.strings());
                assert_eq!(words.len(), lines, "{words:?}");
            }
        }
        assert!(slow.words(&usual, Language::En.strings())[0].contains("2 settings"));
    }

    #[test]
    fn faults_survive_being_written() {
        let stop = |from, packet, fate, scope| Fault::Stop { from, packet, fate, scope };
        for fault in [
            Fault::Pause(Sender::Client),
            Fault::ByteByByte { from: Sender::Server, on: true },
            stop(Sender::Server, PacketType::PubAck, Fate::Dropped, Scope::Next),
            stop(Sender::Client, PacketType::PingReq, Fate::Held, Scope::All),
        ] {
            let text = fault_to_text(&fault).expect("it is a fault");
            assert_eq!(fault_from_text(&text), Some(fault), "{text}");
        }
        assert_eq!(fault_to_text(&Fault::Resume(Sender::Client)), None);
        for text in ["", "client", "broker pause", "client hold next", "client hold next pubxxx"] {
            assert_eq!(fault_from_text(text), None, "{text}");
        }
    }
}
