//! Waiting past the interval: the Session is gone.

use super::{connect, leave, longer, short};
use crate::capture::ClientSlot;
use crate::course::connections::{Connection, connections};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict,
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
            prediction: Some(Prediction { options: 2, outcome: session_present }),
            check: came_too_late,
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
            Verdict::Met([connection.connect.0].into_iter().chain(end).collect())
        }
        None => match connections(evidence, CLIENT).iter().find(|c| c.disconnect.is_some()) {
            Some(connection) => {
                let by = connection.connect.0;
                let name = PropertyId::SessionExpiryInterval.name();
                Verdict::Contradicted { by, finding: Finding::differs(name, 0, 60) }
            }
            None => Verdict::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect)),
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
    if !open.is_met() {
        return open;
    }
    let Some(connection) = back(evidence) else {
        let clean =
            connections(evidence, CLIENT).into_iter().skip(1).find(|c| c.connect.1.clean_start);
        return match clean {
            Some(clean) => {
                let finding = Finding::differs("Clean Start", 1, 0);
                Verdict::Contradicted { by: clean.connect.0, finding }
            }
            None => Verdict::NotYet(Finding::told("not-back", [])),
        };
    };
    match connection.session_present() {
        Some(false) => Verdict::Met(connection.handshake()),
        _ => {
            let by = connection.connect.0;
            Verdict::Contradicted { by, finding: Finding::told("too-early", []) }
        }
    }
}

fn session_present(evidence: &Evidence) -> Option<usize> {
    came_too_late(evidence).is_met().then_some(0)
}

const CLIENT: ClientSlot = ClientSlot(0);
