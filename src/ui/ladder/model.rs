//! Where everything in the ladder stands, and what belongs together.
//!
//! Lengths down the page are counted in rows: one packet with its words is one row high, the time
//! before it adds to that.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::lanes::{End, Lanes};
use crate::analysis::Joins;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;
use crate::ui::packet_list::Matches;
use crate::ui::windowed::Sight;

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
    /// The clients whose connection is open after the last record read, one bit each.
    up: u32,
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
    /// The clients whose connection is open when it comes.
    up: u32,
    /// The height of the time before it.
    wait: u16,
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
/// Lines beside a lane for exchanges that overlap; further ones share the last.
const LEVELS: usize = 4;

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

/// A connection that is open, beside the rows that are drawn: in rows from the first one's upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub client: ClientSlot,
    pub top: f64,
    pub bottom: f64,
}

/// Packets that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    pub kind: ChainKind,
    pub client: ClientSlot,
    /// In rows from the upper edge of the first row drawn, like everything below.
    pub top: f64,
    pub bottom: f64,
    /// The arrows of those members that are drawn.
    pub ticks: Vec<f64>,
    /// The last answer is still owed.
    pub is_open: bool,
    /// How far from the lane it is drawn, so that exchanges at the same time stay apart.
    pub level: usize,
    pub members: BTreeSet<RecordId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainKind {
    /// A request of the protocol and its answers, such as PUBLISH, PUBREC, PUBREL, PUBCOMP.
    Exchange,
    /// A message with a Response Topic and the replies to it (§4.10).
    Reply,
}

