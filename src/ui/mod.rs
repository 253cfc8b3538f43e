//! The page: shows snapshots, turns gestures into [`Act`](crate::lab::Act)s, decides nothing about MQTT.
//!
//! Only `store.rs` holds the lab. Files named `model.rs` or `draft.rs` are plain Rust, compiled and
//! tested natively too; views exist in the browser only.

pub mod address;
pub mod bench;
pub mod broker_choice;
pub mod broker_view;
pub mod byte_diff;
pub mod captures;
pub mod client_panel;
pub mod composer;
pub mod family;
pub mod finish;
pub mod format;
pub mod forms;
pub mod inspector;
pub mod ladder;
pub mod lesson;
pub mod packet_list;
pub mod pictures;
pub mod reference;
pub mod stage;
pub mod why;
pub mod windowed;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod behind;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod bundles;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod elsewhere;
#[cfg(target_arch = "wasm32")]
mod late_style;
#[cfg(target_arch = "wasm32")]
mod lazy;
#[cfg(target_arch = "wasm32")]
mod live;
#[cfg(target_arch = "wasm32")]
mod locale;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod pane;
#[cfg(target_arch = "wasm32")]
mod parts;
#[cfg(target_arch = "wasm32")]
mod probe;
#[cfg(target_arch = "wasm32")]
mod progress;
#[cfg(target_arch = "wasm32")]
mod route;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod storage;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod theme;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(target_arch = "wasm32")]
pub use app::App;
#[cfg(target_arch = "wasm32")]
pub use start::start;
