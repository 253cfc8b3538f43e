//! What was offered and not used, and habits that cost something.

use std::collections::{HashMap, HashSet};

use super::line::Line;
use super::{Book, Kind, Passing, Where};
use crate::analysis::savings::would_spare;
use crate::capture::{ClientSlot, RecordId};
use crate::delivery::Quota;
use crate::mqtt::{Properties, Publish, QoS, Sender};

/// What one side of one connection has sent.
#[derive(Default)]
pub(super) struct Direction {
    /// Messages above QoS 0.
    acknowledged: usize,
    /// How many of them were in flight at once.
    peak: usize,
    /// Topics that an alias could stand for, up to as many as the other side accepts.
    topics: HashSet<String>,
    uses_alias: bool,
    /// The first messages whose topic was there before.
    repeats: Vec<RecordId>,
    repeat_count: usize,
    /// Bytes that aliases would have spared, and all bytes.
    spared: i64,
    bytes: u64,
}

/// The same of all connections of a client that are over.
#[derive(Clone, Default)]
pub(super) struct Limits {
    sides: HashMap<(ClientSlot, Sender), Total>,
}

#[derive(Clone)]
struct Total {
    place: Where,
    /// The latest Receive Maximum, and the packet that states it.
    receive_maximum: Option<(u16, RecordId)>,
    alias_maximum: Option<(u16, RecordId)>,
    acknowledged: usize,
    peak: usize,
    /// Whether everything that was sent is known.
    is_whole: bool,
    uses_alias: bool,
    repeats: Vec<RecordId>,
    repeat_count: usize,
    spared: i64,
    bytes: u64,
}

impl Limits {
    pub fn passes(
        &mut self,
        line: &mut Line,
        passing: &Passing<'_>,
        publish: &Publish,
        book: &mut Book,
    ) {
        let Passing { record, sender, topic, .. } = *passing;
        if publish.properties.message_expiry_interval() == Some(0) {
            let kind = Kind::MessageExpiryZero { by: sender };
            book.add(record, kind, [record.id], topic);
        }
        let in_flight = line.ledgers[sender as usize].in_flight();
        let alias_maximum =
            stated(line, sender).and_then(|(_, stated)| stated.topic_alias_maximum()).unwrap_or(0);
        let direction = &mut line.directions[sender as usize];
        if publish.qos > QoS::AtMostOnce {
            direction.acknowledged += 1;
            direction.peak = direction.peak.max(in_flight);
        }
        direction.uses_alias |= publish.properties.topic_alias().is_some();
        if alias_maximum == 0 || direction.uses_alias {
            return;
        }
        let size = record.bytes().len() as u64;
        direction.bytes += size;
        if direction.topics.contains(&*publish.topic) {
            direction.spared += would_spare(record, &publish.topic).unwrap_or(0);
            direction.repeat_count += 1;
            if direction.repeats.len() < REPEATS_NAMED {
                direction.repeats.push(record.id);
            }
        } else if direction.topics.len() < usize::from(alias_maximum) {
            direction.topics.insert(publish.topic.to_string());
            direction.spared -= 3;
        }
    }

    /// Adds a connection to those before.
    pub fn take_in(&mut self, line: &Line) {
        let Some(&(_, at, _)) = line.greeting.connect.as_ref() else { return };
        if line.accepted().is_none() {
            return;
        }
        for sender in [Sender::Client, Sender::Server] {
            let Some((record, stated)) = stated(line, sender) else { continue };
            let direction = &line.directions[sender as usize];
            let place = Where { client: line.client, version: line.version, at };
            let total = self.sides.entry((line.client, sender)).or_insert(Total {
                place,
                receive_maximum: None,
                alias_maximum: None,
                acknowledged: 0,
                peak: 0,
                is_whole: true,
                uses_alias: false,
                repeats: Vec::new(),
                repeat_count: 0,
                spared: 0,
                bytes: 0,
            });
            total.receive_maximum = stated.receive_maximum().map(|maximum| (maximum, record));
            let alias_maximum = stated.topic_alias_maximum().filter(|maximum| *maximum > 0);
            total.alias_maximum = alias_maximum.map(|maximum| (maximum, record));
            total.acknowledged += direction.acknowledged;
            total.peak = total.peak.max(direction.peak);
            total.is_whole &= !line.has_any_hole() && line.begun;
            total.uses_alias |= direction.uses_alias;
            total
                .repeats
                .extend(direction.repeats.iter().take(REPEATS_NAMED - total.repeats.len()));
            total.repeat_count += direction.repeat_count;
            total.spared += direction.spared;
            total.bytes += direction.bytes;
        }
    }

    pub fn report(&self, book: &mut Book) {
        for ((_, by), total) in &self.sides {
            let by = *by;
            // What was in flight in a hole is not known.
            if let Some((maximum, record)) = total.receive_maximum
                && maximum < Quota::DEFAULT_MAXIMUM
                && total.is_whole
                && total.acknowledged >= ENOUGH
                && total.peak * 2 <= usize::from(maximum)
            {
                let kind = Kind::ReceiveMaximumUnused { by, maximum, peak: total.peak };
                book.add_of(total.place, kind, [record], None);
            }
            if let Some((maximum, record)) = total.alias_maximum
                && total.is_whole
                && !total.uses_alias
                && total.repeat_count >= ENOUGH
                && total.spared >= WORTH
            {
                let saves = total.spared.unsigned_abs();
                let kind = Kind::AliasUnused { by, maximum, saves, of: total.bytes };
                let records = [record].into_iter().chain(total.repeats.iter().copied());
                book.add_of(total.place, kind, records, None);
            }
        }
    }
}

/// The packet in which the other side states what it takes.
fn stated(line: &Line, sender: Sender) -> Option<(RecordId, &Properties)> {
    match sender {
        Sender::Client => {
            let (record, connack) = line.greeting.connack.as_ref()?;
            Some((*record, &connack.properties))
        }
        Sender::Server => {
            let (record, _, connect) = line.greeting.connect.as_ref()?;
            Some((*record, &connect.properties))
        }
    }
}

/// Messages from which on it is a habit, and not the beginning of something.
const ENOUGH: usize = 20;

/// Bytes that are worth an alias.
const WORTH: i64 = 200;

const REPEATS_NAMED: usize = 3;
