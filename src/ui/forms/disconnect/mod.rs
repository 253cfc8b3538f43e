//! The DISCONNECT form (§3.14).

mod draft;

pub use draft::DisconnectDraft;
