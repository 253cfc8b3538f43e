//! The client role against a Server played by hand: its packets are constant bytes.
//!
//! Every test names the normative statements it holds the client to. What binds every packet sent is
//! checked in [`Bench::drain`]: each is read back as a strict Server would, the first is CONNECT, and
//! nothing follows DISCONNECT or the closing.

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::client::{
    Accepted, AckKind, AcknowledgeByHand, Client, Command, CommandError, ConnectionSnapshot, Event,
    Input, Output, PhaseSnapshot, SessionEnd, Settings, Turn, Violation,
};
use mqtt5_playground::delivery::{AliasError, ReceivedStage, SentStage};
use mqtt5_playground::mqtt::{
    Auth, Connect, Disconnect, ErrorKind, Packet, PacketId, PacketType, Properties, Property, QoS,
    ReasonCode, Sender, Subscription, decode, encode,
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

const PINGREQ: &str = "C0 00";
const PINGRESP: &str = "D0 00";

// Connecting

/// [MQTT-3.1.0-1]
#[test]
fn connect_is_the_first_packet_and_the_only_one() {
    let mut bench = Bench::new();
    for command in [
        publish(0, "a", []),
        subscribe(&["a"], []),
        Command::Ping,
        disconnect(ReasonCode::Success, []),
        auth(ReasonCode::ContinueAuthentication, "x"),
    ] {
        let error = bench.command(command).unwrap_err();
        assert_eq!((error, error.rule()), (CommandError::NotConnected, "[MQTT-3.1.0-1]"));
    }
    bench.open(c([]));
    bench.expect_sent(&["10 0E  00 04 4D 51 54 54  05  00  00 00  00  00 01 63"]);
    let again = Command::Connect(Box::new(c([])));
    assert_eq!(bench.command(again.clone()).unwrap_err().rule(), "[MQTT-3.1.0-2]");
    bench.server(CONNACK);
    assert_eq!(bench.command(again).unwrap_err(), CommandError::ConnectedAlready);
}

#[test]
fn connect_may_also_be_asked_for_when_the_link_is_already_up() {
    let mut bench = Bench::new();
    bench.input(Input::LinkUp);
    bench.expect_sent(&[]);
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn until_connack_only_disconnect_is_sent() {
    let mut bench = Bench::new();
    bench.open(c([]));
    assert_eq!(bench.command(publish(0, "a", [])), Err(CommandError::AwaitingConnAck));
    bench.sent.clear();
    bench.command(disconnect(ReasonCode::Success, [])).unwrap();
    bench.expect_sent(&["E0 00"]);
    assert!(bench.closed, "[MQTT-3.14.4-2]");
}

#[test]
fn a_refused_connect_closes_without_disconnect() {
    let mut bench = Bench::new();
    bench.open(c([]));
    bench.sent.clear();
    bench.server("20 03 00 87 00");
    bench.expect_sent(&[]);
    assert!(bench.closed, "[MQTT-4.13.2-1]");
    assert!(matches!(&bench.events[..], [Event::Refused(c)] if c.reason_code.value() == 0x87));
}

#[test]
fn waiting_for_link_and_connack_ends_in_time() {
    let mut bench = Bench::new();
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.pass(secs(9));
    assert!(!bench.closed);
    bench.input(Input::LinkUp);
    bench.pass(secs(9));
    assert!(!bench.closed, "the wait for CONNACK begins with CONNECT");
    bench.pass(secs(1));
    assert!(bench.closed);
    assert_eq!(bench.events, [Event::ConnectTimeout]);
    bench.cut();

    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.pass(secs(10));
    assert!(bench.closed, "the link never came up");
    assert_eq!(bench.client.next_timeout(), None);
}

#[test]
fn what_the_server_may_not_send_before_its_connack() {
    for (packet, rule) in [
        ("30 04 00 01 61 00", "[MQTT-3.2.0-1]"),
        (PINGRESP, "[MQTT-3.2.0-1]"),
        ("E0 01 8B", "[MQTT-3.14.0-1]"),
        ("F0 06 18 04 15 00 01 78", "[MQTT-4.12.0-6]"), // AUTH, no method in CONNECT
    ] {
        let mut bench = Bench::new();
        bench.open(c([]));
        bench.server(packet);
        bench.expect_violation(rule, 0x82);
    }
}

#[test]
fn a_server_that_speaks_before_connect_is_left_without_a_word() {
    let mut bench = Bench::new();
    bench.input(Input::LinkUp);
    bench.server(CONNACK);
    bench.expect_sent(&[]);
    assert!(bench.closed && matches!(bench.events[..], [Event::Violation(_)]));
}

#[test]
fn connack_is_held_to_what_connect_said() {
    let nameless = Connect::default();
    let clean = Connect { clean_start: true, ..c([]) };
    for (connect, connack, rule) in [
        (c([]), CONNACK_SESSION_PRESENT, "[MQTT-3.2.2-4]"),
        (clean, CONNACK_SESSION_PRESENT, "[MQTT-3.2.2-2]"),
        (nameless, CONNACK, "[MQTT-3.2.2-16]"),
        (c([]), "20 07 00 00 04 1A 00 01 72", "[MQTT-3.1.2-28]"), // Response Information
        (c([]), "20 07 00 00 04 15 00 01 78", "[MQTT-4.12.0-6]"), // Authentication Method
    ] {
        let mut bench = Bench::new();
        bench.open(connect);
        bench.server(connack);
        bench.expect_violation(rule, 0x82);
    }
}

#[test]
fn a_second_connack_is_a_protocol_error() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server(CONNACK);
    bench.expect_violation("[MQTT-3.2.0-2]", 0x82);
}

#[test]
fn the_assigned_client_identifier_names_the_session() {
    let connect = Connect { client_id: String::new(), ..lasting() };
    let mut bench = Bench::connected(connect, "20 07 00 00 04 12 00 01 73");
    let snapshot = bench.client.snapshot();
    assert_eq!(snapshot.session.map(|s| s.client_id), Some("s".into()));
    assert!(bench.connection().limits.client_id.sent);
    bench.cut();
    let named = Connect { client_id: "s".into(), ..lasting() };
    bench.connect(named, CONNACK_SESSION_PRESENT);
}

// Keep Alive

/// [MQTT-3.1.2-20]
#[test]
fn pingreq_is_sent_when_nothing_else_is() {
    let mut bench = Bench::connected(Connect { keep_alive: 10, ..c([]) }, CONNACK);
    bench.pass(secs(8));
    bench.expect_sent(&[]);
    bench.command(publish(0, "a", [])).unwrap();
    bench.sent.clear();
    bench.pass(secs(8));
    bench.expect_sent(&[]);
    bench.pass(secs(1));
    bench.expect_sent(&[PINGREQ]);
    bench.server(PINGRESP);
    bench.pass(secs(9));
    bench.expect_sent(&[PINGREQ]);
    let Some(Event::PingAnswered { round_trip }) = bench.events.last() else { panic!() };
    assert_eq!(*round_trip, Duration::ZERO);
}

/// [MQTT-3.1.2-21], [MQTT-3.2.2-21]
#[test]
fn server_keep_alive_replaces_the_clients() {
    for (own, connack, expect) in [
        (100, "20 06 00 00 03 13 00 05", Some(4_500)),
        (2, "20 06 00 00 03 13 00 05", Some(4_500)), // also when it is longer
        (100, "20 06 00 00 03 13 00 00", None),      // 0 turns the mechanism off
        (5, CONNACK, Some(4_500)),
        (0, CONNACK, None),
    ] {
        let bench = Bench::connected(Connect { keep_alive: own, ..c([]) }, connack);
        let due = expect.map(|millis| bench.now + Duration::from_millis(millis));
        assert_eq!(bench.connection().keep_alive.ping_due, due, "{own} {connack}");
    }
}

#[test]
fn a_silent_server_is_left() {
    let mut bench = Bench::connected(Connect { keep_alive: 60, ..lasting() }, CONNACK);
    bench.pass(secs(59));
    bench.expect_sent(&[PINGREQ]);
    bench.pass(secs(9));
    assert!(!bench.closed);
    bench.pass(secs(1));
    assert!(bench.closed);
    assert_eq!(bench.events.last(), Some(&Event::PingTimeout));
    bench.expect_sent(&[]);
}

#[test]
fn ping_on_request_works_without_keep_alive() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.command(Command::Ping).unwrap();
    bench.expect_sent(&[PINGREQ]);
    bench.pass(Duration::from_millis(30));
    bench.server(PINGRESP);
    let round_trip = Duration::from_millis(30);
    assert_eq!(bench.events.last(), Some(&Event::PingAnswered { round_trip }));
    bench.server(PINGRESP);
    bench.expect_violation("§3.13", 0x82);
}

