//! A picture of everything the client knows, for the page.

use std::time::Duration;

use super::acknowledging::Held;
use super::authenticating::Turn;
use super::connection::Connection;
use super::event::Event;
use super::limits::{Announced, Limits};
use super::session::{Session, StoredSession};
use super::{Client, Phase, Settings};
use crate::delivery::{IncomingAliases, OutgoingAliases, Quota};
use crate::mqtt::{PacketId, PacketType};
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub settings: Settings,
    pub phase: PhaseSnapshot,
    /// The Session in use, or the one that the CONNECT on its way asks for.
    pub session: Option<Session>,
    /// Sessions without a connection, by Client Identifier.
    pub stored: Vec<StoredSession>,
    pub recent: Vec<(Instant, Event)>,
    pub next_timeout: Option<Instant>,
}

#[derive(Clone, Debug)]
pub enum PhaseSnapshot {
    /// No link, none asked for.
    Offline,
    /// CONNECT waits for the link.
    Opening {
        give_up_at: Instant,
    },
    /// The link is up, CONNECT has not been sent.
    LinkUp,
    /// CONNECT is out. Without `give_up_at` the application is to send AUTH.
    Connecting {
        announced: Announced,
        give_up_at: Option<Instant>,
    },
    Connected(Box<ConnectionSnapshot>),
    /// The client is done with the link and waits for it to go down.
    Closing,
}

#[derive(Clone, Debug)]
pub struct ConnectionSnapshot {
    pub announced: Announced,
    pub limits: Limits,
    /// In seconds; as it will hold when the connection ends.
    pub session_expiry_interval: u32,
    pub keep_alive: KeepAliveSnapshot,
    /// The Server's Receive Maximum: one's own unacknowledged messages.
    pub send_quota: Quota,
    /// One's own Receive Maximum: the Server's unacknowledged messages.
    pub receive_quota: Quota,
    pub incoming_aliases: IncomingAliases,
    pub outgoing_aliases: OutgoingAliases,
    /// Packets of a resumed Session that are still to be sent again.
    pub redelivery: usize,
    pub held: Vec<Held>,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer.
    pub requests: Vec<(PacketId, PacketType)>,
    pub authentication_method: Option<String>,
    pub re_authentication: Option<Turn>,
}

#[derive(Clone, Debug)]
pub struct KeepAliveSnapshot {
    /// `None` when Keep Alive is off.
    pub interval: Option<Duration>,
    /// When PINGREQ is sent if nothing else is.
    pub ping_due: Option<Instant>,
    /// When the wait for PINGRESP ends.
    pub give_up_at: Option<Instant>,
}

/// The few facts about a connection that cost nothing to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// In seconds; as it will hold when the connection ends.
    pub session_expiry_interval: u32,
    /// Slots taken and slots there are of one's own Receive Maximum.
    pub receiving: (u16, u16),
    /// Slots taken and slots there are of the Server's Receive Maximum.
    pub sending: (u16, u16),
    /// Acknowledgements that are held back.
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
            recent: self.outputs.recent().cloned().collect(),
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
