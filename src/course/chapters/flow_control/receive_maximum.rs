//! A slow subscriber with three slots, and ten messages in five seconds.

use std::time::Duration;

use bytes::Bytes;

use super::{PUBLISHER, SUBSCRIBER, TOPIC, limit, limited, stream, subscribe};
use crate::analysis::answer_to;
use crate::capture::RecordId;
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::{Act, PeriodicPublisher, SlowConsumer};
use crate::mqtt::{PacketType, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "receive-maximum",
    broker: Broker::Any,
    spec: &["3.1.2.11.3", "4.9"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), subscribe(QoS::AtLeastOnce)],
            beginning: |cast| vec![take_time(cast)],
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
            id: "window",
            by_hand: Some(ByHand { act: |cast| limit(cast, SLOTS), field: "Receive Maximum" }),
            check: |evidence| Ok(vec![limited(evidence, SLOTS)?.stated_in]),
            ..Step::PLAIN
        },
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(subscribe(QoS::AtLeastOnce))],
            check: |evidence| Ok(vec![stream(evidence, SLOTS, QoS::AtLeastOnce)?.suback]),
            ..Step::PLAIN
        },
        Step {
            id: "ten",
            // As several acts, so that the publisher is connected first.
            controls: &[|cast| Move::Acts(vec![ten_messages(cast)])],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_it_notices }),
            check: never_more,
            values: |evidence, _| {
                let stream = stream(evidence, SLOTS, QoS::AtLeastOnce);
                let peak = stream.map_or(0, |stream| stream.window.peak);
                vec![("peak", peak.to_string())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "all",
            controls: &[|cast| Move::Wait(until_done(cast))],
            check: all_in_order,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(limit(cast, SLOTS)),
            Move::Act(subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Acts(vec![ten_messages(cast)]),
            Move::Wait(until_done(cast)),
        ]
    },
    // Two CONNECT, SUBSCRIBE, ten PUBLISH and ten PUBACK.
    par: 23,
    ..Exercise::PLAIN
};

const SLOTS: u16 = 3;
const MESSAGES: usize = 10;

/// Two seconds a message in the tab, where they can be skipped. Elsewhere less, so that never more than one message
/// waits without a slot: for one PUBACK Mosquitto 2.0.11 sends as many of those that wait as the window has slots (fixed in 2.0.13).
fn take_time(cast: &Cast) -> Act {
    let takes = Duration::from_millis(if cast.is_in_tab() { 2000 } else { 700 });
    Act::automate(SUBSCRIBER, SlowConsumer { takes })
}

fn ten_messages(_: &Cast) -> Act {
    let publish = Publish {
        qos: QoS::AtLeastOnce,
        topic: TOPIC.into(),
        payload: Bytes::from_static(b"msg-{n}"),
        ..Publish::default()
    };
    let interval = Duration::from_millis(500);
    let ten = PeriodicPublisher { publish, interval, count: Some(MESSAGES as u32) };
    Act::automate(PUBLISHER, ten)
}

fn until_done(cast: &Cast) -> Duration {
    Duration::from_millis(if cast.is_in_tab() { 20_000 } else { 100 })
}

/// Ten are published and acknowledged to their publisher; the subscriber's window has been full, and never more than
/// that [MQTT-3.3.4-9].
fn never_more(evidence: &Evidence) -> Verdict {
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let count = stream.published.len();
    if count < MESSAGES {
        return Err(Finding::told("fewer", [&count, &MESSAGES]).into());
    }
    let last = stream.published[count - 1].0;
    let Some(puback) = answer_to(evidence.capture, last) else {
        return Err(Evidence::not_received(PUBLISHER, PacketType::PubAck).into());
    };
    match stream.window.peak_at {
        Some(at) if stream.window.peak == usize::from(SLOTS) => Ok(vec![at, last, puback.id]),
        _ => {
            let finding = Finding::told("never-full", [&stream.window.peak, &SLOTS]);
            Err(Unmet::by(last, finding))
        }
    }
}

/// Whether the publisher's last PUBACK waited until the subscriber had room, came at once, or refused.
fn what_it_notices(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let puback = evidence.capture.get(*records.last()?)?;
    if puback.ack_reason_code().is_some_and(|code| code >= 0x80) {
        return Some(2);
    }
    let by_then = |id: RecordId| id < puback.id;
    let finished =
        evidence.sent(SUBSCRIBER, PacketType::PubAck).filter(|it| by_then(it.id)).count();
    let delivered = evidence.received(SUBSCRIBER, PacketType::Publish);
    let delivered = delivered.filter(|it| by_then(it.id)).count();
    let published = evidence.sent(PUBLISHER, PacketType::Publish).filter(|it| by_then(it.id));
    let has_backlog = published.count() > delivered && delivered > finished;
    Some(usize::from(has_backlog))
}

/// The subscriber has acknowledged all, and they came in the order in which they were published.
fn all_in_order(evidence: &Evidence) -> Verdict {
    let stream = stream(evidence, SLOTS, QoS::AtLeastOnce)?;
    let finished = stream.window.finished;
    if finished < stream.published.len().max(MESSAGES) {
        return Err(Finding::told("acknowledged", [&finished, &MESSAGES]).into());
    }
    let payloads = |(_, message): &(RecordId, Publish)| message.payload.clone();
    for (sent, came) in stream.published.iter().zip(&stream.delivered) {
        if payloads(sent) != payloads(came) {
            return Err(Unmet::by(came.0, Finding::told("out-of-order", [])));
        }
    }
    let last = evidence.sent(SUBSCRIBER, PacketType::PubAck).last();
    Ok(last.map(|record| record.id).into_iter().collect())
}
