//! One client on the bench: the protocol role, its link, and what has happened so far.

use std::collections::VecDeque;

use bytes::Bytes;

use super::act::Action;
use super::automation::{Automation, Automations, Behaviour, BehaviourKind, Loss};
use super::route::Route;
use super::{ActError, LinkAccess};
use crate::capture::{ClientSlot, Entry, LinkClose, RecordId};
use crate::client::{
    AcknowledgeByHand, Client, Command, Event, Input, Output, Settings, Violation,
};
use crate::link::listener::{self, Refusal};
use crate::link::{Attempt, BrokerAddress, Failure, LinkCommand, LinkEvent, SUBPROTOCOL, Target};
use crate::mqtt::{
    Auth, Class, Connect, ConnectionId, DecodeError, Disconnect, Incoming, Packet, PacketStream,
    PacketType, Properties, Publish, ReasonCode, Sender, Text, decode, encode,
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
    route: Route,
    automations: Automations,
    /// The acknowledgements that the user holds.
    held_by_person: AcknowledgeByHand,
    /// The last CONNECT, with the Client Identifier that the Server assigned.
    last_connect: Option<Connect>,
}

/// An Application Message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The PUBLISH that carried it.
    pub record: RecordId,
    /// Its Topic Name, even where the packet has only an alias for it.
    pub topic: Text,
    pub publish: Publish,
}

/// The last problem, for the client's panel. A new connection clears it.
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
    /// The Server broke a rule.
    Violation { record: Option<RecordId>, violation: Violation },
    /// The Network Connection ended without DISCONNECT.
    Dropped { close: LinkClose, last_record: Option<RecordId> },
    /// No PINGRESP in time.
    PingTimeout,
}

/// The state of the Network Connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There has been none yet, or it has ended.
    Closed,
    Opening,
    Open,
    Closing,
}

/// The Network Connection, from asking for it until it is closed.
struct Link {
    connection: ConnectionId,
    target: Target,
    subprotocol: String,
    incoming: PacketStream,
    phase: LinkPhase,
    /// Why we have asked the link to close, once we have.
    closing: Option<CloseCause>,
    /// The Server Reference, if the Server sent one.
    server_reference: Option<String>,
    /// The record last seen on this connection.
    last_record: Option<RecordId>,
    /// What is sent in place of CONNECT.
    instead_of_connect: Option<Bytes>,
}

/// How far a Network Connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LinkPhase {
    /// The link is being opened.
    Opening,
    /// The link is open.
    Open,
    /// The Server has answered with CONNACK.
    Answered,
}

