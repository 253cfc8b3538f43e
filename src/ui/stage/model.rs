//! What the stage shows, as plain values: where the clients are, what matters about each, and what has just
//! passed between them and the broker.

use crate::capture::{Capture, ClientSlot, Entry, RecordId};
use crate::client::Glance;
use crate::language::Strings;
use crate::mqtt::{PacketType, Sender};

/// How many of the clients are drawn on the left of the broker; the others are on its right. One alone is on
/// the left; two face each other.
pub fn on_the_left(clients: usize) -> usize {
    if clients == 1 { 1 } else { clients / 2 }
}

/// Something that passes along the line between a client and the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The record it shows, or the latest of several.
    pub record: RecordId,
    pub client: ClientSlot,
    /// `None` where the Network Connection ended.
    pub sender: Option<Sender>,
    pub what: Passing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// One packet, with its size in bytes; without a type it is broken.
    Packet(Option<PacketType>, usize),
    /// So many at once.
    Many(usize),
    /// The end of the Network Connection.
    Closed,
}

/// More than this in one moment on one way are drawn as one pulse with a number.
pub const MOST_HOPS: usize = 4;
/// More records than this in one moment are not looked at one by one.
const MOST_READ: u64 = 256;

/// What has passed since that record, oldest first. Bounded, however much that is.
pub fn passing(capture: &Capture, since: RecordId) -> Vec<Hop> {
    let next = capture.next_id();
    let from = RecordId(since.0.max(next.0.saturating_sub(MOST_READ)));
    let unread = usize::try_from(from.0 - since.0).unwrap_or(usize::MAX);
    let mut hops: Vec<Hop> = Vec::new();
    let mut ways: Vec<(ClientSlot, Sender, usize, RecordId)> = Vec::new();
    let from_here = capture.position(from).unwrap_or(capture.len());
    for record in (from_here..capture.len()).filter_map(|position| capture.at(position)) {
        let Some(sender) = record.sender() else {
            if matches!(record.entry, Entry::Closed(_)) {
                let (record, client) = (record.id, record.client);
                hops.push(Hop { record, client, sender: None, what: Passing::Closed });
            }
            continue;
        };
        match ways.iter_mut().find(|way| (way.0, way.1) == (record.client, sender)) {
            Some(way) => (way.2, way.3) = (way.2 + 1, record.id),
            None => ways.push((record.client, sender, 1, record.id)),
        }
        let what = Passing::Packet(record.packet_type(), record.bytes().len());
        hops.push(Hop { record: record.id, client: record.client, sender: Some(sender), what });
    }
    let mut is_first = true;
    for (client, sender, count, latest) in ways {
        if count <= MOST_HOPS && unread == 0 {
            continue;
        }
        hops.retain(|hop| (hop.client, hop.sender) != (client, Some(sender)));
        // What was not read is counted once.
        let count = count + if is_first { unread } else { 0 };
        is_first = false;
        let what = Passing::Many(count);
        hops.push(Hop { record: latest, client, sender: Some(sender), what });
    }
    hops.sort_by_key(|hop| hop.record);
    hops
}

/// The same for everybody who does not see it pass.
pub fn told(hop: Hop, strings: &Strings) -> String {
    let client = hop.client.letter();
    let what = match hop.what {
        Passing::Closed => return strings.ladder_connection(client, strings.cast_closed()),
        Passing::Many(count) => strings.cast_packets(count),
        Passing::Packet(Some(packet), _) => packet.name().to_owned(),
        Passing::Packet(None, _) => strings.wire_no_packet().to_owned(),
    };
    match hop.sender {
        Some(Sender::Server) => strings.ladder_in(client, what),
        _ => strings.ladder_out(client, what),
    }
}

/// The two facts that matter most about a connected client now.
pub fn facts(glance: &Glance, strings: &Strings) -> Vec<String> {
    let mut facts = Vec::new();
    if glance.held > 0 {
        facts.push(strings.cast_held(glance.held));
    }
    let (receiving, sending) = (glance.receiving, glance.sending);
    // What the client itself has limited is worth knowing while it is empty too.
    let is_limited = receiving.1 < u16::MAX;
    for ((used, maximum), is_told) in [(receiving, is_limited), (sending, false)] {
        if used > 0 || is_told {
            facts.push(match maximum {
                u16::MAX => strings.cast_in_flight(used),
                maximum => strings.cast_in_flight_of(maximum, used),
            });
        }
    }
    facts.push(match glance.session_expiry_interval {
        0 => strings.cast_session_none().to_owned(),
        u32::MAX => strings.cast_session_forever().to_owned(),
        seconds => strings.cast_session(seconds),
    });
    facts.truncate(2);
    facts
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::language::Language;
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn clients_stand_on_both_sides_of_the_broker() {
        for (clients, left) in [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (12, 6)] {
            assert_eq!(on_the_left(clients), left, "{clients} clients");
        }
    }

    fn ping(capture: &mut Capture, client: u16, sender: Sender) {
        let bytes: &[u8] = match sender {
            Sender::Client => &[0xC0, 0],
            Sender::Server => &[0xD0, 0],
        };
        let (slot, connection) = (ClientSlot(client), ConnectionId(u32::from(client)));
        capture.push_packet(Instant::START, slot, connection, sender, Bytes::from_static(bytes));
    }

    #[test]
    fn packets_pass_one_by_one_until_there_are_too_many() {
        let mut capture = Capture::default();
        ping(&mut capture, 0, Sender::Client);
        ping(&mut capture, 0, Sender::Server);
        let hops = passing(&capture, RecordId(0));
        let kinds: Vec<_> = hops.iter().map(|hop| hop.what).collect();
        let (ask, answer) = (Some(PacketType::PingReq), Some(PacketType::PingResp));
        assert_eq!(kinds, [Passing::Packet(ask, 2), Passing::Packet(answer, 2)]);
        assert_eq!(passing(&capture, RecordId(1)).len(), 1, "only what is new");
        assert_eq!(passing(&capture, capture.next_id()), []);

        for _ in 0..MOST_HOPS {
            ping(&mut capture, 0, Sender::Client);
        }
        let hops = passing(&capture, RecordId(0));
        assert_eq!(hops.len(), 2, "{hops:?}"); // a pulse one way, one packet the other
        assert_eq!(hops.last().map(|hop| hop.what), Some(Passing::Many(MOST_HOPS + 1)));
    }

    #[test]
    fn a_flood_is_counted_and_not_read() {
        let mut capture = Capture::default();
        for _ in 0..3000 {
            ping(&mut capture, 1, Sender::Server);
        }
        let hops = passing(&capture, RecordId(0));
        assert_eq!(hops.iter().map(|hop| hop.what).collect::<Vec<_>>(), [Passing::Many(3000)]);
    }

    #[test]
    fn facts_name_what_is_scarce_first() {
        let strings = Language::En.strings();
        let plain = Glance {
            session_expiry_interval: 0,
            receiving: (0, u16::MAX),
            sending: (0, 20),
            held: 0,
        };
        for (glance, expect) in [
            (plain, vec!["no Session kept"]),
            (Glance { session_expiry_interval: 300, ..plain }, vec!["Session 300 s"]),
            (Glance { receiving: (0, 3), ..plain }, vec!["0 of 3 in flight", "no Session kept"]),
            (Glance { sending: (1, 20), ..plain }, vec!["1 of 20 in flight", "no Session kept"]),
            (
                Glance { held: 2, receiving: (2, 3), ..plain },
                vec!["2 held back", "2 of 3 in flight"],
            ),
        ] {
            assert_eq!(facts(&glance, strings), expect);
        }
    }
}
