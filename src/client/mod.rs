//! The client role (§3, §4), without I/O: what happened goes in, what to do comes out, nothing blocks.
//!
//! [`Client::handle`] takes packets, the state of the link and the passing of time; [`Client::command`]
//! takes what the application wants, and refuses what a rule forbids now without changing anything. After
//! each, call [`Client::poll`] until `None`. [`Client::next_timeout`] tells when to call `handle` with
//! [`Input::Tick`] at the latest.
//!
//! The client keeps every rule that binds it, and reports every rule that the Server breaks. It never
//! reconnects, and reports everything it does. To break a rule on purpose, send raw bytes on the link, past
//! the client. It knows nothing of links, bytes, brokers or exercises.

mod acknowledging;
mod authenticating;
mod checks;
mod command;
mod connecting;
mod connection;
mod ending;
mod event;
mod keep_alive;
mod limits;
mod output;
mod publishing;
mod session;
mod snapshot;
mod subscribing;

use std::collections::VecDeque;
use std::time::Duration;

use litemap::LiteMap;

pub use acknowledging::{AckKind, AcknowledgeByHand, Held};
pub use authenticating::Turn;
pub use command::{Accepted, Command, CommandError};
pub use event::{Event, Message, SessionEnd};
pub use limits::{Announced, Limit, Limits};
pub use output::Output;
pub use session::{Queued, Session, StoredSession, Subscribed};
pub use snapshot::{ConnectionSnapshot, Glance, KeepAliveSnapshot, PhaseSnapshot, Snapshot};

use checks::unreadable;
use command::check_well_formed;
use connecting::{Attempt, Step};
use connection::{Connection, Next, Online};
use keep_alive::KeepAlive;
use output::Outputs;
use session::Sessions;

pub use crate::delivery::Violation;
use crate::delivery::{IncomingAliases, OutgoingAliases, Quota, Redelivery};
use crate::mqtt::{Ack, Auth, ConnAck, Connect, DecodeError, Disconnect, Packet, Publish};
use crate::time::Instant;

/// One MQTT client without I/O. It may hold the state of several Sessions, one per Client Identifier that
/// it has used.
///
/// # How to drive it
///
/// Two methods change it, each with the time at which it happens:
///
/// - [`handle`](Client::handle) takes what happened: the link is up or down, something was received, time
///   has passed. It cannot fail.
/// - [`command`](Client::command) takes what the application wants. It returns an error, and changes
///   nothing, where a rule forbids it now.
///
/// After each of them call [`poll`](Client::poll) until it returns `None`, and carry out what it returns
/// in that order: a `Send` before a `Close` has to be sent first, and an `Event` comes at the point where it
/// happened. Then ask [`next_timeout`](Client::next_timeout), which may be earlier now, or `None`.
///
/// The order of a connection is: `command(Connect)`; the owner opens the link and calls
/// `handle(LinkUp)`, upon which CONNECT is sent; `handle(Received(…))` for each packet; and
/// `handle(LinkDown(…))` once it is closed by either side, also where it was never open. After
/// `Close` nothing is sent and what is received is ignored until `LinkDown`.
///
/// Time must not run backwards from one call to the next. The client reads no clock, so a test may let
/// hours pass at once.
///
/// # Examples
///
/// ```
/// use mqtt5_playground::client::{Client, Command, Event, Input, Output};
/// use mqtt5_playground::mqtt::{ConnAck, Connect, Packet, Properties, ReasonCode};
/// use mqtt5_playground::time::Instant;
///
/// let (mut client, now) = (Client::default(), Instant::START);
/// let connect = Connect { client_id: "c".into(), clean_start: true, ..Connect::default() };
/// client.command(Command::Connect(Box::new(connect.clone())), now).expect("nothing forbids it");
/// client.handle(Input::LinkUp, now);
/// assert_eq!(client.poll(), Some(Output::Send(Packet::Connect(Box::new(connect)))));
///
/// let connack = ConnAck {
///     session_present: false,
///     reason_code: ReasonCode::Success,
///     properties: Properties::NONE,
/// };
/// client.handle(Input::Received(Ok(Packet::ConnAck(connack))), now);
/// assert!(matches!(client.poll(), Some(Output::Event(Event::Connected { .. }))));
/// assert_eq!(client.poll(), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Client {
    settings: Settings,
    phase: Phase,
    sessions: Sessions,
    /// Nothing is given up before that: a tick came so late that answers may have arrived and not been handed over.
    woken: Option<Instant>,
    outputs: Outputs,
}

