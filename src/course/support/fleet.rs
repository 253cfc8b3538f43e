//! The fleet of `auto-alias`: what its gateway publishes in one day, and what of it has been seen on the
//! wire. The day is always the same, so that policies can be compared.

use bytes::Bytes;

use super::alias_policy::{AliasPolicy, Choice, choose};
use crate::analysis::savings::{Weighed, in_full, size, weigh};
use crate::capture::{Capture, ClientSlot, RecordId};
use crate::lab::Act;
use crate::mqtt::{ConnectionId, Packet, PacketId, PacketType, Property, Publish, QoS, Sender};

/// How many aliases a policy may hand out: what a stock Mosquitto allows.
pub const ALIASES: u16 = 10;

/// The saving, in bytes, that `auto-alias` asks for.
pub const GOAL: usize = 7400;

/// Whatever reports at `at`, `at + every`, … while it is on.
struct Source {
    topic: &'static str,
    every: u32,
    at: u32,
    on: std::ops::Range<u32>,
}

const fn source(topic: &'static str, every: u32, at: u32, on: std::ops::Range<u32>) -> Source {
    Source { topic, every, at, on }
}

const ALL_DAY: std::ops::Range<u32> = 0..40;
const FIRST_SHIFT: std::ops::Range<u32> = 0..20;
const SECOND_SHIFT: std::ops::Range<u32> = 20..40;

/// Two lines, of which one works before noon and the other after; the building, all day; and nine cold
/// stores, read one after the other on each inspection round.
const SOURCES: [Source; 24] = [
    source("factory/osaka/line-3/robot-07/telemetry/temperature", 1, 0, FIRST_SHIFT),
    source("factory/osaka/line-3/robot-07/telemetry/vibration", 1, 0, FIRST_SHIFT),
    source("factory/osaka/line-3/robot-08/telemetry/temperature", 2, 0, FIRST_SHIFT),
    source("factory/osaka/line-3/robot-08/telemetry/vibration", 2, 1, FIRST_SHIFT),
    source("factory/osaka/line-3/conveyor-02/telemetry/speed", 2, 0, FIRST_SHIFT),
    source("factory/osaka/line-3/conveyor-02/telemetry/motor-current", 3, 1, FIRST_SHIFT),
    source("factory/osaka/line-5/robot-07/telemetry/temperature", 1, 0, SECOND_SHIFT),
    source("factory/osaka/line-5/robot-07/telemetry/vibration", 1, 0, SECOND_SHIFT),
    source("factory/osaka/line-5/robot-08/telemetry/temperature", 2, 0, SECOND_SHIFT),
    source("factory/osaka/line-5/robot-08/telemetry/vibration", 2, 1, SECOND_SHIFT),
    source("factory/osaka/line-5/conveyor-02/telemetry/speed", 2, 0, SECOND_SHIFT),
    source("factory/osaka/line-5/conveyor-02/telemetry/motor-current", 3, 1, SECOND_SHIFT),
    source("factory/osaka/building-1/energy/main-meter/active-power", 2, 1, ALL_DAY),
    source("factory/osaka/building-1/air/compressor-01/pressure", 4, 2, ALL_DAY),
    source("factory/osaka/building-1/air/compressor-01/temperature", 8, 6, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-01/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-02/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-03/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-04/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-05/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-06/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-07/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-08/environment/humidity", 6, 2, ALL_DAY),
    source("factory/osaka/warehouse/cold-store-09/environment/humidity", 6, 2, ALL_DAY),
];

/// The topics, in a fixed order.
pub fn topics() -> impl ExactSizeIterator<Item = &'static str> {
    SOURCES.iter().map(|source| source.topic)
}

/// The day in order: which topic, by its number, and the value read.
pub fn messages() -> Vec<(usize, String)> {
    let mut day = Vec::new();
    for tick in ALL_DAY {
        for (number, source) in SOURCES.iter().enumerate() {
            if source.on.contains(&tick) && tick % source.every == source.at {
                let reading = 200 + (tick * 7 + number as u32 * 13) % 90;
                day.push((number, format!("{}.{}", reading / 10, reading % 10)));
            }
        }
    }
    day
}

