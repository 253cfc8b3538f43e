//! Every packet: the least it can be, what is usual, and all it can hold.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Ack, Auth, ConnAck, Connect, Disconnect, Packet, PacketId, PacketType, Properties, Property,
    Publish, QoS, ReasonCode, RetainHandling, Sender, SubAck, Subscribe, Subscription, UnsubAck,
    Unsubscribe, Will, encode,
};

use crate::support::{CLIENT, SERVER, bytes, read, read_canonical};

fn id(value: u16) -> PacketId {
    PacketId::new(value).expect("the tests use no Packet Identifier 0")
}

fn assert_reads(sender: Option<Sender>, hex: &str, expect: Packet) {
    assert_eq!(read_canonical(&bytes(hex), sender), expect, "{hex}");
    assert_eq!(read_canonical(&bytes(hex), None), expect, "{hex}, from an unknown side");
}

#[test]
fn connect() {
    // The Client Identifier is there even when it is empty, and comes first [MQTT-3.1.3-3].
    assert_reads(CLIENT, "10 0D 0004 'MQTT' 05 00 0000 00 0000", Packet::Connect(Box::default()));
    assert_reads(
        CLIENT,
        "10 1A 0004 'MQTT' 05 C2 003C 00 0003 'c-1' 0003 'ann' 0003 'pw!'",
        Packet::Connect(Box::new(Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: "c-1".into(),
            user_name: Some("ann".into()), // [MQTT-3.1.2-17]
            password: Some(Bytes::from_static(b"pw!")), // [MQTT-3.1.2-19]
            ..Connect::default()
        })),
    );
    // User Name and Password are there exactly when their flags are: [MQTT-3.1.2-16], [MQTT-3.1.2-18].
    // A Password may stand alone (§3.1.2.9).
    assert_reads(
        CLIENT,
        "10 0F 0004 'MQTT' 05 40 0000 00 0000 0000",
        Packet::Connect(Box::new(Connect { password: Some(Bytes::new()), ..Connect::default() })),
    );
    assert_reads(
        CLIENT,
        "10 10 0004 'MQTT' 05 80 0000 00 0000 0001 'u'",
        Packet::Connect(Box::new(Connect { user_name: Some("u".into()), ..Connect::default() })),
    );
    // A Will with nothing but its topic still has properties and a payload [MQTT-3.1.2-9].
    assert_reads(
        CLIENT,
        "10 13 0004 'MQTT' 05 04 0000 00 0000 00 0001 't' 0000",
        Packet::Connect(Box::new(Connect {
            will: Some(Will { topic: "t".into(), ..Will::default() }),
            ..Connect::default()
        })),
    );
    // Everything at once, in the one order [MQTT-3.1.3-1].
    assert_reads(
        CLIENT,
        "10 77 0004 'MQTT' 05 F6 FFFF \
         28 11 FFFFFFFF 21 FFFF 27 FFFFFFFF 22 FFFF 19 01 17 00 26 0001 'k' 0001 'v' \
         15 0005 'SCRAM' 16 0002 00FF \
         0003 'c-1' \
         29 18 00000005 01 01 02 0000012C 03 0002 'cs' 08 0003 'r/s' 09 0002 0001 \
         26 0001 'a' 0001 '1' 26 0001 'a' 0000 \
         0003 'w/t' 0005 'gone!' 0003 'ann' 0002 FF00",
        Packet::Connect(Box::new(Connect {
            clean_start: true,
            keep_alive: 65535,
            properties: Properties::from([
                Property::SessionExpiryInterval(u32::MAX),
                Property::ReceiveMaximum(u16::MAX),
                Property::MaximumPacketSize(u32::MAX),
                Property::TopicAliasMaximum(u16::MAX),
                Property::RequestResponseInformation(1),
                Property::RequestProblemInformation(0),
                Property::user("k", "v"),
                Property::AuthenticationMethod("SCRAM".into()),
                Property::AuthenticationData(Bytes::from_static(&[0, 0xFF])),
            ]),
            client_id: "c-1".into(),
            will: Some(Will {
                qos: QoS::ExactlyOnce,
                retain: true,
                properties: Properties::from([
                    Property::WillDelayInterval(5),
                    Property::PayloadFormatIndicator(1),
                    Property::MessageExpiryInterval(300),
                    Property::ContentType("cs".into()),
                    Property::ResponseTopic("r/s".into()),
                    Property::CorrelationData(Bytes::from_static(&[0, 1])),
                    Property::user("a", "1"),
                    Property::user("a", ""),
                ]),
                topic: "w/t".into(),
                payload: Bytes::from_static(b"gone!"),
            }),
            user_name: Some("ann".into()),
            password: Some(Bytes::from_static(&[0xFF, 0])),
        })),
    );
}

