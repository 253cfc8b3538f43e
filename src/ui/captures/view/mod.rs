//! The views; they exist in the browser only.

mod fold;
mod menu;
mod shelf;

pub use fold::{fold, unfold_bytes};
pub use menu::CaptureMenu;
pub use shelf::{CaptureShelf, Item, LINK, use_capture_shelf};