// Sessions

/// [MQTT-3.1.2-23], [MQTT-4.1.0-1]
#[test]
fn a_session_lasts_for_its_expiry_interval_after_the_connection() {
    let forever = c([Property::SessionExpiryInterval(u32::MAX)]);
    let overridden = "20 08 00 00 05 11 00 00 00 0A"; // the Server makes it 10 seconds
    let withdrawn = "20 08 00 00 05 11 00 00 00 00";
    for (connect, connack, gap, kept) in [
        (lasting(), CONNACK, 99, true),
        (lasting(), CONNACK, 100, false),
        (c([]), CONNACK, 0, false),
        (forever, CONNACK, 1_000_000_000, true),
        (lasting(), overridden, 9, true),
        (lasting(), overridden, 10, false),
        (lasting(), withdrawn, 0, false),
    ] {
        let case = format!("{connack} {gap}");
        let mut bench = Bench::connected(connect, connack);
        bench.command(publish(1, "a", [])).unwrap();
        bench.pass(secs(1_000));
        let session = bench.client.snapshot().session.expect("connected");
        assert_eq!(session.outgoing.len(), 1, "{case}: nothing ends while connected");
        bench.cut();
        bench.pass(secs(gap));
        let stored = bench.client.snapshot().stored;
        assert_eq!(stored.len(), usize::from(kept), "{case}");
        assert_eq!(bench.session_ends().len(), usize::from(!kept), "{case}");
    }
}

#[test]
fn a_connect_in_vain_leaves_the_session_as_it_was() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.cut();
    bench.pass(secs(95));
    bench.open(lasting());
    bench.pass(secs(9)); // it does not expire while it is asked for
    assert!(bench.client.snapshot().session.is_some());
    bench.server("20 03 00 88 00");
    bench.cut();
    assert_eq!(bench.client.snapshot().stored.len(), 1);
    bench.pass(secs(0));
    assert_eq!(bench.session_ends(), [("c", SessionEnd::Expired, 0)]);
}

/// [MQTT-3.1.2-4]
#[test]
fn clean_start_drops_the_session() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.cut();
    bench.open(Connect { clean_start: true, ..lasting() });
    assert_eq!(bench.session_ends(), [("c", SessionEnd::CleanStart, 1)]);
    bench.sent.clear();
    bench.server(CONNACK);
    bench.expect_sent(&[]);
    bench.command(publish(1, "a", [])).unwrap();
    bench.expect_sent(&["32 07  00 01 61  00 01  00  6D"]);
}

/// [MQTT-3.2.2-5]
#[test]
fn what_the_server_has_forgotten_the_client_drops() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [])).unwrap();
    bench.server("34 07 00 01 61 00 05 00 6D");
    bench.expect_sent(&["34 07 00 01 61 00 01 00 6D", "50 02 00 05"]);
    bench.cut();
    bench.connect(lasting(), CONNACK);
    assert_eq!(bench.session_ends(), [("c", SessionEnd::NotOnServer, 1)]);
    bench.expect_sent(&[]);
    let session = bench.client.snapshot().session.unwrap();
    assert!(session.outgoing.is_empty() && session.incoming.is_empty());
}

/// [MQTT-3.1.3-2], [MQTT-3.2.2-4]
#[test]
fn every_client_identifier_has_its_own_session() {
    let d = || Connect { client_id: "d".into(), ..lasting() };
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.cut();
    bench.connect(d(), CONNACK);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    bench.cut();
    bench.connect(d(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&[]);
}

#[test]
fn disconnect_may_change_the_session_expiry_interval_unless_it_was_zero() {
    let expiry = |secs| [Property::SessionExpiryInterval(secs)];
    let success = ReasonCode::Success;
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(disconnect(success, expiry(5))).unwrap();
    bench.expect_sent(&["E0 07  00  05 11 00 00 00 05"]);
    assert!(bench.closed, "[MQTT-3.14.4-2]");
    bench.pass(secs(4));
    assert_eq!(bench.client.snapshot().stored.len(), 1);
    bench.pass(secs(1));
    assert_eq!(bench.session_ends(), [("c", SessionEnd::Expired, 0)]);

    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(disconnect(success, expiry(0))).unwrap();
    assert_eq!(bench.session_ends(), [("c", SessionEnd::WithConnection, 0)]);

    let mut bench = Bench::connected(c([]), CONNACK);
    let error = bench.command(disconnect(success, expiry(5))).unwrap_err();
    assert_eq!(error.rule(), "§3.14.2.2.2");
    bench.command(disconnect(success, expiry(0))).unwrap();
}

// Sending messages

/// [MQTT-4.3.1-1]
#[test]
fn qos_0_is_sent_once_and_forgotten() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    assert_eq!(bench.command(publish(0, "a", [])), Ok(Accepted::default()));
    bench.expect_sent(&["30 05  00 01 61  00  6D"]);
    assert_eq!(bench.client.snapshot().session.map(|s| s.outgoing.len()), Some(0));
}

/// [MQTT-4.3.2-1], [MQTT-4.3.2-2], [MQTT-4.3.2-3], [MQTT-3.3.1-3]
#[test]
fn qos_1_counts_as_unacknowledged_until_puback() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let accepted = bench.command(publish(1, "a", [])).unwrap();
    assert_eq!(accepted, Accepted { packet_id: Some(id(1)), queued: false });
    bench.expect_sent(&["32 07  00 01 61  00 01  00  6D"]);
    let session = bench.client.snapshot().session.unwrap();
    assert_eq!(session.outgoing.stage(id(1)), Some(SentStage::AwaitingPubAck));
    bench.server("40 03 00 01 10"); // No matching subscribers
    let Some(Event::PublishFinished { publish, reason_code, .. }) = bench.events.last() else {
        panic!("{:?}", bench.events);
    };
    assert_eq!((publish.packet_id, reason_code.value()), (Some(id(1)), 0x10));
    assert!(bench.client.snapshot().session.unwrap().outgoing.is_empty());
}

/// [MQTT-4.3.3-1], [MQTT-4.3.3-2], [MQTT-4.3.3-3], [MQTT-4.3.3-4], [MQTT-4.3.3-5], [MQTT-2.2.1-5]
#[test]
fn qos_2_takes_four_packets() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let stage = |bench: &Bench| bench.client.snapshot().session.unwrap().outgoing.stage(id(1));
    bench.command(publish(2, "a", [])).unwrap();
    bench.expect_sent(&["34 07  00 01 61  00 01  00  6D"]);
    assert_eq!(stage(&bench), Some(SentStage::AwaitingPubRec));
    bench.server("50 02 00 01");
    bench.expect_sent(&["62 02 00 01"]);
    assert_eq!(stage(&bench), Some(SentStage::AwaitingPubComp));
    bench.server("50 02 00 01");
    bench.expect_sent(&["62 02 00 01"]);
    bench.server("70 02 00 01");
    bench.expect_sent(&[]);
    assert_eq!(stage(&bench), None);
    assert!(matches!(bench.events.last(), Some(Event::PublishFinished { .. })));
}

#[test]
fn a_refusing_pubrec_ends_the_exchange() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [])).unwrap();
    bench.sent.clear();
    bench.server("50 03 00 01 87");
    bench.expect_sent(&[]);
    assert!(matches!(
        bench.events.last(),
        Some(Event::PublishFinished { reason_code: ReasonCode::NotAuthorized, .. })
    ));
    assert_eq!(bench.connection().send_quota.used(), 0);
}

/// [MQTT-2.2.1-3]
#[test]
fn requests_and_messages_share_the_packet_identifiers() {
    let mut bench = Bench::connected(c([]), CONNACK);
    let unsubscribe =
        Command::Unsubscribe { properties: Properties::NONE, topic_filters: vec!["a".into()] };
    for (command, expect) in [
        (subscribe(&["a"], []), "82 07  00 01  00  00 01 61 00"),
        (publish(1, "a", []), "32 07  00 01 61  00 02  00  6D"),
        (unsubscribe, "A2 06  00 03  00  00 01 61"),
        (publish(2, "a", []), "34 07  00 01 61  00 04  00  6D"),
    ] {
        bench.command(command).unwrap();
        bench.expect_sent(&[expect]);
    }
    assert_eq!(bench.connection().requests.len(), 2);
    for answer in ["90 04 00 01 00 00", "40 02 00 02", "B0 04 00 03 00 00", "50 03 00 04 80"] {
        bench.server(answer);
    }
    let session = bench.client.snapshot().session.unwrap();
    assert!(session.outgoing.packet_ids().is_empty());
}