#[test]
fn connack() {
    let accepted = |session_present| ConnAck {
        session_present,
        reason_code: ReasonCode::Success,
        properties: Properties::NONE,
    };
    assert_reads(SERVER, "20 03 00 00 00", Packet::ConnAck(accepted(false)));
    assert_reads(SERVER, "20 03 01 00 00", Packet::ConnAck(accepted(true)));
    assert_reads(
        SERVER,
        "20 0E 00 87 0B 1F 0008 'go away!'",
        Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::NotAuthorized,
            properties: Properties::from([Property::ReasonString("go away!".into())]),
        }),
    );
    assert_reads(
        SERVER,
        "20 40 01 00 3D 11 00000000 21 0001 24 00 25 01 27 00000001 12 0001 'x' 22 0000 \
         1F 0001 'r' 26 0001 'k' 0001 'v' 28 00 29 01 2A 00 13 003C 1A 0001 'i' 1C 0001 's' \
         15 0001 'm' 16 0002 'no'",
        Packet::ConnAck(ConnAck {
            properties: Properties::from([
                Property::SessionExpiryInterval(0),
                Property::ReceiveMaximum(1),
                Property::MaximumQoS(0),
                Property::RetainAvailable(1),
                Property::MaximumPacketSize(1),
                Property::AssignedClientIdentifier("x".into()),
                Property::TopicAliasMaximum(0),
                Property::ReasonString("r".into()),
                Property::user("k", "v"),
                Property::WildcardSubscriptionAvailable(0),
                Property::SubscriptionIdentifierAvailable(1),
                Property::SharedSubscriptionAvailable(0),
                Property::ServerKeepAlive(60),
                Property::ResponseInformation("i".into()),
                Property::ServerReference("s".into()),
                Property::AuthenticationMethod("m".into()),
                Property::AuthenticationData(Bytes::from_static(b"no")),
            ]),
            ..accepted(true)
        }),
    );
}

#[test]
fn publish() {
    let message = Publish { topic: "a/b".into(), ..Publish::default() };
    for sender in [CLIENT, SERVER] {
        // No Packet Identifier at QoS 0 [MQTT-2.2.1-2]; no properties are a length of zero [MQTT-2.2.2-1].
        assert_reads(sender, "30 06 0003 'a/b' 00", Packet::Publish(message.clone()));
        assert_reads(
            sender,
            "32 0A 0003 'a/b' 000A 00 'hi'",
            Packet::Publish(Publish {
                qos: QoS::AtLeastOnce,
                packet_id: Some(id(10)),
                payload: Bytes::from_static(b"hi"),
                ..message.clone()
            }),
        );
        assert_reads(
            sender,
            "3D 09 0003 'a/b' FFFF 00 00",
            Packet::Publish(Publish {
                dup: true,
                qos: QoS::ExactlyOnce,
                retain: true,
                packet_id: Some(id(65535)),
                payload: Bytes::from_static(&[0]),
                ..message.clone()
            }),
        );
        // An alias stands for the topic (§3.3.2.3.4).
        assert_reads(
            sender,
            "30 07 0000 03 23 0001 'x'",
            Packet::Publish(Publish {
                properties: Properties::from([Property::TopicAlias(1)]),
                payload: Bytes::from_static(b"x"),
                ..Publish::default()
            }),
        );
    }
    // Subscription Identifiers and User Properties repeat and keep their order.
    assert_reads(
        SERVER,
        "31 48 0003 'a/b' 40 01 01 02 FFFFFFFF 23 FFFF 08 0001 'r' 09 0003 000102 26 0001 'b' 0001 '2' \
         26 0001 'a' 0001 '1' 26 0001 'b' 0001 '2' 0B 01 0B FFFFFF7F 0B 8001 03 000A 'text/plain' '{}'",
        Packet::Publish(Publish {
            retain: true,
            properties: Properties::from([
                Property::PayloadFormatIndicator(1),
                Property::MessageExpiryInterval(u32::MAX),
                Property::TopicAlias(u16::MAX),
                Property::ResponseTopic("r".into()),
                Property::CorrelationData(Bytes::from_static(&[0, 1, 2])),
                Property::user("b", "2"),
                Property::user("a", "1"),
                Property::user("b", "2"),
                Property::SubscriptionIdentifier(1),
                Property::SubscriptionIdentifier(268_435_455),
                Property::SubscriptionIdentifier(128),
                Property::ContentType("text/plain".into()),
            ]),
            payload: Bytes::from_static(b"{}"),
            ..message
        }),
    );
}

