//! The bench: clients, their Network Connections and the capture, driven by acts, link events and time.
//!
//! Everything that passes is tapped here, on bytes, on its way to or from a link. The lab itself does no
//! I/O and reads no clock: it queues [`LinkCommand`]s, is told [`LinkEvent`]s, and every call carries
//! the moment it happens. Only the lab changes protocol state.

mod act;
mod bench_client;

use std::collections::VecDeque;
use std::fmt;

pub use act::{Act, Action};
pub use bench_client::{BenchClient, LinkState, Message, Problem};

use crate::capture::{Capture, ClientSlot, ConnectionId};
use crate::client::CommandError;
use crate::link::{BrokerAddress, LinkCommand, LinkEvent};
use crate::time::Instant;

pub struct Lab {
    clients: Vec<BenchClient>,
    capture: Capture,
    /// For the links, in order.
    commands: VecDeque<LinkCommand>,
    next_connection: u32,
    broker: BrokerAddress,
    /// Whether the page itself came over `https`; browsers then forbid `ws://` to other machines.
    page_is_secure: bool,
}

/// Why an act could not be done. Nothing was sent, nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActError {
    /// Nobody stands in that slot.
    NoSuchClient(ClientSlot),
    /// There is no Network Connection.
    NotOpen,
    /// A rule forbids it now.
    Rule(CommandError),
}

impl ActError {
    /// The normative statement or section that forbids it, where one does.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            ActError::Rule(error) => Some(error.rule()),
            ActError::NoSuchClient(_) | ActError::NotOpen => None,
        }
    }
}

impl fmt::Display for ActError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActError::NoSuchClient(slot) => write!(f, "there is no client {}", slot.letter()),
            ActError::NotOpen => f.write_str("there is no Network Connection"),
            ActError::Rule(error) => write!(f, "{error} ({})", error.rule()),
        }
    }
}

impl std::error::Error for ActError {}

impl Lab {
    pub fn new(broker: BrokerAddress, page_is_secure: bool) -> Lab {
        Lab {
            clients: Vec::new(),
            capture: Capture::default(),
            commands: VecDeque::new(),
            next_connection: 1,
            broker,
            page_is_secure,
        }
    }

    /// Clears the bench: closes every link, forgets every record and Session, and sets up fresh clients
    /// with these roles from slot 0 on.
    pub fn set_up<'a>(&mut self, roles: impl IntoIterator<Item = &'a str>) {
        for client in &self.clients {
            if let Some(connection) = client.connection() {
                self.commands.push_back(LinkCommand::Close { connection });
            }
        }
        self.clients.clear();
        self.capture.clear();
        for role in roles {
            self.add_client(role);
        }
    }

    /// Puts one more client on the bench; `None` when it is full.
    pub fn add_client(&mut self, role: &str) -> Option<ClientSlot> {
        let slot = ClientSlot(u8::try_from(self.clients.len()).ok()?);
        self.clients.push(BenchClient::new(slot, role));
        Some(slot)
    }

    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// Forgets every record; connections go on.
    pub fn clear_capture(&mut self) {
        self.capture.clear();
    }

    pub fn clients(&self) -> &[BenchClient] {
        &self.clients
    }

    pub fn client(&self, slot: ClientSlot) -> Option<&BenchClient> {
        self.clients.get(usize::from(slot.0))
    }

    /// Where the next connection goes.
    pub fn broker(&self) -> &BrokerAddress {
        &self.broker
    }

    /// Open connections stay where they are.
    pub fn set_broker(&mut self, broker: BrokerAddress) {
        self.broker = broker;
    }

    /// Does one thing on the bench.
    pub fn act(&mut self, act: Act, now: Instant) -> Result<(), ActError> {
        let client = self
            .clients
            .get_mut(usize::from(act.client.0))
            .ok_or(ActError::NoSuchClient(act.client))?;
        let mut wire = Wire { capture: &mut self.capture, commands: &mut self.commands, now };
        match act.action {
            Action::Connect(connect) => {
                let connection = ConnectionId(self.next_connection);
                client.open(connection, self.broker.clone(), *connect, &mut wire)?;
                self.next_connection += 1;
                Ok(())
            }
            Action::Cut => client.cut(&mut wire),
            Action::SendBytes(bytes) => client.send_bytes(bytes, &mut wire),
            other => client.command(other, &mut wire),
        }
    }

    /// Something happened to a link. Links that no client knows any more are ignored.
    pub fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        let page_is_secure = self.page_is_secure;
        if let Some(client) = self.clients.iter_mut().find(|c| c.connection() == Some(connection)) {
            let mut wire = Wire { capture: &mut self.capture, commands: &mut self.commands, now };
            client.link_event(event, page_is_secure, &mut wire);
        }
    }

    /// Whether something answers HTTP at the address where a client's last attempt failed: a page can
    /// find that out, and it narrows the cause.
    pub fn note_answers_http(&mut self, slot: ClientSlot, address: &BrokerAddress, answers: bool) {
        let page_is_secure = self.page_is_secure;
        if let Some(client) = self.clients.get_mut(usize::from(slot.0)) {
            client.note_answers_http(address, answers, page_is_secure);
        }
    }

    /// Lets time pass: Keep Alive, timeouts and expiries fall due.
    pub fn advance(&mut self, now: Instant) {
        for client in &mut self.clients {
            let mut wire = Wire { capture: &mut self.capture, commands: &mut self.commands, now };
            client.advance(&mut wire);
        }
    }

    /// When [`Lab::advance`] is next needed.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.clients.iter().filter_map(BenchClient::next_timeout).min()
    }

    /// The next command for the links.
    pub fn next_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    /// Whether every client has the answers to what it sent: the moment at which a played solution goes
    /// on.
    pub fn is_settled(&self) -> bool {
        self.clients.iter().all(BenchClient::is_settled)
    }
}

/// What a client on the bench needs to reach its link, tapped on the way.
struct Wire<'a> {
    capture: &'a mut Capture,
    commands: &'a mut VecDeque<LinkCommand>,
    now: Instant,
}
