//! Messages with the subscriptions they matched and the copies that came, read from the capture as it
//! grows; and the filters as paths of a tree, as far as a message follows each.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{
    ConnectionId, Packet, PacketId, PacketType, Publish, QoS, Sender, Subscription, Text, matches,
    split_shared, without_share_name,
};

/// What is known so far. Bounded: the oldest messages go first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracer {
    /// The first record not read yet.
    next: Option<RecordId>,
    clients: BTreeMap<ClientSlot, Holdings>,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer.
    asked: BTreeMap<(ConnectionId, PacketId), Asked>,
    /// The same as `clients`, shared by all messages until it changes.
    held: Arc<Vec<(ClientSlot, Held)>>,
    traces: VecDeque<Trace>,
    /// How many messages came before those.
    gone: usize,
}

/// The subscriptions that a client holds, by filter.
type Holdings = BTreeMap<String, Held>;

/// A granted subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub subscription: Subscription,
    pub identifier: Option<u32>,
    pub maximum_qos: QoS,
}

#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Subscribe(Vec<Subscription>, Option<u32>),
    Unsubscribe(Vec<Text>),
}

/// A message on its way from one to many.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The PUBLISH to the Server; `None` for what the Server had stored, and for a Will.
    pub published: Option<(RecordId, ClientSlot)>,
    pub topic: String,
    pub qos: QoS,
    pub retain: bool,
    payload: Bytes,
    /// Clients with a matching subscription, or with a copy.
    pub receivers: Vec<Receiver>,
    /// Every subscription that was held at that moment.
    held: Arc<Vec<(ClientSlot, Held)>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    pub client: ClientSlot,
    /// The subscriptions that matched at the moment of publishing.
    pub matched: Vec<Held>,
    pub copies: Vec<Copy>,
}

/// One PUBLISH to a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    pub record: RecordId,
    pub qos: QoS,
    pub retain: bool,
    pub identifiers: Vec<u32>,
}

/// Why it came as it came, or did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Every subscription that matched has No Local, and the client is the sender.
    NoLocal,
    /// Another member of the share has it.
    AnotherMember,
    /// Of all members of the share this one has it.
    ThisMember,
    /// The copy has a lower QoS than the message: a subscription asked for no more.
    LowerQoS,
    /// One copy for several subscriptions.
    OneForAll,
    /// A copy for each subscription.
    OneEach,
    /// RETAIN was cleared, since it is a live message.
    RetainCleared,
    /// RETAIN came as published.
    RetainKept,
    /// It was stored before the client subscribed.
    Stored,
    /// Nothing has come so far.
    Waiting,
}

impl Tracer {
    /// Reads what has come since; begins anew where the capture did.
    pub fn update(&mut self, capture: &Capture) {
        let begins_anew = self.next.is_some_and(|next| next > capture.next_id())
            || (capture.is_empty() && !self.traces.is_empty());
        if begins_anew {
            *self = Tracer::default();
        }
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let position = capture.position(from).unwrap_or(capture.len());
        // In a flood only the messages that can still be seen are taken apart.
        let matter = capture.len().saturating_sub(MOST_READ);
        for (index, record) in capture.records().enumerate().skip(position) {
            match record.packet_type() {
                Some(PacketType::Publish) if index < matter => {
                    self.gone += usize::from(record.sender() == Some(Sender::Client));
                }
                Some(
                    PacketType::ConnAck
                    | PacketType::Publish
                    | PacketType::Subscribe
                    | PacketType::SubAck
                    | PacketType::Unsubscribe
                    | PacketType::UnsubAck,
                ) => self.read(capture, record),
                _ => {}
            }
        }
        self.next = Some(capture.next_id());
    }

    /// The messages so far, the newest first.
    pub fn traces(&self) -> impl ExactSizeIterator<Item = &Trace> {
        self.traces.iter().rev()
    }

