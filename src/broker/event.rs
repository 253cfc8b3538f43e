//! What the broker did and why, for whoever watches.

use std::fmt;
use std::sync::Arc;

use super::{ClientId, ConnectionId};
use crate::auth::{Credentials, Verified};
use crate::delivery::Violation;
use crate::mqtt::{DecodeError, PacketId, PacketType, QoS, ReasonCode};
use crate::time::Instant;

/// Something that happened, with when and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub at: Instant,
    pub connection: Option<ConnectionId>,
    pub client_id: Option<ClientId>,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// CONNECT was answered with CONNACK 0x00.
    Accepted {
        session_present: bool,
    },
    /// A SCRAM-SHA-256 exchange ended well; `again` after AUTH 0x19.
    Authenticated {
        user: String,
        again: bool,
        credentials: Credentials,
        values: Box<Verified>,
    },
    /// A packet was answered with an error.
    Refused {
        packet: PacketType,
        reason: Violation,
    },
    /// The Server ended the connection.
    Disconnected(Violation),
    /// The Client ended the connection.
    ClientDisconnected(ReasonCode),
    /// The connection was gone without DISCONNECT.
    ConnectionLost,
    /// A packet was taken without effect.
    Ignored {
        packet: PacketType,
        rule: &'static str,
    },
    SessionCreated,
    SessionResumed,
    SessionEnded(SessionEnd),
    Subscribed {
        topic_filter: Arc<str>,
        granted: QoS,
        replaced: bool,
    },
    Unsubscribed {
        topic_filter: Arc<str>,
    },
    /// A message was handed to every Session that is to get it.
    Routed {
        topic: Arc<str>,
        retained: bool,
        routes: Vec<Route>,
    },
    RetainedStored {
        topic: Arc<str>,
    },
    RetainedRemoved {
        topic: Arc<str>,
    },
    RetainedExpired {
        topic: Arc<str>,
    },
    /// A waiting message left, or could not.
    Dequeued {
        topic: Arc<str>,
        qos: QoS,
        outcome: Outcome,
    },
    /// Sent on an earlier connection, but too large for this one to be sent again.
    GivenUp {
        topic: Arc<str>,
        packet_id: PacketId,
    },
    /// Sent again on a resumed Session.
    Redelivered {
        packet: PacketType,
        packet_id: PacketId,
    },
    WillScheduled {
        topic: String,
        at: Instant,
    },
    WillPublished {
        topic: String,
    },
    WillDiscarded {
        topic: String,
        rule: &'static str,
    },
    PolicyChanged,
}

/// Where one copy of a message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub client_id: ClientId,
    /// The filters that matched.
    pub topic_filters: Vec<Arc<str>>,
    pub qos: QoS,
    pub shared: bool,
    pub outcome: Outcome,
}

/// What became of one copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Sent, with this Packet Identifier above QoS 0.
    Sent(Option<PacketId>),
    /// Waits until the Client is back.
    QueuedWhileAbsent,
    /// Waits for a slot of the Client's Receive Maximum.
    QueuedForQuota,
    /// No Local: its own message [MQTT-3.8.3-3].
    NoLocal,
    /// QoS 0, and the Client is not here.
    DroppedWhileAbsent,
    DroppedQueueFull,
    DroppedExpired,
    /// Larger than the Client takes [MQTT-3.1.2-25].
    DroppedTooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its Session Expiry Interval has passed.
    Expired,
    /// It was to last no longer than its connection.
    WithConnection,
    CleanStart,
    Administrative,
}

/// What the Client sent and cannot be read.
pub(super) fn unreadable(error: DecodeError) -> Violation {
    let text = format!("byte {}: {}", error.at, error.kind);
    Violation::new(error.kind.reason_code(), error.kind.rule(), text)
}

impl Event {
    /// The rule that decided.
    pub fn rule(&self) -> &'static str {
        match self {
            Event::Accepted { .. } => "[MQTT-3.1.4-5]",
            Event::Authenticated { again: false, .. } => "§4.12",
            Event::Authenticated { again: true, .. } => "§4.12.1",
            Event::Refused { reason, .. } | Event::Disconnected(reason) => reason.rule,
            Event::ClientDisconnected(_) => "§3.14",
            Event::ConnectionLost => "§4.13",
            Event::Ignored { rule, .. } | Event::WillDiscarded { rule, .. } => rule,
            Event::SessionCreated => "[MQTT-3.1.2-6]",
            Event::SessionResumed => "[MQTT-3.1.2-5]",
            Event::SessionEnded(SessionEnd::CleanStart) => "[MQTT-3.1.2-4]",
            Event::SessionEnded(_) => "[MQTT-4.1.0-2]",
            Event::Subscribed { replaced: true, .. } => "[MQTT-3.8.4-3]",
            Event::Subscribed { .. } => "[MQTT-3.8.4-1]",
            Event::Unsubscribed { .. } => "[MQTT-3.10.4-1]",
            Event::Routed { .. } => "[MQTT-4.5.0-1]",
            Event::RetainedStored { .. } => "[MQTT-3.3.1-5]",
            Event::RetainedRemoved { .. } => "[MQTT-3.3.1-6]",
            Event::RetainedExpired { .. } => "§3.3.2.3.3",
            Event::Dequeued { outcome, .. } => outcome.rule(),
            Event::GivenUp { .. } => "[MQTT-3.1.2-25]",
            Event::Redelivered { .. } => "[MQTT-4.4.0-1]",
            Event::WillScheduled { .. } => "[MQTT-3.1.2-8]",
            Event::WillPublished { .. } => "[MQTT-3.1.2-8]",
            Event::PolicyChanged => "§4.13",
        }
    }
}

