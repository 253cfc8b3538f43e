//! An Application Message while the Server has it.

use std::sync::Arc;

use bytes::Bytes;

use super::ClientId;
use crate::mqtt::{Packet, Properties, Property, Publish, QoS};
use crate::time::Instant;

/// One message, shared by every queue it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub topic: Arc<str>,
    pub qos: QoS,
    /// RETAIN as the publisher set it.
    pub retain: bool,
    pub payload: Bytes,
    /// As published and in that order, without what belongs to one hop: Topic Alias.
    pub properties: Properties,
    /// Who published it; nobody for a message of the Server's own.
    pub publisher: Option<ClientId>,
    pub received_at: Instant,
    /// When its Message Expiry Interval has passed.
    pub expires_at: Option<Instant>,
}

impl Message {
    pub(super) fn new(
        topic: Arc<str>,
        publish: &Publish,
        publisher: Option<ClientId>,
        now: Instant,
    ) -> Message {
        let own = |property: &&Property| !matches!(property, Property::TopicAlias(_));
        let properties: Properties = publish.properties.iter().filter(own).cloned().collect();
        let expires_at = properties.message_expiry_interval().map(|secs| now + seconds(secs));
        Message {
            topic,
            qos: publish.qos,
            retain: publish.retain,
            payload: publish.payload.clone(),
            properties,
            publisher,
            received_at: now,
            expires_at,
        }
    }

    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Its properties as they go out now: the Message Expiry Interval is what is left of it
    /// [MQTT-3.3.2-6], everything else is unaltered and in order [MQTT-3.3.2-17], [MQTT-3.3.2-18].
    fn properties_at(&self, now: Instant) -> impl Iterator<Item = Property> {
        self.properties.iter().map(move |property| match property {
            Property::MessageExpiryInterval(interval) => {
                Property::MessageExpiryInterval(self.remaining(*interval, now))
            }
            other => other.clone(),
        })
    }

    /// Whole seconds waited are taken off, so that the interval never reads 0 before it is over.
    fn remaining(&self, interval: u32, now: Instant) -> u32 {
        let waited = now.since(self.received_at).as_secs();
        interval.saturating_sub(u32::try_from(waited).unwrap_or(u32::MAX))
    }
}

/// One message on its way to one Session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub message: Arc<Message>,
    /// The lower of published and granted QoS [MQTT-3.8.4-8].
    pub qos: QoS,
    pub retain: bool,
    /// Those of the matching subscriptions [MQTT-3.3.4-3].
    pub subscription_identifiers: Vec<u32>,
    /// The Topic Filters that matched.
    pub topic_filters: Vec<Arc<str>>,
    /// Whether a Shared Subscription brought it here: then it has one filter only.
    pub shared: bool,
}

impl Delivery {
    /// The PUBLISH as it goes out now, without Packet Identifier and Topic Alias.
    pub(super) fn publish(&self, now: Instant) -> Publish {
        let identifiers = self.subscription_identifiers.iter();
        let identifiers = identifiers.map(|id| Property::SubscriptionIdentifier(*id));
        Publish {
            dup: false,
            qos: self.qos,
            retain: self.retain,
            topic: self.message.topic.to_string(),
            packet_id: None,
            properties: self.message.properties_at(now).chain(identifiers).collect(),
            payload: self.message.payload.clone(),
        }
    }

    /// Brings a PUBLISH that is sent again up to date: only the remaining interval changes.
    pub(super) fn refresh(&self, packet: &mut Packet, now: Instant) {
        let Packet::Publish(publish) = packet else { return };
        let Some(original) = self.message.properties.message_expiry_interval() else { return };
        for property in &mut publish.properties.0 {
            if let Property::MessageExpiryInterval(interval) = property {
                *interval = self.message.remaining(original, now);
            }
        }
    }
}

pub(super) fn seconds(secs: u32) -> std::time::Duration {
    std::time::Duration::from_secs(secs.into())
}
