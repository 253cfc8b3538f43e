//! The ledger, read from the capture record by record, and its chart as plain geometry.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use crate::analysis::savings::{Weighed, weigh};
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::delivery::Accepts;
use crate::mqtt::{ConnectionId, Packet, PacketType, Publish, ReasonCode, Sender};

/// Every direction of the latest connections on which a PUBLISH has passed.
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
    /// The latest messages that could be weighed, oldest first.
    pub messages: VecDeque<Message>,
    /// How many there have been in all.
    pub count: usize,
    /// How many of them had an alias.
    aliased: usize,
    pub break_even: Option<BreakEven>,
    /// The latest aliases that stood for nothing, or could not stand for anything.
    pub invalid: VecDeque<Invalid>,
    /// The latest PUBLISH in which an alias stood, or was tried.
    touched: Option<RecordId>,
}

/// What one alias stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub topic: String,
    /// The PUBLISH that made it known.
    pub set_by: RecordId,
    /// The latest PUBLISH that carried it.
    pub touched: RecordId,
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

/// The first message after which the sum with aliases is the smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakEven {
    /// Which message of the line, from 1 on.
    pub message: usize,
    /// Which of those with an alias, from 1 on.
    pub aliased: usize,
    pub record: RecordId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    pub record: RecordId,
    pub alias: u16,
    /// Zero, or above what the receiver takes; otherwise it stands for no topic.
    pub is_out_of_range: bool,
}

