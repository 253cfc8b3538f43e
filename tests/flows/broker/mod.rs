//! The broker role, packet by packet. Every test names the normative statements it holds the Server to.
//!
//! What binds every packet the Server sends is checked in [`Wire::received`], whatever a test is about.

mod authentication;
mod connecting;
mod dice;
mod noise;
mod packets;
mod publishing;
mod random;
mod reason_codes;
mod retained;
mod roles;
mod sessions;
mod subscribing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use mqtt5_playground::broker::{
    Broker, Command, ConnectionId, Event, Input, Note, Output, Policy, Snapshot,
};
use mqtt5_playground::mqtt::{
    Ack, Connect, Disconnect, Packet, PacketId, PacketType, Properties, Property, Publish, QoS,
    ReasonCode, Sender, Subscription, Will, decode, encode,
};
use mqtt5_playground::time::Instant;

use packets::*;

/// A broker, a clock, and the Clients' ends of its connections.
pub struct Bench {
    pub broker: Broker,
    pub now: Instant,
    pub notes: Vec<Note>,
    /// Every PUBLISH to a Client, with the number of notes before it.
    pub published: Vec<(usize, ConnectionId, Publish)>,
    wires: BTreeMap<ConnectionId, Wire>,
}

/// What a Client sees of one connection.
#[derive(Default)]
pub struct Wire {
    inbox: VecDeque<Packet>,
    closed: bool,
    connack: bool,
    disconnect: bool,
    /// What its CONNECT allowed the Server.
    maximum_packet_size: Option<u32>,
    receive_maximum: usize,
    topic_alias_maximum: u16,
    problem_information: bool,
    method: Option<String>,
    aliases: BTreeMap<u16, String>,
    /// PUBLISH packets above QoS 0 that the Client has not answered in full.
    in_flight: BTreeSet<PacketId>,
    /// What a well-behaved Client is to send: an answer to each exchange that waits for one.
    due: Vec<Packet>,
}

impl Bench {
    pub fn new() -> Bench {
        Bench::with(Policy::default())
    }

    pub fn with(policy: Policy) -> Bench {
        Bench {
            broker: Broker::new(policy, [7; 32]),
            now: Instant::from_millis(1_000),
            notes: Vec::new(),
            published: Vec::new(),
            wires: BTreeMap::new(),
        }
    }

    pub fn policy(&mut self, policy: Policy) {
        self.input(Input::SetPolicy(Box::new(policy)));
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    /// A Network Connection, without CONNECT.
    pub fn open(&mut self) -> ConnectionId {
        let id = ConnectionId(self.wires.len() as u32 + 1);
        self.wires.insert(id, Wire { problem_information: true, ..Wire::default() });
        self.input(Input::Opened(id));
        id
    }

    /// Opens a connection and sends this CONNECT; what comes back stays in the inbox.
    pub fn connecting(&mut self, connect: Connect) -> ConnectionId {
        let id = self.open();
        self.send(id, Packet::Connect(connect.into()));
        id
    }

    /// Connects; the CONNACK must be 0x00 and is taken from the inbox.
    pub fn connect(&mut self, connect: Connect) -> ConnectionId {
        let id = self.connecting(connect);
        let connack = self.next(id);
        assert!(connack.starts_with("CONNACK 00"), "{connack}");
        id
    }

    /// Connects with Clean Start and nothing else.
    pub fn client(&mut self, client_id: &str) -> ConnectionId {
        self.connect(connect(client_id))
    }

    pub fn send(&mut self, id: ConnectionId, packet: Packet) {
        let wire = self.wires.get_mut(&id).expect("the bench opened it");
        wire.sent(&packet);
        self.input(Input::Received(id, Ok(packet)));
    }

    /// Sends bytes, spaced hexadecimal digits, as the link would bring them.
    pub fn send_bytes(&mut self, id: ConnectionId, hex: &str) {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = digits.chunks(2).map(byte).collect();
        match decode(&bytes.into(), Some(Sender::Client)) {
            Ok(packet) => self.send(id, packet),
            Err(error) => self.input(Input::Received(id, Err(error))),
        }
    }

    pub fn subscribe(&mut self, id: ConnectionId, filter: &str, qos: u8) {
        self.send(id, subscribe(1, [subscription(filter, qos)]));
        let suback = self.next(id);
        assert_eq!(suback, format!("SUBACK 1 [{qos:02X}]"));
    }

    /// The connection breaks without DISCONNECT.
    pub fn cut(&mut self, id: ConnectionId) {
        self.wires.get_mut(&id).expect("the bench opened it").closed = true;
        self.input(Input::Closed(id));
    }

    /// DISCONNECT 0x00.
    pub fn leave(&mut self, id: ConnectionId) {
        self.send(id, Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
        assert!(self.is_closed(id));
    }

    /// Lets time pass, with every tick the broker asks for.
    pub fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.broker.next_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.input(Input::Tick);
        }
        self.now = end;
    }

    pub fn secs(&mut self, secs: u64) {
        self.pass(Duration::from_secs(secs));
    }

    /// The next packet the Client sees, as text.
    pub fn next(&mut self, id: ConnectionId) -> String {
        self.next_packet(id).map_or("nothing".into(), |packet| show(&packet))
    }

    pub fn next_packet(&mut self, id: ConnectionId) -> Option<Packet> {
        self.wires.get_mut(&id)?.inbox.pop_front()
    }

    /// Everything the Client has seen since, as text.
    pub fn all(&mut self, id: ConnectionId) -> Vec<String> {
        std::iter::from_fn(|| self.next_packet(id)).map(|packet| show(&packet)).collect()
    }

    /// What a well-behaved Client is to send on this connection.
    pub fn due(&self, id: ConnectionId) -> &[Packet] {
        &self.wires[&id].due
    }

