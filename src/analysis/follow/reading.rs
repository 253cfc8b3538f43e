//! Reads a capture for one message: who sent it, who got it, and who was subscribed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Copy, Exchange, Message, Origin, Outcome, Role, Way, Without, side_of_publish};
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::mqtt::{
    ConnectionId, Packet, PacketId, PacketType, Publish, ReasonCode, Sender, Subscription, Text,
    Version, matches, split_shared, without_share_name,
};

#[derive(Clone, Debug)]
pub(super) struct Reader {
    asked: RecordId,
    message: Message,
    /// The first record not read yet.
    next: RecordId,
    clients: BTreeMap<ClientSlot, Client>,
    /// Exchanges that are not complete, by what acknowledges them. A Session outlives its connections, so
    /// that a repeat may come on the next one (§4.4).
    open: HashMap<(ClientSlot, Sender, PacketId), Place>,
    /// Equal messages, in the order in which they came to the Server.
    sources: Vec<Source>,
    /// The latest of them with RETAIN, which is what the Server keeps.
    stored: Option<usize>,
    copies: Vec<Assigned>,
    /// The first source that each client may still get a live copy of: every copy is assigned once, so that a
    /// flood of equal messages is read in one go.
    awaited: HashMap<ClientSlot, usize>,
    /// What clients are subscribed to, shared by all sources until that changes.
    held: Option<Arc<Vec<(ClientSlot, Held)>>>,
    asked_for: HashMap<(ConnectionId, PacketId), Asked>,
    /// CONNECT packets whose Will is this message, by connection.
    wills: BTreeMap<ConnectionId, (ClientSlot, RecordId)>,
    /// Connections whose client has said that its Will is not to be published.
    left: HashSet<ConnectionId>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Source(usize),
    Copy(usize),
}

#[derive(Clone, Debug)]
struct Source {
    origin: Origin,
    /// What each client was subscribed to when it came.
    held: Arc<Vec<(ClientSlot, Held)>>,
}

#[derive(Clone, Debug)]
struct Assigned {
    copy: Copy,
    /// The source that it is taken for.
    source: Option<usize>,
}

/// What is known of a client.
#[derive(Clone, Debug, Default)]
struct Client {
    connection: Option<ConnectionId>,
    subscriptions: BTreeMap<Text, Subscription>,
    /// Whether there can be no subscription that the capture does not have.
    is_complete: bool,
    /// Its latest SUBSCRIBE that matches.
    subscribed: Option<RecordId>,
    /// Its CONNECT asked for a clean start, and has not been answered.
    begins_clean: bool,
}

/// The subscriptions of a client that match.
#[derive(Clone, Debug)]
struct Held {
    matching: Vec<Subscription>,
    is_connected: bool,
    is_complete: bool,
}

#[derive(Clone, Debug)]
enum Asked {
    Subscribe(Vec<Subscription>),
    Unsubscribe(Vec<Text>),
}

impl Reader {
    /// Reads from the beginning of the capture once it is extended.
    pub fn new(capture: &Capture, record: &Record) -> Option<Reader> {
        let message = match record.packet()?.ok()? {
            Packet::Publish(publish) => Message::of(capture, record, &publish),
            _ => Message::of_will(record)?,
        };
        Some(Reader {
            asked: record.id,
            message,
            next: RecordId(0),
            clients: BTreeMap::new(),
            open: HashMap::new(),
            sources: Vec::new(),
            stored: None,
            copies: Vec::new(),
            awaited: HashMap::new(),
            held: None,
            asked_for: HashMap::new(),
            wills: BTreeMap::new(),
            left: HashSet::new(),
        })
    }

    pub fn asked(&self) -> RecordId {
        self.asked
    }