/// The day as packets. The last message goes with QoS 1: its PUBACK shows that the Server has taken all
/// of them.
pub fn publishes(policy: AliasPolicy, aliases: u16) -> Vec<Publish> {
    let day = messages();
    let numbers: Vec<usize> = day.iter().map(|(number, _)| *number).collect();
    let choices = choose(policy, &numbers, aliases.min(ALIASES));
    let last = day.len() - 1;
    let packets = day.into_iter().zip(choices).enumerate();
    let packet = |(index, ((number, value), choice)): (usize, ((usize, String), Choice))| {
        let (topic, alias) = match choice {
            Choice::Full => (SOURCES[number].topic, None),
            Choice::Set(alias) => (SOURCES[number].topic, Some(alias)),
            Choice::Use(alias) => ("", Some(alias)),
        };
        Publish {
            topic: topic.into(),
            qos: if index == last { QoS::AtLeastOnce } else { QoS::AtMostOnce },
            properties: alias.map(Property::TopicAlias).into_iter().collect(),
            payload: Bytes::from(value),
            ..Publish::default()
        }
    };
    packets.map(packet).collect()
}

/// The same as acts of one client.
pub fn acts(client: ClientSlot, policy: AliasPolicy, aliases: u16) -> Vec<Act> {
    let publishes = publishes(policy, aliases).into_iter();
    publishes.map(|publish| Act::publish(client, publish)).collect()
}

/// What a day comes to, on the scales.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Bytes after each message.
    pub with: Vec<usize>,
    /// The same if no message had an alias.
    pub without: Vec<usize>,
    /// Messages that carried the alias alone.
    pub uses: usize,
    /// Messages that made an alias known.
    pub sets: usize,
    /// How many of these took the alias from another topic.
    pub replaced: usize,
}

impl Account {
    pub fn messages(&self) -> usize {
        self.with.len()
    }

    pub fn total_with(&self) -> usize {
        self.with.last().copied().unwrap_or(0)
    }

    pub fn total_without(&self) -> usize {
        self.without.last().copied().unwrap_or(0)
    }

    /// Bytes saved over all; negative where the aliases cost more than they spared.
    pub fn saved(&self) -> i64 {
        self.total_without() as i64 - self.total_with() as i64
    }

    /// Bytes saved after that many messages.
    pub fn saved_after(&self, messages: usize) -> i64 {
        let at = |sums: &[usize]| messages.checked_sub(1).map_or(0, |last| sums[last] as i64);
        at(&self.without) - at(&self.with)
    }

    fn add(&mut self, weighed: &Weighed, replaces: bool) {
        self.with.push(self.total_with() + weighed.with);
        self.without.push(self.total_without() + weighed.without);
        self.uses += usize::from(weighed.uses());
        self.sets += usize::from(weighed.sets());
        self.replaced += usize::from(replaces);
    }
}

/// Which topic each alias stands for.
#[derive(Default)]
struct Table(std::collections::BTreeMap<u16, String>);

impl Table {
    /// Notes a message; returns whether it took the alias from another topic.
    fn note(&mut self, weighed: &Weighed) -> bool {
        let Some(alias) = weighed.alias.filter(|_| weighed.has_topic) else { return false };
        let before = self.0.insert(alias, weighed.topic.clone());
        before.is_some_and(|before| before != weighed.topic)
    }
}

/// What these topics cost under a policy, each message with a value of four characters.
pub fn account(policy: AliasPolicy, topics: &[(usize, &str)], aliases: u16) -> Account {
    let numbers: Vec<usize> = topics.iter().map(|(number, _)| *number).collect();
    let mut account = Account::default();
    let mut table = Table::default();
    for ((_, topic), choice) in topics.iter().zip(choose(policy, &numbers, aliases)) {
        let (alias, has_topic) = match choice {
            Choice::Full => (None, true),
            Choice::Set(alias) => (Some(alias), true),
            Choice::Use(alias) => (Some(alias), false),
        };
        let publish = |topic: &str, alias: Option<u16>| Publish {
            topic: topic.into(),
            properties: alias.map(Property::TopicAlias).into_iter().collect(),
            payload: Bytes::from_static(b"21.4"),
            ..Publish::default()
        };
        let own = publish(if has_topic { topic } else { "" }, alias);
        let weighed = Weighed {
            with: size(&own).unwrap_or_default(),
            without: size(&publish(topic, None)).unwrap_or_default(),
            alias,
            topic: (*topic).to_owned(),
            has_topic,
        };
        let replaces = table.note(&weighed);
        account.add(&weighed, replaces);
    }
    account
}

