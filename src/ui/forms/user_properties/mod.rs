//! User Properties: pairs in order, names may repeat (§3.3.2.3.7).

mod draft;

pub use draft::{PairDraft, UserPropertiesDraft};
