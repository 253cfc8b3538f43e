//! Records → pcapng, as bare IPv4 packets with TCP in them.

use std::collections::{BTreeMap, BTreeSet};

use super::{BROKER, MQTT_PORT, address_of};
use crate::capture::{Capture, ClientSlot, Entry, Hole, Record, Touch};
use crate::mqtt::{ConnectionId, Sender};

/// The records as a pcapng file: each Network Connection a TCP connection of its own, from SYN to FIN.
///
/// Where the capture does not know when it began, times count from 1970. The first segment of
/// a connection carries a comment that says which client it is. A WebSocket text message, which is no
/// MQTT, is left out.
pub fn records_to_pcapng<'a>(
    capture: &Capture,
    records: impl Iterator<Item = &'a Record> + Clone,
) -> Vec<u8> {
    let mut writer = Writer::new(capture.began().unwrap_or_default());
    writer.names(records.clone().map(|record| record.client));
    let identifiers: BTreeMap<ConnectionId, String> = records
        .clone()
        .filter_map(|record| Some((record.connection, record.client_id()?)))
        .collect();
    for record in records {
        let identifier = identifiers.get(&record.connection).map(String::as_str);
        let identifier = identifier.or_else(|| capture.client_id(record.client)).unwrap_or("");
        writer.record(record, identifier, capture.touched(record.id));
    }
    writer.take()
}

/// Writes a pcapng file that grows: after each record what there is of it can be read.
pub struct Writer {
    file: File,
    streams: BTreeMap<ConnectionId, Stream>,
    named: BTreeSet<ClientSlot>,
}

impl Writer {
    /// Begins a file whose times count from that moment, in microseconds since 1970.
    pub fn new(began: u64) -> Writer {
        let mut file = File { out: Vec::new(), began, packets: 0 };
        file.section();
        Writer { file, streams: BTreeMap::new(), named: BTreeSet::new() }
    }

    /// What was written since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.file.out)
    }

    /// Names clients before their first record, all at once.
    fn names(&mut self, clients: impl Iterator<Item = ClientSlot>) {
        self.named = clients.collect();
        self.file.names(self.named.iter().copied());
    }

    /// Appends a record of a client with that Client Identifier.
    pub fn record(&mut self, record: &Record, identifier: &str, touch: Option<Touch>) {
        let Writer { file, streams, named } = self;
        if named.insert(record.client) {
            file.names([record.client].into_iter());
        }
        let at = record.at.as_micros();
        let stream = streams.entry(record.connection).or_insert_with(|| Stream::new(record));
        let comment = touch.map_or("", touched);
        match &record.entry {
            Entry::Opening { address } => {
                stream.address = address.clone();
                file.ask(stream, at, identifier);
            }
            Entry::Opened => file.handshake(stream, at, identifier),
            Entry::Packet { sender, bytes } | Entry::Broken { sender, bytes, .. } => {
                file.handshake(stream, at, identifier);
                for (index, part) in bytes.chunks(MAX_SEGMENT).enumerate() {
                    let is_last = (index + 1) * MAX_SEGMENT >= bytes.len();
                    let flags = if is_last { ACK | PSH } else { ACK };
                    file.segment(
                        stream,
                        at,
                        *sender,
                        flags,
                        part,
                        if index == 0 { comment } else { "" },
                    );
                }
            }
            Entry::Text { .. } => {}
            Entry::Missing(hole) => {
                file.handshake(stream, at, identifier);
                if !hole.begun.is_empty() {
                    file.segment(stream, at, hole.sender, ACK, &hole.begun, "");
                }
                stream.skip(hole);
            }
            Entry::Closed(_) if stream.is_closed => {}
            Entry::Closed(close) if !stream.is_open && !close.was_open => {
                file.ask(stream, at, identifier);
                file.segment(stream, at, Sender::Server, RST | ACK, &[], &close.reason);
                stream.is_closed = true;
            }
            Entry::Closed(close) => {
                file.handshake(stream, at, identifier);
                let reason = if comment.is_empty() { close.reason.as_str() } else { comment };
                match close.by {
                    Some(first) => {
                        let second = first.other();
                        file.segment(stream, at, first, FIN | ACK, &[], reason);
                        file.segment(stream, at, second, FIN | ACK, &[], "");
                        file.segment(stream, at, first, ACK, &[], "");
                    }
                    None => {
                        file.segment(stream, at, Sender::Server, RST | ACK, &[], reason);
                    }
                }
                stream.is_closed = true;
            }
        }
    }

    /// Lets go of connections that have ended and are not used again.
    pub fn forget_closed(&mut self) {
        self.streams.retain(|_, stream| !stream.is_closed);
    }
}

