//! One client on the bench: the protocol role, its link, and what became of it so far.

use std::collections::VecDeque;

use bytes::Bytes;

use super::act::Action;
use super::{ActError, Wire};
use crate::capture::{ClientSlot, ConnectionId, Entry, LinkClose, RecordId};
use crate::client::{Client, Command, Event, Input, Output, Settings, Violation};
use crate::link::{Attempt, BrokerAddress, Failure, LinkCommand, LinkEvent, Target};
use crate::mqtt::{
    Auth, Class, Connect, Deframer, Disconnect, Packet, Publish, ReasonCode, Sender, decode, encode,
};
use crate::time::Instant;

pub struct BenchClient {
    slot: ClientSlot,
    role: String,
    client: Client,
    link: Option<Link>,
    messages: VecDeque<Message>,
    messages_dropped: u64,
    problem: Option<Problem>,
}

/// An Application Message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The PUBLISH that carried it.
    pub record: RecordId,
    /// Its Topic Name, also where the packet carried only an alias.
    pub topic: String,
    pub publish: Publish,
}

/// What went wrong last, for the client's panel. A new connection clears it.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// There was no CONNACK.
    ConnectFailed {
        address: BrokerAddress,
        cause: Failure,
        close: LinkClose,
        /// Whether anything answers HTTP there; `None` while that is not known.
        answers_http: Option<bool>,
        last_record: Option<RecordId>,
    },
    /// CONNACK of 0x80 or more.
    Refused { record: RecordId, reason_code: ReasonCode },
    /// DISCONNECT from the Server.
    Disconnected { record: RecordId, disconnect: Disconnect },
    /// The Server broke a rule and has been told so.
    Violation { record: Option<RecordId>, violation: Violation },
    /// The Network Connection ended without a word.
    Dropped { close: LinkClose, last_record: Option<RecordId> },
    /// No PINGRESP in time.
    PingTimeout,
}

/// Where the Network Connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There has been none yet, or it is over.
    Closed,
    Opening,
    Open,
    Closing,
}

/// The Network Connection, from asking for it until it is closed.
struct Link {
    connection: ConnectionId,
    target: Target,
    deframer: Deframer,
    is_open: bool,
    /// Whether the Server has answered with CONNACK.
    answered: bool,
    /// We have asked the link to close.
    closing: bool,
    timed_out: bool,
    text_message: bool,
    /// The record last seen on this connection.
    last_record: Option<RecordId>,
}

/// How many messages a panel keeps; the capture keeps more.
const MESSAGES_KEPT: usize = 500;

impl BenchClient {
    pub(super) fn new(slot: ClientSlot, role: &str) -> BenchClient {
        BenchClient {
            slot,
            role: role.to_owned(),
            client: Client::default(),
            link: None,
            messages: VecDeque::new(),
            messages_dropped: 0,
            problem: None,
        }
    }

    pub fn slot(&self) -> ClientSlot {
        self.slot
    }

