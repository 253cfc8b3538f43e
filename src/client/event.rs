//! What the client reports to the application.

use std::time::Duration;

use super::command::CommandError;
use super::limits::Limits;
use crate::delivery::Violation;
use crate::mqtt::{
    Auth, ConnAck, Disconnect, PacketId, PacketType, Properties, Publish, ReasonCode, SubAck,
    Subscription, Text, UnsubAck,
};

/// What happened to the client, in [`Output::Event`](super::Output::Event). Nothing needs to be done about
/// an event except where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// CONNACK 0x00: there is a connection and a Session.
    Connected {
        /// Whether the Session is resumed; otherwise it is new (§3.2.2.1.1).
        session_present: bool,
        /// What holds on this connection: the properties of `connack`, with defaults where it has none.
        limits: Box<Limits>,
        /// As it arrived.
        connack: ConnAck,
    },
    /// CONNACK of 0x80 or more. The link is closed.
    Refused(ConnAck),
    /// AUTH from the Server. With 0x18 the application has to answer with
    /// [`Command::Auth`](super::Command::Auth); with 0x00 re-authentication has succeeded.
    Auth(Auth),
    /// An Application Message, when its PUBLISH arrives.
    Message(Message),
    /// A QoS 2 PUBLISH that had arrived before: it is answered, but not handed on again [MQTT-4.3.3-10].
    RepeatIgnored {
        /// That of the PUBLISH.
        packet_id: PacketId,
    },
    /// An acknowledgement waits for [`Command::Acknowledge`](super::Command::Acknowledge).
    AcknowledgementHeld {
        /// PUBACK, PUBREC or PUBCOMP.
        packet_type: PacketType,
        /// What [`Command::Acknowledge`](super::Command::Acknowledge) has to name.
        packet_id: PacketId,
    },
    /// A PUBLISH above QoS 0 waits for a slot of the Server's Receive Maximum (§4.9).
    Queued {
        /// Given already.
        packet_id: PacketId,
    },
    /// An exchange of the client's own has ended: with PUBACK, PUBCOMP, or a PUBREC of 0x80 or more.
    PublishFinished {
        /// The message that it was about.
        publish: Publish,
        /// Of the packet that ended it; from 0x80 on the Server has refused the message.
        reason_code: ReasonCode,
        /// Of that packet.
        properties: Properties,
    },
    /// An acknowledgement with a Packet Identifier that is not in use (§3.6.2.1, §3.7.2.1).
    UnknownAcknowledgement {
        /// PUBACK, PUBREC, PUBREL or PUBCOMP. PUBREL, and a PUBREC below 0x80, are answered with 0x92.
        packet_type: PacketType,
        /// The unknown one.
        packet_id: PacketId,
    },
    /// A message of a resumed Session that this Server cannot be sent. It is dropped.
    MessageGivenUp {
        /// The message that is lost.
        publish: Publish,
        /// Which limit of this connection it exceeds.
        error: CommandError,
    },
    /// Optional properties were dropped so that the packet fits the Server's Maximum Packet Size.
    PropertiesLeftOut(PacketType),
    /// An answer that is too large for the Server's Maximum Packet Size even without its properties. It is
    /// not sent.
    TooLargeToSend(PacketType),
    /// SUBACK.
    Subscribed {
        /// Each Topic Filter of the SUBSCRIBE, with its Reason Code.
        results: Vec<(Subscription, ReasonCode)>,
        /// As it arrived.
        suback: SubAck,
    },
    /// UNSUBACK.
    Unsubscribed {
        /// Each Topic Filter of the UNSUBSCRIBE, with its Reason Code.
        results: Vec<(Text, ReasonCode)>,
        /// As it arrived.
        unsuback: UnsubAck,
    },
    /// PINGRESP.
    PingAnswered {
        /// Since the oldest PINGREQ without an answer.
        round_trip: Duration,
    },
    /// DISCONNECT from the Server. The link is closed.
    Disconnected(Disconnect),
    /// The Server broke a rule, or leaves the Client no choice. The client has answered with DISCONNECT
    /// where it may, and closes the link (§4.13).
    Violation(Violation),
    /// An unexpected packet, on a connection on which bytes were sent past the client. It is ignored, since
    /// the fault need not be the Server's.
    Unexplained(Violation),
    /// No link or no CONNACK within [`Settings::connect_timeout`](super::Settings::connect_timeout).
    ConnectTimeout,
    /// No PINGRESP within [`Settings::ping_timeout`](super::Settings::ping_timeout) (§3.1.2.10).
    PingTimeout,
    /// The Network Connection is gone.
    LinkDown {
        /// As given with [`Input::LinkDown`](super::Input::LinkDown).
        reason: String,
    },
    /// The state of a Session is dropped.
    SessionEnded {
        /// Whose Session it was.
        client_id: Text,
        /// Why it is dropped.
        reason: SessionEnd,
        /// Messages that were queued or not completely acknowledged.
        messages_lost: usize,
    },
}

/// An Application Message received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its Topic Name, even where the packet has only an alias for it.
    pub topic: Text,
    /// The packet as it arrived.
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
    /// Session Present 0: the Server has no such Session [MQTT-3.2.2-5].
    NotOnServer,
}
