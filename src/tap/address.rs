//! Where an observer finds a tap: a WebSocket on this machine, with a token in its path.
//!
//! A page is told it behind the `#` of its own address, which browsers do not send to any server.

use std::fmt;

/// The key behind the `#`.
pub const TAP: &str = "tap";

/// A WebSocket on the loopback address. Displays without its token, so that it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapAddress {
    host: String,
    port: u16,
    token: String,
}

/// Why a text is no address of a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTap {
    /// It has another form.
    Form,
    /// It leads to another machine.
    Elsewhere,
    /// The token is missing, as in an address that was copied in part.
    Token,
}

impl TapAddress {
    pub fn new(host: &str, port: u16, token: &str) -> TapAddress {
        TapAddress { host: host.to_owned(), port, token: token.to_owned() }
    }

    /// Reads the address of the WebSocket, or an address of the page that has it behind its `#`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<TapAddress, NoTap> {
        let text = text.trim();
        let text = in_fragment(text).unwrap_or(text);
        let rest = text.strip_prefix("ws://").ok_or(NoTap::Form)?;
        let (authority, token) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.rsplit_once(':').ok_or(NoTap::Form)?;
        let port = port.parse().map_err(|_| NoTap::Form)?;
        if !is_loopback(host) {
            return Err(NoTap::Elsewhere);
        }
        match token {
            "" => Err(NoTap::Token),
            _ if token.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Ok(TapAddress::new(host, port, token))
            }
            _ => Err(NoTap::Form),
        }
    }

    /// Everything that opens it.
    pub fn url(&self) -> String {
        format!("{self}/{}", self.token)
    }

    /// The same, for the events of a run from a number on.
    pub fn url_after(&self, run: &str, next: u64) -> String {
        format!("{}?run={run}&next={next}", self.url())
    }

    /// What leads a page to it, to be appended to the page's address.
    pub fn fragment(&self) -> String {
        format!("#{TAP}={}", self.url())
    }
}

/// What an address of the page has for the tap behind its `#`.
pub fn in_fragment(text: &str) -> Option<&str> {
    let (_, fragment) = text.split_once('#')?;
    fragment.strip_prefix(TAP)?.strip_prefix('=')
}

/// Whether a host is this machine, in the ways in which a tap and the pages that observe it are found.
pub(super) fn is_loopback(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

impl fmt::Display for TapAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ws://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_what_is_printed_and_leads_nowhere_else() {
        let tap = TapAddress::new("127.0.0.1", 8497, "0a1b");
        for (text, expect) in [
            ("ws://127.0.0.1:8497/0a1b", Ok(tap.clone())),
            (
                "  http://127.0.0.1:8080/?page=traffic#tap=ws://127.0.0.1:8497/0a1b\n",
                Ok(tap.clone()),
            ),
            ("#tap=ws://127.0.0.1:8497/0a1b", Ok(tap)),
            ("ws://[::1]:1/x", Ok(TapAddress::new("[::1]", 1, "x"))),
            ("ws://127.0.0.1:8497/", Err(NoTap::Token)),
            ("ws://127.0.0.1:8497", Err(NoTap::Token)),
            ("ws://127.0.0.1:8497/a?b", Err(NoTap::Form)),
            ("ws://127.0.0.1/a", Err(NoTap::Form)),
            ("ws://broker.example:8497/a", Err(NoTap::Elsewhere)),
            ("ws://127.0.0.1@evil.example:8497/a", Err(NoTap::Elsewhere)),
            ("ws://127.0.0.1.evil.example:8497/a", Err(NoTap::Elsewhere)),
            ("http://127.0.0.1:8080/?page=traffic", Err(NoTap::Form)),
            ("", Err(NoTap::Form)),
        ] {
            assert_eq!(TapAddress::parse(text), expect, "{text}");
        }
    }

    #[test]
    fn the_token_is_only_where_it_opens_the_tap() {
        let tap = TapAddress::new("127.0.0.1", 8497, "0a1b");
        assert_eq!(tap.to_string(), "ws://127.0.0.1:8497");
        assert_eq!(TapAddress::parse(&tap.fragment()), Ok(tap.clone()));
        assert_eq!(tap.url_after("r", 3), "ws://127.0.0.1:8497/0a1b?run=r&next=3");
    }
}
