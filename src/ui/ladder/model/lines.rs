//! The lines of the ladder: an arrow for each record between two lanes, and the lanes where they are open.

use std::ops::Range;

use super::Ladder;
use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::mqtt::Sender;
use crate::ui::ladder::lanes::{End, Lanes};

/// A record as a line between two lanes, from 0 at the left lane to 1 at the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    pub mark: Mark,
    pub from: f64,
    pub to: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Packet,
    /// Bytes that break a rule, or a text message.
    Malformed,
    Opening,
    Opened,
    /// One side ended the connection.
    Closed,
    /// The connection ended by itself.
    Cut,
    NeverOpened,
    /// Bytes that a file does not have.
    Missing,
}

/// A connection that is open, beside the rows that are drawn: in rows from the first one's upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub client: ClientSlot,
    pub top: f64,
    pub bottom: f64,
}

impl Ladder {
    /// A record's line between the lanes.
    pub fn arrow(&self, record: &Record, lanes: &Lanes) -> Arrow {
        let broker = self.broker_of.get(&record.connection).copied().unwrap_or(0);
        let client = lanes.x(End::Client(record.client));
        let server = lanes.x(End::Broker(broker));
        let (mark, sender) = match &record.entry {
            Entry::Packet { sender, .. } => match record.packet() {
                Some(Ok(_)) => (Mark::Packet, Some(*sender)),
                _ => (Mark::Malformed, Some(*sender)),
            },
            Entry::Broken { sender, .. } => (Mark::Malformed, Some(*sender)),
            Entry::Text { .. } => (Mark::Malformed, Some(Sender::Server)),
            Entry::Missing(hole) => (Mark::Missing, Some(hole.sender)),
            Entry::Opening { .. } => (Mark::Opening, Some(Sender::Client)),
            Entry::Opened => (Mark::Opened, Some(Sender::Client)),
            Entry::Closed(close) => match (close.was_open, close.by) {
                (false, _) => (Mark::NeverOpened, Some(Sender::Client)),
                (true, Some(by)) => (Mark::Closed, Some(by)),
                (true, None) => (Mark::Cut, None),
            },
        };
        match sender {
            Some(Sender::Server) => Arrow { mark, from: server, to: client },
            _ => Arrow { mark, from: client, to: server },
        }
    }

    /// Where connections are open beside the rows drawn, up to a record.
    pub fn spans(&self, range: Range<usize>, until: Option<RecordId>) -> Vec<Span> {
        let (start, end) = (self.top(range.start), range.end.min(self.len()));
        let last = until.map_or(end, |until| end.min(self.position(RecordId(until.0 + 1))));
        let Some(bottom) = last.checked_sub(1).filter(|last| *last >= range.start) else {
            return Vec::new();
        };
        let (first_row, last_row) = (self.rows[range.start].id, self.rows[bottom].id);
        let bottom = self.top(last);
        let mut spans = Vec::new();
        for (client, open) in &self.open {
            // The first one that has not ended above.
            let first = open.partition_point(|open| open.until.is_some_and(|it| it < first_row));
            for open in open.range(first..).take_while(|open| open.from <= last_row) {
                let top = self.edge_at(open.from).max(start);
                let end = open.until.map_or(bottom, |until| self.edge_at(until).min(bottom));
                if top < end {
                    spans.push(Span { client: *client, top: top - start, bottom: end - start });
                }
            }
        }
        spans
    }

    /// The arrow of a record, or where it would be pushed in.
    fn edge_at(&self, id: RecordId) -> f64 {
        let position = self.position(id);
        match self.at(position) == Some(id) {
            true => self.arrow_at(position),
            false => self.top(position),
        }
    }
}
