//! The session view: what is remembered of each client on one axis of time, for how long still, and every
//! return.

pub mod model;
pub mod timeline;
#[cfg(target_arch = "wasm32")]
pub mod view;
