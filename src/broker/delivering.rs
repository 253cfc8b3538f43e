//! From an accepted message to the PUBLISH packets of its subscribers (§3.3.4, §4.5, §4.9).

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use super::connection::{Connected, Connection, Phase};
use super::event::{Event, Outcome, Route};
use super::message::{Delivery, Message};
use super::policy::Overlapping;
use super::session::Session;
use super::shared::Readiness;
use super::subscriptions::{ActiveSubscription, Match};
use super::timers::TimerOwner;
use super::{Broker, ClientId, ConnectionId, Output};
use crate::delivery::packet_size;
use crate::mqtt::{Ack, Packet, PacketId, PacketType, Property, Publish, QoS, Text};
use crate::time::Instant;

impl Broker {
    /// Stores a message if it is to be retained, and hands it to every Session with a matching
    /// subscription [MQTT-4.5.0-1]. Returns how many copies there were.
    pub(super) fn distribute(&mut self, message: &Arc<Message>, now: Instant) -> usize {
        if message.retain {
            self.retain(message, now);
        }
        let mut routes = Vec::new();
        for (client_id, delivery) in self.copies(message, &mut routes) {
            let route = self.route(client_id, delivery, now);
            routes.push(route);
        }
        let copies = routes.iter().filter(|route| route.outcome.is_match()).count();
        let topic = message.topic.clone();
        let event = Event::Routed { topic, retained: message.retain, routes };
        self.note(now, None, message.publisher.clone(), event);
        copies
    }

    /// Delivers one copy and returns what became of it.
    pub(super) fn route(&mut self, client_id: ClientId, delivery: Delivery, now: Instant) -> Route {
        let topic_filters = delivery.topic_filters.clone();
        let (qos, shared) = (delivery.qos, delivery.shared);
        let outcome = self.deliver(&client_id, delivery, now);
        Route { client_id, topic_filters, qos, shared, outcome }
    }

    /// Sends unacknowledged packets of the Session again, then queued messages, as far as the Client's
    /// Receive Maximum allows.
    pub(super) fn pump(&mut self, id: ConnectionId, now: Instant) {
        let aliases = self.policy.aliases_to_clients;
        let mut events = Vec::new();
        let mut outputs = std::mem::take(&mut self.outputs);
        let Some((connected, session)) = self.halves(id) else {
            self.outputs = outputs;
            return;
        };
        while let Some(packet) =
            session.outgoing.resend(&mut connected.redelivery, &mut connected.sending)
        {
            resend(id, connected, session, packet, now, &mut outputs, &mut events);
        }
        loop {
            let slot_free = slot_free(connected, session);
            let Some(delivery) = session.queue.pop(slot_free) else { break };
            let (topic, qos) = (delivery.message.topic.clone(), delivery.qos);
            let outcome = transmit(id, connected, session, delivery, aliases, now, &mut outputs);
            events.push(Event::Dequeued { topic, qos, outcome });
        }
        let client_id = session.client_id.clone();
        self.outputs = outputs;
        for event in events {
            self.note(now, Some(id), Some(client_id.clone()), event);
        }
        self.arm_session(&client_id);
    }

    fn retain(&mut self, message: &Arc<Message>, now: Instant) {
        let topic = message.topic.clone();
        if message.payload.is_empty() {
            return self.remove_retained(&topic, now);
        }
        self.timers.set(TimerOwner::Retained(topic.clone()), message.expires_at);
        self.retained.store(message.clone());
        self.note(now, None, message.publisher.clone(), Event::RetainedStored { topic });
    }

    pub(super) fn remove_retained(&mut self, topic: &str, now: Instant) {
        if let Some(removed) = self.retained.remove(topic) {
            let topic = removed.topic.clone();
            self.timers.set(TimerOwner::Retained(topic.clone()), None);
            self.note(now, None, None, Event::RetainedRemoved { topic });
        }
    }

    /// The copies that the matching subscriptions ask for. Those that No Local suppresses are added to
    /// `routes`.
    fn copies(
        &mut self,
        message: &Arc<Message>,
        routes: &mut Vec<Route>,
    ) -> Vec<(ClientId, Delivery)> {
        let Broker { subscriptions, sessions, connections, policy, .. } = self;
        let mut copies: Vec<(ClientId, Delivery)> = Vec::new();
        let mut first_copy: LiteMap<ClientId, usize> = LiteMap::new();
        subscriptions.for_each_match(&message.topic, |found| match found {
            Match::Plain(client_id, subscription) => {
                if subscription.options.no_local && message.publisher.as_ref() == Some(client_id) {
                    routes.push(Route {
                        client_id: client_id.clone(),
                        topic_filters: vec![subscription.topic_filter.clone()],
                        qos: subscription.options.qos,
                        shared: false,
                        outcome: Outcome::NoLocal,
                    });
                    return;
                }
                let copy = copy(message, subscription, false);
                match first_copy
                    .get(client_id)
                    .filter(|_| policy.overlapping == Overlapping::OneCopy)
                {
                    Some(index) => merge(&mut copies[*index].1, copy),
                    None => {
                        first_copy.insert(client_id.clone(), copies.len());
                        copies.push((client_id.clone(), copy));
                    }
                }
            }
            Match::Shared(group) => {
                let chosen = group.choose(|member| readiness(sessions, connections, member));
                if let Some((client_id, subscription)) = chosen {
                    copies.push((client_id, copy(message, &subscription, true)));
                }
            }
        });
        copies
    }

