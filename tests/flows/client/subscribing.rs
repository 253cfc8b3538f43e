//! SUBSCRIBE, UNSUBSCRIBE and their answers (§3.8 to §3.11).

use mqtt5_playground::mqtt::Text;

use super::*;

#[test]
fn suback_tells_what_each_filter_was_granted() {
    let mut bench = Bench::connected(lasting(), CONNACK);
    let identifier = [Property::SubscriptionIdentifier(7)];
    bench.command(subscribe(&["a", "b", "c/#"], identifier)).unwrap();
    bench.server("90 06 00 01 00 02 87 00");
    let granted = |bench: &Bench| -> Vec<(Text, u8, Option<u32>)> {
        let session = bench.client.snapshot().session.unwrap();
        let subscribed = session.subscriptions.into_iter();
        subscribed.map(|(filter, s)| (filter, s.granted.bits(), s.identifier)).collect()
    };
    assert_eq!(granted(&bench), [("a".into(), 2, Some(7)), ("c/#".into(), 0, Some(7))]);
    let Some(Event::Subscribed { results, .. }) = bench.events.last() else { panic!() };
    assert_eq!(results.iter().map(|(_, code)| code.value()).collect::<Vec<_>>(), [2, 0x87, 0]);

    let topic_filters = vec!["a".into(), "b".into(), "c/#".into()];
    let properties = Properties::NONE;
    bench.command(Command::Unsubscribe { properties, topic_filters }).unwrap();
    bench.server("B0 06 00 02 00 00 11 87");
    assert_eq!(granted(&bench), [("c/#".into(), 0, Some(7))]);
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    assert_eq!(granted(&bench).len(), 1, "subscriptions belong to the Session");
}

#[test]
fn answers_to_requests_have_to_fit_them() {
    for (answer, rule) in [
        ("90 04 00 09 00 00", "[MQTT-2.2.1-6]"),
        ("B0 04 00 01 00 00", "[MQTT-2.2.1-6]"), // UNSUBACK for a SUBSCRIBE
        ("90 05 00 01 00 00 00", "[MQTT-3.8.4-6]"),
        ("B0 05 00 02 00 00 00", "[MQTT-3.11.3-1]"),
    ] {
        let mut bench = Bench::connected(c([]), CONNACK);
        bench.command(subscribe(&["a"], [])).unwrap();
        let topic_filters = vec!["a".into()];
        let properties = Properties::NONE;
        bench.command(Command::Unsubscribe { properties, topic_filters }).unwrap();
        bench.server(answer);
        bench.expect_violation(rule, 0x82);
    }
}
