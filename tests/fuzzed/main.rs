//! A bounded number of inputs that nobody would send, for each of `fuzz/targets.rs`: the corpus as it is, then
//! mutations of it from fixed seeds, so that a run is the same everywhere.
//!
//! `FUZZ_TIMES=1000 cargo test --release --test fuzzed -- --nocapture` tries a thousand times as many and tells how many
//! that were. `cargo +nightly fuzz run decode` looks for inputs by coverage.
//!
//! An input that breaks something becomes a file of `fuzz/corpus/`. Those are tried first.
#![cfg(not(target_arch = "wasm32"))]

mod corpus;
#[path = "../flows/broker/dice.rs"]
mod dice;
mod mutations;
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use mutations::Mutator;
use targets::Target;

/// Inputs to try for a target with every run of the tests, a few seconds at most.
fn inputs(target: &str) -> u64 {
    match target {
        "decode" => 1500,
        "deframe" => 40_000,
        "text" => 2000,
        "files" => 400,
        _ => 10_000,
    }
}

fn fuzz((name, check): Target) {
    let seeds = corpus::of(name);
    assert!(seeds.len() > 3, "there is no corpus for {name}");
    let times: u64 =
        std::env::var("FUZZ_TIMES").map_or(1, |times| times.parse().expect("a number"));
    let began = Instant::now();
    for seed in &seeds {
        try_one(name, check, seed);
    }
    let mut mutator = Mutator::new(&seeds);
    let count = inputs(name) * times;
    for _ in 0..count {
        try_one(name, check, mutator.next());
    }
    println!("{name}: {count} inputs in {:.1} s", began.elapsed().as_secs_f64());
}

/// An input that breaks something becomes part of the corpus.
fn try_one(name: &str, check: fn(&[u8]), input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) {
        eprintln!("{name} broke; its input is kept in {}", corpus::keep(name, input).display());
        std::panic::resume_unwind(panic);
    }
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

targets! { decode deframe broker client files text }
