//! The ledger, read from the capture record by record, and its chart as plain geometry.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::capture::{Capture, ClientSlot, ConnectionId, Entry, Record, RecordId};
use crate::course::savings::{Weighed, weigh};
use crate::mqtt::{Packet, PacketType, Publish, ReasonCode, Sender};

/// Every direction of every connection on which a PUBLISH has passed.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The first record that has not been read yet.
    next: Option<RecordId>,
    lines: Vec<Line>,
    /// What CONNECT and CONNACK allow, by connection and by who may use it.
    allowed: BTreeMap<(ConnectionId, bool), u16>,
}

/// One direction of one connection: aliases belong to it alone [MQTT-3.3.2-7].
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub client: ClientSlot,
    pub connection: ConnectionId,
    pub sender: Sender,
    /// How many aliases the receiver takes.
    pub allowed: u16,
    /// The Network Connection has ended, and the table with it.
    pub is_over: bool,
    pub aliases: BTreeMap<u16, Alias>,
    /// Every message that could be weighed, oldest first.
    pub messages: Vec<Message>,
    /// Aliases that stood for nothing, or could not stand for anything.
    pub invalid: Vec<Invalid>,
}

/// What one alias stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub topic: String,
    /// The PUBLISH that made it known.
    pub set_by: RecordId,
    /// How often it was sent alone since it stands for any topic.
    pub uses: usize,
    /// How often it was given to another topic.
    pub replaced: usize,
    /// Bytes saved by all of this; negative until it pays.
    pub saved: i64,
}

/// One message and where the sums stand after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub record: RecordId,
    pub weighed: Weighed,
    pub total_with: usize,
    pub total_without: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    pub record: RecordId,
    pub alias: u16,
    /// Zero, or above what the receiver takes; otherwise it stands for no topic.
    pub is_out_of_range: bool,
}

impl Ledger {
    /// Reads what is new in the capture; returns whether anything in the ledger has changed.
    pub fn take_in(&mut self, capture: &Capture) -> bool {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let mut changed = false;
        for record in capture.records().skip(capture.position(from).unwrap_or(usize::MAX)) {
            changed |= self.note(capture, record);
        }
        self.next = Some(capture.next_id());
        changed
    }

    /// The lines, latest connection first; on one connection from the client first.
    pub fn lines(&self) -> Vec<&Line> {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| {
            (std::cmp::Reverse(line.connection), line.sender == Sender::Server)
        });
        lines
    }

    fn note(&mut self, capture: &Capture, record: &Record) -> bool {
        if let Entry::Closed(_) = record.entry {
            let own = self.lines.iter_mut().filter(|line| line.connection == record.connection);
            return own.map(|line| line.is_over = true).count() > 0;
        }
        match record.packet_type() {
            Some(PacketType::Connect | PacketType::ConnAck) => {
                self.note_maximum(record);
                false
            }
            Some(PacketType::Publish) => self.note_publish(capture, record),
            _ => false,
        }
    }

    /// What one side allows, the other may use; without the property, nothing (§3.2.2.3.8).
    fn note_maximum(&mut self, record: &Record) {
        let (Some(sender), Some(packet)) = (record.sender(), record.valid_packet()) else { return };
        let maximum = packet.properties().topic_alias_maximum().unwrap_or(0);
        self.allowed.insert((record.connection, sender == Sender::Server), maximum);
    }

    fn note_publish(&mut self, capture: &Capture, record: &Record) -> bool {
        let Some(sender) = record.sender() else { return false };
        let is_client = sender == Sender::Client;
        let allowed = self.allowed.get(&(record.connection, is_client)).copied().unwrap_or(0);
        let position = self
            .lines
            .iter()
            .position(|line| line.connection == record.connection && line.sender == sender);
        let line = match position {
            Some(position) => &mut self.lines[position],
            None => {
                self.lines.push(Line {
                    client: record.client,
                    connection: record.connection,
                    sender,
                    allowed,
                    is_over: false,
                    aliases: BTreeMap::new(),
                    messages: Vec::new(),
                    invalid: Vec::new(),
                });
                self.lines.last_mut().expect("it has just been added")
            }
        };
        line.note(capture, record);
        true
    }
}

