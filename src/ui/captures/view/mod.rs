//! The views; they exist in the browser only.

mod compare_view;
mod fold;
mod look;
mod menu;
mod shelf;

pub use compare_view::CompareView;
pub use look::Look;
pub use menu::CaptureMenu;
pub use shelf::{CaptureShelf, Item, LINK, use_capture_shelf};
