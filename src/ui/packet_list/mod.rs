//! The packets on the wire as a list: what each says in one line, and a filter.
//!
//! The [ladder](super::ladder) shows the same records; what both need stands here.

mod facts;
mod flaws;
mod follow_words;
mod model;
mod term;
mod times;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use facts::{Facts, Line, explain_error, who, without_tags};
pub use flaws::{field_at_fault, flaw_line, flaw_words};
pub use follow_words::{CopyLine, copies, following, summary};
pub use model::{Filter, Matches, as_text, has_word, toggled, word_for};
pub use term::{Problem, Word};
pub use times::{Times, date_and_time, time_of};
