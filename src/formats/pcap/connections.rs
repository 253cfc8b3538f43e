//! Which segments belong together, which of the connections carry MQTT, and whose they are.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::flow::{Extent, Flow, Piece};
use super::frames::Segment;
use super::packets::Places;
use super::stream::Stream;
use super::websocket::{Said, Upgrade, WebSocket, upgrade};
use super::{BROKER, MQTT_PORT, client_of};
use crate::capture::{Capture, ClientSlot, Entry};
use crate::formats::Skipped;
use crate::mqtt::{ConnectionId, Incoming, Packet, PacketStream, Sender, Version, body};
use crate::time::Instant;

/// A TCP connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// Client and server, as far as is known yet, and the bytes of each.
    pub ends: Vec<SocketAddr>,
    pub extents: [Extent; 2],
    /// Its segments, each with its place in its direction.
    pub segments: Vec<(usize, i64)>,
    pub carries: Carries,
    /// Whether it was captured from its beginning.
    pub is_whole: bool,
    /// Whether a CONNECT, alone or behind an upgrade, shows that.
    starts_with_connect: bool,
    /// What that CONNECT says it speaks.
    pub version: Option<Version>,
    client_id: String,
    /// The number with which it was asked for.
    asked: Option<u32>,
}

/// What a connection is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Carries {
    #[default]
    Nothing,
    Mqtt,
    /// MQTT in frames; what the client asked for.
    WebSocket(String),
    Tls,
    CompressedWebSocket,
    Other,
}

impl Connection {
    pub fn is_read(&self) -> bool {
        matches!(self.carries, Carries::Mqtt | Carries::WebSocket(_))
    }

    /// The side that sent a segment: 0 for the client, 1 for the server.
    pub fn side(&self, segment: &Segment<'_>) -> usize {
        usize::from(segment.from != self.ends[0])
    }

    /// Whether the first byte of a side was captured, or nothing of it was but what follows CONNECT.
    pub fn starts(&self, side: usize) -> bool {
        self.starts_with_connect || self.extents[side].begins()
    }

    /// The other one is the client.
    fn swap(&mut self) {
        self.ends.swap(0, 1);
        self.extents.swap(0, 1);
    }

