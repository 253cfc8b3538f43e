//! Framing (§2.1): where one Control Packet ends and the next begins.

use bytes::Bytes;

use super::error::{DecodeError, ErrorKind};
use super::packet::PacketType;
use super::reader::read_variable_byte_integer;
use super::version::Version;

/// The largest Remaining Length, in bytes: what a Variable Byte Integer of four bytes can say (§2.1.4).
pub const MAX_REMAINING_LENGTH: usize = 268_435_455;

/// The Fixed Header of a packet, read from its first two to five bytes (§2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// The upper half of the first byte; its flags have been checked.
    pub packet_type: PacketType,
    /// Bytes in the whole packet, the Fixed Header included.
    pub length: usize,
}

impl FrameHeader {
    /// Reads the Fixed Header; `None` while its last byte has not arrived.
    ///
    /// # Errors
    ///
    /// As soon as the bytes cannot begin a packet: the packet type is 0, the flags are not those of the
    /// type (§2.1.3), or the Remaining Length is no Variable Byte Integer (§1.5.5).
    pub fn read(bytes: &[u8]) -> Result<Option<FrameHeader>, DecodeError> {
        FrameHeader::read_as(bytes, Version::V5)
    }

    /// The same for a packet of any version. Before 5.0 type 15 is reserved too, and a Remaining Length may
    /// have more bytes than it needs.
    ///
    /// # Errors
    ///
    /// Those of [`FrameHeader::read`] that the version has.
    #[inline]
    pub fn read_as(bytes: &[u8], version: Version) -> Result<Option<FrameHeader>, DecodeError> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        let packet_type = PacketType::from_first_byte(first, version)
            .map_err(|kind| DecodeError { at: 0, kind })?;
        let read = read_variable_byte_integer(rest, version)
            .map_err(|(offset, kind)| DecodeError { at: 1 + offset, kind })?;
        Ok(read.map(|(remaining, width)| FrameHeader {
            packet_type,
            length: 1 + width + remaining as usize,
        }))
    }
}

/// What follows the Fixed Header; `None` where the bytes end before it does. Reads nothing of the header
/// but the length of its Remaining Length, so that it works on packets that break a rule too.
pub fn body(frame: &[u8]) -> Option<&[u8]> {
    let (_, body) = split_length(frame.get(1..)?)?;
    Some(body)
}

/// A length written as a Variable Byte Integer (§1.5.5), and the bytes after it; `None` where it does not
/// end within four bytes. Accepts a length in more bytes than needed, which [`decode`](super::decode)
/// refuses.
pub fn split_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let width = bytes.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let (length, rest) = bytes.split_at(width);
    let value = length.iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7F));
    Some((value, rest))
}

/// What follows Binary Data or a string (§1.5.6); `None` where the bytes end before it does.
#[inline(always)]
pub(super) fn skip_binary(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.get(u16::from_be_bytes(*length).into()..)
}

/// Cuts a byte stream into packets, however the transport has split or merged it [MQTT-6.0.0-2].
///
/// It holds only bytes that have arrived: an announced length allocates nothing.
///
/// ```
/// use mqtt5_playground::mqtt::Deframer;
///
/// let mut deframer = Deframer::new();
/// deframer.push(&[0xC0, 0x00, 0xD0]); // PINGREQ, and the first byte of PINGRESP
/// assert_eq!(deframer.next_frame().unwrap().as_deref(), Some(&[0xC0, 0x00][..]));
/// assert_eq!(deframer.next_frame(), Ok(None));
/// assert_eq!(deframer.pending(), [0xD0]);
/// ```
#[derive(Debug, Default)]
pub struct Deframer {
    /// What has arrived of a packet that was not whole, and behind it. While it holds anything, `piece` is empty.
    buffer: Vec<u8>,
    /// What is left of the latest bytes in which a packet was whole: packets are slices of it.
    piece: Bytes,
    maximum: Option<usize>,
    version: Version,
}

impl Deframer {
    /// A deframer that has received nothing and takes packets of any size.
    pub fn new() -> Deframer {
        Deframer::default()
    }

    /// The largest packet to take, in bytes with its Fixed Header (§3.1.2.11.4); `None` for no limit. A
    /// larger one is an error as soon as its length is known.
    pub fn set_maximum_packet_size(&mut self, maximum: Option<u32>) {
        self.maximum = maximum.map(|size| size as usize);
    }

