//! 0x81: a packet broken by hand, by two bits.

use super::ended;
use crate::analysis::{Breakage, answer_to};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, publish};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Verdict, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, QoS, ReasonCode, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "malformed",
    broker: Broker::Any,
    spec: &["3.3.1.2", "4.13.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast, CLIENT), message(QoS::AtMostOnce)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "sound",
            by_hand: Some(ByHand { act: |_| message(QoS::AtLeastOnce), field: "QoS" }),
            check: acknowledged,
            ..Step::PLAIN
        },
        Step {
            id: "broken",
            controls: &[|_| Move::React(broken)],
            prediction: Some(Prediction { asks: Asks::Byte, outcome: first_byte }),
            check: dropped,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let sound = [connect(cast, CLIENT), message(QoS::AtLeastOnce)].map(Move::Act);
        sound.into_iter().chain([Move::React(broken)]).collect()
    },
    par: 3,
    ..Exercise::PLAIN
};

fn message(qos: QoS) -> Act {
    publish(CLIENT, "factory/osaka/boiler/alarm", qos, "sound")
}

fn acknowledged(evidence: &Evidence) -> Verdict {
    let sent = evidence.sent(CLIENT, PacketType::Publish);
    judge(sent, Evidence::not_sent(CLIENT, PacketType::Publish), |record, _| {
        let qos = record.qos().unwrap_or_default();
        Finding::unless_equal("QoS", qos.bits(), QoS::AtLeastOnce.bits())?;
        let answer = answer_to(evidence.capture, record.id);
        answer.map(|_| ()).ok_or(Evidence::not_received(CLIENT, PacketType::PubAck))
    })
}

/// The latest sound PUBLISH of QoS 1, with QoS 3.
fn broken(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let is_sound = |record: &&Record| {
        record.valid_packet().is_some() && record.qos() == Some(QoS::AtLeastOnce)
    };
    let sound = evidence.sent(CLIENT, PacketType::Publish).filter(is_sound).last()?;
    let broken = Breakage::QoS3.of(&sound.bytes().to_vec().into(), Sender::Client)?;
    Some(Act { client: CLIENT, action: Action::SendBytes(broken.bytes) })
}

/// The latest packet that cannot be read ended the connection; any will do.
fn dropped(evidence: &Evidence) -> Verdict {
    let is_malformed = |record: &&Record| {
        let error = record.packet().and_then(Result::err);
        error.is_some_and(|error| error.kind.reason_code() == ReasonCode::MalformedPacket)
    };
    let mut own = evidence.capture.records().rev().filter(|record| {
        record.id >= evidence.since
            && record.client == CLIENT
            && record.sender() == Some(Sender::Client)
    });
    let cause = own.find(is_malformed).ok_or(Finding::told("not-broken", []))?;
    ended(evidence, CLIENT, cause, ReasonCode::MalformedPacket)
}

/// Told by a broken PUBLISH, and by no other packet.
fn first_byte(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let broken = evidence.capture.get(records[0])?;
    let first = *broken.bytes().first()?;
    (first >> 4 == 3 && first & 0b0110 == 0b0110).then_some(first.into())
}

const CLIENT: ClientSlot = ClientSlot(0);
