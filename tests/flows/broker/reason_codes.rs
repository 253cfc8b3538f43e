//! Every Reason Code that a Server may send, in every packet that may carry it, and how to provoke it.

use mqtt5_playground::auth::SCRAM_SHA_256;
use mqtt5_playground::broker::{Action, Availability, Refusal, Rule, User};

use super::*;

/// One way to provoke a Reason Code.
struct Way {
    packet: PacketType,
    code: ReasonCode,
    policy: Policy,
    act: Box<dyn Fn(&mut Bench) -> ConnectionId>,
}

fn way(
    packet: PacketType,
    code: ReasonCode,
    policy: Policy,
    act: impl Fn(&mut Bench) -> ConnectionId + 'static,
) -> Way {
    Way { packet, code, policy, act: Box::new(act) }
}

/// A Client that connects and sends one packet.
fn sends(packet: Packet) -> impl Fn(&mut Bench) -> ConnectionId {
    move |bench| {
        let a = bench.client("a");
        bench.send(a, packet.clone());
        a
    }
}

/// A Client that connects and sends these bytes.
fn sends_bytes(hex: &'static str) -> impl Fn(&mut Bench) -> ConnectionId {
    move |bench| {
        let a = bench.client("a");
        bench.send_bytes(a, hex);
        a
    }
}

/// A Client that does no more than connect.
fn connects(connect: Connect) -> impl Fn(&mut Bench) -> ConnectionId {
    move |bench| bench.connecting(connect.clone())
}

/// A first packet made of these bytes.
fn connects_with_bytes(hex: &'static str) -> impl Fn(&mut Bench) -> ConnectionId {
    move |bench| {
        let a = bench.open();
        bench.send_bytes(a, hex);
        a
    }
}

fn refusing(action: Action, code: ReasonCode) -> Policy {
    let rule = Rule { topic_filter: None, ..Rule::refuse(action, "", code) };
    Policy { rules: vec![rule], ..Policy::default() }
}

fn with_will(will: Will) -> Connect {
    Connect { will: Some(will), ..connect("a") }
}

/// To a CONNECT as such.
fn connack() -> Vec<Way> {
    use PacketType::ConnAck;
    use ReasonCode as R;
    let open = Policy::default;
    let by_rule =
        |code| way(ConnAck, code, refusing(Action::Connect, code), connects(connect("a")));
    vec![
        way(ConnAck, R::Success, open(), connects(connect("a"))),
        by_rule(R::UnspecifiedError),
        by_rule(R::ImplementationSpecificError),
        way(
            ConnAck,
            R::MalformedPacket,
            open(),
            connects_with_bytes("10 0D 0004 4D515454 05 03 0000 00 0000"),
        ),
        way(
            ConnAck,
            R::ProtocolError,
            open(),
            connects_with_bytes("10 10 0004 4D515454 05 02 0000 03 210000 0000"),
        ),
        way(
            ConnAck,
            R::UnsupportedProtocolVersion,
            open(),
            connects_with_bytes("10 0C 0004 4D515454 04 02 0000 0000"),
        ),
        way(
            ConnAck,
            R::PacketTooLarge,
            Policy { maximum_packet_size: Some(100), ..open() },
            |bench| {
                let a = bench.open();
                let maximum =
                    bench.broker.maximum_packet_size(a).expect("the policy sets one") as usize;
                too_large(bench, a, maximum);
                a
            },
        ),
    ]
}

/// For who it is that connects.
fn connack_for_the_client() -> Vec<Way> {
    use PacketType::ConnAck;
    use ReasonCode as R;
    let open = Policy::default;
    let users = || Policy {
        users: vec![User { name: "ada".into(), password: "secret".into() }],
        ..Policy::default()
    };
    vec![
        way(
            ConnAck,
            R::ClientIdentifierNotValid,
            Policy { maximum_client_id_length: 23, ..open() },
            connects(connect("abcdefghijklmnopqrstuvwxyz")),
        ),
        way(
            ConnAck,
            R::BadUserNameOrPassword,
            users(),
            connects(Connect { user_name: Some("eve".into()), ..connect("a") }),
        ),
        way(
            ConnAck,
            R::NotAuthorized,
            Policy { anonymous: false, ..users() },
            connects(connect("a")),
        ),
        way(
            ConnAck,
            R::Banned,
            Policy { banned: vec!["a".into()], ..open() },
            connects(connect("a")),
        ),
        way(
            ConnAck,
            R::BadAuthenticationMethod,
            open(),
            connects(with(connect("a"), [Property::AuthenticationMethod("X".into())])),
        ),
    ]
}

