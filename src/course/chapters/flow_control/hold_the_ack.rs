//! The learner is the consumer: each PUBACK is released by hand, in the picture.

use super::{
    PUBLISHER, SUBSCRIBER, acknowledge_oldest, full, hold, limit, publish, stream, subscribe,
};
use crate::course::chapters::common::connect;
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Verdict,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketType, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "hold-the-ack",
    broker: Broker::Any,
    spec: &["4.9", "4.6", "3.3.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast, SLOTS), subscribe(QoS::AtLeastOnce)],
            beginning: |_| {
                vec![hold(AcknowledgeByHand { puback: true, ..AcknowledgeByHand::NONE })]
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
                |_| Move::Act(subscribe(QoS::AtLeastOnce)),
                |_| Move::Acts(three().into()),
            ],
            check: |evidence| full(evidence, SLOTS, QoS::AtLeastOnce),
            ..Step::PLAIN
        },
        Step { id: "one", check: one_for_one, ..Step::PLAIN },
        Step { id: "rest", check: nothing_left, ..Step::PLAIN },
    ],
    solution: |cast| {
        let begin = [
            Move::Act(limit(cast, SLOTS)),
            Move::Act(subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Acts(three().into()),
        ];
        begin.into_iter().chain((0..3).map(|_| Move::React(acknowledge_oldest))).collect()
    },
    // Two CONNECT, SUBSCRIBE, three PUBLISH and three PUBACK.
    par: 9,
    ..Exercise::PLAIN
};

const SLOTS: u16 = 2;

fn three() -> [Act; 3] {
    ["msg-1", "msg-2", "msg-3"].map(|payload| publish(QoS::AtLeastOnce, payload))
}

/// A PUBACK that left while the window was full and a message waited, and the message that took its place.
fn one_for_one(evidence: &Evidence) -> Verdict {
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let mut unmet = Evidence::not_sent(SUBSCRIBER, PacketType::PubAck);
    for puback in evidence.sent(SUBSCRIBER, PacketType::PubAck).filter(|it| it.id > stream.suback) {
        let then = stream.at(evidence, puback.id);
        let next = stream.delivered.iter().find(|(id, _)| *id > puback.id);
        match next.filter(|_| then.in_flight == usize::from(SLOTS) && then.waiting > 0) {
            Some((next, _)) => return Ok(vec![puback.id, *next]),
            None => unmet = Finding::told("nothing-moved-up", []),
        }
    }
    Err(unmet.into())
}

/// Everything published since the SUBACK has come, and is acknowledged.
fn nothing_left(evidence: &Evidence) -> Verdict {
    one_for_one(evidence)?;
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let (finished, sent) = (stream.window.finished, stream.published.len());
    if finished < sent {
        return Err(Finding::told("left", [&finished, &sent]).into());
    }
    let last = evidence.sent(SUBSCRIBER, PacketType::PubAck).last();
    Ok(last.map(|record| record.id).into_iter().collect())
}
