//! TCP segments → records.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::flow::Flow;
use super::frames::{ACK, FIN, RST, SYN, Segment, segments};
use super::{CLIENT_HOST, MQTT_PORT, NETWORK};
use crate::capture::{Capture, ClientSlot, Entry, LinkClose};
use crate::formats::{LoadError, Loaded};
use crate::mqtt::{ConnectionId, Incoming, Packet, PacketStream, Sender, Version, body};
use crate::time::Instant;

/// Reads the MQTT connections of a pcap or pcapng file; everything else in it is passed over.
///
/// Times count from the first segment of MQTT. Connections with one Client Identifier are one client.
pub fn read(bytes: &[u8]) -> Result<Loaded, LoadError> {
    let (segments, packets) = segments(bytes)?;
    let mut connections = Connections::default();
    // Whether a connection carries MQTT shows later than its SYN: so first all of them are looked at.
    let of: Vec<usize> = segments.iter().map(|segment| connections.of(segment)).collect();
    let Some(first) =
        segments.iter().zip(&of).find(|(_, index)| connections.all[**index].is_mqtt())
    else {
        return Err(LoadError::NoMqtt { packets });
    };
    let began = first.0.at;
    let slots = connections.slots();
    let mut capture = Capture::default();
    let mut streams: BTreeMap<usize, Stream> = BTreeMap::new();
    for (segment, index) in segments.iter().zip(&of) {
        let connection = &connections.all[*index];
        if !connection.is_mqtt() {
            continue;
        }
        let number = streams.len() as u32 + 1;
        let stream = streams.entry(*index).or_insert_with(|| Stream {
            slot: slots[*index],
            id: ConnectionId(number),
            server: connection.server,
            sides: Default::default(),
            state: State::New,
        });
        let at = Instant::from_micros(segment.at.saturating_sub(began));
        stream.segment(&mut capture, at, segment, connection.sender(segment));
    }
    let lost = streams.values().flat_map(|stream| &stream.sides).map(|side| side.lost()).sum();
    Ok(Loaded { capture, lost })
}

/// A TCP connection as far as it matters for telling whether it is MQTT and whose.
struct Connection {
    client: SocketAddr,
    server: SocketAddr,
    is_closed: bool,
    /// The first bytes that each side has sent.
    starts_with_connect: bool,
    client_id: String,
}

impl Connection {
    fn is_mqtt(&self) -> bool {
        self.starts_with_connect || self.server.port() == MQTT_PORT
    }

    fn sender(&self, segment: &Segment<'_>) -> Sender {
        if segment.from == self.client { Sender::Client } else { Sender::Server }
    }
}

#[derive(Default)]
struct Connections {
    all: Vec<Connection>,
    /// The latest connection between two ends.
    latest: BTreeMap<(SocketAddr, SocketAddr), usize>,
}

impl Connections {
    /// The connection to which a segment belongs.
    fn of(&mut self, segment: &Segment<'_>) -> usize {
        let ends = (segment.from.min(segment.to), segment.from.max(segment.to));
        let asks = segment.flags & (SYN | ACK) == SYN;
        let known = self.latest.get(&ends).copied();
        let index = match known {
            Some(index) if !(asks && self.all[index].is_closed) => index,
            _ => {
                // Who asks is the client; without having seen that, who speaks to the known port.
                let answers = segment.flags & (SYN | ACK) == SYN | ACK;
                let from_server = answers || (!asks && segment.from.port() == MQTT_PORT);
                let (client, server) = match from_server {
                    true => (segment.to, segment.from),
                    false => (segment.from, segment.to),
                };
                self.all.push(Connection {
                    client,
                    server,
                    is_closed: false,
                    starts_with_connect: false,
                    client_id: String::new(),
                });
                self.latest.insert(ends, self.all.len() - 1);
                self.all.len() - 1
            }
        };
        let connection = &mut self.all[index];
        connection.is_closed |= segment.flags & (FIN | RST) != 0;
        if !connection.starts_with_connect && begins_with_connect(segment.payload) {
            connection.starts_with_connect = true;
            if segment.from != connection.client {
                std::mem::swap(&mut connection.client, &mut connection.server);
            }
            connection.client_id = client_id(segment.payload);
        }
        index
    }

