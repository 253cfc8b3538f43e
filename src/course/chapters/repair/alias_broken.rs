//! A program that uses its alias on every new connection without setting it first.

use bytes::Bytes;

use crate::capture::{ClientSlot, Entry};
use crate::course::chapters::common::{connect, has_ended, publish_with, subscribe};
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, Property, Publish, QoS, Sender, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-broken",
    broker: Broker::Any,
    spec: &["3.3.2.3.4"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), with_alias(TOPIC)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_readings()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    steps: &[
        Step {
            id: "look",
            controls: &[
                |cast| Move::Act(connect(cast, PUBLISHER)),
                |_| Move::Act(as_the_program_does()),
            ],
            check: was_dropped,
            ..Step::PLAIN
        },
        Step { id: "mend", controls: &[|_| Move::Act(to_readings())], check: works, ..Step::PLAIN },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(as_the_program_does()),
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(to_readings()),
            // Once it has been dropped, which may take the server a moment.
            Move::React(|cast, evidence| {
                has_ended(evidence, PUBLISHER).then(|| connect(cast, PUBLISHER))
            }),
            Move::Act(with_alias(TOPIC)),
            Move::Act(with_alias("")),
        ]
    },
    // Three CONNECT, SUBSCRIBE, three PUBLISH.
    par: 7,
    ..Exercise::PLAIN
};

fn to_readings() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn with_alias(topic: &str) -> Act {
    publish_with(PUBLISHER, topic, QoS::AtMostOnce, [Property::TopicAlias(1)], b"21.5")
}

/// The first message of a connection: no topic, and an alias that stands for nothing.
fn as_the_program_does() -> Act {
    let publish = Publish {
        properties: [Property::TopicAlias(1)].into(),
        payload: Bytes::from_static(b"21.5"),
        ..Publish::default()
    };
    let bytes = encode(&Packet::Publish(publish)).unwrap_or_else(|_| Bytes::new());
    Act { client: PUBLISHER, action: Action::SendBytes(bytes) }
}

/// After a PUBLISH without topic the server has ended the connection, with DISCONNECT or without.
fn was_dropped(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-sent-yet", [])));
    for record in evidence.sent(PUBLISHER, PacketType::Publish) {
        let Some(Packet::Publish(publish)) = record.valid_packet() else { continue };
        if !publish.topic.is_empty() {
            continue;
        }
        let told = evidence.capture.following(record.id).find(|other| {
            matches!(&other.entry, Entry::Closed(close) if close.by != Some(Sender::Client))
                || (other.packet_type() == Some(PacketType::Disconnect)
                    && other.sender() == Some(Sender::Server))
        });
        match told {
            Some(end) => return Ok(vec![record.id, end.id]),
            None => verdict = Err(Unmet::NotYet(Finding::told("still-connected", []))),
        }
    }
    verdict
}

/// A message without topic has reached the subscriber: its alias stood for one.
fn works(evidence: &Evidence) -> Verdict {
    let open = was_dropped(evidence);
    let Ok(dropped) = open else { return open };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let mut after = sent.into_iter().filter(|(id, _)| *id > dropped[1]).peekable();
    if after.peek().is_none() {
        return Err(Unmet::NotYet(Finding::told("nothing-since", [])));
    }
    let Some((short, _)) = after.find(|(_, message)| message.topic.is_empty()) else {
        return Err(Unmet::NotYet(Finding::told("no-saving", [])));
    };
    match arrived.iter().find(|(id, _)| *id > short) {
        Some((id, _)) => Ok(vec![short, *id]),
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/repair/osaka/line-3/robot-07/temperature";
