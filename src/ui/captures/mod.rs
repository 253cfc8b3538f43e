//! Captures beside the live one: kept from the bench, opened from files and links, looked at and compared.
//!
//! None of them ever mixes with the live one: each is shown on a bench of its own, on which nothing
//! happens.

mod model;

#[cfg(target_arch = "wasm32")]
mod compare_view;
#[cfg(target_arch = "wasm32")]
mod fold;
#[cfg(target_arch = "wasm32")]
mod look;
#[cfg(target_arch = "wasm32")]
mod menu;
#[cfg(target_arch = "wasm32")]
mod shelf;

#[cfg(target_arch = "wasm32")]
pub use compare_view::CompareView;
#[cfg(target_arch = "wasm32")]
pub use look::Look;
#[cfg(target_arch = "wasm32")]
pub use menu::CaptureMenu;
pub use model::{Source, Summary, difference_name, error_try, error_words, not_read_words};
#[cfg(target_arch = "wasm32")]
pub use shelf::{CaptureShelf, Item, LINK, use_capture_shelf};
