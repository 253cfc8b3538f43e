//! The server role of MQTT 5.0: what happened goes in, what to do comes out, nothing blocks.
//!
//! [`Broker::handle`] takes packets, connections that open and close, the passing of time and what its
//! operator wants; afterwards call [`Broker::poll`] until it returns `None`. [`Broker::next_timeout`] tells
//! when to call `handle` again at the latest. Session State outlives connections
//! (`session.rs`); the state of a connection does not (`connection.rs`).
//!
//! It promises that no input makes it panic, that it sends nothing the specification forbids, and that its
//! memory is bounded by Sessions, subscriptions and the limits of its [`Policy`].
//!
//! It must never know of bytes, sockets, clocks or a browser. Random bytes come from the seed it is
//! given. Faults are simulated by the link.

mod authentication;
mod connecting;
mod connection;
mod delivering;
mod ending;
mod entropy;
mod event;
mod message;
mod policy;
mod publishing;
mod retained;
mod session;
mod shared;
mod snapshot;
mod subscribing;
mod subscriptions;
mod timers;
mod will;

use std::collections::VecDeque;
use std::sync::Arc;

pub use crate::mqtt::ConnectionId;
pub use authentication::{Challenge, Exchange};
pub use event::{Event, Note, Outcome, Route, SessionEnd};
pub use message::{Delivery, Message};
pub use policy::{Action, Availability, Overlapping, Policy, Refusal, Rule, User};
pub use session::Presence;
pub use snapshot::{
    ConnectedSnapshot, ConnectionPhase, ConnectionSnapshot, SessionSnapshot, Snapshot,
};
pub use subscriptions::ActiveSubscription;
pub use timers::TimerOwner;

use litemap::LiteMap;

use crate::auth::KEY_LENGTH;
pub use crate::delivery::Violation;
use crate::delivery::fit_into;
use crate::mqtt::{
    DecodeError, Disconnect, ErrorKind, Packet, PacketType, Properties, Property, ReasonCode,
    Sender, Text,
};
use crate::time::Instant;
use connection::{Connected, Connection, Phase, Rate};
use entropy::Entropy;
use event::unreadable;
use message::seconds;
use retained::Retained;
use session::Session;
use subscriptions::Subscriptions;
use timers::Timers;

/// A Client Identifier, shared by everything that belongs to its Session.
pub type ClientId = Arc<str>;

/// A complete MQTT 5.0 Server without I/O.
///
/// # How to drive it
///
/// [`handle`](Broker::handle) takes what happened, with the time at which it happened, and cannot fail:
/// connections, what they received, commands of the operator, the passing of time. Deadlines that have
/// passed by then are handled first, each with its own time.
///
/// After each call [`poll`](Broker::poll) until it returns `None`, and carry out what it returns in that
/// order. Outputs for several connections are mixed; for one connection they are in the order in which
/// they must reach the Client. Then ask [`next_timeout`](Broker::next_timeout), which may be earlier now,
/// or `None`.
///
/// The order for one connection is: `Opened`; `Received` for each packet, within the limit of
/// [`maximum_packet_size`](Broker::maximum_packet_size); then either `Closed`, or an `Output::Close` that
/// the broker decides on. After that it does not know the connection any more: what is still received on it
/// is ignored, and so is its `Closed`. A [`ConnectionId`] must not be in use when it is opened.
///
/// Time must not run backwards from one call to the next. The broker reads no clock, so a test may let
/// hours pass at once.
///
/// # Examples
///
/// A client and a broker that talk without a network:
///
/// ```
/// use mqtt5_playground::broker::{self, Broker, ConnectionId, Policy};
/// use mqtt5_playground::client::{self, Client, Command};
/// use mqtt5_playground::mqtt::Connect;
/// use mqtt5_playground::time::Instant;
///
/// let (mut client, mut broker) = (Client::default(), Broker::new(Policy::default(), [7; 32]));
/// let (id, now) = (ConnectionId(1), Instant::START);
/// let connect = Connect { client_id: "c".into(), clean_start: true, ..Connect::default() };
/// client.command(Command::Connect(Box::new(connect)), now).expect("nothing forbids it");
/// broker.handle(broker::Input::Opened(id), now);
/// client.handle(client::Input::LinkUp, now);
/// while let Some(client::Output::Send(packet)) = client.poll() {
///     broker.handle(broker::Input::Received(id, Ok(packet)), now);
/// }
/// while let Some(output) = broker.poll() {
///     if let broker::Output::Send(_, packet) = output {
///         client.handle(client::Input::Received(Ok(packet)), now);
///     }
/// }
/// assert!(client.is_connected());
/// ```
#[derive(Debug)]
pub struct Broker {
    policy: Policy,
    entropy: Entropy,
    connections: LiteMap<ConnectionId, Connection>,
    sessions: LiteMap<ClientId, Session>,
    subscriptions: Subscriptions,
    retained: Retained,
    timers: Timers,
    connect_rate: Rate,
    outputs: VecDeque<Output>,
    recent: VecDeque<Arc<Note>>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A Network Connection is open.
    Opened(ConnectionId),
    /// The Client sent a packet, or bytes that cannot be read: the outcome of
    /// [`PacketStream::next`](crate::mqtt::PacketStream::next).
    Received(ConnectionId, Result<Packet, DecodeError>),
    /// A packet of this type has begun to arrive. Needed for the first one only: what is no CONNECT is not
    /// waited for [MQTT-3.1.0-1].
    Begun(ConnectionId, PacketType),
    /// The Network Connection is closed, or the transport has failed.
    Closed(ConnectionId),
    /// Time has passed.
    Tick,
    /// The operator replaces the policy. The limits that CONNACK has announced stay in force on open
    /// connections.
    SetPolicy(Box<Policy>),
    /// The operator does something.
    Command(Command),
}

