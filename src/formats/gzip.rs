//! gzip (RFC 1952) around the inflating of `miniz_oxide`.
//!
//! `flate2` would add 31 kB to the page, more than half of them tables for a checksum; this adds 6 kB. The
//! checksum is passed over: what it protects is read critically anyway, and the length is compared. The
//! browser unpacks too, but neither several members nor a file that ends early, and not here in tests.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use super::LoadError;

pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// What a gzip file holds, in one member or several, if it is not more than `most` bytes. One that ends too
/// early is unpacked as far as it goes: tools that are stopped leave such files.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Result<Vec<u8>, LoadError> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while is_gzip(rest) {
        let Some(packed) = behind_header(rest) else { break };
        let before = out.len();
        let (stop, behind) = inflate_into(&mut out, DataFormat::Raw, packed, most);
        match stop {
            Stop::End => {}
            Stop::Full => return Err(LoadError::TooLarge { most }),
            Stop::Ends => break,
            Stop::Wrong => return Err(LoadError::Gzip),
        }
        let Some((trailer, next)) = behind.split_first_chunk::<8>() else { break };
        let [_, _, _, _, length @ ..] = *trailer;
        if u32::from_le_bytes(length) != (out.len() - before) as u32 {
            return Err(LoadError::Gzip);
        }
        rest = next;
    }
    match out.is_empty() {
        true => Err(LoadError::Gzip),
        false => Ok(out),
    }
}

/// Where unpacking came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At the end of the stream.
    End,
    /// There is more than may be unpacked.
    Full,
    /// The bytes end before the stream does.
    Ends,
    /// The bytes break the format.
    Wrong,
}

/// Unpacks one stream behind what `out` holds, until that is more than `most` bytes, and returns what was not read
/// of the packed bytes.
pub fn inflate_into<'a>(
    out: &mut Vec<u8>,
    format: DataFormat,
    mut rest: &'a [u8],
    most: usize,
) -> (Stop, &'a [u8]) {
    let mut state = InflateState::new_boxed(format);
    loop {
        let at = out.len();
        out.resize(at + PIECE, 0);
        let step = inflate(&mut state, rest, &mut out[at..], MZFlush::None);
        out.truncate(at + step.bytes_written);
        rest = &rest[step.bytes_consumed..];
        if out.len() > most {
            return (Stop::Full, rest);
        }
        let stop = match step.status {
            Ok(MZStatus::StreamEnd) => Stop::End,
            Ok(_) if step.bytes_written + step.bytes_consumed > 0 => continue,
            _ if rest.is_empty() => Stop::Ends,
            _ => Stop::Wrong,
        };
        return (stop, rest);
    }
}

/// What follows the header of a member, which may hold a name and more.
pub fn behind_header(bytes: &[u8]) -> Option<&[u8]> {
    let (header, mut rest) = bytes.split_first_chunk::<10>()?;
    let flags = header[3];
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEADER_CHECKSUM != 0 { rest.get(2..) } else { Some(rest) }
}

const MAGIC: [u8; 3] = [0x1F, 0x8B, 0x08];

const HEADER_CHECKSUM: u8 = 0x02;
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;

/// How much is unpacked at once.
const PIECE: usize = 256 << 10;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::io::Read as _;

    use flate2::{Compression, GzBuilder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut pack = GzBuilder::new()
            .filename("capture.pcap")
            .comment("of the plant")
            .extra([1, 2, 3])
            .buf_read(bytes, Compression::fast());
        pack.read_to_end(&mut out).expect("reading from memory succeeds");
        out
    }

    #[test]
    fn a_file_is_unpacked_within_bounds() {
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n / 7) as u8).collect();
        let file = packed(&bytes);
        assert_eq!(unpack(&file, bytes.len()).as_deref(), Ok(&bytes[..]));
        let most = bytes.len() - 1;
        assert_eq!(unpack(&file, most), Err(LoadError::TooLarge { most }));
        // Members behind one another are one file.
        let two = [packed(b"ab"), packed(b"cd")].concat();
        assert_eq!(unpack(&two, 10).as_deref(), Ok(&b"abcd"[..]));
    }

    #[test]
    fn a_file_that_ends_early_is_unpacked_as_far_as_it_goes() {
        let bytes: Vec<u8> = (0..9000_u32).map(|n| (n * n / 7) as u8).collect();
        let file = packed(&bytes);
        let mut longest = 0;
        for end in 0..file.len() {
            let found = unpack(&file[..end], 10_000).unwrap_or_default();
            assert!(bytes.starts_with(&found) && found.len() >= longest, "cut at {end}");
            longest = found.len();
        }
        assert_eq!(longest, bytes.len());
    }

    #[test]
    fn damage_is_told_and_never_panics() {
        let file = packed(b"abcd");
        let mut wrong = file.clone();
        wrong[file.len() - 1] ^= 1;
        assert_eq!(unpack(&wrong, 10), Err(LoadError::Gzip));
        assert_eq!(unpack(&MAGIC, 10), Err(LoadError::Gzip));
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut wrong = file.clone();
                wrong[at] ^= 1 << bit;
                let _ = unpack(&wrong, 10);
            }
        }
    }
}
