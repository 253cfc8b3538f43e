//! The packets that are read and written, the same by all.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, QoS,
    ReasonCode, SubAck, Subscribe, Subscription, Will,
};

/// How many packets [`mixed`] has.
pub const MIXED: usize = 10_000;

/// What travels between clients and a broker in an ordinary hour: of a hundred packets seventy are PUBLISH,
/// most without properties, and twenty acknowledge one.
pub fn mixed() -> Vec<Packet> {
    (0..MIXED).map(|number| ordinary(number, 1 + (number % 60_000) as u16)).collect()
}

fn ordinary(number: usize, id: u16) -> Packet {
    let packet_id = PacketId::new(id).expect("it begins with 1");
    let topic = format!("building/{}/room/{}/temperature", number % 7, number % 61).into();
    let payload = Bytes::from(format!(r#"{{"celsius":{}.{}}}"#, number % 40, number % 10));
    let reading = Publish { topic, payload, ..Publish::default() };
    match number % 100 {
        0..50 => Packet::Publish(reading),
        50..60 => Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            packet_id: Some(packet_id),
            ..reading
        }),
        60..70 => Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            packet_id: Some(packet_id),
            properties: Properties::from([
                Property::MessageExpiryInterval(300),
                Property::ContentType("application/json".into()),
                Property::user("unit", "celsius"),
            ]),
            ..reading
        }),
        70..84 => Packet::PubAck(Ack::success(packet_id)),
        84..86 => Packet::PubRec(Ack::success(packet_id)),
        86..88 => Packet::PubRel(Ack::success(packet_id)),
        88..90 => Packet::PubComp(Ack::success(packet_id)),
        90 => Packet::Connect(Box::new(Connect {
            clean_start: true,
            keep_alive: 60,
            properties: Properties::from([
                Property::SessionExpiryInterval(3600),
                Property::ReceiveMaximum(20),
            ]),
            client_id: format!("sensor-{}", number % 500).into(),
            user_name: Some("sensor".into()),
            password: Some(Bytes::from_static(b"secret")),
            ..Connect::default()
        })),
        91 => Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: Properties::from([
                Property::ReceiveMaximum(20),
                Property::TopicAliasMaximum(10),
            ]),
        }),
        92..94 => Packet::Subscribe(Subscribe {
            packet_id,
            properties: Properties::NONE,
            subscriptions: filters(2),
        }),
        94..96 => Packet::SubAck(SubAck {
            packet_id,
            properties: Properties::NONE,
            reason_codes: vec![ReasonCode::GrantedQoS1; 2],
        }),
        96 => Packet::PingReq,
        97 => Packet::PingResp,
        // One peer does not read the forms without a Reason Code or properties.
        _ => Packet::Disconnect(Disconnect {
            reason_code: ReasonCode::Success,
            properties: Properties::from([Property::SessionExpiryInterval(0)]),
        }),
    }
}

fn filters(count: usize) -> Vec<Subscription> {
    let filter = |number: usize| match number % 3 {
        0 => format!("building/{number}/room/+/temperature"),
        1 => format!("building/{number}/#"),
        _ => format!("building/{number}/room/17/humidity"),
    };
    let asked = (0..count).map(|number| Subscription {
        topic_filter: filter(number).into(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    });
    asked.collect()
}

/// Single packets that are harder than most, by name.
pub fn single() -> [(&'static str, Packet); 4] {
    let message = Publish {
        topic: "building/3/room/17/temperature".into(),
        payload: Bytes::from_static(br#"{"celsius":21.5}"#),
        ..Publish::default()
    };
    [
        (
            "SUBSCRIBE with ten filters",
            Packet::Subscribe(Subscribe {
                packet_id: PacketId::MIN,
                properties: Properties::NONE,
                subscriptions: filters(10),
            }),
        ),
        (
            "PUBLISH with ten properties",
            Packet::Publish(Publish { properties: ten_properties(), ..message.clone() }),
        ),
        ("CONNECT with every property and a Will", Packet::Connect(Box::new(full_connect()))),
        (
            "PUBLISH of 64 KiB",
            Packet::Publish(Publish { payload: vec![0x5A; 64 << 10].into(), ..message }),
        ),
    ]
}

fn ten_properties() -> Properties {
    Properties::from([
        Property::PayloadFormatIndicator(1),
        Property::MessageExpiryInterval(300),
        Property::TopicAlias(7),
        Property::ContentType("application/json".into()),
        Property::ResponseTopic("building/3/answers".into()),
        Property::CorrelationData(Bytes::from_static(b"0123456789abcdef")),
        Property::user("unit", "celsius"),
        Property::user("trace", "4bf92f3577b34da6"),
        Property::user("source", "sensor-17"),
        Property::user("schema", "temperature/2"),
    ])
}

fn full_connect() -> Connect {
    Connect {
        clean_start: true,
        keep_alive: 60,
        properties: Properties::from([
            Property::SessionExpiryInterval(3600),
            Property::ReceiveMaximum(20),
            Property::MaximumPacketSize(1 << 20),
            Property::TopicAliasMaximum(10),
            Property::RequestResponseInformation(1),
            Property::RequestProblemInformation(1),
            Property::user("region", "north"),
            Property::AuthenticationMethod("SCRAM-SHA-256".into()),
            Property::AuthenticationData(Bytes::from_static(
                b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            )),
        ]),
        client_id: "sensor-17".into(),
        will: Some(Will {
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: Properties::from([
                Property::WillDelayInterval(30),
                Property::PayloadFormatIndicator(1),
                Property::MessageExpiryInterval(300),
                Property::ContentType("text/plain".into()),
                Property::ResponseTopic("building/3/answers".into()),
                Property::CorrelationData(Bytes::from_static(b"0123456789abcdef")),
                Property::user("unit", "none"),
            ]),
            topic: "building/3/room/17/online".into(),
            payload: Bytes::from_static(b"no"),
        }),
        user_name: Some("sensor".into()),
        password: Some(Bytes::from_static(b"secret")),
    }
}
