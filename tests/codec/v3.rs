//! 3.1.1 and 3.1, read and written by the same code as 5.0: every packet, what must be refused, and what the
//! dissection says. The numbers of statements in this file are those of 3.1.1.

use std::collections::BTreeSet;

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Ack, Auth, ConnAck, Connect, DecodeError, Deframer, Disconnect, EncodeError, ErrorKind,
    FieldId, Packet, PacketId, PacketStream, PacketType, Properties, Property, Publish, QoS,
    ReasonCode, Sender, SubAck, Subscribe, Subscription, UnsubAck, Unsubscribe, Version, Will,
    encode, encode_as, meant_in_5,
};

use crate::support::{CLIENT, SERVER, bytes, leaves, read_as};
use Version::{V3_1, V3_1_1, V5};

fn id(value: u16) -> PacketId {
    PacketId::new(value).expect("the tests use no Packet Identifier 0")
}

fn will() -> Will {
    Will {
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: Properties::NONE,
        topic: "t".into(),
        payload: Bytes::from_static(b"hi"),
    }
}

/// Every packet with all it can hold, and the least it can be.
fn packets() -> Vec<(Option<Sender>, &'static str, Packet)> {
    let connect = |connect| Packet::Connect(Box::new(connect));
    let subscription = |filter: &str, qos| Subscription {
        topic_filter: filter.into(),
        qos,
        ..Subscription::default()
    };
    let connack = |session_present, reason_code| {
        Packet::ConnAck(ConnAck { session_present, reason_code, properties: Properties::NONE })
    };
    vec![
        (
            CLIENT,
            "10 0C 0004 'MQTT' 04 02 0000 0000",
            connect(Connect { clean_start: true, ..Connect::default() }),
        ),
        (
            CLIENT,
            "10 0D 0004 'MQTT' 04 00 003C 0001 'c'",
            connect(Connect { keep_alive: 60, client_id: "c".into(), ..Connect::default() }),
        ),
        (
            CLIENT,
            "10 1A 0004 'MQTT' 04 EE 003C 0001 'c' 0001 't' 0002 'hi' 0001 'u' 0001 FF",
            connect(Connect {
                clean_start: true,
                keep_alive: 60,
                client_id: "c".into(),
                will: Some(will()),
                user_name: Some("u".into()),
                password: Some(Bytes::from_static(&[0xFF])),
                ..Connect::default()
            }),
        ),
        (SERVER, "20 02 00 00", connack(false, ReasonCode::Success)),
        (SERVER, "20 02 01 00", connack(true, ReasonCode::Success)),
        (SERVER, "20 02 00 01", connack(false, ReasonCode::UnsupportedProtocolVersion)),
        (SERVER, "20 02 00 02", connack(false, ReasonCode::ClientIdentifierNotValid)),
        (SERVER, "20 02 00 03", connack(false, ReasonCode::ServerUnavailable)),
        (SERVER, "20 02 00 04", connack(false, ReasonCode::BadUserNameOrPassword)),
        (SERVER, "20 02 00 05", connack(false, ReasonCode::NotAuthorized)),
        (
            CLIENT,
            "30 05 0003 'a/b'",
            Packet::Publish(Publish { topic: "a/b".into(), ..Publish::default() }),
        ),
        (
            SERVER,
            "3D 09 0003 'a/b' 000A 'hi'",
            Packet::Publish(Publish {
                dup: true,
                qos: QoS::ExactlyOnce,
                retain: true,
                topic: "a/b".into(),
                packet_id: Some(id(10)),
                payload: Bytes::from_static(b"hi"),
                ..Publish::default()
            }),
        ),
        (CLIENT, "40 02 000A", Packet::PubAck(Ack::success(id(10)))),
        (SERVER, "50 02 000A", Packet::PubRec(Ack::success(id(10)))),
        (CLIENT, "62 02 000A", Packet::PubRel(Ack::success(id(10)))),
        (SERVER, "70 02 000A", Packet::PubComp(Ack::success(id(10)))),
        (
            CLIENT,
            "82 11 000A 0001 '#' 02 0008 '$SYS/a/b' 00",
            Packet::Subscribe(Subscribe {
                packet_id: id(10),
                properties: Properties::NONE,
                subscriptions: vec![
                    subscription("#", QoS::ExactlyOnce),
                    subscription("$SYS/a/b", QoS::AtMostOnce),
                ],
            }),
        ),
        (
            SERVER,
            "90 06 000A 00 01 02 80",
            Packet::SubAck(SubAck {
                packet_id: id(10),
                properties: Properties::NONE,
                reason_codes: vec![
                    ReasonCode::Success,
                    ReasonCode::GrantedQoS1,
                    ReasonCode::GrantedQoS2,
                    ReasonCode::UnspecifiedError,
                ],
            }),
        ),
        (
            CLIENT,
            "A2 0B 000A 0001 'a' 0004 '/+/b'",
            Packet::Unsubscribe(Unsubscribe {
                packet_id: id(10),
                properties: Properties::NONE,
                topic_filters: vec!["a".into(), "/+/b".into()],
            }),
        ),
        (
            SERVER,
            "B0 02 000A",
            Packet::UnsubAck(UnsubAck {
                packet_id: id(10),
                properties: Properties::NONE,
                reason_codes: Vec::new(),
            }),
        ),
        (CLIENT, "C0 00", Packet::PingReq),
        (SERVER, "D0 00", Packet::PingResp),
        (CLIENT, "E0 00", Packet::Disconnect(Disconnect::new(ReasonCode::Success))),
    ]
}

