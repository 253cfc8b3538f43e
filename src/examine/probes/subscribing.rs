//! SUBSCRIBE, UNSUBSCRIBE, and which filter matches what.

use super::*;

const SUBSCRIBING: Probe = Probe { chapter: Chapter::Subscribing, ..PROBE };

const MATCHING: [&str; 2] = [
    "Subscribers miss messages, or get some that are not for them.",
    "サブスクライバーがメッセージを逃すか、関係のないものを受け取ります。",
];

/// A filter, topics that it does not match, and topics that it matches, in this order.
fn matching(s: &mut Script, filter: &str, others: &[&str], matched: &[&str]) {
    s.open(B);
    s.subscribe(B, filter, 0);
    s.open(A);
    for topic in others {
        s.publish(A, topic, 0, "no");
    }
    for topic in matched {
        s.publish(A, topic, 0, "yes");
    }
    s.messages(B, matched.len());
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "suback",
        cites: &["[MQTT-3.8.4-1]", "[MQTT-3.8.4-2]", "[MQTT-2.2.1-6]"],
        title: [
            "SUBSCRIBE is answered with SUBACK of the same identifier",
            "SUBSCRIBEに、同じ識別子のSUBACKが返ります",
        ],
        matters: [
            "Clients wait indefinitely, or take a subscription for granted that was refused.",
            "クライアントは待ち続けるか、拒まれた購読を認められたと思い込みます。",
        ],
        script: |s| {
            s.open(A);
            s.try_subscribe(A, &["x"], 0, |subscribe| {
                subscribe.packet_id = PacketId::new(4321).expect("above zero");
            });
        },
        judge: |e| {
            let acks = e.of_type(A, PacketType::SubAck);
            let right = acks.len() == 1
                && acks.iter().all(|got| got.packet.packet_id().is_some_and(|id| id.get() == 4321));
            e.judge(A, right)
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "suback-codes",
        cites: &[
            "[MQTT-3.8.4-5]",
            "[MQTT-3.8.4-6]",
            "[MQTT-3.8.4-7]",
            "[MQTT-3.9.3-1]",
            "[MQTT-3.2.2-10]",
            "[MQTT-3.9.3-2]",
        ],
        title: [
            "One SUBACK has a code for each filter, in their order",
            "1通のSUBACKに、フィルターの順にコードが並びます",
        ],
        matters: [
            "Clients take the failure of one filter for that of another.",
            "クライアントが、どのフィルターが失敗したかを取り違えます。",
        ],
        script: |s| {
            s.open(A);
            s.try_subscribe(A, &["a", "b", "c"], 0, |subscribe| {
                subscribe.subscriptions[1].qos = QoS::AtLeastOnce;
                subscribe.subscriptions[2].qos = QoS::ExactlyOnce;
            });
        },
        judge: |e| {
            let most = e.connack(A, 0).and_then(|(_, c)| c.properties.maximum_qos()).unwrap_or(2);
            e.codes(A, PacketType::SubAck, |codes| {
                // It may grant less than is asked for.
                let is_within = |(asked, code): (u8, &ReasonCode)| {
                    code.granted_qos().is_some_and(|qos| qos.bits() <= asked.min(most))
                };
                codes.len() == 3 && (0..).zip(codes).all(is_within)
            })
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "subscription-replaced",
        cites: &["[MQTT-3.8.4-3]"],
        title: [
            "The same filter again replaces the subscription",
            "同じフィルターで購読し直すと、前の購読に置き換わります",
        ],
        matters: [
            "Clients that subscribe after each reconnect get every message several times.",
            "再接続のたびに購読するクライアントに、同じメッセージが何通も届きます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 1);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish(A, "x", 1, "one");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.qos == QoS::AtMostOnce),
        ..SUBSCRIBING
    },
    Probe {
        id: "single-level",
        cites: &["[MQTT-4.7.1-2]", "§4.7.1.3"],
        title: ["+ matches exactly one level", "+は一つの階層だけに合います"],
        matters: MATCHING,
        needs: &[Need::Wildcards],
        script: |s| matching(s, "a/+/c", &["a/c", "a/b/b/c", "a/b/d"], &["a/b/c", "a//c"]),
        judge: |e| e.payloads(B, &["yes", "yes"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "multi-level",
        cites: &["[MQTT-4.7.1-1]", "§4.7.1.2"],
        title: ["# matches the level above and all below", "#は親の階層とその下すべてに合います"],
        matters: MATCHING,
        needs: &[Need::Wildcards],
        script: |s| matching(s, "a/#", &["ab", "b"], &["a", "a/b", "a/b/c"]),
        judge: |e| e.payloads(B, &["yes", "yes", "yes"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "wildcards-and-dollar",
        cites: &["[MQTT-4.7.2-1]"],
        title: [
            "A filter that begins with a wildcard does not match topics that begin with $",
            "ワイルドカードで始まるフィルターは、$で始まるトピックに合いません",
        ],
        matters: [
            "Clients that subscribe to everything get the broker's own topics too.",
            "すべてを購読するクライアントに、ブローカー自身のトピックまで届きます。",
        ],
        needs: &[Need::Wildcards],
        script: |s| {
            s.open(A);
            s.open(B);
            s.subscribe(B, "+/^x", 0);
            s.open(C);
            s.try_subscribe(C, &["$playground/^x"], 0, |_| {});
            s.publish(A, "$playground/^x", 0, "dollar");
            s.publish(A, "playground/^x", 0, "plain");
            s.messages(C, 1);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["plain"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "dollar-topics",
        cites: &["§4.7.2"],
        title: [
            "Clients may use topics of their own that begin with $",
            "$で始まるトピックをクライアントが使えます",
        ],
        matters: [
            "The specification advises against it: what works here might not work elsewhere.",
            "規格は使わないよう勧めています。ここで動いても、よそでは動かないことがあります。",
        ],
        is_choice: true,
        script: |s| {
            s.open(B);
            s.try_subscribe(B, &["$playground/^x"], 0, |_| {});
            s.open(A);
            s.publish(A, "$playground/^x", 0, "dollar");
            s.messages(B, 1);
        },
        judge: |e| match e.publishes(B).as_slice() {
            [(id, _)] => e.verdict(true, "PUBLISH", vec![*id]),
            _ => e.not_offered(e.told(B), [e.evidence(A), e.evidence(B)].concat()),
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "subscription-identifier",
        cites: &["[MQTT-3.3.4-3]"],
        title: [
            "A message names the subscription that it is for",
            "メッセージに、どの購読に対するものかが付きます",
        ],
        matters: [
            "Clients that dispatch by identifier drop the message.",
            "識別子で振り分けるクライアントは、メッセージを捨てます。",
        ],
        needs: &[Need::SubscriptionIdentifiers],
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 7, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "7");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.properties.subscription_identifiers().eq([7])),
        ..SUBSCRIBING
    },
    Probe {
        id: "subscription-identifier-largest",
        cites: &["§3.8.2.1.2", "[MQTT-3.3.4-3]"],
        title: [
            "The largest Subscription Identifier, 268,435,455, comes back",
            "最大のSubscription Identifier（268,435,455）も返ります",
        ],
        matters: [
            "Libraries that count identifiers up get messages they cannot dispatch.",
            "識別子を数え上げるライブラリが、振り分けられないメッセージを受け取ります。",
        ],
        needs: &[Need::SubscriptionIdentifiers],
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 268_435_455, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "large");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.properties.subscription_identifiers().eq([268_435_455])),
        ..SUBSCRIBING
    },
    Probe {
        id: "subscription-identifier-replaced",
        cites: &["[MQTT-3.8.4-3]", "§3.8.4"],
        title: [
            "A replaced subscription has the new identifier only",
            "置き換えた購読には、新しい識別子だけが付きます",
        ],
        matters: [
            "Messages are dispatched to a handler that is gone.",
            "メッセージが、もうない処理に振り分けられます。",
        ],
        needs: &[Need::SubscriptionIdentifiers],
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 7, "x", 0);
            s.subscribe_as(B, 8, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "8");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.properties.subscription_identifiers().eq([8])),
        ..SUBSCRIBING
    },
    Probe {
        id: "subscription-identifier-with-retained",
        cites: &["[MQTT-3.3.4-3]"],
        title: [
            "A retained message names its subscription too",
            "Retainメッセージにも購読の識別子が付きます",
        ],
        matters: [
            "The first value of each topic is dropped by clients that dispatch by identifier.",
            "識別子で振り分けるクライアントが、各トピックの最初の値を捨てます。",
        ],
        needs: &[Need::SubscriptionIdentifiers, Need::Retain],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe_as(B, 9, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.properties.subscription_identifiers().eq([9])),
        ..SUBSCRIBING
    },
    Probe {
        id: "overlapping-copies",
        cites: &["[MQTT-3.3.4-4]", "[MQTT-3.3.4-5]", "§3.3.4"],
        title: [
            "Overlapping subscriptions bring one copy with both identifiers, or one each",
            "重なる購読：両方の識別子が付いた1通か、それぞれ1通か",
        ],
        matters: [
            "An application that counts messages counts twice on one broker and once on another.",
            "メッセージを数えるアプリケーションの結果が、ブローカーによって2倍になります。",
        ],
        needs: &[Need::SubscriptionIdentifiers, Need::Wildcards],
        is_choice: true,
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 1, "o/x", 0);
            s.subscribe_as(B, 2, "o/#", 0);
            s.open(A);
            s.publish(A, "o/x", 0, "copies");
            s.messages(B, 1);
            s.settle();
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let mut ids: Vec<Vec<u32>> = publishes
                .iter()
                .map(|(_, p)| p.properties.subscription_identifiers().collect())
                .collect();
            ids.iter_mut().for_each(|ids| ids.sort());
            ids.sort();
            let one_copy = ids == [vec![1, 2]];
            let one_each = ids == [vec![1], vec![2]];
            let observed = match (one_copy, one_each) {
                (true, _) => "one copy".to_owned(),
                (_, true) => "one each".to_owned(),
                _ => e.told(B),
            };
            e.verdict(one_copy || one_each, observed, record_ids(&publishes))
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "overlapping-identifiers-order",
        cites: &["[MQTT-3.3.4-4]"],
        title: [
            "The order of the identifiers, or of the copies, of overlapping subscriptions",
            "重なる購読の識別子（またはメッセージ）の順序",
        ],
        matters: [
            "Any order is right: an application must not rely on the one that it sees here.",
            "どの順でも正しいので、ここで見える順に頼ってはいけません。",
        ],
        needs: &[Need::SubscriptionIdentifiers, Need::Wildcards],
        is_choice: true,
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 30, "o/#", 0);
            s.subscribe_as(B, 10, "o/x", 0);
            s.subscribe_as(B, 20, "o/+", 0);
            s.open(A);
            s.publish(A, "o/x", 0, "order");
            s.messages(B, 1);
            s.settle();
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let ids: Vec<String> = publishes
                .iter()
                .flat_map(|(_, p)| p.properties.subscription_identifiers().collect::<Vec<_>>())
                .map(|id| id.to_string())
                .collect();
            let mut sorted = ids.clone();
            sorted.sort();
            let evidence = record_ids(&publishes);
            e.verdict(sorted == ["10", "20", "30"], ids.join(", "), evidence)
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "overlapping-qos",
        cites: &["[MQTT-3.3.4-2]"],
        title: [
            "Overlapping subscriptions deliver with the highest QoS",
            "重なる購読では、最も高いQoSで届きます",
        ],
        matters: [
            "A broad subscription of QoS 0 weakens a precise one of QoS 1.",
            "広いQoS 0の購読が、個別のQoS 1の購読を弱めます。",
        ],
        needs: &[Need::QoS1, Need::Wildcards],
        script: |s| {
            s.open(B);
            s.subscribe(B, "o/x", 1);
            s.subscribe(B, "o/#", 0);
            s.open(A);
            s.publish(A, "o/x", 1, "highest");
            s.messages(B, 1);
            s.settle();
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let best = publishes.iter().map(|(_, p)| p.qos).max();
            let evidence = record_ids(&publishes);
            let observed = best.map_or("–".to_owned(), |qos| format!("QoS {}", qos.bits()));
            e.verdict(best == Some(QoS::AtLeastOnce), observed, evidence)
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "no-local",
        cites: &["[MQTT-3.8.3-3]"],
        title: [
            "With No Local a client does not get its own messages",
            "No Localなら、自分の送ったメッセージは届きません",
        ],
        matters: [
            "Bridges send messages round in circles.",
            "ブリッジのあいだでメッセージが回り続けます。",
        ],
        script: |s| {
            s.open(A);
            s.subscribe_with(A, &["x"], 0, |subscribe| subscribe.subscriptions[0].no_local = true);
            s.publish(A, "x", 0, "mine");
            s.open(B);
            s.publish(B, "x", 0, "theirs");
            s.messages(A, 1);
        },
        judge: |e| e.payloads(A, &["theirs"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "unsuback",
        cites: &[
            "[MQTT-3.10.4-4]",
            "[MQTT-3.10.4-5]",
            "[MQTT-3.10.4-6]",
            "[MQTT-3.11.3-1]",
            "[MQTT-3.11.3-2]",
        ],
        title: [
            "UNSUBACK has a code for each filter: 0x00, and 0x11 where there was none",
            "UNSUBACKにはフィルターごとのコードが並びます（なければ0x11）",
        ],
        matters: [
            "Clients do not learn that they tried to end a subscription that does not exist.",
            "ない購読をやめようとしたことが、クライアントに伝わりません。",
        ],
        script: |s| {
            s.open(A);
            s.subscribe(A, "x", 0);
            s.unsubscribe(A, &["none", "x"]);
        },
        judge: |e| {
            e.codes(A, PacketType::UnsubAck, |codes| {
                codes == [ReasonCode::NoSubscriptionExisted, ReasonCode::Success]
            })
        },
        ..SUBSCRIBING
    },
    Probe {
        id: "unsubscribed",
        cites: &["[MQTT-3.10.4-1]", "[MQTT-3.10.4-2]"],
        title: ["After UNSUBACK nothing more comes", "UNSUBACKのあとは何も届きません"],
        matters: [
            "Clients get messages they no longer handle.",
            "もう扱わないメッセージがクライアントに届き続けます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.publish(A, "x", 0, "before");
            s.messages(B, 1);
            s.unsubscribe(B, &["x"]);
            s.publish(A, "x", 0, "after");
        },
        judge: |e| e.payloads(B, &["before"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "unsubscribe-exact",
        cites: &["[MQTT-3.10.4-1]"],
        title: [
            "UNSUBSCRIBE ends only the subscription with exactly this filter",
            "UNSUBSCRIBEで終わるのは、まったく同じフィルターの購読だけです",
        ],
        matters: [
            "A client that ends one subscription loses others.",
            "一つの購読をやめたクライアントが、ほかの購読まで失います。",
        ],
        needs: &[Need::Wildcards],
        script: |s| {
            s.open(B);
            s.subscribe(B, "u/x", 0);
            s.unsubscribe(B, &["u/#", "u/+"]);
            s.open(A);
            s.publish(A, "u/x", 0, "still");
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["still"]),
        ..SUBSCRIBING
    },
    Probe {
        id: "unsubscribe-completes",
        cites: &["[MQTT-3.10.4-3]"],
        title: [
            "A delivery that has begun is completed after UNSUBSCRIBE",
            "始まった配送は、UNSUBSCRIBEのあとも最後まで進みます",
        ],
        matters: [
            "The subscriber waits for PUBREL indefinitely.",
            "サブスクライバーがPUBRELを待ち続けます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish(A, "x", 2, "begun");
            s.messages(B, 1);
            s.unsubscribe(B, &["x"]);
            s.acknowledge(B, Packet::PubRec, ReasonCode::Success);
            s.pass(200);
        },
        judge: |e| e.judge(B, e.of_type(B, PacketType::PubRel).len() == 1),
        ..SUBSCRIBING
    },
    Probe {
        id: "many-filters",
        cites: &["[MQTT-3.8.4-5]", "[MQTT-3.8.4-6]"],
        title: ["One SUBSCRIBE with 100 filters", "100個のフィルターを持つSUBSCRIBE"],
        matters: [
            "Clients have to subscribe in smaller steps.",
            "クライアントは購読を小分けにすることになります。",
        ],
        script: |s| {
            let filters: Vec<String> = (0..100).map(|number| format!("f/{number}")).collect();
            let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
            s.open(B);
            s.try_subscribe(B, &filters, 0, |_| {});
            s.open(A);
            s.publish(A, "f/99", 0, "last");
            s.messages(B, 1);
        },
        judge: |e| {
            let codes = e.of_type(B, PacketType::SubAck);
            let count = codes.first().map_or(0, |got| got.packet.reason_codes().len());
            let arrived = payloads_are(&e.publishes(B), &["last"]);
            let observed = format!("{count} codes, {} × PUBLISH", e.publishes(B).len());
            e.verdict(count == 100 && arrived, observed, e.evidence(B))
        },
        ..SUBSCRIBING
    },
];
