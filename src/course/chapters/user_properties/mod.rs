//! Chapter 2: metadata beside the payload.

mod first_user_property;
mod message_expiry;
mod message_metadata;
mod order_and_repeats;
mod payload_or_property;
mod your_own_schema;

use super::Chapter;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::course::{Evidence, Finding, Unmet, Verdict, check, judge};
use crate::mqtt::{
    Packet, PacketType, Properties, Publish, ReasonCode, Subscription, encode, matches,
};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "user-properties",
    exercises: &[
        &first_user_property::EXERCISE,
        &order_and_repeats::EXERCISE,
        &message_metadata::EXERCISE,
        &message_expiry::EXERCISE,
        &payload_or_property::EXERCISE,
        &your_own_schema::EXERCISE,
    ],
};

/// User Properties in one line: `name=value, name=value`.
fn in_words(properties: &Properties) -> String {
    let pairs = properties.user_properties().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join(", ")
}

/// What the properties of a PUBLISH take, in bytes, beside the byte of an empty list.
fn property_bytes(publish: &Publish) -> usize {
    let size = |publish: Publish| encode(&Packet::Publish(publish)).map_or(0, |it| it.len());
    let bare = Publish { properties: Properties::NONE, ..publish.clone() };
    size(publish.clone()).saturating_sub(size(bare))
}

/// The message in one of these records.
fn message(evidence: &Evidence, record: RecordId) -> Option<Publish> {
    match evidence.capture.get(record)?.valid_packet()? {
        Packet::Publish(publish) => Some(publish),
        _ => None,
    }
}

/// What the client is subscribed to when that record passes: all that was granted since its Session began.
fn subscriptions(evidence: &Evidence, client: ClientSlot, at: RecordId) -> Vec<Subscription> {
    let answer = |record: &Record| {
        let answer = answer_to(evidence.capture, record.id).filter(|answer| answer.id < at)?;
        answer.valid_packet()
    };
    let is_new = |packet| matches!(packet, Packet::ConnAck(it) if !it.session_present);
    let begins = |record: &&Record| answer(record).is_some_and(is_new);
    let begun = evidence.sent(client, PacketType::Connect).filter(begins).last();
    let begun = begun.map(|record| record.id);
    let granted = |record: &Record| match record.valid_packet()? {
        Packet::Subscribe(subscribe) if Some(record.id) > begun => {
            check::nothing_refused(&answer(record)?).ok().map(|()| subscribe.subscriptions)
        }
        _ => None,
    };
    evidence.sent(client, PacketType::Subscribe).filter_map(granted).flatten().collect()
}

/// The client is connected and subscribed to the topic when that record passes.
fn is_heard(
    evidence: &Evidence,
    client: ClientSlot,
    topic: &str,
    at: RecordId,
) -> Result<(), Finding> {
    let mut before =
        evidence.capture.records().rev().filter(|it| it.client == client && it.id < at);
    let latest = before.find(|it| matches!(it.entry, Entry::Opened | Entry::Closed(_)));
    let is_connected = latest.is_some_and(|it| it.entry == Entry::Opened);
    let subscribed = subscriptions(evidence, client, at);
    match is_connected && subscribed.iter().any(|it| matches(&it.topic_filter, topic)) {
        true => Ok(()),
        false => Err(Finding::told("unheard", [&topic])),
    }
}

/// The client has subscribed with QoS 1, and the Server has granted it.
fn subscribed_with_qos_1(evidence: &Evidence, client: ClientSlot) -> Verdict {
    let nothing = || Evidence::not_received(client, PacketType::SubAck);
    let asked = evidence.sent(client, PacketType::Subscribe);
    let mut records = judge(asked, nothing(), |_, packet| match packet {
        Packet::Subscribe(it) => it
            .subscriptions
            .iter()
            .try_for_each(|it| Finding::unless_equal("QoS", it.qos.bits(), 1)),
        _ => Ok(()),
    })?;
    let answer = answer_to(evidence.capture, records[0]).ok_or_else(nothing)?;
    let packet = answer.valid_packet().ok_or_else(nothing)?;
    check::has_reason_code(&packet, ReasonCode::GrantedQoS1)
        .map_err(|finding| Unmet::by(answer.id, finding))?;
    records.push(answer.id);
    Ok(records)
}

/// The copy of a message that reached the client: the same payload on the same topic, after it was sent.
fn copy_of(
    evidence: &Evidence,
    client: ClientSlot,
    (id, sent): &(RecordId, Publish),
) -> Option<(RecordId, Publish)> {
    let arrived = check::messages(evidence.received(client, PacketType::Publish));
    let is_copy = |(other, it): &(RecordId, Publish)| {
        other > id && (&it.topic, &it.payload) == (&sent.topic, &sent.payload)
    };
    arrived.into_iter().find(is_copy)
}

/// One of these messages has reached the client as `test` wants it, and the learner has opened the copy.
fn opened_copy(
    evidence: &Evidence,
    client: ClientSlot,
    sent: &[(RecordId, Publish)],
    test: impl Fn(&Publish, &Publish) -> Result<(), Finding>,
) -> Verdict {
    let mut unmet = Unmet::from(Evidence::not_received(client, PacketType::Publish));
    for original in sent {
        let Some((id, arrived)) = copy_of(evidence, client, original) else { continue };
        match test(&original.1, &arrived) {
            Err(finding) => unmet = Unmet::by(id, finding),
            Ok(()) if evidence.opened.contains(&id) => return Ok(vec![original.0, id]),
            Ok(()) => unmet = Finding::NotOpened { packet: PacketType::Publish }.into(),
        }
    }
    Err(unmet)
}

/// User Properties arrive unaltered and in order [MQTT-3.3.2-17] [MQTT-3.3.2-18].
fn same_pairs(sent: &Publish, arrived: &Publish) -> Result<(), Finding> {
    Finding::unless_equal(
        "User Property",
        in_words(&arrived.properties),
        in_words(&sent.properties),
    )
}