    fn deliver(&mut self, client_id: &ClientId, delivery: Delivery, now: Instant) -> Outcome {
        let Broker { sessions, connections, policy, outputs, .. } = self;
        let Some(session) = sessions.get_mut(client_id) else { return Outcome::DroppedWhileAbsent };
        let id = session.connection();
        let connected = id.and_then(|id| match &mut connections.get_mut(&id)?.phase {
            Phase::Connected(connected) => Some((id, connected)),
            _ => None,
        });
        let is_qos_0 = delivery.qos == QoS::AtMostOnce;
        let queued = match connected {
            Some((id, connected)) => {
                let must_wait = match is_qos_0 {
                    // Receive Maximum does not apply to QoS 0, but the order does [MQTT-4.6.0-5].
                    true => session.queue.holds_qos_0(),
                    false => session.queue.len() > 0 || !slot_free(connected, session),
                };
                if !must_wait {
                    let aliases = policy.aliases_to_clients;
                    return transmit(id, connected, session, delivery, aliases, now, outputs);
                }
                Outcome::QueuedForQuota
            }
            None if is_qos_0 && !policy.queue_qos_0 => return Outcome::DroppedWhileAbsent,
            None => Outcome::QueuedWhileAbsent,
        };
        if session.queue.len() >= policy.maximum_queued_messages as usize {
            return Outcome::DroppedQueueFull;
        }
        let may_expire = delivery.message.expires_at.is_some();
        session.queue.push(delivery);
        if may_expire {
            self.arm_session(client_id);
        }
        queued
    }
}

/// How well a Session can take a message now.
pub(super) fn readiness(
    sessions: &LiteMap<ClientId, Session>,
    connections: &LiteMap<ConnectionId, Connection>,
    client_id: &str,
) -> Readiness {
    let Some(session) = sessions.get(client_id) else { return Readiness::Absent };
    let connection = session.connection().and_then(|id| connections.get(&id));
    match connection.map(|connection| &connection.phase) {
        Some(Phase::Connected(connected))
            if connected.sending.available() > 0 && session.queue.len() == 0 =>
        {
            Readiness::Ready
        }
        Some(_) => Readiness::Busy,
        None => Readiness::Absent,
    }
}

/// The copy that one subscription asks for.
pub(super) fn copy(
    message: &Arc<Message>,
    subscription: &ActiveSubscription,
    shared: bool,
) -> Delivery {
    Delivery {
        message: message.clone(),
        qos: message.qos.min(subscription.options.qos),
        retain: message.retain && subscription.options.retain_as_published,
        subscription_identifiers: subscription.identifier.into_iter().collect(),
        topic_filters: vec![subscription.topic_filter.clone()],
        shared,
    }
}

/// Merges two copies: the highest QoS [MQTT-3.3.4-2] and every identifier [MQTT-3.3.4-4].
fn merge(copy: &mut Delivery, other: Delivery) {
    copy.qos = copy.qos.max(other.qos);
    copy.retain |= other.retain;
    // They are few, and in order already: no sort is needed, whose code would be larger than all of this.
    for identifier in other.subscription_identifiers {
        let all = &mut copy.subscription_identifiers;
        all.insert(all.partition_point(|before| *before <= identifier), identifier);
    }
    copy.topic_filters.extend(other.topic_filters);
}

