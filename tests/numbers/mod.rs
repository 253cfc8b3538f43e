//! Numbers in the words of an exercise, and those that the packets of a run say.

use std::collections::BTreeSet;

use mqtt5_playground::capture::{Record, RecordId};
use mqtt5_playground::course::Move;
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::mqtt::{
    Connect, Field, FieldId, Label, Properties, Property, PropertyValue, Publish, QoS,
    RetainHandling, Subscription, Value,
};

use crate::table::{Table, quoted_bytes};

/// A number that is typed in the words, as it is written but for commas: `7400`, `21.5`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Typed {
    pub number: String,
    /// It counts bytes.
    pub is_size: bool,
}

/// The numbers of a text in HTML, without those that come from the encoder or the wire (`[[name]]`), sections,
/// statements, codes in hexadecimal, versions, and names such as `robot-07`.
pub fn typed(html: &str) -> Vec<Typed> {
    let text = without_tags(&without_bytes(&without_constructs(html)));
    let words = words(&text);
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |before| words[before]);
        let after = words.get(index + 1).copied().unwrap_or("");
        let is_version = word.matches('.').count() == 2
            || *word == "5.0"
            || ["MQTT", "Mosquitto", "TLS"].contains(&before);
        let is_number = word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
        let is_ordinal = ["通目", "回目", "番目", "件目"].iter().any(|it| after.starts_with(it));
        if is_number && !is_version && !is_ordinal {
            let is_size = ["byte", "bytes", "B"].contains(&after) || after.starts_with("バイト");
            found.push(Typed { number: word.replace(',', ""), is_size });
        }
    }
    found
}

/// Words, with their points, commas, hyphens and `§` inside. Japanese letters and Latin ones are words apart.
fn words(text: &str) -> Vec<&str> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Gap,
        Latin,
        Japanese,
    }
    let kind = |c: char| match c {
        '.' | ',' | '-' | '§' | '_' => Kind::Latin,
        _ if c.is_ascii_alphanumeric() => Kind::Latin,
        'ぁ'..='ヿ' | '一'..='鿿' => Kind::Japanese,
        _ => Kind::Gap,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut current = Kind::Gap;
    for (at, next) in
        text.char_indices().map(|(at, c)| (at, kind(c))).chain([(text.len(), Kind::Gap)])
    {
        if next != current {
            if current != Kind::Gap {
                words.push(text[start..at].trim_end_matches(['.', ',', '-']));
            }
            (start, current) = (at, next);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        let (_, after) = tag.split_once('>').unwrap_or(("", ""));
        out.push_str(before);
        // Cells and items are texts of their own; a mark inside a sentence is not.
        out.push_str(if tag.starts_with(['t', '/', 'l', 'p']) { "; " } else { "" });
        rest = after;
    }
    (out + rest).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// `[[?step: text]]` hides a text, which counts; the name in `[[name]]` does not.
fn without_constructs(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, inside)) = rest.split_once("[[") {
        out.push_str(before);
        if let Some(hidden) = inside.strip_prefix('?') {
            rest = hidden.split_once(':').map_or(hidden, |(_, text)| text);
        } else {
            out.push_str("(x)");
            rest = inside.split_once("]]").map_or("", |(_, after)| after);
        }
    }
    (out + rest).replace("]]", "")
}

/// Bytes in hexadecimal, in code, have their own tests.
fn without_bytes(html: &str) -> String {
    let bytes = quoted_bytes(html).into_iter().chain(single_bytes(html));
    bytes.fold(html.to_owned(), |html, bytes| html.replace(&format!("<code>{bytes}</code>"), "(x)"))
}

/// Bytes in code of which one stands alone, such as `8E`.
pub fn single_bytes(html: &str) -> Vec<String> {
    let codes = html.split("<code>").skip(1).filter_map(|code| code.split("</code>").next());
    let is_byte = |code: &&str| {
        code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
    };
    codes.filter(is_byte).map(str::to_owned).collect()
}

