//! No Local: a client that does not want to hear itself.

use crate::capture::{ClientSlot, RecordId, answer_to};
use crate::course::chapters::common::{connect, publish};
use crate::course::subscriptions::granted;
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "no-local",
    broker: Broker::Any,
    spec: &["3.8.3.1"],
    clients: &[
        ClientSetup {
            role: "alice",
            prepared: |cast| {
                vec![connect(cast, ALICE), subscribe(ALICE, LOBBY, false), say(LOBBY, "hello?")]
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
            controls: &[|_| Move::Act(subscribe(ALICE, ROOM, true))],
            check: deafened,
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
        topic_filter: topic_filter.to_owned(),
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
        return Err(Unmet::NotYet(Evidence::not_sent(ALICE, PacketType::Publish)));
    }
    let heard = check::messages(evidence.received(ALICE, PacketType::Publish));
    let echo = heard.iter().find_map(|(id, heard)| {
        let (sent, _) = said.iter().find(|(_, said)| said.payload == heard.payload)?;
        Some(vec![*sent, *id])
    });
    match echo {
        Some(records) => Ok(records),
        None => Err(Unmet::NotYet(Evidence::not_received(ALICE, PacketType::Publish))),
    }
}

/// A subscription with No Local is granted, the only one that matches its topic.
fn deafened(evidence: &Evidence) -> Verdict {
    let grants = granted(evidence, ALICE);
    match grants.iter().find(|one| one.subscription.no_local) {
        Some(one) => Ok(vec![one.subscribe, one.suback]),
        None => Err(Unmet::NotYet(Finding::told("still-local", []))),
    }
}

/// A message sent after that has reached Bob and not Alice. Her PUBACK stands for the moment at which her
/// copy would have been on its way.
fn only_bob_heard(evidence: &Evidence) -> Verdict {
    let open = deafened(evidence);
    let Some(grant) = granted(evidence, ALICE).into_iter().find(|one| one.subscription.no_local)
    else {
        return open;
    };
    let said = check::messages(evidence.sent(ALICE, PacketType::Publish));
    let mut verdict = Err(Unmet::NotYet(Finding::told("nothing-said", [])));
    for (id, message) in said {
        if id < grant.suback || !grant.matches(&message.topic) {
            continue;
        }
        let copy_at = |client| -> Option<RecordId> {
            let heard = check::messages(evidence.received(client, PacketType::Publish));
            heard
                .into_iter()
                .find(|(at, m)| *at > id && m.payload == message.payload)
                .map(|(at, _)| at)
        };
        if let Some(by) = copy_at(ALICE) {
            verdict = Err(Unmet::Contradicted { by, finding: Finding::told("echo", []) });
            continue;
        }
        let answered = message.qos == QoS::AtMostOnce || answer_to(evidence.capture, id).is_some();
        match copy_at(BOB).filter(|_| answered) {
            Some(copy) => return Ok(vec![id, copy]),
            None => verdict = Err(Unmet::NotYet(Evidence::not_received(BOB, PacketType::Publish))),
        }
    }
    verdict
}

const ALICE: ClientSlot = ClientSlot(0);
const BOB: ClientSlot = ClientSlot(1);
const LOBBY: &str = "chat/lobby";
const ROOM: &str = "chat/room";
