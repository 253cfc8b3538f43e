//! Coming back: Session Present 1, no new SUBSCRIBE, and the messages of the meantime.

use super::create::{ALERTS, MESSAGES, filled, subscribe};
use super::{connect, leave};
use crate::capture::ClientSlot;
use crate::course::chapters::common::{self, publish};
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "resume",
    broker: Broker::Any,
    spec: &["3.1.2.4", "3.2.2.1.1", "4.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![begin(cast), subscribe(), leave(CLIENT)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![common::connect(cast, PUBLISHER), message()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "away",
            controls: &[
                |cast| Move::Act(begin(cast)),
                |_| Move::Act(subscribe()),
                |_| Move::Act(leave(CLIENT)),
            ],
            check: away,
            ..Step::PLAIN
        },
        Step {
            id: "meanwhile",
            controls: &[|_| Move::Act(message()), |_| Move::Act(alert())],
            check: published_meanwhile,
            ..Step::PLAIN
        },
        Step {
            id: "back",
            controls: &[|cast| Move::Act(back(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_was_there(evidence),
            }),
            check: resumed,
            ..Step::PLAIN
        },
        Step { id: "waiting", check: everything_came, ..Step::PLAIN },
    ],
    solution: |cast| {
        let before = [begin(cast), subscribe(), leave(CLIENT)];
        let meanwhile = [common::connect(cast, PUBLISHER), message(), alert(), back(cast)];
        before.into_iter().chain(meanwhile).map(Move::Act).collect()
    },
    // Three CONNECT, SUBSCRIBE, DISCONNECT, PUBLISH and its PUBACK, PUBLISH, PUBREL, PUBREC and PUBCOMP.
    par: 11,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, CLIENT, true, Some(60))
}

fn back(cast: &Cast) -> Act {
    connect(cast, CLIENT, false, Some(120))
}

fn message() -> Act {
    publish(PUBLISHER, MESSAGES, QoS::AtLeastOnce, "while you were away")
}

fn alert() -> Act {
    publish(PUBLISHER, ALERTS, QoS::ExactlyOnce, "an alert, exactly once")
}

/// The first connection that was left with a DISCONNECT.
fn first_left(evidence: &Evidence) -> Option<Connection> {
    connections(evidence, CLIENT).into_iter().find(|connection| connection.disconnect.is_some())
}

fn away(evidence: &Evidence) -> Verdict {
    let subscribed = filled(evidence);
    if !subscribed.is_ok() {
        return subscribed;
    }
    match first_left(evidence) {
        None => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect))),
        Some(connection) if connection.session_expiry_interval() == 0 => {
            let name = PropertyId::SessionExpiryInterval.name();
            let by = connection.connect.0;
            Err(Unmet::Contradicted { by, finding: Finding::differs(name, 0, 60) })
        }
        Some(connection) => {
            let end = connection.disconnect.iter().map(|(id, _)| *id);
            Ok([connection.connect.0].into_iter().chain(end).collect())
        }
    }
}

/// A message for each subscription, while the subscriber is away.
fn published_meanwhile(evidence: &Evidence) -> Verdict {
    let Some(Connection { disconnect: Some((left, _)), .. }) = first_left(evidence) else {
        return away(evidence);
    };
    let back = connections(evidence, CLIENT).into_iter().map(|c| c.connect.0).find(|id| *id > left);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let mut records = Vec::new();
    for topic in [MESSAGES, ALERTS] {
        let found = sent.iter().find(|(id, message)| {
            message.topic == topic && *id > left && back.is_none_or(|back| *id < back)
        });
        match found {
            Some((id, _)) => records.push(*id),
            None => return Err(Unmet::NotYet(Finding::told("none-meanwhile", [&topic]))),
        }
    }
    Ok(records)
}

/// The connection after that, accepted.
fn second(evidence: &Evidence) -> Option<Connection> {
    let (left, _) = first_left(evidence)?.disconnect?;
    connections(evidence, CLIENT).into_iter().find(|c| c.connect.0 > left && c.connack.is_some())
}

/// Clean Start 0 and Session Present 1 [MQTT-3.1.2-5] [MQTT-3.2.2-3].
fn resumed(evidence: &Evidence) -> Verdict {
    let open = published_meanwhile(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(connection) = second(evidence) else {
        return Err(Unmet::NotYet(Finding::told("not-back", [])));
    };
    let by = connection.connect.0;
    match connection.session_present() {
        _ if connection.connect.1.clean_start => {
            Err(Unmet::Contradicted { by, finding: Finding::differs("Clean Start", 1, 0) })
        }
        Some(true) => Ok(connection.handshake()),
        _ => Err(Unmet::Contradicted { by, finding: Finding::differs("Session Present", 0, 1) }),
    }
}

fn what_was_there(evidence: &Evidence) -> Option<usize> {
    let connection = second(evidence)?;
    if connection.session_present()? {
        // Whether the subscription still works shows in what arrives.
        return everything_came(evidence).is_ok().then_some(1);
    }
    Some(0)
}

/// Both messages, on the second connection, without a SUBSCRIBE on it.
fn everything_came(evidence: &Evidence) -> Verdict {
    let open = resumed(evidence);
    let Some(connection) = second(evidence).filter(|_| open.is_ok()) else { return open };
    let mut subscribes = evidence.sent(CLIENT, PacketType::Subscribe);
    if let Some(again) = subscribes.find(|record| record.connection == connection.id) {
        let finding = Finding::told("subscribed-again", []);
        return Err(Unmet::Contradicted { by: again.id, finding });
    }
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let mut records = Vec::new();
    for topic in [MESSAGES, ALERTS] {
        let came = arrived.iter().find(|(id, m)| m.topic == topic && *id > connection.connect.0);
        match came {
            Some((id, _)) => records.push(*id),
            None => return Err(Unmet::NotYet(Finding::told("not-come", [&topic]))),
        }
    }
    Ok(records)
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
