//! 0x82: every byte is right, the moment is wrong.

use bytes::Bytes;

use super::ended;
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "protocol-error",
    broker: Broker::Any,
    spec: &["3.1", "4.13.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast, CLIENT)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "connect",
            by_hand: Some(ByHand { act: |cast| connect(cast, CLIENT), field: "Client Identifier" }),
            check: |evidence| check::connected(evidence, CLIENT),
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[|_| Move::React(again)],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(2) }),
            check: dropped,
            ..Step::PLAIN
        },
    ],
    solution: |cast| vec![Move::Act(connect(cast, CLIENT)), Move::React(again)],
    par: 2,
    ..Exercise::PLAIN
};

/// The bytes of the learner's own CONNECT: a client would not send them again by itself.
fn again(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let latest = evidence.sent(CLIENT, PacketType::Connect).last()?;
    let bytes = Bytes::copy_from_slice(latest.bytes());
    Some(Act { client: CLIENT, action: Action::SendBytes(bytes) })
}

/// The latest connection with two CONNECTs was ended by the server.
fn dropped(evidence: &Evidence) -> Verdict {
    let sent: Vec<&Record> = evidence.sent(CLIENT, PacketType::Connect).collect();
    let mut pairs = sent.windows(2).rev();
    let pair = pairs.find(|pair| pair[0].connection == pair[1].connection);
    let second = pair.ok_or(Finding::told("not-twice", []))?[1];
    ended(evidence, CLIENT, second, ReasonCode::ProtocolError)
}

const CLIENT: ClientSlot = ClientSlot(0);
