//! The UNSUBSCRIBE form (§3.10).

mod draft;
#[cfg(target_arch = "wasm32")]
mod unsubscribe_form;

pub use draft::UnsubscribeDraft;
#[cfg(target_arch = "wasm32")]
pub use unsubscribe_form::UnsubscribeForm;
