//! Broken rules, refusals, requests and answers.

use super::*;
use crate::analysis::findings::Severity;
use crate::mqtt::{PacketType, UnsubAck, Unsubscribe};

fn unsubscribe(filter: &str) -> Packet {
    let topic_filters = vec![filter.into()];
    Packet::Unsubscribe(Unsubscribe { packet_id: ID, properties: Properties::NONE, topic_filters })
}

fn unsuback(code: ReasonCode) -> Packet {
    let reason_codes = vec![code];
    Packet::UnsubAck(UnsubAck { packet_id: ID, properties: Properties::NONE, reason_codes })
}

fn request(data: &'static [u8]) -> Packet {
    let properties = [
        Property::ResponseTopic("answers".into()),
        Property::CorrelationData(Bytes::from_static(data)),
    ]
    .into();
    Packet::Publish(Publish { properties, ..message("ask") })
}

fn answer(data: &'static [u8]) -> Packet {
    let properties = [Property::CorrelationData(Bytes::from_static(data))].into();
    Packet::Publish(Publish { properties, ..message("answers") })
}

#[test]
fn broken_rules() {
    check(&[
        (
            "broken_bytes",
            Scene::greeted,
            |it| _ = it.bytes(Sender::Client, &[0x36, 0x05, 0, 1, b't', 0, 1]),
            |it| _ = it.client(publish("t")),
        ),
        // `#` inside a filter.
        (
            "broken_bytes",
            Scene::greeted,
            |it| _ = it.bytes(Sender::Client, b"\x82\x0B\0\x01\0\0\x05a/#/b\0"),
            |it| _ = it.bytes(Sender::Client, b"\x82\x09\0\x01\0\0\x03a/#\0"),
        ),
        // 3.1.1 knows no properties, so that these bytes are sound there.
        (
            "broken_bytes",
            Scene::of_3,
            |it| _ = it.greets(connect(), connack()).bytes(Sender::Client, b"\x31\x02\0\x01"),
            |it| _ = it.greets(connect(), connack()).bytes(Sender::Client, b"\x30\x03\0\x01t"),
        ),
        (
            "against",
            Scene::greeted,
            |it| _ = it.client(Packet::Connect(Box::new(connect()))),
            |it| _ = it.opens().client(Packet::Connect(Box::new(connect()))),
        ),
        (
            "against",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).client(publish_1("t", ID)),
            |it| _ = it.client(publish_1("t", ID)).server(puback(ID)).client(publish_1("t", ID)),
        ),
        // Which identifiers are in use is not known behind a hole.
        (
            "against",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).client(publish_1("t", ID)),
            |it| {
                it.client(publish_1("t", ID)).hole(Sender::Server).client(publish_1("t", ID));
            },
        ),
        (
            "against",
            Scene::of_3,
            |it| {
                _ = it
                    .greets(connect(), connack())
                    .client(publish_1("t", ID))
                    .client(subscribe("t"))
            },
            |it| {
                it.greets(connect(), connack()).client(publish_1("t", ID)).server(puback(ID));
                it.client(subscribe("t"));
            },
        ),
        // The capture does not have the beginning of the connection.
        (
            "against",
            Scene::middle,
            |it| _ = it.opens().client(Packet::PingReq),
            |it| _ = it.client(Packet::PingReq),
        ),
        (
            "text_message",
            Scene::greeted,
            |it| _ = it.put(Entry::Text { length: 5 }),
            |it| _ = it.client(Packet::PingReq),
        ),
    ]);
}

#[test]
fn refusals() {
    use ReasonCode as R;
    check(&[
        (
            "refused",
            Scene::greeted,
            |it| _ = it.client(subscribe("a")).server(suback(R::NotAuthorized)),
            |it| _ = it.client(subscribe("a")).server(suback(R::GrantedQoS2)),
        ),
        (
            "refused",
            Scene::of_3,
            |it| _ = it.greets(connect(), refusal(R::NotAuthorized)),
            |it| _ = it.greets(connect(), connack()),
        ),
        (
            "nobody_subscribed",
            Scene::greeted,
            |it| {
                let ack = Ack::new(ID, R::NoMatchingSubscribers);
                it.client(publish_1("t", ID)).server(Packet::PubAck(ack));
            },
            |it| _ = it.client(publish_1("t", ID)).server(puback(ID)),
        ),
        (
            "never_subscribed",
            Scene::greeted,
            |it| _ = it.client(unsubscribe("a")).server(unsuback(R::NoSubscriptionExisted)),
            |it| _ = it.client(unsubscribe("a")).server(unsuback(R::Success)),
        ),
        (
            "sent_in_vain",
            Scene::new,
            |it| _ = it.greets(connect(), refusal(R::Banned)).client(publish("t")),
            |it| _ = it.greets(connect(), connack()).client(publish("t")),
        ),
        // Sent before the refusal it is lost too.
        (
            "sent_in_vain",
            Scene::new,
            |it| {
                it.client(Packet::Connect(Box::new(connect()))).client(publish("t"));
                it.server(Packet::ConnAck(refusal(R::Banned)));
            },
            |it| {
                it.client(Packet::Connect(Box::new(connect()))).client(publish("t"));
                it.server(Packet::ConnAck(connack()));
            },
        ),
    ]);
}