/// For the Will in it.
fn connack_for_the_will() -> Vec<Way> {
    use PacketType::ConnAck;
    use ReasonCode as R;
    let open = Policy::default;
    let not_utf8 = Will {
        properties: [Property::PayloadFormatIndicator(1)].into(),
        payload: vec![0xFF].into(),
        ..will("t", 0)
    };
    vec![
        way(
            ConnAck,
            R::TopicNameInvalid,
            Policy { maximum_topic_levels: Some(2), ..open() },
            connects(with_will(will("a/b/c", 0))),
        ),
        way(
            ConnAck,
            R::PayloadFormatInvalid,
            Policy { check_payload_format: true, ..open() },
            connects(with_will(not_utf8)),
        ),
        way(
            ConnAck,
            R::RetainNotSupported,
            Policy { retain_available: false, ..open() },
            connects(with_will(Will { retain: true, ..will("t", 0) })),
        ),
        way(
            ConnAck,
            R::QoSNotSupported,
            Policy { maximum_qos: QoS::AtMostOnce, ..open() },
            connects(with_will(Will { qos: QoS::AtLeastOnce, ..will("t", 0) })),
        ),
    ]
}

/// For how it is with the Server.
fn connack_for_the_server() -> Vec<Way> {
    use PacketType::ConnAck;
    use ReasonCode as R;
    let open = Policy::default;
    let closed = |availability| Policy {
        availability,
        server_reference: Some("other".into()),
        ..Policy::default()
    };
    vec![
        way(
            ConnAck,
            R::ServerUnavailable,
            closed(Availability::Unavailable),
            connects(connect("a")),
        ),
        way(ConnAck, R::ServerBusy, closed(Availability::Busy), connects(connect("a"))),
        way(
            ConnAck,
            R::QuotaExceeded,
            Policy { maximum_connections: Some(1), ..open() },
            |bench| {
                bench.client("b");
                bench.connecting(connect("a"))
            },
        ),
        way(
            ConnAck,
            R::UseAnotherServer,
            closed(Availability::UseAnotherServer),
            connects(connect("a")),
        ),
        way(ConnAck, R::ServerMoved, closed(Availability::ServerMoved), connects(connect("a"))),
        way(
            ConnAck,
            R::ConnectionRateExceeded,
            Policy { connections_per_second: Some(1), ..open() },
            |bench| {
                bench.client("b");
                bench.connecting(connect("a"))
            },
        ),
    ]
}

/// PUBACK and PUBREC share their Reason Codes.
fn answers_to_publish(packet: PacketType, qos: u8) -> Vec<Way> {
    use ReasonCode as R;
    let open = Policy::default;
    let sent = move |topic: &str| sends(Packet::Publish(publish(topic, qos, 1, "x")));
    let by_rule = |code| way(packet, code, refusing(Action::Publish, code), sent("t"));
    let not_utf8 = Publish {
        properties: [Property::PayloadFormatIndicator(1)].into(),
        payload: vec![0xFF].into(),
        ..publish("t", qos, 1, "")
    };
    vec![
        way(packet, R::Success, open(), move |bench| {
            let a = bench.client("a");
            bench.subscribe(a, "t", 0);
            bench.send(a, Packet::Publish(publish("t", qos, 1, "x")));
            a
        }),
        way(packet, R::NoMatchingSubscribers, open(), sent("t")),
        by_rule(R::UnspecifiedError),
        by_rule(R::ImplementationSpecificError),
        by_rule(R::NotAuthorized),
        way(
            packet,
            R::TopicNameInvalid,
            Policy { maximum_topic_levels: Some(2), ..open() },
            sent("a/b/c"),
        ),
        match packet {
            PacketType::PubAck => way(packet, R::PacketIdentifierInUse, open(), |bench| {
                let a = bench.client("a");
                bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
                bench.send(a, Packet::Publish(publish("t", 1, 1, "x")));
                a
            }),
            // With QoS 2 the same identifier is a repeat [MQTT-4.3.3-10]: only a rule says 0x91.
            _ => by_rule(R::PacketIdentifierInUse),
        },
        way(
            packet,
            R::QuotaExceeded,
            Policy { maximum_retained_messages: Some(0), ..open() },
            sends(Packet::Publish(retained("t", qos, 1, "x"))),
        ),
        way(
            packet,
            R::PayloadFormatInvalid,
            Policy { check_payload_format: true, ..open() },
            sends(Packet::Publish(not_utf8)),
        ),
    ]
}

