//! A bounded number of inputs that nobody would send, for each of `fuzz/targets.rs`: the corpus as it is, then
//! mutations of it from fixed seeds, so that a run is the same everywhere.
//!
//! `FUZZ_TIMES=1000 cargo test --profile fuzz --test fuzzed -- --nocapture` tries a thousand times as many and tells how
//! many that were, `FUZZ_SECONDS=600` stops earlier; `fuzz/README.md` has this and how to look for inputs by coverage.
//!
//! An input that breaks something becomes a file of `fuzz/corpus/`. Those are tried first.
#![cfg(not(target_arch = "wasm32"))]

mod corpus;
#[path = "../flows/broker/dice.rs"]
mod dice;
mod mutations;
mod seeds;
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mqtt5_playground::mqtt::{self, PacketType};
use mutations::Mutator;
use targets::Target;

/// Inputs to try for a target with every run of the tests, a few seconds at most.
fn inputs(target: &str) -> u64 {
    match target {
        "decode" => 1500,
        "deframe" => 40_000,
        "text" => 2000,
        "files" => 400,
        "payload" => 5000,
        _ => 10_000,
    }
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().expect("a number"))
}

fn fuzz((name, check): Target) {
    let seeds = corpus::of(name);
    assert!(seeds.len() > 3, "there is no corpus for {name}");
    let times = number_from("FUZZ_TIMES").unwrap_or(1);
    let most = number_from("FUZZ_SECONDS").map_or(Duration::MAX, Duration::from_secs);
    let began = Instant::now();
    let mut packets = 0;
    for seed in &seeds {
        packets += try_one(name, check, seed);
    }
    // Damage to a long one is mostly damage to its payload.
    let most_bytes = if name == "decode" { 200 } else { usize::MAX };
    let short: Vec<_> = seeds.into_iter().filter(|seed| seed.len() <= most_bytes).collect();
    let mut mutator = Mutator::new(&short);
    let mut count = 0;
    while count < inputs(name) * times && (count % 1000 > 0 || began.elapsed() < most) {
        packets += try_one(name, check, mutator.next());
        count += 1;
    }
    let took = began.elapsed().as_secs_f64();
    println!("{name}: {count} inputs, {packets} packets in {took:.1} s");
}

/// An input that breaks something becomes part of the corpus.
fn try_one(name: &str, check: fn(&[u8]) -> usize, input: &[u8]) -> usize {
    catch_unwind(AssertUnwindSafe(|| check(input))).unwrap_or_else(|panic| {
        eprintln!("{name} broke; its input is kept in {}", corpus::keep(name, input).display());
        std::panic::resume_unwind(panic)
    })
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            fuzz(*targets::ALL.iter().find(|(name, _)| *name == stringify!($name)).expect("it is one"));
        })*

        #[test]
        fn every_target_is_tried() {
            let names = [$(stringify!($name)),*];
            assert!(targets::ALL.iter().map(|(name, _)| *name).eq(names));
        }
    };
}

targets! { decode deframe broker client files text payload }

/// `UPDATE_CORPUS=1 cargo test --test fuzzed corpus` writes the seeds once more.
#[test]
fn corpus_holds_a_seed_for_every_packet_and_target() {
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        seeds::write();
    }
    for (target, _) in targets::ALL {
        assert!(corpus::stored(target).len() > 3, "{target}: too few files");
    }
    let files = corpus::stored("decode").into_iter();
    let packets: Vec<_> = files.filter_map(|file| mqtt::decode(&file.into(), None).ok()).collect();
    for packet in PacketType::ALL {
        let has_one = packets.iter().any(|one| one.packet_type() == packet);
        assert!(has_one, "no seed is a {}", packet.name());
    }
}
