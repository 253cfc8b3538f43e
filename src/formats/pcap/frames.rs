//! Files → the TCP segments in them: pcap and pcapng, over the links that tools usually capture on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::formats::LoadError;

/// One TCP segment of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    /// Microseconds since whatever the file counts from.
    pub at: u64,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub sequence: u32,
    pub flags: u8,
    pub payload: &'a [u8],
    /// Bytes of it that the file does not have.
    pub cut: usize,
}

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const ACK: u8 = 0x10;

/// Whether the file begins as pcap or pcapng do.
pub fn is_capture(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|magic| {
        u32::from_le_bytes(*magic) == SECTION_HEADER || Pcap::of(*magic).is_some()
    })
}

/// The TCP segments of a file, and how many packets of any kind it holds.
pub(super) fn segments(bytes: &[u8]) -> Result<(Vec<Segment<'_>>, usize), LoadError> {
    let frames = match bytes.first_chunk().and_then(|magic| Pcap::of(*magic)) {
        Some(pcap) => pcap.frames(bytes)?,
        None => pcapng_frames(bytes)?,
    };
    let understood = frames.iter().any(|frame| ip_packet(frame).is_ok());
    if let (false, Some(frame)) = (understood, frames.first())
        && let Err(Some(link)) = ip_packet(frame)
    {
        return Err(LoadError::LinkType(link));
    }
    Ok((frames.iter().filter_map(segment).collect(), frames.len()))
}

struct Frame<'a> {
    at: u64,
    link: u32,
    bytes: &'a [u8],
}

/// How a pcap file is written: its byte order and the fractions of a second that it counts.
#[derive(Clone, Copy)]
struct Pcap {
    is_big_endian: bool,
    per_micro: u64,
}

impl Pcap {
    fn of(magic: [u8; 4]) -> Option<Pcap> {
        let (is_big_endian, per_micro) = match magic {
            [0xD4, 0xC3, 0xB2, 0xA1] => (false, 1),
            [0xA1, 0xB2, 0xC3, 0xD4] => (true, 1),
            [0x4D, 0x3C, 0xB2, 0xA1] => (false, 1000),
            [0xA1, 0xB2, 0x3C, 0x4D] => (true, 1000),
            _ => return None,
        };
        Some(Pcap { is_big_endian, per_micro })
    }

    fn frames(self, bytes: &[u8]) -> Result<Vec<Frame<'_>>, LoadError> {
        let read = Read { bytes, is_big_endian: self.is_big_endian };
        let link = read.u32(20)? & 0x0FFF_FFFF;
        let mut frames = Vec::new();
        let mut at = 24;
        while at < bytes.len() {
            let (seconds, fraction) = (read.u32(at)?, read.u32(at + 4)?);
            let length = read.u32(at + 8)? as usize;
            let bytes = read.slice(at + 16, length)?;
            let micros = u64::from(seconds) * 1_000_000 + u64::from(fraction) / self.per_micro;
            frames.push(Frame { at: micros, link, bytes });
            at += 16 + length;
        }
        Ok(frames)
    }
}

/// A link that a pcapng file was captured on, and how its time is counted.
struct Interface {
    link: u32,
    units_per_second: u64,
}

fn pcapng_frames(bytes: &[u8]) -> Result<Vec<Frame<'_>>, LoadError> {
    let mut read = Read { bytes, is_big_endian: false };
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut frames = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let kind = read.u32(at)?;
        if kind == SECTION_HEADER {
            // Each section has a byte order of its own.
            read.is_big_endian = match read.slice(at + 8, 4)? {
                [0x1A, 0x2B, 0x3C, 0x4D] => true,
                [0x4D, 0x3C, 0x2B, 0x1A] => false,
                _ => return Err(LoadError::Block { at }),
            };
            interfaces.clear();
        }
        let length = read.u32(at + 4)? as usize;
        if length < 12 || !length.is_multiple_of(4) {
            return Err(LoadError::Block { at });
        }
        let end = at + length - 4;
        if read.u32(end)? as usize != length {
            return Err(LoadError::Block { at });
        }
        let body = Read { bytes: &bytes[..end], ..read };
        match kind {
            INTERFACE_DESCRIPTION => interfaces.push(Interface {
                link: u32::from(body.u16(at + 8)?),
                units_per_second: units_per_second(&body, at + 16),
            }),
            ENHANCED_PACKET => {
                let interface =
                    interfaces.get(body.u32(at + 8)? as usize).ok_or(LoadError::Block { at })?;
                let time = u64::from(body.u32(at + 12)?) << 32 | u64::from(body.u32(at + 16)?);
                let micros = u128::from(time) * 1_000_000 / u128::from(interface.units_per_second);
                let length = body.u32(at + 20)? as usize;
                frames.push(Frame {
                    at: u64::try_from(micros).unwrap_or(u64::MAX),
                    link: interface.link,
                    bytes: body.slice(at + 28, length)?,
                });
            }
            // A packet without a time, on the first interface.
            SIMPLE_PACKET => {
                let interface = interfaces.first().ok_or(LoadError::Block { at })?;
                let length = (body.u32(at + 8)? as usize).min(end - at - 12);
                let before = frames.last().map_or(0, |frame: &Frame| frame.at);
                let bytes = body.slice(at + 12, length)?;
                frames.push(Frame { at: before, link: interface.link, bytes });
            }
            _ => {}
        }
        at += length;
    }
    Ok(frames)
}

