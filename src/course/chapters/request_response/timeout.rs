//! Nobody answers: told at once, or only by the clock; and an answer that comes too late.

use std::time::Duration;

use super::{
    JSON, REQUESTER, REQUESTS, RESPONDER, both_listen, exchange_of, pair, request,
    requester_listens, requests, response_topic, round_trip,
};
use crate::analysis::requests::Exchange;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::support::subscriptions::held;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::{Act, Action, Responder};
use crate::mqtt::{PacketType, Property, PropertyId, QoS, ReasonCode, Text};

pub static EXERCISE: Exercise = Exercise {
    id: "timeout",
    broker: Broker::Any,
    spec: &["4.10", "3.4.2.1", "3.3.2.3.3"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| {
                let mut act = ask_nobody(cast);
                if let Action::Publish(publish) = &mut act.action {
                    publish.topic = Text::EMPTY;
                }
                vec![connect(cast, REQUESTER), listen(cast), act]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "responder",
            prepared: |cast| vec![connect(cast, RESPONDER), serve()],
            beginning: |_| vec![answers_slowly()],
        },
    ],
    picture: Some(Picture::Requests),
    steps: &[
        Step {
            id: "listen",
            controls: &[|cast| Move::Act(listen(cast))],
            check: requester_listens,
            ..Step::PLAIN
        },
        Step {
            id: "nobody",
            by_hand: Some(ByHand { act: ask_nobody, field: "Topic Name" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_the_puback_said }),
            check: told_at_once,
            values: |evidence, records| {
                let code =
                    exchange_of(evidence, records).and_then(|exchange| exchange.acknowledged);
                let code = code.map(|(_, code)| code.in_words(PacketType::PubAck));
                vec![("code", code.unwrap_or_default())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "silent",
            controls: &[|_| Move::Act(serve()), |cast| Move::Act(ask(cast))],
            check: asked_the_silent,
            values: |evidence, records| {
                let limit = exchange_of(evidence, records).map(|exchange| exchange.limit.as_secs());
                vec![("limit", limit.unwrap_or_default().to_string())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "late",
            controls: &[|_| Move::Wait(WAIT)],
            check: came_late,
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
            Move::Act(ask_nobody(cast)),
            Move::Act(connect(cast, RESPONDER)),
            Move::Act(serve()),
            Move::Act(ask(cast)),
            Move::Wait(WAIT),
        ]
    },
    // Two CONNECT, two SUBSCRIBE, two requests, one answer, and a PUBACK for each of the two deliveries.
    par: 9,
    ..Exercise::PLAIN
};

fn listen(cast: &Cast) -> Act {
    subscribe(REQUESTER, &response_topic(cast), QoS::AtLeastOnce)
}

fn serve() -> Act {
    subscribe(RESPONDER, REQUESTS, QoS::AtLeastOnce)
}

fn ask_nobody(cast: &Cast) -> Act {
    let topic = format!("test/mqtt5/nobody/{}", cast.nonce());
    expiring(request(cast, &topic, 1, &[], r#"{"query":"anybody there?"}"#))
}

fn ask(cast: &Cast) -> Act {
    expiring(request(cast, REQUESTS, 2, &[], r#"{"query":"monthly report"}"#))
}

/// Nobody should work on a request whose requester has stopped waiting.
fn expiring(mut act: Act) -> Act {
    if let Action::Publish(publish) = &mut act.action {
        publish.properties.0.insert(0, Property::MessageExpiryInterval(LIMIT));
    }
    act
}

fn answers_slowly() -> Act {
    let responder = Responder {
        payload: r#"{"report":"done"}"#.to_owned(),
        content_type: Some(JSON.to_owned()),
        delay: SLOWLY,
        ..Responder::default()
    };
    Act::automate(RESPONDER, responder)
}

/// A success, which may say that nobody is subscribed: the Server need not tell (§3.4.2.1).
fn told_at_once(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(REQUESTER, PacketType::Publish);
    let mut unmet = Unmet::NotYet(nothing);
    for exchange in requests(evidence).exchanges {
        let (request, topic) = (exchange.request, &exchange.topic);
        unmet = match exchange.acknowledged {
            None => Evidence::not_received(REQUESTER, PacketType::PubAck).into(),
            Some((id, ReasonCode::NoMatchingSubscribers)) => return Ok(vec![request, id]),
            Some((_, code)) if code.is_error() => {
                Unmet::by(request, Finding::Refused { packet: PacketType::PubAck, code })
            }
            Some(_) if is_heard(evidence, &exchange) => {
                Unmet::by(request, Finding::told("somebody", [topic]))
            }
            Some((id, _)) => return Ok(vec![request, id]),
        };
    }
    Err(unmet)
}

/// Whether a client on the bench is subscribed to the topic of a request.
fn is_heard(evidence: &Evidence, exchange: &Exchange) -> bool {
    [REQUESTER, RESPONDER].iter().any(|client: &ClientSlot| {
        held(evidence, *client).iter().any(|one| one.matches(&exchange.topic))
    })
}

/// By what the broker says: an error, 0x10, or a plain success.
fn what_the_puback_said(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let puback = evidence.capture.get(*records.last()?)?.valid_packet()?;
    Some(match puback.reason_codes() {
        [code, ..] if code.is_error() => 0,
        [ReasonCode::NoMatchingSubscribers, ..] => 1,
        _ => 2,
    })
}

/// A request for which a responder is subscribed.
fn asked_the_silent(evidence: &Evidence) -> Verdict {
    both_listen(evidence, RESPONDER, REQUESTS)?;
    let exchanges = requests(evidence).exchanges;
    let delivered = exchanges.iter().find(|exchange| {
        let code = exchange.acknowledged.map(|(_, code)| code);
        exchange.delivered.is_some() && code == Some(ReasonCode::Success)
    });
    let delivered = delivered.ok_or_else(|| Finding::told("not-asked", []))?;
    if delivered.correlation_data.is_none() {
        let finding = Finding::absent(PropertyId::CorrelationData.name());
        return Err(Unmet::by(delivered.request, finding));
    }
    Ok(vec![delivered.request])
}

/// The answer came when the requester had given up.
fn came_late(evidence: &Evidence) -> Verdict {
    asked_the_silent(evidence)?;
    let mut unmet = Unmet::NotYet(Finding::told("no-answer-yet", []));
    for exchange in requests(evidence).exchanges {
        let (Some(records), Some(answer)) = (pair(&exchange), &exchange.answer) else { continue };
        if answer.at.since(exchange.sent_at) > exchange.limit {
            return Ok(records.into());
        }
        unmet = Unmet::by(answer.record, Finding::told("in-time", [&exchange.limit.as_secs()]));
    }
    Err(unmet)
}

/// How long the requester waits, in seconds.
const LIMIT: u32 = 10;
/// How long the responder takes.
const SLOWLY: Duration = Duration::from_secs(15);
const WAIT: Duration = Duration::from_secs(16);
