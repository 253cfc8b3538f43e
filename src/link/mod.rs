//! Network Connections: how bytes travel between a client and a broker.
//!
//! A link knows nothing of packets except the type of those that a [`Fault`] stops. A [`LinkCommand`] tells
//! it what to do, and a [`LinkEvent`] what happened; between them there is a [`Loopback`] to the broker in
//! the tab, or the WebSocket of a browser (`websocket.rs`, the only browser code below the page).

mod address;
mod failure;
mod fault;
pub mod listener;
mod loopback;
#[cfg(target_arch = "wasm32")]
pub mod websocket;

use bytes::Bytes;

pub use address::{AddressError, BrokerAddress, Scheme, Target};
pub use failure::{Attempt, Failure};
pub use fault::{Fate, Fault, Line, Scope, Stop, Way};
pub use loopback::{Arrival, Loopback};

use crate::mqtt::ConnectionId;

/// The WebSocket subprotocol of MQTT [MQTT-6.0.0-3].
pub const SUBPROTOCOL: &str = "mqtt";

/// What a link is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkCommand {
    /// With this WebSocket subprotocol; empty for none.
    Open {
        /// The connection to be.
        connection: ConnectionId,
        /// Where it goes.
        target: Target,
        /// The WebSocket subprotocol to ask for; empty for none.
        subprotocol: String,
    },
    /// Send bytes.
    Send {
        /// On this connection.
        connection: ConnectionId,
        /// Usually one packet, but any bytes will do.
        bytes: Bytes,
    },
    /// Close, after everything before this has been sent.
    Close {
        /// This connection.
        connection: ConnectionId,
    },
}

impl LinkCommand {
    /// The connection it is about.
    pub fn connection(&self) -> ConnectionId {
        match self {
            LinkCommand::Open { connection, .. }
            | LinkCommand::Send { connection, .. }
            | LinkCommand::Close { connection } => *connection,
        }
    }
}

/// What happened to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// It is open: bytes can be sent.
    Opened,
    /// Bytes arrived; they need not begin or end with a packet [MQTT-6.0.0-2].
    Bytes(Bytes),
    /// A text message arrived, which MQTT forbids [MQTT-6.0.0-1].
    Text {
        /// In bytes.
        length: usize,
    },
    /// It is closed, or could not be opened. The last event of a link.
    Closed {
        /// The WebSocket close code, where there is one.
        code: Option<u16>,
        /// The reason, in the words of the transport.
        reason: String,
    },
}
