//! What has passed on the learner's own wire so far: packets, properties by where they stood, Reason
//! Codes by the packet that carried them.

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::capture::Record;
use crate::mqtt::{Holder, Packet, PacketType, Properties, PropertyId, ReasonCode};

/// One thing that can be seen on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    Packet(PacketType),
    Property(Holder, PropertyId),
    ReasonCode(PacketType, ReasonCode),
}

impl Sight {
    /// Everything that the tables of the protocol allow, in their order.
    pub fn all() -> impl Iterator<Item = Sight> {
        let packets = PacketType::ALL.into_iter().map(Sight::Packet);
        let properties = PropertyId::ALL
            .iter()
            .flat_map(|id| id.holders().iter().map(|(holder, _)| Sight::Property(*holder, *id)));
        let codes = ReasonCode::ALL
            .iter()
            .flat_map(|code| code.packets().iter().map(|packet| Sight::ReasonCode(*packet, *code)));
        packets.chain(properties).chain(codes)
    }

    /// How it is written in a progress file: `publish`, `publish.topic_alias`, `connack.0x87`.
    pub fn key(self) -> String {
        match self {
            Sight::Packet(packet) => packet.key().to_owned(),
            Sight::Property(holder, id) => format!("{}.{}", holder.key(), id.key()),
            Sight::ReasonCode(packet, code) => {
                format!("{}.0x{:02x}", packet.key(), code.value())
            }
        }
    }

    pub fn from_key(key: &str) -> Option<Sight> {
        let Some((place, what)) = key.split_once('.') else {
            return packet_of(key).map(Sight::Packet);
        };
        if let Some(digits) = what.strip_prefix("0x") {
            let code = ReasonCode::from_value(u8::from_str_radix(digits, 16).ok()?)?;
            return packet_of(place).map(|packet| Sight::ReasonCode(packet, code));
        }
        let id = PropertyId::ALL.iter().find(|id| id.key() == what)?;
        let holder = Holder::ALL.into_iter().find(|holder| holder.key() == place)?;
        Some(Sight::Property(holder, *id))
    }
}

fn packet_of(key: &str) -> Option<PacketType> {
    PacketType::ALL.into_iter().find(|packet| packet.key() == key)
}

/// Grows with the capture and never shrinks. Only packets that obey the rules count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Seen(LiteMap<Sight, ()>);

impl Seen {
    /// Takes in one record and tells whether anything in it was new.
    pub fn note(&mut self, record: &Record) -> bool {
        let Some(packet) = record.valid_packet() else { return false };
        let before = self.0.len();
        let packet_type = packet.packet_type();
        self.add(Sight::Packet(packet_type));
        let own = Holder::ALL.into_iter().find(|holder| holder.packet() == packet_type);
        if let Some(holder) = own {
            self.note_properties(holder, packet.properties());
        }
        if let Packet::Connect(connect) = &packet
            && let Some(will) = &connect.will
        {
            self.note_properties(Holder::Will, &will.properties);
        }
        for code in packet.reason_codes() {
            self.add(Sight::ReasonCode(packet_type, *code));
        }
        self.0.len() > before
    }

    /// Takes in what has been seen elsewhere too.
    pub fn add_all(&mut self, other: &Seen) {
        other.iter().for_each(|sight| self.add(sight));
    }

    fn note_properties(&mut self, holder: Holder, properties: &Properties) {
        for property in properties {
            self.add(Sight::Property(holder, property.id()));
        }
    }

    fn add(&mut self, sight: Sight) {
        self.0.insert(sight, ());
    }

    pub fn has(&self, sight: Sight) -> bool {
        self.0.contains_key(&sight)
    }

    /// Whether the property has been seen anywhere.
    pub fn has_property(&self, id: PropertyId) -> bool {
        id.holders().iter().any(|(holder, _)| self.has(Sight::Property(*holder, id)))
    }

    /// Whether the Reason Code has been seen in any packet.
    pub fn has_reason_code(&self, code: ReasonCode) -> bool {
        code.packets().iter().any(|packet| self.has(Sight::ReasonCode(*packet, code)))
    }

