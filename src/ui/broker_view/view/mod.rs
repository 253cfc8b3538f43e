//! The views; they exist in the browser only.

mod access_lists;
pub mod entry;
mod lines_tab;
mod log_tab;
mod opening;
mod panel;
mod policy_tab;
mod session_card;
mod state_tab;
mod time_bar;
pub mod way_card;

pub use opening::BrokerView;
pub use panel::Panel;
