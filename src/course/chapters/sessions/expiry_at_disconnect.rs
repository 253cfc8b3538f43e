//! Changing the interval while leaving: shorter, longer, but never from 0.

use bytes::Bytes;

use super::connect;
use crate::capture::{ClientSlot, RecordId};
use crate::course::connections::{Connection, connections};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Disconnect, Packet, PacketType, Property, ReasonCode, Sender, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "expiry-at-disconnect",
    broker: Broker::Any,
    spec: &["3.14.2.2.2"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast, CLIENT, true, Some(300)), leave_with(0)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "forget-me",
            controls: &[
                |cast| Move::Act(connect(cast, CLIENT, true, Some(300))),
                |_| Move::Act(leave_with(0)),
            ],
            check: asked_to_be_forgotten,
            ..Step::PLAIN
        },
        Step {
            id: "forgotten",
            controls: &[|cast| Move::Act(connect(cast, CLIENT, false, None))],
            check: was_forgotten,
            ..Step::PLAIN
        },
        Step {
            id: "from-zero",
            controls: &[|_| Move::Act(raise_from_zero())],
            check: was_refused,
            ..Step::PLAIN
        },
    ],
    solution: |cast: &Cast| {
        [
            connect(cast, CLIENT, true, Some(300)),
            leave_with(0),
            connect(cast, CLIENT, false, None),
            raise_from_zero(),
        ]
        .map(Move::Act)
        .into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn disconnect(interval: u32) -> Disconnect {
    let properties = [Property::SessionExpiryInterval(interval)].into();
    Disconnect { reason_code: ReasonCode::Success, properties }
}

fn leave_with(interval: u32) -> Act {
    Act::disconnect(CLIENT, disconnect(interval))
}

/// Past the client, which keeps to the rule (§3.14.2.2.2) and would not send it.
fn raise_from_zero() -> Act {
    let bytes = encode(&Packet::Disconnect(disconnect(60))).unwrap_or_else(|_| Bytes::new());
    Act { client: CLIENT, action: Action::SendBytes(bytes) }
}

/// Left with 0 after an interval above 0.
fn first(evidence: &Evidence) -> Option<(Connection, RecordId)> {
    connections(evidence, CLIENT).into_iter().find_map(|connection| {
        let asked = connection.connect.1.properties.session_expiry_interval().unwrap_or(0);
        let (end, disconnect) = connection.disconnect.clone()?;
        let forgets = disconnect.properties.session_expiry_interval() == Some(0);
        (asked > 0 && forgets).then_some((connection, end))
    })
}

fn asked_to_be_forgotten(evidence: &Evidence) -> Verdict {
    if let Some((connection, end)) = first(evidence) {
        return Ok(vec![connection.connect.0, end]);
    }
    match connections(evidence, CLIENT).into_iter().next_back() {
        None => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Connect))),
        Some(Connection { disconnect: Some((by, disconnect)), .. }) => {
            let found = disconnect.properties.session_expiry_interval();
            let found = found.map_or("absent".to_owned(), |interval| interval.to_string());
            let finding = Finding::differs("Session Expiry Interval", found, 0);
            Err(Unmet::Contradicted { by, finding })
        }
        Some(_) => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect))),
    }
}

/// The next connection, with Clean Start 0, found nothing.
fn second(evidence: &Evidence) -> Option<Connection> {
    let (_, end) = first(evidence)?;
    connections(evidence, CLIENT)
        .into_iter()
        .find(|c| c.connect.0 > end && !c.connect.1.clean_start && c.session_present().is_some())
}

fn was_forgotten(evidence: &Evidence) -> Verdict {
    let open = asked_to_be_forgotten(evidence);
    if !open.is_ok() {
        return open;
    }
    match second(evidence) {
        None => Err(Unmet::NotYet(Finding::told("not-back", []))),
        Some(back) if back.session_present() == Some(true) => {
            let finding = Finding::differs("Session Present", 1, 0);
            Err(Unmet::Contradicted { by: back.connect.0, finding })
        }
        Some(back) => Ok(back.handshake()),
    }
}

/// A DISCONNECT with an interval, on a connection that began with 0: the Server ends it with 0x82
/// (§3.14.2.2.2).
fn was_refused(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-raised", [])));
    for connection in connections(evidence, CLIENT) {
        let began_with = connection.connect.1.properties.session_expiry_interval().unwrap_or(0);
        let Some((raised, disconnect)) = &connection.disconnect else { continue };
        let interval = disconnect.properties.session_expiry_interval().unwrap_or(0);
        if began_with > 0 || interval == 0 {
            continue;
        }
        let mut answers = evidence.capture.packets(PacketType::Disconnect, Sender::Server);
        let answer = answers.find(|record| record.connection == connection.id);
        verdict = match answer.and_then(|record| Some((record.id, record.valid_packet()?))) {
            None => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::Disconnect))),
            Some((id, packet)) => {
                match packet.reason_codes().contains(&ReasonCode::ProtocolError) {
                    true => return Ok(vec![*raised, id]),
                    false => {
                        let code = packet.reason_codes().first().copied();
                        let code = code.unwrap_or(ReasonCode::Success);
                        let packet = PacketType::Disconnect;
                        Err(Unmet::Contradicted {
                            by: id,
                            finding: Finding::Refused { packet, code },
                        })
                    }
                }
            }
        };
    }
    verdict
}

const CLIENT: ClientSlot = ClientSlot(0);
