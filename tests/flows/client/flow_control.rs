//! Flow control (§4.9): the Receive Maximum of either side.

use super::*;

/// [MQTT-3.3.4-7], [MQTT-3.3.4-8], [MQTT-4.9.0-1], [MQTT-4.9.0-2], [MQTT-4.9.0-3]
#[test]
fn the_servers_receive_maximum_queues_messages_and_nothing_else() {
    let mut bench = Bench::connected(c([]), "20 06 00 00 03 21 00 02");
    let queued = |bench: &mut Bench, qos| bench.command(publish(qos, "a", [])).unwrap().queued;
    let first = [1, 2, 1, 1, 2].map(|qos| queued(&mut bench, qos));
    assert_eq!(first, [false, false, true, true, true]);
    bench.expect_sent(&["32 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D"]);
    let snapshot = bench.client.snapshot();
    let waiting = snapshot.session.unwrap().queue.iter().map(|q| q.packet_id.get()).collect();
    assert_eq!((bench.connection().send_quota.available(), waiting), (0, vec![3, 4, 5]));

    assert!(!queued(&mut bench, 0), "QoS 0 has no quota");
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.command(Command::Ping).unwrap();
    bench.expect_sent(&["30 05 00 01 61 00 6D", "82 07 00 06 00 00 01 61 00", PINGREQ]);

    bench.server("50 02 00 02"); // PUBREC below 0x80 frees no slot
    bench.expect_sent(&["62 02 00 02"]);
    bench.server("70 02 00 02");
    bench.expect_sent(&["32 07 00 01 61 00 03 00 6D"]);
    bench.server("40 03 00 01 97"); // a refusal frees one too
    bench.expect_sent(&["32 07 00 01 61 00 04 00 6D"]);
    bench.server("40 02 00 04");
    bench.expect_sent(&["34 07 00 01 61 00 05 00 6D"]);
    bench.server("50 03 00 05 80");
    assert_eq!(bench.connection().send_quota.available(), 1);
    bench.server("40 02 00 03");
    bench.server("40 02 00 03");
    assert_eq!(bench.connection().send_quota.available(), 2, "never above the start");
}

#[test]
fn queued_messages_stay_with_the_session_and_do_not_overtake() {
    let mut bench = Bench::connected(lasting(), "20 06 00 00 03 21 00 01");
    for _ in 0..3 {
        bench.command(publish(1, "a", [])).unwrap();
    }
    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 21 00 01");
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    assert!(bench.command(publish(1, "a", [])).unwrap().queued);
    bench.server("40 02 00 01");
    bench.expect_sent(&["32 07 00 01 61 00 02 00 6D"]);
    bench.cut();
    bench.connect(lasting(), CONNACK);
    assert_eq!(bench.session_ends(), [("c", SessionEnd::NotOnServer, 3)]);
}

#[test]
fn redelivery_keeps_to_a_smaller_receive_maximum_and_new_messages_wait_for_it() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    for qos in [1, 2, 1] {
        bench.command(publish(qos, "a", [])).unwrap();
    }
    bench.server("50 02 00 02");
    bench.cut();
    bench.connect(lasting(), "20 06 01 00 03 21 00 01");
    bench.expect_sent(&["62 02 00 02", "3A 07 00 01 61 00 01 00 6D"]);
    assert_eq!(bench.connection().redelivery, 1);
    assert!(bench.command(publish(1, "a", [])).unwrap().queued);
    bench.server("70 02 00 02"); // had no slot on this connection, so it frees none
    bench.expect_sent(&[]);
    bench.server("40 02 00 01");
    bench.expect_sent(&["3A 07 00 01 61 00 03 00 6D"]);
    bench.server("40 02 00 03");
    bench.expect_sent(&["32 07 00 01 61 00 04 00 6D"]);
}

#[test]
fn a_server_that_overruns_the_clients_receive_maximum_is_told_0x93() {
    let mut bench = Bench::connected(c([Property::ReceiveMaximum(2)]), CONNACK);
    bench.client.set_settings(Settings {
        acknowledge_by_hand: AcknowledgeByHand { puback: true, ..AcknowledgeByHand::NONE },
        ..Settings::default()
    });
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.server("34 07 00 01 61 00 02 00 6D");
    bench.server("3C 07 00 01 61 00 02 00 6D"); // a repeat takes no second slot
    bench.server("30 05 00 01 61 00 6D"); // nor does QoS 0
    assert_eq!(bench.connection().receive_quota.used(), 2);
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.server("32 07 00 01 61 00 03 00 6D");
    assert!(!bench.closed);
    bench.server("32 07 00 01 61 00 04 00 6D");
    bench.expect_violation("[MQTT-3.3.4-9]", 0x93);
    assert_eq!(bench.messages().len(), 4, "the one too many is not handed on");
}
