//! What becomes of everything a packet holds: how far each property goes, and what of it has arrived.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{
    ConnectionId, Packet, PacketId, PacketType, Properties, Property, PropertyId, PropertyValue,
    ReasonCode, Sender,
};
use crate::ui::client_panel::payload;

/// The latest messages with their ways. Bounded: the oldest ones go first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journeys {
    /// The first record not read yet.
    next: Option<RecordId>,
    latest: VecDeque<Journey>,
    /// How many went before those.
    gone: usize,
    /// Where an answer belongs: by connection, identifier and the sender of what it answers.
    asked: BTreeMap<(ConnectionId, Option<PacketId>, bool), RecordId>,
    /// The latest CONNECT and SUBSCRIBE of each client that have User Properties.
    beside: BTreeMap<(ClientSlot, PacketType), Sight>,
}

/// A packet and what the Server made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// `None` for what begins at the Server as far as this capture knows: a stored message, a Will.
    pub sent: Option<Sight>,
    /// The same message at its receivers.
    pub arrived: Vec<Sight>,
    /// Acknowledgements that say more than yes, by what they answer.
    answers: Vec<(RecordId, Sight)>,
    /// Whether any message has been delivered since: what has not come along then ends at the Server.
    is_settled: bool,
    /// The latest packet of this message, acknowledgements aside.
    touched: RecordId,
    /// The sender's CONNECT and the receivers' SUBSCRIBE.
    beside: Vec<Sight>,
}

/// One packet, as far as the picture needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    pub id: RecordId,
    pub client: ClientSlot,
    pub packet: PacketType,
    /// Bytes of each part, in wire order; they add up to the packet.
    pub parts: [(Part, usize); 4],
    properties: Properties,
    code: Option<ReasonCode>,
    /// Of a PUBLISH, or of the Will in a CONNECT.
    message: Option<Message>,
}

#[derive(Clone, Debug, PartialEq)]
struct Message {
    /// In full, also where the packet leaves it to an alias.
    topic: String,
    is_topic_written: bool,
    payload: Bytes,
    will: Option<Properties>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed Header, Packet Identifier and Property Length.
    Header,
    Topic,
    Properties,
    Payload,
}

/// One thing on its way from the sender by the Server to the receiver, or back to where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strand {
    pub place: Place,
    /// The packet it is in, where that is not the message itself.
    pub packet: Option<(RecordId, PacketType)>,
    pub name: String,
    pub value: Option<String>,
    /// What the receiver's packet holds.
    pub arrived: Option<String>,
    /// Between the sender and the Server.
    pub first: Leg,
    /// Between the Server and the receiver.
    pub second: Leg,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Topic,
    Property(PropertyId),
    /// One member of a JSON object.
    Member,
    /// A payload that is no JSON object, as a whole.
    Whole,
    /// The Reason Code of an acknowledgement.
    Code,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// It does not pass here.
    None,
    /// Whether it passes here is not known yet.
    Open,
    Forth,
    Back,
}

/// How far it went, as the wire has shown it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing has been delivered yet.
    Open,
    /// It arrived as it was sent.
    Through,
    /// It arrived less the time it waited.
    Reduced,
    /// It arrived, and is another.
    Changed,
    /// It must be passed on, and has not arrived.
    Lost,
    /// The Server keeps it to itself.
    Ends,
    /// The Server has written it.
    Added,
    /// The Server's answer to the sender, who alone reads it.
    Answered,
}

/// Who comes across a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The Server, and whoever else stands on the way, such as a gateway.
    Server,
    Receiver,
}

/// What it takes to get at an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is made for this reader.
    Acts,
    /// It can be read without opening anything.
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

