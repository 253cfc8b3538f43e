//! JSON → packets. Strict about names and ranges of values, so that a slip does not pass as a default;
//! what a packet may say is left to the decoder.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::write::{always_a_list, property_key};
use crate::mqtt::{
    Ack, Auth, ConnAck, Connect, Disconnect, Packet, PacketId, PacketType, Properties, Property,
    PropertyId, PropertyKind, PropertyValue, Publish, QoS, ReasonCode, RetainHandling, SubAck,
    Subscribe, Subscription, Text, UnsubAck, Unsubscribe, Will,
};

/// What JSON says that no packet can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Where in the JSON, as in `subscriptions[0].qos`; empty for the whole.
    pub path: String,
    /// What should be there.
    pub expected: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "expected {}", self.expected),
            path => write!(f, "{path}: expected {}", self.expected),
        }
    }
}

impl std::error::Error for JsonError {}

/// Reads a packet in the shapes the module promises. Flags, `qos`, `keep_alive`, `client_id`,
/// `reason_code`, `properties`, `payload_hex` and the Subscription Options may be left out and are then
/// false, 0 or empty; unknown keys are refused.
pub fn packet_from_json(json: &Value) -> Result<Packet, JsonError> {
    let mut o = Node::root(json).object("a packet as an object")?;
    let packet_type = o.required("type")?.packet_type()?;
    let packet = match packet_type {
        PacketType::Connect => Packet::Connect(Box::new(connect(&mut o)?)),
        PacketType::ConnAck => Packet::ConnAck(ConnAck {
            session_present: o.flag("session_present")?,
            reason_code: o.reason_code()?,
            properties: o.properties()?,
        }),
        PacketType::Publish => Packet::Publish(publish(&mut o)?),
        PacketType::PubAck => Packet::PubAck(ack(&mut o)?),
        PacketType::PubRec => Packet::PubRec(ack(&mut o)?),
        PacketType::PubRel => Packet::PubRel(ack(&mut o)?),
        PacketType::PubComp => Packet::PubComp(ack(&mut o)?),
        PacketType::Subscribe => Packet::Subscribe(Subscribe {
            packet_id: o.packet_id()?,
            properties: o.properties()?,
            subscriptions: o.required("subscriptions")?.list(subscription)?,
        }),
        PacketType::SubAck => Packet::SubAck(SubAck {
            packet_id: o.packet_id()?,
            properties: o.properties()?,
            reason_codes: o.required("reason_codes")?.list(|node| node.reason_code())?,
        }),
        PacketType::Unsubscribe => Packet::Unsubscribe(Unsubscribe {
            packet_id: o.packet_id()?,
            properties: o.properties()?,
            topic_filters: o
                .required("topic_filters")?
                .list(|node| node.string().map(Text::from))?,
        }),
        PacketType::UnsubAck => Packet::UnsubAck(UnsubAck {
            packet_id: o.packet_id()?,
            properties: o.properties()?,
            reason_codes: o.required("reason_codes")?.list(|node| node.reason_code())?,
        }),
        PacketType::PingReq => Packet::PingReq,
        PacketType::PingResp => Packet::PingResp,
        PacketType::Disconnect => Packet::Disconnect(Disconnect {
            reason_code: o.reason_code()?,
            properties: o.properties()?,
        }),
        PacketType::Auth => {
            Packet::Auth(Auth { reason_code: o.reason_code()?, properties: o.properties()? })
        }
    };
    o.finish()?;
    Ok(packet)
}

fn connect(o: &mut Object<'_>) -> Result<Connect, JsonError> {
    if let Some(name) = o.optional("protocol_name")
        && name.value != "MQTT"
    {
        return Err(name.wrong("\"MQTT\""));
    }
    if let Some(version) = o.optional("protocol_version")
        && version.value != 5
    {
        return Err(version.wrong("5"));
    }
    let will = match o.optional("will") {
        None => None,
        Some(node) => {
            let mut o = node.object("a Will as an object")?;
            let will = Will {
                qos: o.qos()?,
                retain: o.flag("retain")?,
                properties: o.properties()?,
                topic: o.required("topic")?.string()?.into(),
                payload: o.hex("payload_hex")?,
            };
            o.finish()?;
            Some(will)
        }
    };
    Ok(Connect {
        clean_start: o.flag("clean_start")?,
        keep_alive: o.or_default("keep_alive", Node::two_byte_integer)?,
        properties: o.properties()?,
        client_id: o.or_default("client_id", Node::string)?.into(),
        will,
        user_name: o.optional("username").map(|node| node.string().map(Text::from)).transpose()?,
        password: o.optional("password_hex").map(|node| node.hex()).transpose()?,
    })
}

