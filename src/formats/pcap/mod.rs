//! Captures for and from network analysers: MQTT over TCP over IP in pcap and pcapng files.
//!
//! A capture of this page has no network below it, so [`records_to_pcapng`] makes one up: a TCP
//! connection to port 1883 for each Network Connection, with the addresses that are reserved for
//! examples. [`read`] takes files of any tool and looks for MQTT in their TCP connections.

mod connections;
mod flow;
mod frames;
mod packets;
mod read;
mod stream;
mod websocket;
mod write;

pub use frames::is_capture;
pub use read::read;
pub use write::records_to_pcapng;

/// Where MQTT listens by convention.
const MQTT_PORT: u16 = 1883;

/// The network of our own files (TEST-NET-1): the broker is `192.0.2.1`, client A `192.0.2.10`.
const NETWORK: [u8; 3] = [192, 0, 2];
const BROKER_HOST: u8 = 1;
const CLIENT_HOST: u8 = 10;
