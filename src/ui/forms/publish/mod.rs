//! The PUBLISH form (§3.3).

mod draft;

pub use draft::PublishDraft;
