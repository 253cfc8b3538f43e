//! Which field of a form a problem belongs to.

use crate::mqtt::{
    Ack, Auth, ConnAck, Connect, Disconnect, FieldId, Holder, Label, Packet, PacketType,
    Properties, Property, PropertyId, Publish, ReasonCode, Sender, SubAck, Subscribe, Subscription,
    UnsubAck, Unsubscribe, Will,
};

use super::draft::PLACEHOLDER_ID;

/// One place of a form where a problem can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    ClientIdentifier,
    KeepAlive,
    UserName,
    Password,
    WillTopic,
    WillPayload,
    TopicName,
    Payload,
    /// By position, from 0 on.
    TopicFilter(usize),
    NoLocal(usize),
    ReasonCode,
    PacketIdentifier,
    /// One Reason Code of such a packet, by position, from 0 on.
    Code(PacketType, usize),
    Property(Part, PropertyId),
    /// By position among the pairs, from 0 on.
    UserProperty(Part, usize, PairPart),
    /// No single field: the packet as a whole.
    Packet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PairPart {
    Name,
    Value,
}

/// A part of a form that holds properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Connect,
    Will,
    Publish,
    Subscribe,
    Unsubscribe,
    Disconnect,
    ConnAck,
    /// With what only a Server says.
    PublishFromServer,
    PubAck,
    PubRec,
    PubRel,
    PubComp,
    SubAck,
    UnsubAck,
    /// With what only a Server says.
    DisconnectFromServer,
    Auth,
}

impl Part {
    /// The part of a packet of that type which holds its own properties; `None` where there are none.
    pub fn of(packet: PacketType, sender: Sender) -> Option<Part> {
        Some(match (packet, sender) {
            (PacketType::Connect, _) => Part::Connect,
            (PacketType::ConnAck, _) => Part::ConnAck,
            (PacketType::Publish, Sender::Client) => Part::Publish,
            (PacketType::Publish, Sender::Server) => Part::PublishFromServer,
            (PacketType::PubAck, _) => Part::PubAck,
            (PacketType::PubRec, _) => Part::PubRec,
            (PacketType::PubRel, _) => Part::PubRel,
            (PacketType::PubComp, _) => Part::PubComp,
            (PacketType::Subscribe, _) => Part::Subscribe,
            (PacketType::SubAck, _) => Part::SubAck,
            (PacketType::Unsubscribe, _) => Part::Unsubscribe,
            (PacketType::UnsubAck, _) => Part::UnsubAck,
            (PacketType::PingReq | PacketType::PingResp, _) => return None,
            (PacketType::Disconnect, Sender::Client) => Part::Disconnect,
            (PacketType::Disconnect, Sender::Server) => Part::DisconnectFromServer,
            (PacketType::Auth, _) => Part::Auth,
        })
    }

    /// The side whose packets have this part; where both have it alike, the Client.
    pub fn sender(self) -> Sender {
        match self {
            Part::ConnAck
            | Part::PublishFromServer
            | Part::SubAck
            | Part::UnsubAck
            | Part::DisconnectFromServer => Sender::Server,
            _ => Sender::Client,
        }
    }

    pub fn holder(self) -> Holder {
        match self {
            Part::Connect => Holder::Connect,
            Part::Will => Holder::Will,
            Part::ConnAck => Holder::ConnAck,
            Part::Publish | Part::PublishFromServer => Holder::Publish,
            Part::PubAck => Holder::PubAck,
            Part::PubRec => Holder::PubRec,
            Part::PubRel => Holder::PubRel,
            Part::PubComp => Holder::PubComp,
            Part::SubAck => Holder::SubAck,
            Part::UnsubAck => Holder::UnsubAck,
            Part::Auth => Holder::Auth,
            Part::Subscribe => Holder::Subscribe,
            Part::Unsubscribe => Holder::Unsubscribe,
            Part::Disconnect | Part::DisconnectFromServer => Holder::Disconnect,
        }
    }

    /// The field or property as the specification describes it in this part.
    pub fn label(self, id: PropertyId) -> Label {
        Label::Property(id, id.section_in(self.holder()).unwrap_or("2.2.2.2"))
    }

