//! UNSUBSCRIBE, once where a subscription is and once where none is: two Reason Codes.

use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, publish, subscribe};
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict, check,
    judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Properties, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "unsubscribe",
    broker: Broker::Any,
    spec: &["3.10", "3.11.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), news()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_news(), unsubscribe()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(to_news())],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "end",
            controls: &[|_| Move::Act(unsubscribe())],
            check: |evidence| answered(evidence, ReasonCode::Success),
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[|_| Move::Act(unsubscribe())],
            check: |evidence| answered(evidence, ReasonCode::NoSubscriptionExisted),
            ..Step::PLAIN
        },
        Step {
            id: "silence",
            controls: &[|_| Move::Act(news())],
            check: no_more_news,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let subscriber = [connect(cast, SUBSCRIBER), to_news(), unsubscribe(), unsubscribe()];
        let publisher = [connect(cast, PUBLISHER), news()];
        subscriber.into_iter().chain(publisher).map(Move::Act).collect()
    },
    par: 6,
    ..Exercise::PLAIN
};

fn to_news() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtLeastOnce)
}

fn unsubscribe() -> Act {
    let topic_filters = vec![TOPIC.to_owned()];
    let action = Action::Unsubscribe { properties: Properties::default(), topic_filters };
    Act { client: SUBSCRIBER, action }
}

fn news() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "nobody hears this")
}

/// An UNSUBACK with this code [MQTT-3.11.3-2].
fn answered(evidence: &Evidence, code: ReasonCode) -> Verdict {
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::UnsubAck);
    judge(evidence.received(SUBSCRIBER, PacketType::UnsubAck), nothing, |_, packet| {
        check::has_reason_code(packet, code)
    })
}

/// A message that was published after the end of the subscription is acknowledged, and has not come.
fn no_more_news(evidence: &Evidence) -> Verdict {
    let Ok(ended) = answered(evidence, ReasonCode::Success) else {
        return answered(evidence, ReasonCode::Success);
    };
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let Some((sent, message)) = sent.into_iter().find(|(id, _)| *id > ended[0]) else {
        return Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let copy = arrived.iter().find(|(id, m)| *id > sent && m.payload == message.payload);
    if let Some((by, _)) = copy {
        return Err(Unmet::Contradicted { by: *by, finding: Finding::told("still-comes", []) });
    }
    match crate::capture::answer_to(evidence.capture, sent) {
        Some(puback) => Ok(vec![sent, puback.id]),
        None => Err(Unmet::NotYet(Evidence::not_received(PUBLISHER, PacketType::PubAck))),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "news/local";
