//! One connection, as far as it has been read.

use std::rc::Rc;

use super::Where;
use super::answers::{Answers, Carried};
use super::limits::Direction;
use crate::analysis::why::Ledger;
use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::mqtt::{ConnAck, Connect, Packet, PacketType, Sender, Version};
use crate::time::Instant;

/// What is known of a connection.
pub(super) struct Line {
    pub client: ClientSlot,
    pub version: Version,
    /// To where it was opened, if that is known.
    pub address: Option<Rc<str>>,
    pub opened_at: Instant,
    /// Whether the capture has its beginning.
    pub begun: bool,
    /// Whether bytes of a side are missing, or cannot be read. By [`Sender`].
    pub has_hole: [bool; 2],
    /// Whether the last of a side is missing.
    pub last_was_hole: [bool; 2],
    /// Whether anything of a side has been read.
    pub heard: [bool; 2],
    pub greeting: Greeting,
    /// Whether a DISCONNECT was sent, and whether it reports an error.
    pub goodbye: [Option<bool>; 2],
    pub has_text: bool,
    /// The Session, once it is known which.
    pub session: Option<Rc<str>>,
    /// Whether a finding says that another connection has taken its Session.
    pub is_taken_over: bool,
    /// What each side may do by now.
    pub ledgers: [Ledger; 2],
    pub answers: Answers,
    /// The last packet of the client, for the Keep Alive.
    pub last_of_client: Option<(RecordId, Instant)>,
    /// What each side sends within which limits.
    pub directions: [Direction; 2],
}

/// CONNECT and CONNACK.
#[derive(Default)]
pub(super) struct Greeting {
    pub connect: Option<(RecordId, Instant, Box<Connect>)>,
    pub connack: Option<(RecordId, ConnAck)>,
    /// What the client sent in between.
    pub early: Vec<RecordId>,
}

impl Line {
    /// The connection of which this is the first record.
    pub fn new(first: &Record) -> Line {
        let begun = match &first.entry {
            Entry::Opening { .. } | Entry::Opened => true,
            _ => {
                first.packet_type() == Some(PacketType::Connect)
                    && first.sender() == Some(Sender::Client)
            }
        };
        Line {
            client: first.client,
            version: first.version,
            address: None,
            opened_at: first.at,
            begun,
            has_hole: [false; 2],
            last_was_hole: [false; 2],
            heard: [false; 2],
            greeting: Greeting::default(),
            goodbye: [None; 2],
            has_text: false,
            session: None,
            is_taken_over: false,
            ledgers: [Ledger::of(Sender::Client, begun), Ledger::of(Sender::Server, begun)],
            answers: Answers::default(),
            last_of_client: None,
            directions: Default::default(),
        }
    }

    /// Takes in that bytes of one side are not there.
    pub fn misses(&mut self, sender: Sender, carried: &mut Carried) {
        self.has_hole[sender as usize] = true;
        self.last_was_hole[sender as usize] = true;
        self.ledgers.iter_mut().for_each(|ledger| ledger.misses(sender));
        self.answers.misses(sender);
        if let Some(session) = &self.session {
            carried.forgets(session);
        }
        if sender == Sender::Client {
            self.last_of_client = None;
        }
    }

    /// Takes in what a sound packet says about the connection.
    pub fn note(&mut self, record: &Record, sender: Sender, packet: &Packet) {
        self.last_was_hole[sender as usize] = false;
        match packet {
            Packet::Connect(connect) if self.greeting.connect.is_none() => {
                self.version = record.version;
                self.greeting.connect = Some((record.id, record.at, connect.clone()));
            }
            Packet::ConnAck(connack) if self.greeting.connack.is_none() => {
                self.greeting.connack = Some((record.id, connack.clone()));
            }
            Packet::Disconnect(disconnect) => {
                self.goodbye[sender as usize] = Some(disconnect.reason_code.is_error());
            }
            _ => {}
        }
    }

    /// A finding about the connection as a whole, seen at this record. Its version is that of its packets.
    pub fn place(&self, at: &Record) -> Where {
        Where { client: self.client, version: self.version, at: at.at }
    }

    pub fn has_any_hole(&self) -> bool {
        self.has_hole.contains(&true)
    }

    pub fn connect(&self) -> Option<&Connect> {
        self.greeting.connect.as_ref().map(|(.., connect)| connect.as_ref())
    }

    /// The CONNACK, if it accepts.
    pub fn accepted(&self) -> Option<&ConnAck> {
        let connack = self.greeting.connack.as_ref().map(|(_, connack)| connack);
        connack.filter(|connack| !connack.reason_code.is_error())
    }

    pub fn is_refused(&self) -> bool {
        self.greeting.connack.as_ref().is_some_and(|(_, connack)| connack.reason_code.is_error())
    }

    /// Whether a side has said that it ends the connection, or that it does not begin.
    pub fn is_ended_by(&self, sender: Sender) -> bool {
        self.goodbye[sender as usize].is_some()
            || (sender == Sender::Server && self.is_refused())
            || self.has_text
    }

    /// The Client Identifier, the client's own or the one that it was given.
    pub fn client_id(&self) -> Option<&str> {
        let own = self.connect()?.client_id.as_str();
        match own {
            "" => self.accepted()?.properties.assigned_client_identifier(),
            own => Some(own),
        }
    }

    /// How long its Session outlives it, in seconds. Before 5.0 it ends at once or never.
    pub fn session_expiry(&self) -> Option<u32> {
        let (connect, connack) = (self.connect()?, self.accepted()?);
        if !self.version.is_5() {
            return Some(if connect.clean_start { 0 } else { u32::MAX });
        }
        let asked = connect.properties.session_expiry_interval();
        Some(connack.properties.session_expiry_interval().or(asked).unwrap_or(0))
    }

    /// The Keep Alive that holds, in seconds.
    pub fn keep_alive(&self) -> Option<u16> {
        let (connect, connack) = (self.connect()?, self.accepted()?);
        Some(connack.properties.server_keep_alive().unwrap_or(connect.keep_alive))
    }
}
