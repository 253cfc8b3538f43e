//! A message a little too large for the subscriber: acknowledged, and never delivered. One too large for the Server:
//! 0x95.

use bytes::Bytes;

use super::{PUBLISHER, SUBSCRIBER, TOPIC, delivered, published};
use crate::analysis::answer_to;
use crate::broker::Policy;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, connect_with};
use crate::course::support::connections::{Connection, connections};
use crate::course::support::subscriptions::held;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Prediction,
    Step, Unmet, Verdict, check, figure, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{
    Disconnect, Packet, PacketId, PacketType, Properties, Property, PropertyId, Publish, QoS,
    ReasonCode, encode,
};

pub static EXERCISE: Exercise = Exercise {
    id: "maximum-packet-size",
    broker: Broker::Any,
    spec: &["3.1.2.11.4", "3.2.2.3.6", "3.3.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), super::subscribe(QoS::AtLeastOnce)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), of_size(TOO_LARGE)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "device",
            prepared: |cast| vec![connect(cast, DEVICE)],
            ..ClientSetup::PLAIN
        },
    ],
    policy: || Policy { maximum_packet_size: Some(4096), ..Policy::default() },
    figures: &[
        Figure { name: "fits", value: |_| figure::size(&of_size(FITS)) },
        Figure { name: "topic", value: |_| (2 + TOPIC.len()).to_string() },
        Figure { name: "one-more", value: |_| (MAXIMUM + 1).to_string() },
        Figure { name: "large", value: |_| figure::size(&of_size(TOO_LARGE)) },
    ],
    steps: &[
        Step {
            id: "limit",
            by_hand: Some(ByHand { act: limit, field: "Maximum Packet Size" }),
            check: |evidence| Ok(vec![limited(evidence)?.connect.0]),
            ..Step::PLAIN
        },
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(super::subscribe(QoS::AtLeastOnce))],
            check: |evidence| Ok(vec![subscribed(evidence)?]),
            ..Step::PLAIN
        },
        Step {
            id: "two-bytes",
            controls: &[|_| Move::Act(of_size(TOO_LARGE)), |_| Move::Act(of_size(FITS))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_became_of_it }),
            check: only_the_smaller,
            ..Step::PLAIN
        },
        Step {
            id: "other-way",
            controls: &[|cast| Move::Act(connect(cast, DEVICE))],
            check: |evidence| check::connack_opened(evidence, DEVICE),
            values: |evidence, _| {
                let stated = server_limit(evidence).map(|(_, stated)| stated);
                let words = stated.flatten().map_or_else(|| "–".to_owned(), |n| n.to_string());
                vec![("limit", words)]
            },
            ..Step::PLAIN
        },
        Step {
            id: "too-large",
            controls: &[|_| Move::Act(picture())],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: how_it_ended }),
            check: answered,
            values: |evidence, records| vec![("answer", answer(evidence, records))],
            ..Step::PLAIN
        },
        Step { id: "arrive", check: arrives, ..Step::PLAIN },
    ],
    solution: |cast| {
        let leave = Act::disconnect(
            SUBSCRIBER,
            Disconnect { reason_code: ReasonCode::Success, properties: Properties::NONE },
        );
        vec![
            Move::Act(limit(cast)),
            Move::Act(super::subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(of_size(TOO_LARGE)),
            Move::Act(of_size(FITS)),
            Move::Act(connect(cast, DEVICE)),
            Move::Open(DEVICE, PacketType::ConnAck),
            Move::Act(picture()),
            Move::Act(leave),
            Move::Act(connect_with(cast, SUBSCRIBER, [Property::MaximumPacketSize(2 * MAXIMUM)])),
            Move::Act(super::subscribe(QoS::AtLeastOnce)),
            Move::Act(of_size(TOO_LARGE)),
        ]
    },
    // Four CONNECT, two SUBSCRIBE, four PUBLISH, a PUBACK for the two that came, and DISCONNECT.
    par: 13,
    ..Exercise::PLAIN
};

const DEVICE: ClientSlot = ClientSlot(2);
const MAXIMUM: u32 = 128;
/// Payloads of this many bytes make a PUBLISH of 131 and of 128 bytes on the topic of this chapter. One of
/// 129 would not do: Mosquitto 2.0.11 leaves one byte of the Fixed Header out when it counts.
const TOO_LARGE: usize = 99;
const FITS: usize = 97;
/// More than the Server of this exercise takes in one packet.
const PICTURE: usize = 5000;

