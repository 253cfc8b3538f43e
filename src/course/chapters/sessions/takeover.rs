//! Two connections, one Client Identifier: the second takes over, and the first is told.

use super::{connect, grants_of_session};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::subscribe;
use crate::course::support::connections::{Connection, accepted, connections};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
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
            // The Client Identifier is the lesson.
            prepared: |cast| vec![connect(cast, SECOND, true, None)],
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
            by_hand: Some(ByHand { act: take_over, field: "Client Identifier" }),
            prediction: Some(Prediction { asks: Asks::Options(4), outcome: who_stays }),
            check: second_took_over,
            ..Step::PLAIN
        },
        Step {
            id: "told",
            check: first_was_told,
            values: |evidence, records| vec![("code", code_told(evidence, records))],
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let acts = [begin(cast), to_orders(), take_over(cast)].map(Move::Act);
        acts.into_iter().chain([Move::Open(FIRST, PacketType::Disconnect)]).collect()
    },
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, FIRST, true, Some(60))
}

fn to_orders() -> Act {
    subscribe(FIRST, "factory/osaka/dispatch/orders", QoS::AtLeastOnce)
}

/// From another place, with the Client Identifier of the first.
fn take_over(cast: &Cast) -> Act {
    let mut act = connect(cast, SECOND, true, None);
    if let Action::Connect(connect) = &mut act.action {
        connect.client_id = cast.client_id(FIRST).into();
    }
    act
}

fn first_is_there(evidence: &Evidence) -> Verdict {
    let latest = accepted(evidence, FIRST).pop();
    let latest = latest.ok_or_else(|| Evidence::not_received(FIRST, PacketType::ConnAck))?;
    let grants = grants_of_session(evidence, FIRST, &latest);
    let grant = grants.last();
    let grant = grant.ok_or_else(|| Evidence::not_received(FIRST, PacketType::SubAck))?;
    Ok([latest.connect.0, grant.suback].into())
}

/// The connection of the first client that the second one's latest CONNECT has met, and that CONNECT.
fn takeover(evidence: &Evidence) -> Result<(Connection, Connection), Unmet> {
    let second = connections(evidence, SECOND).pop();
    let second = second.ok_or_else(|| Evidence::not_sent(SECOND, PacketType::Connect))?;
    let (by, connect) = &second.connect;
    let first = accepted(evidence, FIRST).into_iter().rfind(|it| it.connect.0 < *by);
    let first = first.ok_or_else(|| Evidence::not_received(FIRST, PacketType::ConnAck))?;
    let name = &first.connect.1.client_id;
    Finding::unless_equal("Client Identifier", &connect.client_id, name)
        .and_then(|()| Finding::unless_equal("Clean Start", u8::from(connect.clean_start), 1))
        .and_then(|()| match first.end {
            Some(end) if end < *by => Err(Finding::told("nobody-there", [])),
            _ => Ok(()),
        })
        .map_err(|finding| Unmet::by(*by, finding))?;
    Ok((first, second))
}

/// Accepted under the first one's name, and the first one's connection is over [MQTT-3.1.4-3].
fn second_took_over(evidence: &Evidence) -> Verdict {
    let (first, second) = takeover(evidence)?;
    let accepted = second.session_present();
    accepted.ok_or_else(|| Evidence::not_received(SECOND, PacketType::ConnAck))?;
    let end = first.end.ok_or_else(|| Finding::told("both-there", []))?;
    let mut records: Vec<_> = second.handshake().into_iter().chain([end]).collect();
    records.sort_unstable();
    Ok(records)
}

/// Opened: DISCONNECT 0x8E. Mosquitto before 2.0.15 closes without it; there the end alone has to tell.
fn first_was_told(evidence: &Evidence) -> Verdict {
    second_took_over(evidence)?;
    let (first, _) = takeover(evidence)?;
    let end = first.end.ok_or_else(|| Finding::told("both-there", []))?;
    let told = evidence.capture.get(end).filter(|record| record.packet_type().is_some());
    let opened = told.is_none() || evidence.opened.contains(&end);
    let packet = PacketType::Disconnect;
    opened.then(|| vec![end]).ok_or_else(|| Finding::NotOpened { packet }.into())
}

/// The Reason Code, as the specification writes it; a dash where none came.
fn code_told(evidence: &Evidence, records: &[RecordId]) -> String {
    let told = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let code = told.and_then(|packet| packet.reason_codes().first().copied());
    let words = |code: ReasonCode| code.in_words(PacketType::Disconnect);
    code.map_or("–".to_owned(), words)
}

/// The records are the second one's CONNACK and the end of the first: the second option.
fn who_stays(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let is_accepted = |id: &RecordId| {
        evidence.capture.get(*id).is_some_and(|it| it.packet_type() == Some(PacketType::ConnAck))
    };
    records.iter().any(is_accepted).then_some(1)
}

const FIRST: ClientSlot = ClientSlot(0);
const SECOND: ClientSlot = ClientSlot(1);
