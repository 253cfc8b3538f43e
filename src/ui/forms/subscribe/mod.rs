//! The SUBSCRIBE form (§3.8).

mod draft;
#[cfg(target_arch = "wasm32")]
mod subscribe_form;

pub use draft::SubscribeDraft;
#[cfg(target_arch = "wasm32")]
pub use subscribe_form::SubscribeForm;
