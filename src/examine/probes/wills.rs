//! The Will.

use super::connecting::other_keep_alive;
use super::*;

const WILLS: Probe = Probe { chapter: Chapter::Wills, ..PROBE };

/// B listens; A has a Will.
fn with_will(s: &mut Script, qos: u8, change: impl FnOnce(&mut Will, &mut Connect)) {
    s.open(B);
    s.subscribe(B, "w", qos);
    let mut will = s.will("w", "will", qos);
    s.open_with(A, |c| {
        change(&mut will, c);
        c.will = Some(will);
    });
}

/// With a Will Delay Interval, and a Session that lasts.
fn delayed(seconds: u32) -> impl FnOnce(&mut Will, &mut Connect) {
    move |will, connect| {
        will.properties.push(Property::WillDelayInterval(seconds));
        connect.properties.push(Property::SessionExpiryInterval(60));
    }
}

const LOST: [&str; 2] =
    ["Nobody notices that a device is gone.", "機器がいなくなったことに誰も気づきません。"];
const FALSE_ALARM: [&str; 2] = [
    "A device is reported gone although it is not.",
    "いなくなっていない機器が、いなくなったと知らされます。",
];

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "will-on-failure",
        cites: &["[MQTT-3.1.2-7]", "[MQTT-3.1.2-8]"],
        title: ["The Will is sent when the connection breaks", "接続が途切れるとWillが送られます"],
        matters: LOST,
        script: |s| {
            with_will(s, 0, |_, _| {});
            s.cut(A);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["will"]),
        ..WILLS
    },
    Probe {
        id: "will-not-after-goodbye",
        cites: &["[MQTT-3.14.4-3]", "[MQTT-3.1.2-10]"],
        title: ["DISCONNECT 0x00 removes the Will", "DISCONNECT 0x00はWillを取り消します"],
        matters: FALSE_ALARM,
        script: |s| {
            with_will(s, 0, |_, _| {});
            s.leave(A, ReasonCode::Success);
            s.pass(400);
        },
        judge: |e| e.payloads(B, &[]),
        ..WILLS
    },
    Probe {
        id: "will-after-0x04",
        cites: &["§3.14.2.1", "[MQTT-3.1.2-8]"],
        title: ["DISCONNECT 0x04 asks for the Will", "DISCONNECT 0x04ではWillが送られます"],
        matters: LOST,
        script: |s| {
            with_will(s, 0, |_, _| {});
            s.leave(A, ReasonCode::DisconnectWithWillMessage);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["will"]),
        ..WILLS
    },
    Probe {
        id: "will-after-error",
        cites: &["§3.1.2.5", "[MQTT-3.1.2-8]"],
        title: [
            "The Will is sent when the server ends the connection for an error",
            "エラーでサーバーが接続を終えたときもWillが送られます",
        ],
        matters: LOST,
        script: |s| {
            with_will(s, 0, |_, _| {});
            // A packet of type 0.
            s.bytes(A, vec![0, 0]);
            s.until_closed(A);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["will"]),
        ..WILLS
    },
    Probe {
        id: "will-after-silence",
        cites: &["§3.1.2.5", "[MQTT-3.1.2-22]"],
        title: [
            "The Will is sent when Keep Alive has run out",
            "Keep Aliveが切れるとWillが送られます",
        ],
        matters: LOST,
        is_slow: true,
        script: |s| {
            with_will(s, 0, |_, c| c.keep_alive = 2);
            s.silent(A);
            s.pass(12_000);
        },
        judge: |e| other_keep_alive(e).unwrap_or_else(|| e.payloads(B, &["will"])),
        ..WILLS
    },
    Probe {
        id: "will-after-takeover",
        cites: &["§3.1.2.5", "[MQTT-3.1.4-3]"],
        title: ["The Will of a connection that is taken over", "引き継がれた接続のWill"],
        matters: [
            "A device that reconnects is reported gone on one broker, and not on another.",
            "再接続した機器が、ブローカーによっていなくなったと知らされます。",
        ],
        is_choice: true,
        script: |s| {
            with_will(s, 0, |_, _| {});
            s.open(A);
            s.pass(400);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let observed = if publishes.is_empty() { "not sent" } else { "sent" };
            e.verdict(publishes.len() <= 1, observed, e.evidence(B))
        },
        ..WILLS
    },
    Probe {
        id: "will-retain-0",
        cites: &["[MQTT-3.1.2-14]"],
        title: ["Will Retain 0: nothing is kept", "Will Retain 0なら残されません"],
        matters: [
            "A device that is back is reported gone to everyone who subscribes later.",
            "戻った機器が、あとから購読する全員にいなくなったと知らされます。",
        ],
        script: |s| {
            with_will(s, 0, |_, _| {});
            s.cut(A);
            s.messages(B, 1);
            s.open(C);
            s.subscribe(C, "w", 0);
        },
        judge: |e| match e.publishes(B).len() {
            1 => e.payloads(C, &[]),
            _ => e.not_examined(B),
        },
        ..WILLS
    },
    Probe {
        id: "will-retain-1",
        cites: &["[MQTT-3.1.2-15]"],
        title: ["Will Retain 1: the Will is kept", "Will Retain 1ならWillが残されます"],
        matters: [
            "Who subscribes later does not learn that a device is gone.",
            "あとから購読したクライアントに、機器がいないことが伝わりません。",
        ],
        needs: &[Need::Retain],
        script: |s| {
            with_will(s, 0, |will, _| will.retain = true);
            s.cut(A);
            s.messages(B, 1);
            s.open(C);
            s.subscribe(C, "w", 0);
            s.messages(C, 1);
        },
        judge: |e| e.message(C, |p| p.retain && p.payload == "will"),
        ..WILLS
    },
    Probe {
        id: "will-qos",
        cites: &["[MQTT-3.1.2-8]", "§3.1.2.6"],
        title: ["The Will is sent with its QoS", "WillはそのQoSで送られます"],
        matters: [
            "The one message that matters most comes with less certainty than asked for.",
            "最も大事な1通が、求めより低い確実さで届きます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            with_will(s, 1, |_, _| {});
            s.cut(A);
            s.messages(B, 1);
        },
        judge: |e| e.message(B, |p| p.qos == QoS::AtLeastOnce),
        ..WILLS
    },
    Probe {
        id: "will-properties",
        cites: &["[MQTT-3.1.3-10]", "§3.1.3.2"],
        title: [
            "The Will has its properties, User Properties in their order",
            "Willのプロパティが届き、User Propertyは順序を保ちます",
        ],
        matters: [
            "Receivers cannot tell what the Will says about whom.",
            "受け手が、Willの内容や対象を読み取れません。",
        ],
        script: |s| {
            with_will(s, 0, |will, _| {
                will.properties.push(Property::ContentType("text/plain".into()));
                for (name, value) in [("b", "1"), ("a", "2"), ("b", "3")] {
                    will.properties.push(Property::user(name, value));
                }
            });
            s.cut(A);
            s.messages(B, 1);
        },
        judge: |e| {
            e.message(B, |p| {
                p.properties.content_type() == Some("text/plain")
                    && p.properties.user_properties().eq([("b", "1"), ("a", "2"), ("b", "3")])
            })
        },
        ..WILLS
    },
    Probe {
        id: "will-delayed",
        cites: &["[MQTT-3.1.2-8]", "§3.1.3.2.2"],
        title: [
            "The Will waits for its delay, and is sent then",
            "WillはWill Delayのあいだ待ち、そのあと送られます",
        ],
        matters: [
            "A short interruption is reported at once, or a long one never.",
            "短い途切れがすぐに知らされるか、長い途切れがいつまでも知らされません。",
        ],
        is_slow: true,
        script: |s| {
            with_will(s, 0, delayed(2));
            s.cut(A);
            s.pass(1000);
            // What comes before is too early.
            s.publish(B, "w", 0, "early or late");
            s.pass(4500);
        },
        judge: |e| e.payloads(B, &["early or late", "will"]),
        ..WILLS
    },
    Probe {
        id: "will-delay-and-return",
        cites: &["[MQTT-3.1.3-9]", "[MQTT-3.1.2-8]"],
        title: [
            "Who comes back before the delay has passed is not reported gone",
            "Will Delayのうちに戻れば、Willは送られません",
        ],
        matters: FALSE_ALARM,
        is_slow: true,
        script: |s| {
            with_will(s, 0, delayed(2));
            s.cut(A);
            s.pass(500);
            s.resume(A, 60);
            s.pass(4000);
        },
        judge: |e| e.payloads(B, &[]),
        ..WILLS
    },
    Probe {
        id: "will-at-end-of-session",
        cites: &["[MQTT-3.1.2-8]", "§3.1.3.2.2"],
        title: [
            "The Will is sent when the Session ends, although its delay has not passed",
            "Will Delayの途中でも、Sessionが終わればWillが送られます",
        ],
        matters: [
            "A device whose Session is gone is not reported gone for a long time.",
            "Sessionのなくなった機器が、長いあいだ知らされません。",
        ],
        script: |s| {
            with_will(s, 0, |will, _| will.properties.push(Property::WillDelayInterval(60)));
            s.cut(A);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["will"]),
        ..WILLS
    },
    Probe {
        id: "will-and-clean-start",
        cites: &["§3.1.3.2.2", "[MQTT-3.1.2-4]"],
        title: [
            "Clean Start ends the old Session, and its delayed Will is sent",
            "Clean Startで古いSessionが終わると、待っていたWillが送られます",
        ],
        matters: [
            "A device that was restarted and has lost its state is not reported.",
            "再起動して状態を失った機器が、知らされません。",
        ],
        script: |s| {
            with_will(s, 0, delayed(60));
            s.cut(A);
            s.pass(200);
            s.open(A);
            s.messages(B, 1);
        },
        judge: |e| e.payloads(B, &["will"]),
        ..WILLS
    },
    Probe {
        id: "will-above-maximum-qos",
        cites: &["[MQTT-3.2.2-12]"],
        title: [
            "A Will of QoS 2 is accepted only where QoS 2 is supported",
            "QoS 2のWillが受け入れられるのは、QoS 2が使えるときだけです",
        ],
        matters: [
            "A client believes that its Will is set as it asked, and it is not.",
            "クライアントは求めたとおりWillが設定されたと思い込みますが、そうではありません。",
        ],
        script: |s| {
            let will = s.will("w", "will", 2);
            s.try_open(A, |c| c.will = Some(will));
        },
        judge: |e| match e.connack(A, 0) {
            Some((id, connack)) if !connack.reason_code.is_error() => {
                let maximum = connack.properties.maximum_qos();
                let observed = format!("CONNACK 0x00, Maximum QoS {}", maximum.unwrap_or(2));
                e.verdict(maximum.is_none(), observed, vec![id])
            }
            _ => e.refused(A),
        },
        ..WILLS
    },
    Probe {
        id: "will-retain-unavailable",
        cites: &["[MQTT-3.2.2-13]"],
        title: [
            "A Will with Will Retain is accepted only where retained messages are supported",
            "Will Retain付きのWillが受け入れられるのは、Retainメッセージが使えるときだけです",
        ],
        matters: [
            "A client believes that its Will is set as it asked, and it is not.",
            "クライアントは求めたとおりWillが設定されたと思い込みますが、そうではありません。",
        ],
        script: |s| {
            let will = Will { retain: true, ..s.will("w", "will", 0) };
            s.try_open(A, |c| c.will = Some(will));
        },
        judge: |e| match e.connack(A, 0) {
            Some((id, connack)) if !connack.reason_code.is_error() => {
                let available = connack.properties.retain_available().unwrap_or(1);
                let observed = format!("CONNACK 0x00, Retain Available {available}");
                e.verdict(available == 1, observed, vec![id])
            }
            _ => e.refused(A),
        },
        ..WILLS
    },
];
