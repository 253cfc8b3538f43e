//! PUBLISH and its acknowledgements (§3.3, §4.3, §4.9).

use super::*;
use mqtt5_playground::broker::{Action, Policy, Rule};

/// [MQTT-4.3.1-1], [MQTT-4.5.0-1], [MQTT-3.3.4-1]
#[test]
fn qos_0_goes_to_every_subscriber_and_is_not_answered() {
    let mut bench = Bench::new();
    let (a, b, c) = (bench.client("a"), bench.client("b"), bench.client("c"));
    bench.subscribe(b, "t", 0);
    bench.subscribe(c, "t", 2);
    bench.send(a, Packet::Publish(publish("t", 0, 0, "x")));
    assert_eq!(bench.all(a), [""; 0]);
    assert_eq!(bench.all(b), ["PUBLISH qos0 t x"]);
    assert_eq!(bench.all(c), ["PUBLISH qos0 t x"]);
}

/// [MQTT-4.3.2-1], [MQTT-4.3.2-2], [MQTT-4.3.2-3], [MQTT-4.3.2-4], [MQTT-4.3.2-5], [MQTT-2.2.1-4], [MQTT-2.2.1-5]
#[test]
fn qos_1_is_acknowledged_on_both_hops() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "t", 1);
    bench.send(a, Packet::Publish(publish("t", 1, 7, "x")));
    assert_eq!(bench.all(a), ["PUBACK 7"]);
    assert_eq!(bench.all(b), ["PUBLISH 1 qos1 t x"]);
    // The same identifier again, marked as a repeat or not, is a new message.
    let again = Publish { dup: true, ..publish("t", 1, 7, "y") };
    bench.send(a, Packet::Publish(again));
    assert_eq!(bench.all(a), ["PUBACK 7"]);
    assert_eq!(bench.all(b), ["PUBLISH 2 qos1 t y"], "1 is unacknowledged");
    bench.send(b, puback(1));
    bench.send(b, puback(2));
    assert_eq!(bench.all(b), [""; 0]);
    assert!(bench.snapshot().sessions.iter().all(|session| session.outgoing.is_empty()));
}

/// [MQTT-4.3.3-1], [MQTT-4.3.3-2], [MQTT-4.3.3-3], [MQTT-4.3.3-4], [MQTT-4.3.3-5], [MQTT-4.3.3-6],
/// [MQTT-4.3.3-8], [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12]
#[test]
fn qos_2_is_delivered_once_on_both_hops() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "t", 2);
    for dup in [false, true, false] {
        bench.send(a, Packet::Publish(Publish { dup, ..publish("t", 2, 7, "x") }));
        assert_eq!(bench.all(a), ["PUBREC 7"]);
    }
    assert_eq!(bench.all(b), ["PUBLISH 1 qos2 t x"], "handed on once");
    bench.send(a, pubrel(7));
    assert_eq!(bench.all(a), ["PUBCOMP 7"]);
    bench.send(a, Packet::Publish(publish("t", 2, 7, "y")));
    assert_eq!(bench.all(b), ["PUBLISH 2 qos2 t y"], "after PUBCOMP it is a new message");
    bench.send(b, pubrec(1));
    bench.send(b, pubrec(1));
    assert_eq!(bench.all(b), ["PUBREL 1", "PUBREL 1"]);
    bench.send(b, pubcomp(1));
    bench.send(b, Packet::PubRec(Ack::new(id(2), ReasonCode::QuotaExceeded)));
    assert_eq!(bench.all(b), [""; 0], "a refused message is finished");
    let session = &bench.snapshot().sessions[1];
    assert!(session.outgoing.is_empty() && session.outgoing.packet_ids().is_empty());
}

/// [MQTT-4.3.3-9]
#[test]
fn after_a_refusing_pubrec_the_identifier_means_a_new_message() {
    let rule = Rule::refuse(Action::Publish, "closed", ReasonCode::NotAuthorized);
    let mut bench = Bench::with(Policy { rules: vec![rule], ..Policy::default() });
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "#", 2);
    bench.send(a, Packet::Publish(publish("closed", 2, 7, "x")));
    bench.send(a, Packet::Publish(publish("open", 2, 7, "y")));
    assert_eq!(bench.all(a), ["PUBREC 7 87", "PUBREC 7"]);
    assert_eq!(bench.all(b), ["PUBLISH 1 qos2 open y"]);
}