/// What the day comes to under a policy, before anything is sent.
pub fn forecast(policy: AliasPolicy, aliases: u16) -> Account {
    let day = messages();
    let mut account = Account::default();
    let mut table = Table::default();
    for (mut publish, (number, _)) in publishes(policy, aliases).into_iter().zip(&day) {
        // The size does not depend on which Packet Identifier it is.
        publish.packet_id = (publish.qos > QoS::AtMostOnce).then_some(PacketId::MIN);
        let topic = SOURCES[*number].topic;
        let weighed = Weighed {
            with: size(&publish).unwrap_or_default(),
            without: size(&in_full(publish.clone(), topic)).unwrap_or_default(),
            alias: publish.properties.topic_alias(),
            topic: topic.to_owned(),
            has_topic: !publish.topic.is_empty(),
        };
        let replaces = table.note(&weighed);
        account.add(&weighed, replaces);
    }
    account
}

/// A day as it was sent, complete or under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetDay {
    pub first: RecordId,
    pub last: RecordId,
    pub account: Account,
    /// Every message has been sent, and the Server has acknowledged the last.
    pub is_complete: bool,
}

/// The days that a client has sent since that record, oldest first: the messages of [`messages`] in
/// order on one connection, whatever their aliases. Other messages in between begin it again.
pub fn days(capture: &Capture, since: RecordId, client: ClientSlot) -> Vec<FleetDay> {
    let wanted = messages();
    let mut days: Vec<FleetDay> = Vec::new();
    let mut connection: Option<ConnectionId> = None;
    let mut table = Table::default();
    // The one under way is the last of `days`.
    let mut is_under_way = false;
    let records = capture.records().filter(|r| r.client == client && r.id >= since);
    for record in records {
        if connection != Some(record.connection) {
            connection = Some(record.connection);
            is_under_way = false;
        }
        let sender = record.sender();
        if sender == Some(Sender::Server) && record.packet_type() == Some(PacketType::PubAck) {
            acknowledge(capture, &mut days, record.id);
        }
        if sender != Some(Sender::Client) || record.packet_type() != Some(PacketType::Publish) {
            continue;
        }
        let weighed = weigh(capture, record);
        let Some((weighed, Some(Packet::Publish(publish)))) =
            weighed.map(|weighed| (weighed, record.valid_packet()))
        else {
            is_under_way = false;
            continue;
        };
        let fits = |index: usize| {
            wanted.get(index).is_some_and(|(number, value)| {
                SOURCES[*number].topic == weighed.topic && value.as_bytes() == publish.payload
            })
        };
        match days.last_mut().filter(|_| is_under_way) {
            Some(day) if fits(day.account.messages()) => {
                let replaces = table.note(&weighed);
                day.account.add(&weighed, replaces);
                day.last = record.id;
                is_under_way = day.account.messages() < wanted.len();
            }
            _ if fits(0) => {
                // What an earlier day has left in it does not count as taken over.
                table = Table::default();
                table.note(&weighed);
                let mut account = Account::default();
                account.add(&weighed, false);
                let (first, last) = (record.id, record.id);
                days.push(FleetDay { first, last, account, is_complete: false });
                is_under_way = true;
            }
            _ => is_under_way = false,
        }
    }
    days
}

