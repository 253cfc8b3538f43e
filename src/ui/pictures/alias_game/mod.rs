//! The fleet's day under several policies, one of them the learner's, and the way onto the wire.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
