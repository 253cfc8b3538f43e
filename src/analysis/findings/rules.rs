//! Rules that packets break, by themselves or where they stand.

use super::line::Line;
use super::{Book, Kind};
use crate::analysis::why::Cause;
use crate::capture::{Entry, Record};
use crate::mqtt::{Class, DecodeError, Packet, Sender};

/// Bytes that are not a sound packet.
pub(super) fn breaks(record: &Record, by: Sender, error: DecodeError, book: &mut Book) {
    // Bytes that only wait for more break nothing yet, unless the stream ends there.
    let is_cut =
        error.kind.class() == Class::Framing && matches!(record.entry, Entry::Packet { .. });
    if !is_cut {
        let kind = Kind::BrokenBytes { by, packet: record.packet_type(), error: error.kind };
        book.add(record, kind, [record.id], None);
    }
}

/// A sound packet, which may be out of place.
pub(super) fn passes(
    line: &mut Line,
    record: &Record,
    by: Sender,
    packet: &Packet,
    is_aliased: bool,
    book: &mut Book,
) {
    for ledger in &mut line.ledgers {
        if !ledger.is_of(by) {
            ledger.hears(packet);
        }
    }
    let size = record.bytes().len();
    let fault = line.ledgers[by as usize].sends(packet, size, is_aliased);
    let Some((cause, about)) = fault else { return };
    // Before 5.0 this is all there is to break across packets.
    let is_rule = record.version.is_5()
        || matches!(
            cause,
            Cause::SecondConnect
                | Cause::NotConnectFirst
                | Cause::AfterDisconnect
                | Cause::PacketIdentifierInUse { .. }
                | Cause::AcknowledgementOutOfPlace
        );
    if is_rule {
        book.add(record, Kind::Against { by, cause }, [record.id], about.as_deref());
    }
}