fn publish(o: &mut Object<'_>) -> Result<Publish, JsonError> {
    let qos = o.qos()?;
    let packet_id = match (qos, o.optional("packet_id")) {
        (QoS::AtMostOnce, None) => None,
        (QoS::AtMostOnce, Some(node)) => {
            return Err(node.wrong("no Packet Identifier with QoS 0 [MQTT-2.2.1-2]"));
        }
        _ => Some(o.packet_id()?),
    };
    Ok(Publish {
        dup: o.flag("dup")?,
        qos,
        retain: o.flag("retain")?,
        topic: o.required("topic")?.string()?.into(),
        packet_id,
        properties: o.properties()?,
        payload: o.hex("payload_hex")?,
    })
}

fn ack(o: &mut Object<'_>) -> Result<Ack, JsonError> {
    Ok(Ack {
        packet_id: o.packet_id()?,
        reason_code: o.reason_code()?,
        properties: o.properties()?,
    })
}

fn subscription(node: Node<'_>) -> Result<Subscription, JsonError> {
    let mut o = node.object("a subscription as an object")?;
    let subscription = Subscription {
        topic_filter: o.required("topic_filter")?.string()?.into(),
        qos: o.qos()?,
        no_local: o.flag("no_local")?,
        retain_as_published: o.flag("retain_as_published")?,
        retain_handling: o.or_default("retain_handling", Node::retain_handling)?,
    };
    o.finish()?;
    Ok(subscription)
}

/// A value and where it is.
struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    fn root(value: &'a Value) -> Node<'a> {
        Node { value, path: String::new() }
    }

    fn wrong(&self, expected: impl Into<String>) -> JsonError {
        JsonError { path: self.path.clone(), expected: expected.into() }
    }

    fn object(self, expected: &str) -> Result<Object<'a>, JsonError> {
        match self.value {
            Value::Object(map) => Ok(Object { map, path: self.path, asked: Vec::new() }),
            _ => Err(self.wrong(expected)),
        }
    }

    fn list<T>(
        self,
        mut read: impl FnMut(Node<'a>) -> Result<T, JsonError>,
    ) -> Result<Vec<T>, JsonError> {
        let Value::Array(values) = self.value else { return Err(self.wrong("a list")) };
        let element = |(index, value)| Node { value, path: format!("{}[{index}]", self.path) };
        values.iter().enumerate().map(|pair| read(element(pair))).collect()
    }

    fn integer(&self, maximum: u32) -> Result<u32, JsonError> {
        self.value
            .as_u64()
            .and_then(|value| u32::try_from(value).ok())
            .filter(|value| *value <= maximum)
            .ok_or_else(|| self.wrong(format!("an integer from 0 to {maximum}")))
    }

    fn byte(&self) -> Result<u8, JsonError> {
        self.integer(u8::MAX.into()).map(|value| value as u8)
    }

    fn two_byte_integer(&self) -> Result<u16, JsonError> {
        self.integer(u16::MAX.into()).map(|value| value as u16)
    }

    fn flag(&self) -> Result<bool, JsonError> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    fn text(&self) -> Result<&'a str, JsonError> {
        self.value.as_str().ok_or_else(|| self.wrong("a string"))
    }

    fn string(&self) -> Result<String, JsonError> {
        self.text().map(str::to_owned)
    }

    fn hex(&self) -> Result<Bytes, JsonError> {
        let wrong = || self.wrong("a string of hexadecimal digits, two a byte");
        let digits = self.value.as_str().ok_or_else(wrong)?.as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let (pairs, rest) = digits.as_chunks::<2>();
        let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
        bytes
            .collect::<Option<Vec<u8>>>()
            .filter(|_| rest.is_empty())
            .map(Bytes::from)
            .ok_or_else(wrong)
    }

    fn packet_type(&self) -> Result<PacketType, JsonError> {
        PacketType::ALL
            .into_iter()
            .find(|packet_type| self.value == packet_type.key())
            .ok_or_else(|| self.wrong("the name of a packet in lower case, such as \"publish\""))
    }

    fn packet_id(&self) -> Result<PacketId, JsonError> {
        let value = self.two_byte_integer().ok().and_then(PacketId::new);
        value.ok_or_else(|| self.wrong("an integer from 1 to 65535"))
    }

    fn qos(&self) -> Result<QoS, JsonError> {
        let value = self.byte().ok().and_then(QoS::from_bits);
        value.ok_or_else(|| self.wrong("0, 1 or 2"))
    }

    fn retain_handling(&self) -> Result<RetainHandling, JsonError> {
        let value = self.byte().ok().and_then(RetainHandling::from_bits);
        value.ok_or_else(|| self.wrong("0, 1 or 2"))
    }

    fn reason_code(&self) -> Result<ReasonCode, JsonError> {
        let value = self.byte().ok().and_then(ReasonCode::from_value);
        value.ok_or_else(|| self.wrong("a Reason Code of §2.4 as a number"))
    }

    fn property(self, id: PropertyId) -> Result<Property, JsonError> {
        let binary;
        let value = match id.kind() {
            PropertyKind::Byte => PropertyValue::Byte(self.byte()?),
            PropertyKind::TwoByteInteger => PropertyValue::TwoByteInteger(self.two_byte_integer()?),
            PropertyKind::FourByteInteger => {
                PropertyValue::FourByteInteger(self.integer(u32::MAX)?)
            }
            PropertyKind::VariableByteInteger => {
                PropertyValue::VariableByteInteger(self.integer(268_435_455)?)
            }
            PropertyKind::Utf8String => PropertyValue::Utf8String(self.text()?),
            PropertyKind::BinaryData => {
                binary = self.hex()?;
                PropertyValue::BinaryData(&binary)
            }
            PropertyKind::StringPair => match self.value.as_array().map(Vec::as_slice) {
                Some([Value::String(name), Value::String(value)]) => {
                    PropertyValue::StringPair(name, value)
                }
                _ => return Err(self.wrong("a pair of strings, as in [\"name\", \"value\"]")),
            },
        };
        Property::from_value(id, value).ok_or_else(|| self.wrong(id.name()))
    }
}

