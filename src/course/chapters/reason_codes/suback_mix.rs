//! Three Topic Filters in one SUBSCRIBE, three Reason Codes in one SUBACK.

use super::choosy;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{codes_of, connect, publish};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, QoS, ReasonCode, Subscription, Text};

pub static EXERCISE: Exercise = Exercise {
    id: "suback-mix",
    broker: Broker::Any,
    spec: &["3.9.3", "3.8.4"],
    clients: &[ClientSetup {
        role: "subscriber",
        prepared: |cast| vec![connect(cast, CLIENT), ask(&WANTED[..2]), message(NEWS)],
        ..ClientSetup::PLAIN
    }],
    policy: choosy,
    picture: Some(crate::course::Picture::Codes),
    steps: &[
        Step {
            id: "ask",
            by_hand: Some(ByHand { act: |_| ask(&WANTED), field: "Topic Filter" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: one_each }),
            check: asked,
            values: |evidence, records| vec![("codes", codes_of(evidence, records[1]))],
            ..Step::PLAIN
        },
        Step {
            id: "proof",
            controls: &[|_| Move::Act(message(NEWS)), |_| Move::Act(message(PLAIN))],
            check: only_what_was_granted,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        [connect(cast, CLIENT), ask(&WANTED), message(NEWS), message(PLAIN)].map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

const WANTED: [(&str, QoS); 3] =
    [(PLAIN, QoS::AtLeastOnce), (GAUGE, QoS::ExactlyOnce), (NEWS, QoS::AtLeastOnce)];

fn ask(filters: &[(&str, QoS)]) -> Act {
    let subscriptions = filters.iter().map(|(topic_filter, qos)| Subscription {
        topic_filter: (*topic_filter).into(),
        qos: *qos,
        ..Subscription::default()
    });
    Act::subscribe(CLIENT, [], subscriptions.collect::<Vec<_>>())
}

fn message(topic: &str) -> Act {
    publish(CLIENT, topic, QoS::AtMostOnce, "hello")
}

/// A SUBSCRIBE with its SUBACK, and what each Topic Filter was told.
struct Asked {
    subscribe: RecordId,
    suback: RecordId,
    codes: Vec<(Text, ReasonCode)>,
}

/// The first SUBSCRIBE that asks for all that is wanted; otherwise what the latest one lacks.
fn answered(evidence: &Evidence) -> Result<Asked, Unmet> {
    let mut unmet = Evidence::not_sent(CLIENT, PacketType::Subscribe).into();
    for record in evidence.sent(CLIENT, PacketType::Subscribe) {
        match read(evidence, record) {
            Ok(asked) => return Ok(asked),
            Err(finding) => unmet = Unmet::by(record.id, finding),
        }
    }
    Err(unmet)
}

fn read(evidence: &Evidence, record: &Record) -> Result<Asked, Finding> {
    let Some(Packet::Subscribe(subscribe)) = record.valid_packet() else {
        return Err(Evidence::not_sent(CLIENT, PacketType::Subscribe));
    };
    let asked = subscribe.subscriptions;
    for (filter, qos) in WANTED {
        let found = asked.iter().find(|it| it.topic_filter == filter);
        let found = found.ok_or(Finding::told("no-filter", [&filter]))?;
        // Only here does the QoS matter: there must be something to lower.
        if filter == GAUGE {
            Finding::unless_equal("QoS", found.qos.bits(), qos.bits())?;
        }
    }
    let answer = answer_to(evidence.capture, record.id);
    let answer = answer.and_then(|answer| Some((answer.id, answer.valid_packet()?)));
    let Some((by, Packet::SubAck(suback))) = answer else {
        return Err(Evidence::not_received(CLIENT, PacketType::SubAck));
    };
    // One for each, in the same order [MQTT-3.8.4-6] [MQTT-3.9.3-1].
    let codes = suback.reason_codes;
    if codes.len() != asked.len() {
        return Err(Finding::told("not-one-each", [&asked.len(), &codes.len()]));
    }
    let names = asked.into_iter().map(|it| it.topic_filter);
    Ok(Asked { subscribe: record.id, suback: by, codes: names.zip(codes).collect() })
}

fn asked(evidence: &Evidence) -> Verdict {
    let asked = answered(evidence)?;
    Ok(vec![asked.subscribe, asked.suback])
}

/// The message to a granted filter has come, and the other, sent before it, only if its filter was granted.
fn only_what_was_granted(evidence: &Evidence) -> Verdict {
    let Asked { suback, codes, .. } = answered(evidence)?;
    let sent = check::messages(evidence.sent(CLIENT, PacketType::Publish));
    let of = |topic: &str, after| sent.iter().find(|(id, it)| *id > after && it.topic == topic);
    let (first, _) = of(NEWS, suback).ok_or(Finding::told("not-published", [&NEWS]))?;
    of(PLAIN, *first).ok_or(Finding::told("not-published", [&PLAIN]))?;
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let is_refused =
        |topic: &str| codes.iter().any(|(name, code)| name == topic && code.is_error());
    if let Some((by, message)) = arrived.iter().find(|(_, it)| is_refused(&it.topic)) {
        return Err(Unmet::by(*by, Finding::told("came-anyway", [&message.topic])));
    }
    let plain = arrived.iter().find(|(id, it)| id > first && it.topic == PLAIN);
    let (plain, _) = plain.ok_or(Finding::told("not-come", [&PLAIN]))?;
    Ok(vec![suback, *first, *plain])
}

/// Only a SUBACK that grants and refuses tells that each filter is decided for itself.
fn one_each(evidence: &Evidence, _: &[RecordId]) -> Option<usize> {
    let codes = answered(evidence).ok()?.codes;
    let refused = codes.iter().filter(|(_, code)| code.is_error()).count();
    (refused > 0 && refused < codes.len()).then_some(1)
}

const CLIENT: ClientSlot = ClientSlot(0);
const PLAIN: &str = "factory/osaka/boiler/notices";
const GAUGE: &str = "factory/osaka/boiler/gauge";
const NEWS: &str = "factory/osaka/forbidden/news";