/// [MQTT-3.8.4-8], [MQTT-3.3.1-3]
#[test]
fn the_lower_qos_wins_and_dup_is_not_handed_on() {
    for (published, granted, expect) in [
        (0, 2, "PUBLISH qos0 t x"),
        (1, 0, "PUBLISH qos0 t x"),
        (1, 2, "PUBLISH 1 qos1 t x"),
        (2, 0, "PUBLISH qos0 t x"),
        (2, 1, "PUBLISH 1 qos1 t x"),
        (2, 2, "PUBLISH 1 qos2 t x"),
    ] {
        let mut bench = Bench::new();
        let (a, b) = (bench.client("a"), bench.client("b"));
        bench.subscribe(b, "t", granted);
        let dup = published > 0;
        bench.send(
            a,
            Packet::Publish(Publish { dup, ..publish("t", published, published.into(), "x") }),
        );
        assert_eq!(bench.all(b), [expect], "QoS {published} on a subscription of QoS {granted}");
    }
}

/// [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-18], [MQTT-3.3.2-20],
/// [MQTT-3.3.2-3], [MQTT-4.7.3-4]
#[test]
fn properties_are_forwarded_unaltered_and_in_order() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "温度/+", 0);
    let properties: Properties = [
        Property::user("z", "1"),
        Property::ContentType("application/json".into()),
        Property::user("a", "2"),
        Property::CorrelationData(vec![0, 255].into()),
        Property::user("z", "1"),
        Property::PayloadFormatIndicator(1),
        Property::ResponseTopic("antwort/ä".into()),
        Property::user("", ""),
    ]
    .into();
    let sent = Publish { properties, ..publish("温度/e\u{301}", 0, 0, "x") };
    bench.send(a, Packet::Publish(sent.clone()));
    assert_eq!(bench.next_packet(b), Some(Packet::Publish(sent)));
}

/// §3.4.2.1, §3.5.2.1
#[test]
fn a_publisher_learns_that_nobody_was_there() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, Packet::Publish(publish("t", 1, 1, "x")));
    bench.send(a, Packet::Publish(publish("t", 2, 2, "x")));
    assert_eq!(bench.all(a), ["PUBACK 1 10", "PUBREC 2 10"]);
    bench.send(a, pubrel(2));
    assert_eq!(bench.all(a), ["PUBCOMP 2"]);
}

/// [MQTT-3.3.4-9], [MQTT-3.3.4-10], [MQTT-4.9.0-1], [MQTT-4.9.0-2], [MQTT-4.9.0-3]
#[test]
fn the_client_s_receive_maximum_holds_back_publish_above_qos_0_only() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let b = bench.connect(with(connect("b"), [Property::ReceiveMaximum(2)]));
    bench.subscribe(b, "t", 2);
    for n in 1..=4 {
        bench.send(a, Packet::Publish(publish("t", 2, n, &n.to_string())));
    }
    bench.send(a, Packet::Publish(publish("t", 0, 0, "free")));
    let expect = ["PUBLISH 1 qos2 t 1", "PUBLISH 2 qos2 t 2", "PUBLISH qos0 t free"];
    assert_eq!(bench.all(b), expect);
    bench.send(b, pubrec(1));
    bench.send(b, Packet::PingReq);
    assert_eq!(bench.all(b), ["PUBREL 1", "PINGRESP"], "PUBREC frees no slot");
    bench.send(b, pubcomp(1));
    assert_eq!(bench.all(b), ["PUBLISH 3 qos2 t 3"]);
    bench.send(b, Packet::PubRec(Ack::new(id(2), ReasonCode::UnspecifiedError)));
    assert_eq!(bench.all(b), ["PUBLISH 4 qos2 t 4"], "a refusing PUBREC does");
}

