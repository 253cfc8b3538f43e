//! Connects again after a loss, with growing delays, if the Reason Code suggests that it may help.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::{Behaves, BehaviourKind, Runner};
use crate::client::Event;
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, PacketType, ReasonCode, Text};
use crate::time::Instant;

/// When to connect again, and when not.
///
/// Without jitter, delays can be predicted. A real fleet needs it to avoid reconnecting all at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconnect {
    /// The delay before the first attempt.
    pub first_wait: Duration,
    /// The factor from one delay to the next.
    pub factor: u32,
    pub longest_wait: Duration,
    /// By how many percent at most a delay is shortened, by chance.
    pub jitter: u32,
    /// How many attempts in a row. The count starts again once a connection has lasted for `longest_wait`.
    pub tries: u32,
    /// The Reason Codes of CONNACK and DISCONNECT after which to connect again.
    pub retry_after: BTreeSet<ReasonCode>,
    /// Whether to connect again without a Reason Code: when the connection was lost or could not be opened.
    pub retry_without_code: bool,
    /// Whether to ask for the previous Session, with Clean Start 0. Otherwise the last CONNECT is repeated
    /// as it was.
    pub resume: bool,
}

impl Reconnect {
    /// Temporary conditions, worth retrying with the same CONNECT. After any other error the answer would
    /// be the same.
    pub const PASSING: [ReasonCode; 9] = [
        ReasonCode::UnspecifiedError,
        ReasonCode::ServerUnavailable,
        ReasonCode::ServerBusy,
        ReasonCode::ServerShuttingDown,
        ReasonCode::KeepAliveTimeout,
        ReasonCode::MessageRateTooHigh,
        ReasonCode::QuotaExceeded,
        ReasonCode::ConnectionRateExceeded,
        ReasonCode::MaximumConnectTime,
    ];

    /// The delay before the attempt with this number, from 1 on.
    pub fn wait_before(&self, number: u32) -> Duration {
        let growth = self.factor.max(1).saturating_pow(number.saturating_sub(1));
        self.first_wait.saturating_mul(growth).min(self.longest_wait).max(SHORTEST_WAIT)
    }
}

impl Default for Reconnect {
    /// 1, 2, 4 … up to 30 seconds, eight times.
    fn default() -> Reconnect {
        Reconnect {
            first_wait: Duration::from_secs(1),
            factor: 2,
            longest_wait: Duration::from_secs(30),
            jitter: 0,
            tries: 8,
            retry_after: Reconnect::PASSING.into(),
            retry_without_code: true,
            resume: true,
        }
    }
}

/// Why the connection was lost unintentionally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// CONNACK or DISCONNECT gave a reason, and perhaps another Server.
    Told { packet: PacketType, reason_code: ReasonCode, server_reference: Option<String> },
    /// The Server broke a rule, and was sent this code.
    Violation(ReasonCode),
    /// It ended without DISCONNECT, or PINGREQ was not answered.
    Silent,
    /// There was no CONNACK.
    NotReached,
}

/// What to do after a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    After(Duration),
    /// Not worth another attempt: the answer would be the same.
    Pointless,
    /// All attempts have been used up.
    TriesUsedUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconnectState {
    /// Nothing has been lost.
    Watching,
    Waiting {
        number: u32,
        due: Instant,
    },
    /// The attempt with this number is under way.
    Trying {
        number: u32,
    },
    GivenUp,
}

/// A [`Reconnect`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconnecting {
    pub config: Arc<Reconnect>,
    pub state: ReconnectState,
    /// Attempts since a connection last lasted long enough.
    pub tries: u32,
    /// The last losses and what was decided, oldest first.
    pub log: VecDeque<(Instant, Loss, Retry)>,
    connected_since: Option<Instant>,
    client_id: Text,
}

impl Behaves for Reconnect {
    const KIND: BehaviourKind = BehaviourKind::Reconnect;
    type Running = Reconnecting;