#[test]
fn each_filter_that_was_refused_is_named_once() {
    let mut scene = Scene::greeted();
    for _ in 0..20 {
        scene.client(subscribe("a")).server(suback(ReasonCode::NotAuthorized));
    }
    scene.client(subscribe("b")).server(suback(ReasonCode::NotAuthorized));
    let found = scene.find("refused").expect("it is found");
    assert_eq!((found.count, found.about.as_slice()), (21, &["a".to_owned(), "b".to_owned()][..]));
    assert_eq!(found.records.len(), 6);
    assert_eq!(found.severity(), Severity::Lost);
    let (by, packet) = (Sender::Server, PacketType::SubAck);
    assert_eq!(found.kind, Kind::Refused { by, packet, code: ReasonCode::NotAuthorized });
}

#[test]
fn requests_without_an_answer() {
    check(&[
        (
            "unanswered",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).and_later(),
            |it| _ = it.client(publish_1("t", ID)).server(puback(ID)).and_later(),
        ),
        // The capture ends right after, and so may the answer come.
        (
            "unanswered",
            Scene::greeted,
            |it| _ = it.client(subscribe("t")).and_later(),
            |it| _ = it.client(subscribe("t")).passes(1).client(Packet::PingReq),
        ),
        // The answer may be in the hole.
        (
            "unanswered",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).hole(Sender::Client).and_later(),
            |it| _ = it.client(publish_1("t", ID)).hole(Sender::Server).and_later(),
        ),
        // Who leaves at once does not wait for an answer; who is left does.
        (
            "unanswered",
            Scene::greeted,
            |it| _ = it.client(subscribe("t")).closes(Some(Sender::Server)),
            |it| _ = it.client(subscribe("t")).leaves(),
        ),
        // DISCONNECT says why there is no answer.
        (
            "unanswered",
            Scene::greeted,
            |it| _ = it.client(subscribe("t")).closes(None),
            |it| {
                it.client(subscribe("t")).server(disconnect(ReasonCode::NotAuthorized));
                it.closes(Some(Sender::Server));
            },
        ),
        // It was sent again on the next connection.
        (
            "unanswered",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).client(publish_1("t", ID)).closes(None);
                it.opens().greets(resuming(900), present());
            },
            |it| {
                it.greets(resuming(900), connack()).client(publish_1("t", ID)).closes(None);
                it.opens().greets(resuming(900), present());
                it.client(again("t", ID)).server(puback(ID));
            },
        ),
        // Nothing of the Server was captured at all.
        (
            "unanswered",
            Scene::middle,
            |it| _ = it.server(publish("x")).client(publish_1("t", ID)).and_later(),
            |it| _ = it.client(publish_1("t", ID)).and_later(),
        ),
        (
            "no_connack",
            Scene::new,
            |it| _ = it.client(Packet::Connect(Box::new(connect()))).closes(Some(Sender::Server)),
            |it| _ = it.client(Packet::Connect(Box::new(connect()))),
        ),
        (
            "no_pingresp",
            Scene::greeted,
            |it| _ = it.client(Packet::PingReq).and_later(),
            |it| _ = it.client(Packet::PingReq).server(Packet::PingResp).and_later(),
        ),
        (
            "request_unanswered",
            Scene::greeted,
            |it| {
                it.client(request(b"1")).client(request(b"2")).server(answer(b"2")).and_later();
            },
            |it| {
                it.client(request(b"1")).client(request(b"2")).server(answer(b"2"));
                it.server(answer(b"1")).and_later();
            },
        ),
        (
            "request_unanswered",
            Scene::greeted,
            |it| _ = it.client(request(b"1")).passes(11).client(Packet::PingReq),
            |it| _ = it.client(request(b"1")).passes(9).client(Packet::PingReq),
        ),
        (
            "request_unanswered",
            Scene::greeted,
            |it| _ = it.client(request(b"1")).and_later(),
            |it| _ = it.client(request(b"1")).hole(Sender::Server).and_later(),
        ),
    ]);
}