impl Journeys {
    /// Reads what has come since; begins again where the capture did.
    pub fn take_in(&mut self, capture: &Capture) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        // Nothing is left of what was read.
        if self.next.is_some_and(|next| next <= oldest || next > capture.next_id()) {
            *self = Journeys::default();
        }
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let position = capture.position(from).unwrap_or(capture.len());
        // In a flood only what can still be seen is taken apart.
        let matter = capture.len().saturating_sub(MOST_READ);
        for (index, record) in capture.records().enumerate().skip(position) {
            let is_rare =
                matches!(record.packet_type(), Some(PacketType::Connect | PacketType::Subscribe));
            if index >= matter || is_rare {
                self.read(capture, record);
            } else if record.packet_type() == Some(PacketType::Publish)
                && record.sender() == Some(Sender::Client)
            {
                self.gone += 1;
            }
        }
        self.next = Some(capture.next_id());
    }

    /// The messages that are shown, oldest first.
    pub fn latest(&self) -> impl DoubleEndedIterator<Item = &Journey> {
        self.latest.iter()
    }

    /// How many messages came before those shown.
    pub fn gone(&self) -> usize {
        self.gone
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        let Some(packet) = record.packet_type() else { return };
        match (packet, record.sender()) {
            (PacketType::Connect | PacketType::Subscribe, Some(Sender::Client)) => {
                self.begin(capture, record);
            }
            (PacketType::Publish, Some(Sender::Client)) => self.begin(capture, record),
            (PacketType::Publish, Some(Sender::Server)) => self.deliver(capture, record),
            (
                PacketType::ConnAck | PacketType::SubAck | PacketType::PubAck | PacketType::PubRec,
                Some(sender),
            ) => self.answer(record, sender),
            _ => {}
        }
    }

    fn begin(&mut self, capture: &Capture, record: &Record) {
        let Some(sight) = Sight::of(capture, record) else { return };
        // Sent again it is still the same message.
        if record.packet_type() == Some(PacketType::Publish) && record.bytes()[0] & 0x08 != 0 {
            return;
        }
        let is_publish = sight.packet == PacketType::Publish;
        if !is_publish {
            let key = (record.client, sight.packet);
            match sight.properties.contains(PropertyId::UserProperty) {
                true => self.beside.insert(key, sight.clone()),
                false => self.beside.remove(&key),
            };
            if sight.properties.is_empty() && sight.message.is_none() {
                return;
            }
        }
        let connect = self.beside.get(&(record.client, PacketType::Connect));
        let beside = connect.filter(|_| is_publish).cloned().into_iter().collect();
        self.asked.insert((record.connection, record.packet_id(), true), record.id);
        self.add(Journey {
            sent: Some(sight),
            arrived: Vec::new(),
            answers: Vec::new(),
            is_settled: false,
            touched: record.id,
            beside,
        });
    }

    fn deliver(&mut self, capture: &Capture, record: &Record) {
        let Some(sight) = Sight::of(capture, record) else { return };
        self.asked.insert((record.connection, record.packet_id(), false), record.id);
        for journey in &mut self.latest {
            journey.is_settled |=
                journey.sent.as_ref().is_some_and(|sent| sent.packet != PacketType::Publish);
        }
        let is_same = |journey: &Journey| {
            let message = journey.message();
            message.zip(sight.message.as_ref()).is_some_and(|(sent, arrived)| {
                sent.topic == arrived.topic && sent.payload == arrived.payload
            })
        };
        let is_first = |journey: &Journey| {
            is_same(journey) && journey.arrived.iter().all(|other| other.client != record.client)
        };
        let subscribe = self.beside.get(&(record.client, PacketType::Subscribe)).cloned();
        let found = self.latest.iter().rposition(is_first);
        match found.or_else(|| self.latest.iter().rposition(is_same)) {
            Some(index) => {
                let journey = &mut self.latest[index];
                journey.touched = record.id;
                journey.is_settled = true;
                if journey.arrived.len() < MOST_RECEIVERS {
                    journey.arrived.push(sight);
                    journey.beside.extend(subscribe);
                }
            }
            None => self.add(Journey {
                sent: None,
                arrived: vec![sight],
                answers: Vec::new(),
                is_settled: true,
                touched: record.id,
                beside: subscribe.into_iter().collect(),
            }),
        }
    }

    fn answer(&mut self, record: &Record, sender: Sender) {
        let of = (record.connection, record.packet_id(), sender == Sender::Server);
        let Some(asked) = self.asked.remove(&of) else { return };
        let Some(packet) = record.valid_packet() else { return };
        let code = packet.reason_codes().iter().copied().find(|code| code.is_error());
        let properties = packet.properties().clone();
        if properties.is_empty() && code.is_none() {
            return;
        }
        let is_its = |journey: &&mut Journey| journey.sights().any(|sight| sight.id == asked);
        let Some(journey) = self.latest.iter_mut().find(is_its) else { return };
        let parts = NO_PARTS;
        let sight = Sight {
            id: record.id,
            client: record.client,
            packet: packet.packet_type(),
            parts,
            properties,
            code,
            message: None,
        };
        journey.answers.push((asked, sight));
    }

    fn add(&mut self, journey: Journey) {
        if self.latest.len() == SHOWN {
            self.latest.pop_front();
            self.gone += 1;
            let oldest = self.latest.front().map_or(journey.touched, Journey::id);
            self.asked.retain(|_, id| *id >= oldest);
        }
        self.latest.push_back(journey);
    }
}

impl Journey {
    /// The record it begins with.
    pub fn id(&self) -> RecordId {
        self.sights().next().map_or(self.touched, |sight| sight.id)
    }

    /// The latest packet that belongs to it.
    pub fn touched(&self) -> RecordId {
        self.touched
    }

    /// The packet that stands for it: what was sent, or else what arrived first.
    pub fn first(&self) -> Option<&Sight> {
        self.sights().next()
    }

    fn sights(&self) -> impl Iterator<Item = &Sight> {
        self.sent.iter().chain(&self.arrived)
    }

    fn message(&self) -> Option<&Message> {
        self.first()?.message.as_ref()
    }