fn limit(cast: &Cast) -> Act {
    connect_with(cast, SUBSCRIBER, [Property::MaximumPacketSize(MAXIMUM)])
}

/// A message with a payload of that many bytes.
fn of_size(bytes: usize) -> Act {
    let payload: String = "0123456789".chars().cycle().take(bytes).collect();
    super::publish(QoS::AtLeastOnce, &payload)
}

/// Past the client, which would refuse to send it.
fn picture() -> Act {
    let publish = Publish {
        qos: QoS::AtLeastOnce,
        topic: "factory/osaka/line-4/picture".into(),
        packet_id: PacketId::new(1),
        payload: Bytes::from(vec![b'#'; PICTURE]),
        ..Publish::default()
    };
    let bytes = encode(&Packet::Publish(publish)).expect("it has everything a PUBLISH needs");
    Act { client: DEVICE, action: Action::SendBytes(bytes) }
}

/// The subscriber's latest accepted connection.
fn connection(evidence: &Evidence) -> Result<Connection, Unmet> {
    let mut all = connections(evidence, SUBSCRIBER);
    let Some(latest) = all.pop() else {
        return Err(Evidence::not_sent(SUBSCRIBER, PacketType::Connect).into());
    };
    match latest.session_present() {
        Some(_) => Ok(latest),
        None => Err(Evidence::not_received(SUBSCRIBER, PacketType::ConnAck).into()),
    }
}

/// It takes packets of up to 128 bytes.
fn limited(evidence: &Evidence) -> Result<Connection, Unmet> {
    let connection = connection(evidence)?;
    let (id, connect) = &connection.connect;
    let name = PropertyId::MaximumPacketSize.name();
    let stated = connect.properties.maximum_packet_size().ok_or_else(|| Finding::absent(name));
    stated
        .and_then(|found| Finding::unless_equal(name, found, MAXIMUM))
        .map_err(|finding| Unmet::by(*id, finding))?;
    Ok(connection)
}

/// The SUBACK of a subscription of QoS 1 to the topic, on the latest connection.
fn subscribed(evidence: &Evidence) -> Result<RecordId, Unmet> {
    connection(evidence)?;
    let mut held = held(evidence, SUBSCRIBER);
    held.retain(|one| one.matches(TOPIC));
    let Some(one) = held.pop() else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::SubAck).into());
    };
    Finding::unless_equal("QoS", one.maximum_qos.bits().min(1), 1)
        .map_err(|finding| Unmet::by(one.suback, finding))?;
    Ok(one.suback)
}

/// The latest PUBLISH above QoS 0 since then that is larger than the subscriber takes, or the latest that is not.
fn sent(evidence: &Evidence, since: RecordId, is_larger: bool) -> Option<(RecordId, Publish)> {
    published(evidence).into_iter().rfind(|(id, message)| {
        let size = evidence.capture.get(*id).map_or(0, |record| record.bytes().len());
        let is_too_large = size > MAXIMUM as usize;
        *id > since && message.qos > QoS::AtMostOnce && is_too_large == is_larger
    })
}

fn arrival(evidence: &Evidence, since: RecordId, of: &Publish) -> Option<RecordId> {
    let mut arrived = delivered(evidence).into_iter();
    arrived.find(|(id, copy)| *id > since && copy.payload == of.payload).map(|(id, _)| id)
}

/// The larger is acknowledged to its publisher as any other, and only the smaller one, sent after it, comes
/// [MQTT-3.1.2-24] [MQTT-3.1.2-25].
fn only_the_smaller(evidence: &Evidence) -> Verdict {
    limited(evidence)?;
    let since = subscribed(evidence)?;
    let Some((large, message)) = sent(evidence, since, true) else {
        return Err(Finding::told("none-larger", [&MAXIMUM]).into());
    };
    if let Some(by) = arrival(evidence, large, &message) {
        return Err(Unmet::by(by, Finding::told("came-anyway", [&MAXIMUM])));
    }
    let Some(answer) = answer_to(evidence.capture, large) else {
        return Err(Evidence::not_received(PUBLISHER, PacketType::PubAck).into());
    };
    let packet = answer.valid_packet();
    let refused = packet.map_or(Ok(()), |packet| check::nothing_refused(&packet));
    refused.map_err(|finding| Unmet::by(answer.id, finding))?;
    let smaller = sent(evidence, large, false);
    match smaller.and_then(|(id, message)| arrival(evidence, id, &message)) {
        Some(arrived) => Ok(vec![large, answer.id, arrived]),
        None => Err(Finding::told("none-smaller", [&MAXIMUM]).into()),
    }
}