#[test]
fn every_packet_is_read_and_written() {
    for (sender, hex, expect) in packets() {
        let frame = bytes(hex);
        for sender in [sender, None] {
            assert_eq!(read_as(&frame, sender, V3_1_1).as_ref(), Ok(&expect), "{hex}");
        }
        assert_eq!(encode_as(&expect, V3_1_1).as_ref(), Ok(&frame), "{hex}");
    }
    let told: BTreeSet<_> = packets().iter().map(|(.., packet)| packet.packet_type()).collect();
    assert_eq!(told.len(), PacketType::ALL.len() - 1, "every packet but AUTH");
}

#[test]
fn the_same_packets_in_3_1_differ_in_connect_and_connack_alone() {
    for (sender, hex, expect) in packets() {
        let (frame, expect) = match expect {
            // No Client Identifier is no choice in 3.1.
            Packet::Connect(connect) if connect.client_id.is_empty() => continue,
            Packet::Connect(_) => {
                let mut frame = bytes(&hex.replace("0004 'MQTT' 04", "0006 'MQIsdp' 03")).to_vec();
                frame[1] += 2;
                (frame.into(), expect)
            }
            // Its first byte is not used.
            Packet::ConnAck(connack) => {
                (bytes(hex), Packet::ConnAck(ConnAck { session_present: false, ..connack }))
            }
            _ => (bytes(hex), expect),
        };
        assert_eq!(read_as(&frame, sender, V3_1).as_ref(), Ok(&expect), "{hex}");
        let written = encode_as(&expect, V3_1).expect("it was read");
        assert_eq!(read_as(&written, sender, V3_1).as_ref(), Ok(&expect), "{hex}");
    }
}

#[test]
fn what_3_1_does_not_use_may_have_any_value() {
    for hex in [
        // PUBREL and SUBSCRIBE again, with DUP.
        "6A 02 000A",
        "8A 06 000A 0001 'a' 00",
        // The bits above the requested QoS.
        "82 06 000A 0001 'a' FC",
        // Bit 0 of the Connect Flags, and what belongs to a Will.
        "10 0F 0006 'MQIsdp' 03 39 003C 0001 'c'",
        // The flags of User Name and Password are there, the fields are not.
        "10 0F 0006 'MQIsdp' 03 C2 003C 0001 'c'",
        // The byte before the return code.
        "20 02 FF 00",
        // DUP at QoS 0, and flags of PINGREQ.
        "38 04 0001 'a' '!'",
        "C7 00",
    ] {
        let read = read_as(&bytes(hex), None, V3_1);
        assert!(read.is_ok(), "{hex}: {read:?}");
    }
    // A Password still needs a User Name.
    let lonely = bytes("10 12 0006 'MQIsdp' 03 42 003C 0001 'c' 0001 'p'");
    let error = read_as(&lonely, None, V3_1).map_err(|error| error.kind);
    assert_eq!(error, Err(ErrorKind::PasswordWithoutUserName));
}

