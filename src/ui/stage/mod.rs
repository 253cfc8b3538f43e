//! The stage: the clients and the broker between them, packets on their way, the picture, and the panels
//! that open beside it.

pub mod model;

#[cfg(target_arch = "wasm32")]
mod cast;
#[cfg(target_arch = "wasm32")]
mod desk;
#[cfg(target_arch = "wasm32")]
mod hops;
#[cfg(target_arch = "wasm32")]
mod panels;
#[cfg(target_arch = "wasm32")]
mod tabs;

#[cfg(target_arch = "wasm32")]
pub use cast::Cast;
#[cfg(target_arch = "wasm32")]
pub use desk::{Desk, focus_field, use_desk};
#[cfg(target_arch = "wasm32")]
pub use panels::Panels;
#[cfg(target_arch = "wasm32")]
pub use tabs::PaneTabs;
