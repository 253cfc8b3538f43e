//! The properties of a packet or of its Will, each one absent until it is set.

mod draft;
pub mod hints;

pub use draft::{PropertiesDraft, PropertyDraft};
