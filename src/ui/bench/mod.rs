//! The free bench: named set-ups of any number of clients, kept in the browser and shared as links.

pub mod around;
pub mod journal;
pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
