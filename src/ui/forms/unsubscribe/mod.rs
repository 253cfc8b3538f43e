//! The UNSUBSCRIBE form (§3.10).

mod draft;

pub use draft::UnsubscribeDraft;