fn suback_and_unsuback() -> Vec<Way> {
    use PacketType::{SubAck, UnsubAck};
    use ReasonCode as R;
    let open = Policy::default;
    let asks = |filter: &str, qos| sends(subscribe(1, [subscription(filter, qos)]));
    let sub_rule = |code| way(SubAck, code, refusing(Action::Subscribe, code), asks("t", 0));
    let unsub_rule = |code| {
        way(UnsubAck, code, refusing(Action::Unsubscribe, code), sends(unsubscribe(1, ["t"])))
    };
    let in_use = |packet: Packet| {
        move |bench: &mut Bench| {
            let a = bench.client("a");
            bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
            bench.send(a, packet.clone());
            a
        }
    };
    vec![
        way(SubAck, R::Success, open(), asks("t", 0)),
        way(SubAck, R::GrantedQoS1, open(), asks("t", 1)),
        way(SubAck, R::GrantedQoS2, open(), asks("t", 2)),
        sub_rule(R::UnspecifiedError),
        sub_rule(R::ImplementationSpecificError),
        sub_rule(R::NotAuthorized),
        way(
            SubAck,
            R::TopicFilterInvalid,
            Policy { maximum_topic_levels: Some(2), ..open() },
            asks("a/b/c", 0),
        ),
        way(SubAck, R::PacketIdentifierInUse, open(), in_use(subscribe(1, [subscription("t", 0)]))),
        way(
            SubAck,
            R::QuotaExceeded,
            Policy { maximum_subscriptions: Some(0), ..open() },
            asks("t", 0),
        ),
        // What CONNACK declares unavailable is answered with DISCONNECT; a single filter with SUBACK.
        sub_rule(R::SharedSubscriptionsNotSupported),
        sub_rule(R::SubscriptionIdentifiersNotSupported),
        sub_rule(R::WildcardSubscriptionsNotSupported),
        way(UnsubAck, R::Success, open(), |bench| {
            let a = bench.client("a");
            bench.subscribe(a, "t", 0);
            bench.send(a, unsubscribe(1, ["t"]));
            a
        }),
        way(UnsubAck, R::NoSubscriptionExisted, open(), sends(unsubscribe(1, ["t"]))),
        unsub_rule(R::UnspecifiedError),
        unsub_rule(R::ImplementationSpecificError),
        unsub_rule(R::NotAuthorized),
        unsub_rule(R::TopicFilterInvalid),
        way(UnsubAck, R::PacketIdentifierInUse, open(), in_use(unsubscribe(1, ["t"]))),
    ]
}

/// Because somebody at the Server says so.
fn disconnect_by_command() -> Vec<Way> {
    use PacketType::Disconnect;
    use ReasonCode as R;
    let open = Policy::default;
    let by_command = |code| {
        let policy = Policy { server_reference: Some("other".into()), ..Policy::default() };
        way(Disconnect, code, policy, move |bench| {
            let a = bench.client("a");
            bench.command(Command::Disconnect { client_id: "a".into(), reason_code: code });
            a
        })
    };
    vec![
        by_command(R::UnspecifiedError),
        by_command(R::ImplementationSpecificError),
        by_command(R::ServerBusy),
        way(Disconnect, R::ServerShuttingDown, open(), |bench| {
            let a = bench.client("a");
            bench.command(Command::ShutDown);
            let late = bench.connecting(connect("late"));
            assert_eq!(bench.next(late), "CONNACK 88");
            a
        }),
        by_command(R::BadAuthenticationMethod),
        by_command(R::AdministrativeAction),
        by_command(R::UseAnotherServer),
        by_command(R::ServerMoved),
        by_command(R::ConnectionRateExceeded),
    ]
}

/// For a packet that a Client may not send.
fn disconnect_for_a_packet() -> Vec<Way> {
    use PacketType::Disconnect;
    use ReasonCode as R;
    let open = Policy::default;
    vec![
        way(Disconnect, R::MalformedPacket, open(), sends_bytes("C0 01 00")),
        way(Disconnect, R::ProtocolError, open(), sends(Packet::Connect(connect("a").into()))),
        way(
            Disconnect,
            R::ReceiveMaximumExceeded,
            Policy { receive_maximum: 1, ..open() },
            |bench| {
                let a = bench.client("a");
                bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
                bench.send(a, Packet::Publish(publish("t", 2, 2, "x")));
                a
            },
        ),
        way(
            Disconnect,
            R::TopicAliasInvalid,
            open(),
            sends(Packet::Publish(Publish {
                properties: [Property::TopicAlias(11)].into(),
                ..publish("t", 0, 0, "x")
            })),
        ),
        way(
            Disconnect,
            R::PacketTooLarge,
            Policy { maximum_packet_size: Some(100), ..open() },
            |bench| {
                let a = bench.client("a");
                too_large(bench, a, 100);
                a
            },
        ),
        way(
            Disconnect,
            R::MessageRateTooHigh,
            Policy { messages_per_second: Some(1), ..open() },
            |bench| {
                let a = bench.client("a");
                bench.send(a, Packet::Publish(publish("t", 0, 0, "x")));
                bench.send(a, Packet::Publish(publish("t", 0, 0, "x")));
                a
            },
        ),
    ]
}

