//! The ready-made properties of a message, and what happens when one of them is not true.

use std::str;

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check, judge,
};
use crate::lab::{AcknowledgeByHand, Act, Action};
use crate::mqtt::{Packet, PacketType, Properties, Property, PropertyId, Publish, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "message-metadata",
    broker: Broker::Any,
    spec: &["3.3.2.3.2", "3.3.2.3.3", "3.3.2.3.9", "3.4.2.1"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), describe()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen()],
            // Whoever acknowledges by hand can answer with something else than 0x00.
            beginning: |_| {
                let by_hand = AcknowledgeByHand { puback: true, ..AcknowledgeByHand::default() };
                vec![Act { client: SUBSCRIBER, action: Action::AcknowledgeByHand(by_hand) }]
            },
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(listen())],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "describe",
            controls: &[|_| Move::Act(describe())],
            check: described,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, ..Step::PLAIN },
        Step {
            id: "not-text",
            controls: &[|_| Move::Act(mislabel())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_the_server_did(evidence),
            }),
            check: mislabelled,
            ..Step::PLAIN
        },
        Step { id: "refuse", controls: &[|_| Move::React(refuse)], check: refused, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(describe()),
            Move::Act(mislabel()),
            Move::React(refuse),
        ]
    },
    par: 6,
    ..Exercise::PLAIN
};

fn listen() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtLeastOnce)
}

fn describe() -> Act {
    let properties = [
        Property::PayloadFormatIndicator(1),
        Property::MessageExpiryInterval(300),
        Property::ContentType("application/json".to_owned()),
    ];
    let payload = r#"{"temperature":21.5,"unit":"°C"}"#.as_bytes();
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, payload)
}

/// `21.5 °C` as Latin-1 writes it: its degree sign alone is no UTF-8.
fn mislabel() -> Act {
    let properties =
        [Property::PayloadFormatIndicator(1), Property::ContentType("text/plain".to_owned())];
    publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, properties, b"21.5 \xB0C")
}

/// Answers the held delivery that is not what its indicator says.
fn refuse(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let (_, publish) = arrived.iter().rev().find(|(_, publish)| is_mislabelled(publish))?;
    let action = Action::Acknowledge {
        packet_id: publish.packet_id?,
        reason_code: ReasonCode::PayloadFormatInvalid,
        properties: Properties::NONE,
    };
    Some(Act { client: SUBSCRIBER, action })
}

fn is_mislabelled(publish: &Publish) -> bool {
    publish.properties.payload_format_indicator() == Some(1)
        && str::from_utf8(&publish.payload).is_err()
}

/// All three properties, and a payload of which the indicator is true.
fn is_described(packet: &Packet) -> Result<(), Finding> {
    let Packet::Publish(publish) = packet else { return Ok(()) };
    let properties = &publish.properties;
    match properties.payload_format_indicator() {
        None => return Err(Finding::absent(PropertyId::PayloadFormatIndicator.name())),
        Some(1) => {}
        Some(other) => {
            return Err(Finding::differs(PropertyId::PayloadFormatIndicator.name(), other, 1));
        }
    }
    if properties.content_type().is_none() {
        return Err(Finding::absent(PropertyId::ContentType.name()));
    }
    if properties.message_expiry_interval().is_none() {
        return Err(Finding::absent(PropertyId::MessageExpiryInterval.name()));
    }
    match str::from_utf8(&publish.payload) {
        Ok(_) => Ok(()),
        Err(error) => Err(Finding::told("not-utf-8", [&error.valid_up_to()])),
    }
}

fn described(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| is_described(packet))
}

/// Indicator and type as they were [MQTT-3.3.2-4] [MQTT-3.3.2-20], the interval not longer
/// [MQTT-3.3.2-6].
fn delivered(evidence: &Evidence) -> Verdict {
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    judge(evidence.received(SUBSCRIBER, PacketType::Publish), nothing, |_, packet| {
        is_described(packet)?;
        let Packet::Publish(arrived) = packet else { return Ok(()) };
        let mut same = sent.iter().filter(|(_, sent)| sent.payload == arrived.payload);
        let fits = |(_, sent): &(RecordId, Publish)| {
            let (sent, arrived) = (&sent.properties, &arrived.properties);
            sent.content_type() == arrived.content_type()
                && sent.message_expiry_interval() >= arrived.message_expiry_interval()
        };
        match same.any(fits) {
            true => Ok(()),
            false => Err(Finding::told("changed", [])),
        }
    })
}

/// What the server did with a payload that is not what it says: delivered it as it is, refused it, or
/// delivered it without the indicator.
fn what_the_server_did(evidence: &Evidence) -> Option<usize> {
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let (_, sent) = sent.iter().find(|(_, publish)| is_mislabelled(publish))?;
    if refused_by_server(evidence).is_some() {
        return Some(1);
    }
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let (_, arrived) = arrived.iter().find(|(_, publish)| publish.payload == sent.payload)?;
    Some(if is_mislabelled(arrived) { 0 } else { 2 })
}

fn refused_by_server(evidence: &Evidence) -> Option<RecordId> {
    [PacketType::PubAck, PacketType::PubRec, PacketType::Disconnect].into_iter().find_map(
        |answer| {
            let mut answers = evidence.received(PUBLISHER, answer);
            let says = answers.find(|record| {
                record.valid_packet().is_some_and(|packet| {
                    packet.reason_codes().contains(&ReasonCode::PayloadFormatInvalid)
                })
            });
            says.map(|record| record.id)
        },
    )
}

/// The publication, and what became of it: either is allowed.
fn mislabelled(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent =
        judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| match packet {
            Packet::Publish(publish) if is_mislabelled(publish) => Ok(()),
            Packet::Publish(publish)
                if publish.properties.payload_format_indicator() == Some(1) =>
            {
                Err(Finding::told("is-text", []))
            }
            _ => Err(Finding::absent(PropertyId::PayloadFormatIndicator.name())),
        });
    let Ok(mut records) = sent else {
        return match sent {
            // The message of the steps before is no mistake.
            Err(Unmet::Contradicted { finding, .. }) => Err(Unmet::NotYet(finding)),
            other => other,
        };
    };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let arrived = arrived.iter().find(|(_, publish)| is_mislabelled(publish)).map(|(id, _)| *id);
    match arrived.or(refused_by_server(evidence)) {
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
        Some(answer) => {
            records.push(answer);
            Ok(records)
        }
    }
}

/// 0x99 from whoever looked into the payload: the receiver, or a server that did so before.
fn refused(evidence: &Evidence) -> Verdict {
    if let Some(answer) = refused_by_server(evidence) {
        return Ok(vec![answer]);
    }
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let Some((id, publish)) = arrived.iter().rev().find(|(_, publish)| is_mislabelled(publish))
    else {
        return Err(Unmet::NotYet(Finding::told("nothing-to-refuse", [])));
    };
    let answers = [PacketType::PubAck, PacketType::PubRec];
    let answers = answers.into_iter().flat_map(|answer| evidence.sent(SUBSCRIBER, answer));
    let answers =
        answers.filter(|record| record.packet_id() == publish.packet_id && record.id > *id);
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::PubAck);
    judge(answers, nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::PayloadFormatInvalid)
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/metadata";
