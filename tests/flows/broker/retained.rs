//! Retained messages and what subscribing does with them (§3.3.1.3, §3.8.3.1).

use mqtt5_playground::mqtt::RetainHandling;

use super::*;

/// [MQTT-3.3.1-5], [MQTT-3.3.1-6], [MQTT-3.3.1-7], [MQTT-3.3.1-8]
#[test]
fn the_last_retained_message_of_a_topic_is_kept_until_an_empty_one_comes() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let stored = |bench: &Bench| -> Vec<String> {
        let payload = |message: &[u8]| String::from_utf8(message.to_vec()).unwrap();
        bench.snapshot().retained.iter().map(|message| payload(&message.payload)).collect()
    };
    for (packet, expect) in [
        (retained("t", 0, 0, "one"), &["one"][..]),
        (publish("t", 0, 0, "not retained"), &["one"]),
        (retained("t", 1, 1, "two"), &["two"]),
        (retained("u", 0, 0, "three"), &["two", "three"]),
        (publish("t", 0, 0, ""), &["two", "three"]),
        (retained("t", 0, 0, ""), &["three"]),
        (retained("t", 0, 0, ""), &["three"]),
    ] {
        bench.send(a, Packet::Publish(packet.clone()));
        assert_eq!(stored(&bench), expect, "{packet:?}");
    }
}

/// [MQTT-3.3.1-9], [MQTT-3.3.1-10], [MQTT-3.3.1-11], [MQTT-3.8.4-3], [MQTT-3.8.4-4]
#[test]
fn retain_handling_decides_what_a_subscription_brings() {
    for (retain_handling, first, second) in [
        (RetainHandling::Send, true, true),
        (RetainHandling::SendIfNew, true, false),
        (RetainHandling::DoNotSend, false, false),
    ] {
        let mut bench = Bench::new();
        let (a, b) = (bench.client("a"), bench.client("b"));
        bench.send(a, Packet::Publish(retained("t", 1, 1, "kept")));
        let subscription = Subscription { retain_handling, ..subscription("t", 1) };
        for (n, expect) in [(1, first), (2, second)] {
            bench.send(b, subscribe(n, [subscription.clone()]));
            let mut packets = vec![format!("SUBACK {n} [01]")];
            packets.extend(expect.then(|| format!("PUBLISH {n} qos1 retain t kept")));
            assert_eq!(bench.all(b), packets, "{retain_handling:?}, SUBSCRIBE {n}");
        }
        let session = &bench.snapshot().sessions[1];
        assert_eq!(session.subscriptions.len(), 1, "replaced, not added");
    }
}

/// [MQTT-3.3.1-12], [MQTT-3.3.1-13]
#[test]
fn retain_as_published_keeps_the_flag_of_forwarded_messages() {
    for (retain_as_published, expect) in [
        (false, ["PUBLISH qos0 t x", "PUBLISH qos0 t y"]),
        (true, ["PUBLISH qos0 retain t x", "PUBLISH qos0 t y"]),
    ] {
        let mut bench = Bench::new();
        let (a, b) = (bench.client("a"), bench.client("b"));
        let subscription = Subscription { retain_as_published, ..subscription("t", 0) };
        bench.send(b, subscribe(1, [subscription]));
        bench.next(b);
        bench.send(a, Packet::Publish(retained("t", 0, 0, "x")));
        bench.send(a, Packet::Publish(publish("t", 0, 0, "y")));
        assert_eq!(bench.all(b), expect, "{retain_as_published}");
    }
}

/// [MQTT-3.3.2-5], [MQTT-3.3.2-6]
#[test]
fn a_retained_message_arrives_with_what_is_left_of_its_time_or_not_at_all() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let properties = Properties::from([Property::MessageExpiryInterval(30)]);
    bench.send(a, Packet::Publish(Publish { properties, ..retained("t", 0, 0, "x") }));
    bench.pass(Duration::from_millis(12_500));
    bench.send(a, subscribe(1, [subscription("t", 0)]));
    assert_eq!(bench.all(a), ["SUBACK 1 [00]", "PUBLISH qos0 retain t x expiry=18"]);
    bench.secs(18);
    assert!(bench.snapshot().retained.is_empty());
    assert_eq!(bench.count(|event| matches!(event, Event::RetainedExpired { .. })), 1);
    bench.send(a, subscribe(2, [subscription("t", 0)]));
    assert_eq!(bench.all(a), ["SUBACK 2 [00]"]);
}

/// [MQTT-4.7.2-1], [MQTT-3.3.4-3]
#[test]
fn each_filter_brings_its_own_with_its_identifier() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    for topic in ["a/b", "a", "$x/b", "c"] {
        bench.send(a, Packet::Publish(retained(topic, 1, 1, topic)));
        bench.next(a);
    }
    bench.send(a, subscribe_as(5, 1, subscription("+/#", 0)));
    let expect = [
        "SUBACK 1 [00]",
        "PUBLISH qos0 retain a a id=5",
        "PUBLISH qos0 retain a/b a/b id=5",
        "PUBLISH qos0 retain c c id=5",
    ];
    assert_eq!(bench.all(a), expect);
    bench.send(a, subscribe(2, [subscription("$share/g/#", 0)]));
    assert_eq!(bench.all(a), ["SUBACK 2 [00]"], "a Shared Subscription brings none (§4.8.2)");
}
