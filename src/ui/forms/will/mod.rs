//! The Will inside CONNECT (§3.1.2.5).

mod draft;
#[cfg(target_arch = "wasm32")]
mod will_fields;

pub use draft::WillDraft;
#[cfg(target_arch = "wasm32")]
pub use will_fields::WillFields;