/// What the specification leaves to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long to wait for the link and for CONNACK, and for AUTH in between.
    pub connect_timeout: Duration,
    /// How long to wait for PINGRESP: the "reasonable amount of time" of §3.1.2.10.
    pub ping_timeout: Duration,
    /// Which acknowledgements wait for the application.
    pub acknowledge_by_hand: AcknowledgeByHand,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The Network Connection is open.
    LinkUp,
    /// It is closed, or could not be opened; the reason is passed on.
    LinkDown(String),
    /// The Server sent a packet, or bytes that cannot be read: the outcome of
    /// [`PacketStream::next`](crate::mqtt::PacketStream::next).
    Received(Result<Packet, DecodeError>),
    /// Bytes were sent on the link that did not come from the client; the packet, if they are a whole and
    /// valid one. The client takes it into account. From now on it does not treat unexpected packets on
    /// this connection as the Server's fault, but reports [`Event::Unexplained`].
    SentPast(Option<Packet>),
    /// Time has passed.
    Tick,
}

#[derive(Clone, Debug, Default)]
enum Phase {
    #[default]
    Offline,
    /// CONNECT waits for the link.
    Opening {
        connect: Box<Connect>,
        give_up_at: Instant,
    },
    /// The link is up and CONNECT is still to come [MQTT-3.1.0-1].
    LinkUp,
    Connecting(Box<Attempt>),
    Connected(Box<Online>),
    /// `Close` has been returned; what still arrives is ignored.
    Closing,
}

impl Client {
    /// A client without a connection or a Session.
    pub fn new(settings: Settings) -> Client {
        Client { settings, ..Client::default() }
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Changes the settings from the next packet on. Acknowledgements that are held already still wait for
    /// the application.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Takes what happened at `now`. Call [`poll`](Client::poll) until `None` afterwards.
    pub fn handle(&mut self, input: Input, now: Instant) {
        self.outputs.now = now;
        if !matches!(input, Input::Tick | Input::SentPast(_)) {
            self.woken = None;
        }
        match input {
            Input::LinkUp => self.link_up(),
            Input::LinkDown(reason) => self.link_down(reason),
            Input::Received(Ok(packet)) => self.packet(packet),
            Input::Received(Err(error)) => self.violation(unreadable(error)),
            Input::SentPast(packet) => self.sent_past(packet),
            Input::Tick => self.tick(),
        }
    }

    /// Does what the application wants. Call [`poll`](Client::poll) until `None` afterwards.
    ///
    /// # Errors
    ///
    /// The reason why it is not possible now; then nothing has changed and there is nothing to poll.
    pub fn command(&mut self, command: Command, now: Instant) -> Result<Accepted, CommandError> {
        self.outputs.now = now;
        match command {
            Command::Connect(connect) => self.connect(connect).map(|()| Accepted::default()),
            Command::Disconnect(disconnect) => {
                self.disconnect(disconnect).map(|()| Accepted::default())
            }
            Command::Auth(auth) => self.auth(auth).map(|()| Accepted::default()),
            Command::Publish { qos, retain, topic, properties, payload } => {
                let publish = Publish {
                    dup: false,
                    qos,
                    retain,
                    topic,
                    packet_id: None,
                    properties,
                    payload,
                };
                let (online, outputs) = self.online()?;
                online.publish(publish, outputs)
            }
            Command::Subscribe { properties, subscriptions } => {
                let (online, outputs) = self.online()?;
                online.subscribe(properties, subscriptions, outputs)
            }
            Command::Unsubscribe { properties, topic_filters } => {
                let (online, outputs) = self.online()?;
                online.unsubscribe(properties, topic_filters, outputs)
            }
            Command::Acknowledge { packet_id, reason_code, properties } => {
                let ack = Ack { packet_id, reason_code, properties };
                let (online, outputs) = self.online()?;
                online.acknowledge(ack, outputs).map(|()| Accepted::default())
            }
            Command::Ping => {
                let (online, outputs) = self.online()?;
                online.ping(outputs);
                Ok(Accepted::default())
            }
        }
    }

    /// What to do next, in the order in which it is to be done; `None` when there is nothing left.
    #[must_use = "what it returns is not returned again"]
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop()
    }

