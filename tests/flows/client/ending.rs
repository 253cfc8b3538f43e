//! How a Network Connection ends: DISCONNECT (§3.14), what cannot be read (§4.13), the link.

use mqtt5_playground::mqtt::Packet;

use super::*;

/// [MQTT-3.14.4-1], [MQTT-3.14.4-2]
#[test]
fn after_disconnect_nothing_is_sent_and_the_link_is_closed() {
    let mut bench = Bench::connected(Connect { keep_alive: 1, ..lasting() }, CONNACK);
    bench.command(disconnect(ReasonCode::DisconnectWithWillMessage, [])).unwrap();
    bench.expect_sent(&["E0 01 04"]);
    assert!(bench.closed);
    for packet in ["32 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D", "FF FF"] {
        bench.server(packet);
    }
    bench.pass(secs(10));
    for command in [publish(1, "a", []), Command::Ping, disconnect(ReasonCode::Success, [])] {
        assert_eq!(bench.command(command).unwrap_err().rule(), "[MQTT-3.14.4-1]");
    }
    let again = Command::Connect(Box::new(lasting()));
    assert_eq!(bench.command(again), Err(CommandError::Closing));
    bench.expect_sent(&[]);
    assert!(bench.messages().is_empty());
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
}

/// [MQTT-4.13.2-1]
#[test]
fn a_disconnect_from_the_server_closes_and_keeps_the_session() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.server("E0 09 9D 07 1C 00 04 68 6F 73 74"); // Server moved, to "host"
    bench.expect_sent(&[]);
    assert!(bench.closed);
    let Some(Event::Disconnected(disconnect)) = bench.events.last() else { panic!() };
    assert_eq!(disconnect.properties.server_reference(), Some("host"));
    assert_eq!(bench.client.snapshot().stored.len(), 1);
}

/// [MQTT-4.13.2-1]
#[test]
fn what_cannot_be_read_is_answered_with_its_reason_code() {
    for (packet, rule, reason_code) in [
        ("36 05 00 01 61 00 6D", "[MQTT-3.3.1-4]", 0x81), // QoS 3
        ("00 00", "§2.1.2", 0x81),
        ("41 02 00 01", "[MQTT-2.1.3-1]", 0x81),
        ("30 04 00 01 23 00", "[MQTT-3.3.2-2]", 0x81),
        ("82 07 00 01 00 00 01 61 00", "§2.1.2", 0x82), // SUBSCRIBE from a Server
        ("E0 01 00", "[MQTT-3.14.2-1]", 0x82),          // Normal disconnection is the Client's
        ("E0 07 8B 05 11 00 00 00 05", "[MQTT-3.14.2-2]", 0x82),
        ("40 03 00 01 01", "[MQTT-3.4.2-1]", 0x82),
        ("50 03 00 01 92", "[MQTT-3.5.2-1]", 0x82),
        ("62 03 00 01 80", "[MQTT-3.6.2-1]", 0x82),
        ("70 03 00 01 80", "[MQTT-3.7.2-1]", 0x82),
        ("F0 06 19 04 15 00 01 78", "[MQTT-3.15.2-1]", 0x82),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.server(packet);
        bench.expect_violation(rule, reason_code);
    }
}

#[test]
fn a_packet_of_the_clients_kind_is_refused_even_when_it_was_read_leniently() {
    for packet in [Packet::PingReq, Packet::Connect(Box::new(c([])))] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.input(Input::Received(Ok(packet.clone())));
        bench.expect_violation("§2.1.2", 0x82);
        let mut bench = Bench::new();
        bench.open(c([]));
        bench.input(Input::Received(Ok(packet)));
        bench.expect_violation("§2.1.2", 0x82);
    }
}

#[test]
fn without_request_problem_information_only_three_packets_may_explain() {
    let silent = || c([Property::RequestProblemInformation(0)]);
    let mut bench = Bench::connected(silent(), "20 07 00 00 04 1F 00 01 72");
    bench.server("30 0C 00 01 61 07 26 00 01 6B 00 01 76 6D"); // PUBLISH with a User Property
    bench.command(subscribe(&["a"], [])).unwrap();
    bench.server("90 08 00 01 04 1F 00 01 72 00");
    bench.expect_violation("[MQTT-3.1.2-29]", 0x82);

    let mut bench = Bench::connected(silent(), CONNACK);
    bench.server("E0 06 8B 04 1F 00 01 72");
    assert!(bench.closed && bench.events.iter().any(|e| matches!(e, Event::Disconnected(_))));
}

#[test]
fn the_reason_why_the_link_went_down_is_passed_on() {
    let mut bench = Bench::new();
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.input(Input::LinkDown("nobody listens".into()));
    assert_eq!(bench.events, [Event::LinkDown { reason: "nobody listens".into() }]);
    bench.input(Input::LinkUp);
    bench.expect_sent(&[]);
    bench.pass(secs(100));
    assert!(!bench.closed, "nothing is tried again");
}