    /// Without what other packets say beside it; `None` for what is no message that was published.
    pub fn alone(&self) -> Option<Journey> {
        let is_published = |sight: &Sight| sight.packet == PacketType::Publish;
        let journey = self.first().filter(|first| is_published(first)).map(|_| self.clone());
        journey.map(|journey| Journey { beside: Vec::new(), ..journey })
    }

    /// Everything it holds, with its way to the receiver of that number, or to none yet.
    pub fn strands(&self, receiver: usize) -> Vec<Strand> {
        let arrived = self.arrived.get(receiver);
        let mut strands = Vec::new();
        self.topic(arrived, &mut strands);
        self.properties(arrived, &mut strands);
        self.payload(arrived, &mut strands);
        for (asked, sight) in &self.answers {
            match self.sent.as_ref().is_some_and(|sent| sent.id == *asked) {
                true => answered(sight, [Leg::Back, Leg::None], Fate::Answered, &mut strands),
                false if arrived.is_some_and(|arrived| arrived.id == *asked) => {
                    answered(sight, [Leg::None, Leg::Back], Fate::Ends, &mut strands);
                }
                false => {}
            }
        }
        for sight in &self.beside {
            let legs = match sight.packet {
                PacketType::Connect => [Leg::Forth, self.beyond()],
                _ if arrived.is_some_and(|arrived| arrived.client == sight.client) => {
                    [Leg::None, Leg::Back]
                }
                _ => continue,
            };
            let fate = if self.is_settled { Fate::Ends } else { Fate::Open };
            let user = |property: &&Property| property.id() == PropertyId::UserProperty;
            for property in sight.properties.iter().filter(user).take(MOST_BESIDE) {
                strands.push(beside(sight, property, legs, fate));
            }
        }
        strands
    }

    /// What is known of the way beyond the Server for that which has not come along.
    fn beyond(&self) -> Leg {
        if self.is_settled { Leg::None } else { Leg::Open }
    }

    fn topic(&self, arrived: Option<&Sight>, strands: &mut Vec<Strand>) {
        let Some(message) = self.message() else { return };
        let is_written = |sight: &Sight| sight.message.as_ref().is_some_and(|m| m.is_topic_written);
        let (sent, came) = (self.sent.as_ref().is_some_and(is_written), arrived.map(is_written));
        let value = || Some(message.topic.clone());
        let fate = match (sent, came) {
            (_, None) => Fate::Open,
            (true, Some(true)) => Fate::Through,
            (false, Some(true)) => Fate::Added,
            (_, Some(false)) => Fate::Ends,
        };
        strands.push(Strand {
            place: Place::Topic,
            packet: None,
            name: String::new(),
            value: value().filter(|_| sent),
            arrived: value().filter(|_| came == Some(true)),
            first: if sent { Leg::Forth } else { Leg::None },
            second: match came {
                None => Leg::Open,
                Some(true) => Leg::Forth,
                Some(false) => Leg::None,
            },
            fate,
        });
    }

    fn properties(&self, arrived: Option<&Sight>, strands: &mut Vec<Strand>) {
        let mut left: Vec<&Property> =
            arrived.map_or_else(Vec::new, |a| a.properties.iter().collect());
        let is_publish = self.sent.as_ref().is_some_and(|sent| sent.packet == PacketType::Publish);
        if let Some(sent) = &self.sent {
            let will = sent.message.as_ref().and_then(|message| message.will.as_ref());
            for property in sent.properties.iter() {
                let match_ = match is_publish && is_passed_on(property.id()) {
                    true => take(&mut left, property.id()),
                    false => None,
                };
                let passes = is_publish && is_passed_on(property.id());
                strands.push(self.sent_strand(property, match_, passes, arrived.is_some()));
            }
            for property in will.into_iter().flat_map(Properties::iter) {
                let passes = is_passed_on(property.id());
                let match_ = if passes { take(&mut left, property.id()) } else { None };
                let mut strand = self.sent_strand(property, match_, passes, arrived.is_some());
                if passes && arrived.is_none() {
                    (strand.second, strand.fate) = (Leg::Open, Fate::Open);
                }
                strands.push(strand);
            }
        }
        for property in left {
            let (name, value) = in_words(property);
            strands.push(Strand {
                place: Place::Property(property.id()),
                packet: None,
                name,
                value: None,
                arrived: Some(value),
                first: Leg::None,
                second: Leg::Forth,
                fate: Fate::Added,
            });
        }
    }

