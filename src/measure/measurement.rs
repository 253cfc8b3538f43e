//! A measurement while it goes on.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::run::{Ended, Run, Sample};
use super::setup::{Kind, Receiver, Setup};
use crate::client::{Client, Command, CommandError, Event, Input, Output};
use crate::link::{LinkCommand, LinkEvent, Target};
use crate::mqtt::{
    Connect, ConnectionId, Disconnect, Packet, PacketId, PacketStream, Properties, Publish, QoS,
    ReasonCode, Sender, Subscription, encode,
};
use crate::time::Instant;

/// What is measured, and where.
#[derive(Clone, Debug)]
pub struct Options {
    pub setup: Setup,
    pub target: Target,
    /// What the reader calls the broker.
    pub broker: String,
    /// When it begins, in microseconds since 1970.
    pub at: Option<u64>,
    pub subprotocol: String,
    pub user_name: Option<String>,
    pub password: Option<Bytes>,
    /// Letters and digits that no earlier measurement of the broker had: they are in the topic and in the Client
    /// Identifiers.
    pub token: String,
}

/// Why a measurement came to nothing, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no connection; the words of the transport.
    Unreached(String),
    /// The link is open, but CONNECT has no answer.
    NoConnAck,
    /// CONNACK with this Reason Code.
    Refused(ReasonCode),
    /// SUBACK with this Reason Code.
    NotSubscribed(ReasonCode),
    /// The client cannot send such messages to this Server.
    CannotSend(CommandError),
    /// Nothing came back for too long.
    NoAnswer,
    /// DISCONNECT from the Server.
    Disconnected(ReasonCode),
    /// The connection ended without a word.
    Lost(String),
    /// The Server broke this rule.
    Violation(String),
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether messages that count are sent.
    pub is_measuring: bool,
    pub answered: usize,
    pub all: usize,
    pub unanswered: usize,
}

/// How long a message of a round trip is waited for.
const ANSWER: Duration = Duration::from_secs(5);
/// So many in a row without an answer end it.
const MOST_UNANSWERED: usize = 3;
/// How long any acknowledgement is waited for while many are due.
const STALLED: Duration = Duration::from_secs(10);
/// Messages that are sent one by one before throughput is measured.
const ALONE: usize = 10;
const KEEP_ALIVE_SECS: u16 = 60;
/// Before every topic and Client Identifier.
const NAME: &str = "mqtt5-measure";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    Subscribing {
        give_up_at: Instant,
    },
    /// One at a time; the answers do not count as samples.
    Alone,
    Measuring,
    Over,
}

/// A client with its link.
struct Party {
    client: Client,
    stream: PacketStream,
    connection: ConnectionId,
    is_open: bool,
    is_closed: bool,
}

/// The message that is waited for, where there is one at a time.
#[derive(Clone, Copy, Debug)]
struct Single {
    number: u32,
    packet_id: Option<PacketId>,
    sent: Option<Instant>,
    give_up_at: Instant,
    is_delivered: bool,
    is_acknowledged: bool,
}

/// Measures one thing once. Whoever drives it carries out its commands, and tells it what happens and when.
pub struct Measurement {
    options: Options,
    /// The one that publishes is the first.
    parties: Vec<Party>,
    commands: VecDeque<LinkCommand>,
    phase: Phase,
    run: Run,
    topic: String,
    payload: Vec<u8>,
    /// Numbers are given to all messages, also to those that do not count.
    next_number: u32,
    /// The number of the first sample.
    first_number: u32,
    /// When the first sample was sent.
    began: Option<Instant>,
    single: Option<Single>,
    unanswered_in_a_row: usize,
    /// When the next message is due after a pause.
    next_at: Option<Instant>,
    answered: usize,
    in_flight: usize,
    /// The first number after those whose PINGRESP is waited for.
    pinged: Option<u32>,
    /// The first number that no PINGRESP has answered.
    unpinged: u32,
    heard_at: Instant,
}

impl Measurement {
    pub fn new(options: Options, now: Instant) -> Measurement {
        let Setup { kind, size, count, .. } = options.setup;
        let run = Run {
            setup: options.setup,
            broker: options.broker.clone(),
            address: options.target.to_string(),
            at: options.at,
            latency: None,
            receive_maximum: None,
            window: 1,
            granted: None,
            packet_size: 0,
            samples: Vec::with_capacity(count),
            alone: Vec::new(),
            late: Vec::new(),
            refused: 0,
            refusal: None,
            worked: Duration::ZERO,
            ended: Ended::Done,
        };
        let clients = match kind {
            Kind::RoundTrip { receiver: Receiver::Second, .. } => 2,
            _ => 1,
        };
        let mut measurement = Measurement {
            topic: format!("{NAME}/{}", options.token),
            payload: filling(size),
            options,
            parties: Vec::new(),
            commands: VecDeque::new(),
            phase: Phase::Connecting,
            run,
            next_number: 0,
            first_number: 0,
            began: None,
            single: None,
            unanswered_in_a_row: 0,
            next_at: None,
            answered: 0,
            in_flight: 0,
            pinged: None,
            unpinged: 0,
            heard_at: now,
        };
        for number in 0..clients {
            measurement.open(number, now);
        }
        measurement
    }

