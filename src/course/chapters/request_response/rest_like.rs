//! A small resource service over MQTT: methods, statuses, and errors that the learner acts on.

use std::collections::BTreeMap;

use super::{REQUESTER, RESPONDER, both_listen, exchange_of, request, requests, response_topic};
use crate::analysis::requests::Exchange;
use crate::capture::{Record, RecordId};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::support::subscriptions::granted;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::{Act, ResourceService};
use crate::mqtt::{Disconnect, Packet, PacketType, PropertyId, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "rest-like",
    broker: Broker::Any,
    spec: &["4.10", "3.3.2.3.7", "3.3.2.3.9"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| {
                let plain = super::without(put(cast), &[PropertyId::UserProperty]);
                vec![connect(cast, REQUESTER), listen(cast), plain]
            },
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
            check: |evidence| both_listen(evidence, RESPONDER, SEVEN),
            ..Step::PLAIN
        },
        Step {
            id: "put",
            by_hand: Some(ByHand { act: put, field: "User Property" }),
            check: |evidence| answered_with(evidence, "PUT", "201", RecordId(0)),
            ..Step::PLAIN
        },
        Step {
            id: "get",
            controls: &[|cast| Move::Act(get(cast))],
            check: |evidence| answered_with(evidence, "GET", "200", RecordId(0)),
            values: |evidence, records| {
                let answer = exchange_of(evidence, records).and_then(|exchange| exchange.answer);
                let body = answer.map(|answer| answer.publish.payload).unwrap_or_default();
                vec![("body", String::from_utf8_lossy(&body).into_owned())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "errors",
            controls: &[|cast| Move::Act(get_unknown(cast)), |cast| Move::Act(bad_method(cast))],
            check: both_errors,
            ..Step::PLAIN
        },
        Step { id: "handle", check: both_handled, ..Step::PLAIN },
        Step {
            id: "nobody",
            controls: &[|_| Move::Act(stop()), |cast| Move::Act(delete(cast))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_came_back }),
            check: nobody_there,
            values: |evidence, records| {
                let code =
                    exchange_of(evidence, records).and_then(|exchange| exchange.acknowledged);
                let code = code.map(|(_, code)| code.in_words(PacketType::PubAck));
                vec![("code", code.unwrap_or_default())]
            },
            ..Step::PLAIN
        },
        Step { id: "delete", check: deleted_after_all, ..Step::PLAIN },
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
            // What is not there is made, and the method that is none is replaced.
            call(cast, 5, "PUT", 99, r#"{"name":"pump","on":false}"#),
            call(cast, 6, "GET", 99, ""),
            call(cast, 7, "GET", 1, ""),
        ];
        // The service leaves when it has answered, not while a request is on its way.
        let leave = Move::React(|_, evidence| {
            let calls = requests(evidence).exchanges;
            calls.iter().all(|call| call.answer.is_some()).then(stop)
        });
        let back = [delete(cast), connect(cast, RESPONDER), serve(), delete(cast)];
        let calls = calls.into_iter().map(Move::Act);
        calls.chain([leave]).chain(back.into_iter().map(Move::Act)).collect()
    },
    // Three CONNECT, three SUBSCRIBE, DISCONNECT, nine requests, eight answers, and 16 PUBACK for deliveries.
    par: 40,
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
    Act::automate(RESPONDER, service)
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
    call(cast, 4, "FETCH", 1, "")
}

fn delete(cast: &Cast) -> Act {
    call(cast, 8, "DELETE", 7, "")
}

fn stop() -> Act {
    Act::disconnect(RESPONDER, Disconnect::new(ReasonCode::Success))
}

/// A request with what it asked for and how it ended.
struct Call {
    exchange: Exchange,
    method: Option<String>,
    /// Of its answer, with the record.
    status: Option<(RecordId, Option<String>)>,
}

impl Call {
    fn has_status(&self, wanted: &str) -> bool {
        matches!(&self.status, Some((_, Some(status))) if status == wanted)
    }

    /// Answered with one of the successes.
    fn succeeded(&self) -> bool {
        matches!(&self.status, Some((_, Some(status))) if status.starts_with('2'))
    }

    /// A GET of what is not there.
    fn is_missing(&self) -> bool {
        self.method.as_deref() == Some("GET") && self.has_status("404")
    }

    /// A method that is none.
    fn is_bad(&self) -> bool {
        let is_known = |method: &str| ["GET", "PUT", "DELETE"].contains(&method);
        self.has_status("400") && self.method.as_deref().is_some_and(|method| !is_known(method))
    }

    /// Request and answer.
    fn records(&self) -> Vec<RecordId> {
        let answer = self.status.iter().map(|(record, _)| *record);
        [self.exchange.request].into_iter().chain(answer).collect()
    }
}

/// Oldest first.
fn calls(evidence: &Evidence) -> Vec<Call> {
    let user_property = |packet: &Packet, wanted: &str| {
        let mut pairs = packet.properties().user_properties();
        pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    };
    let read = |exchange: Exchange| {
        let request = evidence.capture.get(exchange.request).and_then(Record::valid_packet);
        let method = request.and_then(|packet| user_property(&packet, "method"));
        let status = exchange.answer.as_ref().map(|answer| {
            let packet = Packet::Publish(answer.publish.clone());
            (answer.record, user_property(&packet, "status"))
        });
        Call { exchange, method, status }
    };
    requests(evidence).exchanges.into_iter().map(read).collect()
}

