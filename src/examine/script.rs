//! What the clients of a probe do, step by step.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use crate::capture::ClientSlot;
use crate::mqtt::{
    Ack, Connect, Disconnect, Packet, PacketId, PacketType, Properties, Property, Publish, QoS,
    ReasonCode, Subscribe, Subscription, Unsubscribe, Version, Will, encode, encode_as,
    variable_byte_integer,
};

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    A,
    B,
    C,
    D,
    /// Takes away what the others left.
    Cleaner,
}

pub use Client::{A, B, C, D};

impl Client {
    pub const ALL: [Client; 5] = [A, B, C, D, Client::Cleaner];

    pub fn slot(self) -> ClientSlot {
        ClientSlot(self as u16)
    }
}

/// The names that one probe uses, which nobody else has.
#[derive(Clone, Debug)]
pub struct Names {
    /// Of the examination.
    token: String,
    probe: usize,
}

impl Names {
    pub fn new(token: &str, probe: usize) -> Names {
        Names { token: token.to_owned(), probe }
    }

    /// Letters and digits, not more than every Server accepts [MQTT-3.1.3-5].
    pub fn client_id(&self, client: Client) -> String {
        let letter = client.slot().letter().to_ascii_lowercase();
        format!("x{}p{}{letter}", self.token, self.probe)
    }

    /// In front of every topic.
    pub fn prefix(&self) -> String {
        format!("examine/{}/{}", self.token, self.probe)
    }

    pub fn topic(&self, topic: &str) -> String {
        format!("{}/{topic}", self.prefix())
    }
}

/// One step. The next one begins when what this one waits for has come, or when it has waited long enough.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A Network Connection with these first bytes.
    Open {
        client: Client,
        bytes: Bytes,
        expects: Opens,
    },
    Send {
        client: Client,
        bytes: Bytes,
        awaits: Option<(PacketType, Option<PacketId>)>,
        must: bool,
    },
    /// Acknowledges the oldest PUBLISH that is not, with the identifier that it has.
    Acknowledge {
        client: Client,
        packet: fn(Ack) -> Packet,
        code: ReasonCode,
    },
    /// Ends the Network Connection.
    Cut(Client),
    /// From here on nothing is acknowledged by itself.
    ByHand(Client),
    /// Has no PINGREQ sent when things settle.
    Silent(Client),
    /// Until so many PUBLISH packets have come.
    Messages(Client, usize),
    /// Until the broker ends the connection.
    Closed(Client),
    /// Until nothing comes any more.
    Settle,
    Pass(Duration),
}

/// What has to become of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    /// The broker accepts it; otherwise the probe cannot be asked.
    Accepted,
    /// The answer is what is asked.
    Answered,
    /// Nothing is waited for.
    Unanswered,
}

/// Builds the steps: topics get the prefix, packets their identifiers.
#[derive(Debug)]
pub struct Script {
    pub(super) names: Names,
    pub(super) steps: Vec<Step>,
    /// Client Identifiers whose Session may outlive the connection.
    pub(super) sessions: BTreeSet<String>,
    pub(super) retained: BTreeSet<String>,
    by_hand: BTreeSet<Client>,
    next_id: u16,
    user_name: Option<String>,
    password: Option<Bytes>,
}

impl Script {
    pub fn new(names: Names, user_name: Option<String>, password: Option<Bytes>) -> Script {
        Script {
            names,
            steps: Vec::new(),
            sessions: BTreeSet::new(),
            retained: BTreeSet::new(),
            by_hand: BTreeSet::new(),
            next_id: 0,
            user_name,
            password,
        }
    }

    pub(super) fn uses(&self, client: Client) -> bool {
        let opens =
            |step: &Step| matches!(step, Step::Open { client: other, .. } if *other == client);
        self.steps.iter().any(opens)
    }

    pub fn topic(&self, topic: &str) -> String {
        self.names.topic(topic)
    }