#[test]
fn acknowledgements() {
    type Wrap = fn(Ack) -> Packet;
    let four: [(u8, Wrap, ReasonCode); 4] = [
        (0x40, Packet::PubAck, ReasonCode::QuotaExceeded),
        (0x50, Packet::PubRec, ReasonCode::NoMatchingSubscribers),
        (0x62, Packet::PubRel, ReasonCode::PacketIdentifierNotFound),
        (0x70, Packet::PubComp, ReasonCode::PacketIdentifierNotFound),
    ];
    for (first, wrap, code) in four {
        let code_byte = code.value();
        for sender in [CLIENT, SERVER] {
            let success = Ack::success(id(10));
            assert_reads(sender, &format!("{first:02X} 02 000A"), wrap(success.clone()));
            assert_reads(
                sender,
                &format!("{first:02X} 03 FFFF {code_byte:02X}"),
                wrap(Ack::new(id(65535), code)),
            );
            assert_reads(
                sender,
                &format!(
                    "{first:02X} 12 0001 {code_byte:02X} 0E 1F 0001 'r' 26 0003 'key' 0002 C2B5"
                ),
                wrap(Ack {
                    properties: Properties::from([
                        Property::ReasonString("r".into()),
                        Property::user("key", "µ"),
                    ]),
                    ..Ack::new(id(1), code)
                }),
            );
            // With properties Success is spelt out.
            assert_reads(
                sender,
                &format!("{first:02X} 08 000A 00 04 1F 0001 'r'"),
                wrap(Ack {
                    properties: Properties::from([Property::ReasonString("r".into())]),
                    ..success
                }),
            );
        }
    }
}

#[test]
fn subscribe_and_suback() {
    let plain = |topic_filter: &str| Subscription {
        topic_filter: topic_filter.into(),
        ..Subscription::default()
    };
    assert_reads(
        CLIENT,
        "82 07 000A 00 0001 '#' 00",
        Packet::Subscribe(Subscribe {
            packet_id: id(10),
            properties: Properties::NONE,
            subscriptions: vec![plain("#")],
        }),
    );
    assert_reads(
        CLIENT,
        "82 31 FFFF 12 0B FFFFFF7F 26 0001 'k' 0001 'v' 26 0001 'k' 0000 \
         0005 'a/+/c' 2E 0003 '$S/' 11 000B '$share/g//#' 02",
        Packet::Subscribe(Subscribe {
            packet_id: id(65535),
            properties: Properties::from([
                Property::SubscriptionIdentifier(268_435_455),
                Property::user("k", "v"),
                Property::user("k", ""),
            ]),
            subscriptions: vec![
                Subscription {
                    qos: QoS::ExactlyOnce,
                    no_local: true,
                    retain_as_published: true,
                    retain_handling: RetainHandling::DoNotSend,
                    ..plain("a/+/c")
                },
                Subscription {
                    qos: QoS::AtLeastOnce,
                    retain_handling: RetainHandling::SendIfNew,
                    ..plain("$S/")
                },
                Subscription { qos: QoS::ExactlyOnce, ..plain("$share/g//#") },
            ],
        }),
    );
    assert_reads(
        SERVER,
        "90 04 000A 00 01",
        Packet::SubAck(SubAck {
            packet_id: id(10),
            properties: Properties::NONE,
            reason_codes: vec![ReasonCode::GrantedQoS1],
        }),
    );
    assert_reads(
        SERVER,
        "90 12 000A 0B 1F 0001 'r' 26 0001 'k' 0001 'v' 00 01 02 87",
        Packet::SubAck(SubAck {
            packet_id: id(10),
            properties: Properties::from([
                Property::ReasonString("r".into()),
                Property::user("k", "v"),
            ]),
            reason_codes: vec![
                ReasonCode::Success,
                ReasonCode::GrantedQoS1,
                ReasonCode::GrantedQoS2,
                ReasonCode::NotAuthorized,
            ],
        }),
    );
}

