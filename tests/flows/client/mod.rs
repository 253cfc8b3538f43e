//! The client role against a Server played by hand: its packets are constant bytes.
//!
//! Every test names the normative statements it holds the client to. What binds every packet sent is
//! checked in [`Bench::drain`]: each is read back as a strict Server would, the first is CONNECT, and
//! nothing follows DISCONNECT or the closing.

mod authenticating;
mod by_hand;
mod connecting;
mod ending;
mod flow_control;
mod keep_alive;
mod limits;
mod random;
mod receiving;
mod sending;
mod sent_past;
mod sessions;
mod snapshot;
mod subscribing;
mod topic_alias;

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::client::{
    Accepted, AcknowledgeByHand, Client, Command, CommandError, ConnectionSnapshot, Event, Input,
    Output, PhaseSnapshot, SessionEnd, Settings, Violation,
};
use mqtt5_playground::mqtt::{
    Auth, Connect, Disconnect, PacketId, PacketType, Properties, Property, QoS, ReasonCode, Sender,
    Subscription, decode, encode,
};
use mqtt5_playground::time::Instant;

/// A client, a clock and what the client has done.
struct Bench {
    client: Client,
    now: Instant,
    sent: Vec<String>,
    events: Vec<Event>,
    closed: bool,
    /// Packets sent on this link, by type.
    on_link: Vec<PacketType>,
}

impl Bench {
    fn new() -> Bench {
        Bench::with(Settings::default())
    }

    fn with(settings: Settings) -> Bench {
        Bench {
            client: Client::new(settings),
            now: Instant::from_millis(1_000),
            sent: Vec::new(),
            events: Vec::new(),
            closed: false,
            on_link: Vec::new(),
        }
    }

    /// Connects with `connect` and lets the Server answer with the CONNACK given.
    fn connected(connect: Connect, connack: &str) -> Bench {
        let mut bench = Bench::new();
        bench.connect(connect, connack);
        bench
    }

    fn connect(&mut self, connect: Connect, connack: &str) {
        self.open(connect);
        self.sent.clear();
        self.server(connack);
        assert!(!self.closed, "{:?}", self.events);
    }

    /// Sends CONNECT; the Server has not answered.
    fn open(&mut self, connect: Connect) {
        self.command(Command::Connect(Box::new(connect))).unwrap();
        self.input(Input::LinkUp);
    }

    fn input(&mut self, input: Input) {
        if matches!(input, Input::LinkUp | Input::LinkDown(_)) {
            self.closed = false;
            self.on_link.clear();
        }
        self.client.handle(input, self.now);
        self.drain();
    }

    fn command(&mut self, command: Command) -> Result<Accepted, CommandError> {
        let accepted = self.client.command(command, self.now);
        if accepted.is_err() {
            assert_eq!(self.client.poll(), None, "a refused command does nothing");
        }
        self.drain();
        accepted
    }

    /// A command that may be refused.
    fn attempt(&mut self, command: Command) {
        let _ = self.command(command);
    }

    /// The Server sends this packet.
    fn server(&mut self, hex: &str) {
        let bytes = bytes(hex);
        self.input(Input::Received(decode(&bytes, Some(Sender::Server))));
    }

    fn cut(&mut self) {
        self.input(Input::LinkDown("cut".into()));
    }

