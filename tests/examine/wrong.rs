//! A broker that breaks a rule: what stands between the broker in the tab and the clients of one probe.

use std::collections::HashMap;

use bytes::Bytes;
use mqtt5_playground::examine::Between;
use mqtt5_playground::link::{LinkCommand, LinkEvent};
use mqtt5_playground::mqtt::{ConnectionId, Packet, PacketStream, Sender, encode};

use crate::TOKEN;

/// What one packet of the broker becomes.
pub enum Becomes {
    These(Vec<Packet>),
    /// The connection ends behind these.
    End(Vec<Packet>),
}

/// What passes, and what becomes of it.
type Change<From, To> = Box<dyn Fn(From, &mut Memory) -> To>;

/// How a rule is broken.
pub enum Shim {
    /// What the broker sends is changed.
    Out(Change<Packet, Becomes>),
    /// What the clients send is changed, or is lost where it becomes nothing.
    In(Change<Bytes, Bytes>),
    /// The broker does not end a connection, and says nothing of it.
    Holds,
}

/// What is remembered of one connection.
#[derive(Default)]
pub struct Memory {
    /// Packets of the kind that the shim counts.
    pub count: usize,
    pub held: Vec<Packet>,
    /// In front of the topics of the probe.
    pub prefix: String,
    /// The letter of the client.
    pub letter: Option<u8>,
}

struct Connection {
    is_own: bool,
    stream: PacketStream,
    memory: Memory,
    has_begun: bool,
}

/// The letter of the client that removes what is left.
const CLEANER: u8 = b'e';

pub struct Wrong {
    /// Toward the clients of one, or toward everyone.
    probe: Option<usize>,
    /// Whether clients without a name belong to the probe.
    takes_nameless: bool,
    shim: Shim,
    connections: HashMap<ConnectionId, Connection>,
}

impl Wrong {
    pub fn new(probe: usize, takes_nameless: bool, shim: Shim) -> Wrong {
        let probe = Some(probe);
        Wrong { probe, takes_nameless, shim, connections: HashMap::new() }
    }

    pub fn toward_everyone(shim: Shim) -> Wrong {
        Wrong { probe: None, takes_nameless: true, shim, connections: HashMap::new() }
    }
}

/// The probe and the letter of the client whose identifier stands in a CONNECT.
fn client_in(bytes: &[u8]) -> Option<(usize, u8)> {
    let mark = format!("x{TOKEN}p");
    let at = bytes.windows(mark.len()).position(|window| window == mark.as_bytes())? + mark.len();
    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&bytes[at..at + digits]).ok()?.parse().ok()?;
    Some((number, *bytes.get(at + digits)?))
}

impl Between for Wrong {
    fn to_broker(&mut self, command: LinkCommand) -> Vec<LinkCommand> {
        match command {
            LinkCommand::Open { connection, target, subprotocol } => {
                let memory = Memory::default();
                let stream = PacketStream::new();
                let new = Connection { is_own: false, stream, memory, has_begun: false };
                self.connections.insert(connection, new);
                vec![LinkCommand::Open { connection, target, subprotocol }]
            }
            LinkCommand::Send { connection, bytes } => {
                let Some(known) = self.connections.get_mut(&connection) else { return Vec::new() };
                let client = client_in(&bytes);
                if !known.has_begun {
                    known.is_own = self.takes_nameless;
                    known.has_begun = client.is_some();
                }
                if let Some((number, letter)) = client.filter(|_| known.memory.letter.is_none()) {
                    // What a probe leaves is taken away by someone else.
                    let is_meant = self.probe.is_none_or(|probe| probe == number);
                    known.is_own = letter != CLEANER && is_meant;
                    known.memory.prefix = format!("examine/{TOKEN}/{number}");
                    known.memory.letter = Some(letter);
                }
                let bytes = match &self.shim {
                    Shim::In(change) if known.is_own => change(bytes, &mut known.memory),
                    _ => bytes,
                };
                match bytes.is_empty() {
                    true => Vec::new(),
                    false => vec![LinkCommand::Send { connection, bytes }],
                }
            }
            LinkCommand::Close { connection } => vec![LinkCommand::Close { connection }],
        }
    }

    fn to_client(
        &mut self,
        connection: ConnectionId,
        event: LinkEvent,
    ) -> Vec<(ConnectionId, LinkEvent)> {
        let Some(known) = self.connections.get_mut(&connection) else { return Vec::new() };
        if !known.is_own {
            return vec![(connection, event)];
        }
        match (&self.shim, event) {
            (Shim::Holds, LinkEvent::Closed { .. }) => Vec::new(),
            (Shim::Out(change), LinkEvent::Bytes(bytes)) => {
                known.stream.push(&bytes);
                let mut out = Vec::new();
                let mut has_ended = false;
                while let Some(incoming) = known.stream.next(Sender::Server) {
                    let packet = incoming.outcome.expect("the broker sends packets");
                    let becomes = change(packet, &mut known.memory);
                    let packets = match becomes {
                        Becomes::These(packets) => packets,
                        Becomes::End(packets) => {
                            has_ended = true;
                            packets
                        }
                    };
                    for packet in packets {
                        let bytes = encode(&packet).expect("it has a representation");
                        out.push((connection, LinkEvent::Bytes(bytes)));
                    }
                }
                if has_ended {
                    let closed = LinkEvent::Closed { code: None, reason: String::new() };
                    out.push((connection, closed));
                    self.connections.remove(&connection);
                }
                out
            }
            (_, event) => vec![(connection, event)],
        }
    }
}
