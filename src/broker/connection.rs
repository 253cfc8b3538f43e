//! The state of one Network Connection, which ends with it.

use std::collections::VecDeque;
use std::time::Duration;

use super::ClientId;
use super::authentication::Exchange;
use crate::delivery::{Accepts, IncomingAliases, OutgoingAliases, Quota, Redelivery};
use crate::mqtt::Connect;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) opened_at: Instant,
    /// What the Client may send, as CONNACK tells it: a later change of policy binds later connections.
    pub(super) announced: Accepts,
    pub(super) phase: Phase,
}

#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// CONNECT has not arrived, or has not been answered.
    AwaitingConnect {
        give_up_at: Instant,
    },
    /// An AUTH exchange runs between CONNECT and CONNACK.
    Authenticating {
        connect: Box<Connect>,
        exchange: Box<Exchange>,
        give_up_at: Instant,
    },
    Connected(Box<Connected>),
}

/// A connection after CONNACK 0x00.
#[derive(Clone, Debug)]
pub(super) struct Connected {
    pub(super) client_id: ClientId,
    pub(super) user: Option<String>,
    pub(super) connected_at: Instant,
    pub(super) keep_alive: KeepAlive,
    /// When Maximum connect time has passed.
    pub(super) ends_at: Option<Instant>,
    /// Whether a DISCONNECT may still set a Session Expiry Interval above 0 (§3.14.2.2.2).
    pub(super) may_extend_session: bool,
    pub(super) maximum_packet_size: Option<u32>,
    pub(super) problem_information: bool,
    /// The Authentication Method of its CONNECT [MQTT-4.12.0-5].
    pub(super) authentication_method: Option<String>,
    /// A re-authentication under way (§4.12.1).
    pub(super) exchange: Option<Box<Exchange>>,
    /// Publications from the Client that hold a slot of the Server's Receive Maximum.
    pub(super) receiving: Quota,
    /// Publications to the Client that hold a slot of its Receive Maximum.
    pub(super) sending: Quota,
    pub(super) redelivery: Redelivery,
    pub(super) incoming_aliases: IncomingAliases,
    pub(super) outgoing_aliases: OutgoingAliases,
    pub(super) publish_rate: Rate,
}

/// Keep Alive as the Server enforces it (§3.1.2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeepAlive {
    /// 0 turns it off.
    pub(super) secs: u16,
    pub(super) last_heard: Instant,
}

impl KeepAlive {
    /// One and a half times the interval after the last packet [MQTT-3.1.2-22].
    pub(super) fn deadline(&self) -> Option<Instant> {
        let millis = u64::from(self.secs) * 1500;
        (millis > 0).then(|| self.last_heard + Duration::from_millis(millis))
    }
}

impl Connection {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::AwaitingConnect { give_up_at } | Phase::Authenticating { give_up_at, .. } => {
                Some(*give_up_at)
            }
            Phase::Connected(connected) => {
                [connected.keep_alive.deadline(), connected.ends_at].into_iter().flatten().min()
            }
        }
    }
}

/// Counts what happened during the last second.
#[derive(Clone, Debug, Default)]
pub(super) struct Rate {
    times: VecDeque<Instant>,
}

impl Rate {
    /// Counts one more; false if the second already had `maximum` of them.
    pub(super) fn admit(&mut self, maximum: Option<u32>, now: Instant) -> bool {
        let Some(maximum) = maximum else { return true };
        while self.times.front().is_some_and(|at| now.since(*at) >= Duration::from_secs(1)) {
            self.times.pop_front();
        }
        if self.times.len() >= maximum as usize {
            return false;
        }
        self.times.push_back(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_any_second_not_the_clock_s() {
        let mut rate = Rate::default();
        for (millis, expect) in [(0, true), (900, true), (950, false), (1000, true), (1100, false)]
        {
            assert_eq!(rate.admit(Some(2), Instant::from_millis(millis)), expect, "{millis}");
        }
        assert!(rate.admit(None, Instant::START));
    }

    #[test]
    fn keep_alive_ends_after_one_and_a_half_intervals() {
        let keep_alive = |secs| KeepAlive { secs, last_heard: Instant::from_millis(1) };
        assert_eq!(keep_alive(10).deadline(), Some(Instant::from_millis(15_001)));
        assert_eq!(keep_alive(1).deadline(), Some(Instant::from_millis(1501)));
        assert_eq!(keep_alive(0).deadline(), None);
    }
}