#[test]
fn an_unanswered_subscribe_gives_its_identifier_back_with_the_connection() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.cut();
    let stored = bench.client.snapshot().stored.remove(0).session;
    assert!(stored.outgoing.packet_ids().is_empty());
}

/// [MQTT-4.4.0-1], [MQTT-4.4.0-2], [MQTT-3.3.1-1], [MQTT-4.3.3-6], [MQTT-4.6.0-1], [MQTT-4.6.0-4]
#[test]
fn a_resumed_session_sends_again_in_order_what_is_unacknowledged() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    for qos in [2, 1, 2, 1, 2, 1] {
        bench.command(publish(qos, "a", [])).unwrap();
    }
    for ack in ["40 02 00 02", "50 02 00 03", "50 02 00 01", "40 03 00 06 97"] {
        bench.server(ack);
    }
    bench.sent.clear();
    bench.pass(secs(1_000));
    bench.expect_sent(&[]);
    for _ in 0..2 {
        bench.cut();
        bench.pass(secs(50));
        bench.connect(lasting(), CONNACK_SESSION_PRESENT);
        bench.expect_sent(&[
            "62 02 00 03", // PUBREL in the order of the PUBRECs
            "62 02 00 01",
            "3A 07  00 01 61  00 04  00  6D", // PUBLISH with DUP in the order of sending
            "3C 07  00 01 61  00 05  00  6D",
        ]);
    }
    bench.command(publish(1, "a", [])).unwrap();
    bench.expect_sent(&["32 07  00 01 61  00 07  00  6D"]);
}

/// [MQTT-4.3.3-7]
#[test]
fn a_message_once_sent_does_not_expire_with_the_sender() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [Property::MessageExpiryInterval(1)])).unwrap();
    bench.cut();
    bench.pass(secs(50));
    bench.sent.clear();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&["3C 0C  00 01 61  00 01  05 02 00 00 00 01  6D"]);
}

#[test]
fn a_stored_message_that_the_server_now_forbids_is_given_up_and_told() {
    for (qos, connack, expect) in [
        (2, "20 05 01 00 02 24 01", "[MQTT-3.2.2-11]"), // Maximum QoS 1
        (1, "20 08 01 00 05 27 00 00 00 08", "[MQTT-3.2.2-15]"), // Maximum Packet Size 8
    ] {
        let mut bench = Bench::connected(lasting(), CONNACK);
        bench.command(publish(qos, "a", [])).unwrap();
        bench.sent.clear();
        bench.cut();
        bench.connect(lasting(), connack);
        bench.expect_sent(&[]);
        let Some(Event::MessageGivenUp { error, .. }) = bench.events.last() else {
            panic!("{:?}", bench.events);
        };
        assert_eq!(error.rule(), expect);
        let session = bench.client.snapshot().session.unwrap();
        assert!(session.outgoing.is_empty() && session.outgoing.packet_ids().is_empty());
    }
}

/// [MQTT-3.6.2-1], [MQTT-3.7.2-1]
#[test]
fn acknowledgements_for_nothing_known() {
    let mut bench = Bench::connected(c([]), CONNACK);
    for (packet, answer) in [
        ("40 02 00 09", None),
        ("50 02 00 09", Some("62 03 00 09 92")),
        ("50 03 00 09 80", None),
        ("62 02 00 09", Some("70 03 00 09 92")),
        ("70 02 00 09", None),
    ] {
        bench.server(packet);
        bench.expect_sent(&Vec::from_iter(answer));
        let last = bench.events.last();
        assert!(
            matches!(last, Some(Event::UnknownAcknowledgement { packet_id, .. }) if packet_id.get() == 9),
            "{packet}: {last:?}"
        );
        assert!(!bench.closed);
    }
}

#[test]
fn acknowledgements_out_of_place_are_protocol_errors() {
    for (qos, packet) in [
        (1, "50 02 00 01"), // PUBREC for QoS 1
        (1, "70 02 00 01"), // PUBCOMP for QoS 1
        (2, "40 02 00 01"), // PUBACK for QoS 2
        (2, "70 02 00 01"), // PUBCOMP before PUBREC
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.command(publish(qos, "a", [])).unwrap();
        bench.server(packet);
        bench.expect_violation("§4.3", 0x82);
    }
}

// Flow control

/// [MQTT-3.3.4-7], [MQTT-3.3.4-8], [MQTT-4.9.0-1], [MQTT-4.9.0-2], [MQTT-4.9.0-3]
#[test]
fn the_servers_receive_maximum_queues_messages_and_nothing_else() {
    let mut bench = Bench::connected(c([]), "20 06 00 00 03 21 00 02");
    let queued = |bench: &mut Bench, qos| bench.command(publish(qos, "a", [])).unwrap().queued;
    let first = [1, 2, 1, 1, 2].map(|qos| queued(&mut bench, qos));
    assert_eq!(first, [false, false, true, true, true]);
    bench.expect_sent(&["32 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D"]);
    let snapshot = bench.client.snapshot();
    let waiting = snapshot.session.unwrap().queue.iter().map(|q| q.packet_id.get()).collect();
    assert_eq!((bench.connection().send_quota.available(), waiting), (0, vec![3, 4, 5]));

    assert!(!queued(&mut bench, 0), "QoS 0 has no quota");
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.command(Command::Ping).unwrap();
    bench.expect_sent(&["30 05 00 01 61 00 6D", "82 07 00 06 00 00 01 61 00", PINGREQ]);

    bench.server("50 02 00 02"); // PUBREC below 0x80 frees no slot
    bench.expect_sent(&["62 02 00 02"]);
    bench.server("70 02 00 02");
    bench.expect_sent(&["32 07 00 01 61 00 03 00 6D"]);
    bench.server("40 03 00 01 97"); // a refusal frees one too
    bench.expect_sent(&["32 07 00 01 61 00 04 00 6D"]);
    bench.server("40 02 00 04");
    bench.expect_sent(&["34 07 00 01 61 00 05 00 6D"]);
    bench.server("50 03 00 05 80");
    assert_eq!(bench.connection().send_quota.available(), 1);
    bench.server("40 02 00 03");
    bench.server("40 02 00 03");
    assert_eq!(bench.connection().send_quota.available(), 2, "never above the start");
}

#[test]
fn queued_messages_stay_with_the_session_and_do_not_overtake() {
    let mut bench = Bench::connected(lasting(), "20 06 00 00 03 21 00 01");
    for _ in 0..3 {
        bench.command(publish(1, "a", [])).unwrap();
    }
    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 21 00 01");
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    assert!(bench.command(publish(1, "a", [])).unwrap().queued);
    bench.server("40 02 00 01");
    bench.expect_sent(&["32 07 00 01 61 00 02 00 6D"]);
    bench.cut();
    bench.connect(lasting(), CONNACK);
    assert_eq!(bench.session_ends(), [("c", SessionEnd::NotOnServer, 3)]);
}

#[test]
fn redelivery_keeps_to_a_smaller_receive_maximum_and_new_messages_wait_for_it() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    for qos in [1, 2, 1] {
        bench.command(publish(qos, "a", [])).unwrap();
    }
    bench.server("50 02 00 02");
    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 21 00 01");
    bench.expect_sent(&["62 02 00 02", "3A 07 00 01 61 00 01 00 6D"]);
    assert_eq!(bench.connection().redelivery, 1);
    assert!(bench.command(publish(1, "a", [])).unwrap().queued);
    bench.server("70 02 00 02"); // had no slot on this connection, so it frees none
    bench.expect_sent(&[]);
    bench.server("40 02 00 01");
    bench.expect_sent(&["3A 07 00 01 61 00 03 00 6D"]);
    bench.server("40 02 00 03");
    bench.expect_sent(&["32 07 00 01 61 00 04 00 6D"]);
}

