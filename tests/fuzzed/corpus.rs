//! Where the inputs come from: files of `fuzz/corpus/`, one folder a target, which cargo-fuzz reads too, and all that
//! passes in the solutions of the exercises.

use std::fs;
use std::path::{Path, PathBuf};

use mqtt5_playground::capture::{Capture, Entry};
use mqtt5_playground::course::{CHAPTERS, Rehearsal};
use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::formats::pcap::records_to_pcapng;
use mqtt5_playground::formats::share::{Folded, pack};
use mqtt5_playground::mqtt::{Packet, Sender, decode, hex_groups};

/// All inputs for a target, each once.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let mut inputs = stored(target);
    for (_, capture) in played() {
        match target {
            "decode" => inputs.extend(packets(&capture, None)),
            "deframe" => inputs.push(stream(&capture, Sender::Client, 0)),
            // The upper bits say which policy the broker has, and what the client asks for.
            "broker" => inputs.extend((0..4).map(|bits| stream(&capture, Sender::Client, bits))),
            "client" => inputs.extend((0..4).map(|bits| stream(&capture, Sender::Server, bits))),
            "payload" => inputs.extend(payloads(&capture)),
            "files" => {
                let json = records_to_json(&capture, capture.records().take(20));
                inputs.push(json.into_bytes());
                let some: Vec<_> = capture.records().take(40).cloned().collect();
                inputs.push(records_to_pcapng(&capture, some.iter()));
            }
            "text" => {
                let bytes = pack(&capture, capture.records());
                inputs.push(Folded { bytes: bytes.clone(), is_compressed: false }.to_text().into());
                inputs.push(bytes);
                inputs.extend(packets(&capture, None).map(|packet| hex_groups(&packet, 1).into()));
            }
            _ => {}
        }
    }
    inputs.sort();
    inputs.dedup();
    inputs
}

/// Adds an input to the files of a target.
pub fn keep(target: &str, input: &[u8]) -> PathBuf {
    let sum =
        input.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    let file = folder(target).join(format!("broke-{sum:08x}"));
    fs::create_dir_all(folder(target)).expect("a folder can be made");
    fs::write(&file, input).expect("a file can be written");
    file
}

pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// The files of a target, in the order of their names.
pub fn stored(target: &str) -> Vec<Vec<u8>> {
    let Ok(files) = fs::read_dir(folder(target)) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("it can be listed").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("it can be read")).collect()
}

/// Each exercise by its id, and what its solution leaves on the wire.
pub fn played() -> impl Iterator<Item = (&'static str, Capture)> {
    CHAPTERS.iter().flat_map(|chapter| chapter.exercises).map(|exercise| {
        let mut rehearsal = Rehearsal::new(exercise, "7f");
        for next in (exercise.solution)(&rehearsal.cast) {
            rehearsal.make(&next);
        }
        (exercise.id, rehearsal.lab.capture().clone())
    })
}

pub fn packets(capture: &Capture, from: Option<Sender>) -> impl Iterator<Item = Vec<u8>> {
    capture.records().filter_map(move |record| match &record.entry {
        Entry::Packet { sender, bytes } if from.is_none_or(|from| from == *sender) => {
            Some(bytes.to_vec())
        }
        _ => None,
    })
}

fn payloads(capture: &Capture) -> impl Iterator<Item = Vec<u8>> {
    packets(capture, None).filter_map(|bytes| match decode(&bytes.into(), None) {
        Ok(Packet::Publish(publish)) => Some(publish.payload.to_vec()),
        _ => None,
    })
}

/// All that one side sent, behind a byte that says how long the pieces are.
pub fn stream(capture: &Capture, from: Sender, upper_bits: u8) -> Vec<u8> {
    let begin = 40 | upper_bits << 6;
    [begin].into_iter().chain(packets(capture, Some(from)).flatten()).collect()
}
