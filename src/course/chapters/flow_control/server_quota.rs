//! The other direction: the client waits for the Server.

use super::{beyond, latest, ours};
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
            controls: &[|cast| Move::Act(common::connect(cast, CLIENT))],
            check: |evidence| check::connack_opened(evidence, CLIENT),
            values: |evidence, _| {
                let window = latest(evidence, CLIENT, Sender::Client);
                let maximum = window.map_or(0, |window| window.maximum);
                vec![("maximum", maximum.to_string())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "burst",
            controls: &[|_| Move::Acts(burst())],
            prediction: Some(Prediction { asks: Asks::Number, outcome: at_once }),
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

/// What the client has sent above QoS 0 on its latest connection.
fn sent(evidence: &Evidence, since: RecordId) -> Vec<(RecordId, Publish)> {
    let mut sent = ours(evidence.sent(CLIENT, PacketType::Publish));
    sent.retain(|(id, message)| *id > since && message.qos > QoS::AtMostOnce);
    sent
}

/// The window was full, an acknowledgement came, and only then the next message left [MQTT-3.3.4-7].
fn waited(evidence: &Evidence) -> Verdict {
    let Some(window) = latest(evidence, CLIENT, Sender::Client) else {
        return Err(Evidence::not_received(CLIENT, PacketType::ConnAck).into());
    };
    if let Some(by) = window.overrun_at {
        return Err(beyond(&window, by));
    }
    let sent = sent(evidence, window.stated_in);
    let Some((last, _)) = sent.last() else {
        return Err(Evidence::not_sent(CLIENT, PacketType::Publish).into());
    };
    let Some(full) = window.peak_at.filter(|_| window.peak == usize::from(window.maximum)) else {
        let finding = Finding::told("never-full", [&window.peak, &window.maximum]);
        return Err(Unmet::by(*last, finding));
    };
    let next = sent.iter().map(|(id, _)| *id).find(|id| *id > full);
    let acks = evidence.received(CLIENT, PacketType::PubAck).map(|ack| ack.id);
    let ack = acks.filter(|ack| *ack > full).find(|ack| next.is_some_and(|next| *ack < next));
    match ack.zip(next) {
        Some((ack, next)) => Ok(vec![full, ack, next]),
        None => Err(Finding::told("none-waited", [&sent.len(), &window.maximum]).into()),
    }
}

/// How many PUBLISH packets left one behind the other before the acknowledgement that let the next one go.
fn at_once(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let full = *records.first()?;
    let until = evidence.capture.records().rev().skip_while(|record| record.id > full);
    let in_a_row = until.take_while(|record| {
        record.client == CLIENT
            && record.sender() == Some(Sender::Client)
            && record.packet_type() == Some(PacketType::Publish)
    });
    Some(in_a_row.count())
}

/// Every message is acknowledged, and the latest left in the order of their numbers.
fn all_in_order(evidence: &Evidence) -> Verdict {
    waited(evidence)?;
    let Some(window) = latest(evidence, CLIENT, Sender::Client) else {
        return Err(Evidence::not_received(CLIENT, PacketType::ConnAck).into());
    };
    let sent = sent(evidence, window.stated_in);
    if sent.len() < MESSAGES || !window.slots.is_empty() {
        return Err(Finding::told("acknowledged", [&window.finished, &MESSAGES]).into());
    }
    let latest = &sent[sent.len() - MESSAGES..];
    let number = |(_, message): &(RecordId, Publish)| -> Option<usize> {
        std::str::from_utf8(&message.payload).ok()?.strip_prefix("msg-")?.parse().ok()
    };
    if let Some(wrong) = latest.windows(2).find(|pair| number(&pair[0]) >= number(&pair[1])) {
        return Err(Unmet::by(wrong[1].0, Finding::told("out-of-order", [])));
    }
    let last = evidence.received(CLIENT, PacketType::PubAck).last().map(|ack| ack.id);
    Ok([latest[0].0].into_iter().chain(last).collect())
}
