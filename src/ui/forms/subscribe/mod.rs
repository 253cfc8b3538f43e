//! The SUBSCRIBE form (§3.8).

mod draft;

pub use draft::SubscribeDraft;
