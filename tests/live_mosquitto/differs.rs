//! What a learner sees on Mosquitto and not on the broker in the tab, or the other way round: `docs/mosquitto.md`, which
//! the page shows too.
//!
//! Only what a broker sends counts, and whether it ends a connection: the clients do the same on both, and what they
//! answer follows from it. Each connection is compared with its counterpart, so that it does not matter how the packets
//! of several clients, or of the two directions, lie between each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mqtt5_playground::analysis::{Difference, What, compare};
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, Record};
use mqtt5_playground::course::{Broker, CHAPTERS};
use mqtt5_playground::lab::Act;
use mqtt5_playground::mqtt::{
    ConnectionId, Dissection, Field, FieldId, Label, Packet, PacketType, PropertyId, Sender,
    Subscription, Value,
};

use crate::bench::Bench;
use crate::played::{self, Pair};
use crate::table;

const FILE: &str = "docs/mosquitto.md";
const TABLE: &str = include_str!("../../docs/mosquitto.md");

/// Stands for every exercise.
const EVERYWHERE: &str = "*";
/// Stands for a packet, or a property, that does not come.
const NONE: &str = "–";

/// Stands where a packet would, for an exercise that cannot be done on Mosquitto.
const NEEDS_TAB: &str = "needs the broker in the tab";

/// A row of the table, but for its reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    exercise: String,
    /// `B ← PUBLISH`; `2 × B ← PUBLISH` for several that are alike; `B` for the end of its connection.
    what: String,
    in_tab: String,
    on_mosquitto: String,
}

