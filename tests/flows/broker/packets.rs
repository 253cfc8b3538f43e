//! Packets in few words: to make them, and to compare them.

use mqtt5_playground::mqtt::{
    Ack, Connect, Packet, PacketId, Properties, Property, Publish, QoS, Subscribe, Subscription,
    Text, Unsubscribe, Will,
};

pub fn connect(client_id: &str) -> Connect {
    Connect { clean_start: true, client_id: client_id.into(), ..Connect::default() }
}

/// A CONNECT that goes on with a Session, and keeps it for so many seconds.
pub fn resume(client_id: &str, expiry: u32) -> Connect {
    Connect {
        clean_start: false,
        properties: [Property::SessionExpiryInterval(expiry)].into(),
        ..connect(client_id)
    }
}

pub fn with(connect: Connect, properties: impl IntoIterator<Item = Property>) -> Connect {
    let mut connect = connect;
    connect.properties.0.extend(properties);
    connect
}

pub fn will(topic: &str, delay: u32) -> Will {
    Will {
        topic: topic.into(),
        payload: "gone".into(),
        properties: [Property::WillDelayInterval(delay)].into(),
        ..Will::default()
    }
}

pub fn publish(topic: &str, qos: u8, packet_id: u16, payload: &str) -> Publish {
    Publish {
        qos: QoS::from_bits(qos).expect("tests use 0, 1 and 2"),
        packet_id: PacketId::new(packet_id),
        topic: topic.into(),
        payload: payload.to_owned().into(),
        ..Publish::default()
    }
}

pub fn retained(topic: &str, qos: u8, packet_id: u16, payload: &str) -> Publish {
    Publish { retain: true, ..publish(topic, qos, packet_id, payload) }
}

pub fn subscription(filter: &str, qos: u8) -> Subscription {
    let qos = QoS::from_bits(qos).expect("tests use 0, 1 and 2");
    Subscription { topic_filter: filter.into(), qos, ..Subscription::default() }
}

pub fn subscribe(packet_id: u16, subscriptions: impl IntoIterator<Item = Subscription>) -> Packet {
    Packet::Subscribe(Subscribe {
        packet_id: id(packet_id),
        properties: Properties::NONE,
        subscriptions: subscriptions.into_iter().collect(),
    })
}

/// With a Subscription Identifier.
pub fn subscribe_as(identifier: u32, packet_id: u16, subscription: Subscription) -> Packet {
    Packet::Subscribe(Subscribe {
        packet_id: id(packet_id),
        properties: [Property::SubscriptionIdentifier(identifier)].into(),
        subscriptions: vec![subscription],
    })
}

pub fn unsubscribe<const N: usize>(packet_id: u16, filters: [&str; N]) -> Packet {
    Packet::Unsubscribe(Unsubscribe {
        packet_id: id(packet_id),
        properties: Properties::NONE,
        topic_filters: filters.map(Text::from).into(),
    })
}

pub fn puback(packet_id: u16) -> Packet {
    Packet::PubAck(Ack::success(id(packet_id)))
}

pub fn pubrec(packet_id: u16) -> Packet {
    Packet::PubRec(Ack::success(id(packet_id)))
}

pub fn pubrel(packet_id: u16) -> Packet {
    Packet::PubRel(Ack::success(id(packet_id)))
}

pub fn pubcomp(packet_id: u16) -> Packet {
    Packet::PubComp(Ack::success(id(packet_id)))
}

pub fn id(packet_id: u16) -> PacketId {
    PacketId::new(packet_id).expect("tests use identifiers above zero")
}

/// A packet in few words; Reason Strings and Topic Aliases aside.
pub fn show(packet: &Packet) -> String {
    let name = packet.packet_type().name();
    let codes: Vec<String> =
        packet.reason_codes().iter().map(|code| format!("{:02X}", code.value())).collect();
    let mut words = vec![name.to_owned()];
    words.extend(packet.packet_id().map(|id| id.to_string()));
    match packet {
        Packet::ConnAck(ack) => {
            words.extend(codes);
            words.extend(ack.session_present.then(|| "present".into()));
        }
        Packet::SubAck(_) | Packet::UnsubAck(_) => words.push(format!("[{}]", codes.join(" "))),
        Packet::Publish(publish) => {
            words.extend(publish.dup.then(|| "dup".into()));
            words.push(format!("qos{}", publish.qos.bits()));
            words.extend(publish.retain.then(|| "retain".into()));
            words.push(publish.topic.to_string());
            words.push(String::from_utf8_lossy(&publish.payload).into_owned());
        }
        Packet::Disconnect(_) | Packet::Auth(_) => words.extend(codes),
        _ => words.extend(codes.into_iter().filter(|code| code != "00")),
    }
    for property in packet.properties() {
        match property {
            Property::ReasonString(_) | Property::TopicAlias(_) => {}
            Property::SubscriptionIdentifier(id) => words.push(format!("id={id}")),
            Property::MessageExpiryInterval(secs) => words.push(format!("expiry={secs}")),
            Property::SessionExpiryInterval(secs) => words.push(format!("session={secs}")),
            Property::UserProperty((name, value)) => words.push(format!("{name}={value}")),
            other if matches!(packet, Packet::ConnAck(_)) => {
                if !matches!(other, Property::ReceiveMaximum(20) | Property::TopicAliasMaximum(10))
                {
                    words.push(format!("{other:?}"));
                }
            }
            other => words.push(format!("{other:?}")),
        }
    }
    words.join(" ")
}