#[test]
fn unsubscribe_and_unsuback() {
    assert_reads(
        CLIENT,
        "A2 06 000A 00 0001 'a'",
        Packet::Unsubscribe(Unsubscribe {
            packet_id: id(10),
            properties: Properties::NONE,
            topic_filters: vec!["a".into()],
        }),
    );
    assert_reads(
        CLIENT,
        "A2 1B 0001 07 26 0001 'k' 0001 'v' 0001 '#' 000C '$share/g/a/b'",
        Packet::Unsubscribe(Unsubscribe {
            packet_id: id(1),
            properties: Properties::from([Property::user("k", "v")]),
            topic_filters: vec!["#".into(), "$share/g/a/b".into()],
        }),
    );
    assert_reads(
        SERVER,
        "B0 04 000A 00 11",
        Packet::UnsubAck(UnsubAck {
            packet_id: id(10),
            properties: Properties::NONE,
            reason_codes: vec![ReasonCode::NoSubscriptionExisted],
        }),
    );
    assert_reads(
        SERVER,
        "B0 10 000A 0B 1F 0001 'r' 26 0001 'k' 0001 'v' 00 8F",
        Packet::UnsubAck(UnsubAck {
            packet_id: id(10),
            properties: Properties::from([
                Property::ReasonString("r".into()),
                Property::user("k", "v"),
            ]),
            reason_codes: vec![ReasonCode::Success, ReasonCode::TopicFilterInvalid],
        }),
    );
}

#[test]
fn ping() {
    assert_reads(CLIENT, "C0 00", Packet::PingReq);
    assert_reads(SERVER, "D0 00", Packet::PingResp);
}

