//! Shared Subscriptions.

use super::*;
use crate::capture::RecordId;

const SHARED: Probe = Probe { chapter: Chapter::Shared, needs: &[Need::Shared], ..PROBE };

/// Two subscribers, one after the other; A is there too.
fn subscribers(s: &mut Script, of_b: &str, of_c: &str) {
    s.open(B);
    s.subscribe(B, of_b, 0);
    s.open(C);
    s.subscribe(C, of_c, 0);
    s.open(A);
}

/// A message of which both get a copy.
fn to_both(s: &mut Script) {
    s.publish(A, "x", 0, "both");
    s.messages(B, 1);
    s.messages(C, 1);
}

fn one_each(seen: &Seen<'_>) -> Verdict {
    let (b, c) = count(seen);
    seen.verdict((b, c) == (1, 1), format!("{b} + {c}"), all_evidence(seen))
}

fn count(seen: &Seen<'_>) -> (usize, usize) {
    (seen.publishes(B).len(), seen.publishes(C).len())
}

fn all_evidence(seen: &Seen<'_>) -> Vec<RecordId> {
    record_ids(&[seen.publishes(B), seen.publishes(C)].concat())
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "shared-one-copy",
        cites: &["§4.8.2"],
        title: [
            "Each message goes to one subscriber of the group",
            "メッセージはグループのうち一つのサブスクライバーに届きます",
        ],
        matters: [
            "Work is done twice, or not at all.",
            "同じ仕事が二重に行われるか、誰も行いません。",
        ],
        script: |s| {
            subscribers(s, "$share/g/x", "$share/g/x");
            for payload in ["1", "2", "3", "4", "5", "6"] {
                s.publish(A, "x", 0, payload);
            }
            s.ping(A);
            s.pass(500);
        },
        judge: |e| {
            let (b, c) = count(e);
            e.verdict(b + c == 6, format!("{} of 6", b + c), all_evidence(e))
        },
        ..SHARED
    },
    Probe {
        id: "shared-distribution",
        cites: &["§4.8.2"],
        title: ["How messages are divided is left to the server", "分け方はサーバー次第です"],
        matters: [
            "With some brokers one worker gets everything as long as it keeps up.",
            "ブローカーによっては、処理が追いつくかぎり一つのワーカーにすべてが届きます。",
        ],
        is_choice: true,
        script: |s| {
            subscribers(s, "$share/g/x", "$share/g/x");
            for number in 0..40 {
                s.publish(A, "x", 0, &number.to_string());
            }
            s.ping(A);
            s.pass(500);
        },
        judge: |e| {
            let observed = match count(e) {
                (0, _) | (_, 0) => "all to one",
                (b, c) if b.abs_diff(c) <= 1 => "in turn",
                _ => "to both",
            };
            e.verdict(true, observed, all_evidence(e))
        },
        ..SHARED
    },
    Probe {
        id: "shared-and-own",
        cites: &["§4.8.2"],
        title: [
            "A subscription of its own beside the shared one gets its own copy",
            "共有でない購読には、別に1通届きます",
        ],
        matters: [
            "A monitor beside the workers takes messages from them, or sees nothing.",
            "ワーカーの横の監視がメッセージを奪うか、何も見えません。",
        ],
        script: |s| {
            subscribers(s, "$share/g/x", "x");
            to_both(s);
        },
        judge: one_each,
        ..SHARED
    },
    Probe {
        id: "shared-groups",
        cites: &["§4.8.2"],
        title: ["Each group gets its copy", "どのグループにも1通ずつ届きます"],
        matters: [
            "Two services that share in groups of their own take messages from each other.",
            "別々のグループを使う二つのサービスが、互いのメッセージを奪います。",
        ],
        script: |s| {
            subscribers(s, "$share/g/x", "$share/h/x");
            to_both(s);
        },
        judge: one_each,
        ..SHARED
    },
    Probe {
        id: "shared-no-retained",
        cites: &["§4.8.2"],
        title: [
            "A new Shared Subscription gets no retained messages",
            "新しいShared SubscriptionにRetainメッセージは届きません",
        ],
        matters: [
            "Every worker that starts does old work again.",
            "ワーカーが起動するたびに、古い仕事をやり直します。",
        ],
        needs: &[Need::Shared, Need::Retain],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe(B, "$share/g/x", 0);
        },
        judge: |e| e.payloads(B, &[]),
        ..SHARED
    },
    Probe {
        id: "shared-qos",
        cites: &["[MQTT-4.8.2-3]"],
        title: [
            "The granted QoS of the chosen client is respected",
            "選ばれたクライアントに認められたQoSが守られます",
        ],
        matters: [
            "Work is handed out with less certainty than agreed.",
            "取り決めより低い確実さで仕事が渡されます。",
        ],
        needs: &[Need::Shared, Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "$share/g/x", 1);
            s.open(A);
            s.publish(A, "x", 2, "2");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.qos == QoS::AtLeastOnce),
        ..SHARED
    },
    Probe {
        id: "shared-refused-not-passed-on",
        cites: &["[MQTT-4.8.2-6]"],
        title: [
            "A message that its subscriber refuses goes to no other",
            "拒まれたメッセージは、ほかのサブスクライバーに回されません",
        ],
        matters: [
            "A message that makes a worker fail is tried on all of them.",
            "ワーカーを失敗させるメッセージが、全員に順に回されます。",
        ],
        needs: &[Need::Shared, Need::QoS1],
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "$share/g/x", 1);
            s.open(C);
            s.by_hand(C);
            s.subscribe(C, "$share/g/x", 1);
            s.open(A);
            s.publish(A, "x", 1, "bad");
            s.pass(300);
            s.acknowledge(B, Packet::PubAck, ReasonCode::UnspecifiedError);
            s.acknowledge(C, Packet::PubAck, ReasonCode::UnspecifiedError);
            s.pass(300);
        },
        judge: |e| {
            let (b, c) = count(e);
            e.verdict(b + c == 1, format!("{} × PUBLISH", b + c), all_evidence(e))
        },
        ..SHARED
    },
    Probe {
        id: "shared-unsubscribe",
        cites: &["[MQTT-3.10.4-1]", "§4.8.2"],
        title: [
            "Only the whole shared filter ends the Shared Subscription",
            "Shared Subscriptionは、共有のフィルター全体でだけ終わります",
        ],
        matters: [
            "A worker cannot leave the group, or leaves it when it ends another subscription.",
            "ワーカーがグループを抜けられないか、別の購読をやめたときに抜けてしまいます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "$share/g/x", 0);
            s.unsubscribe(B, &["x"]);
            s.open(A);
            s.publish(A, "x", 0, "still");
            s.messages(B, 1);
            s.unsubscribe(B, &["$share/g/x"]);
            s.publish(A, "x", 0, "gone");
        },
        judge: |e| e.payloads(B, &["still"]),
        ..SHARED
    },
    Probe {
        id: "shared-after-leaving",
        cites: &["§4.8.2"],
        title: [
            "When a subscriber's Session ends, the others get the messages",
            "サブスクライバーのSessionが終われば、残りに届きます",
        ],
        matters: [
            "Messages go to a worker that is gone.",
            "もういないワーカーにメッセージが送られ続けます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "$share/g/x", 0);
            s.open(C);
            s.subscribe(C, "$share/g/x", 0);
            s.leave(B, ReasonCode::Success);
            s.pass(300);
            s.open(A);
            for payload in ["1", "2", "3", "4"] {
                s.publish(A, "x", 0, payload);
            }
            s.messages(C, 4);
        },
        judge: |e| e.payloads(C, &["1", "2", "3", "4"]),
        ..SHARED
    },
    Probe {
        id: "shared-identifier",
        cites: &["[MQTT-3.3.4-3]"],
        title: [
            "A Shared Subscription has its Subscription Identifier too",
            "Shared SubscriptionにもSubscription Identifierが付きます",
        ],
        matters: [
            "A worker cannot tell which of its groups a message came through.",
            "ワーカーが、どのグループ経由のメッセージかを見分けられません。",
        ],
        needs: &[Need::Shared, Need::SubscriptionIdentifiers],
        script: |s| {
            s.open(B);
            s.subscribe_as(B, 5, "$share/g/x", 0);
            s.open(A);
            s.publish(A, "x", 0, "5");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.properties.subscription_identifiers().eq([5])),
        ..SHARED
    },
    Probe {
        id: "shared-wildcard",
        cites: &["[MQTT-4.8.2-2]"],
        title: [
            "A shared filter may have wildcards",
            "共有のフィルターにもワイルドカードが使えます",
        ],
        matters: [
            "Workers have to share every topic on its own.",
            "ワーカーはトピックを一つずつ共有することになります。",
        ],
        needs: &[Need::Shared, Need::Wildcards],
        script: |s| {
            s.open(B);
            s.subscribe(B, "$share/g/w/+", 0);
            s.open(A);
            s.publish(A, "w/1", 0, "1");
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["1"]),
        ..SHARED
    },
    Probe {
        id: "shared-begun-completed",
        cites: &["[MQTT-4.8.2-4]"],
        title: [
            "A QoS 2 delivery that has begun is completed with the same subscriber",
            "始まったQoS 2の配送は、同じサブスクライバーで完了します",
        ],
        matters: [
            "What one worker has begun is done again by another.",
            "一つのワーカーが始めた仕事を、別のワーカーがもう一度行います。",
        ],
        needs: &[Need::Shared, Need::QoS2],
        script: |s| {
            s.resume(B, 60);
            s.by_hand(B);
            s.subscribe(B, "$share/g/x", 2);
            s.open(A);
            s.publish(A, "x", 2, "work");
            s.messages(B, 1);
            s.open(C);
            s.subscribe(C, "$share/g/x", 2);
            s.acknowledge(B, Packet::PubRec, ReasonCode::Success);
            s.pass(200);
            s.cut(B);
            s.pass(200);
            s.resume(B, 60);
            s.pass(200);
        },
        judge: |e| {
            let goes_on = e
                .received_on(B, 1)
                .iter()
                .any(|got| got.packet.packet_type() == PacketType::PubRel);
            let observed = format!("{} + {}", e.told_on(B, 1), e.publishes(C).len());
            let evidence = [e.evidence(B), e.evidence(C)].concat();
            e.verdict(goes_on && e.publishes(C).is_empty(), observed, evidence)
        },
        ..SHARED
    },
    Probe {
        id: "shared-ended-not-passed-on",
        cites: &["[MQTT-4.8.2-5]"],
        title: [
            "When the Session of the chosen subscriber ends, its QoS 2 message goes to no other",
            "選ばれたサブスクライバーのSessionが終わっても、QoS 2のメッセージはほかに回されません",
        ],
        matters: [
            "A job that one worker has perhaps done is done by another too.",
            "済んだかもしれない仕事を、別のワーカーがもう一度行うことがあります。",
        ],
        needs: &[Need::Shared, Need::QoS2],
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "$share/g/x", 2);
            s.open(A);
            s.publish(A, "x", 2, "work");
            s.messages(B, 1);
            s.open(C);
            s.subscribe(C, "$share/g/x", 2);
            s.cut(B);
            s.pass(300);
        },
        judge: |e| match e.publishes(B).is_empty() {
            true => e.not_examined(B),
            false => e.payloads(C, &[]),
        },
        ..SHARED
    },
];