#[test]
fn a_server_that_overruns_the_clients_receive_maximum_is_told_0x93() {
    let mut bench = Bench::connected(c([Property::ReceiveMaximum(2)]), CONNACK);
    bench.client.set_settings(Settings {
        acknowledge_by_hand: AcknowledgeByHand { puback: true, ..AcknowledgeByHand::NONE },
        ..Settings::default()
    });
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.server("34 07 00 01 61 00 02 00 6D");
    bench.server("3C 07 00 01 61 00 02 00 6D"); // a repeat takes no second slot
    bench.server("30 05 00 01 61 00 6D"); // nor does QoS 0
    assert_eq!(bench.connection().receive_quota.used(), 2);
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.server("32 07 00 01 61 00 03 00 6D");
    assert!(!bench.closed);
    bench.server("32 07 00 01 61 00 04 00 6D");
    bench.expect_violation("[MQTT-3.3.4-9]", 0x93);
    assert_eq!(bench.messages().len(), 4, "the one too many is not handed on");
}

// Receiving messages

/// [MQTT-3.3.4-1], [MQTT-4.3.2-4], [MQTT-4.3.2-5], [MQTT-4.5.0-2]
#[test]
fn qos_0_is_not_answered_and_qos_1_with_puback_each_time() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server("30 05 00 01 61 00 6D");
    bench.expect_sent(&[]);
    bench.server("32 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["40 02 00 07"]);
    bench.server("3A 07 00 01 61 00 07 00 6E"); // after PUBACK a new message, whatever DUP says
    bench.expect_sent(&["40 02 00 07"]);
    assert_eq!(bench.messages(), [("a", &b"m"[..]), ("a", b"m"), ("a", b"n")]);
}

/// [MQTT-4.3.3-8], [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12], [MQTT-2.2.1-5]
#[test]
fn qos_2_is_handed_on_once_also_across_connections() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.server("34 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    bench.server("3C 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.server("3C 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    let repeats = bench.events.iter().filter(|e| matches!(e, Event::RepeatIgnored { .. }));
    assert_eq!((bench.messages().len(), repeats.count()), (1, 2));
    bench.server("62 02 00 07");
    bench.expect_sent(&["70 02 00 07"]);
    bench.server("34 07 00 01 61 00 07 00 6E");
    bench.expect_sent(&["50 02 00 07"]);
    assert_eq!(bench.messages(), [("a", &b"m"[..]), ("a", b"n")]);
}

/// [MQTT-4.3.3-13]
#[test]
fn the_exchange_of_an_expired_message_is_finished() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server("34 0C 00 01 61 00 07 05 02 00 00 00 01 6D"); // Message Expiry Interval 1
    bench.pass(secs(100));
    bench.server("62 02 00 07");
    bench.expect_sent(&["50 02 00 07", "70 02 00 07"]);
}

#[test]
fn an_identifier_in_use_is_not_used_for_another_message() {
    let by_hand = |bench: &mut Bench| {
        let acknowledge_by_hand = AcknowledgeByHand::ALL;
        bench.client.set_settings(Settings { acknowledge_by_hand, ..Settings::default() });
    };
    for (first, second) in [
        ("34 07 00 01 61 00 07 00 6D", "32 07 00 01 61 00 07 00 6D"),
        ("32 07 00 01 61 00 07 00 6D", "34 07 00 01 61 00 07 00 6D"),
        ("32 07 00 01 61 00 07 00 6D", "32 07 00 01 61 00 07 00 6D"),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        by_hand(&mut bench);
        bench.server(first);
        bench.server(second);
        bench.expect_violation("[MQTT-2.2.1-4]", 0x82);
    }
    let mut bench = Bench::connected(c([]), CONNACK);
    by_hand(&mut bench);
    bench.server("34 07 00 01 61 00 07 00 6D");
    bench.server("62 02 00 07"); // PUBREL for a PUBREC that is still held
    bench.expect_violation("§4.3", 0x82);
}

// Acknowledging by hand

/// [MQTT-4.6.0-2], [MQTT-4.6.0-3], [MQTT-4.3.3-9]
#[test]
fn held_acknowledgements_are_released_by_hand_in_order() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), CONNACK);
    for publish in [
        "32 07 00 01 61 00 01 00 6D",
        "34 07 00 01 61 00 02 00 6D",
        "32 07 00 01 61 00 03 00 6D",
        "34 07 00 01 61 00 04 00 6D",
        "3C 07 00 01 61 00 02 00 6D", // asks again: one PUBREC is enough
    ] {
        bench.server(publish);
    }
    bench.expect_sent(&[]);
    let held: Vec<_> =
        bench.connection().held.iter().map(|h| (h.kind, h.packet_id.get(), h.by_hand())).collect();
    let (puback, pubrec) = (AckKind::PubAck, AckKind::PubRec);
    assert_eq!(held, [(puback, 1, true), (pubrec, 2, true), (puback, 3, true), (pubrec, 4, true)]);

    for (packet_id, reason_code, rule) in [
        (3, ReasonCode::Success, "[MQTT-4.6.0-2]"),
        (4, ReasonCode::Success, "[MQTT-4.6.0-3]"),
        (9, ReasonCode::Success, "[MQTT-2.2.1-5]"),
        (1, ReasonCode::PacketIdentifierNotFound, "[MQTT-3.4.2-1]"),
        (2, ReasonCode::ServerBusy, "[MQTT-3.5.2-1]"),
    ] {
        let error = bench.command(acknowledge(packet_id, reason_code)).unwrap_err();
        assert_eq!(error.rule(), rule, "{packet_id} {error}");
    }
    for (packet_id, reason_code, expect) in [
        (1, ReasonCode::Success, "40 02 00 01"),
        (3, ReasonCode::QuotaExceeded, "40 03 00 03 97"),
        (2, ReasonCode::Success, "50 02 00 02"),
        (4, ReasonCode::NotAuthorized, "50 03 00 04 87"),
    ] {
        bench.command(acknowledge(packet_id, reason_code)).unwrap();
        bench.expect_sent(&[expect]);
    }
    let session = bench.client.snapshot().session.unwrap();
    let incoming: Vec<_> = session.incoming.iter().collect();
    assert_eq!(incoming, [(id(2), ReceivedStage::AwaitingPubRel)], "4 was refused");
    assert_eq!(bench.connection().receive_quota.used(), 1);

    bench.server("62 02 00 02");
    bench.server("62 02 00 02"); // asks again
    bench.expect_sent(&[]);
    let wrong = acknowledge(2, ReasonCode::QuotaExceeded);
    assert_eq!(bench.command(wrong).unwrap_err().rule(), "[MQTT-3.7.2-1]");
    bench.command(acknowledge(2, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["70 02 00 02"]);
    assert_eq!(bench.connection().receive_quota.used(), 0);
}

#[test]
fn pubcomp_alone_can_be_held_and_needs_no_order() {
    let mut bench = Bench::with(Settings {
        acknowledge_by_hand: AcknowledgeByHand { pubcomp: true, ..AcknowledgeByHand::NONE },
        ..Settings::default()
    });
    bench.connect(c([]), CONNACK);
    for packet in
        ["34 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D", "62 02 00 01", "62 02 00 02"]
    {
        bench.server(packet);
    }
    bench.expect_sent(&["50 02 00 01", "50 02 00 02"]);
    bench.command(acknowledge(2, ReasonCode::Success)).unwrap();
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["70 02 00 02", "70 02 00 01"]);
}

#[test]
fn an_automatic_acknowledgement_waits_for_a_held_one_of_its_kind() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), CONNACK);
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.client.set_settings(Settings::default());
    bench.server("32 07 00 01 61 00 02 00 6D");
    bench.server("34 07 00 01 61 00 03 00 6D");
    bench.expect_sent(&["50 02 00 03"]);
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["40 02 00 01", "40 02 00 02"]);
}

#[test]
fn what_was_held_is_asked_for_again_after_a_cut() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(lasting(), CONNACK);
    bench.server("34 07 00 01 61 00 01 00 6D");
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    assert!(bench.connection().held.is_empty());
    let error = bench.command(acknowledge(1, ReasonCode::Success)).unwrap_err();
    assert_eq!(error, CommandError::NothingToAcknowledge(id(1)));
    bench.server("3C 07 00 01 61 00 01 00 6D");
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["50 02 00 01"]);
    assert_eq!(bench.messages().len(), 1);
}

// Topic Alias