#[test]
fn disconnect() {
    assert_reads(CLIENT, "E0 00", Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
    assert_reads(
        CLIENT,
        "E0 01 04",
        Packet::Disconnect(Disconnect::new(ReasonCode::DisconnectWithWillMessage)),
    );
    assert_reads(
        CLIENT,
        "E0 14 00 12 11 00000E10 1F 0003 'bye' 26 0001 'k' 0001 'v'",
        Packet::Disconnect(Disconnect {
            reason_code: ReasonCode::Success,
            properties: Properties::from([
                Property::SessionExpiryInterval(3600),
                Property::ReasonString("bye".into()),
                Property::user("k", "v"),
            ]),
        }),
    );
    assert_reads(
        SERVER,
        "E0 01 8E",
        Packet::Disconnect(Disconnect::new(ReasonCode::SessionTakenOver)),
    );
    assert_reads(
        SERVER,
        "E0 0C 9D 0A 1C 0007 'other:1'",
        Packet::Disconnect(Disconnect {
            reason_code: ReasonCode::ServerMoved,
            properties: Properties::from([Property::ServerReference("other:1".into())]),
        }),
    );
}

#[test]
fn auth() {
    assert_reads(
        SERVER,
        "F0 00",
        Packet::Auth(Auth { reason_code: ReasonCode::Success, properties: Properties::NONE }),
    );
    for (sender, code, reason_code) in [
        (CLIENT, "18", ReasonCode::ContinueAuthentication),
        (SERVER, "18", ReasonCode::ContinueAuthentication),
        (CLIENT, "19", ReasonCode::ReAuthenticate),
        (SERVER, "00", ReasonCode::Success),
    ] {
        assert_reads(
            sender,
            &format!("F0 06 {code} 04 15 0001 'm'"),
            Packet::Auth(Auth {
                reason_code,
                properties: Properties::from([Property::AuthenticationMethod("m".into())]),
            }),
        );
    }
    assert_reads(
        SERVER,
        "F0 16 18 14 15 0001 'm' 16 0002 0001 1F 0001 'r' 26 0001 'k' 0001 'v'",
        Packet::Auth(Auth {
            reason_code: ReasonCode::ContinueAuthentication,
            properties: Properties::from([
                Property::AuthenticationMethod("m".into()),
                Property::AuthenticationData(Bytes::from_static(&[0, 1])),
                Property::ReasonString("r".into()),
                Property::user("k", "v"),
            ]),
        }),
    );
}

/// What may be left out may also be spelt out; the writer leaves it out.
#[test]
fn long_forms_mean_the_same_as_short_ones() {
    for (long, short) in [
        ("40 03 000A 00", "40 02 000A"), // Success by name (§3.4.2.1)
        ("40 04 000A 00 00", "40 02 000A"),
        ("40 04 000A 87 00", "40 03 000A 87"), // a Property Length of 0 (§3.4.2.2.1)
        ("50 04 000A 00 00", "50 02 000A"),
        ("50 04 000A 10 00", "50 03 000A 10"),
        ("62 04 000A 00 00", "62 02 000A"),
        ("62 04 000A 92 00", "62 03 000A 92"),
        ("70 04 000A 00 00", "70 02 000A"),
        ("70 04 000A 92 00", "70 03 000A 92"),
        ("E0 01 00", "E0 00"), // §3.14.2.1
        ("E0 02 00 00", "E0 00"),
        ("E0 02 81 00", "E0 01 81"), // §3.14.2.2.1
    ] {
        let packet = read(&bytes(long), None).expect("a whole packet");
        assert_eq!(packet, read_canonical(&bytes(short), None), "{long}");
        assert_eq!(encode(&packet), Ok(bytes(short)), "{long}");
    }
}

/// The tables above leave no packet out; this one holds what is known from type alone.
#[test]
fn types_know_their_names_directions_and_flags() {
    for (value, name, client, server, flags) in [
        (1, "CONNECT", true, false, Some(0)),
        (2, "CONNACK", false, true, Some(0)),
        (3, "PUBLISH", true, true, None),
        (4, "PUBACK", true, true, Some(0)),
        (5, "PUBREC", true, true, Some(0)),
        (6, "PUBREL", true, true, Some(2)),
        (7, "PUBCOMP", true, true, Some(0)),
        (8, "SUBSCRIBE", true, false, Some(2)),
        (9, "SUBACK", false, true, Some(0)),
        (10, "UNSUBSCRIBE", true, false, Some(2)),
        (11, "UNSUBACK", false, true, Some(0)),
        (12, "PINGREQ", true, false, Some(0)),
        (13, "PINGRESP", false, true, Some(0)),
        (14, "DISCONNECT", true, true, Some(0)),
        (15, "AUTH", true, true, Some(0)),
    ] {
        let packet = PacketType::from_value(value).expect("a type from 1 to 15");
        assert_eq!(packet.name(), name);
        assert_eq!(packet.key(), name.to_lowercase());
        assert_eq!(packet.sent_by(Sender::Client), client, "{name}");
        assert_eq!(packet.sent_by(Sender::Server), server, "{name}");
        assert_eq!(packet.fixed_flags(), flags, "{name}");
        assert_eq!(packet.section(), format!("3.{value}"));
    }
    assert_eq!(PacketType::from_value(0), None);
    assert_eq!(PacketType::from_value(16), None);
}
