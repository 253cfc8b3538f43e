//! Which broker: named by the page's own address, or remembered, or the one in the tab.

pub mod known;
#[cfg(target_arch = "wasm32")]
pub mod view;

use crate::capture::ClientSlot;
use crate::lab::Lab;
use crate::language::Strings;
use crate::link::{AddressError, Target};
use crate::ui::format::quoted;

/// A broker's name in a line of text.
pub fn name(target: &Target, strings: &Strings) -> String {
    match target {
        Target::InTab => strings.broker_in_tab().to_owned(),
        Target::At(address) => format!("{}:{}", quoted(address.host()), address.port()),
    }
}

/// What is wrong with a typed address, and what to type instead.
pub fn error_words(error: &AddressError, strings: &Strings) -> String {
    match error {
        AddressError::Empty | AddressError::SchemeMissing => {
            strings.address_scheme_missing().to_owned()
        }
        AddressError::Scheme(scheme) => strings.address_scheme(quoted(scheme)),
        AddressError::HostMissing => strings.address_host_missing().to_owned(),
        AddressError::Character(c) => strings.address_character(format!("{c:?}")),
        AddressError::Port(port) => strings.address_port(quoted(port)),
        AddressError::Credentials => strings.address_credentials().to_owned(),
        AddressError::Fragment => strings.address_fragment().to_owned(),
    }
}

/// Clients whose connection goes elsewhere than the next one will, by where it goes: a change of broker
/// leaves them there.
pub fn staying(lab: &Lab) -> Vec<(Target, Vec<ClientSlot>)> {
    let mut staying: Vec<(Target, Vec<ClientSlot>)> = Vec::new();
    for client in lab.clients() {
        let Some(target) = client.target().filter(|target| *target != lab.target()) else {
            continue;
        };
        match staying.iter_mut().find(|(other, _)| other == target) {
            Some((_, clients)) => clients.push(client.slot()),
            None => staying.push((target.clone(), vec![client.slot()])),
        }
    }
    staying
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Act;
    use crate::language::Language;
    use crate::link::BrokerAddress;
    use crate::mqtt::Connect;
    use crate::time::Instant;

    #[test]
    fn every_wrong_address_is_told_in_both_languages() {
        for text in ["", "x", "mqtt://a", "ws://", "ws://a b", "ws://a:x", "ws://u@a", "ws://a/#b"]
        {
            let error = BrokerAddress::parse(text).expect_err(text);
            for language in Language::ALL {
                assert!(!error_words(&error, language.strings()).is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn a_change_of_broker_leaves_connections_where_they_are() {
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        lab.set_up(["publisher", "subscriber", "subscriber"], Instant::START);
        let [a, b, _] = [0, 1, 2].map(ClientSlot);
        for client in [a, b] {
            lab.act(Act::connect(client, Connect::default()), Instant::START).expect("allowed");
        }
        assert_eq!(staying(&lab), []);
        let address = BrokerAddress::parse("ws://localhost:9001").expect("well-formed");
        lab.set_target(Target::At(address));
        assert_eq!(staying(&lab), [(Target::InTab, vec![a, b])]);
    }
}
