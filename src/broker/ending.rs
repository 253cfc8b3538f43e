//! How connections and Sessions end (§3.14, §4.1, §4.13).

use std::sync::Arc;

use super::connection::Phase;
use super::delivering::{copy, readiness};
use super::event::{Event, Outcome, SessionEnd};
use super::message::{Delivery, seconds};
use super::session::{Presence, Session};
use super::timers::TimerOwner;
use super::{Broker, ClientId, ConnectionId, Output};
use crate::delivery::Violation;
use crate::mqtt::{Disconnect, QoS, ReasonCode};
use crate::time::Instant;

impl Broker {
    /// DISCONNECT from the Client.
    pub(super) fn client_disconnects(
        &mut self,
        id: ConnectionId,
        disconnect: &Disconnect,
        now: Instant,
    ) {
        let asked = disconnect.properties.session_expiry_interval();
        let expiry_interval = asked.map(|asked| self.capped_expiry(asked));
        let Some((connected, session)) = self.halves(id) else { return };
        if asked.is_some_and(|asked| asked > 0) && !connected.may_extend_session {
            let text = "CONNECT asked for a Session Expiry Interval of 0";
            let reason = Violation::new(ReasonCode::ProtocolError, "§3.14.2.2.2", text);
            return self.fail(id, reason, now);
        }
        if let Some(expiry_interval) = expiry_interval {
            session.expiry_interval = expiry_interval;
        }
        let client_id = session.client_id.clone();
        let event = Event::ClientDisconnected(disconnect.reason_code);
        self.note(now, Some(id), Some(client_id.clone()), event);
        if disconnect.reason_code == ReasonCode::Success {
            self.discard_will(&client_id, "[MQTT-3.14.4-3]", now);
        }
        self.close(id, now);
    }

    /// The transport reports that the connection is closed.
    pub(super) fn connection_lost(&mut self, id: ConnectionId, now: Instant) {
        if !self.connections.contains_key(&id) {
            return;
        }
        let client_id = self.connected(id).map(|connected| connected.client_id.clone());
        self.note(now, Some(id), client_id, Event::ConnectionLost);
        self.forget_connection(id, now);
    }

    /// Closes a connection from this side.
    pub(super) fn close(&mut self, id: ConnectionId, now: Instant) {
        self.outputs.push_back(Output::Close(id));
        self.forget_connection(id, now);
    }

    /// A deadline of a connection has passed.
    pub(super) fn connection_due(&mut self, id: ConnectionId, now: Instant) {
        let Some(connection) = self.connections.get(&id) else { return };
        // A packet has arrived since, which moved the deadline.
        if connection.deadline().is_none_or(|at| at > now) {
            return self.arm_connection(id);
        }
        let reason = match &connection.phase {
            Phase::Connected(connected) if connected.ends_at.is_some_and(|at| at <= now) => {
                let text = "connected for as long as is allowed";
                Violation::new(ReasonCode::MaximumConnectTime, "§3.14.2.1", text)
            }
            Phase::Connected(connected) => {
                let secs = connected.keep_alive.secs;
                let text = format!("nothing heard for one and a half times {secs} s");
                Violation::new(ReasonCode::KeepAliveTimeout, "[MQTT-3.1.2-22]", text)
            }
            Phase::AwaitingConnect { .. } | Phase::Authenticating { .. } => {
                let text = "no accepted CONNECT in time";
                Violation::new(ReasonCode::UnspecifiedError, "§3.1.4", text)
            }
        };
        self.fail(id, reason, now);
    }

    /// A deadline of a Session has passed: an expiry of messages, its Will, or its end.
    pub(super) fn session_due(&mut self, client_id: &ClientId, now: Instant) {
        let Some(session) = self.sessions.get_mut(client_id) else { return };
        for delivery in session.queue.take_expired(now) {
            let (topic, qos) = (delivery.message.topic.clone(), delivery.qos);
            let event = Event::Dequeued { topic, qos, outcome: Outcome::DroppedExpired };
            self.note(now, None, Some(client_id.clone()), event);
        }
        self.settle(client_id, now);
    }

    /// Another connection has the same Client Identifier [MQTT-3.1.4-3].
    pub(super) fn take_over(&mut self, client_id: &ClientId, now: Instant) {
        let existing = self.sessions.get(client_id).and_then(Session::connection);
        if let Some(existing) = existing {
            let text = "another connection uses this Client Identifier";
            let reason = Violation::new(ReasonCode::SessionTakenOver, "[MQTT-3.1.4-3]", text);
            self.fail(existing, reason, now);
        }
    }