    fn begin(config: Arc<Reconnect>) -> Reconnecting {
        Reconnecting {
            config,
            state: ReconnectState::Watching,
            tries: 0,
            log: VecDeque::new(),
            connected_since: None,
            client_id: Text::default(),
        }
    }
}

impl Reconnecting {
    /// The Server Reference of the last loss. The automation does not follow it.
    pub fn server_reference(&self) -> Option<&str> {
        match self.log.back() {
            Some((_, Loss::Told { server_reference, .. }, _)) => server_reference.as_deref(),
            _ => None,
        }
    }

    fn decide(&self, loss: &Loss, now: Instant) -> Retry {
        let is_worth_it = match loss {
            Loss::Told { reason_code, .. } => self.config.retry_after.contains(reason_code),
            Loss::Violation(_) => false,
            Loss::Silent | Loss::NotReached => self.config.retry_without_code,
        };
        match is_worth_it {
            false => Retry::Pointless,
            true if self.tries >= self.config.tries => Retry::TriesUsedUp,
            true => Retry::After(self.shortened(self.config.wait_before(self.tries + 1), now)),
        }
    }

    /// The delay with its jitter. Chance is what no two clients share: their Client Identifier, and the microsecond of
    /// the loss.
    fn shortened(&self, wait: Duration, now: Instant) -> Duration {
        let seed = self.client_id.bytes().fold(now.as_micros(), |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let share = (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32;
        let most = wait * self.config.jitter.min(100) / 100;
        let less = most.mul_f64(f64::from(share) / f64::from(u32::MAX));
        (wait - less).max(SHORTEST_WAIT)
    }
}

impl Runner for Reconnecting {
    fn observe(&mut self, event: &Event, now: Instant) {
        if let Event::Connected { limits, .. } = event {
            self.client_id.clone_from(&limits.client_id.value);
            self.connected_since = Some(now);
            self.state = ReconnectState::Watching;
        }
    }

    fn opening(&mut self) {
        if !matches!(self.state, ReconnectState::Trying { .. }) {
            // The user has connected first, so the count starts again.
            self.state = ReconnectState::Watching;
            self.tries = 0;
        }
    }

    fn link_ended(&mut self, loss: Option<&Loss>, now: Instant) {
        let stood = self.connected_since.take().map(|since| now - since);
        let Some(loss) = loss else {
            self.state = ReconnectState::Watching;
            self.tries = 0;
            return;
        };
        if stood.is_some_and(|stood| stood >= self.config.longest_wait) {
            self.tries = 0;
        }
        let retry = self.decide(loss, now);
        self.state = match retry {
            Retry::After(wait) => {
                self.tries += 1;
                ReconnectState::Waiting { number: self.tries, due: now + wait }
            }
            Retry::Pointless | Retry::TriesUsedUp => ReconnectState::GivenUp,
        };
        if self.log.len() == LOSSES_KEPT {
            self.log.pop_front();
        }
        self.log.push_back((now, loss.clone(), retry));
    }

    fn next_due(&self) -> Option<Instant> {
        match self.state {
            ReconnectState::Waiting { due, .. } => Some(due),
            _ => None,
        }
    }

    fn next_action(&mut self, last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        let ReconnectState::Waiting { number, due } = self.state else { return None };
        if due > now {
            return None;
        }
        self.state = ReconnectState::Trying { number };
        let connect = last_connect?.clone();
        let clean_start = connect.clean_start && !self.config.resume;
        Some(Action::Connect(Box::new(Connect { clean_start, ..connect })))
    }

    fn refused(&mut self, _error: &ActError) {
        self.state = ReconnectState::GivenUp;
    }

    fn is_busy(&self) -> bool {
        matches!(self.state, ReconnectState::Waiting { .. } | ReconnectState::Trying { .. })
    }
}

/// Lower bound on the delay, to protect the broker.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LOSSES_KEPT: usize = 20;
