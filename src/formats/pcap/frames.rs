//! Files → the TCP segments in them: pcap and pcapng, over the links that tools usually capture on.
//!
//! The blocks are read by `pcap-parser`, the headers of link, IP and TCP by `etherparse`.

use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};
use pcap_parser::nom::{self, IResult};
use pcap_parser::pcapng::{parse_block_be, parse_block_le};
use pcap_parser::{Block, PcapError, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_header};

use crate::formats::LoadError;

/// One TCP segment of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    /// Microseconds since whatever the file counts from.
    pub at: u64,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub sequence: u32,
    /// Up to where the other side's bytes have come, where the segment says so.
    pub acknowledged: Option<u32>,
    pub is_syn: bool,
    pub is_fin: bool,
    pub is_reset: bool,
    pub payload: &'a [u8],
    /// Bytes behind the payload that the file does not have, because it cut its frames.
    pub cut: usize,
}

impl Segment<'_> {
    /// Whether it asks for a connection, which only a client does.
    pub fn asks(&self) -> bool {
        self.is_syn && self.acknowledged.is_none()
    }

    /// Whether it grants a connection, which only a server does.
    pub fn grants(&self) -> bool {
        self.is_syn && self.acknowledged.is_some()
    }
}

/// What a file holds.
#[derive(Debug)]
pub(super) struct Segments<'a> {
    pub tcp: Vec<Segment<'a>>,
    /// Frames of any kind.
    pub frames: usize,
    /// From which byte on the file could not be read any more.
    pub stopped_at: Option<usize>,
}

/// Whether the file begins as pcap or pcapng do.
pub fn is_capture(bytes: &[u8]) -> bool {
    bytes.starts_with(&SECTION_HEADER)
        || bytes.first_chunk().is_some_and(|magic| PCAP_MAGICS.contains(magic))
}

/// The TCP segments of a file. A file that ends within a block, or goes wrong there, is read up to it.
pub(super) fn segments(bytes: &[u8]) -> Result<Segments<'_>, LoadError> {
    let mut found = Segments { tcp: Vec::new(), frames: 0, stopped_at: None };
    let mut other_link = None;
    let mut is_understood = false;
    let result = each_frame(bytes, |frame| {
        found.frames += 1;
        match packet(&frame) {
            Ok(packet) => {
                is_understood = true;
                found.tcp.extend(segment(&frame, &packet));
            }
            Err(Some(link)) => _ = other_link.get_or_insert(link),
            Err(None) => {}
        }
    });
    match result {
        Err(error) if found.frames == 0 => return Err(error),
        Err(LoadError::Block { at } | LoadError::Truncated { at }) => found.stopped_at = Some(at),
        _ => {}
    }
    match other_link {
        Some(link) if !is_understood => Err(LoadError::LinkType(link)),
        _ => Ok(found),
    }
}

struct Frame<'a> {
    at: u64,
    link: u32,
    bytes: &'a [u8],
    /// Its bytes on the wire, of which the file may have fewer.
    length: usize,
}

fn each_frame<'a>(bytes: &'a [u8], frame: impl FnMut(Frame<'a>)) -> Result<(), LoadError> {
    match parse_pcap_header(bytes) {
        Ok((records, header)) => pcap_frames(bytes, records, &header, frame),
        // The magic number is there, but not all of the header.
        Err(nom::Err::Incomplete(_)) => Err(LoadError::Truncated { at: bytes.len() }),
        Err(_) => pcapng_frames(bytes, frame),
    }
}

fn pcap_frames<'a>(
    bytes: &'a [u8],
    mut rest: &'a [u8],
    header: &pcap_parser::PcapHeader,
    mut frame: impl FnMut(Frame<'a>),
) -> Result<(), LoadError> {
    let read = if header.is_bigendian() { parse_pcap_frame_be } else { parse_pcap_frame };
    let per_micro = if header.is_nanosecond_precision() { 1000 } else { 1 };
    // The upper bits may tell about checksums of frames.
    let link = header.network.0 as u32 & 0x0FFF_FFFF;
    while !rest.is_empty() {
        let (after, record) = place(read(rest), bytes, rest)?;
        let micros = u64::from(record.ts_sec) * 1_000_000 + u64::from(record.ts_usec) / per_micro;
        let length = record.origlen as usize;
        frame(Frame { at: micros, link, bytes: record.data, length });
        rest = after;
    }
    Ok(())
}

/// A link that a pcapng file was captured on, and how its time is counted.
struct Interface {
    link: u32,
    units_per_second: u64,
    snap_length: u32,
}

