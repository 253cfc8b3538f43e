//! What differs on the learner's own broker, from a report of it.

pub mod entry;
mod your_broker;

pub use your_broker::{YourBroker, YourBrokerFold};
