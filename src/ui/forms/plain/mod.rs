//! The packets that have no form of their own: a Packet Identifier, Reason Codes, properties.

mod draft;
#[cfg(target_arch = "wasm32")]
mod plain_form;

pub use draft::{PlainDraft, complete};
#[cfg(target_arch = "wasm32")]
pub use plain_form::PlainForm;
