//! The choice of a broker: its menu and form.

mod access;
mod address_form;
mod broker_form;
mod broker_menu;
pub mod entry;
mod known_brokers;
mod listener_hint;
mod staying;

pub use access::follow_access;
pub use broker_form::BrokerForm;
pub use broker_menu::BrokerMenu;
