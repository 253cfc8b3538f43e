//! Retain Handling: whether subscribing brings the retained message, always, once, or never.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::connect;
use crate::course::support::subscriptions::{Granted, granted};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
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
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(cast, KEPT)],
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
                vec![connect(cast, LOGGER), subscribe(cast, LOGGER, RetainHandling::Send)]
            },
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "keep",
            controls: &[|cast| Move::Act(publish(cast, KEPT))],
            check: kept,
            values: |evidence, records| {
                let kept = records.iter().filter_map(|id| evidence.capture.get(*id));
                let payload = check::messages(kept).into_iter().next().map(|(_, one)| one.payload);
                let payload = payload.unwrap_or_default();
                vec![("payload", String::from_utf8_lossy(&payload).into_owned())]
            },
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
            by_hand: Some(ByHand {
                act: |cast| subscribe(cast, SUBSCRIBER, RetainHandling::SendIfNew),
                field: "Retain Handling",
            }),
            check: |evidence| {
                sent_at_once(evidence)?;
                let grant = again(evidence)?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "never",
            by_hand: Some(ByHand {
                act: |cast| subscribe(cast, LOGGER, RetainHandling::DoNotSend),
                field: "Retain Handling",
            }),
            check: |evidence| {
                let grant = with_option(evidence, LOGGER, RetainHandling::DoNotSend)?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "live",
            controls: &[|cast| Move::Act(publish(cast, ""))],
            prediction: Some(Prediction { asks: Asks::Number, outcome: all_that_came }),
            check: only_the_live_one,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let acts = [
            connect(cast, PUBLISHER),
            publish(cast, KEPT),
            connect(cast, SUBSCRIBER),
            subscribe(cast, SUBSCRIBER, RetainHandling::Send),
            subscribe(cast, SUBSCRIBER, RetainHandling::SendIfNew),
            connect(cast, LOGGER),
            subscribe(cast, LOGGER, RetainHandling::DoNotSend),
            publish(cast, ""),
        ];
        acts.map(Move::Act).into()
    },
    // Three CONNECT, two PUBLISH, three SUBSCRIBE, and a PUBACK for each of the three deliveries.
    par: 11,
    ..Exercise::PLAIN
};

fn topic(cast: &Cast) -> String {
    format!("factory/osaka/line-3/robot-07/temperature/{}", cast.nonce())
}

fn subscribe(cast: &Cast, slot: ClientSlot, retain_handling: RetainHandling) -> Act {
    let subscription = Subscription {
        topic_filter: topic(cast).into(),
        qos: QoS::AtLeastOnce,
        retain_handling,
        ..Subscription::default()
    };
    Act::subscribe(slot, [], [subscription])
}

fn publish(cast: &Cast, payload: &'static str) -> Act {
    let (topic, payload) = (topic(cast), payload.into());
    let qos = QoS::AtLeastOnce;
    Act::publish(
        PUBLISHER,
        Publish { topic: topic.into(), qos, retain: true, payload, ..Publish::default() },
    )
}

fn kept(evidence: &Evidence) -> Verdict {
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let is_kept =
        |(_, message): &(RecordId, Publish)| message.retain && !message.payload.is_empty();
    match (sent.iter().rfind(|one| is_kept(one)).map(|(id, _)| *id), sent.pop()) {
        (Some(id), _) => Ok(vec![id]),
        (None, Some((by, message))) if !message.retain => {
            Err(Unmet::by(by, Finding::differs("RETAIN", 0, 1)))
        }
        (None, Some((by, _))) => Err(Unmet::by(by, Finding::told("empty", []))),
        (None, None) => Err(Evidence::not_sent(PUBLISHER, PacketType::Publish).into()),
    }
}

/// The client's latest grant with this option, replaced or not: the second SUBSCRIBE of this exercise replaces the
/// first.
fn with_option(
    evidence: &Evidence,
    client: ClientSlot,
    wanted: RetainHandling,
) -> Result<Granted, Unmet> {
    find_option(granted(evidence, client), client, wanted)
}