    /// Its part on the bench, such as `publisher`.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The protocol role, for its snapshot.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn link_state(&self) -> LinkState {
        match &self.link {
            None => LinkState::Closed,
            Some(link) if link.closing => LinkState::Closing,
            Some(link) if link.is_open => LinkState::Open,
            Some(_) => LinkState::Opening,
        }
    }

    /// Whether the Server has accepted the connection and it still stands.
    pub fn is_connected(&self) -> bool {
        self.link_state() == LinkState::Open && self.client.is_connected()
    }

    /// Messages received since the bench was set up, oldest first; the oldest go when there are many.
    pub fn messages(&self) -> &VecDeque<Message> {
        &self.messages
    }

    /// How many messages had to go.
    pub fn messages_dropped(&self) -> u64 {
        self.messages_dropped
    }

    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    pub(super) fn connection(&self) -> Option<ConnectionId> {
        self.link.as_ref().map(|link| link.connection)
    }

    /// Where its Network Connection goes, while there is one.
    pub fn target(&self) -> Option<&Target> {
        self.link.as_ref().map(|link| &link.target)
    }

    /// Opens a Network Connection; CONNECT follows when it is there.
    pub(super) fn open(
        &mut self,
        connection: ConnectionId,
        target: Target,
        connect: Connect,
        wire: &mut Wire<'_>,
    ) -> Result<(), ActError> {
        let mut deframer = Deframer::new();
        deframer.set_maximum_packet_size(connect.properties.maximum_packet_size());
        self.client
            .command(Command::Connect(Box::new(connect)), wire.now)
            .map_err(ActError::Rule)?;
        self.problem = None;
        let entry = Entry::Opening { address: target.to_string() };
        let record = wire.capture.push(wire.now, self.slot, connection, entry);
        wire.commands.push_back(LinkCommand::Open { connection, target: target.clone() });
        self.link = Some(Link {
            connection,
            target,
            deframer,
            is_open: false,
            answered: false,
            closing: false,
            timed_out: false,
            text_message: false,
            last_record: Some(record),
        });
        Ok(())
    }

    pub(super) fn cut(&mut self, wire: &mut Wire<'_>) -> Result<(), ActError> {
        self.link.as_mut().ok_or(ActError::NotOpen)?.close(wire);
        Ok(())
    }

    pub(super) fn send_bytes(&mut self, bytes: Bytes, wire: &mut Wire<'_>) -> Result<(), ActError> {
        let link = self.link.as_mut().filter(|link| link.is_open && !link.closing);
        let link = link.ok_or(ActError::NotOpen)?;
        let sender = Sender::Client;
        let decoded = decode(&bytes, Some(sender));
        let entry = match &decoded {
            Err(error) if error.kind.class() == Class::Framing => {
                Entry::Broken { sender, bytes: bytes.clone(), error: *error }
            }
            _ => Entry::Packet { sender, bytes: bytes.clone() },
        };
        link.send(entry, bytes, self.slot, wire);
        self.client.handle(Input::SentPast(decoded.ok()), wire.now);
        self.drive(None, wire);
        Ok(())
    }

    pub(super) fn command(&mut self, action: Action, wire: &mut Wire<'_>) -> Result<(), ActError> {
        let command = match action {
            Action::Publish(publish) => Command::Publish {
                qos: publish.qos,
                retain: publish.retain,
                topic: publish.topic,
                properties: publish.properties,
                payload: publish.payload,
            },
            Action::Subscribe { properties, subscriptions } => {
                Command::Subscribe { properties, subscriptions }
            }
            Action::Unsubscribe { properties, topic_filters } => {
                Command::Unsubscribe { properties, topic_filters }
            }
            Action::Disconnect(disconnect) => Command::Disconnect(disconnect),
            Action::Ping => Command::Ping,
            Action::Authenticate { reason_code, properties } => {
                Command::Auth(Auth { reason_code, properties })
            }
            Action::Acknowledge { packet_id, reason_code, properties } => {
                Command::Acknowledge { packet_id, reason_code, properties }
            }
            Action::AcknowledgeByHand(acknowledge_by_hand) => {
                let settings = Settings { acknowledge_by_hand, ..self.client.settings() };
                self.client.set_settings(settings);
                return Ok(());
            }
            // The lab handles these itself.
            Action::Connect(_) | Action::Cut | Action::SendBytes(_) | Action::Fault(_) => {
                return Ok(());
            }
        };
        self.client.command(command, wire.now).map_err(ActError::Rule)?;
        self.drive(None, wire);
        Ok(())
    }

    pub(super) fn link_event(
        &mut self,
        event: LinkEvent,
        page_is_secure: bool,
        wire: &mut Wire<'_>,
    ) {
        match event {
            LinkEvent::Opened => self.opened(wire),
            LinkEvent::Bytes(bytes) => self.received(&bytes, wire),
            LinkEvent::Text { length } => self.text(length, wire),
            LinkEvent::Closed { code, reason } => self.closed(code, reason, page_is_secure, wire),
        }
    }

    fn opened(&mut self, wire: &mut Wire<'_>) {
        if let Some(link) = &mut self.link {
            link.is_open = true;
            let record = wire.capture.push(wire.now, self.slot, link.connection, Entry::Opened);
            link.last_record = Some(record);
            self.client.handle(Input::LinkUp, wire.now);
            self.drive(None, wire);
        }
    }

    fn received(&mut self, bytes: &[u8], wire: &mut Wire<'_>) {
        if let Some(link) = &mut self.link {
            link.deframer.push(bytes);
        }
        while let Some((record, input)) = self.next_packet(wire) {
            self.client.handle(input, wire.now);
            self.drive(Some(record), wire);
        }
    }

    /// Cuts the next packet from what has arrived and records it.
    fn next_packet(&mut self, wire: &mut Wire<'_>) -> Option<(RecordId, Input)> {
        let (slot, sender) = (self.slot, Sender::Server);
        let link = self.link.as_mut()?;
        let connection = link.connection;
        let (record, input) = match link.deframer.next_frame() {
            Ok(None) => return None,
            Ok(Some(frame)) => {
                let decoded = decode(&frame, Some(sender));
                let record = wire.capture.push_packet(wire.now, slot, connection, sender, frame);
                (record, decoded.map_or_else(Input::Broken, Input::Packet))
            }
            Err(error) => {
                let rest = link.deframer.take_pending();
                let record =
                    wire.capture.push_broken(wire.now, slot, connection, sender, rest, error);
                (record, Input::Broken(error))
            }
        };
        link.last_record = Some(record);
        link.answered |= matches!(input, Input::Packet(Packet::ConnAck(_)));
        Some((record, input))
    }

    /// Text is forbidden: the connection is to be closed [MQTT-6.0.0-1].
    fn text(&mut self, length: usize, wire: &mut Wire<'_>) {
        if let Some(link) = &mut self.link {
            let entry = Entry::Text { length };
            link.last_record = Some(wire.capture.push(wire.now, self.slot, link.connection, entry));
            link.text_message = true;
            link.close(wire);
        }
    }

    fn closed(
        &mut self,
        code: Option<u16>,
        reason: String,
        page_is_secure: bool,
        wire: &mut Wire<'_>,
    ) {
        let Some(link) = self.link.take() else { return };
        let by = match (link.is_open, link.closing) {
            (_, true) => Some(Sender::Client),
            (true, false) => Some(Sender::Server),
            (false, false) => None,
        };
        let close = LinkClose { by, was_open: link.is_open, code, reason: reason.clone() };
        let entry = Entry::Closed(close.clone());
        wire.capture.push(wire.now, self.slot, link.connection, entry);
        self.client.handle(Input::LinkDown(reason), wire.now);
        self.drive(None, wire);
        let wanted = link.closing && !link.timed_out && !link.text_message;
        if self.problem.is_some() || wanted {
            return;
        }
        let last_record = link.last_record;
        let cause = link.attempt(page_is_secure).map(|attempt| attempt.likely_cause());
        self.problem = Some(match (cause, link.target) {
            (Some(cause), Target::At(address)) => {
                Problem::ConnectFailed { address, cause, close, answers_http: None, last_record }
            }
            _ => Problem::Dropped { close, last_record },
        });
    }

    pub(super) fn note_answers_http(
        &mut self,
        tried: &BrokerAddress,
        answers: bool,
        page_is_secure: bool,
    ) {
        if let Some(Problem::ConnectFailed { address, cause, close, answers_http, .. }) =
            &mut self.problem
            && address == tried
            && !close.was_open
        {
            *answers_http = Some(answers);
            let attempt = Attempt {
                address,
                page_is_secure,
                was_open: false,
                connect_sent: false,
                timed_out: *cause == Failure::Timeout,
                text_message: false,
                answers_http: Some(answers),
            };
            *cause = attempt.likely_cause();
        }
    }

    pub(super) fn advance(&mut self, wire: &mut Wire<'_>) {
        self.client.handle(Input::Tick, wire.now);
        self.drive(None, wire);
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.client.next_timeout()
    }

    pub(super) fn is_settled(&self) -> bool {
        match self.link_state() {
            LinkState::Closed => true,
            LinkState::Opening | LinkState::Closing => false,
            LinkState::Open => self.client.is_settled(),
        }
    }

    /// Carries out everything the role wants. `record` is the packet that made it want it.
    fn drive(&mut self, record: Option<RecordId>, wire: &mut Wire<'_>) {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Send(packet) => {
                    if let (Some(link), Ok(bytes)) = (&mut self.link, encode(&packet)) {
                        let entry = Entry::Packet { sender: Sender::Client, bytes: bytes.clone() };
                        link.send(entry, bytes, self.slot, wire);
                    }
                }
                Output::Close => {
                    if let Some(link) = &mut self.link {
                        link.close(wire);
                    }
                }
                Output::Event(event) => self.note(event, record),
            }
        }
    }

    fn note(&mut self, event: Event, record: Option<RecordId>) {
        match (event, record) {
            (Event::Message(message), Some(record)) => {
                let (topic, publish) = (message.topic, message.publish);
                self.messages.push_back(Message { record, topic, publish });
                if self.messages.len() > MESSAGES_KEPT {
                    self.messages.pop_front();
                    self.messages_dropped += 1;
                }
            }
            (Event::Refused(connack), Some(record)) => {
                let reason_code = connack.reason_code;
                self.problem = Some(Problem::Refused { record, reason_code });
            }
            (Event::Disconnected(disconnect), Some(record)) => {
                self.problem = Some(Problem::Disconnected { record, disconnect });
            }
            (Event::Violation(violation), record) => {
                self.problem = Some(Problem::Violation { record, violation });
            }
            (Event::ConnectTimeout, _) => {
                if let Some(link) = &mut self.link {
                    link.timed_out = true;
                }
            }
            (Event::PingTimeout, _) => self.problem = Some(Problem::PingTimeout),
            _ => {}
        }
    }
}

impl Link {
    fn send(&mut self, entry: Entry, bytes: Bytes, slot: ClientSlot, wire: &mut Wire<'_>) {
        self.last_record = Some(wire.capture.push(wire.now, slot, self.connection, entry));
        wire.commands.push_back(LinkCommand::Send { connection: self.connection, bytes });
    }

    fn close(&mut self, wire: &mut Wire<'_>) {
        if !self.closing {
            self.closing = true;
            wire.commands.push_back(LinkCommand::Close { connection: self.connection });
        }
    }

    /// An attempt that ended without CONNACK; `None` where there was one, and for the broker in the tab,
    /// which is always there.
    fn attempt(&self, page_is_secure: bool) -> Option<Attempt<'_>> {
        let address = self.target.address().filter(|_| !self.answered)?;
        Some(Attempt {
            address,
            page_is_secure,
            was_open: self.is_open,
            connect_sent: self.is_open,
            timed_out: self.timed_out,
            text_message: self.text_message,
            answers_http: None,
        })
    }
}
