//! Byte diff: what the learner sent in 5.0, and the same in 3.1.1.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
