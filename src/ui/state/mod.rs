//! What the whole page shares, each made once by the app: the lab, the progress, the theme.

pub mod broker_panel;
pub mod calm;
pub mod progress;
pub mod remembered_broker;
pub mod revision;
pub mod store;
pub mod theme;