    fn sent_strand(
        &self,
        property: &Property,
        came: Option<&Property>,
        passes: bool,
        has_arrived: bool,
    ) -> Strand {
        let (name, value) = in_words(property);
        let came_as = came.map(|came| {
            let (other, value) = in_words(came);
            if other == name { value } else { format!("{other} = {value}") }
        });
        let fate = match came {
            Some(came) if came == property => Fate::Through,
            Some(came) => match (property, came) {
                (Property::MessageExpiryInterval(sent), Property::MessageExpiryInterval(came))
                    if came < sent =>
                {
                    Fate::Reduced
                }
                _ => Fate::Changed,
            },
            None if passes && has_arrived => Fate::Lost,
            None if self.is_settled => Fate::Ends,
            None => Fate::Open,
        };
        Strand {
            place: Place::Property(property.id()),
            packet: None,
            name,
            value: Some(value),
            arrived: came_as,
            first: Leg::Forth,
            second: match fate {
                Fate::Open => Leg::Open,
                Fate::Lost | Fate::Ends => Leg::None,
                _ => Leg::Forth,
            },
            fate,
        }
    }

    fn payload(&self, arrived: Option<&Sight>, strands: &mut Vec<Strand>) {
        let Some(message) = self.message() else { return };
        let (first, fate) = match (&self.sent, arrived) {
            (None, _) => (Leg::None, Fate::Added),
            (Some(_), Some(_)) => (Leg::Forth, Fate::Through),
            (Some(_), None) => (Leg::Forth, Fate::Open),
        };
        let second = if arrived.is_some() { Leg::Forth } else { Leg::Open };
        let strand = |place, name, value: String| Strand {
            place,
            packet: None,
            name,
            value: (first == Leg::Forth).then(|| value.clone()),
            arrived: arrived.map(|_| value),
            first,
            second,
            fate,
        };
        match members(&message.payload) {
            Some(members) => strands.extend(
                members.into_iter().map(|(name, value)| strand(Place::Member, name, value)),
            ),
            None if message.payload.is_empty() => {}
            None => {
                let text = payload::show(&message.payload, None).text;
                strands.push(strand(Place::Whole, String::new(), text));
            }
        }
    }
}

impl Sight {
    fn of(capture: &Capture, record: &Record) -> Option<Sight> {
        let packet = record.valid_packet()?;
        let properties = packet.properties().clone();
        let mut parts = NO_PARTS;
        let message = match &packet {
            Packet::Publish(publish) => {
                let (topic, payload) = (2 + publish.topic.len(), publish.payload.len());
                let sum: usize = properties.iter().map(size).sum();
                let header = record.bytes().len().saturating_sub(topic + sum + payload);
                for (part, bytes) in parts.iter_mut().zip([header, topic, sum, payload]) {
                    part.1 = bytes;
                }
                let is_topic_written = !publish.topic.is_empty();
                let topic = match is_topic_written {
                    true => publish.topic.clone(),
                    false => capture.aliased(record)?.topic.into(),
                };
                let payload = publish.payload.clone();
                Some(Message { topic: topic.into(), is_topic_written, payload, will: None })
            }
            Packet::Connect(connect) => connect.will.as_ref().map(|will| Message {
                topic: will.topic.to_string(),
                is_topic_written: true,
                payload: will.payload.clone(),
                will: Some(will.properties.clone()),
            }),
            _ => None,
        };
        if !matches!(packet, Packet::Publish(_)) {
            let sum: usize = properties.iter().map(size).sum();
            parts[0].1 = record.bytes().len().saturating_sub(sum);
            parts[2].1 = sum;
        }
        Some(Sight {
            id: record.id,
            client: record.client,
            packet: packet.packet_type(),
            parts,
            properties,
            code: None,
            message,
        })
    }

    pub fn total(&self) -> usize {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }

    /// The names of its User Properties, or of the members of its payload.
    fn names(&self, place: Place) -> Vec<String> {
        match place {
            USER_PROPERTY => {
                self.properties.user_properties().map(|(name, _)| name.to_owned()).collect()
            }
            _ => {
                let members = self.message.as_ref().and_then(|m| members(&m.payload));
                members.into_iter().flatten().map(|(name, _)| name).collect()
            }
        }
    }
}

/// The latest sent packet with User Properties beside the latest whose payload has the same names.
pub fn comparison<'a>(
    journeys: impl DoubleEndedIterator<Item = &'a Journey> + Clone,
) -> Option<Comparison> {
    let is_publish = |sight: &&Sight| sight.packet == PacketType::Publish;
    let sent = || journeys.clone().rev().filter_map(|j| j.sent.as_ref()).filter(is_publish);
    let beside = sent().find(|sight| !sight.names(USER_PROPERTY).is_empty())?;
    let wanted = beside.names(USER_PROPERTY);
    let inside = sent().find(|sight| {
        let members = sight.names(Place::Member);
        sight.names(USER_PROPERTY).is_empty() && wanted.iter().all(|name| members.contains(name))
    })?;
    let more = beside.total() as isize - inside.total() as isize;
    Some(Comparison { inside: inside.id, beside: beside.id, more })
}

