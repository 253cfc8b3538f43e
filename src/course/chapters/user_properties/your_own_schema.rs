//! A convention of one's own, kept by three messages, and used to find one of them.

use std::collections::BTreeSet;

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Properties, Property, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "your-own-schema",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "1.5.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(&MESSAGES[0])],
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
            controls: &[|_| Move::Act(publish(&MESSAGES[0]))],
            check: designed,
            ..Step::PLAIN
        },
        Step {
            id: "three",
            controls: &[|_| Move::Act(publish(&MESSAGES[1])), |_| Move::Act(publish(&MESSAGES[2]))],
            check: three_agree,
            ..Step::PLAIN
        },
        Step {
            id: "filter",
            controls: &[|_| Move::Filter(a_value_of_one)],
            check: filtered,
            ..Step::PLAIN
        },
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
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    for (id, publish) in check::messages(evidence.sent(PUBLISHER, PacketType::Publish)) {
        match is_schema(&publish) {
            Ok(()) => return Ok(vec![id]),
            Err(finding) => verdict = Err(Unmet::Contradicted { by: id, finding }),
        }
    }
    verdict
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
    let Some((_, model)) = all.iter().find(|(_, publish)| is_schema(publish).is_ok()) else {
        return Err(Unmet::NotYet(Finding::told("so-far", [&0])));
    };
    for (_, model) in &all {
        let group: Vec<_> = agreeing(&all, model).collect();
        if group.len() >= 3 && a_value_of(&group, |count, _| count == 1).is_some() {
            return Ok(group.into_iter().map(|(id, _)| *id).collect());
        }
    }
    // The latest that breaks the convention of the first says why.
    let (latest, publish) = all.last().expect("there is a model");
    if names(publish) != names(model) {
        return Err(Unmet::Contradicted { by: *latest, finding: departs(publish, model) });
    }
    if let Err(finding) = is_schema(publish) {
        return Err(Unmet::Contradicted { by: *latest, finding });
    }
    match agreeing(&all, model).count() {
        few @ 0..3 => Err(Unmet::NotYet(Finding::told("so-far", [&few]))),
        _ => Err(Unmet::Contradicted { by: *latest, finding: Finding::told("all-alike", []) }),
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
        return Err(Unmet::NotYet(Finding::told("so-far", [&all.len()])));
    }
    // Other words may stand beside it, such as a client or the name of a packet.
    let words = evidence.filter.split_whitespace().filter(|word| word.len() >= SHORTEST);
    let in_values: Vec<&str> =
        words.filter(|word| all.iter().any(|(_, publish)| mentions(publish, word))).collect();
    if in_values.is_empty() {
        return Err(Unmet::NotYet(match evidence.filter.trim() {
            "" => Finding::told("no-filter", []),
            filter => Finding::told("finds-none", [&filter]),
        }));
    }
    let found: Vec<RecordId> = all
        .iter()
        .filter(|(_, publish)| in_values.iter().all(|word| mentions(publish, word)))
        .map(|(id, _)| *id)
        .collect();
    match found.len() {
        0 => Err(Unmet::NotYet(Finding::told("finds-none", [&evidence.filter.trim()]))),
        some if some < all.len() => Ok(found),
        _ => Err(Unmet::NotYet(Finding::told("finds-all", [&evidence.filter.trim()]))),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/orders";
/// The packet list looks for shorter words in what it shows only, not in the bytes.
const SHORTEST: usize = 3;
