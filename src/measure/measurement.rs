//! A measurement while it goes on.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::run::{Ended, Run, Sample};
use super::setup::{Kind, Receiver, Setup};
use crate::client::{Client, Command, CommandError, Event, Input, Limit, Limits, Output};
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
    /// What was given up, or refused, without an answer.
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

/// Measures one thing once. The caller carries out its commands, and tells it what happens and when.
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
    /// The numbers of messages under way: after PUBREC the client does not have their payloads any more.
    numbers: HashMap<PacketId, u32>,
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
    /// For each PINGREQ without an answer, also one of Keep Alive, the first number after those that were sent before it.
    pings: VecDeque<u32>,
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
            numbers: HashMap::new(),
            first_number: 0,
            began: None,
            single: None,
            unanswered_in_a_row: 0,
            next_at: None,
            answered: 0,
            in_flight: 0,
            pings: VecDeque::new(),
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
                party.stream.push_shared(bytes);
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
        let single = self.single.filter(|single| !single.is_delivered);
        let under_way = match self.phase {
            Phase::Measuring => self.in_flight + usize::from(single.is_some()),
            _ => 0,
        };
        Progress {
            is_measuring: self.phase == Phase::Measuring,
            answered: self.answered,
            all: self.options.setup.count,
            unanswered: self.run.samples.len() - self.answered - under_way,
        }
    }

    /// What was measured so far.
    pub fn into_run(self) -> Run {
        self.run
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
        match packet {
            Packet::Publish(publish) => {
                self.run.packet_size = bytes.len();
                self.sent(publish, now);
            }
            Packet::PingReq if at == PUBLISHER => self.pings.push_back(self.next_number),
            _ => {}
        }
        let connection = self.parties[at].connection;
        self.commands.push_back(LinkCommand::Send { connection, bytes });
    }

    /// The time counts from the sending.
    fn sent(&mut self, publish: &Publish, now: Instant) {
        let Some(number) = number_of(&publish.payload) else { return };
        if let Some(packet_id) = publish.packet_id {
            self.numbers.insert(packet_id, number);
        }
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
            Event::Connected { limits, .. } if at == PUBLISHER => self.connected(&limits),
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
                let number = publish.packet_id.and_then(|id| self.numbers.remove(&id));
                if let Some(number) = number {
                    self.acknowledged(number, reason_code, now);
                }
            }
            Event::PingAnswered { .. } if at == PUBLISHER => self.ping_answered(now),
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

    fn connected(&mut self, limits: &Limits) {
        let Limit { value, sent } = limits.receive_maximum;
        self.run.receive_maximum = sent.then_some(value);
        self.run.window = match (self.options.setup.kind, self.options.setup.qos) {
            (Kind::RoundTrip { .. }, _) => 1,
            // Messages of QoS 0 do not count (§4.9).
            (Kind::Throughput { window }, QoS::AtMostOnce) => window,
            (Kind::Throughput { window }, _) => window.min(value),
        };
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
        if reason_code.is_error() && self.phase == Phase::Measuring {
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
        let Some(until) = self.pings.pop_front() else { return };
        let Setup { qos, .. } = self.options.setup;
        // Otherwise each message has an answer of its own.
        if self.options.setup.is_round_trip() || qos != QoS::AtMostOnce {
            return;
        }
        self.heard_at = now;
        if let Some(single) = self.single.as_mut() {
            single.is_acknowledged |= single.number < until;
        } else {
            for number in self.unpinged..until {
                self.in_flight -= 1;
                self.answer(self.sample_of(number), now);
            }
        }
        self.unpinged = self.unpinged.max(until);
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
        let command =
            Command::Subscribe { properties: Properties::NONE, subscriptions: vec![subscription] };
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
        self.command(PUBLISHER, command, now);
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
            self.command(PUBLISHER, Command::Ping, now);
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
        if self.options.setup.qos == QoS::AtMostOnce && self.in_flight > 0 {
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
            let goodbye = Command::Disconnect(Disconnect::new(ReasonCode::Success));
            let is_said = self.parties[at].client.command(goodbye, now).is_ok();
            // Also what the client itself has still to send.
            self.drain(at, now);
            let party = &self.parties[at];
            if !is_said && !party.is_closed {
                let connection = party.connection;
                self.commands.push_back(LinkCommand::Close { connection });
            }
        }
    }
}

