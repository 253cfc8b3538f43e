//! What in a capture is odd: broken rules, refusals, requests without an answer, lost Sessions, habits that cost
//! something. Each finding names its packets.
//!
//! Nothing is said that the bytes do not show. A hole hides what may have passed in it, so that nothing is concluded
//! from the absence of a packet there; and of a connection whose beginning is missing, nothing is concluded from what
//! may have been before.
//!
//! Records are read once, in their order, each in a time that does not depend on how many there are.

mod answers;
mod closing;
mod keep_alive;
mod kind;
mod limits;
mod line;
mod refusals;
mod requests;
mod rules;
mod sessions;
mod subscriptions;
#[cfg(test)]
mod tests;
mod v3;

use std::collections::HashMap;

pub use kind::{Group, Kind, Severity};

use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId, Touch};
use crate::mqtt::{ConnectionId, Packet, PacketType, ReasonCode, Sender, Version};
use crate::time::Instant;
use line::Line;

/// One oddity of one client, in one or many places.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    pub client: ClientSlot,
    /// The version that its packets speak.
    pub version: Version,
    /// When it was first seen.
    pub at: Instant,
    /// How often.
    pub count: usize,
    /// The first packets that show it, in their order.
    pub records: Vec<RecordId>,
    /// What it is about, such as topics: the first few different ones.
    pub about: Vec<String>,
    /// Whether it is about more than those.
    pub has_more: bool,
}

impl Finding {
    pub fn severity(&self) -> Severity {
        self.kind.severity(self.version)
    }

    /// What stays the same while there is more and more of it.
    pub fn identity(&self) -> Identity {
        (self.client, self.kind.group())
    }
}

/// The client, and what the findings of one row have in common.
pub type Identity = (ClientSlot, Group);

/// Everything that is odd in a capture: the worst first, then the oldest.
pub fn findings(capture: &Capture) -> Vec<Finding> {
    let mut reader = Reader::default();
    reader.extend(capture, || true);
    reader.report(capture)
}

/// Reads a capture as it grows.
#[derive(Default)]
pub struct Reader {
    /// The record to read next.
    next: RecordId,
    /// When the latest one was recorded.
    end: Instant,
    book: Book,
    lines: HashMap<ConnectionId, Line>,
    carried: answers::Carried,
    requests: requests::Requests,
    sessions: sessions::Sessions,
    subscriptions: subscriptions::Subscriptions,
    limits: limits::Limits,
    loops: closing::Loops,
}

impl Reader {
    /// Reads what is new in the capture, always the same one. Stops as soon as `may_go_on` says no, and tells
    /// whether it has read everything.
    pub fn extend(&mut self, capture: &Capture, mut may_go_on: impl FnMut() -> bool) -> bool {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        if oldest > self.next {
            // What was not read is like a capture that begins in the middle.
            *self = Reader { next: oldest, ..Reader::default() };
        }
        self.book.oldest = oldest;
        let unread = capture.position(self.next).unwrap_or(capture.len());
        for (read, position) in (unread..capture.len()).enumerate() {
            // Asking for the time costs more than reading a record.
            if read % 128 == 127 && !may_go_on() {
                return false;
            }
            if let Some(record) = capture.at(position) {
                // What never arrived answers nothing.
                if capture.touched(record.id) != Some(Touch::Dropped) {
                    self.read(capture, record);
                }
                self.next = RecordId(record.id.0 + 1);
            }
        }
        true
    }

    /// What has been found so far. Every record that it names is in the capture.
    pub fn report(&self, capture: &Capture) -> Vec<Finding> {
        let mut book = self.book.clone();
        for line in self.lines.values() {
            line.answers.report(line, self.end, &mut book);
        }
        self.carried.report(&mut book);
        self.requests.report(self.end, &mut book);
        self.subscriptions.report(self.end, &mut book);
        let mut limits = self.limits.clone();
        self.lines.values().for_each(|line| limits.take_in(line));
        limits.report(&mut book);
        book.into_findings(capture)
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        self.end = record.at;
        let line = self.lines.entry(record.connection).or_insert_with(|| Line::new(record));
        let book = &mut self.book;
        match &record.entry {
            Entry::Opening { address } => {
                line.address = Some(address.as_str().into());
            }
            Entry::Opened => line.opened_at = record.at,
            Entry::Missing(hole) => {
                line.misses(hole.sender, &mut self.carried);
                self.requests.misses(record);
                self.subscriptions.misses(record, hole.sender);
            }
            Entry::Broken { sender, error, .. } => {
                rules::breaks(record, *sender, *error, book);
                line.heard[*sender as usize] = true;
                line.misses(*sender, &mut self.carried);
            }
            Entry::Text { .. } => {
                line.has_text = true;
                book.add(record, Kind::TextMessage, [record.id], None);
            }
            Entry::Closed(close) => {
                if let Some(line) = self.lines.remove(&record.connection) {
                    closing::closes(&line, record, close, book);
                    keep_alive::closes(&line, record, close, book);
                    line.answers.closes(&line, record, close, &mut self.carried, book);
                    self.sessions.closes(&line, record);
                    self.requests.closes(record);
                    self.loops.closes(&line, record, close, book);
                    self.limits.take_in(&line);
                }
            }
            Entry::Packet { sender, .. } => {
                line.heard[*sender as usize] = true;
                match record.packet() {
                    Some(Ok(packet)) => self.read_packet(capture, record, *sender, &packet),
                    Some(Err(error)) => {
                        rules::breaks(record, *sender, error, book);
                        keep_alive::passes(line, record, *sender, book);
                        line.answers.breaks(record, *sender);
                        if record.packet_type() == Some(PacketType::Disconnect) {
                            line.goodbye[*sender as usize] = Some(true);
                        }
                        line.last_was_hole[*sender as usize] = false;
                    }
                    None => {}
                }
            }
        }
    }

