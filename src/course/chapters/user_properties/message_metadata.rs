//! The ready-made properties of a message, and what happens when one of them is not true.

use std::str;

use super::{copy_of, message, opened_copy, property_bytes, subscribed_with_qos_1};
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Verdict, check, figure, judge,
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
            prepared: |cast| vec![connect(cast, PUBLISHER), publish_json(Properties::NONE)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen()],
            // A client that acknowledges by hand can answer with something else than 0x00.
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
            check: |evidence| subscribed_with_qos_1(evidence, SUBSCRIBER),
            ..Step::PLAIN
        },
        Step {
            id: "describe",
            by_hand: Some(ByHand { act: |_| describe(), field: "Payload Format Indicator" }),
            check: described,
            values: labels_in_words,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, values: interval_left, ..Step::PLAIN },
        Step {
            id: "not-text",
            controls: &[|_| Move::Act(mislabel())],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_the_server_did }),
            check: mislabelled,
            ..Step::PLAIN
        },
        Step { id: "refuse", controls: &[|_| Move::React(refuse)], check: refused, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    figures: &[
        Figure { name: "labels", value: |_| labels_size() },
        Figure { name: "latin-1", value: |_| in_hex(LATIN_1) },
        Figure { name: "utf-8", value: |_| in_hex("21.5 °C".as_bytes()) },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(describe()),
            Move::Open(SUBSCRIBER, PacketType::Publish),
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

fn publish_json(properties: Properties) -> Act {
    let payload = r#"{"temperature":21.5,"unit":"°C"}"#.as_bytes();
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, payload)
}

fn describe() -> Act {
    let labels = [
        Property::PayloadFormatIndicator(1),
        Property::MessageExpiryInterval(300),
        Property::ContentType(JSON.into()),
    ];
    publish_json(labels.into())
}

fn mislabel() -> Act {
    let properties =
        [Property::PayloadFormatIndicator(1), Property::ContentType("text/plain".into())];
    publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, properties, LATIN_1)
}

fn labels_size() -> String {
    match figure::packet(&describe()) {
        Some(Packet::Publish(publish)) => property_bytes(&publish).to_string(),
        _ => String::new(),
    }
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// Refuses the held delivery that is not what its indicator says. Acknowledgements go in the order of their
/// messages, so older ones are let go first.
fn refuse(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let held = |record: &&Record| {
        record.packet_id().is_some() && answer_to(evidence.capture, record.id).is_none()
    };
    let latest = evidence.sent(SUBSCRIBER, PacketType::Connect).last()?;
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    let held = check::messages(arrived.filter(held).filter(|it| it.id > latest.id));
    held.iter().find(|(_, publish)| is_mislabelled(publish))?;
    let (_, oldest) = held.first()?;
    let reason_code = match is_mislabelled(oldest) {
        true => ReasonCode::PayloadFormatInvalid,
        false => ReasonCode::Success,
    };
    let (packet_id, properties) = (oldest.packet_id?, Properties::NONE);
    let action = Action::Acknowledge { packet_id, reason_code, properties };
    Some(Act { client: SUBSCRIBER, action })
}

fn is_mislabelled(publish: &Publish) -> bool {
    publish.properties.payload_format_indicator() == Some(1)
        && str::from_utf8(&publish.payload).is_err()
}

fn claims_utf_8(publish: &Publish) -> Result<(), Finding> {
    let name = PropertyId::PayloadFormatIndicator.name();
    let indicator = publish.properties.payload_format_indicator();
    Finding::unless_equal(name, indicator.ok_or_else(|| Finding::absent(name))?, 1)
}

/// All three labels, and a payload of which the indicator is true.
fn is_described(publish: &Publish) -> Result<(), Finding> {
    claims_utf_8(publish)?;
    let name = PropertyId::ContentType.name();
    let content_type = publish.properties.content_type().ok_or_else(|| Finding::absent(name))?;
    Finding::unless_equal(name, content_type, JSON)?;
    let name = PropertyId::MessageExpiryInterval.name();
    match publish.properties.message_expiry_interval() {
        None => return Err(Finding::absent(name)),
        // It would be over before it is delivered.
        Some(0) => return Err(Finding::differs(name, 0, 300)),
        Some(_) => {}
    }
    match str::from_utf8(&publish.payload) {
        Ok(_) => Ok(()),
        Err(error) => Err(Finding::told("not-utf-8", [&error.valid_up_to()])),
    }
}

fn described(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    judge(sent, nothing, |_, packet| match packet {
        Packet::Publish(publish) => is_described(publish),
        _ => Ok(()),
    })
}

fn labels_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let Some(sent) = records.first().and_then(|id| message(evidence, *id)) else {
        return Vec::new();
    };
    let interval = sent.properties.message_expiry_interval().unwrap_or_default();
    vec![
        ("type", sent.properties.content_type().unwrap_or_default().to_owned()),
        ("interval", interval.to_string()),
    ]
}

