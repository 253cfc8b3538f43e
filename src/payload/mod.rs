//! What a payload may be: JSON, CBOR, MessagePack, Protocol Buffers, Sparkplug B, Base64, gzip and zlib,
//! each read value by value with the bytes it is in.
//!
//! MQTT does not say what a payload is, so that everything here is bounded and says where it stops: how
//! deep, how many values, how many bytes. What was read before a fault is kept.
//!
//! The readers are our own, because those of crates build values without telling where they were, or give up
//! what they have read at the first fault; and reading the head of a value is the small part of each.
//!
//! Knows nothing of packets.

mod cbor;
mod guess;
mod json;
mod message_pack;
mod nested;
mod number;
mod packed;
mod protobuf;
mod sparkplug;
mod tree;

pub use cbor::diagnostic;
pub use guess::{Basis, Hint, guess};
pub use packed::{Unpacked, unpack};
pub use tree::{Fault, FaultKind, Row, Step, Tree};

/// A way to look at bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Text,
    Hex,
    Json,
    Cbor,
    MessagePack,
    Protobuf,
    Sparkplug,
    Base64,
    Compressed,
}

impl View {
    pub const ALL: [View; 9] = [
        View::Text,
        View::Hex,
        View::Json,
        View::Cbor,
        View::MessagePack,
        View::Protobuf,
        View::Sparkplug,
        View::Base64,
        View::Compressed,
    ];

    /// The name of the format; `None` for what each language calls otherwise.
    pub fn name(self) -> Option<&'static str> {
        match self {
            View::Text | View::Hex => None,
            View::Json => Some("JSON"),
            View::Cbor => Some("CBOR"),
            View::MessagePack => Some("MessagePack"),
            View::Protobuf => Some("Protocol Buffers"),
            View::Sparkplug => Some("Sparkplug B"),
            View::Base64 => Some("Base64"),
            View::Compressed => Some("gzip, zlib"),
        }
    }
}

/// Reads the bytes as values, at most so many; `None` for a view that has none.
pub fn read(view: View, bytes: &[u8], most: usize) -> Option<Tree> {
    match view {
        View::Text | View::Hex | View::Base64 | View::Compressed => None,
        View::Json => Some(json::read(bytes, most)),
        View::Cbor => Some(cbor::read(bytes, most)),
        View::MessagePack => Some(message_pack::read(bytes, most)),
        View::Protobuf => Some(protobuf::read(bytes, most, None)),
        View::Sparkplug => Some(protobuf::read(bytes, most, Some(&sparkplug::PAYLOAD))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of every kind, the same in every run.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn any_bytes_are_read_within_bounds() {
        let trees = [View::Json, View::Cbor, View::MessagePack, View::Protobuf, View::Sparkplug];
        for seed in 0..400 {
            let bytes = noise(seed, (seed % 60) as usize);
            for view in trees {
                let tree = read(view, &bytes, 20).expect("it has values");
                assert!(tree.rows.len() <= 20);
                for row in &tree.rows {
                    let held = row.range.start <= row.range.end && row.range.end <= bytes.len();
                    assert!(held, "{view:?} {bytes:02X?} {row:?}");
                }
                assert!(tree.fault.is_none_or(|fault| fault.at <= bytes.len()));
            }
            let _ = guess(&bytes, &Hint::default());
        }
    }

    #[test]
    fn ten_thousand_levels_are_a_fault_and_no_crash() {
        let deep = |byte: u8| vec![byte; 10_000];
        let tag_in_tag = deep(0xC1);
        let mut messages = Vec::new();
        for _ in 0..2000 {
            // A field that holds everything so far.
            let mut outer = vec![0x0A];
            let mut length = messages.len();
            while length >= 0x80 {
                outer.push(length as u8 | 0x80);
                length >>= 7;
            }
            outer.push(length as u8);
            outer.extend(&messages);
            messages = outer;
        }
        for (view, bytes) in [
            (View::Json, deep(b'[')),
            (View::Json, b"{\"a\":".repeat(10_000)),
            (View::Cbor, deep(0x81)),
            (View::Cbor, deep(0x9F)),
            (View::Cbor, deep(0xA1)),
            (View::Cbor, tag_in_tag),
            (View::MessagePack, deep(0x91)),
            (View::MessagePack, deep(0x81)),
            (View::Protobuf, deep(0x0B)), // groups
        ] {
            let tree = read(view, &bytes, 100_000).expect("it has values");
            let kind = tree.fault.map(|fault| fault.kind);
            assert_eq!(kind, Some(FaultKind::Deep), "{view:?} {:02X?}", &bytes[..4]);
            assert!(!tree.rows.is_empty());
        }
        // Too deep for a guess: what is inside stays bytes.
        let tree = read(View::Protobuf, &messages, 100_000).expect("it has values");
        assert_eq!(tree.fault, None);
        assert!(tree.rows.len() < 100);
    }

    #[test]
    fn lengths_that_nothing_follows_are_a_fault() {
        for (view, bytes) in [
            (View::Cbor, &[0x5B, 0x80, 0, 0, 0, 0, 0, 0, 0, 1][..]),
            (View::Cbor, &[0x9B, 0x80, 0, 0, 0, 0, 0, 0, 0, 1]),
            (View::Cbor, &[0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            (View::MessagePack, &[0xC6, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            (View::MessagePack, &[0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            (View::Protobuf, &[0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1]),
        ] {
            let tree = read(view, bytes, 100).expect("it has values");
            let kind = tree.fault.map(|fault| fault.kind);
            assert_eq!(kind, Some(FaultKind::Ends), "{view:?} {bytes:02X?}");
        }
    }

    #[test]
    fn many_values_are_cut_and_read_on_when_more_are_asked_for() {
        let json = format!("[{}]", vec!["1"; 500_000].join(","));
        let cbor = [&[0x9F][..], &[1; 500_000], &[0xFF]].concat();
        let pack = [&[0xDD, 0, 7, 0xA1, 0x20][..], &[1; 500_000]].concat();
        for (view, bytes) in
            [(View::Json, json.into_bytes()), (View::Cbor, cbor), (View::MessagePack, pack)]
        {
            let few = read(view, &bytes, 100).expect("it has values");
            assert!(few.is_cut && few.fault.is_none() && few.rows.len() == 100, "{view:?}");
            let all = read(view, &bytes, 1_000_000).expect("it has values");
            assert!(!all.is_cut && all.fault.is_none(), "{view:?} {:?}", all.fault);
            assert_eq!(all.rows.len(), 500_001, "{view:?}");
        }
    }
}
