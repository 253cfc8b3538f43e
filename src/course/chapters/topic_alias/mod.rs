//! Chapter 3: a number instead of a long topic, and when it pays.

mod alias_from_the_server;
mod alias_handshake;
mod alias_lifetime;
mod alias_out_of_range;
mod auto_alias;
mod save_bytes;

use super::Chapter;
use super::common::has_ended;
use crate::analysis::answer_to;
use crate::capture::{Capture, Record, RecordId};
use crate::course::{Evidence, Finding};
use crate::mqtt::{Packet, PacketType, Property, Publish, ReasonCode, Sender};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "topic-alias",
    exercises: &[
        &alias_handshake::EXERCISE,
        &save_bytes::EXERCISE,
        &alias_lifetime::EXERCISE,
        &alias_out_of_range::EXERCISE,
        &auto_alias::EXERCISE,
        &alias_from_the_server::EXERCISE,
    ],
};

/// A topic of 51 bytes, as they are in factories.
const TOPIC: &str = "factory/osaka/line-3/robot-07/telemetry/temperature";

/// A reading on that topic; an empty `topic` leaves it to the alias.
fn reading(topic: &str, alias: Option<u16>) -> Publish {
    Publish {
        topic: topic.into(),
        properties: alias.map(Property::TopicAlias).into_iter().collect(),
        payload: bytes::Bytes::from_static(b"21.4"),
        ..Publish::default()
    }
}

fn publish_in(packet: &Packet) -> Option<&Publish> {
    match packet {
        Packet::Publish(publish) => Some(publish),
        _ => None,
    }
}

/// The Topic Alias of a PUBLISH in a record, as the words quote it.
fn alias_of(evidence: &Evidence, record: Option<&RecordId>) -> String {
    let packet = record.and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let alias = packet.and_then(|packet| packet.properties().topic_alias());
    alias.map_or_else(String::new, |alias| alias.to_string())
}

/// The Reason Code of a DISCONNECT in a record, such as `0x94 Topic Alias invalid`.
fn code_of(evidence: &Evidence, record: Option<&RecordId>) -> String {
    let packet = record.and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let code = packet.and_then(|packet| packet.reason_codes().first().copied());
    code.map_or_else(String::new, |code| code.in_words(PacketType::Disconnect))
}

/// Bytes `range` of a packet that is written in hexadecimal.
fn part(bytes: &str, range: std::ops::Range<usize>) -> String {
    let bytes: Vec<&str> = bytes.split(' ').collect();
    bytes.get(range).map_or_else(String::new, |part| part.join(" "))
}

/// The message of a PUBLISH was taken: its acknowledgement is there and refuses nothing.
fn taken(capture: &Capture, publish: &Record) -> Result<(), Finding> {
    let answer = answer_to(capture, publish.id).and_then(|answer| answer.valid_packet());
    match answer.and_then(|packet| packet.reason_codes().first().copied()) {
        None => Err(Evidence::not_received(publish.client, PacketType::PubAck)),
        Some(code) if code.is_error() => Err(Finding::Refused { packet: PacketType::PubAck, code }),
        Some(_) => Ok(()),
    }
}

/// The DISCONNECT with which the Server answered the packet of this record, and its Reason Code.
fn dismissal<'a>(capture: &'a Capture, of: &Record) -> Option<(&'a Record, ReasonCode)> {
    let record = capture.following(of.id).find(|record| {
        record.sender() == Some(Sender::Server)
            && record.packet_type() == Some(PacketType::Disconnect)
    })?;
    match record.valid_packet()? {
        Packet::Disconnect(disconnect) => Some((record, disconnect.reason_code)),
        _ => None,
    }
}
