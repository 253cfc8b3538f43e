//! A Client and the broker on a line that is cut at any byte, in either direction, and connected again: with a Session
//! that outlives the connection no message of QoS 1 or 2 is lost, and none of QoS 2 comes twice (§4.3, §4.4).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::broker::{self, Broker, ConnectionId, Policy};
use mqtt5_playground::client::{self, Client, Command, Event, Settings};
use mqtt5_playground::mqtt::{
    Connect, Packet, PacketStream, Properties, Property, Publish, QoS, Sender, Subscription, encode,
};
use mqtt5_playground::time::Instant;

/// After so many bytes from this end, the line is dead.
type Cut = (Sender, usize);

struct Line {
    broker: Broker,
    client: Client,
    connection: ConnectionId,
    is_open: bool,
    now: Instant,
    /// Bytes on their way, and the reader at the end of it.
    to_server: (VecDeque<u8>, PacketStream),
    to_client: (VecDeque<u8>, PacketStream),
    cut: Option<Cut>,
    /// What arrived, by its payload.
    received: Vec<Bytes>,
    /// Bytes that each end has sent since the connection was opened.
    sent: [usize; 2],
}

/// Payloads, by the QoS they are published with; that of the subscription is 2.
const MESSAGES: [(QoS, &[u8]); 4] = [
    (QoS::AtLeastOnce, b"a"),
    (QoS::ExactlyOnce, b"b"),
    (QoS::ExactlyOnce, b"c"),
    (QoS::AtLeastOnce, b"d"),
];

impl Line {
    /// Connected, subscribed to what it publishes itself, with everything published and nothing of it on its way.
    fn begun() -> Line {
        let mut line = Line {
            broker: Broker::new(Policy::default(), [0; 32]),
            client: Client::new(Settings::default()),
            connection: ConnectionId(0),
            is_open: false,
            now: Instant::START,
            to_server: Default::default(),
            to_client: Default::default(),
            cut: None,
            received: Vec::new(),
            sent: [0; 2],
        };
        line.open(None);
        let subscription =
            Subscription { topic_filter: "t".into(), qos: QoS::ExactlyOnce, ..Default::default() };
        let subscriptions = vec![subscription];
        line.ask(Command::Subscribe { properties: Properties::NONE, subscriptions });
        line.run();
        line.sent = [0; 2];
        for (qos, payload) in MESSAGES {
            let Publish { retain, properties, .. } = Publish::default();
            let (topic, payload) = ("t".into(), Bytes::from_static(payload));
            line.ask(Command::Publish { qos, retain, topic, properties, payload });
        }
        line
    }

    fn ask(&mut self, command: Command) {
        self.client.command(command, self.now).expect("it is connected");
    }

    /// Connects to the Session, on a line that will be cut.
    fn open(&mut self, cut: Option<Cut>) {
        self.now = self.now + Duration::from_secs(1);
        self.connection = ConnectionId(self.connection.0 + 1);
        let connect = Connect {
            client_id: "c".into(),
            properties: [Property::SessionExpiryInterval(600)].into(),
            ..Connect::default()
        };
        self.ask(Command::Connect(Box::new(connect)));
        (self.to_server, self.to_client) = Default::default();
        (self.is_open, self.cut, self.sent) = (true, cut, [0; 2]);
        self.broker.handle(broker::Input::Opened(self.connection), self.now);
        self.client.handle(client::Input::LinkUp, self.now);
        self.run();
    }

    /// Until nothing is on its way any more, or the line has been cut.
    fn run(&mut self) {
        loop {
            self.poll();
            let moved = self.carry(Sender::Client) | self.carry(Sender::Server);
            if !self.is_open || !moved {
                return self.poll();
            }
        }
    }

