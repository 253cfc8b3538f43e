//! The stage: the clients and the broker between them, packets on their way, the picture, and the panels
//! that open beside it.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