/// Device 7 was called with that method after `after`, and this is what came back.
fn answered_with(
    evidence: &Evidence,
    method: &'static str,
    status: &'static str,
    after: RecordId,
) -> Verdict {
    let mut unmet = Unmet::NotYet(Finding::told("no-call", [&method]));
    let calls = calls(evidence);
    for call in calls.iter().filter(|call| call.exchange.request > after) {
        let (exchange, by) = (&call.exchange, call.exchange.request);
        match &call.status {
            _ if exchange.topic != SEVEN => {}
            _ if call.method.is_none() => {
                unmet = Unmet::by(by, Finding::no_user_property("method"));
            }
            _ if call.method.as_deref() != Some(method) => {}
            None => {
                if let Some((by, ReasonCode::NoMatchingSubscribers)) = exchange.acknowledged {
                    unmet = Unmet::by(by, Finding::told("nobody", [&exchange.topic]));
                }
            }
            Some(_) if call.has_status(status) => return Ok(call.records()),
            Some((by, found)) => {
                let finding = match found {
                    Some(found) => Finding::differs("User Property status", found, status),
                    None => Finding::no_user_property("status"),
                };
                unmet = Unmet::by(*by, finding);
            }
        }
    }
    Err(unmet)
}

/// 404 for what is not there, 400 for a method that is none.
fn both_errors(evidence: &Evidence) -> Verdict {
    let calls = calls(evidence);
    let missing = calls.iter().find(|call| call.is_missing());
    let missing = missing.ok_or_else(|| Finding::told("no-status", [&404]))?;
    let bad = calls.iter().find(|call| call.is_bad());
    let bad = bad.ok_or_else(|| Finding::told("no-status", [&400]))?;
    Ok([missing.records(), bad.records()].concat())
}

/// Each error was acted upon: what was missing can be read, and the topic of the bad request has answered
/// another one well.
fn both_handled(evidence: &Evidence) -> Verdict {
    both_errors(evidence)?;
    let calls = calls(evidence);
    let handled = |failed: fn(&Call) -> bool, finding: &'static str, good: fn(&Call) -> bool| {
        let mut unmet = Unmet::NotYet(Finding::Waiting);
        for (at, first) in calls.iter().enumerate().filter(|(_, call)| failed(call)) {
            let topic = &first.exchange.topic;
            let of_topic = |call: &&Call| call.exchange.topic == *topic;
            if calls[..at].iter().filter(of_topic).any(failed) {
                continue;
            }
            let later = || calls[at + 1..].iter().filter(of_topic);
            if let Some(call) = later().find(|call| good(call)) {
                return Ok(call.records());
            }
            unmet = match later().next_back() {
                Some(call) if call.method == first.method && failed(call) => {
                    let status = call.status.as_ref().and_then(|(_, status)| status.clone());
                    let again = Finding::told("same-again", [&status.unwrap_or_default()]);
                    Unmet::by(call.exchange.request, again)
                }
                _ => Finding::told(finding, [topic]).into(),
            };
        }
        Err(unmet)
    };
    let read = |call: &Call| call.method.as_deref() == Some("GET") && call.has_status("200");
    let missing = handled(Call::is_missing, "still-missing", read)?;
    let bad: Vec<RecordId> = handled(Call::is_bad, "still-bad", Call::succeeded)?;
    Ok([missing, bad].concat())
}

/// The request to a service that had gone and had not come back, with its PUBACK; no answer came to it.
fn nobody_there(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(RESPONDER, PacketType::Disconnect);
    let gone: Vec<_> = evidence.sent(RESPONDER, PacketType::Disconnect).map(|r| r.id).collect();
    let latest = *gone.last().ok_or(nothing)?;
    let exchanges = requests(evidence).exchanges;
    for gone in gone {
        let back = granted(evidence, RESPONDER).into_iter().find(|one| one.subscribe > gone);
        let is_alone = |exchange: &&Exchange| {
            let before = back.as_ref().is_none_or(|back| exchange.request < back.subscribe);
            exchange.request > gone && before && exchange.answer.is_none()
        };
        let Some(alone) = exchanges.iter().find(is_alone) else { continue };
        let puback = alone.acknowledged;
        let (puback, code) =
            puback.ok_or_else(|| Evidence::not_received(REQUESTER, PacketType::PubAck))?;
        if code.is_error() {
            let finding = Finding::Refused { packet: PacketType::PubAck, code };
            return Err(Unmet::by(puback, finding));
        }
        return Ok(vec![alone.request, puback]);
    }
    let back = granted(evidence, RESPONDER).into_iter().any(|one| one.subscribe > latest);
    Err(Finding::told(if back { "back-already" } else { "not-called" }, []).into())
}

/// A status after all, a PUBACK that says that nobody is there, or one that does not.
fn what_came_back(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let exchange = exchange_of(evidence, records)?;
    Some(match exchange.acknowledged?.1 {
        _ if exchange.answer.is_some() => 0,
        ReasonCode::NoMatchingSubscribers => 1,
        _ => 2,
    })
}

/// The service has come back, and the request that nobody heard was made again.
fn deleted_after_all(evidence: &Evidence) -> Verdict {
    let alone = nobody_there(evidence)?[0];
    answered_with(evidence, "DELETE", "200", alone)
}

const SEVEN: &str = "test/mqtt5/api/devices/7";
