//! Any packet, and any bytes: what one direction writes the other reads, and nothing panics.

use bytes::Bytes;
use mqtt5_playground::formats::json::{
    dissect_line, dissection_to_json, encode_line, packet_from_json, packet_to_json,
};
use mqtt5_playground::mqtt::{
    Ack, Auth, ConnAck, Connect, Deframer, Disconnect, Holder, Packet, PacketId, PacketType,
    Properties, Property, PropertyId, PropertyKind, PropertyValue, Publish, QoS, ReasonCode,
    RetainHandling, SubAck, Subscribe, Subscription, Text, UnsubAck, Unsubscribe, Version, Will,
    decode_as, dissect_as, encode, encode_as,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{CLIENT, SERVER, read_as, read_canonical};

/// A User Property that takes as many bytes with its identifier.
fn user_property_of(bytes: usize) -> Property {
    Property::user("", &*"v".repeat(bytes - 5))
}

/// Where a length needs one byte more.
const BORDERS: [usize; 3] = [0x80, 0x4000, 0x20_0000];

#[test]
fn lengths_are_written_in_the_fewest_bytes_on_both_sides_of_each_border() {
    let lengths = BORDERS.iter().take(2).flat_map(|border| [border - 1, *border, border + 1]);
    for length in lengths.clone().chain([5, 0x7F * 2, 0xFFFF]) {
        for will in lengths.clone() {
            let connect = Connect {
                properties: Properties::from([user_property_of(length)]),
                will: Some(Will {
                    properties: Properties::from([user_property_of(will)]),
                    topic: "t".into(),
                    ..Will::default()
                }),
                ..Connect::default()
            };
            let packet = Packet::Connect(Box::new(connect));
            let bytes = encode(&packet).expect("it has a representation");
            assert_eq!(read_canonical(&bytes, CLIENT), packet, "{length} and {will}");
        }
    }
}

#[test]
fn a_remaining_length_is_written_in_the_fewest_bytes_on_both_sides_of_each_border() {
    for length in BORDERS.iter().flat_map(|border| [border - 1, *border, border + 1]) {
        for properties in [Properties::NONE, Properties::from([Property::TopicAlias(1)])] {
            let others = 2 + 1 + 1 + 3 * properties.len();
            let publish = Publish {
                topic: "t".into(),
                properties,
                payload: vec![b'p'; length - others].into(),
                ..Publish::default()
            };
            let packet = Packet::Publish(publish);
            let bytes = encode(&packet).expect("it has a representation");
            let width = 1 + BORDERS.iter().filter(|border| length >= **border).count();
            assert_eq!(bytes.len(), 1 + width + length, "{length}");
            assert_eq!(read_canonical(&bytes, CLIENT), packet, "{length}");
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    vec(any::<char>().prop_filter("U+0000 is no text", |char| *char != '\0'), 0..12)
        .prop_map(String::from_iter)
}

fn topic_name() -> impl Strategy<Value = String> {
    let char = prop_oneof![Just('/'), any::<char>()]
        .prop_filter("no wildcard", |char| !['\0', '#', '+'].contains(char));
    vec(char, 1..12).prop_map(String::from_iter)
}

fn topic_filter() -> impl Strategy<Value = String> {
    let level = prop_oneof![Just("+".to_owned()), "[a-z温 $]{0,4}"];
    let plain = (vec(level, 1..4), any::<bool>())
        .prop_map(|(levels, rest)| levels.join("/") + if rest { "/#" } else { "" })
        .prop_filter("not empty, not shared", |f| !f.is_empty() && !f.starts_with("$share/"));
    prop_oneof![
        3 => plain.clone(),
        1 => Just("#".to_owned()),
        1 => ("[a-z$ ]{1,5}", plain).prop_map(|(name, filter)| format!("$share/{name}/{filter}")),
    ]
}

fn binary() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..20).prop_map(Bytes::from)
}

fn packet_id() -> impl Strategy<Value = PacketId> {
    (1..=u16::MAX).prop_map(|value| PacketId::new(value).expect("from 1 on"))
}

fn qos() -> impl Strategy<Value = QoS> {
    select(&QoS::ALL[..])
}

fn reason_code(packet: PacketType) -> impl Strategy<Value = ReasonCode> {
    let allowed = ReasonCode::ALL.iter().copied();
    select(allowed.filter(|code| code.packets().contains(&packet)).collect::<Vec<_>>())
}

fn property(id: PropertyId) -> BoxedStrategy<Property> {
    let build = move |value: PropertyValue<'_>| {
        Property::from_value(id, value).expect("the value has the property's kind")
    };
    match (id, id.kind()) {
        (PropertyId::ResponseTopic, _) => {
            topic_name().prop_map(move |v| build(PropertyValue::Utf8String(&v))).boxed()
        }
        (_, PropertyKind::Byte) => {
            (0..=1u8).prop_map(move |v| build(PropertyValue::Byte(v))).boxed()
        }
        (_, PropertyKind::TwoByteInteger) => {
            (1..=u16::MAX).prop_map(move |v| build(PropertyValue::TwoByteInteger(v))).boxed()
        }
        (_, PropertyKind::FourByteInteger) => {
            (1..=u32::MAX).prop_map(move |v| build(PropertyValue::FourByteInteger(v))).boxed()
        }
        (_, PropertyKind::VariableByteInteger) => prop_oneof![1..300u32, 1..=268_435_455u32]
            .prop_map(move |v| build(PropertyValue::VariableByteInteger(v)))
            .boxed(),
        (_, PropertyKind::Utf8String) => {
            text().prop_map(move |v| build(PropertyValue::Utf8String(&v))).boxed()
        }
        (_, PropertyKind::BinaryData) => {
            binary().prop_map(move |v| build(PropertyValue::BinaryData(&v))).boxed()
        }
        (_, PropertyKind::StringPair) => (text(), text())
            .prop_map(move |(name, value)| build(PropertyValue::StringPair(&name, &value)))
            .boxed(),
    }
}

