//! Enhanced authentication (§4.12).

use mqtt5_playground::client::Turn;

use super::*;

/// [MQTT-3.1.2-30], [MQTT-4.12.0-3], [MQTT-4.12.0-5], [MQTT-4.12.0-7]
#[test]
fn auth_goes_back_and_forth_before_connack() {
    let go_on = || auth(ReasonCode::ContinueAuthentication, "x");
    let mut bench = Bench::new();
    bench.open(c([]));
    assert_eq!(bench.command(go_on()).unwrap_err().rule(), "[MQTT-4.12.0-7]");

    let mut bench = Bench::new();
    bench.open(with_method());
    bench.sent.clear();
    assert_eq!(bench.command(go_on()), Err(CommandError::AuthOutOfTurn));
    assert_eq!(bench.command(publish(0, "a", [])).unwrap_err().rule(), "[MQTT-3.1.2-30]");
    for _ in 0..2 {
        bench.server(AUTH_CONTINUE_X);
        assert!(matches!(bench.events.last(), Some(Event::Auth(_))));
        let other = auth(ReasonCode::ContinueAuthentication, "y");
        assert_eq!(bench.command(other).unwrap_err().rule(), "[MQTT-4.12.0-5]");
        let again = auth(ReasonCode::ReAuthenticate, "x");
        assert_eq!(bench.command(again).unwrap_err().rule(), "[MQTT-4.12.0-3]");
        bench.pass(secs(60)); // a learner may take his time
        bench.command(go_on()).unwrap();
        bench.expect_sent(&[AUTH_CONTINUE_X]);
    }
    bench.server(CONNACK_X);
    assert!(matches!(bench.events.last(), Some(Event::Connected { .. })));
}

#[test]
fn an_unanswered_auth_ends_in_time() {
    let mut bench = Bench::new();
    bench.open(with_method());
    bench.server(AUTH_CONTINUE_X);
    bench.command(auth(ReasonCode::ContinueAuthentication, "x")).unwrap();
    bench.pass(secs(10));
    assert_eq!(bench.events.last(), Some(&Event::ConnectTimeout));
}

/// [MQTT-4.12.0-5]
#[test]
fn auth_and_connack_from_the_server_keep_the_method() {
    for (packets, rule, reason_code) in [
        (&["F0 06 18 04 15 00 01 79"][..], "[MQTT-4.12.0-5]", 0x8C),
        (&["20 07 00 00 04 15 00 01 79"], "[MQTT-4.12.0-5]", 0x8C),
        (&[CONNACK], "[MQTT-4.12.0-5]", 0x8C),
        (&["F0 03 18 01 16"], "§2.1.4", 0x81), // Authentication Data cut short
        (&["F0 02 18 00"], "[MQTT-4.12.0-5]", 0x82),
        (&[AUTH_SUCCESS_X], "[MQTT-4.12.0-2]", 0x82),
        (&[AUTH_CONTINUE_X, AUTH_CONTINUE_X], "§4.12", 0x82),
        (&[CONNACK_X, AUTH_CONTINUE_X], "§4.12.1", 0x82),
        (&[CONNACK_X, "F0 06 18 04 15 00 01 79"], "[MQTT-4.12.0-5]", 0x8C),
    ] {
        let mut bench = Bench::new();
        bench.open(with_method());
        packets.iter().for_each(|packet| bench.server(packet));
        bench.expect_violation(rule, reason_code);
    }
}

/// [MQTT-4.12.1-1], [MQTT-4.12.1-2]
#[test]
fn re_authentication_keeps_the_connection_going() {
    let begin = || auth(ReasonCode::ReAuthenticate, "x");
    let go_on = || auth(ReasonCode::ContinueAuthentication, "x");
    let mut bench = Bench::connected(with_method(), CONNACK_X);
    assert_eq!(bench.command(go_on()).unwrap_err().rule(), "[MQTT-4.12.1-1]");
    let other = auth(ReasonCode::ReAuthenticate, "y");
    assert_eq!(bench.command(other).unwrap_err().rule(), "[MQTT-4.12.0-5]");
    bench.command(begin()).unwrap();
    bench.expect_sent(&["F0 06 19 04 15 00 01 78"]);
    assert_eq!(bench.connection().re_authentication, Some(Turn::Server));
    assert_eq!(bench.command(begin()), Err(CommandError::AuthOutOfTurn));
    bench.command(publish(0, "a", [])).unwrap();
    bench.sent.clear();
    bench.server(AUTH_CONTINUE_X);
    assert_eq!(bench.connection().re_authentication, Some(Turn::Client));
    bench.command(go_on()).unwrap();
    bench.expect_sent(&[AUTH_CONTINUE_X]);
    bench.server(AUTH_SUCCESS_X);
    assert_eq!(bench.connection().re_authentication, None);

    bench.command(begin()).unwrap();
    bench.server("E0 01 87");
    assert!(bench.closed, "a failed re-authentication closes the connection");

    let mut bench = Bench::connected(c([]), CONNACK);
    assert_eq!(bench.command(begin()).unwrap_err().rule(), "[MQTT-4.12.0-7]");
    bench.server(AUTH_CONTINUE_X);
    bench.expect_violation("[MQTT-4.12.0-6]", 0x82);
}
