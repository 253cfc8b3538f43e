//! The session view: what is remembered of each client, for how long still, and every return.

pub mod model;

#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::SessionsPicture;