/// Some of what `holder` may carry, in any order, repeated only where that is allowed.
fn properties(holder: Holder) -> impl Strategy<Value = Properties> {
    let ids = PropertyId::ALL.iter().copied().filter(|id| id.section_in(holder).is_some());
    vec(select(ids.collect::<Vec<_>>()).prop_flat_map(property), 0..6).prop_map(move |mut list| {
        let mut seen = Vec::new();
        list.retain(|property| {
            let id = property.id();
            let keep = id.may_repeat_in(holder) || !seen.contains(&id);
            seen.push(id);
            keep
        });
        let named = seen.contains(&PropertyId::AuthenticationMethod);
        let needed = match holder {
            Holder::Connect => seen.contains(&PropertyId::AuthenticationData),
            _ => holder == Holder::Auth,
        };
        if needed && !named {
            list.push(Property::AuthenticationMethod("m".into()));
        }
        Properties(list)
    })
}

fn will() -> impl Strategy<Value = Will> {
    (qos(), any::<bool>(), properties(Holder::Will), topic_name(), binary()).prop_map(
        |(qos, retain, properties, topic, payload)| Will {
            qos,
            retain,
            properties,
            topic: topic.into(),
            payload,
        },
    )
}

fn connect() -> impl Strategy<Value = Packet> {
    (
        any::<bool>(),
        any::<u16>(),
        properties(Holder::Connect),
        text(),
        proptest::option::of(will()),
        proptest::option::of(text()),
        proptest::option::of(binary()),
    )
        .prop_map(
            |(clean_start, keep_alive, properties, client_id, will, user_name, password)| {
                Packet::Connect(Box::new(Connect {
                    clean_start,
                    keep_alive,
                    properties,
                    client_id: client_id.into(),
                    will,
                    user_name: user_name.map(Text::from),
                    password,
                }))
            },
        )
}

fn connack() -> impl Strategy<Value = Packet> {
    (any::<bool>(), reason_code(PacketType::ConnAck), properties(Holder::ConnAck)).prop_map(
        |(present, reason_code, properties)| {
            let session_present = present && reason_code == ReasonCode::Success;
            Packet::ConnAck(ConnAck { session_present, reason_code, properties })
        },
    )
}

fn publish() -> impl Strategy<Value = Packet> {
    (
        any::<bool>(),
        qos(),
        any::<bool>(),
        proptest::option::of(topic_name()),
        packet_id(),
        properties(Holder::Publish),
        binary(),
    )
        .prop_map(|(dup, qos, retain, topic, packet_id, mut properties, payload)| {
            if topic.is_none() && properties.topic_alias().is_none() {
                properties.push(Property::TopicAlias(1));
            }
            Packet::Publish(Publish {
                dup: dup && qos > QoS::AtMostOnce,
                qos,
                retain,
                topic: topic.unwrap_or_default().into(),
                packet_id: (qos > QoS::AtMostOnce).then_some(packet_id),
                properties,
                payload,
            })
        })
}

