//! What a client of the broker in the tab has to get right first, as with any broker: the address, and the
//! WebSocket handshake. So a lesson about them needs no server.

use super::address::{BrokerAddress, IN_TAB_HOST, Scheme};
use super::{SUBPROTOCOL, Target};

/// Where the broker in the tab listens. [`Target::InTab`] is short for it.
pub const PORT: u16 = 9001;
/// The path at which the broker in the tab listens.
pub const PATH: &str = "/mqtt";

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing listens on that port, or not with TLS.
    Port,
    /// A WebSocket server answers, but not at that path.
    Path,
    /// It does not support that subprotocol [MQTT-6.0.0-4].
    Subprotocol,
}

impl Refusal {
    /// Whether a web server answered: with another broker, the page could find that out.
    pub fn answers_http(self) -> bool {
        self != Refusal::Port
    }
}

/// The whole address of the broker in the tab.
pub fn address() -> BrokerAddress {
    let text = format!("ws://{IN_TAB_HOST}:{PORT}{PATH}");
    BrokerAddress::parse(&text).expect("its parts are an address")
}

/// Checks whether the broker in the tab accepts a connection.
///
/// # Errors
///
/// Why it does not: by port, path or subprotocol.
pub fn admit(target: &Target, subprotocol: &str) -> Result<(), Refusal> {
    if let Some(address) = target.address() {
        if address.scheme() != Scheme::Ws || address.port() != PORT {
            return Err(Refusal::Port);
        }
        if address.path() != PATH {
            return Err(Refusal::Path);
        }
    }
    match subprotocol {
        SUBPROTOCOL => Ok(()),
        _ => Err(Refusal::Subprotocol),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_address_and_subprotocol_lead_in() {
        for (target, subprotocol, expect) in [
            ("tab", "mqtt", Ok(())),
            ("ws://in-tab.test:9001/mqtt", "mqtt", Ok(())),
            ("tab", "mqttv3.1", Err(Refusal::Subprotocol)),
            ("tab", "", Err(Refusal::Subprotocol)),
            ("ws://in-tab.test:9001/mqtt", "MQTT", Err(Refusal::Subprotocol)), // names are exact
            ("ws://in-tab.test:1883/mqtt", "mqtt", Err(Refusal::Port)),
            ("ws://in-tab.test/mqtt", "mqtt", Err(Refusal::Port)),
            ("wss://in-tab.test:9001/mqtt", "mqtt", Err(Refusal::Port)),
            ("ws://in-tab.test:9001", "mqtt", Err(Refusal::Path)),
            ("ws://in-tab.test:9001/ws", "", Err(Refusal::Path)),
        ] {
            let target = Target::parse(target).expect("well-formed");
            assert!(target.is_in_tab());
            assert_eq!(admit(&target, subprotocol), expect, "{target} {subprotocol:?}");
        }
        assert_eq!(address().to_string(), "ws://in-tab.test:9001/mqtt");
        assert!(!Target::parse("ws://localhost:9001/mqtt").expect("well-formed").is_in_tab());
    }
}
