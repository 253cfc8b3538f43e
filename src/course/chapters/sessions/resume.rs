//! Coming back: Session Present 1, no new SUBSCRIBE, and the messages of the meantime.

use super::create::{ALERTS, MESSAGES, both_subscribed, subscribe};
use super::{EXPIRY, connect, leave};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{self, publish};
use crate::course::support::connections::{
    Connection, connection_among, latest_absence, time_between,
};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "resume",
    broker: Broker::Any,
    spec: &["3.1.2.4", "3.2.2.1.1", "4.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![begin(cast), subscribe(), leave(CLIENT)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![common::connect(cast, PUBLISHER), message()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "away",
            controls: &[
                |cast| Move::Act(begin(cast)),
                |_| Move::Act(subscribe()),
                |_| Move::Act(leave(CLIENT)),
            ],
            check: away,
            values: interval,
            ..Step::PLAIN
        },
        Step {
            id: "meanwhile",
            controls: &[|_| Move::Act(message()), |_| Move::Act(alert())],
            check: published_meanwhile,
            ..Step::PLAIN
        },
        Step {
            id: "back",
            by_hand: Some(ByHand { act: back, field: "Clean Start" }),
            prediction: Some(Prediction { asks: Asks::Options(4), outcome: what_came }),
            check: resumed,
            values: interval,
            ..Step::PLAIN
        },
        Step { id: "waiting", check: everything_came, ..Step::PLAIN },
    ],
    solution: |cast| {
        let before = [begin(cast), subscribe(), leave(CLIENT)];
        let meanwhile = [common::connect(cast, PUBLISHER), message(), alert(), back(cast)];
        before.into_iter().chain(meanwhile).map(Move::Act).collect()
    },
    // Three CONNECT, SUBSCRIBE, DISCONNECT, PUBLISH and its PUBACK, PUBLISH, PUBREL, PUBREC and PUBCOMP.
    par: 11,
    ..Exercise::PLAIN
};

/// Five minutes: the next two steps take a reader a while.
fn begin(cast: &Cast) -> Act {
    connect(cast, CLIENT, true, Some(300))
}

fn back(cast: &Cast) -> Act {
    connect(cast, CLIENT, false, Some(120))
}

fn message() -> Act {
    publish(PUBLISHER, MESSAGES, QoS::AtLeastOnce, "while you were away")
}

fn alert() -> Act {
    publish(PUBLISHER, ALERTS, QoS::ExactlyOnce, "an alert, exactly once")
}

/// The latest time away, the connection before it and the one after, if there is one.
fn absence(evidence: &Evidence) -> Result<(Connection, Option<Connection>), Unmet> {
    let absence = latest_absence(evidence, CLIENT);
    absence.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Disconnect).into())
}

/// A Session with both subscriptions was left, whether by DISCONNECT or by a cut.
fn left_something(evidence: &Evidence, before: &Connection) -> Result<(), Unmet> {
    before.leaves_session(300).map_err(|finding| Unmet::by(before.connect.0, finding))?;
    both_subscribed(evidence, before)?;
    Ok(())
}

fn away(evidence: &Evidence) -> Verdict {
    let (before, _) = absence(evidence)?;
    left_something(evidence, &before)?;
    Ok([before.connect.0].into_iter().chain(before.end).collect())
}

fn published(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    check::messages(evidence.sent(PUBLISHER, PacketType::Publish))
}

/// A message for each subscription, of a QoS that the server stores, during the latest time away.
fn published_meanwhile(evidence: &Evidence) -> Verdict {
    let (before, back) = absence(evidence)?;
    left_something(evidence, &before)?;
    let was_away = |id: RecordId| {
        before.end.is_some_and(|left| id > left)
            && back.as_ref().is_none_or(|back| id < back.connect.0)
    };
    let mut records = Vec::new();
    for topic in [MESSAGES, ALERTS] {
        let mut sent = published(evidence);
        sent.retain(|(id, message)| message.topic == topic && was_away(*id));
        let latest = sent.last().ok_or_else(|| Finding::told("none-meanwhile", [&topic]))?;
        let stored = sent.iter().find(|(_, message)| message.qos > QoS::AtMostOnce);
        let (stored, _) =
            stored.ok_or_else(|| Unmet::by(latest.0, Finding::differs("QoS", 0, "1, 2")))?;
        records.push(*stored);
    }
    Ok(records)
}

/// Clean Start 0 and Session Present 1 [MQTT-3.1.2-5] [MQTT-3.2.2-3].
fn resumed(evidence: &Evidence) -> Verdict {
    let (before, back) = absence(evidence)?;
    left_something(evidence, &before)?;
    let back = back.ok_or_else(|| Finding::told("not-back", []))?;
    back.asks_for_session_of(&before)?;
    published_meanwhile(evidence)?;
    let by = back.connect.0;
    if back.session_present() != Some(true) {
        let kept = before.session_expiry_interval();
        let away = before.end.map(|left| time_between(evidence, left, by).as_secs());
        return Err(Unmet::by(
            by,
            match away {
                Some(away) if away >= u64::from(kept) => Finding::told("too-late", [&away, &kept]),
                _ => Finding::differs("Session Present", 0, 1),
            },
        ));
    }
    let expiry = back.connect.1.properties.session_expiry_interval();
    expiry.ok_or_else(|| Unmet::by(by, Finding::absent(EXPIRY)))?;
    Ok(back.handshake())
}

fn what_came(evidence: &Evidence, _: &[RecordId]) -> Option<usize> {
    everything_came(evidence).is_ok().then_some(1)
}

/// What was published meanwhile, on the new connection, without a SUBSCRIBE on it.
fn everything_came(evidence: &Evidence) -> Verdict {
    resumed(evidence)?;
    let (_, back) = absence(evidence)?;
    let back = back.ok_or_else(|| Finding::told("not-back", []))?;
    let mut subscribes = evidence.sent(CLIENT, PacketType::Subscribe);
    if let Some(again) = subscribes.find(|record| record.connection == back.id) {
        return Err(Unmet::by(again.id, Finding::told("subscribed-again", [])));
    }
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let mut records = Vec::new();
    for topic in [MESSAGES, ALERTS] {
        let since = |id: RecordId, message: &Publish| message.topic == topic && id > back.connect.0;
        let came = arrived.iter().find(|(id, message)| since(*id, message));
        // One that was published after the return would prove nothing.
        let is_stored = |came: RecordId| {
            !published(evidence).iter().any(|(id, message)| since(*id, message) && *id < came)
        };
        let came = came.filter(|(id, _)| is_stored(*id));
        let (came, _) = came.ok_or_else(|| Finding::told("not-come", [&topic]))?;
        records.push(*came);
    }
    Ok(records)
}

fn interval(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let connection = connection_among(evidence, CLIENT, records);
    let interval = connection.map(|it| ("interval", it.session_expiry_interval().to_string()));
    interval.into_iter().collect()
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
