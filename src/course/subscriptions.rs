//! What a client has subscribed to, as its SUBSCRIBE and SUBACK packets say.

use super::evidence::Evidence;
use crate::capture::{ClientSlot, RecordId, answer_to};
use crate::mqtt::{Packet, PacketType, QoS, Subscription, matches, without_share_name};

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
    let mut all = Vec::new();
    for record in evidence.sent(client, PacketType::Subscribe) {
        let Some(Packet::Subscribe(subscribe)) = record.valid_packet() else { continue };
        let Some(answer) = answer_to(evidence.capture, record.id) else { continue };
        let Some(Packet::SubAck(suback)) = answer.valid_packet() else { continue };
        let identifier = subscribe.properties.subscription_identifier();
        for (subscription, code) in subscribe.subscriptions.into_iter().zip(suback.reason_codes) {
            let Some(maximum_qos) = code.granted_qos() else { continue };
            let (subscribe, suback) = (record.id, answer.id);
            all.push(Granted { subscribe, suback, subscription, identifier, maximum_qos });
        }
    }
    all
}
