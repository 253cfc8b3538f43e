//! The address of a broker's WebSocket listener.

use std::fmt;

/// A checked `ws://` or `wss://` address. Displays as it is to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BrokerAddress {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
    /// With its leading `/`, and the query; empty where none was given.
    path: String,
}

/// The broker to connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The broker that runs in the same tab as the clients.
    InTab,
    /// At this address.
    At(BrokerAddress),
}

impl Target {
    /// Reads what [`Target`] displays: `tab`, or an address.
    ///
    /// # Errors
    ///
    /// Those of [`BrokerAddress::parse`].
    pub fn parse(text: &str) -> Result<Target, AddressError> {
        match text.trim() {
            IN_TAB => Ok(Target::InTab),
            address => BrokerAddress::parse(address).map(Target::At),
        }
    }

    /// The address; `None` for the broker in the tab.
    pub fn address(&self) -> Option<&BrokerAddress> {
        match self {
            Target::InTab => None,
            Target::At(address) => Some(address),
        }
    }

    /// Whether it leads to the broker in the tab, under its short name or an address there.
    pub fn is_in_tab(&self) -> bool {
        self.address().is_none_or(BrokerAddress::is_in_tab)
    }
}

const IN_TAB: &str = "tab";
pub(super) const IN_TAB_HOST: &str = "in-tab.test";

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::InTab => f.write_str(IN_TAB),
            Target::At(address) => address.fmt(f),
        }
    }
}

/// The scheme of a WebSocket address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `ws://`, without TLS.
    Ws,
    /// `wss://`, with TLS.
    Wss,
}

impl Scheme {
    /// The port of an address without one.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Ws => 80,
            Scheme::Wss => 443,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Scheme::Ws => "ws://",
            Scheme::Wss => "wss://",
        }
    }
}

/// Why a text is not the address of a WebSocket listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// There is no text.
    Empty,
    /// It names a scheme other than `ws` and `wss`.
    Scheme(String),
    /// It names no scheme.
    SchemeMissing,
    /// It names no host.
    HostMissing,
    /// A character that is not allowed in a host or path.
    Character(char),
    /// What follows the colon is not a port.
    Port(String),
    /// User name and password belong in CONNECT; browsers refuse them in the address.
    Credentials,
    /// A WebSocket address has no `#fragment`.
    Fragment,
}

impl BrokerAddress {
    /// Reads an address as a person writes it.
    ///
    /// # Errors
    ///
    /// Says which part is missing or wrong.
    pub fn parse(text: &str) -> Result<BrokerAddress, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(bad) =
            text.chars().find(|c| c.is_whitespace() || c.is_control() || "<>\"\\^`{|}".contains(*c))
        {
            return Err(AddressError::Character(bad));
        }
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::SchemeMissing)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "ws" => Scheme::Ws,
            "wss" => Scheme::Wss,
            other => return Err(AddressError::Scheme(other.to_owned())),
        };
        if rest.contains('#') {
            return Err(AddressError::Fragment);
        }
        let split = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(split);
        if authority.contains('@') {
            return Err(AddressError::Credentials);
        }
        // The colons of an IPv6 address are inside brackets.
        let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[host_end..].split_once(':') {
            None => (authority, None),
            Some((before, port)) => (&authority[..host_end + before.len()], Some(port)),
        };
        if host.is_empty() {
            return Err(AddressError::HostMissing);
        }
        let port = match port {
            None => None,
            Some(digits) => match digits.parse::<u16>() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(AddressError::Port(digits.to_owned())),
            },
        };
        let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
        Ok(BrokerAddress { scheme, host: host.to_ascii_lowercase(), port, path })
    }

    /// `ws` or `wss`.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The name or IP address of the machine.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, given or by default.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// The path and the query, with the leading `/`; empty where none was given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it names the tab itself: a name that no network knows (RFC 6761, `.test`).
    pub fn is_in_tab(&self) -> bool {
        self.host == IN_TAB_HOST
    }

    /// Whether it names this machine. Browsers allow that even from an https page.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || self.host == "[::1]"
            || (self.host.starts_with("127.") && self.host.parse::<std::net::Ipv4Addr>().is_ok())
    }
}

impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.scheme.prefix(), self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_whole_or_refused_with_a_reason() {
        for (text, expect) in [
            ("ws://localhost:9001", Ok("ws://localhost:9001")),
            ("  wss://Broker.example/mqtt ", Ok("wss://broker.example/mqtt")),
            ("WS://127.0.0.1:9001/", Ok("ws://127.0.0.1:9001/")),
            ("ws://[::1]:9001/mqtt?token=a:b", Ok("ws://[::1]:9001/mqtt?token=a:b")),
            ("ws://host?x=1", Ok("ws://host/?x=1")),
            ("", Err(AddressError::Empty)),
            ("localhost:9001", Err(AddressError::SchemeMissing)),
            ("mqtt://localhost:1883", Err(AddressError::Scheme("mqtt".into()))),
            ("http://localhost", Err(AddressError::Scheme("http".into()))),
            ("ws://", Err(AddressError::HostMissing)),
            ("ws://:9001", Err(AddressError::HostMissing)),
            ("ws://host:", Err(AddressError::Port("".into()))),
            ("ws://host:0", Err(AddressError::Port("0".into()))),
            ("ws://host:65536", Err(AddressError::Port("65536".into()))),
            ("ws://user:secret@host", Err(AddressError::Credentials)),
            ("ws://host/#a", Err(AddressError::Fragment)),
            ("ws://ho st", Err(AddressError::Character(' '))),
        ] {
            let read = BrokerAddress::parse(text).map(|address| address.to_string());
            assert_eq!(read.as_deref().map_err(Clone::clone), expect, "{text:?}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (text, expect) in [
            ("ws://localhost", true),
            ("ws://mqtt.localhost", true),
            ("ws://127.0.0.1:9001", true),
            ("ws://127.9.9.9", true),
            ("ws://[::1]", true),
            ("ws://127.example.com", false),
            ("ws://192.168.0.2", false),
            ("ws://localhost.example.com", false),
        ] {
            let address = BrokerAddress::parse(text).expect("well-formed");
            assert_eq!(address.is_loopback(), expect, "{text}");
        }
    }
}
