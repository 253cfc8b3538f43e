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

/// The Server may have ended it for the silence before.
pub(super) fn closes(line: &Line, end: &Record, close: &LinkClose, book: &mut Book) {
    // Who leaves after a goodbye owes nothing any more.
    let is_over = line.goodbye[Sender::Client as usize].is_some();
    if let Some(last) = line.last_of_client
        && close.by != Some(Sender::Client)
        && !is_over
    {
        let limit = line.keep_alive().map(overdue);
        if limit.flatten().is_some_and(|limit| end.at.since(last.1) >= limit) {
            silence(line, last, end, book);
        }
    }
}

fn silence(line: &Line, last: (RecordId, Instant), next: &Record, book: &mut Book) {
    let Some(keep_alive) = line.keep_alive().filter(|keep_alive| *keep_alive > 0) else { return };
    let longest = next.at.since(last.1);
    let is_overdue = overdue(keep_alive).is_some_and(|limit| longest >= limit);
    let kind = match () {
        () if is_overdue => Kind::KeepAliveOverdue { longest, keep_alive },
        () if longest > Duration::from_secs(keep_alive.into()) + MARGIN => {
            Kind::KeepAliveLate { longest, keep_alive }
        }
        () => return,
    };
    book.add(next, kind, [last.0, next.id], None);
}

/// From when on the Server has to close: one and a half times the Keep Alive.
fn overdue(keep_alive: u16) -> Option<Duration> {
    (keep_alive > 0).then(|| Duration::from_millis(1500 * u64::from(keep_alive)))
}

/// Who sends PINGREQ when the Keep Alive is over is late by the time that its timer and the way take.
const MARGIN: Duration = Duration::from_secs(1);
