//! The connection is cut between PUBLISH and PUBACK: the message comes again, with DUP and the same number.

use super::connect;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{self, publish, subscribe};
use crate::course::support::connections::{Connection, accepted};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::{AcknowledgeByHand, Act, Action};
use crate::mqtt::{ConnectionId, PacketId, PacketType, Properties, Publish, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "redelivery",
    broker: Broker::Any,
    spec: &["4.4", "3.3.1.1"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, CLIENT, true, Some(300)), to_orders()],
            beginning: |_| vec![by_hand()],
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![common::connect(cast, PUBLISHER), order()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "unacknowledged",
            controls: &[
                |cast| Move::Act(connect(cast, CLIENT, true, Some(300))),
                |_| Move::Act(to_orders()),
                |_| Move::Act(order()),
            ],
            check: arrived,
            values: identifier,
            ..Step::PLAIN
        },
        Step {
            id: "cut",
            controls: &[|_| Move::Act(cut())],
            check: |evidence| Ok(vec![was_cut(evidence)?.1]),
            ..Step::PLAIN
        },
        Step {
            id: "again",
            by_hand: Some(ByHand { act: back, field: "Clean Start" }),
            prediction: Some(Prediction { asks: Asks::Byte, outcome: first_byte }),
            check: came_again,
            values: identifier,
            ..Step::PLAIN
        },
        // The last step of the chapter: the client's panel has what it takes.
        Step {
            id: "acknowledge",
            check: acknowledged,
            values: |evidence, records| vec![("times", times(evidence, records).to_string())],
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, CLIENT, true, Some(300))),
            Move::Act(to_orders()),
            Move::Act(common::connect(cast, PUBLISHER)),
            Move::Act(order()),
            Move::Act(cut()),
            Move::Act(back(cast)),
            Move::React(|_, evidence| acknowledge(evidence)),
        ]
    },
    par: 6,
    ..Exercise::PLAIN
};

fn by_hand() -> Act {
    let held = AcknowledgeByHand { puback: true, ..AcknowledgeByHand::default() };
    Act { client: CLIENT, action: Action::AcknowledgeByHand(held) }
}

fn to_orders() -> Act {
    subscribe(CLIENT, TOPIC, QoS::AtLeastOnce)
}

fn order() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "order 4711")
}

fn cut() -> Act {
    Act { client: CLIENT, action: Action::Cut }
}

fn back(cast: &Cast) -> Act {
    connect(cast, CLIENT, false, Some(300))
}

/// PUBACK for the message that came again.
fn acknowledge(evidence: &Evidence) -> Option<Act> {
    let again = deliveries(evidence).into_iter().rfind(|it| it.message.dup)?;
    let action = Action::Acknowledge {
        packet_id: again.packet_id,
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    };
    Some(Act { client: CLIENT, action })
}

/// A PUBLISH that asks for a PUBACK.
#[derive(Clone)]
struct Delivery {
    id: RecordId,
    connection: ConnectionId,
    packet_id: PacketId,
    message: Publish,
}

fn deliveries(evidence: &Evidence) -> Vec<Delivery> {
    let all = check::messages(evidence.received(CLIENT, PacketType::Publish)).into_iter();
    let delivery = |(id, message): (RecordId, Publish)| {
        let connection = evidence.capture.get(id)?.connection;
        let packet_id = message.packet_id?;
        let at_least_once = message.qos == QoS::AtLeastOnce;
        at_least_once.then_some(Delivery { id, connection, packet_id, message })
    };
    all.filter_map(delivery).collect()
}

/// The PUBACK for a delivery, on its own connection.
fn puback(evidence: &Evidence, delivery: &Delivery) -> Option<RecordId> {
    let mut sent = evidence.sent(CLIENT, PacketType::PubAck);
    let puback = sent.find(|record| {
        record.id > delivery.id
            && record.connection == delivery.connection
            && record.packet_id() == Some(delivery.packet_id)
    });
    puback.map(|record| record.id)
}

/// The latest delivery, for which no PUBACK went out, and its connection.
fn unacknowledged(evidence: &Evidence) -> Result<(Delivery, Connection), Unmet> {
    let not_received = || Evidence::not_received(CLIENT, PacketType::Publish);
    let latest = deliveries(evidence).pop().ok_or_else(not_received)?;
    let mut all = accepted(evidence, CLIENT).into_iter();
    let connection = all.find(|it| it.id == latest.connection).ok_or_else(not_received)?;
    if let Some(by) = puback(evidence, &latest) {
        return Err(Unmet::by(by, Finding::told("acknowledged-already", [])));
    }
    connection.leaves_session(300).map_err(|finding| Unmet::by(connection.connect.0, finding))?;
    Ok((latest, connection))
}

