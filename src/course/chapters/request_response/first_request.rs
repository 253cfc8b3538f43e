//! One request, one answer.

use super::{
    REQUESTER, REQUESTS, RESPONDER, both_listen, exchange_of, pair, received, request, requests,
    response_topic, round_trip, without,
};
use crate::capture::RecordId;
use crate::course::chapters::common::{connect, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "first-request",
    broker: Broker::Any,
    spec: &["4.10", "3.3.2.3.5", "3.3.2.3.6"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| {
                let plain =
                    without(ask(cast), &[PropertyId::ResponseTopic, PropertyId::CorrelationData]);
                vec![connect(cast, REQUESTER), listen(cast), plain]
            },
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
            by_hand: Some(ByHand { act: ask, field: "Response Topic" }),
            prediction: Some(Prediction { asks: Asks::Number, outcome: messages_until_answered }),
            check: has_asked,
            values: |evidence, records| {
                let topic = exchange_of(evidence, records).map(|exchange| exchange.response_topic);
                vec![("response-topic", topic.unwrap_or_default())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "answer",
            controls: &[|_| Move::React(|_, evidence| answer(evidence))],
            check: answered,
            ..Step::PLAIN
        },
        Step {
            id: "match",
            controls: &[|_| Move::Open(REQUESTER, PacketType::Publish)],
            check: matched,
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
            Move::React(|_, evidence| answer(evidence)),
            Move::Open(REQUESTER, PacketType::Publish),
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

fn answer(evidence: &Evidence) -> Option<Act> {
    let about =
        [("response_type", "status_response"), ("server_version", "2.0.0"), ("status", "healthy")];
    super::answer(evidence, &about, r#"{"status":"healthy","uptime_s":86400,"memory_mb":312}"#)
}

/// A request that can be answered, and that the responder has received.
fn has_asked(evidence: &Evidence) -> Verdict {
    let exchanges = received(evidence)?;
    Ok(exchanges.first().map(|exchange| exchange.request).into_iter().collect())
}

/// The PUBLISH packets of this request and its answer, at all clients.
fn messages_until_answered(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let exchange = exchange_of(evidence, records)?;
    let [request, answer] = pair(&exchange)?;
    let of_exchange = evidence.capture.records().filter(|record| {
        let is_between = (request..=answer).contains(&record.id);
        is_between
            && matches!(record.valid_packet(), Some(Packet::Publish(publish))
                if publish.properties.correlation_data() == exchange.correlation_data.as_ref())
    });
    Some(of_exchange.count())
}

/// A message of the responder went to the Response Topic with the Correlation Data of a request.
fn answered(evidence: &Evidence) -> Verdict {
    let exchanges = received(evidence)?;
    let mut unmet = Unmet::NotYet(Evidence::not_sent(RESPONDER, PacketType::Publish));
    for (by, message) in check::messages(evidence.sent(RESPONDER, PacketType::Publish)) {
        let data = message.properties.correlation_data();
        let of_data = exchanges.iter().find(|exchange| exchange.correlation_data.as_ref() == data);
        unmet = match (data, of_data) {
            (Some(_), Some(exchange)) if exchange.response_topic == message.topic => {
                return Ok(vec![by]);
            }
            (Some(_), Some(exchange)) => {
                let finding =
                    Finding::told("other-topic", [&message.topic, &exchange.response_topic]);
                Unmet::by(by, finding)
            }
            (Some(_), None) => Unmet::by(by, Finding::told("other-correlation", [])),
            (None, _) => Unmet::by(by, Finding::absent(PropertyId::CorrelationData.name())),
        };
    }
    Err(unmet)
}

/// The answer has reached the requester, and the learner has opened it.
fn matched(evidence: &Evidence) -> Verdict {
    answered(evidence)?;
    let pairs: Vec<_> = requests(evidence).exchanges.iter().filter_map(pair).collect();
    if pairs.is_empty() {
        return Err(Evidence::not_received(REQUESTER, PacketType::Publish).into());
    }
    let opened = pairs.iter().find(|[_, answer]| evidence.opened.contains(answer));
    Ok(opened.ok_or(Finding::NotOpened { packet: PacketType::Publish })?.to_vec())
}
