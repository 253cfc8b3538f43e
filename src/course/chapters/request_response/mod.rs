//! Chapter 4: requests and their answers over publish and subscribe.

mod first_request;
mod out_of_order;
mod response_information;
mod rest_like;
mod timeout;
mod unknown_correlation;

use bytes::Bytes;

use super::Chapter;
use super::common::publish_with;
use crate::analysis::requests::{Exchange, Requests};
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::subscriptions::held;
use crate::course::{Cast, Evidence, Finding, Unmet, Verdict, check};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Property, PropertyId, QoS, ReasonCode};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "request-response",
    exercises: &[
        &first_request::EXERCISE,
        &out_of_order::EXERCISE,
        &unknown_correlation::EXERCISE,
        &timeout::EXERCISE,
        &rest_like::EXERCISE,
        &response_information::EXERCISE,
    ],
};

const REQUESTER: ClientSlot = ClientSlot(0);
const RESPONDER: ClientSlot = ClientSlot(1);
const REQUESTS: &str = "test/mqtt5/request";
const JSON: &str = "application/json";

/// Where answers to this client go.
fn response_topic(cast: &Cast) -> String {
    format!("response/{}", cast.client_id(REQUESTER))
}

/// A UUID of version 8 for the request of that number: no other run has it.
fn correlation_data(cast: &Cast, number: u8) -> Bytes {
    let mut bytes = [0_u8; 16];
    for (at, byte) in cast.nonce().bytes().enumerate() {
        bytes[at % 12] = bytes[at % 12].rotate_left(3) ^ byte;
    }
    bytes[15] = number;
    Bytes::copy_from_slice(uuid::Builder::from_custom_bytes(bytes).as_uuid().as_bytes())
}

/// A request of QoS 1, by its number.
fn request(cast: &Cast, topic: &str, number: u8, more: &[(&str, &str)], body: &str) -> Act {
    let mut properties = vec![
        Property::ResponseTopic(response_topic(cast).into()),
        Property::CorrelationData(correlation_data(cast, number)),
    ];
    properties.extend((!body.is_empty()).then(json));
    properties.extend(more.iter().map(|(name, value)| Property::user(*name, *value)));
    publish_with(REQUESTER, topic, QoS::AtLeastOnce, properties, body.as_bytes())
}

/// The same without what the exercise leaves to the learner.
fn without(mut act: Act, left_out: &[PropertyId]) -> Act {
    if let Action::Publish(publish) = &mut act.action {
        publish.properties.0.retain(|property| !left_out.contains(&property.id()));
    }
    act
}

/// What requests and answers carry here.
fn json() -> Property {
    Property::ContentType(JSON.into())
}

/// The answer of [`RESPONDER`] to the request that reached it last: to its Response Topic, with its
/// Correlation Data.
fn answer(evidence: &Evidence, more: &[(&str, &str)], body: &str) -> Option<Act> {
    let arrived = check::messages(evidence.received(RESPONDER, PacketType::Publish));
    let (_, request) = arrived.into_iter().next_back()?;
    let topic = request.properties.response_topic()?.to_owned();
    let correlation_data = request.properties.correlation_data().cloned();
    let mut properties = Vec::from_iter(correlation_data.map(Property::CorrelationData));
    properties.push(json());
    properties.extend(more.iter().map(|(name, value)| Property::user(*name, *value)));
    Some(publish_with(RESPONDER, &topic, QoS::AtLeastOnce, properties, body.as_bytes()))
}

/// The requester hears its Response Topic, and the other side the requests.
fn both_listen(evidence: &Evidence, other: ClientSlot, topic: &str) -> Verdict {
    let mine = requester_listens(evidence)?;
    let theirs = held(evidence, other);
    let theirs = theirs.iter().find(|one| one.matches(topic));
    let theirs = theirs.ok_or_else(|| Finding::told("responder-deaf", [&topic]))?;
    Ok([mine, vec![theirs.subscribe]].concat())
}

fn requester_listens(evidence: &Evidence) -> Verdict {
    let mine = held(evidence, REQUESTER);
    let mine = mine.iter().find(|one| one.subscription.topic_filter.starts_with("response/"));
    Ok(vec![mine.ok_or_else(|| Finding::told("requester-deaf", []))?.subscribe])
}

fn requests(evidence: &Evidence) -> Requests {
    let mut requests = Requests::read(evidence.capture, evidence.since);
    requests.exchanges.retain(|exchange| exchange.client == REQUESTER);
    requests
}

/// The requests with all that an answer needs that have reached the responder, oldest first: at least one.
/// Otherwise what the latest lacks.
fn received(evidence: &Evidence) -> Result<Vec<Exchange>, Unmet> {
    let mut exchanges = requests(evidence).exchanges;
    let lacks = |exchange: &Exchange| lacks(evidence, exchange);
    let sent = check::messages(evidence.sent(REQUESTER, PacketType::Publish));
    let (latest, publish) =
        sent.last().ok_or_else(|| Evidence::not_sent(REQUESTER, PacketType::Publish))?;
    if exchanges.iter().all(|exchange| lacks(exchange).is_some()) {
        return Err(match exchanges.iter().find(|exchange| exchange.request == *latest) {
            None if publish.properties.response_topic().is_none() => {
                Unmet::by(*latest, Finding::absent(PropertyId::ResponseTopic.name()))
            }
            exchange => exchange
                .and_then(lacks)
                .unwrap_or_else(|| Evidence::not_received(RESPONDER, PacketType::Publish).into()),
        });
    }
    exchanges.retain(|exchange| lacks(exchange).is_none());
    Ok(exchanges)
}

/// What keeps a request from being answered and the answer from being recognized.
fn lacks(evidence: &Evidence, exchange: &Exchange) -> Option<Unmet> {
    let (by, topic) = (exchange.request, &exchange.response_topic);
    if exchange.correlation_data.is_none() {
        return Some(Unmet::by(by, Finding::absent(PropertyId::CorrelationData.name())));
    }
    if !held(evidence, REQUESTER).iter().any(|one| one.matches(topic)) {
        return Some(Unmet::by(by, Finding::told("not-listening", [topic])));
    }
    match (exchange.delivered, exchange.acknowledged) {
        (Some(_), _) => None,
        (None, Some((_, ReasonCode::NoMatchingSubscribers))) => {
            Some(Unmet::by(by, Finding::told("nobody", [&exchange.topic])))
        }
        (None, _) => Some(Evidence::not_received(RESPONDER, PacketType::Publish).into()),
    }
}

/// The records of a request and its answer.
fn pair(exchange: &Exchange) -> Option<[RecordId; 2]> {
    Some([exchange.request, exchange.answer.as_ref()?.record])
}

/// The exchange whose request is among these records.
fn exchange_of(evidence: &Evidence, records: &[RecordId]) -> Option<Exchange> {
    requests(evidence).exchanges.into_iter().find(|exchange| records.contains(&exchange.request))
}

/// From the bytes of the request going out to the bytes of its answer coming in, as one reads it.
fn round_trip(exchange: &Exchange) -> Option<String> {
    let took = exchange.answer.as_ref()?.at.since(exchange.sent_at).as_secs_f64();
    Some(if took < 1.0 { format!("{:.1} ms", took * 1000.0) } else { format!("{took:.1} s") })
}
