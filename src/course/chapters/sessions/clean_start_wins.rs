//! Clean Start 1 ends a Session, however long it was to live.

use super::{connect, leave};
use crate::capture::{ClientSlot, answer_to};
use crate::course::chapters::common::{self, publish, subscribe};
use crate::course::connections::{Connection, connections};
use crate::course::subscriptions::granted;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
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
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_was_left(evidence),
            }),
            check: began_anew,
            ..Step::PLAIN
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
        return Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect)));
    };
    match (first.session_expiry_interval(), &first.disconnect) {
        (1.., Some((end, _))) => Ok(vec![first.connect.0, grant.subscribe, *end]),
        _ => {
            let name = PropertyId::SessionExpiryInterval.name();
            let finding = Finding::differs(name, 0, 300);
            Err(Unmet::Contradicted { by: first.connect.0, finding })
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
    if !open.is_ok() {
        return open;
    }
    let Some(back) = second(evidence) else {
        return Err(Unmet::NotYet(Finding::told("not-back", [])));
    };
    let by = back.connect.0;
    match (back.connect.1.clean_start, back.session_present()) {
        (false, _) => {
            Err(Unmet::Contradicted { by, finding: Finding::differs("Clean Start", 0, 1) })
        }
        (true, Some(false)) => Ok(back.handshake()),
        _ => Err(Unmet::Contradicted { by, finding: Finding::differs("Session Present", 1, 0) }),
    }
}

fn what_was_left(evidence: &Evidence) -> Option<usize> {
    began_anew(evidence).is_ok().then_some(2)
}

/// A message published after that is acknowledged and has not come: the subscription went too.
fn nothing_comes(evidence: &Evidence) -> Verdict {
    let open = began_anew(evidence);
    let Some(back) = second(evidence).filter(|_| open.is_ok()) else { return open };
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let after = sent.into_iter().find(|(id, m)| *id > back.connect.0 && m.topic == TOPIC);
    let Some((sent, _)) = after else {
        return Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    };
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    if let Some((by, _)) = arrived.iter().find(|(id, _)| *id > back.connect.0) {
        return Err(Unmet::Contradicted {
            by: *by,
            finding: Finding::told("came-all-the-same", []),
        });
    }
    match answer_to(evidence.capture, sent) {
        Some(puback) => Ok(vec![sent, puback.id]),
        None => Err(Unmet::NotYet(Evidence::not_received(PUBLISHER, PacketType::PubAck))),
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/session/clean";
