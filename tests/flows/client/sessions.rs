//! Session State (§4.1): how long it lasts, and what ends it.

use super::*;

/// [MQTT-3.1.2-23], [MQTT-4.1.0-1]
#[test]
fn a_session_lasts_for_its_expiry_interval_after_the_connection() {
    let forever = c([Property::SessionExpiryInterval(u32::MAX)]);
    let overridden = "20 08 00 00 05 11 00 00 00 0A"; // the Server makes it 10 seconds
    let withdrawn = "20 08 00 00 05 11 00 00 00 00";
    for (connect, connack, gap, kept) in [
        (lasting(), CONNACK, 99, true),
        (lasting(), CONNACK, 100, false),
        (c([]), CONNACK, 0, false),
        (forever, CONNACK, 1_000_000_000, true),
        (lasting(), overridden, 9, true),
        (lasting(), overridden, 10, false),
        (lasting(), withdrawn, 0, false),
    ] {
        let case = format!("{connack} {gap}");
        let mut bench = Bench::connected(connect, connack);
        bench.command(publish(1, "a", [])).unwrap();
        bench.pass(secs(1_000));
        let session = bench.client.snapshot().session.expect("connected");
        assert_eq!(session.outgoing.len(), 1, "{case}: nothing ends while connected");
        bench.cut();
        bench.pass(secs(gap));
        let stored = bench.client.snapshot().stored;
        assert_eq!(stored.len(), usize::from(kept), "{case}");
        assert_eq!(bench.session_ends().len(), usize::from(!kept), "{case}");
    }
}

#[test]
fn a_connect_in_vain_leaves_the_session_as_it_was() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.cut();
    bench.pass(secs(95));
    bench.open(lasting());
    bench.pass(secs(9)); // it does not expire while it is asked for
    assert!(bench.client.snapshot().session.is_some());
    bench.server("20 03 00 88 00");
    bench.cut();
    assert_eq!(bench.client.snapshot().stored.len(), 1);
    bench.pass(secs(0));
    assert_eq!(bench.session_ends(), [("c", SessionEnd::Expired, 0)]);
}

/// [MQTT-3.1.2-4]
#[test]
fn clean_start_drops_the_session() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.cut();
    bench.open(Connect { clean_start: true, ..lasting() });
    assert_eq!(bench.session_ends(), [("c", SessionEnd::CleanStart, 1)]);
    bench.sent.clear();
    bench.server(CONNACK);
    bench.expect_sent(&[]);
    bench.command(publish(1, "a", [])).unwrap();
    bench.expect_sent(&["32 07  00 01 61  00 01  00  6D"]);
}

/// [MQTT-3.2.2-5]
#[test]
fn what_the_server_has_forgotten_the_client_drops() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(2, "a", [])).unwrap();
    bench.server("34 07 00 01 61 00 05 00 6D");
    bench.expect_sent(&["34 07 00 01 61 00 01 00 6D", "50 02 00 05"]);
    bench.cut();
    bench.connect(lasting(), CONNACK);
    assert_eq!(bench.session_ends(), [("c", SessionEnd::NotOnServer, 1)]);
    bench.expect_sent(&[]);
    let session = bench.client.snapshot().session.unwrap();
    assert!(session.outgoing.is_empty() && session.incoming.is_empty());
}

/// [MQTT-3.1.3-2], [MQTT-3.2.2-4]
#[test]
fn every_client_identifier_has_its_own_session() {
    let d = || Connect { client_id: "d".into(), ..lasting() };
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.cut();
    bench.connect(d(), CONNACK);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&["3A 07 00 01 61 00 01 00 6D"]);
    bench.cut();
    bench.connect(d(), CONNACK_SESSION_PRESENT);
    bench.expect_sent(&[]);
}

#[test]
fn disconnect_may_change_the_session_expiry_interval_unless_it_was_zero() {
    let expiry = |secs| [Property::SessionExpiryInterval(secs)];
    let success = ReasonCode::Success;
    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(disconnect(success, expiry(5))).unwrap();
    bench.expect_sent(&["E0 07  00  05 11 00 00 00 05"]);
    assert!(bench.closed, "[MQTT-3.14.4-2]");
    bench.pass(secs(4));
    assert_eq!(bench.client.snapshot().stored.len(), 1);
    bench.pass(secs(1));
    assert_eq!(bench.session_ends(), [("c", SessionEnd::Expired, 0)]);

    let mut bench = Bench::connected(lasting(), CONNACK);
    bench.command(disconnect(success, expiry(0))).unwrap();
    assert_eq!(bench.session_ends(), [("c", SessionEnd::WithConnection, 0)]);

    let mut bench = Bench::connected(c([]), CONNACK);
    let error = bench.command(disconnect(success, expiry(5))).unwrap_err();
    assert_eq!(error.rule(), "§3.14.2.2.2");
    bench.command(disconnect(success, expiry(0))).unwrap();
}
