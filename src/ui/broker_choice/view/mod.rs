//! The choice of a broker: its menu and form.

mod broker_form;
mod broker_menu;
pub mod entry;

pub use broker_form::BrokerForm;
pub use broker_menu::BrokerMenu;