impl Line {
    fn note(&mut self, capture: &Capture, record: &Record) {
        let invalid =
            |alias, is_out_of_range| Invalid { record: record.id, alias, is_out_of_range };
        let weighed = match weigh(capture, record) {
            Some(weighed) if weighed.alias.is_some_and(|alias| alias > self.allowed) => {
                self.invalid.push(invalid(weighed.alias.unwrap_or_default(), true));
                return;
            }
            Some(weighed) => weighed,
            None => {
                match record.packet() {
                    Some(Ok(Packet::Publish(Publish { properties, .. }))) => {
                        let alias = properties.topic_alias().unwrap_or_default();
                        self.invalid.push(invalid(alias, alias > self.allowed));
                    }
                    Some(Err(error))
                        if error.kind.reason_code() == ReasonCode::TopicAliasInvalid =>
                    {
                        self.invalid.push(invalid(0, true));
                    }
                    _ => {}
                }
                return;
            }
        };
        if let Some(alias) = weighed.alias {
            let entry = self.aliases.entry(alias).or_insert_with(|| Alias {
                topic: weighed.topic.clone(),
                set_by: record.id,
                uses: 0,
                replaced: 0,
                saved: 0,
            });
            if weighed.sets() && entry.topic != weighed.topic {
                entry.topic.clone_from(&weighed.topic);
                entry.set_by = record.id;
                entry.replaced += 1;
            }
            entry.uses += usize::from(weighed.uses());
            entry.saved += weighed.saved();
        }
        let (total_with, total_without) =
            (self.total_with() + weighed.with, self.total_without() + weighed.without);
        self.messages.push(Message { record: record.id, weighed, total_with, total_without });
    }

    pub fn total_with(&self) -> usize {
        self.messages.last().map_or(0, |message| message.total_with)
    }

    pub fn total_without(&self) -> usize {
        self.messages.last().map_or(0, |message| message.total_without)
    }

    pub fn saved(&self) -> i64 {
        self.total_without() as i64 - self.total_with() as i64
    }

    /// In percent of what the messages would weigh without alias, rounded.
    pub fn saved_percent(&self) -> i64 {
        let part = self.saved() as f64 / self.total_without().max(1) as f64;
        (part * 100.0).round() as i64
    }

    /// The message with which the aliases of this line had paid for themselves: from 1 on, and which.
    pub fn break_even(&self) -> Option<(usize, RecordId)> {
        let paid = |message: &Message| message.total_with < message.total_without;
        let index = self.messages.iter().position(paid)?;
        Some((index + 1, self.messages[index].record))
    }
}

/// Both sums over the messages, in the coordinates of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub with: String,
    pub without: String,
    /// Between the two lines.
    pub between: String,
    /// Where they cross for good.
    pub break_even: Option<(f64, f64)>,
    /// Where both end, for their values.
    pub end_with: (f64, f64),
    pub end_without: (f64, f64),
    /// The largest value, at the top.
    pub top: usize,
}

/// The picture's own coordinates; the page scales it.
pub const WIDTH: f64 = 480.0;
pub const HEIGHT: f64 = 150.0;
const LEFT: f64 = 4.0;
const RIGHT: f64 = 76.0;
const UPPER: f64 = 14.0;
const LOWER: f64 = 10.0;
/// More points than this cannot be told apart.
const POINTS: usize = 240;

/// `None` while there are fewer than two messages: there is no course to be seen.
pub fn chart(line: &Line) -> Option<Chart> {
    let count = line.messages.len();
    if count < 2 {
        return None;
    }
    let top = line.total_with().max(line.total_without()).max(1);
    let x = |messages: usize| LEFT + (WIDTH - LEFT - RIGHT) * messages as f64 / count as f64;
    let y = |bytes: usize| HEIGHT - LOWER - (HEIGHT - UPPER - LOWER) * bytes as f64 / top as f64;
    let step = count.div_ceil(POINTS);
    let at = |messages: usize| match messages.checked_sub(1).map(|last| &line.messages[last]) {
        Some(message) => (message.total_with, message.total_without),
        None => (0, 0),
    };
    let mut indices: Vec<usize> = (0..count).step_by(step).collect();
    indices.push(count);
    let path = |value: &dyn Fn((usize, usize)) -> usize| {
        let mut path = String::new();
        for (nth, index) in indices.iter().enumerate() {
            let command = if nth == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x(*index), y(value(at(*index))));
        }
        path
    };
    let (with, without) = (path(&|(with, _)| with), path(&|(_, without)| without));
    let mut between = with.clone();
    for index in indices.iter().rev() {
        let _ = write!(between, "L{:.1} {:.1}", x(*index), y(at(*index).1));
    }
    between.push('Z');
    // The labels must not cover each other.
    let (mut end_with, mut end_without) = (y(line.total_with()), y(line.total_without()));
    if (end_with - end_without).abs() < LABEL {
        match end_without <= end_with {
            true => end_with = end_without + LABEL,
            false => end_without = end_with + LABEL,
        }
    }
    let break_even = line.break_even().map(|(messages, _)| {
        let (with, _) = at(messages);
        (x(messages), y(with))
    });
    let end = x(count) + 9.0;
    Some(Chart {
        with,
        without,
        between,
        break_even,
        end_with: (end, end_with),
        end_without: (end, end_without),
        top,
    })
}

