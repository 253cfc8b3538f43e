//! Session State (§4.1), its expiry, redelivery (§4.4) and Wills (§3.1.2.5).

use super::*;

/// [MQTT-3.1.2-4], [MQTT-3.1.2-5], [MQTT-3.1.2-6], [MQTT-3.1.4-4], [MQTT-3.2.2-2], [MQTT-3.2.2-3], [MQTT-3.1.2-23],
/// [MQTT-4.1.0-1], [MQTT-4.1.0-2]
#[test]
fn session_present_tells_whether_state_was_kept() {
    for (expiry, away, clean_start, expect) in [
        (0, 0, false, "CONNACK 00"),
        (60, 59, false, "CONNACK 00 present"),
        (60, 60, false, "CONNACK 00"),
        (60, 1, true, "CONNACK 00"),
        (u32::MAX, 400_000_000, false, "CONNACK 00 present"),
    ] {
        let mut bench = Bench::new();
        let a = bench.connecting(resume("a", expiry));
        assert_eq!(bench.next(a), "CONNACK 00");
        bench.subscribe(a, "t", 1);
        bench.secs(100);
        bench.cut(a);
        bench.secs(away);
        let a = bench.connecting(Connect { clean_start, ..resume("a", expiry) });
        let present = expect.ends_with("present");
        assert_eq!(bench.all(a), [expect], "expiry {expiry}, away {away}, {clean_start}");
        let subscriptions = bench.snapshot().sessions[0].subscriptions.len();
        assert_eq!(subscriptions, usize::from(present), "expiry {expiry}, away {away}");
    }
}

/// [MQTT-4.1.0-2], §3.14.2.2.2
#[test]
fn disconnect_may_change_the_expiry_but_not_raise_it_from_zero() {
    let leave = |secs| {
        Packet::Disconnect(Disconnect {
            reason_code: ReasonCode::Success,
            properties: [Property::SessionExpiryInterval(secs)].into(),
        })
    };
    for (at_connect, at_disconnect, answer, kept) in [
        (60, 0, &[][..], false),
        (1, 500, &[], true),
        (0, 0, &[], false),
        (0, 1, &["DISCONNECT 82"], false),
    ] {
        let mut bench = Bench::new();
        let a = bench.connect(resume("a", at_connect));
        bench.send(a, leave(at_disconnect));
        assert_eq!(bench.all(a), answer, "{at_connect} then {at_disconnect}");
        assert!(bench.is_closed(a));
        bench.secs(100);
        assert_eq!(bench.snapshot().sessions.len(), usize::from(kept), "{at_connect}");
    }
}

/// [MQTT-4.5.0-1], [MQTT-3.1.2-5]
#[test]
fn what_comes_while_a_client_is_away_waits_for_it() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.connect(resume("b", 60)));
    bench.subscribe(b, "t", 2);
    bench.leave(b);
    for qos in [0, 1, 2] {
        bench.send(a, Packet::Publish(publish("t", qos, qos.into(), &format!("at {qos}"))));
    }
    assert_eq!(bench.all(a), ["PUBACK 1", "PUBREC 2"], "somebody is there to take them");
    let b = bench.connecting(resume("b", 60));
    let expect = ["CONNACK 00 present", "PUBLISH 1 qos1 t at 1", "PUBLISH 2 qos2 t at 2"];
    assert_eq!(bench.all(b), expect, "QoS 0 is not kept");

    bench.policy(Policy { queue_qos_0: true, ..Policy::default() });
    bench.leave(b);
    bench.send(a, Packet::Publish(publish("t", 0, 0, "kept")));
    let b = bench.connect(with(resume("b", 60), [Property::ReceiveMaximum(1)]));
    assert_eq!(bench.all(b), ["PUBLISH 1 dup qos1 t at 1", "PUBLISH qos0 t kept"]);
}

