//! Aliases in the other direction: the subscriber allows them, the Server hands them out.

use super::{TOPIC, alias_of, part, reading};
use crate::analysis::savings::{Weighed, weigh};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, connect_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check, figure, judge,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-from-the-server",
    broker: Broker::InTab,
    spec: &["3.1.2.11.5", "3.3.2.3.4"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER)],
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
            id: "allow",
            by_hand: Some(ByHand { act: allow, field: "Topic Alias Maximum" }),
            check: allowed,
            values: |evidence, records| vec![("maximum", maximum(evidence, records))],
            ..Step::PLAIN
        },
        Step {
            id: "subscribe",
            controls: &[|cast| Move::Act(watch(cast))],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "first",
            controls: &[|cast| Move::Act(with_alias(cast))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: whose_alias }),
            check: taught,
            values: |evidence, records| vec![("alias", alias_of(evidence, records.first()))],
            ..Step::PLAIN
        },
        Step {
            id: "next",
            prediction: Some(Prediction { asks: Asks::Number, outcome: size_on_arrival }),
            check: used,
            values: |evidence, records| {
                let size =
                    |id: Option<&RecordId>| size(evidence, id).unwrap_or_default().to_string();
                let alias = alias_of(evidence, records.last());
                vec![("in", size(records.first())), ("out", size(records.last())), ("alias", alias)]
            },
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    figures: &[
        // Behind the fixed part of CONNECT, which has 12 bytes, and its Property Length.
        Figure { name: "five", value: |cast| part(&figure::bytes(&allow(cast)), 13..16) },
        Figure { name: "plain", value: |cast| figure::size(&without_alias(cast)) },
    ],
    solution: |cast| {
        vec![
            Move::Act(allow(cast)),
            Move::Act(watch(cast)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(with_alias(cast)),
            Move::Act(without_alias(cast)),
        ]
    },
    par: 5,
    ..Exercise::PLAIN
};

fn allow(cast: &Cast) -> Act {
    connect_with(cast, SUBSCRIBER, [Property::TopicAliasMaximum(5)])
}

fn watch(_: &Cast) -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn with_alias(_: &Cast) -> Act {
    Act::publish(PUBLISHER, reading(TOPIC, Some(PUBLISHERS_ALIAS)))
}

fn without_alias(_: &Cast) -> Act {
    Act::publish(PUBLISHER, reading(TOPIC, None))
}

/// Topic Alias Maximum above 0 in CONNECT, and the CONNACK to it.
fn allowed(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::Connect);
    let asked = judge(evidence.sent(SUBSCRIBER, PacketType::Connect), nothing, |_, packet| {
        match packet.properties().topic_alias_maximum() {
            None => Err(Finding::absent(PropertyId::TopicAliasMaximum.name())),
            Some(0) => Err(Finding::told("none-allowed", [])),
            Some(_) => Ok(()),
        }
    });
    check::all([asked, check::connected(evidence, SUBSCRIBER)])
}

/// The Topic Alias Maximum of the CONNECT among these records.
fn maximum(evidence: &Evidence, records: &[RecordId]) -> String {
    let packets = records.iter().filter_map(|id| evidence.capture.get(*id)?.valid_packet());
    let mut connects = packets.filter(|packet| packet.packet_type() == PacketType::Connect);
    let maximum = connects.find_map(|connect| connect.properties().topic_alias_maximum());
    maximum.map_or_else(String::new, |maximum| maximum.to_string())
}

fn delivered<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Record, Weighed)> + use<'a> {
    let capture = evidence.capture;
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    arrived.filter_map(move |record| Some((record, weigh(capture, record)?)))
}

/// A message that makes an alias of the Server's known.
fn taught(evidence: &Evidence) -> Verdict {
    let mut unmet = Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish));
    for (record, weighed) in delivered(evidence) {
        if weighed.sets() {
            return Ok(vec![record.id]);
        }
        unmet = Unmet::by(record.id, Finding::told("no-alias-set", [&weighed.with]));
    }
    Err(unmet)
}

/// The publisher's, one of the Server's own, or none.
fn whose_alias(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let packet = evidence.capture.get(*records.first()?)?.valid_packet()?;
    Some(match packet.properties().topic_alias() {
        Some(PUBLISHERS_ALIAS) => 0,
        Some(_) => 1,
        None => 2,
    })
}

/// A message that left the publisher with its topic and no alias, and has reached the subscriber with the
/// Server's alias alone.
fn used(evidence: &Evidence) -> Verdict {
    let first = taught(evidence)?[0];
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let mut unmet = Unmet::NotYet(Finding::Waiting);
    for (record, weighed) in delivered(evidence).filter(|(record, _)| record.id > first) {
        let Some((origin, publish)) = sent.iter().rev().find(|(id, _)| *id < record.id) else {
            continue;
        };
        unmet = match publish.properties.topic_alias() {
            Some(alias) => Unmet::by(*origin, Finding::told("publishers-alias", [&alias])),
            None if weighed.uses() => return Ok(vec![*origin, record.id]),
            None => Unmet::by(record.id, Finding::told("no-alias-used", [&weighed.with])),
        };
    }
    Err(unmet)
}

fn size(evidence: &Evidence, record: Option<&RecordId>) -> Option<usize> {
    Some(evidence.capture.get(*record?)?.bytes().len())
}

fn size_on_arrival(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    size(evidence, records.last())
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const PUBLISHERS_ALIAS: u16 = 7;
