use super::edit::AHEAD;
use super::*;
use crate::mqtt::{
    Ack, Auth, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, QoS,
    SubAck, Subscribe, Subscription, UnsubAck, Unsubscribe, Will, encode,
};

const ID: PacketId = PacketId::MIN;

fn connect(change: impl FnOnce(&mut Connect)) -> Packet {
    let mut connect = Connect { client_id: "c".into(), ..Connect::default() };
    change(&mut connect);
    Packet::Connect(Box::new(connect))
}

fn publish(qos: QoS, properties: impl Into<Properties>) -> Packet {
    Packet::Publish(Publish {
        qos,
        topic: "a/b".into(),
        packet_id: (qos > QoS::AtMostOnce).then_some(ID),
        properties: properties.into(),
        payload: Bytes::from_static(b"hello"),
        ..Publish::default()
    })
}

/// Each packet bare and with much in it.
fn samples() -> Vec<(Packet, Sender)> {
    use Sender::{Client, Server};
    let reason = || Properties::from([Property::ReasonString("why".into())]);
    let long = || Properties::from([Property::user("k", "v".repeat(126))]);
    let subscription = Subscription { topic_filter: "a/#".into(), ..Subscription::default() };
    let will = Will { topic: "w".into(), qos: QoS::AtLeastOnce, ..Will::default() };
    let ack = Ack { packet_id: ID, reason_code: ReasonCode::Success, properties: reason() };
    let method = Property::AuthenticationMethod("m".into());
    let data = Property::AuthenticationData(Bytes::from_static(b"d"));
    vec![
        (connect(|_| {}), Client),
        (connect(|c| c.will = Some(will.clone())), Client),
        (
            connect(|c| {
                c.properties = [method.clone(), data, Property::ReceiveMaximum(3)].into();
                c.will = Some(Will { properties: long(), ..will.clone() });
                (c.user_name, c.password) = (Some("u".into()), Some(Bytes::from_static(b"p")));
            }),
            Client,
        ),
        (publish(QoS::AtMostOnce, []), Client),
        (publish(QoS::AtLeastOnce, [Property::TopicAlias(1)]), Client),
        (publish(QoS::ExactlyOnce, long()), Server),
        (Packet::PubAck(Ack::success(ID)), Client),
        (Packet::PubRec(Ack::new(ID, ReasonCode::NotAuthorized)), Client),
        (Packet::PubRel(ack.clone()), Client),
        (Packet::PubComp(ack), Server),
        (
            Packet::Subscribe(Subscribe {
                packet_id: ID,
                properties: Properties::NONE,
                subscriptions: vec![subscription.clone()],
            }),
            Client,
        ),
        (
            Packet::Subscribe(Subscribe {
                packet_id: ID,
                properties: [Property::SubscriptionIdentifier(7)].into(),
                subscriptions: vec![subscription.clone(), subscription],
            }),
            Client,
        ),
        (
            Packet::Unsubscribe(Unsubscribe {
                packet_id: ID,
                properties: Properties::NONE,
                topic_filters: vec!["a".into(), "b".into()],
            }),
            Client,
        ),
        (
            Packet::SubAck(SubAck {
                packet_id: ID,
                properties: Properties::NONE,
                reason_codes: vec![ReasonCode::GrantedQoS1],
            }),
            Server,
        ),
        (
            Packet::UnsubAck(UnsubAck {
                packet_id: ID,
                properties: reason(),
                reason_codes: vec![ReasonCode::Success],
            }),
            Server,
        ),
        (
            Packet::ConnAck(ConnAck {
                session_present: false,
                reason_code: ReasonCode::Success,
                properties: [Property::ReceiveMaximum(20), Property::MaximumQoS(1)].into(),
            }),
            Server,
        ),
        (Packet::PingReq, Client),
        (Packet::PingResp, Server),
        (Packet::Disconnect(Disconnect::new(ReasonCode::Success)), Client),
        (Packet::Disconnect(Disconnect::new(ReasonCode::ServerBusy)), Server),
        (
            Packet::Auth(Auth {
                reason_code: ReasonCode::ContinueAuthentication,
                properties: [method].into(),
            }),
            Client,
        ),
    ]
}

#[test]
fn keys_are_unique_and_read_back() {
    for &breakage in Breakage::ALL {
        assert_eq!(Breakage::from_key(breakage.key()), Some(breakage));
    }
}

#[test]
fn every_way_applies_to_some_packet() {
    let samples = samples();
    for &breakage in Breakage::ALL {
        let applies = samples.iter().any(|(packet, sender)| {
            breakage.of(&encode(packet).expect("it is small"), *sender).is_some()
        });
        assert!(applies, "{}", breakage.key());
    }
}