/// The same for the subscriber's second SUBSCRIBE, while its first subscription exists.
fn again(evidence: &Evidence) -> Result<Granted, Unmet> {
    let mut later = granted(evidence, SUBSCRIBER);
    let is_first = |one: &Granted| one.subscription.retain_handling == RetainHandling::Send;
    if let Some(first) = later.iter().position(is_first) {
        later.drain(..=first);
    }
    match later.is_empty() {
        true => Err(Finding::told("not-again", []).into()),
        false => find_option(later, SUBSCRIBER, RetainHandling::SendIfNew),
    }
}

fn find_option(
    mut all: Vec<Granted>,
    client: ClientSlot,
    wanted: RetainHandling,
) -> Result<Granted, Unmet> {
    let latest = all.last().map(|one| (one.subscribe, one.subscription.retain_handling));
    let with_it = all.iter().rposition(|one| one.subscription.retain_handling == wanted);
    match (with_it, latest) {
        (Some(at), _) => Ok(all.swap_remove(at)),
        (None, Some((by, found))) => {
            let finding = Finding::differs("Retain Handling", found.bits(), wanted.bits());
            Err(Unmet::by(by, finding))
        }
        (None, None) => Err(Evidence::not_received(client, PacketType::SubAck).into()),
    }
}

/// Retain Handling 0 brought the message, with RETAIN 1 [MQTT-3.3.1-8] [MQTT-3.3.1-9].
fn sent_at_once(evidence: &Evidence) -> Verdict {
    kept(evidence)?;
    let grant = with_option(evidence, SUBSCRIBER, RetainHandling::Send)?;
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let mut since = arrived.into_iter().filter(|(at, _)| *at > grant.subscribe);
    let stored = since.clone().find(|(_, message)| message.retain);
    match (stored, since.next()) {
        (Some((id, _)), _) => Ok(vec![grant.subscribe, id]),
        (None, Some((by, _))) => Err(Unmet::by(by, Finding::differs("RETAIN", 0, 1))),
        (None, None) => Err(Evidence::not_received(SUBSCRIBER, PacketType::Publish).into()),
    }
}

/// After subscribing with 1 again [MQTT-3.3.1-10] and with 2 [MQTT-3.3.1-11] the latest message has come, and
/// nothing stored before it.
fn only_the_live_one(evidence: &Evidence) -> Verdict {
    // The stored message that the first subscription brought may come after the second SUBSCRIBE.
    let brought = sent_at_once(evidence)?;
    let again = again(evidence)?;
    let never = with_option(evidence, LOGGER, RetainHandling::DoNotSend)?;
    let since = again.suback.max(never.suback);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let mut live = sent.clone();
    live.retain(|(id, message)| *id > since && again.matches(&message.topic));
    let mut records = brought[1..].to_vec();
    for (client, grant) in [(SUBSCRIBER, &again), (LOGGER, &never)] {
        let mut arrived = check::messages(evidence.received(client, PacketType::Publish));
        arrived.retain(|(at, _)| *at > grant.subscribe && !brought.contains(at));
        let is_live = |(at, copy): &(RecordId, Publish)| {
            live.iter().any(|(id, message)| id < at && message.payload == copy.payload)
        };
        if arrived.iter().any(|copy| copy.1.retain && !is_live(copy)) {
            let handling = grant.subscription.retain_handling.bits();
            return Err(Finding::told("retained-came", [&handling]).into());
        }
        // Where nothing was stored, nothing could come, whatever the option says.
        let before = sent.iter().rfind(|(id, message)| *id < grant.subscribe && message.retain);
        if before.is_none_or(|(_, message)| message.payload.is_empty()) {
            return Err(Finding::told("nothing-stored", []).into());
        }
        let Some((sent, _)) = live.last() else {
            return Err(Finding::told("nothing-live", []).into());
        };
        match arrived.iter().rfind(|(at, _)| at > sent) {
            Some((at, _)) => records.extend([*sent, *at]),
            None => return Err(Evidence::not_received(client, PacketType::Publish).into()),
        }
    }
    records.sort_unstable();
    records.dedup();
    Ok(records)
}

/// How many PUBLISH packets the subscriber has received, the stored one and what came since.
fn all_that_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let (first, last) = (*records.first()?, *records.last()?);
    let came = evidence.received(SUBSCRIBER, PacketType::Publish);
    Some(came.filter(|record| (first..=last).contains(&record.id)).count())
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const LOGGER: ClientSlot = ClientSlot(2);
const KEPT: &str = "21.5";
