//! Brokers that the learner goes back to, under names.

use serde::{Deserialize, Serialize};

use crate::link::{BrokerAddress, SUBPROTOCOL, Target};

/// A broker as the browser keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its host and port, where it has no name.
    #[serde(default)]
    pub name: String,
    /// With its path.
    pub address: String,
    /// What to ask for; empty for none, nothing for the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subprotocol: Option<String>,
    /// For CONNECT. The Password is never kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}

impl Known {
    pub fn new(name: &str, address: &BrokerAddress) -> Known {
        let name = name.trim().chars().take(LONGEST_NAME).collect();
        Known { name, address: address.to_string(), subprotocol: None, user_name: None }
    }

    /// How one connects to it.
    pub fn with_access(self, subprotocol: &str, user_name: &str) -> Known {
        let (subprotocol, user_name) = (Some(subprotocol.to_owned()), Some(user_name.to_owned()));
        Known { subprotocol, user_name, ..self }
    }

    /// The subprotocol to ask for, and the User Name.
    pub fn access(&self) -> (String, String) {
        let subprotocol = self.subprotocol.as_deref().unwrap_or(SUBPROTOCOL);
        (subprotocol.to_owned(), self.user_name.clone().unwrap_or_default())
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

/// How one connects to a broker: the subprotocol to ask for, and the User Name.
pub fn access_of(known: &[Known], target: &Target) -> (String, String) {
    let address = target.to_string();
    let usual = || (SUBPROTOCOL.to_owned(), String::new());
    known.iter().find(|one| one.address == address).map_or_else(usual, Known::access)
}

/// Puts it in front of the others. Its name stays where it comes without one, and so does how one connects
/// to it.
pub fn remember(known: &mut Vec<Known>, mut new: Known) {
    let before = known.iter().position(|other| other.address == new.address);
    if let Some(before) = before.map(|at| known.remove(at)) {
        if new.name.is_empty() {
            new.name = before.name;
        }
        new.subprotocol = new.subprotocol.or(before.subprotocol);
        new.user_name = new.user_name.or(before.user_name);
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
    fn how_one_connects_stays_with_the_address_until_it_is_changed() {
        let mut list = Vec::new();
        let address = "wss://broker.example:8084/mqtt";
        let target = Target::parse(address).expect("an address");
        let access = |list: &[Known]| access_of(list, &target);
        let words = |subprotocol: &str, user: &str| (subprotocol.to_owned(), user.to_owned());
        assert_eq!(access(&list), words("mqtt", ""));
        remember(&mut list, known("", address));
        assert_eq!(access(&list), words("mqtt", ""));
        remember(&mut list, known("", address).with_access("", "tanaka"));
        remember(&mut list, known("at work", address));
        assert_eq!(access(&list), words("", "tanaka"));
        let text = serde_json::to_string(&list).expect("strings are JSON");
        assert_eq!(serde_json::from_str::<Vec<Known>>(&text).ok().as_ref(), Some(&list));
        remember(&mut list, known("", address).with_access("mqttv5", ""));
        assert_eq!(access(&list), words("mqttv5", ""));
        assert_eq!(access_of(&list, &Target::InTab), words("mqtt", ""));
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
