//! The views; they exist in the browser only.

mod access_lists;
pub mod controls;
pub mod entry;
mod lines_tab;
mod log_tab;
mod opening;
mod panel;
mod policy_tab;
mod session_card;
mod setting_row;
mod state_tab;
mod time_bar;
pub mod until;
pub mod way_card;

pub use opening::{BrokerPanel, BrokerView, use_broker_panel};
pub use panel::Panel;
