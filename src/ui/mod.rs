//! The page: shows snapshots, turns gestures into [`Act`](crate::lab::Act)s, decides nothing about MQTT.
//!
//! Only [`store`] holds the lab. Files named `model.rs` or `draft.rs` are plain Rust, compiled and
//! tested natively too; views exist in the browser only.

pub mod address;
pub mod broker_choice;
pub mod client_panel;
pub mod family;
pub mod forms;
pub mod lesson;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod inspector;
#[cfg(target_arch = "wasm32")]
mod locale;
#[cfg(target_arch = "wasm32")]
mod packet_list;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod pane;
#[cfg(target_arch = "wasm32")]
mod probe;
#[cfg(target_arch = "wasm32")]
mod progress;
#[cfg(target_arch = "wasm32")]
mod storage;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod theme;

#[cfg(target_arch = "wasm32")]
pub use app::App;
