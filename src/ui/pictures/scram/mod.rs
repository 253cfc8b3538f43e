//! The computation of SCRAM-SHA-256: every value of an exchange, and both proofs checked.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
