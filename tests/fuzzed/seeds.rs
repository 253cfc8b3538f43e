//! The seeds of `fuzz/corpus/`: few, small, each named by what it is there for. Made from the solutions of the
//! exercises, and from what no exercise has.

use std::collections::BTreeMap;
use std::fs;

use mqtt5_playground::broker::Policy;
use mqtt5_playground::capture::Capture;
use mqtt5_playground::course::Progress;
use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::formats::pcap::records_to_pcapng;
use mqtt5_playground::formats::share::{Folded, pack};
use mqtt5_playground::mqtt::{Sender, Version, decode, encode_as, hex_groups};

use crate::corpus::{folder, packets, played, stream};

/// A file, by its target and name.
type Seeds = BTreeMap<(&'static str, String), Vec<u8>>;

/// Longer streams and captures only repeat what shorter ones show.
const MOST_PACKETS: usize = 12;

pub fn write() {
    let mut seeds = Seeds::new();
    for (exercise, capture) in played() {
        for bytes in packets(&capture, None) {
            one_packet(&mut seeds, bytes);
        }
        if EXERCISES.contains(&exercise) {
            whole_captures(&mut seeds, exercise, &capture);
        }
    }
    for (target, name, bytes) in BY_HAND {
        seeds.insert((target, name.to_owned()), bytes.to_vec());
    }
    let texts = [
        ("progress.json", Progress::new().export()),
        ("policy.json", serde_json::to_string(&Policy::default()).expect("a policy is JSON")),
    ];
    for (name, text) in texts {
        seeds.insert(("text", name.to_owned()), text.into_bytes());
    }
    for ((target, name), bytes) in seeds {
        fs::create_dir_all(folder(target)).expect("a folder can be made");
        fs::write(folder(target).join(name), bytes).expect("a file can be written");
    }
}

/// Exercises whose captures are seeds as a whole: a first one, an earlier version, authentication, QoS 2.
const EXERCISES: [&str; 4] = ["first-connect", "three-or-five", "scram-login", "qos-2-window"];

/// The shortest packet of each type with each property, in each version that has it.
fn one_packet(seeds: &mut Seeds, bytes: Vec<u8>) {
    let Ok(packet) = decode(&bytes.clone().into(), None) else { return };
    let name = packet.packet_type().name().to_lowercase();
    let keys = packet.properties().iter().map(|property| format!("-{}", property.id().key()));
    for key in std::iter::once(String::new()).chain(keys) {
        keep_shorter(seeds, format!("{name}{}", key.replace('_', "-")), &bytes);
    }
    if let Ok(old) = encode_as(&packet, Version::V3_1_1) {
        keep_shorter(seeds, format!("{name}-3.1.1"), &old);
    }
}

fn keep_shorter(seeds: &mut Seeds, name: String, bytes: &[u8]) {
    let seed = seeds.entry(("decode", name)).or_insert_with(|| bytes.to_vec());
    if bytes.len() < seed.len() {
        *seed = bytes.to_vec();
    }
}

fn whole_captures(seeds: &mut Seeds, exercise: &str, capture: &Capture) {
    let mut add = |target, ending: &str, bytes| {
        seeds.insert((target, format!("{exercise}{ending}")), bytes);
    };
    add("deframe", "", stream(capture, Sender::Client, 0));
    for policy in 0..4 {
        add("broker", &format!("-policy-{policy}"), stream(capture, Sender::Client, policy));
    }
    add("client", "", stream(capture, Sender::Server, 0));
    let some: Vec<_> = capture.records().take(MOST_PACKETS).cloned().collect();
    add("files", ".json", records_to_json(capture, some.iter()).into_bytes());
    add("files", ".pcapng", records_to_pcapng(capture, some.iter()));
    let bytes = pack(capture, some.iter());
    let link = Folded { bytes: bytes.clone(), is_compressed: false }.to_text();
    add("text", ".link", link.into_bytes());
    add("text", ".packed", bytes);
    let digits = packets(capture, None).take(3).map(|packet| hex_groups(&packet, 1));
    add("text", ".hex", digits.collect::<Vec<_>>().join("\n").into_bytes());
}

const BY_HAND: [(&str, &str, &[u8]); 13] = [
    ("payload", "object.json", br#"{"a":[1,-2.5e3,true,null],"b":{"c":"\u00e9"}}"#),
    ("payload", "map.cbor", b"\xA2\x61a\x83\x01\x20\xF9\x3C\x00\x61b\xC0\x74\x32013-03-21T20:04:00Z"),
    ("payload", "endless.cbor", b"\x9F\x5F\x41\x01\xFF\x7F\x61a\xFF\xBF\x61k\xF6\xFF\xFF"),
    ("payload", "map.msgpack", b"\x82\xA1a\x93\x01\xFF\xCB\x3F\xF0\0\0\0\0\0\0\xA1b\xD6\xFF\0\0\0\0"),
    ("payload", "message.protobuf", b"\x08\x96\x01\x12\x07testing\x1D\0\0\x80\x3F\x22\x02\x08\x01"),
    ("payload", "metric.sparkplug", b"\x08\xB8\xF9\xCA\xEC\xC7\x2D\x12\x0B\x0A\x05level\x20\x09\x65\0\0\x80\x3F\x18\0"),
    ("payload", "text.base64", b"eyJhIjoxfQ=="),
    ("payload", "text.zlib", b"\x78\x9C\x4B\x4C\x4A\x06\0\x02\x4D\x01\x27"),
    ("text", "dump-of-xxd", b"00000000: 1010 0004 4d51 5454 0502 003c 0000 0361  ....MQTT...<...a\n00000010: 6263                                     bc\n"),
    ("text", "array-of-c", b"uint8_t packet[] = { 0xC0, 0x00, 0xd0, 0 };"),
    ("text", "literal-of-python", br#"b'\xe0\x00' + b"\x30\x04\x00\x01t\x00""#),
    ("text", "line.json", br#"{"hex":"C000","from":"client"}"#),
    ("text", "words-of-a-filter", b"client:A -PINGREQ topic:a/+ \"a b\" follow:#7"),
];
