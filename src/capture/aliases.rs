//! The Topic Name of each Topic Alias when it was used (§3.3.2.3.4): read once, as records come in.

use std::collections::{HashMap, VecDeque};

use super::{ClientSlot, ConnectionId, Entry, Record, RecordId};
use crate::mqtt::{self, Packet, PropertyId, Publish, Sender};

/// The Topic Name of an alias, and the packet that set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aliased<'a> {
    pub alias: u16,
    pub topic: &'a str,
    /// The PUBLISH that carried both. It may have left a full capture since.
    pub set_by: RecordId,
}

/// Every setting of an alias that a record still there may depend on. The two directions of a
/// connection count apart [MQTT-3.3.2-7].
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    lines: HashMap<(ConnectionId, Sender), Line>,
    /// The latest connection of each client.
    latest: HashMap<ClientSlot, ConnectionId>,
    /// Connections that a later one has followed, with its first record.
    followed: VecDeque<(RecordId, ConnectionId)>,
}

/// The settings of each alias, oldest first; an empty one where it is not known any more.
type Line = HashMap<u16, VecDeque<(RecordId, String)>>;

impl Aliases {
    /// Takes in a new record. `oldest` is the first one that is still there.
    pub fn note(&mut self, record: &Record, oldest: RecordId) {
        let latest = self.latest.entry(record.client).or_insert(record.connection);
        if *latest < record.connection {
            self.followed.push_back((record.id, *latest));
            *latest = record.connection;
        }
        while let Some((_, connection)) = self.followed.pop_front_if(|(id, _)| *id < oldest) {
            for sender in [Sender::Client, Sender::Server] {
                self.lines.remove(&(connection, sender));
            }
        }
        if let Some(hole) = record.hole() {
            // Any of them may have been set anew there.
            if let Some(line) = self.lines.get_mut(&(record.connection, hole.sender)) {
                let known = |settings: &&mut VecDeque<(RecordId, String)>| {
                    settings.back().is_some_and(|(_, topic)| !topic.is_empty())
                };
                for settings in line.values_mut().filter(known) {
                    settings.push_back((record.id, String::new()));
                }
            }
            return;
        }
        let Some((sender, publish)) = with_alias(record) else { return };
        let Some(alias) = publish.properties.topic_alias() else { return };
        if publish.topic.is_empty() {
            return;
        }
        let line = self.lines.entry((record.connection, sender)).or_default();
        let settings = line.entry(alias).or_default();
        // A setting that was replaced before the oldest record is useless.
        while settings.get(1).is_some_and(|(id, _)| *id < oldest) {
            settings.pop_front();
        }
        if settings.back().is_none_or(|(_, topic)| *topic != publish.topic) {
            settings.push_back((record.id, publish.topic.into()));
        }
    }

    /// The Topic Name of the alias in a PUBLISH that has none itself; `None` for every other record.
    pub fn of(&self, record: &Record) -> Option<Aliased<'_>> {
        let (sender, publish) = with_alias(record).filter(|(_, p)| p.topic.is_empty())?;
        let alias = publish.properties.topic_alias()?;
        let settings = self.lines.get(&(record.connection, sender))?.get(&alias)?;
        let after = settings.partition_point(|(id, _)| *id < record.id);
        let (set_by, topic) =
            settings.get(after.checked_sub(1)?).filter(|(_, topic)| !topic.is_empty())?;
        Some(Aliased { alias, topic, set_by: *set_by })
    }
}