#[test]
fn a_broken_packet_keeps_its_frame_unless_the_frame_is_what_breaks() {
    use crate::mqtt::FrameHeader;
    for (packet, sender) in samples() {
        let frame = encode(&packet).expect("it is small");
        for broken in Breakage::all_of(&frame, sender) {
            let name = broken.breakage.key();
            // Where the Fixed Header itself is wrong there is no frame.
            if let Ok(Some(header)) = FrameHeader::read(&broken.bytes) {
                let ahead = match broken.breakage {
                    Breakage::RemainingLengthAhead => AHEAD,
                    _ => 0,
                };
                assert_eq!(header.length, broken.bytes.len() + ahead, "{name} of {packet:?}");
            }
            assert!(broken.error.at <= broken.bytes.len(), "{name} of {packet:?}");
        }
    }
}

#[test]
fn which_ways_apply_to_which_packet() {
    let keys = |packet: &Packet, sender| {
        let frame = encode(packet).expect("it is small");
        let all = Breakage::all_of(&frame, sender);
        all.into_iter().map(|broken| broken.breakage.key()).collect::<Vec<_>>()
    };
    let anything = [
        "packet_type_zero",
        "fixed_header_flags",
        "remaining_length_not_minimal",
        "remaining_length_too_long",
        "remaining_length_ahead",
        "unexpected_bytes",
    ];
    assert_eq!(keys(&Packet::PingReq, Sender::Client), anything);
    let found = keys(&publish(QoS::AtMostOnce, []), Sender::Client);
    for expect in [
        "qos_3",
        "dup_on_qos_0",
        "ill_formed_utf8",
        "null_character",
        "topic_name_empty",
        "topic_name_wildcard",
        "property_not_allowed",
        "property_from_wrong_side",
        "property_repeated",
        "topic_alias_zero",
    ] {
        assert!(found.contains(&expect), "{expect} in {found:?}");
    }
    assert!(!found.contains(&"packet_identifier_zero"), "QoS 0 has none");
}

#[test]
fn the_answer_is_known_before() {
    let frame = encode(&publish(QoS::AtLeastOnce, [])).expect("it is small");
    for (breakage, rule, code) in [
        (Breakage::QoS3, "[MQTT-3.3.1-4]", Some(ReasonCode::MalformedPacket)),
        (Breakage::TopicAliasZero, "[MQTT-3.3.2-8]", Some(ReasonCode::TopicAliasInvalid)),
        (Breakage::PacketIdentifierZero, "[MQTT-2.2.1-3]", Some(ReasonCode::ProtocolError)),
        (Breakage::PropertyRepeated, "§3.3.2.3.2", Some(ReasonCode::ProtocolError)),
        (Breakage::RemainingLengthAhead, "§2.1.4", None),
    ] {
        let broken = breakage.of(&frame, Sender::Client).expect("it applies");
        let told = (broken.error.kind.rule(), broken.reason_code());
        assert_eq!(told, (rule, code), "{}", breakage.key());
    }
}

#[test]
fn edits_change_nothing_but_what_they_are_for() {
    let frame = encode(&publish(QoS::AtLeastOnce, [])).expect("it is small");
    #[rustfmt::skip]
    let rows: [(Breakage, &[u8], usize); 4] = [
        (Breakage::TopicAliasZero,
         &[0x32, 0x10, 0, 3, b'a', b'/', b'b', 0, 1, 3, 0x23, 0, 0, b'h', b'e', b'l', b'l', b'o'], 11),
        (Breakage::NullCharacter,
         &[0x32, 0x0E, 0, 4, 0, b'a', b'/', b'b', 0, 1, 0, b'h', b'e', b'l', b'l', b'o'], 4),
        (Breakage::PacketIdentifierZero,
         &[0x32, 0x0D, 0, 3, b'a', b'/', b'b', 0, 0, 0, b'h', b'e', b'l', b'l', b'o'], 7),
        (Breakage::RemainingLengthNotMinimal,
         &[0x32, 0x8D, 0x00, 0, 3, b'a', b'/', b'b', 0, 1, 0, b'h', b'e', b'l', b'l', b'o'], 2),
    ];
    for (breakage, bytes, at) in rows {
        let broken = breakage.of(&frame, Sender::Client).expect("it applies");
        assert_eq!((&broken.bytes[..], broken.error.at), (bytes, at), "{}", breakage.key());
    }
}

#[test]
fn a_broken_packet_is_not_broken_again() {
    let broken = Bytes::from_static(&[0xC1, 0x00]);
    assert_eq!(Breakage::all_of(&broken, Sender::Client), []);
}