    /// The first bytes of a side, as far as they are there.
    fn head(&self, side: usize, segments: &[Segment<'_>]) -> Vec<u8> {
        let mut head = Vec::new();
        let mut flow = Flow::default();
        for (index, at) in &self.segments {
            let segment = &segments[*index];
            if self.side(segment) != side {
                continue;
            }
            for piece in flow.segment(&self.extents[side], *at, segment.payload, segment.cut) {
                match piece {
                    Piece::Bytes { bytes, .. } => head.extend(bytes),
                    Piece::Missing(_) => return head,
                }
            }
            if head.len() > ENOUGH_HEAD {
                break;
            }
        }
        head
    }

    /// Finds out what it is for.
    fn judge(&mut self, segments: &[Segment<'_>]) {
        let heads = [self.head(0, segments), self.head(1, segments)];
        if let Some(client) = heads.iter().position(|head| begins_with_connect(head)) {
            return self.is_opened_by(client, &heads[client], Carries::Mqtt);
        }
        let upgrades = heads.each_ref().map(|head| upgrade(head));
        if let Some(client) = upgrades.iter().position(|upgrade| asks_for_mqtt(upgrade.as_ref())) {
            let carries = match &upgrades[1 - client] {
                Some(answer) if answer.is_compressed => Carries::CompressedWebSocket,
                _ => {
                    let path = upgrades[client].as_ref().and_then(|upgrade| upgrade.path.clone());
                    Carries::WebSocket(path.unwrap_or_default())
                }
            };
            return self.is_opened_by(client, &unframed(&heads[client]), carries);
        }
        self.is_whole = self.extents.iter().any(|extent| extent.begins());
        let has_bytes = self.extents.iter().any(|extent| !extent.is_empty());
        let to_mqtt_port = self.ends.iter().any(|end| end.port() == MQTT_PORT);
        self.carries = if heads.iter().any(|head| is_tls(head)) {
            Carries::Tls
        } else if to_mqtt_port {
            Carries::Mqtt
        } else if !has_bytes {
            Carries::Nothing
        } else {
            self.try_out(segments)
        };
    }

    /// One of its sides begins with a CONNECT, and so is the client.
    fn is_opened_by(&mut self, client: usize, connect: &[u8], carries: Carries) {
        (self.version, self.client_id) = introduction(connect);
        self.is_whole = true;
        self.starts_with_connect = true;
        self.carries = carries;
        if client == 1 {
            self.swap();
        }
    }

    /// Reads it as if it were MQTT, from either side: packets in a row are no chance.
    fn try_out(&mut self, segments: &[Segment<'_>]) -> Carries {
        let as_it_is = self.count_packets(segments);
        self.swap();
        let swapped = self.count_packets(segments);
        // Without a sign which side is which, the lower port is the one that is listened on.
        let is_right = swapped > as_it_is
            || swapped == as_it_is && !self.is_whole && self.ends[1].port() < self.ends[0].port();
        if !is_right {
            self.swap();
        }
        match as_it_is.max(swapped) {
            ENOUGH_PACKETS.. => Carries::Mqtt,
            _ => Carries::Other,
        }
    }

    /// Where packets begin again after holes: found by reading it once by itself.
    pub fn borders(&self, segments: &[Segment<'_>]) -> Option<[Places; 2]> {
        let is_known = |side: usize| self.starts(side) && !self.extents[side].has_holes();
        if is_known(0) && is_known(1) {
            return None;
        }
        let mut capture = Capture::default();
        let mut stream = Stream::new(self, ClientSlot(0), ConnectionId(0), None);
        for (index, at) in &self.segments {
            stream.segment(&mut capture, Instant::START, self, &segments[*index], *at);
        }
        stream.finish(&mut capture, Instant::START);
        Some(stream.into_places())
    }

    fn count_packets(&self, segments: &[Segment<'_>]) -> usize {
        let mut capture = Capture::default();
        let mut stream = Stream::new(self, ClientSlot(0), ConnectionId(0), None);
        let full = self.segments.iter().filter(|(index, _)| !segments[*index].payload.is_empty());
        for (index, at) in full.take(MOST_TRIED) {
            stream.segment(&mut capture, Instant::START, self, &segments[*index], *at);
        }
        let is_broken =
            capture.records().any(|record| matches!(record.entry, Entry::Broken { .. }));
        let packets = capture.records().filter(|record| record.packet_type().is_some()).count();
        if is_broken { 0 } else { packets }
    }
}

/// All connections of a file.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pub all: Vec<Connection>,
    /// The latest connection between two ends.
    latest: BTreeMap<(SocketAddr, SocketAddr), usize>,
}

impl Connections {
    /// Sorts the segments of a file into connections.
    pub fn of(segments: &[Segment<'_>]) -> Connections {
        let mut connections = Connections::default();
        for (index, segment) in segments.iter().enumerate() {
            let connection = connections.one_of(segment);
            let connection = &mut connections.all[connection];
            let side = connection.side(segment);
            let at = connection.extents[side].note(segment);
            if let Some(acknowledged) = segment.acknowledged.filter(|_| !segment.is_reset) {
                connection.extents[1 - side].note_acknowledged(acknowledged);
            }
            connection.segments.push((index, at));
        }
        for connection in &mut connections.all {
            connection.judge(segments);
        }
        connections
    }

    /// The connection to which a segment belongs.
    fn one_of(&mut self, segment: &Segment<'_>) -> usize {
        let ends = (segment.from.min(segment.to), segment.from.max(segment.to));
        if let Some(index) = self.latest.get(&ends) {
            let known = &self.all[*index];
            let is_asked_anew = segment.asks() && known.asked != Some(segment.sequence);
            // So far away the ports were used again, and that was not captured.
            let extent = &known.extents[known.side(segment)];
            let is_elsewhere =
                !segment.payload.is_empty() && extent.distance(segment.sequence) > FARTHEST;
            if !is_asked_anew && !is_elsewhere {
                return *index;
            }
        }
        // Who asks is the client; without having seen that, who speaks to the known port.
        let from_server = segment.grants() || !segment.asks() && segment.from.port() == MQTT_PORT;
        let ends_by_role = match from_server {
            true => vec![segment.to, segment.from],
            false => vec![segment.from, segment.to],
        };
        let asked = segment.asks().then_some(segment.sequence);
        self.all.push(Connection { ends: ends_by_role, asked, ..Connection::default() });
        self.latest.insert(ends, self.all.len() - 1);
        self.all.len() - 1
    }

    /// Which client each connection belongs to, in the order in which clients appear.
    pub fn slots(&self) -> Vec<ClientSlot> {
        let mut known: BTreeMap<String, u16> = BTreeMap::new();
        let mut next = 0_u16;
        self.all
            .iter()
            .map(|connection| {
                let client = connection.ends[0];
                if let Some(slot) = own_slot(client.ip(), connection.ends[1].ip()) {
                    return slot;
                }
                if !connection.is_read() {
                    return ClientSlot(0);
                }
                let name = match connection.client_id.as_str() {
                    "" => client.to_string(),
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

    /// Connections with bytes that are no MQTT, or cannot be read.
    pub fn skipped(&self) -> Skipped {
        let count = |carries: Carries| {
            self.all.iter().filter(|connection| connection.carries == carries).count()
        };
        Skipped {
            tls: count(Carries::Tls),
            compressed: count(Carries::CompressedWebSocket),
            other: count(Carries::Other),
        }
    }
}

/// The client of our own files.
fn own_slot(client: IpAddr, server: IpAddr) -> Option<ClientSlot> {
    match client {
        IpAddr::V4(client) if server == BROKER => client_of(client),
        _ => None,
    }
}

/// CONNECT with a Remaining Length of one to four bytes and the name of the protocol.
fn begins_with_connect(payload: &[u8]) -> bool {
    if payload.first() != Some(&0x10) {
        return false;
    }
    body(payload)
        .is_some_and(|body| body.starts_with(b"\0\x04MQTT") || body.starts_with(b"\0\x06MQIsdp"))
}

/// The version of the CONNECT in front, if that is known, and its Client Identifier, if it can be read.
fn introduction(payload: &[u8]) -> (Option<Version>, String) {
    let version = Version::of_connect(payload);
    let mut stream = PacketStream::new();
    stream.set_version(version.unwrap_or_default());
    stream.push(payload);
    match stream.next(Sender::Client) {
        Some(Incoming { outcome: Ok(Packet::Connect(connect)), .. }) => {
            (version, connect.client_id.into())
        }
        _ => (version, String::new()),
    }
}

fn asks_for_mqtt(upgrade: Option<&Upgrade>) -> bool {
    upgrade.is_some_and(|upgrade| upgrade.path.is_some() && upgrade.is_mqtt)
}

/// What a client says within its first frames.
fn unframed(head: &[u8]) -> Vec<u8> {
    let piece = Piece::Bytes { bytes: head, is_start: true };
    let said = WebSocket::new(Sender::Client).take(piece).into_iter();
    said.filter_map(|said| match said {
        Said::Bytes(bytes, _) => Some(bytes),
        _ => None,
    })
    .flatten()
    .collect()
}

/// A record of TLS, of any kind and version.
fn is_tls(head: &[u8]) -> bool {
    matches!(head, [0x14..=0x17, 0x03, 0x00..=0x04, ..])
}

/// How much of a side is looked at to tell what it is: room for a head of HTTP and a CONNECT.
const ENOUGH_HEAD: usize = 16 << 10;

/// How many packets in a row convince, where neither CONNECT nor the port tells.
const ENOUGH_PACKETS: usize = 3;

/// How many segments are tried out.
const MOST_TRIED: usize = 200;

/// How far a segment can be from the ones before it, in bytes.
const FARTHEST: u32 = 64 << 20;