/// Completes the day whose last message this PUBACK is for.
fn acknowledge(capture: &Capture, days: &mut [FleetDay], puback: RecordId) {
    let Some(answer) = capture.get(puback) else { return };
    let refuses = answer
        .valid_packet()
        .is_none_or(|packet| packet.reason_codes().iter().any(|code| code.is_error()));
    let whole = messages().len();
    let day = days.iter_mut().rev().find(|day| {
        let last = capture.get(day.last);
        day.account.messages() == whole
            && last.is_some_and(|last| {
                last.connection == answer.connection && last.packet_id() == answer.packet_id()
            })
    });
    if let Some(day) = day
        && !refuses
    {
        day.is_complete = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::support::alias_policy::Tuning;
    use crate::mqtt::{Ack, ReasonCode, encode};
    use crate::time::Instant;

    #[test]
    fn the_day_is_what_the_words_say() {
        assert_eq!(topics().len(), 24);
        let day = messages();
        assert_eq!(day.len(), 251);
        let mut counts = [0; 24];
        day.iter().for_each(|(number, _)| counts[*number] += 1);
        assert_eq!((counts.iter().min(), counts.iter().max()), (Some(&5), Some(&20)));
        let lengths: Vec<usize> = topics().map(str::len).collect();
        assert_eq!((lengths.iter().min(), lengths.iter().max()), (Some(&48), Some(&58)));
        assert_eq!(day.iter().filter(|first| **first == day[0]).count(), 1, "it begins only once");
    }

    #[test]
    fn policies_differ_by_what_they_save() {
        let saved = |policy| {
            let account = forecast(policy, ALIASES);
            (account.saved(), account.uses, account.sets, account.replaced)
        };
        let tuned =
            |half_life, margin| AliasPolicy::Tuned(Tuning { half_life, margin, ..Tuning::START });
        for (policy, expect) in [
            (AliasPolicy::None, (0, 0, 0, 0)),
            (AliasPolicy::FirstCome, (5405, 111, 10, 0)),
            (AliasPolicy::LeastRecentlyUsed, (5272, 119, 132, 122)),
            (AliasPolicy::MostFrequent, (6521, 136, 14, 4)),
            (tuned(24, 0), (7116, 155, 93, 83)),
            (tuned(16, 200), (7844, 165, 21, 11)),
        ] {
            assert_eq!(saved(policy), expect, "{policy:?}");
        }
    }

    /// Passes a day on the wire, and the PUBACK to its last message if there is one.
    fn pass(capture: &mut Capture, connection: u32, day: Vec<Publish>, puback: Option<ReasonCode>) {
        let (slot, connection) = (ClientSlot(0), ConnectionId(connection));
        let mut push = |sender, packet: &Packet| {
            let bytes = encode(packet).expect("it obeys the rules");
            capture.push_packet(Instant::START, slot, connection, sender, bytes);
        };
        for mut publish in day {
            publish.packet_id = (publish.qos > QoS::AtMostOnce).then_some(PacketId::MIN);
            push(Sender::Client, &Packet::Publish(publish));
        }
        if let Some(reason_code) = puback {
            push(Sender::Server, &Packet::PubAck(Ack::new(PacketId::MIN, reason_code)));
        }
    }

    fn passed(capture: &Capture) -> Vec<(usize, i64, usize, bool)> {
        let days = days(capture, RecordId(0), ClientSlot(0)).into_iter();
        let told = days.map(|day| {
            let account = day.account;
            (account.messages(), account.saved(), account.replaced, day.is_complete)
        });
        told.collect()
    }

    #[test]
    fn days_on_the_wire_come_to_what_was_forecast() {
        let day = |policy| publishes(policy, ALIASES);
        let (lru, first) = (AliasPolicy::LeastRecentlyUsed, AliasPolicy::FirstCome);
        let mut capture = Capture::default();
        pass(&mut capture, 1, day(lru), Some(ReasonCode::NoMatchingSubscribers));
        // On the same connection, where the aliases of the day before still stand.
        pass(&mut capture, 1, day(first), Some(ReasonCode::Success));
        pass(&mut capture, 2, day(AliasPolicy::None), None);
        let expect = [(251, 5272, 122, true), (251, 5405, 0, true), (251, 0, 0, false)];
        assert_eq!(passed(&capture), expect);
    }

    #[test]
    fn a_day_must_be_whole_in_order_and_taken() {
        let day = publishes(AliasPolicy::FirstCome, ALIASES);
        let mut capture = Capture::default();
        pass(&mut capture, 1, day[..100].to_vec(), None);
        // The rest comes on another connection, which knows no alias.
        pass(&mut capture, 2, day[100..].to_vec(), Some(ReasonCode::Success));
        // A message is missing, or the last one refused.
        pass(&mut capture, 3, [&day[..50], &day[51..]].concat(), Some(ReasonCode::Success));
        pass(&mut capture, 4, day, Some(ReasonCode::NotAuthorized));
        let told = passed(&capture);
        assert!(told.iter().all(|(.., is_complete)| !is_complete), "{told:?}");
        assert_eq!(told.iter().map(|day| day.0).collect::<Vec<_>>(), [100, 50, 251]);
    }
}
