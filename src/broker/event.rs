//! What the broker did and why, for logs and for the page.

use std::fmt;
use std::sync::Arc;

use super::{ClientId, ConnectionId};
use crate::auth::{Credentials, Verified};
use crate::delivery::Violation;
use crate::mqtt::{DecodeError, PacketId, PacketType, QoS, ReasonCode, Text};
use crate::time::Instant;

/// An [`Event`] with its time and the Client it concerns. [`Event::rule`] says why it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it happened.
    pub at: Instant,
    /// On which Network Connection; `None` where it happened to a Session, a topic or the broker.
    pub connection: Option<ConnectionId>,
    /// Whose Session; `None` before a CONNECT is accepted, and where it concerns none.
    pub client_id: Option<ClientId>,
    /// What happened.
    pub event: Event,
}

/// What happened in the broker. [`rule`](Event::rule) says why, and `Display` gives a line for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// CONNECT was answered with CONNACK 0x00.
    Accepted {
        /// Whether an existing Session is resumed (§3.2.2.1.1).
        session_present: bool,
    },
    /// A SCRAM-SHA-256 exchange has succeeded (§4.12).
    Authenticated {
        /// Who has proved to know the password.
        user: String,
        /// Whether it was a re-authentication, which AUTH 0x19 began (§4.12.1).
        again: bool,
        /// What the Server keeps of the password.
        credentials: Credentials,
        /// The intermediate values of the proof, to be shown.
        values: Box<Verified>,
    },
    /// A packet was answered with an error.
    Refused {
        /// The packet of the Client: CONNECT or what came in its place, PUBLISH, SUBSCRIBE or UNSUBSCRIBE.
        packet: PacketType,
        /// Reason Code, rule and text.
        reason: Violation,
    },
    /// The Server ended the connection: with DISCONNECT if CONNACK had been sent, for this reason.
    Disconnected(Violation),
    /// DISCONNECT from the Client, with this Reason Code.
    ClientDisconnected(ReasonCode),
    /// The connection was closed without DISCONNECT.
    ConnectionLost,
    /// An acknowledgement with an unknown Packet Identifier has no effect.
    Ignored {
        /// The packet of the Client.
        packet: PacketType,
        /// Why it has none.
        rule: &'static str,
    },
    /// A Session begins [MQTT-3.1.2-6].
    SessionCreated,
    /// A Client is back to its Session [MQTT-3.1.2-5].
    SessionResumed,
    /// A Session and everything kept for it is gone.
    SessionEnded(SessionEnd),
    /// A Topic Filter of a SUBSCRIBE was granted.
    Subscribed {
        /// With `$share/…/`, if it is shared.
        topic_filter: Arc<str>,
        /// The QoS in SUBACK.
        granted: QoS,
        /// Whether the Session had a subscription with this filter already [MQTT-3.8.4-3].
        replaced: bool,
    },
    /// A subscription was removed [MQTT-3.10.4-1].
    Unsubscribed {
        /// With `$share/…/`, if it is shared.
        topic_filter: Arc<str>,
    },
    /// A message was given to the Sessions with a matching subscription [MQTT-4.5.0-1]: when it was
    /// published, from the store upon SUBSCRIBE, or because the Session that a Shared Subscription had
    /// chosen has ended.
    Routed {
        /// Its Topic Name.
        topic: Arc<str>,
        /// RETAIN as published; true for a message from the store.
        retained: bool,
        /// One per copy, also those that were not sent; empty where nothing matched.
        routes: Vec<Route>,
    },
    /// A retained message was stored, or replaced [MQTT-3.3.1-5].
    RetainedStored {
        /// Its Topic Name.
        topic: Arc<str>,
    },
    /// A retained message was removed by an empty one [MQTT-3.3.1-6], or by the operator.
    RetainedRemoved {
        /// Its Topic Name.
        topic: Arc<str>,
    },
    /// The Message Expiry Interval of a retained message has passed (§3.3.2.3.3).
    RetainedExpired {
        /// Its Topic Name.
        topic: Arc<str>,
    },
    /// A message left the queue of a Session.
    Dequeued {
        /// Its Topic Name.
        topic: Arc<str>,
        /// Of the copy for this Client.
        qos: QoS,
        /// Whether it was sent, or why it was dropped.
        outcome: Outcome,
    },
    /// Sent on an earlier connection, but too large to be sent again on this one [MQTT-3.1.2-25].
    GivenUp {
        /// Its Topic Name.
        topic: Arc<str>,
        /// That of the exchange.
        packet_id: PacketId,
    },
    /// A packet was sent again on a resumed Session [MQTT-4.4.0-1].
    Redelivered {
        /// PUBLISH or PUBREL.
        packet: PacketType,
        /// That of the exchange.
        packet_id: PacketId,
    },
    /// A Client left without DISCONNECT 0x00; its Will is published after the Will Delay Interval.
    WillScheduled {
        /// The Will Topic.
        topic: Text,
        /// When it will be published, unless the Client comes back earlier.
        at: Instant,
    },
    /// A Will was published [MQTT-3.1.2-8].
    WillPublished {
        /// The Will Topic.
        topic: Text,
    },
    /// A Will is not published.
    WillDiscarded {
        /// The Will Topic.
        topic: Text,
        /// Why: DISCONNECT 0x00 [MQTT-3.14.4-3], or the Client came back in time [MQTT-3.1.3-9].
        rule: &'static str,
    },
    /// The operator has set another [`Policy`](super::Policy).
    PolicyChanged,
}

