//! The learner is the consumer: each PUBACK is released by hand.

use super::{
    PUBLISHER, SUBSCRIBER, acknowledge_oldest, all_windows, delivered, full, hold, latest, limit,
    publish, published, subscribe,
};
use crate::course::chapters::common::connect;
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict, check,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketType, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "hold-the-ack",
    broker: Broker::Any,
    spec: &["4.9", "4.6", "3.3.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast, 2), subscribe(QoS::AtLeastOnce)],
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
                |cast| Move::Act(limit(cast, 2)),
                |_| Move::Act(subscribe(QoS::AtLeastOnce)),
                |_| Move::Acts(three().into()),
            ],
            check: |evidence| full(evidence, 1),
            ..Step::PLAIN
        },
        Step {
            id: "one",
            controls: &[|_| Move::React(acknowledge_oldest)],
            check: one_for_one,
            ..Step::PLAIN
        },
        Step {
            id: "rest",
            controls: &[|_| Move::React(acknowledge_oldest)],
            check: nothing_left,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let begin = [
            Move::Act(limit(cast, 2)),
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

fn three() -> [Act; 3] {
    ["msg-1", "msg-2", "msg-3"].map(|payload| publish(QoS::AtLeastOnce, payload))
}

/// After the first PUBACK the next message came, which had to wait before.
fn one_for_one(evidence: &Evidence) -> Verdict {
    let Some(puback) = evidence.sent(SUBSCRIBER, PacketType::PubAck).next() else {
        return Err(Unmet::NotYet(Evidence::not_sent(SUBSCRIBER, PacketType::PubAck)));
    };
    let maximum = latest(evidence, SUBSCRIBER, Sender::Server).map_or(0, |window| window.maximum);
    let messages = delivered(evidence);
    let before = messages.iter().filter(|(id, _)| *id < puback.id).count();
    if before < usize::from(maximum) {
        let finding = Finding::told("not-full-then", [&before, &maximum]);
        return Err(Unmet::Contradicted { by: puback.id, finding });
    }
    match messages.iter().find(|(id, _)| *id > puback.id) {
        Some((next, _)) => Ok(vec![puback.id, *next]),
        None => Err(Unmet::NotYet(Finding::told("nothing-moved-up", []))),
    }
}

/// Everything published has been acknowledged, and the window was never exceeded.
fn nothing_left(evidence: &Evidence) -> Verdict {
    let windows = all_windows(evidence, SUBSCRIBER, Sender::Server);
    if let Some((window, by)) = windows.iter().find_map(|w| Some((w, w.overrun_at?))) {
        return super::beyond(window, by);
    }
    let finished: usize = windows.iter().map(|window| window.finished).sum();
    let sent = published(evidence).len();
    let open = one_for_one(evidence);
    if !open.is_ok() {
        return open;
    }
    if finished < sent {
        return Err(Unmet::NotYet(Finding::told("left", [&finished, &sent])));
    }
    let last = evidence.sent(SUBSCRIBER, PacketType::PubAck).last();
    check::all([open, Ok(last.map(|record| record.id).into_iter().collect())])
}
