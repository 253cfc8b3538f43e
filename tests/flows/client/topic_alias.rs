//! Topic Alias (§3.3.2.3.4), in both directions.

use mqtt5_playground::delivery::AliasError;

use super::*;

/// [MQTT-3.3.2-8], [MQTT-3.3.2-9], [MQTT-3.2.2-17], [MQTT-3.2.2-18], [MQTT-3.3.2-7]
#[test]
fn outgoing_aliases_keep_to_the_servers_maximum() {
    let alias = |value| [Property::TopicAlias(value)];
    let mut bench = Bench::connected(c([]), CONNACK);
    let error = bench.command(publish(0, "a", alias(1))).unwrap_err();
    assert_eq!(error.rule(), "[MQTT-3.2.2-18]");

    let mut bench = Bench::connected(lasting(), "20 06 00 00 03 22 00 02");
    for (topic, value, rule) in [
        ("a", 3, "[MQTT-3.2.2-17]"),
        ("a", 0, "[MQTT-3.3.2-8]"),
        ("", 1, "§3.3.2.3.4"), // stands for nothing yet
    ] {
        let error = bench.command(publish(0, topic, alias(value))).unwrap_err();
        assert_eq!(error.rule(), rule, "{topic:?} {value}");
    }
    bench.command(publish(0, "a", alias(2))).unwrap();
    bench.command(publish(1, "", alias(2))).unwrap();
    bench.expect_sent(&["30 08 00 01 61 03 23 00 02 6D", "32 09 00 00 00 01 03 23 00 02 6D"]);
    assert_eq!(bench.connection().outgoing_aliases.iter().collect::<Vec<_>>(), [(2, "a")]);

    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 22 00 02");
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    let error = bench.command(publish(0, "", alias(2))).unwrap_err();
    let unknown = AliasError::Unknown { alias: 2 };
    assert_eq!(error, CommandError::TopicAlias(unknown), "mappings die with the connection");
}

#[test]
fn a_queued_message_keeps_its_topic_when_its_alias_is_given_away() {
    let alias = || [Property::TopicAlias(1)];
    // Receive Maximum 1, Topic Alias Maximum 1
    let mut bench = Bench::connected(lasting(), "20 09 00 00 06 21 00 01 22 00 01");
    bench.command(publish(1, "a", alias())).unwrap();
    for _ in 0..3 {
        assert!(bench.command(publish(1, "", alias())).unwrap().queued);
    }
    bench.command(publish(0, "b", alias())).unwrap();
    bench.sent.clear();
    bench.server("40 02 00 01");
    bench.expect_sent(&["32 0A 00 01 61 00 02 03 23 00 01 6D"]);
    bench.server("40 02 00 02");
    bench.expect_sent(&["32 09 00 00 00 03 03 23 00 01 6D"]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.server("40 02 00 03");
    bench.expect_sent(&["3A 07 00 01 61 00 03 00 6D", "32 07 00 01 61 00 04 00 6D"]);
}

/// [MQTT-3.3.2-10], [MQTT-3.3.2-7]
#[test]
fn every_incoming_alias_up_to_the_maximum_is_taken() {
    let two = || c([Property::TopicAliasMaximum(2), Property::SessionExpiryInterval(9)]);
    let mut bench = Bench::connected(two(), CONNACK);
    for packet in [
        "30 08 00 01 61 03 23 00 01 6D",
        "30 08 00 01 62 03 23 00 02 6D",
        "30 07 00 00 03 23 00 01 6D",
        "30 08 00 01 63 03 23 00 01 6D", // a new meaning
        "30 07 00 00 03 23 00 01 6D",
    ] {
        bench.server(packet);
    }
    let topics: Vec<_> = bench.messages().iter().map(|(topic, _)| *topic).collect();
    assert_eq!(topics, ["a", "b", "a", "c", "c"]);
    assert_eq!(
        bench.connection().incoming_aliases.iter().collect::<Vec<_>>(),
        [(1, "c"), (2, "b")]
    );
    bench.cut();
    bench.connect(two(), CONNACK_SESSION_PRESENT);
    bench.server("30 07 00 00 03 23 00 01 6D");
    bench.expect_violation("§3.3.2.3.4", 0x82);
}

#[test]
fn an_unusable_incoming_alias_is_told() {
    for (maximum, packet, rule, reason_code) in [
        (2, "30 08 00 01 61 03 23 00 03 6D", "[MQTT-3.1.2-26]", 0x94),
        (0, "30 08 00 01 61 03 23 00 01 6D", "[MQTT-3.1.2-27]", 0x94),
        (2, "30 08 00 01 61 03 23 00 00 6D", "[MQTT-3.3.2-8]", 0x94),
        (2, "30 07 00 00 03 23 00 02 6D", "§3.3.2.3.4", 0x82),
    ] {
        let mut bench = Bench::connected(c([Property::TopicAliasMaximum(maximum)]), CONNACK);
        bench.server(packet);
        bench.expect_violation(rule, reason_code);
        assert!(bench.messages().is_empty());
    }
}