fn pcapng_frames<'a>(bytes: &'a [u8], mut frame: impl FnMut(Frame<'a>)) -> Result<(), LoadError> {
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut is_big_endian = false;
    let mut before = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        if rest.starts_with(&SECTION_HEADER) {
            // Each section has a byte order and interfaces of its own.
            is_big_endian = rest.get(8..12) == Some(&[0x1A, 0x2B, 0x3C, 0x4D]);
            interfaces.clear();
        }
        let read = if is_big_endian { parse_block_be(rest) } else { parse_block_le(rest) };
        let (after, block) = place(read, bytes, rest)?;
        let wrong = || LoadError::Block { at: bytes.len() - rest.len() };
        match block {
            Block::InterfaceDescription(block) => interfaces.push(Interface {
                link: block.linktype.0 as u32,
                units_per_second: units_per_second(block.if_tsresol),
                snap_length: block.snaplen,
            }),
            Block::EnhancedPacket(block) => {
                let interface = interfaces.get(block.if_id as usize).ok_or_else(wrong)?;
                let time = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                let micros = u128::from(time) * 1_000_000 / u128::from(interface.units_per_second);
                before = u64::try_from(micros).unwrap_or(u64::MAX);
                // Behind them there is padding.
                let bytes = block.data.get(..block.caplen as usize).ok_or_else(wrong)?;
                let length = block.origlen as usize;
                frame(Frame { at: before, link: interface.link, bytes, length });
            }
            // A packet without a time, on the first interface.
            Block::SimplePacket(block) => {
                let interface = interfaces.first().ok_or_else(wrong)?;
                let length = block.origlen as usize;
                let snapped = match interface.snap_length {
                    0 => length,
                    most => length.min(most as usize),
                };
                let bytes = block.data.get(..snapped).unwrap_or(block.data);
                frame(Frame { at: before, link: interface.link, bytes, length });
            }
            _ => {}
        }
        rest = after;
    }
    Ok(())
}

/// Says where in the file something is wrong.
fn place<'a, T>(
    read: IResult<&'a [u8], T, PcapError<&'a [u8]>>,
    bytes: &[u8],
    rest: &[u8],
) -> Result<(&'a [u8], T), LoadError> {
    read.map_err(|error| match error {
        nom::Err::Incomplete(_) => LoadError::Truncated { at: bytes.len() },
        _ => LoadError::Block { at: bytes.len() - rest.len() },
    })
}

/// The resolution of times as a pcapng file writes it: a power of ten, or of two with the highest bit set,
/// which `pcap-parser` does not read.
fn units_per_second(resolution: u8) -> u64 {
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(u32::from(resolution & 0x7F)).unwrap_or(u64::MAX)
}

/// The headers of a frame from IP on; the link's type where that is not understood.
fn packet<'a>(frame: &Frame<'a>) -> Result<LaxSlicedPacket<'a>, Option<u32>> {
    let bytes = frame.bytes;
    let ip = |at: usize| LaxSlicedPacket::from_ip(bytes.get(at..).ok_or(None)?).map_err(|_| None);
    let behind_ether_type = |at: usize, header: usize| {
        let kind = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(None)?;
        let kind = EtherType(u16::from_be_bytes(*kind));
        Ok(LaxSlicedPacket::from_ether_type(kind, bytes.get(header..).ok_or(None)?))
    };
    match frame.link {
        NULL | LOOP => ip(4),
        ETHERNET => behind_ether_type(12, 14),
        RAW_BSD | RAW_OPENBSD | RAW | IPV4 | IPV6 => ip(0),
        LINUX_SLL => behind_ether_type(14, 16),
        LINUX_SLL2 => behind_ether_type(0, 20),
        other => Err(Some(other)),
    }
}

fn segment<'a>(frame: &Frame<'a>, packet: &LaxSlicedPacket<'a>) -> Option<Segment<'a>> {
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else { return None };
    // What IP says its contents are long; 0 where the network card does the cutting later.
    let (from, to, length): (IpAddr, IpAddr, usize) = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => {
            let (header, length) = (ip.header(), usize::from(ip.header().total_len()));
            let headers = header.slice().len();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
                length.saturating_sub(headers),
            )
        }
        LaxNetSlice::Ipv6(ip) => {
            let (header, length) = (ip.header(), usize::from(ip.header().payload_length()));
            let headers = ip.extensions().slice().len();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
                length.saturating_sub(headers),
            )
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let cut = match length {
        0 => frame.length.saturating_sub(frame.bytes.len()),
        length => length.saturating_sub(tcp.slice().len()),
    };
    Some(Segment {
        at: frame.at,
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        is_syn: tcp.syn(),
        is_fin: tcp.fin(),
        is_reset: tcp.rst(),
        payload: tcp.payload(),
        cut,
    })
}

/// How a pcapng file begins, in either byte order.
const SECTION_HEADER: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// How a pcap file begins: in both byte orders, counting microseconds and nanoseconds.
const PCAP_MAGICS: [[u8; 4]; 4] = [
    [0xD4, 0xC3, 0xB2, 0xA1],
    [0xA1, 0xB2, 0xC3, 0xD4],
    [0x4D, 0x3C, 0xB2, 0xA1],
    [0xA1, 0xB2, 0x3C, 0x4D],
];

// The links, as files number them.
const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const RAW_BSD: u32 = 12;
const RAW_OPENBSD: u32 = 14;
const RAW: u32 = 101;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_SLL2: u32 = 276;
