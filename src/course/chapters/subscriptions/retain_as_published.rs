//! Retain As Published: whether the RETAIN flag of a live message survives the way through the server.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::connect;
use crate::course::subscriptions::granted;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Publish, QoS, Subscription};

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
            prepared: |cast| vec![connect(cast, BRIDGE), subscribe(cast, BRIDGE, true)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "subscribe",
            controls: &[
                |cast| Move::Act(subscribe(cast, DISPLAY, false)),
                |cast| Move::Act(subscribe(cast, BRIDGE, true)),
            ],
            check: both_subscribed,
            ..Step::PLAIN
        },
        Step {
            id: "flags",
            controls: &[|cast| Move::Act(retained(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| flags_came_as(evidence),
            }),
            check: flags_differ,
            ..Step::PLAIN
        },
        Step {
            id: "clear",
            controls: &[|cast| Move::Act(cleared(cast))],
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
    format!("test/retain/{}", cast.nonce())
}

fn subscribe(cast: &Cast, slot: ClientSlot, retain_as_published: bool) -> Act {
    let subscription = Subscription {
        topic_filter: topic(cast),
        qos: QoS::AtLeastOnce,
        retain_as_published,
        ..Subscription::default()
    };
    Act::subscribe(slot, [], [subscription])
}

fn retained(cast: &Cast) -> Act {
    publish(cast, "door open")
}

/// A retained message without payload takes the retained one away [MQTT-3.3.1-6].
fn cleared(cast: &Cast) -> Act {
    publish(cast, "")
}

fn publish(cast: &Cast, payload: &'static str) -> Act {
    let publish = Publish {
        topic: topic(cast),
        qos: QoS::AtLeastOnce,
        retain: true,
        payload: payload.into(),
        ..Publish::default()
    };
    Act::publish(PUBLISHER, publish)
}

/// One of the two asks for the flag as it was published, the other does not.
fn both_subscribed(evidence: &Evidence) -> Verdict {
    let find = |client, wanted: bool| {
        let mut grants = granted(evidence, client).into_iter();
        grants.rfind(|one| one.subscription.retain_as_published == wanted)
    };
    match (find(DISPLAY, false), find(BRIDGE, true)) {
        (Some(display), Some(bridge)) => Ok(vec![display.subscribe, bridge.subscribe]),
        (None, _) => Err(Unmet::NotYet(Finding::told("display", []))),
        (_, None) => Err(Unmet::NotYet(Finding::told("bridge", []))),
    }
}

/// The copies of the retained message while both were subscribed: the record and its RETAIN flag.
fn copies(evidence: &Evidence) -> Option<[(RecordId, bool); 2]> {
    let Ok(since) = both_subscribed(evidence) else { return None };
    let since = since.into_iter().max()?;
    let copy = |client| {
        let arrived = check::messages(evidence.received(client, PacketType::Publish));
        let (id, message) =
            arrived.into_iter().find(|(id, m)| *id > since && !m.payload.is_empty())?;
        Some((id, message.retain))
    };
    Some([copy(DISPLAY)?, copy(BRIDGE)?])
}

/// 0 to the one without the option [MQTT-3.3.1-12], 1 to the one with it [MQTT-3.3.1-13].
fn flags_differ(evidence: &Evidence) -> Verdict {
    let open = both_subscribed(evidence);
    if !open.is_ok() {
        return open;
    }
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    if !sent.iter().any(|(_, message)| message.retain && !message.payload.is_empty()) {
        return match sent.first() {
            Some((by, _)) => {
                Err(Unmet::Contradicted { by: *by, finding: Finding::differs("RETAIN", 0, 1) })
            }
            None => Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish))),
        };
    }
    match copies(evidence) {
        None => Err(Unmet::NotYet(Evidence::not_received(BRIDGE, PacketType::Publish))),
        Some([(by, true), _]) => {
            Err(Unmet::Contradicted { by, finding: Finding::differs("RETAIN", 1, 0) })
        }
        Some([_, (by, false)]) => {
            Err(Unmet::Contradicted { by, finding: Finding::differs("RETAIN", 0, 1) })
        }
        Some([(display, false), (bridge, true)]) => Ok(vec![display, bridge]),
    }
}

fn flags_came_as(evidence: &Evidence) -> Option<usize> {
    copies(evidence).map(|[(_, display), (_, bridge)]| match (display, bridge) {
        (false, true) => 2,
        (true, _) => 0,
        (false, false) => 1,
    })
}

fn was_cleared(evidence: &Evidence) -> Verdict {
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    match sent.iter().find(|(_, message)| message.retain && message.payload.is_empty()) {
        Some((id, _)) => Ok(vec![*id]),
        None => Err(Unmet::NotYet(Finding::told("still-there", []))),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const DISPLAY: ClientSlot = ClientSlot(1);
const BRIDGE: ClientSlot = ClientSlot(2);