    /// Which client each connection belongs to, in the order in which clients appear.
    fn slots(&self) -> Vec<ClientSlot> {
        let mut known: BTreeMap<String, u8> = BTreeMap::new();
        let mut next = 0_u8;
        self.all
            .iter()
            .map(|connection| {
                if let Some(slot) = own_slot(connection.client.ip()) {
                    return slot;
                }
                if !connection.is_mqtt() {
                    return ClientSlot(0);
                }
                let name = match connection.client_id.as_str() {
                    "" => connection.client.to_string(),
                    client_id => format!("id {client_id}"),
                };
                let slot = *known.entry(name).or_insert_with(|| {
                    let slot = next;
                    next = next.saturating_add(1);
                    slot
                });
                ClientSlot(slot)
            })
            .collect()
    }
}

/// The client of an address in our own files.
fn own_slot(address: IpAddr) -> Option<ClientSlot> {
    let IpAddr::V4(address) = address else { return None };
    let [a, b, c, host] = address.octets();
    ([a, b, c] == NETWORK).then(|| host.checked_sub(CLIENT_HOST).map(ClientSlot)).flatten()
}

/// CONNECT with a Remaining Length of one to four bytes and the name of the protocol.
fn begins_with_connect(payload: &[u8]) -> bool {
    if payload.first() != Some(&0x10) {
        return false;
    }
    body(payload)
        .is_some_and(|body| body.starts_with(b"\0\x04MQTT") || body.starts_with(b"\0\x06MQIsdp"))
}

fn client_id(payload: &[u8]) -> String {
    let mut stream = PacketStream::new();
    stream.set_version(Version::of_connect(payload).unwrap_or_default());
    stream.push(payload);
    match stream.next(Sender::Client).map(|incoming| incoming.outcome) {
        Some(Ok(Packet::Connect(connect))) => connect.client_id,
        _ => String::new(),
    }
}

/// One side of a connection that carries MQTT.
#[derive(Default)]
struct Side {
    flow: Flow,
    stream: PacketStream,
    cut: usize,
}

impl Side {
    fn lost(&self) -> usize {
        self.cut + self.flow.waiting()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Opening,
    Open,
    Closed,
}

struct Stream {
    slot: ClientSlot,
    id: ConnectionId,
    server: SocketAddr,
    sides: [Side; 2],
    state: State,
}

impl Stream {
    fn segment(
        &mut self,
        capture: &mut Capture,
        at: Instant,
        segment: &Segment<'_>,
        sender: Sender,
    ) {
        let (slot, id) = (self.slot, self.id);
        if self.state == State::New {
            let address = self.server.to_string();
            capture.push(at, slot, id, Entry::Opening { address });
            self.state = State::Opening;
        }
        let side = &mut self.sides[usize::from(sender == Sender::Server)];
        if segment.flags & SYN != 0 {
            side.flow.begin(segment.sequence);
        }
        let answers = segment.flags & (SYN | ACK) == SYN | ACK;
        if self.state == State::Opening && (answers || !segment.payload.is_empty()) {
            capture.push(at, slot, id, Entry::Opened);
            self.state = State::Open;
        }
        if segment.flags & SYN == 0 && !side.stream.is_broken() {
            side.cut += segment.cut;
            side.stream.push(&side.flow.take(segment.sequence, segment.payload));
            let mut spoken = None;
            while let Some(Incoming { frame, outcome }) = side.stream.next(sender) {
                if let (Sender::Client, Some(version)) = (sender, Version::of_connect(&frame)) {
                    side.stream.set_version(version);
                    spoken = Some(version);
                }
                match outcome {
                    Err(error) if side.stream.is_broken() => {
                        capture.push_broken(at, slot, id, sender, frame, error);
                    }
                    _ => {
                        capture.push_packet(at, slot, id, sender, frame);
                    }
                }
            }
            if let Some(version) = spoken {
                self.sides.iter_mut().for_each(|side| side.stream.set_version(version));
            }
        }
        let ends = segment.flags & (FIN | RST) != 0;
        if ends && self.state != State::Closed {
            let by = (segment.flags & FIN != 0).then_some(sender);
            let was_open = self.state == State::Open;
            let close = LinkClose { by, was_open, code: None, reason: String::new() };
            capture.push(at, slot, id, Entry::Closed(close));
            self.state = State::Closed;
        }
    }
}
