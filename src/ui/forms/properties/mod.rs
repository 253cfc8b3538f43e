//! The properties of a packet or of its Will, each one absent until it is set.

mod draft;
pub mod hints;
#[cfg(target_arch = "wasm32")]
mod properties_editor;
#[cfg(target_arch = "wasm32")]
mod property_row;

pub use draft::{PropertiesDraft, PropertyDraft};
#[cfg(target_arch = "wasm32")]
pub use properties_editor::PropertiesEditor;
#[cfg(target_arch = "wasm32")]
pub use property_row::PropertyRow;
