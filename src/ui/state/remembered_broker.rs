//! The broker of the last visit, and the one that a page during development would have.

use leptos::prelude::window;

use crate::link::{BrokerAddress, Target};
use crate::ui::browser::storage::{self, Key};

/// `?broker=…` of the page's address wins over what is remembered.
pub fn initial(from_query: Option<&str>) -> Target {
    from_query
        .and_then(|text| Target::parse(text).ok())
        .or_else(|| Target::parse(&storage::load::<String>(Key::Broker)?).ok())
        .unwrap_or(Target::InTab)
}

/// Where a WebSocket listener usually stands during development: the machine that served the page,
/// port 9001.
pub fn usual_address() -> BrokerAddress {
    let host = window().location().hostname().ok().filter(|host| !host.is_empty());
    let served_here = host.and_then(|host| BrokerAddress::parse(&format!("ws://{host}:9001")).ok());
    served_here
        .filter(BrokerAddress::is_loopback)
        .or_else(|| BrokerAddress::parse("ws://localhost:9001").ok())
        .expect("the literal address is well-formed")
}

pub fn remember(target: &Target) {
    storage::save(Key::Broker, &target.to_string());
}
