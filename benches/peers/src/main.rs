//! The codec beside other Rust codecs, all in one run: nanoseconds a packet, the median of many rounds in which
//! each has its turn, so that what else the machine does meets all of them.
//!
//! `--quick` for fewer rounds; `--write FILE` for the bytes of the mixed packets; `--count ROW PASSES` for nothing
//! but that many passes of ours over the packets of a row, under a counter of instructions
//! (`valgrind --tool=callgrind`): the counts of one pass and of two differ by those of a pass.
//!
//! The peers check less: rumqttc no UTF-8, mqtt-proto few rules; which is to be kept in mind.

mod packets;

use std::hint::black_box;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use mqtt5_playground::mqtt::{Deframer, Packet, decode, encode, encode_into};
use mqtt5_playground_peers::{mqtt_proto_read, mqtt_protocol_core_read};
use rumqttc::v5::mqttbytes::v5 as rumq;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    if let Some(file) = after("--write") {
        let bytes = stream(&packets::mixed());
        return std::fs::write(file, bytes).expect("the file can be written");
    }
    if let Some(name) = after("--count") {
        let passes = arguments.last().and_then(|last| last.parse().ok()).unwrap_or(1);
        return count(name, passes);
    }
    let rounds = if has("--quick") { 7 } else { 41 };
    println!(
        "| work, ns a packet | ours | rumqttc 0.25 | mqtt-protocol-core 0.7 | mqtt-proto 0.4 |"
    );
    println!("|---|---|---|---|---|");
    for (name, packets, works) in rows() {
        row(&name, rounds, works(&packets));
    }
}

type Works = fn(&[Packet]) -> Vec<Option<Work<'_>>>;

/// The rows of the table: a name, and what is done to which packets.
fn rows() -> Vec<(String, Vec<Packet>, Works)> {
    let mixed = packets::mixed();
    let mut rows: Vec<(String, Vec<Packet>, Works)> = vec![
        ("decode, mixed, cut out of a stream".into(), mixed.clone(), decoding_stream),
        ("decode, mixed".into(), mixed.clone(), decoding),
        ("encode, mixed, into one buffer".into(), mixed.clone(), encoding),
        ("encode, mixed, each by itself".into(), mixed, encoding_alone),
    ];
    for (name, packet) in packets::single() {
        let many = vec![packet; if name.contains("64 KiB") { 50 } else { 1000 }];
        rows.push((format!("decode, {name}"), many.clone(), decoding));
        rows.push((format!("encode, {name}"), many, encoding));
    }
    rows
}

/// What is timed, and how many packets it handles.
type Work<'a> = (Box<dyn FnMut() + 'a>, usize);

fn row(name: &str, rounds: usize, mut works: Vec<Option<Work<'_>>>) {
    let mut times = vec![Vec::new(); works.len()];
    for round in 0..rounds + 1 {
        for (work, times) in works.iter_mut().zip(&mut times) {
            let Some((work, packets)) = work else { continue };
            let begun = Instant::now();
            work();
            let nanos = begun.elapsed().as_nanos() as f64 / *packets as f64;
            // The first round only warms up.
            if round > 0 {
                times.push(nanos);
            }
        }
    }
    let medians: Vec<Option<f64>> = times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied()
        })
        .collect();
    let ours = medians[0].expect("ours is always timed");
    print!("| {name} | {ours:.1} |");
    for peer in &medians[1..] {
        match peer {
            Some(peer) => print!(" {peer:.1} ({:.2} ×) |", peer / ours),
            None => print!(" |"),
        }
    }
    println!();
}

fn stream(packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    for packet in packets {
        encode_into(packet, &mut out).expect("it has a representation");
    }
    out
}

fn frames(packets: &[Packet]) -> Vec<Bytes> {
    // Slices of what has arrived, as they come out of a deframer.
    let mut deframer = Deframer::new();
    deframer.push(&stream(packets));
    let mut frames = Vec::new();
    while let Some(frame) = deframer.next_frame().expect("a good stream") {
        frames.push(frame);
    }
    frames
}

