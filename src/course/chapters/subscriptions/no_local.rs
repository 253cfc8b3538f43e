//! No Local: a client that does not want its own messages back.

use crate::analysis::answer_to;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish};
use crate::course::support::subscriptions::{Granted, held};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Publish, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "no-local",
    broker: Broker::Any,
    spec: &["3.8.3.1"],
    clients: &[
        ClientSetup {
            role: "alice",
            prepared: |cast| {
                vec![connect(cast, ALICE), subscribe(ALICE, ROOM, false), say(ROOM, "hello, Bob")]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "bob",
            prepared: |cast| vec![connect(cast, BOB), subscribe(BOB, ROOM, false)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "echo",
            controls: &[
                |_| Move::Act(subscribe(ALICE, LOBBY, false)),
                |_| Move::Act(say(LOBBY, "hello?")),
            ],
            check: heard_itself,
            ..Step::PLAIN
        },
        Step {
            id: "no-local",
            by_hand: Some(ByHand { act: |_| subscribe(ALICE, ROOM, true), field: "No Local" }),
            prediction: Some(Prediction { asks: Asks::Byte, outcome: options_byte }),
            check: |evidence| {
                let grant = without_echo(evidence)?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            values: |evidence, records| {
                let parts = options(evidence, records);
                let byte: u8 = parts.iter().map(|(_, worth)| worth).sum();
                let told = parts.iter().map(|(option, worth)| format!("{option}: {worth}"));
                let sum = told.collect::<Vec<_>>().join(", ");
                vec![("sum", sum), ("byte", format!("{byte:02X}"))]
            },
            ..Step::PLAIN
        },
        Step {
            id: "silence",
            controls: &[
                |_| Move::Act(subscribe(BOB, ROOM, false)),
                |_| Move::Act(say(ROOM, "hello, Bob")),
            ],
            check: only_bob_heard,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let (alice, bob) = (connect(cast, ALICE), connect(cast, BOB));
        let echo = [
            alice,
            subscribe(ALICE, LOBBY, false),
            say(LOBBY, "hello?"),
            subscribe(ALICE, ROOM, true),
        ];
        let silence = [bob, subscribe(BOB, ROOM, false), say(ROOM, "hello, Bob")];
        echo.into_iter().chain(silence).map(Move::Act).collect()
    },
    // Two CONNECT, three SUBSCRIBE, two PUBLISH, and a PUBACK for each of the two deliveries.
    par: 9,
    ..Exercise::PLAIN
};

fn subscribe(slot: ClientSlot, topic_filter: &str, no_local: bool) -> Act {
    let subscription = Subscription {
        topic_filter: topic_filter.into(),
        qos: QoS::AtLeastOnce,
        no_local,
        ..Subscription::default()
    };
    Act::subscribe(slot, [], [subscription])
}

fn say(topic: &str, words: &str) -> Act {
    publish(ALICE, topic, QoS::AtLeastOnce, words)
}

/// A message of her own has come back.
fn heard_itself(evidence: &Evidence) -> Verdict {
    let said = check::messages(evidence.sent(ALICE, PacketType::Publish));
    if said.is_empty() {
        return Err(Evidence::not_sent(ALICE, PacketType::Publish).into());
    }
    let heard = check::messages(evidence.received(ALICE, PacketType::Publish));
    let echo = heard.iter().rev().find_map(|(at, echo)| {
        let is_it = |(id, said): &&(RecordId, Publish)| {
            id < at && said.topic == echo.topic && said.payload == echo.payload
        };
        let (sent, _) = said.iter().rfind(is_it)?;
        Some(vec![*sent, *at])
    });
    Ok(echo.ok_or_else(|| Evidence::not_received(ALICE, PacketType::Publish))?)
}

/// Alice's latest subscription has No Local.
fn without_echo(evidence: &Evidence) -> Result<Granted, Unmet> {
    let mut held = held(evidence, ALICE);
    let Some(latest) = held.pop() else {
        return Err(Evidence::not_received(ALICE, PacketType::SubAck).into());
    };
    match latest.subscription.no_local {
        true => Ok(latest),
        false => Err(Unmet::by(latest.subscribe, Finding::differs("No Local", 0, 1))),
    }
}

/// What the options byte is made of: each option that is set, and what it adds (§3.8.3.1).
fn options(evidence: &Evidence, records: &[RecordId]) -> Vec<(String, u8)> {
    let subscribe = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let Some(Packet::Subscribe(sent)) = subscribe else { return Vec::new() };
    let Some(asked) = sent.subscriptions.iter().find(|asked| asked.no_local) else {
        return Vec::new();
    };
    let (qos, handling) = (asked.qos.bits(), asked.retain_handling.bits());
    let parts = [
        (format!("QoS {qos}"), qos),
        ("No Local".to_owned(), u8::from(asked.no_local) << 2),
        ("Retain As Published".to_owned(), u8::from(asked.retain_as_published) << 3),
        (format!("Retain Handling {handling}"), handling << 4),
    ];
    parts.into_iter().filter(|(_, worth)| *worth > 0).collect()
}

fn options_byte(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let parts = options(evidence, records);
    (!parts.is_empty()).then(|| parts.iter().map(|(_, worth)| usize::from(*worth)).sum())
}

/// Alice's latest message has reached Bob and not her. Her PUBACK marks the moment at which her copy would
/// have been on its way.
fn only_bob_heard(evidence: &Evidence) -> Verdict {
    let Some(grant) = held(evidence, ALICE).into_iter().rfind(|one| one.subscription.no_local)
    else {
        return Err(Finding::told("nothing-said", []).into());
    };
    let said = check::messages(evidence.sent(ALICE, PacketType::Publish));
    let is_meant =
        |(id, message): &&(RecordId, Publish)| *id > grant.suback && grant.matches(&message.topic);
    let Some((id, message)) = said.iter().rfind(is_meant) else {
        return Err(Finding::told("nothing-said", []).into());
    };
    Finding::unless_equal("QoS", message.qos.bits().min(1), 1)
        .map_err(|finding| Unmet::by(*id, finding))?;
    let copy_at = |client| -> Option<RecordId> {
        let heard = check::messages(evidence.received(client, PacketType::Publish));
        let copy = heard.into_iter().find(|(at, m)| at > id && m.payload == message.payload)?;
        Some(copy.0)
    };
    if let Some(by) = copy_at(ALICE) {
        return Err(Unmet::by(by, Finding::told("echo", [])));
    }
    let Some(puback) = answer_to(evidence.capture, *id) else {
        return Err(Evidence::not_received(ALICE, PacketType::PubAck).into());
    };
    match copy_at(BOB) {
        Some(copy) => Ok(vec![*id, puback.id, copy]),
        None => Err(Evidence::not_received(BOB, PacketType::Publish).into()),
    }
}

const ALICE: ClientSlot = ClientSlot(0);
const BOB: ClientSlot = ClientSlot(1);
const LOBBY: &str = "factory/osaka/chat/lobby";
const ROOM: &str = "factory/osaka/chat/room";
