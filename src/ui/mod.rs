//! The page: shows snapshots, turns gestures into [`Act`](crate::lab::Act)s, decides nothing about MQTT.
//!
//! A folder is a feature: plain Rust that is compiled and tested natively too, and its `view`, which
//! exists in the browser only. Only `state` holds the lab.
//!
//! From the bottom up: `browser` and `loading`, `navigation`, `state`, `components`, the features, `pages`,
//! `app`. `tests/layering.rs` holds that order.

pub mod bench;
pub mod broker_choice;
pub mod broker_view;
pub mod captures;
pub mod client_panel;
pub mod composer;
pub mod examine;
pub mod findings;
pub mod finish;
pub mod format;
pub mod forms;
pub mod inspector;
pub mod ladder;
pub mod lamp;
pub mod lesson;
pub mod measure;
pub mod navigation;
pub mod pace;
pub mod packet_family;
pub mod packet_list;
pub mod payload;
pub mod pictures;
pub mod reference;
pub mod role_names;
pub mod settings;
pub mod stage;
pub mod traffic;
pub mod visible;
pub mod why;
pub mod windowed;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod erased;
#[cfg(target_arch = "wasm32")]
mod loading;
#[cfg(target_arch = "wasm32")]
mod other_clients;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(target_arch = "wasm32")]
pub use app::{App, start};
#[cfg(target_arch = "wasm32")]
pub use browser::rescue::{save_what_is_left, tell_panics};
