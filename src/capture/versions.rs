//! Which version of MQTT each connection speaks.

use std::collections::{HashMap, VecDeque};

use super::{ConnectionId, Entry, Record};
use crate::mqtt::{PacketType, Sender, Version, decode_as};

/// How it is known which version a connection speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Its CONNECT says so, or nothing else has been recorded here than 5.0.
    #[default]
    Connect,
    /// Its CONNECT is missing, and this version reads packets that the other does not.
    Fits,
    /// Its CONNECT is missing, and 5.0 reads its packets no better than 3.1.1: 5.0 is assumed.
    Assumed,
}

/// Most connections speak 5.0 and begin with their CONNECT; only the others are noted.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    others: HashMap<ConnectionId, (Version, Basis)>,
}

impl Versions {
    pub fn spoken(&self, connection: ConnectionId) -> (Version, Basis) {
        self.others.get(&connection).copied().unwrap_or_default()
    }

    /// The version of a new entry. A CONNECT decides for what follows it.
    pub fn of(&mut self, connection: ConnectionId, entry: &Entry) -> Version {
        let Entry::Packet { sender, bytes } = entry else { return self.spoken(connection).0 };
        let packet_type = bytes.first().and_then(|byte| PacketType::from_value(byte >> 4));
        match (packet_type, sender) {
            (Some(PacketType::Connect), Sender::Client) => {
                match Version::of_connect(bytes).unwrap_or_default() {
                    Version::V5 => self.others.remove(&connection),
                    older => self.others.insert(connection, (older, Basis::Connect)),
                };
                self.spoken(connection).0
            }
            (Some(PacketType::ConnAck), Sender::Server) => {
                let spoken = self.spoken(connection).0;
                let other = match spoken {
                    Version::V5 => Version::V3_1_1,
                    Version::V3_1 | Version::V3_1_1 => Version::V5,
                };
                if refuses(entry, other) && !reads(entry, spoken) { other } else { spoken }
            }
            _ => self.spoken(connection).0,
        }
    }

    /// What a connection speaks whose CONNECT was read elsewhere.
    pub fn note(&mut self, connection: ConnectionId, version: Version) {
        match version {
            Version::V5 => self.others.remove(&connection),
            older => self.others.insert(connection, (older, Basis::Connect)),
        };
    }

    /// Tries 5.0 and 3.1.1 on the connections without a CONNECT, and keeps what fails less often.
    pub fn settle(&mut self, records: &mut VecDeque<Record>) {
        /// Of one connection: whether it has a CONNECT, and how many packets neither version reads.
        #[derive(Default)]
        struct Tried {
            has_connect: bool,
            failed_as_5: usize,
            failed_as_3: usize,
        }
        let mut all: HashMap<ConnectionId, Tried> = HashMap::new();
        for record in records.iter().filter(|record| record.packet_type().is_some()) {
            let tried = all.entry(record.connection).or_default();
            tried.has_connect |= record.packet_type() == Some(PacketType::Connect)
                && record.sender() == Some(Sender::Client);
            if !tried.has_connect {
                tried.failed_as_5 += usize::from(!reads(&record.entry, Version::V5));
                tried.failed_as_3 += usize::from(!reads(&record.entry, Version::V3_1_1));
            }
        }
        all.retain(|_, tried| !tried.has_connect);
        for (connection, tried) in &all {
            let spoken = match tried.failed_as_5.cmp(&tried.failed_as_3) {
                std::cmp::Ordering::Less => (Version::V5, Basis::Fits),
                std::cmp::Ordering::Equal => (Version::V5, Basis::Assumed),
                std::cmp::Ordering::Greater => (Version::V3_1_1, Basis::Fits),
            };
            self.others.insert(*connection, spoken);
        }
        for record in records.iter_mut().filter(|record| all.contains_key(&record.connection)) {
            record.version = self.spoken(record.connection).0;
        }
    }
}

fn reads(entry: &Entry, version: Version) -> bool {
    match entry {
        Entry::Packet { sender, bytes } => decode_as(bytes, Some(*sender), version).is_ok(),
        _ => false,
    }
}

