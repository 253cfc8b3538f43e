//! A slow subscriber with three slots, and ten messages in five seconds.

use std::time::Duration;

use bytes::Bytes;

use super::{
    PUBLISHER, SUBSCRIBER, TOPIC, all_windows, beyond, latest, limit, prepared, published,
    subscribe,
};
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{Act, Behaviour, PeriodicPublisher, SlowConsumer};
use crate::mqtt::{PacketType, Publish, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "receive-maximum",
    broker: Broker::Any,
    spec: &["3.1.2.11.3", "4.9"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![narrow(cast), subscribe(QoS::AtLeastOnce)],
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
            controls: &[|cast| Move::Act(narrow(cast)), |_| Move::Act(subscribe(QoS::AtLeastOnce))],
            check: |evidence| prepared(evidence, MESSAGES as u16 - 1, QoS::AtLeastOnce),
            ..Step::PLAIN
        },
        Step {
            id: "ten",
            // As several acts, so that the publisher is connected first.
            controls: &[|cast| Move::Acts(vec![ten_messages(cast)])],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| most_at_once(evidence),
            }),
            check: never_more,
            ..Step::PLAIN
        },
        Step {
            id: "all",
            controls: &[|cast| Move::Wait(until_done(cast))],
            check: all_arrived,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(narrow(cast)),
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

const MESSAGES: usize = 10;

/// Three messages at once; elsewhere one, since Mosquitto 2.0.11 keeps to no larger maximum: it answers a
/// PUBACK with as many messages as the whole window holds.
fn narrow(cast: &Cast) -> Act {
    limit(cast, if cast.is_in_tab() { 3 } else { 1 })
}

/// Two seconds a message, which can be skipped in the tab; quicker elsewhere.
fn take_time(cast: &Cast) -> Act {
    let takes = Duration::from_millis(if cast.is_in_tab() { 2000 } else { 500 });
    Act::automate(SUBSCRIBER, Behaviour::SlowConsumer(SlowConsumer { takes }))
}

fn ten_messages(cast: &Cast) -> Act {
    let publish = Publish {
        qos: QoS::AtLeastOnce,
        topic: TOPIC.to_owned(),
        payload: Bytes::from_static(b"msg-{n}"),
        ..Publish::default()
    };
    let interval = Duration::from_millis(if cast.is_in_tab() { 500 } else { 40 });
    let ten = PeriodicPublisher { publish, interval, count: Some(MESSAGES as u32) };
    Act::automate(PUBLISHER, Behaviour::PeriodicPublisher(ten))
}

fn until_done(cast: &Cast) -> Duration {
    Duration::from_millis(if cast.is_in_tab() { 20_000 } else { 100 })
}

/// All ten are published, the window has been full, and never more than that [MQTT-3.3.4-9].
fn never_more(evidence: &Evidence) -> Verdict {
    let Some(window) = latest(evidence, SUBSCRIBER, Sender::Server) else {
        return Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::ConnAck)));
    };
    if let Some(by) = window.overrun_at {
        return beyond(&window, by);
    }
    let sent: Vec<_> =
        published(evidence).into_iter().filter(|(_, m)| m.qos > QoS::AtMostOnce).collect();
    let Some((last, _)) = sent.get(MESSAGES - 1) else {
        return Err(Unmet::NotYet(Finding::told("fewer", [&sent.len(), &MESSAGES])));
    };
    match window.peak_at {
        Some(at) if window.peak == usize::from(window.maximum) => {
            Ok(vec![window.stated_in, at, *last])
        }
        _ => {
            let finding = Finding::told("never-full", [&window.peak, &window.maximum]);
            Err(Unmet::Contradicted { by: *last, finding })
        }
    }
}

fn most_at_once(evidence: &Evidence) -> Option<usize> {
    match never_more(evidence) {
        Ok(_) => Some(1),
        Err(Unmet::Contradicted { finding: Finding::Told { key: "beyond", .. }, .. }) => Some(0),
        _ => None,
    }
}

fn all_arrived(evidence: &Evidence) -> Verdict {
    let windows = all_windows(evidence, SUBSCRIBER, Sender::Server);
    let finished: usize = windows.iter().map(|window| window.finished).sum();
    match evidence.sent(SUBSCRIBER, PacketType::PubAck).last() {
        Some(last) if finished >= MESSAGES => Ok(vec![last.id]),
        _ => Err(Unmet::NotYet(Finding::told("acknowledged", [&finished, &MESSAGES]))),
    }
}
