//! Which packets belong together, and the lines that join them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::time::Duration;

use super::{ARROW, Ladder};
use crate::capture::{Capture, ClientSlot, Record, RecordId};

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

impl Ladder {
    /// What the record answers or replies to.
    pub fn join(&self, capture: &Capture, record: &Record) -> Option<Join> {
        let answers = || Some((ChainKind::Exchange, self.joins.answers(record.id)?));
        let replies = || Some((ChainKind::Reply, self.joins.replies_to(record.id)?));
        let (kind, to) = replies().or_else(answers)?;
        Some(Join { kind, to, after: record.at.since(capture.get(to)?.at) })
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

/// Lines beside a lane for exchanges that overlap; further ones share the last.
const LEVELS: usize = 4;