    pub fn is_closed(&self, id: ConnectionId) -> bool {
        self.wires[&id].closed
    }

    pub fn snapshot(&self) -> Snapshot {
        self.broker.snapshot()
    }

    /// The events of one kind since the beginning.
    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.notes.iter().filter(|note| wanted(&note.event)).count()
    }

    pub fn input(&mut self, input: Input) {
        self.broker.handle(input, self.now);
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send(id, packet) => {
                    let wire = self.wires.get_mut(&id).expect("a known connection");
                    if let Some(publish) = wire.received(packet) {
                        self.published.push((self.notes.len(), id, publish));
                    }
                }
                Output::Close(id) => {
                    let wire = self.wires.get_mut(&id).expect("a known connection");
                    assert!(!wire.closed, "closed twice");
                    wire.closed = true;
                }
                Output::Note(note) => self.notes.push((*note).clone()),
            }
        }
        let earliest = self.broker.next_timeout();
        assert!(earliest.is_none_or(|at| at > self.now), "everything due has been done");
    }
}

impl Wire {
    fn sent(&mut self, packet: &Packet) {
        let same = |due: &Packet| {
            due.packet_type() == packet.packet_type() && due.packet_id() == packet.packet_id()
        };
        self.due.retain(|due| !same(due));
        match packet {
            Packet::Connect(connect) if !self.connack => {
                let properties = &connect.properties;
                self.maximum_packet_size = properties.maximum_packet_size();
                self.receive_maximum = properties.receive_maximum().unwrap_or(u16::MAX).into();
                self.topic_alias_maximum = properties.topic_alias_maximum().unwrap_or(0);
                self.problem_information = properties.request_problem_information() != Some(0);
                self.method = properties.authentication_method().map(str::to_owned);
            }
            Packet::PubAck(ack) | Packet::PubComp(ack) => {
                self.in_flight.remove(&ack.packet_id);
            }
            Packet::PubRec(ack) if ack.reason_code.is_error() => {
                self.in_flight.remove(&ack.packet_id);
            }
            _ => {}
        }
    }

    /// Checks what binds every packet from a Server. Returns a PUBLISH with the Topic Name meant.
    fn received(&mut self, packet: Packet) -> Option<Publish> {
        assert!(!self.closed, "after the closing: {packet:?}");
        assert!(!self.disconnect, "[MQTT-3.14.4-1] after DISCONNECT: {packet:?}");
        let bytes = encode(&packet).expect("the Server sends what can be written");
        assert_eq!(decode(&bytes, Some(Sender::Server)).as_ref(), Ok(&packet), "and read again");
        let maximum = self.maximum_packet_size.map_or(usize::MAX, |size| size as usize);
        assert!(bytes.len() <= maximum, "[MQTT-3.1.2-24] {} bytes: {packet:?}", bytes.len());
        let packet_type = packet.packet_type();
        match packet_type {
            PacketType::ConnAck => assert!(!self.connack, "[MQTT-3.2.0-2] {packet:?}"),
            PacketType::Auth => assert!(self.method.is_some(), "[MQTT-4.12.0-6]"),
            _ => assert!(self.connack, "[MQTT-3.2.0-1] [MQTT-3.14.0-1] {packet:?}"),
        }
        let method = packet.properties().authentication_method();
        match &packet {
            Packet::Auth(_) => assert_eq!(method, self.method.as_deref(), "[MQTT-4.12.0-5]"),
            Packet::ConnAck(ack) if ack.reason_code == ReasonCode::Success => {
                assert_eq!(method, self.method.as_deref(), "[MQTT-4.12.0-5] [MQTT-4.12.0-6]");
            }
            _ => {}
        }
        self.connack |= matches!(&packet, Packet::ConnAck(_));
        self.disconnect |= packet_type == PacketType::Disconnect;
        let may_explain = self.problem_information
            || matches!(
                packet_type,
                PacketType::Publish | PacketType::ConnAck | PacketType::Disconnect
            );
        assert!(
            may_explain || packet.properties().reason_string().is_none(),
            "[MQTT-3.1.2-29] {packet:?}"
        );
        self.due.extend(match &packet {
            Packet::Publish(publish) => publish.packet_id.map(|id| match publish.qos {
                QoS::ExactlyOnce => pubrec(id.get()),
                _ => puback(id.get()),
            }),
            Packet::PubRec(ack) if !ack.reason_code.is_error() => Some(pubrel(ack.packet_id.get())),
            Packet::PubRel(ack) => Some(pubcomp(ack.packet_id.get())),
            _ => None,
        });
        let (packet, publish) = match packet {
            Packet::Publish(publish) => {
                let publish = self.received_publish(publish);
                (Packet::Publish(publish.clone()), Some(publish))
            }
            other => (other, None),
        };
        self.inbox.push_back(packet);
        publish
    }

    /// Resolves the alias.
    fn received_publish(&mut self, mut publish: Publish) -> Publish {
        if let Some(alias) = publish.properties.topic_alias() {
            assert!(alias <= self.topic_alias_maximum, "[MQTT-3.1.2-26] [MQTT-3.1.2-27]");
            match publish.topic.as_str() {
                "" => publish.topic = self.aliases[&alias].clone().into(),
                topic => drop(self.aliases.insert(alias, topic.to_owned())),
            }
        }
        if let Some(packet_id) = publish.packet_id {
            assert!(self.in_flight.insert(packet_id), "[MQTT-2.2.1-4] {packet_id} is in use");
            let used = self.in_flight.len();
            assert!(used <= self.receive_maximum, "[MQTT-3.3.4-9] {used} in flight");
        }
        publish
    }
}
