//! What a client has subscribed to, as its SUBSCRIBE, UNSUBSCRIBE and their answers say.

use crate::analysis::{answer_to, answered_by};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::Evidence;
use crate::mqtt::{
    Packet, PacketType, QoS, ReasonCode, Sender, Subscription, Text, matches, without_share_name,
};

/// A Topic Filter that a SUBACK has granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    pub subscribe: RecordId,
    pub suback: RecordId,
    pub subscription: Subscription,
    pub identifier: Option<u32>,
    pub maximum_qos: QoS,
}

impl Granted {
    /// Whether messages of this topic match; a share name does not count.
    pub fn matches(&self, topic: &str) -> bool {
        matches(without_share_name(&self.subscription.topic_filter), topic)
    }
}

/// Every grant since the exercise began, oldest first, those replaced or ended later included.
pub fn granted(evidence: &Evidence, client: ClientSlot) -> Vec<Granted> {
    let asked = evidence.sent(client, PacketType::Subscribe);
    asked.flat_map(|record| grants(record, answer_to(evidence.capture, record.id))).collect()
}

/// What the client is subscribed to now, in the order of the latest SUBACKs: a SUBSCRIBE replaces the subscription
/// with the same Topic Filter, an UNSUBSCRIBE ends it, and a connection without the old Session begins with none.
pub fn held(evidence: &Evidence, client: ClientSlot) -> Vec<Granted> {
    let mut held: Vec<Granted> = Vec::new();
    let answers = evidence.capture.records().filter(|record| {
        record.client == client
            && record.id >= evidence.since
            && record.sender() == Some(Sender::Server)
    });
    for answer in answers {
        match answer.packet_type() {
            Some(PacketType::ConnAck) => {
                if let Some(Packet::ConnAck(connack)) = answer.valid_packet()
                    && !connack.session_present
                {
                    held.clear();
                }
            }
            Some(PacketType::SubAck) => {
                let asked = answered_by(evidence.capture, answer.id);
                for new in asked.into_iter().flat_map(|asked| grants(asked, Some(answer))) {
                    held.retain(|old| {
                        old.subscription.topic_filter != new.subscription.topic_filter
                    });
                    held.push(new);
                }
            }
            Some(PacketType::UnsubAck) => {
                let ended = ended(evidence, answer);
                held.retain(|one| !ended.contains(&one.subscription.topic_filter));
            }
            _ => {}
        }
    }
    held
}

/// The Topic Filters whose subscription an UNSUBACK has ended.
pub fn ended(evidence: &Evidence, unsuback: &Record) -> Vec<Text> {
    let asked = answered_by(evidence.capture, unsuback.id).and_then(Record::valid_packet);
    match (asked, unsuback.valid_packet()) {
        (Some(Packet::Unsubscribe(asked)), Some(Packet::UnsubAck(answer))) => {
            let each = asked.topic_filters.into_iter().zip(answer.reason_codes);
            each.filter(|(_, code)| *code == ReasonCode::Success)
                .map(|(filter, _)| filter)
                .collect()
        }
        _ => Vec::new(),
    }
}

fn grants(asked: &Record, answer: Option<&Record>) -> Vec<Granted> {
    let (Some(Packet::Subscribe(subscribe)), Some(answer)) = (asked.valid_packet(), answer) else {
        return Vec::new();
    };
    let Some(Packet::SubAck(suback)) = answer.valid_packet() else { return Vec::new() };
    let identifier = subscribe.properties.subscription_identifier();
    let each = subscribe.subscriptions.into_iter().zip(suback.reason_codes);
    let grant = |(subscription, code): (_, ReasonCode)| {
        let maximum_qos = code.granted_qos()?;
        let (subscribe, suback) = (asked.id, answer.id);
        Some(Granted { subscribe, suback, subscription, identifier, maximum_qos })
    };
    each.filter_map(grant).collect()
}
