//! Request Problem Information: whether refusals say why.

use super::no_publishing;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, connect_with, publish, size_of};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "problem-information",
    broker: Broker::InTab,
    spec: &["3.1.2.11.7", "3.4.2.2.2"],
    clients: &[
        ClientSetup {
            role: "curious",
            prepared: |cast| vec![connect(cast, CURIOUS), forbidden(CURIOUS)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "brief",
            prepared: |cast| vec![connect(cast, BRIEF), forbidden(BRIEF)],
            ..ClientSetup::PLAIN
        },
    ],
    policy: no_publishing,
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "explained",
            controls: &[
                |cast| Move::Act(connect(cast, CURIOUS)),
                |_| Move::Act(forbidden(CURIOUS)),
            ],
            check: explained,
            values: size_of_the_last,
            ..Step::PLAIN
        },
        Step {
            id: "bare",
            by_hand: Some(ByHand { act: without, field: "Request Problem Information" }),
            prediction: Some(Prediction {
                asks: Asks::Number,
                outcome: |evidence, records| Some(size_of(evidence, *records.last()?)),
            }),
            check: bare,
            values: size_of_the_last,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let moves = [connect(cast, CURIOUS), forbidden(CURIOUS), without(cast), forbidden(BRIEF)];
        moves.map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn without(cast: &Cast) -> Act {
    connect_with(cast, BRIEF, [Property::RequestProblemInformation(0)])
}

fn forbidden(slot: ClientSlot) -> Act {
    publish(slot, "factory/osaka/forbidden/door-2", QoS::AtLeastOnce, "open")
}

/// The last refusal that reached a client.
struct Refusal {
    /// CONNECT, CONNACK and the refusal.
    records: Vec<RecordId>,
    packet: Packet,
    /// The value in CONNECT.
    request: Option<u8>,
}

fn refusal(evidence: &Evidence, client: ClientSlot) -> Result<Refusal, Unmet> {
    let nothing = || Evidence::not_received(client, PacketType::PubAck);
    let record = evidence.received(client, PacketType::PubAck).last().ok_or_else(nothing)?;
    let packet = record.valid_packet().ok_or_else(nothing)?;
    check::has_reason_code(&packet, ReasonCode::NotAuthorized)
        .map_err(|finding| Unmet::by(record.id, finding))?;
    let mut connects = evidence.sent(client, PacketType::Connect);
    let connect = connects.find(|connect| connect.connection == record.connection);
    let asked = connect.and_then(|connect| connect.valid_packet());
    let request = asked.and_then(|packet| packet.properties().request_problem_information());
    let connack = connect.and_then(|connect| answer_to(evidence.capture, connect.id));
    let records = connect.into_iter().chain(connack).chain([record]).map(|it| it.id);
    Ok(Refusal { records: records.collect(), packet, request })
}

fn explained(evidence: &Evidence) -> Verdict {
    let Refusal { records, packet, request } = refusal(evidence, CURIOUS)?;
    if request == Some(0) {
        return Err(Finding::told("asked-for-none", []).into());
    }
    packet.properties().reason_string().ok_or(Finding::absent("Reason String"))?;
    Ok(records)
}

fn bare(evidence: &Evidence) -> Verdict {
    let Refusal { records, packet, request } = refusal(evidence, BRIEF)?;
    let name = PropertyId::RequestProblemInformation.name();
    Finding::unless_equal(name, request.ok_or(Finding::absent(name))?, 0)?;
    let properties = packet.properties();
    let is_explained = properties.reason_string().is_some();
    if is_explained || properties.user_properties().next().is_some() {
        return Err(Finding::told("not-bare", []).into());
    }
    Ok(records)
}

fn size_of_the_last(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let bytes = records.last().map_or(0, |last| size_of(evidence, *last));
    vec![("bytes", bytes.to_string())]
}

const CURIOUS: ClientSlot = ClientSlot(0);
const BRIEF: ClientSlot = ClientSlot(1);
