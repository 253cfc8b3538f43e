//! What a receiver did with a packet, beside what the specification lets it do.

use super::exchange::{answer_to, answered_by};
use super::holes::hole_for_answer;
use crate::capture::{Capture, Entry, Record, RecordId};
use crate::mqtt::{PacketType, ReasonCode};

/// What became of a packet, and the record that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It was answered as if nothing were wrong: with the Reason Code, if the answer has one that could be read.
    Took(RecordId, Option<ReasonCode>),
    /// The answer refuses it, and the connection goes on.
    Refused(RecordId, ReasonCode),
    /// The receiver closed the connection and said why.
    Closed(RecordId, ReasonCode),
    /// The receiver closed the connection without a word.
    ClosedSilently(RecordId),
    /// A later packet of the same sender was answered, so this one was let pass.
    WentOn(RecordId),
    /// Bytes are missing where the answer may have been.
    Untold(RecordId),
}

/// What the receiver of this packet did next; `None` where the capture shows nothing of it.
pub fn reaction(capture: &Capture, id: RecordId) -> Option<Reaction> {
    let packet = capture.get(id)?;
    let receiver = packet.sender()?.other();
    let answer = answer_to(capture, id).map(|record| record.id);
    for record in capture.following(id) {
        if record.hole().is_some() && record.side() == Some(receiver) {
            let is_here = hole_for_answer(capture, id).is_none_or(|hole| hole.id == record.id);
            return is_here.then_some(Reaction::Untold(record.id));
        }
        if let Entry::Closed(close) = &record.entry {
            return (close.by == Some(receiver)).then_some(Reaction::ClosedSilently(record.id));
        }
        if record.sender() != Some(receiver) {
            continue;
        }
        let code = code_of(record);
        match record.packet_type() {
            Some(PacketType::Disconnect) => {
                return Some(Reaction::Closed(record.id, code.unwrap_or(ReasonCode::Success)));
            }
            _ if Some(record.id) == answer => {
                return Some(match code.filter(|code| code.is_error()) {
                    // A refused CONNECT ends the connection [MQTT-3.2.2-7].
                    Some(code) if record.packet_type() == Some(PacketType::ConnAck) => {
                        Reaction::Closed(record.id, code)
                    }
                    Some(code) => Reaction::Refused(record.id, code),
                    None => Reaction::Took(record.id, code),
                });
            }
            _ => {}
        }
        let is_later = |asked: &Record| asked.id > id;
        if answer.is_none() && answered_by(capture, record.id).is_some_and(is_later) {
            return Some(Reaction::WentOn(record.id));
        }
    }
    None
}

/// The first refusal, or else the first Reason Code.
fn code_of(record: &Record) -> Option<ReasonCode> {
    let packet = record.packet()?.ok()?;
    // Before 5.0 only CONNACK and SUBACK have one.
    let has_one = record.version.is_5()
        || matches!(packet.packet_type(), PacketType::ConnAck | PacketType::SubAck);
    let codes = packet.reason_codes();
    let refusal = codes.iter().find(|code| code.is_error());
    refusal.or(codes.first()).copied().filter(|_| has_one)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{ClientSlot, Hole, LinkClose};
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    const BROKEN: &[u8] = &[0x32, 0x09, 0, 1, b'a', 0, 7, 2, 1, 0x58, b'!'];
    const BROKEN_QOS_0: &[u8] = &[0x30, 0x07, 0, 1, b'a', 2, 1, 0x58, b'!'];

    fn packet(sender: Sender, bytes: &'static [u8]) -> Entry {
        Entry::Packet { sender, bytes: Bytes::from_static(bytes) }
    }

    fn closed(by: Option<Sender>) -> Entry {
        Entry::Closed(LinkClose { by, was_open: true, code: None, reason: String::new() })
    }

    #[test]
    fn what_came_of_a_packet_is_read_from_what_follows_it() {
        use Reaction as R;
        use Sender::{Client, Server};
        let id = RecordId(1);
        let hole =
            |sender| Entry::Missing(Hole { sender, missing: 9, unread: 0, begun: Bytes::new() });
        for (what, broken, next, expect) in [
            ("nothing yet", BROKEN, vec![], None),
            (
                "taken",
                BROKEN,
                vec![packet(Server, &[0x40, 2, 0, 7])],
                Some(R::Took(id, Some(ReasonCode::Success))),
            ),
            (
                "refused",
                BROKEN,
                vec![packet(Server, &[0x40, 3, 0, 7, 0x99])],
                Some(R::Refused(id, ReasonCode::PayloadFormatInvalid)),
            ),
            (
                "closed",
                BROKEN,
                vec![packet(Server, &[0xE0, 1, 0x82]), closed(Some(Server))],
                Some(R::Closed(id, ReasonCode::ProtocolError)),
            ),
            (
                "closed without a word",
                BROKEN,
                vec![closed(Some(Server))],
                Some(R::ClosedSilently(id)),
            ),
            ("the sender left", BROKEN, vec![closed(Some(Client))], None),
            ("a hole", BROKEN, vec![hole(Server)], Some(R::Untold(id))),
            ("a hole of the other side", BROKEN, vec![hole(Client)], None),
            (
                "a later packet was answered",
                BROKEN_QOS_0,
                vec![packet(Client, &[0xC0, 0]), packet(Server, &[0xD0, 0])],
                Some(R::WentOn(RecordId(2))),
            ),
            (
                "no packet of the receiver answers it",
                BROKEN_QOS_0,
                vec![packet(Server, &[0x40, 2, 0, 7])],
                None,
            ),
        ] {
            let mut capture = Capture::default();
            for entry in std::iter::once(packet(Client, broken)).chain(next) {
                capture.push(Instant::START, ClientSlot(0), ConnectionId(1), entry);
            }
            assert_eq!(reaction(&capture, RecordId(0)), expect, "{what}");
        }
    }
}
