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
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::window::{Window, windows};
use crate::course::{Cast, Evidence, Finding, Unmet, Verdict, check, judge};
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
const FILTER: &str = "test/flow-control/+";
const PREFIX: &str = "test/flow-control/";
const TOPIC: &str = "test/flow-control/demo";

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

/// Connected with a Receive Maximum of at most that, and subscribed with that QoS.
fn prepared(evidence: &Evidence, most: u16, qos: QoS) -> Verdict {
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::Connect);
    let limited = judge(evidence.sent(SUBSCRIBER, PacketType::Connect), nothing, |_, packet| {
        match packet.properties().receive_maximum() {
            None => Err(Finding::absent(PropertyId::ReceiveMaximum.name())),
            Some(found) if found > most => Err(Finding::told("too-wide", [&found, &most])),
            Some(_) => Ok(()),
        }
    });
    check::all([limited, check::connected(evidence, SUBSCRIBER), granted(evidence, qos)])
}

/// SUBACK grants this QoS.
fn granted(evidence: &Evidence, qos: QoS) -> Verdict {
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::SubAck);
    judge(evidence.received(SUBSCRIBER, PacketType::SubAck), nothing, |_, packet| {
        check::nothing_refused(packet)?;
        match packet.reason_codes().iter().map(|code| code.value()).max() {
            Some(found) if found < qos.bits() => {
                Err(Finding::differs("QoS", found, format!("{}", qos.bits())))
            }
            _ => Ok(()),
        }
    })
}

/// The Server has filled the subscriber's window, no more, and has at least `more` messages left to send.
fn full(evidence: &Evidence, more: usize) -> Verdict {
    let Some(window) = latest(evidence, SUBSCRIBER, Sender::Server) else {
        return Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::ConnAck)));
    };
    if let Some(by) = window.overrun_at {
        return beyond(&window, by);
    }
    let (used, maximum) = (window.slots.len(), usize::from(window.maximum));
    let sent = published(evidence).iter().filter(|(_, m)| m.qos > QoS::AtMostOnce).count();
    if used < maximum || sent < maximum + more {
        return Err(Unmet::NotYet(Finding::told("not-full", [&used, &maximum, &sent])));
    }
    let statement = [window.stated_in].into_iter();
    Ok(statement.chain(window.slots.iter().map(|slot| slot.publish)).collect())
}

/// More were in flight than the receiver allows [MQTT-3.3.4-9].
fn beyond(window: &Window, by: RecordId) -> Verdict {
    let finding = Finding::told("beyond", [&window.peak, &window.maximum]);
    Err(Unmet::Contradicted { by, finding })
}
