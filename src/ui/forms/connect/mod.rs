//! The CONNECT form (§3.1).

#[cfg(target_arch = "wasm32")]
mod connect_form;
mod draft;

#[cfg(target_arch = "wasm32")]
pub use connect_form::ConnectForm;
pub use draft::ConnectDraft;
