//! Long lists of which only the rows in sight stand in the document.

mod model;
#[cfg(target_arch = "wasm32")]
mod view;

pub use model::Sight;
#[cfg(target_arch = "wasm32")]
pub use view::{FirstLook, Windowed, use_windowed, use_windowed_like};
