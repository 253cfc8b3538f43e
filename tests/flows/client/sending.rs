//! Messages the client sends: the three QoS protocols (§4.3), Packet Identifiers, redelivery (§4.4).

use mqtt5_playground::delivery::SentStage;

use super::*;

/// [MQTT-4.3.1-1]
#[test]
fn qos_0_is_sent_once_and_forgotten() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    assert_eq!(bench.command(publish(0, "a", [])), Ok(Accepted::default()));
    bench.expect_sent(&["30 05  00 01 61  00  6D"]);
    assert_eq!(bench.client.snapshot().session.map(|s| s.outgoing.len()), Some(0));
}

/// [MQTT-4.3.2-1], [MQTT-4.3.2-2], [MQTT-4.3.2-3], [MQTT-3.3.1-3]
#[test]
fn qos_1_counts_as_unacknowledged_until_puback() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let accepted = bench.command(publish(1, "a", [])).unwrap();
    assert_eq!(accepted, Accepted { packet_id: Some(id(1)), queued: false });
    bench.expect_sent(&["32 07  00 01 61  00 01  00  6D"]);
    let session = bench.client.snapshot().session.unwrap();
    assert_eq!(session.outgoing.stage(id(1)), Some(SentStage::AwaitingPubAck));
    bench.server("40 03 00 01 10"); // No matching subscribers
    let Some(Event::PublishFinished { publish, reason_code, .. }) = bench.events.last() else {
        panic!("{:?}", bench.events);
    };
    assert_eq!((publish.packet_id, reason_code.value()), (Some(id(1)), 0x10));
    assert!(bench.client.snapshot().session.unwrap().outgoing.is_empty());
}

/// [MQTT-4.3.3-1], [MQTT-4.3.3-2], [MQTT-4.3.3-3], [MQTT-4.3.3-4], [MQTT-4.3.3-5], [MQTT-2.2.1-5]
#[test]
fn qos_2_takes_four_packets() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let stage = |bench: &Bench| bench.client.snapshot().session.unwrap().outgoing.stage(id(1));
    bench.command(publish(2, "a", [])).unwrap();
    bench.expect_sent(&["34 07  00 01 61  00 01  00  6D"]);
    assert_eq!(stage(&bench), Some(SentStage::AwaitingPubRec));
    bench.server("50 02 00 01");
    bench.expect_sent(&["62 02 00 01"]);
    assert_eq!(stage(&bench), Some(SentStage::AwaitingPubComp));
    bench.server("50 02 00 01");
    bench.expect_sent(&["62 02 00 01"]);
    bench.server("70 02 00 01");
    bench.expect_sent(&[]);
    assert_eq!(stage(&bench), None);
    assert!(matches!(bench.events.last(), Some(Event::PublishFinished { .. })));
}

#[test]
fn a_refusing_pubrec_ends_the_exchange() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [])).unwrap();
    bench.sent.clear();
    bench.server("50 03 00 01 87");
    bench.expect_sent(&[]);
    assert!(matches!(
        bench.events.last(),
        Some(Event::PublishFinished { reason_code: ReasonCode::NotAuthorized, .. })
    ));
    assert_eq!(bench.connection().send_quota.used(), 0);
}

/// [MQTT-2.2.1-3]
#[test]
fn requests_and_messages_share_the_packet_identifiers() {
    let mut bench = Bench::connected(c([]), CONNACK);
    let unsubscribe =
        Command::Unsubscribe { properties: Properties::NONE, topic_filters: vec!["a".into()] };
    for (command, expect) in [
        (subscribe(&["a"], []), "82 07  00 01  00  00 01 61 00"),
        (publish(1, "a", []), "32 07  00 01 61  00 02  00  6D"),
        (unsubscribe, "A2 06  00 03  00  00 01 61"),
        (publish(2, "a", []), "34 07  00 01 61  00 04  00  6D"),
    ] {
        bench.command(command).unwrap();
        bench.expect_sent(&[expect]);
    }
    assert_eq!(bench.connection().requests.len(), 2);
    for answer in ["90 04 00 01 00 00", "40 02 00 02", "B0 04 00 03 00 00", "50 03 00 04 80"] {
        bench.server(answer);
    }
    let session = bench.client.snapshot().session.unwrap();
    assert!(session.outgoing.packet_ids().is_empty());
}