/// Why a Network Connection is closed from this end. Of two causes the greater one wins, since it says
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CloseCause {
    /// The client has sent DISCONNECT, or found a broken rule.
    Asked,
    /// The user cut it, as if it had been lost.
    Cut,
    /// No CONNACK in time.
    TimedOut,
    /// Text arrived, which is forbidden [MQTT-6.0.0-1].
    Text,
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
            route: Route::default(),
            automations: Automations::default(),
            held_by_person: AcknowledgeByHand::NONE,
            last_connect: None,
        }
    }

    pub fn slot(&self) -> ClientSlot {
        self.slot
    }

    /// Its role on the bench, such as `publisher`.
    pub fn role(&self) -> &str {
        &self.role
    }

    pub(super) fn set_role(&mut self, role: &str) {
        self.role = role.to_owned();
    }

    /// The protocol role, for its snapshot.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn link_state(&self) -> LinkState {
        match &self.link {
            None => LinkState::Closed,
            Some(Link { closing: Some(_), .. }) => LinkState::Closing,
            Some(Link { phase: LinkPhase::Opening, .. }) => LinkState::Opening,
            Some(_) => LinkState::Open,
        }
    }

    /// Whether the Server has accepted the connection and it has not ended.
    pub fn is_connected(&self) -> bool {
        self.link_state() == LinkState::Open && self.client.is_connected()
    }

    /// Its Client Identifier while it is connected, given or assigned by the Server.
    pub fn client_id(&self) -> Option<&str> {
        self.last_connect.as_ref().filter(|_| self.is_connected()).map(|c| c.client_id.as_str())
    }

    /// Messages received since the bench was set up, oldest first; the oldest are dropped when there are
    /// many.
    pub fn messages(&self) -> &VecDeque<Message> {
        &self.messages
    }

    /// How many messages were dropped.
    pub fn messages_dropped(&self) -> u64 {
        self.messages_dropped
    }

    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    pub(super) fn connection(&self) -> Option<ConnectionId> {
        self.link.as_ref().map(|link| link.connection)
    }

    /// The settings of its next connection.
    pub fn route(&self) -> &Route {
        &self.route
    }

    pub(super) fn set_route(&mut self, route: Route) {
        self.route = route;
    }

    /// The broker of its next connection; `None` for that of the whole bench.
    pub(super) fn next_target(&self) -> Option<&Target> {
        self.route.target.as_ref()
    }

    /// Its automations, one of a kind, with their state.
    pub fn automations(&self) -> &[Automation] {
        self.automations.all()
    }

    /// The acknowledgements that the user holds; those that automations hold do not count.
    pub fn held_by_person(&self) -> AcknowledgeByHand {
        self.held_by_person
    }

    /// Whether anything of what it has to acknowledge waits for the user or for an automation.
    pub fn acknowledges_by_hand(&self) -> bool {
        self.client.settings().acknowledge_by_hand != AcknowledgeByHand::NONE
    }

    pub(super) fn automate(&mut self, behaviour: Behaviour, wire: &mut LinkAccess<'_>) {
        self.stop_automation(behaviour.kind(), wire);
        self.automations.start(behaviour);
        self.hold();
        self.automations.look(&self.client, wire.now);
    }

    pub(super) fn stop_automation(&mut self, kind: BehaviourKind, wire: &mut LinkAccess<'_>) {
        let before = self.client.settings().acknowledge_by_hand;
        self.automations.stop(kind);
        let now = self.hold();
        // What nothing else holds is acknowledged at once.
        let held = self.client.held_back().filter(|held| before.holds(held.kind));
        let let_go = held.filter(|held| !now.holds(held.kind)).map(|held| held.packet_id);
        for packet_id in let_go.collect::<Vec<_>>() {
            // It is held, and the first of its kind.
            let _ = self.command(Action::acknowledge(packet_id), wire);
        }
    }

    /// From now on the client holds what the user and the automations hold; returns that.
    fn hold(&mut self) -> AcknowledgeByHand {
        let acknowledge_by_hand = self.held_by_person.or(self.automations.holds());
        self.client.set_settings(Settings { acknowledge_by_hand, ..self.client.settings() });
        acknowledge_by_hand
    }

    /// The automatic action that is due.
    pub(super) fn next_automatic_action(
        &mut self,
        now: Instant,
    ) -> Option<(BehaviourKind, Action)> {
        self.automations.next_action(self.last_connect.as_ref(), now)
    }

    pub(super) fn automatic_action_refused(&mut self, kind: BehaviourKind, error: &ActError) {
        self.automations.refused(kind, error);
    }

    /// Where its Network Connection goes, while there is one.
    pub fn target(&self) -> Option<&Target> {
        self.link.as_ref().map(|link| &link.target)
    }

    /// Whether its connection, or its next one, goes to the broker in the tab.
    pub(super) fn goes_in_tab(&self, of_bench: &Target) -> bool {
        self.target().or(self.next_target()).unwrap_or(of_bench).is_in_tab()
    }

    /// The WebSocket subprotocol of its next connection, where that of the broker of the bench is this one.
    pub(super) fn next_subprotocol(&self, of_bench: &str) -> String {
        let own = self.route.subprotocol.as_str();
        let has_own = self.route.target.is_some() || own != SUBPROTOCOL;
        if has_own { own.to_owned() } else { of_bench.to_owned() }
    }

    /// Opens a Network Connection; CONNECT is sent once it is open.
    pub(super) fn open(
        &mut self,
        connection: ConnectionId,
        (target, subprotocol): (Target, String),
        connect: Connect,
        wire: &mut LinkAccess<'_>,
    ) -> Result<(), ActError> {
        let mut incoming = PacketStream::new();
        incoming.set_maximum_packet_size(connect.properties.maximum_packet_size());
        let last_connect = connect.clone();
        self.client
            .command(Command::Connect(Box::new(connect)), wire.now)
            .map_err(ActError::Rule)?;
        self.problem = None;
        self.last_connect = Some(last_connect);
        self.automations.opening();
        let entry = Entry::Opening { address: target.to_string() };
        let record = wire.capture.push(wire.now, self.slot, connection, entry);
        let (to, asked) = (target.clone(), subprotocol.clone());
        wire.commands.push_back(LinkCommand::Open { connection, target: to, subprotocol: asked });
        self.link = Some(Link {
            connection,
            target,
            subprotocol,
            incoming,
            phase: LinkPhase::Opening,
            closing: None,
            server_reference: None,
            last_record: Some(record),
            instead_of_connect: None,
        });
        Ok(())
    }

    /// The same with these bytes in place of CONNECT. The client assumes the CONNECT that they are, or a
    /// default one if they are none.
    pub(super) fn open_with(
        &mut self,
        connection: ConnectionId,
        to: (Target, String),
        bytes: Bytes,
        wire: &mut LinkAccess<'_>,
    ) -> Result<(), ActError> {
        let connect = match decode(&bytes, Some(Sender::Client)) {
            Ok(Packet::Connect(connect)) => *connect,
            _ => Connect { clean_start: true, ..Connect::default() },
        };
        self.open(connection, to, connect, wire)?;
        if let Some(link) = &mut self.link {
            link.instead_of_connect = Some(bytes);
        }
        Ok(())
    }

    pub(super) fn cut(&mut self, wire: &mut LinkAccess<'_>) -> Result<(), ActError> {
        let link = self.link.as_mut().ok_or(ActError::NotOpen)?;
        // A connection that is being closed already does not count as lost.
        if link.closing.is_none() {
            link.close(CloseCause::Cut, wire);
        }
        Ok(())
    }

    pub(super) fn send_bytes(
        &mut self,
        bytes: Bytes,
        wire: &mut LinkAccess<'_>,
    ) -> Result<(), ActError> {
        let link = self.link.as_mut().filter(|link| link.is_open() && link.closing.is_none());
        let link = link.ok_or(ActError::NotOpen)?;
        let decoded = decode(&bytes, Some(Sender::Client));
        link.send(as_it_is(&bytes), bytes, self.slot, wire);
        self.client.handle(Input::SentPast(decoded.ok()), wire.now);
        self.drive(None, wire);
        Ok(())
    }

    pub(super) fn command(
        &mut self,
        action: Action,
        wire: &mut LinkAccess<'_>,
    ) -> Result<(), ActError> {
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
                self.held_by_person = acknowledge_by_hand;
                self.hold();
                return Ok(());
            }
            // The lab handles these itself.
            Action::Connect(_)
            | Action::ConnectBytes(_)
            | Action::Cut
            | Action::SendBytes(_)
            | Action::Fault(_)
            | Action::SetRoute(_)
            | Action::Automate(_)
            | Action::StopAutomation(_) => return Ok(()),
        };
        self.client.command(command, wire.now).map_err(ActError::Rule)?;
        self.drive(None, wire);
        Ok(())
    }

    pub(super) fn link_event(
        &mut self,
        event: LinkEvent,
        page_is_secure: bool,
        wire: &mut LinkAccess<'_>,
    ) {
        match event {
            LinkEvent::Opened => self.opened(wire),
            LinkEvent::Bytes(bytes) => self.received(bytes, wire),
            LinkEvent::Text { length } => self.text(length, wire),
            LinkEvent::Closed { code, reason } => self.closed(code, reason, page_is_secure, wire),
        }
    }

    fn opened(&mut self, wire: &mut LinkAccess<'_>) {
        if let Some(link) = &mut self.link {
            link.phase = LinkPhase::Open;
            let record = wire.capture.push(wire.now, self.slot, link.connection, Entry::Opened);
            link.last_record = Some(record);
            self.client.handle(Input::LinkUp, wire.now);
            self.drive(None, wire);
        }
    }

    fn received(&mut self, bytes: Bytes, wire: &mut LinkAccess<'_>) {
        if let Some(link) = &mut self.link {
            link.incoming.push_shared(bytes);
        }
        while let Some((record, outcome)) = self.next_packet(wire) {
            self.client.handle(Input::Received(outcome), wire.now);
            self.drive(Some(record), wire);
        }
    }

    /// Records and returns the next packet of what has arrived. After the first error the client has closed
    /// and ignores the rest (§4.13); the capture still shows it.
    fn next_packet(
        &mut self,
        wire: &mut LinkAccess<'_>,
    ) -> Option<(RecordId, Result<Packet, DecodeError>)> {
        let (slot, sender) = (self.slot, Sender::Server);
        let link = self.link.as_mut()?;
        let connection = link.connection;
        let Incoming { frame, outcome } = link.incoming.next(sender)?;
        let record = match outcome {
            Err(error) if link.incoming.is_broken() => {
                wire.capture.push_broken(wire.now, slot, connection, sender, frame, error)
            }
            _ => wire.capture.push_packet(wire.now, slot, connection, sender, frame),
        };
        link.last_record = Some(record);
        if matches!(outcome, Ok(Packet::ConnAck(_))) {
            link.phase = LinkPhase::Answered;
        }
        Some((record, outcome))
    }

    /// Text is forbidden: the connection is to be closed [MQTT-6.0.0-1].
    fn text(&mut self, length: usize, wire: &mut LinkAccess<'_>) {
        if let Some(link) = &mut self.link {
            let entry = Entry::Text { length };
            link.last_record = Some(wire.capture.push(wire.now, self.slot, link.connection, entry));
            link.close(CloseCause::Text, wire);
        }
    }

    fn closed(
        &mut self,
        code: Option<u16>,
        reason: String,
        page_is_secure: bool,
        wire: &mut LinkAccess<'_>,
    ) {
        let Some(link) = self.link.take() else { return };
        let by = match (link.is_open(), link.closing) {
            (_, Some(_)) => Some(Sender::Client),
            (true, None) => Some(Sender::Server),
            (false, None) => None,
        };
        let close = LinkClose { by, was_open: link.is_open(), code, reason: reason.clone() };
        let entry = Entry::Closed(close.clone());
        wire.capture.push(wire.now, self.slot, link.connection, entry);
        self.client.handle(Input::LinkDown(reason), wire.now);
        self.drive(None, wire);
        let wanted = matches!(link.closing, Some(CloseCause::Asked | CloseCause::Cut));
        if self.problem.is_none() && !wanted {
            let last_record = link.last_record;
            self.problem = Some(match link.address_tried() {
                Some(address) => {
                    let attempt = link.attempt(&address, page_is_secure);
                    let (cause, answers_http) = (attempt.likely_cause(), attempt.answers_http);
                    Problem::ConnectFailed { address, cause, close, answers_http, last_record }
                }
                None => Problem::Dropped { close, last_record },
            });
        }
        let loss = self.loss(&link);
        self.automations.link_ended(loss.as_ref(), wire.now);
    }

    /// The loss that a reconnect policy acts on; `None` where the user ended the connection.
    fn loss(&self, link: &Link) -> Option<Loss> {
        match &self.problem {
            Some(Problem::Refused { reason_code, .. }) => Some(Loss::Told {
                packet: PacketType::ConnAck,
                reason_code: *reason_code,
                server_reference: link.server_reference.clone(),
            }),
            Some(Problem::Disconnected { disconnect, .. }) => Some(Loss::Told {
                packet: PacketType::Disconnect,
                reason_code: disconnect.reason_code,
                server_reference: link.server_reference.clone(),
            }),
            Some(Problem::Violation { violation, .. }) => {
                Some(Loss::Violation(violation.reason_code))
            }
            Some(Problem::ConnectFailed { .. }) => Some(Loss::NotReached),
            Some(Problem::PingTimeout) => Some(Loss::Silent),
            Some(Problem::Dropped { .. }) if link.phase == LinkPhase::Answered => {
                Some(Loss::Silent)
            }
            Some(Problem::Dropped { .. }) => Some(Loss::NotReached),
            None => (link.closing == Some(CloseCause::Cut)).then_some(Loss::Silent),
        }
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

    pub(super) fn advance(&mut self, wire: &mut LinkAccess<'_>) {
        self.client.handle(Input::Tick, wire.now);
        self.drive(None, wire);
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.client.next_timeout().into_iter().chain(self.automations.next_due()).min()
    }

    pub(super) fn is_settled(&self) -> bool {
        let is_settled = match self.link_state() {
            LinkState::Closed => true,
            LinkState::Opening | LinkState::Closing => false,
            LinkState::Open => self.client.is_settled(),
        };
        is_settled && !self.automations.is_busy()
    }

    /// Whether it has gone as far as it does before what it does by itself is due.
    pub(super) fn is_idle(&self) -> bool {
        let is_moving = matches!(self.link_state(), LinkState::Opening | LinkState::Closing);
        self.is_settled() || self.automations.is_busy() && !is_moving
    }

    /// Whether its connection waits for an AUTH that nobody but a person sends.
    pub fn owes_auth(&self) -> bool {
        self.client.owes_auth() && !self.automations.is_busy()
    }

    /// Carries out all outputs of the role. `record` is the packet that caused them.
    fn drive(&mut self, record: Option<RecordId>, wire: &mut LinkAccess<'_>) {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Send(packet) => {
                    let Some(link) = &mut self.link else { continue };
                    // The first packet is CONNECT.
                    if let Some(bytes) = link.instead_of_connect.take() {
                        link.send(as_it_is(&bytes), bytes, self.slot, wire);
                        continue;
                    }
                    let bytes = match &packet {
                        Packet::Connect(connect) => self.route.encode_connect(connect),
                        other => encode(other),
                    };
                    if let Ok(bytes) = bytes {
                        let entry = Entry::Packet { sender: Sender::Client, bytes: bytes.clone() };
                        link.send(entry, bytes, self.slot, wire);
                    }
                }
                Output::Close => {
                    if let Some(link) = &mut self.link {
                        link.close(CloseCause::Asked, wire);
                    }
                }
                Output::Event(event) => {
                    if let (Event::ConnectTimeout, Some(link)) = (&event, &mut self.link) {
                        link.close(CloseCause::TimedOut, wire);
                        // A dead line takes long to close: what is known already is said at once.
                        self.problem = link.timed_out();
                    }
                    self.automations.observe(&event, wire.now);
                    self.note(event, record);
                }
            }
        }
        self.automations.look(&self.client, wire.now);
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
            (Event::Connected { limits, .. }, _) => {
                if let Some(connect) = &mut self.last_connect {
                    connect.client_id = limits.client_id.value.clone();
                }
            }
            (Event::Refused(connack), Some(record)) => {
                self.note_server_reference(&connack.properties);
                let reason_code = connack.reason_code;
                self.problem = Some(Problem::Refused { record, reason_code });
            }
            (Event::Disconnected(disconnect), Some(record)) => {
                self.note_server_reference(&disconnect.properties);
                self.problem = Some(Problem::Disconnected { record, disconnect });
            }
            (Event::Violation(violation), record) => {
                self.problem = Some(Problem::Violation { record, violation });
            }
            (Event::PingTimeout, _) => self.problem = Some(Problem::PingTimeout),
            _ => {}
        }
    }

    fn note_server_reference(&mut self, properties: &Properties) {
        if let Some(link) = &mut self.link {
            link.server_reference = properties.server_reference().map(str::to_owned);
        }
    }
}

