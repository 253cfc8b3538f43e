//! The whole way of one message: the PUBLISH that brought it to the Server, its repeats and
//! acknowledgements, the copies that the Server sent and theirs, and the request or the responses that
//! belong to it.
//!
//! No packet says which message it carries on: the topic, the payload and the properties that a Server
//! must forward unaltered are the evidence, with the order in time. Where several messages are equal in all
//! of them, copies are assigned in order, and how many it could have been is kept.

mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use bytes::Bytes;

use self::reading::Reader;
use super::{Joins, answered_by};
use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{
    ConnectionId, Packet, PacketType, Properties, Property, PropertyId, Publish, QoS, Sender, Text,
};

/// Reads the capture once, record by record as it grows, and keeps the records that belong to a message.
#[derive(Clone, Debug)]
pub struct Follower {
    asked: RecordId,
    /// The message that was asked for first, then the request or the responses joined to it.
    readers: Vec<(Role, Reader)>,
    joins: Joins,
    ways: Vec<Way>,
    records: BTreeSet<RecordId>,
}

/// How a message belongs to the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Asked,
    /// The one that was asked for was published to its Response Topic.
    Request,
    /// Published to the Response Topic of the one that was asked for.
    Response,
}

/// What the capture knows of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub role: Role,
    /// `None` where the topic of its alias is not known.
    pub topic: Option<Text>,
    /// How it came to the Server; `None` where the capture does not have that.
    pub origin: Option<Origin>,
    /// How many messages of the capture are equal to it, itself included.
    pub equal: usize,
    /// PUBLISH packets of the Server that carry it on, oldest first.
    pub copies: Vec<Copy>,
    /// Clients without a copy of which something can be said, by letter.
    pub without: Vec<(ClientSlot, Without)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    Published(Exchange),
    /// The Will Message of this CONNECT, published when its connection ended there.
    Will {
        client: ClientSlot,
        connect: RecordId,
        ended: Option<RecordId>,
    },
}

/// One PUBLISH of one side with what followed it under its Packet Identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub client: ClientSlot,
    pub connection: ConnectionId,
    pub publish: RecordId,
    /// With DUP, under the same Packet Identifier.
    pub repeats: Vec<RecordId>,
    /// PUBACK, PUBREC, PUBREL and PUBCOMP, in order.
    pub answers: Vec<RecordId>,
    pub qos: QoS,
    pub retain: bool,
    /// It has DUP itself: the attempt before it is not in the capture.
    pub is_repeat: bool,
    pub alias: Option<u16>,
    pub identifiers: Vec<u32>,
    pub outcome: Outcome,
}

/// How far the delivery of a PUBLISH has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// QoS 0: nothing acknowledges it.
    Unacknowledged,
    /// Something is still owed.
    Open,
    /// PUBACK or PUBCOMP has come, with this Reason Code.
    Complete(u8),
    /// PUBACK or PUBREC has refused it.
    Refused(u8),
    /// An answer may be among bytes that are missing.
    Untold,
}

/// A copy with how sure it is to be one of this message.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    pub exchange: Exchange,
    /// Sent because the client subscribed after the message was published and retained.
    pub is_retained: bool,
    /// Of how many equal messages it may be a copy; 1 where it can only be this one.
    pub of_equal: usize,
}

/// Why a client has no copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Without {
    NoMatchingSubscription,
    /// Its subscriptions that match have No Local, and it is the publisher.
    NoLocal,
    /// Its subscriptions that match are shared, and another client has a copy.
    AnotherMember,
    /// It has a matching subscription, and was not connected.
    NotConnected(String),
    /// It has a matching subscription, and no copy is in the capture.
    Nothing(String),
    /// The capture does not have all of its subscriptions.
    Untold,
}

/// More messages joined to one are not followed: a request may have thousands of responses.
const MOST_WAYS: usize = 8;

impl Follower {
    /// Follows the message that a record is about: a PUBLISH, an acknowledgement, or a CONNECT with a Will.
    /// `None` for every other record.
    pub fn new(capture: &Capture, asked: RecordId) -> Option<Follower> {
        let record = publish_of(capture, asked)?;
        let reader = Reader::new(capture, record)?;
        let mut follower = Follower {
            asked,
            readers: vec![(Role::Asked, reader)],
            joins: Joins::default(),
            ways: Vec::new(),
            records: BTreeSet::new(),
        };
        follower.extend(capture);
        Some(follower)
    }

    pub fn asked(&self) -> RecordId {
        self.asked
    }

    /// Reads what is new in the capture, always the same one, and tells whether that changed anything.
    pub fn extend(&mut self, capture: &Capture) -> bool {
        self.joins.extend(capture);
        for (_, reader) in &mut self.readers {
            reader.extend(capture);
        }
        let Some((_, asked)) = self.readers.first() else { return false };
        let mut ways = vec![asked.way(Role::Asked)];
        for (role, id) in self.joined(&ways[0]) {
            let is_known = self.readers.iter().any(|(_, reader)| reader.asked() == id);
            if !is_known
                && self.readers.len() < MOST_WAYS
                && let Some(record) = capture.get(id)
                && let Some(mut reader) = Reader::new(capture, record)
            {
                reader.extend(capture);
                self.readers.push((role, reader));
            }
        }
        // Both ends of the same response lead to it.
        for (role, reader) in &self.readers[1..] {
            if !ways.iter().any(|way| way.contains(reader.asked())) {
                ways.push(reader.way(*role));
            }
        }
        let has_changed = ways != self.ways;
        if has_changed {
            self.records = ways.iter().flat_map(Way::records).collect();
            self.ways = ways;
        }
        has_changed
    }

    /// Whether this record is one of the message.
    pub fn contains(&self, id: RecordId) -> bool {
        self.records.contains(&id)
    }

