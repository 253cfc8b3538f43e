//! Session State on the Client's side (§4.1): what outlives the Network Connection.

use std::collections::VecDeque;
use std::time::Duration;

use litemap::LiteMap;

use super::event::SessionEnd;
use crate::delivery::{Incoming, Outgoing, OutgoingAliases};
use crate::mqtt::{PacketId, Properties, Property, Publish, QoS, Subscription, Text};
use crate::time::Instant;

/// The state of one Session. It belongs to a Client Identifier [MQTT-3.1.3-2].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The one the Client sent, or the one the Server assigned.
    pub client_id: Text,
    /// Messages sent and not completely acknowledged (§4.4).
    pub outgoing: Outgoing,
    /// Messages accepted and not sent yet: they wait for a slot of the Server's Receive Maximum, in order.
    pub queue: VecDeque<Queued>,
    /// QoS 2 messages received and not completely acknowledged.
    pub incoming: Incoming,
    /// What the Server has granted, by Topic Filter: what the Client believes to be subscribed to.
    pub subscriptions: LiteMap<Text, Subscribed>,
}

/// A PUBLISH that has not been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Given already; it stays the same when the message is sent.
    pub packet_id: PacketId,
    /// The packet as it will be sent, but for its alias.
    pub publish: Publish,
    /// Its Topic Name, even where `publish` has only an alias for it.
    pub topic: Text,
}

/// A subscription that the Server has granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// As asked for.
    pub subscription: Subscription,
    /// The QoS in SUBACK, which may be lower than the one asked for.
    pub granted: QoS,
    /// The Subscription Identifier of the SUBSCRIBE (§3.8.2.1.2).
    pub identifier: Option<u32>,
}

/// A Session without a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// The state.
    pub session: Session,
    /// When it expires; `None` for a Session that never does.
    pub ends_at: Option<Instant>,
}

/// The Sessions of the Client Identifiers that are not connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sessions(LiteMap<String, StoredSession>);

impl Session {
    /// A Session without messages or subscriptions.
    pub fn new(client_id: &str) -> Session {
        Session { client_id: client_id.into(), ..Session::default() }
    }

    /// How many messages are lost if the state is.
    pub fn messages(&self) -> usize {
        self.outgoing.len() + self.queue.len()
    }

    /// The mappings of a connection end with it, so what has not been sent needs its Topic Name
    /// again [MQTT-3.3.2-7].
    fn forget_aliases(&mut self) {
        for queued in &mut self.queue {
            queued.publish.topic.clone_from(&queued.topic);
            queued.publish.properties.0.retain(|p| !matches!(p, Property::TopicAlias(_)));
        }
    }
}

impl Queued {
    /// The packet to send. Since it was accepted, the alias may have been set to another topic; then the
    /// packet carries the Topic Name too.
    pub fn to_send(&self, aliases: &OutgoingAliases) -> Publish {
        let mut publish = self.publish.clone();
        if let Some(alias) = publish.properties.topic_alias()
            && !aliases.stands_for(alias, &self.topic)
        {
            publish.topic.clone_from(&self.topic);
        }
        publish
    }
}

impl Subscribed {
    /// From the request, its answer, and the properties of the SUBSCRIBE.
    pub fn new(subscription: Subscription, granted: QoS, properties: &Properties) -> Subscribed {
        Subscribed { subscription, granted, identifier: properties.subscription_identifier() }
    }
}

impl Sessions {
    /// Keeps a Session after its connection, for its Session Expiry Interval [MQTT-3.1.2-23]. Returns it if
    /// the interval is 0.
    pub fn store(
        &mut self,
        mut session: Session,
        expiry_interval: u32,
        now: Instant,
    ) -> Option<(Session, SessionEnd)> {
        let ends_at = match expiry_interval {
            0 => return Some((session, SessionEnd::WithConnection)),
            NEVER => None,
            secs => Some(now + Duration::from_secs(u64::from(secs))),
        };
        session.forget_aliases();
        self.0.insert(session.client_id.to_string(), StoredSession { session, ends_at });
        None
    }

    /// Takes a Session out for a connection that asks for it. Until it is put back it does not expire.
    pub fn take(&mut self, client_id: &str) -> Option<StoredSession> {
        self.0.remove(client_id)
    }

    /// Puts back a Session that a connection asked for and did not get.
    pub fn put_back(&mut self, stored: StoredSession) {
        self.0.insert(stored.session.client_id.to_string(), stored);
    }

    /// Takes out one Session that has expired.
    pub fn take_expired(&mut self, now: Instant) -> Option<Session> {
        let expired = |stored: &StoredSession| stored.ends_at.is_some_and(|at| at <= now);
        let client_id = self.0.iter().find(|(_, s)| expired(s)).map(|(id, _)| id.clone())?;
        self.take(&client_id).map(|stored| stored.session)
    }

    pub fn next_timeout(&self) -> Option<Instant> {
        self.0.values().filter_map(|stored| stored.ends_at).min()
    }

    pub fn get(&self, client_id: &str) -> Option<&StoredSession> {
        self.0.get(client_id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &StoredSession> {
        self.0.values()
    }
}

/// A Session Expiry Interval without end (§3.1.2.11.2).
const NEVER: u32 = u32::MAX;
