//! Where the rows of the ladder are; `lines` and `chains` say what is drawn between them.
//!
//! Lengths down the page are counted in rows: one packet with its words is one row high, the time
//! before it adds to that.

mod chains;
mod lines;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::time::Duration;

use crate::analysis::Joins;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::packet_list::Matches;
use crate::ui::windowed::Sight;

pub use chains::{Chain, ChainKind, Join};
pub use lines::{Arrow, Mark, Span};

/// The rows of the ladder, kept while the capture grows at one end and shrinks at the other.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    /// Of the matches that the rows come from.
    generation: u64,
    rows: VecDeque<Row>,
    /// The lower edge of the last row, counted like [`Row::top`].
    end: u64,
    /// The moment of the last row.
    newest: Option<Instant>,
    /// The first record not read yet.
    next: RecordId,
    /// When the connections of each client were open, oldest first.
    open: BTreeMap<ClientSlot, VecDeque<Open>>,
    /// Connections that have ended: what comes on them later, as in the capture of one side, opens nothing.
    ended: HashSet<ConnectionId>,
    clients: BTreeSet<ClientSlot>,
    /// Addresses of brokers, in the order in which they were met.
    brokers: Vec<String>,
    broker_of: HashMap<ConnectionId, u8>,
    joins: Joins,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    id: RecordId,
    /// The upper edge of the time before it, in parts of a row. It only grows, whatever leaves above.
    top: u64,
    /// The height of the time before it.
    wait: u16,
}

/// From the record that shows a connection to be open to the one that ends it.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: RecordId,
    until: Option<RecordId>,
}

/// Parts of a row: enough that a wait is drawn to scale.
const ROW: u64 = 32;
/// Where its arrow stands within a row, below its words.
const ARROW: f64 = 0.75;
/// The longest time drawn to scale, and how much room it takes; longer ones are folded to the same.
const TO_SCALE: Duration = Duration::from_millis(250);
const LONGEST: u16 = 24;
/// Rows drawn beyond each edge of what can be seen.
const MARGIN: usize = 6;

/// A row to be drawn, with the time before it: what tells one drawing from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rung {
    pub id: RecordId,
    wait: u16,
}

/// The time before a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// In rows.
    pub height: f64,
    /// It is longer than it is drawn.
    pub is_folded: bool,
}

impl Rung {
    pub fn wait(self) -> Wait {
        let height = f64::from(self.wait) / ROW as f64;
        Wait { height, is_folded: self.wait == LONGEST }
    }
}

impl Wait {
    /// Whether there is room to say how long it is.
    pub fn is_told(self) -> bool {
        self.height >= f64::from(LONGEST / 2) / ROW as f64
    }
}