/// The PUBLISH of a record, if it may carry an alias: most packets are told apart without decoding.
fn with_alias(record: &Record) -> Option<(Sender, Publish)> {
    let Entry::Packet { sender, bytes } = &record.entry else { return None };
    record.publish_properties()?.iter().find(|byte| **byte == PropertyId::TopicAlias.value())?;
    match mqtt::decode(bytes, Some(*sender)) {
        Ok(Packet::Publish(publish)) => Some((*sender, publish)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Bounds, Capture};
    use crate::mqtt::{PacketId, Property, QoS, encode};
    use crate::time::Instant;

    fn push(capture: &mut Capture, connection: u32, sender: Sender, packet: Publish) -> RecordId {
        let bytes = encode(&Packet::Publish(packet)).expect("it obeys the rules");
        let connection = ConnectionId(connection);
        capture.push_packet(Instant::START, ClientSlot(0), connection, sender, bytes)
    }

    fn publish(topic: &str, alias: u16) -> Publish {
        Publish {
            topic: topic.into(),
            properties: [
                Property::user("#", "a 0x23 that is no alias"),
                Property::TopicAlias(alias),
            ]
            .into(),
            ..Publish::default()
        }
    }

    fn topic(capture: &Capture, id: RecordId) -> Option<(u16, &str, u64)> {
        let record = capture.get(id).expect("it is still there");
        capture.aliased(record).map(|a| (a.alias, a.topic, a.set_by.0))
    }

    #[test]
    fn an_alias_stands_for_what_was_set_last_on_its_own_line() {
        use Sender::{Client, Server};
        let mut capture = Capture::default();
        let before = push(&mut capture, 1, Client, publish("", 3));
        let set = push(&mut capture, 1, Client, publish("factory/one", 3));
        let used = push(&mut capture, 1, Client, publish("", 3));
        let qos_1 = Publish {
            qos: QoS::AtLeastOnce,
            packet_id: Some(PacketId::MIN),
            ..publish("factory/two", 3)
        };
        push(&mut capture, 1, Client, qos_1);
        let replaced = push(&mut capture, 1, Client, publish("", 3));
        let other_alias = push(&mut capture, 1, Client, publish("", 4));
        let other_way = push(&mut capture, 1, Server, publish("", 3));
        let other_connection = push(&mut capture, 2, Client, publish("", 3));
        for (id, expect) in [
            (before, None), // not set yet: a Protocol Error (§3.3.2.3.4)
            (set, None),    // it has its Topic Name itself
            (used, Some((3, "factory/one", 1))),
            (replaced, Some((3, "factory/two", 3))),
            (other_alias, None),
            (other_way, None),
            (other_connection, None),
        ] {
            assert_eq!(topic(&capture, id), expect, "{id:?}");
        }
    }

    #[test]
    fn a_setting_outlives_its_record_and_goes_once_nothing_can_refer_to_it() {
        let mut capture = Capture::new(Bounds { records: 2, bytes: 1 << 20 });
        for name in ["a", "b", "b", "c"] {
            push(&mut capture, 1, Sender::Client, publish(name, 1));
        }
        let mut last = RecordId(0);
        for _ in 0..5 {
            last = push(&mut capture, 1, Sender::Client, publish("", 1));
        }
        assert_eq!(topic(&capture, last), Some((1, "c", 3)));
        capture.clear();
        last = push(&mut capture, 1, Sender::Client, publish("", 1));
        assert_eq!(topic(&capture, last), Some((1, "c", 3)));

        push(&mut capture, 2, Sender::Client, publish("d", 1));
        assert_eq!(topic(&capture, last), Some((1, "c", 3)));
        push(&mut capture, 2, Sender::Client, publish("", 1));
        push(&mut capture, 2, Sender::Client, publish("", 1));
        assert_eq!(capture.aliases.lines.len(), 1);
    }

    #[test]
    fn settings_do_not_pile_up_in_a_flood() {
        let mut capture = Capture::new(Bounds { records: 10, bytes: 1 << 20 });
        for round in 0..1000 {
            push(&mut capture, 1, Sender::Client, publish(&format!("t/{}", round % 7), 1));
        }
        let line = &capture.aliases.lines[&(ConnectionId(1), Sender::Client)];
        assert!(line[&1].len() <= 12, "{}", line[&1].len());
    }

    #[test]
    fn a_broken_publish_sets_nothing() {
        let mut capture = Capture::default();
        // An alias twice (§3.3.2.3.4), and one of zero [MQTT-3.3.2-8].
        for bytes in [
            &[0x30, 0x0A, 0, 1, b'a', 6, 0x23, 0, 1, 0x23, 0, 2][..],
            &[0x30, 0x07, 0, 1, b'a', 3, 0x23, 0, 0],
        ] {
            let bytes = Bytes::copy_from_slice(bytes);
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        }
        assert!(capture.aliases.lines.is_empty());
    }
}