/// [MQTT-3.3.2-8], [MQTT-3.3.2-9], [MQTT-3.2.2-17], [MQTT-3.2.2-18], [MQTT-3.3.2-7]
#[test]
fn outgoing_aliases_keep_to_the_servers_maximum() {
    let alias = |value| [Property::TopicAlias(value)];
    let mut bench = Bench::connected(c([]), CONNACK);
    let error = bench.command(publish(0, "a", alias(1))).unwrap_err();
    assert_eq!(error.rule(), "[MQTT-3.2.2-18]");

    let mut bench = Bench::connected(lasting(), "20 06 00 00 03 22 00 02");
    for (topic, value, rule) in [
        ("a", 3, "[MQTT-3.2.2-17]"),
        ("a", 0, "[MQTT-3.3.2-8]"),
        ("", 1, "§3.3.2.3.4"), // stands for nothing yet
    ] {
        let error = bench.command(publish(0, topic, alias(value))).unwrap_err();
        assert_eq!(error.rule(), rule, "{topic:?} {value}");
    }
    bench.command(publish(0, "a", alias(2))).unwrap();
    bench.command(publish(1, "", alias(2))).unwrap();
    bench.expect_sent(&["30 08 00 01 61 03 23 00 02 6D", "32 09 00 00 00 01 03 23 00 02 6D"]);
    assert_eq!(bench.connection().outgoing_aliases.iter().collect::<Vec<_>>(), [(2, "a")]);

    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 22 00 02");
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    let error = bench.command(publish(0, "", alias(2))).unwrap_err();
    let unknown = AliasError::Unknown { alias: 2 };
    assert_eq!(error, CommandError::TopicAlias(unknown), "mappings die with the connection");
}

#[test]
fn a_queued_message_keeps_its_topic_when_its_alias_is_given_away() {
    let alias = || [Property::TopicAlias(1)];
    // Receive Maximum 1, Topic Alias Maximum 1
    let mut bench = Bench::connected(lasting(), "20 09 00 00 06 21 00 01 22 00 01");
    bench.command(publish(1, "a", alias())).unwrap();
    for _ in 0..3 {
        assert!(bench.command(publish(1, "", alias())).unwrap().queued);
    }
    bench.command(publish(0, "b", alias())).unwrap();
    bench.sent.clear();
    bench.server("40 02 00 01");
    bench.expect_sent(&["32 0A 00 01 61 00 02 03 23 00 01 6D"]);
    bench.server("40 02 00 02");
    bench.expect_sent(&["32 09 00 00 00 03 03 23 00 01 6D"]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.server("40 02 00 03");
    bench.expect_sent(&["3A 07 00 01 61 00 03 00 6D", "32 07 00 01 61 00 04 00 6D"]);
}

/// [MQTT-3.3.2-10], [MQTT-3.3.2-7]
#[test]
fn every_incoming_alias_up_to_the_maximum_is_taken() {
    let two = || c([Property::TopicAliasMaximum(2), Property::SessionExpiryInterval(9)]);
    let mut bench = Bench::connected(two(), CONNACK);
    for packet in [
        "30 08 00 01 61 03 23 00 01 6D",
        "30 08 00 01 62 03 23 00 02 6D",
        "30 07 00 00 03 23 00 01 6D",
        "30 08 00 01 63 03 23 00 01 6D", // a new meaning
        "30 07 00 00 03 23 00 01 6D",
    ] {
        bench.server(packet);
    }
    let topics: Vec<_> = bench.messages().iter().map(|(topic, _)| *topic).collect();
    assert_eq!(topics, ["a", "b", "a", "c", "c"]);
    assert_eq!(
        bench.connection().incoming_aliases.iter().collect::<Vec<_>>(),
        [(1, "c"), (2, "b")]
    );
    bench.cut();
    bench.connect(two(), CONNACK_SESSION_PRESENT);
    bench.server("30 07 00 00 03 23 00 01 6D");
    bench.expect_violation("§3.3.2.3.4", 0x82);
}

#[test]
fn an_unusable_incoming_alias_is_told() {
    for (maximum, packet, rule, reason_code) in [
        (2, "30 08 00 01 61 03 23 00 03 6D", "[MQTT-3.1.2-26]", 0x94),
        (0, "30 08 00 01 61 03 23 00 01 6D", "[MQTT-3.1.2-27]", 0x94),
        (2, "30 08 00 01 61 03 23 00 00 6D", "[MQTT-3.3.2-8]", 0x94),
        (2, "30 07 00 00 03 23 00 02 6D", "§3.3.2.3.4", 0x82),
    ] {
        let mut bench = Bench::connected(c([Property::TopicAliasMaximum(maximum)]), CONNACK);
        bench.server(packet);
        bench.expect_violation(rule, reason_code);
        assert!(bench.messages().is_empty());
    }
}

// What the Server allows

/// [MQTT-3.2.2-11], [MQTT-3.2.2-14], [MQTT-3.2.2-15], [MQTT-3.3.4-6], [MQTT-3.8.3-4], [MQTT-3.3.2-2],
/// [MQTT-3.3.2-14], [MQTT-4.7.0-1], [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1], [MQTT-4.7.3-2],
/// [MQTT-4.7.3-3], [MQTT-4.8.2-1], [MQTT-4.8.2-2], [MQTT-3.14.2-1]
#[test]
fn commands_that_would_break_a_rule_are_refused_and_send_nothing() {
    // Maximum QoS 1, no retain, no wildcards, no identifiers, no sharing, Maximum Packet Size 40
    let strict = "20 12 00 00 0F 24 01 25 00 28 00 29 00 2A 00 27 00 00 00 28";
    let retained = Command::Publish {
        qos: QoS::AtMostOnce,
        retain: true,
        topic: "a".into(),
        properties: Properties::NONE,
        payload: Bytes::new(),
    };
    let no_local = |filter: &str| Command::Subscribe {
        properties: Properties::NONE,
        subscriptions: vec![Subscription {
            topic_filter: filter.into(),
            no_local: true,
            ..Subscription::default()
        }],
    };
    let unsubscribe = |filters: &[&str]| Command::Unsubscribe {
        properties: Properties::NONE,
        topic_filters: filters.iter().map(|filter| (*filter).to_owned()).collect(),
    };
    let identifier = || [Property::SubscriptionIdentifier(1)];
    let long = "x".repeat(40);
    let too_long = "x".repeat(65_536);
    for (connack, command, rule) in [
        (strict, publish(2, "a", []), "[MQTT-3.2.2-11]"),
        (strict, retained, "[MQTT-3.2.2-14]"),
        (strict, publish(0, &long, []), "[MQTT-3.2.2-15]"),
        (strict, subscribe(&[&long], []), "[MQTT-3.2.2-15]"),
        (strict, unsubscribe(&[&long]), "[MQTT-3.2.2-15]"),
        (strict, subscribe(&["a/#"], []), "§3.2.2.3.11"),
        (strict, subscribe(&["a"], identifier()), "§3.2.2.3.12"),
        (strict, subscribe(&["$share/s/a"], []), "§3.2.2.3.13"),
        (CONNACK, publish(0, "a", identifier()), "[MQTT-3.3.4-6]"),
        (CONNACK, no_local("$share/s/a"), "[MQTT-3.8.3-4]"),
        (CONNACK, publish(0, "a/#", []), "[MQTT-3.3.2-2]"),
        (CONNACK, publish(1, "+", []), "[MQTT-3.3.2-2]"),
        (CONNACK, publish(0, "", []), "§3.3.2.1"),
        (CONNACK, publish(0, "a\0", []), "[MQTT-1.5.4-2]"),
        (CONNACK, publish(0, &too_long, []), "§1.5.4"),
        (CONNACK, publish(0, "a", [Property::ResponseTopic("+".into())]), "[MQTT-3.3.2-14]"),
        (CONNACK, subscribe(&[], []), "[MQTT-3.8.3-2]"),
        (CONNACK, subscribe(&["a/#/b"], []), "[MQTT-4.7.1-1]"),
        (CONNACK, subscribe(&["a+"], []), "[MQTT-4.7.1-2]"),
        (CONNACK, subscribe(&[""], []), "[MQTT-4.7.3-1]"),
        (CONNACK, subscribe(&["$share//a"], []), "[MQTT-4.8.2-1]"),
        (CONNACK, subscribe(&["$share/s"], []), "[MQTT-4.8.2-2]"),
        (CONNACK, unsubscribe(&[]), "[MQTT-3.10.3-2]"),
        (CONNACK, disconnect(ReasonCode::ServerBusy, []), "[MQTT-3.14.2-1]"),
    ] {
        let mut bench = Bench::connected(c([]), connack);
        let before = format!("{:?}", bench.client.snapshot());
        let error = bench.command(command.clone()).unwrap_err();
        assert_eq!(error.rule(), rule, "{command:?}: {error}");
        assert_eq!(format!("{:?}", bench.client.snapshot()), before, "{rule} changes nothing");
    }
    let mut bench = Bench::connected(c([]), strict);
    bench.command(publish(1, "a", [])).unwrap();
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.command(publish(0, &long[..34], [])).expect("just 40 bytes");
}

/// [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.14.2-3], [MQTT-3.14.2-4]
#[test]
fn answers_lose_their_explanations_when_the_server_takes_no_larger_packet() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), "20 08 00 00 05 27 00 00 00 0D"); // Maximum Packet Size 13
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.server("32 07 00 01 61 00 02 00 6D");
    let user = || Property::user("k", "v");
    let reason = |text: &str| Property::ReasonString(text.into());
    for (packet_id, properties, expect) in [
        (1, vec![reason("1234"), user()], "40 0B  00 01  97  07 1F 00 04 31 32 33 34"),
        (2, vec![reason("12345"), user()], "40 03  00 02  97"),
    ] {
        let reason_code = ReasonCode::QuotaExceeded;
        let properties = properties.into();
        bench
            .command(Command::Acknowledge { packet_id: id(packet_id), reason_code, properties })
            .unwrap();
        bench.expect_sent(&[expect]);
        assert_eq!(bench.events.last(), Some(&Event::PropertiesLeftOut(PacketType::PubAck)));
    }
    bench.command(disconnect(ReasonCode::UnspecifiedError, [reason("12345"), user()])).unwrap();
    bench.expect_sent(&["E0 0A  80  08 1F 00 05 31 32 33 34 35"]);
}

