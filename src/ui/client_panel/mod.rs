//! The bench: one panel a client, with its forms, what became of what it sent, and what it received.

pub mod automation;
pub mod model;
pub mod notice;
pub mod payload;
pub mod refusal;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use refusal::words as refusal_words;
