//! The subscription tracer: for every message, which subscriptions matched and what came of it.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
