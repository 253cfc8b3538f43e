//! A client's connections one after the other, as its CONNECT, CONNACK and DISCONNECT packets say.

use super::evidence::Evidence;
use crate::capture::{ClientSlot, ConnectionId, RecordId, answer_to};
use crate::mqtt::{ConnAck, Connect, Disconnect, Packet, PacketType};

/// One Network Connection on which CONNECT was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub id: ConnectionId,
    pub connect: (RecordId, Connect),
    pub connack: Option<(RecordId, ConnAck)>,
    /// The client's own DISCONNECT.
    pub disconnect: Option<(RecordId, Disconnect)>,
}

impl Connection {
    /// The interval that holds after this connection, in seconds: what the Client asked for, unless the
    /// Server said otherwise, unless the DISCONNECT did (§3.1.2.11.2, §3.2.2.3.2, §3.14.2.2.2).
    pub fn session_expiry_interval(&self) -> u32 {
        let asked = self.connect.1.properties.session_expiry_interval();
        let granted =
            self.connack.as_ref().and_then(|(_, c)| c.properties.session_expiry_interval());
        let at_end =
            self.disconnect.as_ref().and_then(|(_, d)| d.properties.session_expiry_interval());
        at_end.or(granted).or(asked).unwrap_or(0)
    }

    /// Session Present of an accepted connection.
    pub fn session_present(&self) -> Option<bool> {
        let (_, connack) = self.connack.as_ref()?;
        (!connack.reason_code.is_error()).then_some(connack.session_present)
    }

    /// CONNECT and CONNACK.
    pub fn handshake(&self) -> Vec<RecordId> {
        let connack = self.connack.iter().map(|(id, _)| *id);
        [self.connect.0].into_iter().chain(connack).collect()
    }
}

/// Oldest first.
pub fn connections(evidence: &Evidence, client: ClientSlot) -> Vec<Connection> {
    let mut all = Vec::new();
    for record in evidence.sent(client, PacketType::Connect) {
        let Some(Packet::Connect(connect)) = record.valid_packet() else { continue };
        let connack = answer_to(evidence.capture, record.id).and_then(|answer| {
            match answer.valid_packet()? {
                Packet::ConnAck(connack) => Some((answer.id, connack)),
                _ => None,
            }
        });
        let mut ends = evidence.sent(client, PacketType::Disconnect);
        let disconnect = ends.find(|end| end.connection == record.connection).and_then(|end| {
            match end.valid_packet()? {
                Packet::Disconnect(disconnect) => Some((end.id, disconnect)),
                _ => None,
            }
        });
        let connect = (record.id, *connect);
        all.push(Connection { id: record.connection, connect, connack, disconnect });
    }
    all
}
