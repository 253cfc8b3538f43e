//! The exercise on one's own traffic: connect an application through the tap, find its CONNECT, and name one thing that
//! could be better in it.
//!
//! It is judged on the packets of the tap, as exercises of the course are on those of the bench. It is not one of these:
//! a solution that a test could play would be a client of the bench, which is what it is not about.

use std::collections::BTreeSet;

use crate::capture::{Capture, Record, RecordId};
use crate::mqtt::{Packet, PacketType, Sender, Version};

/// What could be better in a CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Improvement {
    /// It speaks an older version.
    Version,
    /// Its session ends with its connection.
    Session,
    /// Nobody learns that it has gone.
    Will,
    /// A dead connection is not noticed.
    KeepAlive,
    /// It leaves its Client Identifier to the Server.
    ClientId,
}

impl Improvement {
    pub const ALL: [Improvement; 5] = [
        Improvement::Version,
        Improvement::Session,
        Improvement::Will,
        Improvement::KeepAlive,
        Improvement::ClientId,
    ];

    /// Its name in forms.
    pub fn key(self) -> &'static str {
        match self {
            Improvement::Version => "version",
            Improvement::Session => "session",
            Improvement::Will => "will",
            Improvement::KeepAlive => "keep-alive",
            Improvement::ClientId => "client-id",
        }
    }

    pub fn from_key(key: &str) -> Option<Improvement> {
        Improvement::ALL.into_iter().find(|improvement| improvement.key() == key)
    }

    /// Whether a CONNECT leaves room for it; `None` for what is none.
    pub fn applies(self, connect: &Record) -> Option<bool> {
        let Packet::Connect(packet) = connect.packet()?.ok()? else { return None };
        let is_5 = connect.version == Version::V5;
        Some(match self {
            Improvement::Version => !is_5,
            Improvement::Session if is_5 => {
                packet.properties.session_expiry_interval().unwrap_or_default() == 0
            }
            Improvement::Session => packet.clean_start,
            Improvement::Will => packet.will.is_none(),
            Improvement::KeepAlive => packet.keep_alive == 0,
            Improvement::ClientId => packet.client_id.is_empty(),
        })
    }
}

/// The CONNECT of applications, latest first.
pub fn connects(capture: &Capture) -> impl Iterator<Item = &Record> {
    capture.records().rev().filter(|record| is_connect(record))
}

/// The latest of those among the opened records.
pub fn opened_connect(capture: &Capture, opened: &BTreeSet<RecordId>) -> Option<RecordId> {
    let is_connect = |id: &RecordId| capture.get(*id).is_some_and(is_connect);
    opened.iter().rev().copied().find(is_connect)
}

fn is_connect(record: &Record) -> bool {
    record.packet_type() == Some(PacketType::Connect) && record.sender() == Some(Sender::Client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::mqtt::{Connect, ConnectionId, Property, Will, encode_as};
    use crate::time::Instant;

    fn applying(connect: Connect, version: Version) -> Vec<&'static str> {
        let packet = Packet::Connect(Box::new(connect));
        let bytes = encode_as(&packet, version).expect("it can be encoded");
        let mut capture = Capture::default();
        capture.push_packet(Instant::START, ClientSlot(0), ConnectionId(1), Sender::Client, bytes);
        let connect = connects(&capture).next().expect("a CONNECT");
        let applies = |one: &Improvement| one.applies(connect).expect("it is a CONNECT");
        Improvement::ALL.into_iter().filter(applies).map(Improvement::key).collect()
    }

    #[test]
    fn of_opened_records_the_latest_connect_counts() {
        let mut capture = Capture::default();
        let connect = encode_as(&Packet::Connect(Box::default()), Version::V5).expect("a CONNECT");
        let ping = encode_as(&Packet::PingReq, Version::V5).expect("a PINGREQ");
        for (at, bytes) in [&connect, &connect, &ping, &connect].into_iter().enumerate() {
            let (at, connection) = (Instant::from_millis(at as u64), ConnectionId(1));
            capture.push_packet(at, ClientSlot(0), connection, Sender::Client, bytes.clone());
        }
        let opened = |ids: &[u64]| ids.iter().copied().map(RecordId).collect::<BTreeSet<_>>();
        for (ids, expect) in
            [(&[][..], None), (&[2], None), (&[0, 1, 2], Some(1)), (&[0, 3], Some(3)), (&[9], None)]
        {
            assert_eq!(opened_connect(&capture, &opened(ids)), expect.map(RecordId), "{ids:?}");
        }
    }

    #[test]
    fn what_could_be_better_is_what_the_bytes_say() {
        let plain = || Connect { clean_start: true, ..Connect::default() };
        let good = Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: "good".into(),
            will: Some(Will { topic: "gone".into(), ..Will::default() }),
            properties: [Property::SessionExpiryInterval(60)].into(),
            ..Connect::default()
        };
        let without_properties = |connect: Connect| Connect { properties: [].into(), ..connect };
        assert_eq!(applying(good.clone(), Version::V5), [""; 0]);
        assert_eq!(applying(plain(), Version::V5), ["session", "will", "keep-alive", "client-id"]);
        let old = without_properties(good);
        assert_eq!(applying(old.clone(), Version::V3_1_1), ["version", "session"]);
        let kept = Connect { clean_start: false, ..old };
        assert_eq!(applying(kept, Version::V3_1_1), ["version"]);
        for improvement in Improvement::ALL {
            assert_eq!(Improvement::from_key(improvement.key()), Some(improvement));
        }
    }
}