/// Whether it is a CONNACK of this version that refuses the connection.
fn refuses(entry: &Entry, version: Version) -> bool {
    let Entry::Packet { sender, bytes } = entry else { return false };
    decode_as(bytes, Some(*sender), version)
        .is_ok_and(|packet| packet.reason_codes().iter().any(|code| code.is_error()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot};
    use crate::time::Instant;
    use Sender::{Client, Server};

    const OLD: ConnectionId = ConnectionId(1);
    const NEW: ConnectionId = ConnectionId(2);

    const CONNECT_3_1: &[u8] = b"\x10\x0F\0\x06MQIsdp\x03\x02\0\x3C\0\x01c";
    const CONNECT_3: &[u8] = b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c";
    const CONNECT_5: &[u8] = b"\x10\x0E\0\x04MQTT\x05\x02\0\x3C\0\0\x01c";
    const CONNACK_3: &[u8] = b"\x20\x02\0\0";
    const REFUSED_3: &[u8] = b"\x20\x02\0\x01";
    const REFUSED_5: &[u8] = b"\x20\x03\0\x84\0";
    const PUBLISH_3: &[u8] = b"\x30\x05\0\x01thi";
    const PUBLISH_5: &[u8] = b"\x30\x06\0\x01t\0hi";
    const PING: &[u8] = b"\xC0\x00";

    fn push(capture: &mut Capture, connection: ConnectionId, sender: Sender, bytes: &'static [u8]) {
        let bytes = Bytes::from_static(bytes);
        capture.push_packet(Instant::START, ClientSlot(0), connection, sender, bytes);
    }

    fn versions(capture: &Capture) -> Vec<Version> {
        capture.records().map(|record| record.version).collect()
    }

    #[test]
    fn each_connection_speaks_what_its_connect_says() {
        let mut capture = Capture::default();
        push(&mut capture, OLD, Client, CONNECT_3);
        push(&mut capture, NEW, Client, CONNECT_5);
        push(&mut capture, OLD, Server, CONNACK_3);
        push(&mut capture, OLD, Client, PUBLISH_3);
        push(&mut capture, NEW, Client, PUBLISH_5);
        use Version::{V3_1_1 as Old, V5 as New};
        assert_eq!(versions(&capture), [Old, New, Old, Old, New]);
        assert!(capture.records().all(|record| record.packet().is_some_and(|read| read.is_ok())));
        let of_5 = capture.records().filter(|record| record.valid_packet().is_some());
        assert!(of_5.map(|record| record.connection).eq([NEW, NEW]));
        // A capture that is emptied goes on with connections it knows.
        capture.clear();
        push(&mut capture, OLD, Client, PUBLISH_3);
        assert_eq!(versions(&capture), [Old]);
        assert_eq!(capture.version(OLD), (Old, Basis::Connect));
        assert_eq!(capture.version(NEW), (New, Basis::Connect));
        push(&mut capture, ConnectionId(3), Client, CONNECT_3_1);
        assert_eq!(capture.version(ConnectionId(3)).0, Version::V3_1);
    }

    #[test]
    fn a_server_refuses_a_version_in_its_own() {
        for (connect, connack, expect) in [
            (CONNECT_3, REFUSED_5, Version::V5),
            (CONNECT_3, REFUSED_3, Version::V3_1_1),
            (CONNECT_5, REFUSED_3, Version::V3_1_1),
            (CONNECT_5, REFUSED_5, Version::V5),
            // What accepts a connection has to be of its version.
            (CONNECT_5, CONNACK_3, Version::V5),
            (CONNECT_3, b"\x20\x03\0\0\0", Version::V3_1_1),
        ] {
            let mut capture = Capture::default();
            push(&mut capture, OLD, Client, connect);
            push(&mut capture, OLD, Server, connack);
            assert_eq!(versions(&capture)[1], expect, "{connect:02x?} {connack:02x?}");
        }
    }

    #[test]
    fn without_a_connect_the_version_is_what_reads_the_packets() {
        for (packets, expect) in [
            (&[PING, PUBLISH_3][..], (Version::V3_1_1, Basis::Fits)),
            (&[PUBLISH_5], (Version::V5, Basis::Assumed)),
            (&[PUBLISH_5, b"\x82\x07\0\x01\0\0\x01t\0"], (Version::V5, Basis::Fits)),
            (&[PING], (Version::V5, Basis::Assumed)),
            // One packet that 5.0 cannot read among several that only 5.0 can.
            (&[PUBLISH_3, b"\xE0\x01\x04", b"\x40\x03\0\x01\x10"], (Version::V5, Basis::Fits)),
        ] {
            let mut capture = Capture::default();
            for packet in packets {
                push(&mut capture, OLD, Client, packet);
            }
            push(&mut capture, NEW, Client, CONNECT_5);
            push(&mut capture, NEW, Client, PUBLISH_3);
            capture.settle_versions();
            assert_eq!(capture.version(OLD), expect, "{packets:02x?}");
            let read = versions(&capture);
            assert!(read[..packets.len()].iter().all(|version| *version == expect.0));
            assert_eq!(read[packets.len()..], [Version::V5; 2], "a CONNECT is not overruled");
        }
    }
}
