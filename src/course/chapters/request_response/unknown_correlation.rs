//! Somebody else's answer: recognised, set aside, and not lost.

use super::{
    REQUESTER, REQUESTS, RESPONDER, asked, both_listen, pair, request, requests, response_topic,
};
use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, QoS};

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
            prepared: |cast| vec![connect(cast, STRANGER), foreign(cast)],
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
            controls: &[|cast| Move::Act(foreign(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_became_of_it(evidence),
            }),
            check: set_aside,
            ..Step::PLAIN
        },
        Step {
            id: "own",
            controls: &[|_| Move::React(|_, evidence| answer(evidence))],
            check: own_answer_came,
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
    request(cast, REQUESTS, 1, &[], r#"{"query":"balance"}"#)
}

/// What another program sends to the same Response Topic, by mistake or for a request of yesterday.
fn foreign(cast: &Cast) -> Act {
    let properties = [Property::CorrelationData("yesterday-0042".into())];
    let body = br#"{"balance":1000000}"#;
    publish_with(STRANGER, &response_topic(cast), QoS::AtLeastOnce, properties, body)
}

fn answer(evidence: &Evidence) -> Option<Act> {
    let arrived = check::messages(evidence.received(RESPONDER, PacketType::Publish));
    let (_, request) = arrived.into_iter().next_back()?;
    let topic = request.properties.response_topic()?.to_owned();
    let correlation_data = request.properties.correlation_data().cloned()?;
    let properties = [Property::CorrelationData(correlation_data)];
    let body = br#"{"balance":42}"#;
    Some(publish_with(RESPONDER, &topic, QoS::AtLeastOnce, properties, body))
}

fn has_asked(evidence: &Evidence) -> Verdict {
    let open = both_listen(evidence, RESPONDER, REQUESTS);
    match asked(evidence) {
        _ if !open.is_ok() => open,
        Ok(exchange) => Ok(vec![exchange.request]),
        Err(open) => open,
    }
}

/// A message on the Response Topic that answers no request.
fn set_aside(evidence: &Evidence) -> Verdict {
    let open = has_asked(evidence);
    if !open.is_ok() {
        return open;
    }
    let requests = requests(evidence);
    match requests.strays.iter().find(|(_, client, _)| *client == REQUESTER) {
        Some((id, _, _)) => Ok(vec![*id]),
        None => Err(Unmet::NotYet(Finding::told("no-stray", []))),
    }
}

/// The request of its own is still open when the stranger's message has come, and open it is counted.
fn what_became_of_it(evidence: &Evidence) -> Option<usize> {
    set_aside(evidence).is_ok().then_some(2)
}

/// The real answer came, after the foreign one, and was matched.
fn own_answer_came(evidence: &Evidence) -> Verdict {
    let Ok(foreign) = set_aside(evidence) else { return set_aside(evidence) };
    match requests(evidence).exchanges.iter().find_map(pair) {
        Some([request, answer]) if answer > foreign[0] => Ok(vec![request, answer]),
        Some([_, by]) => Err(Unmet::Contradicted { by, finding: Finding::told("too-early", []) }),
        None => Err(Unmet::NotYet(Evidence::not_sent(RESPONDER, PacketType::Publish))),
    }
}

const STRANGER: ClientSlot = ClientSlot(2);
