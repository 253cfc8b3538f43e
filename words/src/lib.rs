//! The words of the playground. The page fetches them in [bundles](Bundle), each of which holds one type
//! of this crate: the feature `render` writes it from `locales/*.json` and Markdown, and the page reads
//! it back.
//!
//! `build.rs` of the playground puts them into the program, or only their names into one that fetches
//! them; `cargo xtask dist` puts them beside the page then. Both render the same, so they fit together.

mod bundle;
#[cfg(feature = "render")]
mod render;
mod texts;

pub use bundle::{Bundle, read};
#[cfg(feature = "render")]
pub use render::{File, LANGUAGE_NAMES, LANGUAGES, Parts, Words, sources};
pub use texts::*;
