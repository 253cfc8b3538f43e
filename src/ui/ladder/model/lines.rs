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
        let start = self.top(range.start);
        let mut spans: Vec<Span> = Vec::new();
        let mut extend = |up: u32, top: f64, bottom: f64| {
            for client in (0..u32::BITS as u8).filter(|at| up & 1 << at != 0).map(ClientSlot) {
                let open = spans.iter_mut().find(|s| s.client == client && s.bottom == top - start);
                match open {
                    Some(span) => span.bottom = bottom - start,
                    None => {
                        spans.push(Span { client, top: top - start, bottom: bottom - start });
                    }
                }
            }
        };
        for position in range {
            let Some(row) = self.rows.get(position) else { break };
            if until.is_some_and(|until| row.id > until) {
                break;
            }
            let after = self.rows.get(position + 1).map_or(self.up, |next| next.up);
            let arrow = self.arrow_at(position);
            extend(row.up, self.top(position), arrow);
            extend(after, arrow, self.top(position + 1));
        }
        spans
    }
}