/// Microseconds, unless the interface's options say otherwise.
fn units_per_second(body: &Read<'_>, mut at: usize) -> u64 {
    while let (Ok(code), Ok(length)) = (body.u16(at), body.u16(at + 2)) {
        let length = usize::from(length);
        match (code, body.bytes.get(at + 4)) {
            (OPTION_END, _) => break,
            (OPTION_RESOLUTION, Some(value)) => {
                let exponent = u32::from(value & 0x7F);
                let base: u64 = if value & 0x80 == 0 { 10 } else { 2 };
                return base.checked_pow(exponent).unwrap_or(u64::MAX);
            }
            _ => at += 4 + length.next_multiple_of(4),
        }
    }
    1_000_000
}

/// Reads numbers in the byte order of the file.
#[derive(Clone, Copy)]
struct Read<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Read<'a> {
    fn slice(&self, at: usize, length: usize) -> Result<&'a [u8], LoadError> {
        at.checked_add(length)
            .and_then(|end| self.bytes.get(at..end))
            .ok_or(LoadError::Truncated { at: self.bytes.len() })
    }

    fn u16(&self, at: usize) -> Result<u16, LoadError> {
        let bytes = self.slice(at, 2)?;
        let bytes = [bytes[0], bytes[1]];
        Ok(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Result<u32, LoadError> {
        let bytes = self.slice(at, 4)?;
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        Ok(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// What is behind the header of the link; `None` for what is no IP, the link's type where that is not
/// understood.
fn ip_packet<'a>(frame: &Frame<'a>) -> Result<&'a [u8], Option<u32>> {
    let bytes = frame.bytes;
    let behind = |header: usize, ether_type: Option<u16>| match ether_type {
        None | Some(0x0800 | 0x86DD) => bytes.get(header..).ok_or(None),
        Some(_) => Err(None),
    };
    let ether_type = |at: usize| {
        bytes.get(at..at + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).ok_or(None)
    };
    match frame.link {
        0 | 108 => behind(4, None),
        1 => match ether_type(12)? {
            0x8100 => behind(18, Some(ether_type(16)?)),
            kind => behind(14, Some(kind)),
        },
        12 | 14 | 101 | 228 | 229 => behind(0, None),
        113 => behind(16, Some(ether_type(14)?)),
        276 => behind(20, Some(ether_type(0)?)),
        other => Err(Some(other)),
    }
}

fn segment<'a>(frame: &Frame<'a>) -> Option<Segment<'a>> {
    let packet = ip_packet(frame).ok()?;
    let number = |at: usize| Some(u16::from_be_bytes(*packet.get(at..)?.first_chunk()?));
    let (from, to, tcp, end): (IpAddr, IpAddr, usize, usize) = match packet.first()? >> 4 {
        4 if *packet.get(9)? == TCP => {
            let address = |at: usize| Some(Ipv4Addr::from(*packet.get(at..)?.first_chunk::<4>()?));
            let header = usize::from(packet[0] & 0x0F) * 4;
            (address(12)?.into(), address(16)?.into(), header, usize::from(number(2)?))
        }
        6 if *packet.get(6)? == TCP => {
            let address = |at: usize| Some(Ipv6Addr::from(*packet.get(at..)?.first_chunk::<16>()?));
            (address(8)?.into(), address(24)?.into(), 40, 40 + usize::from(number(4)?))
        }
        _ => return None,
    };
    let header = usize::from(packet.get(tcp + 12)? >> 4) * 4;
    let start = tcp + header;
    // Captured where the network card does the cutting, the length may not be known yet.
    let end = if end == 0 { packet.len() } else { end };
    // A short frame is padded behind the packet, and a long one may have been cut.
    let payload = packet.get(start..end.min(packet.len()))?;
    Some(Segment {
        at: frame.at,
        from: SocketAddr::new(from, number(tcp)?),
        to: SocketAddr::new(to, number(tcp + 2)?),
        sequence: u32::from_be_bytes(*packet.get(tcp + 4..)?.first_chunk()?),
        flags: *packet.get(tcp + 13)?,
        payload,
        cut: end.saturating_sub(packet.len()),
    })
}

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const OPTION_END: u16 = 0;
const OPTION_RESOLUTION: u16 = 9;

const TCP: u8 = 6;