/// Bytes sent past the client, as a record: one packet, or bytes that are not a single frame.
pub(super) fn as_it_is(bytes: &Bytes) -> Entry {
    let (sender, bytes) = (Sender::Client, bytes.clone());
    match decode(&bytes, Some(sender)) {
        Err(error) if error.kind.class() == Class::Framing => {
            Entry::Broken { sender, bytes, error }
        }
        _ => Entry::Packet { sender, bytes },
    }
}

impl Link {
    fn send(&mut self, entry: Entry, bytes: Bytes, slot: ClientSlot, wire: &mut LinkAccess<'_>) {
        self.last_record = Some(wire.capture.push(wire.now, slot, self.connection, entry));
        wire.commands.push_back(LinkCommand::Send { connection: self.connection, bytes });
    }

    /// Asks the link to close, once.
    fn close(&mut self, cause: CloseCause, wire: &mut LinkAccess<'_>) {
        if self.closing.is_none() {
            wire.commands.push_back(LinkCommand::Close { connection: self.connection });
        }
        self.closing = self.closing.max(Some(cause));
    }

    fn is_open(&self) -> bool {
        self.phase >= LinkPhase::Open
    }

    /// No CONNACK in time; `None` where the broker in the tab is silent.
    fn timed_out(&self) -> Option<Problem> {
        let (by, was_open) = (Some(Sender::Client), self.is_open());
        Some(Problem::ConnectFailed {
            address: self.address_tried()?,
            cause: Failure::Timeout,
            close: LinkClose { by, was_open, code: None, reason: String::new() },
            answers_http: None,
            last_record: self.last_record,
        })
    }

