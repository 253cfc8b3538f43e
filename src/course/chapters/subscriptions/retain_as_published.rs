//! Retain As Published: whether the RETAIN flag of a live message survives the way through the server.

use crate::analysis::answer_to;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::connect;
use crate::course::support::subscriptions::{Granted, held};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Publish, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "retain-as-published",
    broker: Broker::Any,
    spec: &["3.8.3.1", "3.3.1.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), retained(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "display",
            prepared: |cast| vec![connect(cast, DISPLAY), subscribe(cast, DISPLAY, false)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "bridge",
            prepared: |cast| vec![connect(cast, BRIDGE), subscribe(cast, BRIDGE, false)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "display",
            controls: &[|cast| Move::Act(subscribe(cast, DISPLAY, false))],
            check: |evidence| {
                let grant = with_option(evidence, DISPLAY, false)?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "subscribe",
            by_hand: Some(ByHand {
                act: |cast| subscribe(cast, BRIDGE, true),
                field: "Retain As Published",
            }),
            check: |evidence| {
                let grant = with_option(evidence, BRIDGE, true)?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "flags",
            controls: &[|cast| Move::Act(retained(cast))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: flags_came_as }),
            check: |evidence| {
                let (sent, [display, bridge]) = copies(evidence, false)?;
                Ok(vec![sent, display, bridge])
            },
            ..Step::PLAIN
        },
        Step {
            id: "clear",
            by_hand: Some(ByHand { act: cleared, field: "Payload" }),
            check: was_cleared,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let clients = [connect(cast, DISPLAY), connect(cast, BRIDGE), connect(cast, PUBLISHER)];
        let subscribes = [subscribe(cast, DISPLAY, false), subscribe(cast, BRIDGE, true)];
        let acts = clients.into_iter().chain(subscribes);
        acts.chain([retained(cast), cleared(cast)]).map(Move::Act).collect()
    },
    // Three CONNECT, two SUBSCRIBE, two PUBLISH, and a PUBACK for each of the four deliveries.
    par: 11,
    ..Exercise::PLAIN
};

fn topic(cast: &Cast) -> String {
    format!("factory/osaka/line-3/door-2/{}", cast.nonce())
}

fn subscribe(cast: &Cast, slot: ClientSlot, retain_as_published: bool) -> Act {
    let subscription = Subscription {
        topic_filter: topic(cast).into(),
        qos: QoS::AtLeastOnce,
        retain_as_published,
        ..Subscription::default()
    };
    Act::subscribe(slot, [], [subscription])
}

fn retained(cast: &Cast) -> Act {
    publish(cast, "open")
}

/// A retained message without payload takes the retained one away [MQTT-3.3.1-6].
fn cleared(cast: &Cast) -> Act {
    publish(cast, "")
}

fn publish(cast: &Cast, payload: &'static str) -> Act {
    let publish = Publish {
        topic: topic(cast).into(),
        qos: QoS::AtLeastOnce,
        retain: true,
        payload: payload.into(),
        ..Publish::default()
    };
    Act::publish(PUBLISHER, publish)
}

/// The client's latest subscription has Retain As Published, or has it not.
fn with_option(evidence: &Evidence, client: ClientSlot, wanted: bool) -> Result<Granted, Unmet> {
    let mut held = held(evidence, client);
    let Some(latest) = held.pop() else {
        return Err(Evidence::not_received(client, PacketType::SubAck).into());
    };
    let found = latest.subscription.retain_as_published;
    Finding::unless_equal("Retain As Published", u8::from(found), u8::from(wanted))
        .map_err(|finding| Unmet::by(latest.subscribe, finding))?;
    Ok(latest)
}

/// The latest message since both subscribed, with a payload or without one, and its copies: RETAIN 0 to the one
/// without the option [MQTT-3.3.1-12], 1 to the one with it [MQTT-3.3.1-13].
fn copies(evidence: &Evidence, is_empty: bool) -> Result<(RecordId, [RecordId; 2]), Unmet> {
    let grants = [with_option(evidence, DISPLAY, false)?, with_option(evidence, BRIDGE, true)?];
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let is_meant = |(id, message): &&(RecordId, Publish)| {
        message.payload.is_empty() == is_empty
            && grants.iter().all(|one| *id > one.suback && one.matches(&message.topic))
    };
    let Some((id, message)) = sent.iter().rfind(is_meant) else {
        return Err(match is_empty {
            true => Finding::told("still-there", []).into(),
            false => Evidence::not_sent(PUBLISHER, PacketType::Publish).into(),
        });
    };
    let retain = |at, found: bool, wanted: bool| {
        Finding::unless_equal("RETAIN", u8::from(found), u8::from(wanted))
            .map_err(|finding| Unmet::by(at, finding))
    };
    retain(*id, message.retain, true)?;
    let mut copies = [*id; 2];
    for (copy, (client, wanted)) in copies.iter_mut().zip([(DISPLAY, false), (BRIDGE, true)]) {
        let arrived = check::messages(evidence.received(client, PacketType::Publish));
        let found = arrived.into_iter().find(|(at, m)| at > id && m.payload == message.payload);
        let Some((at, message)) = found else {
            return Err(Evidence::not_received(client, PacketType::Publish).into());
        };
        retain(at, message.retain, wanted)?;
        *copy = at;
    }
    Ok((*id, copies))
}

fn flags_came_as(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let &[_, display, bridge] = records else { return None };
    let retain = |id| match evidence.capture.get(id)?.valid_packet()? {
        Packet::Publish(copy) => Some(copy.retain),
        _ => None,
    };
    Some(match (retain(display)?, retain(bridge)?) {
        (true, _) => 0,
        (false, false) => 1,
        (false, true) => 2,
    })
}

/// The empty message is acknowledged, and has come to both as any live one.
fn was_cleared(evidence: &Evidence) -> Verdict {
    let (sent, [display, bridge]) = copies(evidence, true)?;
    match answer_to(evidence.capture, sent) {
        Some(puback) => {
            let packet = puback.valid_packet();
            packet.map_or(Ok(()), |packet| check::nothing_refused(&packet))?;
            Ok(vec![sent, puback.id, display, bridge])
        }
        None => Err(Evidence::not_received(PUBLISHER, PacketType::PubAck).into()),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const DISPLAY: ClientSlot = ClientSlot(1);
const BRIDGE: ClientSlot = ClientSlot(2);
