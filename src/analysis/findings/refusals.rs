//! What was refused.

use super::answers::Asked;
use super::line::Line;
use super::{Book, Kind};
use crate::capture::{Record, RecordId};
use crate::mqtt::{Packet, PacketType, ReasonCode, Sender, Text};

/// The Reason Codes of a packet, and what is sent although the CONNECT was refused.
pub(super) fn passes(
    line: &mut Line,
    record: &Record,
    by: Sender,
    packet: &Packet,
    asked: Option<&Asked>,
    book: &mut Book,
) {
    let packet_type = packet.packet_type();
    if by == Sender::Client && is_work(packet_type) {
        if line.is_refused() {
            book.add(record, Kind::SentInVain, [record.id], None);
        } else if line.greeting.connack.is_none() && line.greeting.early.len() < EARLY {
            line.greeting.early.push(record.id);
        }
    }
    for (index, code) in packet.reason_codes().iter().copied().enumerate() {
        let kind = match code {
            // It says who has the Session now, and is told there.
            ReasonCode::SessionTakenOver => continue,
            ReasonCode::NoMatchingSubscribers => Kind::NobodySubscribed,
            ReasonCode::NoSubscriptionExisted => Kind::NeverSubscribed,
            code if code.is_error() => Kind::Refused { by, packet: packet_type, code },
            _ => continue,
        };
        let about = asked.and_then(|asked| match packet_type {
            PacketType::SubAck | PacketType::UnsubAck => asked.about.get(index),
            _ => asked.about.first(),
        });
        let records = asked.map(|asked| asked.record).into_iter().chain([record.id]);
        book.add(record, kind, records, about.map(Text::as_str));
    }
}

/// A CONNACK: what did not wait for it is lost if it refuses.
pub(super) fn greets(line: &mut Line, record: &Record, book: &mut Book) {
    let early: Vec<RecordId> = std::mem::take(&mut line.greeting.early);
    if line.is_refused() {
        early.into_iter().for_each(|id| book.add(record, Kind::SentInVain, [id], None));
    }
}

/// Packets with which a client wants something.
fn is_work(packet: PacketType) -> bool {
    matches!(packet, PacketType::Publish | PacketType::Subscribe | PacketType::Unsubscribe)
}

/// Packets before CONNACK that are remembered.
const EARLY: usize = 1000;
