//! For each kind a capture that has it, and beside it one that nearly does.

mod course_of_a_connection;
mod habits;
mod large;
mod packets;
mod sessions;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use super::{Finding, Kind, findings};
use crate::capture::{Capture, ClientSlot, Entry, Hole, LinkClose};
use crate::mqtt::{
    Ack, ConnAck, Connect, ConnectionId, Disconnect, Packet, PacketId, Properties, Property,
    Publish, QoS, ReasonCode, Sender, SubAck, Subscribe, Subscription, Version, Will, encode_as,
};
use crate::time::Instant;

/// A capture in the making. What happens, happens on the connection that was opened last.
pub struct Scene {
    pub capture: Capture,
    now: Instant,
    slot: ClientSlot,
    connection: ConnectionId,
    version: Version,
}

impl Scene {
    /// Begins in the middle of a connection.
    pub fn middle() -> Scene {
        Scene {
            capture: Capture::default(),
            now: Instant::from_millis(1000),
            slot: ClientSlot(0),
            connection: ConnectionId(1),
            version: Version::V5,
        }
    }

    /// An open connection.
    pub fn new() -> Scene {
        let mut scene = Scene::middle();
        scene.connection = ConnectionId(0);
        scene.opens();
        scene
    }

    pub fn of_3() -> Scene {
        let mut scene = Scene::new();
        scene.version = Version::V3_1_1;
        scene
    }

    /// After CONNECT and CONNACK.
    pub fn greeted() -> Scene {
        let mut scene = Scene::new();
        scene.greets(connect(), connack());
        scene
    }

    pub fn opens(&mut self) -> &mut Scene {
        self.connection = ConnectionId(self.connection.0 + 1);
        self.put(Entry::Opening { address: "broker:1883".to_owned() });
        self.put(Entry::Opened)
    }

    pub fn on(&mut self, connection: u32) -> &mut Scene {
        self.connection = ConnectionId(connection);
        self
    }

    pub fn by(&mut self, slot: u16) -> &mut Scene {
        self.slot = ClientSlot(slot);
        self
    }

    pub fn greets(&mut self, connect: Connect, connack: ConnAck) -> &mut Scene {
        self.client(Packet::Connect(Box::new(connect)));
        self.server(Packet::ConnAck(connack))
    }

    pub fn client(&mut self, packet: Packet) -> &mut Scene {
        self.sends(Sender::Client, packet)
    }

    pub fn server(&mut self, packet: Packet) -> &mut Scene {
        self.sends(Sender::Server, packet)
    }

    pub fn sends(&mut self, sender: Sender, packet: Packet) -> &mut Scene {
        let bytes = encode_as(&packet, self.version).expect("it can be written");
        self.put(Entry::Packet { sender, bytes })
    }

    pub fn bytes(&mut self, sender: Sender, bytes: &'static [u8]) -> &mut Scene {
        self.put(Entry::Packet { sender, bytes: Bytes::from_static(bytes) })
    }

    pub fn hole(&mut self, sender: Sender) -> &mut Scene {
        self.put(Entry::Missing(Hole { sender, missing: 100, unread: 0, begun: Bytes::new() }))
    }

    pub fn closes(&mut self, by: Option<Sender>) -> &mut Scene {
        let reason = String::new();
        self.put(Entry::Closed(LinkClose { by, was_open: true, code: None, reason }))
    }

    pub fn fails(&mut self) -> &mut Scene {
        let reason = String::new();
        self.put(Entry::Closed(LinkClose { by: None, was_open: false, code: None, reason }))
    }

    /// A goodbye, and the close.
    pub fn leaves(&mut self) -> &mut Scene {
        self.client(disconnect(ReasonCode::Success)).closes(Some(Sender::Client))
    }

    pub fn passes(&mut self, seconds: u64) -> &mut Scene {
        self.millis(1000 * seconds)
    }

    pub fn millis(&mut self, millis: u64) -> &mut Scene {
        self.now = self.now + Duration::from_millis(millis);
        self
    }

    pub fn put(&mut self, entry: Entry) -> &mut Scene {
        self.capture.push(self.now, self.slot, self.connection, entry);
        self
    }

