//! SUBSCRIBE and UNSUBSCRIBE (§3.8.4, §3.10.4).

use std::sync::Arc;

use super::delivering::copy;
use super::event::Event;
use super::message::Delivery;
use super::policy::{Action, Request};
use super::publishing::identifier_in_use;
use super::subscriptions::ActiveSubscription;
use super::{Broker, ConnectionId};
use crate::delivery::Violation;
use crate::mqtt::{
    Packet, PacketType, Properties, QoS, ReasonCode, RetainHandling, SubAck, Subscribe,
    Subscription, UnsubAck, Unsubscribe, split_shared,
};
use crate::time::Instant;

impl Broker {
    pub(super) fn subscribe(&mut self, id: ConnectionId, subscribe: Subscribe, now: Instant) {
        if let Err(reason) = self.check_availability(id, &subscribe) {
            return self.fail(id, reason, now);
        }
        let identifier = subscribe.properties.subscription_identifier();
        let packet_id = subscribe.packet_id;
        let in_use = self.halves(id).is_some_and(|(_, s)| s.incoming.contains(packet_id));
        let mut reason_codes = Vec::with_capacity(subscribe.subscriptions.len());
        let mut first_refusal = None;
        let mut retained = Vec::new();
        // Each as if it had come in a separate SUBSCRIBE, with one answer for all [MQTT-3.8.4-5].
        for asked in subscribe.subscriptions {
            let checked = match in_use {
                true => Err(identifier_in_use()),
                false => self.check_subscription(id, &asked),
            };
            match checked {
                Ok(granted) => {
                    let new = self.add_subscription(id, asked, granted, identifier, now);
                    retained.extend(new);
                    reason_codes.push(granted_code(granted));
                }
                Err(reason) if self.ends_connection(&reason) => return self.fail(id, reason, now),
                Err(reason) => {
                    reason_codes.push(reason.reason_code);
                    first_refusal.get_or_insert(reason);
                }
            }
        }
        let properties = self.explain_first(id, PacketType::SubAck, first_refusal, now);
        self.send(id, Packet::SubAck(SubAck { packet_id, properties, reason_codes }));
        let Some((_, session)) = self.halves(id) else { return };
        let client_id = session.client_id.clone();
        for delivery in retained {
            let topic = delivery.message.topic.clone();
            let routes = vec![self.route(client_id.clone(), delivery, now)];
            let event = Event::Routed { topic, retained: true, routes };
            self.note(now, Some(id), Some(client_id.clone()), event);
        }
    }

    pub(super) fn unsubscribe(&mut self, id: ConnectionId, unsubscribe: Unsubscribe, now: Instant) {
        let packet_id = unsubscribe.packet_id;
        let in_use = self.halves(id).is_some_and(|(_, s)| s.incoming.contains(packet_id));
        let mut reason_codes = Vec::with_capacity(unsubscribe.topic_filters.len());
        let mut first_refusal = None;
        for filter in unsubscribe.topic_filters {
            let checked = match in_use {
                true => Err(identifier_in_use()),
                false => self.check_rule(id, Action::Unsubscribe, &filter, PacketType::UnsubAck),
            };
            match checked {
                Ok(()) => reason_codes.push(self.remove_subscription(id, &filter, now)),
                Err(reason) if self.ends_connection(&reason) => return self.fail(id, reason, now),
                Err(reason) => {
                    reason_codes.push(reason.reason_code);
                    first_refusal.get_or_insert(reason);
                }
            }
        }
        let properties = self.explain_first(id, PacketType::UnsubAck, first_refusal, now);
        self.send(id, Packet::UnsubAck(UnsubAck { packet_id, properties, reason_codes }));
    }

    /// To ask for something that CONNACK declared unavailable is a Protocol Error (§3.2.2.3.11 to
    /// §3.2.2.3.13).
    fn check_availability(&self, id: ConnectionId, subscribe: &Subscribe) -> Result<(), Violation> {
        use ReasonCode as R;
        let Some(connection) = self.connections.get(&id) else { return Ok(()) };
        let announced = connection.announced;
        let mut filters = subscribe.subscriptions.iter().map(|s| s.topic_filter.as_str());
        if !announced.subscription_identifier
            && subscribe.properties.subscription_identifier().is_some()
        {
            let text = "CONNACK said Subscription Identifier Available 0";
            return Err(Violation::new(
                R::SubscriptionIdentifiersNotSupported,
                "§3.2.2.3.12",
                text,
            ));
        }
        if !announced.shared_subscription && filters.clone().any(|f| split_shared(f).is_some()) {
            let text = "CONNACK said Shared Subscription Available 0";
            return Err(Violation::new(R::SharedSubscriptionsNotSupported, "§3.2.2.3.13", text));
        }
        if !announced.wildcard_subscription && filters.any(|f| f.contains(['+', '#'])) {
            let text = "CONNACK said Wildcard Subscription Available 0";
            return Err(Violation::new(R::WildcardSubscriptionsNotSupported, "§3.2.2.3.11", text));
        }
        Ok(())
    }

