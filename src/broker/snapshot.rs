//! Everything the broker knows at one moment, as plain data for a page or a test.

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
use crate::mqtt::{Text, Will};
use crate::time::Instant;

/// What the broker knows at one moment: returned by [`Broker::snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The policy in force for the next Client.
    pub policy: Policy,
    /// By [`ConnectionId`].
    pub connections: Vec<ConnectionSnapshot>,
    /// By Client Identifier.
    pub sessions: Vec<SessionSnapshot>,
    /// By Topic Name.
    pub retained: Vec<Arc<Message>>,
    /// The next deadline of each owner, earliest first.
    pub timers: Vec<(Instant, TimerOwner)>,
    /// What it did last, oldest first, with the rule that decided.
    pub recent: Vec<Arc<Note>>,
}

/// A Network Connection, from its opening on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSnapshot {
    /// As the owner of the transport named it.
    pub id: ConnectionId,
    /// When it was opened.
    pub opened_at: Instant,
    /// How far it is.
    pub phase: ConnectionPhase,
}

/// How far a connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionPhase {
    /// CONNECT has not arrived.
    AwaitingConnect {
        /// When the connection is closed without one.
        give_up_at: Instant,
    },
    /// An AUTH exchange runs between CONNECT and CONNACK (§4.12).
    Authenticating {
        /// That of CONNECT.
        client_id: Text,
        /// How far the exchange is.
        exchange: Exchange,
        /// When the connection is closed if the exchange has not ended.
        give_up_at: Instant,
    },
    /// CONNACK 0x00 has been sent.
    Connected(Box<ConnectedSnapshot>),
}

/// A connection after CONNACK 0x00.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedSnapshot {
    /// Whose Session it serves.
    pub client_id: ClientId,
    /// The authenticated user, or the User Name of CONNECT; `None` for an anonymous Client.
    pub user: Option<String>,
    /// When CONNACK was sent.
    pub connected_at: Instant,
    /// In force, in seconds; 0 turns it off.
    pub keep_alive: u16,
    /// When the last packet arrived.
    pub last_heard: Instant,
    /// When the Client counts as gone if nothing arrives: one and a half Keep Alive intervals after the
    /// last packet [MQTT-3.1.2-22].
    pub keep_alive_ends_at: Option<Instant>,
    /// When the connection ends with 0xA0 (Maximum connect time); `None`: never.
    pub ends_at: Option<Instant>,
    /// That of the Client, in bytes; `None`: no limit.
    pub maximum_packet_size: Option<u32>,
    /// Request Problem Information of CONNECT (§3.1.2.11.7).
    pub problem_information: bool,
    /// That of CONNECT.
    pub authentication_method: Option<String>,
    /// A re-authentication under way (§4.12.1).
    pub re_authentication: Option<Exchange>,
    /// Slots of the Server's Receive Maximum: unacknowledged messages from the Client.
    pub receiving: Quota,
    /// Slots of the Client's Receive Maximum: unacknowledged messages to the Client.
    pub sending: Quota,
    /// How many packets of a resumed Session have still to be sent again.
    pub to_redeliver: usize,
    /// Topic Aliases that the Client has set.
    pub incoming_aliases: IncomingAliases,
    /// Topic Aliases that the Server has set.
    pub outgoing_aliases: OutgoingAliases,
}

/// A Session, whether its Client is connected or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSnapshot {
    /// Names the Session [MQTT-3.1.3-2].
    pub client_id: ClientId,
    /// Who used it last; `None` for an anonymous Client.
    pub user: Option<String>,
    /// When it began.
    pub created_at: Instant,
    /// In seconds; 0xFFFF_FFFF does not expire.
    pub expiry_interval: u32,
    /// Whether its Client is connected, and what happens if not.
    pub presence: Presence,
    /// By Topic Filter.
    pub subscriptions: Vec<ActiveSubscription>,
    /// QoS 2 messages from the Client that are not completely acknowledged.
    pub incoming: Incoming,
    /// Messages to the Client that are not completely acknowledged.
    pub outgoing: Outgoing,
    /// How many messages wait.
    pub queue_length: usize,
    /// The first of the messages that wait.
    pub queue: Vec<Delivery>,
    /// Published when the Client leaves without DISCONNECT 0x00.
    pub will: Option<Will>,
}

impl Broker {
    /// A copy of everything it knows.
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

/// How many messages of a queue a snapshot contains.
const QUEUE_SHOWN: usize = 100;