    /// A client that says something far later, so that the capture goes on.
    pub fn and_later(&mut self) -> &mut Scene {
        self.passes(3600).by(9).on(99).client(Packet::PingReq)
    }

    pub fn findings(&self) -> Vec<Finding> {
        let found = findings(&self.capture);
        for finding in &found {
            assert!(!finding.records.is_empty(), "{finding:?}");
            assert!(finding.records.is_sorted(), "{finding:?}");
            assert!(finding.records.iter().all(|id| self.capture.get(*id).is_some()));
            assert!(finding.count > 0 && Kind::KEYS.contains(&finding.kind.key()));
        }
        found
    }

    pub fn keys(&self) -> BTreeSet<&'static str> {
        self.findings().iter().map(|finding| finding.kind.key()).collect()
    }

    pub fn find(&self, key: &str) -> Option<Finding> {
        let mut all: Vec<_> = self.findings();
        all.retain(|finding| finding.kind.key() == key);
        assert!(all.len() < 2, "one row a kind and client: {all:?}");
        all.pop()
    }
}

/// What happens in a scene.
pub type Plot = fn(&mut Scene);

/// A kind, how the scene begins, what has it, and what nearly has it.
pub type Row<'a> = (&'a str, fn() -> Scene, Plot, Plot);

pub fn check(rows: &[Row<'_>]) {
    for (key, begin, with, without) in rows {
        let (mut has, mut has_not) = (begin(), begin());
        with(&mut has);
        without(&mut has_not);
        assert!(has.find(key).is_some(), "{key} is found: {:?}", has.keys());
        let wrong = has_not.find(key);
        assert!(wrong.is_none(), "{key} is not there: {wrong:?}");
    }
}

pub const ID: PacketId = PacketId::MIN;

pub fn id(number: u16) -> PacketId {
    PacketId::new(number).expect("it is not zero")
}

pub fn connect() -> Connect {
    Connect {
        client_id: "sensor".into(),
        keep_alive: 3600,
        clean_start: true,
        ..Connect::default()
    }
}

/// That wants its Session back, which is kept for so long.
pub fn resuming(expiry: u32) -> Connect {
    let properties = [Property::SessionExpiryInterval(expiry)].into();
    Connect { clean_start: false, properties, ..connect() }
}

pub fn connack() -> ConnAck {
    let properties = Properties::NONE;
    ConnAck { session_present: false, reason_code: ReasonCode::Success, properties }
}

pub fn present() -> ConnAck {
    ConnAck { session_present: true, ..connack() }
}

pub fn refusal(reason_code: ReasonCode) -> ConnAck {
    ConnAck { reason_code, ..connack() }
}

pub fn message(topic: &str) -> Publish {
    Publish { topic: topic.into(), ..Publish::default() }
}

pub fn publish(topic: &str) -> Packet {
    Packet::Publish(message(topic))
}

pub fn publish_1(topic: &str, packet_id: PacketId) -> Packet {
    let (qos, packet_id) = (QoS::AtLeastOnce, Some(packet_id));
    Packet::Publish(Publish { qos, packet_id, ..message(topic) })
}

pub fn again(topic: &str, packet_id: PacketId) -> Packet {
    let (qos, packet_id) = (QoS::AtLeastOnce, Some(packet_id));
    Packet::Publish(Publish { dup: true, qos, packet_id, ..message(topic) })
}

pub fn puback(packet_id: PacketId) -> Packet {
    Packet::PubAck(Ack::success(packet_id))
}

pub fn subscribe(filter: &str) -> Packet {
    let subscriptions =
        vec![Subscription { topic_filter: filter.into(), ..Subscription::default() }];
    Packet::Subscribe(Subscribe { packet_id: ID, properties: Properties::NONE, subscriptions })
}

pub fn suback(code: ReasonCode) -> Packet {
    let reason_codes = vec![code];
    Packet::SubAck(SubAck { packet_id: ID, properties: Properties::NONE, reason_codes })
}

pub fn disconnect(code: ReasonCode) -> Packet {
    Packet::Disconnect(Disconnect::new(code))
}

pub fn with_will(mut connect: Connect, delay: u32) -> Connect {
    let properties = [Property::WillDelayInterval(delay)].into();
    connect.will = Some(Will { topic: "gone".into(), properties, ..Will::default() });
    connect
}
