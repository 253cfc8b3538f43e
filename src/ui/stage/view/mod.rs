//! The views; they exist in the browser only.

mod cast;
mod hops;
mod panels;
mod tabs;

pub use cast::Cast;
pub use panels::Panels;
pub use tabs::PaneTabs;
