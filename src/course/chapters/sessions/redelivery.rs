//! The line is cut between PUBLISH and PUBACK: the message comes again, with DUP and the same number.

use super::connect;
use crate::capture::{ClientSlot, RecordId};

use crate::course::chapters::common::{self, publish, subscribe};
use crate::course::connections::connections;
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::{AcknowledgeByHand, Act, Action};
use crate::mqtt::{PacketType, Properties, Publish, QoS, ReasonCode};

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
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[
                |_| Move::Act(Act { client: CLIENT, action: Action::Cut }),
                |cast| Move::Act(connect(cast, CLIENT, false, Some(300))),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| how_it_came(evidence),
            }),
            check: came_again,
            ..Step::PLAIN
        },
        Step {
            id: "acknowledge",
            controls: &[|_| Move::React(|_, evidence| acknowledge(evidence))],
            check: acknowledged,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, CLIENT, true, Some(300))),
            Move::Act(to_orders()),
            Move::Act(common::connect(cast, PUBLISHER)),
            Move::Act(order()),
            Move::Act(Act { client: CLIENT, action: Action::Cut }),
            Move::Act(connect(cast, CLIENT, false, Some(300))),
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

/// PUBACK for the message that came with DUP.
fn acknowledge(evidence: &Evidence) -> Option<Act> {
    let (_, (_, again)) = both(evidence)?;
    let action = Action::Acknowledge {
        packet_id: again.packet_id?,
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    };
    Some(Act { client: CLIENT, action })
}

fn deliveries(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    check::messages(evidence.received(CLIENT, PacketType::Publish))
}

/// The message arrived, and no PUBACK went out for it on that connection.
fn arrived(evidence: &Evidence) -> Verdict {
    let Some((id, first)) =
        deliveries(evidence).into_iter().find(|(_, m)| m.qos != QoS::AtMostOnce)
    else {
        return Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::Publish)));
    };
    let connection = evidence.capture.get(id).map(|record| record.connection);
    let mut acknowledgements = evidence.sent(CLIENT, PacketType::PubAck);
    let puback = acknowledgements.find(|record| {
        Some(record.connection) == connection && record.packet_id() == first.packet_id
    });
    match puback {
        Some(puback) => {
            let finding = Finding::told("acknowledged-already", []);
            Err(Unmet::Contradicted { by: puback.id, finding })
        }
        None => Ok(vec![id]),
    }
}

/// The first delivery and the one on the next connection.
fn both(evidence: &Evidence) -> Option<((RecordId, Publish), (RecordId, Publish))> {
    let all = deliveries(evidence);
    let first = all.iter().find(|(_, m)| m.qos != QoS::AtMostOnce)?.clone();
    let back = connections(evidence, CLIENT).into_iter().nth(1)?;
    let again = all.into_iter().find(|(id, m)| {
        *id > back.connect.0 && m.payload == first.1.payload && m.topic == first.1.topic
    })?;
    Some((first, again))
}

/// Sent again on resuming, with DUP 1 [MQTT-3.3.1-1] and the original Packet Identifier [MQTT-4.4.0-1].
fn came_again(evidence: &Evidence) -> Verdict {
    let open = arrived(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(back) = connections(evidence, CLIENT).into_iter().nth(1) else {
        return Err(Unmet::NotYet(Finding::told("not-back", [])));
    };
    if back.session_present() == Some(false) {
        let finding = Finding::differs("Session Present", 0, 1);
        return Err(Unmet::Contradicted { by: back.connect.0, finding });
    }
    match both(evidence) {
        None => Err(Unmet::NotYet(Finding::told("not-again", []))),
        Some((_, (by, again))) if !again.dup => {
            Err(Unmet::Contradicted { by, finding: Finding::differs("DUP", 0, 1) })
        }
        Some(((_, first), (by, again))) if first.packet_id != again.packet_id => {
            let words = |m: &Publish| m.packet_id.map_or(0, |id| id.get());
            let finding = Finding::differs("Packet Identifier", words(&again), words(&first));
            Err(Unmet::Contradicted { by, finding })
        }
        Some(((first, _), (again, _))) => Ok(vec![first, again]),
    }
}

fn how_it_came(evidence: &Evidence) -> Option<usize> {
    came_again(evidence).is_ok().then_some(2)
}

fn acknowledged(evidence: &Evidence) -> Verdict {
    let open = came_again(evidence);
    let Some((_, (again, message))) = both(evidence).filter(|_| open.is_ok()) else { return open };
    let mut sent = evidence.sent(CLIENT, PacketType::PubAck);
    match sent.find(|record| record.id > again && record.packet_id() == message.packet_id) {
        Some(puback) => Ok(vec![again, puback.id]),
        None => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::PubAck))),
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/session/redelivery";