/// The client that publishes, among the parties.
const PUBLISHER: usize = 0;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Ack, ConnAck, Property, SubAck};

    /// A Server that answers each packet after a while, as it is told.
    struct Fake {
        answer: fn(&Packet, usize) -> Vec<Packet>,
        measurement: Measurement,
        now: Instant,
        /// What is on its way back; `None` closes.
        answers: VecDeque<(Instant, Option<Bytes>)>,
        heard: Vec<Packet>,
        in_flight: usize,
        most_in_flight: usize,
        is_closed: bool,
    }

    const TRIP: Duration = Duration::from_millis(5);

    fn connack(properties: &[Property]) -> Packet {
        Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: properties.iter().cloned().collect(),
        })
    }

    /// Takes everything, and sends each message back.
    fn willing(packet: &Packet, _: usize) -> Vec<Packet> {
        match packet {
            Packet::Connect(_) => vec![connack(&[Property::ReceiveMaximum(20)])],
            Packet::Subscribe(subscribe) => vec![Packet::SubAck(SubAck {
                packet_id: subscribe.packet_id,
                properties: Properties::NONE,
                reason_codes: vec![ReasonCode::GrantedQoS1],
            })],
            Packet::Publish(publish) => {
                let back = Publish { qos: QoS::AtMostOnce, packet_id: None, ..publish.clone() };
                let ack = publish.packet_id.map(|id| match publish.qos {
                    QoS::ExactlyOnce => Packet::PubRec(Ack::success(id)),
                    _ => Packet::PubAck(Ack::success(id)),
                });
                ack.into_iter().chain([Packet::Publish(back)]).collect()
            }
            Packet::PubRel(ack) => vec![Packet::PubComp(Ack::success(ack.packet_id))],
            Packet::PingReq => vec![Packet::PingResp],
            _ => Vec::new(),
        }
    }

    fn options(kind: Kind, qos: QoS, count: usize) -> Options {
        Options {
            setup: Setup { kind, qos, size: 16, count },
            target: Target::InTab,
            broker: "b".into(),
            at: None,
            subprotocol: String::new(),
            user_name: None,
            password: None,
            token: "t".into(),
        }
    }

    const ROUND_TRIP: Kind = Kind::RoundTrip { pause: Duration::ZERO, receiver: Receiver::Same };

    impl Fake {
        fn new(options: Options, answer: fn(&Packet, usize) -> Vec<Packet>) -> Fake {
            let now = Instant::START;
            Fake {
                answer,
                measurement: Measurement::new(options, now),
                now,
                answers: VecDeque::new(),
                heard: Vec::new(),
                in_flight: 0,
                most_in_flight: 0,
                is_closed: false,
            }
        }

        /// Goes on until it is over, or for so many turns.
        fn play(&mut self, turns: usize) {
            for _ in 0..turns {
                while let Some(command) = self.measurement.next_command() {
                    self.carry_out(command);
                }
                if self.measurement.is_over() {
                    return;
                }
                let answer = self.answers.front().map(|(due, _)| *due);
                let due = answer.into_iter().chain(self.measurement.next_timeout()).min();
                self.now = self.now.max(due.expect("it waits for something"));
                match self.answers.pop_front_if(|(due, _)| *due <= self.now) {
                    Some((_, Some(bytes))) => self.tell(LinkEvent::Bytes(bytes)),
                    Some((_, None)) => {
                        self.tell(LinkEvent::Closed { code: None, reason: "cut".into() });
                    }
                    None => self.measurement.advance(self.now),
                }
            }
        }

        fn tell(&mut self, event: LinkEvent) {
            self.measurement.link_event(ConnectionId(1), event, self.now);
        }

        fn carry_out(&mut self, command: LinkCommand) {
            match command {
                LinkCommand::Open { .. } => self.tell(LinkEvent::Opened),
                LinkCommand::Close { .. } => self.is_closed = true,
                // As of any WebSocket that is closing, nothing more leaves.
                LinkCommand::Send { .. } if self.is_closed => {}
                LinkCommand::Send { bytes, .. } => {
                    let packet = crate::mqtt::decode(&bytes, Some(Sender::Client));
                    let packet = packet.expect("the client sends what is allowed");
                    let publishes =
                        self.heard.iter().filter(|packet| matches!(packet, Packet::Publish(_)));
                    for answer in (self.answer)(&packet, publishes.count()) {
                        let bytes = encode(&answer).expect("it can be sent");
                        self.answers.push_back((self.now + TRIP, Some(bytes)));
                    }
                    if matches!(&packet, Packet::Publish(publish) if publish.packet_id.is_some()) {
                        self.in_flight += 1;
                        self.most_in_flight = self.most_in_flight.max(self.in_flight);
                    }
                    self.heard.push(packet);
                }
            }
        }

        fn run(self) -> Run {
            self.measurement.into_run()
        }
    }

    fn played(options: Options, answer: fn(&Packet, usize) -> Vec<Packet>) -> Run {
        let mut fake = Fake::new(options, answer);
        fake.play(100_000);
        fake.run()
    }

    #[test]
    fn round_trips_are_counted_from_sending_to_coming_back() {
        for (qos, acknowledged, received) in [
            (QoS::AtMostOnce, None, None),
            (QoS::AtLeastOnce, Some(TRIP), None),
            (QoS::ExactlyOnce, Some(TRIP * 2), Some(TRIP)),
        ] {
            let run = played(options(ROUND_TRIP, qos, 7), willing);
            assert_eq!((&run.ended, run.samples.len()), (&Ended::Done, 7), "{qos:?}");
            for sample in &run.samples {
                assert_eq!(sample.delivered, Some(TRIP), "{qos:?}");
                assert_eq!((sample.acknowledged, sample.received), (acknowledged, received));
            }
            assert_eq!(run.samples[1].sent, acknowledged.unwrap_or(TRIP), "one after the other");
            assert_eq!(run.granted, Some(QoS::AtLeastOnce));
        }
    }

    #[test]
    fn a_server_that_breaks_a_rule_is_told_so() {
        let mut fake =
            Fake::new(options(ROUND_TRIP, QoS::AtLeastOnce, 3), |packet, number| match packet {
                Packet::Publish(_) => vec![connack(&[])],
                packet => willing(packet, number),
            });
        fake.play(100);
        let last = fake.heard.last().expect("it has sent something");
        assert!(matches!(last, Packet::Disconnect(it) if it.reason_code.is_error()), "{last:?}");
        assert!(matches!(fake.run().ended, Ended::Failed(Failure::Violation(_))));
    }

    #[test]
    fn the_window_is_never_more_than_receive_maximum() {
        for (window, expect) in [(5, 5), (20, 20), (100, 20)] {
            let mut fake = Fake::new(
                options(Kind::Throughput { window }, QoS::AtLeastOnce, 200),
                |packet, number| match packet {
                    // Silent from here on: what is in flight stays so.
                    Packet::Publish(_) if number >= ALONE => Vec::new(),
                    packet => willing(packet, number),
                },
            );
            fake.play(ALONE * 4);
            fake.in_flight = 0;
            fake.play(1000);
            let sent = fake.heard.iter().filter(|it| matches!(it, Packet::Publish(_))).count();
            assert_eq!(sent, ALONE + expect, "{window}");
            assert_eq!(fake.measurement.progress().answered, 0);
            let run = fake.run();
            assert_eq!(run.window, expect as u16, "{window}");
            assert_eq!((run.unanswered(), run.answered()), (expect, 0));
            assert_eq!(run.ended, Ended::Failed(Failure::NoAnswer));
        }
    }

    #[test]
    fn a_lost_message_is_given_up() {
        let run = played(options(ROUND_TRIP, QoS::AtMostOnce, 6), |packet, number| match packet {
            Packet::Publish(_) if number == 2 => Vec::new(),
            packet => willing(packet, number),
        });
        assert_eq!(run.ended, Ended::Done);
        assert_eq!((run.answered(), run.unanswered()), (5, 1));
        assert_eq!(run.samples[2].delivered, None);
        assert_eq!(run.samples[3].sent - run.samples[2].sent, ANSWER);
    }

    #[test]
    fn a_late_answer_belongs_to_its_own_message() {
        // The second one comes back together with the third.
        let run = played(options(ROUND_TRIP, QoS::AtMostOnce, 4), |packet, number| match packet {
            Packet::Publish(_) if number == 1 => Vec::new(),
            Packet::Publish(publish) if number == 2 => {
                let mut payload = publish.payload.to_vec();
                payload[..NUMBER].copy_from_slice(&1_u32.to_be_bytes());
                let late = Publish { payload: payload.into(), ..publish.clone() };
                [vec![Packet::Publish(late)], willing(packet, number)].concat()
            }
            packet => willing(packet, number),
        });
        assert_eq!((run.answered(), run.unanswered()), (3, 1));
        assert_eq!(run.samples[1].delivered, None, "it was given up");
    }

    #[test]
    fn no_answer_at_all_ends_it() {
        for (kind, samples) in [(ROUND_TRIP, 3), (Kind::Throughput { window: 10 }, 0)] {
            let run = played(options(kind, QoS::AtMostOnce, 50), |packet, number| match packet {
                Packet::Publish(_) | Packet::PingReq => Vec::new(),
                packet => willing(packet, number),
            });
            assert_eq!(run.ended, Ended::Failed(Failure::NoAnswer), "{kind:?}");
            assert_eq!((run.samples.len(), run.answered()), (samples, 0), "{kind:?}");
        }
        let run = played(options(ROUND_TRIP, QoS::AtMostOnce, 5), |packet, number| match packet {
            Packet::Subscribe(_) => Vec::new(),
            packet => willing(packet, number),
        });
        assert_eq!(run.ended, Ended::Failed(Failure::NoAnswer), "SUBSCRIBE");
        let run = played(options(ROUND_TRIP, QoS::AtMostOnce, 5), |_, _| Vec::new());
        assert_eq!(run.ended, Ended::Failed(Failure::NoConnAck));
    }

    #[test]
    fn what_was_measured_before_the_end_stays() {
        let said = |packet: &Packet, number| match packet {
            Packet::Publish(_) if number == 3 => {
                vec![Packet::Disconnect(Disconnect::new(ReasonCode::SessionTakenOver))]
            }
            packet => willing(packet, number),
        };
        let run = played(options(ROUND_TRIP, QoS::AtLeastOnce, 9), said);
        let expect = Ended::Failed(Failure::Disconnected(ReasonCode::SessionTakenOver));
        assert_eq!((&run.ended, run.answered(), run.unanswered()), (&expect, 3, 1));

        for kind in [ROUND_TRIP, Kind::Throughput { window: 10 }] {
            let mut fake = Fake::new(options(kind, QoS::AtLeastOnce, 900), willing);
            fake.play(60);
            assert_eq!(fake.measurement.progress().unanswered, 0, "some are under way: {kind:?}");
            fake.answers = [(fake.now, None)].into();
            fake.play(60);
            assert!(fake.measurement.is_over(), "{kind:?}");
            let run = fake.run();
            assert_eq!(run.ended, Ended::Failed(Failure::Lost("cut".into())), "{kind:?}");
            assert!(run.answered() > 5, "{kind:?}");
            assert!(run.unanswered() > 0, "the Session ended with what was in flight: {kind:?}");
        }
    }

    #[test]
    fn it_says_goodbye_whenever_it_is_stopped() {
        for kind in [ROUND_TRIP, Kind::Throughput { window: 10 }] {
            for turns in [0, 1, 2, 5, 30, 100] {
                let mut fake = Fake::new(options(kind, QoS::ExactlyOnce, 900), willing);
                fake.play(turns);
                fake.measurement.stop(fake.now);
                fake.play(10);
                assert!(fake.measurement.is_over(), "{kind:?} {turns}");
                let is_connected = fake.heard.len() > 1;
                let said = matches!(fake.heard.last(), Some(Packet::Disconnect(_)));
                assert!(said || !is_connected, "{kind:?} {turns}");
                assert_eq!(fake.run().ended, Ended::Stopped);
            }
        }
    }

    #[test]
    fn refused_messages_are_counted_with_their_reason() {
        let refusing = |packet: &Packet, number| match packet {
            Packet::Publish(publish) if number % 2 == 1 => {
                let id = publish.packet_id.expect("QoS 1 has one");
                vec![Packet::PubAck(Ack::new(id, ReasonCode::QuotaExceeded))]
            }
            packet => willing(packet, number),
        };
        let run = played(options(ROUND_TRIP, QoS::AtLeastOnce, 6), refusing);
        assert_eq!((run.refused, run.refusal), (3, Some(ReasonCode::QuotaExceeded)));
        assert_eq!((&run.ended, run.answered(), run.unanswered()), (&Ended::Done, 3, 3));
    }

    #[test]
    fn names_are_its_own_and_nothing_is_kept() {
        let mut fake = Fake::new(options(ROUND_TRIP, QoS::AtLeastOnce, 3), willing);
        fake.play(1000);
        for packet in &fake.heard {
            match packet {
                Packet::Connect(connect) => {
                    assert_eq!(&*connect.client_id, "mqtt5-measure-t-0");
                    assert!(connect.clean_start && connect.will.is_none());
                    assert_eq!(connect.properties.session_expiry_interval(), None);
                }
                Packet::Publish(publish) => {
                    assert_eq!((&*publish.topic, publish.retain), ("mqtt5-measure/t", false));
                    assert_eq!(publish.payload.len(), 16);
                }
                _ => {}
            }
        }
    }
}