    pub fn extend(&mut self, capture: &Capture) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        if self.next < oldest {
            // What was between them is not known any more.
            self.clients.values_mut().for_each(|client| client.is_complete = false);
            self.held = None;
            self.next = oldest;
        }
        let start = capture.position(self.next).unwrap_or(capture.len());
        for record in (start..capture.len()).filter_map(|position| capture.at(position)) {
            self.read(capture, record);
        }
        self.next = capture.next_id();
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        let client = self.clients.entry(record.client).or_default();
        match &record.entry {
            Entry::Opening { .. } | Entry::Text { .. } | Entry::Broken { .. } => return,
            Entry::Closed(_) => {
                if client.connection == Some(record.connection) {
                    client.connection = None;
                    self.held = None;
                }
                return self.end_connection(record);
            }
            Entry::Missing(hole) => {
                client.is_complete = false;
                self.held = None;
                return self.miss(record.client, hole.sender);
            }
            // A capture may begin in the middle of a connection.
            Entry::Opened | Entry::Packet { .. } => {
                if client.connection.is_none() {
                    client.connection = Some(record.connection);
                    self.held = None;
                }
            }
        }
        let (Some(packet_type), Some(sender)) = (record.packet_type(), record.sender()) else {
            return;
        };
        match packet_type {
            PacketType::Publish => self.publish(capture, record, sender),
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                self.answer(record, packet_type, sender)
            }
            PacketType::Connect
            | PacketType::ConnAck
            | PacketType::Subscribe
            | PacketType::SubAck
            | PacketType::Unsubscribe
            | PacketType::UnsubAck
            | PacketType::Disconnect => {
                if let Some(Ok(packet)) = record.packet() {
                    self.session(record, packet);
                }
            }
            _ => {}
        }
    }

    fn session(&mut self, record: &Record, packet: Packet) {
        self.held = None;
        let client = self.clients.entry(record.client).or_default();
        let key = packet.packet_id().map(|id| (record.connection, id));
        match packet {
            Packet::Connect(connect) => {
                client.connection = Some(record.connection);
                client.begins_clean = connect.clean_start;
                let will = Message::of_will(record);
                if will.is_some_and(|will| will.agrees(&self.message) || record.id == self.asked) {
                    self.wills.insert(record.connection, (record.client, record.id));
                }
            }
            Packet::ConnAck(connack) if !connack.reason_code.is_error() => {
                // Session Present is of 3.1.1.
                let is_new = match record.version {
                    Version::V3_1 => client.begins_clean,
                    _ => !connack.session_present,
                };
                if is_new {
                    client.subscriptions.clear();
                    client.subscribed = None;
                    client.is_complete = true;
                    self.open.retain(|(of, _, _), _| *of != record.client);
                }
            }
            Packet::Subscribe(subscribe) => {
                let topic = self.message.topic.as_deref();
                let fits = |asked: &Subscription| {
                    topic.is_some_and(|topic| {
                        matches(without_share_name(&asked.topic_filter), topic)
                    })
                };
                if subscribe.subscriptions.iter().any(fits) {
                    client.subscribed = Some(record.id);
                }
                let asked = Asked::Subscribe(subscribe.subscriptions);
                self.asked_for.extend(key.map(|key| (key, asked)));
            }
            Packet::Unsubscribe(unsubscribe) => {
                let asked = Asked::Unsubscribe(unsubscribe.topic_filters);
                self.asked_for.extend(key.map(|key| (key, asked)));
            }
            Packet::SubAck(suback) => {
                let asked = key.and_then(|key| self.asked_for.remove(&key));
                let Some(Asked::Subscribe(asked)) = asked else { return };
                for (subscription, code) in asked.into_iter().zip(suback.reason_codes) {
                    if code.granted_qos().is_some() {
                        let filter = subscription.topic_filter.clone();
                        client.subscriptions.insert(filter, subscription);
                    }
                }
            }
            Packet::UnsubAck(unsuback) => {
                let asked = key.and_then(|key| self.asked_for.remove(&key));
                let Some(Asked::Unsubscribe(filters)) = asked else { return };
                for (index, filter) in filters.iter().enumerate() {
                    // Before 5.0 there is no code, and no refusal.
                    if unsuback.reason_codes.get(index).is_none_or(|code| !code.is_error()) {
                        client.subscriptions.remove(filter);
                    }
                }
            }
            Packet::Disconnect(disconnect)
                if record.sender() == Some(Sender::Client)
                    && disconnect.reason_code != ReasonCode::DisconnectWithWillMessage =>
            {
                self.left.insert(record.connection);
            }
            _ => {}
        }
    }

    /// A connection that ends without a farewell has its Will published.
    fn end_connection(&mut self, record: &Record) {
        let Some((client, connect)) = self.wills.remove(&record.connection) else { return };
        if !self.left.contains(&record.connection) {
            let ended = Some(record.id);
            self.add_source(Origin::Will { client, connect, ended }, false);
        }
    }

    fn publish(&mut self, capture: &Capture, record: &Record, sender: Sender) {
        let key = record.packet_id().map(|id| (record.client, sender, id));
        let is_dup = record.bytes().first().is_some_and(|byte| byte & DUP != 0);
        let open = key.and_then(|key| self.open.get(&key).copied());
        // Most packets are told apart by their end.
        let may_be = record.bytes().ends_with(&self.message.payload);
        let publish = match may_be.then(|| record.packet()).flatten() {
            Some(Ok(Packet::Publish(publish))) => publish,
            _ => return self.forget(key),
        };
        let message = Message::of(capture, record, &publish);
        if record.id != self.asked && !message.agrees(&self.message) {
            return self.forget(key);
        }
        if let Some(place) = open.filter(|_| is_dup) {
            return self.exchange_at(place).repeats.push(record.id);
        }
        let exchange = exchange(record, &publish);
        let place = match sender {
            Sender::Client => {
                let retain = publish.retain;
                Place::Source(self.add_source(Origin::Published(exchange), retain))
            }
            Sender::Server => Place::Copy(self.add_copy(exchange)),
        };
        if let Some(key) = key {
            self.open.insert(key, place);
        }
    }

    /// Another message has that Packet Identifier now.
    fn forget(&mut self, key: Option<(ClientSlot, Sender, PacketId)>) {
        if let Some(key) = key {
            self.open.remove(&key);
        }
    }

    fn add_source(&mut self, origin: Origin, is_retained: bool) -> usize {
        if is_retained {
            self.stored = Some(self.sources.len());
        }
        let held = match &self.held {
            Some(held) => Arc::clone(held),
            None => Arc::new(self.held_now()),
        };
        self.held = Some(Arc::clone(&held));
        self.sources.push(Source { origin, held });
        self.sources.len() - 1
    }

    fn held_now(&self) -> Vec<(ClientSlot, Held)> {
        let topic = self.message.topic.as_deref();
        let held = self.clients.iter().filter_map(|(slot, client)| {
            let fits = |asked: &&Subscription| {
                let filter = without_share_name(&asked.topic_filter);
                topic.is_some_and(|topic| matches(filter, topic))
            };
            let held = Held {
                matching: client.subscriptions.values().filter(fits).cloned().collect(),
                is_connected: client.connection.is_some(),
                is_complete: client.is_complete && topic.is_some(),
            };
            (held.is_connected || !held.matching.is_empty()).then_some((*slot, held))
        });
        held.collect()
    }

    fn add_copy(&mut self, exchange: Exchange) -> usize {
        let client = exchange.client;
        let subscribed = self.clients.get(&client).and_then(|client| client.subscribed);
        if self.sources.is_empty()
            && let Some((_, (client, connect))) = self.wills.pop_first()
        {
            // The copies may be recorded before the end of the connection.
            self.add_source(Origin::Will { client, connect, ended: None }, false);
        }
        let stored = self.stored.filter(|stored| {
            let id = self.sources[*stored].origin.id();
            subscribed.is_some_and(|subscribed| subscribed > id)
        });
        let is_retained = exchange.retain && (stored.is_some() || self.sources.is_empty());
        let (source, of_equal) = match stored.filter(|_| is_retained) {
            Some(stored) => (Some(stored), 1),
            None => self.live_source(client),
        };
        self.copies.push(Assigned { copy: Copy { exchange, is_retained, of_equal }, source });
        self.copies.len() - 1
    }

    /// The message that a copy at this client is taken for, and how many it could be.
    fn live_source(&mut self, client: ClientSlot) -> (Option<usize>, usize) {
        let may_come = |source: &Source| {
            let held = source.held.iter().find(|(slot, _)| *slot == client);
            held.is_none_or(|(_, held)| !held.is_complete || !held.matching.is_empty())
        };
        let awaited = self.awaited.entry(client).or_default();
        while self.sources.get(*awaited).is_some_and(|source| !may_come(source)) {
            *awaited += 1;
        }
        match self.sources.len() - *awaited {
            // A further copy, for another of its subscriptions.
            0 => (self.sources.len().checked_sub(1), self.sources.len().max(1)),
            left => {
                *awaited += 1;
                (Some(*awaited - 1), left)
            }
        }
    }

    fn answer(&mut self, record: &Record, answer: PacketType, by: Sender) {
        let Some(packet_id) = record.packet_id() else { return };
        let key = (record.client, side_of_publish(answer, by), packet_id);
        let Some(place) = self.open.get(&key).copied() else { return };
        let code = record.ack_reason_code().unwrap_or(0);
        let outcome = match answer {
            PacketType::PubAck | PacketType::PubRec if code >= 0x80 => Outcome::Refused(code),
            PacketType::PubAck | PacketType::PubComp => Outcome::Complete(code),
            _ => Outcome::Open,
        };
        let exchange = self.exchange_at(place);
        exchange.answers.push(record.id);
        exchange.outcome = outcome;
        if outcome != Outcome::Open {
            self.open.remove(&key);
        }
    }

    /// Bytes of one side are missing: what it owed it may have sent.
    fn miss(&mut self, client: ClientSlot, by: Sender) {
        let owed: Vec<Place> = self
            .open
            .iter()
            .filter(|((of, sender, _), _)| *of == client && *sender != by)
            .map(|(_, place)| *place)
            .collect();
        for place in owed {
            self.exchange_at(place).outcome = Outcome::Untold;
        }
    }

    fn exchange_at(&mut self, place: Place) -> &mut Exchange {
        match place {
            Place::Copy(index) => &mut self.copies[index].copy.exchange,
            Place::Source(index) => match &mut self.sources[index].origin {
                Origin::Published(exchange) => exchange,
                Origin::Will { .. } => unreachable!("a Will has no Packet Identifier"),
            },
        }
    }

    /// What is known of the message that was asked for.
    pub fn way(&self, role: Role) -> Way {
        let is_asked = |exchange: &Exchange| {
            exchange.publish == self.asked || exchange.repeats.contains(&self.asked)
        };
        let source = self.sources.iter().position(|source| match &source.origin {
            Origin::Published(exchange) => is_asked(exchange),
            Origin::Will { connect, .. } => *connect == self.asked,
        });
        let copy = || self.copies.iter().find(|assigned| is_asked(&assigned.copy.exchange));
        let source = source.or_else(|| copy()?.source);
        let unpublished_will = self.wills.values().find(|(_, connect)| *connect == self.asked);
        let copies: Vec<Copy> = match (source, unpublished_will) {
            (None, Some(_)) => Vec::new(),
            _ => {
                let own = self.copies.iter().filter(|assigned| assigned.source == source);
                own.map(|assigned| assigned.copy.clone()).collect()
            }
        };
        let origin = match source {
            Some(source) => Some(self.sources[source].origin.clone()),
            None => unpublished_will.map(|(client, connect)| Origin::Will {
                client: *client,
                connect: *connect,
                ended: None,
            }),
        };
        let mut way = Way {
            role,
            topic: self.message.topic.clone(),
            origin,
            equal: self.sources.len().max(1),
            copies,
            without: Vec::new(),
        };
        if let Some(source) = source {
            way.without = without(&way, &self.sources[source].held);
        }
        way
    }
}

