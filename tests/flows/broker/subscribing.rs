//! SUBSCRIBE, UNSUBSCRIBE, and which subscriber gets what (§3.8, §3.10, §4.7, §4.8).

use mqtt5_playground::broker::{Action, Overlapping, Rule};

use super::*;

/// [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-5], [MQTT-3.8.4-6], [MQTT-3.8.4-7], [MQTT-2.2.1-6],
/// [MQTT-3.9.3-1], [MQTT-3.9.3-2]
#[test]
fn one_suback_answers_every_filter_in_order() {
    let rules = vec![
        Rule::refuse(Action::Subscribe, "closed/#", ReasonCode::NotAuthorized),
        Rule { maximum_qos: Some(QoS::AtLeastOnce), ..Rule::allow(Action::Subscribe, "low") },
    ];
    let mut bench = Bench::with(Policy { rules, ..Policy::default() });
    let a = bench.client("a");
    let filters = [("a", 0), ("closed/x", 1), ("b/+", 2), ("low", 2), ("#", 1)]
        .map(|(f, q)| subscription(f, q));
    bench.send(a, subscribe(77, filters));
    assert_eq!(bench.all(a), ["SUBACK 77 [00 87 02 01 01]"]);
    assert_eq!(bench.snapshot().sessions[0].subscriptions.len(), 4);
}

/// [MQTT-3.10.4-1], [MQTT-3.10.4-2], [MQTT-3.10.4-3], [MQTT-3.10.4-4], [MQTT-3.10.4-5], [MQTT-3.10.4-6],
/// [MQTT-3.11.3-1], [MQTT-3.11.3-2]
#[test]
fn unsubscribe_removes_exactly_what_it_names() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    for filter in ["t/1", "t/+", "$share/g/t/1"] {
        bench.subscribe(b, filter, 1);
    }
    bench.send(a, Packet::Publish(publish("t/1", 1, 1, "before")));
    assert_eq!(bench.all(b).len(), 2, "one copy for both, and one of the group");
    bench.send(b, unsubscribe(9, ["t/1", "T/1", "t/#", "t/+", "$share/g/t/1", "$share/h/t/1"]));
    assert_eq!(bench.all(b), ["UNSUBACK 9 [00 11 11 00 00 11]"]);
    bench.send(a, Packet::Publish(publish("t/1", 1, 2, "after")));
    assert_eq!(bench.all(b), [""; 0]);
    bench.cut(b);
    assert!(bench.snapshot().sessions.len() == 1, "its Session had no expiry");
}

/// [MQTT-3.10.4-3]
#[test]
fn a_delivery_begun_before_unsubscribe_is_completed() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.connect(resume("b", 60)));
    bench.subscribe(b, "t", 2);
    bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
    assert_eq!(bench.all(b), ["PUBLISH 1 qos2 t x"]);
    bench.send(b, unsubscribe(2, ["t"]));
    bench.cut(b);
    bench.all(b);
    let b = bench.connect(resume("b", 60));
    assert_eq!(bench.all(b), ["PUBLISH 1 dup qos2 t x"]);
    bench.send(b, pubrec(1));
    bench.send(b, pubcomp(1));
    assert_eq!(bench.all(b), ["PUBREL 1"]);
}

/// [MQTT-3.8.3-3]
#[test]
fn no_local_keeps_back_one_s_own_messages() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    let no_local = Subscription { no_local: true, ..subscription("t", 1) };
    bench.send(a, subscribe(1, [no_local]));
    bench.send(a, Packet::Publish(publish("t", 1, 1, "mine")));
    assert_eq!(bench.all(a), ["SUBACK 1 [01]", "PUBACK 1 10"]);
    bench.send(b, Packet::Publish(publish("t", 1, 1, "yours")));
    assert_eq!(bench.all(a), ["PUBLISH 1 qos1 t yours"]);
    // The rule is bound to the ClientID, not to the connection.
    bench.cut(a);
    bench.all(b);
}

