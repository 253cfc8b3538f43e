//! A window of one and QoS 2: PUBREC frees nothing, PUBCOMP does.

use super::{
    PUBLISHER, SUBSCRIBER, all_windows, delivered, full, hold, latest, limit, publish, release,
    subscribe,
};
use crate::capture::RecordId;
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketId, PacketType, Publish, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "qos-2-window",
    broker: Broker::Any,
    spec: &["4.9", "4.3.3"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast, 1), subscribe(QoS::ExactlyOnce)],
            beginning: |_| {
                let both = AcknowledgeByHand { pubrec: true, pubcomp: true, puback: false };
                vec![hold(both)]
            },
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Window),
    steps: &[
        Step {
            id: "fill",
            controls: &[
                |cast| Move::Act(limit(cast, 1)),
                |_| Move::Act(subscribe(QoS::ExactlyOnce)),
                |_| Move::Acts(two().into()),
            ],
            check: |evidence| full(evidence, 1),
            ..Step::PLAIN
        },
        Step {
            id: "pubrec",
            controls: &[|_| Move::React(acknowledge::<0>)],
            prediction: Some(Prediction {
                asks: Asks::Options(2),
                outcome: |evidence, _| freed_by(evidence),
            }),
            check: still_taken,
            ..Step::PLAIN
        },
        Step {
            id: "pubcomp",
            controls: &[|_| Move::React(acknowledge::<1>)],
            check: free_again,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(limit(cast, 1)),
            Move::Act(subscribe(QoS::ExactlyOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Acts(two().into()),
            Move::React(acknowledge::<0>),
            Move::React(acknowledge::<1>),
        ]
    },
    // Two CONNECT, SUBSCRIBE, two PUBLISH with their PUBREL, then PUBREC and PUBCOMP.
    par: 9,
    ..Exercise::PLAIN
};

fn two() -> [Act; 2] {
    ["first", "second"].map(|payload| publish(QoS::ExactlyOnce, payload))
}

/// PUBREC (0) or PUBCOMP (1) for the message in the window, once it is due.
fn acknowledge<const SECOND: u8>(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let due = if SECOND == 0 { PacketType::Publish } else { PacketType::PubRel };
    let window = latest(evidence, SUBSCRIBER, Sender::Server)?;
    let slot = window.slots.iter().find(|slot| slot.reached == due)?;
    Some(release(slot.packet_id))
}

/// The first message of QoS 2 that was delivered.
fn first(evidence: &Evidence) -> Option<(RecordId, PacketId)> {
    let is_meant = |message: &Publish| message.qos == QoS::ExactlyOnce;
    let (id, message) = delivered(evidence).into_iter().find(|(_, m)| is_meant(m))?;
    Some((id, message.packet_id?))
}

/// The first packet of that type in the exchange of the first message.
fn part(evidence: &Evidence, packet: PacketType) -> Option<RecordId> {
    let (publish, packet_id) = first(evidence)?;
    let sent = evidence.sent(SUBSCRIBER, packet).chain(evidence.received(SUBSCRIBER, packet));
    let mut of_it = sent.filter(|r| r.id > publish && r.packet_id() == Some(packet_id));
    of_it.next().map(|record| record.id)
}

/// A message that came while the first was not finished, with one slot only.
fn too_early(evidence: &Evidence) -> Option<Verdict> {
    let windows = all_windows(evidence, SUBSCRIBER, Sender::Server);
    windows.iter().find_map(|window| Some(super::beyond(window, window.overrun_at?)))
}

fn still_taken(evidence: &Evidence) -> Verdict {
    if let Some(contradicted) = too_early(evidence) {
        return contradicted;
    }
    let Some(pubrec) = part(evidence, PacketType::PubRec) else {
        return Err(Unmet::NotYet(Evidence::not_sent(SUBSCRIBER, PacketType::PubRec)));
    };
    match part(evidence, PacketType::PubRel) {
        Some(pubrel) => Ok(vec![pubrec, pubrel]),
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::PubRel))),
    }
}

fn freed_by(evidence: &Evidence) -> Option<usize> {
    match still_taken(evidence) {
        Err(Unmet::Contradicted { .. }) => Some(0),
        Ok(_) => Some(1),
        Err(Unmet::NotYet(_)) => None,
    }
}

fn free_again(evidence: &Evidence) -> Verdict {
    let open = still_taken(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(pubcomp) = part(evidence, PacketType::PubComp) else {
        return Err(Unmet::NotYet(Evidence::not_sent(SUBSCRIBER, PacketType::PubComp)));
    };
    match delivered(evidence).iter().find(|(id, _)| *id > pubcomp) {
        Some((next, _)) => Ok(vec![pubcomp, *next]),
        None => Err(Unmet::NotYet(Finding::told("nothing-moved-up", []))),
    }
}
