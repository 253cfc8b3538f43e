//! Retain Handling: whether subscribing brings the retained message, always, once, or never.

use crate::capture::ClientSlot;
use crate::course::chapters::common::connect;
use crate::course::subscriptions::{Granted, granted};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Publish, QoS, RetainHandling, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "retain-handling",
    broker: Broker::Any,
    spec: &["3.8.3.1", "3.3.1.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(cast, true, KEPT)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| {
                vec![connect(cast, SUBSCRIBER), subscribe(cast, SUBSCRIBER, RetainHandling::Send)]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "logger",
            prepared: |cast| {
                vec![connect(cast, LOGGER), subscribe(cast, LOGGER, RetainHandling::DoNotSend)]
            },
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "keep",
            controls: &[|cast| Move::Act(publish(cast, true, KEPT))],
            check: kept,
            ..Step::PLAIN
        },
        Step {
            id: "send",
            controls: &[|cast| Move::Act(subscribe(cast, SUBSCRIBER, RetainHandling::Send))],
            check: sent_at_once,
            ..Step::PLAIN
        },
        Step {
            id: "if-new",
            controls: &[|cast| Move::Act(subscribe(cast, SUBSCRIBER, RetainHandling::SendIfNew))],
            check: |evidence| subscribed(evidence, SUBSCRIBER, RetainHandling::SendIfNew),
            ..Step::PLAIN
        },
        Step {
            id: "never",
            controls: &[|cast| Move::Act(subscribe(cast, LOGGER, RetainHandling::DoNotSend))],
            check: |evidence| subscribed(evidence, LOGGER, RetainHandling::DoNotSend),
            ..Step::PLAIN
        },
        Step {
            id: "live",
            controls: &[|cast| Move::Act(publish(cast, true, ""))],
            check: nothing_before_the_live_one,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let acts = [
            connect(cast, PUBLISHER),
            publish(cast, true, KEPT),
            connect(cast, SUBSCRIBER),
            subscribe(cast, SUBSCRIBER, RetainHandling::Send),
            subscribe(cast, SUBSCRIBER, RetainHandling::SendIfNew),
            connect(cast, LOGGER),
            subscribe(cast, LOGGER, RetainHandling::DoNotSend),
            publish(cast, true, ""),
        ];
        acts.map(Move::Act).into()
    },
    // Three CONNECT, two PUBLISH, three SUBSCRIBE, and a PUBACK for each of the three deliveries.
    par: 11,
    ..Exercise::PLAIN
};

fn topic(cast: &Cast) -> String {
    format!("test/handling/{}", cast.nonce())
}

fn subscribe(cast: &Cast, slot: ClientSlot, retain_handling: RetainHandling) -> Act {
    let subscription = Subscription {
        topic_filter: topic(cast),
        qos: QoS::AtLeastOnce,
        retain_handling,
        ..Subscription::default()
    };
    Act::subscribe(slot, [], [subscription])
}

fn publish(cast: &Cast, retain: bool, payload: &'static str) -> Act {
    let (topic, payload) = (topic(cast), payload.into());
    let qos = QoS::AtLeastOnce;
    Act::publish(PUBLISHER, Publish { topic, qos, retain, payload, ..Publish::default() })
}

fn kept(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    match sent.iter().find(|(_, message)| message.retain && !message.payload.is_empty()) {
        Some((id, _)) => Ok(vec![*id]),
        None => match sent.last() {
            Some((by, _)) => {
                Err(Unmet::Contradicted { by: *by, finding: Finding::differs("RETAIN", 0, 1) })
            }
            None => Err(Unmet::NotYet(nothing)),
        },
    }
}

/// The latest grant of that client with this option.
fn grant(evidence: &Evidence, client: ClientSlot, handling: RetainHandling) -> Option<Granted> {
    let mut grants = granted(evidence, client).into_iter();
    grants.rfind(|one| one.subscription.retain_handling == handling)
}

fn subscribed(evidence: &Evidence, client: ClientSlot, handling: RetainHandling) -> Verdict {
    let open = kept(evidence);
    if !open.is_ok() {
        return open;
    }
    // The second SUBSCRIBE only teaches something where a subscription is there already.
    if handling == RetainHandling::SendIfNew {
        let first = sent_at_once(evidence);
        if !first.is_ok() {
            return first;
        }
    }
    match grant(evidence, client, handling) {
        Some(one) => Ok(vec![one.subscribe, one.suback]),
        None => Err(Unmet::NotYet(Finding::told("no-such-option", [&handling.bits()]))),
    }
}

/// Retain Handling 0 brought the message, with RETAIN 1 [MQTT-3.3.1-8] [MQTT-3.3.1-9].
fn sent_at_once(evidence: &Evidence) -> Verdict {
    let open = kept(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(one) = grant(evidence, SUBSCRIBER, RetainHandling::Send) else {
        return Err(Unmet::NotYet(Finding::told("no-such-option", [&0])));
    };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    match arrived.into_iter().find(|(at, _)| *at > one.subscribe) {
        Some((id, message)) if message.retain => Ok(vec![one.subscribe, id]),
        Some((by, _)) => Err(Unmet::Contradicted { by, finding: Finding::differs("RETAIN", 0, 1) }),
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
    }
}

/// What came first after subscribing with 1 again [MQTT-3.3.1-10] and with 2 [MQTT-3.3.1-11] was the live
/// message, and nothing retained before it.
fn nothing_before_the_live_one(evidence: &Evidence) -> Verdict {
    // The stored message that the first subscription brought may come after the second SUBSCRIBE.
    let Ok(brought) = sent_at_once(evidence) else { return sent_at_once(evidence) };
    let mut records = Vec::new();
    for (client, handling) in
        [(SUBSCRIBER, RetainHandling::SendIfNew), (LOGGER, RetainHandling::DoNotSend)]
    {
        let Some(one) = grant(evidence, client, handling) else {
            return Err(Unmet::NotYet(Finding::told("no-such-option", [&handling.bits()])));
        };
        let arrived = check::messages(evidence.received(client, PacketType::Publish));
        let first =
            arrived.into_iter().find(|(at, _)| *at > one.subscribe && !brought.contains(at));
        match first {
            Some((id, message)) if !message.retain => records.push(id),
            Some((by, _)) => {
                let finding = Finding::told("retained-came", [&handling.bits()]);
                return Err(Unmet::Contradicted { by, finding });
            }
            None => return Err(Unmet::NotYet(Evidence::not_received(client, PacketType::Publish))),
        }
    }
    Ok(records)
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const LOGGER: ClientSlot = ClientSlot(2);
const KEPT: &str = "21.5";
