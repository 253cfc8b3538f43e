//! Keep Alive (§3.1.2.10) and PINGREQ (§3.12).

use super::*;

/// [MQTT-3.1.2-20]
#[test]
fn pingreq_is_sent_when_nothing_else_is() {
    let mut bench = Bench::connected(Connect { keep_alive: 10, ..c([]) }, CONNACK);
    bench.pass(secs(8));
    bench.expect_sent(&[]);
    bench.command(publish(0, "a", [])).unwrap();
    bench.sent.clear();
    bench.pass(secs(8));
    bench.expect_sent(&[]);
    bench.pass(secs(1));
    bench.expect_sent(&[PINGREQ]);
    bench.server(PINGRESP);
    bench.pass(secs(9));
    bench.expect_sent(&[PINGREQ]);
    let Some(Event::PingAnswered { round_trip }) = bench.events.last() else { panic!() };
    assert_eq!(*round_trip, Duration::ZERO);
}

/// [MQTT-3.1.2-21], [MQTT-3.2.2-21]
#[test]
fn server_keep_alive_replaces_the_clients() {
    for (own, connack, expect) in [
        (100, "20 06 00 00 03 13 00 05", Some(4_500)),
        (2, "20 06 00 00 03 13 00 05", Some(4_500)), // also when it is longer
        (100, "20 06 00 00 03 13 00 00", None),      // 0 turns the mechanism off
        (5, CONNACK, Some(4_500)),
        (0, CONNACK, None),
    ] {
        let bench = Bench::connected(Connect { keep_alive: own, ..c([]) }, connack);
        let due = expect.map(|millis| bench.now + Duration::from_millis(millis));
        assert_eq!(bench.connection().keep_alive.ping_due, due, "{own} {connack}");
    }
}

#[test]
fn a_silent_server_is_left() {
    let mut bench = Bench::connected(Connect { keep_alive: 60, ..lasting() }, CONNACK);
    bench.pass(secs(59));
    bench.expect_sent(&[PINGREQ]);
    bench.pass(secs(9));
    assert!(!bench.closed);
    bench.pass(secs(1));
    assert!(bench.closed);
    assert_eq!(bench.events.last(), Some(&Event::PingTimeout));
    bench.expect_sent(&[]);
}

#[test]
fn ping_on_request_works_without_keep_alive() {
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.command(Command::Ping).unwrap();
    bench.expect_sent(&[PINGREQ]);
    bench.pass(Duration::from_millis(30));
    bench.server(PINGRESP);
    let round_trip = Duration::from_millis(30);
    assert_eq!(bench.events.last(), Some(&Event::PingAnswered { round_trip }));
    bench.server(PINGRESP);
    bench.expect_violation("§3.13", 0x82);
}
