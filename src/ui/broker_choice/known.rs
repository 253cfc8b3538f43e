//! Brokers that the learner goes back to, under names.

use serde::{Deserialize, Serialize};

use crate::link::BrokerAddress;

/// A broker as the browser keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its host and port, where it has no name.
    #[serde(default)]
    pub name: String,
    /// With its path.
    pub address: String,
}

impl Known {
    pub fn new(name: &str, address: &BrokerAddress) -> Known {
        let name = name.trim().chars().take(LONGEST_NAME).collect();
        Known { name, address: address.to_string() }
    }

    /// What it is called in a list.
    pub fn title(&self) -> String {
        match (self.name.as_str(), BrokerAddress::parse(&self.address)) {
            ("", Ok(address)) => format!("{}:{}", address.host(), address.port()),
            ("", Err(_)) => self.address.clone(),
            (name, _) => name.to_owned(),
        }
    }
}

/// Puts it in front of the others. Its name stays where it comes without one.
pub fn remember(known: &mut Vec<Known>, mut new: Known) {
    let before = known.iter().position(|other| other.address == new.address);
    if let Some(before) = before.map(|at| known.remove(at))
        && new.name.is_empty()
    {
        new.name = before.name;
    }
    known.insert(0, new);
    known.truncate(MOST);
}

pub fn forget(known: &mut Vec<Known>, address: &str) {
    known.retain(|other| other.address != address);
}

pub const LONGEST_NAME: usize = 40;

/// More would be a list to search in.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, address: &str) -> Known {
        Known::new(name, &BrokerAddress::parse(address).expect("an address"))
    }

    #[test]
    fn the_latest_comes_first_once_and_keeps_its_name() {
        let mut list = Vec::new();
        remember(&mut list, known(" at work ", "wss://broker.example:8084/mqtt"));
        remember(&mut list, known("", "ws://localhost:9001"));
        remember(&mut list, known("", "wss://broker.example:8084/mqtt"));
        let titles: Vec<_> = list.iter().map(Known::title).collect();
        assert_eq!(titles, ["at work", "localhost:9001"]);
        assert!(list[0].address.ends_with("/mqtt"), "{}", list[0].address);

        for port in 1..20 {
            remember(&mut list, known("", &format!("ws://localhost:{port}")));
        }
        assert_eq!(list.len(), MOST);
        assert_eq!(list[0].title(), "localhost:19");
        let address = list[0].address.clone();
        forget(&mut list, &address);
        assert_eq!(list[0].title(), "localhost:18");
    }
}
