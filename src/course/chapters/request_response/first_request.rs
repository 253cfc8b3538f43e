//! One question, one answer.

use super::{
    REQUESTER, REQUESTS, RESPONDER, asked, both_listen, pair, request, requests, response_topic,
};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "first-request",
    broker: Broker::Any,
    spec: &["4.10", "3.3.2.3.5", "3.3.2.3.6"],
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
    ],
    picture: Some(Picture::Requests),
    steps: &[
        Step {
            id: "listen",
            controls: &[|cast| Move::Act(listen(cast)), |_| Move::Act(serve())],
            check: |evidence| both_listen(evidence, RESPONDER, REQUESTS),
            ..Step::PLAIN
        },
        Step {
            id: "ask",
            controls: &[|cast| Move::Act(ask(cast))],
            check: has_asked,
            ..Step::PLAIN
        },
        Step {
            id: "answer",
            controls: &[|_| Move::React(|_, evidence| answer(evidence))],
            check: answered,
            ..Step::PLAIN
        },
        Step { id: "match", check: matched, ..Step::PLAIN },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, REQUESTER)),
            Move::Act(listen(cast)),
            Move::Act(connect(cast, RESPONDER)),
            Move::Act(serve()),
            Move::Act(ask(cast)),
            Move::React(|_, evidence| answer(evidence)),
        ]
    },
    // Two CONNECT, two SUBSCRIBE, two PUBLISH, and a PUBACK for each delivery.
    par: 8,
    ..Exercise::PLAIN
};

fn listen(cast: &Cast) -> Act {
    subscribe(REQUESTER, &response_topic(cast), QoS::AtLeastOnce)
}

fn serve() -> Act {
    subscribe(RESPONDER, REQUESTS, QoS::AtLeastOnce)
}

fn ask(cast: &Cast) -> Act {
    let about = [("request_type", "status_query"), ("client_version", "1.0.0")];
    let body = r#"{"query":"get_server_status","details":["uptime","memory"]}"#;
    request(cast, REQUESTS, 1, &about, body)
}

/// To the Response Topic of the request that came last, with its Correlation Data.
fn answer(evidence: &Evidence) -> Option<Act> {
    let arrived = check::messages(evidence.received(RESPONDER, PacketType::Publish));
    let (_, request) = arrived.into_iter().next_back()?;
    let topic = request.properties.response_topic()?.to_owned();
    let correlation_data = request.properties.correlation_data().cloned();
    let mut properties: Vec<_> =
        correlation_data.map(Property::CorrelationData).into_iter().collect();
    properties.extend([
        Property::user("response_type", "status_response"),
        Property::user("server_version", "2.0.0"),
        Property::user("status", "healthy"),
    ]);
    let body = br#"{"status":"healthy","uptime_s":86400,"memory_mb":312}"#;
    Some(publish_with(RESPONDER, &topic, QoS::AtLeastOnce, properties, body))
}

fn has_asked(evidence: &Evidence) -> Verdict {
    match asked(evidence) {
        Ok(exchange) => Ok(vec![exchange.request]),
        Err(open) => open,
    }
}

/// Something went to the Response Topic with the Correlation Data of the request.
fn answered(evidence: &Evidence) -> Verdict {
    let exchange = match asked(evidence) {
        Ok(exchange) => exchange,
        Err(open) => return open,
    };
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(RESPONDER, PacketType::Publish)));
    for (by, message) in check::messages(evidence.sent(RESPONDER, PacketType::Publish)) {
        match message.properties.correlation_data() {
            found if found == exchange.correlation_data.as_ref() => return Ok(vec![by]),
            Some(_) => {
                let finding = Finding::told("other-correlation", []);
                verdict = Err(Unmet::Contradicted { by, finding });
            }
            None => {
                let finding = Finding::absent(PropertyId::CorrelationData.name());
                verdict = Err(Unmet::Contradicted { by, finding });
            }
        }
    }
    verdict
}

fn matched(evidence: &Evidence) -> Verdict {
    let open = answered(evidence);
    if !open.is_ok() {
        return open;
    }
    match requests(evidence).exchanges.iter().find_map(pair) {
        Some(records) => Ok(records.into()),
        None => Err(Unmet::NotYet(Evidence::not_received(REQUESTER, PacketType::Publish))),
    }
}
