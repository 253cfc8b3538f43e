//! Chapter 4: questions and answers over publish and subscribe.

mod first_request;
mod out_of_order;
mod response_information;
mod rest_like;
mod timeout;
mod unknown_correlation;

use bytes::Bytes;

use super::Chapter;
use super::common::publish_with;
use crate::capture::{ClientSlot, RecordId};
use crate::course::requests::{Exchange, Requests};
use crate::course::subscriptions::granted;
use crate::course::{Cast, Evidence, Finding, Unmet, Verdict};
use crate::lab::Act;
use crate::mqtt::{Property, PropertyId, QoS};

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
        Property::ResponseTopic(response_topic(cast)),
        Property::CorrelationData(correlation_data(cast, number)),
    ];
    properties.extend(more.iter().map(|(name, value)| Property::user(*name, *value)));
    publish_with(REQUESTER, topic, QoS::AtLeastOnce, properties, body.as_bytes())
}

/// The requester hears its Response Topic, and the other side the requests.
fn both_listen(evidence: &Evidence, other: ClientSlot, topic: &str) -> Verdict {
    let mine = granted(evidence, REQUESTER);
    let mine = mine.iter().find(|one| one.subscription.topic_filter.starts_with("response/"));
    let theirs = granted(evidence, other);
    let theirs = theirs.iter().find(|one| one.matches(topic));
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => Ok(vec![mine.subscribe, theirs.subscribe]),
        (None, _) => Err(Unmet::NotYet(Finding::told("requester-deaf", []))),
        (_, None) => Err(Unmet::NotYet(Finding::told("responder-deaf", [&topic]))),
    }
}

fn requests(evidence: &Evidence) -> Requests {
    let mut requests = Requests::read(evidence.capture, evidence.since);
    requests.exchanges.retain(|exchange| exchange.client == REQUESTER);
    requests
}

/// A request with everything an answer needs.
fn asked(evidence: &Evidence) -> Result<Exchange, Verdict> {
    let sent = evidence.sent(REQUESTER, crate::mqtt::PacketType::Publish);
    let latest = sent.last().map(|record| record.id);
    let mut verdict = match latest {
        None => Err(Unmet::NotYet(Evidence::not_sent(REQUESTER, crate::mqtt::PacketType::Publish))),
        Some(by) => {
            let finding = Finding::absent(PropertyId::ResponseTopic.name());
            Err(Unmet::Contradicted { by, finding })
        }
    };
    for exchange in requests(evidence).exchanges {
        if exchange.correlation_data.is_some() {
            return Ok(exchange);
        }
        let finding = Finding::absent(PropertyId::CorrelationData.name());
        verdict = Err(Unmet::Contradicted { by: exchange.request, finding });
    }
    Err(verdict)
}

/// The records of a request and its answer.
fn pair(exchange: &Exchange) -> Option<[RecordId; 2]> {
    Some([exchange.request, exchange.answer.as_ref()?.record])
}
