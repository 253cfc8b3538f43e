//! Network Connections: how bytes travel between a client and a broker.
//!
//! A link knows nothing of packets, but for the type of those that a [`Fault`] stops. It is told what to do by a [`LinkCommand`] and tells what happened
//! by a [`LinkEvent`]; in between there is a [`Loopback`] to the broker in the tab, or [`websocket`] (the
//! only browser code below the page).

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
        /// One packet, or what a person wrote.
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

/// What a link tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// Bytes can flow.
    Opened,
    /// Bytes arrived; they need not begin or end with a packet [MQTT-6.0.0-2].
    Bytes(Bytes),
    /// A text message arrived, which MQTT forbids [MQTT-6.0.0-1].
    Text {
        /// In bytes.
        length: usize,
    },
    /// It is over, or never came about. The last event of a link.
    Closed {
        /// The WebSocket close code, where there is one.
        code: Option<u16>,
        /// The transport's own words.
        reason: String,
    },
}
