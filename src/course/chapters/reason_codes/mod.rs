//! Chapter 8: what the Reason Codes say, and what to do next.

mod collect_them_all;
mod malformed;
mod no_matching_subscribers;
mod not_authorized;
mod problem_information;
mod protocol_error;
mod retry_or_not;
mod suback_mix;

use super::Chapter;
use super::common::codes_of;
use crate::broker::{Action, Policy, Rule};
use crate::capture::{ClientSlot, Entry, Record};
use crate::course::{Evidence, Finding, Unmet, Verdict};
use crate::mqtt::{PacketType, QoS, ReasonCode, Sender};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "reason-codes",
    exercises: &[
        &suback_mix::EXERCISE,
        &no_matching_subscribers::EXERCISE,
        &not_authorized::EXERCISE,
        &protocol_error::EXERCISE,
        &malformed::EXERCISE,
        &problem_information::EXERCISE,
        &retry_or_not::EXERCISE,
        &collect_them_all::EXERCISE,
    ],
};

/// Nothing may be published or subscribed to below this level: the lessons' Mosquitto forbids the former.
const FORBIDDEN: &str = "factory/osaka/forbidden/#";

fn no_publishing() -> Policy {
    let rule = Rule::refuse(Action::Publish, FORBIDDEN, ReasonCode::NotAuthorized);
    Policy { rules: vec![rule], ..Policy::default() }
}

/// No subscribing below the forbidden level, and at most QoS 1 for the gauges.
fn choosy() -> Policy {
    let gauge = Rule {
        maximum_qos: Some(QoS::AtLeastOnce),
        ..Rule::allow(Action::Subscribe, "factory/osaka/boiler/gauge")
    };
    let forbidden = Rule::refuse(Action::Subscribe, FORBIDDEN, ReasonCode::NotAuthorized);
    Policy { rules: vec![gauge, forbidden], ..Policy::default() }
}

/// After what the client sent in `cause` the server ended the connection: with DISCONNECT and this Reason
/// Code, or without a word, as §4.13.1 allows.
fn ended(evidence: &Evidence, client: ClientSlot, cause: &Record, wanted: ReasonCode) -> Verdict {
    for record in evidence.capture.following(cause.id) {
        if matches!(&record.entry, Entry::Closed(_)) {
            return Ok(vec![cause.id, record.id]);
        }
        let is_word = record.packet_type() == Some(PacketType::Disconnect)
            && record.sender() == Some(Sender::Server);
        let Some(packet) = record.valid_packet().filter(|_| is_word) else { continue };
        if packet.reason_codes().contains(&wanted) {
            return Ok(vec![cause.id, record.id]);
        }
        let code = codes_of(evidence, record.id);
        return Err(Unmet::by(record.id, Finding::told("other-code", [&code])));
    }
    Err(Evidence::not_received(client, PacketType::Disconnect).into())
}
