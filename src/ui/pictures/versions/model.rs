//! Which packets can be laid beside 3.1.1.

use crate::capture::{Capture, RecordId};
use crate::mqtt::{PacketType, Sender};
use crate::ui::inspector::byte_diff::has_versions;

/// How many packets there are to choose from.
const SHOWN: usize = 6;

/// The latest of the clients' packets that 3.1.1 knows too, oldest first.
pub fn candidates(capture: &Capture) -> Vec<(RecordId, PacketType)> {
    let mut found: Vec<_> = capture
        .records()
        .rev()
        .filter(|record| record.sender() == Some(Sender::Client))
        .filter(|record| record.version.is_5() && has_versions(record))
        .filter_map(|record| Some((record.id, record.packet_type()?)))
        .take(SHOWN)
        .collect();
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ClientSlot;
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn what_clients_sent_and_3_1_1_knows_is_offered() {
        let mut capture = Capture::default();
        let mut push = |sender, bytes: &'static [u8]| {
            let bytes = Bytes::from_static(bytes);
            capture.push_packet(Instant::START, ClientSlot(0), ConnectionId(1), sender, bytes)
        };
        let connect = b"\x10\x0D\0\x04MQTT\x05\x02\0\x3C\0\0\0";
        let first = push(Sender::Client, connect);
        push(Sender::Server, b"\x20\x03\0\0\0");
        let publish = push(Sender::Client, b"\x30\x04\0\x01a\0");
        push(Sender::Server, b"\x30\x04\0\x01a\0");
        push(Sender::Client, b"\xC0\0");
        let expect = [(first, PacketType::Connect), (publish, PacketType::Publish)];
        assert_eq!(candidates(&capture), expect);
        for _ in 0..SHOWN {
            let bytes = Bytes::from_static(b"\x30\x04\0\x01a\0");
            let slot = ClientSlot(0);
            capture.push_packet(Instant::START, slot, ConnectionId(1), Sender::Client, bytes);
        }
        let found = candidates(&capture);
        assert_eq!(found.len(), SHOWN);
        assert!(found.iter().all(|(id, _)| *id > publish));
    }
}
