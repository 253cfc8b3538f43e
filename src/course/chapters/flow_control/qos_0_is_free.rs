//! A message of QoS 0 passes a full window.

use super::{
    PUBLISHER, SUBSCRIBER, acknowledge_oldest, delivered, full, hold, latest, limit, publish,
    published, subscribe,
};
use crate::capture::RecordId;
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketType, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "qos-0-is-free",
    broker: Broker::Any,
    spec: &["4.9", "3.3.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast, 1), subscribe(QoS::AtLeastOnce)],
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
                |cast| Move::Act(limit(cast, 1)),
                |_| Move::Act(subscribe(QoS::AtLeastOnce)),
                |_| Move::Acts(two().into()),
            ],
            check: |evidence| full(evidence, 1),
            ..Step::PLAIN
        },
        Step {
            id: "qos-0",
            controls: &[|_| Move::Act(reading())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| how_it_came(evidence),
            }),
            check: passed,
            ..Step::PLAIN
        },
        Step {
            id: "release",
            controls: &[|_| Move::React(acknowledge_oldest)],
            check: second_came,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(limit(cast, 1)),
            Move::Act(subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Acts(two().into()),
            Move::Act(reading()),
            Move::React(acknowledge_oldest),
        ]
    },
    // Two CONNECT, SUBSCRIBE, three PUBLISH and a PUBACK.
    par: 7,
    ..Exercise::PLAIN
};

fn two() -> [Act; 2] {
    ["first", "second"].map(|payload| publish(QoS::AtLeastOnce, payload))
}

fn reading() -> Act {
    publish(QoS::AtMostOnce, "a reading of QoS 0")
}

/// The first message of QoS 0 that was published, and where it arrived.
fn the_reading(evidence: &Evidence) -> Option<(RecordId, Option<RecordId>)> {
    let sent = published(evidence);
    let (sent, message) = sent.iter().find(|(_, m)| m.qos == QoS::AtMostOnce)?;
    let arrived = delivered(evidence)
        .into_iter()
        .find(|(id, m)| id > sent && m.qos == QoS::AtMostOnce && m.payload == message.payload);
    Some((*sent, arrived.map(|(id, _)| id)))
}

/// The first message above QoS 0 that came after the window was full.
fn next_above(evidence: &Evidence) -> Option<RecordId> {
    let above = delivered(evidence).into_iter().filter(|(_, m)| m.qos > QoS::AtMostOnce);
    let maximum = latest(evidence, SUBSCRIBER, Sender::Server)?.maximum;
    above.map(|(id, _)| id).nth(maximum.into())
}

/// It came while the window was full, before the message that waits.
fn passed(evidence: &Evidence) -> Verdict {
    match (the_reading(evidence), next_above(evidence)) {
        (None, _) => Err(Unmet::NotYet(Finding::told("none-sent", []))),
        (Some((sent, Some(arrived))), next) if next.is_none_or(|next| arrived < next) => {
            Ok(vec![sent, arrived])
        }
        (Some((_, Some(arrived))), _) => {
            Err(Unmet::Contradicted { by: arrived, finding: Finding::told("came-late", []) })
        }
        (Some(_), _) => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
    }
}

fn how_it_came(evidence: &Evidence) -> Option<usize> {
    match passed(evidence) {
        Ok(_) => Some(1),
        Err(Unmet::Contradicted { .. }) => Some(0),
        Err(Unmet::NotYet(_)) => None,
    }
}

fn second_came(evidence: &Evidence) -> Verdict {
    let open = passed(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(puback) = evidence.sent(SUBSCRIBER, PacketType::PubAck).next() else {
        return Err(Unmet::NotYet(Evidence::not_sent(SUBSCRIBER, PacketType::PubAck)));
    };
    match next_above(evidence).filter(|next| *next > puback.id) {
        Some(next) => Ok(vec![puback.id, next]),
        None => Err(Unmet::NotYet(Finding::told("nothing-moved-up", []))),
    }
}
