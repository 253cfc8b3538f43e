//! Aliases that no Server takes: zero, and one more than it said.

use super::{TOPIC, alias_of, code_of, dismissal, has_ended, publish_in, reading, taken};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, judge,
};
use crate::delivery::Accepts;
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, Publish, QoS, ReasonCode, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-out-of-range",
    broker: Broker::Any,
    spec: &["3.3.2.3.4", "3.3.4", "3.2.2.3.8", "3.14.2.1", "4.13.1"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, PUBLISHER), acknowledged(None)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "zero",
            controls: &[|_| Move::Act(past_the_client(0))],
            check: |evidence| dismissed(evidence, |alias, _| alias == 0, FOR_ZERO),
            values: |evidence, records| vec![("code", code_of(evidence, records.last()))],
            ..Step::PLAIN
        },
        Step {
            id: "one-too-many",
            controls: &[|cast| Move::Act(connect(cast, PUBLISHER)), |_| Move::React(one_too_many)],
            prediction: Some(Prediction { asks: Asks::Byte, outcome: code_byte }),
            check: |evidence| dismissed(evidence, |alias, maximum| alias > maximum, ABOVE),
            values: |evidence, records| {
                let alias = alias_of(evidence, records.first());
                vec![("alias", alias), ("code", code_of(evidence, records.last()))]
            },
            ..Step::PLAIN
        },
        Step {
            id: "the-last",
            by_hand: Some(ByHand { act: |_| acknowledged(Some(TEN)), field: "Topic Alias" }),
            check: highest_works,
            values: |evidence, records| vec![("alias", alias_of(evidence, records.first()))],
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    solution: |cast| {
        let connect_again = Move::React(|cast, evidence| {
            has_ended(evidence, PUBLISHER).then(|| connect(cast, PUBLISHER))
        });
        vec![
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(past_the_client(0)),
            connect_again.clone(),
            Move::React(one_too_many),
            connect_again,
            Move::React(the_last),
        ]
    },
    par: 6,
    ..Exercise::PLAIN
};

/// Past the client, which refuses to send it.
fn past_the_client(alias: u16) -> Act {
    let publish = Packet::Publish(reading(TOPIC, Some(alias)));
    let bytes = encode(&publish).expect("it has everything a PUBLISH needs");
    Act { client: PUBLISHER, action: Action::SendBytes(bytes) }
}

fn one_too_many(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let maximum = evidence.received(PUBLISHER, PacketType::ConnAck).last().and_then(maximum_in)?;
    maximum.checked_add(1).map(past_the_client)
}

fn the_last(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let connack = evidence.received(PUBLISHER, PacketType::ConnAck).last()?;
    let maximum = maximum_in(connack).filter(|maximum| *maximum > 0)?;
    Some(acknowledged(Some(maximum)))
}

fn acknowledged(alias: Option<u16>) -> Act {
    Act::publish(PUBLISHER, Publish { qos: QoS::AtLeastOnce, ..reading(TOPIC, alias) })
}

/// What a CONNACK allows.
fn maximum_in(connack: &Record) -> Option<u16> {
    Some(Accepts::stated_in(&connack.valid_packet()?)?.topic_alias_maximum)
}

/// What was allowed on the connection of this record.
fn maximum(evidence: &Evidence, record: &Record) -> Option<u16> {
    let mut connacks = evidence.received(PUBLISHER, PacketType::ConnAck);
    connacks.find(|connack| connack.connection == record.connection).and_then(maximum_in)
}

/// The alias of a PUBLISH. Zero breaks a rule of the packet itself [MQTT-3.3.2-8], so the decoder's
/// error stands for it.
fn alias_in(record: &Record) -> Option<u16> {
    match record.packet()? {
        Ok(Packet::Publish(publish)) => publish.properties.topic_alias(),
        Ok(_) => None,
        Err(error) => (error.kind.reason_code() == ReasonCode::TopicAliasInvalid).then_some(0),
    }
}

/// An alias of that kind was sent, and the Server ended the connection with one of these codes.
fn dismissed(evidence: &Evidence, is_meant: fn(u16, u16) -> bool, codes: &[ReasonCode]) -> Verdict {
    let mut unmet = Unmet::NotYet(Finding::told("not-tried", []));
    for publish in evidence.sent(PUBLISHER, PacketType::Publish) {
        let alias = alias_in(publish);
        let Some((alias, maximum)) = alias.zip(maximum(evidence, publish)) else { continue };
        if !is_meant(alias, maximum) {
            continue;
        }
        unmet = match dismissal(evidence.capture, publish) {
            Some((record, code)) if codes.contains(&code) => {
                return Ok(vec![publish.id, record.id]);
            }
            Some((record, code)) => {
                Unmet::by(record.id, Finding::Refused { packet: PacketType::Disconnect, code })
            }
            None => Evidence::not_received(PUBLISHER, PacketType::Disconnect).into(),
        };
    }
    Err(unmet)
}

/// The Reason Code of the DISCONNECT.
fn code_byte(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let packet = evidence.capture.get(*records.last()?)?.valid_packet()?;
    packet.reason_codes().first().map(|code| usize::from(code.value()))
}

/// Topic Alias Maximum itself is an alias like any other.
fn highest_works(evidence: &Evidence) -> Verdict {
    let nothing = Finding::told("not-tried", []);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    let in_range = sent.filter(|record| {
        alias_in(record).is_some_and(|alias| {
            alias > 0 && maximum(evidence, record).is_some_and(|maximum| alias <= maximum)
        })
    });
    judge(in_range, nothing, |record, packet| {
        let Some(publish) = publish_in(packet) else { return Ok(()) };
        let alias = publish.properties.topic_alias().unwrap_or_default();
        match maximum(evidence, record) {
            Some(maximum) if alias < maximum => {
                Err(Finding::differs("Topic Alias", alias, maximum))
            }
            _ if publish.qos == QoS::AtMostOnce => Err(Finding::told("unacknowledged", [])),
            _ => taken(evidence.capture, record),
        }
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
/// What the broker in the tab and a stock Mosquitto allow; the learner reads it in CONNACK.
const TEN: u16 = 10;
/// §3.3.4 names 0x94 for zero too, while §3.14.2.1 defines it for aliases above the maximum alone. So some
/// Servers say 0x82, or find the packet malformed [MQTT-3.3.2-8].
const FOR_ZERO: &[ReasonCode] =
    &[ReasonCode::TopicAliasInvalid, ReasonCode::ProtocolError, ReasonCode::MalformedPacket];
const ABOVE: &[ReasonCode] = &[ReasonCode::TopicAliasInvalid, ReasonCode::ProtocolError];
