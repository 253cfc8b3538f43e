//! Receive Maximum, Maximum Packet Size, Topic Aliases, queues, Reason Strings.

use super::*;

const LIMITS: Probe = Probe { chapter: Chapter::Limits, ..PROBE };

/// B takes so many messages at once, and acknowledges them by hand; A is there too.
fn limited(s: &mut Script, maximum: u16, qos: u8) {
    s.open_with(B, |c| c.properties.push(Property::ReceiveMaximum(maximum)));
    s.by_hand(B);
    s.subscribe(B, "x", qos);
    s.open(A);
}

fn alias(number: u16) -> impl FnOnce(&mut Publish) {
    move |publish| publish.properties.push(Property::TopicAlias(number))
}

/// A PUBLISH of QoS 0 without Topic Name.
fn by_alias(s: &mut Script, number: u16, payload: &str) {
    s.publish_with(A, "=", 0, payload, alias(number));
}

/// The largest packet that a client got, in bytes.
fn largest(seen: &Seen<'_>, client: Client) -> usize {
    let records = seen.capture().records();
    let of_server = records
        .filter(|record| record.client == client.slot() && record.sender() == Some(Sender::Server));
    of_server.map(|record| record.bytes().len()).max().unwrap_or(0)
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "receive-maximum-honoured",
        cites: &["[MQTT-3.3.4-9]", "[MQTT-4.9.0-1]", "[MQTT-4.9.0-2]"],
        title: [
            "No more unacknowledged messages come than Receive Maximum allows",
            "未確認のメッセージはReceive Maximumの数までしか届きません",
        ],
        matters: [
            "A small device is flooded although it said how much it can take.",
            "受け取れる数を伝えた小さな機器が、それを超えて送りつけられます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            limited(s, 2, 1);
            for payload in ["1", "2", "3", "4"] {
                s.publish(A, "x", 1, payload);
            }
            s.pass(300);
        },
        // Fewer at a time are within the limit too.
        judge: |e| e.messages(B, |p| payloads_are(p, &["1", "2"]) || payloads_are(p, &["1"])),
        ..LIMITS
    },
    Probe {
        id: "receive-maximum-qos-2",
        cites: &["[MQTT-3.3.4-9]", "§4.9", "[MQTT-4.3.3-3]", "[MQTT-4.3.3-5]"],
        title: [
            "A place of Receive Maximum is free again after PUBCOMP, not after PUBREC",
            "QoS 2では、PUBRECではなくPUBCOMPのあとに枠が空きます",
        ],
        matters: [
            "A small device has to remember more exchanges than it said it can.",
            "小さな機器が、伝えた数より多くのやりとりを覚えることになります。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            limited(s, 1, 2);
            s.publish(A, "x", 2, "1");
            s.publish(A, "x", 2, "2");
            s.messages(B, 1);
            s.acknowledge(B, Packet::PubRec, ReasonCode::Success);
            s.pass(300);
        },
        judge: |e| e.payloads(B, &["1"]),
        ..LIMITS
    },
    Probe {
        id: "receive-maximum-released",
        cites: &["[MQTT-4.9.0-1]", "[MQTT-4.3.2-3]"],
        title: [
            "Each acknowledgement lets the next message come",
            "一つ確認するたびに、次のメッセージが届きます",
        ],
        matters: [
            "Messages that were held back never come.",
            "止められていたメッセージが届かないままになります。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open_with(B, |c| c.properties.push(Property::ReceiveMaximum(1)));
            s.subscribe(B, "x", 1);
            s.open(A);
            for payload in ["1", "2", "3"] {
                s.publish(A, "x", 1, payload);
            }
            s.messages(B, 3);
        },
        judge: |e| e.payloads(B, &["1", "2", "3"]),
        ..LIMITS
    },
    Probe {
        id: "receive-maximum-others-pass",
        cites: &["[MQTT-3.3.4-10]", "[MQTT-4.9.0-3]"],
        title: [
            "At a full Receive Maximum everything but PUBLISH is still answered",
            "枠が埋まっていても、PUBLISH以外には応答があります",
        ],
        matters: [
            "A consumer that is busy with one message seems dead.",
            "1通の処理に忙しいクライアントが、死んだように見えます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            limited(s, 1, 1);
            s.publish(A, "x", 1, "1");
            s.messages(B, 1);
            s.publish(A, "x", 1, "held");
            s.unsubscribe(B, &["x"]);
            s.ping(B);
        },
        judge: |e| {
            let answered = e.of_type(B, PacketType::UnsubAck).len() == 1
                && !e.of_type(B, PacketType::PingResp).is_empty();
            e.judge(B, answered)
        },
        ..LIMITS
    },
    Probe {
        id: "receive-maximum-and-qos-0",
        cites: &["[MQTT-3.3.4-10]", "§4.9"],
        title: [
            "Whether messages of QoS 0 pass a full Receive Maximum",
            "枠が埋まっているときのQoS 0：先に届くか、待つか",
        ],
        matters: [
            "Where they pass, a message of QoS 0 can overtake one of QoS 1 that was sent before it.",
            "先に届くブローカーでは、QoS 0のメッセージが前に送られたQoS 1を追い越します。",
        ],
        needs: &[Need::QoS1],
        is_choice: true,
        script: |s| {
            limited(s, 1, 1);
            s.publish(A, "x", 1, "1");
            s.messages(B, 1);
            s.publish(A, "x", 1, "held");
            s.publish(A, "x", 0, "0");
            s.messages(B, 2);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let evidence = record_ids(&publishes);
            match (payloads_are(&publishes, &["1", "0"]), payloads_are(&publishes, &["1"])) {
                (true, _) => e.verdict(true, "passes", evidence),
                (_, true) => e.verdict(true, "waits", evidence),
                _ => e.payloads(B, &["1"]),
            }
        },
        ..LIMITS
    },
    Probe {
        id: "receive-maximum-of-the-server",
        cites: &["§3.3.4", "§4.9"],
        title: [
            "One message more than the server's Receive Maximum ends the connection with 0x93",
            "サーバーのReceive Maximumを1通超えると、0x93で接続が終わります",
        ],
        matters: [
            "A publisher that breaks the limit is not told: messages may be dropped without a word.",
            "上限を破ったパブリッシャーに知らされず、メッセージが黙って捨てられることがあります。",
        ],
        needs: &[Need::QoS2],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.by_hand(A);
            for _ in 0..70 {
                s.publish_at_once(A, "x", 2, "many");
            }
            s.pass(300);
        },
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            let maximum = connack.properties.receive_maximum().unwrap_or(u16::MAX);
            if maximum >= 70 {
                return Verdict::not_examined(format!("Receive Maximum {maximum}"), vec![id]);
            }
            let told = e.of_type(A, PacketType::Disconnect);
            let is_refused =
                |got: &Got| got.packet.reason_codes().iter().any(|code| code.is_error());
            let refused = e
                .received(A)
                .into_iter()
                .find(|got| got.packet.packet_type() == PacketType::PubRec && is_refused(got));
            match told.first().or(refused.as_ref()) {
                Some(got) => e.verdict(true, e.brief(&got.packet), vec![id, got.id]),
                None if e.is_closed(A) => e.verdict(true, "closed", vec![id]),
                None => e.verdict(true, "accepted", vec![id]),
            }
        },
        ..LIMITS
    },
    Probe {
        id: "packet-size-of-the-client",
        cites: &["[MQTT-3.1.2-24]", "[MQTT-3.1.2-25]"],
        title: [
            "What is too large for a client is not sent to it, and the next message comes",
            "大きすぎるものは送られず、次のメッセージは届きます",
        ],
        matters: [
            "A device with little memory is sent what it cannot hold, or gets nothing more at all.",
            "メモリの少ない機器に収まらないものが送られるか、以後何も届かなくなります。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open_with(B, |c| c.properties.push(Property::MaximumPacketSize(200)));
            s.subscribe(B, "x", 1);
            s.open(A);
            s.publish(A, "x", 1, &"large".repeat(100));
            s.publish(A, "x", 1, "small");
            s.messages(B, 1);
        },
        judge: |e| {
            let is_small = largest(e, B) <= 200;
            e.messages(B, |publishes| is_small && payloads_are(publishes, &["small"]))
        },
        ..LIMITS
    },
    Probe {
        id: "packet-size-and-reasons",
        cites: &[
            "[MQTT-3.2.2-19]",
            "[MQTT-3.14.2-3]",
            "[MQTT-3.11.2-1]",
            "[MQTT-3.9.2-1]",
            "[MQTT-3.2.2-20]",
            "[MQTT-3.4.2-2]",
            "[MQTT-3.4.2-3]",
            "[MQTT-3.5.2-2]",
            "[MQTT-3.5.2-3]",
            "[MQTT-3.6.2-2]",
            "[MQTT-3.6.2-3]",
            "[MQTT-3.7.2-2]",
            "[MQTT-3.7.2-3]",
            "[MQTT-3.9.2-2]",
            "[MQTT-3.11.2-2]",
            "[MQTT-3.14.2-4]",
        ],
        title: [
            "Reason Strings and User Properties are left out where they would be too large for the client",
            "クライアントに大きすぎるReason StringとUser Propertyは省かれます",
        ],
        matters: [
            "A device with little memory has to drop the packet that tells it why.",
            "メモリの少ない機器が、理由を告げるパケットを受け取れません。",
        ],
        script: |s| {
            s.open_with(A, |c| c.properties.push(Property::MaximumPacketSize(24)));
            s.try_subscribe(A, &["x"], 0, |_| {});
            s.unsubscribe(A, &["x", "y"]);
            s.publish(A, "z", 1, "");
            s.publish(A, "z", 2, "");
            s.ack(A, Packet::PubRel, 900, ReasonCode::Success);
            s.ack(A, Packet::PubRec, 900, ReasonCode::Success);
            s.frame(A, 0x32, &[&s.text("#"), &[0, 1, 0]]);
            s.settle();
        },
        judge: |e| {
            let size = largest(e, A);
            // An Assigned Client Identifier does not come: the client has a name.
            e.verdict(
                size <= 24,
                if size <= 24 { "up to 24 bytes".into() } else { format!("{size} bytes") },
                e.evidence(A),
            )
        },
        ..LIMITS
    },
    Probe {
        id: "alias-used",
        cites: &["[MQTT-3.3.2-12]", "§3.3.2.3.4"],
        title: ["A Topic Alias of a publisher works", "パブリッシャーのエイリアスが使えます"],
        matters: [
            "Publishers that shorten their topics lose their connection or their messages.",
            "トピックを短縮したパブリッシャーが、接続かメッセージを失います。",
        ],
        needs: &[Need::Aliases],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish_with(A, "x", 0, "named", alias(1));
            by_alias(s, 1, "alias");
            s.messages(B, 2);
        },
        judge: |e| {
            e.messages(B, |publishes| {
                payloads_are(publishes, &["named", "alias"])
                    && publishes.iter().all(|(_, p)| *p.topic == *e.topic("x"))
            })
        },
        ..LIMITS
    },
    Probe {
        id: "alias-moved",
        cites: &["§3.3.2.3.4"],
        title: [
            "A Topic Alias can be given to another topic",
            "エイリアスは別のトピックに付け替えられます",
        ],
        matters: ["Values are filed under the wrong topic.", "値が誤ったトピックに入ります。"],
        needs: &[Need::Aliases],
        script: |s| {
            s.open(B);
            s.subscribe(B, "two", 0);
            s.open(A);
            s.publish_with(A, "one", 0, "1", alias(1));
            s.publish_with(A, "two", 0, "2", alias(1));
            by_alias(s, 1, "again");
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["2", "again"]),
        ..LIMITS
    },
    Probe {
        id: "alias-of-one-connection",
        cites: &["[MQTT-3.3.2-7]"],
        title: ["A Topic Alias ends with its connection", "エイリアスは接続とともに終わります"],
        matters: [
            "Values of a new connection are filed under topics of an old one.",
            "新しい接続の値が、古い接続のトピックに入ります。",
        ],
        needs: &[Need::Aliases],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.resume(A, 60);
            s.publish_with(A, "x", 0, "named", alias(1));
            s.messages(B, 1);
            s.cut(A);
            s.pass(200);
            s.resume(A, 60);
            by_alias(s, 1, "unknown");
            s.settle();
        },
        judge: |e| {
            let arrived = e.publishes(B);
            let right = payloads_are(&arrived, &["named"]) && e.is_closed(A);
            let mut evidence = e.evidence(A);
            evidence.extend(record_ids(&arrived));
            e.verdict(right, e.told(A), evidence)
        },
        ..LIMITS
    },
    Probe {
        id: "alias-unknown",
        cites: &["§3.3.2.3.4", "[MQTT-4.13.1-1]"],
        title: [
            "A Topic Alias that was never set ends the connection",
            "設定されていないエイリアスは接続を終わらせます",
        ],
        matters: [
            "Messages vanish, and the publisher does not learn why.",
            "メッセージが消え、パブリッシャーには理由がわかりません。",
        ],
        needs: &[Need::Aliases],
        script: |s| {
            s.open(A);
            by_alias(s, 1, "unknown");
            s.settle();
        },
        judge: |e| e.refused(A),
        ..LIMITS
    },
    Probe {
        id: "alias-above-maximum",
        cites: &["§3.3.2.3.4", "[MQTT-4.13.1-1]"],
        title: [
            "A Topic Alias above the server's maximum ends the connection",
            "サーバーの上限を超えるエイリアスは接続を終わらせます",
        ],
        matters: [
            "A publisher that counts too far works here and loses its connection elsewhere.",
            "数えすぎたパブリッシャーが、ここでは動いても、よそでは接続を失います。",
        ],
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 0, "too far", alias(u16::MAX));
            s.settle();
        },
        judge: |e| {
            let maximum = e.connack(A, 0).and_then(|(_, c)| c.properties.topic_alias_maximum());
            match maximum {
                Some(u16::MAX) => {
                    Verdict::not_examined("Topic Alias Maximum 65535".into(), e.evidence(A))
                }
                _ => e.refused(A),
            }
        },
        ..LIMITS
    },
    Probe {
        id: "alias-none-unasked",
        cites: &["[MQTT-3.1.2-27]"],
        title: [
            "A client without Topic Alias Maximum gets no Topic Alias",
            "Topic Alias Maximumのないクライアントにエイリアスは届きません",
        ],
        matters: [
            "Clients without aliases get messages without topic.",
            "エイリアスを使わないクライアントに、トピックのないメッセージが届きます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "1");
            s.publish(A, "x", 0, "2");
            s.messages(B, 2);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let right = publishes.len() == 2
                && publishes.iter().all(|(_, p)| p.properties.topic_alias().is_none());
            e.verdict(right, e.told(B), record_ids(&publishes))
        },
        ..LIMITS
    },
    Probe {
        id: "alias-within-maximum",
        cites: &["[MQTT-3.1.2-26]", "[MQTT-3.3.2-11]"],
        title: [
            "No Topic Alias is above the client's maximum",
            "クライアントの上限を超えるエイリアスは届きません",
        ],
        matters: [
            "The client has to treat it as a Protocol Error and loses its connection.",
            "クライアントはProtocol Errorとみなすほかなく、接続を失います。",
        ],
        script: |s| {
            s.open_with(B, |c| c.properties.push(Property::TopicAliasMaximum(1)));
            s.subscribe_with(B, &["t/1", "t/2", "t/3"], 0, |_| {});
            s.open(A);
            for topic in ["t/1", "t/2", "t/3", "t/1", "t/2", "t/3"] {
                s.publish(A, topic, 0, "x");
            }
            s.messages(B, 6);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let most = publishes.iter().filter_map(|(_, p)| p.properties.topic_alias()).max();
            let right = publishes.len() == 6 && most.unwrap_or(0) <= 1;
            let observed =
                format!("{} × PUBLISH, Topic Alias up to {}", publishes.len(), most.unwrap_or(0));
            e.verdict(right, observed, record_ids(&publishes))
        },
        ..LIMITS
    },
    Probe {
        id: "alias-from-the-server",
        cites: &["§3.3.2.3.4"],
        title: [
            "The server shortens topics with aliases where the client allows it",
            "クライアントが許せば、サーバーはエイリアスで短縮します",
        ],
        matters: [
            "Subscribers on slow networks pay for the whole Topic Name with every message.",
            "遅い回線のサブスクライバーが、毎回Topic Name全体の分を負担します。",
        ],
        is_choice: true,
        script: |s| {
            s.open_with(B, |c| c.properties.push(Property::TopicAliasMaximum(10)));
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "1");
            s.publish(A, "x", 0, "2");
            s.publish(A, "x", 0, "3");
            s.messages(B, 3);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let evidence = record_ids(&publishes);
            // Whether the next message is shortened may depend on when it comes.
            match publishes.iter().any(|(_, p)| p.properties.topic_alias().is_some()) {
                true => e.verdict(true, "Topic Alias", evidence),
                false => e.not_offered("–", evidence),
            }
        },
        ..LIMITS
    },
    Probe {
        id: "queue-length",
        cites: &["§4.9", "§3.1.2.11.2"],
        title: [
            "How many of 1,500 messages wait for an absent client",
            "1,500通のうち、不在のクライアントを待つ数",
        ],
        matters: [
            "Beyond that, what is published while a device is offline is lost without a word.",
            "これを超えると、機器がオフラインのあいだのメッセージが黙って失われます。",
        ],
        needs: &[Need::QoS1],
        is_choice: true,
        is_heavy: true,
        limit: Duration::from_secs(60),
        script: |s| {
            s.leave_subscribed(B, "x", 1);
            s.open(A);
            for number in 0..1500 {
                s.publish(A, "x", 1, &number.to_string());
            }
            s.resume(B, 60);
            s.messages(B, 1500);
            s.settle();
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let evidence = publishes.iter().map(|(id, _)| *id).take(1).collect();
            e.verdict(!publishes.is_empty(), format!("{} of 1500", publishes.len()), evidence)
        },
        ..LIMITS
    },
    Probe {
        id: "payload-larger",
        cites: &["§3.2.2.3.6"],
        title: ["A payload of 300,000 bytes", "300,000バイトのペイロード"],
        matters: [
            "Firmware has to be cut into smaller pieces.",
            "ファームウェアを小さく分けることになります。",
        ],
        is_choice: true,
        is_heavy: true,
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, &"0123456789".repeat(30_000));
            s.messages(B, 1);
        },
        judge: |e| match e.publishes(B).as_slice() {
            [(id, p)] if p.payload.len() == 300_000 => e.verdict(true, "PUBLISH", vec![*id]),
            _ => e.not_offered(e.told(A), e.evidence(A)),
        },
        ..LIMITS
    },
    Probe {
        id: "problem-information-0",
        cites: &["[MQTT-3.1.2-29]"],
        title: [
            "With Request Problem Information 0, acknowledgements have no Reason String",
            "Request Problem Information 0なら、確認応答にReason Stringは付きません",
        ],
        matters: [
            "A device that wants short packets gets long ones.",
            "短いパケットを求めた機器に、長いものが届きます。",
        ],
        script: |s| {
            s.open_with(A, |c| c.properties.push(Property::RequestProblemInformation(0)));
            s.ack(A, Packet::PubRel, 9, ReasonCode::Success);
            s.unsubscribe(A, &["none"]);
            s.subscribe(A, "x", 0);
            s.publish(A, "nobody", 1, "?");
        },
        judge: |e| {
            let says = |got: &Got| match got.packet.packet_type() {
                // These may.
                PacketType::Publish | PacketType::ConnAck | PacketType::Disconnect => None,
                _ => [PropertyId::ReasonString, PropertyId::UserProperty]
                    .into_iter()
                    .find(|id| got.packet.properties().contains(*id)),
            };
            let said = e.received(A).iter().find_map(says);
            e.verdict(said.is_none(), said.map_or("–", PropertyId::name), e.evidence(A))
        },
        ..LIMITS
    },
    Probe {
        id: "reason-strings",
        cites: &["§3.14.2.2.3", "§4.13.1"],
        title: [
            "An error says why in a Reason String",
            "エラーの理由がReason Stringで告げられます",
        ],
        matters: [
            "Who looks for a fault has only the Reason Code to go by.",
            "不具合を調べる手がかりがReason Codeだけになります。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.frame(A, 0x82, &[&[0, 1, 0], &text("a#"), &[0]]);
            s.settle();
        },
        judge: |e| {
            let told = e.of_type(A, PacketType::Disconnect);
            match told.first().map(|got| got.packet.properties().reason_string().is_some()) {
                Some(true) => e.verdict(true, "Reason String", e.evidence(A)),
                _ => e.not_offered(e.told(A), e.evidence(A)),
            }
        },
        ..LIMITS
    },
];