/// What the fields of a packet say in numbers, their payload's length included, but not the packet's own size.
pub fn told(record: &Record) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for field in record.dissect().iter().flat_map(|dissection| &dissection.fields) {
        collect(field, &mut told);
    }
    told
}

fn collect(field: &Field, told: &mut BTreeSet<String>) {
    let says_nothing = [FieldId::RemainingLength, FieldId::PropertyLength].map(Label::Field);
    if !says_nothing.contains(&field.label) {
        let value = match &field.value {
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            value => value.to_string(),
        };
        told.extend(words(&value).into_iter().map(str::to_owned));
    }
    if field.label == Label::Field(FieldId::ApplicationMessage) {
        told.insert(field.range.len().to_string());
    }
    for child in &field.children {
        collect(child, told);
    }
}

impl Table {
    /// What the packets of these records say in numbers.
    pub fn told_by(&self, records: &[RecordId]) -> BTreeSet<String> {
        let capture = self.lab().capture();
        records.iter().filter_map(|id| capture.get(*id)).flat_map(told).collect()
    }

    /// What all packets of the run say in numbers.
    pub fn told(&self) -> BTreeSet<String> {
        let records = self.lab().capture().records();
        records.filter(|record| record.sender().is_some()).flat_map(told).collect()
    }
}

/// The moves, with one value of one act changed, for each that a learner might choose otherwise.
pub fn varied_moves(moves: &[Move]) -> Vec<Vec<Move>> {
    let mut all = Vec::new();
    for (index, original) in moves.iter().enumerate() {
        let Move::Act(act) = original else { continue };
        for action in variations(&act.action) {
            let mut moves = moves.to_vec();
            moves[index] = Move::Act(Act { client: act.client, action });
            all.push(moves);
        }
    }
    all
}

/// The act with one of its values changed, for each value that a learner might choose otherwise.
fn variations(action: &Action) -> Vec<Action> {
    let mut all = Vec::new();
    match action {
        Action::Connect(connect) => {
            let with = |change: &dyn Fn(&mut Connect)| {
                let mut connect = connect.clone();
                change(&mut connect);
                Action::Connect(connect)
            };
            all.push(with(&|connect| connect.clean_start = !connect.clean_start));
            all.push(with(&|connect| connect.keep_alive += 7));
            for properties in varied(&connect.properties) {
                all.push(with(&|connect| connect.properties = properties.clone()));
            }
            if let Some(will) = &connect.will {
                for properties in varied(&will.properties) {
                    all.push(with(&|connect| {
                        connect.will.as_mut().expect("it has one").properties = properties.clone();
                    }));
                }
            }
        }
        Action::Publish(publish) => {
            let with = |change: &dyn Fn(&mut Publish)| {
                let mut publish = publish.clone();
                change(&mut publish);
                Action::Publish(publish)
            };
            all.extend(QOS.map(|qos| with(&|publish| publish.qos = qos)));
            all.push(with(&|publish| publish.retain = !publish.retain));
            all.push(with(&|publish| {
                publish.payload = [&publish.payload[..], b"9"].concat().into();
            }));
            for properties in varied(&publish.properties) {
                all.push(with(&|publish| publish.properties = properties.clone()));
            }
        }
        Action::Subscribe { properties, subscriptions } => {
            for properties in varied(properties) {
                all.push(Action::Subscribe { properties, subscriptions: subscriptions.clone() });
            }
            for index in 0..subscriptions.len() {
                let mut with = |change: &dyn Fn(&mut Subscription)| {
                    let mut subscriptions = subscriptions.clone();
                    change(&mut subscriptions[index]);
                    all.push(Action::Subscribe { properties: properties.clone(), subscriptions });
                };
                for qos in QOS {
                    with(&|subscription| subscription.qos = qos);
                }
                with(&|subscription| subscription.no_local = !subscription.no_local);
                with(&|subscription| {
                    subscription.retain_as_published = !subscription.retain_as_published;
                });
                for handling in RetainHandling::ALL {
                    with(&|subscription| subscription.retain_handling = handling);
                }
            }
        }
        Action::Disconnect(disconnect) => {
            for properties in varied(&disconnect.properties) {
                let mut disconnect = disconnect.clone();
                disconnect.properties = properties;
                all.push(Action::Disconnect(disconnect));
            }
        }
        _ => {}
    }
    all.retain(|varied| varied != action);
    all
}

