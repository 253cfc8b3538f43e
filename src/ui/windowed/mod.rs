//! Long lists of which only the rows in sight stand in the document.

mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::Sight;