fn arrived(evidence: &Evidence) -> Verdict {
    Ok(vec![unacknowledged(evidence)?.0.id])
}

/// The latest delivery, and the end of its connection without DISCONNECT.
fn was_cut(evidence: &Evidence) -> Result<(Delivery, RecordId), Unmet> {
    let (latest, connection) = unacknowledged(evidence)?;
    if let Some((by, _)) = connection.disconnect {
        return Err(Unmet::by(by, Finding::told("said-goodbye", [])));
    }
    let end = connection.end.ok_or_else(|| Finding::told("still-there", []))?;
    Ok((latest, end))
}

/// The latest delivery whose connection ended before a PUBACK went out, that connection, and the next one.
fn interrupted(evidence: &Evidence) -> Result<(Delivery, Connection, Connection), Unmet> {
    let all = accepted(evidence, CLIENT);
    let ended = |delivery: &Delivery| {
        let on = all.iter().position(|it| it.id == delivery.connection && it.end.is_some())?;
        puback(evidence, delivery).is_none().then_some(on)
    };
    let latest = deliveries(evidence).into_iter().rev().find_map(|it| Some((ended(&it)?, it)));
    let (on, first) = latest.ok_or_else(|| Finding::told("still-there", []))?;
    let back = all.get(on + 1).ok_or_else(|| Finding::told("not-back", []))?;
    Ok((first, all[on].clone(), back.clone()))
}

/// Sent again on resuming, with DUP 1 [MQTT-3.3.1-1] and the original Packet Identifier [MQTT-4.4.0-1].
fn came_again(evidence: &Evidence) -> Verdict {
    let (first, before, back) = interrupted(evidence)?;
    back.asks_for_session_of(&before)?;
    let present = u8::from(back.session_present() == Some(true));
    Finding::unless_equal("Session Present", present, 1)
        .map_err(|finding| Unmet::by(back.connect.0, finding))?;
    let same = |it: &Delivery| {
        (&it.message.topic, &it.message.payload) == (&first.message.topic, &first.message.payload)
    };
    let again = deliveries(evidence).into_iter().find(|it| it.connection == back.id && same(it));
    let again = again.ok_or_else(|| Finding::told("not-again", []))?;
    Finding::unless_equal("DUP", u8::from(again.message.dup), 1)
        .and_then(|()| {
            let (found, wanted) = (again.packet_id.get(), first.packet_id.get());
            Finding::unless_equal("Packet Identifier", found, wanted)
        })
        .map_err(|finding| Unmet::by(again.id, finding))?;
    Ok(vec![first.id, again.id])
}

fn first_byte(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let again = evidence.capture.get(*records.last()?)?;
    again.bytes().first().map(|byte| usize::from(*byte))
}

fn identifier(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let delivery = records.last().and_then(|id| evidence.capture.get(*id));
    let id = delivery.and_then(|record| record.packet_id());
    id.map(|id| ("id", id.get().to_string())).into_iter().collect()
}

/// PUBACK for the message that came with DUP, on the connection on which it came.
fn acknowledged(evidence: &Evidence) -> Verdict {
    let again = deliveries(evidence).into_iter().rfind(|it| it.message.dup);
    let again = again.ok_or_else(|| Finding::told("not-again", []))?;
    if let Some(puback) = puback(evidence, &again) {
        return Ok(vec![again.id, puback]);
    }
    let mut all = accepted(evidence, CLIENT).into_iter();
    match all.any(|it| it.id == again.connection && it.end.is_some()) {
        true => Err(Finding::told("lost-again", []).into()),
        false => Err(Evidence::not_sent(CLIENT, PacketType::PubAck).into()),
    }
}

/// How often the message that has been acknowledged was delivered.
fn times(evidence: &Evidence, records: &[RecordId]) -> usize {
    let all = deliveries(evidence);
    let Some(last) = all.iter().find(|it| records.contains(&it.id)) else { return 0 };
    let same = |it: &&Delivery| it.id <= last.id && it.message.payload == last.message.payload;
    let same: Vec<_> = all.iter().filter(same).collect();
    // Without DUP it was another order that says the same.
    let first = same.iter().rposition(|it| !it.message.dup).unwrap_or(0);
    same.len() - first
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/dispatch/jobs";
