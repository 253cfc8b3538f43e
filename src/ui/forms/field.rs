//! Which field of a form a problem belongs to.

use crate::mqtt::{
    Connect, Disconnect, FieldId, Holder, Label, Packet, Properties, PropertyId, Publish,
    ReasonCode, Subscribe, Subscription, Unsubscribe, Will,
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
}

impl Part {
    pub fn holder(self) -> Holder {
        match self {
            Part::Connect => Holder::Connect,
            Part::Will => Holder::Will,
            Part::Publish => Holder::Publish,
            Part::Subscribe => Holder::Subscribe,
            Part::Unsubscribe => Holder::Unsubscribe,
            Part::Disconnect => Holder::Disconnect,
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
                let will = Some(Will { properties, topic: text, ..Will::default() });
                Packet::Connect(Box::new(Connect { will, ..Connect::default() }))
            }
            Part::Publish => {
                Packet::Publish(Publish { properties, topic: text, ..Publish::default() })
            }
            Part::Subscribe => {
                let subscriptions =
                    vec![Subscription { topic_filter: text, ..Subscription::default() }];
                let packet_id = PLACEHOLDER_ID;
                Packet::Subscribe(Subscribe { packet_id, properties, subscriptions })
            }
            Part::Unsubscribe => {
                let (packet_id, topic_filters) = (PLACEHOLDER_ID, vec![text]);
                Packet::Unsubscribe(Unsubscribe { packet_id, properties, topic_filters })
            }
            Part::Disconnect => {
                let reason_code = ReasonCode::Success;
                Packet::Disconnect(Disconnect { reason_code, properties })
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
        }
    }
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
            Field::Property(part, id) => format!("{}_{}", part.key(), id.key()),
            Field::UserProperty(part, row, pair_part) => {
                let end = if pair_part == PairPart::Name { "name" } else { "value" };
                format!("{}_user_property_{row}_{end}", part.key())
            }
            _ => self.label().map_or_else(String::new, |label| label.key().to_owned()),
        }
    }
}
