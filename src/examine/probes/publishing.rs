//! PUBLISH from one client to another.

use super::*;

const PUBLISHING: Probe = Probe { chapter: Chapter::Publishing, ..PROBE };

/// A message to a subscriber, each with its QoS.
fn one_message(s: &mut Script, topic: &str, subscribed: u8, published: u8, payload: &str) {
    s.open(B);
    s.subscribe(B, topic, subscribed);
    s.open(A);
    s.publish(A, topic, published, payload);
    s.messages(B, 1);
}

/// A message with a Topic Name that the broker may find too long.
fn long_topic(s: &mut Script, topic: &str) {
    s.open(B);
    s.try_subscribe(B, &[topic], 0, |_| {});
    s.open(A);
    s.publish(A, topic, 0, "arrived");
    s.messages(B, 1);
}

fn arrived_or_not_offered(seen: &Seen<'_>) -> Verdict {
    match seen.publishes(B).as_slice() {
        [(id, _)] => seen.verdict(true, "PUBLISH", vec![*id]),
        _ => seen.not_offered(seen.told(B), seen.evidence(B)),
    }
}

const ORDER: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
const ORDER_MATTERS: [&str; 2] =
    ["A later value is overwritten by an earlier one.", "新しい値が古い値で上書きされます。"];

const QOS_MATTERS: [&str; 2] = [
    "Messages come with less certainty than agreed, or cost more packets than asked for.",
    "取り決めより低い確実さで届くか、求めた以上のパケットがかかります。",
];

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "qos-0",
        cites: &["[MQTT-4.3.1-1]", "[MQTT-4.5.0-1]", "[MQTT-2.2.1-2]", "[MQTT-3.3.2-1]"],
        title: ["A message of QoS 0 arrives", "QoS 0のメッセージが届きます"],
        matters: ["Nothing works without it.", "これなしには何も動きません。"],
        script: |s| one_message(s, "x", 0, 0, "hello"),
        judge: |e| e.payloads(B, &["hello"]),
        ..PUBLISHING
    },
    Probe {
        id: "payload-binary",
        cites: &["§3.3.3"],
        title: [
            "A payload of any bytes arrives unchanged",
            "どんなバイト列のペイロードもそのまま届きます",
        ],
        matters: [
            "Compressed or encrypted payloads are damaged.",
            "圧縮や暗号化されたペイロードが壊れます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish_with(A, "x", 0, "", |p| p.payload = (0..=255).collect::<Vec<u8>>().into());
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.payload.iter().copied().eq(0..=255)),
        ..PUBLISHING
    },
    Probe {
        id: "payload-empty",
        cites: &["§3.3.3"],
        title: ["A message without payload arrives", "ペイロードのないメッセージも届きます"],
        matters: [
            "Messages that say all in their topic or properties are lost.",
            "トピックやプロパティだけで意味を伝えるメッセージが失われます。",
        ],
        script: |s| one_message(s, "x", 0, 0, ""),
        judge: |e| e.payloads(B, &[""]),
        ..PUBLISHING
    },
    Probe {
        id: "payload-large",
        cites: &["§3.3.3", "[MQTT-4.2-1]"],
        title: ["A payload of 60,000 bytes arrives", "60,000バイトのペイロードが届きます"],
        matters: [
            "Images and firmware have to be cut into smaller pieces.",
            "画像やファームウェアをより小さく分けることになります。",
        ],
        script: |s| one_message(s, "x", 1, 1, &"0123456789".repeat(6000)),
        judge: |e| {
            let limit = e.connack(A, 0).and_then(|(_, c)| c.properties.maximum_packet_size());
            match limit {
                Some(limit) if limit < 60_200 => {
                    e.not_offered(format!("Maximum Packet Size {limit}"), e.evidence(A))
                }
                _ => e.message(B, |p| p.payload.len() == 60_000 && p.payload.starts_with(b"0123")),
            }
        },
        ..PUBLISHING
    },
    Probe {
        id: "topic-bom",
        cites: &["[MQTT-1.5.4-3]"],
        title: [
            "U+FEFF in a Topic Name is a character like others",
            "Topic Name中のU+FEFFも普通の文字です",
        ],
        matters: [
            "Topics that differ in this character get mixed up.",
            "この文字だけが違うトピックが混同されます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "\u{FEFF}x", 0);
            s.subscribe(B, "y/\u{FEFF}", 0);
            s.open(A);
            s.publish(A, "x", 0, "without");
            s.publish(A, "y/\u{FEFF}", 0, "with");
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["with"]),
        ..PUBLISHING
    },
    Probe {
        id: "topic-not-normalized",
        cites: &["[MQTT-4.7.3-4]"],
        title: [
            "é as one character and as two are different topics",
            "1文字のéと2文字で表したéは別のトピックです",
        ],
        matters: [
            "Names from different systems meet on one topic, or do not where another broker had them meet.",
            "別々のシステムの名前が同じトピックに集まってしまいます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "caf\u{E9}", 0);
            s.open(A);
            s.publish(A, "cafe\u{301}", 0, "two");
            s.publish(A, "caf\u{E9}", 0, "one");
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["one"]),
        ..PUBLISHING
    },
    Probe {
        id: "topic-case",
        cites: &["[MQTT-4.7.3-4]", "§4.7.3"],
        title: ["Topics are case sensitive", "トピックは大文字と小文字を区別します"],
        matters: [
            "Messages reach subscribers they are not for.",
            "関係のないサブスクライバーにメッセージが届きます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "Case", 0);
            s.open(A);
            s.publish(A, "case", 0, "small");
            s.publish(A, "Case", 0, "capital");
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["capital"]),
        ..PUBLISHING
    },
    Probe {
        id: "topic-spaces",
        cites: &["§4.7.3"],
        title: ["Topic Names may have spaces", "Topic Nameには空白が使えます"],
        matters: [
            "Names of other systems have to be rewritten first.",
            "ほかのシステムの名前を書き換えてから使うことになります。",
        ],
        script: |s| one_message(s, "a b / c", 0, 0, "space"),
        judge: |e| e.payloads(B, &["space"]),
        ..PUBLISHING
    },
    Probe {
        id: "topic-empty-levels",
        cites: &["§4.7.1.1"],
        title: ["Empty levels count as levels", "空の階層も一つの階層です"],
        matters: [
            "Topics with a slash too many meet others, or get lost.",
            "スラッシュが余分なトピックが別のトピックと混ざるか、失われます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "a//b", 0);
            s.subscribe(B, "c/", 0);
            s.open(A);
            s.publish(A, "a/b", 0, "no");
            s.publish(A, "c", 0, "no");
            s.publish(A, "a//b", 0, "middle");
            s.publish(A, "c/", 0, "end");
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["middle", "end"]),
        ..PUBLISHING
    },
    Probe {
        id: "topic-many-levels",
        cites: &["§4.7.1.1"],
        title: ["A topic of 150 levels", "150階層のトピック"],
        matters: [
            "Deep hierarchies do not work on this broker.",
            "深い階層はこのブローカーでは使えません。",
        ],
        is_choice: true,
        script: |s| long_topic(s, &"l/".repeat(150)),
        judge: arrived_or_not_offered,
        ..PUBLISHING
    },
    Probe {
        id: "topic-long",
        cites: &["[MQTT-4.7.3-3]"],
        title: ["A Topic Name of 4,000 bytes", "4,000バイトのTopic Name"],
        matters: [
            "Long Topic Names do not work on this broker.",
            "長いTopic Nameはこのブローカーでは使えません。",
        ],
        is_choice: true,
        script: |s| long_topic(s, &"long".repeat(1000)),
        judge: arrived_or_not_offered,
        ..PUBLISHING
    },
    Probe {
        id: "topic-as-published",
        cites: &["[MQTT-3.3.2-3]"],
        title: [
            "A subscriber gets the Topic Name that was published",
            "サブスクライバーには、送られたとおりのTopic Nameが届きます",
        ],
        matters: [
            "A subscriber with a wildcard cannot tell whose value it is.",
            "ワイルドカードで購読したクライアントが、どの機器の値かを見分けられません。",
        ],
        needs: &[Need::Wildcards],
        script: |s| {
            s.open(B);
            s.subscribe(B, "line/+/t", 0);
            s.open(A);
            s.publish(A, "line/7/t", 0, "20");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| *p.topic == *e.topic("line/7/t")),
        ..PUBLISHING
    },
    Probe {
        id: "own-message",
        cites: &["§3.8.3.1"],
        title: [
            "A client gets its own messages where it subscribed to them",
            "購読していれば、自分の送ったメッセージも届きます",
        ],
        matters: [
            "Applications that talk to themselves over the broker hear nothing.",
            "ブローカー越しに自分自身とやりとりするアプリケーションに、何も届きません。",
        ],
        script: |s| {
            s.open(A);
            s.subscribe(A, "x", 0);
            s.publish(A, "x", 0, "mine");
            s.messages(A, 1);
        },
        judge: |e| e.payloads(A, &["mine"]),
        ..PUBLISHING
    },
    Probe {
        id: "no-subscribers",
        cites: &["§3.4.2.1"],
        title: [
            "PUBACK where nobody subscribes: 0x10 or 0x00",
            "購読者がいないときのPUBACK：0x10か0x00か",
        ],
        matters: [
            "0x10 tells a publisher that nobody is there; with 0x00 it does not learn so.",
            "0x10なら受け手がいないことがわかりますが、0x00ではわかりません。",
        ],
        needs: &[Need::QoS1],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.publish(A, "nobody", 1, "?");
        },
        judge: |e| {
            let right = |codes: &[ReasonCode]| {
                matches!(codes, [ReasonCode::Success | ReasonCode::NoMatchingSubscribers])
            };
            e.codes(A, PacketType::PubAck, right)
        },
        ..PUBLISHING
    },
    Probe {
        id: "qos-not-raised",
        cites: &["[MQTT-3.8.4-8]"],
        title: [
            "A message of QoS 0 stays QoS 0 for a subscription of QoS 2",
            "QoS 2の購読にも、QoS 0のメッセージはQoS 0で届きます",
        ],
        matters: QOS_MATTERS,
        needs: &[Need::QoS2],
        script: |s| one_message(s, "x", 2, 0, "0"),
        judge: |e| e.message(B, |p| p.qos == QoS::AtMostOnce),
        ..PUBLISHING
    },
    Probe {
        id: "qos-lowered-to-0",
        cites: &["[MQTT-3.8.4-8]"],
        title: [
            "A message of QoS 2 is delivered with QoS 0 to a subscription of QoS 0",
            "QoS 0の購読には、QoS 2のメッセージもQoS 0で届きます",
        ],
        matters: QOS_MATTERS,
        needs: &[Need::QoS2],
        script: |s| one_message(s, "x", 0, 2, "2"),
        judge: |e| e.message(B, |p| p.qos == QoS::AtMostOnce),
        ..PUBLISHING
    },
    Probe {
        id: "qos-lowered-to-1",
        cites: &["[MQTT-3.8.4-8]"],
        title: [
            "A message of QoS 2 is delivered with QoS 1 to a subscription of QoS 1",
            "QoS 1の購読には、QoS 2のメッセージもQoS 1で届きます",
        ],
        matters: QOS_MATTERS,
        needs: &[Need::QoS2],
        script: |s| one_message(s, "x", 1, 2, "2"),
        judge: |e| e.message(B, |p| p.qos == QoS::AtLeastOnce),
        ..PUBLISHING
    },
    Probe {
        id: "order-qos-0",
        cites: &["[MQTT-4.6.0-5]", "[MQTT-4.6.0-6]"],
        title: ["Messages of QoS 0 keep their order", "QoS 0のメッセージは順序を保ちます"],
        matters: ORDER_MATTERS,
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            for payload in ORDER {
                s.publish(A, "x", 0, payload);
            }
            s.messages(B, 6);
        },
        judge: |e| e.payloads(B, &ORDER),
        ..PUBLISHING
    },
    Probe {
        id: "order-qos-1",
        cites: &["[MQTT-4.6.0-5]", "[MQTT-4.6.0-6]"],
        title: ["Messages of QoS 1 keep their order", "QoS 1のメッセージは順序を保ちます"],
        matters: ORDER_MATTERS,
        needs: &[Need::QoS1],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 1);
            s.open(A);
            for payload in ORDER {
                s.publish_at_once(A, "x", 1, payload);
            }
            s.messages(B, 6);
        },
        judge: |e| e.payloads(B, &ORDER),
        ..PUBLISHING
    },
    Probe {
        id: "order-qos-2",
        cites: &["[MQTT-4.6.0-5]", "[MQTT-4.6.0-6]"],
        title: ["Messages of QoS 2 keep their order", "QoS 2のメッセージは順序を保ちます"],
        matters: ORDER_MATTERS,
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            for payload in ["1", "2", "3", "4"] {
                s.publish_at_once(A, "x", 2, payload);
            }
            s.messages(B, 4);
        },
        judge: |e| e.payloads(B, &["1", "2", "3", "4"]),
        ..PUBLISHING
    },
    Probe {
        id: "dup-not-passed-on",
        cites: &["[MQTT-3.3.1-3]"],
        title: [
            "DUP of the publisher is not passed on",
            "パブリッシャーのDUPはそのまま引き継がれません",
        ],
        matters: [
            "Subscribers that drop what is marked as a duplicate drop messages they never had.",
            "DUP付きを捨てるサブスクライバーが、まだ受け取っていないメッセージを捨てます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 1);
            s.open(A);
            s.publish_with(A, "x", 1, "first", |p| p.dup = true);
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| !p.dup),
        ..PUBLISHING
    },
];