/// What an operator can do. Where there is no such Client, Session or message, nothing happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ends the connection of a Client with DISCONNECT.
    Disconnect {
        /// Whose connection.
        client_id: Text,
        /// Sent if the Server's DISCONNECT may carry it (§3.14.2.1), otherwise 0x80 in its place.
        reason_code: ReasonCode,
    },
    /// Ends a Session, and the connection of its Client without DISCONNECT.
    RemoveSession {
        /// Whose Session.
        client_id: Text,
    },
    /// DISCONNECT 0x8B to every Client. Every CONNECT is refused until a policy is set that allows them.
    ShutDown,
    /// Removes a retained message.
    RemoveRetained {
        /// Its Topic Name.
        topic: Text,
    },
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this packet on this connection.
    Send(ConnectionId, Packet),
    /// Close this connection after everything before this has been sent. It is the last output for it.
    Close(ConnectionId),
    /// What the broker did and why. Nothing has to be done about it.
    Note(Arc<Note>),
}

impl Broker {
    /// A broker without Sessions or messages. Nonces and salts come from `seed`: it must be unpredictable
    /// where authentication is to be trusted, and may be constant in tests.
    pub fn new(policy: Policy, seed: [u8; KEY_LENGTH]) -> Broker {
        Broker {
            policy,
            entropy: Entropy::new(seed),
            connections: LiteMap::new(),
            sessions: LiteMap::new(),
            subscriptions: Subscriptions::default(),
            retained: Retained::default(),
            timers: Timers::default(),
            connect_rate: Rate::default(),
            outputs: VecDeque::new(),
            recent: VecDeque::new(),
        }
    }

    /// Takes what happened at `now`; deadlines that have passed by then are handled first. Call
    /// [`poll`](Broker::poll) until `None` afterwards.
    pub fn handle(&mut self, input: Input, now: Instant) {
        self.run_timers(now);
        match input {
            Input::Opened(id) => self.opened(id, now),
            Input::Received(id, Ok(packet)) => self.packet(id, packet, now),
            Input::Received(id, Err(error)) => self.broken(id, error, now),
            Input::Begun(id, packet) => self.begun(id, packet, now),
            Input::Closed(id) => self.connection_lost(id, now),
            Input::Tick => {}
            Input::SetPolicy(policy) => {
                self.policy = *policy;
                self.note(now, None, None, Event::PolicyChanged);
            }
            Input::Command(command) => self.command(command, now),
        }
        self.run_timers(now);
    }

    /// What to do next, in the order in which it is to be done; `None` when there is nothing left.
    #[must_use = "what it returns is not returned again"]
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due if nothing happens before; `None` while there is no deadline.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// The policy in force for the next Client.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The Maximum Packet Size announced on this connection, in bytes: the limit for its
    /// [`PacketStream`](crate::mqtt::PacketStream). `None` without a limit, or for an unknown connection.
    pub fn maximum_packet_size(&self, id: ConnectionId) -> Option<u32> {
        self.connections.get(&id)?.announced.maximum_packet_size
    }

    fn opened(&mut self, id: ConnectionId, now: Instant) {
        if self.connections.contains_key(&id) {
            return;
        }
        let give_up_at = now + seconds(self.policy.connect_timeout);
        let connection = Connection {
            opened_at: now,
            announced: self.policy.accepts(),
            phase: Phase::AwaitingConnect { give_up_at },
        };
        self.connections.insert(id, connection);
        self.arm_connection(id);
    }

