//! The inside of the broker in the tab, live, and everything its operator may do: its state, what it
//! did and why, its policy, the lines to its clients, and the clock.

pub mod access;
pub mod model;
pub mod settings;
#[cfg(target_arch = "wasm32")]
pub mod view;
pub mod words;