/// What of topic and alias a PUBLISH carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    Topic,
    Both,
    Alias,
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

    /// The line to look at: where an alias was last seen; without any, where a client sent last.
    pub fn in_hand(&self) -> Option<&Line> {
        self.lines.iter().max_by_key(|line| {
            let last = line.messages.back().map(|message| message.record);
            (line.touched, line.sender == Sender::Client, last)
        })
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

    /// What one side allows, the other may use.
    fn note_maximum(&mut self, record: &Record) {
        let (Some(sender), Some(packet)) = (record.sender(), record.valid_packet()) else { return };
        let maximum = Accepts::stated_in(&packet).unwrap_or_default().topic_alias_maximum;
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
                if self.lines.len() == MOST_LINES {
                    let gone = self.lines.remove(0).connection;
                    self.allowed.retain(|(connection, _), _| *connection != gone);
                }
                self.lines.push(Line {
                    client: record.client,
                    connection: record.connection,
                    sender,
                    allowed,
                    is_over: false,
                    aliases: BTreeMap::new(),
                    messages: VecDeque::new(),
                    count: 0,
                    aliased: 0,
                    break_even: None,
                    invalid: VecDeque::new(),
                    touched: None,
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
        let weighed = match weigh(capture, record) {
            Some(weighed) if weighed.alias.is_some_and(|alias| alias > self.allowed) => {
                self.refuse(record.id, weighed.alias.unwrap_or_default(), true);
                return;
            }
            Some(weighed) => weighed,
            None => {
                match record.packet().filter(|_| record.version.is_5()) {
                    Some(Ok(Packet::Publish(Publish { properties, .. }))) => {
                        let alias = properties.topic_alias().unwrap_or_default();
                        self.refuse(record.id, alias, alias > self.allowed);
                    }
                    Some(Err(error))
                        if error.kind.reason_code() == ReasonCode::TopicAliasInvalid =>
                    {
                        self.refuse(record.id, 0, true);
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
                touched: record.id,
                uses: 0,
                replaced: 0,
                saved: 0,
            });
            if weighed.sets() && entry.topic != weighed.topic {
                entry.topic.clone_from(&weighed.topic);
                entry.set_by = record.id;
                entry.replaced += 1;
            }
            entry.touched = record.id;
            entry.uses += usize::from(weighed.uses());
            entry.saved += weighed.saved();
            self.aliased += 1;
            self.touched = Some(record.id);
        }
        self.count += 1;
        let (total_with, total_without) =
            (self.total_with() + weighed.with, self.total_without() + weighed.without);
        if self.break_even.is_none() && total_with < total_without {
            let (message, aliased) = (self.count, self.aliased);
            self.break_even = Some(BreakEven { message, aliased, record: record.id });
        }
        if self.messages.len() == MOST_MESSAGES {
            self.messages.pop_front();
        }
        let record = record.id;
        self.messages.push_back(Message { record, weighed, total_with, total_without });
    }

    fn refuse(&mut self, record: RecordId, alias: u16, is_out_of_range: bool) {
        if self.invalid.len() == MOST_INVALID {
            self.invalid.pop_front();
        }
        self.invalid.push_back(Invalid { record, alias, is_out_of_range });
        self.touched = Some(record);
    }

    /// What it is known by as long as the ledger is.
    pub fn key(&self) -> (ConnectionId, bool) {
        (self.connection, self.sender == Sender::Client)
    }

    pub fn total_with(&self) -> usize {
        self.messages.back().map_or(0, |message| message.total_with)
    }

    pub fn total_without(&self) -> usize {
        self.messages.back().map_or(0, |message| message.total_without)
    }

    pub fn saved(&self) -> i64 {
        self.total_without() as i64 - self.total_with() as i64
    }

    /// In percent of what the messages would weigh without alias, rounded.
    pub fn saved_percent(&self) -> i64 {
        let part = self.saved() as f64 / self.total_without().max(1) as f64;
        (part * 100.0).round() as i64
    }

    /// The aliases that were in use last, by number; how many others there are.
    pub fn latest_aliases(&self) -> (Vec<(u16, &Alias)>, usize) {
        let mut all: Vec<(u16, &Alias)> =
            self.aliases.iter().map(|(n, alias)| (*n, alias)).collect();
        all.sort_by_key(|(_, alias)| std::cmp::Reverse(alias.touched));
        let others = all.len().saturating_sub(MOST_ALIASES);
        all.truncate(MOST_ALIASES);
        all.sort_by_key(|(number, _)| *number);
        (all, others)
    }
}

impl Message {
    pub fn carries(&self) -> Carries {
        match (self.weighed.alias, self.weighed.has_topic) {
            (None, _) => Carries::Topic,
            (Some(_), true) => Carries::Both,
            (Some(_), false) => Carries::Alias,
        }
    }
}

/// The latest messages as columns: what each weighs with and without alias, and above them both sums, which
/// stand over a column as high as they are after its message. So they cross exactly at the edge of the column
/// with which the aliases have paid for themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// How many messages came before those drawn.
    pub before: usize,
    pub bars: Vec<Bar>,
    /// How many columns there is room for; those without a message are still to come.
    pub columns: usize,
    /// The area below the sum with aliases, and the line of the sum without, in a square of 100 by 100.
    pub with: String,
    pub without: String,
    /// Where both end, from the top, in percent of the height.
    pub end_with: f64,
    pub end_without: f64,
    /// The column of the break-even point, if it is among those drawn.
    pub break_even: Option<usize>,
}

/// A message as two bars, in percent of the tallest.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Which message of the line, from 1 on.
    pub number: usize,
    pub record: RecordId,
    pub with: usize,
    pub without: usize,
    pub height_with: f64,
    pub height_without: f64,
    pub carries: Carries,
}

/// `None` as long as no message has passed.
pub fn chart(line: &Line) -> Option<Chart> {
    let shown = line.messages.len().min(MOST_BARS);
    let first = line.messages.len().checked_sub(shown.max(1))?;
    let before = line.count - shown;
    let messages = || line.messages.iter().skip(first);
    let tallest = messages().map(|m| m.weighed.with.max(m.weighed.without)).max().unwrap_or(1);
    let share = |bytes: usize| 100.0 * bytes as f64 / tallest.max(1) as f64;
    let bar = |(index, message): (usize, &Message)| Bar {
        number: before + index + 1,
        record: message.record,
        with: message.weighed.with,
        without: message.weighed.without,
        height_with: share(message.weighed.with),
        height_without: share(message.weighed.without),
        carries: message.carries(),
    };
    let columns = shown.max(LEAST_COLUMNS);
    // What passed before is left out below, so that the difference stays visible.
    let floor = match before {
        0 => 0,
        _ => messages().next().map_or(0, |m| {
            (m.total_with - m.weighed.with).min(m.total_without - m.weighed.without)
        }),
    };
    let top = line.total_with().max(line.total_without()).saturating_sub(floor).max(1);
    let y = |bytes: usize| 100.0 - 100.0 * (bytes.saturating_sub(floor)) as f64 / top as f64;
    let x = |column: usize| 100.0 * column as f64 / columns as f64;
    let steps = |value: fn(&Message) -> usize| {
        let mut path = String::new();
        for (column, message) in messages().enumerate() {
            let command = if column == 0 { 'M' } else { 'V' };
            let height = y(value(message));
            let _ = match command {
                'M' => write!(path, "M0 {height:.2}"),
                _ => write!(path, "V{height:.2}"),
            };
            let _ = write!(path, "H{:.2}", x(column + 1));
        }
        path
    };
    let without = steps(|message| message.total_without);
    let with = format!("{}V100H0Z", steps(|message| message.total_with));
    let break_even = line.break_even.and_then(|even| (even.message - 1).checked_sub(before));
    Some(Chart {
        before,
        bars: messages().enumerate().map(bar).collect(),
        columns,
        with,
        without,
        end_with: y(line.total_with()),
        end_without: y(line.total_without()),
        break_even,
    })
}

/// Lines of earlier connections go first.
const MOST_LINES: usize = 24;
/// Messages kept of a line: those that a table shows.
const MOST_MESSAGES: usize = 40;
const MOST_INVALID: usize = 4;
const MOST_ALIASES: usize = 24;
/// Columns of a chart: more could not be told apart.
const MOST_BARS: usize = 24;
/// With fewer messages there is room for those to come.
const LEAST_COLUMNS: usize = 8;

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
            topic: topic.into(),
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
        assert_eq!((line.saved(), line.break_even, line.allowed), (-3, None, 10));
        let turned = push(&mut capture, 1, Sender::Client, &publish("", Some(1)));
        ledger.take_in(&capture);
        let line = ledger.lines()[0];
        let even = BreakEven { message: 2, aliased: 2, record: turned };
        assert_eq!((line.saved(), line.break_even), (45, Some(even)));
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

    /// The ledger after these messages of client A, each with its topic or without.
    fn after(messages: &[(&str, Option<u16>)]) -> Ledger {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        push(&mut capture, 1, Sender::Server, &connack(10));
        for (topic, alias) in messages {
            push(&mut capture, 1, Sender::Client, &publish(topic, *alias));
        }
        ledger.take_in(&capture);
        ledger
    }

    #[test]
    fn the_sums_cross_at_the_edge_of_the_column_that_is_named() {
        // As in the exercise: plain, then topic and alias, then the alias alone.
        let ledger = after(&[(TOPIC, None), (TOPIC, Some(1)), ("", Some(1)), ("", Some(1))]);
        let line = ledger.lines()[0];
        let even = line.break_even.expect("it has paid for itself");
        assert_eq!((even.message, even.aliased), (3, 2));
        let chart = chart(line).expect("there are messages");
        assert_eq!(chart.break_even, Some(2));
        assert_eq!(chart.bars[2].number, even.message);
        let sums: Vec<_> = line.messages.iter().map(|m| (m.total_with, m.total_without)).collect();
        assert_eq!(sums, [(60, 60), (123, 120), (135, 180), (147, 240)]);
        // Columns are an eighth wide; the tallest sum reaches the top, in steps.
        assert_eq!(chart.without, "M0 75.00H12.50V50.00H25.00V25.00H37.50V0.00H50.00");
        assert_eq!(chart.with, "M0 75.00H12.50V48.75H25.00V43.75H37.50V38.75H50.00V100H0Z");
        assert!((chart.end_with - 38.75).abs() < 0.01 && chart.end_without == 0.0);
        let carries: Vec<_> = chart.bars.iter().map(|bar| bar.carries).collect();
        assert_eq!(carries, [Carries::Topic, Carries::Both, Carries::Alias, Carries::Alias]);
        assert!(chart.bars[1].height_with > chart.bars[1].height_without);
    }

    #[test]
    fn a_topic_sent_once_or_too_short_never_pays() {
        for messages in [
            &[(TOPIC, Some(1))][..],
            &[("t", Some(1)), ("", Some(1)), ("", Some(1))], // two bytes more each time
            &[(TOPIC, None), (TOPIC, None)],
        ] {
            assert_eq!(after(messages).lines()[0].break_even, None, "{messages:?}");
        }
    }

    #[test]
    fn a_flood_leaves_its_latest_columns_and_their_numbers() {
        let mut messages = vec![(TOPIC, Some(1))];
        messages.resize(1000, ("", Some(1)));
        let ledger = after(&messages);
        let line = ledger.lines()[0];
        assert_eq!((line.count, line.messages.len()), (1000, MOST_MESSAGES));
        let chart = chart(line).expect("there are messages");
        assert_eq!((chart.bars.len(), chart.before), (MOST_BARS, 1000 - MOST_BARS));
        assert_eq!(chart.bars.last().map(|bar| bar.number), Some(1000));
        assert_eq!((chart.break_even, line.break_even.map(|even| even.message)), (None, Some(2)));
        assert!((0.0..=100.0).contains(&chart.end_with));
    }

    #[test]
    fn the_line_in_hand_is_where_an_alias_was_seen_last() {
        let mut capture = Capture::default();
        let mut ledger = Ledger::default();
        let mut pass = |connection, sender, packet: &Packet| {
            push(&mut capture, connection, sender, packet);
            ledger.take_in(&capture);
            ledger.in_hand().map(|line| (line.connection.0, line.sender))
        };
        let (client, server) = (Sender::Client, Sender::Server);
        assert_eq!(pass(1, server, &connack(10)), None);
        assert_eq!(pass(1, client, &publish(TOPIC, None)), Some((1, client)));
        // What is delivered without alias does not draw the eye away from who sent it.
        assert_eq!(pass(2, server, &publish(TOPIC, None)), Some((1, client)));
        assert_eq!(pass(1, client, &publish(TOPIC, Some(1))), Some((1, client)));
        assert_eq!(pass(2, server, &publish(TOPIC, None)), Some((1, client)));
        // One that is not allowed is worth a look too.
        assert_eq!(pass(2, server, &publish(TOPIC, Some(9))), Some((2, server)));
    }
}