type Row = (Option<Sender>, &'static str, usize, &'static str, &'static str);

/// Sender, bytes of 3.1.1, offset of the byte that breaks the rule, kind, rule of 3.1.1.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    (None, "", 0, "incomplete", "§2.2.3"),
    (None, "40 02 00", 1, "incomplete", "§2.2.3"),
    (None, "C0 00 C0 00", 2, "more_than_one_packet", "§2.2.3"),
    (None, "30 02 0005", 2, "truncated", "§2.2.3"),
    (None, "40 03 000A 00", 4, "unexpected_bytes", "§2.2.3"),
    (None, "B0 03 000A 00", 4, "unexpected_bytes", "§2.2.3"),
    (None, "E0 01 00", 2, "unexpected_bytes", "§2.2.3"),
    (None, "20 03 00 00 00", 4, "unexpected_bytes", "§2.2.3"),
    (None, "30 FFFFFFFF", 4, "variable_byte_integer_too_long", "§2.2.3"),

    // Fixed header.
    (None, "00 00", 0, "packet_type_reserved", "§2.2.1"),
    (None, "F0 00", 0, "packet_type_reserved", "§2.2.1"), // AUTH, from 5.0 on
    (SERVER, "E0 00", 0, "packet_from_wrong_side", "§2.2.1"), // a Server sends DISCONNECT from 5.0 on
    (SERVER, "C0 00", 0, "packet_from_wrong_side", "§2.2.1"),
    (None, "60 02 000A", 0, "fixed_header_flags", "[MQTT-3.6.1-1]"),
    (None, "80 06 000A 0001 'a' 00", 0, "fixed_header_flags", "[MQTT-3.8.1-1]"),
    (None, "A0 05 000A 0001 'a'", 0, "fixed_header_flags", "[MQTT-3.10.1-1]"),
    (None, "E1 00", 0, "fixed_header_flags", "[MQTT-3.14.1-1]"),
    (None, "C1 00", 0, "fixed_header_flags", "[MQTT-2.2.2-1]"),
    (None, "36 05 0001 'a' 000A", 0, "qos_3", "[MQTT-3.3.1-4]"),
    (None, "38 03 0001 'a'", 0, "dup_on_qos_0", "[MQTT-3.3.1-2]"),

    // CONNECT.
    (None, "10 0C 0004 'mqtt' 04 02 0000 0000", 4, "protocol_name", "[MQTT-3.1.2-1]"),
    (None, "10 0D 0004 'MQTT' 05 02 0000 00 0000", 8, "protocol_level", "[MQTT-3.1.2-2]"),
    (None, "10 0C 0004 'MQTT' 84 02 0000 0000", 8, "protocol_level", "[MQTT-3.1.2-2]"), // a bridge
    (None, "10 0C 0004 'MQTT' 04 03 0000 0000", 9, "connect_flag_reserved", "[MQTT-3.1.2-3]"),
    (None, "10 11 0004 'MQTT' 04 1E 0000 0000 0001 't' 0000", 9, "will_qos_3", "[MQTT-3.1.2-14]"),
    (None, "10 0C 0004 'MQTT' 04 0A 0000 0000", 9, "will_qos_without_will", "[MQTT-3.1.2-13]"),
    (None, "10 0C 0004 'MQTT' 04 22 0000 0000", 9, "will_retain_without_will", "[MQTT-3.1.2-15]"),
    (None, "10 0F 0004 'MQTT' 04 42 0000 0000 0001 'p'", 9, "password_without_user_name", "[MQTT-3.1.2-22]"),
    (None, "10 0C 0004 'MQTT' 04 00 0000 0000", 12, "client_identifier_empty", "[MQTT-3.1.3-8]"),
    (None, "10 0D 0004 'MQTT' 04 02 0000 0001 FF", 14, "ill_formed_utf8", "[MQTT-1.5.3-1]"),
    (None, "10 0D 0004 'MQTT' 04 02 0000 0001 00", 14, "null_character", "[MQTT-1.5.3-2]"),
    (None, "10 11 0004 'MQTT' 04 06 0000 0001 'c' 0000 0000", 17, "topic_name_empty", "[MQTT-4.7.3-1]"),
    (None, "10 0C 0004 'MQTT' 04 82 0000 0000", 14, "truncated", "§2.2.3"), // the User Name is not there

    // CONNACK.
    (None, "20 02 02 00", 2, "connect_acknowledge_flags", "§3.2.2.1"),
    (None, "20 02 01 05", 2, "session_present_on_error", "[MQTT-3.2.2-4]"),
    (None, "20 02 00 06", 3, "return_code_reserved", "[MQTT-3.2.2-6]"),
    (None, "20 02 00 87", 3, "return_code_reserved", "[MQTT-3.2.2-6]"), // a Reason Code of 5.0

    // PUBLISH.
    (None, "30 02 0000", 2, "topic_name_empty", "[MQTT-4.7.3-1]"),
    (None, "30 03 0001 '#'", 4, "topic_name_wildcard", "[MQTT-3.3.2-2]"),
    (None, "32 05 0001 'a' 0000", 5, "packet_identifier_zero", "[MQTT-2.3.1-1]"),
    (None, "32 03 0001 'a'", 5, "truncated", "§2.2.3"),

    // SUBSCRIBE, SUBACK, UNSUBSCRIBE.
    (None, "82 02 000A", 4, "subscribe_empty", "[MQTT-3.8.3-3]"),
    (None, "82 05 000A 0000 00", 6, "topic_filter_empty", "[MQTT-4.7.3-1]"),
    (None, "82 08 000A 0003 '#/a' 00", 6, "multi_level_wildcard", "[MQTT-4.7.1-2]"),
    (None, "82 08 000A 0003 'a+b' 00", 7, "single_level_wildcard", "[MQTT-4.7.1-3]"),
    (None, "82 06 000A 0001 'a' 03", 7, "subscription_qos_3", "[MQTT-3.8.3-4]"),
    (None, "82 06 000A 0001 'a' 04", 7, "requested_qos_reserved", "[MQTT-3.8.3-4]"), // No Local, from 5.0 on
    (None, "82 06 000A 0001 'a' 80", 7, "requested_qos_reserved", "[MQTT-3.8.3-4]"),
    (None, "90 02 000A", 4, "reason_codes_empty", "[MQTT-3.8.4-5]"),
    (None, "90 03 000A 03", 4, "return_code_reserved", "[MQTT-3.9.3-2]"),
    (None, "90 03 000A 87", 4, "return_code_reserved", "[MQTT-3.9.3-2]"),
    (None, "A2 02 000A", 4, "unsubscribe_empty", "[MQTT-3.10.3-2]"),
];