    pub(super) fn remove_session(&mut self, client_id: &str, now: Instant) {
        let Some(session) = self.sessions.get(client_id) else { return };
        let client_id = session.client_id.clone();
        if let Some(id) = session.connection() {
            self.outputs.push_back(Output::Close(id));
            self.forget_connection(id, now);
        }
        self.end_session(&client_id, SessionEnd::Administrative, now);
    }

    /// Forgets a Session and everything that is kept for it.
    pub(super) fn end_session(&mut self, client_id: &ClientId, end: SessionEnd, now: Instant) {
        let Some(mut session) = self.sessions.remove(client_id) else { return };
        self.timers.set(TimerOwner::Session(client_id.clone()), None);
        for filter in session.filters.keys() {
            self.subscriptions.remove(client_id, filter);
        }
        self.note(now, None, Some(client_id.clone()), Event::SessionEnded(end));
        // The end of the Session is the latest moment for its Will [MQTT-3.1.2-8].
        if let Some(will) = session.will.take() {
            self.publish_will(client_id, will, now);
        }
        for delivery in shared_work(session) {
            self.pass_on(delivery, now);
        }
    }

    /// The connection has ended; its Session may stay.
    fn forget_connection(&mut self, id: ConnectionId, now: Instant) {
        let Some(connection) = self.connections.remove(&id) else { return };
        self.timers.set(TimerOwner::Connection(id), None);
        let Phase::Connected(connected) = connection.phase else { return };
        let client_id = connected.client_id;
        let Some(session) = self.sessions.get_mut(&client_id) else { return };
        let ends_at = match session.expiry_interval {
            u32::MAX => None,
            secs => Some(now + seconds(secs)),
        };
        let delay = session.will.as_ref().map(|will| will.properties.will_delay_interval());
        let will_at = delay.map(|secs| now + seconds(secs.unwrap_or(0)));
        session.presence = Presence::Absent { since: now, ends_at, will_at };
        if let (Some(at), Some(will)) = (will_at, &session.will) {
            let at = ends_at.map_or(at, |ends_at| at.min(ends_at));
            let event = Event::WillScheduled { topic: will.topic.clone(), at };
            self.note(now, None, Some(client_id.clone()), event);
        }
        self.settle(&client_id, now);
    }

    /// Does what is due for an absent Client, and sets the next deadline.
    fn settle(&mut self, client_id: &ClientId, now: Instant) {
        let Some(session) = self.sessions.get_mut(client_id) else { return };
        if let Presence::Absent { since, ends_at, will_at } = session.presence {
            if ends_at.is_some_and(|at| at <= now) {
                let end = match ends_at == Some(since) {
                    true => SessionEnd::WithConnection,
                    false => SessionEnd::Expired,
                };
                return self.end_session(client_id, end, now);
            }
            if will_at.is_some_and(|at| at <= now) {
                session.presence = Presence::Absent { since, ends_at, will_at: None };
                if let Some(will) = session.will.take() {
                    self.publish_will(client_id, will, now);
                }
            }
        }
        self.arm_session(client_id);
    }

    /// Gives a message of a Shared Subscription, whose Session has ended, to another of the group.
    fn pass_on(&mut self, delivery: Delivery, now: Instant) {
        let Some(filter) = delivery.topic_filters.first().cloned() else { return };
        let Some(group) = self.subscriptions.group_mut(&filter) else { return };
        let (sessions, connections) = (&self.sessions, &self.connections);
        let chosen = group.choose(|member| readiness(sessions, connections, member));
        let Some((client_id, subscription)) = chosen else { return };
        let route = self.route(client_id, copy(&delivery.message, &subscription, true), now);
        let topic = Arc::clone(&delivery.message.topic);
        let event = Event::Routed { topic, retained: false, routes: vec![route] };
        self.note(now, None, delivery.message.publisher.clone(), event);
    }
}

/// The shared messages of a Session that ends, for the others of the group: queued ones, and QoS 1 messages
/// that were not acknowledged. A QoS 2 delivery that has begun goes to no other [MQTT-4.8.2-5].
fn shared_work(session: Session) -> Vec<Delivery> {
    let begun = session.in_flight.into_values().filter(|d| d.qos == QoS::AtLeastOnce);
    let waiting = session.queue.into_deliveries();
    begun.chain(waiting).filter(|delivery| delivery.shared).collect()
}