impl Outcome {
    pub fn rule(self) -> &'static str {
        match self {
            Outcome::Sent(_) => "[MQTT-4.5.0-1]",
            Outcome::QueuedWhileAbsent | Outcome::DroppedWhileAbsent => "§4.1",
            Outcome::QueuedForQuota => "[MQTT-3.3.4-9]",
            Outcome::NoLocal => "[MQTT-3.8.3-3]",
            Outcome::DroppedQueueFull => "§4.13",
            Outcome::DroppedExpired => "[MQTT-3.3.2-5]",
            Outcome::DroppedTooLarge => "[MQTT-3.1.2-25]",
        }
    }

    /// Whether there was a subscriber, whatever became of its copy.
    pub fn is_match(self) -> bool {
        self != Outcome::NoLocal
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Sent(Some(id)) => write!(f, "sent with Packet Identifier {id}"),
            Outcome::Sent(None) => f.write_str("sent"),
            Outcome::QueuedWhileAbsent => f.write_str("queued until the Client is back"),
            Outcome::QueuedForQuota => f.write_str("queued until Receive Maximum has a free slot"),
            Outcome::NoLocal => f.write_str("not sent: No Local"),
            Outcome::DroppedWhileAbsent => f.write_str("dropped: QoS 0, and the Client is absent"),
            Outcome::DroppedQueueFull => f.write_str("dropped: the queue is full"),
            Outcome::DroppedExpired => f.write_str("dropped: expired"),
            Outcome::DroppedTooLarge => f.write_str("dropped: larger than the Client takes"),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Accepted { session_present } => {
                write!(f, "accepted, Session Present {}", u8::from(*session_present))
            }
            Event::Authenticated { user, .. } => write!(f, "{user} has proved who they are"),
            Event::Refused { packet, reason } => write!(f, "{} refused: {reason}", packet.name()),
            Event::Disconnected(reason) => write!(f, "disconnected: {reason}"),
            Event::ClientDisconnected(code) => {
                let name = code.name_in(PacketType::Disconnect);
                write!(f, "the Client left: 0x{:02X} {name}", code.value())
            }
            Event::ConnectionLost => f.write_str("the connection is gone without DISCONNECT"),
            Event::Ignored { packet, .. } => write!(f, "{} has no effect", packet.name()),
            Event::SessionCreated => f.write_str("new Session"),
            Event::SessionResumed => f.write_str("Session resumed"),
            Event::SessionEnded(end) => f.write_str(match end {
                SessionEnd::Expired => "Session ended: its Session Expiry Interval has passed",
                SessionEnd::WithConnection => "Session ended with its connection",
                SessionEnd::CleanStart => "Session ended: Clean Start",
                SessionEnd::Administrative => "Session ended by the operator",
            }),
            Event::Subscribed { topic_filter, granted, replaced } => {
                let verb = if *replaced { "replaced" } else { "subscribed" };
                write!(f, "{verb}: {topic_filter} at QoS {}", granted.bits())
            }
            Event::Unsubscribed { topic_filter } => write!(f, "unsubscribed: {topic_filter}"),
            Event::Routed { topic, routes, .. } => {
                write!(f, "{topic}")?;
                for route in routes {
                    write!(f, "; {}: {}", route.client_id, route.outcome)?;
                }
                Ok(())
            }
            Event::RetainedStored { topic } => write!(f, "retained message stored: {topic}"),
            Event::RetainedRemoved { topic } => write!(f, "retained message removed: {topic}"),
            Event::RetainedExpired { topic } => write!(f, "retained message expired: {topic}"),
            Event::Dequeued { topic, outcome, .. } => write!(f, "{topic}: {outcome}"),
            Event::GivenUp { topic, packet_id } => {
                write!(f, "{topic} {packet_id} given up: larger than the Client takes now")
            }
            Event::Redelivered { packet, packet_id } => {
                write!(f, "{} {packet_id} sent again", packet.name())
            }
            Event::WillScheduled { topic, at } => {
                write!(f, "Will {topic} due at {:.1} s", at.as_millis_f64() / 1000.0)
            }
            Event::WillPublished { topic } => write!(f, "Will published: {topic}"),
            Event::WillDiscarded { topic, .. } => write!(f, "Will discarded: {topic}"),
            Event::PolicyChanged => f.write_str("new policy"),
        }
    }
}
