//! A message that is worth something for a while only, and a subscriber that sleeps meanwhile.

use std::time::Duration;

use crate::capture::{ClientSlot, Record, RecordId, answer_to};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Property, PropertyId, Publish, QoS, ReasonCode,
};

pub static EXERCISE: Exercise = Exercise {
    id: "message-expiry",
    broker: Broker::Any,
    spec: &["3.3.2.3.3", "3.1.2.11.2"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish_short()],
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
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step { id: "sleep", controls: &[|_| Move::Act(sleep())], check: sleeps, ..Step::PLAIN },
        Step {
            id: "publish",
            controls: &[|_| Move::Act(publish_short()), |_| Move::Act(publish_long())],
            check: published,
            ..Step::PLAIN
        },
        Step {
            id: "wake",
            controls: &[|_| Move::Wait(SLEEP), |cast| Move::Act(join(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(4),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: woke,
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

/// Takes up the Session where there is one, so that waking up is the same packet as coming.
fn join(cast: &Cast) -> Act {
    let connect = Connect {
        keep_alive: 60,
        client_id: cast.client_id(SUBSCRIBER).to_owned(),
        properties: [Property::SessionExpiryInterval(120)].into(),
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
    publish(SHORT, b"bus 12 leaves now")
}

fn publish_long() -> Act {
    publish(LONG, b"bus 12 is replaced by a tram today")
}

fn publish(seconds: u32, payload: &[u8]) -> Act {
    let properties = [Property::MessageExpiryInterval(seconds)];
    publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, properties, payload)
}

/// The first DISCONNECT of the subscriber that leaves a Session with a subscription behind.
fn fell_asleep(evidence: &Evidence) -> Option<RecordId> {
    let keeps = |record: &&Record| {
        let before = || evidence.capture.preceding(record.id).filter_map(Record::valid_packet);
        let asked = before().any(|packet| {
            matches!(packet, Packet::Connect(connect)
                if connect.properties.session_expiry_interval().unwrap_or(0) > 0)
        });
        let granted = before().any(|packet| {
            matches!(packet, Packet::SubAck(_)) && check::nothing_refused(&packet).is_ok()
        });
        asked && granted
    };
    evidence.sent(SUBSCRIBER, PacketType::Disconnect).find(keeps).map(|record| record.id)
}

fn sleeps(evidence: &Evidence) -> Verdict {
    if let Some(record) = fell_asleep(evidence) {
        return Ok(vec![record]);
    }
    match evidence.sent(SUBSCRIBER, PacketType::Disconnect).last() {
        None => Err(Unmet::NotYet(Evidence::not_sent(SUBSCRIBER, PacketType::Disconnect))),
        Some(record) => {
            Err(Unmet::Contradicted { by: record.id, finding: Finding::told("nothing-kept", []) })
        }
    }
}

/// What was published with an expiry while the subscriber slept, with the CONNECT that woke it.
struct Night {
    messages: Vec<(RecordId, Publish)>,
    /// The CONNECT after the messages.
    woken: Option<RecordId>,
}

impl Night {
    fn of(evidence: &Evidence) -> Option<Night> {
        let asleep = fell_asleep(evidence)?;
        let all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
        let mut connects = evidence.sent(SUBSCRIBER, PacketType::Connect).map(|record| record.id);
        let last = all.last().map(|(id, _)| *id);
        let woken = connects.find(|id| *id > asleep && last.is_some_and(|last| *id > last));
        let messages = all
            .into_iter()
            .filter(|(id, publish)| {
                *id > asleep && publish.properties.message_expiry_interval().is_some()
            })
            .collect();
        Some(Night { messages, woken })
    }

    fn shortest(&self) -> Option<&(RecordId, Publish)> {
        self.messages.iter().min_by_key(|(_, publish)| expiry(publish))
    }

    fn longest(&self) -> Option<&(RecordId, Publish)> {
        self.messages.iter().max_by_key(|(_, publish)| expiry(publish))
    }
}

fn expiry(publish: &Publish) -> u32 {
    publish.properties.message_expiry_interval().unwrap_or(u32::MAX)
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    let Some(night) = Night::of(evidence) else { return nothing };
    let all: Vec<_> = evidence.sent(PUBLISHER, PacketType::Publish).collect();
    match (night.shortest(), night.longest()) {
        (Some((first, short)), Some((second, long))) if expiry(short) < expiry(long) => {
            Ok(vec![*first.min(second), *first.max(second)])
        }
        (Some((_, only)), _) => Err(Unmet::NotYet(Finding::told("one-more", [&expiry(only)]))),
        _ => match all.last() {
            None => nothing,
            Some(record) => Err(Unmet::Contradicted {
                by: record.id,
                finding: Finding::absent(PropertyId::MessageExpiryInterval.name()),
            }),
        },
    }
}

/// What reached the subscriber when it woke: both messages, the longer-lived with its interval as it
/// was, the same with less, or none.
fn what_came(evidence: &Evidence) -> Option<usize> {
    let night = Night::of(evidence)?;
    let (woken, (_, short), (_, long)) = (night.woken?, night.shortest()?, night.longest()?);
    let connack = answer_to(evidence.capture, woken)?;
    if let Some(Packet::ConnAck(connack)) = connack.valid_packet()
        && !connack.session_present
    {
        return Some(3);
    }
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let came = |publish: &Publish| {
        arrived.iter().find(|(id, other)| *id > woken && other.payload == publish.payload)
    };
    // Messages come in the order in which they were sent, so the last tells.
    let (_, latest) = came(long)?;
    Some(match came(short) {
        Some(_) => 0,
        None if expiry(latest) < expiry(long) => 2,
        None => 1,
    })
}

/// One message came with less time than it had [MQTT-3.3.2-6], and one whose time was over did not
/// come [MQTT-3.3.2-5].
fn woke(evidence: &Evidence) -> Verdict {
    let nothing = Err(Unmet::NotYet(Finding::told("asleep", [])));
    let Some(night) = Night::of(evidence) else { return nothing };
    let Some(woken) = night.woken else { return nothing };
    let Some(connack) = answer_to(evidence.capture, woken) else {
        return Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::ConnAck)));
    };
    if let Some(Packet::ConnAck(answer)) = connack.valid_packet()
        && !answer.session_present
    {
        let finding = Finding::differs("Session Present", 0, 1);
        return Err(Unmet::Contradicted { by: connack.id, finding });
    }
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let came = |publish: &Publish| {
        arrived.iter().find(|(id, other)| *id > woken && other.payload == publish.payload)
    };
    let (Some((short_id, short)), Some((long_id, long))) = (night.shortest(), night.longest())
    else {
        return nothing;
    };
    if let Some((id, _)) = came(short) {
        let finding = Finding::told("still-good", [&expiry(short)]);
        return Err(Unmet::Contradicted { by: *id, finding });
    }
    match came(long) {
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
        Some((id, message)) if expiry(message) >= expiry(long) => {
            let name = PropertyId::MessageExpiryInterval.name();
            let wanted = format!("< {}", expiry(long));
            let finding = Finding::differs(name, expiry(message), wanted);
            Err(Unmet::Contradicted { by: *id, finding })
        }
        Some((id, _)) => Ok(vec![*short_id.min(long_id), *short_id.max(long_id), *id]),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/departures";
/// Seconds that the two messages are worth delivering.
const SHORT: u32 = 2;
const LONG: u32 = 60;
/// Longer than the shorter of them, also for a server that counts whole seconds.
const SLEEP: Duration = Duration::from_secs(4);
