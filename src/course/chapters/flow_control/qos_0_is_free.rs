//! A message of QoS 0 passes a full window.

use super::{
    PUBLISHER, SUBSCRIBER, acknowledge_oldest, delivered, full, hold, limit, publish, published,
    stream, subscribe,
};
use crate::capture::RecordId;
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict,
};
use crate::lab::{AcknowledgeByHand, Act};
use crate::mqtt::{PacketType, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "qos-0-is-free",
    broker: Broker::Any,
    spec: &["4.9", "3.3.4"],
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
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(QoS::AtLeastOnce, READING)],
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
                |_| Move::Acts(two().into()),
            ],
            check: |evidence| full(evidence, SLOTS, QoS::AtLeastOnce),
            ..Step::PLAIN
        },
        Step {
            id: "qos-0",
            by_hand: Some(ByHand { act: |_| publish(QoS::AtMostOnce, READING), field: "QoS" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: how_it_came }),
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
            Move::Act(limit(cast, SLOTS)),
            Move::Act(subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Acts(two().into()),
            Move::Act(publish(QoS::AtMostOnce, READING)),
            Move::React(acknowledge_oldest),
        ]
    },
    // Two CONNECT, SUBSCRIBE, three PUBLISH and a PUBACK.
    par: 7,
    ..Exercise::PLAIN
};

const SLOTS: u16 = 1;
const READING: &str = "21.5";

fn two() -> [Act; 2] {
    ["first", "second"].map(|payload| publish(QoS::AtLeastOnce, payload))
}

/// The latest message of QoS 0, sent while the window was full and a message waited, and where it arrived; then the
/// next message above QoS 0, if it has come.
fn passed(evidence: &Evidence) -> Verdict {
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let is_reading = |(id, message): &&(RecordId, Publish)| {
        *id > stream.suback && message.qos == QoS::AtMostOnce
    };
    let sent = published(evidence);
    let Some((sent, message)) = sent.iter().rfind(is_reading) else {
        // The same message with QoS 1 joins the queue.
        let queued =
            stream.published.iter().filter(|(_, other)| &other.payload[..] == READING.as_bytes());
        return Err(match queued.last() {
            Some((by, queued)) => Unmet::by(*by, Finding::differs("QoS", queued.qos.bits(), 0)),
            None => Finding::told("none-sent", []).into(),
        });
    };
    let then = stream.at(evidence, *sent);
    if then.in_flight < usize::from(SLOTS) || then.waiting == 0 {
        let counts: [&dyn ToString; 3] = [&then.in_flight, &SLOTS, &then.waiting];
        return Err(Unmet::by(*sent, Finding::told("not-full-then", counts)));
    }
    let copy = delivered(evidence).into_iter().find(|(id, copy)| {
        id > sent && copy.qos == QoS::AtMostOnce && copy.payload == message.payload
    });
    match copy {
        Some((arrived, _)) => Ok(vec![*sent, arrived]),
        None => Err(Evidence::not_received(SUBSCRIBER, PacketType::Publish).into()),
    }
}

/// Behind the message that waited, or before it.
fn how_it_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let &[sent, arrived] = records else { return None };
    let above = delivered(evidence).into_iter().filter(|(_, m)| m.qos > QoS::AtMostOnce);
    let overtaken = above.map(|(id, _)| id).find(|id| *id > sent).is_none_or(|next| next > arrived);
    Some(usize::from(overtaken))
}

/// The waiting message, which came for the PUBACK.
fn second_came(evidence: &Evidence) -> Verdict {
    let reading = passed(evidence)?;
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let mut pubacks = evidence.sent(SUBSCRIBER, PacketType::PubAck);
    let Some(puback) = pubacks.find(|puback| puback.id > reading[1]) else {
        return Err(Evidence::not_sent(SUBSCRIBER, PacketType::PubAck).into());
    };
    match stream.delivered.iter().find(|(id, _)| *id > puback.id) {
        Some((next, _)) => Ok(vec![puback.id, *next]),
        None => Err(Finding::told("nothing-moved-up", []).into()),
    }
}