    /// The version whose packets come next; 5.0 unless it is set. What has been cut stays as it is.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Takes a copy of bytes that have arrived, in any number.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(&std::mem::take(&mut self.piece));
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes bytes that have arrived, in any number. Packets are slices of them; but while an earlier piece has left a
    /// part of a packet, they are copied behind it.
    pub fn push_shared(&mut self, bytes: Bytes) {
        match self.pending().is_empty() {
            true => self.piece = bytes,
            false => self.push(&bytes),
        }
    }

    /// The next whole packet; `None` until more bytes arrive.
    ///
    /// # Errors
    ///
    /// Those of [`FrameHeader::read`], and [`ErrorKind::PacketTooLarge`]. No packet boundary can be found
    /// after an error: call it no more and close the connection (§4.13).
    /// [`PacketStream`](super::PacketStream) takes care of that.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, DecodeError> {
        let pending = self.pending();
        let Some(header) = FrameHeader::read_as(pending, self.version)? else {
            return Ok(None);
        };
        if let Some(maximum) = self.maximum
            && header.length > maximum
        {
            let kind = ErrorKind::PacketTooLarge { size: header.length, maximum };
            return Err(DecodeError { at: 1, kind });
        }
        if pending.len() < header.length {
            return Ok(None);
        }
        if self.piece.is_empty() {
            self.piece = std::mem::take(&mut self.buffer).into();
        }
        Ok(Some(self.piece.split_to(header.length)))
    }

    /// Bytes that have arrived and belong to no whole packet yet.
    pub fn pending(&self) -> &[u8] {
        if self.piece.is_empty() { &self.buffer } else { &self.piece }
    }

    /// Takes the pending bytes out, for instance to show what broke the stream.
    pub fn take_pending(&mut self) -> Bytes {
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() { std::mem::take(&mut self.buffer).into() } else { piece }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_length_allocates_nothing() {
        let mut deframer = Deframer::new();
        deframer.push(&[0x30, 0xFF, 0xFF, 0xFF, 0x7F]);
        for count in 1..=10_000 {
            deframer.push(&[0]);
            assert_eq!(deframer.next_frame(), Ok(None));
            assert!(deframer.buffer.capacity() <= 4 * (count + 64), "after {count} bytes");
        }
    }

    #[test]
    fn packets_of_a_shared_piece_are_slices_of_it() {
        let piece = Bytes::from(vec![0xC0, 0x00, 0xD0, 0x00, 0xC0]);
        let mut deframer = Deframer::new();
        deframer.push_shared(piece.clone());
        for at in [0, 2] {
            let frame = deframer.next_frame().expect("a packet").expect("it is whole");
            assert_eq!(frame.as_ptr(), piece[at..].as_ptr());
        }
        assert_eq!((deframer.next_frame(), deframer.pending()), (Ok(None), &[0xC0][..]));
        // What one piece has begun, the next ends; the one after that is shared again.
        deframer.push_shared(Bytes::from_static(&[0x00, 0xD0]));
        assert_eq!(deframer.next_frame(), Ok(Some(Bytes::from_static(&[0xC0, 0x00]))));
        deframer.push(&[0x00]);
        assert_eq!(deframer.next_frame(), Ok(Some(Bytes::from_static(&[0xD0, 0x00]))));
        deframer.push_shared(piece.clone());
        let frame = deframer.next_frame().expect("a packet").expect("it is whole");
        assert_eq!(frame.as_ptr(), piece.as_ptr());
        assert_eq!(deframer.take_pending(), piece[2..]);
        assert_eq!((deframer.next_frame(), deframer.pending()), (Ok(None), &[][..]));
    }

    #[test]
    fn the_body_is_found_also_in_a_packet_that_breaks_a_rule() {
        let rows: [(&[u8], Option<&[u8]>); 8] = [
            (&[0xC0, 0x00], Some(&[])),
            (&[0x40, 0x02, 0x00, 0x01], Some(&[0x00, 0x01])),
            // The type 0 does not exist, and the length has a byte too many.
            (&[0x00, 0x81, 0x00, 0xFF], Some(&[0xFF])),
            // Less has arrived than was announced, and more.
            (&[0x30, 0x05, 0xFF], Some(&[0xFF])),
            (&[0x30, 0x00, 0xFF], Some(&[0xFF])),
            (&[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], None),
            (&[0x30, 0x80], None),
            (&[], None),
        ];
        for (frame, expect) in rows {
            assert_eq!(body(frame), expect, "{frame:02X?}");
        }
        assert_eq!(split_length(&[0xFF, 0xFF, 0xFF, 0x7F, 9]), Some((268_435_455, &[9][..])));
    }
}