/// Refused to the publisher, an end for the subscriber, or neither.
fn what_became_of_it(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let &[large, answer, arrived] = records else { return None };
    let answer = evidence.capture.get(answer)?;
    let mut ends = evidence.received(SUBSCRIBER, PacketType::Disconnect);
    Some(match answer.ack_reason_code() {
        Some(0x80..) => 0,
        _ if ends.any(|end| (large..arrived).contains(&end.id)) => 1,
        _ => 2,
    })
}

/// The device's latest CONNACK, and the limit it states.
fn server_limit(evidence: &Evidence) -> Option<(RecordId, Option<u32>)> {
    let (id, connack) = connections(evidence, DEVICE).pop()?.connack?;
    Some((id, connack.properties.maximum_packet_size()))
}

/// A PUBLISH larger than the Server takes, and DISCONNECT with 0x95 (§3.2.2.3.6); its PUBACK where the Server states
/// no limit.
fn answered(evidence: &Evidence) -> Verdict {
    let Some((connack, limit)) = server_limit(evidence) else {
        return Err(Evidence::not_received(DEVICE, PacketType::ConnAck).into());
    };
    let least = limit.map_or(PICTURE, |limit| limit as usize);
    let sent = evidence.sent(DEVICE, PacketType::Publish).filter(|sent| sent.id > connack);
    let Some(sent) = sent.filter(|sent| sent.bytes().len() > least).last() else {
        return Err(Finding::told("none-too-large", [&least]).into());
    };
    let answers = |packet| evidence.received(DEVICE, packet).filter(|it| it.id > sent.id);
    let answer = match limit {
        Some(_) => {
            let nothing = Evidence::not_received(DEVICE, PacketType::Disconnect);
            judge(answers(PacketType::Disconnect), nothing, |_, packet| {
                check::has_reason_code(packet, ReasonCode::PacketTooLarge)
            })?
        }
        None => {
            let nothing = Evidence::not_received(DEVICE, PacketType::PubAck);
            judge(answers(PacketType::PubAck), nothing, |_, packet| check::nothing_refused(packet))?
        }
    };
    Ok([sent.id].into_iter().chain(answer).collect())
}

/// The answer by its name, with its Reason Code.
fn answer(evidence: &Evidence, records: &[RecordId]) -> String {
    let record = records.last().and_then(|id| evidence.capture.get(*id));
    let Some(packet) = record.and_then(Record::valid_packet) else { return String::new() };
    let kind = packet.packet_type();
    let code = packet.reason_codes().first();
    let code = code.map(|code| format!(" {}", code.in_words(kind)));
    format!("{}{}", kind.name(), code.unwrap_or_default())
}

/// DISCONNECT with 0x95, or PUBACK.
fn how_it_ended(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    match evidence.capture.get(*records.last()?)?.packet_type()? {
        PacketType::PubAck => Some(1),
        PacketType::Disconnect => Some(2),
        _ => None,
    }
}

/// A message that is larger than the subscriber took before has come to it.
fn arrives(evidence: &Evidence) -> Verdict {
    let connection = connection(evidence)?;
    let (id, connect) = &connection.connect;
    if let Some(still) = connect.properties.maximum_packet_size().filter(|most| *most <= MAXIMUM) {
        return Err(Finding::told("still-limited", [&still]).into());
    }
    let since = subscribed(evidence)?;
    let Some((sent, message)) = sent(evidence, since, true) else {
        return Err(Finding::told("none-larger", [&MAXIMUM]).into());
    };
    match arrival(evidence, sent, &message) {
        Some(arrived) => Ok(vec![*id, sent, arrived]),
        None => Err(Evidence::not_received(SUBSCRIBER, PacketType::Publish).into()),
    }
}
