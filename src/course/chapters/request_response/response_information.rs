//! The server tells where answers may go.

use super::{
    JSON, REQUESTER, REQUESTS, RESPONDER, correlation_data, exchange_of, json, pair, requests,
    round_trip,
};
use crate::broker::{Action as Asked, Policy, Rule};
use crate::course::chapters::common::{connect, connect_with, publish_with, subscribe};
use crate::course::support::subscriptions::held;
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture, Step,
    Unmet, Verdict, check, figure, judge,
};
use crate::lab::{Act, Responder};
use crate::mqtt::{PacketType, Property, PropertyId, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "response-information",
    broker: Broker::InTab,
    spec: &["3.1.2.11.6", "3.2.2.3.15", "4.10"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| vec![connect(cast, REQUESTER)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "responder",
            prepared: |cast| vec![connect(cast, RESPONDER), serve()],
            beginning: |_| vec![answers()],
        },
    ],
    policy: responses_only,
    picture: Some(Picture::Requests),
    figures: &[Figure {
        // Behind the fixed part of CONNECT, which has 12 bytes, and its Property Length.
        name: "asks",
        value: |cast| {
            let bytes = figure::bytes(&ask(cast));
            bytes.split(' ').skip(13).take(2).collect::<Vec<_>>().join(" ")
        },
    }],
    steps: &[
        Step {
            id: "ask",
            by_hand: Some(ByHand { act: ask, field: "Request Response Information" }),
            check: asked_for_it,
            ..Step::PLAIN
        },
        Step {
            id: "told",
            controls: &[|_| Move::Open(REQUESTER, PacketType::ConnAck)],
            check: was_told,
            values: |evidence, _| vec![("information", information(evidence).unwrap_or_default())],
            ..Step::PLAIN
        },
        Step {
            id: "serve",
            controls: &[|_| Move::Act(serve())],
            check: responder_listens,
            ..Step::PLAIN
        },
        Step {
            id: "use",
            check: used_it,
            values: |evidence, records| {
                let exchange = exchange_of(evidence, records);
                let time = exchange.as_ref().and_then(round_trip).unwrap_or_default();
                let topic = exchange.map(|exchange| exchange.response_topic).unwrap_or_default();
                vec![("response-topic", topic), ("time", time)]
            },
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(ask(cast)),
            Move::Open(REQUESTER, PacketType::ConnAck),
            Move::Act(connect(cast, RESPONDER)),
            Move::Act(serve()),
            Move::React(listen),
            Move::React(request),
        ]
    },
    // Two CONNECT, two SUBSCRIBE, request and answer, and a PUBACK for each delivery.
    par: 8,
    ..Exercise::PLAIN
};

/// Nobody may subscribe to anything but the requests, and one level below `response/`.
fn responses_only() -> Policy {
    Policy {
        rules: vec![
            Rule::allow(Asked::Subscribe, REQUESTS),
            Rule::allow(Asked::Subscribe, "response/+"),
            Rule::refuse(Asked::Subscribe, "#", ReasonCode::NotAuthorized),
        ],
        ..Policy::default()
    }
}

fn ask(cast: &Cast) -> Act {
    connect_with(cast, REQUESTER, [Property::RequestResponseInformation(1)])
}

fn serve() -> Act {
    subscribe(RESPONDER, REQUESTS, QoS::AtLeastOnce)
}

fn answers() -> Act {
    let responder = Responder {
        payload: r#"{"status":"healthy"}"#.to_owned(),
        content_type: Some(JSON.to_owned()),
        ..Responder::default()
    };
    Act::automate(RESPONDER, responder)
}

/// The Response Information of the latest CONNACK that has any.
fn information(evidence: &Evidence) -> Option<String> {
    let connacks = evidence.received(REQUESTER, PacketType::ConnAck);
    let told = connacks.filter_map(|record| {
        record.valid_packet()?.properties().response_information().map(str::to_owned)
    });
    told.last()
}

