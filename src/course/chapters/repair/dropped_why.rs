//! Two sensors, and only one of them is ever connected.

use crate::capture::{ClientSlot, Entry, RecordId};
use crate::course::chapters::common::{connect, has_ended};
use crate::course::support::connections::{Connection, accepted, connections};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Step, Unmet, Verdict,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "dropped-why",
    broker: Broker::Any,
    spec: &["3.1.3.1", "3.1.4", "3.14.2.1"],
    clients: &[
        ClientSetup {
            role: "boiler",
            prepared: |cast| vec![as_copied(cast, BOILER)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "pump",
            prepared: |cast| vec![as_copied(cast, PUMP)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "look",
            controls: &[
                |_| Move::React(|cast, evidence| as_configured(cast, evidence, BOILER)),
                |_| Move::React(|cast, evidence| as_configured(cast, evidence, PUMP)),
            ],
            check: one_was_dropped,
            ..Step::PLAIN
        },
        // The last step of the chapter: by hand alone.
        Step { id: "mend", check: both_stay, ..Step::PLAIN },
    ],
    solution: |cast| {
        vec![
            Move::Act(as_copied(cast, BOILER)),
            Move::Act(as_copied(cast, PUMP)),
            // The configuration was copied with its Client Identifier: each gets its own. The one that was
            // dropped comes back once it has been.
            Move::React(|cast, evidence| {
                has_ended(evidence, BOILER).then(|| connect(cast, BOILER))
            }),
            Move::Act(ping(BOILER)),
            Move::Act(ping(PUMP)),
        ]
    },
    par: 3,
    ..Exercise::PLAIN
};

/// The configuration of the pump, copied to both.
fn as_copied(cast: &Cast, slot: ClientSlot) -> Act {
    let mut act = connect(cast, slot);
    if let Action::Connect(connect) = &mut act.action {
        connect.client_id = cast.client_id(PUMP).into();
    }
    act
}

/// The client's last CONNECT again: once it has been repaired, no button undoes the repair.
fn as_configured(cast: &Cast, evidence: &Evidence, slot: ClientSlot) -> Option<Act> {
    let last = connections(evidence, slot).pop();
    Some(last.map_or_else(|| as_copied(cast, slot), |last| Act::connect(slot, last.connect.1)))
}

fn ping(client: ClientSlot) -> Act {
    Act { client, action: Action::Ping }
}

/// The server ended one connection after the other client's CONNECT with the same name.
fn one_was_dropped(evidence: &Evidence) -> Verdict {
    for (one, other) in [(BOILER, PUMP), (PUMP, BOILER)] {
        let newer = accepted(evidence, other);
        if newer.is_empty() {
            return Err(Evidence::not_sent(other, PacketType::Connect).into());
        }
        for older in accepted(evidence, one) {
            let met = newer.iter().find(|it| dropped_for(evidence, &older, it).is_some());
            if let Some((newer, end)) = met.zip(older.end) {
                return Ok(vec![newer.connect.0, end]);
            }
        }
    }
    Err(Finding::told("both-there", []).into())
}

/// The end of the older connection, where it was the server that ended it for the newer one.
fn dropped_for(evidence: &Evidence, older: &Connection, newer: &Connection) -> Option<RecordId> {
    let end = evidence.capture.get(older.end?)?;
    let by_server = match &end.entry {
        Entry::Closed(close) => close.by != Some(Sender::Client),
        _ => end.sender() == Some(Sender::Server),
    };
    let overlaps = older.connect.0 < newer.connect.0 && newer.connect.0 < end.id;
    let same_name = older.connect.1.client_id == newer.connect.1.client_id;
    (by_server && overlaps && same_name).then_some(end.id)
}

/// Both are connected under different names, and the server has sent something to each since then.
fn both_stay(evidence: &Evidence) -> Verdict {
    one_was_dropped(evidence)?;
    let latest = |client| {
        let latest = accepted(evidence, client).pop();
        latest.ok_or_else(|| Finding::told("gone", [&client.letter()]))
    };
    let (boiler, pump) = (latest(BOILER)?, latest(PUMP)?);
    let since = boiler.connect.0.max(pump.connect.0);
    if boiler.connect.1.client_id == pump.connect.1.client_id {
        return Err(Unmet::by(since, Finding::told("same-name", [])));
    }
    for (client, connection) in [(BOILER, &boiler), (PUMP, &pump)] {
        if connection.end.is_some() {
            return Err(Finding::told("gone", [&client.letter()]).into());
        }
    }
    let mut records = Vec::new();
    for (client, connection) in [(BOILER, boiler.id), (PUMP, pump.id)] {
        let mut later = evidence.capture.records().filter(|record| record.id > since);
        let sign = later.find(|record| {
            record.connection == connection
                && record.sender() == Some(Sender::Server)
                && record.packet_type() != Some(PacketType::ConnAck)
        });
        let silent = || Finding::told("no-sign-of-life", [&client.letter()]);
        records.push(sign.ok_or_else(silent)?.id);
    }
    records.sort_unstable();
    Ok(records)
}

const BOILER: ClientSlot = ClientSlot(0);
const PUMP: ClientSlot = ClientSlot(1);
