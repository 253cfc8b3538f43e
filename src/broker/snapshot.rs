//! The inside of the broker as plain data, for the page and for tests.

use std::sync::Arc;

use super::authentication::Exchange;
use super::connection::{Connection, Phase};
use super::event::Note;
use super::message::{Delivery, Message};
use super::policy::Policy;
use super::session::{Presence, Session};
use super::subscriptions::ActiveSubscription;
use super::timers::TimerOwner;
use super::{Broker, ClientId, ConnectionId};
use crate::delivery::{Incoming, IncomingAliases, Outgoing, OutgoingAliases, Quota};
use crate::mqtt::Will;
use crate::time::Instant;

/// What the broker knew at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub policy: Policy,
    /// In the order they were opened, as far as identifiers ascend.
    pub connections: Vec<ConnectionSnapshot>,
    /// By Client Identifier.
    pub sessions: Vec<SessionSnapshot>,
    /// By Topic Name.
    pub retained: Vec<Arc<Message>>,
    /// What happens by itself, earliest first.
    pub timers: Vec<(Instant, TimerOwner)>,
    /// What it did last, oldest first, with the rule that decided.
    pub recent: Vec<Arc<Note>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSnapshot {
    pub id: ConnectionId,
    pub opened_at: Instant,
    pub phase: ConnectionPhase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionPhase {
    AwaitingConnect { give_up_at: Instant },
    Authenticating { client_id: String, exchange: Exchange, give_up_at: Instant },
    Connected(Box<ConnectedSnapshot>),
}

/// A connection after CONNACK 0x00.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedSnapshot {
    pub client_id: ClientId,
    pub user: Option<String>,
    pub connected_at: Instant,
    /// In force, in seconds; 0 is off.
    pub keep_alive: u16,
    pub last_heard: Instant,
    /// When one and a half Keep Alive intervals have passed.
    pub keep_alive_ends_at: Option<Instant>,
    /// When Maximum connect time is over.
    pub ends_at: Option<Instant>,
    pub maximum_packet_size: Option<u32>,
    pub problem_information: bool,
    pub authentication_method: Option<String>,
    pub re_authentication: Option<Exchange>,
    /// Slots of the Server's Receive Maximum.
    pub receiving: Quota,
    /// Slots of the Client's Receive Maximum.
    pub sending: Quota,
    /// Packets still to be sent again.
    pub to_redeliver: usize,
    pub incoming_aliases: IncomingAliases,
    pub outgoing_aliases: OutgoingAliases,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSnapshot {
    pub client_id: ClientId,
    pub user: Option<String>,
    pub created_at: Instant,
    /// In seconds; 0xFFFF_FFFF does not expire.
    pub expiry_interval: u32,
    pub presence: Presence,
    /// By Topic Filter.
    pub subscriptions: Vec<ActiveSubscription>,
    /// QoS 2 messages from the Client that are not finished.
    pub incoming: Incoming,
    /// Messages to the Client that are not acknowledged.
    pub outgoing: Outgoing,
    pub queue_length: usize,
    /// The first of those that wait.
    pub queue: Vec<Delivery>,
    pub will: Option<Will>,
}

impl Broker {
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            policy: self.policy.clone(),
            connections: self.connections.iter().map(|(id, c)| connection(*id, c)).collect(),
            sessions: self.sessions.values().map(|session| self.session(session)).collect(),
            retained: self.retained.iter().cloned().collect(),
            timers: self.timers.iter().cloned().collect(),
            recent: self.recent.iter().cloned().collect(),
        }
    }

    fn session(&self, session: &Session) -> SessionSnapshot {
        let find = |filter: &Arc<str>| self.subscriptions.find(&session.client_id, filter);
        SessionSnapshot {
            client_id: session.client_id.clone(),
            user: session.user.clone(),
            created_at: session.created_at,
            expiry_interval: session.expiry_interval,
            presence: session.presence,
            subscriptions: session.filters.keys().filter_map(find).cloned().collect(),
            incoming: session.incoming.clone(),
            outgoing: session.outgoing.clone(),
            queue_length: session.queue.len(),
            queue: session.queue.iter().take(QUEUE_SHOWN).cloned().collect(),
            will: session.will.clone(),
        }
    }
}

fn connection(id: ConnectionId, connection: &Connection) -> ConnectionSnapshot {
    let phase = match &connection.phase {
        Phase::AwaitingConnect { give_up_at } => {
            ConnectionPhase::AwaitingConnect { give_up_at: *give_up_at }
        }
        Phase::Authenticating { connect, exchange, give_up_at } => {
            ConnectionPhase::Authenticating {
                client_id: connect.client_id.clone(),
                exchange: (**exchange).clone(),
                give_up_at: *give_up_at,
            }
        }
        Phase::Connected(connected) => ConnectionPhase::Connected(Box::new(ConnectedSnapshot {
            client_id: connected.client_id.clone(),
            user: connected.user.clone(),
            connected_at: connected.connected_at,
            keep_alive: connected.keep_alive.secs,
            last_heard: connected.keep_alive.last_heard,
            keep_alive_ends_at: connected.keep_alive.deadline(),
            ends_at: connected.ends_at,
            maximum_packet_size: connected.maximum_packet_size,
            problem_information: connected.problem_information,
            authentication_method: connected.authentication_method.clone(),
            re_authentication: connected.exchange.as_deref().cloned(),
            receiving: connected.receiving.clone(),
            sending: connected.sending.clone(),
            to_redeliver: connected.redelivery.len(),
            incoming_aliases: connected.incoming_aliases.clone(),
            outgoing_aliases: connected.outgoing_aliases.clone(),
        })),
    };
    ConnectionSnapshot { id, opened_at: connection.opened_at, phase }
}

/// A page shows no more of a queue.
const QUEUE_SHOWN: usize = 100;