    /// The QoS that is granted, or why the filter is refused.
    fn check_subscription(&self, id: ConnectionId, asked: &Subscription) -> Result<QoS, Violation> {
        let filter = asked.topic_filter.as_str();
        if self.policy.too_deep(filter) {
            let text = "the Topic Filter has too many levels";
            return Err(Violation::new(ReasonCode::TopicFilterInvalid, "§4.7.3", text));
        }
        self.check_rule(id, Action::Subscribe, filter, PacketType::SubAck)?;
        let Some(connected) = self.connected(id) else { return Ok(asked.qos) };
        let client_id = &*connected.client_id;
        let held = self.sessions.get(client_id).map_or(0, |session| session.filters.len());
        let is_new = self.subscriptions.find(client_id, filter).is_none();
        if let Some(maximum) = self.policy.maximum_subscriptions
            && is_new
            && held >= maximum as usize
        {
            let text = "the Session has as many subscriptions as it may";
            return Err(Violation::new(ReasonCode::QuotaExceeded, "§4.13", text));
        }
        let user = connected.user.as_deref();
        let request = Request { action: Action::Subscribe, user, client_id, topic: Some(filter) };
        let by_rule = self.policy.rule_for(&request).and_then(|rule| rule.maximum_qos);
        // To ask for more than the Server supports is not an error [MQTT-3.2.2-10].
        Ok(asked.qos.min(self.policy.maximum_qos).min(by_rule.unwrap_or(QoS::ExactlyOnce)))
    }

    fn check_rule(
        &self,
        id: ConnectionId,
        action: Action,
        filter: &str,
        packet: PacketType,
    ) -> Result<(), Violation> {
        let Some(connected) = self.connected(id) else { return Ok(()) };
        let (user, client_id) = (connected.user.as_deref(), &*connected.client_id);
        let request = Request { action, user, client_id, topic: Some(filter) };
        match self.policy.refusal_by_rule(&request, packet) {
            Some(code) => Err(Violation::new(code, "§4.13", "a rule refuses this Topic Filter")),
            None => Ok(()),
        }
    }

    /// Adds or replaces a subscription and returns the retained messages it brings.
    fn add_subscription(
        &mut self,
        id: ConnectionId,
        asked: Subscription,
        granted: QoS,
        identifier: Option<u32>,
        now: Instant,
    ) -> Vec<Delivery> {
        let Some((_, session)) = self.halves(id) else { return Vec::new() };
        let client_id = session.client_id.clone();
        let topic_filter: Arc<str> = asked.topic_filter.as_str().into();
        session.filters.insert(topic_filter.clone(), ());
        let retain_handling = asked.retain_handling;
        let subscription = ActiveSubscription {
            topic_filter: topic_filter.clone(),
            options: Subscription { qos: granted, ..asked },
            identifier,
        };
        let replaced = self.subscriptions.insert(&client_id, subscription.clone()).is_some();
        let event = Event::Subscribed { topic_filter: topic_filter.clone(), granted, replaced };
        self.note(now, Some(id), Some(client_id), event);
        let wanted = match retain_handling {
            RetainHandling::Send => true,
            RetainHandling::SendIfNew => !replaced,
            RetainHandling::DoNotSend => false,
        };
        // A Shared Subscription brings no retained messages (§4.8.2).
        if !wanted || split_shared(&topic_filter).is_some() {
            return Vec::new();
        }
        let messages = self.retained.matching(&topic_filter, now);
        let deliveries = messages.iter().map(|message| {
            // Whatever Retain As Published says (§3.3.1.3).
            Delivery { retain: true, ..copy(message, &subscription, false) }
        });
        deliveries.collect()
    }

    fn remove_subscription(&mut self, id: ConnectionId, filter: &str, now: Instant) -> ReasonCode {
        let Some((_, session)) = self.halves(id) else {
            return ReasonCode::NoSubscriptionExisted;
        };
        let client_id = session.client_id.clone();
        session.filters.remove(filter);
        match self.subscriptions.remove(&client_id, filter) {
            Some(removed) => {
                let topic_filter = removed.topic_filter;
                self.note(now, Some(id), Some(client_id), Event::Unsubscribed { topic_filter });
                ReasonCode::Success
            }
            None => ReasonCode::NoSubscriptionExisted,
        }
    }

    /// One Reason String for the whole answer: that of the first refusal.
    fn explain_first(
        &mut self,
        id: ConnectionId,
        packet: PacketType,
        refusal: Option<Violation>,
        now: Instant,
    ) -> Properties {
        let Some(reason) = refusal else { return Properties::NONE };
        let properties = self.explain(id, packet, &reason);
        let client_id = self.connected(id).map(|connected| connected.client_id.clone());
        let packet = match packet {
            PacketType::UnsubAck => PacketType::Unsubscribe,
            _ => PacketType::Subscribe,
        };
        self.note(now, Some(id), client_id, Event::Refused { packet, reason });
        properties
    }
}

fn granted_code(qos: QoS) -> ReasonCode {
    match qos {
        QoS::AtMostOnce => ReasonCode::Success,
        QoS::AtLeastOnce => ReasonCode::GrantedQoS1,
        QoS::ExactlyOnce => ReasonCode::GrantedQoS2,
    }
}
