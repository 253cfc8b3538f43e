//! Nobody answers: told at once, or only by the clock; and an answer that comes too late.

use std::time::Duration;

use super::{REQUESTER, REQUESTS, RESPONDER, both_listen, pair, request, requests, response_topic};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::requests::PATIENCE;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{Act, Behaviour, Responder};
use crate::mqtt::{PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "timeout",
    broker: Broker::Any,
    spec: &["4.10", "3.4.2.1"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| vec![connect(cast, REQUESTER), listen(cast), ask_nobody(cast)],
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
            id: "nobody",
            controls: &[|cast| Move::Act(listen(cast)), |cast| Move::Act(ask_nobody(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_the_puback_said(evidence),
            }),
            check: told_at_once,
            ..Step::PLAIN
        },
        Step {
            id: "silent",
            controls: &[|_| Move::Act(serve()), |cast| Move::Act(ask(cast))],
            check: asked_the_silent,
            ..Step::PLAIN
        },
        Step { id: "late", controls: &[|_| Move::Wait(SLOWLY)], check: came_late, ..Step::PLAIN },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, REQUESTER)),
            Move::Act(listen(cast)),
            Move::Act(ask_nobody(cast)),
            Move::Act(connect(cast, RESPONDER)),
            Move::Act(serve()),
            Move::Act(ask(cast)),
            Move::Wait(SLOWLY),
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
    request(cast, &topic, 1, &[], r#"{"query":"is anybody there"}"#)
}

fn ask(cast: &Cast) -> Act {
    request(cast, REQUESTS, 2, &[], r#"{"query":"slow report"}"#)
}

fn answers_slowly() -> Act {
    let delay = PATIENCE + Duration::from_secs(1);
    Act::automate(RESPONDER, Behaviour::Responder(Responder { delay, ..Responder::default() }))
}

/// A success, which may say that nobody is subscribed: the Server need not tell (§3.4.2.1).
fn told_at_once(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(REQUESTER, PacketType::Publish)));
    for exchange in requests(evidence).exchanges {
        let nobody = exchange.topic.contains("nobody");
        verdict = match exchange.acknowledged {
            None => Err(Unmet::NotYet(Evidence::not_received(REQUESTER, PacketType::PubAck))),
            Some((id, ReasonCode::NoMatchingSubscribers)) => {
                return Ok(vec![exchange.request, id]);
            }
            Some((id, code)) if nobody && !code.is_error() => {
                return Ok(vec![exchange.request, id]);
            }
            Some((by, _)) => Err(Unmet::Contradicted {
                by,
                finding: Finding::told("somebody", [&exchange.topic]),
            }),
        };
    }
    verdict
}

/// By what the broker says: 0x10, or a plain success.
fn what_the_puback_said(evidence: &Evidence) -> Option<usize> {
    let Ok(records) = told_at_once(evidence) else { return None };
    let puback = evidence.capture.get(*records.last()?)?.valid_packet()?;
    match puback.reason_codes() {
        [ReasonCode::NoMatchingSubscribers] => Some(1),
        _ => Some(2),
    }
}

/// A request for which a responder is subscribed.
fn asked_the_silent(evidence: &Evidence) -> Verdict {
    let open = both_listen(evidence, RESPONDER, REQUESTS);
    if !open.is_ok() {
        return open;
    }
    let exchanges = requests(evidence).exchanges;
    let delivered = exchanges.iter().find(|exchange| {
        let code = exchange.acknowledged.map(|(_, code)| code);
        exchange.topic == REQUESTS && code == Some(ReasonCode::Success)
    });
    match delivered {
        Some(exchange) => Ok(vec![exchange.request]),
        None => Err(Unmet::NotYet(Finding::told("not-asked", []))),
    }
}

/// The answer came when the requester had given up.
fn came_late(evidence: &Evidence) -> Verdict {
    let open = asked_the_silent(evidence);
    if !open.is_ok() {
        return open;
    }
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-answer-yet", [])));
    for exchange in requests(evidence).exchanges {
        let (Some(records), Some(answer)) = (pair(&exchange), &exchange.answer) else { continue };
        if answer.at.since(exchange.sent_at) > PATIENCE {
            return Ok(records.into());
        }
        verdict =
            Err(Unmet::Contradicted { by: answer.record, finding: Finding::told("in-time", []) });
    }
    verdict
}

/// Longer than the responder takes.
const SLOWLY: Duration = Duration::from_secs(7);
