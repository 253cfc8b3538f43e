//! Everything on the wire as a sequence diagram: a lane for each client and each broker, an arrow for
//! each packet, lines between what belongs together.
//!
//! Rows and their geometry are plain Rust (`model`, `lanes`, `words`); only those in sight are drawn.

mod lanes;
mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
mod words;

pub use lanes::{End, Lanes};
pub use model::{Arrow, Chain, ChainKind, Join, Ladder, Mark, Rung, Span, Wait};
pub use words::{as_text, sentence};