/// QoS 1, Packet Identifier 7, and a Payload Format Indicator that is neither 0 nor 1.
const BROKEN_PUBLISH_7: &[u8] = b"\x32\x08\0\x01a\0\x07\x02\x01\x58";

#[test]
fn answers_without_a_request() {
    check(&[
        (
            "answer_unasked",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).server(puback(id(2))),
            |it| _ = it.client(publish_1("t", ID)).server(puback(ID)),
        ),
        // What was asked may be in the hole, or before the capture.
        (
            "answer_unasked",
            Scene::greeted,
            |it| _ = it.hole(Sender::Server).server(Packet::PingResp),
            |it| _ = it.hole(Sender::Client).server(Packet::PingResp),
        ),
        (
            "answer_unasked",
            Scene::middle,
            |it| _ = it.opens().greets(connect(), connack()).server(puback(ID)),
            |it| _ = it.server(puback(ID)),
        ),
        // A request that breaks a rule may be answered all the same.
        (
            "answer_unasked",
            Scene::greeted,
            |it| _ = it.bytes(Sender::Client, BROKEN_PUBLISH_7).server(puback(id(8))),
            |it| _ = it.bytes(Sender::Client, BROKEN_PUBLISH_7).server(puback(id(7))),
        ),
        // A hole between request and answer changes neither of them.
        (
            "answer_unasked",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).hole(Sender::Server).server(puback(id(2))),
            |it| _ = it.client(publish_1("t", ID)).hole(Sender::Server).server(puback(ID)),
        ),
        // Each of two attempts has its answer.
        (
            "answer_unasked",
            Scene::of_3,
            |it| {
                it.greets(connect(), connack()).client(publish_1("t", ID)).client(again("t", ID));
                it.server(puback(ID)).server(puback(ID)).server(puback(ID));
            },
            |it| {
                it.greets(connect(), connack()).client(publish_1("t", ID)).client(again("t", ID));
                it.server(puback(ID)).server(puback(ID));
            },
        ),
    ]);
}

#[test]
fn messages_that_are_sent_again() {
    check(&[
        (
            "resent_after_reconnect",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).client(publish_1("t", ID)).closes(None);
                it.passes(30).opens().greets(resuming(900), present()).client(again("t", ID));
            },
            // The first attempt was acknowledged.
            |it| {
                it.greets(resuming(900), connack()).client(publish_1("t", ID)).server(puback(ID));
                it.closes(None).opens().greets(resuming(900), present()).client(again("t", ID));
            },
        ),
        (
            "resent_without_reconnect",
            Scene::greeted,
            |it| _ = it.client(publish_1("t", ID)).client(again("t", ID)),
            |it| _ = it.client(again("t", ID)),
        ),
        (
            "resent_unknown",
            Scene::middle,
            |it| _ = it.client(again("t", ID)),
            |it| _ = it.client(publish_1("t", ID)),
        ),
    ]);
    let mut scene = Scene::new();
    scene.greets(resuming(900), connack()).client(publish_1("t", ID)).closes(None);
    scene.passes(30).opens().greets(resuming(900), present()).client(again("t", ID));
    let found = scene.find("resent_after_reconnect").expect("it is found");
    let (by, longest) = (Sender::Client, Duration::from_secs(30));
    assert_eq!(found.kind, Kind::ResentAfterReconnect { by, longest });
    assert_eq!(found.records.len(), 2, "the first attempt, and the second");
}

/// A Session that another connection takes over goes on there.
#[test]
fn what_a_stale_connection_left_is_sent_again_on_the_next() {
    let mut scene = Scene::new();
    scene.greets(resuming(900), connack()).client(publish_1("t", ID));
    scene.passes(60).opens().greets(resuming(900), present()).client(again("t", ID));
    scene.server(puback(ID)).on(1).closes(Some(Sender::Server));
    assert!(scene.find("resent_after_reconnect").is_some());
    assert_eq!(scene.find("unanswered"), None);
}

#[test]
fn before_5_0_a_message_may_be_repeated_at_any_time() {
    let severity = |mut scene: Scene| {
        scene.greets(connect(), connack()).client(publish_1("t", ID)).client(again("t", ID));
        scene.find("resent_without_reconnect").map(|found| found.severity())
    };
    assert_eq!(severity(Scene::new()), Some(Severity::Broken));
    assert_eq!(severity(Scene::of_3()), Some(Severity::Notice));
}
