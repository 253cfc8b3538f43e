//! The Will inside CONNECT (§3.1.2.5).

mod draft;

pub use draft::WillDraft;
