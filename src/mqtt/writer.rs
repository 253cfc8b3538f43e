//! Writes fields in the data representations of §1.5. Their lengths have been added up before, and whether
//! they have a representation is known by then.

use super::error::EncodeError;
use super::frame::MAX_REMAINING_LENGTH;
use super::version::Version;

/// How long the blocks in a packet are, kept while they are added up, since each length is written before what it
/// counts: CONNECT with a Will has two, most packets none.
#[derive(Default)]
pub(super) struct Lengths {
    first: usize,
    second: usize,
}

impl Lengths {
    /// The length of a block that is not empty, in the order in which they are written.
    #[inline(always)]
    pub(super) fn add_block(&mut self, length: usize) {
        match self.first {
            0 => self.first = length,
            _ => self.second = length,
        }
    }

    #[inline(always)]
    pub(super) fn next_block(&mut self) -> usize {
        std::mem::replace(&mut self.first, self.second)
    }
}

pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    version: Version,
    lengths: Lengths,
    /// Of what follows the Fixed Header.
    length: usize,
}

impl<'a> Writer<'a> {
    /// Writes the Fixed Header, and has room made for the `length` bytes behind it.
    #[inline(always)]
    pub(super) fn begin(
        out: &'a mut Vec<u8>,
        version: Version,
        lengths: Lengths,
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
        let mut writer = Writer { out, version, lengths, length };
        match u8::try_from(length) {
            Ok(length @ 0..0x80) => writer.two_bytes([first_byte, length]),
            _ => {
                let (bytes, count) = variable_byte_integer(length)?;
                writer.byte(first_byte);
                writer.opaque(&bytes[..count]);
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

    /// Room for the next block with its length in front of it, and that length.
    #[inline(always)]
    pub(super) fn block(&mut self) -> (Room<'_>, usize) {
        let length = self.lengths.next_block();
        let width = integer_length(length).unwrap_or_default();
        (Room::behind(self.out, width + length), length)
    }

    /// Room for all that follows the Fixed Header, and the lengths of the blocks in it.
    #[inline(always)]
    pub(super) fn body(&mut self) -> (Room<'_>, &mut Lengths) {
        (Room::behind(self.out, self.length), &mut self.lengths)
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

    #[inline(always)]
    pub(super) fn opaque(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }
}

/// Where the fields of a block go. The vector is made as long as all of them at once, in place of once a field. A
/// length that was added up wrongly panics here.
#[cfg(not(target_family = "wasm"))]
pub(super) struct Room<'a>(&'a mut [u8]);

#[cfg(not(target_family = "wasm"))]
impl<'a> Room<'a> {
    #[inline(always)]
    fn behind(out: &'a mut Vec<u8>, length: usize) -> Room<'a> {
        let at = out.len();
        out.resize(at + length, 0);
        Room(&mut out[at..])
    }

    #[inline(always)]
    fn take(&mut self, length: usize) -> &'a mut [u8] {
        let (taken, left) = std::mem::take(&mut self.0).split_at_mut(length);
        self.0 = left;
        taken
    }

    #[inline(always)]
    pub(super) fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.take(N).copy_from_slice(&bytes);
    }

    /// A string or Binary Data behind something of a fixed size.
    #[inline(always)]
    pub(super) fn behind_fixed<const N: usize>(&mut self, fixed: [u8; N], bytes: &[u8]) {
        let (before, room) = self.take(N + bytes.len()).split_at_mut(N);
        before.copy_from_slice(&fixed);
        match bytes.len() {
            8..=16 => copy_both_ends::<8>(bytes, room),
            4..8 => copy_both_ends::<4>(bytes, room),
            _ => room.copy_from_slice(bytes),
        }
    }
}

/// Copies from N to 2 N bytes, as most strings are, without a call.
#[cfg(not(target_family = "wasm"))]
#[inline(always)]
fn copy_both_ends<const N: usize>(bytes: &[u8], room: &mut [u8]) {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
        room[..N].copy_from_slice(first);
        let at = room.len() - N;
        room[at..].copy_from_slice(last);
    }
}

/// In the browser, to fill it first would be a call out of the program, and so is a copy, however short: both take
/// longer than this.
#[cfg(target_family = "wasm")]
pub(super) struct Room<'a>(&'a mut Vec<u8>);

#[cfg(target_family = "wasm")]
impl<'a> Room<'a> {
    #[inline(always)]
    fn behind(out: &'a mut Vec<u8>, _length: usize) -> Room<'a> {
        Room(out)
    }

    #[inline(always)]
    pub(super) fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        match N {
            ..=3 => bytes.iter().for_each(|byte| self.0.push(*byte)),
            _ => self.0.extend_from_slice(&bytes),
        }
    }

    #[inline(always)]
    pub(super) fn behind_fixed<const N: usize>(&mut self, fixed: [u8; N], bytes: &[u8]) {
        self.fixed(fixed);
        self.0.extend_from_slice(bytes);
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

impl Room<'_> {
    #[inline(always)]
    pub(super) fn binary(&mut self, value: &[u8]) {
        self.behind_fixed((value.len() as u16).to_be_bytes(), value);
    }

    /// One of which [`integer_length`] is known.
    #[inline(always)]
    pub(super) fn variable_byte_integer(&mut self, mut value: usize) {
        while value > 0x7F {
            self.fixed([value as u8 | 0x80]);
            value >>= 7;
        }
        self.fixed([value as u8]);
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
