//! CONNECT and CONNACK (§3.1, §3.2).

use super::*;

/// [MQTT-3.1.0-1]
#[test]
fn connect_is_the_first_packet_and_the_only_one() {
    let mut bench = Bench::new();
    for command in [
        publish(0, "a", []),
        subscribe(&["a"], []),
        Command::Ping,
        disconnect(ReasonCode::Success, []),
        auth(ReasonCode::ContinueAuthentication, "x"),
    ] {
        let error = bench.command(command).unwrap_err();
        assert_eq!((error, error.rule()), (CommandError::NotConnected, "[MQTT-3.1.0-1]"));
    }
    bench.open(c([]));
    bench.expect_sent(&["10 0E  00 04 4D 51 54 54  05  00  00 00  00  00 01 63"]);
    let again = Command::Connect(Box::new(c([])));
    assert_eq!(bench.command(again.clone()).unwrap_err().rule(), "[MQTT-3.1.0-2]");
    bench.server(CONNACK);
    assert_eq!(bench.command(again).unwrap_err(), CommandError::ConnectedAlready);
}

#[test]
fn connect_may_also_be_asked_for_when_the_link_is_already_up() {
    let mut bench = Bench::new();
    bench.input(Input::LinkUp);
    bench.expect_sent(&[]);
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn until_connack_only_disconnect_is_sent() {
    let mut bench = Bench::new();
    bench.open(c([]));
    assert_eq!(bench.command(publish(0, "a", [])), Err(CommandError::AwaitingConnAck));
    bench.sent.clear();
    bench.command(disconnect(ReasonCode::Success, [])).unwrap();
    bench.expect_sent(&["E0 00"]);
    assert!(bench.closed, "[MQTT-3.14.4-2]");
}

#[test]
fn a_refused_connect_closes_without_disconnect() {
    let mut bench = Bench::new();
    bench.open(c([]));
    bench.sent.clear();
    bench.server("20 03 00 87 00");
    bench.expect_sent(&[]);
    assert!(bench.closed, "[MQTT-4.13.2-1]");
    assert!(matches!(&bench.events[..], [Event::Refused(c)] if c.reason_code.value() == 0x87));
}

#[test]
fn waiting_for_link_and_connack_ends_in_time() {
    let mut bench = Bench::new();
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.pass(secs(9));
    assert!(!bench.closed);
    bench.input(Input::LinkUp);
    bench.pass(secs(9));
    assert!(!bench.closed, "the wait for CONNACK begins with CONNECT");
    bench.pass(secs(1));
    assert!(bench.closed);
    assert_eq!(bench.events, [Event::ConnectTimeout]);
    bench.cut();

    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    bench.pass(secs(10));
    assert!(bench.closed, "the link never came up");
    assert_eq!(bench.client.next_timeout(), None);
}

#[test]
fn what_the_server_may_not_send_before_its_connack() {
    for (packet, rule) in [
        ("30 04 00 01 61 00", "[MQTT-3.2.0-1]"),
        (PINGRESP, "[MQTT-3.2.0-1]"),
        ("E0 01 8B", "[MQTT-3.14.0-1]"),
        ("F0 06 18 04 15 00 01 78", "[MQTT-4.12.0-6]"), // AUTH, no method in CONNECT
    ] {
        let mut bench = Bench::new();
        bench.open(c([]));
        bench.server(packet);
        bench.expect_violation(rule, 0x82);
    }
}

#[test]
fn a_server_that_speaks_before_connect_is_left_without_a_word() {
    let mut bench = Bench::new();
    bench.input(Input::LinkUp);
    bench.server(CONNACK);
    bench.expect_sent(&[]);
    assert!(bench.closed && matches!(bench.events[..], [Event::Violation(_)]));
}

#[test]
fn connack_is_held_to_what_connect_said() {
    let nameless = Connect::default();
    let clean = Connect { clean_start: true, ..c([]) };
    for (connect, connack, rule) in [
        (c([]), CONNACK_SESSION_PRESENT, "[MQTT-3.2.2-4]"),
        (clean, CONNACK_SESSION_PRESENT, "[MQTT-3.2.2-2]"),
        (nameless, CONNACK, "[MQTT-3.2.2-16]"),
        (c([]), "20 07 00 00 04 1A 00 01 72", "[MQTT-3.1.2-28]"), // Response Information
        (c([]), "20 07 00 00 04 15 00 01 78", "[MQTT-4.12.0-6]"), // Authentication Method
    ] {
        let mut bench = Bench::new();
        bench.open(connect);
        bench.server(connack);
        bench.expect_violation(rule, 0x82);
    }
}

#[test]
fn a_second_connack_is_a_protocol_error() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.server(CONNACK);
    bench.expect_violation("[MQTT-3.2.0-2]", 0x82);
}

#[test]
fn the_assigned_client_identifier_names_the_session() {
    let connect = Connect { client_id: "".into(), ..lasting() };
    let mut bench = Bench::connected(connect, "20 07 00 00 04 12 00 01 73");
    let snapshot = bench.client.snapshot();
    assert_eq!(snapshot.session.map(|s| s.client_id), Some("s".into()));
    assert!(bench.connection().limits.client_id.sent);
    bench.cut();
    let named = Connect { client_id: "s".into(), ..lasting() };
    bench.connect(named, CONNACK_SESSION_PRESENT);
}
