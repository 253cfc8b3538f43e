//! Which packet answers which: requests joined to their answers within one connection.

use crate::capture::{Capture, Record, RecordId};
use crate::mqtt::{PacketType, QoS, Sender};

/// The packet that answers this one, if it has come.
///
/// For a QoS 2 PUBLISH that is PUBREC, for PUBREC it is PUBREL, and so on to PUBCOMP. A PINGRESP says not
/// what it answers, so none is taken from behind a hole.
pub fn answer_to(capture: &Capture, id: RecordId) -> Option<&Record> {
    let asked = capture.get(id)?;
    let (answer, sender) = expected_answer(asked)?;
    let is_unnamed = answer == PacketType::PingResp;
    let mut until_hole =
        capture.following(id).take_while(|record| !is_unnamed || record.hole().is_none());
    until_hole.find(|record| {
        record.packet_type() == Some(answer)
            && record.sender() == Some(sender)
            && record.packet_id() == asked.packet_id()
    })
}

/// The packet that this one answers.
pub fn answered_by(capture: &Capture, id: RecordId) -> Option<&Record> {
    let answer = capture.get(id)?;
    let kind = answer.packet_type().zip(answer.sender())?;
    // Most packets answer nothing, and finding that out would mean looking through everything.
    is_answer(kind.0).then_some(())?;
    let is_unnamed = kind.0 == PacketType::PingResp;
    let mut since_hole =
        capture.preceding(id).take_while(|record| !is_unnamed || record.hole().is_none());
    since_hole.find(|record| {
        expected_answer(record) == Some(kind) && record.packet_id() == answer.packet_id()
    })
}

/// Whether packets of this type answer others.
pub(super) fn is_answer(packet: PacketType) -> bool {
    matches!(
        packet,
        PacketType::ConnAck
            | PacketType::PubAck
            | PacketType::PubRec
            | PacketType::PubRel
            | PacketType::PubComp
            | PacketType::SubAck
            | PacketType::UnsubAck
            | PacketType::PingResp
    )
}

/// What the receiver owes for this packet, and who that is.
pub(super) fn expected_answer(record: &Record) -> Option<(PacketType, Sender)> {
    let other = record.sender()?.other();
    let answer = match record.packet_type()? {
        PacketType::Connect => PacketType::ConnAck,
        PacketType::Publish => match record.qos()? {
            QoS::AtMostOnce => return None,
            QoS::AtLeastOnce => PacketType::PubAck,
            QoS::ExactlyOnce => PacketType::PubRec,
        },
        PacketType::PubRec => PacketType::PubRel,
        PacketType::PubRel => PacketType::PubComp,
        PacketType::Subscribe => PacketType::SubAck,
        PacketType::Unsubscribe => PacketType::UnsubAck,
        PacketType::PingReq => PacketType::PingResp,
        _ => return None,
    };
    Some((answer, other))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{ClientSlot, Entry};
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn a_qos_2_exchange_is_joined_step_by_step() {
        let mut capture = Capture::default();
        let mut push = |sender, bytes: &'static [u8]| {
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            capture.push_packet(Instant::START, slot, connection, sender, Bytes::from_static(bytes))
        };
        let publish = push(Sender::Client, &[0x34, 0x06, 0, 1, b'a', 0, 10, 0]);
        let other = push(Sender::Client, &[0x34, 0x06, 0, 1, b'a', 0, 11, 0]);
        // The Server publishes with the same Packet Identifier: the two sides count apart (§2.2.1).
        push(Sender::Server, &[0x34, 0x06, 0, 1, b'a', 0, 10, 0]);
        let foreign = push(Sender::Client, &[0x50, 0x02, 0, 10]);
        let pubrec = push(Sender::Server, &[0x50, 0x02, 0, 10]);
        let pubrel = push(Sender::Client, &[0x62, 0x02, 0, 10]);
        let pubcomp = push(Sender::Server, &[0x70, 0x02, 0, 10]);
        let answer = |id| answer_to(&capture, id).map(|record| record.id);
        assert_eq!(answer(publish), Some(pubrec));
        assert_eq!(answer(other), None);
        assert_eq!(answer(pubrec), Some(pubrel));
        assert_eq!(answer(pubrel), Some(pubcomp));
        assert_eq!(answer(pubcomp), None);
        assert_ne!(answer(publish), Some(foreign));
        assert_eq!(answered_by(&capture, pubcomp).map(|record| record.id), Some(pubrel));
        assert_eq!(answered_by(&capture, pubrec).map(|record| record.id), Some(publish));
    }

    #[test]
    fn packets_without_identifier_pair_with_the_next_answer() {
        let mut capture = Capture::default();
        let mut push = |sender, bytes: &'static [u8]| {
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            capture.push_packet(Instant::START, slot, connection, sender, Bytes::from_static(bytes))
        };
        let request = push(Sender::Client, &[0xC0, 0x00]);
        let response = push(Sender::Server, &[0xD0, 0x00]);
        assert_eq!(answer_to(&capture, request).map(|record| record.id), Some(response));
        assert_eq!(answered_by(&capture, response).map(|record| record.id), Some(request));

        // An event of the link is no answer.
        let opened = capture.push(Instant::START, ClientSlot(0), ConnectionId(1), Entry::Opened);
        assert_eq!(answered_by(&capture, opened), None);
    }
}