    /// How many messages came before those that are known.
    pub fn gone(&self) -> usize {
        self.gone
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        // A message goes its way in older versions too.
        let packet = record.packet().and_then(Result::ok);
        let (Some(packet), Some(sender)) = (packet, record.sender()) else { return };
        let key = packet.packet_id().map(|id| (record.connection, id));
        match packet {
            Packet::ConnAck(connack) if !connack.session_present => {
                self.clients.remove(&record.client);
                self.hold();
            }
            Packet::Subscribe(subscribe) => {
                let identifier = subscribe.properties.subscription_identifier();
                let asked = Asked::Subscribe(subscribe.subscriptions, identifier);
                self.asked.extend(key.map(|key| (key, asked)));
            }
            Packet::Unsubscribe(unsubscribe) => {
                let asked = Asked::Unsubscribe(unsubscribe.topic_filters);
                self.asked.extend(key.map(|key| (key, asked)));
            }
            Packet::SubAck(suback) => {
                let Some(Asked::Subscribe(asked, identifier)) =
                    key.and_then(|key| self.asked.remove(&key))
                else {
                    return;
                };
                let held = self.clients.entry(record.client).or_default();
                for (subscription, code) in asked.into_iter().zip(suback.reason_codes) {
                    let Some(maximum_qos) = code.granted_qos() else { continue };
                    let filter = subscription.topic_filter.clone();
                    held.insert(filter.into(), Held { subscription, identifier, maximum_qos });
                }
                self.hold();
            }
            Packet::UnsubAck(unsuback) => {
                let Some(Asked::Unsubscribe(filters)) = key.and_then(|key| self.asked.remove(&key))
                else {
                    return;
                };
                let held = self.clients.entry(record.client).or_default();
                let codes = unsuback.reason_codes;
                for (index, filter) in filters.iter().enumerate() {
                    // Before 5.0 there is no code, and no refusal.
                    if codes.get(index).is_none_or(|code| !code.is_error()) {
                        held.remove(&**filter);
                    }
                }
                self.hold();
            }
            Packet::Publish(publish) => {
                let topic = match capture.aliased(record) {
                    Some(aliased) if publish.topic.is_empty() => aliased.topic.to_owned(),
                    _ => publish.topic.to_string(),
                };
                match sender {
                    Sender::Client if !publish.dup => self.published(record, topic, publish),
                    Sender::Client => {}
                    Sender::Server => self.delivered(record, topic, publish),
                }
            }
            _ => {}
        }
    }

    fn hold(&mut self) {
        let all = self
            .clients
            .iter()
            .flat_map(|(client, held)| held.values().map(|held| (*client, held.clone())));
        self.held = Arc::new(all.collect());
    }

    fn published(&mut self, record: &Record, topic: String, publish: Publish) {
        let receivers = self.clients.iter().filter_map(|(client, held)| {
            let matched = matching(held, &topic);
            let receiver = Receiver { client: *client, matched, copies: Vec::new() };
            (!receiver.matched.is_empty()).then_some(receiver)
        });
        let trace = Trace {
            published: Some((record.id, record.client)),
            receivers: receivers.collect(),
            qos: publish.qos,
            retain: publish.retain,
            payload: publish.payload,
            topic,
            held: Arc::clone(&self.held),
        };
        self.add(trace);
    }

    fn delivered(&mut self, record: &Record, topic: String, publish: Publish) {
        let copy = Copy {
            record: record.id,
            qos: publish.qos,
            retain: publish.retain,
            identifiers: publish.properties.subscription_identifiers().collect(),
        };
        // A second try is no second copy.
        let is_known = |trace: &Trace| {
            trace.topic == topic && trace.payload == publish.payload && trace.published.is_some()
        };
        let as_sent = self.traces.iter_mut().rev().find(|trace| is_known(trace));
        let trace = match as_sent {
            Some(_) if publish.dup => return,
            // With RETAIN, before any live copy, it may be the stored message, upon subscribing.
            Some(trace) if !publish.retain || trace.is_live_for(record.client) => trace,
            _ => {
                let held = self.clients.get(&record.client);
                let matched = held.map(|held| matching(held, &topic)).unwrap_or_default();
                let receiver = Receiver { client: record.client, matched, copies: vec![copy] };
                self.add(Trace {
                    published: None,
                    topic,
                    qos: publish.qos,
                    retain: publish.retain,
                    payload: publish.payload,
                    receivers: vec![receiver],
                    held: Arc::clone(&self.held),
                });
                return;
            }
        };
        match trace.receivers.iter_mut().find(|receiver| receiver.client == record.client) {
            Some(receiver) => receiver.copies.push(copy),
            None => trace.receivers.push(Receiver {
                client: record.client,
                matched: Vec::new(),
                copies: vec![copy],
            }),
        }
    }

