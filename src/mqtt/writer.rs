//! Writes fields in the data representations of §1.5.

use bytes::{Buf, Bytes};

use super::error::EncodeError;
use super::frame::MAX_REMAINING_LENGTH;
use super::version::Version;

#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    version: Version,
}

impl Writer {
    /// Begins with room for the Fixed Header, whose length is known last.
    pub(super) fn behind_fixed_header(version: Version) -> Writer {
        let mut out = Vec::with_capacity(FIRST_CAPACITY);
        out.resize(FIXED_HEADER_ROOM, 0);
        Writer { out, version }
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Writes the Fixed Header directly before what follows it.
    pub(super) fn finish(mut self, first_byte: u8) -> Result<Bytes, EncodeError> {
        let (bytes, width) = variable_byte_integer(self.out.len() - FIXED_HEADER_ROOM)?;
        let start = FIXED_HEADER_ROOM - width - 1;
        self.out[start] = first_byte;
        self.out[start + 1..FIXED_HEADER_ROOM].copy_from_slice(&bytes[..width]);
        let mut packet = Bytes::from(self.out);
        packet.advance(start);
        Ok(packet)
    }

    pub(super) fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn two_byte_integer(&mut self, value: u16) {
        self.out.extend(value.to_be_bytes());
    }

    pub(super) fn four_byte_integer(&mut self, value: u32) {
        self.out.extend(value.to_be_bytes());
    }

    pub(super) fn variable_byte_integer(&mut self, value: u32) -> Result<(), EncodeError> {
        let (bytes, width) = variable_byte_integer(value as usize)?;
        self.opaque(&bytes[..width]);
        Ok(())
    }

    pub(super) fn string(&mut self, value: &str) -> Result<(), EncodeError> {
        self.binary(value.as_bytes())
    }

    pub(super) fn binary(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        let length =
            u16::try_from(value.len()).map_err(|_| EncodeError::TooLong { length: value.len() })?;
        self.two_byte_integer(length);
        self.opaque(value);
        Ok(())
    }

    pub(super) fn opaque(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// `body` behind its own length.
    pub(super) fn length_prefixed_by_variable_byte_integer(
        &mut self,
        body: &Writer,
    ) -> Result<(), EncodeError> {
        let (bytes, width) = variable_byte_integer(body.out.len())?;
        self.opaque(&bytes[..width]);
        self.opaque(&body.out);
        Ok(())
    }
}

/// A Variable Byte Integer (§1.5.5) in the fewest bytes, and their number [MQTT-1.5.5-1].
///
/// # Errors
///
/// Where the value is above 268,435,455.
pub fn variable_byte_integer(value: usize) -> Result<([u8; 4], usize), EncodeError> {
    if value > MAX_REMAINING_LENGTH {
        return Err(EncodeError::TooLarge { value });
    }
    let mut bytes = [0; 4];
    let (mut rest, mut last) = (value, 0);
    while rest > 0x7F {
        bytes[last] = rest as u8 | 0x80;
        rest >>= 7;
        last += 1;
    }
    bytes[last] = rest as u8;
    Ok((bytes, last + 1))
}

/// One byte of type and flags, four of Remaining Length at most (§2.1.4).
const FIXED_HEADER_ROOM: usize = 5;

/// Most packets fit, so that few grow while they are written.
const FIRST_CAPACITY: usize = 64;
