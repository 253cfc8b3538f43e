//! The other direction: the client waits for the Server.

use super::{latest, ours};
use crate::broker::Policy;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common;
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Publish, QoS, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "server-quota",
    broker: Broker::Any,
    spec: &["3.2.2.3.3", "4.9"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![common::connect(cast, CLIENT)],
        ..ClientSetup::PLAIN
    }],
    policy: || Policy { receive_maximum: 4, ..Policy::default() },
    picture: Some(Picture::Window),
    steps: &[
        Step {
            id: "read",
            controls: &[
                |cast| Move::Act(common::connect(cast, CLIENT)),
                |_| Move::Open(CLIENT, PacketType::ConnAck),
            ],
            check: read,
            ..Step::PLAIN
        },
        Step {
            id: "burst",
            controls: &[|_| Move::Acts(burst())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| the_next_one(evidence),
            }),
            check: waited,
            ..Step::PLAIN
        },
        Step { id: "in-order", check: all_in_order, ..Step::PLAIN },
    ],
    solution: |cast| {
        vec![
            Move::Act(common::connect(cast, CLIENT)),
            Move::Open(CLIENT, PacketType::ConnAck),
            Move::Acts(burst()),
        ]
    },
    // CONNECT and the messages.
    par: 1 + MESSAGES,
    ..Exercise::PLAIN
};

const CLIENT: ClientSlot = ClientSlot(0);
/// More than the 20 that Mosquitto takes at once.
const MESSAGES: usize = 24;

fn burst() -> Vec<Act> {
    let message = |number| {
        let payload = format!("msg-{number}");
        common::publish(CLIENT, super::TOPIC, QoS::AtLeastOnce, &payload)
    };
    (1..=MESSAGES).map(message).collect()
}

/// The CONNACK has been opened.
fn read(evidence: &Evidence) -> Verdict {
    check::connack_opened(evidence, CLIENT)
}

fn sent(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    let mut sent = ours(evidence.sent(CLIENT, PacketType::Publish));
    sent.retain(|(_, message)| message.qos > QoS::AtMostOnce);
    sent
}

/// The window was full, and the next message left after an acknowledgement [MQTT-3.3.4-7].
fn waited(evidence: &Evidence) -> Verdict {
    let Some(window) = latest(evidence, CLIENT, Sender::Client) else {
        return Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck)));
    };
    if let Some(by) = window.overrun_at {
        return super::beyond(&window, by);
    }
    let sent = sent(evidence);
    let Some((first, _)) = sent.first() else {
        return Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Publish)));
    };
    let Some(full) = window.peak_at.filter(|_| window.peak == usize::from(window.maximum)) else {
        let finding = Finding::told("never-full", [&window.peak, &window.maximum]);
        return Err(Unmet::Contradicted { by: *first, finding });
    };
    match sent.iter().find(|(id, _)| *id > full) {
        Some((next, _)) => {
            let acks = evidence.received(CLIENT, PacketType::PubAck);
            let between = acks.filter(|ack| ack.id > full && ack.id < *next).map(|ack| ack.id);
            let between = between.take(1);
            Ok([window.stated_in, full].into_iter().chain(between).chain([*next]).collect())
        }
        None => Err(Unmet::NotYet(Finding::told("none-waited", [&sent.len(), &window.maximum]))),
    }
}

fn the_next_one(evidence: &Evidence) -> Option<usize> {
    match waited(evidence) {
        Ok(_) => Some(1),
        Err(Unmet::Contradicted { finding: Finding::Told { key: "beyond", .. }, .. }) => Some(0),
        _ => None,
    }
}

/// Every message is acknowledged, and they left in the order of their numbers.
fn all_in_order(evidence: &Evidence) -> Verdict {
    let open = waited(evidence);
    let Some(window) = latest(evidence, CLIENT, Sender::Client).filter(|_| open.is_ok()) else {
        return open;
    };
    let sent = sent(evidence);
    let last = evidence.received(CLIENT, PacketType::PubAck).last();
    match (sent.first(), last) {
        (Some((first, _)), Some(last)) if window.slots.is_empty() && sent.len() >= MESSAGES => {
            Ok(vec![*first, last.id])
        }
        _ => Err(Unmet::NotYet(Finding::told("acknowledged", [&window.finished, &MESSAGES]))),
    }
}