/// An object whose keys are asked for one by one, so that the rest can be refused.
struct Object<'a> {
    map: &'a Map<String, Value>,
    path: String,
    asked: Vec<&'static str>,
}

impl<'a> Object<'a> {
    /// `null` counts as absent.
    fn optional(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.asked.push(key);
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        Some(Node { value, path: self.path_of(key) })
    }

    fn required(&mut self, key: &'static str) -> Result<Node<'a>, JsonError> {
        let expected = format!("the key `{key}`");
        self.optional(key).ok_or_else(|| JsonError { path: self.path.clone(), expected })
    }

    fn or_default<T: Default>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node<'a>) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        self.optional(key).map_or(Ok(T::default()), |node| read(&node))
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, JsonError> {
        self.or_default(key, Node::flag)
    }

    fn qos(&mut self) -> Result<QoS, JsonError> {
        self.or_default("qos", Node::qos)
    }

    fn hex(&mut self, key: &'static str) -> Result<Bytes, JsonError> {
        self.or_default(key, Node::hex)
    }

    fn packet_id(&mut self) -> Result<PacketId, JsonError> {
        self.required("packet_id")?.packet_id()
    }

    fn reason_code(&mut self) -> Result<ReasonCode, JsonError> {
        self.optional("reason_code").map_or(Ok(ReasonCode::Success), |node| node.reason_code())
    }

    fn properties(&mut self) -> Result<Properties, JsonError> {
        let Some(node) = self.optional("properties") else { return Ok(Properties::NONE) };
        let o = node.object("the properties as an object")?;
        let mut properties = Properties::NONE;
        for (key, value) in o.map {
            let node = Node { value, path: o.path_of(key) };
            let id = PropertyId::ALL.iter().copied().find(|id| property_key(*id) == *key);
            let id = id.ok_or_else(|| node.wrong("a property's name in snake_case"))?;
            if value.is_array() || always_a_list(id) {
                node.list(|node| node.property(id))?.into_iter().for_each(|p| properties.push(p));
            } else {
                properties.push(node.property(id)?);
            }
        }
        Ok(properties)
    }

    fn finish(self) -> Result<(), JsonError> {
        match self.map.keys().find(|key| !self.asked.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let known = self.asked.join("`, `");
                let path = self.path_of(key);
                Err(JsonError { path, expected: format!("no such key here, but `{known}`") })
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }
}
