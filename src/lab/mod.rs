//! The bench: clients, their Network Connections and the capture, driven by acts, link events and time.
//!
//! Every byte to or from a link is recorded here. The lab itself does no I/O and reads no clock: it queues
//! [`LinkCommand`]s, takes [`LinkEvent`]s, and every call carries its time. Only the lab changes protocol
//! state.
//!
//! Between the clients and the broker in the tab, everything happens exactly when it is due, even if the
//! call comes late: a slow page does not make a slow broker, and skipping an hour plays that hour in order.
//! What goes to another broker happens when the call comes: nobody there has waited.

mod act;
mod automation;
mod bench_client;
mod in_tab;
pub mod replay;
mod route;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use litemap::LiteMap;

pub use act::{Act, Action};
pub use automation::{
    Automation, Behaves, Behaviour, BehaviourKind, Consuming, Correlation, LoggingIn, Login,
    LoginState, Loss, Order, PeriodicPublisher, Publishing, Reconnect, ReconnectState,
    Reconnecting, ResourceService, Responder, Responding, Retry, Served, Serving, Silence,
    SlowConsumer, Work,
};
pub use bench_client::{BenchClient, LinkState, Message, Problem};
pub use in_tab::{DEFAULT_LATENCY, InTab};
pub use route::Route;

use crate::auth::KEY_LENGTH;
use crate::broker;
use crate::capture::{Capture, ClientSlot, Entry, LinkClose, Record};
pub use crate::client::AcknowledgeByHand;
use crate::client::CommandError;
use crate::link::{BrokerAddress, LinkCommand, LinkEvent, SUBPROTOCOL, Target, listener};
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;

pub struct Lab {
    clients: Vec<BenchClient>,
    capture: Capture,
    in_tab: InTab,
    /// Connections to the broker in the tab.
    in_tab_connections: LiteMap<ConnectionId, ()>,
    /// Commands of the clients to their links, in order.
    wanted: VecDeque<LinkCommand>,
    /// Commands to links outside the lab, in order.
    commands: VecDeque<LinkCommand>,
    next_connection: u32,
    target: Target,
    /// The WebSocket subprotocol that goes with it.
    subprotocol: String,
    /// Whether the page itself was loaded over `https`; browsers then forbid `ws://` to other machines.
    page_is_secure: bool,
}

/// Why an act was refused. Nothing was sent, nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActError {
    /// There is no client in that slot.
    NoSuchClient(ClientSlot),
    /// There is no Network Connection.
    NotOpen,
    /// Faults are possible only between a client and the broker in the tab; this client uses a WebSocket.
    NotInTab,
    /// A rule forbids it now.
    Rule(CommandError),
}

impl ActError {
    /// The normative statement or section that forbids it, where one does.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            ActError::Rule(error) => Some(error.rule()),
            ActError::NoSuchClient(_) | ActError::NotOpen | ActError::NotInTab => None,
        }
    }
}

impl fmt::Display for ActError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActError::NoSuchClient(slot) => write!(f, "there is no client {}", slot.letter()),
            ActError::NotOpen => f.write_str("there is no Network Connection"),
            ActError::NotInTab => f.write_str(
                "the connection goes over WebSocket, where nothing can be broken on request",
            ),
            ActError::Rule(error) => write!(f, "{error} ({})", error.rule()),
        }
    }
}

impl std::error::Error for ActError {}

/// Why the clock cannot be skipped: these clients have a connection over WebSocket, and the broker there
/// keeps its own time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideTime(pub Vec<ClientSlot>);

impl fmt::Display for OutsideTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<String> = self.0.iter().map(|slot| slot.letter().to_string()).collect();
        write!(
            f,
            "connected over WebSocket, to a broker with a clock of its own: {}",
            letters.join(", ")
        )
    }
}

impl std::error::Error for OutsideTime {}

impl Lab {
    /// `seed` is the only source of randomness of the broker in the tab.
    pub fn new(target: Target, page_is_secure: bool, seed: [u8; KEY_LENGTH]) -> Lab {
        Lab {
            clients: Vec::new(),
            capture: Capture::default(),
            in_tab: InTab::new(seed),
            in_tab_connections: LiteMap::new(),
            wanted: VecDeque::new(),
            commands: VecDeque::new(),
            next_connection: 1,
            target,
            subprotocol: SUBPROTOCOL.to_owned(),
            page_is_secure,
        }
    }

    /// A bench whose clients go to the broker in the tab.
    pub fn within_tab(seed: [u8; KEY_LENGTH]) -> Lab {
        Lab::new(Target::InTab, false, seed)
    }

