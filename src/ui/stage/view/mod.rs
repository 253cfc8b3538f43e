//! The views; they exist in the browser only.

mod cast;
mod desk;
mod hops;
mod panels;
mod tabs;

pub use cast::Cast;
pub use desk::{Desk, focus_field, use_desk};
pub use panels::Panels;
pub use tabs::PaneTabs;