/// Sends a message for the first time. The caller has made sure that above QoS 0 a slot is free.
fn transmit(
    id: ConnectionId,
    connected: &mut Connected,
    session: &mut Session,
    delivery: Delivery,
    aliases: bool,
    now: Instant,
    outputs: &mut VecDeque<Output>,
) -> Outcome {
    if delivery.message.is_expired(now) {
        return Outcome::DroppedExpired;
    }
    let mut publish = delivery.publish(now);
    let topic = delivery.message.topic.clone();
    if publish.qos > QoS::AtMostOnce {
        let Some(packet_id) = allocate(connected, session) else {
            return Outcome::DroppedQueueFull;
        };
        publish.packet_id = Some(packet_id);
    }
    let packet_id = publish.packet_id;
    let new_alias = if aliases { use_alias(&mut publish, connected) } else { None };
    let packet = Packet::Publish(publish);
    if !fits(&packet, connected.maximum_packet_size) {
        // Too large for this Client: treated as delivered [MQTT-3.1.2-25].
        if let Some(packet_id) = packet_id {
            session.outgoing.release_packet_id(packet_id);
            connected.sending.give_back(packet_id);
        }
        return Outcome::DroppedTooLarge;
    }
    if let Some(alias) = new_alias {
        connected
            .outgoing_aliases
            .set(alias, &topic)
            .expect("an unused alias is within the maximum");
    }
    if let (Some(packet_id), Packet::Publish(publish)) = (packet_id, &packet) {
        session.outgoing.publish_sent(publish, &topic);
        session.in_flight.insert(packet_id, delivery);
    }
    outputs.push_back(Output::Send(id, packet));
    Outcome::Sent(packet_id)
}

/// Whether a new message above QoS 0 may be sent now: nothing has still to be sent again, the Client's
/// Receive Maximum has a slot [MQTT-4.9.0-2], and a Packet Identifier is free.
fn slot_free(connected: &Connected, session: &Session) -> bool {
    connected.redelivery.is_empty()
        && connected.sending.available() > 0
        && session.outgoing.packet_ids().len() < usize::from(u16::MAX)
}

/// A Packet Identifier that is not in use [MQTT-2.2.1-4], with a slot of the Client's Receive Maximum.
fn allocate(connected: &mut Connected, session: &mut Session) -> Option<PacketId> {
    let packet_id = session.outgoing.allocate_packet_id().ok()?;
    match connected.sending.take(packet_id) {
        true => Some(packet_id),
        false => {
            session.outgoing.release_packet_id(packet_id);
            None
        }
    }
}

/// Uses an alias for the Topic Name where the Client allows one [MQTT-3.1.2-26]. Returns the alias if
/// this packet sets it.
fn use_alias(publish: &mut Publish, connected: &Connected) -> Option<u16> {
    let aliases = &connected.outgoing_aliases;
    if let Some(alias) = aliases.alias_of(&publish.topic) {
        publish.topic = Text::EMPTY;
        publish.properties.push(Property::TopicAlias(alias));
        return None;
    }
    let alias = aliases.unused()?;
    publish.properties.push(Property::TopicAlias(alias));
    Some(alias)
}

/// Sends again, on a resumed Session, what is unacknowledged [MQTT-4.4.0-1].
fn resend(
    id: ConnectionId,
    connected: &mut Connected,
    session: &mut Session,
    mut packet: Packet,
    now: Instant,
    outputs: &mut VecDeque<Output>,
    events: &mut Vec<Event>,
) {
    let Some(packet_id) = packet.packet_id() else { return };
    if let Some(delivery) = session.in_flight.get(&packet_id) {
        delivery.refresh(&mut packet, now);
    }
    if packet.packet_type() == PacketType::Publish && !fits(&packet, connected.maximum_packet_size)
    {
        // The Maximum Packet Size of this connection is smaller than that of the last: the exchange
        // continues as if the message had been delivered [MQTT-3.1.2-25], which for QoS 2 means PUBREL.
        let delivery = session.in_flight.remove(&packet_id);
        if let Some(delivery) = &delivery {
            let topic = delivery.message.topic.clone();
            events.push(Event::GivenUp { topic, packet_id });
        }
        if delivery.is_none_or(|delivery| delivery.qos != QoS::ExactlyOnce) {
            session.outgoing.give_up(packet_id, &mut connected.sending);
            return;
        }
        session.outgoing.pubrec(&Ack::success(packet_id), &mut connected.sending);
        packet = Packet::PubRel(Ack::success(packet_id));
    }
    events.push(Event::Redelivered { packet: packet.packet_type(), packet_id });
    outputs.push_back(Output::Send(id, packet));
}

fn fits(packet: &Packet, maximum: Option<u32>) -> bool {
    let Packet::Publish(publish) = packet else { return true };
    // Without a maximum only the wire format limits the packet, so only a huge one needs measuring.
    if maximum.is_none() && publish.payload.len() < HUGE && publish.properties.len() < MANY {
        return true;
    }
    packet_size(packet).is_ok_and(|size| maximum.is_none_or(|maximum| size <= maximum as usize))
}

/// Below both, a packet cannot reach the largest Remaining Length (§2.1.4): a property has at most
/// 131,077 bytes.
const HUGE: usize = 128 << 20;
const MANY: usize = 1000;
