//! CONNECT and CONNACK (§3.1, §3.2), DISCONNECT (§3.14), Keep Alive.

use mqtt5_playground::broker::{Action, Availability, Rule, User};
use mqtt5_playground::mqtt::check_topic_name;

use super::*;

/// [MQTT-3.1.4-5], [MQTT-3.2.0-1], [MQTT-3.2.2-2], [MQTT-3.1.3-5], [MQTT-3.1.3-2]
#[test]
fn a_plain_connect_is_accepted() {
    for client_id in ["a", "0123456789abcdefghABCDE", "with space", "温度"] {
        let mut bench = Bench::new();
        let a = bench.connecting(connect(client_id));
        assert_eq!(bench.all(a), ["CONNACK 00"], "{client_id}");
    }
}

/// [MQTT-3.1.3-6], [MQTT-3.1.3-7], [MQTT-3.2.2-16]
#[test]
fn an_empty_client_identifier_is_replaced_by_a_unique_one() {
    let mut bench = Bench::new();
    let mut assigned = Vec::new();
    for _ in 0..3 {
        let a = bench.connecting(connect(""));
        let Some(Packet::ConnAck(ack)) = bench.next_packet(a) else { panic!("no CONNACK") };
        assigned.push(ack.properties.assigned_client_identifier().unwrap().to_owned());
    }
    let sessions = bench.snapshot().sessions;
    let known: BTreeSet<&str> = sessions.iter().map(|session| &*session.client_id).collect();
    assert_eq!(known, assigned.iter().map(String::as_str).collect());
    assert_eq!(known.len(), 3);
}

/// [MQTT-3.1.0-1], [MQTT-3.14.0-1]
#[test]
fn what_comes_before_connect_closes_without_answer() {
    for bytes in ["C0 00", "30 04 0001 74 00", "E0 00", "80 00", "47 45 54"] {
        let mut bench = Bench::new();
        let a = bench.open();
        bench.send_bytes(a, bytes);
        let seen = bench.all(a);
        assert!(seen.is_empty() || seen == ["CONNACK 81"], "{bytes}: {seen:?}");
        assert!(bench.is_closed(a), "{bytes}");
        assert!(bench.snapshot().connections.is_empty(), "{bytes}");
    }
}

/// [MQTT-3.1.0-1]
#[test]
fn what_begins_as_no_connect_is_not_waited_for() {
    let mut bench = Bench::new();
    let a = bench.open();
    bench.input(Input::Begun(a, PacketType::Connect));
    assert!(!bench.is_closed(a));
    bench.input(Input::Begun(a, PacketType::PubRec));
    assert!(bench.is_closed(a));
    assert_eq!(bench.all(a), [""; 0]);
    let b = bench.client("b");
    bench.input(Input::Begun(b, PacketType::PubRec));
    assert!(!bench.is_closed(b), "later it is a packet like others");
}

/// [MQTT-3.1.0-2]
#[test]
fn a_second_connect_closes_the_connection() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, Packet::Connect(connect("a").into()));
    assert_eq!(bench.all(a), ["DISCONNECT 82"]);
    assert!(bench.is_closed(a));
}

/// [MQTT-3.1.2-1], [MQTT-3.1.2-2], [MQTT-3.1.2-3], [MQTT-3.1.4-1], [MQTT-3.2.2-7], [MQTT-3.2.2-8], [MQTT-4.13.1-1]
#[test]
fn an_unreadable_connect_is_answered_with_its_reason_code() {
    for (bytes, expect) in [
        ("10 0D 0004 4D515454 05 02 0000 00 0000", "CONNACK 00 "),
        ("10 0D 0004 4D51545A 05 02 0000 00 0000", "CONNACK 84"),
        ("10 0C 0004 4D515454 04 02 0000 0000", "CONNACK 84"),
        ("10 0D 0004 4D515454 05 03 0000 00 0000", "CONNACK 81"), // reserved flag
        ("10 0D 0004 4D515454 05 0A 0000 00 0000", "CONNACK 81"), // Will QoS without Will
        ("10 12 0004 4D515454 05 02 0000 05 11 00000001 0000", "CONNACK 00 "),
        ("10 13 0004 4D515454 05 02 0000 06 210001 210001 0000", "CONNACK 82"),
        ("10 10 0004 4D515454 05 02 0000 03 210000 0000", "CONNACK 82"),
        ("10 0E 0004 4D515454 05 02 0000 00 0001 FF", "CONNACK 81"),
    ] {
        let mut bench = Bench::new();
        let a = bench.open();
        bench.send_bytes(a, bytes);
        let answer = bench.next(a);
        assert!(answer.starts_with(expect.trim_end()), "{bytes}: {answer}");
        assert_eq!(bench.is_closed(a), !expect.ends_with(' '), "{bytes}");
    }
}