/// What joins a record to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    pub kind: ChainKind,
    pub to: RecordId,
    pub after: Duration,
}

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
        self.next = self.next.max(oldest);
        let mut position = matches.position(self.next);
        while self.next < matches.judged() {
            let Some(record) = capture.get(self.next) else { break };
            self.next = RecordId(record.id.0 + 1);
            if let Entry::Opening { address } = &record.entry {
                self.note_broker(record.connection, address);
            }
            let before = self.up;
            self.up = match record.entry {
                Entry::Opening { .. } => before,
                Entry::Closed(_) => before & !bit(record.client),
                _ => before | bit(record.client),
            };
            if matches.at(position) == Some(record.id) {
                position += 1;
                self.add(record, before);
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

    fn add(&mut self, record: &Record, up: u32) {
        let wait = self.newest.map_or(0, |newest| parts(record.at.since(newest)));
        self.rows.push_back(Row { id: record.id, top: self.end, up, wait });
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

    /// What the record answers or replies to.
    pub fn join(&self, capture: &Capture, record: &Record) -> Option<Join> {
        let answers = || Some((ChainKind::Exchange, self.joins.answers(record.id)?));
        let replies = || Some((ChainKind::Reply, self.joins.replies_to(record.id)?));
        let (kind, to) = replies().or_else(answers)?;
        Some(Join { kind, to, after: record.at.since(capture.get(to)?.at) })
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

    /// The exchanges and replies with at least one member among the rows drawn, up to a record.
    pub fn chains(
        &self,
        capture: &Capture,
        range: Range<usize>,
        until: Option<RecordId>,
    ) -> Vec<Chain> {
        let mut found: BTreeMap<(ChainKind, RecordId), BTreeSet<RecordId>> = BTreeMap::new();
        for id in range.clone().filter_map(|position| self.at(position)) {
            if let Some((root, members)) = self.exchange_of(id) {
                found.entry((ChainKind::Exchange, root)).or_default().extend(members);
            }
            let request = self.joins.replies_to(id);
            let reply = self.joins.replied_by(id);
            for (request, reply) in
                request.map(|r| (r, id)).into_iter().chain(reply.map(|r| (id, r)))
            {
                found.entry((ChainKind::Reply, request)).or_default().extend([request, reply]);
            }
        }
        let drawn = self.top(range.start)..self.top(range.end);
        let mut chains: Vec<Chain> = found
            .into_iter()
            .filter_map(|((kind, _), members)| self.chain(capture, kind, members, &drawn, until))
            .collect();
        stagger(&mut chains);
        chains
    }

    /// Every packet of the exchange that a record belongs to, as far as its own line leads, with the
    /// first of them.
    fn exchange_of(&self, id: RecordId) -> Option<(RecordId, BTreeSet<RecordId>)> {
        let before = std::iter::successors(Some(id), |id| self.joins.answers(*id));
        let after = std::iter::successors(Some(id), |id| self.joins.answered_by(*id));
        let members: BTreeSet<RecordId> = before.chain(after).collect();
        Some((*members.first()?, members))
    }

    fn chain(
        &self,
        capture: &Capture,
        kind: ChainKind,
        mut members: BTreeSet<RecordId>,
        drawn: &Range<f64>,
        until: Option<RecordId>,
    ) -> Option<Chain> {
        let all = members.len();
        if let Some(until) = until {
            members.retain(|id| *id <= until);
        }
        let (first, last) = (*members.first()?, *members.last()?);
        let newest = capture.get(last)?;
        let is_open =
            members.len() < all || (kind == ChainKind::Exchange && self.joins.is_owed(newest));
        if first == last && !is_open {
            return None;
        }
        let y = |id: RecordId| {
            let position = self.position(id);
            match self.at(position) == Some(id) {
                true => self.arrow_at(position),
                // The filter leaves it out: its line ends where it would stand.
                false => self.top(position),
            }
        };
        let clip = |y: f64| y.clamp(drawn.start - 1.0, drawn.end + 1.0) - drawn.start;
        let ticks = members
            .iter()
            .filter(|id| self.at(self.position(**id)) == Some(**id))
            .map(|id| y(*id))
            .filter(|y| drawn.contains(y))
            .map(|y| y - drawn.start)
            .collect();
        // What is still owed leads on to below its last packet.
        let bottom = y(last) + if is_open { 1.0 - ARROW } else { 0.0 };
        Some(Chain {
            kind,
            client: newest.client,
            top: clip(y(first)),
            bottom: clip(bottom),
            ticks,
            is_open,
            level: 0,
            members,
        })
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

/// Puts chains that overlap beside the same lane next to each other.
fn stagger(chains: &mut [Chain]) {
    chains.sort_by(|a, b| a.top.total_cmp(&b.top));
    let mut ends: HashMap<ClientSlot, [f64; LEVELS]> = HashMap::new();
    for chain in chains {
        let ends = ends.entry(chain.client).or_insert([f64::NEG_INFINITY; LEVELS]);
        chain.level = ends.iter().position(|end| *end < chain.top).unwrap_or(LEVELS - 1);
        ends[chain.level] = ends[chain.level].max(chain.bottom);
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

fn bit(client: ClientSlot) -> u32 {
    1_u32.checked_shl(client.0.into()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Bounds, LinkClose};
    use crate::language::Language;
    use crate::ui::packet_list::Filter;

    const CONNECT: &[u8] = &[0x10, 0x0D, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 60, 0, 0, 0];
    const CONNACK: &[u8] = &[0x20, 0x03, 0, 0, 0];
    const PUBLISH_1: &[u8] = &[0x32, 0x06, 0, 1, b'a', 0, 10, 0];
    const PUBACK: &[u8] = &[0x40, 0x02, 0, 10];
    const PUBLISH_2: &[u8] = &[0x34, 0x06, 0, 1, b'a', 0, 11, 0];
    const PUBREC: &[u8] = &[0x50, 0x02, 0, 11];
    const PUBREL: &[u8] = &[0x62, 0x02, 0, 11];
    const PUBCOMP: &[u8] = &[0x70, 0x02, 0, 11];

    struct Bench {
        capture: Capture,
        matches: Matches,
        ladder: Ladder,
        now: Instant,
    }

    impl Bench {
        fn new(filter: &str, records: usize) -> Bench {
            Bench {
                capture: Capture::new(Bounds { records, bytes: 1 << 20 }),
                matches: Matches::new(Filter::parse(filter), Language::En, RecordId(0)),
                ladder: Ladder::default(),
                now: Instant::START,
            }
        }

        fn entry(&mut self, client: u8, entry: Entry) -> RecordId {
            let connection = ConnectionId(u32::from(client));
            let id = self.capture.push(self.now, ClientSlot(client), connection, entry);
            self.follow();
            id
        }

        fn follow(&mut self) {
            self.matches.extend(&self.capture, || true);
            self.ladder.follow(&self.capture, &self.matches);
        }

        fn out(&mut self, client: u8, bytes: &'static [u8]) -> RecordId {
            let bytes = Bytes::from_static(bytes);
            self.entry(client, Entry::Packet { sender: Sender::Client, bytes })
        }

        fn back(&mut self, client: u8, bytes: &'static [u8]) -> RecordId {
            let bytes = Bytes::from_static(bytes);
            self.entry(client, Entry::Packet { sender: Sender::Server, bytes })
        }

        fn open(&mut self, client: u8, address: &str) {
            self.entry(client, Entry::Opening { address: address.to_owned() });
            self.entry(client, Entry::Opened);
        }

        fn close(&mut self, client: u8, by: Option<Sender>, was_open: bool) -> RecordId {
            let reason = String::new();
            self.entry(client, Entry::Closed(LinkClose { by, was_open, code: None, reason }))
        }

        fn wait(&mut self, millis: u64) {
            self.now = self.now + Duration::from_millis(millis);
        }

        fn chains(&self) -> Vec<Chain> {
            self.ladder.chains(&self.capture, 0..self.ladder.len(), None)
        }

        fn ids(&self) -> Vec<u64> {
            (0..self.ladder.len()).filter_map(|at| self.ladder.at(at)).map(|id| id.0).collect()
        }
    }

    #[test]
    fn waits_are_drawn_to_scale_and_long_ones_folded() {
        let mut bench = Bench::new("", 100);
        for wait in [500, 0, 125, 250, 251, 60_000] {
            bench.wait(wait);
            bench.out(0, PUBACK);
        }
        let waits: Vec<_> = (0..6).filter_map(|at| bench.ladder.rung(at)).map(Rung::wait).collect();
        let row = |parts: f64, is_folded| Wait { height: parts / 32.0, is_folded };
        assert_eq!(
            waits,
            [
                row(0.0, false), // nothing was before it
                row(0.0, false),
                row(11.0, false),
                row(23.0, false),
                row(24.0, true),
                row(24.0, true),
            ]
        );
        let last = RecordId(5);
        let before = bench.ladder.time_before(&bench.capture, last);
        assert_eq!(before, Some(Duration::from_secs(60)));
        assert_eq!(bench.ladder.height(), 6.0 + (11.0 + 23.0 + 24.0 + 24.0) / 32.0);
        assert_eq!(bench.ladder.edges(2), (2.0 + 11.0 / 32.0, 3.0 + 11.0 / 32.0));
    }

    #[test]
    fn only_rows_near_the_sight_are_drawn_whatever_their_heights() {
        let mut bench = Bench::new("", 1000);
        for _ in 0..1000 {
            bench.wait(300);
            bench.out(0, PUBACK);
        }
        // Each row but the first is 1.75 rows high: 56 pixels.
        let sight = |top: f64| Sight { row_height: 32.0, top, height: 320.0 };
        for (top, expect) in
            [(-50.0, 0..12), (0.0, 0..13), (55_976.0 - 320.0, 988..1000), (28_000.0, 494..513)]
        {
            assert_eq!(bench.ladder.range(sight(top)), expect, "{top}");
        }
        assert_eq!(bench.ladder.range(Sight::default()), 0..12);
    }

    #[test]
    fn rows_follow_the_filter_and_a_capture_that_drops() {
        let mut bench = Bench::new("publish", 6);
        for _ in 0..4 {
            bench.out(0, PUBLISH_1);
            bench.back(0, PUBACK);
        }
        assert_eq!(bench.ids(), [2, 4, 6]);
        assert_eq!((bench.ladder.gone(), bench.ladder.height()), (1.0, 3.0));
        bench.matches.ask(Filter::parse("puback"), Language::En, RecordId(0));
        bench.follow();
        assert_eq!(bench.ids(), [3, 5, 7]);
        assert_eq!(bench.ladder.gone(), 0.0);
        bench.capture.clear();
        bench.follow();
        assert!(bench.ladder.is_empty());
        bench.back(0, PUBACK);
        assert_eq!(bench.ids(), [8]);
    }

    #[test]
    fn exchanges_are_one_line_from_the_first_packet_to_the_last() {
        let mut bench = Bench::new("", 100);
        let mut ids = vec![bench.out(0, PUBLISH_2)];
        let other = bench.out(0, PUBLISH_1);
        ids.push(bench.back(0, PUBREC));
        ids.push(bench.out(0, PUBREL));
        ids.push(bench.back(0, PUBCOMP));
        let chains = bench.chains();
        assert_eq!(chains.len(), 2);
        assert_eq!(chains[0].members, ids.into_iter().collect());
        assert_eq!((chains[0].top, chains[0].bottom), (0.75, 4.75));
        assert_eq!(chains[0].ticks, [0.75, 2.75, 3.75, 4.75]);
        assert!(!chains[0].is_open);
        // The other one overlaps, and nobody has answered it.
        assert_eq!(chains[1].members, [other].into());
        assert!(chains[1].is_open);
        assert_eq!((chains[0].level, chains[1].level), (0, 1));
        assert_eq!((chains[1].top, chains[1].bottom), (1.75, 2.0));
    }

    #[test]
    fn a_line_to_a_row_out_of_sight_is_cut_at_the_edge() {
        let mut bench = Bench::new("", 100);
        bench.out(0, PUBLISH_1);
        for _ in 0..20 {
            bench.out(1, PUBREL);
        }
        bench.back(0, PUBACK);
        let last = bench.ladder.len() - 1;
        let chains = bench.ladder.chains(&bench.capture, 18..last + 1, None);
        let of_a: Vec<_> = chains.iter().filter(|chain| chain.client == ClientSlot(0)).collect();
        assert_eq!(of_a.len(), 1);
        assert_eq!((of_a[0].top, of_a[0].bottom), (-1.0, 3.75));
        assert_eq!(of_a[0].ticks, [3.75]);
    }

    #[test]
    fn a_replay_shows_what_was_open_then() {
        let mut bench = Bench::new("", 100);
        bench.open(0, "tab");
        let connect = bench.out(0, CONNECT);
        bench.back(0, CONNACK);
        let chains = bench.ladder.chains(&bench.capture, 0..4, Some(connect));
        assert_eq!(chains.len(), 1);
        assert!(chains[0].is_open && chains[0].members.len() == 1);
        assert!(!bench.chains()[0].is_open);
        let spans = bench.ladder.spans(0..4, Some(connect));
        assert_eq!(spans, [Span { client: ClientSlot(0), top: 1.75, bottom: 3.0 }]);

        assert_eq!(bench.ladder.replay_from(None), Some(RecordId(0)));
        assert_eq!(bench.ladder.replay_from(Some(connect)), Some(connect));
        assert_eq!(bench.ladder.replay_from(Some(RecordId(3))), Some(RecordId(0)));
        assert_eq!(Ladder::default().replay_from(None), None);
    }

    #[test]
    fn a_lane_is_open_from_opening_to_close() {
        let mut bench = Bench::new("", 100);
        bench.open(0, "tab");
        bench.open(1, "tab");
        bench.close(0, Some(Sender::Server), true);
        bench.out(1, PUBACK);
        let spans = bench.ladder.spans(0..6, None);
        assert_eq!(
            spans,
            [
                Span { client: ClientSlot(0), top: 1.75, bottom: 4.75 },
                Span { client: ClientSlot(1), top: 3.75, bottom: 6.0 },
            ]
        );
        // The opening has left the capture: what passes tells that the connection is open.
        let mut bench = Bench::new("", 100);
        bench.out(1, PUBACK);
        bench.out(1, PUBACK);
        assert_eq!(
            bench.ladder.spans(0..2, None),
            [Span { client: ClientSlot(1), top: 0.75, bottom: 2.0 }]
        );
    }

    #[test]
    fn every_kind_of_record_has_its_line() {
        let mut bench = Bench::new("", 100);
        bench.open(0, "tab");
        bench.open(1, "ws://elsewhere");
        let (client, broker, other) = (End::Client(ClientSlot(0)), End::Broker(0), End::Broker(1));
        let rows = [
            (bench.out(0, CONNECT), Mark::Packet, client, broker),
            (bench.back(0, CONNACK), Mark::Packet, broker, client),
            (bench.out(0, &[0x10, 0x00]), Mark::Malformed, client, broker),
            (bench.entry(0, Entry::Text { length: 3 }), Mark::Malformed, broker, client),
            (bench.close(0, Some(Sender::Client), true), Mark::Closed, client, broker),
            (bench.close(0, Some(Sender::Server), true), Mark::Closed, broker, client),
            (bench.close(0, None, true), Mark::Cut, client, broker),
            (bench.close(0, None, false), Mark::NeverOpened, client, broker),
            (RecordId(0), Mark::Opening, client, broker),
            (RecordId(1), Mark::Opened, client, broker),
            (RecordId(3), Mark::Opened, End::Client(ClientSlot(1)), other),
        ];
        let lanes = Lanes::new(bench.ladder.clients(), bench.ladder.brokers().len());
        for (id, mark, from, to) in rows {
            let record = bench.capture.get(id).expect("it is there");
            let expect = Arrow { mark, from: lanes.x(from), to: lanes.x(to) };
            assert_eq!(bench.ladder.arrow(record, &lanes), expect, "{:?}", record.entry);
        }
        assert_eq!(bench.ladder.brokers(), ["tab", "ws://elsewhere"]);
    }

    #[test]
    fn an_answer_knows_its_request_and_how_long_it_took() {
        let mut bench = Bench::new("", 100);
        let asked = bench.out(0, PUBLISH_1);
        bench.wait(12);
        let answer = bench.back(0, PUBACK);
        let record = bench.capture.get(answer).expect("it is there");
        let after = Duration::from_millis(12);
        let expect = Join { kind: ChainKind::Exchange, to: asked, after };
        assert_eq!(bench.ladder.join(&bench.capture, record), Some(expect));
        let record = bench.capture.get(asked).expect("it is there");
        assert_eq!(bench.ladder.join(&bench.capture, record), None);
    }
}
