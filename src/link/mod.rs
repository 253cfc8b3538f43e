//! Network Connections: how bytes travel between a client and a broker.
//!
//! A link knows nothing of packets. It is told what to do by a [`LinkCommand`] and tells what happened
//! by a [`LinkEvent`]; in between there is [`websocket`] (the only browser code below the page).

mod address;
mod failure;
#[cfg(target_arch = "wasm32")]
pub mod websocket;

use bytes::Bytes;

pub use address::{AddressError, BrokerAddress, Scheme};
pub use failure::{Attempt, Failure};

use crate::capture::ConnectionId;

/// What a link is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkCommand {
    Open { connection: ConnectionId, address: BrokerAddress },
    Send { connection: ConnectionId, bytes: Bytes },
    Close { connection: ConnectionId },
}

/// What a link tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    Opened,
    /// Bytes arrived; they need not begin or end with a packet [MQTT-6.0.0-2].
    Bytes(Bytes),
    /// A text message arrived, which MQTT forbids [MQTT-6.0.0-1].
    Text {
        length: usize,
    },
    /// It is over, or never came about. The last event of a link.
    Closed {
        code: Option<u16>,
        reason: String,
    },
}