    /// The address of an attempt that ended without CONNACK; `None` where there was a CONNACK. The broker
    /// in the tab is always there: under its short name only the request itself can be wrong.
    fn address_tried(&self) -> Option<BrokerAddress> {
        match &self.target {
            _ if self.phase == LinkPhase::Answered => None,
            Target::At(address) => Some(address.clone()),
            Target::InTab => self.refusal().map(|_| listener::address()),
        }
    }

    /// Why the broker in the tab refused the connection.
    fn refusal(&self) -> Option<Refusal> {
        listener::admit(&self.target, &self.subprotocol).err().filter(|_| self.target.is_in_tab())
    }

    fn attempt<'a>(&self, address: &'a BrokerAddress, page_is_secure: bool) -> Attempt<'a> {
        let is_in_tab = self.target.is_in_tab();
        let answers_http = self.refusal().is_none_or(Refusal::answers_http);
        Attempt {
            address,
            // Browsers do not restrict what stays in the tab.
            page_is_secure: page_is_secure && !is_in_tab,
            was_open: self.is_open(),
            connect_sent: self.is_open(),
            timed_out: self.closing == Some(CloseCause::TimedOut),
            text_message: self.closing == Some(CloseCause::Text),
            answers_http: is_in_tab.then_some(answers_http),
        }
    }
}
