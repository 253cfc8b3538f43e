//! Any bytes as one packet of each version: decode and dissect agree, the leaves tile the bytes, every error lies within them,
//! and what was accepted can be written and read again.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mqtt5_playground::formats::json::{dissection_to_json, packet_from_json, packet_to_json};
use mqtt5_playground::mqtt::{Sender, Version, decode_as, dissect_as, encode_as};

fuzz_target!(|data: &[u8]| {
    let frame = Bytes::copy_from_slice(data);
    let senders = [None, Some(Sender::Client), Some(Sender::Server)];
    let readers = Version::ALL.into_iter().flat_map(|v| senders.map(|sender| (v, sender)));
    for (version, sender) in readers {
        let decoded = decode_as(&frame, sender, version);
        let dissection = dissect_as(&frame, sender, version);
        assert_eq!(decoded, dissection.outcome);
        let mut end = 0;
        for leaf in dissection.leaves() {
            assert_eq!(leaf.range.start, end);
            end = leaf.range.end;
        }
        assert_eq!(end, frame.len());
        assert_eq!(decoded.as_ref().err().copied(), dissection.flaws.first().map(|flaw| flaw.error));
        for flaw in &dissection.flaws {
            assert!(flaw.range.start <= flaw.range.end && flaw.range.end <= frame.len());
        }
        dissection_to_json(&dissection);
        match decoded {
            Ok(packet) => {
                let written =
                    encode_as(&packet, version).expect("what was read has a representation");
                assert_eq!(decode_as(&written, sender, version).as_ref(), Ok(&packet));
                if version.is_5() {
                    assert!(packet_from_json(&packet_to_json(&packet)).is_ok());
                }
            }
            Err(error) => assert!(error.at <= frame.len()),
        }
    }
});