/// The comment of a packet that did not go its way as it came.
fn touched(touch: Touch) -> &'static str {
    match touch {
        Touch::Delayed => "touched: delayed",
        Touch::Held => "touched: held, then passed on",
        Touch::Dropped => "touched: dropped, it never arrived",
        Touch::Repeated => "touched: repeated, it was sent once",
        Touch::Edited => "touched: edited on its way",
        Touch::Cut => "touched: cut",
    }
}

/// One TCP connection as far as it has been written.
struct Stream {
    client: ClientSlot,
    connection: ConnectionId,
    address: String,
    /// The next sequence number of the client and of the broker.
    next: [u32; 2],
    is_asked: bool,
    is_open: bool,
    is_closed: bool,
}

impl Stream {
    fn new(record: &Record) -> Stream {
        Stream {
            client: record.client,
            connection: record.connection,
            address: String::new(),
            next: [0; 2],
            is_asked: false,
            is_open: false,
            is_closed: false,
        }
    }

    /// Ports for short-lived use, one a connection.
    fn port(&self) -> u16 {
        49_152 + (self.connection.0 % 16_384) as u16
    }

    /// Leaves room for what is not there, so that it is missing in this file too. Where a capture begins
    /// in the middle, it is not known how much that is.
    fn skip(&mut self, hole: &Hole) {
        let rest = hole.missing + hole.unread.saturating_sub(hole.begun.len() as u64);
        let next = &mut self.next[usize::from(hole.sender == Sender::Server)];
        *next = next.wrapping_add(rest.max(1) as u32);
    }

    fn comment(&self, identifier: &str) -> String {
        let mut words = format!("client {}", self.client.letter());
        if !identifier.is_empty() {
            words += &format!(", Client Identifier {identifier}");
        }
        if !self.address.is_empty() {
            words += &format!(", to {}", self.address);
        }
        words
    }
}

struct File {
    out: Vec<u8>,
    began: u64,
    packets: u16,
}