    fn read_packet(&mut self, capture: &Capture, record: &Record, sender: Sender, packet: &Packet) {
        let Some(line) = self.lines.get_mut(&record.connection) else { return };
        let book = &mut self.book;
        let aliased = match packet {
            Packet::Publish(publish) if publish.topic.is_empty() => capture.aliased(record),
            _ => None,
        };
        let topic = match packet {
            Packet::Publish(publish) if publish.topic.is_empty() => aliased.map(|it| it.topic),
            Packet::Publish(publish) => Some(publish.topic.as_str()),
            _ => None,
        };
        rules::passes(line, record, sender, packet, aliased.is_some(), book);
        keep_alive::passes(line, record, sender, book);
        line.note(record, sender, packet);
        let mut taken = None;
        if record.packet_type() == Some(PacketType::ConnAck) {
            let earlier = self.sessions.earlier(line).and_then(|earlier| self.lines.get(&earlier));
            let is_unsure = earlier.is_some_and(|it| it.last_was_hole.contains(&true));
            let Some(line) = self.lines.get_mut(&record.connection) else { return };
            let carried = &mut self.carried;
            taken = self.sessions.answers(line, record, packet, is_unsure, carried, book);
            refusals::greets(line, record, book);
            keep_alive::greets(line, record, book);
        }
        let Some(line) = self.lines.get_mut(&record.connection) else { return };
        match packet {
            Packet::Connect(_) => self.sessions.asks(line, record),
            Packet::Disconnect(disconnect) => {
                if disconnect.reason_code == ReasonCode::KeepAliveTimeout {
                    keep_alive::ends(line, record, book);
                }
                self.sessions.says_goodbye(line, record, sender, disconnect, book);
            }
            _ => {}
        }
        let asked = line.answers.passes(
            &Passing { record, sender, packet, topic },
            line.begun && !line.has_hole[sender.other() as usize],
            &mut self.carried,
            line.session.as_deref(),
            book,
        );
        refusals::passes(line, record, sender, packet, asked.as_ref(), book);
        if let Packet::Publish(publish) = packet {
            let passing = Passing { record, sender, packet, topic };
            self.requests.passes(&passing, publish);
            self.limits.passes(line, &passing, publish, book);
            if let Some(topic) = topic {
                self.subscriptions.publishes(record, topic);
            }
        }
        self.subscriptions.passes(record, packet);
        if let Some(taken) = taken.and_then(|taken| self.lines.get_mut(&taken)) {
            taken.answers.moves_on(taken.session.as_ref(), &mut self.carried);
        }
    }
}

/// A packet on its way.
pub(super) struct Passing<'a> {
    pub record: &'a Record,
    pub sender: Sender,
    pub packet: &'a Packet,
    /// The topic of a PUBLISH, also behind an alias.
    pub topic: Option<&'a str>,
}

/// The findings so far, of which many may be one.
#[derive(Clone, Default)]
pub(super) struct Book {
    findings: HashMap<Identity, Finding>,
    /// The first record that is still in the capture.
    oldest: RecordId,
}

impl Book {
    /// Notes one more finding about the client of a record.
    pub fn add(
        &mut self,
        record: &Record,
        kind: Kind,
        records: impl IntoIterator<Item = RecordId>,
        about: Option<&str>,
    ) {
        self.add_of(Where::of(record), kind, records, about);
    }

    pub fn add_of(
        &mut self,
        place: Where,
        kind: Kind,
        records: impl IntoIterator<Item = RecordId>,
        about: Option<&str>,
    ) {
        let Where { client, version, at } = place;
        let finding = self.findings.entry((client, kind.group())).or_insert_with(|| Finding {
            kind,
            client,
            version,
            at,
            count: 0,
            records: Vec::new(),
            about: Vec::new(),
            has_more: false,
        });
        finding.kind.merge(kind);
        finding.count += 1;
        finding.at = finding.at.min(at);
        if finding.records.len() >= RECORDS {
            finding.records.retain(|id| *id >= self.oldest);
        }
        for id in records {
            if finding.records.len() < RECORDS && !finding.records.contains(&id) {
                finding.records.push(id);
            }
        }
        if let Some(about) = about.filter(|about| !about.is_empty()) {
            finding.mentions(about);
        }
    }

    fn into_findings(self, capture: &Capture) -> Vec<Finding> {
        let is_there = |id: &RecordId| capture.position(*id).is_some();
        let mut all: Vec<Finding> = self
            .findings
            .into_values()
            .filter_map(|mut finding| {
                finding.records.retain(is_there);
                finding.records.sort_unstable();
                (!finding.records.is_empty()).then_some(finding)
            })
            .collect();
        all.sort_by_key(|it| (it.severity(), it.at, it.records[0], it.client, it.kind.group()));
        all
    }
}

impl Finding {
    fn mentions(&mut self, about: &str) {
        if self.about.iter().any(|known| known == about) {
            return;
        }
        match self.about.len() {
            ..ABOUT => self.about.push(about.to_owned()),
            _ => self.has_more = true,
        }
    }
}

/// Whose finding it is, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Where {
    pub client: ClientSlot,
    pub version: Version,
    pub at: Instant,
}

impl Where {
    pub fn of(record: &Record) -> Where {
        Where { client: record.client, version: record.version, at: record.at }
    }
}

/// How many packets a finding names.
const RECORDS: usize = 6;

/// How many topics a finding names.
const ABOUT: usize = 3;
