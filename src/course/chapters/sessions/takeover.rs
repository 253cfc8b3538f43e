//! Two connections, one Client Identifier: the second takes over, and the first is told.

use super::connect;
use crate::capture::{ClientSlot, Entry};
use crate::course::chapters::common::subscribe;
use crate::course::connections::connections;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "takeover",
    broker: Broker::Any,
    spec: &["3.1.4", "4.1"],
    clients: &[
        ClientSetup {
            role: "first",
            prepared: |cast| vec![begin(cast), to_orders()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "second",
            prepared: |cast| vec![take_over(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "first",
            controls: &[|cast| Move::Act(begin(cast)), |_| Move::Act(to_orders())],
            check: first_is_there,
            ..Step::PLAIN
        },
        Step {
            id: "second",
            controls: &[|cast| Move::Act(take_over(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| who_stays(evidence),
            }),
            check: second_took_over,
            ..Step::PLAIN
        },
        Step { id: "told", check: first_was_told, ..Step::PLAIN },
    ],
    solution: |cast| [begin(cast), to_orders(), take_over(cast)].map(Move::Act).into(),
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, FIRST, true, Some(60))
}

fn to_orders() -> Act {
    subscribe(FIRST, "test/session/orders", QoS::AtLeastOnce)
}

/// From another place, with the Client Identifier of the first.
fn take_over(cast: &Cast) -> Act {
    let mut act = connect(cast, SECOND, true, None);
    if let Action::Connect(connect) = &mut act.action {
        connect.client_id = cast.client_id(FIRST).to_owned();
    }
    act
}

fn first_is_there(evidence: &Evidence) -> Verdict {
    check::all([
        check::connected(evidence, FIRST),
        check::answered_well(evidence, FIRST, PacketType::SubAck),
    ])
}

/// Accepted with the first one's identifier.
fn second_took_over(evidence: &Evidence) -> Verdict {
    let open = first_is_there(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(first) = connections(evidence, FIRST).into_iter().next() else { return open };
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(SECOND, PacketType::Connect)));
    for connection in connections(evidence, SECOND) {
        let (by, connect) = &connection.connect;
        if connect.client_id != first.connect.1.client_id {
            let finding = Finding::differs(
                "Client Identifier",
                &connect.client_id,
                &first.connect.1.client_id,
            );
            verdict = Err(Unmet::Contradicted { by: *by, finding });
            continue;
        }
        match connection.session_present() {
            Some(_) => return Ok(connection.handshake()),
            None => {
                verdict = Err(Unmet::NotYet(Evidence::not_received(SECOND, PacketType::ConnAck)));
            }
        }
    }
    verdict
}

/// DISCONNECT 0x8E, then the end [MQTT-3.1.4-3]. Mosquitto 2.0 closes its WebSocket before the DISCONNECT
/// is out: there the end alone has to tell.
fn first_was_told(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(FIRST, PacketType::Disconnect);
    let told = judge(evidence.received(FIRST, PacketType::Disconnect), nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::SessionTakenOver)
    });
    let Err(Unmet::NotYet(_)) = told else { return told };
    let Ok(took_over) = second_took_over(evidence) else { return told };
    let mut after = evidence.capture.records().filter(|record| record.id > took_over[0]);
    let end = after.find(|record| {
        record.client == FIRST && matches!(&record.entry, Entry::Closed(close) if close.was_open)
    });
    end.map_or(told, |end| Ok(vec![end.id]))
}

fn who_stays(evidence: &Evidence) -> Option<usize> {
    let took_over = second_took_over(evidence).is_ok() && first_was_told(evidence).is_ok();
    took_over.then_some(1)
}

const FIRST: ClientSlot = ClientSlot(0);
const SECOND: ClientSlot = ClientSlot(1);
