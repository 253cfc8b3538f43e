//! The packets on the wire as a list: what each says in one line, and a filter.
//!
//! The [ladder](super::ladder) shows the same records; what both need stands here.

mod calm;
mod facts;
mod model;
mod times;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use calm::{ANIMATED, pause};
pub use facts::{Facts, Line, explain_error, without_tags};
pub use model::{Filter, Matches, as_text, has_word, toggled, word_for};
pub use times::{Times, date_and_time, time_of};