/// [MQTT-3.3.4-7], §4.9
#[test]
fn more_than_the_server_s_receive_maximum_is_answered_with_0x93() {
    let mut bench = Bench::with(Policy { receive_maximum: 2, ..Policy::default() });
    let a = bench.client("a");
    for n in 1..=2 {
        bench.send(a, Packet::Publish(publish("t", 2, n, "x")));
        bench.send(a, Packet::Publish(publish("t", 2, n, "x")));
    }
    bench.send(a, pubrel(1));
    bench.send(a, Packet::Publish(publish("t", 1, 3, "x")));
    bench.send(a, Packet::Publish(publish("t", 2, 4, "x")));
    bench.all(a);
    bench.send(a, Packet::Publish(publish("t", 1, 5, "x")));
    assert_eq!(bench.all(a), ["DISCONNECT 93"]);
    assert!(bench.is_closed(a));
}

/// [MQTT-4.6.0-5], [MQTT-4.6.0-6]
#[test]
fn messages_keep_their_order_through_the_queue() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let b = bench.connect(with(connect("b"), [Property::ReceiveMaximum(1)]));
    bench.subscribe(b, "#", 2);
    for n in 1..=5 {
        let qos = if n % 2 == 0 { 2 } else { 1 };
        bench.send(a, Packet::Publish(publish("t", qos, n, &n.to_string())));
    }
    let mut seen = Vec::new();
    while let Some(packet) = bench.next_packet(b) {
        let Packet::Publish(publish) = packet else { continue };
        seen.push(String::from_utf8(publish.payload.to_vec()).unwrap());
        let packet_id = publish.packet_id.unwrap().get();
        match publish.qos {
            QoS::ExactlyOnce => {
                bench.send(b, pubrec(packet_id));
                bench.send(b, pubcomp(packet_id));
            }
            _ => bench.send(b, puback(packet_id)),
        }
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5"]);
}

/// [MQTT-3.3.2-5], [MQTT-3.3.2-6], [MQTT-4.3.3-7], [MQTT-4.3.3-13]
#[test]
fn expiry_counts_down_while_a_message_waits_and_stops_mattering_once_it_is_sent() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let properties = |secs| Properties::from([Property::MessageExpiryInterval(secs)]);
    let b = bench.connect(with(resume("b", 600), [Property::ReceiveMaximum(1)]));
    bench.subscribe(b, "t", 2);
    for (n, secs) in [(1, 10), (2, 10), (3, 100)] {
        let expiring = Publish { properties: properties(secs), ..publish("t", 2, n, "x") };
        bench.send(a, Packet::Publish(expiring));
    }
    assert_eq!(bench.all(b), ["PUBLISH 1 qos2 t x expiry=10"]);
    bench.secs(20);
    assert_eq!(bench.snapshot().sessions[1].queue_length, 1, "the second has expired");
    bench.send(a, Packet::Publish(Publish { dup: true, ..publish("t", 2, 1, "x") }));
    assert!(bench.all(a).iter().all(|answer| answer.starts_with("PUBREC")), "as without expiry");
    bench.cut(b);
    let b = bench.connect(resume("b", 600));
    let expect = ["PUBLISH 1 dup qos2 t x expiry=0", "PUBLISH 2 qos2 t x expiry=80"];
    assert_eq!(bench.all(b), expect, "what has begun is finished");
    bench.send(b, pubrec(1));
    assert_eq!(bench.all(b), ["PUBREL 1"]);
}

/// [MQTT-3.1.2-24], [MQTT-3.1.2-25]
#[test]
fn what_is_too_large_for_a_client_counts_as_delivered() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let limits = [Property::MaximumPacketSize(30), Property::ReceiveMaximum(1)];
    let b = bench.connect(with(connect("b"), limits));
    bench.subscribe(b, "t", 1);
    bench.send(a, Packet::Publish(publish("t", 1, 1, &"x".repeat(40))));
    bench.send(a, Packet::Publish(publish("t", 1, 2, "small")));
    assert_eq!(bench.all(a), ["PUBACK 1", "PUBACK 2"]);
    assert_eq!(bench.all(b), ["PUBLISH 2 qos1 t small"]);
    bench.send(b, puback(2));
    assert!(bench.snapshot().sessions[1].outgoing.packet_ids().is_empty());
}

