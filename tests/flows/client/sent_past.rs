//! Bytes sent past the client.

use mqtt5_playground::client::Turn;

use super::*;

#[test]
fn what_is_sent_past_the_client_is_taken_into_account() {
    let mut bench = Bench::new();
    bench.client.set_settings(Settings {
        acknowledge_by_hand: AcknowledgeByHand::ALL,
        ..Settings::default()
    });
    bench.connect(Connect { keep_alive: 10, ..lasting() }, "20 06 00 00 03 22 00 02");
    let past = |bench: &mut Bench, text: &str| {
        let packet = decode(&bytes(text), Some(Sender::Client)).unwrap();
        bench.input(Input::SentPast(Some(packet)));
    };
    past(&mut bench, "82 07 00 01 00 00 01 61 00");
    bench.server("90 04 00 01 00 00");
    past(&mut bench, "A2 06 00 09 00 00 01 7A");
    bench.server("B0 04 00 09 00 11");
    past(&mut bench, "32 0A 00 01 62 00 02 03 23 00 01 6D");
    bench.command(publish(1, "", [Property::TopicAlias(1)])).unwrap();
    bench.expect_sent(&["32 09 00 00 00 01 03 23 00 01 6D"]);
    past(&mut bench, "32 07 00 01 61 00 01 00 6D"); // an identifier in use: the first keeps it
    bench.server("32 07 00 01 61 00 05 00 6D");
    past(&mut bench, "40 02 00 05");
    assert!(bench.connection().held.is_empty() && bench.connection().receive_quota.used() == 0);
    bench.pass(secs(8));
    past(&mut bench, PINGREQ);
    bench.pass(secs(8));
    bench.server(PINGRESP);
    bench.expect_sent(&[]);
    let session = bench.client.snapshot().session.unwrap();
    assert_eq!(
        session.outgoing.in_flight().map(|m| &*m.publish.topic).collect::<Vec<_>>(),
        ["b"; 2]
    );
    assert_eq!(session.subscriptions.len(), 1);
    bench.server("40 02 00 02");
    bench.server("40 02 00 01");
    assert!(bench.client.snapshot().session.unwrap().outgoing.packet_ids().is_empty());
    assert!(!bench.events.iter().any(|e| matches!(e, Event::Unexplained(_))));
}

#[test]
fn after_bytes_sent_past_the_client_the_server_is_not_blamed_for_the_unexplained() {
    let unexplained = [PINGRESP, "90 04 00 09 00 00", "B0 04 00 09 00 00", "50 02 00 01"];
    let mut bench = Bench::connected(c([]), CONNACK);
    bench.command(publish(1, "a", [])).unwrap();
    bench.input(Input::SentPast(None));
    for packet in unexplained {
        bench.server(packet);
        assert!(matches!(bench.events.last(), Some(Event::Unexplained(_))), "{packet}");
    }
    assert!(!bench.closed);
    bench.server("30 07 00 00 03 23 00 01 6D"); // what is the Server's fault in any case stays so
    bench.sent.retain(|packet| packet.starts_with("E0"));
    bench.expect_violation("[MQTT-3.1.2-27]", 0x94);
}

#[test]
fn auth_sent_past_the_client_answers_the_server() {
    let mut bench = Bench::new();
    bench.open(with_method());
    bench.server(AUTH_CONTINUE_X);
    let packet = decode(&bytes(AUTH_CONTINUE_X), Some(Sender::Client)).unwrap();
    bench.input(Input::SentPast(Some(packet.clone())));
    bench.server(AUTH_CONTINUE_X);
    bench.input(Input::SentPast(Some(packet.clone())));
    bench.server(CONNACK_X);
    bench.input(Input::SentPast(Some(packet)));
    assert_eq!(bench.connection().re_authentication, Some(Turn::Server));
}