fn decoding_stream(packets: &[Packet]) -> Vec<Option<Work<'_>>> {
    let bytes = stream(packets);
    let count = packets.len();
    let ours = {
        let bytes = bytes.clone();
        move || {
            let mut deframer = Deframer::new();
            deframer.push(&bytes);
            while let Some(frame) = deframer.next_frame().expect("a good stream") {
                black_box(decode(&frame, None).expect("a good packet"));
            }
        }
    };
    let rumqttc = move || {
        let mut stream = BytesMut::new();
        stream.extend_from_slice(&bytes);
        while !stream.is_empty() {
            black_box(rumq::Packet::read(&mut stream, None).expect("a good packet"));
        }
    };
    vec![Some((Box::new(ours), count)), Some((Box::new(rumqttc), count)), None, None]
}

fn decoding(packets: &[Packet]) -> Vec<Option<Work<'_>>> {
    let frames = frames(packets);
    let count = frames.len();
    let ours = {
        let frames = frames.clone();
        move || {
            for frame in &frames {
                black_box(decode(black_box(frame), None).expect("a good packet"));
            }
        }
    };
    let rumqttc = {
        let stream = frames.concat();
        move || {
            let mut stream = BytesMut::from(&stream[..]);
            for _ in 0..count {
                black_box(rumq::Packet::read(&mut stream, None).expect("a good packet"));
            }
        }
    };
    let core = {
        let frames = frames.clone();
        move || {
            for frame in &frames {
                mqtt_protocol_core_read(black_box(frame));
            }
        }
    };
    let proto = move || {
        for frame in &frames {
            black_box(mqtt_proto_read(black_box(frame)));
        }
    };
    vec![
        Some((Box::new(ours), count)),
        Some((Box::new(rumqttc), count)),
        Some((Box::new(core), count)),
        Some((Box::new(proto), count)),
    ]
}

fn encoding(packets: &[Packet]) -> Vec<Option<Work<'_>>> {
    let frames = frames(packets);
    let count = frames.len();
    let ours = {
        let mut out = Vec::new();
        move || {
            out.clear();
            for packet in packets {
                encode_into(black_box(packet), &mut out).expect("it has a representation");
            }
            black_box(&out);
        }
    };
    let rumqttc = {
        let mut stream = BytesMut::from(&frames.concat()[..]);
        let packets: Vec<_> = std::iter::from_fn(|| {
            (!stream.is_empty())
                .then(|| rumq::Packet::read(&mut stream, None).expect("a good packet"))
        })
        .collect();
        let mut out = BytesMut::new();
        move || {
            out.clear();
            for packet in &packets {
                black_box(packet).write(&mut out, None).expect("it has a representation");
            }
            black_box(&out);
        }
    };
    let proto = proto_encoding(&frames);
    vec![Some((Box::new(ours), count)), Some((Box::new(rumqttc), count)), None, Some(proto)]
}

fn encoding_alone(packets: &[Packet]) -> Vec<Option<Work<'_>>> {
    let ours = move || {
        for packet in packets {
            black_box(encode(black_box(packet)).expect("it has a representation"));
        }
    };
    let proto = proto_encoding(&frames(packets));
    vec![Some((Box::new(ours), packets.len())), None, None, Some(proto)]
}

/// It writes each into memory of its own.
fn proto_encoding<'a>(frames: &[Bytes]) -> Work<'a> {
    let packets: Vec<_> = frames.iter().map(|frame| mqtt_proto_read(frame)).collect();
    let count = packets.len();
    let work = move || {
        for packet in &packets {
            black_box(black_box(packet).encode().expect("it has a representation"));
        }
    };
    (Box::new(work), count)
}

fn count(name: &str, passes: usize) {
    let (_, packets, works) = rows().into_iter().find(|row| row.0 == name).expect("a row's name");
    let (mut work, _) = works(&packets).swap_remove(0).expect("ours is in every row");
    for _ in 0..passes {
        work();
    }
}
