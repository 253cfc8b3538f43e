//! What the application asks for, and why a request is refused.

use std::fmt;

use bytes::Bytes;

use crate::delivery::{AliasError, PacketIdsExhausted};
use crate::mqtt::{
    Auth, Connect, DecodeError, Disconnect, EncodeError, Packet, PacketId, PacketType, Properties,
    QoS, ReasonCode, Sender, Subscription, Text, decode, encode,
};

/// What the application wants of the client, for [`Client::command`](super::Client::command).
///
/// The fields are those of the packet to send. What the client decides itself is missing: Packet
/// Identifiers, DUP, and when a PUBLISH waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// CONNECT, sent as it is once the link is up. The owner of the client opens the link.
    Connect(Box<Connect>),
    /// PUBLISH. Waits where the Server's Receive Maximum is used up; [`Accepted::queued`] tells.
    Publish {
        /// At most the Maximum QoS of the Server [MQTT-3.2.2-11].
        qos: QoS,
        /// Refused where the Server has said that Retain is not available [MQTT-3.2.2-14].
        retain: bool,
        /// May be empty where a Topic Alias in `properties` takes its place that has been set on this
        /// connection.
        topic: Text,
        /// A Topic Alias among them applies to this connection only.
        properties: Properties,
        /// The Application Message.
        payload: Bytes,
    },
    /// SUBSCRIBE (§3.8).
    Subscribe {
        /// A Subscription Identifier holds for all of the filters.
        properties: Properties,
        /// At least one [MQTT-3.8.3-2].
        subscriptions: Vec<Subscription>,
    },
    /// UNSUBSCRIBE (§3.10).
    Unsubscribe {
        /// User Properties.
        properties: Properties,
        /// At least one [MQTT-3.10.3-2].
        topic_filters: Vec<Text>,
    },
    /// Sends an acknowledgement that is held, or lets it follow those before it (§4.6). Which packet it is
    /// follows from the exchange.
    Acknowledge {
        /// That of [`Event::AcknowledgementHeld`](super::Event::AcknowledgementHeld).
        packet_id: PacketId,
        /// 0x00, or why the message is refused.
        reason_code: ReasonCode,
        /// Dropped where the packet would be too large for the Server with them.
        properties: Properties,
    },
    /// AUTH: the answer to the Server during an exchange, or 0x19 to begin one again (§4.12.1).
    Auth(Auth),
    /// PINGREQ, although Keep Alive asks for none yet.
    Ping,
    /// DISCONNECT, after which the link is closed (§3.14.4).
    Disconnect(Disconnect),
}

/// The result of a command that was not refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The Packet Identifier that a PUBLISH above QoS 0, SUBSCRIBE or UNSUBSCRIBE got; `None` for other
    /// commands.
    pub packet_id: Option<PacketId>,
    /// Whether a PUBLISH waits for a slot of the Server's Receive Maximum (§4.9). Queued messages keep
    /// their order.
    pub queued: bool,
}

