//! Everything the client knows at one moment, as plain data for a page or a test.

use std::time::Duration;

use super::acknowledging::Held;
use super::authenticating::Turn;
use super::connection::Connection;
use super::limits::{Announced, Limits};
use super::session::{Session, StoredSession};
use super::{Client, Phase, Settings};
use crate::delivery::{IncomingAliases, OutgoingAliases, Quota};
use crate::mqtt::{PacketId, PacketType};
use crate::time::Instant;

/// Everything the client knows: what [`Client::snapshot`] returns.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Those in force.
    pub settings: Settings,
    /// How far its connection is.
    pub phase: PhaseSnapshot,
    /// The Session in use, or the one that a CONNECT without an answer asks for.
    pub session: Option<Session>,
    /// Sessions without a connection, by Client Identifier.
    pub stored: Vec<StoredSession>,
    /// What [`Client::next_timeout`] returns.
    pub next_timeout: Option<Instant>,
}

/// The phases of a connection, in their order.
#[derive(Clone, Debug)]
pub enum PhaseSnapshot {
    /// There is no link, and none is asked for.
    Offline,
    /// CONNECT waits for the link.
    Opening {
        /// When the wait for the link ends.
        give_up_at: Instant,
    },
    /// The link is up, CONNECT has not been sent.
    LinkUp,
    /// CONNECT has been sent, CONNACK has not arrived.
    Connecting {
        /// What CONNECT announced.
        announced: Announced,
        /// When the wait for the Server ends; `None` while the application has to send AUTH.
        give_up_at: Option<Instant>,
    },
    /// CONNACK 0x00 has arrived.
    Connected(Box<ConnectionSnapshot>),
    /// The connection has ended; its link is not closed yet.
    Closing,
}

/// A connection after CONNACK 0x00.
#[derive(Clone, Debug)]
pub struct ConnectionSnapshot {
    /// What CONNECT announced.
    pub announced: Announced,
    /// What CONNACK set.
    pub limits: Limits,
    /// In seconds, as it applies when the connection ends: DISCONNECT may change it.
    pub session_expiry_interval: u32,
    /// When PINGREQ and its answer are due.
    pub keep_alive: KeepAliveSnapshot,
    /// Slots of the Server's Receive Maximum: the Client's own unacknowledged messages.
    pub send_quota: Quota,
    /// Slots of the Client's Receive Maximum: the Server's unacknowledged messages.
    pub receive_quota: Quota,
    /// Topic Aliases that the Server has set.
    pub incoming_aliases: IncomingAliases,
    /// Topic Aliases that the Client has set.
    pub outgoing_aliases: OutgoingAliases,
    /// How many packets of a resumed Session have still to be sent again.
    pub redelivery: usize,
    /// Acknowledgements not sent yet, in the order in which their cause arrived.
    pub held: Vec<Held>,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer.
    pub requests: Vec<(PacketId, PacketType)>,
    /// That of CONNECT, which every AUTH repeats [MQTT-4.12.0-5].
    pub authentication_method: Option<String>,
    /// Who sends next in a re-authentication; `None` while there is none (§4.12.1).
    pub re_authentication: Option<Turn>,
}

/// Keep Alive on the client's side (§3.1.2.10).
#[derive(Clone, Debug)]
pub struct KeepAliveSnapshot {
    /// `None` when Keep Alive is off.
    pub interval: Option<Duration>,
    /// When PINGREQ is sent if nothing else is.
    pub ping_due: Option<Instant>,
    /// When the wait for PINGRESP ends.
    pub give_up_at: Option<Instant>,
}

/// A few facts about a connection that are cheap to read after every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// In seconds, as it applies when the connection ends.
    pub session_expiry_interval: u32,
    /// Of the Client's Receive Maximum: slots in use, and all slots.
    pub receiving: (u16, u16),
    /// Of the Server's Receive Maximum: slots in use, and all slots.
    pub sending: (u16, u16),
    /// How many acknowledgements are not sent yet.
    pub held: usize,
}

impl Client {
    /// What matters most about the connection; `None` without one.
    pub fn glance(&self) -> Option<Glance> {
        let Phase::Connected(online) = &self.phase else { return None };
        let connection = &online.connection;
        let window = |quota: &Quota| (quota.used(), quota.maximum());
        Some(Glance {
            session_expiry_interval: connection.session_expiry_interval,
            receiving: window(&connection.receive_quota),
            sending: window(&connection.send_quota),
            held: connection.held.len(),
        })
    }

    /// A copy of everything it knows.
    pub fn snapshot(&self) -> Snapshot {
        let (phase, session) = match &self.phase {
            Phase::Offline => (PhaseSnapshot::Offline, None),
            Phase::Opening { give_up_at, connect } => {
                let phase = PhaseSnapshot::Opening { give_up_at: *give_up_at };
                (phase, self.sessions.get(&connect.client_id).map(|s| s.session.clone()))
            }
            Phase::LinkUp => (PhaseSnapshot::LinkUp, None),
            Phase::Connecting(attempt) => {
                let (announced, give_up_at) = (attempt.announced.clone(), attempt.give_up_at);
                let stored = attempt.stored.as_ref();
                let phase = PhaseSnapshot::Connecting { announced, give_up_at };
                (phase, stored.map(|s| s.session.clone()))
            }
            Phase::Connected(online) => {
                let connection = ConnectionSnapshot::new(&online.connection);
                (PhaseSnapshot::Connected(Box::new(connection)), Some(online.session.clone()))
            }
            Phase::Closing => (PhaseSnapshot::Closing, None),
        };
        Snapshot {
            settings: self.settings,
            phase,
            session,
            stored: self.sessions.iter().cloned().collect(),
            next_timeout: self.next_timeout(),
        }
    }
}

impl ConnectionSnapshot {
    fn new(connection: &Connection) -> ConnectionSnapshot {
        let c = connection.clone();
        let subscribes = c.subscribes.keys().map(|id| (*id, PacketType::Subscribe));
        let unsubscribes = c.unsubscribes.keys().map(|id| (*id, PacketType::Unsubscribe));
        ConnectionSnapshot {
            keep_alive: KeepAliveSnapshot {
                interval: c.keep_alive.interval(),
                ping_due: c.keep_alive.ping_due(),
                give_up_at: c.keep_alive.give_up_at(),
            },
            requests: subscribes.chain(unsubscribes).collect(),
            redelivery: c.redelivery.len(),
            held: c.held.into(),
            announced: c.announced,
            limits: c.limits,
            session_expiry_interval: c.session_expiry_interval,
            send_quota: c.send_quota,
            receive_quota: c.receive_quota,
            incoming_aliases: c.incoming_aliases,
            outgoing_aliases: c.outgoing_aliases,
            authentication_method: c.authentication_method,
            re_authentication: c.re_authentication,
        }
    }
}
