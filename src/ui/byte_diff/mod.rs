//! Two byte strings side by side, field by field: what is the same, what differs, what only one of
//! them has. Also a packet of 5.0 beside what 3.1.1 would have written.

mod model;
#[cfg(target_arch = "wasm32")]
mod version_diff;
mod versions;
#[cfg(target_arch = "wasm32")]
mod view;

pub use model::{Diff, Fate, Labelled, Part, Row};
#[cfg(target_arch = "wasm32")]
pub use version_diff::VersionDiff;
pub use versions::{Note, Versions, has_versions, versions};
#[cfg(target_arch = "wasm32")]
pub use view::ByteDiff;
