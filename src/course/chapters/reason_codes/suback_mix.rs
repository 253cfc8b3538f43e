//! Three Topic Filters in one SUBSCRIBE, three Reason Codes in one SUBACK.

use super::choosy;
use crate::capture::{ClientSlot, RecordId, answer_to};
use crate::course::chapters::common::{connect, publish};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet, Verdict,
    check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, QoS, ReasonCode, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "suback-mix",
    broker: Broker::Any,
    spec: &["3.9.3", "3.8.4"],
    clients: &[ClientSetup {
        role: "subscriber",
        prepared: |cast| vec![connect(cast, CLIENT), ask(), message(NEWS)],
        ..ClientSetup::PLAIN
    }],
    policy: choosy,
    picture: Some(crate::course::Picture::Codes),
    steps: &[
        Step {
            id: "ask",
            controls: &[|cast| Move::Act(connect(cast, CLIENT)), |_| Move::Act(ask())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| one_each(evidence),
            }),
            check: asked,
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
        [connect(cast, CLIENT), ask(), message(NEWS), message(PLAIN)].map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn ask() -> Act {
    let filters = [(PLAIN, QoS::AtLeastOnce), (GAUGE, QoS::ExactlyOnce), (NEWS, QoS::AtLeastOnce)];
    let subscriptions = filters.map(|(topic_filter, qos)| Subscription {
        topic_filter: topic_filter.to_owned(),
        qos,
        ..Subscription::default()
    });
    Act::subscribe(CLIENT, [], subscriptions)
}

fn message(topic: &str) -> Act {
    publish(CLIENT, topic, QoS::AtMostOnce, "hello")
}

/// The SUBSCRIBE with several Topic Filters, its SUBACK, and what each filter was told.
type Asked = (RecordId, RecordId, Vec<(String, ReasonCode)>);

fn answered(evidence: &Evidence) -> Result<Asked, Verdict> {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Subscribe)));
    for record in evidence.sent(CLIENT, PacketType::Subscribe) {
        let Some(Packet::Subscribe(subscribe)) = record.valid_packet() else { continue };
        let filters = subscribe.subscriptions.len();
        if filters < 3 {
            let finding = Finding::told("too-few", [&filters]);
            verdict = Err(Unmet::Contradicted { by: record.id, finding });
            continue;
        }
        let answer = answer_to(evidence.capture, record.id);
        let Some((by, Packet::SubAck(suback))) =
            answer.and_then(|answer| Some((answer.id, answer.valid_packet()?)))
        else {
            verdict = Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::SubAck)));
            continue;
        };
        // One for each, in the same order [MQTT-3.8.4-6] [MQTT-3.9.3-1].
        if suback.reason_codes.len() != filters {
            let codes = suback.reason_codes.len();
            let finding = Finding::told("not-one-each", [&filters, &codes]);
            verdict = Err(Unmet::Contradicted { by, finding });
            continue;
        }
        let names = subscribe.subscriptions.into_iter().map(|it| it.topic_filter);
        return Ok((record.id, by, names.zip(suback.reason_codes).collect()));
    }
    Err(verdict)
}

fn asked(evidence: &Evidence) -> Verdict {
    match answered(evidence) {
        Ok((subscribe, suback, _)) => Ok(vec![subscribe, suback]),
        Err(verdict) => verdict,
    }
}

/// The granted message has come, and the other, sent before it, only if its filter was granted.
fn only_what_was_granted(evidence: &Evidence) -> Verdict {
    let (_, suback, codes) = match answered(evidence) {
        Ok(asked) => asked,
        Err(verdict) => return verdict,
    };
    let sent = check::messages(evidence.sent(CLIENT, PacketType::Publish));
    let of = |topic: &str| sent.iter().find(|(id, it)| *id > suback && it.topic == topic);
    let Some((first, _)) = of(NEWS) else {
        return Err(Unmet::NotYet(Finding::told("not-published", [&NEWS])));
    };
    if !sent.iter().any(|(id, it)| id > first && it.topic == PLAIN) {
        return Err(Unmet::NotYet(Finding::told("not-published", [&PLAIN])));
    }
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let is_refused =
        |topic: &str| codes.iter().any(|(name, code)| name == topic && code.is_error());
    if let Some((by, message)) = arrived.iter().find(|(_, it)| is_refused(&it.topic)) {
        let finding = Finding::told("came-anyway", [&message.topic]);
        return Err(Unmet::Contradicted { by: *by, finding });
    }
    match arrived.iter().find(|(id, it)| id > first && it.topic == PLAIN) {
        Some((id, _)) => Ok(vec![suback, *first, *id]),
        None => Err(Unmet::NotYet(Finding::told("not-come", [&PLAIN]))),
    }
}

fn one_each(evidence: &Evidence) -> Option<usize> {
    answered(evidence).is_ok().then_some(1)
}

const CLIENT: ClientSlot = ClientSlot(0);
const PLAIN: &str = "test/codes/plain";
const GAUGE: &str = "test/codes/gauge";
const NEWS: &str = "test/forbidden/news";