#[test]
fn an_unanswered_subscribe_gives_its_identifier_back_with_the_connection() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.cut();
    let stored = bench.client.snapshot().stored.remove(0).session;
    assert!(stored.outgoing.packet_ids().is_empty());
}

/// [MQTT-4.4.0-1], [MQTT-4.4.0-2], [MQTT-3.3.1-1], [MQTT-4.3.3-6], [MQTT-4.6.0-1], [MQTT-4.6.0-4]
#[test]
fn a_resumed_session_sends_again_in_order_what_is_unacknowledged() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    for qos in [2, 1, 2, 1, 2, 1] {
        bench.command(publish(qos, "a", [])).unwrap();
    }
    for ack in ["40 02 00 02", "50 02 00 03", "50 02 00 01", "40 03 00 06 97"] {
        bench.server(ack);
    }
    bench.sent.clear();
    bench.pass(secs(1_000));
    bench.expect_sent(&[]);
    for _ in 0..2 {
        bench.cut();
        bench.pass(secs(50));
        bench.connect(lasting(), CONNACK_SESSION_PRESENT);
        bench.expect_sent(&[
            "62 02 00 03", // PUBREL in the order of the PUBRECs
            "62 02 00 01",
            "3A 07  00 01 61  00 04  00  6D", // PUBLISH with DUP in the order of sending
            "3C 07  00 01 61  00 05  00  6D",
        ]);
    }
    bench.command(publish(1, "a", [])).unwrap();
    bench.expect_sent(&["32 07  00 01 61  00 07  00  6D"]);
}

/// [MQTT-4.3.3-7]
#[test]
fn a_message_once_sent_does_not_expire_with_the_sender() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [Property::MessageExpiryInterval(1)])).unwrap();
    bench.cut();
    bench.pass(secs(50));
    bench.sent.clear();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&["3C 0C  00 01 61  00 01  05 02 00 00 00 01  6D"]);
}

#[test]
fn a_stored_message_that_the_server_now_forbids_is_given_up_and_told() {
    for (qos, connack, expect) in [
        (2, "20 05 01 00 02 24 01", "[MQTT-3.2.2-11]"), // Maximum QoS 1
        (1, "20 08 01 00 05 27 00 00 00 08", "[MQTT-3.2.2-15]"), // Maximum Packet Size 8
    ] {
        let mut bench = Bench::connected(lasting(), CONNACK);
        bench.command(publish(qos, "a", [])).unwrap();
        bench.sent.clear();
        bench.cut();
        bench.connect(lasting(), connack);
        bench.expect_sent(&[]);
        let Some(Event::MessageGivenUp { error, .. }) = bench.events.last() else {
            panic!("{:?}", bench.events);
        };
        assert_eq!(error.rule(), expect);
        let session = bench.client.snapshot().session.unwrap();
        assert!(session.outgoing.is_empty() && session.outgoing.packet_ids().is_empty());
    }
}

/// [MQTT-3.6.2-1], [MQTT-3.7.2-1]
#[test]
fn acknowledgements_for_nothing_known() {
    let mut bench = Bench::connected(c([]), CONNACK);
    for (packet, answer) in [
        ("40 02 00 09", None),
        ("50 02 00 09", Some("62 03 00 09 92")),
        ("50 03 00 09 80", None),
        ("62 02 00 09", Some("70 03 00 09 92")),
        ("70 02 00 09", None),
    ] {
        bench.server(packet);
        bench.expect_sent(&Vec::from_iter(answer));
        let last = bench.events.last();
        assert!(
            matches!(last, Some(Event::UnknownAcknowledgement { packet_id, .. }) if packet_id.get() == 9),
            "{packet}: {last:?}"
        );
        assert!(!bench.closed);
    }
}

#[test]
fn acknowledgements_out_of_place_are_protocol_errors() {
    for (qos, packet) in [
        (1, "50 02 00 01"), // PUBREC for QoS 1
        (1, "70 02 00 01"), // PUBCOMP for QoS 1
        (2, "40 02 00 01"), // PUBACK for QoS 2
        (2, "70 02 00 01"), // PUBCOMP before PUBREC
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.command(publish(qos, "a", [])).unwrap();
        bench.server(packet);
        bench.expect_violation("§4.3", 0x82);
    }
}