/// Where one copy of a message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Whose Session.
    pub client_id: ClientId,
    /// The filters that matched, one for a Shared Subscription.
    pub topic_filters: Vec<Arc<str>>,
    /// Of the copy: the lower of published and granted QoS [MQTT-3.8.4-8].
    pub qos: QoS,
    /// Whether a Shared Subscription chose this Session (§4.8.2).
    pub shared: bool,
    /// What became of the copy.
    pub outcome: Outcome,
}

/// What became of one copy of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Sent; with a Packet Identifier above QoS 0.
    Sent(Option<PacketId>),
    /// Waits until the Client is back.
    QueuedWhileAbsent,
    /// Waits for a slot of the Client's Receive Maximum.
    QueuedForQuota,
    /// Not sent: the Client published it itself, and its subscription has No Local [MQTT-3.8.3-3].
    NoLocal,
    /// Dropped: QoS 0, and the Client is not connected (§4.1).
    DroppedWhileAbsent,
    /// Dropped: the Session has as many waiting messages as the policy allows.
    DroppedQueueFull,
    /// Dropped: the Message Expiry Interval has passed [MQTT-3.3.2-5].
    DroppedExpired,
    /// Dropped: larger than the Client's Maximum Packet Size [MQTT-3.1.2-25].
    DroppedTooLarge,
}

/// Why the Server drops Session State (§4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its Session Expiry Interval has passed.
    Expired,
    /// Its Session Expiry Interval was 0.
    WithConnection,
    /// A CONNECT with Clean Start 1 [MQTT-3.1.2-4].
    CleanStart,
    /// The operator has removed it.
    Administrative,
}

/// The violation in bytes from the Client that cannot be read.
pub(super) fn unreadable(error: DecodeError) -> Violation {
    let text = format!("byte {}: {}", error.at, error.kind);
    Violation::new(error.kind.reason_code(), error.kind.rule(), text)
}

impl Event {
    /// The rule that decided: a normative statement (`[MQTT-3.1.4-5]`), or the section (`§3.14`) where no
    /// statement has a number.
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
    /// The rule that decided, in the form of [`Event::rule`].
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

    /// Whether the publisher has a matching subscriber here: true except for No Local.
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
                write!(f, "the Client left: {}", code.in_words(PacketType::Disconnect))
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