fn ack(wrap: fn(Ack) -> Packet, holder: Holder) -> impl Strategy<Value = Packet> {
    (packet_id(), reason_code(holder.packet()), properties(holder)).prop_map(
        move |(packet_id, reason_code, properties)| {
            wrap(Ack { packet_id, reason_code, properties })
        },
    )
}

fn subscription() -> impl Strategy<Value = Subscription> {
    (topic_filter(), qos(), any::<bool>(), any::<bool>(), select(&RetainHandling::ALL[..]))
        .prop_map(|(topic_filter, qos, no_local, retain_as_published, retain_handling)| {
            Subscription {
                no_local: no_local && !topic_filter.starts_with("$share/"),
                topic_filter: topic_filter.into(),
                qos,
                retain_as_published,
                retain_handling,
            }
        })
}

fn subscribe() -> impl Strategy<Value = Packet> {
    (packet_id(), properties(Holder::Subscribe), vec(subscription(), 1..4)).prop_map(
        |(packet_id, properties, subscriptions)| {
            Packet::Subscribe(Subscribe { packet_id, properties, subscriptions })
        },
    )
}

fn suback() -> impl Strategy<Value = Packet> {
    (packet_id(), properties(Holder::SubAck), vec(reason_code(PacketType::SubAck), 1..4)).prop_map(
        |(packet_id, properties, reason_codes)| {
            Packet::SubAck(SubAck { packet_id, properties, reason_codes })
        },
    )
}

fn unsubscribe() -> impl Strategy<Value = Packet> {
    (packet_id(), properties(Holder::Unsubscribe), vec(topic_filter(), 1..4)).prop_map(
        |(packet_id, properties, topic_filters)| {
            let topic_filters = topic_filters.into_iter().map(Text::from).collect();
            Packet::Unsubscribe(Unsubscribe { packet_id, properties, topic_filters })
        },
    )
}

fn unsuback() -> impl Strategy<Value = Packet> {
    (packet_id(), properties(Holder::UnsubAck), vec(reason_code(PacketType::UnsubAck), 1..4))
        .prop_map(|(packet_id, properties, reason_codes)| {
            Packet::UnsubAck(UnsubAck { packet_id, properties, reason_codes })
        })
}

fn disconnect() -> impl Strategy<Value = Packet> {
    (reason_code(PacketType::Disconnect), properties(Holder::Disconnect)).prop_map(
        |(reason_code, properties)| Packet::Disconnect(Disconnect { reason_code, properties }),
    )
}

fn auth() -> impl Strategy<Value = Packet> {
    (reason_code(PacketType::Auth), properties(Holder::Auth))
        .prop_map(|(reason_code, properties)| Packet::Auth(Auth { reason_code, properties }))
}

fn packet() -> impl Strategy<Value = Packet> {
    prop_oneof![
        3 => connect(),
        1 => connack(),
        3 => publish(),
        1 => ack(Packet::PubAck, Holder::PubAck),
        1 => ack(Packet::PubRec, Holder::PubRec),
        1 => ack(Packet::PubRel, Holder::PubRel),
        1 => ack(Packet::PubComp, Holder::PubComp),
        2 => subscribe(),
        1 => suback(),
        1 => unsubscribe(),
        1 => unsuback(),
        1 => prop_oneof![Just(Packet::PingReq), Just(Packet::PingResp)],
        1 => disconnect(),
        1 => auth(),
    ]
}

/// JSON keeps the order within a property but not between different ones.
fn with_sorted_properties(mut packet: Packet) -> Packet {
    let sort = |properties: &mut Properties| properties.0.sort_by_key(Property::id);
    match &mut packet {
        Packet::Connect(p) => {
            sort(&mut p.properties);
            if let Some(will) = &mut p.will {
                sort(&mut will.properties);
            }
        }
        Packet::ConnAck(p) => sort(&mut p.properties),
        Packet::Publish(p) => sort(&mut p.properties),
        Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
            sort(&mut p.properties);
        }
        Packet::Subscribe(p) => sort(&mut p.properties),
        Packet::SubAck(p) => sort(&mut p.properties),
        Packet::Unsubscribe(p) => sort(&mut p.properties),
        Packet::UnsubAck(p) => sort(&mut p.properties),
        Packet::PingReq | Packet::PingResp => {}
        Packet::Disconnect(p) => sort(&mut p.properties),
        Packet::Auth(p) => sort(&mut p.properties),
    }
    packet
}

