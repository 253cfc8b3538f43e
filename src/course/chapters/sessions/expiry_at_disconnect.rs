//! Changing the interval while leaving: shorter, longer, but never from 0.

use bytes::Bytes;

use super::{EXPIRY, connect, seconds};
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::connections::{
    Connection, connection_among, connections, latest_absence,
};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, figure,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Disconnect, Packet, PacketType, Property, ReasonCode, Sender, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "expiry-at-disconnect",
    broker: Broker::Any,
    spec: &["3.14.2.2.2"],
    clients: &[ClientSetup {
        role: "client",
        // The interval of the DISCONNECT is the lesson.
        prepared: |cast| vec![begin(cast), super::leave(CLIENT)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Sessions),
    figures: &[Figure { name: "farewell", value: |_| figure::bytes(&leave_with(0)) }],
    steps: &[
        Step {
            id: "begin",
            controls: &[|cast| Move::Act(begin(cast))],
            check: began,
            values: |evidence, records| asked(evidence, records).into_iter().collect(),
            ..Step::PLAIN
        },
        Step {
            id: "forget-me",
            by_hand: Some(ByHand { act: |_| leave_with(0), field: EXPIRY }),
            check: asked_to_be_forgotten,
            values: |evidence, records| {
                let size = records.last().and_then(|id| evidence.capture.get(*id));
                let size = size.map(|record| ("size", record.bytes().len().to_string()));
                asked(evidence, records).into_iter().chain(size).collect()
            },
            ..Step::PLAIN
        },
        Step {
            id: "forgotten",
            controls: &[|cast| Move::Act(connect(cast, CLIENT, false, None))],
            check: was_forgotten,
            values: |evidence, records| match records {
                [end, back, ..] => vec![("away", seconds(evidence, *end, *back))],
                _ => Vec::new(),
            },
            ..Step::PLAIN
        },
        Step {
            id: "from-zero",
            controls: &[|_| Move::Act(raise_from_zero())],
            prediction: Some(Prediction { asks: Asks::Options(4), outcome: the_answer }),
            check: was_refused,
            ..Step::PLAIN
        },
    ],
    solution: |cast: &Cast| {
        let back = connect(cast, CLIENT, false, None);
        [begin(cast), leave_with(0), back, raise_from_zero()].map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    connect(cast, CLIENT, true, Some(300))
}

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

fn interval_of_connect(connection: &Connection) -> u32 {
    connection.connect.1.properties.session_expiry_interval().unwrap_or(0)
}

/// CONNECT asked for an interval that can be taken back.
fn asks_for_one(connection: &Connection) -> Result<(), Unmet> {
    let asked = connection.connect.1.properties.session_expiry_interval();
    let finding = match asked {
        None => Finding::absent(EXPIRY),
        Some(0) => Finding::differs(EXPIRY, 0, 300),
        Some(_) => return Ok(()),
    };
    Err(Unmet::by(connection.connect.0, finding))
}

fn began(evidence: &Evidence) -> Verdict {
    let latest = connections(evidence, CLIENT).pop();
    let latest = latest.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Connect))?;
    asks_for_one(&latest)?;
    let accepted = latest.session_present();
    accepted.ok_or_else(|| Evidence::not_received(CLIENT, PacketType::ConnAck))?;
    Ok(latest.handshake())
}

/// The DISCONNECT takes back what the CONNECT asked for.
fn takes_it_back(connection: &Connection) -> Verdict {
    let not_sent = || Evidence::not_sent(CLIENT, PacketType::Disconnect);
    let (end, disconnect) = connection.disconnect.as_ref().ok_or_else(not_sent)?;
    asks_for_one(connection)?;
    let found = disconnect.properties.session_expiry_interval();
    found
        .ok_or_else(|| Finding::absent(EXPIRY))
        .and_then(|found| Finding::unless_equal(EXPIRY, found, 0))
        .map_err(|finding| Unmet::by(*end, finding))?;
    Ok(vec![connection.connect.0, *end])
}

fn asked_to_be_forgotten(evidence: &Evidence) -> Verdict {
    let latest = connections(evidence, CLIENT).into_iter().rfind(|it| it.end.is_some());
    let latest = latest.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Disconnect))?;
    takes_it_back(&latest)
}

/// Back with Clean Start 0 and no interval, and nothing is there.
fn was_forgotten(evidence: &Evidence) -> Verdict {
    let absence = latest_absence(evidence, CLIENT);
    let (before, back) =
        absence.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Disconnect))?;
    let taken_back = takes_it_back(&before).map_err(|_| Finding::told("taken-back", []))?;
    let back = back.ok_or_else(|| Finding::told("not-back", []))?;
    back.asks_for_session_of(&before)?;
    let present = back.session_present().is_some_and(|present| present);
    Finding::unless_equal(EXPIRY, interval_of_connect(&back), 0)
        .and_then(|()| Finding::unless_equal("Session Present", u8::from(present), 0))
        .map_err(|finding| Unmet::by(back.connect.0, finding))?;
    Ok(taken_back.into_iter().skip(1).chain(back.handshake()).collect())
}

/// The latest DISCONNECT with an interval on a connection that began with 0; the Server ends it with 0x82
/// (§3.14.2.2.2).
fn was_refused(evidence: &Evidence) -> Verdict {
    let raised = |connection: Connection| {
        let (id, disconnect) = connection.disconnect.as_ref()?;
        let raised = disconnect.properties.session_expiry_interval()? > 0;
        (raised && interval_of_connect(&connection) == 0).then_some(*id)
    };
    let raised = connections(evidence, CLIENT).into_iter().rev().find_map(raised);
    let raised = raised.ok_or_else(|| Finding::told("not-raised", []))?;
    let mut following = evidence.capture.following(raised);
    let answer = following.find(|record| {
        record.packet_type() == Some(PacketType::Disconnect)
            && record.sender() == Some(Sender::Server)
    });
    let answer = answer.ok_or_else(|| Evidence::not_received(CLIENT, PacketType::Disconnect))?;
    let codes = answer.valid_packet().map(|packet| packet.reason_codes().to_vec());
    let code = codes.and_then(|codes| codes.first().copied()).unwrap_or(ReasonCode::Success);
    if code != ReasonCode::ProtocolError {
        let finding = Finding::Refused { packet: PacketType::Disconnect, code };
        return Err(Unmet::by(answer.id, finding));
    }
    Ok(vec![raised, answer.id])
}

/// DISCONNECT 0x82: the third option.
fn the_answer(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let answer = evidence.capture.get(*records.last()?)?;
    (answer.packet_type() == Some(PacketType::Disconnect)).then_some(2)
}

fn asked(evidence: &Evidence, records: &[RecordId]) -> Option<(&'static str, String)> {
    let connection = connection_among(evidence, CLIENT, records)?;
    Some(("interval", interval_of_connect(&connection).to_string()))
}

const CLIENT: ClientSlot = ClientSlot(0);