/// [MQTT-4.4.0-1], [MQTT-4.4.0-2], [MQTT-3.3.1-1], [MQTT-4.3.3-6], [MQTT-4.3.2-3]
#[test]
fn a_resumed_session_gets_again_what_it_has_not_acknowledged() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.connect(resume("b", 60)));
    bench.subscribe(b, "t", 2);
    for (n, qos) in [(1, 1), (2, 2), (3, 2), (4, 1)] {
        bench.send(a, Packet::Publish(publish("t", qos, n, &n.to_string())));
    }
    assert_eq!(bench.all(b).len(), 4);
    bench.send(b, puback(1));
    bench.send(b, pubrec(2));
    bench.secs(1000);
    assert_eq!(bench.all(b), ["PUBREL 2"], "nothing is sent again while the connection stands");
    bench.cut(b);
    let b = bench.connect(resume("b", 60));
    assert_eq!(bench.all(b), ["PUBREL 2", "PUBLISH 3 dup qos2 t 3", "PUBLISH 4 dup qos1 t 4"]);
    bench.send(b, pubcomp(2));
    bench.send(b, pubrec(3));
    bench.send(b, pubcomp(3));
    bench.send(b, puback(4));
    bench.cut(b);
    let b = bench.connect(resume("b", 60));
    assert_eq!(bench.all(b), [""; 0]);
}

/// [MQTT-4.3.3-10], [MQTT-4.3.3-12]
#[test]
fn a_qos_2_message_sent_again_after_a_break_is_not_delivered_twice() {
    let mut bench = Bench::new();
    let (a, b) = (bench.connect(resume("a", 60)), bench.client("b"));
    bench.subscribe(b, "t", 0);
    bench.send(a, Packet::Publish(publish("t", 2, 9, "x")));
    bench.cut(a);
    bench.all(a);
    let a = bench.connect(resume("a", 60));
    bench.send(a, Packet::Publish(Publish { dup: true, ..publish("t", 2, 9, "x") }));
    bench.send(a, pubrel(9));
    assert_eq!(bench.all(a), ["PUBREC 9", "PUBCOMP 9"]);
    assert_eq!(bench.all(b), ["PUBLISH qos0 t x"]);
}

/// [MQTT-3.1.2-7], [MQTT-3.1.2-8], [MQTT-3.1.2-10], [MQTT-3.14.4-3]
#[test]
fn a_will_is_published_unless_the_client_says_goodbye() {
    type End = fn(&mut Bench, ConnectionId);
    let cases: [(&str, End, bool); 6] = [
        ("cut", |bench, a| bench.cut(a), true),
        ("DISCONNECT 0x00", |bench, a| bench.leave(a), false),
        (
            "DISCONNECT 0x04",
            |bench, a| {
                let code = ReasonCode::DisconnectWithWillMessage;
                bench.send(a, Packet::Disconnect(Disconnect::new(code)));
            },
            true,
        ),
        ("a Protocol Error", |bench, a| bench.send(a, Packet::Connect(connect("a").into())), true),
        ("Keep Alive", |bench, _| bench.secs(16), true),
        ("taken over", |bench, _| _ = bench.client("a"), true),
    ];
    for (name, end, expect) in cases {
        let mut bench = Bench::new();
        let b = bench.client("b");
        bench.subscribe(b, "#", 1);
        let will = Some(will("wills/a", 0));
        let a = bench.connect(Connect { will, keep_alive: 10, ..connect("a") });
        assert!(bench.snapshot().sessions[0].will.is_some(), "stored with the Session");
        end(&mut bench, a);
        let published = bench.all(b) == ["PUBLISH qos0 wills/a gone"];
        assert_eq!(published, expect, "{name}");
        let sessions = bench.snapshot().sessions;
        assert!(
            sessions.iter().all(|session| session.will.is_none()),
            "{name}: gone from the state"
        );
    }
}

