//! An Application Message inside the Server.

use std::sync::Arc;

use bytes::Bytes;

use super::ClientId;
use crate::mqtt::{Packet, Properties, Property, Publish, QoS};
use crate::time::Instant;

/// One message, shared by every queue that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its Topic Name, resolved where the PUBLISH had only an alias.
    pub topic: Arc<str>,
    /// As published.
    pub qos: QoS,
    /// RETAIN as the publisher set it.
    pub retain: bool,
    /// As published.
    pub payload: Bytes,
    /// As published and in that order, without Topic Alias, which belongs to one hop.
    pub properties: Properties,
    /// Who published it; `None` for a message of the Server itself.
    pub publisher: Option<ClientId>,
    /// When the Server took it over, from which its expiry counts.
    pub received_at: Instant,
    /// When its Message Expiry Interval has passed; `None` if it has none.
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

    /// Whether its Message Expiry Interval has passed at `now`.
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Its properties as they are sent at `now`: the Message Expiry Interval is reduced by the time waited
    /// [MQTT-3.3.2-6], everything else is unaltered and in order [MQTT-3.3.2-17], [MQTT-3.3.2-18].
    fn properties_at(&self, now: Instant) -> impl Iterator<Item = Property> {
        self.properties.iter().map(move |property| match property {
            Property::MessageExpiryInterval(interval) => {
                Property::MessageExpiryInterval(self.remaining(*interval, now))
            }
            other => other.clone(),
        })
    }

    /// Subtracts whole seconds only, so that the interval is not 0 before it has passed.
    fn remaining(&self, interval: u32, now: Instant) -> u32 {
        let waited = now.since(self.received_at).as_secs();
        interval.saturating_sub(u32::try_from(waited).unwrap_or(u32::MAX))
    }
}

/// One copy of a message for one Session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What was published.
    pub message: Arc<Message>,
    /// The lower of published and granted QoS [MQTT-3.8.4-8].
    pub qos: QoS,
    /// RETAIN of the copy (§3.3.1.3).
    pub retain: bool,
    /// Those of the matching subscriptions, which the copy carries [MQTT-3.3.4-3].
    pub subscription_identifiers: Vec<u32>,
    /// The Topic Filters that matched, as subscribed.
    pub topic_filters: Vec<Arc<str>>,
    /// Whether it was chosen from a Shared Subscription; then there is one filter.
    pub shared: bool,
}

impl Delivery {
    /// The PUBLISH as it is sent at `now`, still without Packet Identifier and Topic Alias.
    pub(super) fn publish(&self, now: Instant) -> Publish {
        let identifiers = self.subscription_identifiers.iter();
        let identifiers = identifiers.map(|id| Property::SubscriptionIdentifier(*id));
        Publish {
            dup: false,
            qos: self.qos,
            retain: self.retain,
            topic: (&*self.message.topic).into(),
            packet_id: None,
            properties: self.message.properties_at(now).chain(identifiers).collect(),
            payload: self.message.payload.clone(),
        }
    }

    /// Updates the Message Expiry Interval of a PUBLISH that is sent again.
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
