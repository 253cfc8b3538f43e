//! The inside of the broker in the tab, live, and everything its operator may do: its state, what it
//! did and why, its policy, the lines to its clients, and the clock.

pub mod access;
pub mod model;
pub mod settings;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod access_lists;
#[cfg(target_arch = "wasm32")]
pub mod controls;
#[cfg(target_arch = "wasm32")]
mod lines_tab;
#[cfg(target_arch = "wasm32")]
mod log_tab;
#[cfg(target_arch = "wasm32")]
mod opening;
#[cfg(target_arch = "wasm32")]
mod panel;
#[cfg(target_arch = "wasm32")]
mod policy_tab;
#[cfg(target_arch = "wasm32")]
mod session_card;
#[cfg(target_arch = "wasm32")]
mod setting_row;
#[cfg(target_arch = "wasm32")]
mod state_tab;
#[cfg(target_arch = "wasm32")]
mod time_bar;
#[cfg(target_arch = "wasm32")]
pub mod until;
#[cfg(target_arch = "wasm32")]
pub mod way_card;

#[cfg(target_arch = "wasm32")]
pub use opening::{BrokerPanel, BrokerView, use_broker_panel};
#[cfg(target_arch = "wasm32")]
pub use panel::Panel;
