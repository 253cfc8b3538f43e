//! Metadata: how far everything in a message goes, end to end or only to the Server, what of it the receiver
//! really gets, and who can read it without opening the payload.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