    /// A bench without clients that shows a capture made elsewhere.
    pub fn of_capture(capture: Capture) -> Lab {
        Lab { capture, ..Lab::within_tab([0; KEY_LENGTH]) }
    }

    /// Clears the bench: repairs and closes every link, deletes every record, and sets up new clients with
    /// these roles from slot 0 on. The broker in the tab keeps its Sessions, retained messages and policy.
    pub fn set_up<'a>(&mut self, roles: impl IntoIterator<Item = &'a str>, now: Instant) {
        self.advance(now);
        self.in_tab.mend_all(now);
        for client in &self.clients {
            if let Some(connection) = client.connection() {
                self.wanted.push_back(LinkCommand::Close { connection });
            }
        }
        self.clients.clear();
        self.settle_in_tab(now);
        self.capture.clear();
        for role in roles {
            self.add_client(role);
        }
    }

    /// Puts one more client on the bench, in the first free slot; `None` when it is full.
    pub fn add_client(&mut self, role: &str) -> Option<ClientSlot> {
        let slot = (0..=u16::MAX).map(ClientSlot).find(|slot| self.client(*slot).is_none())?;
        let place = self.clients.iter().filter(|client| client.slot() < slot).count();
        self.clients.insert(place, BenchClient::new(slot, role));
        Some(slot)
    }

    /// Removes a client from the bench: its Network Connection ends without DISCONNECT, and its automations
    /// end. What it sent stays in the capture.
    pub fn remove_client(&mut self, slot: ClientSlot, now: Instant) {
        self.advance(now);
        if let Some(connection) = self.client(slot).and_then(BenchClient::connection) {
            self.wanted.push_back(LinkCommand::Close { connection });
        }
        self.clients.retain(|client| client.slot() != slot);
        self.settle_in_tab(now);
    }

    /// Gives a client another role name.
    pub fn rename_client(&mut self, slot: ClientSlot, role: &str) {
        if let Some(client) = self.client_mut(slot) {
            client.set_role(role);
        }
    }

    /// Puts records of an earlier bench behind those that are there, numbered anew. Connections that were
    /// open then have ended at `now`.
    ///
    /// Its moments count from `began`, in microseconds since 1970.
    pub fn put_back(
        &mut self,
        records: impl IntoIterator<Item = Record>,
        began: u64,
        now: Instant,
    ) {
        self.capture.set_began(Some(began));
        let mut open: LiteMap<ConnectionId, ClientSlot> = LiteMap::new();
        for record in records {
            match record.entry {
                Entry::Closed(_) => drop(open.remove(&record.connection)),
                _ => drop(open.insert(record.connection, record.client)),
            }
            self.next_connection = self.next_connection.max(record.connection.0.saturating_add(1));
            self.capture.push(record.at, record.client, record.connection, record.entry);
        }
        for (connection, client) in open {
            let by = Some(Sender::Client);
            let close = LinkClose { by, was_open: true, code: None, reason: String::new() };
            self.capture.push(now, client, connection, Entry::Closed(close));
        }
    }

    /// Notes what the beginning of the lab was on the clock, in microseconds since 1970.
    pub fn set_began(&mut self, began: u64) {
        self.capture.set_began(Some(began));
    }

    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// For a bench without clients: adds records that come from elsewhere.
    pub fn feed<T>(&mut self, add: impl FnOnce(&mut Capture) -> T) -> T {
        add(&mut self.capture)
    }

    pub fn clients(&self) -> &[BenchClient] {
        &self.clients
    }

    pub fn client(&self, slot: ClientSlot) -> Option<&BenchClient> {
        self.clients.iter().find(|client| client.slot() == slot)
    }

    fn client_mut(&mut self, slot: ClientSlot) -> Option<&mut BenchClient> {
        self.clients.iter_mut().find(|client| client.slot() == slot)
    }

    /// Whether a client's connection, or its next one, goes to the broker in the tab.
    pub fn goes_in_tab(&self, slot: ClientSlot) -> bool {
        self.client(slot)
            .map_or_else(|| self.target.is_in_tab(), |client| client.goes_in_tab(&self.target))
    }

    /// The broker of the next connection, for clients without their own [`Route`].
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether connecting to that broker has failed.
    pub fn has_failed(&self) -> bool {
        self.clients.iter().any(|client| {
            matches!(
                client.problem(),
                Some(Problem::ConnectFailed { address, .. }) if self.target.address() == Some(address)
            )
        })
    }

    /// Open connections do not change.
    pub fn set_target(&mut self, target: Target) {
        self.target = target;
    }

    /// The WebSocket subprotocol of the next connection to that broker.
    pub fn subprotocol(&self) -> &str {
        &self.subprotocol
    }

    /// For clients that go to the broker of the bench and ask for the usual one themselves.
    pub fn set_subprotocol(&mut self, subprotocol: String) {
        self.subprotocol = subprotocol;
    }

    /// The broker in the tab, which exists even when no connection goes to it.
    pub fn in_tab(&self) -> &InTab {
        &self.in_tab
    }

    /// The client whose connection to the broker in the tab has this number.
    pub fn client_of(&self, connection: ConnectionId) -> Option<&BenchClient> {
        self.clients.iter().find(|client| client.connection() == Some(connection))
    }

    /// The latency between the clients and the broker in the tab.
    pub fn set_in_tab_latency(&mut self, latency: Duration) {
        self.in_tab.set_latency(latency);
    }

    /// Changes the policy of the broker in the tab, or gives it an operator's command.
    pub fn operate_in_tab(&mut self, input: broker::Input, now: Instant) {
        self.advance(now);
        self.in_tab.operate(input, now);
        self.settle_in_tab(now);
    }

    /// Applies one act, and everything that follows from it at once.
    pub fn act(&mut self, act: Act, now: Instant) -> Result<(), ActError> {
        self.advance(now);
        let result = self.perform(act, now);
        self.settle_in_tab(now);
        result
    }

    /// Applies the act only; call `settle` to process its consequences.
    fn perform(&mut self, act: Act, now: Instant) -> Result<(), ActError> {
        let client = self
            .clients
            .iter_mut()
            .find(|client| client.slot() == act.client)
            .ok_or(ActError::NoSuchClient(act.client))?;
        let mut wire = LinkAccess { capture: &mut self.capture, commands: &mut self.wanted, now };
        match act.action {
            Action::Connect(connect) => {
                let connection = ConnectionId(self.next_connection);
                let target = client.next_target().unwrap_or(&self.target).clone();
                let asked = client.next_subprotocol(&self.subprotocol);
                let opened = client.open(connection, (target, asked), *connect, &mut wire);
                self.next_connection += u32::from(opened.is_ok());
                opened
            }
            Action::ConnectBytes(bytes) => {
                let connection = ConnectionId(self.next_connection);
                let target = client.next_target().unwrap_or(&self.target).clone();
                let asked = client.next_subprotocol(&self.subprotocol);
                let opened = client.open_with(connection, (target, asked), bytes, &mut wire);
                self.next_connection += u32::from(opened.is_ok());
                opened
            }
            Action::Cut => client.cut(&mut wire),
            Action::SendBytes(bytes) => client.send_bytes(bytes, &mut wire),
            Action::Fault(fault) => {
                if !self.goes_in_tab(act.client) {
                    return Err(ActError::NotInTab);
                }
                self.in_tab.set_fault(act.client, fault, now);
                Ok(())
            }
            Action::SetRoute(route) => {
                client.set_route(route);
                Ok(())
            }
            Action::Automate(behaviour) => {
                client.automate(behaviour, &mut wire);
                Ok(())
            }
            Action::StopAutomation(kind) => {
                client.stop_automation(kind, &mut wire);
                Ok(())
            }
            other => client.command(other, &mut wire),
        }
    }

    /// Does one automatic action that is due; `false` when there is none.
    fn perform_automatic(&mut self, now: Instant) -> bool {
        let due = self.clients.iter_mut().find_map(|client| {
            let (kind, action) = client.next_automatic_action(now)?;
            Some((kind, Act { client: client.slot(), action }))
        });
        let Some((kind, act)) = due else { return false };
        let slot = act.client;
        if let Err(error) = self.perform(act, now)
            && let Some(client) = self.client_mut(slot)
        {
            client.automatic_action_refused(kind, &error);
        }
        true
    }

    /// Takes what happened to a link. Links that no client uses any more are ignored.
    pub fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        self.advance(now);
        self.deliver(connection, event, now);
        self.settle_in_tab(now);
    }

    fn deliver(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        let page_is_secure = self.page_is_secure;
        if let Some(client) = self.clients.iter_mut().find(|c| c.connection() == Some(connection)) {
            let mut wire =
                LinkAccess { capture: &mut self.capture, commands: &mut self.wanted, now };
            client.link_event(event, page_is_secure, &mut wire);
        }
    }

    /// Notes whether something answers HTTP at the address where a client's last attempt failed: a page can
    /// find that out, and it narrows the cause.
    pub fn note_answers_http(&mut self, slot: ClientSlot, address: &BrokerAddress, answers: bool) {
        let page_is_secure = self.page_is_secure;
        if let Some(client) = self.client_mut(slot) {
            client.note_answers_http(address, answers, page_is_secure);
        }
    }

    /// Lets time pass until `now`: processes Keep Alive, timeouts and expiries, and delivers bytes in the
    /// tab, each at its time.
    pub fn advance(&mut self, now: Instant) {
        while let Some(due) = self.next_timeout_in_tab().filter(|due| *due <= now) {
            self.settle_in_tab(due);
            self.advance_clients(true, due);
            self.settle_in_tab(due);
        }
        if self.advance_clients(false, now) {
            self.settle_in_tab(now);
        }
    }

    /// Ticks the clients in the tab, or those outside, for which it is time; returns whether there were any.
    fn advance_clients(&mut self, in_tab: bool, now: Instant) -> bool {
        let mut any = false;
        for client in &mut self.clients {
            let is_due = client.next_timeout().is_some_and(|timeout| timeout <= now);
            if is_due && client.goes_in_tab(&self.target) == in_tab {
                let (capture, commands) = (&mut self.capture, &mut self.wanted);
                client.advance(&mut LinkAccess { capture, commands, now });
                any = true;
            }
        }
        any
    }

    fn next_timeout_in_tab(&self) -> Option<Instant> {
        let clients = self.clients.iter().filter(|client| client.goes_in_tab(&self.target));
        clients.filter_map(BenchClient::next_timeout).chain(self.in_tab.next_timeout()).min()
    }

    /// Skips `by`, with everything that becomes due meanwhile, each at its time; returns the new time.
    /// Refused while there is a connection to another broker, whose clock cannot be skipped.
    pub fn skip(&mut self, by: Duration, now: Instant) -> Result<Instant, OutsideTime> {
        let outside: Vec<_> = self
            .clients
            .iter()
            .filter(|client| client.target().is_some_and(|target| !target.is_in_tab()))
            .map(BenchClient::slot)
            .collect();
        if !outside.is_empty() {
            return Err(OutsideTime(outside));
        }
        let then = now + by;
        self.advance(then);
        Ok(then)
    }

    /// Passes commands to the links, delivers what is due from the broker in the tab, and runs automations,
    /// until nothing more is due.
    fn settle_in_tab(&mut self, now: Instant) {
        loop {
            while let Some(command) = self.wanted.pop_front() {
                self.hand_on(command, now);
            }
            if let Some((due, connection, event)) = self.in_tab.next_event(now) {
                if matches!(event, LinkEvent::Closed { .. }) {
                    self.in_tab_connections.remove(&connection);
                }
                self.deliver(connection, event, due);
            } else if !self.perform_automatic(now) {
                return;
            }
        }
    }

    /// Passes a command to the broker in the tab, or to the links outside.
    fn hand_on(&mut self, command: LinkCommand, now: Instant) {
        let is_in_tab = self.in_tab_connections.contains_key(&command.connection());
        match command {
            LinkCommand::Open { connection, target, subprotocol } if target.is_in_tab() => {
                self.in_tab_connections.insert(connection, ());
                let client = self.clients.iter().find(|c| c.connection() == Some(connection));
                if let Some(client) = client {
                    match listener::admit(&target, &subprotocol) {
                        Ok(()) => self.in_tab.open(connection, client.slot(), now),
                        Err(_) => self.in_tab.refuse(connection, now),
                    }
                }
            }
            LinkCommand::Send { connection, bytes } if is_in_tab => {
                self.in_tab.send(connection, bytes, now);
            }
            LinkCommand::Close { connection } if is_in_tab => self.in_tab.close(connection, now),
            outside => self.commands.push_back(outside),
        }
    }

    /// When [`Lab::advance`] is due next.
    pub fn next_timeout(&self) -> Option<Instant> {
        let clients = self.clients.iter().filter_map(BenchClient::next_timeout);
        clients.chain(self.in_tab.next_timeout()).min()
    }

    /// The next command for the links.
    pub fn next_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    /// Whether every client has received all answers. A played solution waits for that before its next
    /// move.
    pub fn is_settled(&self) -> bool {
        self.clients.iter().all(BenchClient::is_settled)
    }

    /// Whether nothing but time is missing: whoever is not settled has begun something that goes on by itself later.
    pub fn waits_for_time(&self) -> bool {
        self.clients.iter().all(BenchClient::is_idle)
    }
}

/// Borrowed parts of the lab a client needs to send: the capture, the command queue, the time.
struct LinkAccess<'a> {
    capture: &'a mut Capture,
    commands: &'a mut VecDeque<LinkCommand>,
    now: Instant,
}