/// The height of a label.
const LABEL: f64 = 14.0;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::LinkClose;
    use crate::mqtt::{ConnAck, Property, encode};
    use crate::time::Instant;

    const TOPIC: &str = "factory/osaka/line-3/robot-07/telemetry/temperature";

    fn push(capture: &mut Capture, connection: u32, sender: Sender, packet: &Packet) -> RecordId {
        let bytes = encode(packet).expect("it can be written");
        let connection = ConnectionId(connection);
        capture.push_packet(Instant::START, ClientSlot(0), connection, sender, bytes)
    }

    fn publish(topic: &str, alias: Option<u16>) -> Packet {
        Packet::Publish(Publish {
            topic: topic.to_owned(),
            properties: alias.map(Property::TopicAlias).into_iter().collect(),
            payload: Bytes::from_static(b"21.4"),
            ..Publish::default()
        })
    }

    fn connack(maximum: u16) -> Packet {
        Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: [Property::TopicAliasMaximum(maximum)].into(),
        })
    }

    #[test]
    fn the_account_begins_below_zero_and_turns_at_the_second_message() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(10));
        assert!(!ledger.take_in(&capture));
        let set_by = push(&mut capture, 1, Sender::Client, &publish(TOPIC, Some(1)));
        assert!(ledger.take_in(&capture));
        let line = ledger.lines()[0];
        assert_eq!((line.saved(), line.break_even(), line.allowed), (-3, None, 10));
        let turned = push(&mut capture, 1, Sender::Client, &publish("", Some(1)));
        ledger.take_in(&capture);
        let line = ledger.lines()[0];
        assert_eq!((line.saved(), line.break_even()), (45, Some((2, turned))));
        assert_eq!((line.total_with(), line.total_without()), (75, 120));
        assert_eq!(line.saved_percent(), 38);
        let alias = &line.aliases[&1];
        assert_eq!((alias.topic.as_str(), alias.set_by, alias.uses), (TOPIC, set_by, 1));
        assert_eq!((alias.replaced, alias.saved), (0, 45));
    }

    #[test]
    fn directions_and_connections_have_their_own_lines_and_what_ends_is_over() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(10));
        push(&mut capture, 1, Sender::Client, &publish(TOPIC, Some(1)));
        push(&mut capture, 1, Sender::Server, &publish(TOPIC, None));
        let by = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
        let (slot, first) = (ClientSlot(0), ConnectionId(1));
        capture.push(Instant::START, slot, first, Entry::Closed(by));
        push(&mut capture, 2, Sender::Server, &connack(10));
        let stale = push(&mut capture, 2, Sender::Client, &publish("", Some(1)));
        ledger.take_in(&capture);
        let lines: Vec<_> =
            ledger.lines().iter().map(|l| (l.connection.0, l.sender, l.is_over)).collect();
        let (client, server) = (Sender::Client, Sender::Server);
        assert_eq!(lines, [(2, client, false), (1, client, true), (1, server, true)]);
        let invalid = Invalid { record: stale, alias: 1, is_out_of_range: false };
        assert_eq!(ledger.lines()[0].invalid, [invalid]);
        assert!(ledger.lines()[2].aliases.is_empty());
    }

    #[test]
    fn aliases_outside_the_range_are_named_and_not_counted() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(2));
        for alias in [0, 3, 2] {
            push(&mut capture, 1, Sender::Client, &publish(TOPIC, Some(alias)));
        }
        ledger.take_in(&capture);
        let line = ledger.lines()[0];
        let invalid: Vec<_> = line.invalid.iter().map(|i| (i.alias, i.is_out_of_range)).collect();
        assert_eq!(invalid, [(0, true), (3, true)]);
        assert_eq!(line.aliases.keys().collect::<Vec<_>>(), [&2]);
    }

    #[test]
    fn an_alias_given_to_another_topic_keeps_its_account() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(2));
        for topic in ["sensors/north/humidity", "", "sensors/south/humidity", ""] {
            push(&mut capture, 1, Sender::Client, &publish(topic, Some(1)));
        }
        ledger.take_in(&capture);
        let alias = &ledger.lines()[0].aliases[&1];
        assert_eq!((alias.topic.as_str(), alias.uses), ("sensors/south/humidity", 2));
        assert_eq!((alias.replaced, alias.saved), (1, 2 * (22 - 3) - 2 * 3));
    }

    #[test]
    fn the_chart_stays_in_its_frame_and_its_labels_apart() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(2));
        push(&mut capture, 1, Sender::Client, &publish("t", Some(1)));
        ledger.take_in(&capture);
        assert_eq!(chart(ledger.lines()[0]), None);
        for _ in 0..1000 {
            push(&mut capture, 1, Sender::Client, &publish("t", None));
        }
        ledger.take_in(&capture);
        let chart = chart(ledger.lines()[0]).expect("there is a course");
        assert!(chart.with.matches('L').count() <= POINTS + 1);
        assert!((chart.end_with.1 - chart.end_without.1).abs() >= LABEL);
        assert!(chart.end_with.0 < WIDTH && chart.end_with.1 <= HEIGHT);
        assert_eq!(chart.break_even, None);
    }
}
