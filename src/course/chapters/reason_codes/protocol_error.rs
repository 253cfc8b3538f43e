//! 0x82: every byte is right, the moment is wrong.

use bytes::Bytes;

use super::{ended, foretold};
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, ReasonCode, encode};

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
            controls: &[|cast| Move::Act(connect(cast, CLIENT))],
            check: |evidence| check::connected(evidence, CLIENT),
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[|cast| Move::Act(again(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |it, _| foretold(dropped(it)),
            }),
            check: dropped,
            ..Step::PLAIN
        },
    ],
    solution: |cast| [connect(cast, CLIENT), again(cast)].map(Move::Act).into(),
    par: 2,
    ..Exercise::PLAIN
};

/// The very same CONNECT, as bytes: a client would not send it by itself.
fn again(cast: &Cast) -> Act {
    let bytes = match connect(cast, CLIENT).action {
        Action::Connect(connect) => encode(&Packet::Connect(connect)).unwrap_or_default(),
        _ => Bytes::new(),
    };
    Act { client: CLIENT, action: Action::SendBytes(bytes) }
}

fn dropped(evidence: &Evidence) -> Verdict {
    let sent: Vec<&Record> = evidence.sent(CLIENT, PacketType::Connect).collect();
    let mut pairs = sent.windows(2).filter(|pair| pair[0].connection == pair[1].connection);
    let Some(second) = pairs.next().map(|pair| pair[1]) else {
        return Err(Unmet::NotYet(Finding::told("not-twice", [])));
    };
    match ended(evidence, CLIENT, second, ReasonCode::ProtocolError) {
        Ok(records) => Ok(records),
        Err(verdict) => verdict,
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