    /// Lets time pass, with every tick the client asks for.
    fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.client.next_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.input(Input::Tick);
        }
        self.now = end;
    }

    fn drain(&mut self) {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Event(event) => self.events.push(event),
                Output::Close => {
                    assert!(!self.closed, "closed twice");
                    self.closed = true;
                }
                Output::Send(packet) => {
                    assert!(!self.closed, "{packet:?} after the closing");
                    let disconnected = self.on_link.last() == Some(&PacketType::Disconnect);
                    assert!(!disconnected, "[MQTT-3.14.4-1] {packet:?} after DISCONNECT");
                    let first = self.on_link.is_empty();
                    let is_connect = packet.packet_type() == PacketType::Connect;
                    assert_eq!(first, is_connect, "[MQTT-3.1.0-1] {packet:?}");
                    let bytes = encode(&packet).expect("the client sends what can be encoded");
                    let read = decode(&bytes, Some(Sender::Client));
                    assert_eq!(read.as_ref(), Ok(&packet), "a strict Server takes it");
                    self.on_link.push(packet.packet_type());
                    self.sent.push(hex(&bytes));
                }
            }
        }
    }

    /// Asserts and forgets what has been sent since the last look.
    #[track_caller]
    fn expect_sent(&mut self, expect: &[&str]) {
        let expect: Vec<String> = expect.iter().map(|text| hex(&bytes(text))).collect();
        assert_eq!(std::mem::take(&mut self.sent), expect);
    }

    /// Asserts that the Server was told this Reason Code and the connection closed, by this rule.
    #[track_caller]
    fn expect_violation(&mut self, rule: &str, reason_code: u8) {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::Violation(violation) => Some(violation),
            _ => None,
        });
        let Some(Violation { rule: told, reason_code: code, text }) = last else {
            panic!("no violation of {rule} in {:?}", self.events);
        };
        assert_eq!((*told, code.value()), (rule, reason_code), "{text}");
        assert!(self.closed, "[MQTT-4.13.2-1] {rule}");
        let disconnect = format!("E001{reason_code:02X}");
        assert_eq!(self.sent.pop(), Some(disconnect), "{rule}");
    }

    fn messages(&self) -> Vec<(&str, &[u8])> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Message(m) => Some((m.topic.as_str(), &*m.publish.payload)),
                _ => None,
            })
            .collect()
    }

    fn session_ends(&self) -> Vec<(&str, SessionEnd, usize)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::SessionEnded { client_id, reason, messages_lost } => {
                    Some((client_id.as_str(), *reason, *messages_lost))
                }
                _ => None,
            })
            .collect()
    }

    fn connection(&self) -> ConnectionSnapshot {
        match self.client.snapshot().phase {
            PhaseSnapshot::Connected(connection) => *connection,
            phase => panic!("not connected: {phase:?}"),
        }
    }
}

fn bytes(text: &str) -> Bytes {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn id(value: u16) -> PacketId {
    PacketId::new(value).expect("tests use identifiers above zero")
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// CONNECT of the client "c": Clean Start 0, no Keep Alive, and these properties.
fn c(properties: impl Into<Properties>) -> Connect {
    Connect { client_id: "c".into(), properties: properties.into(), ..Connect::default() }
}

/// The same with a Session that lasts 100 seconds.
fn lasting() -> Connect {
    c([Property::SessionExpiryInterval(100)])
}

/// CONNECT with the Authentication Method "x".
fn with_method() -> Connect {
    c([Property::AuthenticationMethod("x".into()), Property::SessionExpiryInterval(100)])
}

fn publish(qos: u8, topic: &str, properties: impl Into<Properties>) -> Command {
    Command::Publish {
        qos: QoS::from_bits(qos).unwrap(),
        retain: false,
        topic: topic.into(),
        properties: properties.into(),
        payload: Bytes::from_static(b"m"),
    }
}

fn subscribe(filters: &[&str], properties: impl Into<Properties>) -> Command {
    let subscription =
        |filter: &&str| Subscription { topic_filter: (*filter).into(), ..Subscription::default() };
    Command::Subscribe {
        properties: properties.into(),
        subscriptions: filters.iter().map(subscription).collect(),
    }
}

fn acknowledge(packet_id: u16, reason_code: ReasonCode) -> Command {
    Command::Acknowledge { packet_id: id(packet_id), reason_code, properties: Properties::NONE }
}

fn disconnect(reason_code: ReasonCode, properties: impl Into<Properties>) -> Command {
    Command::Disconnect(Disconnect { reason_code, properties: properties.into() })
}

fn auth(reason_code: ReasonCode, method: &str) -> Command {
    let properties = [Property::AuthenticationMethod(method.into())].into();
    Command::Auth(Auth { reason_code, properties })
}

const CONNACK: &str = "20 03 00 00 00";
const CONNACK_SESSION_PRESENT: &str = "20 03 01 00 00";

/// With the Authentication Method "x".
const CONNACK_X: &str = "20 07 00 00 04 15 00 01 78";
const AUTH_CONTINUE_X: &str = "F0 06 18 04 15 00 01 78";
const AUTH_SUCCESS_X: &str = "F0 06 00 04 15 00 01 78";

const PINGREQ: &str = "C0 00";
const PINGRESP: &str = "D0 00";
