//! The request bench: what waits for its answer, how long the others took, and what was set aside.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