/// [MQTT-3.3.4-2], [MQTT-3.3.4-3], [MQTT-3.3.4-4], [MQTT-3.3.4-5]
#[test]
fn overlapping_subscriptions_follow_the_policy() {
    for (overlapping, mut expect) in [
        (Overlapping::OneCopy, vec!["PUBLISH 1 qos2 a/b x id=1 id=2"]),
        (
            Overlapping::OnePerSubscription,
            vec!["PUBLISH 1 qos1 a/b x id=1", "PUBLISH 2 qos2 a/b x id=2", "PUBLISH qos0 a/b x"],
        ),
    ] {
        let mut bench = Bench::with(Policy { overlapping, ..Policy::default() });
        let (a, b) = (bench.client("a"), bench.client("b"));
        bench.send(b, subscribe_as(1, 1, subscription("a/+", 1)));
        bench.send(b, subscribe_as(2, 2, subscription("a/b", 2)));
        bench.send(b, subscribe(3, [subscription("#", 0)]));
        bench.all(b);
        bench.send(a, Packet::Publish(publish("a/b", 2, 1, "x")));
        let mut got = bench.all(b);
        // Which copy comes first, and in which order identifiers stand, is open.
        got.iter_mut().for_each(|p| *p = p.replace("id=2 id=1", "id=1 id=2"));
        let kinds = |packets: &[String]| -> Vec<String> {
            let mut kinds: Vec<String> =
                packets.iter().map(|p| p.replace(" 1 ", " ").replace(" 2 ", " ")).collect();
            kinds.sort();
            kinds
        };
        expect.sort_unstable();
        let expect: Vec<String> = expect.into_iter().map(str::to_owned).collect();
        assert_eq!(kinds(&got), kinds(&expect), "{overlapping:?}");
    }
}

/// [MQTT-3.3.2-3], [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.2-1], [MQTT-4.7.3-4]
#[test]
fn filters_match_as_the_specification_says() {
    for (filter, topic, expect) in [
        ("a/#", "a", true),
        ("a/+", "a", false),
        ("+/+", "/a", true),
        ("#", "$SYS/x", false),
        ("+/x", "$SYS/x", false),
        ("$SYS/#", "$SYS/x", true),
        ("A", "a", false),
        ("é", "e\u{301}", false),
    ] {
        let mut bench = Bench::new();
        let a = bench.client("a");
        bench.subscribe(a, filter, 0);
        bench.send(a, Packet::Publish(publish(topic, 0, 0, "x")));
        assert_eq!(bench.all(a).len(), usize::from(expect), "{filter} on {topic}");
    }
}

/// [MQTT-4.8.2-3], [MQTT-4.8.2-1], [MQTT-4.8.2-2]
#[test]
fn a_group_shares_fairly_and_each_at_its_granted_qos() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let members = ["b", "c", "d"].map(|name| bench.client(name));
    for (qos, member) in members.into_iter().enumerate() {
        bench.subscribe(member, "$share/workers/jobs/#", qos as u8);
    }
    for n in 1..=30 {
        bench.send(a, Packet::Publish(publish("jobs/1", 2, n, "x")));
        bench.send(a, pubrel(n));
    }
    let shares = members.map(|member| bench.all(member));
    assert_eq!(shares.clone().map(|share| share.len()), [10, 10, 10]);
    assert_eq!(shares[0][0], "PUBLISH qos0 jobs/1 x");
    assert_eq!(shares[1][0], "PUBLISH 1 qos1 jobs/1 x");
    assert_eq!(shares[2][0], "PUBLISH 1 qos2 jobs/1 x");
}

/// §4.8.2
#[test]
fn a_shared_and_a_plain_subscription_each_bring_a_copy() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.send(b, subscribe_as(1, 1, subscription("$share/g/t", 0)));
    bench.send(b, subscribe_as(2, 2, subscription("$share/h/t", 0)));
    bench.send(b, subscribe_as(3, 3, subscription("t", 0)));
    bench.all(b);
    bench.send(a, Packet::Publish(publish("t", 0, 0, "x")));
    let mut got = bench.all(b);
    got.sort();
    assert_eq!(got, ["id=1", "id=2", "id=3"].map(|id| format!("PUBLISH qos0 t x {id}")));
}

