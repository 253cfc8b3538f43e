//! Any bytes as one packet: decode and dissect agree, the leaves tile what was read, and what was accepted
//! can be written and read again.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mqtt5_playground::formats::json::{dissection_to_json, packet_from_json, packet_to_json};
use mqtt5_playground::mqtt::{Sender, decode, dissect, encode};

fuzz_target!(|data: &[u8]| {
    let frame = Bytes::copy_from_slice(data);
    for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
        let decoded = decode(&frame, sender);
        let dissection = dissect(&frame, sender);
        assert_eq!(decoded, dissection.outcome);
        let mut end = 0;
        for leaf in dissection.leaves() {
            assert_eq!(leaf.range.start, end);
            end = leaf.range.end;
        }
        assert!(end <= frame.len());
        dissection_to_json(&dissection);
        match decoded {
            Ok(packet) => {
                assert_eq!(end, frame.len());
                let written = encode(&packet).expect("what was read has a representation");
                assert_eq!(decode(&written, sender).as_ref(), Ok(&packet));
                assert!(packet_from_json(&packet_to_json(&packet)).is_ok());
            }
            Err(error) => assert!(error.at <= frame.len()),
        }
    }
});
