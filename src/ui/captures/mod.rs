//! Captures beside the live one: kept from the bench, opened from files and links, looked at and compared.
//!
//! None of them ever mixes with the live one: each is shown on a bench of its own, on which nothing
//! happens.

pub mod kept;
mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::{Source, Summary, difference_name, error_try, error_words, not_read_words};
