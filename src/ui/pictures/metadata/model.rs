//! The latest PUBLISH packets, taken apart.

use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{Packet, PacketType, Property, PropertyId, PropertyValue, Publish, Sender};
use crate::ui::client_panel::payload;

/// How many packets are laid side by side.
const SHOWN: usize = 6;

/// Every PUBLISH of a chapter is small; what is longer is cut in the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub id: RecordId,
    pub client: ClientSlot,
    pub sender: Sender,
    /// Bytes of each part, in wire order; they add up to the packet.
    pub parts: [(Part, usize); 4],
    /// Properties, then what the payload holds.
    pub items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed Header, Packet Identifier and Property Length.
    Header,
    Topic,
    Properties,
    Payload,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub place: Place,
    pub name: String,
    pub value: String,
    pub bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Property(PropertyId),
    /// One member of a JSON object.
    Member,
    /// A payload that is no JSON object, as a whole.
    Whole,
}

/// Who comes across a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Server,
    Gateway,
    Receiver,
}

/// What it takes to get at an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is made for this reader.
    Acts,
    /// It stands in the open.
    Reads,
    /// The payload must be opened, and its format be known.
    Parses,
    /// The payload is not for this reader.
    Bytes,
}

/// Two packets that say the same, once in the payload and once in User Properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub inside: RecordId,
    pub beside: RecordId,
    /// Bytes that the one with User Properties has more.
    pub more: isize,
}

/// The latest PUBLISH packets in both directions, oldest first.
pub fn sheets(capture: &Capture) -> Vec<Sheet> {
    let publishes =
        capture.records().rev().filter(|record| record.packet_type() == Some(PacketType::Publish));
    let mut sheets: Vec<_> = publishes.filter_map(Sheet::of).take(SHOWN).collect();
    sheets.reverse();
    sheets
}

/// The latest sent packet with User Properties beside the latest whose payload has the same names.
pub fn comparison(sheets: &[Sheet]) -> Option<Comparison> {
    let sent = || sheets.iter().rev().filter(|sheet| sheet.sender == Sender::Client);
    let names = |sheet: &Sheet, place: Place| -> Vec<String> {
        let items = sheet.items.iter().filter(move |item| item.place == place);
        items.map(|item| item.name.clone()).collect()
    };
    let beside = sent().find(|sheet| !names(sheet, USER_PROPERTY).is_empty())?;
    let wanted = names(beside, USER_PROPERTY);
    let inside = sent().find(|sheet| {
        let members = names(sheet, Place::Member);
        names(sheet, USER_PROPERTY).is_empty() && wanted.iter().all(|name| members.contains(name))
    })?;
    let more = beside.total() as isize - inside.total() as isize;
    Some(Comparison { inside: inside.id, beside: beside.id, more })
}

impl Sheet {
    fn of(record: &Record) -> Option<Sheet> {
        let Packet::Publish(publish) = record.valid_packet()? else { return None };
        let topic = 2 + publish.topic.len();
        let properties: usize = publish.properties.iter().map(size).sum();
        let payload = publish.payload.len();
        let header = record.bytes().len().saturating_sub(topic + properties + payload);
        Some(Sheet {
            id: record.id,
            client: record.client,
            sender: record.sender()?,
            parts: [
                (Part::Header, header),
                (Part::Topic, topic),
                (Part::Properties, properties),
                (Part::Payload, payload),
            ],
            items: items(&publish),
        })
    }

    pub fn total(&self) -> usize {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl Part {
    /// Its name in the stylesheet.
    pub fn key(self) -> &'static str {
        match self {
            Part::Header => "header",
            Part::Topic => "topic",
            Part::Properties => "properties",
            Part::Payload => "payload",
        }
    }
}

impl Reader {
    pub const ALL: [Reader; 3] = [Reader::Server, Reader::Gateway, Reader::Receiver];
}

impl Access {
    pub const ALL: [Access; 4] = [Access::Acts, Access::Reads, Access::Parses, Access::Bytes];

    pub fn sign(self) -> &'static str {
        match self {
            Access::Acts => "◆",
            Access::Reads => "●",
            Access::Parses => "◐",
            Access::Bytes => "○",
        }
    }