    fn open(&mut self, number: u32, now: Instant) {
        let Options { target, subprotocol, user_name, password, token, .. } = &self.options;
        let connection = ConnectionId(number + 1);
        let mut client = Client::default();
        // Without a Session Expiry Interval the Session ends with the connection (§3.1.2.11.2).
        let connect = Connect {
            client_id: format!("{NAME}-{token}-{number}").into(),
            clean_start: true,
            keep_alive: KEEP_ALIVE_SECS,
            user_name: user_name.as_deref().map(Into::into),
            password: password.clone(),
            ..Connect::default()
        };
        let outcome = client.command(Command::Connect(Box::new(connect)), now);
        self.commands.push_back(LinkCommand::Open {
            connection,
            target: target.clone(),
            subprotocol: subprotocol.clone(),
        });
        let stream = PacketStream::new();
        self.parties.push(Party { client, stream, connection, is_open: false, is_closed: false });
        if let Err(error) = outcome {
            self.fail(Failure::CannotSend(error), now);
        }
    }

    /// What the links are to do, in order.
    pub fn next_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    pub fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        let Some(at) = self.parties.iter().position(|party| party.connection == connection) else {
            return;
        };
        let party = &mut self.parties[at];
        match event {
            LinkEvent::Opened => {
                party.is_open = true;
                party.client.handle(Input::LinkUp, now);
                self.drain(at, now);
            }
            LinkEvent::Bytes(bytes) => {
                party.stream.push(&bytes);
                while let Some(incoming) = self.parties[at].stream.next(Sender::Server) {
                    if let Ok(Packet::PubRec(ack)) = &incoming.outcome {
                        self.received(ack.packet_id, now);
                    }
                    self.parties[at].client.handle(Input::Received(incoming.outcome), now);
                    self.drain(at, now);
                }
            }
            // MQTT is binary; a Server that sends text does not speak it [MQTT-6.0.0-1].
            LinkEvent::Text { .. } => self.fail(Failure::Violation("[MQTT-6.0.0-1]".into()), now),
            LinkEvent::Closed { reason, .. } => {
                party.is_closed = true;
                let failure = match party.is_open {
                    true => Failure::Lost(reason.clone()),
                    false => Failure::Unreached(reason.clone()),
                };
                party.client.handle(Input::LinkDown(reason), now);
                self.drain(at, now);
                self.fail(failure, now);
            }
        }
        self.go_on(now);
    }

    /// Lets time pass until `now`.
    pub fn advance(&mut self, now: Instant) {
        for at in 0..self.parties.len() {
            if self.parties[at].client.next_timeout().is_some_and(|due| due <= now) {
                self.parties[at].client.handle(Input::Tick, now);
                self.drain(at, now);
            }
        }
        match self.phase {
            Phase::Subscribing { give_up_at } if give_up_at <= now => {
                self.fail(Failure::NoAnswer, now);
            }
            Phase::Alone | Phase::Measuring => self.give_up(now),
            _ => {}
        }
        self.go_on(now);
    }

    /// When [`Measurement::advance`] is due.
    pub fn next_timeout(&self) -> Option<Instant> {
        let own = match self.phase {
            Phase::Over => return None,
            Phase::Connecting => None,
            Phase::Subscribing { give_up_at } => Some(give_up_at),
            Phase::Alone | Phase::Measuring => match (self.single, self.next_at) {
                (Some(single), _) => Some(single.give_up_at),
                (None, Some(next_at)) => Some(next_at),
                (None, None) => Some(self.heard_at + STALLED),
            },
        };
        self.parties.iter().filter_map(|party| party.client.next_timeout()).chain(own).min()
    }

    /// Ends it where it is; what was measured stays.
    pub fn stop(&mut self, now: Instant) {
        if self.phase != Phase::Over {
            self.end(Ended::Stopped, now);
        }
    }

    /// The driver worked for so long.
    pub fn worked(&mut self, time: Duration) {
        if self.began.is_some() {
            self.run.worked += time;
        }
    }

    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over && self.commands.is_empty()
    }

    pub fn progress(&self) -> Progress {
        Progress {
            is_measuring: self.phase == Phase::Measuring,
            answered: self.answered,
            all: self.options.setup.count,
            unanswered: self.run.samples.len() - self.answered,
        }
    }

    /// What was measured so far.
    pub fn into_run(self) -> Run {
        self.run
    }

    fn is_first(&self, at: usize) -> bool {
        at == 0
    }

    /// Carries out what a client wants, and hears what it reports.
    fn drain(&mut self, at: usize, now: Instant) {
        while let Some(output) = self.parties[at].client.poll() {
            match output {
                Output::Send(packet) => self.send(at, &packet, now),
                Output::Close => {
                    let connection = self.parties[at].connection;
                    self.commands.push_back(LinkCommand::Close { connection });
                }
                Output::Event(event) => self.event(at, event, now),
            }
        }
    }

    fn send(&mut self, at: usize, packet: &Packet, now: Instant) {
        let Ok(bytes) = encode(packet) else { return };
        if let (Packet::Publish(publish), true) = (packet, self.is_first(at)) {
            self.run.packet_size = bytes.len();
            self.sent(publish, now);
        }
        let connection = self.parties[at].connection;
        self.commands.push_back(LinkCommand::Send { connection, bytes });
    }

    /// The time counts from the sending.
    fn sent(&mut self, publish: &Publish, now: Instant) {
        let Some(number) = number_of(&publish.payload) else { return };
        if let Some(single) = self.single.as_mut().filter(|single| single.number == number) {
            single.sent = Some(now);
            single.packet_id = publish.packet_id;
        }
        if let Some(at) = self.sample_of(number) {
            let began = *self.began.get_or_insert(now);
            // It may have waited for a slot since it was published.
            self.run.samples[at].sent = now.since(began);
        }
    }

    fn sample_of(&self, number: u32) -> Option<usize> {
        let at = number.checked_sub(self.first_number)? as usize;
        (self.phase == Phase::Measuring && at < self.run.samples.len()).then_some(at)
    }

    fn event(&mut self, at: usize, event: Event, now: Instant) {
        if self.phase == Phase::Over {
            return;
        }
        match event {
            Event::Connected { limits, .. } => {
                if self.is_first(at) {
                    self.run.receive_maximum =
                        Some(limits.receive_maximum.value).filter(|_| limits.receive_maximum.sent);
                    self.run.window = match (self.options.setup.kind, self.options.setup.qos) {
                        (Kind::RoundTrip { .. }, _) => 1,
                        // Messages of QoS 0 do not count (§4.9).
                        (Kind::Throughput { window }, QoS::AtMostOnce) => window,
                        (Kind::Throughput { window }, _) => {
                            window.min(limits.receive_maximum.value)
                        }
                    };
                }
            }
            Event::Refused(connack) => self.fail(Failure::Refused(connack.reason_code), now),
            Event::ConnectTimeout => {
                let failure = match self.parties[at].is_open {
                    true => Failure::NoConnAck,
                    false => Failure::Unreached(String::new()),
                };
                self.fail(failure, now);
            }
            Event::Subscribed { suback, .. } => match suback.reason_codes.first() {
                Some(code) if code.is_error() => self.fail(Failure::NotSubscribed(*code), now),
                code => {
                    self.run.granted = code.and_then(|code| QoS::from_bits(code.value()));
                    self.begin();
                }
            },
            Event::Message(message) => {
                if let Some(number) = number_of(&message.publish.payload) {
                    self.delivered(number, now);
                }
            }
            Event::PublishFinished { publish, reason_code, .. } => {
                if let Some(number) = number_of(&publish.payload) {
                    self.acknowledged(number, reason_code, now);
                }
            }
            Event::PingAnswered { .. } => self.ping_answered(now),
            Event::PingTimeout => self.fail(Failure::NoAnswer, now),
            Event::Disconnected(disconnect) => {
                self.fail(Failure::Disconnected(disconnect.reason_code), now);
            }
            Event::Violation(violation) => {
                self.fail(Failure::Violation(violation.rule.to_owned()), now);
            }
            _ => {}
        }
    }

    fn begin(&mut self) {
        self.phase = match self.options.setup.is_round_trip() {
            true => Phase::Measuring,
            false => Phase::Alone,
        };
    }

    fn received(&mut self, packet_id: PacketId, now: Instant) {
        let Some(Single { number, sent: Some(sent), .. }) =
            self.single.filter(|single| single.packet_id == Some(packet_id))
        else {
            return;
        };
        if let Some(at) = self.sample_of(number) {
            self.run.samples[at].received.get_or_insert(now.since(sent));
        }
    }

    fn delivered(&mut self, number: u32, now: Instant) {
        let Some(at) = self.sample_of(number) else { return };
        // A repeat does not make it slower, and what was given up stays without an answer.
        let Some(single) = self.single.as_mut().filter(|single| single.number == number) else {
            return;
        };
        if let (Some(sent), false) = (single.sent, single.is_delivered) {
            single.is_delivered = true;
            self.run.samples[at].delivered = Some(now.since(sent));
            self.answered += 1;
        }
    }

    fn acknowledged(&mut self, number: u32, reason_code: ReasonCode, now: Instant) {
        self.heard_at = now;
        if reason_code.is_error() {
            self.run.refused += 1;
            self.run.refusal.get_or_insert(reason_code);
        }
        let sample = self.sample_of(number);
        match self.single.as_mut() {
            Some(single) if single.number == number => {
                single.is_acknowledged = true;
                // It goes nowhere.
                single.is_delivered |= reason_code.is_error();
                if let (Some(sent), Some(at)) = (single.sent, sample) {
                    self.run.samples[at].acknowledged = Some(now.since(sent));
                }
            }
            _ if self.options.setup.is_round_trip() => {}
            _ => {
                self.in_flight -= 1;
                self.answer(sample, now);
            }
        }
    }

    /// One of many is acknowledged.
    fn answer(&mut self, sample: Option<usize>, now: Instant) {
        if let (Some(at), Some(began)) = (sample, self.began) {
            let sample = &mut self.run.samples[at];
            sample.acknowledged = Some(now.since(began).saturating_sub(sample.sent));
            self.answered += 1;
        }
    }

    /// The Server has read everything before the PINGREQ, since it reads packets in their order.
    fn ping_answered(&mut self, now: Instant) {
        let Some(until) = self.pinged.take() else { return };
        self.heard_at = now;
        if let Some(single) = self.single.as_mut() {
            single.is_acknowledged = true;
        } else {
            for number in self.unpinged..until {
                self.in_flight -= 1;
                self.answer(self.sample_of(number), now);
            }
        }
        self.unpinged = until;
    }

    fn go_on(&mut self, now: Instant) {
        match self.phase {
            Phase::Connecting if self.parties.iter().all(|party| party.client.is_connected()) => {
                match self.options.setup.is_round_trip() {
                    true => self.subscribe(now),
                    false => {
                        self.heard_at = now;
                        self.begin();
                        self.go_on(now);
                    }
                }
            }
            Phase::Alone => {
                self.finish_single(now);
                if self.phase == Phase::Alone && self.single.is_none() {
                    match self.run.alone.len() < ALONE {
                        true => self.publish_alone(now),
                        false => {
                            self.phase = Phase::Measuring;
                            self.first_number = self.next_number;
                            self.unpinged = self.next_number;
                            self.fill(now);
                        }
                    }
                }
            }
            Phase::Measuring if self.options.setup.is_round_trip() => {
                self.finish_single(now);
                self.next_round_trip(now);
            }
            Phase::Measuring => self.fill(now),
            _ => {}
        }
    }

    fn subscribe(&mut self, now: Instant) {
        let last = self.parties.len() - 1;
        let subscription = Subscription {
            topic_filter: self.topic.as_str().into(),
            qos: self.options.setup.qos,
            ..Subscription::default()
        };
        let command = Command::Subscribe {
            properties: Properties::NONE,
            subscriptions: vec![subscription],
        };
        self.phase = Phase::Subscribing { give_up_at: now + ANSWER };
        self.command(last, command, now);
    }

    /// What the client refuses ends it.
    fn command(&mut self, at: usize, command: Command, now: Instant) {
        match self.parties[at].client.command(command, now) {
            Ok(_) => self.drain(at, now),
            Err(error) => self.fail(Failure::CannotSend(error), now),
        }
    }

    fn publish(&mut self, now: Instant) {
        let number = self.next_number;
        self.next_number += 1;
        self.payload[..NUMBER].copy_from_slice(&number.to_be_bytes());
        if self.phase == Phase::Measuring {
            let sent = self.began.map_or(Duration::ZERO, |began| now.since(began));
            self.run.samples.push(Sample { sent, ..Sample::default() });
        }
        let command = Command::Publish {
            qos: self.options.setup.qos,
            retain: false,
            topic: self.topic.as_str().into(),
            properties: Properties::NONE,
            payload: Bytes::copy_from_slice(&self.payload),
        };
        self.command(0, command, now);
        if self.phase == Phase::Over && self.began.is_none() {
            // It was never sent.
            self.run.samples.clear();
        }
    }

    fn publish_single(&mut self, now: Instant) {
        self.single = Some(Single {
            number: self.next_number,
            packet_id: None,
            sent: None,
            give_up_at: now + ANSWER,
            is_delivered: false,
            is_acknowledged: false,
        });
        self.publish(now);
    }

    fn publish_alone(&mut self, now: Instant) {
        self.publish_single(now);
        if self.options.setup.qos == QoS::AtMostOnce {
            self.ping(now);
        }
    }

    fn ping(&mut self, now: Instant) {
        if self.phase != Phase::Over {
            self.pinged = Some(self.next_number);
            self.command(0, Command::Ping, now);
        }
    }

    fn next_round_trip(&mut self, now: Instant) {
        if self.phase != Phase::Measuring || self.single.is_some() {
            return;
        }
        if self.run.samples.len() == self.options.setup.count {
            return self.end(Ended::Done, now);
        }
        match self.next_at {
            Some(next_at) if next_at > now => return,
            Some(next_at) => self.run.late.push(now.since(next_at)),
            None => {}
        }
        self.next_at = None;
        self.publish_single(now);
    }

    /// Looks whether the message that is waited for has everything that it is to have.
    fn finish_single(&mut self, now: Instant) {
        let Some(single) = self.single else { return };
        let is_finished = match (self.phase, self.options.setup.qos) {
            (Phase::Alone, _) => single.is_acknowledged,
            (_, QoS::AtMostOnce) => single.is_delivered,
            _ => single.is_delivered && single.is_acknowledged,
        };
        if !is_finished {
            return;
        }
        self.single = None;
        self.unanswered_in_a_row = 0;
        if let (Phase::Alone, Some(sent)) = (self.phase, single.sent) {
            self.run.alone.push(now.since(sent));
        }
        self.pause(now);
    }

    fn pause(&mut self, now: Instant) {
        self.heard_at = now;
        if let Kind::RoundTrip { pause, .. } = self.options.setup.kind
            && !pause.is_zero()
        {
            self.next_at = Some(now + pause);
        }
    }

    /// What has taken too long is not waited for any more.
    fn give_up(&mut self, now: Instant) {
        match self.single {
            Some(single) if single.give_up_at <= now => {
                self.single = None;
                self.unanswered_in_a_row += 1;
                // Before anything was measured there is nothing to keep.
                if self.phase == Phase::Alone || self.unanswered_in_a_row == MOST_UNANSWERED {
                    return self.fail(Failure::NoAnswer, now);
                }
                self.pause(now);
            }
            None if self.next_at.is_none() && self.heard_at + STALLED <= now => {
                self.fail(Failure::NoAnswer, now);
            }
            _ => {}
        }
    }

    /// Sends as many as the window takes.
    fn fill(&mut self, now: Instant) {
        let count = self.options.setup.count;
        if self.answered == count {
            return self.end(Ended::Done, now);
        }
        let window = usize::from(self.run.window);
        if self.options.setup.qos == QoS::AtMostOnce && self.pinged.is_some() {
            return;
        }
        while self.phase == Phase::Measuring
            && self.in_flight < window
            && self.run.samples.len() < count
        {
            self.in_flight += 1;
            self.publish(now);
        }
        if self.options.setup.qos == QoS::AtMostOnce {
            self.ping(now);
        }
    }

    fn fail(&mut self, failure: Failure, now: Instant) {
        if self.phase != Phase::Over {
            self.end(Ended::Failed(failure), now);
        }
    }

    /// Says goodbye on every connection.
    fn end(&mut self, ended: Ended, now: Instant) {
        self.phase = Phase::Over;
        self.run.ended = ended;
        self.single = None;
        for at in 0..self.parties.len() {
            let party = &mut self.parties[at];
            let goodbye = Command::Disconnect(Disconnect::new(ReasonCode::Success));
            if party.client.command(goodbye, now).is_ok() {
                self.drain(at, now);
            } else if !party.is_closed {
                let connection = party.connection;
                self.commands.push_back(LinkCommand::Close { connection });
            }
        }
    }
}

/// In bytes.
const NUMBER: usize = size_of::<u32>();

/// The number at the beginning of a payload.
fn number_of(payload: &[u8]) -> Option<u32> {
    payload.first_chunk::<NUMBER>().map(|number| u32::from_be_bytes(*number))
}

/// A payload that nothing on the way makes much smaller.
fn filling(size: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..size.max(NUMBER)).map(|_| next()).collect()
}
