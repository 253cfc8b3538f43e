//! Any file: reading it never panics, and what was read can be written, and read once more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mqtt5_playground::formats::{json::records_to_json, pcap::records_to_pcapng, read_file};

fuzz_target!(|data: &[u8]| {
    let Ok(loaded) = read_file(data) else { return };
    let json = records_to_json(loaded.capture.records());
    let again = read_file(json.as_bytes()).expect("it was written just now");
    assert_eq!(again.capture.len(), loaded.capture.len());
    let _ = read_file(&records_to_pcapng(loaded.capture.records(), 0));
});