    /// Its name in the stylesheet.
    pub fn key(self) -> &'static str {
        match self {
            Access::Acts => "acts",
            Access::Reads => "reads",
            Access::Parses => "parses",
            Access::Bytes => "bytes",
        }
    }
}

impl Item {
    pub fn access(&self, reader: Reader) -> Access {
        use PropertyId as P;
        match (self.place, reader) {
            (Place::Property(P::MessageExpiryInterval | P::TopicAlias), Reader::Server) => {
                Access::Acts
            }
            (
                Place::Property(
                    P::ContentType
                    | P::PayloadFormatIndicator
                    | P::ResponseTopic
                    | P::CorrelationData
                    | P::SubscriptionIdentifier,
                ),
                Reader::Receiver,
            ) => Access::Acts,
            (Place::Property(_), _) => Access::Reads,
            (Place::Member | Place::Whole, Reader::Server) => Access::Bytes,
            (Place::Member | Place::Whole, _) => Access::Parses,
        }
    }
}

const USER_PROPERTY: Place = Place::Property(PropertyId::UserProperty);

/// Bytes of a property on the wire, its identifier included.
fn size(property: &Property) -> usize {
    1 + match property.value() {
        PropertyValue::Byte(_) => 1,
        PropertyValue::TwoByteInteger(_) => 2,
        PropertyValue::FourByteInteger(_) => 4,
        PropertyValue::VariableByteInteger(value) => match value {
            0..0x80 => 1,
            0x80..0x4000 => 2,
            0x4000..0x20_0000 => 3,
            _ => 4,
        },
        PropertyValue::Utf8String(text) => 2 + text.len(),
        PropertyValue::BinaryData(bytes) => 2 + bytes.len(),
        PropertyValue::StringPair(name, value) => 4 + name.len() + value.len(),
    }
}

fn items(publish: &Publish) -> Vec<Item> {
    let property = |property: &Property| {
        let id = property.id();
        let (name, value) = match property.value() {
            PropertyValue::StringPair(name, value) => (name.to_owned(), value.to_owned()),
            PropertyValue::Byte(value) => (id.name().to_owned(), value.to_string()),
            PropertyValue::TwoByteInteger(value) => (id.name().to_owned(), value.to_string()),
            PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
                (id.name().to_owned(), value.to_string())
            }
            PropertyValue::Utf8String(value) => (id.name().to_owned(), value.to_owned()),
            PropertyValue::BinaryData(bytes) => {
                (id.name().to_owned(), payload::show(bytes, None).text)
            }
        };
        Item { place: Place::Property(id), name, value, bytes: size(property) }
    };
    let mut items: Vec<Item> = publish.properties.iter().map(property).collect();
    match members(&publish.payload) {
        Some(members) => items.extend(members),
        None if publish.payload.is_empty() => {}
        None => items.push(Item {
            place: Place::Whole,
            name: String::new(),
            value: payload::show(&publish.payload, None).text,
            bytes: publish.payload.len(),
        }),
    }
    items
}

