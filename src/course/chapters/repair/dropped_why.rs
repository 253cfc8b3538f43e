//! Two sensors, and only one of them is ever connected.

use crate::capture::{ClientSlot, Entry};
use crate::course::chapters::common::{connect, has_ended};
use crate::course::connections::connections;
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
                |cast| Move::Act(as_copied(cast, BOILER)),
                |cast| Move::Act(as_copied(cast, PUMP)),
            ],
            check: one_was_dropped,
            ..Step::PLAIN
        },
        Step {
            id: "mend",
            controls: &[|_| Move::Act(ping(BOILER)), |_| Move::Act(ping(PUMP))],
            check: both_stay,
            ..Step::PLAIN
        },
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
    par: 5,
    ..Exercise::PLAIN
};

/// The configuration of the pump, copied to both.
fn as_copied(cast: &Cast, slot: ClientSlot) -> Act {
    let mut act = connect(cast, slot);
    if let Action::Connect(connect) = &mut act.action {
        connect.client_id = cast.client_id(PUMP).to_owned();
    }
    act
}

fn ping(client: ClientSlot) -> Act {
    Act { client, action: Action::Ping }
}

/// One connection was ended by the server after the other client's CONNECT.
fn one_was_dropped(evidence: &Evidence) -> Verdict {
    for (one, other) in [(BOILER, PUMP), (PUMP, BOILER)] {
        let Some(newer) = connections(evidence, other).into_iter().next() else {
            return Err(Unmet::NotYet(Evidence::not_sent(other, PacketType::Connect)));
        };
        let mut after = evidence.capture.records().filter(|record| record.id > newer.connect.0);
        let end = after.find(|record| {
            record.client == one
                && (matches!(&record.entry, Entry::Closed(close) if close.was_open)
                    || (record.packet_type() == Some(PacketType::Disconnect)
                        && record.sender() == Some(Sender::Server)))
        });
        if let Some(end) = end {
            return Ok(vec![newer.connect.0, end.id]);
        }
    }
    Err(Unmet::NotYet(Finding::told("both-there", [])))
}

/// Both have a PINGRESP on connections that began under different names, and neither has ended since.
fn both_stay(evidence: &Evidence) -> Verdict {
    let open = one_was_dropped(evidence);
    if !open.is_ok() {
        return open;
    }
    let latest = |client| connections(evidence, client).into_iter().next_back();
    let (Some(boiler), Some(pump)) = (latest(BOILER), latest(PUMP)) else { return open };
    if boiler.connect.1.client_id == pump.connect.1.client_id {
        let by = boiler.connect.0.max(pump.connect.0);
        return Err(Unmet::Contradicted { by, finding: Finding::told("same-name", []) });
    }
    let since = boiler.connect.0.max(pump.connect.0);
    let mut records = Vec::new();
    for (client, connection) in [(BOILER, boiler.id), (PUMP, pump.id)] {
        let mut pongs = evidence.received(client, PacketType::PingResp);
        match pongs.find(|record| record.connection == connection && record.id > since) {
            Some(pong) => records.push(pong.id),
            None => {
                return Err(Unmet::NotYet(Finding::told("no-sign-of-life", [&client.letter()])));
            }
        }
    }
    Ok(records)
}

const BOILER: ClientSlot = ClientSlot(0);
const PUMP: ClientSlot = ClientSlot(1);