/// [MQTT-3.1.4-2], [MQTT-3.1.3-8], [MQTT-3.2.2-6], [MQTT-3.2.2-7], [MQTT-3.2.2-12], [MQTT-3.2.2-13], [MQTT-3.1.4-6]
#[test]
fn a_refused_connect_is_told_why_and_closed() {
    let policy = Policy {
        maximum_qos: QoS::AtLeastOnce,
        retain_available: false,
        anonymous: false,
        users: vec![User { name: "ada".into(), password: "secret".into() }],
        assign_client_ids: false,
        banned: vec!["mallory".into()],
        ..Policy::default()
    };
    let ada = |client_id: &str| Connect {
        user_name: Some("ada".into()),
        password: Some("secret".into()),
        ..connect(client_id)
    };
    let will = |qos, retain| Some(Will { qos, retain, ..will("t", 0) });
    for (connect, expect) in [
        (ada("a"), "CONNACK 00 MaximumQoS(1) RetainAvailable(0)"),
        (Connect { password: Some("wrong".into()), ..ada("a") }, "CONNACK 86"),
        (Connect { user_name: Some("eve".into()), ..ada("a") }, "CONNACK 86"),
        (Connect { password: None, ..ada("a") }, "CONNACK 86"),
        (connect("a"), "CONNACK 87"),
        (ada(""), "CONNACK 85"),
        (ada("mallory"), "CONNACK 8A"),
        (Connect { will: will(QoS::ExactlyOnce, false), ..ada("a") }, "CONNACK 9B"),
        (Connect { will: will(QoS::AtMostOnce, true), ..ada("a") }, "CONNACK 9A"),
    ] {
        let mut bench = Bench::with(policy.clone());
        let a = bench.connecting(connect.clone());
        assert_eq!(bench.all(a), [expect], "{connect:?}");
        let accepted = expect.starts_with("CONNACK 00");
        assert_eq!(bench.is_closed(a), !accepted, "{connect:?}");
        assert_eq!(bench.snapshot().sessions.len(), usize::from(accepted), "{connect:?}");
        // Whatever came along with a refused CONNECT has no effect.
        bench
            .broker
            .handle(Input::Received(a, Ok(subscribe(1, [subscription("t", 0)]))), bench.now);
        assert_eq!(bench.broker.poll().is_some(), accepted, "{connect:?}");
    }
}

/// [MQTT-3.1.4-3], [MQTT-3.14.4-1], [MQTT-3.14.4-2], [MQTT-4.13.2-1]
#[test]
fn a_second_client_with_the_same_identifier_takes_over() {
    let mut bench = Bench::new();
    let first = bench.connect(resume("a", 60));
    bench.subscribe(first, "t", 1);
    let second = bench.connecting(resume("a", 60));
    assert_eq!(bench.all(first), ["DISCONNECT 8E"]);
    assert!(bench.is_closed(first));
    assert_eq!(bench.all(second), ["CONNACK 00 present"]);
    assert_eq!(bench.snapshot().sessions.len(), 1);
    let third = bench.connecting(connect("a"));
    assert_eq!(bench.all(second), ["DISCONNECT 8E"]);
    assert_eq!(bench.all(third), ["CONNACK 00"], "[MQTT-3.2.2-2]");
}

/// [MQTT-3.2.2-9], [MQTT-3.2.2-3], [MQTT-3.1.2-28]
#[test]
fn connack_tells_the_limits_that_differ_from_what_absence_means() {
    let policy = Policy {
        receive_maximum: u16::MAX,
        topic_alias_maximum: 0,
        response_information: Some("reply/".into()),
        ..Policy::default()
    };
    let full = Policy {
        receive_maximum: 3,
        maximum_packet_size: Some(1000),
        topic_alias_maximum: 4,
        maximum_qos: QoS::AtMostOnce,
        retain_available: false,
        wildcard_subscription_available: false,
        subscription_identifier_available: false,
        shared_subscription_available: false,
        server_keep_alive: Some(9),
        session_expiry_maximum: Some(50),
        ..policy.clone()
    };
    let asks = |value| with(resume("a", 100), [Property::RequestResponseInformation(value)]);
    for (policy, connect, expect) in [
        (&policy, connect("a"), "CONNACK 00"),
        (&policy, asks(0), "CONNACK 00"),
        (&policy, asks(1), "CONNACK 00 ResponseInformation(\"reply/a\")"),
        (
            &full,
            resume("a", 100),
            "CONNACK 00 session=50 ReceiveMaximum(3) MaximumQoS(0) RetainAvailable(0) \
             MaximumPacketSize(1000) TopicAliasMaximum(4) WildcardSubscriptionAvailable(0) \
             SubscriptionIdentifierAvailable(0) SharedSubscriptionAvailable(0) ServerKeepAlive(9)",
        ),
    ] {
        let mut bench = Bench::with(policy.clone());
        let a = bench.connecting(connect);
        assert_eq!(bench.all(a), [expect]);
    }
}