    /// When [`Input::Tick`] is due if nothing happens before; `None` while the client waits for nothing.
    /// A tick that comes early does no harm.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Offline | Phase::LinkUp | Phase::Closing => None,
            Phase::Opening { give_up_at, .. } => Some(*give_up_at),
            Phase::Connecting(attempt) => attempt.give_up_at,
            Phase::Connected(online) => online.connection.keep_alive.next_timeout(),
        };
        let phase = phase.map(|at| self.woken.map_or(at, |until| at.max(until)));
        [phase, self.sessions.next_timeout()].into_iter().flatten().min()
    }

    /// Whether the Server has accepted the connection and it has not been ended since.
    pub fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected(_))
    }

    /// Whether it is to send the next AUTH before the Server says whether it accepts the connection (§4.12).
    pub fn owes_auth(&self) -> bool {
        matches!(&self.phase, Phase::Connecting(attempt) if attempt.turn() == Turn::Client)
    }

    /// Whether no message and no SUBSCRIBE or UNSUBSCRIBE waits to be sent or answered. False while the
    /// connection is being opened or closed.
    pub fn is_settled(&self) -> bool {
        match &self.phase {
            Phase::Offline | Phase::LinkUp => true,
            Phase::Opening { .. } | Phase::Closing => false,
            // A challenge is an answer too.
            Phase::Connecting(attempt) => attempt.turn() == Turn::Client,
            Phase::Connected(online) => {
                let Online { connection, session } = &**online;
                session.messages() == 0
                    && connection.subscribes.is_empty()
                    && connection.unsubscribes.is_empty()
            }
        }
    }

    /// How many PUBLISH packets wait for a slot of the Server's Receive Maximum.
    pub fn queued(&self) -> usize {
        match &self.phase {
            Phase::Connected(online) => online.session.queue.len(),
            _ => 0,
        }
    }

    /// Acknowledgements that wait for the application, in the order in which their cause arrived.
    pub fn held_back(&self) -> impl Iterator<Item = &Held> {
        let held = match &self.phase {
            Phase::Connected(online) => Some(&online.connection.held),
            _ => None,
        };
        held.into_iter().flatten().filter(|held| held.by_hand())
    }

    /// The Maximum Packet Size announced to the Server: the limit for its
    /// [`PacketStream`](crate::mqtt::PacketStream).
    pub fn maximum_packet_size(&self) -> Option<u32> {
        match &self.phase {
            Phase::Connecting(attempt) => attempt.announced.maximum_packet_size.value,
            Phase::Connected(online) => online.connection.announced.maximum_packet_size.value,
            _ => None,
        }
    }

    fn connect(&mut self, connect: Box<Connect>) -> Result<(), CommandError> {
        match self.phase {
            Phase::Offline | Phase::LinkUp => {}
            Phase::Closing => return Err(CommandError::Closing),
            _ => return Err(CommandError::ConnectedAlready),
        }
        check_well_formed(&Packet::Connect(connect.clone()))?;
        match self.phase {
            Phase::LinkUp => self.send_connect(connect),
            _ => {
                let give_up_at = self.outputs.now + self.settings.connect_timeout;
                self.phase = Phase::Opening { connect, give_up_at };
            }
        }
        Ok(())
    }

    fn send_connect(&mut self, connect: Box<Connect>) {
        self.drop_expired_sessions();
        let mut stored = self.sessions.take(&connect.client_id);
        if connect.clean_start
            && let Some(dropped) = stored.take()
        {
            self.session_ended(&dropped.session, SessionEnd::CleanStart);
        }
        let now = self.outputs.now;
        let give_up_at = now + self.settings.connect_timeout;
        self.outputs.send(Packet::Connect(connect.clone()));
        self.phase = Phase::Connecting(Box::new(Attempt::new(connect, stored, give_up_at, now)));
    }

    fn disconnect(&mut self, disconnect: Disconnect) -> Result<(), CommandError> {
        match &mut self.phase {
            Phase::Connecting(attempt) => {
                let expiry = disconnect.properties.session_expiry_interval();
                if attempt.announced.session_expiry_interval.value == 0
                    && expiry.is_some_and(|secs| secs > 0)
                {
                    return Err(CommandError::SessionExpiryWasZero);
                }
                let packet = Packet::Disconnect(disconnect);
                check_well_formed(&packet)?;
                self.outputs.send(packet);
            }
            Phase::Connected(online) => online.disconnect(disconnect, &mut self.outputs)?,
            Phase::Closing => return Err(CommandError::Closing),
            _ => return Err(CommandError::NotConnected),
        }
        self.close();
        Ok(())
    }

    fn auth(&mut self, auth: Auth) -> Result<(), CommandError> {
        match &mut self.phase {
            Phase::Connecting(attempt) => {
                let give_up_at = self.outputs.now + self.settings.connect_timeout;
                attempt.auth(auth, give_up_at, &mut self.outputs)
            }
            Phase::Connected(online) => online.auth(auth, &mut self.outputs),
            Phase::Closing => Err(CommandError::Closing),
            _ => Err(CommandError::NotConnected),
        }
    }

    /// The connection for a command that needs one.
    fn online(&mut self) -> Result<(&mut Online, &mut Outputs), CommandError> {
        match &mut self.phase {
            Phase::Connected(online) => Ok((online, &mut self.outputs)),
            Phase::Connecting(attempt) if attempt.method().is_some() => {
                Err(CommandError::AwaitingAuthentication)
            }
            Phase::Connecting(_) => Err(CommandError::AwaitingConnAck),
            Phase::Closing => Err(CommandError::Closing),
            Phase::Offline | Phase::Opening { .. } | Phase::LinkUp => {
                Err(CommandError::NotConnected)
            }
        }
    }

    fn link_up(&mut self) {
        match std::mem::take(&mut self.phase) {
            Phase::Offline => self.phase = Phase::LinkUp,
            Phase::Opening { connect, .. } => self.send_connect(connect),
            // It is up already.
            phase => self.phase = phase,
        }
    }

    fn link_down(&mut self, reason: String) {
        self.end_connection();
        self.phase = Phase::Offline;
        self.outputs.event(Event::LinkDown { reason });
    }

    fn packet(&mut self, packet: Packet) {
        let outcome = match &mut self.phase {
            Phase::Connecting(attempt) => match attempt.packet(packet, &mut self.outputs) {
                Ok(Step::Wait) => Ok(Next::Stay),
                Ok(Step::Refused(connack)) => {
                    self.outputs.event(Event::Refused(connack));
                    Ok(Next::Close)
                }
                Ok(Step::Accepted(connack)) => {
                    self.accepted(connack);
                    Ok(Next::Stay)
                }
                Err(violation) => Err(violation),
            },
            Phase::Connected(online) => {
                online.packet(packet, self.settings.acknowledge_by_hand, &mut self.outputs)
            }
            Phase::LinkUp => {
                let name = packet.packet_type().name();
                let text = format!("{name} from the Server before any CONNECT");
                Err(Violation::protocol_error("[MQTT-3.2.0-1]", text))
            }
            Phase::Offline | Phase::Opening { .. } | Phase::Closing => return,
        };
        match outcome {
            Ok(Next::Stay) => {}
            Ok(Next::Close) => self.close(),
            Err(violation) => self.violation(violation),
        }
    }

    fn sent_past(&mut self, packet: Option<Packet>) {
        match (&mut self.phase, packet) {
            (Phase::Connected(online), packet) => online.sent_past(packet, self.outputs.now),
            (Phase::Connecting(attempt), Some(Packet::Auth(_))) => {
                attempt.give_up_at = Some(self.outputs.now + self.settings.connect_timeout);
            }
            _ => {}
        }
    }

    /// CONNACK 0x00: the Session is resumed or begun (§3.2.2.1.1).
    fn accepted(&mut self, connack: ConnAck) {
        let Phase::Connecting(attempt) = std::mem::take(&mut self.phase) else { return };
        let Attempt { connect, announced, stored, last_sent, .. } = *attempt;
        let limits = Limits::new(&connect, &connack);
        let client_id = limits.client_id.value.as_str();
        let session_present = connack.session_present;
        let session = match stored {
            Some(stored) if session_present => stored.session,
            stored => {
                if let Some(dropped) = stored {
                    self.session_ended(&dropped.session, SessionEnd::NotOnServer);
                }
                Session::new(client_id)
            }
        };
        let redelivery = match session_present {
            true => session.outgoing.redelivery(),
            false => Redelivery::default(),
        };
        let connection = Connection {
            session_expiry_interval: limits.session_expiry_interval.value,
            // The Server's value, if it gave one, replaces the Client's [MQTT-3.1.2-21].
            keep_alive: KeepAlive::new(
                limits.keep_alive.value,
                last_sent,
                self.settings.ping_timeout,
            ),
            send_quota: Quota::new(limits.receive_maximum.value),
            receive_quota: Quota::new(announced.receive_maximum.value),
            incoming_aliases: IncomingAliases::new(announced.topic_alias_maximum.value),
            outgoing_aliases: OutgoingAliases::new(limits.topic_alias_maximum.value),
            redelivery,
            held: VecDeque::new(),
            subscribes: LiteMap::new(),
            unsubscribes: LiteMap::new(),
            authentication_method: connect.properties.authentication_method().map(str::to_owned),
            re_authentication: None,
            sent_past: false,
            announced,
            limits,
        };
        let limits = Box::new(connection.limits.clone());
        self.outputs.event(Event::Connected { session_present, limits, connack });
        let mut online = Box::new(Online { connection, session });
        online.pump(&mut self.outputs);
        self.phase = Phase::Connected(online);
    }

    fn tick(&mut self) {
        self.drop_expired_sessions();
        let now = self.outputs.now;
        let (give_up_at, event) = match &self.phase {
            Phase::Offline | Phase::LinkUp | Phase::Closing => return,
            Phase::Opening { give_up_at, .. } => (Some(*give_up_at), Event::ConnectTimeout),
            Phase::Connecting(attempt) => (attempt.give_up_at, Event::ConnectTimeout),
            Phase::Connected(online) => {
                (online.connection.keep_alive.give_up_at(), Event::PingTimeout)
            }
        };
        if self.is_over(give_up_at) {
            self.outputs.event(event);
            self.close();
        } else if let Phase::Connected(online) = &mut self.phase
            && online.connection.keep_alive.ping_due().is_some_and(|due| due <= now)
        {
            online.ping(&mut self.outputs);
        }
    }

    /// Whether a wait has lasted too long. A tick that comes late, as after a laptop has slept, gives what has arrived
    /// meanwhile a moment to be handed over; once, so that slow timers do not make it wait without end.
    fn is_over(&mut self, give_up_at: Option<Instant>) -> bool {
        let now = self.outputs.now;
        match (give_up_at.filter(|at| *at <= now), self.woken) {
            (None, _) => false,
            (Some(_), Some(until)) => until <= now,
            (Some(at), None) if now.since(at) > LATE => {
                self.woken = Some(now + MOMENT);
                false
            }
            (Some(_), None) => true,
        }
    }

    /// Answers a broken rule with DISCONNECT where a packet may be sent, and closes (§4.13).
    fn violation(&mut self, violation: Violation) {
        let reason_code = violation.reason_code;
        match &mut self.phase {
            Phase::Offline | Phase::Opening { .. } | Phase::Closing => return,
            // The first packet has to be CONNECT [MQTT-3.1.0-1], so DISCONNECT cannot be sent.
            Phase::LinkUp => self.outputs.event(Event::Violation(violation)),
            Phase::Connecting(_) => {
                self.outputs.event(Event::Violation(violation));
                self.outputs.send(Packet::Disconnect(Disconnect::new(reason_code)));
            }
            Phase::Connected(online) => {
                self.outputs.event(Event::Violation(violation));
                online.send_disconnect(reason_code, &mut self.outputs);
            }
        }
        self.close();
    }

    /// Ends the connection: nothing more is sent on it [MQTT-3.14.4-1], [MQTT-3.14.4-2].
    fn close(&mut self) {
        self.outputs.close();
        self.end_connection();
        self.phase = Phase::Closing;
    }

    /// Separates the Session from its connection, and stores it for its Session Expiry Interval.
    fn end_connection(&mut self) {
        match std::mem::take(&mut self.phase) {
            Phase::Connecting(attempt) => {
                if let Some(stored) = attempt.stored {
                    self.sessions.put_back(stored);
                }
            }
            Phase::Connected(online) => {
                let (session, expiry_interval) = online.into_session();
                if let Some((session, reason)) =
                    self.sessions.store(session, expiry_interval, self.outputs.now)
                {
                    self.session_ended(&session, reason);
                }
            }
            _ => {}
        }
    }

    fn drop_expired_sessions(&mut self) {
        while let Some(session) = self.sessions.take_expired(self.outputs.now) {
            self.session_ended(&session, SessionEnd::Expired);
        }
    }

    fn session_ended(&mut self, session: &Session, reason: SessionEnd) {
        let (client_id, messages_lost) = (session.client_id.clone(), session.messages());
        self.outputs.event(Event::SessionEnded { client_id, reason, messages_lost });
    }
}

/// A tick that is later than this has been kept from coming: the machine slept, or the page was in the background.
const LATE: Duration = Duration::from_secs(2);
/// How long what arrived meanwhile may take to be handed over.
const MOMENT: Duration = Duration::from_secs(2);

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            connect_timeout: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(10),
            acknowledge_by_hand: AcknowledgeByHand::NONE,
        }
    }
}