/// What a Server has to hand on with a message, unaltered or, of the interval, what is left of it.
fn is_passed_on(id: PropertyId) -> bool {
    use PropertyId as P;
    matches!(
        id,
        P::PayloadFormatIndicator // [MQTT-3.3.2-4]
            | P::MessageExpiryInterval // [MQTT-3.3.2-6]
            | P::ResponseTopic // [MQTT-3.3.2-15]
            | P::CorrelationData // [MQTT-3.3.2-16]
            | P::UserProperty // [MQTT-3.3.2-17]
            | P::ContentType // [MQTT-3.3.2-20]
    )
}

/// The first property of that identifier that is left: their order is kept [MQTT-3.3.2-18].
fn take<'a>(left: &mut Vec<&'a Property>, id: PropertyId) -> Option<&'a Property> {
    let index = left.iter().position(|property| property.id() == id)?;
    Some(left.remove(index))
}

/// What an acknowledgement says besides yes.
fn answered(sight: &Sight, legs: [Leg; 2], fate: Fate, strands: &mut Vec<Strand>) {
    let [first, second] = legs;
    let strand = |place, name, value: String| Strand {
        place,
        packet: Some((sight.id, sight.packet)),
        name,
        value: (first != Leg::None).then(|| value.clone()),
        arrived: (second != Leg::None).then_some(value),
        first,
        second,
        fate,
    };
    if let Some(code) = sight.code {
        let value = code.in_words(sight.packet);
        strands.push(strand(Place::Code, String::new(), value));
    }
    for property in sight.properties.iter() {
        let (name, value) = in_words(property);
        strands.push(strand(Place::Property(property.id()), name, value));
    }
}

/// A User Property of the CONNECT or the SUBSCRIBE that goes with the message.
fn beside(sight: &Sight, property: &Property, legs: [Leg; 2], fate: Fate) -> Strand {
    let (name, value) = in_words(property);
    let is_receivers = legs[0] == Leg::None;
    Strand {
        place: Place::Property(property.id()),
        packet: Some((sight.id, sight.packet)),
        name,
        value: Some(value.clone()).filter(|_| !is_receivers),
        arrived: Some(value).filter(|_| is_receivers),
        first: legs[0],
        second: legs[1],
        fate,
    }
}

impl Strand {
    pub fn part(&self) -> Part {
        match self.place {
            Place::Topic => Part::Topic,
            Place::Property(_) => Part::Properties,
            Place::Member | Place::Whole => Part::Payload,
            Place::Code => Part::Header,
        }
    }

    /// What it takes that reader to get at it; `None` where it does not come by.
    pub fn access(&self, reader: Reader) -> Option<Access> {
        let comes_by = match reader {
            Reader::Server => true,
            Reader::Receiver => self.second == Leg::Forth,
        };
        comes_by.then(|| access(self.place, reader))
    }
}

fn access(place: Place, reader: Reader) -> Access {
    use PropertyId as P;
    match (place, reader) {
        (
            Place::Topic
            | Place::Code
            | Place::Property(
                P::MessageExpiryInterval
                | P::TopicAlias
                | P::SessionExpiryInterval
                | P::ReceiveMaximum
                | P::MaximumPacketSize
                | P::TopicAliasMaximum
                | P::RequestResponseInformation
                | P::RequestProblemInformation
                | P::AuthenticationMethod
                | P::AuthenticationData
                | P::WillDelayInterval,
            ),
            Reader::Server,
        ) => Access::Acts,
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
        (Place::Topic | Place::Code | Place::Property(_), _) => Access::Reads,
        (Place::Member | Place::Whole, Reader::Server) => Access::Bytes,
        (Place::Member | Place::Whole, Reader::Receiver) => Access::Parses,
    }
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Header, Part::Topic, Part::Properties, Part::Payload];

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

impl Leg {
    /// Its name in the stylesheet.
    pub fn key(self) -> &'static str {
        match self {
            Leg::None => "none",
            Leg::Open => "open",
            Leg::Forth => "forth",
            Leg::Back => "back",
        }
    }
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

/// How many messages there are to choose from.
const SHOWN: usize = 6;
/// Receivers of one message that are kept apart.
const MOST_RECEIVERS: usize = 8;
/// Records that are taken apart at a time; of more, only the latest can still be seen.
const MOST_READ: usize = 400;
/// User Properties of a CONNECT or SUBSCRIBE beside the message.
const MOST_BESIDE: usize = 4;
/// A longer payload is one thing.
const LONGEST_JSON: usize = 4096;
/// More members than this are not told apart.
const MOST_MEMBERS: usize = 16;

const NO_PARTS: [(Part, usize); 4] =
    [(Part::Header, 0), (Part::Topic, 0), (Part::Properties, 0), (Part::Payload, 0)];

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

