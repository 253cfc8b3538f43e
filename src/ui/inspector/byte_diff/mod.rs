//! Two byte strings side by side, field by field: what is the same, what differs, what only one of
//! them has. Also a packet of 5.0 beside what 3.1.1 would have written.

mod model;
mod versions;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::{Diff, Fate, Labelled, Part, Row};
pub use versions::{Note, Versions, has_versions, versions};