#[test]
fn each_is_refused_with_offset_kind_and_rule() {
    for &(sender, hex, at, key, rule) in ROWS {
        let Err(error) = read_as(&bytes(hex), sender, V3_1_1) else { panic!("{hex} was accepted") };
        let found = (error.at, error.kind.key(), error.kind.rule_in(V3_1_1));
        assert_eq!(found, (at, key, rule), "{hex} from {sender:?}");
        assert!(!error.kind.to_string().is_empty(), "{hex}");
    }
}

#[test]
fn every_packet_cut_anywhere_is_incomplete() {
    for (sender, hex, _) in packets() {
        let frame = bytes(hex);
        for end in 0..frame.len() {
            let error = read_as(&frame.slice(..end), sender, V3_1_1).expect_err("it is cut");
            // From the Remaining Length on, that is what is wrong.
            let at = end.min(1);
            assert_eq!((error.at, error.kind), (at, ErrorKind::Incomplete), "{end} of {hex}");
        }
    }
}

/// 3.1.1 says how a length is computed, but not that it has the fewest bytes.
#[test]
fn a_length_may_have_more_bytes_than_it_needs() {
    let padded = bytes("C0 8000");
    assert_eq!(read_as(&padded, CLIENT, V3_1_1), Ok(Packet::PingReq));
    assert_eq!(
        read_as(&padded, CLIENT, V5).map_err(|error| error.kind),
        Err(ErrorKind::VariableByteIntegerNotMinimal)
    );
    let mut deframer = Deframer::new();
    deframer.set_version(V3_1_1);
    deframer.push(&padded);
    assert_eq!(deframer.next_frame(), Ok(Some(padded)));
}

#[test]
fn a_stream_reads_in_the_version_that_it_is_told() {
    let mut stream = PacketStream::new();
    stream.set_version(V3_1_1);
    stream.push(&bytes("30 05 0001 'a' 'hi' 30 06 0001 'a' 00 'hi' F0 00"));
    let mut next = || stream.next(Sender::Client).map(|incoming| incoming.outcome);
    let payload = |read: Option<Result<Packet, DecodeError>>| match read {
        Some(Ok(Packet::Publish(publish))) => publish.payload,
        other => panic!("{other:?}"),
    };
    assert_eq!(payload(next()), "hi");
    // No byte of it is a length of properties.
    assert_eq!(payload(next()), "\0hi");
    let broken = next().map(|read| read.map_err(|error| error.kind));
    assert_eq!(broken, Some(Err(ErrorKind::PacketTypeReserved)));
    assert!(stream.is_broken());
}