/// [MQTT-3.1.2-24] as seen by the Client
#[test]
fn a_packet_larger_than_the_client_takes_is_told_0x95() {
    let maximum = || c([Property::MaximumPacketSize(9)]);
    let mut bench = Bench::new();
    bench.open(maximum());
    assert_eq!(bench.client.maximum_packet_size(), Some(9));
    bench.server(CONNACK);
    bench.sent.clear();
    bench.server("30 05 00 01 61 00 6D");
    bench.server("30 08 00 01 61 00 6D 6D 6D 6D");
    bench.expect_violation("[MQTT-3.1.2-24]", 0x95);

    // The same when the length alone has arrived and whoever cuts the stream has refused to wait.
    let mut bench = Bench::connected(maximum(), CONNACK);
    let kind = ErrorKind::PacketTooLarge { size: 100, maximum: 9 };
    bench.input(Input::Received(Err(mqtt5_playground::mqtt::DecodeError { at: 1, kind })));
    bench.expect_violation("[MQTT-3.1.2-24]", 0x95);
}

// Subscribing

#[test]
fn suback_tells_what_each_filter_was_granted() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let identifier = [Property::SubscriptionIdentifier(7)];
    bench.command(subscribe(&["a", "b", "c/#"], identifier)).unwrap();
    bench.server("90 06 00 01 00 02 87 00");
    let granted = |bench: &Bench| -> Vec<(String, u8, Option<u32>)> {
        let session = bench.client.snapshot().session.unwrap();
        let subscribed = session.subscriptions.into_iter();
        subscribed.map(|(filter, s)| (filter, s.granted.bits(), s.identifier)).collect()
    };
    assert_eq!(granted(&bench), [("a".into(), 2, Some(7)), ("c/#".into(), 0, Some(7))]);
    let Some(Event::Subscribed { results, .. }) = bench.events.last() else { panic!() };
    assert_eq!(results.iter().map(|(_, code)| code.value()).collect::<Vec<_>>(), [2, 0x87, 0]);

    let topic_filters = vec!["a".into(), "b".into(), "c/#".into()];
    let properties = Properties::NONE;
    bench.command(Command::Unsubscribe { properties, topic_filters }).unwrap();
    bench.server("B0 06 00 02 00 00 11 87");
    assert_eq!(granted(&bench), [("c/#".into(), 0, Some(7))]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    assert_eq!(granted(&bench).len(), 1, "subscriptions belong to the Session");
}

#[test]
fn answers_to_requests_have_to_fit_them() {
    for (answer, rule) in [
        ("90 04 00 09 00 00", "[MQTT-2.2.1-6]"),
        ("B0 04 00 01 00 00", "[MQTT-2.2.1-6]"), // UNSUBACK for a SUBSCRIBE
        ("90 05 00 01 00 00 00", "[MQTT-3.8.4-6]"),
        ("B0 05 00 02 00 00 00", "[MQTT-3.11.3-1]"),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.command(subscribe(&["a"], [])).unwrap();
        let topic_filters = vec!["a".into()];
        let properties = Properties::NONE;
        bench.command(Command::Unsubscribe { properties, topic_filters }).unwrap();
        bench.server(answer);
        bench.expect_violation(rule, 0x82);
    }
}

// Ending

/// [MQTT-3.14.4-1], [MQTT-3.14.4-2]
#[test]
fn after_disconnect_nothing_is_sent_and_the_link_is_closed() {
    let mut bench = Bench::connected(Connect { keep_alive: 1, ..lasting() }, CONNACK);
    bench.command(disconnect(ReasonCode::DisconnectWithWillMessage, [])).unwrap();
    bench.expect_sent(&["E0 01 04"]);
    assert!(bench.closed);
    for packet in ["32 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D", "FF FF"] {
        bench.server(packet);
    }
    bench.pass(secs(10));
    for command in [publish(1, "a", []), Command::Ping, disconnect(ReasonCode::Success, [])] {
        assert_eq!(bench.command(command).unwrap_err().rule(), "[MQTT-3.14.4-1]");
    }
    let again = Command::Connect(Box::new(lasting()));
    assert_eq!(bench.command(again), Err(CommandError::Closing));
    bench.expect_sent(&[]);
    assert!(bench.messages().is_empty());
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
}

/// [MQTT-4.13.2-1]
#[test]
fn a_disconnect_from_the_server_closes_and_keeps_the_session() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.server("E0 09 9D 07 1C 00 04 68 6F 73 74"); // Server moved, to "host"
    bench.expect_sent(&[]);
    assert!(bench.closed);
    let Some(Event::Disconnected(disconnect)) = bench.events.last() else { panic!() };
    assert_eq!(disconnect.properties.server_reference(), Some("host"));
    assert_eq!(bench.client.snapshot().stored.len(), 1);
}

/// [MQTT-4.13.2-1]
#[test]
fn what_cannot_be_read_is_answered_with_its_reason_code() {
    for (packet, rule, reason_code) in [
        ("36 05 00 01 61 00 6D", "[MQTT-3.3.1-4]", 0x81), // QoS 3
        ("00 00", "§2.1.2", 0x81),
        ("41 02 00 01", "[MQTT-2.1.3-1]", 0x81),
        ("30 04 00 01 23 00", "[MQTT-3.3.2-2]", 0x81),
        ("82 07 00 01 00 00 01 61 00", "§2.1.2", 0x82), // SUBSCRIBE from a Server
        ("E0 01 00", "[MQTT-3.14.2-1]", 0x82),          // Normal disconnection is the Client's
        ("E0 07 8B 05 11 00 00 00 05", "[MQTT-3.14.2-2]", 0x82),
        ("40 03 00 01 01", "[MQTT-3.4.2-1]", 0x82),
        ("50 03 00 01 92", "[MQTT-3.5.2-1]", 0x82),
        ("62 03 00 01 80", "[MQTT-3.6.2-1]", 0x82),
        ("70 03 00 01 80", "[MQTT-3.7.2-1]", 0x82),
        ("F0 06 19 04 15 00 01 78", "[MQTT-3.15.2-1]", 0x82),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.server(packet);
        bench.expect_violation(rule, reason_code);
    }
}

#[test]
fn a_packet_of_the_clients_kind_is_refused_even_when_it_was_read_leniently() {
    for packet in [Packet::PingReq, Packet::Connect(Box::new(c([])))] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.input(Input::Received(Ok(packet.clone())));
        bench.expect_violation("§2.1.2", 0x82);
        let mut bench = Bench::new();
        bench.open(c([]));
        bench.input(Input::Received(Ok(packet)));
        bench.expect_violation("§2.1.2", 0x82);
    }
}

