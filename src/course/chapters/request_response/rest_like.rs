//! A small resource service over MQTT: methods, statuses, and errors that arrive as they should.

use std::collections::BTreeMap;

use super::{REQUESTER, RESPONDER, both_listen, request, requests, response_topic};
use crate::capture::RecordId;
use crate::course::chapters::common::{connect, subscribe};
use crate::course::requests::Exchange;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
};
use crate::lab::{Act, Behaviour, ResourceService};
use crate::mqtt::{Disconnect, Packet, PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "rest-like",
    broker: Broker::Any,
    spec: &["4.10", "3.3.2.3.7"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| vec![connect(cast, REQUESTER), listen(cast), put(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "service",
            prepared: |cast| vec![connect(cast, RESPONDER), serve()],
            beginning: |_| vec![serves_devices()],
        },
    ],
    picture: Some(Picture::Requests),
    steps: &[
        Step {
            id: "listen",
            controls: &[|cast| Move::Act(listen(cast)), |_| Move::Act(serve())],
            check: |evidence| both_listen(evidence, RESPONDER, "test/mqtt5/api/devices/7"),
            ..Step::PLAIN
        },
        Step {
            id: "put",
            controls: &[|cast| Move::Act(put(cast))],
            check: |evidence| answered_with(evidence, "PUT", "201"),
            ..Step::PLAIN
        },
        Step {
            id: "get",
            controls: &[|cast| Move::Act(get(cast))],
            check: |evidence| answered_with(evidence, "GET", "200"),
            ..Step::PLAIN
        },
        Step {
            id: "errors",
            controls: &[|cast| Move::Act(get_unknown(cast)), |cast| Move::Act(bad_method(cast))],
            check: both_errors,
            ..Step::PLAIN
        },
        Step {
            id: "delete",
            controls: &[|cast| Move::Act(delete(cast))],
            check: |evidence| answered_with(evidence, "DELETE", "200"),
            ..Step::PLAIN
        },
        Step {
            id: "nobody",
            controls: &[|_| Move::Act(stop()), |cast| Move::Act(get_from_nobody(cast))],
            check: nobody_there,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let calls = [
            connect(cast, REQUESTER),
            listen(cast),
            connect(cast, RESPONDER),
            serve(),
            put(cast),
            get(cast),
            get_unknown(cast),
            bad_method(cast),
            delete(cast),
        ];
        // The service leaves when it has answered, not while a request is on its way.
        let leave = Move::React(|_, evidence| {
            let calls = requests(evidence).exchanges;
            calls.iter().all(|call| call.answer.is_some()).then(stop)
        });
        let calls = calls.into_iter().map(Move::Act);
        calls.chain([leave, Move::Act(get_from_nobody(cast))]).collect()
    },
    // Two CONNECT, two SUBSCRIBE, DISCONNECT, six requests, five answers, and ten PUBACK for deliveries.
    par: 26,
    ..Exercise::PLAIN
};

fn listen(cast: &Cast) -> Act {
    subscribe(REQUESTER, &response_topic(cast), QoS::AtLeastOnce)
}

fn serve() -> Act {
    subscribe(RESPONDER, "test/mqtt5/api/devices/+", QoS::AtLeastOnce)
}

fn serves_devices() -> Act {
    let lamp = ("devices/1".to_owned(), r#"{"name":"lamp","on":true}"#.to_owned());
    let service =
        ResourceService { resources: BTreeMap::from([lamp]), ..ResourceService::default() };
    Act::automate(RESPONDER, Behaviour::ResourceService(service))
}

fn call(cast: &Cast, number: u8, method: &str, device: u32, body: &str) -> Act {
    let topic = format!("test/mqtt5/api/devices/{device}");
    request(cast, &topic, number, &[("method", method)], body)
}

fn put(cast: &Cast) -> Act {
    call(cast, 1, "PUT", 7, r#"{"name":"fan","on":false}"#)
}

fn get(cast: &Cast) -> Act {
    call(cast, 2, "GET", 7, "")
}

fn get_unknown(cast: &Cast) -> Act {
    call(cast, 3, "GET", 99, "")
}

fn bad_method(cast: &Cast) -> Act {
    call(cast, 4, "FETCH", 7, "")
}

fn delete(cast: &Cast) -> Act {
    call(cast, 5, "DELETE", 7, "")
}

fn stop() -> Act {
    Act::disconnect(RESPONDER, Disconnect::new(ReasonCode::Success))
}

fn get_from_nobody(cast: &Cast) -> Act {
    call(cast, 6, "GET", 7, "")
}

/// The answered exchanges of a method, with the status of each.
fn answered(evidence: &Evidence, method: &str) -> Vec<(Exchange, Option<String>)> {
    let is_of = |exchange: &Exchange| {
        let Some(Packet::Publish(request)) =
            evidence.capture.get(exchange.request).and_then(|record| record.valid_packet())
        else {
            return false;
        };
        request
            .properties
            .user_properties()
            .any(|(name, value)| name == "method" && value == method)
    };
    let of_method = requests(evidence).exchanges.into_iter().filter(is_of);
    let with_status = of_method.filter(|exchange| exchange.answer.is_some()).map(|exchange| {
        let status = exchange.answer.as_ref().and_then(|answer| {
            let mut pairs = answer.publish.properties.user_properties();
            pairs.find(|(name, _)| *name == "status").map(|(_, value)| value.to_owned())
        });
        (exchange, status)
    });
    with_status.collect()
}

fn answered_with(evidence: &Evidence, method: &'static str, status: &'static str) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-call", [&method])));
    for (exchange, found) in answered(evidence, method) {
        let Some(answer) = &exchange.answer else { continue };
        if found.as_deref() == Some(status) {
            return Ok(vec![exchange.request, answer.record]);
        }
        let finding = match found {
            Some(found) => Finding::differs("User Property status", found, status),
            None => Finding::no_user_property("status"),
        };
        verdict = Err(Unmet::Contradicted { by: answer.record, finding });
    }
    verdict
}

/// 404 for what is not there, 400 for a method that is none.
fn both_errors(evidence: &Evidence) -> Verdict {
    let answers: Vec<(RecordId, Option<String>)> = requests(evidence)
        .exchanges
        .into_iter()
        .filter_map(|exchange| {
            let answer = exchange.answer?;
            let mut pairs = answer.publish.properties.user_properties();
            let status = pairs.find(|(name, _)| *name == "status").map(|(_, v)| v.to_owned());
            Some((answer.record, status))
        })
        .collect();
    let with = |status: &str| {
        answers.iter().find(|(_, found)| found.as_deref() == Some(status)).map(|(id, _)| *id)
    };
    match (with("404"), with("400")) {
        (Some(missing), Some(bad)) => Ok(vec![missing, bad]),
        (None, _) => Err(Unmet::NotYet(Finding::told("no-status", [&404]))),
        (_, None) => Err(Unmet::NotYet(Finding::told("no-status", [&400]))),
    }
}

/// The service has gone, and the PUBACK says so, or at least no answer comes.
fn nobody_there(evidence: &Evidence) -> Verdict {
    let Some(gone) = evidence.sent(RESPONDER, PacketType::Disconnect).next() else {
        return Err(Unmet::NotYet(Evidence::not_sent(RESPONDER, PacketType::Disconnect)));
    };
    let exchanges = requests(evidence).exchanges;
    let after = exchanges.iter().find(|exchange| exchange.request > gone.id);
    match after.map(|exchange| (exchange.request, exchange.acknowledged)) {
        None => Err(Unmet::NotYet(Finding::told("not-called", []))),
        Some((_, None)) => {
            Err(Unmet::NotYet(Evidence::not_received(REQUESTER, PacketType::PubAck)))
        }
        Some((request, Some((puback, _)))) => Ok(vec![request, puback]),
    }
}
