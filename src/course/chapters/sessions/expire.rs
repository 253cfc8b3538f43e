//! Waiting past the interval: the Session is gone.

use super::{connect, leave, longer, seconds, short};
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::connections::{Connection, accepted, latest_absence};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::PacketType;

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
    figures: &[
        Figure { name: "interval", value: |cast| short(cast).to_string() },
        Figure { name: "pause", value: |cast| longer(cast).as_secs().to_string() },
    ],
    steps: &[
        Step {
            id: "leave",
            controls: &[|cast| Move::Act(begin(cast)), |_| Move::Act(leave(CLIENT))],
            check: left,
            values: |evidence, _| left_with(evidence).into_iter().collect(),
            ..Step::PLAIN
        },
        Step {
            id: "late",
            controls: &[|cast| Move::Wait(longer(cast))],
            by_hand: Some(ByHand { act: back, field: "Clean Start" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: session_present }),
            check: came_too_late,
            values: times,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(begin(cast)),
            Move::Act(leave(CLIENT)),
            Move::Wait(longer(cast)),
            Move::Act(back(cast)),
        ]
    },
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, CLIENT, true, Some(short(cast)))
}

fn back(cast: &Cast) -> Act {
    connect(cast, CLIENT, false, Some(short(cast)))
}

/// The latest time away. It began with a Session that was left for a while.
fn absence(evidence: &Evidence) -> Result<(Connection, RecordId, Option<Connection>), Unmet> {
    let not_left = || Evidence::not_sent(CLIENT, PacketType::Disconnect);
    let (before, back) = latest_absence(evidence, CLIENT).ok_or_else(not_left)?;
    before.leaves_session(60).map_err(|finding| Unmet::by(before.connect.0, finding))?;
    let end = before.end.ok_or_else(not_left)?;
    Ok((before, end, back))
}

fn left(evidence: &Evidence) -> Verdict {
    let (before, end, _) = absence(evidence)?;
    Ok(vec![before.connect.0, end])
}

/// Clean Start 0, and yet Session Present 0 [MQTT-3.2.2-3].
fn came_too_late(evidence: &Evidence) -> Verdict {
    let (before, end, back) = absence(evidence)?;
    let back = back.ok_or_else(|| Finding::told("not-back", []))?;
    back.asks_for_session_of(&before)?;
    let by = back.connect.0;
    if back.session_present() == Some(true) {
        let away = seconds(evidence, end, by);
        let interval = before.session_expiry_interval();
        return Err(Unmet::by(by, Finding::told("too-early", [&away, &interval])));
    }
    Ok([end].into_iter().chain(back.handshake()).collect())
}

/// The CONNACK was a success; what it says of the Session.
fn session_present(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let back = accepted(evidence, CLIENT).into_iter().find(|it| records.contains(&it.connect.0))?;
    back.session_present().map(usize::from)
}

fn left_with(evidence: &Evidence) -> Option<(&'static str, String)> {
    let (before, ..) = absence(evidence).ok()?;
    Some(("asked", before.session_expiry_interval().to_string()))
}

fn times(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let away = match records {
        [end, back, ..] => Some(("away", seconds(evidence, *end, *back))),
        _ => None,
    };
    left_with(evidence).into_iter().chain(away).collect()
}

const CLIENT: ClientSlot = ClientSlot(0);