    /// A CONNECT with Clean Start and nothing else but the credentials.
    pub fn connect(&self, client: Client) -> Connect {
        Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: self.names.client_id(client).into(),
            user_name: self.user_name.as_deref().map(Into::into),
            password: self.password.clone(),
            ..Connect::default()
        }
    }

    fn opening(&mut self, client: Client, connect: Connect, expects: Opens) {
        if connect.properties.session_expiry_interval().is_some_and(|interval| interval > 0) {
            self.sessions.insert(String::from(&*connect.client_id));
        }
        if let Some(will) = connect.will.as_ref().filter(|will| will.retain) {
            self.retained.insert(String::from(&*will.topic));
        }
        let bytes = encoded(&Packet::Connect(Box::new(connect)));
        self.by_hand.remove(&client);
        self.steps.push(Step::Open { client, bytes, expects });
    }

    pub fn open(&mut self, client: Client) {
        self.open_with(client, |_| {});
    }

    /// The broker has to accept it for the probe to go on.
    pub fn open_with(&mut self, client: Client, change: impl FnOnce(&mut Connect)) {
        let mut connect = self.connect(client);
        change(&mut connect);
        self.opening(client, connect, Opens::Accepted);
    }

    /// What the broker answers is what is asked.
    pub fn try_open(&mut self, client: Client, change: impl FnOnce(&mut Connect)) {
        let mut connect = self.connect(client);
        change(&mut connect);
        self.opening(client, connect, Opens::Answered);
    }

    /// With a Session that lasts for so many seconds; an existing one goes on.
    pub fn resume(&mut self, client: Client, seconds: u32) {
        self.open_with(client, |connect| {
            connect.clean_start = false;
            connect.properties.push(Property::SessionExpiryInterval(seconds));
        });
    }

    /// Subscribes with a Session that lasts, and goes away.
    pub fn leave_subscribed(&mut self, client: Client, filter: &str, qos: u8) {
        self.resume(client, 60);
        self.subscribe(client, filter, qos);
        self.cut(client);
        self.pass(200);
    }

    /// The bytes of a CONNECT, credentials included.
    pub fn connect_bytes(&self, client: Client, version: Version) -> Vec<u8> {
        let packet = Packet::Connect(Box::new(self.connect(client)));
        encode_as(&packet, version).expect("a probe sends what has a representation").to_vec()
    }

    /// The User Name and Password flags, and the bytes that belong to them.
    pub fn credentials(&self) -> (u8, Vec<u8>) {
        let mut flags = 0;
        let mut bytes = Vec::new();
        if let Some(user_name) = &self.user_name {
            flags |= 0x80;
            bytes.extend(text(user_name));
        }
        if let Some(password) = &self.password {
            flags |= 0x40;
            bytes.extend(u16::try_from(password.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend_from_slice(password);
        }
        (flags, bytes)
    }

    /// With any bytes in the place of CONNECT.
    pub fn open_bytes(&mut self, client: Client, bytes: Vec<u8>) {
        self.steps.push(Step::Open { client, bytes: bytes.into(), expects: Opens::Answered });
    }

    /// With a part of a CONNECT, or nothing: the rest comes later.
    pub fn open_part(&mut self, client: Client, bytes: Vec<u8>) {
        self.steps.push(Step::Open { client, bytes: bytes.into(), expects: Opens::Unanswered });
    }

    fn id(&mut self) -> PacketId {
        self.next_id += 1;
        PacketId::new(self.next_id).expect("it counts from 1")
    }

    /// Sends a packet and waits for its answer.
    pub fn send(&mut self, client: Client, packet: Packet) {
        let id = packet.packet_id();
        let awaits = match &packet {
            Packet::Subscribe(_) => Some(PacketType::SubAck),
            Packet::Unsubscribe(_) => Some(PacketType::UnsubAck),
            Packet::Publish(publish) => match publish.qos {
                QoS::AtMostOnce => None,
                QoS::AtLeastOnce => Some(PacketType::PubAck),
                QoS::ExactlyOnce if self.by_hand.contains(&client) => Some(PacketType::PubRec),
                QoS::ExactlyOnce => Some(PacketType::PubComp),
            },
            Packet::PubRel(_) => Some(PacketType::PubComp),
            Packet::PingReq => Some(PacketType::PingResp),
            _ => None,
        };
        if let Packet::Publish(publish) = &packet
            && publish.retain
            && !publish.payload.is_empty()
        {
            self.retained.insert(String::from(&*publish.topic));
        }
        let must = matches!(packet, Packet::Subscribe(_));
        let awaits = awaits.map(|packet| (packet, id));
        self.steps.push(Step::Send { client, bytes: encoded(&packet), awaits, must });
    }

    /// Sends bytes and waits for nothing.
    pub fn bytes(&mut self, client: Client, bytes: Vec<u8>) {
        self.steps.push(Step::Send { client, bytes: bytes.into(), awaits: None, must: false });
    }

    /// Sends bytes and waits for a packet of this type without identifier.
    pub fn bytes_until(&mut self, client: Client, bytes: Vec<u8>, packet: PacketType) {
        let awaits = Some((packet, None));
        self.steps.push(Step::Send { client, bytes: bytes.into(), awaits, must: false });
    }

    /// One packet made by hand, with the length that belongs there.
    pub fn frame(&mut self, client: Client, first: u8, body: &[&[u8]]) {
        self.bytes(client, frame(first, &body.concat()));
    }

    /// A Topic Name or Filter with its length, as it stands in a packet.
    pub fn text(&self, topic: &str) -> Vec<u8> {
        text(&self.topic(topic))
    }

    pub fn subscribe(&mut self, client: Client, filter: &str, qos: u8) {
        self.subscribe_with(client, &[filter], qos, |_| {});
    }

    pub fn subscribe_as(&mut self, client: Client, identifier: u32, filter: &str, qos: u8) {
        self.subscribe_with(client, &[filter], qos, |subscribe| {
            subscribe.properties.push(Property::SubscriptionIdentifier(identifier));
        });
    }

    /// A failure among its codes means that the probe cannot be asked.
    pub fn subscribe_with(
        &mut self,
        client: Client,
        filters: &[&str],
        qos: u8,
        change: impl FnOnce(&mut Subscribe),
    ) {
        let mut subscribe = self.subscribing(filters, qos);
        change(&mut subscribe);
        self.send(client, Packet::Subscribe(subscribe));
    }

    /// The answer is what is asked.
    pub fn try_subscribe(
        &mut self,
        client: Client,
        filters: &[&str],
        qos: u8,
        change: impl FnOnce(&mut Subscribe),
    ) {
        self.subscribe_with(client, filters, qos, change);
        if let Some(Step::Send { must, .. }) = self.steps.last_mut() {
            *must = false;
        }
    }

    fn subscribing(&mut self, filters: &[&str], qos: u8) -> Subscribe {
        let subscription = |filter: &&str| Subscription {
            topic_filter: self.filter(filter).into(),
            qos: QoS::from_bits(qos).expect("a QoS"),
            ..Subscription::default()
        };
        let subscriptions = filters.iter().map(subscription).collect();
        Subscribe { packet_id: self.id(), properties: Properties::NONE, subscriptions }
    }

    /// The prefix comes behind `$share/NAME/` and behind a wildcard or `$` level marked with `^`; a filter
    /// that begins with `=` stands as it is.
    fn filter(&self, filter: &str) -> String {
        if let Some(whole) = filter.strip_prefix('=') {
            return whole.to_owned();
        }
        match filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/')) {
            Some((name, filter)) => format!("$share/{name}/{}", self.topic(filter)),
            None => match filter.split_once('^') {
                Some((first, rest)) => format!("{first}{}", self.topic(rest)),
                None => self.topic(filter),
            },
        }
    }

    pub fn unsubscribe(&mut self, client: Client, filters: &[&str]) {
        let topic_filters = filters.iter().map(|filter| self.filter(filter).into()).collect();
        let packet_id = self.id();
        let properties = Properties::NONE;
        let unsubscribe = Unsubscribe { packet_id, properties, topic_filters };
        self.send(client, Packet::Unsubscribe(unsubscribe));
    }

    pub fn publish(&mut self, client: Client, topic: &str, qos: u8, payload: &str) {
        self.publish_with(client, topic, qos, payload, |_| {});
    }

    pub fn retain(&mut self, client: Client, topic: &str, payload: &str) {
        self.publish_with(client, topic, 1, payload, |publish| publish.retain = true);
    }

    pub fn publish_with(
        &mut self,
        client: Client,
        topic: &str,
        qos: u8,
        payload: &str,
        change: impl FnOnce(&mut Publish),
    ) {
        let mut publish = Publish {
            qos: QoS::from_bits(qos).expect("a QoS"),
            topic: self.filter(topic).into(),
            packet_id: (qos > 0).then(|| self.id()),
            payload: Bytes::from(payload.to_owned()),
            ..Publish::default()
        };
        change(&mut publish);
        self.send(client, Packet::Publish(publish));
    }

    /// Sends a PUBLISH and does not wait for its answer.
    pub fn publish_at_once(&mut self, client: Client, topic: &str, qos: u8, payload: &str) {
        self.publish(client, topic, qos, payload);
        self.do_not_wait();
    }

    /// What was sent last is not waited for.
    pub fn do_not_wait(&mut self) {
        if let Some(Step::Send { awaits, .. }) = self.steps.last_mut() {
            *awaits = None;
        }
    }

    pub fn will(&self, topic: &str, payload: &str, qos: u8) -> Will {
        Will {
            qos: QoS::from_bits(qos).expect("a QoS"),
            retain: false,
            properties: Properties::NONE,
            topic: self.topic(topic).into(),
            payload: Bytes::from(payload.to_owned()),
        }
    }

    /// An acknowledgement made by hand.
    pub fn ack(&mut self, client: Client, packet: fn(Ack) -> Packet, id: u16, code: ReasonCode) {
        let id = PacketId::new(id).expect("above zero");
        self.send(client, packet(Ack::new(id, code)));
    }

    /// Acknowledges the oldest PUBLISH that came and is not acknowledged.
    pub fn acknowledge(&mut self, client: Client, packet: fn(Ack) -> Packet, code: ReasonCode) {
        self.steps.push(Step::Acknowledge { client, packet, code });
    }

    pub fn ping(&mut self, client: Client) {
        self.send(client, Packet::PingReq);
    }

    /// DISCONNECT, and the end of the connection.
    pub fn leave(&mut self, client: Client, code: ReasonCode) {
        self.send(client, Packet::Disconnect(Disconnect::new(code)));
        self.cut(client);
    }

    pub fn cut(&mut self, client: Client) {
        self.steps.push(Step::Cut(client));
    }

    pub fn by_hand(&mut self, client: Client) {
        self.by_hand.insert(client);
        self.steps.push(Step::ByHand(client));
    }

    pub fn silent(&mut self, client: Client) {
        self.steps.push(Step::Silent(client));
    }

    pub fn messages(&mut self, client: Client, count: usize) {
        self.steps.push(Step::Messages(client, count));
    }

    pub fn until_closed(&mut self, client: Client) {
        self.steps.push(Step::Closed(client));
    }

    pub fn settle(&mut self) {
        self.steps.push(Step::Settle);
    }

    pub fn pass(&mut self, millis: u64) {
        self.steps.push(Step::Pass(Duration::from_millis(millis)));
    }

    /// What takes away what the steps before left.
    pub(super) fn cleaning(&self) -> Vec<Step> {
        let mut script =
            Script::new(self.names.clone(), self.user_name.clone(), self.password.clone());
        for client_id in &self.sessions {
            script
                .try_open(Client::Cleaner, |connect| connect.client_id = client_id.as_str().into());
            script.leave(Client::Cleaner, ReasonCode::Success);
        }
        if !self.retained.is_empty() {
            script.try_open(Client::Cleaner, |_| {});
            for topic in &self.retained {
                script.publish_with(Client::Cleaner, &format!("={topic}"), 0, "", |publish| {
                    publish.retain = true;
                });
            }
            script.settle();
            script.leave(Client::Cleaner, ReasonCode::Success);
        }
        script.steps
    }
}

fn encoded(packet: &Packet) -> Bytes {
    encode(packet).expect("a probe sends what has a representation")
}

/// A packet with this first byte, and a Remaining Length in the shortest form.
pub fn frame(first: u8, body: &[u8]) -> Vec<u8> {
    let (length, width) = variable_byte_integer(body.len()).expect("a probe sends small packets");
    [&[first][..], &length[..width], body].concat()
}

/// A string with its length.
pub fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}
