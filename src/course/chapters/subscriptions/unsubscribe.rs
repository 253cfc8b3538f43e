//! UNSUBSCRIBE, once where a subscription is and once where none is: two Reason Codes.

use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, has_ended, publish, subscribe};
use crate::course::support::subscriptions::{ended, held};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, Properties, Publish, QoS, ReasonCode, matches};

pub static EXERCISE: Exercise = Exercise {
    id: "unsubscribe",
    broker: Broker::Any,
    spec: &["3.10", "3.11.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_alarms()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(to_alarms())],
            check: |evidence| match held(evidence, SUBSCRIBER).last() {
                Some(one) => Ok(vec![one.subscribe, one.suback]),
                None => check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            },
            ..Step::PLAIN
        },
        Step {
            id: "end",
            by_hand: Some(ByHand { act: |_| unsubscribe(), field: "Topic Filter" }),
            check: |evidence| Ok(vec![the_end(evidence)?.id]),
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[|_| Move::Act(unsubscribe())],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: code }),
            check: nothing_to_end,
            ..Step::PLAIN
        },
        Step { id: "silence", check: no_more_alarms, ..Step::PLAIN },
    ],
    solution: |cast| {
        let subscriber = [connect(cast, SUBSCRIBER), to_alarms(), unsubscribe(), unsubscribe()];
        let publisher = [connect(cast, PUBLISHER), alarm()];
        subscriber.into_iter().chain(publisher).map(Move::Act).collect()
    },
    par: 6,
    ..Exercise::PLAIN
};

fn to_alarms() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtLeastOnce)
}

fn unsubscribe() -> Act {
    let topic_filters = vec![TOPIC.into()];
    let action = Action::Unsubscribe { properties: Properties::default(), topic_filters };
    Act { client: SUBSCRIBER, action }
}

fn alarm() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "overheating")
}

/// The latest UNSUBACK that ended a subscription [MQTT-3.11.3-2].
fn the_end<'a>(evidence: &Evidence<'a>) -> Result<&'a Record, Unmet> {
    let answers = || evidence.received(SUBSCRIBER, PacketType::UnsubAck);
    if let Some(end) = answers().filter(|answer| !ended(evidence, answer).is_empty()).last() {
        return Ok(end);
    }
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::UnsubAck);
    judge(answers(), nothing.clone(), |_, packet| {
        check::has_reason_code(packet, ReasonCode::Success)
    })?;
    Err(nothing.into())
}

/// After that, an UNSUBACK with 0x11.
fn nothing_to_end(evidence: &Evidence) -> Verdict {
    let end = the_end(evidence)?.id;
    let later = evidence.received(SUBSCRIBER, PacketType::UnsubAck).filter(|it| it.id > end);
    judge(later, Finding::told("not-again", []), |_, packet| {
        check::has_reason_code(packet, ReasonCode::NoSubscriptionExisted)
    })
}

/// An error, Success, or 0x11.
fn code(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let Packet::UnsubAck(answer) = evidence.capture.get(*records.first()?)?.valid_packet()? else {
        return None;
    };
    Some(match answer.reason_codes.first()? {
        code if code.is_error() => 0,
        ReasonCode::Success => 1,
        _ => 2,
    })
}

/// The latest message to a topic that was unsubscribed is acknowledged, and has not come to the subscriber,
/// which is still connected.
fn no_more_alarms(evidence: &Evidence) -> Verdict {
    let end = the_end(evidence)?;
    let filters = ended(evidence, end);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let is_meant = |(id, message): &&(RecordId, Publish)| {
        *id > end.id && filters.iter().any(|filter| matches(filter, &message.topic))
    };
    let Some((id, message)) = sent.iter().rfind(is_meant) else {
        let elsewhere = sent.last().filter(|(id, _)| *id > end.id);
        return Err(match elsewhere {
            Some((by, message)) => {
                let wanted = filters.join(", ");
                Unmet::by(*by, Finding::differs("Topic Name", &message.topic, wanted))
            }
            None => Evidence::not_sent(PUBLISHER, PacketType::Publish).into(),
        });
    };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let copy = arrived.iter().find(|(at, m)| at > id && m.payload == message.payload);
    if let Some((by, _)) = copy {
        return Err(Unmet::by(*by, Finding::told("still-comes", [])));
    }
    if has_ended(evidence, SUBSCRIBER) {
        return Err(Finding::told("gone", []).into());
    }
    if message.qos == QoS::AtMostOnce {
        return Err(Unmet::by(*id, Finding::differs("QoS", 0, 1)));
    }
    match answer_to(evidence.capture, *id) {
        Some(puback) => Ok(vec![*id, puback.id]),
        None => Err(Evidence::not_received(PUBLISHER, PacketType::PubAck).into()),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/alarm";