/// Whatever an identifier holds, its response topic is one that can be published to, and no other Client's.
#[test]
fn response_information_is_a_topic_of_its_own() {
    for (client_id, expect) in [
        ("sensor-1", "response/sensor-1"),
        ("a+b", "response/a%2Bb"),
        ("#", "response/%23"),
        ("a/b", "response/a%2Fb"),
        ("a%2Fb", "response/a%252Fb"),
        ("温度 計", "response/温度 計"),
    ] {
        let mut bench = Bench::new();
        let asks = with(connect(client_id), [Property::RequestResponseInformation(1)]);
        let a = bench.connecting(asks);
        assert_eq!(bench.all(a), [format!("CONNACK 00 ResponseInformation({expect:?})")]);
        assert_eq!(check_topic_name(expect), Ok(()));
    }
}

/// What a Client sends comes back within properties: it fits, or is left out.
#[test]
fn answers_to_very_long_strings_fit() {
    let long = |length: usize| "x".repeat(length);
    for length in [65_526, 65_527, 65_535] {
        let mut bench = Bench::new();
        let asks = with(connect(&long(length)), [Property::RequestResponseInformation(1)]);
        let a = bench.connecting(asks);
        let connack = bench.all(a).remove(0);
        assert!(connack.starts_with("CONNACK 00"), "{length}");
        assert_eq!(connack.contains("ResponseInformation"), length == 65_526);
    }
    let mut bench = Bench::new();
    let method = Property::AuthenticationMethod(long(65_535).into());
    let a = bench.connecting(with(connect("a"), [method]));
    assert!(bench.all(a)[0].starts_with("CONNACK 8C"));
    let first = format!("n,,n=user,r={}", long(65_500));
    let scram = [
        Property::AuthenticationMethod("SCRAM-SHA-256".into()),
        Property::AuthenticationData(first.into()),
    ];
    let b = bench.connecting(with(connect("b"), scram));
    assert!(bench.all(b)[0].starts_with("CONNACK 87"));
}

/// [MQTT-3.2.2-21]
#[test]
fn a_cap_on_keep_alive_leaves_shorter_ones_as_they_are() {
    for (asked, server, maximum, expect) in [
        (10, None, Some(60), "CONNACK 00"),
        (60, None, Some(60), "CONNACK 00"),
        (61, None, Some(60), "CONNACK 00 ServerKeepAlive(60)"),
        (0, None, Some(60), "CONNACK 00 ServerKeepAlive(60)"),
        (0, None, Some(0), "CONNACK 00"),
        (10, Some(30), Some(60), "CONNACK 00 ServerKeepAlive(30)"),
        (10, Some(90), Some(60), "CONNACK 00 ServerKeepAlive(60)"),
        (10, Some(0), Some(60), "CONNACK 00 ServerKeepAlive(60)"),
    ] {
        let policy =
            Policy { server_keep_alive: server, maximum_keep_alive: maximum, ..Policy::default() };
        let mut bench = Bench::with(policy);
        let a = bench.connecting(Connect { keep_alive: asked, ..connect("a") });
        assert_eq!(bench.all(a), [expect], "{asked} {server:?} {maximum:?}");
    }
    let mut bench = Bench::with(Policy { maximum_keep_alive: Some(2), ..Policy::default() });
    let a = bench.connect(Connect { keep_alive: 0, ..connect("a") });
    bench.secs(3);
    assert_eq!(bench.all(a), ["DISCONNECT 8D"]);
}

/// [MQTT-3.1.2-22], [MQTT-3.2.2-22], [MQTT-3.2.2-21]
#[test]
fn silence_for_one_and_a_half_keep_alive_ends_the_connection() {
    for (asked, server, seconds) in [(10, None, 15), (10, Some(4), 6), (0, Some(2), 3)] {
        let mut bench = Bench::with(Policy { server_keep_alive: server, ..Policy::default() });
        let a = bench.connect(Connect { keep_alive: asked, ..connect("a") });
        bench.secs(seconds - 1);
        bench.send(a, Packet::PingReq);
        assert_eq!(bench.all(a), ["PINGRESP"]);
        bench.pass(Duration::from_millis(seconds * 1000 - 1));
        assert!(!bench.is_closed(a), "{asked} {server:?}");
        bench.pass(Duration::from_millis(1));
        assert_eq!(bench.all(a), ["DISCONNECT 8D"], "{asked} {server:?}");
    }
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.secs(1_000_000);
    assert!(!bench.is_closed(a), "Keep Alive 0 is off");
}

