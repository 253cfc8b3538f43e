//! Once known, the alias replaces the topic: what that saves, and what it costs first.

use super::{TOPIC, alias_of, reading};
use crate::analysis::savings::{Weighed, weigh};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::{
    ALIAS_SAVING_BY_HAND, Asks, Best, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise,
    Figure, Finding, Move, Picture, Prediction, Step, Verdict, check, figure, judge,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "save-bytes",
    broker: Broker::Any,
    spec: &["3.3.2.3.4", "3.3.2.1"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), plain(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), watch(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|cast| Move::Act(watch(cast))],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "plain",
            controls: &[|cast| Move::Act(plain(cast))],
            check: without_alias,
            values: |evidence, records| {
                let messages = records.iter().filter_map(|id| evidence.capture.get(*id));
                let message = check::messages(messages).into_iter().next();
                message.map_or(vec![], |(id, publish)| {
                    let size = weighed_by(evidence, Some(&id)).map_or(0, |weighed| weighed.with);
                    vec![("size", size.to_string()), ("payload", publish.payload.len().to_string())]
                })
            },
            ..Step::PLAIN
        },
        Step {
            id: "first-use",
            by_hand: Some(ByHand { act: first_use, field: "Topic Alias" }),
            prediction: Some(Prediction { asks: Asks::Number, outcome: cost_of_first_use }),
            check: alias_made_known,
            values: |evidence, records| vec![("alias", alias_of(evidence, records.first()))],
            ..Step::PLAIN
        },
        Step {
            id: "repeat",
            by_hand: Some(ByHand { act: repeat, field: "Topic Name" }),
            prediction: Some(Prediction { asks: Asks::Number, outcome: size_of_repetition }),
            check: topic_left_out,
            values: |evidence, records| {
                let sizes = weighed_by(evidence, records.first());
                let told = |w: Weighed| {
                    vec![("size", w.with.to_string()), ("full", w.without.to_string())]
                };
                sizes.map_or(vec![], told)
            },
            ..Step::PLAIN
        },
        Step {
            id: "pays-off",
            controls: &[|cast| Move::Acts(vec![repeat(cast); MORE])],
            check: saved_enough,
            values: |evidence, records| {
                let upto = records.last().copied();
                let sums = with_alias(evidence).filter(|(record, _)| Some(record.id) <= upto);
                vec![("saved", sums.map(|(_, weighed)| weighed.saved()).sum::<i64>().to_string())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "delivered",
            controls: &[|_| Move::Open(SUBSCRIBER, PacketType::Publish)],
            check: delivered_in_full,
            values: |evidence, records| {
                let size = |id: Option<&RecordId>| {
                    let record = id.and_then(|id| evidence.capture.get(*id));
                    record.map_or_else(String::new, |record| record.bytes().len().to_string())
                };
                vec![("in", size(records.first())), ("out", size(records.last()))]
            },
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    figures: &[
        Figure { name: "topic", value: |_| TOPIC.len().to_string() },
        Figure { name: "value", value: |_| reading(TOPIC, None).payload.len().to_string() },
        Figure { name: "plain", value: |cast| figure::size(&plain(cast)) },
        Figure { name: "first", value: |cast| figure::size(&first_use(cast)) },
        Figure { name: "alone", value: |cast| figure::size(&repeat(cast)) },
        Figure { name: "aim", value: |_| GOAL.to_string() },
        Figure { name: "tcp", value: |_| TCP_AND_IPV4.to_string() },
        Figure { name: "tls", value: |_| TLS.to_string() },
        Figure { name: "plain-on-the-line", value: |cast| on_the_line(&plain(cast)) },
        Figure { name: "alone-on-the-line", value: |cast| on_the_line(&repeat(cast)) },
    ],
    best: Some(Best { name: ALIAS_SAVING_BY_HAND, result: saved }),
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(watch(cast)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(plain(cast)),
            Move::Act(first_use(cast)),
            Move::Act(repeat(cast)),
            Move::Acts(vec![repeat(cast); MORE]),
            Move::Open(SUBSCRIBER, PacketType::Publish),
        ]
    },
    // Two CONNECT, SUBSCRIBE, and seven PUBLISH.
    par: 10,
    ..Exercise::PLAIN
};

fn saved(evidence: &Evidence) -> Option<u64> {
    u64::try_from(weighed(evidence).map(|(_, weighed)| weighed.saved()).sum::<i64>()).ok()
}

fn watch(_: &Cast) -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn plain(_: &Cast) -> Act {
    Act::publish(PUBLISHER, reading(TOPIC, None))
}

fn first_use(_: &Cast) -> Act {
    Act::publish(PUBLISHER, reading(TOPIC, Some(1)))
}

fn repeat(_: &Cast) -> Act {
    Act::publish(PUBLISHER, reading("", Some(1)))
}

/// A packet with what TCP and TLS put around it, in bytes.
fn on_the_line(act: &Act) -> String {
    let size: usize = figure::size(act).parse().unwrap_or_default();
    (size + TCP_AND_IPV4 + TLS).to_string()
}

/// What the publisher's messages weigh, oldest first.
fn weighed<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Record, Weighed)> + use<'a> {
    let capture = evidence.capture;
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    sent.filter_map(move |record| Some((record, weigh(capture, record)?)))
}