    /// A small packet without fault but for what these properties bring in.
    pub(super) fn probe(self, properties: Properties) -> Packet {
        let text = "t".to_owned();
        match self {
            Part::Connect => {
                Packet::Connect(Box::new(Connect { properties, ..Connect::default() }))
            }
            Part::Will => {
                let will = Some(Will { properties, topic: text.into(), ..Will::default() });
                Packet::Connect(Box::new(Connect { will, ..Connect::default() }))
            }
            Part::Publish | Part::PublishFromServer => {
                Packet::Publish(Publish { properties, topic: text.into(), ..Publish::default() })
            }
            Part::Subscribe => {
                let subscriptions =
                    vec![Subscription { topic_filter: text.into(), ..Subscription::default() }];
                let packet_id = PLACEHOLDER_ID;
                Packet::Subscribe(Subscribe { packet_id, properties, subscriptions })
            }
            Part::Unsubscribe => {
                let (packet_id, topic_filters) = (PLACEHOLDER_ID, vec![text.into()]);
                Packet::Unsubscribe(Unsubscribe { packet_id, properties, topic_filters })
            }
            Part::Disconnect => {
                let reason_code = ReasonCode::Success;
                Packet::Disconnect(Disconnect { reason_code, properties })
            }
            Part::DisconnectFromServer => {
                let reason_code = ReasonCode::ServerShuttingDown;
                Packet::Disconnect(Disconnect { reason_code, properties })
            }
            Part::ConnAck => {
                let (session_present, reason_code) = (false, ReasonCode::Success);
                Packet::ConnAck(ConnAck { session_present, reason_code, properties })
            }
            Part::PubAck => Packet::PubAck(ack(properties)),
            Part::PubRec => Packet::PubRec(ack(properties)),
            Part::PubRel => Packet::PubRel(ack(properties)),
            Part::PubComp => Packet::PubComp(ack(properties)),
            Part::SubAck => {
                let (packet_id, reason_codes) = (PLACEHOLDER_ID, vec![ReasonCode::Success]);
                Packet::SubAck(SubAck { packet_id, properties, reason_codes })
            }
            Part::UnsubAck => {
                let (packet_id, reason_codes) = (PLACEHOLDER_ID, vec![ReasonCode::Success]);
                Packet::UnsubAck(UnsubAck { packet_id, properties, reason_codes })
            }
            Part::Auth => {
                let mut properties = properties;
                if !properties.contains(PropertyId::AuthenticationMethod) {
                    properties.push(Property::AuthenticationMethod(text.into()));
                }
                let reason_code = ReasonCode::ContinueAuthentication;
                Packet::Auth(Auth { reason_code, properties })
            }
        }
    }

    fn key(self) -> &'static str {
        match self {
            Part::Connect => "connect",
            Part::Will => "will",
            Part::Publish => "publish",
            Part::Subscribe => "subscribe",
            Part::Unsubscribe => "unsubscribe",
            Part::Disconnect => "disconnect",
            Part::ConnAck => "connack",
            Part::PublishFromServer => "server_publish",
            Part::PubAck => "puback",
            Part::PubRec => "pubrec",
            Part::PubRel => "pubrel",
            Part::PubComp => "pubcomp",
            Part::SubAck => "suback",
            Part::UnsubAck => "unsuback",
            Part::DisconnectFromServer => "server_disconnect",
            Part::Auth => "auth",
        }
    }
}

fn ack(properties: Properties) -> Ack {
    Ack { properties, ..Ack::success(PLACEHOLDER_ID) }
}

impl Field {
    /// What the specification calls it; `None` for the packet as a whole.
    pub fn label(self) -> Option<Label> {
        let id = match self {
            Field::ClientIdentifier => FieldId::ClientIdentifier,
            Field::KeepAlive => FieldId::KeepAlive,
            Field::UserName => FieldId::UserName,
            Field::Password => FieldId::Password,
            Field::WillTopic => FieldId::WillTopic,
            Field::WillPayload => FieldId::WillPayload,
            Field::TopicName => FieldId::TopicName,
            Field::Payload => FieldId::Payload,
            Field::TopicFilter(_) => FieldId::TopicFilter,
            Field::NoLocal(_) => FieldId::NoLocal,
            Field::ReasonCode => FieldId::DisconnectReasonCode,
            Field::PacketIdentifier => FieldId::PacketIdentifier,
            Field::Code(packet, _) => match packet {
                PacketType::ConnAck => FieldId::ConnectReasonCode,
                PacketType::PubAck => FieldId::PubAckReasonCode,
                PacketType::PubRec => FieldId::PubRecReasonCode,
                PacketType::PubRel => FieldId::PubRelReasonCode,
                PacketType::PubComp => FieldId::PubCompReasonCode,
                PacketType::SubAck => FieldId::SubAckReasonCode,
                PacketType::UnsubAck => FieldId::UnsubAckReasonCode,
                PacketType::Auth => FieldId::AuthReasonCode,
                _ => FieldId::DisconnectReasonCode,
            },
            Field::Property(part, id) => return Some(part.label(id)),
            Field::UserProperty(part, ..) => return Some(part.label(PropertyId::UserProperty)),
            Field::Packet => return None,
        };
        Some(id.into())
    }

    /// Unique within one form, fit for an element's id.
    pub fn key(self) -> String {
        match self {
            Field::Packet => "packet".to_owned(),
            Field::TopicFilter(row) => format!("topic_filter_{row}"),
            Field::NoLocal(row) => format!("no_local_{row}"),
            Field::Code(_, row) => format!("reason_code_{row}"),
            Field::Property(part, id) => format!("{}_{}", part.key(), id.key()),
            Field::UserProperty(part, row, pair_part) => {
                let end = if pair_part == PairPart::Name { "name" } else { "value" };
                format!("{}_user_property_{row}_{end}", part.key())
            }
            _ => self.label().map_or_else(String::new, |label| label.key().to_owned()),
        }
    }
}