impl Origin {
    /// Its record: for a Will, where it was published.
    fn id(&self) -> RecordId {
        match self {
            Origin::Published(exchange) => exchange.publish,
            Origin::Will { connect, ended, .. } => ended.unwrap_or(*connect),
        }
    }
}

/// Why the clients without a copy have none.
fn without(way: &Way, held: &[(ClientSlot, Held)]) -> Vec<(ClientSlot, Without)> {
    let receivers = way.receivers();
    let publisher = way.publisher();
    let is_shared = |asked: &Subscription| split_shared(&asked.topic_filter).is_some();
    let mut reasons = Vec::new();
    for (client, held) in held.iter().filter(|(client, _)| !receivers.contains(client)) {
        let is_own = publisher == Some(*client);
        let reason = match held.matching.first() {
            // That a publisher does not get its own message is no news.
            None if is_own => continue,
            None if held.is_complete => Without::NoMatchingSubscription,
            None => Without::Untold,
            Some(_) if is_own && held.matching.iter().all(|asked| asked.no_local) => {
                Without::NoLocal
            }
            Some(_) if held.matching.iter().all(is_shared) && !receivers.is_empty() => {
                Without::AnotherMember
            }
            Some(first) if !held.is_connected => {
                Without::NotConnected(first.topic_filter.to_string())
            }
            Some(first) => Without::Nothing(first.topic_filter.to_string()),
        };
        reasons.push((*client, reason));
    }
    reasons
}

fn exchange(record: &Record, publish: &Publish) -> Exchange {
    Exchange {
        client: record.client,
        connection: record.connection,
        publish: record.id,
        repeats: Vec::new(),
        answers: Vec::new(),
        qos: publish.qos,
        retain: publish.retain,
        is_repeat: publish.dup,
        alias: publish.properties.topic_alias(),
        identifiers: publish.properties.subscription_identifiers().collect(),
        outcome: match publish.packet_id {
            None => Outcome::Unacknowledged,
            Some(_) => Outcome::Open,
        },
    }
}

/// Bit 3 of the first byte (§3.3.1.1).
const DUP: u8 = 0b1000;
