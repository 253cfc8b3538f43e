//! Connect with 5.0 and read the limits in CONNACK.

use crate::capture::ClientSlot;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Step, Verdict, judge,
};
use crate::lab::Act;
use crate::mqtt::{Connect, Packet, PacketType, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "first-connect",
    broker: Broker::Any,
    spec: &["3.1", "3.2", "3.2.2.3"],
    clients: &[ClientSetup { role: "client", prepared: |cast| vec![connect(cast)] }],
    steps: &[
        Step { id: "connect", control: Some(connect), check: sent_connect },
        Step { id: "accepted", control: None, check: accepted },
        Step { id: "read-limits", control: None, check: connack_opened },
    ],
    solution: |cast| vec![Move::Act(connect(cast)), Move::Open(CLIENT, PacketType::ConnAck)],
    par: 1,
};

fn connect(cast: &Cast) -> Act {
    let client_id = cast.client_id(CLIENT).to_owned();
    Act::connect(
        CLIENT,
        Connect { clean_start: true, keep_alive: 60, client_id, ..Connect::default() },
    )
}

fn sent_connect(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, _| Ok(()))
}

pub(super) fn accepted(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(CLIENT, PacketType::ConnAck);
    judge(evidence.received(CLIENT, PacketType::ConnAck), nothing, |_, packet| match packet {
        Packet::ConnAck(connack) if connack.reason_code == ReasonCode::Success => Ok(()),
        other => Err(Finding::Refused {
            packet: PacketType::ConnAck,
            code: other.reason_codes().first().copied().unwrap_or(ReasonCode::UnspecifiedError),
        }),
    })
}

fn connack_opened(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(CLIENT, PacketType::ConnAck);
    let not_opened = Finding::NotOpened { packet: PacketType::ConnAck };
    let mut connacks = evidence.received(CLIENT, PacketType::ConnAck).peekable();
    match connacks.peek() {
        None => Verdict::NotYet(nothing),
        Some(_) => match connacks.find(|record| evidence.opened.contains(&record.id)) {
            Some(record) => Verdict::Met(vec![record.id]),
            None => Verdict::NotYet(not_opened),
        },
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