#[test]
fn without_request_problem_information_only_three_packets_may_explain() {
    let silent = || c([Property::RequestProblemInformation(0)]);
    let mut bench = Bench::connected(silent(), "20 07 00 00 04 1F 00 01 72");
    bench.server("30 0C 00 01 61 07 26 00 01 6B 00 01 76 6D"); // PUBLISH with a User Property
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.server("90 08 00 01 04 1F 00 01 72 00");
    bench.expect_violation("[MQTT-3.1.2-29]", 0x82);

    let mut bench = Bench::connected(silent(), CONNACK);
    bench.server("E0 06 8B 04 1F 00 01 72");
    assert!(bench.closed && bench.events.iter().any(|e| matches!(e, Event::Disconnected(_))));
}

#[test]
fn the_reason_why_the_link_went_down_is_passed_on() {
    let mut bench = Bench::new();
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.input(Input::LinkDown("nobody listens".into()));
    assert_eq!(bench.events, [Event::LinkDown { reason: "nobody listens".into() }]);
    bench.input(Input::LinkUp);
    bench.expect_sent(&[]);
    bench.pass(secs(100));
    assert!(!bench.closed, "nothing is tried again");
}

// Authenticating

/// CONNECT with the Authentication Method "x".
fn with_method() -> Connect {
    c([Property::AuthenticationMethod("x".into()), Property::SessionExpiryInterval(100)])
}

const CONNACK_X: &str = "20 07 00 00 04 15 00 01 78";
const AUTH_CONTINUE_X: &str = "F0 06 18 04 15 00 01 78";
const AUTH_SUCCESS_X: &str = "F0 06 00 04 15 00 01 78";

/// [MQTT-3.1.2-30], [MQTT-4.12.0-3], [MQTT-4.12.0-5], [MQTT-4.12.0-7]
#[test]
fn auth_goes_back_and_forth_before_connack() {
    let go_on = || auth(ReasonCode::ContinueAuthentication, "x");
    let mut bench = Bench::new();
    bench.open(c([]));
    assert_eq!(bench.command(go_on()).unwrap_err().rule(), "[MQTT-4.12.0-7]");

    let mut bench = Bench::new();
    bench.open(with_method());
    bench.sent.clear();
    assert_eq!(bench.command(go_on()), Err(CommandError::AuthOutOfTurn));
    assert_eq!(bench.command(publish(0, "a", [])).unwrap_err().rule(), "[MQTT-3.1.2-30]");
    for _ in 0..2 {
        bench.server(AUTH_CONTINUE_X);
        assert!(matches!(bench.events.last(), Some(Event::Auth(_))));
        let other = auth(ReasonCode::ContinueAuthentication, "y");
        assert_eq!(bench.command(other).unwrap_err().rule(), "[MQTT-4.12.0-5]");
        let again = auth(ReasonCode::ReAuthenticate, "x");
        assert_eq!(bench.command(again).unwrap_err().rule(), "[MQTT-4.12.0-3]");
        bench.pass(secs(60)); // a learner may take his time
        bench.command(go_on()).unwrap();
        bench.expect_sent(&[AUTH_CONTINUE_X]);
    }
    bench.server(CONNACK_X);
    assert!(matches!(bench.events.last(), Some(Event::Connected { .. })));
}

#[test]
fn an_unanswered_auth_ends_in_time() {
    let mut bench = Bench::new();
    bench.open(with_method());
    bench.server(AUTH_CONTINUE_X);
    bench.command(auth(ReasonCode::ContinueAuthentication, "x")).unwrap();
    bench.pass(secs(10));
    assert_eq!(bench.events.last(), Some(&Event::ConnectTimeout));
}

/// [MQTT-4.12.0-5]
#[test]
fn auth_and_connack_from_the_server_keep_the_method() {
    for (packets, rule, reason_code) in [
        (&["F0 06 18 04 15 00 01 79"][..], "[MQTT-4.12.0-5]", 0x8C),
        (&["20 07 00 00 04 15 00 01 79"], "[MQTT-4.12.0-5]", 0x8C),
        (&[CONNACK], "[MQTT-4.12.0-5]", 0x8C),
        (&["F0 03 18 01 16"], "§2.1.4", 0x81), // Authentication Data cut short
        (&["F0 02 18 00"], "[MQTT-4.12.0-5]", 0x82),
        (&[AUTH_SUCCESS_X], "[MQTT-4.12.0-2]", 0x82),
        (&[AUTH_CONTINUE_X, AUTH_CONTINUE_X], "§4.12", 0x82),
        (&[CONNACK_X, AUTH_CONTINUE_X], "§4.12.1", 0x82),
        (&[CONNACK_X, "F0 06 18 04 15 00 01 79"], "[MQTT-4.12.0-5]", 0x8C),
    ] {
        let mut bench = Bench::new();
        bench.open(with_method());
        packets.iter().for_each(|packet| bench.server(packet));
        bench.expect_violation(rule, reason_code);
    }
}

/// [MQTT-4.12.1-1], [MQTT-4.12.1-2]
#[test]
fn re_authentication_keeps_the_connection_going() {
    let begin = || auth(ReasonCode::ReAuthenticate, "x");
    let go_on = || auth(ReasonCode::ContinueAuthentication, "x");
    let mut bench = Bench::connected(with_method(), CONNACK_X);
    assert_eq!(bench.command(go_on()).unwrap_err().rule(), "[MQTT-4.12.1-1]");
    let other = auth(ReasonCode::ReAuthenticate, "y");
    assert_eq!(bench.command(other).unwrap_err().rule(), "[MQTT-4.12.0-5]");
    bench.command(begin()).unwrap();
    bench.expect_sent(&["F0 06 19 04 15 00 01 78"]);
    assert_eq!(bench.connection().re_authentication, Some(Turn::Server));
    assert_eq!(bench.command(begin()), Err(CommandError::AuthOutOfTurn));
    bench.command(publish(0, "a", [])).unwrap();
    bench.sent.clear();
    bench.server(AUTH_CONTINUE_X);
    assert_eq!(bench.connection().re_authentication, Some(Turn::Client));
    bench.command(go_on()).unwrap();
    bench.expect_sent(&[AUTH_CONTINUE_X]);
    bench.server(AUTH_SUCCESS_X);
    assert_eq!(bench.connection().re_authentication, None);

    bench.command(begin()).unwrap();
    bench.server("E0 01 87");
    assert!(bench.closed, "a failed re-authentication closes the connection");

    let mut bench = Bench::connected(c([]), CONNACK);
    assert_eq!(bench.command(begin()).unwrap_err().rule(), "[MQTT-4.12.0-7]");
    bench.server(AUTH_CONTINUE_X);
    bench.expect_violation("[MQTT-4.12.0-6]", 0x82);
}

// Bytes sent past the client

#[test]
fn what_is_sent_past_the_client_is_taken_into_account() {
    let mut bench = Bench::new();
    bench.client.set_settings(Settings {
        acknowledge_by_hand: AcknowledgeByHand::ALL,
        ..Settings::default()
    });
    bench.connect(Connect { keep_alive: 10, ..lasting() }, "20 06 00 00 03 22 00 02");
    let past = |bench: &mut Bench, text: &str| {
        let packet = decode(&bytes(text), Some(Sender::Client)).unwrap();
        bench.input(Input::SentPast(Some(packet)));
    };
    past(&mut bench, "82 07 00 01 00 00 01 61 00");
    bench.server("90 04 00 01 00 00");
    past(&mut bench, "A2 06 00 09 00 00 01 7A");
    bench.server("B0 04 00 09 00 11");
    past(&mut bench, "32 0A 00 01 62 00 02 03 23 00 01 6D");
    bench.command(publish(1, "", [Property::TopicAlias(1)])).unwrap();
    bench.expect_sent(&["32 09 00 00 00 01 03 23 00 01 6D"]);
    past(&mut bench, "32 07 00 01 61 00 01 00 6D"); // an identifier in use: the first keeps it
    bench.server("32 07 00 01 61 00 05 00 6D");
    past(&mut bench, "40 02 00 05");
    assert!(bench.connection().held.is_empty() && bench.connection().receive_quota.used() == 0);
    bench.pass(secs(8));
    past(&mut bench, PINGREQ);
    bench.pass(secs(8));
    bench.server(PINGRESP);
    bench.expect_sent(&[]);
    let session = bench.client.snapshot().session.unwrap();
    assert_eq!(
        session.outgoing.in_flight().map(|m| &*m.publish.topic).collect::<Vec<_>>(),
        ["b"; 2]
    );
    assert_eq!(session.subscriptions.len(), 1);
    bench.server("40 02 00 02");
    bench.server("40 02 00 01");
    assert!(bench.client.snapshot().session.unwrap().outgoing.packet_ids().is_empty());
    assert!(!bench.events.iter().any(|e| matches!(e, Event::Unexplained(_))));
}