    fn add(&mut self, trace: Trace) {
        if self.traces.len() == MOST_TRACES {
            self.traces.pop_front();
            self.gone += 1;
        }
        self.traces.push_back(trace);
    }
}

fn matching(held: &Holdings, topic: &str) -> Vec<Held> {
    let fits = |held: &&Held| matches(without_share_name(&held.subscription.topic_filter), topic);
    held.values().filter(fits).cloned().collect()
}

impl Trace {
    /// The record it is known by: what was published, or else the first copy.
    pub fn id(&self) -> Option<RecordId> {
        let copy = || self.receivers.iter().find_map(|receiver| receiver.copies.first());
        self.published.map(|(id, _)| id).or_else(|| copy().map(|copy| copy.record))
    }

    /// Whether that client had a matching subscription when the message was published.
    fn is_live_for(&self, client: ClientSlot) -> bool {
        self.receivers.iter().any(|r| r.client == client && !r.matched.is_empty())
    }

    /// What decided at that receiver.
    pub fn reasons(&self, receiver: &Receiver) -> Vec<Reason> {
        let Some((_, sender)) = self.published else { return vec![Reason::Stored] };
        let is_shared = |held: &Held| split_shared(&held.subscription.topic_filter).is_some();
        let Some(first) = receiver.copies.first() else {
            let own = receiver.client == sender;
            let is_silent = |held: &Held| held.subscription.no_local && own;
            let elsewhere = self.receivers.iter().any(|other| {
                other.client != receiver.client
                    && !other.copies.is_empty()
                    && other.matched.iter().any(is_shared)
            });
            return vec![match () {
                () if receiver.matched.iter().all(is_silent) => Reason::NoLocal,
                () if receiver.matched.iter().all(is_shared) && elsewhere => Reason::AnotherMember,
                () => Reason::Waiting,
            }];
        };
        let mut reasons = Vec::new();
        match (receiver.copies.len(), receiver.matched.len()) {
            (1, 2..) => reasons.push(Reason::OneForAll),
            (2.., 2..) => reasons.push(Reason::OneEach),
            _ => {}
        }
        if receiver.copies.iter().all(|copy| copy.qos < self.qos) {
            reasons.push(Reason::LowerQoS);
        }
        if self.retain {
            reasons.push(match first.retain {
                true => Reason::RetainKept,
                false => Reason::RetainCleared,
            });
        }
        reasons
    }
}

/// The filters of the bench as paths of one tree: equal beginnings are one trunk.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The levels of the topic.
    pub topic: Vec<String>,
    /// How many columns the longest path takes.
    pub columns: usize,
    /// A row for each subscription, in the order of the tree.
    pub rows: Vec<Row>,
    /// Subscriptions that did not match and are not drawn.
    pub others: usize,
}

/// A subscription and what came of the message on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub client: ClientSlot,
    pub held: Held,
    pub cells: Vec<Cell>,
    pub leaf: Leaf,
}

/// One level of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub step: Step,
    pub joint: Joint,
}

/// How a level hangs together with the rows above and below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// The first row with this path; the trunk goes on below where another row branches off here.
    Own { goes_on: bool },
    /// The same path as in the row above, which this row leaves after this level.
    Branch { goes_on: bool },
    /// The same path as above, and further on too.
    Along { goes_on: bool },
}

