//! 0x81: a packet broken by hand, by two bits.

use super::{ended, foretold};
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::{connect, publish};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Breakage, PacketType, QoS, ReasonCode, Sender};

pub static EXERCISE: Exercise = Exercise {
    id: "malformed",
    broker: Broker::Any,
    spec: &["3.3.1.2", "4.13.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast, CLIENT), sound()],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "sound",
            controls: &[|cast| Move::Act(connect(cast, CLIENT)), |_| Move::Act(sound())],
            check: |evidence| check::answered_well(evidence, CLIENT, PacketType::PubAck),
            ..Step::PLAIN
        },
        Step {
            id: "broken",
            controls: &[|_| Move::React(broken)],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |it, _| foretold(dropped(it)),
            }),
            check: dropped,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let sound = [connect(cast, CLIENT), sound()].map(Move::Act);
        sound.into_iter().chain([Move::React(broken)]).collect()
    },
    par: 3,
    ..Exercise::PLAIN
};

fn sound() -> Act {
    publish(CLIENT, "test/codes/sound", QoS::AtLeastOnce, "sound")
}

/// The PUBLISH that was sent, with QoS 3.
fn broken(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let mut sent = evidence.sent(CLIENT, PacketType::Publish);
    let bytes = sent.find_map(|record| record.valid_packet().map(|_| record.bytes().to_vec()))?;
    let broken = Breakage::QoS3.of(&bytes.into(), Sender::Client)?;
    Some(Act { client: CLIENT, action: Action::SendBytes(broken.bytes) })
}

/// Any packet that cannot be read will do.
fn dropped(evidence: &Evidence) -> Verdict {
    let is_malformed = |record: &&Record| {
        let error = record.packet().and_then(Result::err);
        error.is_some_and(|error| error.kind.reason_code() == ReasonCode::MalformedPacket)
    };
    let mut own = evidence.capture.records().filter(|record| {
        record.id >= evidence.since
            && record.client == CLIENT
            && record.sender() == Some(Sender::Client)
    });
    let Some(cause) = own.find(is_malformed) else {
        return Err(Unmet::NotYet(Finding::told("not-broken", [])));
    };
    match ended(evidence, CLIENT, cause, ReasonCode::MalformedPacket) {
        Ok(records) => Ok(records),
        Err(verdict) => verdict,
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
