//! One message more than the Server takes: DISCONNECT with 0x93.

use bytes::Bytes;

use super::{TOPIC, all_windows, latest};
use crate::broker::Policy;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{self, connect};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketId, PacketType, Publish, QoS, ReasonCode, Sender, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "overrun",
    broker: Broker::InTab,
    spec: &["3.3.4", "4.9", "3.14.2.1"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, CLIENT)],
        ..ClientSetup::PLAIN
    }],
    policy: || Policy { receive_maximum: 3, ..Policy::default() },
    picture: Some(Picture::Window),
    steps: &[
        Step {
            id: "limit",
            controls: &[|cast| Move::Act(connect(cast, CLIENT))],
            check: |evidence| check::connected(evidence, CLIENT),
            ..Step::PLAIN
        },
        Step {
            id: "too-many",
            controls: &[|_| Move::Acts(too_many())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| answer(evidence),
            }),
            check: dismissed,
            ..Step::PLAIN
        },
        Step {
            id: "in-turn",
            controls: &[|cast| Move::Act(connect(cast, CLIENT)), |_| Move::Acts(in_turn())],
            check: all_taken,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, CLIENT)),
            Move::Acts(too_many()),
            Move::React(connect_again),
            Move::Acts(in_turn()),
        ]
    },
    // CONNECT, four PUBLISH, a PUBREL to each PUBREC; CONNECT again, four PUBLISH and their PUBREL.
    par: 17,
    ..Exercise::PLAIN
};

const CLIENT: ClientSlot = ClientSlot(0);

fn message(number: u16) -> Publish {
    Publish {
        qos: QoS::ExactlyOnce,
        topic: TOPIC.to_owned(),
        payload: Bytes::from(format!("msg-{number}")),
        ..Publish::default()
    }
}

/// One more than the Server takes, past the client, which would wait.
fn too_many() -> Vec<Act> {
    let send = |number| {
        let packet_id = PacketId::new(number);
        let publish = Packet::Publish(Publish { packet_id, ..message(number) });
        let bytes = encode(&publish).expect("it has everything a PUBLISH needs");
        Act { client: CLIENT, action: Action::SendBytes(bytes) }
    };
    (1..=4).map(send).collect()
}

fn connect_again(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    let window = latest(evidence, CLIENT, Sender::Client)?;
    (!window.is_open).then(|| connect(cast, CLIENT))
}

/// The same messages through the client.
fn in_turn() -> Vec<Act> {
    let send = |number| common::publish(CLIENT, TOPIC, QoS::ExactlyOnce, &format!("msg-{number}"));
    (1..=4).map(send).collect()
}

/// The first PUBLISH beyond the Server's Receive Maximum.
fn first_beyond(evidence: &Evidence) -> Option<RecordId> {
    all_windows(evidence, CLIENT, Sender::Client).into_iter().find_map(|window| window.overrun_at)
}

/// DISCONNECT with 0x93 after it (§3.3.4).
fn dismissed(evidence: &Evidence) -> Verdict {
    let Some(beyond) = first_beyond(evidence) else {
        return Err(Unmet::NotYet(Finding::told("not-tried", [])));
    };
    let ends = evidence.received(CLIENT, PacketType::Disconnect).filter(|end| end.id > beyond);
    let nothing = Evidence::not_received(CLIENT, PacketType::Disconnect);
    let end = judge(ends, nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::ReceiveMaximumExceeded)
    });
    check::all([Ok(vec![beyond]), end])
}

fn answer(evidence: &Evidence) -> Option<usize> {
    dismissed(evidence).is_ok().then_some(1)
}

/// On a connection after that, more messages than slots, never too many at once, all finished.
fn all_taken(evidence: &Evidence) -> Verdict {
    let open = dismissed(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(window) = latest(evidence, CLIENT, Sender::Client).filter(|w| w.overrun_at.is_none())
    else {
        return Err(Unmet::NotYet(Finding::told("not-back", [])));
    };
    let wanted = usize::from(window.maximum) + 1;
    let last = evidence.received(CLIENT, PacketType::PubComp).last();
    match (window.peak_at, last) {
        (Some(at), Some(last)) if window.finished >= wanted && window.slots.is_empty() => {
            Ok(vec![window.stated_in, at, last.id])
        }
        _ => Err(Unmet::NotYet(Finding::told("finished", [&window.finished, &wanted]))),
    }
}