/// Indicator and type as they were [MQTT-3.3.2-4] [MQTT-3.3.2-20], the interval not longer
/// [MQTT-3.3.2-6].
fn delivered(evidence: &Evidence) -> Verdict {
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(_, publish)| is_described(publish).is_ok());
    opened_copy(evidence, SUBSCRIBER, &sent, |sent, arrived| {
        is_described(arrived)?;
        let interval = |publish: &Publish| publish.properties.message_expiry_interval();
        match (interval(sent), interval(arrived)) {
            (Some(given), Some(left)) if left > given => {
                let name = PropertyId::MessageExpiryInterval.name();
                Err(Finding::differs(name, left, format!("≤ {given}")))
            }
            _ => Ok(()),
        }
    })
}

fn interval_left(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let mut both = records.iter().filter_map(|id| message(evidence, *id));
    let (Some(sent), Some(arrived)) = (both.next(), both.next()) else { return Vec::new() };
    let interval = |publish: &Publish| {
        publish.properties.message_expiry_interval().unwrap_or_default().to_string()
    };
    vec![("interval", interval(&sent)), ("left", interval(&arrived))]
}

/// A false label in a message that the receiver has to acknowledge.
fn is_a_false_claim(publish: &Publish) -> Result<(), Finding> {
    claims_utf_8(publish)?;
    if !is_mislabelled(publish) {
        return Err(Finding::told("is-text", []));
    }
    Finding::unless_equal("QoS", publish.qos.bits(), 1)
}

/// The publication, and what became of it: either is allowed.
fn mislabelled(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    // The message of the steps before is not an attempt.
    let attempts = evidence.sent(PUBLISHER, PacketType::Publish).filter(|record| {
        message(evidence, record.id).is_none_or(|publish| is_described(&publish).is_err())
    });
    judge(attempts, nothing, |_, packet| match packet {
        Packet::Publish(publish) => is_a_false_claim(publish),
        _ => Ok(()),
    })?;
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(_, publish)| is_a_false_claim(publish).is_ok());
    let fate = |original: &(RecordId, Publish)| {
        let copy = || copy_of(evidence, SUBSCRIBER, original).map(|(id, _)| id);
        refused_by_server(evidence, original.0).or_else(copy).map(|fate| vec![original.0, fate])
    };
    let nothing = || Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    Ok(sent.iter().find_map(fate).ok_or_else(nothing)?)
}

/// The answer in which the Server refuses this message for its payload.
fn refused_by_server(evidence: &Evidence, sent: RecordId) -> Option<RecordId> {
    let answer = answer_to(evidence.capture, sent);
    let mut left = evidence.received(PUBLISHER, PacketType::Disconnect);
    let answers = answer.into_iter().chain(left.find(|record| record.id > sent));
    answers.into_iter().find(|record| says_invalid(record)).map(|record| record.id)
}

fn says_invalid(record: &Record) -> bool {
    let packet = record.valid_packet();
    packet.is_some_and(|it| it.reason_codes().contains(&ReasonCode::PayloadFormatInvalid))
}

/// What the Server did with a payload that is not what it says: delivered it as it is, refused it, or
/// delivered it without the indicator.
fn what_the_server_did(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    Some(match message(evidence, *records.last()?) {
        Some(arrived) if is_mislabelled(&arrived) => 0,
        Some(_) => 2,
        None => 1,
    })
}

/// 0x99 from the one that looked into the payload: the receiver, or a Server that did so before.
fn refused(evidence: &Evidence) -> Verdict {
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    if let Some(answer) = sent.iter().find_map(|(id, _)| refused_by_server(evidence, *id)) {
        return Ok(vec![answer]);
    }
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let (id, publish) = arrived
        .iter()
        .rev()
        .find(|(_, publish)| is_mislabelled(publish))
        .ok_or_else(|| Finding::told("nothing-to-refuse", []))?;
    let said = [PacketType::PubAck, PacketType::PubRec, PacketType::Disconnect];
    let said = said.into_iter().flat_map(|packet| evidence.sent(SUBSCRIBER, packet));
    let about_it = said.filter(|record| {
        let of_it = [None, publish.packet_id].contains(&record.packet_id());
        of_it && record.id > *id
    });
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::PubAck);
    judge(about_it, nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::PayloadFormatInvalid)
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/joint-3/temperature";
const JSON: &str = "application/json";
/// `21.5 °C` as Latin-1 writes it: its degree sign alone is not UTF-8.
const LATIN_1: &[u8] = b"21.5 \xB0C";
