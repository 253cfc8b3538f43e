//! Chapter 6: the receiver sets the pace.

mod hold_the_ack;
mod maximum_packet_size;
mod overrun;
mod qos_0_is_free;
mod qos_2_window;
mod receive_maximum;
mod server_quota;

use super::Chapter;
use super::common::{self, connect_with};
use crate::analysis::windows::{Window, windows};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::support::subscriptions::held;
use crate::course::{Cast, Evidence, Finding, Unmet, Verdict, check};
use crate::lab::{AcknowledgeByHand, Act, Action};
use crate::mqtt::{
    PacketId, PacketType, Properties, Property, PropertyId, Publish, QoS, ReasonCode, Sender,
};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "flow-control",
    exercises: &[
        &receive_maximum::EXERCISE,
        &hold_the_ack::EXERCISE,
        &qos_2_window::EXERCISE,
        &server_quota::EXERCISE,
        &qos_0_is_free::EXERCISE,
        &overrun::EXERCISE,
        &maximum_packet_size::EXERCISE,
    ],
};

const SUBSCRIBER: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const FILTER: &str = "factory/osaka/line-4/+";
const PREFIX: &str = "factory/osaka/line-4/";
const TOPIC: &str = "factory/osaka/line-4/log";

/// CONNECT of the subscriber with a Receive Maximum.
fn limit(cast: &Cast, receive_maximum: u16) -> Act {
    connect_with(cast, SUBSCRIBER, [Property::ReceiveMaximum(receive_maximum)])
}

fn subscribe(qos: QoS) -> Act {
    common::subscribe(SUBSCRIBER, FILTER, qos)
}

fn publish(qos: QoS, payload: &str) -> Act {
    common::publish(PUBLISHER, TOPIC, qos, payload)
}

/// Holds the subscriber's acknowledgements for a person.
fn hold(held: AcknowledgeByHand) -> Act {
    Act { client: SUBSCRIBER, action: Action::AcknowledgeByHand(held) }
}

/// Sends the acknowledgement that the subscriber owes for that message.
fn release(packet_id: PacketId) -> Act {
    let (reason_code, properties) = (ReasonCode::Success, Properties::default());
    let action = Action::Acknowledge { packet_id, reason_code, properties };
    Act { client: SUBSCRIBER, action }
}

/// PUBACK for the oldest message that waits for one.
fn acknowledge_oldest(_: &Cast, evidence: &Evidence) -> Option<Act> {
    let window = latest(evidence, SUBSCRIBER, Sender::Server)?;
    window.slots.first().map(|slot| release(slot.packet_id))
}

/// The windows of a client's accepted connections in one direction, oldest first.
fn all_windows(evidence: &Evidence, client: ClientSlot, sender: Sender) -> Vec<Window> {
    let since = evidence.since;
    let records = evidence.capture.records().filter(|record| record.id >= since);
    let mut all = windows(records);
    all.retain(|window| window.client == client && window.sender == sender);
    all
}

fn latest(evidence: &Evidence, client: ClientSlot, sender: Sender) -> Option<Window> {
    all_windows(evidence, client, sender).pop()
}

/// What the publisher has sent below the topic of this chapter.
fn published(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    ours(evidence.sent(PUBLISHER, PacketType::Publish))
}

fn delivered(evidence: &Evidence) -> Vec<(RecordId, Publish)> {
    ours(evidence.received(SUBSCRIBER, PacketType::Publish))
}

fn ours<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<(RecordId, Publish)> {
    let mut all = check::messages(records);
    all.retain(|(_, message)| message.topic.starts_with(PREFIX));
    all
}

/// The subscriber's open connection, with this Receive Maximum.
fn limited(evidence: &Evidence, exactly: u16) -> Result<Window, Unmet> {
    let Some(window) = latest(evidence, SUBSCRIBER, Sender::Server) else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::ConnAck).into());
    };
    let name = PropertyId::ReceiveMaximum.name();
    if !window.is_stated {
        return Err(Unmet::by(window.stated_in, Finding::absent(name)));
    }
    Finding::unless_equal(name, window.maximum, exactly)
        .map_err(|finding| Unmet::by(window.stated_in, finding))?;
    match window.is_open {
        true => Ok(window),
        false => Err(Finding::told("gone", []).into()),
    }
}

/// The messages above QoS 0 on the subscriber's latest connection, from its SUBACK on.
struct Stream {
    window: Window,
    suback: RecordId,
    published: Vec<(RecordId, Publish)>,
    delivered: Vec<(RecordId, Publish)>,
}

impl Stream {
    /// How many had been published, delivered and acknowledged, and how many were in flight, when that record passed.
    fn at(&self, evidence: &Evidence, record: RecordId) -> Moment {
        let before = |messages: &[(RecordId, Publish)]| {
            messages.iter().filter(|(id, _)| *id < record).count()
        };
        let until = evidence.capture.records().take_while(|other| other.id < record);
        let mut windows = windows(until.filter(|other| other.id >= evidence.since));
        windows.retain(|window| window.client == SUBSCRIBER && window.sender == Sender::Server);
        Moment {
            in_flight: windows.pop().map_or(0, |window| window.slots.len()),
            waiting: before(&self.published).saturating_sub(before(&self.delivered)),
        }
    }
}

struct Moment {
    in_flight: usize,
    /// In the Server, without a slot.
    waiting: usize,
}

/// Connected with this Receive Maximum and subscribed with this QoS, and what came of it; contradicted where more
/// was in flight than the receiver allows [MQTT-3.3.4-9].
fn stream(evidence: &Evidence, exactly: u16, qos: QoS) -> Result<Stream, Unmet> {
    let window = limited(evidence, exactly)?;
    let mut subscriptions = held(evidence, SUBSCRIBER);
    subscriptions.retain(|one| one.matches(TOPIC));
    let Some(one) = subscriptions.pop() else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::SubAck).into());
    };
    Finding::unless_equal("QoS", one.maximum_qos.bits(), qos.bits())
        .map_err(|finding| Unmet::by(one.suback, finding))?;
    if let Some(by) = window.overrun_at {
        return Err(beyond(&window, by));
    }
    let suback = one.suback;
    let counts = |(id, message): &(RecordId, Publish)| {
        *id > suback && message.qos > QoS::AtMostOnce && !message.dup
    };
    let (mut published, mut delivered) = (published(evidence), delivered(evidence));
    published.retain(counts);
    delivered.retain(counts);
    Ok(Stream { window, suback, published, delivered })
}

/// The Server has filled the subscriber's window, and at least one message waits for a slot.
fn full(evidence: &Evidence, maximum: u16, qos: QoS) -> Verdict {
    let Stream { window, published, .. } = stream(evidence, maximum, qos)?;
    if window.slots.len() < usize::from(maximum) || published.len() <= usize::from(maximum) {
        let counts: [&dyn ToString; 3] = [&window.slots.len(), &maximum, &published.len()];
        return Err(Finding::told("not-full", counts).into());
    }
    let statement = [window.stated_in].into_iter();
    Ok(statement.chain(window.slots.iter().map(|slot| slot.publish)).collect())
}

/// More were in flight than the receiver allows [MQTT-3.3.4-9].
fn beyond(window: &Window, by: RecordId) -> Unmet {
    Unmet::by(by, Finding::told("beyond", [&window.peak, &window.maximum]))
}
