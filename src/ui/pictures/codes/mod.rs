//! Reason Code grid: every code by packet, lit once it has been seen on the learner's own wire.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