const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

/// The properties with one number changed, for each of them.
fn varied(properties: &Properties) -> Vec<Properties> {
    let list: Vec<Property> = properties.iter().cloned().collect();
    let mut all = Vec::new();
    for (index, property) in list.iter().enumerate() {
        let other = match property.value() {
            PropertyValue::Byte(value) => PropertyValue::Byte(1 - value.min(1)),
            PropertyValue::TwoByteInteger(value) => PropertyValue::TwoByteInteger(value + 1),
            PropertyValue::FourByteInteger(value) => PropertyValue::FourByteInteger(value ^ 1),
            PropertyValue::VariableByteInteger(value) => {
                PropertyValue::VariableByteInteger(value + 1)
            }
            _ => continue,
        };
        let mut list = list.clone();
        list[index] = Property::from_value(property.id(), other).expect("it is of the same kind");
        all.push(list.into());
    }
    all
}

/// Numbers that no packet of the run says, and where they are from.
pub const FROM_ELSEWHERE: &[(&str, &str, &str)] = &[
    ("first-connect", "2000000", "the Maximum Packet Size that Mosquitto 2.1 states"),
    ("connect-properties", "65535", "what a Receive Maximum means that is absent (§3.2.2.3.3)"),
    ("not-really-auth", "15", "the Property Identifier that the exercise is without"),
    ("auto-alias", "11", "topics of an extreme case, imagined"),
    ("rest-like", "405", "a status of HTTP"),
    ("rest-like", "501", "a status of HTTP"),
    ("rest-like", "503", "a status of HTTP"),
    ("rest-like", "504", "a status of HTTP"),
    ("subscription-id", "127", "the largest Variable Byte Integer of one byte (§1.5.5)"),
    ("maximum-packet-size", "268435460", "the largest packet there can be (§2.1.4)"),
];

/// Numbers of the protocol that a packet of the run says by chance too.
pub const OF_THE_PROTOCOL: &[(&str, &str, &str)] = &[
    ("no-matching-subscribers", "2", "the length of a Packet Identifier (§2.2.1)"),
    ("retain-handling", "2", "the Retain Handling that the step before asks for"),
];

#[test]
fn typed_numbers_are_found() {
    let found = |html: &str| -> Vec<String> {
        let text =
            |typed: Typed| format!("{}{}", typed.number, if typed.is_size { " B" } else { "" });
        typed(html).into_iter().map(text).collect()
    };
    for (html, expect) in [
        ("Send 1,024 bytes, then <b>5</b> more.", vec!["1024 B", "5"]),
        ("[[size]] of [[?ask: [[all]] and 7]] bytes", vec!["7 B"]),
        ("128バイトと3通、2通目", vec!["128 B", "3"]),
        ("§3.1.2, 0x8E, MQTT-3.1.2-4, 3.1.1, 5.0, TLS 1.3, SHA-256, robot-07", vec![]),
        ("<code>21.5</code>, <code>8E</code>, <code>00 04</code>", vec!["21.5"]),
        ("<td>4</td><td>5</td> B", vec!["4", "5 B"]),
    ] {
        assert_eq!(found(html), expect, "{html}");
    }
    assert_eq!(single_bytes("<code>8E</code> <code>8E 00</code> <code>q-</code>"), ["8E"]);
}
