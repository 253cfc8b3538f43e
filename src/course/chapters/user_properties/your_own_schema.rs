//! A convention of one's own, kept by three messages, and used to find one of them.

use std::collections::BTreeSet;

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Properties, Property, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "your-own-schema",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "1.5.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            // The names are the learner's own.
            prepared: |cast| vec![connect(cast, PUBLISHER), nameless(&MESSAGES[0])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen()],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(listen())],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "design",
            by_hand: Some(ByHand { act: |_| publish(&MESSAGES[0]), field: "User Property" }),
            check: designed,
            values: names_in_words,
            ..Step::PLAIN
        },
        Step { id: "three", check: three_agree, ..Step::PLAIN },
        Step { id: "filter", check: filtered, values: how_many, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(publish(&MESSAGES[0])),
            Move::Act(publish(&MESSAGES[1])),
            Move::Act(publish(&MESSAGES[2])),
            Move::Filter(a_value_of_one),
        ]
    },
    par: 6,
    ..Exercise::PLAIN
};

/// Values of `trace-id`, `tenant` and `schema-version`, and a payload.
type Message = ([&'static str; 3], &'static str);

const MESSAGES: [Message; 3] = [
    (["7f3a-0001", "acme", "1"], r#"{"order":1041}"#),
    (["7f3a-0002", "acme", "1"], r#"{"order":1042}"#),
    (["7f3a-0003", "globex", "1"], r#"{"order":1043}"#),
];

fn listen() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn nameless((_, payload): &Message) -> Act {
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, [], payload.as_bytes())
}

fn publish((values, payload): &Message) -> Act {
    let names = ["trace-id", "tenant", "schema-version"];
    let pairs = names.into_iter().zip(*values);
    let pairs = Properties(pairs.map(|(name, value)| Property::user(name, value)).collect());
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, pairs, payload.as_bytes())
}

/// The publications that carry User Properties.
fn messages(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    let mut all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    all.retain(|(_, publish)| publish.properties.user_properties().next().is_some());
    all
}

fn names(publish: &Publish) -> BTreeSet<&str> {
    publish.properties.user_properties().map(|(name, _)| name).collect()
}

/// At least three names, each of them once and each of them a word.
fn is_schema(publish: &Publish) -> Result<(), Finding> {
    let all: Vec<&str> = publish.properties.user_properties().map(|(name, _)| name).collect();
    if all.iter().any(|name| name.trim().is_empty()) {
        return Err(Finding::told("nameless", []));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = all.iter().find(|name| !seen.insert(**name)) {
        return Err(Finding::told("twice", [twice]));
    }
    match all.len() {
        0..3 => Err(Finding::told("too-few", [&all.len()])),
        _ => Ok(()),
    }
}

fn designed(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    judge(sent, nothing, |_, packet| match packet {
        Packet::Publish(publish) => is_schema(publish),
        _ => Ok(()),
    })
}

fn names_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let sent = check::messages(records.iter().filter_map(|id| evidence.capture.get(*id)));
    let Some((_, publish)) = sent.first() else { return Vec::new() };
    let all: Vec<&str> = publish.properties.user_properties().map(|(name, _)| name).collect();
    vec![("names", all.join(", "))]
}

/// Messages with the same names, oldest first; whatever the names are.
fn agreeing<'a>(
    all: &'a [(RecordId, Publish)],
    with: &'a Publish,
) -> impl Iterator<Item = &'a (RecordId, Publish)> {
    all.iter().filter(|(_, other)| is_schema(other).is_ok() && names(other) == names(with))
}