/// Whether the topic can be followed at a level of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Equal,
    /// `+`
    OneLevel,
    /// `#`
    TheRest,
    /// The filter asks for something else here.
    Differs,
    /// The filter ends here and the topic does not.
    EndsEarly,
    /// Behind a level that differs.
    NotReached,
}

/// What came of a message on one subscription.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    NotMatched,
    /// A copy left for it; the option that decided how, if any did.
    Came(Copy, Vec<Reason>),
    /// The copy of another row is for this one too.
    SameCopy(RecordId),
    Nothing(Reason),
}

impl Trace {
    /// The subscriptions held when the message came to the Server, and how far it followed each.
    pub fn tree(&self) -> Tree {
        let levels: Vec<&str> = self.topic.split('/').collect();
        let mut all: Vec<(&ClientSlot, &Held)> = self.held.iter().map(|(c, h)| (c, h)).collect();
        all.sort_by(|a, b| path_order(a.1, b.1).then(a.0.cmp(b.0)));
        let is_match =
            |held: &Held| matches(without_share_name(&held.subscription.topic_filter), &self.topic);
        // What matched is always drawn.
        let matching = all.iter().filter(|(_, held)| is_match(held)).count();
        let mut room = MOST_ROWS.saturating_sub(matching);
        let before = all.len();
        all.retain(|(_, held)| {
            let is_drawn = is_match(held) || room > 0;
            room -= usize::from(is_drawn && !is_match(held));
            is_drawn
        });
        let others = before - all.len();
        let mut rows: Vec<Row> = Vec::new();
        for (client, held) in all {
            let filter: Vec<&str> =
                without_share_name(&held.subscription.topic_filter).split('/').collect();
            let mut cells = cells(&filter, &levels, is_match(held));
            let above = rows.last().map_or(&[][..], |row: &Row| &row.cells);
            let is_same = |pair: &(&Cell, &Cell)| pair.0.text == pair.1.text;
            let joined = cells.iter().zip(above).take_while(is_same).count();
            for (at, cell) in cells.iter_mut().take(joined).enumerate() {
                cell.joint = match at + 1 == joined {
                    true => Joint::Branch { goes_on: false },
                    false => Joint::Along { goes_on: false },
                };
            }
            let leaf = match is_match(held) {
                true => self.leaf(*client, held, &rows),
                false => Leaf::NotMatched,
            };
            rows.push(Row { client: *client, held: held.clone(), cells, leaf });
        }
        join_down(&mut rows);
        let topic = fold(levels.iter().map(|level| (*level).to_owned()).collect());
        let longest = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        Tree { columns: longest.max(topic.len()), topic, rows, others }
    }

    fn leaf(&self, client: ClientSlot, held: &Held, rows: &[Row]) -> Leaf {
        let is_shared = split_shared(&held.subscription.topic_filter).is_some();
        let is_own = self.published.is_some_and(|(_, sender)| sender == client);
        if held.subscription.no_local && is_own {
            return Leaf::Nothing(Reason::NoLocal);
        }
        let receiver = self.receivers.iter().find(|receiver| receiver.client == client);
        let copies = receiver.map_or(&[][..], |receiver| &receiver.copies);
        let is_taken = |copy: &&Copy| {
            rows.iter().any(|row| {
                row.client == client
                    && matches!(&row.leaf, Leaf::Came(c, _) if c.record == copy.record)
            })
        };
        // Its number says which copy is for it; without numbers they are taken in turn.
        let is_its = |copy: &&Copy| match held.identifier {
            Some(number) if !copy.identifiers.is_empty() => copy.identifiers.contains(&number),
            _ => copy.identifiers.is_empty(),
        };
        let free = copies.iter().filter(is_its).find(|copy| !is_taken(copy));
        if let Some(copy) = free {
            return Leaf::Came(copy.clone(), self.decided(held, copy, is_shared));
        }
        if let Some(copy) = copies.iter().rfind(is_its) {
            return Leaf::SameCopy(copy.record);
        }
        let has_another = self.receivers.iter().any(|other| {
            other.client != client
                && !other.copies.is_empty()
                && other.matched.iter().any(|h| same_share(h, held))
        });
        Leaf::Nothing(match is_shared && has_another {
            true => Reason::AnotherMember,
            false => Reason::Waiting,
        })
    }

