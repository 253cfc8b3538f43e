//! Waiting past the interval: the Session is gone.

use super::{connect, leave, longer, short};
use crate::capture::ClientSlot;
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId};

pub static EXERCISE: Exercise = Exercise {
    id: "expire",
    broker: Broker::Any,
    spec: &["3.1.2.11.2", "4.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![begin(cast), leave(CLIENT)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "leave",
            controls: &[|cast| Move::Act(begin(cast)), |_| Move::Act(leave(CLIENT))],
            check: left,
            ..Step::PLAIN
        },
        Step {
            id: "late",
            controls: &[
                |cast| Move::Wait(longer(cast)),
                |cast| Move::Act(connect(cast, CLIENT, false, Some(short(cast)))),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(2),
                outcome: |evidence, _| session_present(evidence),
            }),
            check: came_too_late,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(begin(cast)),
            Move::Act(leave(CLIENT)),
            Move::Wait(longer(cast)),
            Move::Act(connect(cast, CLIENT, false, Some(short(cast)))),
        ]
    },
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, CLIENT, true, Some(short(cast)))
}

fn first_left(evidence: &Evidence) -> Option<Connection> {
    let mut all = connections(evidence, CLIENT).into_iter();
    all.find(|c| c.disconnect.is_some() && c.session_expiry_interval() > 0)
}

fn left(evidence: &Evidence) -> Verdict {
    match first_left(evidence) {
        Some(connection) => {
            let end = connection.disconnect.iter().map(|(id, _)| *id);
            Ok([connection.connect.0].into_iter().chain(end).collect())
        }
        None => match connections(evidence, CLIENT).iter().find(|c| c.disconnect.is_some()) {
            Some(connection) => {
                let by = connection.connect.0;
                let name = PropertyId::SessionExpiryInterval.name();
                Err(Unmet::Contradicted { by, finding: Finding::differs(name, 0, 60) })
            }
            None => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect))),
        },
    }
}

/// The latest return with Clean Start 0.
fn back(evidence: &Evidence) -> Option<Connection> {
    let (left, _) = first_left(evidence)?.disconnect?;
    let mut all = connections(evidence, CLIENT).into_iter();
    all.rfind(|c| c.connect.0 > left && !c.connect.1.clean_start && c.connack.is_some())
}

fn came_too_late(evidence: &Evidence) -> Verdict {
    let open = left(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(connection) = back(evidence) else {
        let clean =
            connections(evidence, CLIENT).into_iter().skip(1).find(|c| c.connect.1.clean_start);
        return match clean {
            Some(clean) => {
                let finding = Finding::differs("Clean Start", 1, 0);
                Err(Unmet::Contradicted { by: clean.connect.0, finding })
            }
            None => Err(Unmet::NotYet(Finding::told("not-back", []))),
        };
    };
    match connection.session_present() {
        Some(false) => Ok(connection.handshake()),
        _ => {
            let by = connection.connect.0;
            Err(Unmet::Contradicted { by, finding: Finding::told("too-early", []) })
        }
    }
}

fn session_present(evidence: &Evidence) -> Option<usize> {
    came_too_late(evidence).is_ok().then_some(0)
}

const CLIENT: ClientSlot = ClientSlot(0);