    fn poll(&mut self) {
        while let Some(output) = self.client.poll() {
            match output {
                client::Output::Send(packet) => self.to_server.0.extend(bytes(&packet)),
                client::Output::Close => panic!("nobody has broken a rule"),
                client::Output::Event(Event::Message(message)) => {
                    self.received.push(message.publish.payload);
                }
                client::Output::Event(_) => {}
            }
        }
        while let Some(output) = self.broker.poll() {
            match output {
                broker::Output::Send(_, packet) => self.to_client.0.extend(bytes(&packet)),
                broker::Output::Close(_) => panic!("nobody has broken a rule"),
                broker::Output::Note(_) => {}
            }
        }
    }

    /// Carries one byte, unless there is none.
    fn carry(&mut self, from: Sender) -> bool {
        let (ways, end) = match from {
            Sender::Client => (&mut self.to_server, 0),
            Sender::Server => (&mut self.to_client, 1),
        };
        if !self.is_open {
            return false;
        }
        if self.cut == Some((from, self.sent[end])) {
            self.is_open = false;
            self.client.handle(client::Input::LinkDown("cut".into()), self.now);
            self.broker.handle(broker::Input::Closed(self.connection), self.now);
            return false;
        }
        let Some(byte) = ways.0.pop_front() else { return false };
        self.sent[end] += 1;
        ways.1.push(&[byte]);
        while let Some(incoming) = ways.1.next(from) {
            match from {
                Sender::Client => {
                    let received = broker::Input::Received(self.connection, incoming.outcome);
                    self.broker.handle(received, self.now);
                }
                Sender::Server => {
                    self.client.handle(client::Input::Received(incoming.outcome), self.now);
                }
            }
        }
        true
    }
}

fn bytes(packet: &Packet) -> Bytes {
    encode(packet).expect("both send what can be written")
}

/// How often each message has come, in the order of [`MESSAGES`].
fn copies(line: &Line) -> [usize; 4] {
    MESSAGES.map(|(_, payload)| line.received.iter().filter(|it| **it == payload).count())
}

fn ends() -> [Sender; 2] {
    [Sender::Client, Sender::Server]
}

#[test]
fn a_line_that_is_cut_at_any_byte_loses_and_doubles_nothing() {
    let mut whole = Line::begun();
    whole.run();
    assert_eq!(copies(&whole), [1; 4]);
    let lengths = whole.sent;
    assert!(lengths.iter().all(|length| *length > 60), "{lengths:?}");

    let mut cuts = 0;
    for (end, length) in ends().into_iter().zip(lengths) {
        for first in 0..length {
            for end_2 in ends() {
                // And once more on the way back: not at every byte each time, but at each one at some time.
                for second in (first % STEP..).step_by(STEP) {
                    let (was_cut, line) = cut_twice((end, first), (end_2, second));
                    cuts += 1 + usize::from(was_cut);
                    let case = format!("{end:?} {first}, {end_2:?} {second}");
                    assert_all_is_there(&line, &case);
                    if !was_cut {
                        break;
                    }
                }
            }
        }
    }
    println!("{cuts} cuts");
}

const STEP: usize = 13;

/// Also tells whether the second cut was within what was sent.
fn cut_twice(first: Cut, second: Cut) -> (bool, Line) {
    let mut line = Line::begun();
    line.cut = Some(first);
    line.run();
    assert!(!line.is_open, "{first:?}");
    line.open(Some(second));
    let was_cut = !line.is_open;
    if was_cut {
        line.open(None);
    }
    (was_cut, line)
}

fn assert_all_is_there(line: &Line, case: &str) {
    let copies = copies(line);
    for ((qos, _), count) in MESSAGES.into_iter().zip(copies) {
        match qos {
            QoS::ExactlyOnce => assert_eq!(count, 1, "{case}: {copies:?} [MQTT-4.3.3-2]"),
            _ => assert!(count >= 1, "{case}: {copies:?} [MQTT-4.3.2-1]"),
        }
    }
    assert!(line.client.is_settled(), "{case}");
}
