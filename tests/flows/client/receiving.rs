//! Messages the client receives: the three QoS protocols (§4.3), and identifiers in use.

use super::*;

/// [MQTT-3.3.4-1], [MQTT-4.3.2-4], [MQTT-4.3.2-5], [MQTT-4.5.0-2]
#[test]
fn qos_0_is_not_answered_and_qos_1_with_puback_each_time() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server("30 05 00 01 61 00 6D");
    bench.expect_sent(&[]);
    bench.server("32 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["40 02 00 07"]);
    bench.server("3A 07 00 01 61 00 07 00 6E"); // after PUBACK a new message, whatever DUP says
    bench.expect_sent(&["40 02 00 07"]);
    assert_eq!(bench.messages(), [("a", &b"m"[..]), ("a", b"m"), ("a", b"n")]);
}

/// [MQTT-4.3.3-8], [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12], [MQTT-2.2.1-5]
#[test]
fn qos_2_is_handed_on_once_also_across_connections() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.server("34 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    bench.server("3C 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.server("3C 07 00 01 61 00 07 00 6D");
    bench.expect_sent(&["50 02 00 07"]);
    let repeats = bench.events.iter().filter(|e| matches!(e, Event::RepeatIgnored { .. }));
    assert_eq!((bench.messages().len(), repeats.count()), (1, 2));
    bench.server("62 02 00 07");
    bench.expect_sent(&["70 02 00 07"]);
    bench.server("34 07 00 01 61 00 07 00 6E");
    bench.expect_sent(&["50 02 00 07"]);
    assert_eq!(bench.messages(), [("a", &b"m"[..]), ("a", b"n")]);
}

/// [MQTT-4.3.3-13]
#[test]
fn the_exchange_of_an_expired_message_is_finished() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server("34 0C 00 01 61 00 07 05 02 00 00 00 01 6D"); // Message Expiry Interval 1
    bench.pass(secs(100));
    bench.server("62 02 00 07");
    bench.expect_sent(&["50 02 00 07", "70 02 00 07"]);
}

#[test]
fn an_identifier_in_use_is_not_used_for_another_message() {
    let by_hand = |bench: &mut Bench| {
        let acknowledge_by_hand = AcknowledgeByHand::ALL;
        bench.client.set_settings(Settings { acknowledge_by_hand, ..Settings::default() });
    };
    for (first, second) in [
        ("34 07 00 01 61 00 07 00 6D", "32 07 00 01 61 00 07 00 6D"),
        ("32 07 00 01 61 00 07 00 6D", "34 07 00 01 61 00 07 00 6D"),
        ("32 07 00 01 61 00 07 00 6D", "32 07 00 01 61 00 07 00 6D"),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        by_hand(&mut bench);
        bench.server(first);
        bench.server(second);
        bench.expect_violation("[MQTT-2.2.1-4]", 0x82);
    }
    let mut bench = Bench::connected(c([]), CONNACK);
    by_hand(&mut bench);
    bench.server("34 07 00 01 61 00 07 00 6D");
    bench.server("62 02 00 07"); // PUBREL for a PUBREC that is still held
    bench.expect_violation("§4.3", 0x82);
}
