//! Captures for and from network analysers: MQTT over TCP over IP in pcap and pcapng files.
//!
//! A capture of this page has no network below it, so [`records_to_pcapng`] makes one up: a TCP
//! connection to port 1883 for each Network Connection, with the addresses that are reserved for
//! examples. [`read`] takes files of any tool and looks for MQTT in their TCP connections.

use std::net::Ipv4Addr;

use crate::capture::ClientSlot;

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
pub use write::{Writer, records_to_pcapng};

/// Where MQTT listens by convention.
const MQTT_PORT: u16 = 1883;

/// The broker of our own files, in the network for examples (TEST-NET-1).
const BROKER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// Client A; the others follow.
const FIRST_CLIENT: u8 = 10;
/// Clients for whom that network has room. The others have their place in the network for measurements, by their
/// number.
const NEAR: u16 = 256 - FIRST_CLIENT as u16;

fn address_of(client: ClientSlot) -> Ipv4Addr {
    let [high, low] = client.0.to_be_bytes();
    match client.0 < NEAR {
        true => Ipv4Addr::new(192, 0, 2, FIRST_CLIENT + low),
        false => Ipv4Addr::new(198, 18, high, low),
    }
}

/// The client of an address in our own files.
fn client_of(address: Ipv4Addr) -> Option<ClientSlot> {
    let client = match address.octets() {
        [192, 0, 2, host] => ClientSlot(host.checked_sub(FIRST_CLIENT)?.into()),
        [198, 18, high, low] => ClientSlot(u16::from_be_bytes([high, low])),
        _ => return None,
    };
    (address_of(client) == address).then_some(client)
}