#[test]
fn what_3_1_1_cannot_say_is_omitted_or_refused() {
    let user = || Properties::from([Property::user("a", "b")]);
    let refused = |reason_code| {
        let properties = Properties::NONE;
        Packet::ConnAck(ConnAck { session_present: false, reason_code, properties })
    };
    let nameless = Connect {
        clean_start: true,
        properties: user(),
        will: Some(Will { properties: user(), ..will() }),
        password: Some(Bytes::from_static(b"p")),
        ..Connect::default()
    };
    let filter = Subscription {
        topic_filter: "a".into(),
        qos: QoS::AtLeastOnce,
        no_local: true,
        retain_as_published: true,
        ..Subscription::default()
    };
    for (packet, expect) in [
        (
            Packet::Connect(Box::new(nameless)),
            Ok("10 13 0004 'MQTT' 04 2E 0000 0000 0001 't' 0002 'hi'"),
        ),
        (
            Packet::Publish(Publish {
                topic: "t".into(),
                properties: user(),
                ..Publish::default()
            }),
            Ok("30 03 0001 't'"),
        ),
        (
            Packet::Subscribe(Subscribe {
                packet_id: id(1),
                properties: user(),
                subscriptions: vec![filter],
            }),
            Ok("82 06 0001 0001 'a' 01"),
        ),
        (
            Packet::SubAck(SubAck {
                packet_id: id(1),
                properties: user(),
                reason_codes: vec![ReasonCode::NotAuthorized],
            }),
            Ok("90 03 0001 80"),
        ),
        (
            Packet::UnsubAck(UnsubAck {
                packet_id: id(1),
                properties: user(),
                reason_codes: vec![ReasonCode::Success],
            }),
            Ok("B0 02 0001"),
        ),
        (Packet::PubAck(Ack::new(id(1), ReasonCode::NotAuthorized)), Ok("40 02 0001")),
        (Packet::Disconnect(Disconnect::new(ReasonCode::DisconnectWithWillMessage)), Ok("E0 00")),
        (refused(ReasonCode::NotAuthorized), Ok("20 02 00 05")),
        (refused(ReasonCode::Banned), Err(EncodeError::OnlyIn5(PacketType::ConnAck))),
        (
            Packet::Auth(Auth { reason_code: ReasonCode::Success, properties: user() }),
            Err(EncodeError::OnlyIn5(PacketType::Auth)),
        ),
    ] {
        assert_eq!(encode_as(&packet, V3_1_1), expect.map(bytes), "{packet:?}");
        assert_eq!(encode_as(&packet, V5), encode(&packet), "{packet:?}");
    }
}

#[test]
fn share_is_a_level_like_others_before_5_0() {
    let plain = bytes("82 0D 000A 0008 '$share/x' 00");
    assert!(read_as(&plain, CLIENT, V3_1_1).is_ok());
    let shared = bytes("82 0E 000A 00 0008 '$share/x' 00");
    let error = read_as(&shared, CLIENT, V5).map_err(|error| error.kind);
    assert_eq!(error, Err(ErrorKind::ShareWithoutFilter));
}

#[test]
fn what_is_meant_can_be_said_in_5_0() {
    for (sender, hex, packet) in packets() {
        let written = encode(&meant_in_5(packet.clone(), 2)).expect("5.0 can say it");
        let read = read_as(&written, sender, V5).unwrap_or_else(|error| panic!("{hex}: {error}"));
        // And back again.
        assert_eq!(encode_as(&read, V3_1_1).as_ref(), Ok(&bytes(hex)), "{hex}");
    }
    let kept = Connect { client_id: "c".into(), ..Connect::default() };
    let kept = encode(&meant_in_5(Packet::Connect(Box::new(kept)), 0)).expect("5.0 can say it");
    assert_eq!(kept, bytes("10 13 0004 'MQTT' 05 00 0000 05 11 FFFFFFFF 0001 'c'"));
}