/// Three messages with the same names, each told from the others by some value.
fn three_agree(evidence: &Evidence) -> Verdict {
    let all = messages(evidence);
    let mut schemas = all.iter().filter(|(_, publish)| is_schema(publish).is_ok());
    let (_, first) = schemas.next().ok_or_else(|| Finding::told("so-far", [&0]))?;
    for (_, model) in &all {
        let group: Vec<_> = agreeing(&all, model).collect();
        if group.len() >= 3 && a_value_of(&group, |count, _| count == 1).is_some() {
            return Ok(group.into_iter().map(|(id, _)| *id).collect());
        }
    }
    // The latest that breaks the convention of the first says why.
    let (latest, publish) = all.last().expect("there is a first");
    if names(publish) != names(first) {
        return Err(Unmet::by(*latest, departs(publish, first)));
    }
    is_schema(publish).map_err(|finding| Unmet::by(*latest, finding))?;
    match agreeing(&all, first).count() {
        few @ 0..3 => Err(Finding::told("so-far", [&few]).into()),
        _ => Err(Unmet::by(*latest, Finding::told("all-alike", []))),
    }
}

/// How the names of a message depart from those of the first.
fn departs(publish: &Publish, model: &Publish) -> Finding {
    let (found, wanted) = (names(publish), names(model));
    let extra = found.difference(&wanted).next();
    match (wanted.difference(&found).next(), extra) {
        (Some(lacks), Some(extra)) if plain(lacks) == plain(extra) => {
            Finding::told("spelling", [extra, lacks])
        }
        (Some(lacks), _) => Finding::told("lacks", [lacks]),
        (None, extra) => Finding::told("extra", [extra.unwrap_or(&"")]),
    }
}

/// A name without what people disagree about: case and separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A value which as many of the messages have as wanted, of all there are.
fn a_value_of<'a>(
    messages: &[&'a (RecordId, Publish)],
    wanted: impl Fn(usize, usize) -> bool,
) -> Option<&'a str> {
    let values = messages.iter().flat_map(|(_, publish)| publish.properties.user_properties());
    let mut values = values.map(|(_, value)| value).filter(|value| value.len() >= SHORTEST);
    values.find(|value| {
        let holders = messages.iter().filter(|(_, publish)| mentions(publish, value)).count();
        wanted(holders, messages.len())
    })
}

/// Whether a value of the message contains the word, as the packet list looks for it.
fn mentions(publish: &Publish, word: &str) -> bool {
    let word = word.to_lowercase();
    publish.properties.user_properties().any(|(_, value)| value.to_lowercase().contains(&word))
}

/// What tells one message from all others.
fn a_value_of_one(_: &Cast, evidence: &Evidence) -> Option<String> {
    let all = messages(evidence);
    let all: Vec<_> = all.iter().collect();
    match all.len() {
        0..2 => None,
        _ => a_value_of(&all, |holders, _| holders == 1).map(str::to_owned),
    }
}

/// The packet list shows those messages that have a certain value, and not the others.
fn filtered(evidence: &Evidence) -> Verdict {
    let all = messages(evidence);
    if all.len() < 3 {
        return Err(Finding::told("few", [&all.len()]).into());
    }
    let filter = evidence.filter.trim();
    if filter.is_empty() {
        return Err(Finding::told("no-filter", []).into());
    }
    let found = found_by(evidence, &all);
    match found.len() {
        0 => Err(Finding::told("finds-none", [&filter]).into()),
        some if some < all.len() => Ok(found),
        _ => Err(Finding::told("finds-all", [&filter]).into()),
    }
}

/// The messages with a value that the filter names. Other words may stand beside it, such as a client or
/// the name of a packet.
fn found_by(evidence: &Evidence, all: &[(RecordId, Publish)]) -> Vec<RecordId> {
    let words = evidence.filter.split_whitespace().filter(|word| word.len() >= SHORTEST);
    let in_values: Vec<&str> =
        words.filter(|word| all.iter().any(|(_, publish)| mentions(publish, word))).collect();
    let has_all = |publish: &Publish| in_values.iter().all(|word| mentions(publish, word));
    let found = all.iter().filter(|(_, publish)| !in_values.is_empty() && has_all(publish));
    found.map(|(id, _)| *id).collect()
}

fn how_many(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    vec![("found", records.len().to_string()), ("all", messages(evidence).len().to_string())]
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/orders";
/// The packet list looks for shorter words in what it shows only, not in the bytes.
const SHORTEST: usize = 3;