    /// The options of a subscription that made a copy what it is.
    fn decided(&self, held: &Held, copy: &Copy, is_shared: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.published.is_none() {
            return vec![Reason::Stored];
        }
        if is_shared {
            reasons.push(Reason::ThisMember);
        }
        if copy.qos < self.qos && copy.qos == held.maximum_qos {
            reasons.push(Reason::LowerQoS);
        }
        if self.retain {
            reasons.push(if copy.retain { Reason::RetainKept } else { Reason::RetainCleared });
        }
        reasons
    }
}

fn same_share(a: &Held, b: &Held) -> bool {
    let of = |held: &Held| {
        split_shared(&held.subscription.topic_filter).map(|(name, _)| name.to_owned())
    };
    of(a).is_some() && of(a) == of(b)
}

/// Level by level, so that equal beginnings come together.
fn path_order(a: &Held, b: &Held) -> Ordering {
    let path = |held: &Held| {
        let filter = without_share_name(&held.subscription.topic_filter);
        filter.split('/').map(str::to_owned).collect::<Vec<_>>()
    };
    path(a)
        .cmp(&path(b))
        .then_with(|| a.subscription.topic_filter.cmp(&b.subscription.topic_filter))
}

fn cells(filter: &[&str], topic: &[&str], is_match: bool) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut is_lost = false;
    for (at, level) in filter.iter().enumerate() {
        let step = match (*level, topic.get(at)) {
            _ if is_lost => Step::NotReached,
            ("#", _) => Step::TheRest,
            ("+", Some(_)) => Step::OneLevel,
            (level, Some(other)) if level == *other => Step::Equal,
            _ => Step::Differs,
        };
        is_lost |= step == Step::Differs;
        let joint = Joint::Own { goes_on: false };
        cells.push(Cell { text: (*level).to_owned(), step, joint });
    }
    let last = cells.last().map(|cell| cell.step);
    let covers_rest = last == Some(Step::TheRest);
    if let Some(cell) = cells.last_mut().filter(|_| !is_lost && !covers_rest) {
        if filter.len() < topic.len() {
            cell.step = Step::EndsEarly;
        }
    } else if let Some(cell) = cells.first_mut().filter(|_| !is_lost && !is_match) {
        // A wildcard at the beginning does not match a topic that begins with `$` [MQTT-4.7.2-1].
        cell.step = Step::Differs;
    }
    if cells.len() > MOST_LEVELS {
        let tail = cells.split_off(MOST_LEVELS - 1);
        let text = tail.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("/");
        let broken = tail
            .iter()
            .find(|c| matches!(c.step, Step::Differs | Step::NotReached | Step::EndsEarly));
        let step = broken.or(tail.last()).map_or(Step::Equal, |cell| cell.step);
        cells.push(Cell { text, step, joint: Joint::Own { goes_on: false } });
    }
    cells
}

/// From the last row up: where a row below branches off, the trunk goes on down to it.
fn join_down(rows: &mut [Row]) {
    let mut below: Vec<bool> = Vec::new();
    for row in rows.iter_mut().rev() {
        let mut needed = Vec::with_capacity(row.cells.len());
        for (at, cell) in row.cells.iter_mut().enumerate() {
            let goes_on = below.get(at).copied().unwrap_or(false);
            let (joint, from_above) = match cell.joint {
                Joint::Own { .. } => (Joint::Own { goes_on }, false),
                Joint::Branch { .. } => (Joint::Branch { goes_on }, true),
                Joint::Along { .. } => (Joint::Along { goes_on }, goes_on),
            };
            cell.joint = joint;
            needed.push(from_above);
        }
        below = needed;
    }
}

fn fold(mut levels: Vec<String>) -> Vec<String> {
    if levels.len() > MOST_LEVELS {
        let tail = levels.split_off(MOST_LEVELS - 1);
        levels.push(tail.join("/"));
    }
    levels
}

