//! Metadata view: what of a message stands in properties and what in its payload, how many bytes each
//! takes, and who can read it without opening the payload.

pub mod model;

#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::MetadataPicture;
