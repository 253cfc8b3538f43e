//! Somebody else's answer: recognized, set aside, and not lost.

use super::{
    REQUESTER, REQUESTS, RESPONDER, both_listen, exchange_of, json, pair, received, request,
    requests, response_topic, round_trip,
};
use crate::analysis::answer_to;
use crate::analysis::requests::Exchange;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "unknown-correlation",
    broker: Broker::Any,
    spec: &["4.10.1"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| vec![connect(cast, REQUESTER), listen(cast), ask(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "responder",
            prepared: |cast| vec![connect(cast, RESPONDER), serve()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "stranger",
            prepared: |cast| {
                let plain = super::without(foreign(cast), &[PropertyId::CorrelationData]);
                vec![connect(cast, STRANGER), plain]
            },
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Requests),
    steps: &[
        Step {
            id: "ask",
            controls: &[
                |cast| Move::Act(listen(cast)),
                |_| Move::Act(serve()),
                |cast| Move::Act(ask(cast)),
            ],
            check: has_asked,
            ..Step::PLAIN
        },
        Step {
            id: "foreign",
            by_hand: Some(ByHand { act: foreign, field: "Correlation Data" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_became_of_it }),
            check: stranger_answered,
            values: |evidence, records| {
                let record = records.first().and_then(|id| evidence.capture.get(*id));
                let message = check::messages(record.into_iter()).pop();
                let payload = message.map(|(_, publish)| publish.payload).unwrap_or_default();
                vec![("payload", String::from_utf8_lossy(&payload).into_owned())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "own",
            controls: &[|_| Move::React(|_, evidence| answer(evidence))],
            check: own_answer_came,
            values: |evidence, records| {
                let exchange = exchange_of(evidence, records);
                vec![("time", exchange.as_ref().and_then(round_trip).unwrap_or_default())]
            },
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, REQUESTER)),
            Move::Act(listen(cast)),
            Move::Act(connect(cast, RESPONDER)),
            Move::Act(serve()),
            Move::Act(ask(cast)),
            Move::Act(connect(cast, STRANGER)),
            Move::Act(foreign(cast)),
            Move::React(|_, evidence| answer(evidence)),
        ]
    },
    // Three CONNECT, two SUBSCRIBE, three PUBLISH, and a PUBACK for each delivery.
    par: 11,
    ..Exercise::PLAIN
};

fn listen(cast: &Cast) -> Act {
    subscribe(REQUESTER, &response_topic(cast), QoS::AtLeastOnce)
}

fn serve() -> Act {
    subscribe(RESPONDER, REQUESTS, QoS::AtLeastOnce)
}

fn ask(cast: &Cast) -> Act {
    request(cast, REQUESTS, 1, &[], r#"{"query":"stock","part":"bearing-6204"}"#)
}

/// What another program sends to the same Response Topic, by mistake or for a request of yesterday.
fn foreign(cast: &Cast) -> Act {
    let properties = [Property::CorrelationData("yesterday-0042".into()), json()];
    let body = br#"{"stock":0}"#;
    publish_with(STRANGER, &response_topic(cast), QoS::AtLeastOnce, properties, body)
}

fn answer(evidence: &Evidence) -> Option<Act> {
    super::answer(evidence, &[], r#"{"stock":42}"#)
}

fn has_asked(evidence: &Evidence) -> Verdict {
    both_listen(evidence, RESPONDER, REQUESTS)?;
    let exchanges = received(evidence)?;
    Ok(exchanges.first().map(|exchange| exchange.request).into_iter().collect())
}

/// A message of the stranger's, and the exchange that waited when it arrived at the requester.
fn stray(evidence: &Evidence) -> Result<([RecordId; 2], Exchange), Unmet> {
    let exchanges = received(evidence)?;
    let strays = requests(evidence).strays;
    let sent = check::messages(evidence.sent(STRANGER, PacketType::Publish));
    let (latest, publish) =
        sent.last().ok_or_else(|| Evidence::not_sent(STRANGER, PacketType::Publish))?;
    let arrived = strays.iter().filter(|stray| stray.client == REQUESTER);
    let arrived: Vec<RecordId> = arrived.map(|stray| stray.record).collect();
    for (by, _) in &sent {
        let Some(stray) = arrived.iter().find(|id| *id > by) else { continue };
        let waited = exchanges.iter().find(|exchange| {
            let later = exchange.answer.as_ref().is_none_or(|answer| answer.record > *stray);
            exchange.request < *stray && later
        });
        if let Some(exchange) = waited {
            return Ok(([*by, *stray], exchange.clone()));
        }
    }
    let data = publish.properties.correlation_data();
    if data.is_some() && exchanges.iter().any(|one| one.correlation_data.as_ref() == data) {
        return Err(Unmet::by(*latest, Finding::told("same-data", [])));
    }
    if let Some(answer) = answer_to(evidence.capture, *latest).and_then(|it| it.valid_packet()) {
        check::nothing_refused(&answer).map_err(|finding| Unmet::by(*latest, finding))?;
    }
    match arrived.iter().any(|id| id > latest) {
        true => Err(Unmet::by(*latest, Finding::told("nothing-waits", []))),
        false => Err(Unmet::by(*latest, Finding::told("no-stray", [&publish.topic]))),
    }
}

fn stranger_answered(evidence: &Evidence) -> Verdict {
    stray(evidence).map(|(records, _)| records.into())
}

/// Refused, kept back, or delivered like any other message.
fn what_became_of_it(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let arrived = evidence.capture.get(*records.last()?)?;
    (arrived.client == REQUESTER).then_some(2)
}

/// The real answer came after the foreign message, and was matched.
fn own_answer_came(evidence: &Evidence) -> Verdict {
    let (_, waited) = stray(evidence)?;
    if let Some(records) = pair(&waited) {
        return Ok(records.into());
    }
    let sent = check::messages(evidence.sent(RESPONDER, PacketType::Publish));
    let (by, publish) =
        sent.last().ok_or_else(|| Evidence::not_sent(RESPONDER, PacketType::Publish))?;
    let finding = match publish.properties.correlation_data() {
        None => Finding::absent(PropertyId::CorrelationData.name()),
        data if data != waited.correlation_data.as_ref() => Finding::told("other-correlation", []),
        Some(_) => return Err(Evidence::not_received(REQUESTER, PacketType::Publish).into()),
    };
    Err(Unmet::by(*by, finding))
}

const STRANGER: ClientSlot = ClientSlot(2);