/// The table as it stands, with the reason of each row.
fn expected() -> Vec<(Row, &'static str)> {
    table::rows(TABLE)
        .map(|row| match row[..] {
            [exercise, what, in_tab, on_mosquitto, why] => {
                let [exercise, what, in_tab, on_mosquitto] =
                    [exercise, what, in_tab, on_mosquitto].map(str::to_owned);
                (Row { exercise, what, in_tab, on_mosquitto }, why)
            }
            _ => panic!("a row has five cells: {row:?}"),
        })
        .collect()
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn what_differs_stands_in_the_table() {
    let expected = expected();
    let everywhere: Vec<&Row> =
        expected.iter().map(|(row, _)| row).filter(|row| row.exercise == EVERYWHERE).collect();
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for mut row in rows_of_the_course() {
        let holds = |general: &&&Row| {
            row.what.ends_with(&general.what)
                && (&row.in_tab, &row.on_mosquitto) == (&general.in_tab, &general.on_mosquitto)
        };
        if let Some(general) = everywhere.iter().find(holds) {
            row = (*general).clone();
        }
        if used.insert(row.clone()) {
            found.push(row);
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return write(found, &expected);
    }
    let is_unexpected = |row: &&Row| !expected.iter().any(|(known, _)| known == *row);
    let unexpected: Vec<String> =
        found.iter().filter(is_unexpected).map(|row| line(row, "?")).collect();
    let gone: Vec<&Row> =
        expected.iter().map(|(row, _)| row).filter(|row| !used.contains(row)).collect();
    table::holds(FILE, TABLE, &version(), &unexpected, &gone);
}

/// In the order of the course.
fn rows_of_the_course() -> Vec<Row> {
    let mut rows = Vec::new();
    for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
        rows.extend((exercise.broker == Broker::InTab).then(|| Row {
            exercise: exercise.id.to_owned(),
            what: NEEDS_TAB.to_owned(),
            in_tab: String::new(),
            on_mosquitto: String::new(),
        }));
        let pair = played::all().iter().find(|pair| pair.exercise.id == exercise.id);
        rows.extend(pair.into_iter().flat_map(differences));
    }
    rows
}

/// Writes the table anew, with the reasons that it had.
fn write(mut found: Vec<Row>, expected: &[(Row, &str)]) {
    found.sort_by_key(|row| row.exercise != EVERYWHERE);
    let reason = |row: &Row| {
        if row.what == NEEDS_TAB {
            return link_to_words(&row.exercise);
        }
        let same = expected.iter().find(|(known, _)| known == row);
        let alike = |(known, _): &&(Row, &str)| {
            (&known.exercise, &known.what) == (&row.exercise, &row.what)
        };
        same.or_else(|| expected.iter().find(alike)).map_or("?", |(_, why)| *why).to_owned()
    };
    let rows: String = found.iter().map(|row| line(row, &reason(row)) + "\n").collect();
    let begin = TABLE.find("| --- |").and_then(|at| Some(at + TABLE[at..].find('\n')? + 1));
    let begin = begin.expect("the table has a head");
    let end = begin + TABLE[begin..].find("\n\n").expect("the reasons follow") + 1;
    let text = format!("{}{rows}{}", &TABLE[..begin], &TABLE[end..]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    fs::write(path, text).expect("the table can be written");
}

fn line(row: &Row, why: &str) -> String {
    let Row { exercise, what, in_tab, on_mosquitto } = row;
    match row.what == NEEDS_TAB {
        true => format!("| {exercise} | {what} | | | {why} |"),
        false => format!("| {exercise} | `{what}` | `{in_tab}` | `{on_mosquitto}` | {why} |"),
    }
}

/// Where the exercise itself says what Mosquitto does instead.
fn link_to_words(exercise: &str) -> String {
    let chapter =
        CHAPTERS.iter().find(|chapter| chapter.exercises.iter().any(|e| e.id == exercise));
    let chapter = chapter.expect("it comes from one").id.replace('-', "_");
    let file = exercise.replace('-', "_");
    format!("[its words](../src/course/chapters/{chapter}/{file}.en.md#elsewhere)")
}

fn differences(pair: &Pair) -> Vec<Row> {
    let here = in_order(pair.in_tab_meanwhile());
    let there = in_order(pair.on_mosquitto.capture.records());
    let mut rows: Vec<(Row, usize)> = Vec::new();
    let mut clients_differ = false;
    for found in compare(&here, &there).rows {
        let (left, right) =
            (found.left.and_then(|l| here.at(l)), found.right.and_then(|r| there.at(r)));
        let record = left.or(right).expect("one of them is there");
        let differs: Vec<_> = found.differences.iter().filter(|d| !is_chance(d)).collect();
        if found.is_in_both() && differs.is_empty() {
            continue;
        }
        let client = record.client.letter();
        let (what, in_tab, on_mosquitto) = match (&record.entry, record.sender()) {
            (Entry::Opening { .. } | Entry::Opened | Entry::Text { .. }, _) => continue,
            // When they fall due is a matter of the clock, and of how this test waits.
            _ if matches!(
                record.packet_type(),
                Some(PacketType::PingReq | PacketType::PingResp)
            ) =>
            {
                continue;
            }
            (_, Some(Sender::Client)) => {
                clients_differ = true;
                continue;
            }
            (Entry::Closed(_), _) if found.is_in_both() => continue,
            (Entry::Closed(_), _) => {
                let end = |record: Option<_>| record.map_or(NONE, |_: &Record| "closed").to_owned();
                (client.to_string(), end(left), end(right))
            }
            _ => {
                let name = record.packet_type().map_or(NONE, PacketType::name);
                let said =
                    |record: Option<&Record>, mine: fn(&Difference) -> Option<&String>| match (
                        record,
                        found.is_in_both(),
                    ) {
                        (None, _) => NONE.to_owned(),
                        (Some(record), false) => whole(record),
                        (Some(record), true) => part(record, &differs, mine),
                    };
                let in_tab = said(left, |difference| difference.left.as_ref());
                let on_mosquitto = said(right, |difference| difference.right.as_ref());
                (format!("{client} ← {name}"), in_tab, on_mosquitto)
            }
        };
        let exercise = pair.exercise.id.to_owned();
        let [in_tab, on_mosquitto] =
            [in_tab, on_mosquitto].map(|said| said.replace(&pair.nonce, "…"));
        let row = Row { exercise, what, in_tab, on_mosquitto };
        match rows.iter_mut().find(|(known, _)| *known == row) {
            Some((_, count)) => *count += 1,
            None => rows.push((row, 1)),
        }
    }
    let id = pair.exercise.id;
    assert!(!clients_differ || !rows.is_empty(), "{id}: the clients differ, and no broker did");
    let counted = |(row, count): (Row, usize)| match count {
        1 => row,
        _ => Row { what: format!("{count} × {}", row.what), ..row },
    };
    rows.into_iter().map(counted).collect()
}

/// The records connection by connection, and in each what the client sent before what the broker sent.
fn in_order<'a>(records: impl Iterator<Item = &'a Record>) -> Capture {
    let mut seen: BTreeMap<ClientSlot, Vec<ConnectionId>> = BTreeMap::new();
    let mut records: Vec<_> = records
        .map(|record| {
            let connections = seen.entry(record.client).or_default();
            let known = connections.iter().position(|known| *known == record.connection);
            let nth = known.unwrap_or_else(|| {
                connections.push(record.connection);
                connections.len() - 1
            });
            let side = match (&record.entry, record.sender()) {
                (Entry::Opening { .. } | Entry::Opened, _) => 0,
                (_, Some(Sender::Client)) => 1,
                (_, Some(Sender::Server)) => 2,
                _ => 3,
            };
            ((record.client, nth, side), record)
        })
        .collect();
    records.sort_by_key(|(place, _)| *place);
    let mut capture = Capture::default();
    for (_, record) in records {
        capture.push(record.at, record.client, record.connection, record.entry.clone());
    }
    capture
}

/// What is different in every run: identifiers, addresses, what a transport says, and how much of an interval has gone.
fn is_chance(difference: &Difference) -> bool {
    let seconds = |value: &Option<String>| value.as_ref().and_then(|value| value.parse().ok());
    match difference.what {
        What::Address | What::Close => true,
        What::Field(Label::Property(PropertyId::MessageExpiryInterval, _)) => {
            let sides = (seconds(&difference.left), seconds(&difference.right));
            matches!(sides, (Some(left), Some(right)) if u32::abs_diff(left, right) <= 2)
        }
        _ => difference.is_identifier(),
    }
}

/// A packet that only one of them sent.
fn whole(record: &Record) -> String {
    let told = record.dissect().map(|dissection| all_told(&dissection)).unwrap_or_default();
    let told: Vec<String> = told.into_iter().map(|(label, value)| worded(label, &value)).collect();
    match told.is_empty() {
        // Where it is left out (§3.4.2.1).
        true => "0x00 (Success)".to_owned(),
        false => told.join(", "),
    }
}

/// What one of two packets says otherwise.
fn part(
    record: &Record,
    differs: &[&Difference],
    mine: fn(&Difference) -> Option<&String>,
) -> String {
    // One of the codes of a SUBACK says little without the others.
    let is_code = |what| {
        let codes = [FieldId::SubAckReasonCode, FieldId::UnsubAckReasonCode];
        matches!(what, What::Field(Label::Field(id)) if codes.contains(&id))
    };
    if differs.iter().any(|difference| is_code(difference.what)) {
        return whole(record);
    }
    let told: Vec<String> = differs
        .iter()
        .filter_map(|difference| match (difference.what, mine(difference)) {
            (What::Field(label), Some(value)) => Some(worded(label, value)),
            // An acknowledgement may leave it out (§3.4.2.1).
            (What::Field(Label::Field(id)), None) if ACK_CODES.contains(&id) => {
                Some("0x00 (Success)".to_owned())
            }
            (What::Bytes, _) => Some(order(record)),
            (What::Error, Some(error)) => Some(error.clone()),
            _ => None,
        })
        .collect();
    match told.is_empty() {
        true => NONE.to_owned(),
        false => told.join(", "),
    }
}

const ACK_CODES: [FieldId; 4] = [
    FieldId::PubAckReasonCode,
    FieldId::PubRecReasonCode,
    FieldId::PubRelReasonCode,
    FieldId::PubCompReasonCode,
];

/// The names of its properties, in their order.
fn order(record: &Record) -> String {
    let packet = record.valid_packet().expect("both say the same, and one of them is ours");
    let mut names: Vec<&str> =
        packet.properties().into_iter().map(|property| property.id().name()).collect();
    names.dedup();
    names.join(", ")
}

/// What a learner reads first: what it is about, Reason Codes, properties.
fn all_told(dissection: &Dissection) -> Vec<(Label, String)> {
    fn collect(field: &Field, told: &mut Vec<(Label, String)>) {
        let is_told = match field.label {
            Label::Property(..) => true,
            Label::Field(FieldId::TopicName | FieldId::PublishQoS) => true,
            Label::Field(_) => matches!(field.own_value(), Value::ReasonCode(..)),
            Label::Unread => false,
        };
        match is_told {
            true => told.push((field.label, field.own_value().to_string())),
            false => field.children.iter().for_each(|child| collect(child, told)),
        }
    }
    let mut told = Vec::new();
    dissection.fields.iter().for_each(|field| collect(field, &mut told));
    told
}

/// Without what is chance, or too long to compare.
fn worded(label: Label, value: &str) -> String {
    let name = label.name();
    match label {
        Label::Property(PropertyId::ReasonString, _) => name.to_owned(),
        Label::Property(PropertyId::AuthenticationData, _) => format!("{name} …"),
        Label::Field(FieldId::PublishQoS) => format!("{name} {}", &value[..1]),
        Label::Field(FieldId::TopicName) if value.is_empty() => format!("{name} \"\""),
        Label::Field(_) if value.starts_with("0x") => value.to_owned(),
        _ => format!("{name} {value}"),
    }
}

/// `Mosquitto 2.0.11`, as it says itself.
fn version() -> String {
    const A: ClientSlot = ClientSlot(0);
    let mut bench = Bench::new(["client"]);
    bench.connect(A);
    let topic_filter = "$SYS/broker/version".into();
    bench.act(Act::subscribe(A, [], [Subscription { topic_filter, ..Subscription::default() }]));
    bench.wait_until("its version", |lab| {
        lab.capture().packets(PacketType::Publish, Sender::Server).next().is_some()
    });
    let Packet::Publish(publish) = bench.packet(PacketType::Publish) else { panic!("it is one") };
    let said = String::from_utf8_lossy(&publish.payload);
    format!("Mosquitto {}", said.rsplit(' ').next().unwrap_or_default())
}