/// [MQTT-3.1.2-8], [MQTT-3.1.3-9]
#[test]
fn a_will_waits_for_its_delay_or_the_end_of_the_session() {
    for (delay, expiry, back_after, published_after) in [
        (10, 60, None, Some(10)),
        (60, 10, None, Some(10)),
        (10, 0, None, Some(0)),
        (10, 60, Some(5), None),
        (10, 60, Some(12), Some(10)),
    ] {
        let mut bench = Bench::new();
        let b = bench.client("b");
        bench.subscribe(b, "#", 1);
        let a = bench.connect(Connect { will: Some(will("w", delay)), ..resume("a", expiry) });
        bench.cut(a);
        let mut seen_at = None;
        for second in 0..100 {
            if !bench.all(b).is_empty() {
                seen_at.get_or_insert(second);
            }
            if back_after == Some(second) {
                bench.connect(resume("a", 0));
            }
            bench.secs(1);
        }
        assert_eq!(seen_at, published_after, "delay {delay}, expiry {expiry}, back {back_after:?}");
    }
}

/// [MQTT-3.1.2-14], [MQTT-3.1.2-15], [MQTT-3.1.3-10]
#[test]
fn a_will_is_a_message_like_any_other() {
    for retain in [false, true] {
        let mut bench = Bench::new();
        let b = bench.client("b");
        bench.subscribe(b, "#", 2);
        let properties = Properties::from([
            Property::user("b", "1"),
            Property::WillDelayInterval(5),
            Property::MessageExpiryInterval(30),
            Property::user("a", "2"),
            Property::user("b", "1"),
        ]);
        let will = Will { qos: QoS::AtLeastOnce, retain, properties, ..will("w", 0) };
        let a = bench.connect(Connect { will: Some(will), ..resume("a", 60) });
        bench.cut(a);
        bench.secs(20);
        assert_eq!(bench.all(b), ["PUBLISH 1 qos1 w gone b=1 expiry=30 a=2 b=1"]);
        assert_eq!(bench.snapshot().retained.len(), usize::from(retain));
    }
}

/// [MQTT-3.1.2-4]
#[test]
fn clean_start_ends_the_session_and_so_sends_its_will() {
    let mut bench = Bench::new();
    let b = bench.client("b");
    bench.subscribe(b, "#", 0);
    let a = bench.connect(Connect { will: Some(will("w", 60)), ..resume("a", 600) });
    bench.cut(a);
    assert_eq!(bench.all(b), [""; 0]);
    bench.client("a");
    assert_eq!(bench.all(b), ["PUBLISH qos0 w gone"]);
}

/// [MQTT-3.1.2-24], [MQTT-3.1.2-25], [MQTT-4.4.0-1]
#[test]
fn a_message_that_no_longer_fits_is_given_up_on_resumption() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.connect(resume("b", 60)));
    bench.subscribe(b, "t", 2);
    let long = "x".repeat(50);
    bench.send(a, Packet::Publish(publish("t", 1, 1, &long)));
    bench.send(a, Packet::Publish(publish("t", 2, 2, &long)));
    bench.send(a, Packet::Publish(publish("t", 1, 3, "short")));
    bench.cut(b);
    bench.all(b);
    let b = bench.connect(with(resume("b", 60), [Property::MaximumPacketSize(30)]));
    assert_eq!(bench.all(b), ["PUBREL 2", "PUBLISH 3 dup qos1 t short"]);
    bench.send(b, pubcomp(2));
    bench.send(b, puback(3));
    assert!(bench.snapshot().sessions[1].outgoing.packet_ids().is_empty());
}

/// [MQTT-4.1.0-2], §4.1
#[test]
fn an_ended_session_leaves_nothing_behind() {
    let mut bench = Bench::new();
    let (a, b) = (bench.client("a"), bench.connect(resume("b", 60)));
    bench.subscribe(b, "t/#", 2);
    bench.subscribe(b, "$share/g/t", 1);
    bench.send(a, Packet::Publish(publish("t", 2, 1, "x")));
    bench.send(a, pubrel(1));
    bench.leave(b);
    bench.send(a, Packet::Publish(publish("t", 1, 2, "y")));
    bench.secs(60);
    bench.leave(a);
    let left = bench.snapshot();
    assert!(left.sessions.is_empty() && left.connections.is_empty() && left.timers.is_empty());
    let a = bench.client("a");
    bench.all(a);
    bench.send(a, Packet::Publish(publish("t", 1, 3, "z")));
    assert_eq!(bench.all(a), ["PUBACK 3 10"], "no subscription is left");
}