/// The broker in the tab ends it with the Client Identifier: a topic that is this client's alone.
fn listen(_: &Cast, evidence: &Evidence) -> Option<Act> {
    Some(subscribe(REQUESTER, &information(evidence)?, QoS::AtLeastOnce))
}

fn request(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    let properties = [
        Property::ResponseTopic(information(evidence)?.into()),
        Property::CorrelationData(correlation_data(cast, 1)),
        json(),
    ];
    let body = br#"{"query":"status"}"#;
    Some(publish_with(REQUESTER, REQUESTS, QoS::AtLeastOnce, properties, body))
}

fn asked_for_it(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(REQUESTER, PacketType::Connect);
    judge(evidence.sent(REQUESTER, PacketType::Connect), nothing, |_, packet| {
        match packet.properties().request_response_information() {
            Some(1) => Ok(()),
            Some(_) => Err(Finding::differs(PropertyId::RequestResponseInformation.name(), 0, 1)),
            None => Err(Finding::absent(PropertyId::RequestResponseInformation.name())),
        }
    })
}

/// The CONNACK with the answer has been opened.
fn was_told(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(REQUESTER, PacketType::ConnAck);
    let told =
        judge(
            evidence.received(REQUESTER, PacketType::ConnAck),
            nothing,
            |_, packet| match packet.properties().response_information() {
                Some(_) => Ok(()),
                None => Err(Finding::absent(PropertyId::ResponseInformation.name())),
            },
        )?;
    match evidence.opened.contains(&told[0]) {
        true => Ok(told),
        false => Err(Finding::NotOpened { packet: PacketType::ConnAck }.into()),
    }
}

fn responder_listens(evidence: &Evidence) -> Verdict {
    let grants = held(evidence, RESPONDER);
    let theirs = grants.iter().find(|one| one.matches(REQUESTS));
    match theirs {
        Some(grant) => Ok(vec![grant.subscribe, grant.suback]),
        None => Err(Finding::told("responder-deaf", [&REQUESTS]).into()),
    }
}

/// Subscribed to what the Server has told, named as Response Topic, and answered there.
fn used_it(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(REQUESTER, PacketType::ConnAck);
    let information = information(evidence).ok_or(nothing)?;
    let fits = |topic: &str| topic.starts_with(&information);
    let grants = held(evidence, REQUESTER);
    let Some(grant) = grants.iter().rev().find(|one| fits(&one.subscription.topic_filter)) else {
        check::answered_well(evidence, REQUESTER, PacketType::SubAck)?;
        let other =
            grants.last().ok_or_else(|| Evidence::not_received(REQUESTER, PacketType::SubAck))?;
        let found = &other.subscription.topic_filter;
        let finding = Finding::differs("Topic Filter", found, &information);
        return Err(Unmet::by(other.subscribe, finding));
    };
    let nothing = Evidence::not_sent(REQUESTER, PacketType::Publish);
    let asked = judge(evidence.sent(REQUESTER, PacketType::Publish), nothing, |_, packet| {
        let properties = packet.properties();
        match properties.response_topic() {
            Some(topic) if !fits(topic) => {
                Err(Finding::differs(PropertyId::ResponseTopic.name(), topic, &information))
            }
            None => Err(Finding::absent(PropertyId::ResponseTopic.name())),
            Some(_) if properties.correlation_data().is_none() => {
                Err(Finding::absent(PropertyId::CorrelationData.name()))
            }
            Some(_) => Ok(()),
        }
    })?;
    let exchanges = requests(evidence).exchanges;
    let answered = exchanges.iter().rev().filter(|one| fits(&one.response_topic)).find_map(pair);
    match answered {
        Some(records) => Ok([&[grant.subscribe], &records[..]].concat()),
        None => Err(Unmet::by(asked[0], Finding::told("no-answer", []))),
    }
}
