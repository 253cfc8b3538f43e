//! A message a little too large for the subscriber: acknowledged, and never delivered.

use super::{PUBLISHER, SUBSCRIBER, delivered, granted, published};
use crate::broker::Policy;
use crate::capture::{RecordId, answer_to};
use crate::course::chapters::common::{connect, connect_with};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "maximum-packet-size",
    broker: Broker::Any,
    spec: &["3.1.2.11.4", "3.2.2.3.6"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![limit(cast), super::subscribe(QoS::AtLeastOnce)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), of_size(TOO_LARGE)],
            ..ClientSetup::PLAIN
        },
    ],
    policy: || Policy { maximum_packet_size: Some(4096), ..Policy::default() },
    steps: &[
        Step {
            id: "limit",
            controls: &[
                |cast| Move::Act(limit(cast)),
                |_| Move::Act(super::subscribe(QoS::AtLeastOnce)),
            ],
            check: limited,
            ..Step::PLAIN
        },
        Step {
            id: "two-bytes",
            controls: &[|_| Move::Act(of_size(TOO_LARGE)), |_| Move::Act(of_size(FITS))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_became_of_it(evidence),
            }),
            check: only_the_smaller,
            ..Step::PLAIN
        },
        Step {
            id: "other-way",
            controls: &[|_| Move::Open(PUBLISHER, PacketType::ConnAck)],
            check: read,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(limit(cast)),
            Move::Act(super::subscribe(QoS::AtLeastOnce)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(of_size(TOO_LARGE)),
            Move::Act(of_size(FITS)),
            Move::Open(PUBLISHER, PacketType::ConnAck),
        ]
    },
    // Two CONNECT, SUBSCRIBE, two PUBLISH and the PUBACK for the one that came.
    par: 6,
    ..Exercise::PLAIN
};

const MAXIMUM: u32 = 128;
/// Payloads of this many bytes make a PUBLISH of 131 and of 128 bytes on the topic of this chapter. One of
/// 129 would not do: Mosquitto 2.0 leaves one byte of the fixed header out when it counts.
const TOO_LARGE: usize = 101;
const FITS: usize = 99;

fn limit(cast: &Cast) -> Act {
    connect_with(cast, SUBSCRIBER, [Property::MaximumPacketSize(MAXIMUM)])
}

/// A message with a payload of that many bytes.
fn of_size(bytes: usize) -> Act {
    let payload: String = "0123456789".chars().cycle().take(bytes).collect();
    super::publish(QoS::AtLeastOnce, &payload)
}

fn limited(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::Connect);
    let stated = judge(evidence.sent(SUBSCRIBER, PacketType::Connect), nothing, |_, packet| {
        match packet.properties().maximum_packet_size() {
            Some(_) => Ok(()),
            None => Err(Finding::absent(PropertyId::MaximumPacketSize.name())),
        }
    });
    let granted = granted(evidence, QoS::AtLeastOnce);
    check::all([stated, check::connected(evidence, SUBSCRIBER), granted])
}

/// What the subscriber's latest CONNECT allows.
fn maximum(evidence: &Evidence) -> Option<usize> {
    let connect = evidence.sent(SUBSCRIBER, PacketType::Connect).last()?.valid_packet()?;
    usize::try_from(connect.properties().maximum_packet_size()?).ok()
}

/// A PUBLISH above QoS 0 that is larger than the subscriber takes, or one that is not.
fn sent(evidence: &Evidence, is_larger: bool) -> Option<(RecordId, Publish)> {
    let maximum = maximum(evidence)?;
    published(evidence).into_iter().find(|(id, message)| {
        let size = evidence.capture.get(*id).map_or(0, |record| record.bytes().len());
        message.qos > QoS::AtMostOnce && (size > maximum) == is_larger
    })
}

fn arrival(evidence: &Evidence, of: &Publish) -> Option<RecordId> {
    let mut arrived = delivered(evidence).into_iter();
    arrived.find(|(_, message)| message.payload == of.payload).map(|(id, _)| id)
}

/// The larger is acknowledged to its publisher as any other, and only the smaller one comes
/// [MQTT-3.1.2-24] [MQTT-3.1.2-25].
fn only_the_smaller(evidence: &Evidence) -> Verdict {
    let Some(maximum) = maximum(evidence) else { return limited(evidence) };
    let Some((large, message)) = sent(evidence, true) else {
        return Err(Unmet::NotYet(Finding::told("none-larger", [&maximum])));
    };
    if let Some(by) = arrival(evidence, &message) {
        return Err(Unmet::Contradicted {
            by,
            finding: Finding::told("came-all-the-same", [&maximum]),
        });
    }
    let Some(answer) = answer_to(evidence.capture, large) else {
        return Err(Unmet::NotYet(Evidence::not_received(PUBLISHER, PacketType::PubAck)));
    };
    if let Some(Err(finding)) = answer.valid_packet().map(|p| check::nothing_refused(&p)) {
        return Err(Unmet::Contradicted { by: answer.id, finding });
    }
    let smaller = sent(evidence, false).filter(|(id, _)| *id > large);
    match smaller.and_then(|(_, message)| arrival(evidence, &message)) {
        Some(arrived) => Ok(vec![large, answer.id, arrived]),
        None => Err(Unmet::NotYet(Finding::told("none-smaller", [&maximum]))),
    }
}

fn what_became_of_it(evidence: &Evidence) -> Option<usize> {
    only_the_smaller(evidence).is_ok().then_some(2)
}

/// The publisher's CONNACK has been opened.
fn read(evidence: &Evidence) -> Verdict {
    check::connack_opened(evidence, PUBLISHER)
}
