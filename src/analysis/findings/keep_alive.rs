//! Silence of a client, beside its Keep Alive (§3.1.2.10).

use std::time::Duration;

use super::line::Line;
use super::{Book, Kind};
use crate::capture::{LinkClose, Record, RecordId};
use crate::mqtt::Sender;
use crate::time::Instant;

/// A packet or something that is none: the client is not silent.
pub(super) fn passes(line: &mut Line, record: &Record, sender: Sender, book: &mut Book) {
    if sender != Sender::Client {
        return;
    }
    if let Some(last) = line.last_of_client.replace((record.id, record.at)) {
        silence(line, last, record, book);
    }
}

/// A CONNACK: without a Keep Alive nobody notices an end.
pub(super) fn greets(line: &Line, record: &Record, book: &mut Book) {
    if line.keep_alive() == Some(0)
        && let Some((connect, ..)) = &line.greeting.connect
    {
        book.add(record, Kind::KeepAliveOff, [*connect, record.id], None);
    }
}

/// A close without a word: the Server may have ended it for the silence before.
pub(super) fn closes(line: &Line, end: &Record, close: &LinkClose, book: &mut Book) {
    let is_told = line.goodbye.iter().any(Option::is_some);
    if close.by != Some(Sender::Client) && !is_told {
        ends(line, end, book);
    }
}

/// The Server ends the connection, and the client has been silent before for so long that it has to.
pub(super) fn ends(line: &Line, end: &Record, book: &mut Book) {
    if let (Some(last), Some(keep_alive @ 1..)) = (line.last_of_client, line.keep_alive()) {
        let longest = end.at.since(last.1);
        if longest + TOLERANCE >= overdue(keep_alive) {
            let kind = Kind::KeepAliveOverdue { longest, keep_alive };
            book.add(end, kind, [last.0, end.id], None);
        }
    }
}

fn silence(line: &Line, last: (RecordId, Instant), next: &Record, book: &mut Book) {
    let Some(keep_alive) = line.keep_alive().filter(|keep_alive| *keep_alive > 0) else { return };
    let longest = next.at.since(last.1);
    let kind = match () {
        () if longest >= overdue(keep_alive) => Kind::KeepAliveOverdue { longest, keep_alive },
        () if longest > Duration::from_secs(keep_alive.into()) + MARGIN => {
            Kind::KeepAliveLate { longest, keep_alive }
        }
        () => return,
    };
    book.add(next, kind, [last.0, next.id], None);
}

/// From when on the Server has to close: one and a half times the Keep Alive.
fn overdue(keep_alive: u16) -> Duration {
    Duration::from_millis(1500 * u64::from(keep_alive))
}

/// How much earlier than by this clock a Keep Alive may run out on the other side.
const TOLERANCE: Duration = Duration::from_millis(250);

/// Who sends PINGREQ when the Keep Alive is over is late by the time that its timer and the way take.
const MARGIN: Duration = Duration::from_secs(1);