/// For a message that the Server does not take.
fn disconnect_for_a_message() -> Vec<Way> {
    use PacketType::Disconnect;
    use ReasonCode as R;
    let open = Policy::default;
    let strict = |policy| Policy { refusal: Refusal::Disconnect, ..policy };
    let sent = |topic: &str, qos| sends(Packet::Publish(publish(topic, qos, 1, "x")));
    let not_utf8 = Publish {
        properties: [Property::PayloadFormatIndicator(1)].into(),
        payload: vec![0xFF].into(),
        ..publish("t", 0, 0, "")
    };
    vec![
        way(
            Disconnect,
            R::NotAuthorized,
            strict(refusing(Action::Publish, R::NotAuthorized)),
            sent("t", 0),
        ),
        way(
            Disconnect,
            R::TopicNameInvalid,
            strict(Policy { maximum_topic_levels: Some(2), ..open() }),
            sent("a/b/c", 0),
        ),
        way(
            Disconnect,
            R::PayloadFormatInvalid,
            strict(Policy { check_payload_format: true, ..open() }),
            sends(Packet::Publish(not_utf8)),
        ),
        way(
            Disconnect,
            R::RetainNotSupported,
            Policy { retain_available: false, ..open() },
            sends(Packet::Publish(retained("t", 0, 0, "x"))),
        ),
        way(
            Disconnect,
            R::QoSNotSupported,
            Policy { maximum_qos: QoS::AtMostOnce, ..open() },
            sent("t", 1),
        ),
    ]
}

/// For a subscription that the Server does not take.
fn disconnect_for_a_subscription() -> Vec<Way> {
    use PacketType::Disconnect;
    use ReasonCode as R;
    let open = Policy::default;
    let strict = |policy| Policy { refusal: Refusal::Disconnect, ..policy };
    let asks = |filter: &str| sends(subscribe(1, [subscription(filter, 0)]));
    vec![
        way(
            Disconnect,
            R::TopicFilterInvalid,
            strict(Policy { maximum_topic_levels: Some(2), ..open() }),
            asks("a/b/c"),
        ),
        way(
            Disconnect,
            R::QuotaExceeded,
            strict(Policy { maximum_subscriptions: Some(0), ..open() }),
            asks("t"),
        ),
        way(
            Disconnect,
            R::SharedSubscriptionsNotSupported,
            Policy { shared_subscription_available: false, ..open() },
            asks("$share/g/t"),
        ),
        way(
            Disconnect,
            R::SubscriptionIdentifiersNotSupported,
            Policy { subscription_identifier_available: false, ..open() },
            sends(subscribe_as(1, 1, subscription("t", 0))),
        ),
        way(
            Disconnect,
            R::WildcardSubscriptionsNotSupported,
            Policy { wildcard_subscription_available: false, ..open() },
            asks("t/#"),
        ),
    ]
}

/// For what happens, or does not, after CONNECT.
fn disconnect_in_time() -> Vec<Way> {
    use PacketType::Disconnect;
    use ReasonCode as R;
    let open = Policy::default;
    vec![
        way(Disconnect, R::KeepAliveTimeout, open(), |bench| {
            let a = bench.connect(Connect { keep_alive: 1, ..connect("a") });
            bench.secs(2);
            a
        }),
        way(Disconnect, R::SessionTakenOver, open(), |bench| {
            let a = bench.client("a");
            bench.client("a");
            a
        }),
        way(
            Disconnect,
            R::MaximumConnectTime,
            Policy { maximum_connect_time: Some(5), ..open() },
            |bench| {
                let a = bench.client("a");
                bench.secs(5);
                a
            },
        ),
    ]
}

