//! What the application asks for, and why it may not have it now.

use std::fmt;

use bytes::Bytes;

use crate::delivery::{AliasError, PacketIdsExhausted};
use crate::mqtt::{
    Auth, Connect, DecodeError, Disconnect, EncodeError, Packet, PacketId, PacketType, Properties,
    QoS, ReasonCode, Sender, Subscription, decode, encode,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Sent as soon as the link is up.
    Connect(Box<Connect>),
    /// The client gives the Packet Identifier. `topic` may be empty where a Topic Alias that is
    /// known to the Server stands for it.
    Publish {
        qos: QoS,
        retain: bool,
        topic: String,
        properties: Properties,
        payload: Bytes,
    },
    Subscribe {
        properties: Properties,
        subscriptions: Vec<Subscription>,
    },
    Unsubscribe {
        properties: Properties,
        topic_filters: Vec<String>,
    },
    /// Release an acknowledgement that is held (§4.6).
    Acknowledge {
        packet_id: PacketId,
        reason_code: ReasonCode,
        properties: Properties,
    },
    Auth(Auth),
    Ping,
    Disconnect(Disconnect),
}

/// What became of a command that was not refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The identifier given to a PUBLISH above QoS 0, SUBSCRIBE or UNSUBSCRIBE.
    pub packet_id: Option<PacketId>,
    /// It waits, in order, for a slot of the Server's Receive Maximum.
    pub queued: bool,
}

/// Why a command is refused. Nothing has been sent and nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    NotConnected,
    /// CONNECT is out, its answer is not here yet.
    AwaitingConnAck,
    /// The same, with an Authentication Method: only AUTH and DISCONNECT may be sent.
    AwaitingAuthentication,
    /// There may be one CONNECT per connection.
    ConnectedAlready,
    /// The last connection is not closed yet.
    Closing,
    NotEncodable(EncodeError),
    /// The packet would break this rule.
    Forbidden(DecodeError),
    MaximumQoSExceeded {
        qos: QoS,
        maximum: QoS,
    },
    RetainNotAvailable,
    TopicAlias(AliasError),
    WildcardSubscriptionNotAvailable,
    SharedSubscriptionNotAvailable,
    SubscriptionIdentifierNotAvailable,
    PacketTooLarge {
        size: usize,
        maximum: u32,
    },
    PacketIdsExhausted,
    /// Session Expiry Interval was 0 in CONNECT: DISCONNECT may not raise it.
    SessionExpiryWasZero,
    NoAuthenticationMethod,
    AuthenticationMethodDiffers,
    AuthReasonCode {
        expected: ReasonCode,
    },
    /// It is the Server's turn.
    AuthOutOfTurn,
    NothingToAcknowledge(PacketId),
    /// An earlier acknowledgement of the same kind is still held.
    AcknowledgeInOrder {
        packet_type: PacketType,
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
            E::NotEncodable(EncodeError::TooLong { .. }) => "§1.5.4",
            E::NotEncodable(EncodeError::TooLarge { .. }) => "§1.5.5",
            E::NotEncodable(EncodeError::PacketIdentifierMissing) => "§2.2.1",
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
                "Session Expiry Interval was 0 in CONNECT, so DISCONNECT may not set another",
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
