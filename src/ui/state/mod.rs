//! What the whole page shares, each made once: the lab when a view first asks for it, the progress and the theme by the app.

pub mod arrivals;
pub mod broker;
pub mod broker_panel;
pub mod calm;
pub mod on_demand;
pub mod progress;
pub mod remembered_broker;
pub mod revision;
pub mod store;
pub mod theme;
