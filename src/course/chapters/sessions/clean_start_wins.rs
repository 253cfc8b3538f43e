//! Clean Start 1 ends a Session, however long it was to live.

use super::{connect, leave};
use crate::capture::{ClientSlot, answer_to};
use crate::course::chapters::common::{self, publish, subscribe};
use crate::course::connections::{Connection, connections};
use crate::course::subscriptions::granted;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "clean-start-wins",
    broker: Broker::Any,
    spec: &["3.1.2.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![begin(cast, true), to_news(), leave(CLIENT)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![common::connect(cast, PUBLISHER), news()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "keep",
            controls: &[
                |cast| Move::Act(begin(cast, true)),
                |_| Move::Act(to_news()),
                |_| Move::Act(leave(CLIENT)),
            ],
            check: kept,
            ..Step::PLAIN
        },
        Step {
            id: "clean",
            controls: &[|cast| Move::Act(begin(cast, true))],
            prediction: Some(Prediction { options: 3, outcome: what_was_left }),
            check: began_anew,
        },
        Step {
            id: "proof",
            controls: &[|_| Move::Act(news())],
            check: nothing_comes,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let before = [begin(cast, true), to_news(), leave(CLIENT), begin(cast, true)];
        let proof = [common::connect(cast, PUBLISHER), news()];
        before.into_iter().chain(proof).map(Move::Act).collect()
    },
    par: 6,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast, clean_start: bool) -> Act {
    connect(cast, CLIENT, clean_start, Some(300))
}

fn to_news() -> Act {
    subscribe(CLIENT, TOPIC, QoS::AtLeastOnce)
}

fn news() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "is anybody there?")
}

fn kept(evidence: &Evidence) -> Verdict {
    let grants = granted(evidence, CLIENT);
    let Some(grant) = grants.first() else {
        return check::answered_well(evidence, CLIENT, PacketType::SubAck);
    };
    let Some(first) = first_left(evidence) else {
        return Verdict::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect));
    };
    match (first.session_expiry_interval(), &first.disconnect) {
        (1.., Some((end, _))) => Verdict::Met(vec![first.connect.0, grant.subscribe, *end]),
        _ => {
            let name = PropertyId::SessionExpiryInterval.name();
            let finding = Finding::differs(name, 0, 300);
            Verdict::Contradicted { by: first.connect.0, finding }
        }
    }
}

fn first_left(evidence: &Evidence) -> Option<Connection> {
    connections(evidence, CLIENT).into_iter().find(|connection| connection.disconnect.is_some())
}

fn second(evidence: &Evidence) -> Option<Connection> {
    let (left, _) = first_left(evidence)?.disconnect?;
    let mut later = connections(evidence, CLIENT).into_iter();
    later.find(|c| c.connect.0 > left && c.session_present().is_some())
}

/// Clean Start 1, and Session Present 0 [MQTT-3.1.2-4] [MQTT-3.2.2-2].
fn began_anew(evidence: &Evidence) -> Verdict {
    let open = kept(evidence);
    if !open.is_met() {
        return open;
    }
    let Some(back) = second(evidence) else {
        return Verdict::NotYet(Finding::told("not-back", []));
    };
    let by = back.connect.0;
    match (back.connect.1.clean_start, back.session_present()) {
        (false, _) => Verdict::Contradicted { by, finding: Finding::differs("Clean Start", 0, 1) },
        (true, Some(false)) => Verdict::Met(back.handshake()),
        _ => Verdict::Contradicted { by, finding: Finding::differs("Session Present", 1, 0) },
    }
}

fn what_was_left(evidence: &Evidence) -> Option<usize> {
    began_anew(evidence).is_met().then_some(2)
}

/// A message published after that is acknowledged and has not come: the subscription went too.
fn nothing_comes(evidence: &Evidence) -> Verdict {
    let open = began_anew(evidence);
    let Some(back) = second(evidence).filter(|_| open.is_met()) else { return open };
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let after = sent.into_iter().find(|(id, m)| *id > back.connect.0 && m.topic == TOPIC);
    let Some((sent, _)) = after else {
        return Verdict::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish));
    };
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    if let Some((by, _)) = arrived.iter().find(|(id, _)| *id > back.connect.0) {
        return Verdict::Contradicted { by: *by, finding: Finding::told("came-all-the-same", []) };
    }
    match answer_to(evidence.capture, sent) {
        Some(puback) => Verdict::Met(vec![sent, puback.id]),
        None => Verdict::NotYet(Evidence::not_received(PUBLISHER, PacketType::PubAck)),
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/session/clean";
