//! What is odd in the packets of a wire, as a list: each finding in a sentence, with its packets and the exercise
//! that explains it.

#[cfg(target_arch = "wasm32")]
pub mod view;
mod words;

pub use words::{about, as_text, exercise, icon, sentence, severity};