    fn packet(&mut self, id: ConnectionId, packet: Packet, now: Instant) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match &mut connection.phase {
            Phase::AwaitingConnect { .. } => match packet {
                Packet::Connect(connect) => self.connect(id, connect, now),
                other => self.not_a_connect(id, other.packet_type(), now),
            },
            Phase::Authenticating { .. } => self.while_authenticating(id, packet, now),
            Phase::Connected(connected) => {
                connected.keep_alive.last_heard = now;
                self.connected_packet(id, packet, now);
            }
        }
    }

    fn connected_packet(&mut self, id: ConnectionId, packet: Packet, now: Instant) {
        match packet {
            Packet::Publish(publish) => self.publish(id, publish, now),
            Packet::PubAck(ack) => self.puback(id, &ack, now),
            Packet::PubRec(ack) => self.pubrec(id, &ack, now),
            Packet::PubRel(ack) => self.pubrel(id, &ack),
            Packet::PubComp(ack) => self.pubcomp(id, &ack, now),
            Packet::Subscribe(subscribe) => self.subscribe(id, subscribe, now),
            Packet::Unsubscribe(unsubscribe) => self.unsubscribe(id, unsubscribe, now),
            Packet::PingReq => self.send(id, Packet::PingResp),
            Packet::Disconnect(disconnect) => self.client_disconnects(id, &disconnect, now),
            Packet::Auth(auth) => self.re_authenticate(id, auth, now),
            Packet::Connect(_) => {
                let text = "a second CONNECT on one connection";
                self.fail(
                    id,
                    Violation::new(ReasonCode::ProtocolError, "[MQTT-3.1.0-2]", text),
                    now,
                );
            }
            Packet::ConnAck(_) | Packet::SubAck(_) | Packet::UnsubAck(_) | Packet::PingResp => {
                let text = format!("{} is for Servers to send", packet.packet_type().name());
                self.fail(id, Violation::new(ReasonCode::ProtocolError, "§2.1.2", text), now);
            }
        }
    }

    fn begun(&mut self, id: ConnectionId, packet: PacketType, now: Instant) {
        let connection = self.connections.get(&id);
        let waits = connection.is_some_and(|it| matches!(it.phase, Phase::AwaitingConnect { .. }));
        if waits && packet != PacketType::Connect {
            self.not_a_connect(id, packet, now);
        }
    }

    /// Answers bytes that cannot be read: with CONNACK in place of a CONNECT, with DISCONNECT later (§4.13).
    fn broken(&mut self, id: ConnectionId, error: DecodeError, now: Instant) {
        let Some(connection) = self.connections.get(&id) else { return };
        let reason = unreadable(error);
        match &connection.phase {
            Phase::AwaitingConnect { .. } => match begins_no_connect(error) {
                Some(packet) => self.not_a_connect(id, packet, now),
                None => self.refuse_connect(id, reason, None, now),
            },
            Phase::Authenticating { connect, .. } => {
                let maximum = connect.properties.maximum_packet_size();
                self.refuse_connect(id, reason, maximum, now);
            }
            Phase::Connected(_) => self.fail(id, reason, now),
        }
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Disconnect { client_id, reason_code } => {
                let session = self.sessions.get(&*client_id);
                if let Some(id) = session.and_then(Session::connection) {
                    self.fail(
                        id,
                        Violation::new(reason_code, "§3.14.2.1", "the operator says so"),
                        now,
                    );
                }
            }
            Command::RemoveSession { client_id } => self.remove_session(&client_id, now),
            Command::ShutDown => {
                self.policy.availability = Availability::Unavailable;
                let code = ReasonCode::ServerShuttingDown;
                for id in self.connections.keys().copied().collect::<Vec<_>>() {
                    self.fail(
                        id,
                        Violation::new(code, "§3.14.2.1", "the Server is shutting down"),
                        now,
                    );
                }
            }
            Command::RemoveRetained { topic } => self.remove_retained(&topic, now),
        }
    }

    fn run_timers(&mut self, now: Instant) {
        while let Some((at, owner)) = self.timers.pop_due(now) {
            match owner {
                TimerOwner::Connection(id) => self.connection_due(id, at),
                TimerOwner::Session(client_id) => self.session_due(&client_id, at),
                TimerOwner::Retained(topic) => {
                    if self.retained.remove(&topic).is_some() {
                        self.note(at, None, None, Event::RetainedExpired { topic });
                    }
                }
            }
        }
    }

    fn arm_connection(&mut self, id: ConnectionId) {
        let deadline = self.connections.get(&id).and_then(Connection::deadline);
        self.timers.set(TimerOwner::Connection(id), deadline);
    }

    fn arm_session(&mut self, client_id: &ClientId) {
        let deadline = self.sessions.get(client_id).and_then(Session::deadline);
        self.timers.set(TimerOwner::Session(client_id.clone()), deadline);
    }

    fn connected(&self, id: ConnectionId) -> Option<&Connected> {
        match &self.connections.get(&id)?.phase {
            Phase::Connected(connected) => Some(connected),
            _ => None,
        }
    }

    /// The connection and the Session of a connected Client.
    fn halves(&mut self, id: ConnectionId) -> Option<(&mut Connected, &mut Session)> {
        match &mut self.connections.get_mut(&id)?.phase {
            Phase::Connected(connected) => {
                let session = self.sessions.get_mut(&connected.client_id)?;
                Some((connected, session))
            }
            _ => None,
        }
    }

    /// Sends a packet other than PUBLISH to a connected Client, without optional properties if it would
    /// exceed the Client's Maximum Packet Size.
    fn send(&mut self, id: ConnectionId, packet: Packet) {
        let maximum = self.connected(id).and_then(|connected| connected.maximum_packet_size);
        if let Some(packet) = fit_into(packet, maximum) {
            self.outputs.push_back(Output::Send(id, packet));
        }
    }

    /// The properties of an answer that reports an error. With Request Problem Information 0 only
    /// CONNACK and DISCONNECT may say more than the Reason Code [MQTT-3.1.2-29].
    fn explain(&self, id: ConnectionId, packet: PacketType, reason: &Violation) -> Properties {
        let wanted = self.connected(id).is_none_or(|connected| connected.problem_information)
            || matches!(packet, PacketType::ConnAck | PacketType::Disconnect);
        let mut properties = Properties::default();
        if let Some(reference) = &self.policy.server_reference
            && reference.len() <= usize::from(u16::MAX)
            && matches!(reason.reason_code, ReasonCode::UseAnotherServer | ReasonCode::ServerMoved)
        {
            properties.push(Property::ServerReference(reference.clone().into()));
        }
        if wanted && self.policy.reason_strings {
            // What the Client sent can be part of it, and would make it longer than a string can be.
            let text = &reason.text[..reason.text.floor_char_boundary(MOST_OF_A_REASON)];
            let cut = if text.len() < reason.text.len() { "…" } else { "" };
            properties.push(Property::ReasonString(format!("{text}{cut} {}", reason.rule).into()));
        }
        properties
    }

    /// Ends a connection with DISCONNECT where one may be sent: after CONNACK 0x00 [MQTT-3.14.0-1].
    fn fail(&mut self, id: ConnectionId, reason: Violation, now: Instant) {
        let client_id = self.connected(id).map(|connected| connected.client_id.clone());
        if client_id.is_some() {
            let allowed =
                reason.reason_code.allowed_in(PacketType::Disconnect, Some(Sender::Server));
            let reason_code =
                if allowed { reason.reason_code } else { ReasonCode::UnspecifiedError };
            let properties = self.explain(id, PacketType::Disconnect, &reason);
            self.send(id, Packet::Disconnect(Disconnect { reason_code, properties }));
        }
        self.note(now, Some(id), client_id, Event::Disconnected(reason));
        self.close(id, now);
    }

    fn note(
        &mut self,
        at: Instant,
        connection: Option<ConnectionId>,
        client_id: Option<ClientId>,
        event: Event,
    ) {
        let note = Arc::new(Note { at, connection, client_id, event });
        if self.recent.len() == RECENT_NOTES {
            self.recent.pop_front();
        }
        self.recent.push_back(note.clone());
        self.outputs.push_back(Output::Note(note));
    }
}

/// The type of an unreadable first packet, where its first byte tells that it is not a CONNECT.
fn begins_no_connect(error: DecodeError) -> Option<PacketType> {
    match error.kind {
        ErrorKind::FixedHeaderFlags(PacketType::Connect) => None,
        ErrorKind::FixedHeaderFlags(packet) | ErrorKind::PacketFromWrongSide(packet) => {
            Some(packet)
        }
        ErrorKind::QoS3 | ErrorKind::DupOnQoS0 => Some(PacketType::Publish),
        _ => None,
    }
}

/// Of what a Reason String says, in bytes.
const MOST_OF_A_REASON: usize = 1024;

/// How many notes a [`Snapshot`] shows.
const RECENT_NOTES: usize = 64;