/// The name of a pair, empty for everything that has a name of its own; and the value.
fn in_words(property: &Property) -> (String, String) {
    match property.value() {
        PropertyValue::StringPair(name, value) => (name.to_owned(), value.to_owned()),
        PropertyValue::Byte(value) => (String::new(), value.to_string()),
        PropertyValue::TwoByteInteger(value) => (String::new(), value.to_string()),
        PropertyValue::FourByteInteger(value) => {
            let unit = if is_time(property.id()) { " s" } else { "" };
            (String::new(), format!("{value}{unit}"))
        }
        PropertyValue::VariableByteInteger(value) => (String::new(), value.to_string()),
        PropertyValue::Utf8String(value) => (String::new(), value.to_owned()),
        PropertyValue::BinaryData(bytes) => (String::new(), payload::show(bytes, None).text),
    }
}

fn is_time(id: PropertyId) -> bool {
    use PropertyId as P;
    matches!(id, P::MessageExpiryInterval | P::SessionExpiryInterval | P::WillDelayInterval)
}

/// The members of a JSON object: name and value as they were written.
fn members(payload: &[u8]) -> Option<Vec<(String, String)>> {
    if payload.len() > LONGEST_JSON {
        return None;
    }
    let text = std::str::from_utf8(payload).ok()?.trim();
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut members = Vec::new();
    let (mut start, mut colon) = (0, None);
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    let mut take = |range: Range<usize>, colon: Option<usize>| {
        let Some(colon) = colon else { return };
        let name = inner[range.start..colon].trim().trim_matches('"').to_owned();
        members.push((name, inner[colon + 1..range.end].trim().to_owned()));
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
                take(start..at, colon.take());
                start = at + 1;
            }
            _ => {}
        }
    }
    take(start..inner.len(), colon);
    Some(members).filter(|members| members.len() <= MOST_MEMBERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Ack, Connect, Publish, QoS, Subscribe, Subscription, Will, encode};
    use crate::time::Instant;

    const A: u16 = 0;
    const B: u16 = 1;

    fn push(capture: &mut Capture, client: u16, sender: Sender, packet: Packet) -> RecordId {
        let bytes = encode(&packet).expect("it has a representation");
        let (slot, connection) = (ClientSlot(client), ConnectionId(u32::from(client) + 1));
        capture.push_packet(Instant::START, slot, connection, sender, bytes)
    }

    fn message(properties: &[Property], payload: &str) -> Packet {
        Packet::Publish(Publish {
            qos: QoS::AtMostOnce,
            topic: "test/mqtt5/placement".into(),
            properties: Properties(properties.to_vec()),
            payload: Bytes::copy_from_slice(payload.as_bytes()),
            ..Publish::default()
        })
    }

    fn read(capture: &Capture) -> Journeys {
        let mut journeys = Journeys::default();
        journeys.take_in(capture);
        journeys
    }

    /// What the first receiver's copy made of each strand, by its name.
    fn fates(journey: &Journey) -> Vec<(String, Fate)> {
        let name = |strand: &Strand| match strand.place {
            Place::Property(id) if strand.name.is_empty() => id.name().to_owned(),
            Place::Topic => "topic".to_owned(),
            Place::Whole => "payload".to_owned(),
            Place::Code => "code".to_owned(),
            _ => strand.name.clone(),
        };
        journey.strands(0).iter().map(|strand| (name(strand), strand.fate)).collect()
    }

    fn rows(expect: &[(&str, Fate)]) -> Vec<(String, Fate)> {
        expect.iter().map(|(name, fate)| ((*name).to_owned(), *fate)).collect()
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
        push(&mut capture, A, Sender::Server, message(&properties, "plain"));
        let journeys = read(&capture);
        let sight = journeys.latest().next().and_then(Journey::first).expect("it was read");
        assert_eq!(sight.total(), capture.at(0).expect("it was pushed").bytes().len());
        let parts = sight.parts.map(|(_, bytes)| bytes);
        assert_eq!(parts, [3, 22, 2 + 19 + 5 + 3 + 5 + 16, 5]);
    }

    #[test]
    fn what_was_sent_is_open_until_a_copy_has_arrived() {
        let mut capture = Capture::default();
        let sent = [
            Property::TopicAlias(1),
            Property::MessageExpiryInterval(60),
            Property::ContentType("text/plain".into()),
            Property::user("via", "a"),
            Property::user("via", "b"),
        ];
        push(&mut capture, A, Sender::Client, message(&sent, "plain"));
        let open = Fate::Open;
        assert_eq!(
            fates(read(&capture).latest().next().expect("one")),
            rows(&[
                ("topic", open),
                ("Topic Alias", open),
                ("Message Expiry Interval", open),
                ("Content Type", open),
                ("via", open),
                ("via", open),
                ("payload", open),
            ])
        );
        let came = [
            Property::MessageExpiryInterval(52),
            Property::SubscriptionIdentifier(7),
            Property::user("via", "a"),
            Property::user("via", "c"),
        ];
        push(&mut capture, B, Sender::Server, message(&came, "plain"));
        let journeys = read(&capture);
        let journey = journeys.latest().next().expect("one");
        assert_eq!(
            fates(journey),
            rows(&[
                ("topic", Fate::Through),
                ("Topic Alias", Fate::Ends),
                ("Message Expiry Interval", Fate::Reduced),
                ("Content Type", Fate::Lost), // [MQTT-3.3.2-20] forbids this
                ("via", Fate::Through),
                ("via", Fate::Changed),
                ("Subscription Identifier", Fate::Added),
                ("payload", Fate::Through),
            ])
        );
        let legs: Vec<_> = journey.strands(0).iter().map(|s| (s.first, s.second)).collect();
        assert_eq!(legs[1], (Leg::Forth, Leg::None), "an alias stops at the Server");
        assert_eq!(legs[6], (Leg::None, Leg::Forth), "the number begins there");
        assert_eq!(journey.strands(0)[2].arrived.as_deref(), Some("52 s"));
    }

    #[test]
    fn a_topic_left_to_an_alias_is_put_back_by_the_server() {
        let mut capture = Capture::default();
        push(&mut capture, A, Sender::Client, message(&[Property::TopicAlias(1)], "1"));
        let alone = Packet::Publish(Publish {
            properties: [Property::TopicAlias(1)].into(),
            payload: Bytes::from_static(b"2"),
            ..Publish::default()
        });
        push(&mut capture, A, Sender::Client, alone);
        push(&mut capture, B, Sender::Server, message(&[], "2"));
        let journeys = read(&capture);
        let last = journeys.latest().next_back().expect("two");
        let topic = &last.strands(0)[0];
        assert_eq!((topic.first, topic.second, topic.fate), (Leg::None, Leg::Forth, Fate::Added));
        assert_eq!(topic.arrived.as_deref(), Some("test/mqtt5/placement"));
    }

    #[test]
    fn connect_and_subscribe_end_at_the_server_once_a_message_shows_it() {
        let mut capture = Capture::default();
        let connect = Connect {
            properties: [Property::user("trace_id", "4bf92f35")].into(),
            ..Connect::default()
        };
        push(&mut capture, A, Sender::Client, Packet::Connect(Box::new(connect)));
        let subscribe = Subscribe {
            packet_id: PacketId::MIN,
            properties: [Property::user("features", "ids"), Property::SubscriptionIdentifier(9)]
                .into(),
            subscriptions: vec![Subscription {
                topic_filter: "test/#".into(),
                ..Subscription::default()
            }],
        };
        push(&mut capture, B, Sender::Client, Packet::Subscribe(subscribe));
        let before = read(&capture);
        assert!(before.latest().all(|j| j.strands(0).iter().all(|s| s.second == Leg::Open)));
        push(&mut capture, A, Sender::Client, message(&[], "order"));
        push(
            &mut capture,
            B,
            Sender::Server,
            message(&[Property::SubscriptionIdentifier(9)], "order"),
        );
        let journeys = read(&capture);
        let all: Vec<_> = journeys.latest().map(fates).collect();
        assert_eq!(all[0], rows(&[("trace_id", Fate::Ends)]));
        let subscribe = [("features", Fate::Ends), ("Subscription Identifier", Fate::Ends)];
        assert_eq!(all[1], rows(&subscribe));
        // Beside the message: what its sender and its receiver said to the Server alone.
        assert_eq!(
            all[2],
            rows(&[
                ("topic", Fate::Through),
                ("Subscription Identifier", Fate::Added),
                ("payload", Fate::Through),
                ("trace_id", Fate::Ends),
                ("features", Fate::Ends),
            ])
        );
        let last = journeys.latest().last().expect("three").strands(0);
        assert_eq!((last[4].first, last[4].second), (Leg::None, Leg::Back));
    }

    #[test]
    fn messages_can_be_shown_alone() {
        let mut capture = Capture::default();
        let properties = [Property::user("trace", "1")].into();
        let connect = Connect { properties, ..Connect::default() };
        push(&mut capture, A, Sender::Client, Packet::Connect(Box::new(connect)));
        push(&mut capture, A, Sender::Client, message(&[], "plain"));
        let journeys = read(&capture);
        let names = |journey: &Journey| -> Vec<String> {
            fates(journey).into_iter().map(|(name, _)| name).collect()
        };
        let [connect, message] = journeys.latest().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!(names(message), ["topic", "payload", "trace"]);
        assert_eq!(names(&message.alone().expect("it is a message")), ["topic", "payload"]);
        assert_eq!(connect.alone(), None);
    }

    #[test]
    fn a_will_goes_further_than_the_connect_that_carries_it() {
        let mut capture = Capture::default();
        let will = Will {
            qos: QoS::AtMostOnce,
            retain: false,
            properties: [
                Property::WillDelayInterval(5),
                Property::ContentType("text/plain".into()),
            ]
            .into(),
            topic: "test/mqtt5/placement".into(),
            payload: Bytes::from_static(b"gone"),
        };
        let connect = Connect {
            properties: [Property::ReceiveMaximum(3)].into(),
            will: Some(will),
            ..Connect::default()
        };
        push(&mut capture, A, Sender::Client, Packet::Connect(Box::new(connect)));
        let came = [Property::ContentType("text/plain".into())];
        push(&mut capture, B, Sender::Server, message(&came, "gone"));
        assert_eq!(
            fates(read(&capture).latest().next().expect("one")),
            rows(&[
                ("topic", Fate::Through),
                ("Receive Maximum", Fate::Ends),
                ("Will Delay Interval", Fate::Ends),
                ("Content Type", Fate::Through),
                ("payload", Fate::Through),
            ])
        );
    }

    #[test]
    fn an_acknowledgement_is_read_by_its_neighbour_alone() {
        let mut capture = Capture::default();
        let publish = |qos| {
            let Packet::Publish(publish) = message(&[], "21.5") else { unreachable!() };
            Packet::Publish(Publish { qos, packet_id: Some(PacketId::MIN), ..publish })
        };
        push(&mut capture, A, Sender::Client, publish(QoS::AtLeastOnce));
        let puback = |reason_code, properties| {
            Packet::PubAck(Ack { packet_id: PacketId::MIN, reason_code, properties })
        };
        let words = [Property::ReasonString("nobody".into())].into();
        push(&mut capture, A, Sender::Server, puback(ReasonCode::Success, words));
        push(&mut capture, B, Sender::Server, publish(QoS::AtLeastOnce));
        let invalid = ReasonCode::PayloadFormatInvalid;
        push(&mut capture, B, Sender::Client, puback(invalid, Properties::default()));
        let journeys = read(&capture);
        let strands = journeys.latest().next().expect("one").strands(0);
        let answers: Vec<_> = strands
            .iter()
            .filter(|strand| strand.packet.is_some())
            .map(|s| (s.place, s.first, s.second, s.fate))
            .collect();
        let said = Place::Property(PropertyId::ReasonString);
        assert_eq!(
            answers,
            [
                (said, Leg::Back, Leg::None, Fate::Answered),
                (Place::Code, Leg::None, Leg::Back, Fate::Ends),
            ]
        );
    }

    #[test]
    fn a_flood_leaves_the_latest_and_a_count() {
        let mut capture = Capture::default();
        let mut journeys = Journeys::default();
        for round in 0..3000 {
            push(&mut capture, A, Sender::Client, message(&[], &round.to_string()));
            if round % 1000 == 999 {
                journeys.take_in(&capture);
            }
        }
        assert_eq!((journeys.latest().count(), journeys.gone()), (SHOWN, 3000 - SHOWN));
        assert!(journeys.asked.len() <= SHOWN + 1, "{}", journeys.asked.len());
        // Cleared, and at once the next message: nothing from before.
        capture.clear();
        push(&mut capture, A, Sender::Client, message(&[], "first"));
        journeys.take_in(&capture);
        assert_eq!((journeys.latest().count(), journeys.gone()), (1, 0));
    }

    #[test]
    fn a_json_object_is_taken_apart_at_its_own_commas_only() {
        let json = br#" {"a":"x,\"y\":{", "b" : [1,{"c":2}],"d":{}} "#;
        let members = members(json).expect("it is an object");
        let told: Vec<_> = members.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(told, [("a", r#""x,\"y\":{""#), ("b", r#"[1,{"c":2}]"#), ("d", "{}")]);
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
        push(&mut capture, A, Sender::Client, message(&[], r#"{"value":21.5}"#));
        assert_eq!(comparison(read(&capture).latest.iter()), None);
        push(&mut capture, A, Sender::Client, message(&[], inside));
        push(&mut capture, A, Sender::Client, message(&pairs, r#"{"value":21.5}"#));
        push(&mut capture, B, Sender::Server, message(&pairs, r#"{"value":21.5}"#));
        // One byte a pair: JSON has six besides the text, a User Property five.
        let expect = Comparison { inside: RecordId(1), beside: RecordId(2), more: -2 };
        assert_eq!(comparison(read(&capture).latest.iter()), Some(expect));
    }

    #[test]
    fn payloads_are_closed_to_the_server_and_properties_open_to_all() {
        for (place, server, receiver) in [
            (Place::Topic, Access::Acts, Access::Reads),
            (Place::Whole, Access::Bytes, Access::Parses),
            (Place::Member, Access::Bytes, Access::Parses),
            (USER_PROPERTY, Access::Reads, Access::Reads),
            (Place::Property(PropertyId::MessageExpiryInterval), Access::Acts, Access::Reads),
            (Place::Property(PropertyId::ContentType), Access::Reads, Access::Acts),
        ] {
            let found = [Reader::Server, Reader::Receiver].map(|reader| access(place, reader));
            assert_eq!(found, [server, receiver], "{place:?}");
        }
    }
}
