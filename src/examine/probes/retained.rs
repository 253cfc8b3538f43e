//! Retained messages.

use super::properties::left_of_100;
use super::*;

const RETAINED: Probe = Probe { chapter: Chapter::Retained, needs: &[Need::Retain], ..PROBE };

fn handling(handling: RetainHandling) -> impl FnOnce(&mut Subscribe) {
    move |subscribe| subscribe.subscriptions[0].retain_handling = handling
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "retained-kept",
        cites: &["[MQTT-3.3.1-5]", "[MQTT-3.3.1-9]", "§3.3.1.3"],
        title: [
            "Who subscribes later gets the retained message, with RETAIN 1",
            "あとから購読すると、RetainメッセージがRETAIN 1で届きます",
        ],
        matters: [
            "Dashboards stay empty until the next value, or take an old value for a new one.",
            "ダッシュボードは次の値まで空のままか、古い値を新しい値と取り違えます。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.retain && p.payload == "kept"),
        ..RETAINED
    },
    Probe {
        id: "retained-replaced",
        cites: &["[MQTT-3.3.1-5]"],
        title: [
            "A new retained message replaces the old one",
            "新しいRetainメッセージは古いものに置き換わります",
        ],
        matters: [
            "Old values come back, or several come where one is expected.",
            "古い値が戻るか、一つのはずの値がいくつも届きます。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "old");
            s.retain(A, "x", "new");
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["new"]),
        ..RETAINED
    },
    Probe {
        id: "retained-removed",
        cites: &["[MQTT-3.3.1-6]", "[MQTT-3.3.1-7]"],
        title: [
            "An empty payload removes the retained message",
            "空のペイロードはRetainメッセージを消します",
        ],
        matters: [
            "Values of devices that are gone cannot be removed.",
            "もうない機器の値を消せません。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.retain(A, "x", "");
            s.open(B);
            s.subscribe(B, "x", 0);
        },
        judge: |e| e.payloads(B, &[]),
        ..RETAINED
    },
    Probe {
        id: "retained-untouched",
        cites: &["[MQTT-3.3.1-8]"],
        title: [
            "RETAIN 0 leaves the retained message as it is",
            "RETAIN 0ではRetainメッセージは変わりません",
        ],
        matters: [
            "Passing events overwrite or remove the state that was to stay.",
            "一時的なイベントが、残しておくはずの状態を上書きするか消します。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.publish(A, "x", 1, "passing");
            s.publish(A, "x", 1, "");
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["kept"]),
        ..RETAINED
    },
    Probe {
        id: "retained-removal-passed-on",
        cites: &["§3.3.1.3"],
        title: [
            "The empty message that removes it is passed on to subscribers",
            "消すための空のメッセージも、購読者に渡されます",
        ],
        matters: [
            "Subscribers do not notice that a value has gone.",
            "サブスクライバーが、値がなくなったことに気づきません。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
            s.retain(A, "x", "");
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["kept", ""]),
        ..RETAINED
    },
    Probe {
        id: "retain-handling-0",
        cites: &["[MQTT-3.3.1-9]", "[MQTT-3.8.4-4]"],
        title: [
            "Retain Handling 0: at each SUBSCRIBE",
            "Retain Handling 0：SUBSCRIBEのたびに届きます",
        ],
        matters: [
            "A client that subscribes again to refresh its values gets nothing.",
            "値を取り直そうと購読し直したクライアントに、何も届きません。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
            s.subscribe(B, "x", 0);
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["kept", "kept"]),
        ..RETAINED
    },
    Probe {
        id: "retain-handling-1",
        cites: &["[MQTT-3.3.1-10]"],
        title: [
            "Retain Handling 1: only for a new subscription",
            "Retain Handling 1：新しい購読のときだけ届きます",
        ],
        matters: [
            "A client that subscribes after each reconnect gets all values every time.",
            "再接続のたびに購読するクライアントに、毎回すべての値が届きます。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe_with(B, &["x"], 0, handling(RetainHandling::SendIfNew));
            s.messages(B, 1);
            s.subscribe_with(B, &["x"], 0, handling(RetainHandling::SendIfNew));
        },
        judge: |e| e.payloads(B, &["kept"]),
        ..RETAINED
    },
    Probe {
        id: "retain-handling-2",
        cites: &["[MQTT-3.3.1-11]"],
        title: ["Retain Handling 2: never", "Retain Handling 2：届きません"],
        matters: [
            "A client that wants news only gets old values.",
            "新しいものだけを求めるクライアントに、古い値が届きます。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe_with(B, &["x"], 0, handling(RetainHandling::DoNotSend));
        },
        judge: |e| e.payloads(B, &[]),
        ..RETAINED
    },
    Probe {
        id: "retain-as-published-0",
        cites: &["[MQTT-3.3.1-12]"],
        title: [
            "Without Retain As Published, RETAIN is 0 in what is passed on",
            "Retain As Publishedがなければ、渡されるメッセージのRETAINは0です",
        ],
        matters: [
            "A live value is taken for an old one.",
            "いまの値が、古い値と取り違えられます。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.retain(A, "x", "live");
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| !p.retain),
        ..RETAINED
    },
    Probe {
        id: "retain-as-published-1",
        cites: &["[MQTT-3.3.1-13]"],
        title: [
            "With Retain As Published, RETAIN stays as it came",
            "Retain As Publishedがあれば、RETAINは送られたままです",
        ],
        matters: [
            "A bridge cannot pass retained messages on as such.",
            "ブリッジがRetainメッセージをそのまま引き継げません。",
        ],
        script: |s| {
            s.open(B);
            s.subscribe_with(B, &["x"], 0, |subscribe| {
                subscribe.subscriptions[0].retain_as_published = true;
            });
            s.open(A);
            s.retain(A, "x", "kept");
            s.publish(A, "x", 1, "passing");
            s.messages(B, 2);
        },
        judge: |e| {
            let flags: Vec<_> = e.publishes(B).iter().map(|(_, p)| p.retain).collect();
            e.judge(B, flags == [true, false])
        },
        ..RETAINED
    },
    Probe {
        id: "retained-wildcard",
        cites: &["[MQTT-3.3.1-9]", "§4.7.1"],
        title: [
            "A wildcard brings every retained message that it matches",
            "ワイルドカードには、合うRetainメッセージがすべて届きます",
        ],
        matters: [
            "A client that starts cannot learn the state of all devices with one SUBSCRIBE.",
            "起動したクライアントが、1回のSUBSCRIBEで全機器の状態を知ることができません。",
        ],
        needs: &[Need::Retain, Need::Wildcards],
        script: |s| {
            s.open(A);
            s.retain(A, "r/1", "1");
            s.retain(A, "r/2", "2");
            s.retain(A, "r/3/deep", "3");
            s.open(B);
            s.subscribe(B, "r/#", 0);
            s.messages(B, 3);
        },
        judge: |e| {
            let mut verdict = e.messages(B, |publishes| {
                let mut payloads: Vec<_> = publishes.iter().map(|(_, p)| &p.payload[..]).collect();
                payloads.sort();
                payloads == [b"1", b"2", b"3"]
            });
            verdict.observed = format!("{} × PUBLISH", e.publishes(B).len());
            verdict
        },
        ..RETAINED
    },
    Probe {
        id: "retained-qos",
        cites: &["[MQTT-3.8.4-8]"],
        title: [
            "A retained message keeps its QoS, up to that of the subscription",
            "Retainメッセージは、購読のQoSまで元のQoSを保ちます",
        ],
        matters: [
            "The first value comes with less certainty than all later ones.",
            "最初の値だけ、あとの値より低い確実さで届きます。",
        ],
        needs: &[Need::Retain, Need::QoS1],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.open(B);
            s.subscribe(B, "x", 1);
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.qos == QoS::AtLeastOnce),
        ..RETAINED
    },
    Probe {
        id: "retained-qos-0",
        cites: &["§3.3.1.3"],
        title: ["A retained message of QoS 0 is kept too", "QoS 0のRetainメッセージも残されます"],
        matters: [
            "A broker may drop it at any time: state should be published with QoS 1.",
            "いつ捨てられてもよいことになっています。状態はQoS 1で送るのが安全です。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 0, "kept", |p| p.retain = true);
            s.ping(A);
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| match e.publishes(B).as_slice() {
            [(id, _)] => e.verdict(true, "PUBLISH", vec![*id]),
            _ => e.not_offered("–", e.evidence(B)),
        },
        ..RETAINED
    },
    Probe {
        id: "retained-properties",
        cites: &["[MQTT-3.3.2-17]", "[MQTT-3.3.2-20]", "§3.3.1.3"],
        title: [
            "A retained message keeps its properties",
            "Retainメッセージはプロパティを保ちます",
        ],
        matters: [
            "Who subscribes later cannot tell what the payload is.",
            "あとから購読したクライアントが、ペイロードの形式を知ることができません。",
        ],
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 1, "kept", |p| {
                p.retain = true;
                p.properties.push(Property::ContentType("text/plain".into()));
                p.properties.push(Property::user("unit", "C"));
            });
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| {
            e.message(B, |p| {
                p.properties.content_type() == Some("text/plain")
                    && p.properties.user_properties().eq([("unit", "C")])
            })
        },
        ..RETAINED
    },
    Probe {
        id: "retained-outlives-publisher",
        cites: &["§4.1"],
        title: [
            "A retained message outlives the Session of its publisher",
            "Retainメッセージは、送ったクライアントのSessionが終わっても残ります",
        ],
        matters: [
            "State is gone as soon as the device that reported it is.",
            "機器がいなくなると同時に、報告した状態も消えます。",
        ],
        script: |s| {
            s.open(A);
            s.retain(A, "x", "kept");
            s.leave(A, ReasonCode::Success);
            s.pass(200);
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["kept"]),
        ..RETAINED
    },
    Probe {
        id: "retained-expires",
        cites: &["§3.3.2.3.3", "[MQTT-3.3.2-5]"],
        title: [
            "A retained message goes when its interval has passed",
            "期限を過ぎたRetainメッセージはなくなります",
        ],
        matters: [
            "Values that were to be forgotten are taken for current ones.",
            "忘れられるはずの値が、いまの値と取り違えられます。",
        ],
        is_slow: true,
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 1, "short", |p| {
                p.retain = true;
                p.properties.push(Property::MessageExpiryInterval(1));
            });
            s.pass(3000);
            s.open(B);
            s.subscribe(B, "x", 0);
        },
        judge: |e| e.payloads(B, &[]),
        ..RETAINED
    },
    Probe {
        id: "retained-expiry-left",
        cites: &["[MQTT-3.3.2-6]"],
        title: [
            "A retained message says how much of its interval is left",
            "Retainメッセージは期限の残りを伝えます",
        ],
        matters: [
            "A value that is about to expire looks fresh, and is kept too long further on.",
            "もうすぐ切れる値が新しく見え、その先で長く残りすぎます。",
        ],
        is_slow: true,
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 1, "long", |p| {
                p.retain = true;
                p.properties.push(Property::MessageExpiryInterval(100));
            });
            s.pass(2500);
            s.open(B);
            s.subscribe(B, "x", 0);
            s.messages(B, 1);
        },
        judge: |e| left_of_100(e, 0..100),
        ..RETAINED
    },
];
