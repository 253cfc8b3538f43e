//! A message that is worth something for a while only, and a subscriber that sleeps meanwhile.

use std::time::Duration;

use super::{message, subscribed_with_qos_1, subscriptions};
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Properties, Property, PropertyId, Publish, QoS,
    ReasonCode, matches,
};

pub static EXERCISE: Exercise = Exercise {
    id: "message-expiry",
    broker: Broker::Any,
    spec: &["3.3.2.3.3", "3.1.2.11.2"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(Properties::NONE, PASSING)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![join(cast), listen(), sleep()],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(listen())],
            check: |evidence| subscribed_with_qos_1(evidence, SUBSCRIBER),
            ..Step::PLAIN
        },
        Step { id: "sleep", controls: &[|_| Move::Act(sleep())], check: sleeps, ..Step::PLAIN },
        Step {
            id: "publish",
            by_hand: Some(ByHand { act: |_| publish_short(), field: "Message Expiry Interval" }),
            check: published,
            values: intervals,
            ..Step::PLAIN
        },
        Step {
            id: "wake",
            controls: &[|_| Move::Wait(SLEEP), |cast| Move::Act(join(cast))],
            prediction: Some(Prediction { asks: Asks::Options(4), outcome: what_came }),
            check: woke,
            values: intervals,
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        vec![
            Move::Act(join(cast)),
            Move::Act(listen()),
            Move::Act(sleep()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(publish_short()),
            Move::Act(publish_long()),
            Move::Wait(SLEEP),
            Move::Act(join(cast)),
        ]
    },
    // The PUBACK for the message that is delivered is the eighth.
    par: 8,
    ..Exercise::PLAIN
};

/// Goes on with the Session where there is one, so that waking up is the same packet as coming.
fn join(cast: &Cast) -> Act {
    let connect = Connect {
        keep_alive: 60,
        client_id: cast.client_id(SUBSCRIBER).into(),
        properties: [Property::SessionExpiryInterval(3600)].into(),
        ..Connect::default()
    };
    Act::connect(SUBSCRIBER, connect)
}

fn listen() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtLeastOnce)
}

fn sleep() -> Act {
    Act::disconnect(SUBSCRIBER, Disconnect::new(ReasonCode::Success))
}

fn publish_short() -> Act {
    publish([Property::MessageExpiryInterval(SHORT)].into(), PASSING)
}

fn publish_long() -> Act {
    publish([Property::MessageExpiryInterval(LONG)].into(), LASTING)
}

fn publish(properties: Properties, payload: &str) -> Act {
    publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, properties, payload.as_bytes())
}

/// From the end of one of the subscriber's connections to its next CONNECT.
struct Night {
    asleep: RecordId,
    woken: Option<RecordId>,
}

/// The DISCONNECT of each connection of the subscriber, or where it was cut.
fn ends(evidence: &Evidence) -> Vec<RecordId> {
    let of_subscriber = |record: &&Record| {
        record.client == SUBSCRIBER && record.id >= evidence.since && is_end(record)
    };
    let closed = evidence.capture.records().filter(of_subscriber);
    closed
        .map(|closed| {
            let mut before = evidence.capture.preceding(closed.id);
            let left = before.find(|it| it.packet_type() == Some(PacketType::Disconnect));
            left.map_or(closed.id, |left| left.id)
        })
        .collect()
}

fn is_end(record: &Record) -> bool {
    matches!(&record.entry, Entry::Closed(close) if close.was_open)
}

/// The connection that ended there leaves a Session with a subscription above QoS 0.
fn leaves_a_session(evidence: &Evidence, end: RecordId) -> bool {
    let mut of_connection = evidence.capture.preceding(end).filter_map(Record::valid_packet);
    let asked = of_connection.find_map(|packet| match packet {
        Packet::Connect(connect) => connect.properties.session_expiry_interval(),
        _ => None,
    });
    let last_word = match evidence.capture.get(end).and_then(Record::valid_packet) {
        Some(Packet::Disconnect(left)) => left.properties.session_expiry_interval(),
        _ => None,
    };
    let subscribed = subscriptions(evidence, SUBSCRIBER, end);
    last_word.or(asked).unwrap_or(0) > 0 && subscribed.iter().any(|it| it.qos > QoS::AtMostOnce)
}

fn nights(evidence: &Evidence) -> Vec<Night> {
    let connects: Vec<_> =
        evidence.sent(SUBSCRIBER, PacketType::Connect).map(|record| record.id).collect();
    let night = |asleep| {
        let woken = connects.iter().copied().find(|id| *id > asleep);
        Night { asleep, woken }
    };
    let kept = ends(evidence).into_iter().filter(|end| leaves_a_session(evidence, *end));
    kept.map(night).collect()
}

fn sleeps(evidence: &Evidence) -> Verdict {
    if let Some(night) = nights(evidence).first() {
        return Ok(vec![night.asleep]);
    }
    let end = ends(evidence).pop().ok_or_else(|| Finding::told("not-asleep", []))?;
    Err(Unmet::by(end, Finding::told("nothing-kept", [])))
}

fn expiry(publish: &Publish) -> u32 {
    publish.properties.message_expiry_interval().unwrap_or(u32::MAX)
}

impl Night {
    /// What was published while the subscriber slept.
    fn messages(&self, evidence: &Evidence) -> Vec<(RecordId, Publish)> {
        let mut all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
        all.retain(|(id, _)| *id > self.asleep && self.woken.is_none_or(|woken| *id < woken));
        all
    }