impl Joint {
    /// Its name in the stylesheet, and whether the trunk goes on below it.
    pub fn key(self) -> (&'static str, bool) {
        match self {
            Joint::Own { goes_on } => ("own", goes_on),
            Joint::Branch { goes_on } => ("branch", goes_on),
            Joint::Along { goes_on } => ("along", goes_on),
        }
    }
}

impl Step {
    /// Whether the message gets past this level.
    pub fn is_lit(self) -> bool {
        matches!(self, Step::Equal | Step::OneLevel | Step::TheRest)
    }

    /// Its name in the stylesheet.
    pub fn key(self) -> &'static str {
        match self {
            Step::Equal => "equal",
            Step::OneLevel => "one",
            Step::TheRest => "rest",
            Step::Differs => "differs",
            Step::EndsEarly => "early",
            Step::NotReached => "beyond",
        }
    }
}

/// More would not be looked at.
const MOST_TRACES: usize = 40;
/// Records that are taken apart at a time.
const MOST_READ: usize = 400;
/// Subscriptions drawn, unless more than these match.
const MOST_ROWS: usize = 12;
/// Deeper levels are drawn as one.
const MOST_LEVELS: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Rehearsal, exercise};

    /// Letter, matching subscriptions, copies, and why.
    type Row = (char, usize, usize, Vec<Reason>);

    /// What the tracer says after an exercise's solution was played in the tab: by message, oldest first,
    /// the receivers with the number of matches and copies.
    fn traced(id: &str) -> Vec<(String, Vec<Row>)> {
        let (_, exercise) = exercise(id).expect("it exists");
        let mut rehearsal = Rehearsal::new(exercise, "7f");
        let mut tracer = Tracer::default();
        for next in (exercise.solution)(&rehearsal.cast) {
            rehearsal.make(&next);
            tracer.update(rehearsal.lab.capture());
        }
        let traces = tracer.traces().collect::<Vec<_>>().into_iter().rev();
        let row = |trace: &Trace| {
            let receivers = trace.receivers.iter().map(|receiver| {
                let (matched, copies) = (receiver.matched.len(), receiver.copies.len());
                (
                    char::from(b'A' + receiver.client.0 as u8),
                    matched,
                    copies,
                    trace.reasons(receiver),
                )
            });
            (trace.topic.clone(), receivers.collect())
        };
        traces.map(row).collect()
    }

    #[test]
    fn numbered_subscriptions_match_one_message_each() {
        assert_eq!(
            traced("subscription-id"),
            [
                ("factory/osaka/line-2/robot-04/temperature".to_owned(), vec![('B', 1, 1, vec![])]),
                ("factory/osaka/line-2/robot-04/alarm".to_owned(), vec![('B', 1, 1, vec![])]),
            ]
        );
    }

    #[test]
    fn overlapping_subscriptions_make_one_copy_in_the_tab() {
        let copies = vec![('B', 2, 1, vec![Reason::OneForAll])];
        let topic = "factory/osaka/building-2/hall/temperature".to_owned();
        assert_eq!(traced("overlap"), [(topic, copies)]);
    }

    #[test]
    fn no_local_decides_against_the_sender() {
        assert_eq!(
            traced("no-local"),
            [
                ("factory/osaka/chat/lobby".to_owned(), vec![('A', 1, 1, vec![])]),
                (
                    "factory/osaka/chat/room".to_owned(),
                    vec![('A', 1, 0, vec![Reason::NoLocal]), ('B', 1, 1, vec![])]
                ),
            ]
        );
    }

    #[test]
    fn retain_is_cleared_or_kept() {
        let expect =
            vec![('B', 1, 1, vec![Reason::RetainCleared]), ('C', 1, 1, vec![Reason::RetainKept])];
        let traces = traced("retain-as-published");
        assert_eq!(
            traces.iter().map(|(_, rows)| rows.clone()).collect::<Vec<_>>(),
            [expect.clone(), expect]
        );
    }

    #[test]
    fn a_stored_message_is_told_from_a_live_one() {
        let rows: Vec<_> = traced("retain-handling").into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(rows[0], [], "nobody had subscribed when it was published");
        assert_eq!(rows[1], [('B', 1, 1, vec![Reason::Stored])]);
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_share_gives_each_job_to_one_member() {
        for (_, rows) in traced("shared-subscription") {
            let copies: usize = rows.iter().map(|(_, _, copies, _)| copies).sum();
            assert_eq!(copies, 1, "{rows:?}");
            let others = rows.iter().filter(|(_, _, copies, _)| *copies == 0);
            assert!(others.into_iter().all(|row| row.3 == [Reason::AnotherMember]), "{rows:?}");
        }
    }

    /// Topic, filter, how far the message follows it.
    fn steps(filter: &str, topic: &str) -> Vec<Step> {
        let levels: Vec<&str> = topic.split('/').collect();
        let filter: Vec<&str> = filter.split('/').collect();
        let is_match = matches(&filter.join("/"), topic);
        cells(&filter, &levels, is_match).iter().map(|cell| cell.step).collect()
    }

    #[test]
    fn a_path_lights_up_as_far_as_the_topic_follows_it() {
        use Step::*;
        for (filter, topic, expect) in [
            ("home/+/temperature", "home/kitchen/temperature", &[Equal, OneLevel, Equal][..]),
            ("home/#", "home/kitchen/temperature", &[Equal, TheRest]),
            ("home/#", "home", &[Equal, TheRest]), // `#` covers the parent level too
            ("home/kitchen", "home/kitchen/temperature", &[Equal, EndsEarly]),
            ("home/cellar/+", "home/kitchen/temperature", &[Equal, Differs, NotReached]),
            (
                "home/kitchen/temperature/raw",
                "home/kitchen/temperature",
                &[Equal, Equal, Equal, Differs],
            ),
            ("#", "$SYS/uptime", &[Differs]), // [MQTT-4.7.2-1]
            (
                "a/b/c/d/e/f/g/h/#",
                "a/b/c/d/e/f/g/h/i",
                &[Equal, Equal, Equal, Equal, Equal, Equal, TheRest],
            ),
            (
                "a/b/c/d/e/f/x/h",
                "a/b/c/d/e/f/g/h",
                &[Equal, Equal, Equal, Equal, Equal, Equal, Differs],
            ),
        ] {
            assert_eq!(steps(filter, topic), expect, "{filter} on {topic}");
            let is_lit = steps(filter, topic).iter().all(|step| step.is_lit());
            assert_eq!(is_lit, matches(filter, topic), "{filter} on {topic}");
        }
    }

    /// The tree of the last message after an exercise's solution was played in the tab.
    fn last_tree(id: &str) -> Tree {
        let (_, exercise) = exercise(id).expect("it exists");
        let mut rehearsal = Rehearsal::new(exercise, "7f");
        for next in (exercise.solution)(&rehearsal.cast) {
            rehearsal.make(&next);
        }
        let mut tracer = Tracer::default();
        tracer.update(rehearsal.lab.capture());
        tracer.traces().next().expect("there is a message").tree()
    }

    #[test]
    fn equal_beginnings_are_one_trunk_and_one_copy_serves_both_filters() {
        let tree = last_tree("overlap");
        let own = |goes_on| Joint::Own { goes_on };
        let expect = [
            vec![
                ("factory", own(false)),
                ("osaka", own(false)),
                ("building-2", own(true)),
                ("#", own(false)),
            ],
            vec![
                ("factory", Joint::Along { goes_on: false }),
                ("osaka", Joint::Along { goes_on: false }),
                ("building-2", Joint::Branch { goes_on: false }),
                ("+", own(false)),
                ("temperature", own(false)),
            ],
        ]
        .map(|row| {
            row.into_iter().map(|(text, joint)| (text.to_owned(), joint)).collect::<Vec<_>>()
        });
        assert_eq!(joints(&tree), expect);
        assert_eq!((tree.columns, tree.topic.len()), (5, 5));
        let Leaf::Came(copy, _) = &tree.rows[0].leaf else { panic!("{:?}", tree.rows[0]) };
        assert_eq!(copy.identifiers, [10, 20]);
        assert_eq!(tree.rows[1].leaf, Leaf::SameCopy(copy.record));
    }

    fn joints(tree: &Tree) -> Vec<Vec<(String, Joint)>> {
        let of = |cells: &[Cell]| -> Vec<(String, Joint)> {
            cells.iter().map(|cell| (cell.text.clone(), cell.joint)).collect()
        };
        tree.rows.iter().map(|row| of(&row.cells)).collect()
    }

    #[test]
    fn a_trunk_goes_down_to_the_last_row_that_branches_off() {
        let filters = ["a/b/c", "a/b/d", "a/b/d/e", "a/x", "y"];
        let tree = trace("q", filters.map(|filter| (0, held(filter))).to_vec()).tree();
        let signs: Vec<String> = joints(&tree)
            .iter()
            .map(|row| {
                let sign = |(_, joint): &(String, Joint)| match joint {
                    Joint::Own { goes_on: false } => 'o',
                    Joint::Own { goes_on: true } => 'O',
                    Joint::Branch { goes_on: false } => '└',
                    Joint::Branch { goes_on: true } => '├',
                    Joint::Along { goes_on: false } => ' ',
                    Joint::Along { goes_on: true } => '│',
                };
                row.iter().map(sign).collect()
            })
            .collect();
        assert_eq!(signs, ["OOo", "│└O", "│ └o", "└o", "o"]);
    }

    #[test]
    fn the_option_that_decided_stands_at_its_own_filter() {
        let leaves = |id: &str| -> Vec<(char, Leaf)> {
            let rows = last_tree(id).rows.into_iter();
            rows.map(|row| (char::from(b'A' + row.client.0 as u8), row.leaf)).collect()
        };
        assert!(leaves("no-local").contains(&('A', Leaf::Nothing(Reason::NoLocal))));
        let decided: Vec<_> = leaves("retain-as-published")
            .into_iter()
            .filter_map(|(letter, leaf)| match leaf {
                Leaf::Came(_, reasons) => Some((letter, reasons)),
                _ => None,
            })
            .collect();
        let expect = [('B', vec![Reason::RetainCleared]), ('C', vec![Reason::RetainKept])];
        assert_eq!(decided, expect);
        let shared = leaves("shared-subscription");
        let came = shared.iter().filter(|(_, leaf)| matches!(leaf, Leaf::Came(..))).count();
        let another = Leaf::Nothing(Reason::AnotherMember);
        assert_eq!((came, shared.iter().filter(|(_, leaf)| *leaf == another).count()), (1, 2));
    }

    fn held(filter: &str) -> Held {
        Held {
            subscription: Subscription { topic_filter: filter.into(), ..Subscription::default() },
            identifier: None,
            maximum_qos: QoS::AtMostOnce,
        }
    }

    /// A message that client C has just published.
    fn trace(topic: &str, held: Vec<(u16, Held)>) -> Trace {
        Trace {
            published: Some((RecordId(0), ClientSlot(2))),
            topic: topic.to_owned(),
            qos: QoS::AtMostOnce,
            retain: false,
            payload: Bytes::new(),
            receivers: Vec::new(),
            held: Arc::new(
                held.into_iter().map(|(client, held)| (ClientSlot(client), held)).collect(),
            ),
        }
    }

    #[test]
    fn many_subscriptions_leave_those_that_match() {
        let mut all: Vec<_> = (0..100).map(|n| (0, held(&format!("a/{n}")))).collect();
        all.push((1, held("z/#")));
        let tree = trace("z/1", all).tree();
        assert_eq!((tree.rows.len(), tree.others), (MOST_ROWS, 101 - MOST_ROWS));
        assert_eq!(tree.rows.last().map(|row| row.client), Some(ClientSlot(1)));
    }
}
