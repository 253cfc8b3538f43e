//! Request Problem Information: whether refusals say why.

use super::no_publishing;
use crate::capture::{ClientSlot, answer_to};
use crate::course::chapters::common::{connect, connect_with, publish};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, QoS, ReasonCode};

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
            prepared: |cast| vec![without(cast), forbidden(BRIEF)],
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
            ..Step::PLAIN
        },
        Step {
            id: "bare",
            controls: &[|cast| Move::Act(without(cast)), |_| Move::Act(forbidden(BRIEF))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_is_left(evidence),
            }),
            check: bare,
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
    publish(slot, "test/forbidden/door", QoS::AtLeastOnce, "open")
}

/// The last refusal that reached the client, and whether its connection asked for no explanations.
fn refusal(evidence: &Evidence, client: ClientSlot) -> Result<(Verdict, Packet, bool), Verdict> {
    let nothing = Err(Unmet::NotYet(Evidence::not_received(client, PacketType::PubAck)));
    let Some(record) = evidence.received(client, PacketType::PubAck).last() else {
        return Err(nothing);
    };
    let Some(packet) = record.valid_packet() else { return Err(nothing) };
    if let Err(finding) = check::has_reason_code(&packet, ReasonCode::NotAuthorized) {
        return Err(Err(Unmet::Contradicted { by: record.id, finding }));
    }
    let mut connects = evidence.sent(client, PacketType::Connect);
    let connect = connects.find(|connect| connect.connection == record.connection);
    let asked = connect.and_then(|connect| connect.valid_packet());
    let wants_none =
        asked.is_some_and(|packet| packet.properties().request_problem_information() == Some(0));
    let connack = connect.and_then(|connect| answer_to(evidence.capture, connect.id));
    let records = connect.into_iter().chain(connack).chain([record]).map(|it| it.id);
    Ok((Ok(records.collect()), packet, wants_none))
}

fn explained(evidence: &Evidence) -> Verdict {
    match refusal(evidence, CURIOUS) {
        Err(verdict) => verdict,
        Ok((_, _, true)) => Err(Unmet::NotYet(Finding::told("asked-for-none", []))),
        Ok((met, packet, false)) => match packet.properties().reason_string() {
            Some(_) => met,
            None => Err(Unmet::NotYet(Finding::absent("Reason String"))),
        },
    }
}

fn bare(evidence: &Evidence) -> Verdict {
    match refusal(evidence, BRIEF) {
        Err(verdict) => verdict,
        Ok((_, _, false)) => Err(Unmet::NotYet(Finding::absent("Request Problem Information 0"))),
        Ok((met, packet, true)) => {
            let properties = packet.properties();
            let is_bare = properties.reason_string().is_none()
                && properties.user_properties().next().is_none();
            match is_bare {
                true => met,
                false => Err(Unmet::NotYet(Finding::told("not-bare", []))),
            }
        }
    }
}

fn what_is_left(evidence: &Evidence) -> Option<usize> {
    bare(evidence).is_ok().then_some(1)
}

const CURIOUS: ClientSlot = ClientSlot(0);
const BRIEF: ClientSlot = ClientSlot(1);
