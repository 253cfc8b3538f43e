//! The CONNECT form (§3.1).

mod draft;

pub use draft::ConnectDraft;
