//! One message more than the Server takes: DISCONNECT with 0x93.

use bytes::Bytes;

use super::{TOPIC, all_windows, latest};
use crate::broker::Policy;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{self, connect};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict, check, judge,
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
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: answer }),
            check: dismissed,
            ..Step::PLAIN
        },
        Step { id: "read", check: opened, ..Step::PLAIN },
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
            Move::Open(CLIENT, PacketType::Disconnect),
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
        topic: TOPIC.into(),
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

/// The latest PUBLISH beyond the Server's Receive Maximum, and DISCONNECT with 0x93 after it (§3.3.4).
fn dismissed(evidence: &Evidence) -> Verdict {
    let mut windows = all_windows(evidence, CLIENT, Sender::Client).into_iter();
    let Some(beyond) = windows.rfind(|w| w.overrun_at.is_some()).and_then(|w| w.overrun_at) else {
        return Err(Finding::told("not-tried", []).into());
    };
    let ends = evidence.received(CLIENT, PacketType::Disconnect).filter(|end| end.id > beyond);
    let nothing = Evidence::not_received(CLIENT, PacketType::Disconnect);
    let end = judge(ends, nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::ReceiveMaximumExceeded)
    })?;
    Ok([beyond].into_iter().chain(end).collect())
}

/// The learner has opened that DISCONNECT.
fn opened(evidence: &Evidence) -> Verdict {
    let end = dismissed(evidence)?.into_iter().next_back();
    match end.filter(|end| evidence.opened.contains(end)) {
        Some(end) => Ok(vec![end]),
        None => Err(Finding::NotOpened { packet: PacketType::Disconnect }.into()),
    }
}

/// PUBREC with 0x97, DISCONNECT with 0x93, or a wait.
fn answer(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let answer = evidence.capture.get(*records.last()?)?.valid_packet()?;
    Some(match answer.reason_codes() {
        [ReasonCode::QuotaExceeded] => 0,
        [ReasonCode::ReceiveMaximumExceeded] => 1,
        _ => 2,
    })
}

/// On a connection after that, a message that waited for a PUBCOMP, and every one finished.
fn all_taken(evidence: &Evidence) -> Verdict {
    let dismissed = dismissed(evidence)?;
    let end = dismissed.last().copied();
    let window = latest(evidence, CLIENT, Sender::Client);
    let Some(window) = window.filter(|window| Some(window.stated_in) > end) else {
        return Err(Finding::told("not-back", []).into());
    };
    let full = window.peak_at.filter(|_| window.peak == usize::from(window.maximum));
    let sent = evidence.sent(CLIENT, PacketType::Publish).map(|record| record.id);
    let next = full.and_then(|full| sent.into_iter().find(|id| *id > full));
    let comps = || evidence.received(CLIENT, PacketType::PubComp).map(|record| record.id);
    let freed = comps().find(|id| full.is_some_and(|full| *id > full));
    let (Some(full), Some(freed), Some(next)) = (full, freed, next) else {
        return Err(Finding::told("none-waited", [&window.peak, &window.maximum]).into());
    };
    if freed > next || !window.slots.is_empty() {
        return Err(Finding::told(
            "finished",
            [&window.finished, &(window.finished + window.slots.len())],
        )
        .into());
    }
    Ok([full, freed, next].into_iter().chain(comps().last().filter(|last| *last > next)).collect())
}
