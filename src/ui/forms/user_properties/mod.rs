//! User Properties: pairs in order, names may repeat (§3.3.2.3.7).

mod draft;
#[cfg(target_arch = "wasm32")]
mod pairs_editor;

pub use draft::{PairDraft, UserPropertiesDraft};
#[cfg(target_arch = "wasm32")]
pub use pairs_editor::PairsEditor;
