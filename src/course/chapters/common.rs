//! What the exercises of many chapters begin with.

use bytes::Bytes;

use crate::capture::{ClientSlot, Entry, RecordId};
use crate::course::{Cast, Evidence};
use crate::lab::Act;
use crate::mqtt::{Connect, Properties, Publish, QoS, ReasonCode, Subscription};

/// CONNECT with Clean Start and Keep Alive 60 s, no properties.
pub fn connect(cast: &Cast, slot: ClientSlot) -> Act {
    connect_with(cast, slot, [])
}

/// The same with properties.
pub fn connect_with(cast: &Cast, slot: ClientSlot, properties: impl Into<Properties>) -> Act {
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: cast.client_id(slot).into(),
        properties: properties.into(),
        ..Connect::default()
    };
    Act::connect(slot, connect)
}

/// SUBSCRIBE with one Topic Filter and no options but its maximum QoS.
pub fn subscribe(slot: ClientSlot, topic_filter: &str, qos: QoS) -> Act {
    let topic_filter = topic_filter.into();
    Act::subscribe(slot, [], [Subscription { topic_filter, qos, ..Subscription::default() }])
}

/// PUBLISH without properties.
pub fn publish(slot: ClientSlot, topic: &str, qos: QoS, payload: &str) -> Act {
    publish_with(slot, topic, qos, [], payload.as_bytes())
}

/// The same with properties, and with any payload.
pub fn publish_with(
    slot: ClientSlot,
    topic: &str,
    qos: QoS,
    properties: impl Into<Properties>,
    payload: &[u8],
) -> Act {
    let publish = Publish {
        qos,
        topic: topic.into(),
        properties: properties.into(),
        payload: Bytes::copy_from_slice(payload),
        ..Publish::default()
    };
    Act::publish(slot, publish)
}

/// The client's latest connection is over.
pub fn has_ended(evidence: &Evidence, client: ClientSlot) -> bool {
    let mut records = evidence.capture.records().rev().filter(|record| record.client == client);
    let about_the_link = records.find(|record| record.sender().is_none());
    matches!(about_the_link.map(|record| &record.entry), Some(Entry::Closed(_)))
}

/// The Reason Codes of a record in words, with commas between; empty for a record without any.
pub fn codes_of(evidence: &Evidence, record: RecordId) -> String {
    let packet = evidence.capture.get(record).and_then(|record| record.valid_packet());
    let Some(packet) = packet else { return String::new() };
    let in_words = |code: &ReasonCode| code.in_words(packet.packet_type());
    packet.reason_codes().iter().map(in_words).collect::<Vec<_>>().join(", ")
}

/// The size of a record's packet, in bytes.
pub fn size_of(evidence: &Evidence, record: RecordId) -> usize {
    evidence.capture.get(record).map_or(0, |record| record.bytes().len())
}