/// Those with an alias.
fn with_alias<'a>(
    evidence: &Evidence<'a>,
) -> impl Iterator<Item = (&'a Record, Weighed)> + use<'a> {
    weighed(evidence).filter(|(_, weighed)| weighed.alias.is_some())
}

fn weighed_by(evidence: &Evidence, record: Option<&RecordId>) -> Option<Weighed> {
    weigh(evidence.capture, evidence.capture.get(*record?)?)
}

fn without_alias(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| {
        match packet.properties().topic_alias() {
            None => Ok(()),
            Some(alias) => Err(Finding::told("with-alias", [&alias])),
        }
    })
}

/// Topic and alias in one packet, after the one to compare with.
fn alias_made_known(evidence: &Evidence) -> Verdict {
    let plain = without_alias(evidence)?[0];
    let nothing = Finding::absent(PropertyId::TopicAlias.name());
    let sent = evidence.sent(PUBLISHER, PacketType::Publish).filter(|record| record.id > plain);
    judge(sent, nothing, |record, packet| match packet.properties().topic_alias() {
        None => Err(Finding::absent(PropertyId::TopicAlias.name())),
        Some(_) if weigh(evidence.capture, record).is_some_and(|weighed| weighed.sets()) => Ok(()),
        Some(_) => Err(Finding::absent("Topic Name")),
    })
}

/// How many bytes it has more than without the alias.
fn cost_of_first_use(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let first = weighed_by(evidence, records.first())?;
    Some(first.with.saturating_sub(first.without))
}

/// The alias alone, after it was made known.
fn topic_left_out(evidence: &Evidence) -> Verdict {
    let first_use = alias_made_known(evidence)?[0];
    let nothing = Finding::Waiting;
    let sent = evidence.sent(PUBLISHER, PacketType::Publish).filter(|record| record.id > first_use);
    judge(sent, nothing, |record, packet| {
        if packet.properties().topic_alias().is_none() {
            return Err(Finding::absent(PropertyId::TopicAlias.name()));
        }
        match weigh(evidence.capture, record) {
            Some(weighed) if weighed.uses() => Ok(()),
            Some(weighed) => Err(Finding::told("topic-still-there", [&weighed.topic.len()])),
            None => Err(Finding::absent("Topic Name")),
        }
    })
}

fn size_of_repetition(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    Some(weighed_by(evidence, records.first())?.with)
}

/// Everything with an alias together, the three bytes of each first use included.
fn saved_enough(evidence: &Evidence) -> Verdict {
    let mut saved = 0;
    let mut counted = Vec::new();
    for (record, weighed) in with_alias(evidence) {
        saved += weighed.saved();
        counted.push(record.id);
        if saved >= GOAL {
            return Ok(vec![counted[0], record.id]);
        }
    }
    Err(Finding::told("saved-so-far", [&saved, &GOAL]).into())
}

/// A message that was sent with the alias alone has arrived with its topic, which the Server has put back,
/// or with an alias that the subscriber itself has allowed; and the learner has opened it.
fn delivered_in_full(evidence: &Evidence) -> Verdict {
    let alone: Vec<_> = weighed(evidence).filter(|(_, weighed)| weighed.uses()).collect();
    let (first, sent) = alone.first().ok_or_else(|| Finding::told("nothing-sent", []))?;
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    let mut arrived = arrived.filter(|record| record.id > first.id).peekable();
    arrived.peek().ok_or_else(|| Evidence::not_received(SUBSCRIBER, PacketType::Publish))?;
    let opened = arrived.find(|record| {
        let has_topic = |weighed: Weighed| weighed.topic == sent.topic;
        evidence.opened.contains(&record.id)
            && weigh(evidence.capture, record).is_some_and(has_topic)
    });
    let opened = opened.ok_or(Finding::NotOpened { packet: PacketType::Publish })?;
    let before = alone.iter().rev().find(|(record, _)| record.id < opened.id);
    Ok(vec![before.map_or(first.id, |(record, _)| record.id), opened.id])
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
/// Bytes to be saved, and how many repetitions the button sends for it.
const GOAL: i64 = 200;
const MORE: usize = 4;
/// The headers of IPv4 and TCP without options, 20 bytes each.
const TCP_AND_IPV4: usize = 40;
/// A record of TLS 1.3: its header, the content type, and a tag of 16 bytes (RFC 8446, §5.2).
const TLS: usize = 5 + 1 + 16;
