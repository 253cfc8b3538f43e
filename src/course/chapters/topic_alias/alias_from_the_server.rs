//! Aliases in the other direction: the subscriber allows them, the Server hands them out.

use super::{TOPIC, reading};
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::{connect, connect_with, subscribe};
use crate::course::savings::{Weighed, weigh};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check, judge,
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
            prepared: |cast| vec![connect(cast, PUBLISHER), with_alias(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![allow(cast), watch(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "allow",
            controls: &[|cast| Move::Act(allow(cast))],
            check: allowed,
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
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| whose_alias(evidence),
            }),
            check: |evidence| arrived(evidence, Weighed::sets, "no-alias-set"),
            ..Step::PLAIN
        },
        Step {
            id: "next",
            controls: &[|cast| Move::Act(without_alias(cast))],
            check: |evidence| arrived(evidence, Weighed::uses, "no-alias-used"),
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
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

fn delivered<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Record, Weighed)> + use<'a> {
    let capture = evidence.capture;
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    arrived.filter_map(move |record| Some((record, weigh(capture, record)?)))
}

fn arrived(evidence: &Evidence, fits: fn(&Weighed) -> bool, otherwise: &'static str) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish)));
    for (record, weighed) in delivered(evidence) {
        if fits(&weighed) {
            return Ok(vec![record.id]);
        }
        let finding = Finding::told(otherwise, [&weighed.with]);
        verdict = Err(Unmet::Contradicted { by: record.id, finding });
    }
    verdict
}

/// The publisher's, one of the Server's own, or none.
fn whose_alias(evidence: &Evidence) -> Option<usize> {
    let (_, first) = delivered(evidence).next()?;
    Some(match first.alias {
        Some(PUBLISHERS_ALIAS) => 0,
        Some(_) => 1,
        None => 2,
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const PUBLISHERS_ALIAS: u16 = 7;