/// [MQTT-4.8.2-4], [MQTT-4.8.2-5], [MQTT-4.8.2-6]
#[test]
fn what_a_member_leaves_unfinished_is_passed_on_where_that_is_allowed() {
    let mut bench = Bench::new();
    let a = bench.client("a");
    let b = bench.connect(resume("b", 60));
    bench.subscribe(b, "$share/g/t", 2);
    bench.send(a, Packet::Publish(publish("t", 1, 1, "one")));
    bench.send(a, Packet::Publish(publish("t", 2, 2, "two")));
    bench.send(a, Packet::Publish(publish("t", 1, 3, "refused")));
    assert_eq!(bench.all(b).len(), 3);
    bench.send(b, Packet::PubAck(Ack::new(id(3), ReasonCode::UnspecifiedError)));
    bench.cut(b);
    let c = bench.client("c");
    bench.subscribe(c, "$share/g/t", 2);
    assert_eq!(bench.all(c), [""; 0]);
    let b = bench.connect(resume("b", 60));
    assert_eq!(bench.all(b), ["PUBLISH 1 dup qos1 t one", "PUBLISH 2 dup qos2 t two"]);
    bench.cut(b);
    bench.secs(60);
    assert_eq!(bench.all(c), ["PUBLISH 1 qos1 t one"], "QoS 1 unacknowledged goes to another");
}

/// [MQTT-3.3.4-6], [MQTT-3.8.3-5], [MQTT-3.8.3-4], [MQTT-3.8.3-2], [MQTT-3.10.3-2], [MQTT-3.8.1-1], [MQTT-4.13.1-1],
/// [MQTT-3.3.2-2], [MQTT-3.3.2-14], [MQTT-4.7.0-1], [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1], [MQTT-4.7.3-2],
/// [MQTT-4.8.2-1], [MQTT-4.8.2-2], [MQTT-3.14.2-1]
#[test]
fn what_cannot_be_read_is_answered_with_disconnect() {
    for (bytes, expect) in [
        ("30 06 0001 74 02 0B01", "DISCONNECT 82"), // a Subscription Identifier from a Client
        ("82 07 0001 00 0001 74 40", "DISCONNECT 81"), // reserved option bits
        ("82 12 0001 00 000C 2473686172652F672F61 6263 04", "DISCONNECT 82"), // No Local, shared
        ("82 03 0001 00", "DISCONNECT 82"),         // no filter
        ("A2 03 0001 00", "DISCONNECT 82"),
        ("80 07 0001 00 0001 74 00", "DISCONNECT 81"), // Fixed Header flags
        ("82 07 0000 00 0001 74 00", "DISCONNECT 82"), // identifier 0
        ("C0 01 00", "DISCONNECT 81"),
        ("20 03 00 00 00", "DISCONNECT 82"), // CONNACK is for Servers
        ("E0 01 8E", "DISCONNECT 82"),       // and so is Session taken over
        ("30 04 0001 2B 00", "DISCONNECT 81"), // PUBLISH to +
        ("30 03 0000 00", "DISCONNECT 82"),  // to nothing, and no alias
        ("30 04 0001 00 00", "DISCONNECT 81"), // to U+0000
        ("30 08 0001 74 04 08 0001 23", "DISCONNECT 81"), // answers to #
        ("82 06 0001 00 0000 00", "DISCONNECT 81"), // an empty filter
        ("82 07 0001 00 0001 00 00", "DISCONNECT 81"),
        ("82 08 0001 00 0002 2361 00", "DISCONNECT 81"), // #a
        ("82 08 0001 00 0002 2B61 00", "DISCONNECT 81"), // +a
        ("82 0D 0001 00 0007 2473686172652F 00", "DISCONNECT 81"), // $share/
        ("A2 05 0001 00 0000", "DISCONNECT 81"),
    ] {
        let mut bench = Bench::new();
        let a = bench.client("a");
        bench.send_bytes(a, bytes);
        assert_eq!(bench.all(a), [expect], "{bytes}");
        assert!(bench.is_closed(a), "{bytes}");
    }
}

/// [MQTT-4.7.3-3]
#[test]
fn the_longest_topic_name_passes() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.client("b"));
    bench.subscribe(b, "#", 0);
    let topic = "x".repeat(65_535);
    bench.send(a, Packet::Publish(publish(&topic, 0, 0, "")));
    assert_eq!(bench.all(b), [format!("PUBLISH qos0 {topic} ")]);
}