    /// Kept for the sleeping Session, until an end of its own.
    fn is_kept(&self, evidence: &Evidence, publish: &Publish) -> Result<(), Finding> {
        let name = PropertyId::MessageExpiryInterval.name();
        publish.properties.message_expiry_interval().ok_or_else(|| Finding::absent(name))?;
        let topic = &publish.topic;
        let subscribed = subscriptions(evidence, SUBSCRIBER, self.asleep);
        if !subscribed.iter().any(|it| matches(&it.topic_filter, topic)) {
            return Err(Finding::told("unheard", [topic]));
        }
        match publish.qos {
            QoS::AtMostOnce => Err(Finding::differs("QoS", 0, 1)),
            _ => Ok(()),
        }
    }

    /// A message with a short interval and one with a long one.
    fn two(&self, evidence: &Evidence) -> Result<[(RecordId, Publish); 2], Unmet> {
        let all = self.messages(evidence);
        let nothing = || Evidence::not_sent(PUBLISHER, PacketType::Publish);
        let (latest, last) = all.last().ok_or_else(nothing)?;
        let mut kept = all.clone();
        kept.retain(|(_, publish)| self.is_kept(evidence, publish).is_ok());
        kept.sort_by_key(|(_, publish)| expiry(publish));
        for long in kept.iter().rev() {
            let shorter = kept.iter().find(|short| {
                expiry(&short.1) < expiry(&long.1) && short.1.payload != long.1.payload
            });
            if let Some(short) = shorter {
                return Ok([short.clone(), long.clone()]);
            }
        }
        self.is_kept(evidence, last).map_err(|finding| Unmet::by(*latest, finding))?;
        match kept.iter().map(|(_, publish)| expiry(publish)).find(|it| *it != expiry(last)) {
            Some(_) => Err(Unmet::by(*latest, Finding::told("alike", []))),
            None => Err(Finding::told("one-more", [&expiry(last)]).into()),
        }
    }

    /// One message came with less time than it had [MQTT-3.3.2-6], and one whose time was over did not
    /// come [MQTT-3.3.2-5].
    fn morning(&self, evidence: &Evidence) -> Verdict {
        let asleep = || Finding::told("asleep", []);
        let [short, long] = self.two(evidence).map_err(|_| asleep())?;
        let woken = self.woken.ok_or_else(asleep)?;
        let connack = answer_to(evidence.capture, woken)
            .ok_or_else(|| Evidence::not_received(SUBSCRIBER, PacketType::ConnAck))?;
        if let Some(Packet::ConnAck(answer)) = connack.valid_packet()
            && !answer.session_present
        {
            return Err(Unmet::by(connack.id, Finding::told("session-gone", [])));
        }
        let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
        let came = |sent: &Publish| {
            arrived.iter().find(|(id, it)| {
                *id > woken && it.payload == sent.payload && expiry(it) <= expiry(sent)
            })
        };
        if let Some((id, _)) = came(&short.1) {
            return Err(Unmet::by(*id, Finding::told("still-good", [&expiry(&short.1)])));
        }
        let nothing = || Evidence::not_received(SUBSCRIBER, PacketType::Publish);
        let (id, message) = came(&long.1).ok_or_else(nothing)?;
        if expiry(message) == expiry(&long.1) {
            let name = PropertyId::MessageExpiryInterval.name();
            let wanted = format!("< {}", expiry(&long.1));
            return Err(Unmet::by(*id, Finding::differs(name, expiry(message), wanted)));
        }
        Ok(vec![short.0.min(long.0), short.0.max(long.0), *id])
    }
}

/// The first of the nights for which it holds; otherwise what the latest says.
fn in_a_night(evidence: &Evidence, nothing: Finding, check: impl Fn(&Night) -> Verdict) -> Verdict {
    let mut unmet = Unmet::from(nothing);
    for night in nights(evidence) {
        match check(&night) {
            Ok(records) => return Ok(records),
            Err(now) => unmet = now,
        }
    }
    Err(unmet)
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    in_a_night(evidence, nothing, |night| {
        let [short, long] = night.two(evidence)?;
        Ok(vec![short.0.min(long.0), short.0.max(long.0)])
    })
}

fn woke(evidence: &Evidence) -> Verdict {
    in_a_night(evidence, Finding::told("asleep", []), |night| night.morning(evidence))
}

/// What reached the subscriber when it woke: both messages, the longer-lived with its interval as it
/// was, the same with less, or none.
fn what_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let arrived = message(evidence, *records.get(2)?)?;
    let sent = records.iter().filter_map(|id| message(evidence, *id));
    let given = sent.take(2).map(|publish| expiry(&publish)).max()?;
    Some(if expiry(&arrived) < given { 2 } else { 1 })
}

fn intervals(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let all: Vec<u32> =
        records.iter().filter_map(|id| Some(expiry(&message(evidence, *id)?))).collect();
    let [one, other, rest @ ..] = &all[..] else { return Vec::new() };
    let mut values =
        vec![("short", one.min(other).to_string()), ("long", one.max(other).to_string())];
    values.extend(rest.first().map(|left| ("left", left.to_string())));
    values
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/notices";
const PASSING: &str = "robot 7 is moving";
const LASTING: &str = "robot 7 is in manual mode today";
/// Seconds that the two messages are worth delivering; the long one leaves time to read.
const SHORT: u32 = 2;
const LONG: u32 = 600;
/// Longer than the shorter of them, also for a Server that counts whole seconds.
const SLEEP: Duration = Duration::from_secs(4);
