//! The packet composer: one packet as fields and as bytes, each following the other; broken on purpose,
//! sent, and answered.

pub mod model;
pub mod paste;
#[cfg(target_arch = "wasm32")]
pub mod view;
mod words;

pub use words::breakage_words;