/// Why a command is refused. Nothing has been sent and nothing has changed. [`rule`](CommandError::rule)
/// cites the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// There is no connection: CONNECT comes first [MQTT-3.1.0-1].
    NotConnected,
    /// CONNECT has been sent, and its answer has not arrived.
    AwaitingConnAck,
    /// The same with an Authentication Method: only AUTH and DISCONNECT may be sent [MQTT-3.1.2-30].
    AwaitingAuthentication,
    /// A second CONNECT on one connection [MQTT-3.1.0-2].
    ConnectedAlready,
    /// The last connection has ended, but its link is not closed yet.
    Closing,
    /// The packet has no representation on the wire.
    NotEncodable(EncodeError),
    /// The packet would break this rule of the wire. `at` is an offset into the packet as it would be sent.
    Forbidden(DecodeError),
    /// The QoS is above what the Server supports [MQTT-3.2.2-11].
    MaximumQoSExceeded {
        /// That of the message.
        qos: QoS,
        /// That of CONNACK.
        maximum: QoS,
    },
    /// RETAIN, but CONNACK said Retain Available 0 [MQTT-3.2.2-14].
    RetainNotAvailable,
    /// The Topic Alias cannot be used.
    TopicAlias(AliasError),
    /// A wildcard in a Topic Filter, but CONNACK said that there are none (§3.2.2.3.11).
    WildcardSubscriptionNotAvailable,
    /// A Shared Subscription, but CONNACK said that there are none (§3.2.2.3.13).
    SharedSubscriptionNotAvailable,
    /// A Subscription Identifier, but CONNACK said that there are none (§3.2.2.3.12).
    SubscriptionIdentifierNotAvailable,
    /// Larger than the Maximum Packet Size of the Server, without optional properties too [MQTT-3.2.2-15].
    PacketTooLarge {
        /// In bytes, with the Fixed Header.
        size: usize,
        /// That of CONNACK, in bytes.
        maximum: u32,
    },
    /// All 65,535 Packet Identifiers are in use.
    PacketIdsExhausted,
    /// Session Expiry Interval was 0 in CONNECT: DISCONNECT must not raise it (§3.14.2.2.2).
    SessionExpiryWasZero,
    /// AUTH, but CONNECT named no Authentication Method [MQTT-4.12.0-7].
    NoAuthenticationMethod,
    /// AUTH with another Authentication Method than CONNECT [MQTT-4.12.0-5].
    AuthenticationMethodDiffers,
    /// AUTH with a Reason Code that does not fit the state of the exchange.
    AuthReasonCode {
        /// 0x19 to begin a re-authentication, 0x18 within an exchange.
        expected: ReasonCode,
    },
    /// The Server has not answered the last AUTH.
    AuthOutOfTurn,
    /// No acknowledgement with this Packet Identifier is held.
    NothingToAcknowledge(PacketId),
    /// An earlier acknowledgement of the same kind is still held.
    AcknowledgeInOrder {
        /// PUBACK or PUBREC.
        packet_type: PacketType,
        /// The one that has to be released first.
        first: PacketId,
    },
}

