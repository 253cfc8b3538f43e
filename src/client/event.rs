//! What the client tells about itself.

use std::time::Duration;

use super::command::CommandError;
use super::limits::Limits;
use crate::delivery::Violation;
use crate::mqtt::{
    Auth, ConnAck, Disconnect, PacketId, PacketType, Properties, Publish, ReasonCode, SubAck,
    Subscription, UnsubAck,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// CONNACK 0x00: the Session is there, new or resumed.
    Connected {
        session_present: bool,
        limits: Box<Limits>,
        connack: ConnAck,
    },
    /// CONNACK of 0x80 or more.
    Refused(ConnAck),
    /// AUTH from the Server. With 0x18 it is the application's turn to compute an answer; with 0x00
    /// re-authentication has succeeded.
    Auth(Auth),
    /// An Application Message, told when its PUBLISH arrives.
    Message(Message),
    /// A QoS 2 PUBLISH that had been here before and was not handed on again.
    RepeatIgnored {
        packet_id: PacketId,
    },
    /// An acknowledgement waits for [`Command::Acknowledge`](super::Command::Acknowledge).
    AcknowledgementHeld {
        packet_type: PacketType,
        packet_id: PacketId,
    },
    /// A PUBLISH above QoS 0 had to wait for a slot of the Server's Receive Maximum.
    Queued {
        packet_id: PacketId,
    },
    /// An exchange of one's own is over: PUBACK, PUBCOMP, or a PUBREC of 0x80 or more.
    PublishFinished {
        publish: Publish,
        reason_code: ReasonCode,
        properties: Properties,
    },
    /// An acknowledgement for no exchange that is known (§3.6.2.1).
    UnknownAcknowledgement {
        packet_type: PacketType,
        packet_id: PacketId,
    },
    /// A stored message that this Server cannot be sent; it is dropped.
    MessageGivenUp {
        publish: Publish,
        error: CommandError,
    },
    /// A packet of one's own went without the properties for which it had no room.
    PropertiesLeftOut(PacketType),
    /// An answer too large for the Server's Maximum Packet Size even without its properties: not sent.
    TooLargeToSend(PacketType),
    /// Each filter asked for, with the Server's answer.
    Subscribed {
        results: Vec<(Subscription, ReasonCode)>,
        suback: SubAck,
    },
    Unsubscribed {
        results: Vec<(String, ReasonCode)>,
        unsuback: UnsubAck,
    },
    PingAnswered {
        round_trip: Duration,
    },
    /// DISCONNECT from the Server.
    Disconnected(Disconnect),
    /// The Server broke a rule, or leaves the Client no choice: it is answered with DISCONNECT and
    /// the connection is closed (§4.13).
    Violation(Violation),
    /// The Server's packet fits nothing the client knows of. Bytes have been sent past it on this
    /// connection, so that the fault need not be the Server's: nothing is done about it.
    Unexplained(Violation),
    /// No CONNACK in time, or no link.
    ConnectTimeout,
    /// No PINGRESP in time (§3.1.2.10).
    PingTimeout,
    /// The Network Connection is gone.
    LinkDown {
        reason: String,
    },
    /// The state of a Session is dropped.
    SessionEnded {
        client_id: String,
        reason: SessionEnd,
        messages_lost: usize,
    },
}

/// An Application Message received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its Topic Name, also where the packet carried only an alias.
    pub topic: String,
    /// The packet as it came.
    pub publish: Publish,
}

/// Why Session State is dropped (§4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionEnd {
    /// Clean Start 1 [MQTT-3.1.2-4].
    CleanStart,
    /// Session Expiry Interval 0: it ends with the connection.
    WithConnection,
    /// The Session Expiry Interval has passed.
    Expired,
    /// Session Present 0: the Server knows nothing of it [MQTT-3.2.2-5].
    NotOnServer,
}
