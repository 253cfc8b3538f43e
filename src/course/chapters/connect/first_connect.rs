//! Connect with 5.0 and read the limits in CONNACK.

use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common;
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Step, Verdict, check,
    judge,
};
use crate::delivery::Accepts;
use crate::lab::Act;
use crate::mqtt::PacketType;

pub static EXERCISE: Exercise = Exercise {
    id: "first-connect",
    broker: Broker::Any,
    spec: &["3.1", "3.2", "3.2.2.3"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "connect",
            by_hand: Some(ByHand { act: connect, field: "Client Identifier" }),
            check: sent_connect,
            ..Step::PLAIN
        },
        Step { id: "accepted", check: accepted, ..Step::PLAIN },
        Step { id: "read-limits", check: limits_read, values: limits, ..Step::PLAIN },
    ],
    solution: |cast| vec![Move::Act(connect(cast)), Move::Open(CLIENT, PacketType::ConnAck)],
    par: 1,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    common::connect(cast, CLIENT)
}

fn sent_connect(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, _| Ok(()))
}

fn accepted(evidence: &Evidence) -> Verdict {
    check::connected(evidence, CLIENT)
}

/// The learner has opened a CONNACK that accepts; one that refuses states no limits.
fn limits_read(evidence: &Evidence) -> Verdict {
    accepted(evidence)?;
    let accepts = |record: &&Record| {
        record.valid_packet().is_some_and(|packet| check::nothing_refused(&packet).is_ok())
    };
    let opened = evidence
        .received(CLIENT, PacketType::ConnAck)
        .filter(accepts)
        .find(|record| evidence.opened.contains(&record.id))
        .ok_or(Finding::NotOpened { packet: PacketType::ConnAck })?;
    Ok(vec![opened.id])
}

/// What the opened CONNACK allows, its defaults included (§3.2.2.3).
fn limits(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let opened = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let Some(accepts) = opened.as_ref().and_then(Accepts::stated_in) else { return Vec::new() };
    vec![
        ("receive-maximum", accepts.receive_maximum.to_string()),
        ("topic-alias-maximum", accepts.topic_alias_maximum.to_string()),
    ]
}

const CLIENT: ClientSlot = ClientSlot(0);
