//! The PUBLISH form (§3.3).

mod draft;
#[cfg(target_arch = "wasm32")]
mod publish_form;

pub use draft::PublishDraft;
#[cfg(target_arch = "wasm32")]
pub use publish_form::PublishForm;
