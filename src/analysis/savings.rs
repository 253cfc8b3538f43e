//! What a Topic Alias saves and costs, measured on encodings: the PUBLISH as it is, and the same message
//! without an alias and with its Topic Name.

use crate::capture::{Capture, Record};
use crate::mqtt::{self, Packet, Property, Publish, encode};

/// One PUBLISH on the scales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The whole packet as it passed, in bytes.
    pub with: usize,
    /// The same message without an alias.
    pub without: usize,
    pub alias: Option<u16>,
    /// What the message is about, also where the packet left that to the alias.
    pub topic: String,
    /// Carried in the packet itself, so that an alias beside it comes to stand for it.
    pub has_topic: bool,
}

impl Weighed {
    /// Bytes saved; negative where the alias cost more than it spared.
    pub fn saved(&self) -> i64 {
        self.without as i64 - self.with as i64
    }

    /// Alias and Topic Name together: it makes the alias known.
    pub fn sets(&self) -> bool {
        self.alias.is_some() && self.has_topic
    }

    /// The alias alone.
    pub fn uses(&self) -> bool {
        self.alias.is_some() && !self.has_topic
    }
}

/// Weighs the PUBLISH of a record. `None` for every other record, for one that breaks a rule, and for an
/// alias that stands for nothing: without a topic there is nothing to compare with.
pub fn weigh(capture: &Capture, record: &Record) -> Option<Weighed> {
    // Told without decoding, for all the packets that are none.
    record.qos()?;
    let Packet::Publish(publish) = record.valid_packet()? else { return None };
    let alias = publish.properties.topic_alias();
    let has_topic = !publish.topic.is_empty();
    let topic = match has_topic {
        true => publish.topic.clone(),
        false => capture.aliased(record)?.topic.into(),
    };
    let without = match alias {
        None => record.bytes().len(),
        Some(_) => size(&in_full(publish, &topic))?,
    };
    Some(Weighed { with: record.bytes().len(), without, alias, topic: topic.into(), has_topic })
}

/// Bytes that an alias would spare this PUBLISH, which has none, once the alias stands for its topic; what it
/// costs the PUBLISH that makes it known is 3 bytes, rarely 5.
pub fn would_spare(record: &Record, topic: &str) -> Option<i64> {
    let properties = record.publish_properties()?.len();
    let rest = mqtt::body(record.bytes())?.len();
    let width = |length| mqtt::variable_byte_integer(length).map_or(4, |(_, width)| width);
    let properties_grow = ALIAS + width(properties + ALIAS) - width(properties);
    let without_topic = (rest + properties_grow).checked_sub(topic.len())?;
    let size = |rest: usize| (1 + width(rest) + rest) as i64;
    Some(size(rest) - size(without_topic))
}

/// The property Topic Alias: its identifier and a Two Byte Integer.
const ALIAS: usize = 3;

/// The same message without an alias.
pub fn in_full(mut publish: Publish, topic: &str) -> Publish {
    publish.topic = topic.into();
    publish.properties.0.retain(|property| !matches!(property, Property::TopicAlias(_)));
    publish
}

/// The size of the packet on the wire; `None` for one that cannot be written.
pub fn size(publish: &Publish) -> Option<usize> {
    Some(encode(&Packet::Publish(publish.clone())).ok()?.len())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ClientSlot;
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    #[test]
    fn an_alias_costs_three_bytes_once_and_spares_the_topic_from_then_on() {
        let mut capture = Capture::default();
        let mut pass = |topic: &str, alias: Option<u16>| {
            let publish = Publish {
                topic: topic.into(),
                properties: alias.map(Property::TopicAlias).into_iter().collect(),
                payload: Bytes::from_static(b"21.4"),
                ..Publish::default()
            };
            let bytes = encode(&Packet::Publish(publish)).expect("it obeys the rules");
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            let id = capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
            let weighed = weigh(&capture, capture.get(id).expect("it is there"));
            weighed.map(|w| (w.with, w.without, w.saved(), w.sets(), w.uses()))
        };
        let topic = "factory/osaka/line-3/robot-07/telemetry/temperature";
        for (topic, alias, expect) in [
            ("", Some(1), None), // it stands for nothing yet
            (topic, None, Some((60, 60, 0, false, false))),
            (topic, Some(1), Some((63, 60, -3, true, false))),
            ("", Some(1), Some((12, 60, 48, false, true))),
        ] {
            assert_eq!(pass(topic, alias), expect, "{topic:?} {alias:?}");
        }
    }
}