    pub fn iter(&self) -> impl Iterator<Item = Sight> {
        self.0.keys().copied()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Keys that no table knows say nothing and are left out.
impl From<Vec<String>> for Seen {
    fn from(keys: Vec<String>) -> Seen {
        let mut seen = Seen::default();
        for sight in keys.iter().filter_map(|key| Sight::from_key(key)) {
            seen.add(sight);
        }
        seen
    }
}

impl From<Seen> for Vec<String> {
    fn from(seen: Seen) -> Vec<String> {
        seen.iter().map(Sight::key).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot};
    use crate::mqtt::{
        ConnAck, Connect, ConnectionId, PacketId, Property, Publish, Sender, SubAck, Will, encode,
    };
    use crate::time::Instant;

    fn note(seen: &mut Seen, sender: Sender, bytes: impl Into<Bytes>) -> bool {
        let mut capture = Capture::default();
        let bytes = bytes.into();
        capture.push_packet(Instant::START, ClientSlot(0), ConnectionId(1), sender, bytes);
        seen.note(capture.at(0).expect("it was pushed"))
    }

    fn note_packet(seen: &mut Seen, sender: Sender, packet: Packet) -> bool {
        note(seen, sender, encode(&packet).expect("it can be encoded"))
    }

    #[test]
    fn what_packets_hold_is_seen_once() {
        let mut seen = Seen::default();
        let will = Will {
            topic: "gone".into(),
            properties: [Property::WillDelayInterval(5)].into(),
            ..Will::default()
        };
        let connect = Connect {
            properties: [Property::ReceiveMaximum(5), Property::user("a", "b")].into(),
            will: Some(will),
            ..Connect::default()
        };
        let connect = Packet::Connect(Box::new(connect));
        assert!(note_packet(&mut seen, Sender::Client, connect.clone()));
        assert!(!note_packet(&mut seen, Sender::Client, connect));
        let refused = ConnAck {
            session_present: false,
            reason_code: ReasonCode::NotAuthorized,
            properties: Properties::default(),
        };
        assert!(note_packet(&mut seen, Sender::Server, Packet::ConnAck(refused)));
        let reason_codes = vec![ReasonCode::GrantedQoS1, ReasonCode::QuotaExceeded];
        let packet_id = PacketId::new(1).expect("it is not 0");
        let suback = SubAck { packet_id, properties: Properties::default(), reason_codes };
        assert!(note_packet(&mut seen, Sender::Server, Packet::SubAck(suback)));
        let keys: Vec<String> = seen.clone().into();
        assert_eq!(
            keys,
            [
                "connect",
                "connack",
                "suback",
                "connect.receive_maximum",
                "connect.user_property",
                "will.will_delay_interval",
                "connack.0x87",
                "suback.0x01",
                "suback.0x97",
            ]
        );
        assert!(seen.has_property(PropertyId::UserProperty));
        assert!(!seen.has(Sight::Property(Holder::Publish, PropertyId::UserProperty)));
        assert!(seen.has_reason_code(ReasonCode::QuotaExceeded));
    }

    #[test]
    fn packets_that_break_a_rule_are_not_seen() {
        let mut seen = Seen::default();
        let alias_0 = Publish {
            topic: "a".into(),
            properties: [Property::TopicAlias(0)].into(),
            ..Publish::default()
        };
        assert!(!note_packet(&mut seen, Sender::Client, Packet::Publish(alias_0)));
        assert!(!note(&mut seen, Sender::Client, &[0xD0, 0x00][..])); // PINGRESP from a client
        assert!(seen.is_empty());
    }

    #[test]
    fn every_sight_has_a_key_of_its_own() {
        let all: Vec<Sight> = Sight::all().collect();
        let keys: BTreeSet<String> = all.iter().map(|sight| sight.key()).collect();
        assert_eq!(keys.len(), all.len());
        for sight in all {
            assert_eq!(Sight::from_key(&sight.key()), Some(sight));
        }
        for key in ["", "hello", "publish.", "publish.0x03", "publish.0xZZ", "nothing.topic_alias"]
        {
            assert_eq!(Sight::from_key(key), None, "{key:?}");
        }
    }

    #[test]
    fn unknown_keys_of_another_version_do_no_harm() {
        let seen: Seen = serde_json::from_str(r#"["pingreq", "hello.world"]"#).expect("a list");
        assert_eq!(seen.iter().collect::<Vec<_>>(), [Sight::Packet(PacketType::PingReq)]);
        assert_eq!(serde_json::to_string(&seen).expect("it is JSON"), r#"["pingreq"]"#);
    }
}
