//! A window of one and QoS 2: PUBREC frees nothing, PUBCOMP does.

use super::{
    PUBLISHER, SUBSCRIBER, full, hold, latest, limit, publish, release, stream, subscribe,
};
use crate::capture::RecordId;
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketType, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "qos-2-window",
    broker: Broker::Any,
    spec: &["4.9", "4.3.3"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast, SLOTS), subscribe(QoS::ExactlyOnce)],
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
                |cast| Move::Act(limit(cast, SLOTS)),
                |_| Move::Act(subscribe(QoS::ExactlyOnce)),
                |_| Move::Acts(two().into()),
            ],
            check: |evidence| full(evidence, SLOTS, QoS::ExactlyOnce),
            ..Step::PLAIN
        },
        Step {
            id: "pubcomp",
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: freed_by }),
            check: freed,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(limit(cast, SLOTS)),
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

const SLOTS: u16 = 1;

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

/// An exchange with a message waiting behind it: PUBREC, PUBREL and PUBCOMP, then the PUBLISH that moved up. One that
/// comes before PUBCOMP is more than the window holds, and contradicts.
fn freed(evidence: &Evidence) -> Verdict {
    let stream = stream(evidence, SLOTS, QoS::ExactlyOnce)?;
    for (publish, message) in &stream.delivered {
        let part = |packet, after: RecordId| {
            let both = evidence
                .sent(SUBSCRIBER, packet)
                .chain(evidence.received(SUBSCRIBER, packet))
                .filter(|part| part.id > after && part.packet_id() == message.packet_id);
            both.map(|part| part.id).next()
        };
        let Some(pubrec) = part(PacketType::PubRec, *publish) else {
            return Err(Evidence::not_sent(SUBSCRIBER, PacketType::PubRec).into());
        };
        if stream.at(evidence, pubrec).waiting == 0 {
            continue;
        }
        let Some(pubrel) = part(PacketType::PubRel, pubrec) else {
            return Err(Evidence::not_received(SUBSCRIBER, PacketType::PubRel).into());
        };
        let Some(pubcomp) = part(PacketType::PubComp, pubrel) else {
            return Err(Evidence::not_sent(SUBSCRIBER, PacketType::PubComp).into());
        };
        return match stream.delivered.iter().find(|(id, _)| id > publish) {
            Some((next, _)) => Ok(vec![pubrec, pubrel, pubcomp, *next]),
            None => Err(Finding::told("nothing-moved-up", []).into()),
        };
    }
    Err(Evidence::not_received(SUBSCRIBER, PacketType::Publish).into())
}

/// What the second PUBLISH came behind: PUBREC, PUBREL or PUBCOMP.
fn freed_by(_: &Evidence, records: &[RecordId]) -> Option<usize> {
    let &[pubrec, pubrel, pubcomp, next] = records else { return None };
    [pubrec, pubrel, pubcomp].iter().rposition(|part| *part < next)
}