impl File {
    /// What begins a file: who wrote it, and that its packets are bare IP.
    fn section(&mut self) {
        let mut body = Vec::new();
        body.extend(0x1A2B_3C4D_u32.to_le_bytes());
        body.extend(1_u16.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        body.extend(u64::MAX.to_le_bytes()); // the length of the section is not told
        option(&mut body, OPTION_APPLICATION, b"MQTT 5.0 Playground");
        end_of_options(&mut body);
        self.block(SECTION_HEADER, &body);

        let mut body = Vec::new();
        body.extend(LINK_RAW.to_le_bytes());
        body.extend([0; 2]);
        body.extend(0_u32.to_le_bytes()); // packets are never cut
        option(&mut body, OPTION_INTERFACE_NAME, b"lab");
        end_of_options(&mut body);
        self.block(INTERFACE_DESCRIPTION, &body);
    }

    /// Names for the addresses, which analysers can show in their place.
    fn names(&mut self, clients: impl Iterator<Item = ClientSlot>) {
        let mut names = BTreeMap::from([(BROKER, "broker".to_owned())]);
        names.extend(clients.map(|client| {
            (address_of(client), format!("client-{}", client.letter().to_ascii_lowercase()))
        }));
        let mut body = Vec::new();
        for (address, name) in names {
            let mut record = address.octets().to_vec();
            record.extend(name.as_bytes());
            record.push(0);
            option(&mut body, NAME_RECORD_IPV4, &record);
        }
        end_of_options(&mut body);
        self.block(NAME_RESOLUTION, &body);
    }

    /// Asks for the connection, unless that was done.
    fn ask(&mut self, stream: &mut Stream, at: u64, identifier: &str) {
        if !stream.is_asked {
            stream.is_asked = true;
            let comment = stream.comment(identifier);
            self.segment(stream, at, Sender::Client, SYN, &[], &comment);
        }
    }

    /// Opens the connection, unless it is open.
    fn handshake(&mut self, stream: &mut Stream, at: u64, identifier: &str) {
        if stream.is_open {
            return;
        }
        self.ask(stream, at, identifier);
        stream.is_open = true;
        self.segment(stream, at, Sender::Server, SYN | ACK, &[], "");
        self.segment(stream, at, Sender::Client, ACK, &[], "");
    }

    fn segment(
        &mut self,
        stream: &mut Stream,
        at: u64,
        sender: Sender,
        flags: u8,
        payload: &[u8],
        comment: &str,
    ) {
        let client = address_of(stream.client).octets();
        let broker = BROKER.octets();
        let (from, to, ports, mine, theirs) = match sender {
            Sender::Client => (client, broker, [stream.port(), MQTT_PORT], 0, 1),
            Sender::Server => (broker, client, [MQTT_PORT, stream.port()], 1, 0),
        };
        let mut tcp = Vec::with_capacity(TCP_HEADER + payload.len());
        tcp.extend(ports[0].to_be_bytes());
        tcp.extend(ports[1].to_be_bytes());
        tcp.extend(stream.next[mine].to_be_bytes());
        let acknowledged = if flags & ACK != 0 { stream.next[theirs] } else { 0 };
        tcp.extend(acknowledged.to_be_bytes());
        tcp.extend([(TCP_HEADER as u8 / 4) << 4, flags]);
        tcp.extend(u16::MAX.to_be_bytes()); // the window
        tcp.extend([0; 4]); // checksum, filled in below, and urgent pointer
        tcp.extend(payload);
        // The checksum covers the addresses too.
        let length = (tcp.len() as u16).to_be_bytes();
        let pseudo = [&from[..], &to, &[0, TCP], &length].concat();
        let sum = checksum(&[&pseudo, &tcp]);
        tcp[16..18].copy_from_slice(&sum.to_be_bytes());
        let length_on_axis = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        stream.next[mine] = stream.next[mine].wrapping_add(length_on_axis);

        let mut packet = Vec::with_capacity(IP_HEADER + tcp.len());
        packet.extend([0x45, 0]);
        packet.extend(((IP_HEADER + tcp.len()) as u16).to_be_bytes());
        packet.extend(self.packets.to_be_bytes());
        packet.extend([0x40, 0, 64, TCP, 0, 0]); // not to be split; hops; checksum below
        packet.extend(from);
        packet.extend(to);
        let sum = checksum(&[&packet]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
        packet.extend(tcp);
        self.packets = self.packets.wrapping_add(1);

        let time = self.began + at;
        let mut body = Vec::with_capacity(packet.len() + 32);
        body.extend(0_u32.to_le_bytes()); // the interface
        body.extend(((time >> 32) as u32).to_le_bytes());
        body.extend((time as u32).to_le_bytes());
        body.extend((packet.len() as u32).to_le_bytes());
        body.extend((packet.len() as u32).to_le_bytes());
        body.extend(&packet);
        pad(&mut body);
        if !comment.is_empty() {
            option(&mut body, OPTION_COMMENT, comment.as_bytes());
            end_of_options(&mut body);
        }
        self.block(ENHANCED_PACKET, &body);
    }

    /// A block tells its length at both ends.
    fn block(&mut self, kind: u32, body: &[u8]) {
        let length = (body.len() as u32 + 12).to_le_bytes();
        self.out.extend(kind.to_le_bytes());
        self.out.extend(length);
        self.out.extend(body);
        self.out.extend(length);
    }
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// The checksum of IP and TCP: the complement of the sum of all pairs of bytes, carries added back.
fn checksum(parts: &[&[u8]]) -> u16 {
    let pairs = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 = pairs
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])))
        .sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const NAME_RESOLUTION: u32 = 4;
const ENHANCED_PACKET: u32 = 6;

const OPTION_COMMENT: u16 = 1;
const OPTION_INTERFACE_NAME: u16 = 2;
const OPTION_APPLICATION: u16 = 4;
const NAME_RECORD_IPV4: u16 = 1;

/// Bare IP packets.
const LINK_RAW: u16 = 101;

const TCP: u8 = 6;
const IP_HEADER: usize = 20;
const TCP_HEADER: usize = 20;
/// What fits into the largest IP packet.
const MAX_SEGMENT: usize = 65_535 - IP_HEADER - TCP_HEADER;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