/// [MQTT-3.3.2-7], [MQTT-3.3.2-12], [MQTT-3.3.2-8]
#[test]
fn a_client_s_aliases_hold_for_its_connection_only() {
    let mut bench = Bench::with(Policy { topic_alias_maximum: 2, ..Policy::default() });
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "#", 0);
    let aliased = |topic: &str, alias| Publish {
        properties: [Property::TopicAlias(alias)].into(),
        ..publish(topic, 0, 0, "x")
    };
    for (topic, alias) in [("one", 1), ("two", 2), ("", 1), ("", 2), ("three", 1), ("", 1)] {
        bench.send(a, Packet::Publish(aliased(topic, alias)));
    }
    let expect =
        ["one", "two", "one", "two", "three", "three"].map(|t| format!("PUBLISH qos0 {t} x"));
    assert_eq!(bench.all(b), expect);
    bench.send(b, Packet::Publish(aliased("", 1)));
    assert_eq!(bench.all(b), ["DISCONNECT 82"], "an alias of another connection");
    bench.cut(a);
    let a = bench.client("a");
    bench.send(a, Packet::Publish(aliased("", 1)));
    assert_eq!(bench.all(a), ["DISCONNECT 82"], "an alias of the connection before");
    for alias in [0, 3] {
        let a = bench.client("a");
        bench.send(a, Packet::Publish(aliased("t", alias)));
        assert_eq!(bench.all(a), ["DISCONNECT 94"], "{alias}");
    }
}

/// [MQTT-3.1.2-26], [MQTT-3.1.2-27], [MQTT-3.3.2-11]
#[test]
fn the_server_uses_the_aliases_a_client_allows() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let b = bench.connect(with(connect("b"), [Property::TopicAliasMaximum(2)]));
    bench.subscribe(b, "#", 0);
    let mut names = Vec::new();
    for topic in ["one", "two", "three", "one", "two", "three"] {
        bench
            .broker
            .handle(Input::Received(a, Ok(Packet::Publish(publish(topic, 0, 0, "x")))), bench.now);
        while let Some(output) = bench.broker.poll() {
            let Output::Send(_, Packet::Publish(publish)) = output else { continue };
            names.push((publish.topic.clone(), publish.properties.topic_alias()));
        }
    }
    let expect = [
        ("one", Some(1)),
        ("two", Some(2)),
        ("three", None),
        ("", Some(1)),
        ("", Some(2)),
        ("three", None),
    ];
    assert_eq!(names, expect.map(|(name, alias)| (name.into(), alias)));
}

/// §3.6.2.1, §3.7.2.1
#[test]
fn unknown_identifiers_are_answered_with_0x92_where_an_answer_exists() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, pubrel(9));
    bench.send(a, pubrec(9));
    bench.send(a, puback(9));
    bench.send(a, pubcomp(9));
    assert_eq!(bench.all(a), ["PUBCOMP 9 92", "PUBREL 9 92"]);
    assert!(!bench.is_closed(a));
}

/// [MQTT-2.2.1-3]
#[test]
fn an_identifier_of_an_unfinished_message_is_in_use() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, Packet::Publish(publish("t", 2, 5, "x")));
    bench.send(a, Packet::Publish(publish("t", 1, 5, "x")));
    bench.send(a, subscribe(5, [subscription("t", 0), subscription("u", 0)]));
    bench.send(a, unsubscribe(5, ["t"]));
    let expect = ["PUBREC 5 10", "PUBACK 5 91", "SUBACK 5 [91 91]", "UNSUBACK 5 [91]"];
    assert_eq!(bench.all(a), expect);
    bench.send(a, pubrel(5));
    assert_eq!(bench.all(a), ["PUBCOMP 5"]);
}

/// [MQTT-3.2.2-11], [MQTT-3.2.2-14], [MQTT-3.2.2-10]
#[test]
fn what_connack_excluded_ends_the_connection() {
    let policy =
        Policy { maximum_qos: QoS::AtMostOnce, retain_available: false, ..Policy::default() };
    let mut bench = Bench::with(policy);
    let a = bench.client("a");
    bench.send(a, subscribe(1, [subscription("t", 2)]));
    assert_eq!(bench.all(a), ["SUBACK 1 [00]"], "asking for more is no error");
    bench.send(a, Packet::Publish(publish("t", 1, 1, "x")));
    assert_eq!(bench.all(a), ["DISCONNECT 9B"]);
    let a = bench.client("a");
    bench.send(a, Packet::Publish(retained("t", 0, 0, "x")));
    assert_eq!(bench.all(a), ["DISCONNECT 9A"]);
}
