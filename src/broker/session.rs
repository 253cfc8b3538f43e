//! Session State (§4.1): what the Server keeps for a Client while it is not connected.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use litemap::LiteMap;

use super::message::Delivery;
use super::{ClientId, ConnectionId};
use crate::delivery::{Incoming, Outgoing};
use crate::mqtt::{PacketId, QoS, Will};
use crate::time::Instant;

/// The subscriptions themselves are in [`super::subscriptions::Subscriptions`].
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) client_id: ClientId,
    pub(super) user: Option<String>,
    pub(super) created_at: Instant,
    /// In seconds; 0xFFFF_FFFF does not expire.
    pub(super) expiry_interval: u32,
    pub(super) presence: Presence,
    /// The whole Topic Filters it is subscribed to.
    pub(super) filters: LiteMap<Arc<str>, ()>,
    /// QoS 2 messages from the Client that are not finished.
    pub(super) incoming: Incoming,
    /// Messages to the Client that are not acknowledged.
    pub(super) outgoing: Outgoing,
    /// The messages of `outgoing` that may have to be sent again.
    pub(super) in_flight: BTreeMap<PacketId, Delivery>,
    pub(super) queue: Queue,
    pub(super) will: Option<Will>,
}

/// Whether the Client of a Session is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is, on this Network Connection.
    Connected(ConnectionId),
    /// It is not.
    Absent {
        /// When its last connection ended.
        since: Instant,
        /// When the Session expires; `None`: never.
        ends_at: Option<Instant>,
        /// When the Will is published; `None` if there is none.
        will_at: Option<Instant>,
    },
}

impl Session {
    pub(super) fn new(client_id: ClientId, connection: ConnectionId, now: Instant) -> Session {
        Session {
            client_id,
            user: None,
            created_at: now,
            expiry_interval: 0,
            presence: Presence::Connected(connection),
            filters: LiteMap::new(),
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            in_flight: BTreeMap::new(),
            queue: Queue::default(),
            will: None,
        }
    }

    pub(super) fn connection(&self) -> Option<ConnectionId> {
        match self.presence {
            Presence::Connected(connection) => Some(connection),
            Presence::Absent { .. } => None,
        }
    }

    /// The next timeout of this session: its end, its Will or a message expiry.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let (ends_at, will_at) = match self.presence {
            Presence::Connected(_) => (None, None),
            Presence::Absent { ends_at, will_at, .. } => (ends_at, will_at),
        };
        [ends_at, will_at, self.queue.next_expiry()].into_iter().flatten().min()
    }
}

/// Messages that wait: for the Client to come back, or for its Receive Maximum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Queue {
    deliveries: VecDeque<Delivery>,
    /// How many of them are of QoS 0, which wait for no Receive Maximum.
    of_qos_0: usize,
    /// Not later than the earliest expiry of any of them.
    next_expiry: Option<Instant>,
}

impl Queue {
    pub(super) fn push(&mut self, delivery: Delivery) {
        self.of_qos_0 += usize::from(delivery.qos == QoS::AtMostOnce);
        self.next_expiry =
            [self.next_expiry, delivery.message.expires_at].into_iter().flatten().min();
        self.deliveries.push_back(delivery);
    }

    /// Takes the first one; while no slot is free, the first of QoS 0.
    pub(super) fn pop(&mut self, slot_free: bool) -> Option<Delivery> {
        let position = match slot_free {
            true => 0,
            false if self.of_qos_0 == 0 => return None,
            false => self.deliveries.iter().position(|d| d.qos == QoS::AtMostOnce)?,
        };
        let delivery = self.deliveries.remove(position)?;
        self.of_qos_0 -= usize::from(delivery.qos == QoS::AtMostOnce);
        if self.deliveries.is_empty() {
            self.next_expiry = None;
        }
        Some(delivery)
    }

    /// Takes out what has expired [MQTT-3.3.2-5].
    pub(super) fn take_expired(&mut self, now: Instant) -> Vec<Delivery> {
        if self.next_expiry.is_none_or(|at| at > now) {
            return Vec::new();
        }
        let (expired, left): (Vec<_>, Vec<_>) =
            self.deliveries.drain(..).partition(|d| d.message.is_expired(now));
        *self = Queue::default();
        left.into_iter().for_each(|delivery| self.push(delivery));
        expired
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.next_expiry
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.deliveries.len()
    }

    pub(super) fn into_deliveries(self) -> VecDeque<Delivery> {
        self.deliveries
    }

    pub(super) fn holds_qos_0(&self) -> bool {
        self.of_qos_0 > 0
    }
}
