//! Where a tool finds the broker.

use super::{Note, Notes, Tool};
use crate::link::{Scheme, Target};

/// One listener of the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp {
        host: String,
        port: u16,
    },
    WebSocket {
        /// As it is to be opened.
        url: String,
        host: String,
        port: u16,
        path: String,
        secure: bool,
    },
}

/// The port of MQTT over TCP without TLS.
const TCP_PORT: u16 = 1883;

impl Place {
    pub(super) fn of(target: &Target, tool: Tool, notes: &mut Notes) -> Place {
        let Some(address) = target.address().filter(|_| !target.is_in_tab()) else {
            notes.add(Note::BrokerInTab);
            return Place::Tcp { host: "localhost".to_owned(), port: TCP_PORT };
        };
        // A tool wants an IPv6 address without the brackets that an URL needs.
        let host = address.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let secure = address.scheme() == Scheme::Wss;
        if matches!(tool, Tool::Mosquitto | Tool::PowerShell) {
            notes.add(Note::NoWebSocket);
            return Place::Tcp { host, port: TCP_PORT };
        }
        Place::WebSocket {
            url: address.to_string(),
            host,
            port: address.port(),
            path: match address.path() {
                "" => "/".to_owned(),
                path => path.to_owned(),
            },
            secure,
        }
    }
}