    /// Every record of the message and of those joined to it, oldest first.
    pub fn records(&self) -> impl Iterator<Item = RecordId> {
        self.records.iter().copied()
    }

    /// What was asked for first, then the messages joined to it.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// PUBLISH packets that Response Topic and Correlation Data join to those of the way.
    fn joined(&self, way: &Way) -> Vec<(Role, RecordId)> {
        let publishes = way.publishes().flat_map(|id| {
            let request = self.joins.replies_to(id).map(|id| (Role::Request, id));
            let response = self.joins.replied_by(id).map(|id| (Role::Response, id));
            request.into_iter().chain(response)
        });
        publishes.collect()
    }
}

/// The PUBLISH that an acknowledgement belongs to; a PUBLISH or a CONNECT with a Will itself.
fn publish_of(capture: &Capture, asked: RecordId) -> Option<&Record> {
    let mut record = capture.get(asked)?;
    // PUBCOMP, PUBREL, PUBREC, PUBLISH.
    for _ in 0..4 {
        match record.packet_type()? {
            PacketType::Publish | PacketType::Connect => return Some(record),
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                record = answered_by(capture, record.id)?
            }
            _ => return None,
        }
    }
    None
}

/// Whether a message can be followed from this record.
pub fn can_follow(capture: &Capture, id: RecordId) -> bool {
    publish_of(capture, id).is_some_and(|record| match record.packet() {
        Some(Ok(Packet::Publish(_))) => true,
        Some(Ok(Packet::Connect(connect))) => connect.will.is_some(),
        _ => false,
    })
}

impl Way {
    /// Every record of it.
    pub fn records(&self) -> Vec<RecordId> {
        let mut records = Vec::new();
        match &self.origin {
            Some(Origin::Published(exchange)) => records.extend(exchange.records()),
            Some(Origin::Will { connect, ended, .. }) => {
                records.push(*connect);
                records.extend(*ended);
            }
            None => {}
        }
        records.extend(self.copies.iter().flat_map(|copy| copy.exchange.records()));
        records
    }

    fn contains(&self, id: RecordId) -> bool {
        self.records().contains(&id)
    }

    /// Its PUBLISH packets without repeats.
    fn publishes(&self) -> impl Iterator<Item = RecordId> {
        let own = match &self.origin {
            Some(Origin::Published(exchange)) => Some(exchange.publish),
            _ => None,
        };
        own.into_iter().chain(self.copies.iter().map(|copy| copy.exchange.publish))
    }

    /// The client that published it, or whose Will it is.
    pub fn publisher(&self) -> Option<ClientSlot> {
        match self.origin.as_ref()? {
            Origin::Published(exchange) => Some(exchange.client),
            Origin::Will { client, .. } => Some(*client),
        }
    }

    /// Clients with a copy, each once, in the order in which they got it.
    pub fn receivers(&self) -> Vec<ClientSlot> {
        let mut clients = Vec::new();
        for copy in &self.copies {
            if !clients.contains(&copy.exchange.client) {
                clients.push(copy.exchange.client);
            }
        }
        clients
    }
}

impl Exchange {
    fn records(&self) -> impl Iterator<Item = RecordId> {
        let further = self.repeats.iter().chain(&self.answers).copied();
        [self.publish].into_iter().chain(further)
    }
}

/// What is the same in all packets that carry a message.
#[derive(Clone, Debug, PartialEq)]
struct Message {
    /// `None` where the alias was set before the capture began.
    topic: Option<Text>,
    payload: Bytes,
    /// Those that the Server forwards unaltered; `None` before 5.0, which has no properties.
    properties: Option<Vec<Property>>,
}

impl Message {
    fn of(capture: &Capture, record: &Record, publish: &Publish) -> Message {
        let topic = match capture.aliased(record) {
            Some(aliased) => Some(aliased.topic.into()),
            None => Some(publish.topic.clone()).filter(|topic| !topic.is_empty()),
        };
        Message {
            topic,
            payload: publish.payload.clone(),
            properties: record.version.is_5().then(|| forwarded(&publish.properties)),
        }
    }

    /// The Will Message of a CONNECT.
    fn of_will(record: &Record) -> Option<Message> {
        let Packet::Connect(connect) = record.packet()?.ok()? else { return None };
        let will = connect.will?;
        Some(Message {
            topic: Some(will.topic),
            payload: will.payload,
            properties: record.version.is_5().then(|| forwarded(&will.properties)),
        })
    }

    /// Whether one may be a copy of the other.
    fn agrees(&self, other: &Message) -> bool {
        let properties = match (&self.properties, &other.properties) {
            (Some(own), Some(others)) => own == others,
            // A client of an older version gets a message without them.
            _ => true,
        };
        self.topic.is_some()
            && self.topic == other.topic
            && self.payload == other.payload
            && properties
    }
}

/// Properties that a Server must send on as they are [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16],
/// [MQTT-3.3.2-17], [MQTT-3.3.2-18], [MQTT-3.3.2-20]. Only User Properties have an order to keep.
fn forwarded(properties: &Properties) -> Vec<Property> {
    let mut kept: Vec<Property> = properties
        .iter()
        .filter(|property| {
            matches!(
                property.id(),
                PropertyId::PayloadFormatIndicator
                    | PropertyId::ContentType
                    | PropertyId::ResponseTopic
                    | PropertyId::CorrelationData
                    | PropertyId::UserProperty
            )
        })
        .cloned()
        .collect();
    kept.sort_by_key(|property| property.id().value());
    kept
}

/// The side whose PUBLISH an acknowledgement belongs to.
fn side_of_publish(answer: PacketType, by: Sender) -> Sender {
    match answer {
        PacketType::PubRel => by,
        _ => by.other(),
    }
}
