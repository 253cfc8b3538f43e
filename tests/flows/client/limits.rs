//! What each side allows the other: commands that are refused, and packets that are too large.

use mqtt5_playground::mqtt::ErrorKind;

use super::*;

/// [MQTT-3.2.2-11], [MQTT-3.2.2-14], [MQTT-3.2.2-15], [MQTT-3.3.4-6], [MQTT-3.8.3-4], [MQTT-3.3.2-2],
/// [MQTT-3.3.2-14], [MQTT-4.7.0-1], [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1], [MQTT-4.7.3-2],
/// [MQTT-4.7.3-3], [MQTT-4.8.2-1], [MQTT-4.8.2-2], [MQTT-3.14.2-1]
#[test]
fn commands_that_would_break_a_rule_are_refused_and_send_nothing() {
    // Maximum QoS 1, no retain, no wildcards, no identifiers, no sharing, Maximum Packet Size 40
    let strict = "20 12 00 00 0F 24 01 25 00 28 00 29 00 2A 00 27 00 00 00 28";
    let retained = Command::Publish {
        qos: QoS::AtMostOnce,
        retain: true,
        topic: "a".into(),
        properties: Properties::NONE,
        payload: Bytes::new(),
    };
    let no_local = |filter: &str| Command::Subscribe {
        properties: Properties::NONE,
        subscriptions: vec![Subscription {
            topic_filter: filter.into(),
            no_local: true,
            ..Subscription::default()
        }],
    };
    let unsubscribe = |filters: &[&str]| Command::Unsubscribe {
        properties: Properties::NONE,
        topic_filters: filters.iter().map(|filter| (*filter).into()).collect(),
    };
    let identifier = || [Property::SubscriptionIdentifier(1)];
    let long = "x".repeat(40);
    let too_long = "x".repeat(65_536);
    for (connack, command, rule) in [
        (strict, publish(2, "a", []), "[MQTT-3.2.2-11]"),
        (strict, retained, "[MQTT-3.2.2-14]"),
        (strict, publish(0, &long, []), "[MQTT-3.2.2-15]"),
        (strict, subscribe(&[&long], []), "[MQTT-3.2.2-15]"),
        (strict, unsubscribe(&[&long]), "[MQTT-3.2.2-15]"),
        (strict, subscribe(&["a/#"], []), "§3.2.2.3.11"),
        (strict, subscribe(&["a"], identifier()), "§3.2.2.3.12"),
        (strict, subscribe(&["$share/s/a"], []), "§3.2.2.3.13"),
        (CONNACK, publish(0, "a", identifier()), "[MQTT-3.3.4-6]"),
        (CONNACK, no_local("$share/s/a"), "[MQTT-3.8.3-4]"),
        (CONNACK, publish(0, "a/#", []), "[MQTT-3.3.2-2]"),
        (CONNACK, publish(1, "+", []), "[MQTT-3.3.2-2]"),
        (CONNACK, publish(0, "", []), "§3.3.2.1"),
        (CONNACK, publish(0, "a\0", []), "[MQTT-1.5.4-2]"),
        (CONNACK, publish(0, &too_long, []), "§1.5.4"),
        (CONNACK, publish(0, "a", [Property::ResponseTopic("+".into())]), "[MQTT-3.3.2-14]"),
        (CONNACK, subscribe(&[], []), "[MQTT-3.8.3-2]"),
        (CONNACK, subscribe(&["a/#/b"], []), "[MQTT-4.7.1-1]"),
        (CONNACK, subscribe(&["a+"], []), "[MQTT-4.7.1-2]"),
        (CONNACK, subscribe(&[""], []), "[MQTT-4.7.3-1]"),
        (CONNACK, subscribe(&["$share//a"], []), "[MQTT-4.8.2-1]"),
        (CONNACK, subscribe(&["$share/s"], []), "[MQTT-4.8.2-2]"),
        (CONNACK, unsubscribe(&[]), "[MQTT-3.10.3-2]"),
        (CONNACK, disconnect(ReasonCode::ServerBusy, []), "[MQTT-3.14.2-1]"),
    ] {
        let mut bench = Bench::connected(c([]), connack);
        let before = format!("{:?}", bench.client.snapshot());
        let error = bench.command(command.clone()).unwrap_err();
        assert_eq!(error.rule(), rule, "{command:?}: {error}");
        assert_eq!(format!("{:?}", bench.client.snapshot()), before, "{rule} changes nothing");
    }
    let mut bench = Bench::connected(c([]), strict);
    bench.command(publish(1, "a", [])).unwrap();
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.command(publish(0, &long[..34], [])).expect("just 40 bytes");
}

/// [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.14.2-3], [MQTT-3.14.2-4]
#[test]
fn answers_lose_their_explanations_when_the_server_takes_no_larger_packet() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), "20 08 00 00 05 27 00 00 00 0D"); // Maximum Packet Size 13
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.server("32 07 00 01 61 00 02 00 6D");
    let user = || Property::user("k", "v");
    let reason = |text: &str| Property::ReasonString(text.into());
    for (packet_id, properties, expect) in [
        (1, vec![reason("1234"), user()], "40 0B  00 01  97  07 1F 00 04 31 32 33 34"),
        (2, vec![reason("12345"), user()], "40 03  00 02  97"),
    ] {
        let reason_code = ReasonCode::QuotaExceeded;
        let properties = properties.into();
        bench
            .command(Command::Acknowledge { packet_id: id(packet_id), reason_code, properties })
            .unwrap();
        bench.expect_sent(&[expect]);
        assert_eq!(bench.events.last(), Some(&Event::PropertiesLeftOut(PacketType::PubAck)));
    }
    bench.command(disconnect(ReasonCode::UnspecifiedError, [reason("12345"), user()])).unwrap();
    bench.expect_sent(&["E0 0A  80  08 1F 00 05 31 32 33 34 35"]);
}

/// [MQTT-3.1.2-24] as seen by the Client
#[test]
fn a_packet_larger_than_the_client_takes_is_told_0x95() {
    let maximum = || c([Property::MaximumPacketSize(9)]);
    let mut bench = Bench::new();
    bench.open(maximum());
    assert_eq!(bench.client.maximum_packet_size(), Some(9));
    bench.server(CONNACK);
    bench.sent.clear();
    bench.server("30 05 00 01 61 00 6D");
    bench.server("30 08 00 01 61 00 6D 6D 6D 6D");
    bench.expect_violation("[MQTT-3.1.2-24]", 0x95);

    // The same when the length alone has arrived and whoever cuts the stream has refused to wait.
    let mut bench = Bench::connected(maximum(), CONNACK);
    let kind = ErrorKind::PacketTooLarge { size: 100, maximum: 9 };
    bench.input(Input::Received(Err(mqtt5_playground::mqtt::DecodeError { at: 1, kind })));
    bench.expect_violation("[MQTT-3.1.2-24]", 0x95);
}