impl Ladder {
    /// Takes in what is new in the list and in the capture, and lets go of what is gone.
    pub fn follow(&mut self, capture: &Capture, matches: &Matches) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        if matches.generation() != self.generation || self.next <= oldest {
            *self = Ladder {
                generation: matches.generation(),
                joins: std::mem::take(&mut self.joins),
                ..Ladder::default()
            };
        }
        self.joins.extend(capture);
        while self.rows.front().is_some_and(|row| row.id < oldest) {
            self.rows.pop_front();
        }
        for open in self.open.values_mut() {
            while open.front().is_some_and(|open| open.until.is_some_and(|until| until < oldest)) {
                open.pop_front();
            }
        }
        self.next = self.next.max(oldest);
        let mut position = matches.position(self.next);
        while self.next < matches.judged() {
            let Some(record) = capture.get(self.next) else { break };
            self.next = RecordId(record.id.0 + 1);
            if let Entry::Opening { address } = &record.entry {
                self.note_broker(record.connection, address);
            }
            self.note_connection(record);
            if matches.at(position) == Some(record.id) {
                position += 1;
                self.add(record);
            }
        }
    }

    fn note_broker(&mut self, connection: ConnectionId, address: &str) {
        let known = self.brokers.iter().position(|broker| broker == address);
        let at = known.unwrap_or_else(|| {
            self.brokers.push(address.to_owned());
            self.brokers.len() - 1
        });
        self.broker_of.insert(connection, u8::try_from(at).unwrap_or(u8::MAX));
    }

    fn note_connection(&mut self, record: &Record) {
        let open = self.open.entry(record.client).or_default();
        let last = open.back_mut().filter(|open| open.until.is_none());
        match record.entry {
            Entry::Opening { .. } => drop(self.ended.remove(&record.connection)),
            Entry::Closed(_) => {
                self.ended.insert(record.connection);
                if let Some(last) = last {
                    last.until = Some(record.id);
                }
            }
            _ if last.is_none() && !self.ended.contains(&record.connection) => {
                open.push_back(Open { from: record.id, until: None });
            }
            _ => {}
        }
    }

    fn add(&mut self, record: &Record) {
        let wait = self.newest.map_or(0, |newest| parts(record.at.since(newest)));
        self.rows.push_back(Row { id: record.id, top: self.end, wait });
        self.end += u64::from(wait) + ROW;
        self.newest = Some(record.at);
        self.clients.insert(record.client);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn at(&self, position: usize) -> Option<RecordId> {
        self.rows.get(position).map(|row| row.id)
    }

    /// Where the record stands, or where it would.
    pub fn position(&self, id: RecordId) -> usize {
        self.rows.partition_point(|row| row.id < id)
    }

    /// The clients that have a row.
    pub fn clients(&self) -> &BTreeSet<ClientSlot> {
        &self.clients
    }

    pub fn brokers(&self) -> &[String] {
        &self.brokers
    }

    pub fn joins(&self) -> &Joins {
        &self.joins
    }

    /// The height of everything.
    pub fn height(&self) -> f64 {
        self.rows_from_start(self.end)
    }

    /// How much has gone at the upper end, in rows.
    pub fn gone(&self) -> f64 {
        self.start() as f64 / ROW as f64
    }

    /// The rows to draw.
    pub fn range(&self, sight: Sight) -> Range<usize> {
        if sight.row_height <= 0.0 {
            // Nothing is measured yet: enough rows to measure.
            return 0..self.len().min(2 * MARGIN);
        }
        let upper = sight.top / sight.row_height;
        let lower = (sight.top + sight.height) / sight.row_height;
        let first = self.rows.partition_point(|row| self.rows_from_start(row.top) <= upper);
        let end = self.rows.partition_point(|row| self.rows_from_start(row.top) < lower);
        first.saturating_sub(1 + MARGIN)..(end + MARGIN).min(self.len())
    }

    /// The upper edge of a row with the time before it; for the position behind the last row, the end.
    pub fn top(&self, position: usize) -> f64 {
        self.rows_from_start(self.rows.get(position).map_or(self.end, |row| row.top))
    }

    /// The edges of a row without the time before it.
    pub fn edges(&self, position: usize) -> (f64, f64) {
        let bottom = self.top(position + 1);
        (bottom - 1.0, bottom)
    }

    pub fn rung(&self, position: usize) -> Option<Rung> {
        self.rows.get(position).map(|row| Rung { id: row.id, wait: row.wait })
    }

    /// How long before a row the one above it was.
    pub fn time_before(&self, capture: &Capture, id: RecordId) -> Option<Duration> {
        let above = self.at(self.position(id).checked_sub(1)?)?;
        Some(capture.get(id)?.at.since(capture.get(above)?.at))
    }

    /// Where the arrow of a row stands.
    fn arrow_at(&self, position: usize) -> f64 {
        self.edges(position).0 + ARROW
    }

    fn start(&self) -> u64 {
        self.rows.front().map_or(self.end, |row| row.top)
    }

    fn rows_from_start(&self, parts: u64) -> f64 {
        (parts - self.start()) as f64 / ROW as f64
    }

    /// The first row that a replay shows: the one where the keyboard stands, or what happened last.
    pub fn replay_from(&self, cursor: Option<RecordId>) -> Option<RecordId> {
        /// Rows that somebody watches to the end.
        const LATEST: usize = 40;
        let last = self.len().checked_sub(1)?;
        let chosen = cursor.filter(|id| self.position(*id) < last);
        chosen.or_else(|| self.at(self.len().saturating_sub(LATEST)))
    }
}

/// How much room a wait takes, in parts of a row.
fn parts(wait: Duration) -> u16 {
    if wait > TO_SCALE {
        return LONGEST;
    }
    // A wait that just fits is not yet folded.
    let parts = wait.as_micros() * u128::from(LONGEST - 1) / TO_SCALE.as_micros();
    u16::try_from(parts).unwrap_or(LONGEST - 1)
}

#[cfg(test)]
mod tests;