impl CommandError {
    /// The normative statement, or the section where no statement has a number.
    pub fn rule(&self) -> &'static str {
        use CommandError as E;
        match self {
            E::NotConnected => "[MQTT-3.1.0-1]",
            E::AwaitingConnAck => "§3.1.4",
            E::AwaitingAuthentication => "[MQTT-3.1.2-30]",
            E::ConnectedAlready => "[MQTT-3.1.0-2]",
            E::Closing => "[MQTT-3.14.4-1]",
            E::NotEncodable(error) => error.rule(),
            E::Forbidden(error) => error.kind.rule(),
            E::MaximumQoSExceeded { .. } => "[MQTT-3.2.2-11]",
            E::RetainNotAvailable => "[MQTT-3.2.2-14]",
            E::TopicAlias(AliasError::AboveMaximum { maximum: 0, .. }) => "[MQTT-3.2.2-18]",
            E::TopicAlias(AliasError::AboveMaximum { .. }) => "[MQTT-3.2.2-17]",
            E::TopicAlias(error) => error.rule(),
            E::WildcardSubscriptionNotAvailable => "§3.2.2.3.11",
            E::SubscriptionIdentifierNotAvailable => "§3.2.2.3.12",
            E::SharedSubscriptionNotAvailable => "§3.2.2.3.13",
            E::PacketTooLarge { .. } => "[MQTT-3.2.2-15]",
            E::PacketIdsExhausted => "[MQTT-2.2.1-3]",
            E::SessionExpiryWasZero => "§3.14.2.2.2",
            E::NoAuthenticationMethod => "[MQTT-4.12.0-7]",
            E::AuthenticationMethodDiffers => "[MQTT-4.12.0-5]",
            E::AuthReasonCode { expected: ReasonCode::ReAuthenticate } => "[MQTT-4.12.1-1]",
            E::AuthReasonCode { .. } => "[MQTT-4.12.0-3]",
            E::AuthOutOfTurn => "§4.12",
            E::NothingToAcknowledge(_) => "[MQTT-2.2.1-5]",
            E::AcknowledgeInOrder { packet_type: PacketType::PubAck, .. } => "[MQTT-4.6.0-2]",
            E::AcknowledgeInOrder { .. } => "[MQTT-4.6.0-3]",
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CommandError as E;
        match self {
            E::NotConnected => f.write_str("not connected: CONNECT comes first"),
            E::AwaitingConnAck => f.write_str("the Server has not answered the CONNECT yet"),
            E::AwaitingAuthentication => {
                f.write_str("until CONNACK only AUTH and DISCONNECT may be sent")
            }
            E::ConnectedAlready => f.write_str("a connection has one CONNECT only"),
            E::Closing => f.write_str("the connection is being closed"),
            E::NotEncodable(error) => error.fmt(f),
            E::Forbidden(error) => error.kind.fmt(f),
            E::MaximumQoSExceeded { qos, maximum } => {
                let (qos, maximum) = (qos.bits(), maximum.bits());
                write!(f, "QoS {qos}, but the Server takes at most QoS {maximum}")
            }
            E::RetainNotAvailable => f.write_str("the Server keeps no retained messages"),
            E::TopicAlias(error) => error.fmt(f),
            E::WildcardSubscriptionNotAvailable => {
                f.write_str("the Server takes no wildcards in Topic Filters")
            }
            E::SharedSubscriptionNotAvailable => {
                f.write_str("the Server takes no Shared Subscriptions")
            }
            E::SubscriptionIdentifierNotAvailable => {
                f.write_str("the Server takes no Subscription Identifiers")
            }
            E::PacketTooLarge { size, maximum } => {
                write!(f, "the packet has {size} bytes, the Server takes at most {maximum}")
            }
            E::PacketIdsExhausted => PacketIdsExhausted.fmt(f),
            E::SessionExpiryWasZero => f.write_str(
                "Session Expiry Interval was 0 in CONNECT, so DISCONNECT must not set another",
            ),
            E::NoAuthenticationMethod => {
                f.write_str("CONNECT named no Authentication Method, so there is no AUTH")
            }
            E::AuthenticationMethodDiffers => {
                f.write_str("AUTH names the Authentication Method of the CONNECT")
            }
            E::AuthReasonCode { expected } => {
                let (value, name) = (expected.value(), expected.name());
                write!(f, "AUTH carries 0x{value:02X} ({name}) here")
            }
            E::AuthOutOfTurn => f.write_str("it is the Server's turn to send AUTH"),
            E::NothingToAcknowledge(id) => {
                write!(f, "no acknowledgement with Packet Identifier {id} is held")
            }
            E::AcknowledgeInOrder { packet_type, first } => {
                let name = packet_type.name();
                write!(f, "{name} {first} comes first: the order is that of the PUBLISH packets")
            }
        }
    }
}

impl std::error::Error for CommandError {}

impl From<AliasError> for CommandError {
    fn from(error: AliasError) -> CommandError {
        CommandError::TopicAlias(error)
    }
}

impl From<PacketIdsExhausted> for CommandError {
    fn from(_: PacketIdsExhausted) -> CommandError {
        CommandError::PacketIdsExhausted
    }
}

/// Reads a packet back as a strict Server would, so that no rule of the wire can be broken by a
/// command. Breaking them on purpose is done with raw bytes, past the client.
pub(super) fn check_well_formed(packet: &Packet) -> Result<(), CommandError> {
    let bytes = encode(packet).map_err(CommandError::NotEncodable)?;
    decode(&bytes, Some(Sender::Client)).map(drop).map_err(CommandError::Forbidden)
}
