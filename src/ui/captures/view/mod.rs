//! The views; they exist in the browser only.

mod dropped;
mod fold;
mod menu;
mod shelf;

pub use dropped::{DroppedFiles, use_dropped_files};
pub use fold::{fold, unfold_bytes};
pub use menu::CaptureMenu;
pub use shelf::{CaptureShelf, Item, LINK, use_capture_shelf};