#[test]
fn after_bytes_sent_past_the_client_the_server_is_not_blamed_for_the_unexplained() {
    let unexplained = [PINGRESP, "90 04 00 09 00 00", "B0 04 00 09 00 00", "50 02 00 01"];
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.input(Input::SentPast(None));
    for packet in unexplained {
        bench.server(packet);
        assert!(matches!(bench.events.last(), Some(Event::Unexplained(_))), "{packet}");
    }
    assert!(!bench.closed);
    bench.server("30 07 00 00 03 23 00 01 6D"); // what is the Server's fault in any case stays so
    bench.sent.retain(|packet| packet.starts_with("E0"));
    bench.expect_violation("[MQTT-3.1.2-27]", 0x94);
}

#[test]
fn auth_sent_past_the_client_answers_the_server() {
    let mut bench = Bench::new();
    bench.open(with_method());
    bench.server(AUTH_CONTINUE_X);
    let packet = decode(&bytes(AUTH_CONTINUE_X), Some(Sender::Client)).unwrap();
    bench.input(Input::SentPast(Some(packet.clone())));
    bench.server(AUTH_CONTINUE_X);
    bench.input(Input::SentPast(Some(packet.clone())));
    bench.server(CONNACK_X);
    bench.input(Input::SentPast(Some(packet)));
    assert_eq!(bench.connection().re_authentication, Some(Turn::Server));
}

// Looking inside

#[test]
fn a_snapshot_tells_phase_limits_and_the_last_events() {
    let mut bench = Bench::new();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Offline));
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Opening { .. }));
    bench.input(Input::LinkUp);
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Connecting { .. }));
    bench.server("20 06 00 00 03 21 00 02");
    let limit = bench.connection().limits.receive_maximum;
    assert_eq!((limit.value, limit.sent), (2, true));
    for _ in 0..100 {
        bench.server("30 05 00 01 61 00 6D");
    }
    let snapshot = bench.client.snapshot();
    assert_eq!(snapshot.recent.len(), 32, "bounded");
    assert_eq!(snapshot.next_timeout, None);
    bench.command(disconnect(ReasonCode::Success, [])).unwrap();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Closing));
}

// Whatever happens

/// Random commands against random packets, from fixed seeds. [`Bench::drain`] holds every packet sent
/// to its rules; here the books have to balance.
#[test]
fn no_sequence_breaks_the_client_or_leaks_an_identifier() {
    let mut finished = 0;
    for seed in 1..=500 {
        let mut random = Random(seed);
        let bits = random.below(8);
        let mut bench = Bench::with(Settings {
            acknowledge_by_hand: AcknowledgeByHand {
                puback: bits & 1 != 0,
                pubrec: bits & 2 != 0,
                pubcomp: bits & 4 != 0,
            },
            ..Settings::default()
        });
        for _ in 0..60 {
            random_step(&mut bench, &mut random);
            let snapshot = bench.client.snapshot();
            let PhaseSnapshot::Connected(connection) = snapshot.phase else { continue };
            let session = snapshot.session.expect("a connection serves a Session");
            let books = session.messages() + connection.requests.len();
            assert_eq!(session.outgoing.packet_ids().len(), books, "seed {seed}");
            assert!(connection.send_quota.used() <= connection.send_quota.maximum());
            let in_flight = session.outgoing.len();
            assert!(usize::from(connection.send_quota.used()) <= in_flight, "seed {seed}");
        }
        let ended = |event: &&Event| matches!(event, Event::PublishFinished { .. });
        finished += bench.events.iter().filter(ended).count();
    }
    assert!(finished > 500, "the sequences get somewhere: {finished} exchanges were finished");
}

/// A small generator (xorshift), so that a seed is a test case.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Mostly what the state asks for, so that conversations get somewhere; now and then nonsense.
fn random_step(bench: &mut Bench, random: &mut Random) {
    let snapshot = bench.client.snapshot();
    let connection = match snapshot.phase {
        PhaseSnapshot::Connected(connection) => connection,
        PhaseSnapshot::Offline => {
            let mut connect = lasting();
            connect.clean_start = random.below(8) == 0;
            connect.properties.push(Property::ReceiveMaximum(3));
            connect.properties.push(Property::TopicAliasMaximum(2));
            return bench.attempt(Command::Connect(Box::new(connect)));
        }
        PhaseSnapshot::Opening { .. } => return bench.input(Input::LinkUp),
        PhaseSnapshot::Connecting { .. } if random.below(10) == 0 => return bench.cut(),
        // Receive Maximum 2, Topic Alias Maximum 2, Maximum Packet Size 24
        PhaseSnapshot::Connecting { .. } if snapshot.session.is_some() && random.below(10) > 0 => {
            return bench.server("20 0E 01 00 0B 21 00 02 22 00 02 27 00 00 00 18");
        }
        PhaseSnapshot::Connecting { .. } => {
            return bench.server("20 0E 00 00 0B 21 00 02 22 00 02 27 00 00 00 18");
        }
        PhaseSnapshot::Closing => return bench.cut(),
        PhaseSnapshot::LinkUp => unreachable!("CONNECT is always asked for before the link"),
    };
    let session = snapshot.session.expect("a connection serves a Session");
    let packet_id = random.below(4) as u16 + 1;
    match random.below(30) {
        0 => bench.cut(),
        1 => bench.attempt(disconnect(ReasonCode::Success, [])),
        2 => {
            let nonsense = ["32 07 00 01 61", "62 02", "50 03", "90 04", "40 02", "D0 00"];
            let start = nonsense[random.below(6) as usize];
            bench.server(&format!("{start} 00 0{packet_id} 00 00"));
        }
        3 => bench.pass(secs(random.below(30))),
        4..=11 => {
            let alias = Property::TopicAlias(random.below(4) as u16);
            let properties = if random.below(2) == 0 { vec![alias] } else { Vec::new() };
            let topic = ["", "a", "b", "a/much/too/long/topic"][random.below(4) as usize];
            bench.attempt(publish(random.below(3) as u8, topic, properties));
        }
        12 => bench.attempt(subscribe(&["a"], [])),
        13 => {
            if let Some((packet_id, _)) = connection.requests.first() {
                bench.server(&format!("90 04 {packet_id:04X} 00 00"));
            }
        }
        14..=17 => {
            let fresh = |id: &u64| {
                let id = PacketId::new(*id as u16).expect("ids start at 1");
                !session.incoming.contains(id) && !connection.receive_quota.holds(id)
            };
            if connection.receive_quota.available() > 0
                && let Some(free) = (1..).find(fresh)
            {
                let first_byte = ["32", "34"][random.below(2) as usize];
                bench.server(&format!("{first_byte} 07 00 01 61 {free:04X} 00 6D"));
            }
        }
        18..=20 => {
            let released = |stage| stage == ReceivedStage::AwaitingPubRel;
            if let Some((packet_id, _)) = session.incoming.iter().find(|(_, s)| released(*s)) {
                bench.server(&format!("62 02 {packet_id:04X}"));
            }
        }
        21..=23 => {
            if let Some(held) = connection.held.first() {
                let code = [ReasonCode::Success, ReasonCode::QuotaExceeded];
                let code = code[random.below(2) as usize];
                bench.attempt(acknowledge(held.packet_id.get(), code));
            }
        }
        _ => {
            if let Some(message) = session.outgoing.in_flight().next() {
                let first_byte = match message.stage {
                    SentStage::AwaitingPubAck => "40",
                    SentStage::AwaitingPubRec => "50",
                    SentStage::AwaitingPubComp => "70",
                };
                bench.server(&format!("{first_byte} 02 {:04X}", message.packet_id));
            }
        }
    }
}
