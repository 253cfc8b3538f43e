//! One CONNECT that says what this client can take and who it is.

use super::accepted;
use crate::analysis::answered_by;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Prediction,
    Step, Verdict, check, figure, judge,
};
use crate::delivery::Accepts;
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "connect-properties",
    broker: Broker::Any,
    spec: &["3.1.2.11"],
    clients: &[ClientSetup {
        role: "client",
        // The numbers are left to the learner; the long pairs would only be typing.
        prepared: |cast| vec![common::connect_with(cast, CLIENT, pairs())],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "limits",
            by_hand: Some(ByHand { act: connect, field: "Session Expiry Interval" }),
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: receive_maximum_answered,
            }),
            check: said_it_all,
            ..Step::PLAIN
        },
        Step { id: "accepted", check: compared, values: agreed, ..Step::PLAIN },
    ],
    figures: &[Figure { name: "properties", value: property_length }],
    solution: |cast| vec![Move::Act(connect(cast)), Move::Open(CLIENT, PacketType::ConnAck)],
    par: 1,
    ..Exercise::PLAIN
};

const SESSION_EXPIRY_INTERVAL: u32 = 300;
const RECEIVE_MAXIMUM: u16 = 10;
const MAXIMUM_PACKET_SIZE: u32 = 1_048_576;
const TOPIC_ALIAS_MAXIMUM: u16 = 10;
const PAIRS: [(&str, &str); 3] = [
    ("client_type", "advanced_mqtt5_client"),
    ("version", "1.0.0"),
    ("capabilities", "user_properties,topic_alias,request_response"),
];

fn pairs() -> Vec<Property> {
    PAIRS.map(|(name, value)| Property::user(name, value)).into()
}

fn connect(cast: &Cast) -> Act {
    let mut properties = vec![
        Property::SessionExpiryInterval(SESSION_EXPIRY_INTERVAL),
        Property::ReceiveMaximum(RECEIVE_MAXIMUM),
        Property::MaximumPacketSize(MAXIMUM_PACKET_SIZE),
        Property::TopicAliasMaximum(TOPIC_ALIAS_MAXIMUM),
    ];
    properties.extend(pairs());
    common::connect_with(cast, CLIENT, properties)
}

/// What the Property Length of that CONNECT says.
fn property_length(cast: &Cast) -> String {
    let Some(Packet::Connect(mut connect)) = figure::packet(&connect(cast)) else {
        return String::new();
    };
    let size = |packet: &Packet| encode(packet).map_or(0, |bytes| bytes.len());
    let whole = size(&Packet::Connect(connect.clone()));
    connect.properties = Default::default();
    // An empty list has a length of one byte, this one of two; so has the Remaining Length.
    (whole - size(&Packet::Connect(connect)) - 2).to_string()
}

/// Seven properties with the values of the lesson; the first that is not as asked is told.
fn is_complete(packet: &Packet) -> Result<(), Finding> {
    let said = packet.properties();
    let numbers = [
        (
            PropertyId::SessionExpiryInterval,
            said.session_expiry_interval(),
            SESSION_EXPIRY_INTERVAL,
        ),
        (PropertyId::ReceiveMaximum, said.receive_maximum().map(u32::from), RECEIVE_MAXIMUM.into()),
        (PropertyId::MaximumPacketSize, said.maximum_packet_size(), MAXIMUM_PACKET_SIZE),
        (
            PropertyId::TopicAliasMaximum,
            said.topic_alias_maximum().map(u32::from),
            TOPIC_ALIAS_MAXIMUM.into(),
        ),
    ];
    for (id, found, wanted) in numbers {
        let found = found.ok_or_else(|| Finding::absent(id.name()))?;
        Finding::unless_equal(id.name(), found, wanted)?;
    }
    check::has_user_property_pairs(packet, &PAIRS)
}

fn said_it_all(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| is_complete(packet))
}

/// Which Receive Maximum the Server names to a CONNECT with that of the lesson: the same, another, or
/// none. A CONNACK that refuses names no limits.
fn receive_maximum_answered(evidence: &Evidence, _: &[RecordId]) -> Option<usize> {
    evidence.received(CLIENT, PacketType::ConnAck).find_map(|answer| {
        let asked = answered_by(evidence.capture, answer.id)?.valid_packet()?;
        let connack = answer.valid_packet()?;
        is_complete(&asked).and_then(|()| check::nothing_refused(&connack)).ok()?;
        Some(match connack.properties().receive_maximum() {
            Some(RECEIVE_MAXIMUM) => 0,
            Some(_) => 1,
            None => 2,
        })
    })
}

/// The latest complete CONNECT is accepted, and the learner has opened its CONNACK.
fn compared(evidence: &Evidence) -> Verdict {
    let complete =
        |record: &&Record| record.valid_packet().is_some_and(|packet| is_complete(&packet).is_ok());
    let asked = evidence
        .sent(CLIENT, PacketType::Connect)
        .filter(complete)
        .last()
        .ok_or_else(|| Evidence::not_received(CLIENT, PacketType::ConnAck))?;
    let answer = accepted(evidence, CLIENT, asked.id)?;
    match evidence.opened.contains(&answer) {
        true => Ok(vec![asked.id, answer]),
        false => Err(Finding::NotOpened { packet: PacketType::ConnAck }.into()),
    }
}

/// The interval that applies, and how much either side may send unacknowledged.
fn agreed(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let mut packets = records.iter().filter_map(|id| evidence.capture.get(*id)?.valid_packet());
    let (Some(connect), Some(connack)) = (packets.next(), packets.next()) else {
        return Vec::new();
    };
    let (asked, stated) = (connect.properties(), connack.properties());
    let receive_maximum = |packet| {
        let accepts = Accepts::stated_in(packet).unwrap_or_default();
        accepts.receive_maximum.to_string()
    };
    let interval = stated.session_expiry_interval().or(asked.session_expiry_interval());
    vec![
        ("interval", interval.unwrap_or(0).to_string()),
        ("yours", receive_maximum(&connect)),
        ("theirs", receive_maximum(&connack)),
    ]
}

const CLIENT: ClientSlot = ClientSlot(0);
