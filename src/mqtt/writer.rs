//! Writes fields in the data representations of §1.5. Their lengths have been added up before, and whether
//! they have a representation is known by then.

use super::error::EncodeError;
use super::frame::MAX_REMAINING_LENGTH;
use super::version::Version;

pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    version: Version,
}

impl<'a> Writer<'a> {
    /// Writes the Fixed Header, and has room made for the `length` bytes behind it.
    #[inline(always)]
    pub(super) fn begin(
        out: &'a mut Vec<u8>,
        version: Version,
        first_byte: u8,
        length: usize,
    ) -> Result<Writer<'a>, EncodeError> {
        let whole = 1 + integer_length(length)? + length;
        // Memory of its own is no more than it needs, so that it becomes Bytes as it is.
        if out.capacity() - out.len() < whole {
            match out.capacity() {
                0 => out.reserve_exact(whole),
                _ => out.reserve(whole),
            }
        }
        let mut writer = Writer { out, version };
        match u8::try_from(length) {
            Ok(length @ 0..0x80) => writer.two_bytes([first_byte, length]),
            _ => {
                writer.byte(first_byte);
                writer.variable_byte_integer(length);
            }
        }
        Ok(writer)
    }

    #[inline(always)]
    pub(super) fn version(&self) -> Version {
        self.version
    }

    #[inline(always)]
    pub(super) fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    #[inline(always)]
    pub(super) fn two_byte_integer(&mut self, value: u16) {
        self.two_bytes(value.to_be_bytes());
    }

    /// In the browser a copy, however short, is a call out of the program, which takes longer than this.
    #[inline(always)]
    fn two_bytes(&mut self, bytes: [u8; 2]) {
        if cfg!(target_family = "wasm") {
            self.byte(bytes[0]);
            self.byte(bytes[1]);
        } else {
            self.opaque(&bytes);
        }
    }

    /// A Variable Byte Integer of which [`integer_length`] is known.
    pub(super) fn variable_byte_integer(&mut self, value: usize) {
        if let Ok((bytes, width)) = variable_byte_integer(value) {
            self.opaque(&bytes[..width]);
        }
    }

    /// Writes something with its length, a Variable Byte Integer, in front of it.
    #[inline(always)]
    pub(super) fn block(&mut self, write: impl FnOnce(&mut Self)) {
        let at = self.out.len();
        self.byte(0);
        write(self);
        let length = self.out.len() - at - 1;
        self.out[at] = length as u8;
        if length >= 0x80 {
            self.lengthen(at, length);
        }
    }

    /// A length that takes more than one byte moves the block, which costs less than adding it up again.
    #[inline(never)]
    fn lengthen(&mut self, at: usize, length: usize) {
        if let Ok((bytes, width)) = variable_byte_integer(length) {
            self.opaque(&bytes[1..width]);
            self.out.copy_within(at + 1..at + 1 + length, at + width);
            self.out[at..at + width].copy_from_slice(&bytes[..width]);
        }
    }

    #[inline(always)]
    pub(super) fn string(&mut self, value: &str) {
        self.binary(value.as_bytes());
    }

    #[inline(always)]
    pub(super) fn binary(&mut self, value: &[u8]) {
        self.two_byte_integer(value.len() as u16);
        self.opaque(value);
    }

    /// The same behind one byte.
    #[inline(always)]
    pub(super) fn binary_behind(&mut self, first: u8, value: &[u8]) {
        let [high, low] = (value.len() as u16).to_be_bytes();
        if cfg!(target_family = "wasm") {
            self.byte(first);
            self.two_bytes([high, low]);
        } else {
            self.opaque(&[first, high, low]);
        }
        self.opaque(value);
    }

    #[inline(always)]
    pub(super) fn opaque(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }
}

/// The length of a string or of Binary Data, with the two bytes that say it.
#[inline(always)]
pub(super) fn binary_length(value: &[u8]) -> Result<usize, EncodeError> {
    match value.len() {
        length if length <= usize::from(u16::MAX) => Ok(2 + length),
        length => Err(EncodeError::TooLong { length }),
    }
}

/// How many bytes a Variable Byte Integer takes. Refuses what [`variable_byte_integer`] refuses.
#[inline(always)]
pub(super) fn integer_length(value: usize) -> Result<usize, EncodeError> {
    Ok(match value {
        ..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..=MAX_REMAINING_LENGTH => 4,
        _ => return Err(EncodeError::TooLarge { value }),
    })
}

/// A Variable Byte Integer (§1.5.5) in the fewest bytes, and their number [MQTT-1.5.5-1].
///
/// # Errors
///
/// Where the value is above 268,435,455.
#[inline(never)]
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
