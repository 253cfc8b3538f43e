//! What a message carries beside its payload.

use std::ops::Range;

use super::*;

const PROPERTIES: Probe = Probe { chapter: Chapter::Properties, ..PROBE };

/// One message with these properties, to a subscriber.
fn sent_with(s: &mut Script, properties: impl IntoIterator<Item = Property>) {
    s.open(B);
    s.subscribe(B, "x", 1);
    s.open(A);
    s.publish_with(A, "x", 1, "text", |p| p.properties.0.extend(properties));
    s.messages(B, 1);
}

fn expiring(seconds: u32) -> impl FnOnce(&mut Publish) {
    move |publish| publish.properties.push(Property::MessageExpiryInterval(seconds))
}

/// Whether so much is left of the 100 seconds of the one message that came; how much exactly depends on the moment.
pub(super) fn left_of_100(seen: &Seen<'_>, right: Range<u32>) -> Verdict {
    let left = |p: &Publish| p.properties.message_expiry_interval();
    let mut verdict = seen.message(B, |p| left(p).is_some_and(|left| right.contains(&left)));
    if let [(_, publish)] = seen.publishes(B).as_slice() {
        verdict.observed = match left(publish) {
            Some(left) if left < 100 => "below 100 s".into(),
            Some(left) => format!("{left} s"),
            None => "–".into(),
        };
    }
    verdict
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "payload-format",
        cites: &["[MQTT-3.3.2-4]"],
        title: [
            "Payload Format Indicator is passed on",
            "Payload Format Indicatorが引き継がれます",
        ],
        matters: [
            "Receivers cannot tell text from bytes.",
            "受け手が文字列とバイト列を見分けられません。",
        ],
        script: |s| sent_with(s, [Property::PayloadFormatIndicator(1)]),
        judge: |e| e.message(B, |p| p.properties.payload_format_indicator() == Some(1)),
        ..PROPERTIES
    },
    Probe {
        id: "content-type",
        cites: &["[MQTT-3.3.2-20]"],
        title: ["Content Type is passed on", "Content Typeが引き継がれます"],
        matters: [
            "Receivers cannot tell what the payload is.",
            "受け手がペイロードの形式を知ることができません。",
        ],
        script: |s| sent_with(s, [Property::ContentType("application/json; v=2".into())]),
        judge: |e| e.message(B, |p| p.properties.content_type() == Some("application/json; v=2")),
        ..PROPERTIES
    },
    Probe {
        id: "response-topic",
        cites: &["[MQTT-3.3.2-15]"],
        title: ["Response Topic is passed on", "Response Topicが引き継がれます"],
        matters: [
            "Responders do not know where to answer.",
            "応答する側が返す先を知ることができません。",
        ],
        script: |s| sent_with(s, [Property::ResponseTopic("examine/answers/1".into())]),
        judge: |e| e.message(B, |p| p.properties.response_topic() == Some("examine/answers/1")),
        ..PROPERTIES
    },
    Probe {
        id: "correlation-data",
        cites: &["[MQTT-3.3.2-16]"],
        title: [
            "Correlation Data is passed on, byte for byte",
            "Correlation Dataがそのまま引き継がれます",
        ],
        matters: [
            "Requesters cannot tell which answer is for which request.",
            "要求する側が、どの要求への応答かを見分けられません。",
        ],
        script: |s| {
            let data = [0, 1, 0x80, 0xFF, b'x'].to_vec();
            sent_with(s, [Property::CorrelationData(data.into())]);
        },
        judge: |e| {
            e.message(B, |p| {
                p.properties
                    .correlation_data()
                    .is_some_and(|data| data[..] == [0, 1, 0x80, 0xFF, b'x'])
            })
        },
        ..PROPERTIES
    },
    Probe {
        id: "user-properties",
        cites: &["[MQTT-3.3.2-17]"],
        title: [
            "All User Properties are passed on, repeated names too",
            "同じ名前の繰り返しも含め、User Propertyがすべて引き継がれます",
        ],
        matters: [
            "Metadata of applications is lost on the way.",
            "アプリケーションのメタデータが途中で失われます。",
        ],
        script: |s| {
            sent_with(
                s,
                [("k", "1"), ("k", "2"), ("", ""), ("温度", "20 °C")]
                    .map(|(n, v)| Property::user(n, v)),
            );
        },
        judge: |e| {
            e.message(B, |p| {
                let mut all: Vec<_> = p.properties.user_properties().collect();
                all.sort();
                all == [("", ""), ("k", "1"), ("k", "2"), ("温度", "20 °C")]
            })
        },
        ..PROPERTIES
    },
    Probe {
        id: "user-properties-order",
        cites: &["[MQTT-3.3.2-18]"],
        title: ["User Properties keep their order", "User Propertyは順序を保ちます"],
        matters: [
            "Lists and paths written as User Properties are scrambled.",
            "User Propertyで表した並びや経路が入れ替わります。",
        ],
        script: |s| {
            sent_with(
                s,
                [("c", "1"), ("a", "2"), ("b", "3"), ("a", "1"), ("c", "0")]
                    .map(|(n, v)| Property::user(n, v)),
            );
        },
        judge: |e| {
            e.message(B, |p| {
                let expected = [("c", "1"), ("a", "2"), ("b", "3"), ("a", "1"), ("c", "0")];
                p.properties.user_properties().eq(expected)
            })
        },
        ..PROPERTIES
    },
    Probe {
        id: "properties-order",
        cites: &["§3.3.2.3"],
        title: [
            "The order of the other properties is left to the server",
            "ほかのプロパティの順序はサーバー次第です",
        ],
        matters: [
            "An application must not rely on the order that it sees here.",
            "ここで見える順序に頼ってはいけません。",
        ],
        is_choice: true,
        script: |s| {
            sent_with(
                s,
                [
                    Property::ContentType("t".into()),
                    Property::user("u", "1"),
                    Property::ResponseTopic("r".into()),
                    Property::PayloadFormatIndicator(1),
                ],
            );
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let [(id, publish)] = publishes.as_slice() else { return e.judge(B, false) };
            let names: Vec<_> = publish.properties.iter().map(|p| p.id().name()).collect();
            e.verdict(names.len() == 4, names.join(", "), vec![*id])
        },
        ..PROPERTIES
    },
    Probe {
        id: "no-publisher-alias",
        cites: &["[MQTT-3.3.2-7]", "§3.3.2.3.4"],
        title: [
            "A publisher's Topic Alias is not passed on",
            "パブリッシャーのエイリアスは引き継がれません",
        ],
        matters: [
            "Subscribers get aliases they did not allow.",
            "許していないエイリアスがサブスクライバーに届きます。",
        ],
        needs: &[Need::Aliases],
        script: |s| sent_with(s, [Property::TopicAlias(1)]),
        judge: |e| e.message(B, |p| p.properties.topic_alias().is_none()),
        ..PROPERTIES
    },
    Probe {
        id: "properties-while-waiting",
        cites: &["[MQTT-3.3.2-17]", "[MQTT-3.3.2-16]"],
        title: [
            "A message that waits keeps its properties",
            "待っているメッセージもプロパティを保ちます",
        ],
        matters: [
            "Requests that wait for a responder cannot be answered.",
            "応答する側を待つ要求に、答えられなくなります。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.leave_subscribed(B, "x", 1);
            s.open(A);
            s.publish_with(A, "x", 1, "waits", |p| {
                p.properties.push(Property::CorrelationData("c".into()));
                p.properties.push(Property::user("k", "v"));
            });
            s.resume(B, 60);
            s.messages(B, 1);
        },
        judge: |e| {
            e.message(B, |p| {
                p.properties.correlation_data().is_some_and(|data| data == "c")
                    && p.properties.user_properties().eq([("k", "v")])
            })
        },
        ..PROPERTIES
    },
    Probe {
        id: "expiry-kept",
        cites: &["[MQTT-3.3.2-6]", "§3.3.2.3.3"],
        title: ["Message Expiry Interval is passed on", "Message Expiry Intervalが引き継がれます"],
        matters: [
            "Receivers and bridges do not know how long a value holds.",
            "受け手やブリッジが、値がいつまで有効かを知ることができません。",
        ],
        script: |s| sent_with(s, [Property::MessageExpiryInterval(100)]),
        judge: |e| {
            e.message(B, |p| {
                p.properties
                    .message_expiry_interval()
                    .is_some_and(|left| (95..=100).contains(&left))
            })
        },
        ..PROPERTIES
    },
    Probe {
        id: "expiry-none",
        cites: &["§3.3.2.3.3"],
        title: [
            "A message without interval does not get one",
            "期限のないメッセージに期限は付きません",
        ],
        matters: [
            "Messages expire that were to wait.",
            "待つはずのメッセージが期限切れになります。",
        ],
        script: |s| sent_with(s, []),
        judge: |e| e.message(B, |p| p.properties.message_expiry_interval().is_none()),
        ..PROPERTIES
    },
    Probe {
        id: "expiry-reduced",
        cites: &["[MQTT-3.3.2-6]"],
        title: ["The time that a message waited is taken off", "待った時間の分だけ期限が減ります"],
        matters: ["Old values look fresh.", "古い値が新しく見えます。"],
        needs: &[Need::QoS1],
        is_slow: true,
        script: |s| {
            s.leave_subscribed(B, "x", 1);
            s.open(A);
            s.publish_with(A, "x", 1, "waits", expiring(100));
            s.pass(2500);
            s.resume(B, 60);
            s.messages(B, 1);
        },
        judge: |e| left_of_100(e, 90..100),
        ..PROPERTIES
    },
    Probe {
        id: "expired-not-sent",
        cites: &["[MQTT-3.3.2-5]"],
        title: [
            "A message whose interval has passed is not delivered",
            "期限を過ぎたメッセージは届きません",
        ],
        matters: [
            "Commands are carried out long after they made sense.",
            "意味を失った命令が、ずっとあとで実行されます。",
        ],
        needs: &[Need::QoS1],
        is_slow: true,
        script: |s| {
            s.leave_subscribed(B, "x", 1);
            s.open(A);
            s.publish_with(A, "x", 1, "short", expiring(1));
            s.publish_with(A, "x", 1, "long", expiring(100));
            s.pass(3000);
            s.resume(B, 60);
            s.messages(B, 1);
        },
        judge: |e| {
            let mut verdict = e.payloads(B, &["long"]);
            verdict.observed = verdict.observed.replace(" expiry", "");
            verdict
        },
        ..PROPERTIES
    },
];