/// The members of a JSON object with the bytes each takes; braces count to none of them.
fn members(payload: &[u8]) -> Option<Vec<Item>> {
    let text = std::str::from_utf8(payload).ok()?.trim();
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut members = Vec::new();
    let (mut start, mut colon) = (0, None);
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    let mut take = |range: std::ops::Range<usize>, colon: Option<usize>, comma: usize| {
        let Some(colon) = colon else { return };
        members.push(Item {
            place: Place::Member,
            name: inner[range.start..colon].trim().trim_matches('"').to_owned(),
            value: inner[colon + 1..range.end].trim().to_owned(),
            bytes: range.len() + comma,
        });
    };
    for (at, character) in inner.char_indices() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ':' if depth == 0 && colon.is_none() => colon = Some(at),
            ',' if depth == 0 => {
                take(start..at, colon.take(), 1);
                start = at + 1;
            }
            _ => {}
        }
    }
    take(start..inner.len(), colon, 0);
    Some(members)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ConnectionId;
    use crate::mqtt::{QoS, encode};
    use crate::time::Instant;

    fn push(capture: &mut Capture, sender: Sender, properties: &[Property], payload: &str) {
        let publish = Publish {
            qos: QoS::AtMostOnce,
            topic: "test/mqtt5/placement".into(),
            properties: crate::mqtt::Properties(properties.to_vec()),
            payload: Bytes::copy_from_slice(payload.as_bytes()),
            ..Publish::default()
        };
        let bytes = encode(&Packet::Publish(publish)).expect("it has a representation");
        capture.push_packet(Instant::START, ClientSlot(0), ConnectionId(1), sender, bytes);
    }

    fn told(item: &Item) -> (&str, &str, usize) {
        (&item.name, &item.value, item.bytes)
    }

    #[test]
    fn every_byte_is_accounted_for() {
        let mut capture = Capture::default();
        let properties = [
            Property::PayloadFormatIndicator(1),
            Property::ContentType("application/json".into()),
            Property::MessageExpiryInterval(300),
            Property::SubscriptionIdentifier(200),
            Property::CorrelationData(Bytes::from_static(b"\xFF\x00")),
            Property::user("unit", "celsius"),
        ];
        push(&mut capture, Sender::Server, &properties, "plain");
        let sheet = &sheets(&capture)[0];
        let record = capture.at(0).expect("it was just pushed");
        assert_eq!(sheet.total(), record.bytes().len());
        assert_eq!(
            sheet.parts,
            [
                (Part::Header, 3),
                (Part::Topic, 22),
                (Part::Properties, 2 + 19 + 5 + 3 + 5 + 16),
                (Part::Payload, 5)
            ]
        );
        let last = sheet.items.last().expect("the payload");
        assert_eq!((last.place, told(last)), (Place::Whole, ("", "plain", 5)));
    }

    #[test]
    fn a_json_object_is_taken_apart_at_its_own_commas_only() {
        let json = br#" {"a":"x,\"y\":{", "b" : [1,{"c":2}],"d":{}} "#;
        let members = members(json).expect("it is an object");
        let told: Vec<_> = members.iter().map(told).collect();
        assert_eq!(
            told,
            [("a", r#""x,\"y\":{""#, 16), ("b", r#"[1,{"c":2}]"#, 19), ("d", "{}", 6)]
        );
        for other in [&b"[1]"[..], b"21.5", b"{\"a\":}", b"", b"\xFF", b"{\"a\":1}x"] {
            assert_eq!(super::members(other), None, "{other:?}");
        }
        assert_eq!(super::members(b"{}"), Some(Vec::new()));
    }

    #[test]
    fn the_same_metadata_in_both_places_is_compared() {
        let mut capture = Capture::default();
        let pairs = [Property::user("trace", "4bf92f35"), Property::user("tenant", "acme")];
        let inside = r#"{"trace":"4bf92f35","tenant":"acme","value":21.5}"#;
        push(&mut capture, Sender::Client, &[], r#"{"value":21.5}"#);
        assert_eq!(comparison(&sheets(&capture)), None);
        push(&mut capture, Sender::Client, &[], inside);
        push(&mut capture, Sender::Client, &pairs, r#"{"value":21.5}"#);
        push(&mut capture, Sender::Server, &pairs, r#"{"value":21.5}"#);
        // One byte a pair: JSON has six besides the text, a User Property five.
        let expect = Comparison { inside: RecordId(1), beside: RecordId(2), more: -2 };
        assert_eq!(comparison(&sheets(&capture)), Some(expect));
    }

    #[test]
    fn payloads_are_closed_to_the_server_and_properties_open_to_all() {
        for (place, expect) in [
            (Place::Whole, [Access::Bytes, Access::Parses, Access::Parses]),
            (Place::Member, [Access::Bytes, Access::Parses, Access::Parses]),
            (USER_PROPERTY, [Access::Reads; 3]),
            (
                Place::Property(PropertyId::MessageExpiryInterval),
                [Access::Acts, Access::Reads, Access::Reads],
            ),
            (
                Place::Property(PropertyId::ContentType),
                [Access::Reads, Access::Reads, Access::Acts],
            ),
        ] {
            let item = Item { place, name: String::new(), value: String::new(), bytes: 0 };
            assert_eq!(Reader::ALL.map(|reader| item.access(reader)), expect, "{place:?}");
        }
    }
}