/// [MQTT-3.12.4-1]
#[test]
fn pingreq_is_answered() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, Packet::PingReq);
    assert_eq!(bench.all(a), ["PINGRESP"]);
}

/// [MQTT-3.1.2-29], [MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.5.2-2], [MQTT-3.5.2-3],
/// [MQTT-3.6.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-2], [MQTT-3.7.2-3], [MQTT-3.9.2-1], [MQTT-3.9.2-2], [MQTT-3.11.2-1],
/// [MQTT-3.11.2-2], [MQTT-3.14.2-3], [MQTT-3.14.2-4]
#[test]
fn reason_strings_come_only_where_they_are_wanted_and_fit() {
    let rules = [Action::Publish, Action::Subscribe, Action::Unsubscribe]
        .map(|action| Rule::refuse(action, "t", ReasonCode::NotAuthorized));
    let policy = Policy { rules: rules.into(), ..Policy::default() };
    for (property, others, disconnect) in [
        (None, true, true),
        (Some(Property::RequestProblemInformation(1)), true, true),
        (Some(Property::RequestProblemInformation(0)), false, true),
        (Some(Property::MaximumPacketSize(20)), false, false),
    ] {
        let mut bench = Bench::with(policy.clone());
        let a = bench.connect(with(connect("a"), property.clone()));
        for (packet, answer) in [
            (Packet::Publish(publish("t", 1, 1, "x")), "PUBACK 1 87"),
            (Packet::Publish(publish("t", 2, 2, "x")), "PUBREC 2 87"),
            (pubrec(3), "PUBREL 3 92"),
            (pubrel(4), "PUBCOMP 4 92"),
            (subscribe(5, [subscription("t", 0)]), "SUBACK 5 [87]"),
            (unsubscribe(6, ["t"]), "UNSUBACK 6 [87]"),
            (Packet::Connect(connect("a").into()), "DISCONNECT 82"),
        ] {
            bench.send(a, packet);
            let packet = bench.next_packet(a).expect("an answer");
            assert_eq!(show(&packet), answer, "{property:?}");
            let expect = if answer.starts_with("DISCONNECT") { disconnect } else { others };
            let explained = packet.properties().reason_string().is_some();
            assert_eq!(explained, expect, "{answer}, {property:?}");
        }
    }
    let mut bench = Bench::with(Policy { anonymous: false, ..Policy::default() });
    for (size, expect) in [(1000, true), (20, false)] {
        let a = bench.connecting(with(connect("a"), [Property::MaximumPacketSize(size)]));
        let connack = bench.next_packet(a).unwrap();
        assert_eq!(connack.properties().reason_string().is_some(), expect, "{size}");
    }
}

/// [MQTT-3.1.2-24]
#[test]
fn a_client_that_cannot_take_a_connack_is_not_served() {
    let mut bench = Bench::new();
    let a = bench.connecting(with(connect("a"), [Property::MaximumPacketSize(4)]));
    assert_eq!(bench.all(a), [""; 0]);
    assert!(bench.is_closed(a));
    assert!(bench.snapshot().sessions.is_empty());
}

/// §3.1.4, §4.11
#[test]
fn a_server_can_turn_everybody_away() {
    for (availability, expect) in [
        (Availability::Unavailable, "CONNACK 88"),
        (Availability::Busy, "CONNACK 89"),
        (Availability::UseAnotherServer, "CONNACK 9C ServerReference(\"other:1883\")"),
        (Availability::ServerMoved, "CONNACK 9D ServerReference(\"other:1883\")"),
    ] {
        let server_reference = Some("other:1883".into());
        let mut bench = Bench::with(Policy { availability, server_reference, ..Policy::default() });
        let a = bench.connecting(connect("a"));
        assert_eq!(bench.all(a), [expect]);
    }
}

/// §3.1.4
#[test]
fn a_connection_without_connect_is_given_up() {
    let mut bench = Bench::with(Policy { connect_timeout: 5, ..Policy::default() });
    let a = bench.open();
    bench.secs(5);
    assert!(bench.is_closed(a));
    assert_eq!(bench.all(a), [""; 0]);
}
