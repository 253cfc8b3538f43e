//! The DISCONNECT form (§3.14).

#[cfg(target_arch = "wasm32")]
mod disconnect_form;
mod draft;

#[cfg(target_arch = "wasm32")]
pub use disconnect_form::DisconnectForm;
pub use draft::DisconnectDraft;
