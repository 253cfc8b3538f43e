//! Bytes within bytes: Base64 (RFC 4648), gzip (RFC 1952) and zlib (RFC 1950).

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use miniz_oxide::DataFormat;

use super::View;
use super::tree::{Fault, FaultKind};
use crate::formats::gzip::{self, Stop};

/// What was in the bytes, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    pub bytes: Vec<u8>,
    pub fault: Option<Fault>,
    /// There is more than was asked for.
    pub is_cut: bool,
}

/// `None` for a view that holds no other bytes.
pub fn unpack(view: View, bytes: &[u8], most: usize) -> Option<Unpacked> {
    match view {
        View::Base64 => Some(from_base64(bytes, most)),
        View::Compressed => Some(inflated(bytes, most)),
        _ => None,
    }
}

fn from_base64(bytes: &[u8], most: usize) -> Unpacked {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let is_url_safe = bytes.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = GeneralPurpose::new(if is_url_safe { &URL_SAFE } else { &STANDARD }, config);
    // Mail and some programs break it into lines.
    let is_kept = |byte: &&u8| !byte.is_ascii_whitespace();
    // Four characters are three bytes.
    let room = most.div_ceil(3) * 4;
    let mut digits: Vec<u8> = bytes.iter().filter(is_kept).take(room + 1).copied().collect();
    let is_cut = digits.len() > room;
    digits.truncate(room);
    let wrong = digits.iter().position(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'='))
    });
    let sound = wrong.unwrap_or(digits.len());
    let at = || {
        let nth = bytes.iter().enumerate().filter(|(_, byte)| is_kept(byte)).nth(sound);
        nth.map_or(bytes.len(), |(at, _)| at)
    };
    let decode = |digits: &[u8]| engine.decode(digits).ok();
    match decode(&digits[..sound]) {
        Some(bytes) if wrong.is_none() => Unpacked { bytes, fault: None, is_cut },
        // Groups of four before the fault are whole.
        found => {
            let whole = found.or_else(|| decode(&digits[..sound - sound % 4]));
            let kind = if wrong.is_some() { FaultKind::Unexpected } else { FaultKind::Ends };
            let fault = Some(Fault { at: at(), kind });
            Unpacked { bytes: whole.unwrap_or_default(), fault, is_cut: false }
        }
    }
}

fn inflated(bytes: &[u8], most: usize) -> Unpacked {
    let (format, packed) = match gzip::is_gzip(bytes) {
        true => match gzip::behind_header(bytes) {
            Some(packed) => (DataFormat::Raw, packed),
            None => return nothing(Fault { at: bytes.len(), kind: FaultKind::Ends }),
        },
        false if is_zlib(bytes) => (DataFormat::Zlib, bytes),
        false => return nothing(Fault { at: 0, kind: FaultKind::Unexpected }),
    };
    let mut out = Vec::new();
    let (stop, rest) = gzip::inflate_into(&mut out, format, packed, most);
    out.truncate(most);
    let fault = match stop {
        Stop::End | Stop::Full => None,
        Stop::Ends => Some(FaultKind::Ends),
        Stop::Wrong => Some(FaultKind::Unexpected),
    };
    let fault = fault.map(|kind| Fault { at: bytes.len() - rest.len(), kind });
    Unpacked { bytes: out, fault, is_cut: stop == Stop::Full }
}

/// The two bytes before a zlib stream: deflate, and a sum that is a multiple of 31.
pub fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [first, second, ..] => {
            first & 0x0F == 8
                && first >> 4 <= 7
                && second & 0x20 == 0
                && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0
        }
        _ => false,
    }
}

fn nothing(fault: Fault) -> Unpacked {
    Unpacked { bytes: Vec::new(), fault: Some(fault), is_cut: false }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::io::Read as _;

    use flate2::Compression;
    use flate2::bufread::{GzEncoder, ZlibEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> [Vec<u8>; 2] {
        let (mut gzip, mut zlib) = (Vec::new(), Vec::new());
        let best = Compression::best();
        GzEncoder::new(bytes, best).read_to_end(&mut gzip).expect("memory can be read");
        ZlibEncoder::new(bytes, best).read_to_end(&mut zlib).expect("memory can be read");
        [gzip, zlib]
    }

    #[test]
    fn packed_bytes_come_back_whole_or_as_far_as_they_go() {
        let bytes: Vec<u8> = (0..5000_u32).map(|n| (n * n / 7) as u8).collect();
        for packed in packed(&bytes) {
            let found = unpack(View::Compressed, &packed, 10_000).expect("it is packed");
            assert_eq!(found, Unpacked { bytes: bytes.clone(), fault: None, is_cut: false });
            for end in 0..packed.len() {
                let cut = inflated(&packed[..end], 10_000);
                assert!(bytes.starts_with(&cut.bytes), "cut at {end}");
                let whole = cut.fault.is_none();
                assert!(!whole || cut.bytes == bytes, "cut at {end}");
            }
        }
        let none = inflated(b"text", 10);
        assert_eq!(none.fault, Some(Fault { at: 0, kind: FaultKind::Unexpected }));
    }

    #[test]
    fn a_bomb_is_cut_where_there_is_enough() {
        let bytes = vec![0; 50 << 20];
        for packed in packed(&bytes) {
            assert!(packed.len() < 100_000);
            let found = inflated(&packed, 1000);
            assert_eq!((found.bytes.len(), found.is_cut), (1000, true));
        }
    }

    #[test]
    fn damage_never_panics() {
        for packed in packed(b"some text that is packed") {
            for at in 0..packed.len() {
                for bit in 0..8 {
                    let mut wrong = packed.clone();
                    wrong[at] ^= 1 << bit;
                    let _ = inflated(&wrong, 1000);
                }
            }
        }
    }

    #[test]
    fn base64_is_read_in_both_alphabets_with_or_without_padding() {
        for (text, expect) in [
            ("aGk=", &b"hi"[..]),
            ("aGk", b"hi"),
            ("aG\r\nk=", b"hi"),
            ("-_-_", &[0xFB, 0xFF, 0xBF]),
            ("+/+/", &[0xFB, 0xFF, 0xBF]),
            ("", b""),
        ] {
            let found = from_base64(text.as_bytes(), 100);
            assert_eq!(found, Unpacked { bytes: expect.to_vec(), fault: None, is_cut: false });
        }
        for (text, at, kind, expect) in [
            ("aGkh*aGkh", 4, FaultKind::Unexpected, &b"hi!"[..]),
            ("a Gkhb", 6, FaultKind::Ends, b"hi!"),
        ] {
            let found = from_base64(text.as_bytes(), 100);
            assert_eq!((found.fault, &found.bytes[..]), (Some(Fault { at, kind }), expect));
        }
        let cut = from_base64(&b"aGkh".repeat(1000), 30);
        assert_eq!((cut.bytes.len(), cut.is_cut), (30, true));
    }
}
