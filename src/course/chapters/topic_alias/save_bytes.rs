//! Once known, the alias stands alone: what that saves, and what it costs first.

use super::{TOPIC, publish_in, reading};
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::savings::{Weighed, weigh};
use crate::course::{
    ALIAS_SAVING_BY_HAND, Asks, Best, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move,
    Picture, Prediction, Step, Unmet, Verdict, check, judge,
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
            ..Step::PLAIN
        },
        Step {
            id: "first-use",
            controls: &[|cast| Move::Act(first_use(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| cost_of_first_use(evidence),
            }),
            check: alias_made_known,
            ..Step::PLAIN
        },
        Step {
            id: "repeat",
            controls: &[|cast| Move::Act(repeat(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| share_that_is_left(evidence),
            }),
            check: topic_left_out,
            ..Step::PLAIN
        },
        Step {
            id: "pays-off",
            controls: &[|cast| Move::Acts(vec![repeat(cast); MORE])],
            check: saved_enough,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered_in_full, ..Step::PLAIN },
    ],
    picture: Some(Picture::AliasLedger),
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

/// What the publisher's messages weigh, oldest first.
fn weighed<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Record, Weighed)> + use<'a> {
    let capture = evidence.capture;
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    sent.filter_map(move |record| Some((record, weigh(capture, record)?)))
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

fn alias_made_known(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| {
        let Some(publish) = publish_in(packet) else { return Ok(()) };
        match (publish.properties.topic_alias(), publish.topic.is_empty()) {
            (None, _) => Err(Finding::absent(PropertyId::TopicAlias.name())),
            (Some(_), true) => Err(Finding::told("no-topic", [])),
            (Some(_), false) => Ok(()),
        }
    })
}

/// Shorter than without, as long, or longer.
fn cost_of_first_use(evidence: &Evidence) -> Option<usize> {
    let (_, first) = weighed(evidence).find(|(_, weighed)| weighed.sets())?;
    Some(match first.saved() {
        1.. => 0,
        0 => 1,
        ..0 => 2,
    })
}

fn topic_left_out(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |record, packet| {
        if packet.properties().topic_alias().is_none() {
            return Err(Finding::absent(PropertyId::TopicAlias.name()));
        }
        match weigh(evidence.capture, record) {
            Some(weighed) if weighed.uses() => Ok(()),
            Some(weighed) => Err(Finding::told("topic-still-there", [&weighed.topic.len()])),
            None => Err(Finding::told("unknown-alias", [])),
        }
    })
}

/// Less than a quarter of the packet with its topic, up to a half, or more.
fn share_that_is_left(evidence: &Evidence) -> Option<usize> {
    let (_, repeat) = weighed(evidence).find(|(_, weighed)| weighed.uses())?;
    Some(match repeat.with * 100 / repeat.without.max(1) {
        ..25 => 0,
        25..=50 => 1,
        _ => 2,
    })
}

/// Everything with an alias together, the three bytes of each first use included.
fn saved_enough(evidence: &Evidence) -> Verdict {
    let mut saved = 0;
    let mut counted = Vec::new();
    for (record, weighed) in weighed(evidence).filter(|(_, weighed)| weighed.alias.is_some()) {
        saved += weighed.saved();
        counted.push(record.id);
        if saved >= GOAL {
            return Ok(vec![counted[0], record.id]);
        }
    }
    Err(Unmet::NotYet(Finding::told("saved-so-far", [&saved, &GOAL])))
}

/// A message that was sent with the alias alone arrives with its topic, which the Server has put back,
/// or with an alias that the subscriber itself has allowed.
fn delivered_in_full(evidence: &Evidence) -> Verdict {
    let Some((first, sent)) = weighed(evidence).find(|(_, weighed)| weighed.uses()) else {
        return Err(Unmet::NotYet(Finding::told("nothing-sent", [])));
    };
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    judge(arrived.filter(|record| record.id > first.id), nothing, |record, _| {
        match weigh(evidence.capture, record) {
            Some(arrived) if arrived.topic == sent.topic => Ok(()),
            Some(arrived) => Err(Finding::differs("Topic Name", arrived.topic, &sent.topic)),
            None => Err(Finding::absent("Topic Name")),
        }
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
/// Bytes to be saved, and how many repetitions the button sends for it.
const GOAL: i64 = 200;
const MORE: usize = 4;