/// What must hold for any bytes at all.
fn assert_survives(frame: &Bytes) {
    let senders = [None, CLIENT, SERVER];
    for (version, sender) in Version::ALL.into_iter().flat_map(|it| senders.map(|by| (it, by))) {
        // Also holds that decode and dissect agree, and that the leaves tile what was read.
        if let Ok(packet) = read_as(frame, sender, version) {
            let written = encode_as(&packet, version).expect("what was read can be written");
            assert!(written.len() <= frame.len(), "the writer knows no longer form");
            assert_eq!(decode_as(&written, sender, version).as_ref(), Ok(&packet));
        }
        let json = dissection_to_json(&dissect_as(frame, sender, version));
        assert!(json["ok"].is_boolean() && json["fields"].is_array());
    }
    let mut deframer = Deframer::new();
    deframer.push(frame);
    let mut length = 0;
    loop {
        match deframer.next_frame() {
            Ok(Some(packet)) => length += packet.len(),
            Ok(None) => break,
            Err(error) => {
                assert!(error.at <= deframer.pending().len());
                break;
            }
        }
    }
    assert_eq!(length + deframer.pending().len(), frame.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_packet_is_read_as_it_was_written(packet in packet()) {
        let frame = encode(&packet).expect("it has a representation");
        prop_assert_eq!(read_canonical(&frame, None), packet);
    }

    #[test]
    fn any_packet_comes_through_json(packet in packet()) {
        let json = packet_to_json(&packet);
        let text = json.to_string();
        let back = packet_from_json(&serde_json::from_str(&text).expect("it was just written"));
        let back = back.map_err(|error| TestCaseError::fail(format!("{error} in {text}")))?;
        prop_assert_eq!(&packet_to_json(&back), &json);
        prop_assert_eq!(with_sorted_properties(back), with_sorted_properties(packet));
        let hex = encode_line(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&dissect_line(&hex)["packet"], &json);
    }

    #[test]
    fn a_stream_of_packets_comes_out_of_the_deframer(
        packets in vec(packet(), 1..5),
        cuts in vec(any::<Index>(), 0..5),
    ) {
        let frames: Vec<_> = packets.iter().map(|p| encode(p).expect("it has a representation")).collect();
        let stream = frames.concat();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.sort_unstable();
        let mut deframer = Deframer::new();
        let mut found = Vec::new();
        let mut start = 0;
        for end in cuts.into_iter().chain([stream.len()]) {
            deframer.push(&stream[start..end]);
            start = end;
            while let Some(frame) = deframer.next_frame().expect("a good stream") {
                found.push(frame);
            }
        }
        prop_assert_eq!(found, frames);
    }

    #[test]
    fn random_bytes_never_panic(frame in vec(any::<u8>(), 0..64)) {
        assert_survives(&frame.into());
    }

    /// A good Fixed Header lets random bytes get further in.
    #[test]
    fn random_bytes_behind_a_good_header_never_panic(
        first in select(&[
            0x10, 0x20, 0x30, 0x32, 0x3D, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0u8,
        ][..]),
        body in vec(prop_oneof![0..4u8, any::<u8>()], 0..100),
    ) {
        assert_survives(&[&[first, body.len() as u8][..], &body].concat().into());
    }

    #[test]
    fn mutated_packets_never_panic(
        packet in packet(),
        changes in vec((any::<Index>(), prop_oneof![0..4u8, any::<u8>(), Just(0xFF)]), 1..4),
        cut in proptest::option::of(any::<Index>()),
    ) {
        let mut frame = encode(&packet).expect("it has a representation").to_vec();
        for (at, byte) in changes {
            let at = at.index(frame.len());
            frame[at] = byte;
        }
        if let Some(cut) = cut {
            frame.truncate(cut.index(frame.len()));
        }
        assert_survives(&frame.into());
    }

    #[test]
    fn any_line_is_answered(line in "\\PC{0,60}") {
        prop_assert!(dissect_line(&line)["ok"].is_boolean());
        if let Err(error) = encode_line(&line) {
            prop_assert_eq!(&error["ok"], false);
        }
    }
}
