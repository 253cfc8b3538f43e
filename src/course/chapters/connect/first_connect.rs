//! Connect with 5.0 and read the limits in CONNACK.

use crate::capture::ClientSlot;
use crate::course::chapters::common;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Move, Step, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::PacketType;

pub static EXERCISE: Exercise = Exercise {
    id: "first-connect",
    broker: Broker::Any,
    spec: &["3.1", "3.2", "3.2.2.3"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "connect",
            controls: &[|cast| Move::Act(connect(cast))],
            check: sent_connect,
            ..Step::PLAIN
        },
        Step { id: "accepted", check: accepted, ..Step::PLAIN },
        Step { id: "read-limits", check: connack_opened, ..Step::PLAIN },
    ],
    solution: |cast| vec![Move::Act(connect(cast)), Move::Open(CLIENT, PacketType::ConnAck)],
    par: 1,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    common::connect(cast, CLIENT)
}

fn sent_connect(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, _| Ok(()))
}

pub(super) fn accepted(evidence: &Evidence) -> Verdict {
    check::connected(evidence, CLIENT)
}

fn connack_opened(evidence: &Evidence) -> Verdict {
    check::connack_opened(evidence, CLIENT)
}

const CLIENT: ClientSlot = ClientSlot(0);