fn the_rest() -> Vec<Way> {
    use PacketType::{Auth, PubComp, PubRel};
    use ReasonCode as R;
    let open = Policy::default;
    vec![
        way(PubRel, R::Success, open(), |bench| {
            let a = bench.client("a");
            bench.subscribe(a, "t", 2);
            bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
            bench.send(a, pubrec(1));
            a
        }),
        way(PubRel, R::PacketIdentifierNotFound, open(), sends(pubrec(1))),
        way(PubComp, R::Success, open(), |bench| {
            let a = bench.client("a");
            bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
            bench.send(a, pubrel(1));
            a
        }),
        way(PubComp, R::PacketIdentifierNotFound, open(), sends(pubrel(1))),
        way(
            Auth,
            R::ContinueAuthentication,
            open(),
            connects(with(connect("a"), [Property::AuthenticationMethod(SCRAM_SHA_256.into())])),
        ),
        way(
            Auth,
            R::Success,
            Policy {
                users: vec![User { name: "ada".into(), password: "pencil".into() }],
                ..open()
            },
            authentication::re_authenticates,
        ),
    ]
}

fn too_large(bench: &mut Bench, id: ConnectionId, maximum: usize) {
    let mut stream = mqtt5_playground::mqtt::PacketStream::new();
    stream.set_maximum_packet_size(u32::try_from(maximum).ok());
    let packet = match bench.snapshot().sessions.is_empty() {
        true => Packet::Connect(connect(&"x".repeat(maximum)).into()),
        false => Packet::Publish(publish("t", 0, 0, &"x".repeat(maximum))),
    };
    stream.push(&encode(&packet).expect("it can be written"));
    let incoming = stream.next(Sender::Client).expect("its length is known");
    let error = incoming.outcome.expect_err("it is too large");
    bench.input(Input::Received(id, Err(error)));
}

/// [MQTT-3.2.2-8], [MQTT-3.4.2-1], [MQTT-3.5.2-1], [MQTT-3.6.2-1], [MQTT-3.7.2-1], [MQTT-3.9.3-2], [MQTT-3.11.3-2],
/// [MQTT-3.14.2-1], [MQTT-3.14.2-2], [MQTT-3.15.2-1], [MQTT-4.13.2-1]
#[test]
fn every_reason_code_of_a_server_can_be_provoked() {
    let ways = [
        connack(),
        connack_for_the_client(),
        connack_for_the_will(),
        connack_for_the_server(),
        answers_to_publish(PacketType::PubAck, 1),
        answers_to_publish(PacketType::PubRec, 2),
        suback_and_unsuback(),
        disconnect_by_command(),
        disconnect_for_a_packet(),
        disconnect_for_a_message(),
        disconnect_for_a_subscription(),
        disconnect_in_time(),
        the_rest(),
    ];
    let mut provoked = BTreeSet::new();
    for Way { packet, code, policy, act } in ways.into_iter().flatten() {
        let name = format!("{} 0x{:02X}", packet.name(), code.value());
        let mut bench = Bench::with(policy);
        let a = act(&mut bench);
        let seen: Vec<Packet> = std::iter::from_fn(|| bench.next_packet(a)).collect();
        let wanted = |p: &Packet| p.packet_type() == packet && p.reason_codes().contains(&code);
        assert!(seen.iter().any(wanted), "{name}: {seen:?}");
        if code.is_error() && matches!(packet, PacketType::ConnAck | PacketType::Disconnect) {
            assert!(bench.is_closed(a), "{name} ends the connection");
        }
        provoked.insert((packet, code));
    }
    for packet in PacketType::ALL {
        for code in ReasonCode::ALL {
            let allowed = code.allowed_in(packet, Some(Sender::Server));
            let there = provoked.contains(&(packet, *code));
            assert_eq!(there, allowed, "{} 0x{:02X}", packet.name(), code.value());
        }
    }
}

/// [MQTT-3.2.2-8], [MQTT-3.14.2-1]
#[test]
fn a_rule_cannot_make_the_server_send_what_a_packet_may_not_carry() {
    for code in ReasonCode::ALL.iter().filter(|code| code.is_error()) {
        for action in [Action::Connect, Action::Publish, Action::Subscribe, Action::Unsubscribe] {
            for refusal in [Refusal::Acknowledge, Refusal::Disconnect] {
                let mut bench = Bench::with(Policy { refusal, ..refusing(action, *code) });
                let a = bench.connecting(connect("a"));
                if !bench.is_closed(a) {
                    bench.send(a, Packet::Publish(publish("t", 1, 1, "x")));
                    bench.send(a, subscribe(1, [subscription("t", 0)]));
                    bench.send(a, unsubscribe(1, ["t"]));
                }
                // `Wire::received` has read each packet as a strict Client.
            }
        }
        let mut bench = Bench::new();
        let a = bench.client("a");
        bench.command(Command::Disconnect { client_id: "a".into(), reason_code: *code });
        assert!(bench.is_closed(a));
    }
}