#[test]
fn a_connect_to_its_last_bit() {
    assert_eq!(
        leaves("10 1A 0004 'MQTT' 04 EE 003C 0001 'c' 0001 't' 0002 'hi' 0001 'u' 0001 FF", V3_1_1),
        [
            "Control Packet type and flags 0..1 = 16 (2.2)",
            "  Control Packet type 7..4 = 1 (CONNECT) (2.2.1)",
            "  Flags 3..0 = 0 (2.2.2)",
            "Remaining Length 1..2 = 26 (2.2.3)",
            "String Length 2..4 = 4 (1.5.3)",
            "Protocol Name 4..8 = MQTT (3.1.2.1)",
            "Protocol Level 8..9 = 4 (3.1.2.2)",
            "Connect Flags 9..10 = 238 (3.1.2.3)",
            "  User Name Flag 7..7 = 1 (3.1.2.8)",
            "  Password Flag 6..6 = 1 (3.1.2.9)",
            "  Will Retain 5..5 = 1 (3.1.2.7)",
            "  Will QoS 4..3 = 1 (At least once) (3.1.2.6)",
            "  Will Flag 2..2 = 1 (3.1.2.5)",
            "  Clean Session 1..1 = 1 (3.1.2.4)",
            "  Reserved 0..0 = 0 (3.1.2.3)",
            "Keep Alive 10..12 = 60 (3.1.2.10)",
            "String Length 12..14 = 1 (1.5.3)",
            "Client Identifier 14..15 = c (3.1.3.1)",
            "String Length 15..17 = 1 (1.5.3)",
            "Will Topic 17..18 = t (3.1.3.2)",
            "Binary Data Length 18..20 = 2 (3.1.3)",
            "Will Message 20..22 = 6869 (3.1.3.3)",
            "String Length 22..24 = 1 (1.5.3)",
            "User Name 24..25 = u (3.1.3.4)",
            "Binary Data Length 25..27 = 1 (3.1.3)",
            "Password 27..28 = ff (3.1.3.5)",
        ]
    );
}

#[test]
fn return_codes_and_the_requested_qos_have_their_own_names() {
    assert_eq!(
        leaves("20 02 00 05", V3_1_1)[3..],
        [
            "Remaining Length 1..2 = 2 (2.2.3)",
            "Connect Acknowledge Flags 2..3 = 0 (3.2.2.1)",
            "  Reserved 7..1 = 0 (3.2.2.1)",
            "  Session Present 0..0 = 0 (3.2.2.2)",
            "Connect Return code 3..4 = 5 (Connection Refused, not authorized) (3.2.2.3)",
        ]
    );
    assert_eq!(
        leaves("82 06 000A 0001 'a' 01", V3_1_1)[7..],
        [
            "Requested QoS 7..8 = 1 (3.8.3)",
            "  Reserved 7..2 = 0 (3.8.3)",
            "  Maximum QoS 1..0 = 1 (At least once) (3.8.3)",
        ]
    );
    assert_eq!(
        leaves("90 04 000A 01 80", V3_1_1)[5..],
        [
            "Return Code 4..5 = 1 (Success - Maximum QoS 1) (3.9.3)",
            "Return Code 5..6 = 128 (Failure) (3.9.3)",
        ]
    );
}

#[test]
fn only_what_3_1_1_calls_otherwise_has_another_name_and_key() {
    let mut renamed = BTreeSet::new();
    for &field in FieldId::ALL {
        assert_eq!((field.key_in(V5), field.name_in(V5)), (field.key(), field.name()));
        assert_eq!(field.section_in(V5), field.section());
        if field.key_in(V3_1_1) != field.key() {
            assert_ne!(field.name_in(V3_1_1), field.name());
            assert!(renamed.insert(field.key_in(V3_1_1)), "{}", field.key_in(V3_1_1));
            assert!(FieldId::ALL.iter().all(|other| other.key() != field.key_in(V3_1_1)));
        }
    }
    assert_eq!(renamed.len(), 6);
}

#[test]
fn codes_are_told_as_the_version_names_them() {
    for (code, packet, version, expect) in [
        (ReasonCode::NotAuthorized, PacketType::ConnAck, V5, Some("0x87 Not authorized")),
        (
            ReasonCode::NotAuthorized,
            PacketType::ConnAck,
            V3_1_1,
            Some("0x05 Connection Refused, not authorized"),
        ),
        (ReasonCode::Success, PacketType::ConnAck, V3_1, Some("0x00 Connection Accepted")),
        (ReasonCode::UnspecifiedError, PacketType::SubAck, V3_1_1, Some("0x80 Failure")),
        (ReasonCode::Success, PacketType::PubAck, V3_1_1, None),
    ] {
        assert_eq!(code.in_words_as(packet, version).as_deref(), expect);
    }
}
