//! Packets that break a rule: each has to end the connection. With which Reason Code is shown.

use super::*;

const MATTERS: [&str; 2] = [
    "What one broker lets through, another one or a later version refuses: a client with this mistake works here and loses its connection there.",
    "このブローカーが見逃す誤りを、別のブローカーや次の版は拒みます。この誤りを持つクライアントは、ここでは動いても、よそでは接続を失います。",
];

/// The connection has to end.
const fn broken(
    id: &'static str,
    cites: &'static [&'static str],
    title: [&'static str; 2],
    script: fn(&mut Script),
) -> Probe {
    Probe {
        id,
        cites,
        title,
        matters: MATTERS,
        chapter: Chapter::Malformed,
        script,
        judge: |e| e.refused(A),
        ..PROBE
    }
}

/// Sends one packet on a new connection, and sees whether the broker goes on.
fn send(s: &mut Script, first: u8, body: &[&[u8]]) {
    s.open(A);
    s.frame(A, first, body);
    s.settle();
}

/// A PUBLISH with this first byte, and with what follows the Topic Name.
fn publish(s: &mut Script, first: u8, rest: &[u8]) {
    let topic = s.text("t");
    send(s, first, &[&topic, rest]);
}

/// A SUBSCRIBE with this first byte, with what comes before the Topic Filter and before its topic, and with its options.
fn subscribe(s: &mut Script, first: u8, head: &[u8], share: &str, options: u8) {
    let filter = text(&format!("{share}{}", s.topic("t")));
    send(s, first, &[head, &filter, &[options]]);
}

fn open(s: &mut Script, bytes: Vec<u8>) {
    s.open_bytes(A, bytes);
    s.until_closed(A);
}

/// A CONNECT with these flags, properties and what follows the Client Identifier, and with the credentials.
fn connect(s: &mut Script, flags: u8, properties: &[u8], rest: &[u8]) {
    let bytes = connect_bytes(s, flags, properties, rest);
    open(s, bytes);
}

fn connect_bytes(s: &Script, flags: u8, properties: &[u8], rest: &[u8]) -> Vec<u8> {
    connect_as(s, b"\0\x04MQTT\x05", flags, properties, rest)
}

fn connect_as(s: &Script, head: &[u8], flags: u8, properties: &[u8], rest: &[u8]) -> Vec<u8> {
    let id = text(&s.connect(A).client_id);
    let length = [properties.len() as u8];
    let (given, credentials) = s.credentials();
    let body = [head, &[flags | given], b"\0\x3C", &length, properties, &id, rest, &credentials];
    frame(0x10, &body.concat())
}

/// The same without properties and credentials.
fn connect_without(s: &mut Script, flags: u8, rest: &[u8]) {
    let id = text(&s.connect(A).client_id);
    open(s, frame(0x10, &[&b"\0\x04MQTT\x05"[..], &[flags], b"\0\x3C\0", &id, rest].concat()));
}

pub(super) const PROBES: &[Probe] = &[
    broken("second-connect", &["[MQTT-3.1.0-2]"], ["A second CONNECT", "2通目のCONNECT"], |s| {
        s.open(A);
        let bytes = connect_bytes(s, 0x02, &[], &[]);
        s.bytes(A, bytes);
        s.settle();
    }),
    broken(
        "before-connect",
        &["[MQTT-3.1.0-1]"],
        ["A packet before CONNECT", "CONNECTより前のパケット"],
        |s| open(s, vec![0xC0, 0]),
    ),
    broken(
        "protocol-name",
        &["[MQTT-3.1.2-1]"],
        ["CONNECT of another protocol", "別のプロトコルのCONNECT"],
        |s| {
            let bytes = connect_as(s, b"\0\x04MQTZ\x05", 0x02, &[], &[]);
            open(s, bytes);
        },
    ),
    broken(
        "protocol-version",
        &["[MQTT-3.1.2-2]"],
        ["CONNECT of a version to come", "まだないバージョンのCONNECT"],
        |s| {
            let bytes = connect_as(s, b"\0\x04MQTT\x06", 0x02, &[], &[]);
            open(s, bytes);
        },
    ),
    broken(
        "connect-reserved-flag",
        &["[MQTT-3.1.2-3]"],
        ["CONNECT with the reserved flag", "予約フラグの立ったCONNECT"],
        |s| connect(s, 0x03, &[], &[]),
    ),
    broken(
        "connect-will-qos-3",
        &["[MQTT-3.1.2-12]"],
        ["CONNECT with Will QoS 3", "Will QoS 3のCONNECT"],
        |s| {
            let rest = [&[0][..], &s.text("w"), &[0, 0]].concat();
            connect(s, 0x1E, &[], &rest);
        },
    ),
    broken(
        "connect-will-qos-without-will",
        &["[MQTT-3.1.2-11]"],
        ["CONNECT with Will QoS but no Will", "WillのないWill QoS付きCONNECT"],
        |s| connect(s, 0x0A, &[], &[]),
    ),
    broken(
        "connect-will-retain-without-will",
        &["[MQTT-3.1.2-13]"],
        ["CONNECT with Will Retain but no Will", "WillのないWill Retain付きCONNECT"],
        |s| connect(s, 0x22, &[], &[]),
    ),
    broken(
        "connect-password-missing",
        &["[MQTT-3.1.2-19]"],
        ["CONNECT that ends before its Password", "Passwordの前で終わるCONNECT"],
        |s| connect(s, 0x42, &[], &[]),
    ),
    broken(
        "connect-too-long",
        &["[MQTT-3.1.4-1]", "[MQTT-3.1.2-16]"],
        ["CONNECT with bytes behind its last field", "最後のフィールドのあとにバイトが続くCONNECT"],
        |s| connect(s, 0x02, &[], b"more"),
    ),
    broken(
        "connect-client-id-nul",
        &["[MQTT-1.5.4-2]"],
        ["CONNECT with U+0000 in its Client Identifier", "Client IdentifierにU+0000のあるCONNECT"],
        |s| {
            let id = format!("{}\0", &*s.connect(A).client_id);
            open(s, frame(0x10, &[&b"\0\x04MQTT\x05\x02\0\x3C\0"[..], &text(&id)].concat()));
        },
    ),
    broken(
        "connect-client-id-utf-8",
        &["[MQTT-1.5.4-1]"],
        [
            "CONNECT with ill-formed UTF-8 in its Client Identifier",
            "Client Identifierが正しいUTF-8でないCONNECT",
        ],
        |s| {
            let id = [s.connect(A).client_id.as_bytes(), &[0xFF]].concat();
            let length = [0, id.len() as u8];
            open(s, frame(0x10, &[&b"\0\x04MQTT\x05\x02\0\x3C\0"[..], &length, &id].concat()));
        },
    ),
    broken(
        "connect-will-topic-utf-8",
        &["[MQTT-3.1.3-11]"],
        ["CONNECT with ill-formed UTF-8 in its Will Topic", "Will Topicが正しいUTF-8でないCONNECT"],
        |s| connect(s, 0x06, &[], &[0, 0, 2, b't', 0xFF, 0, 0]),
    ),
    broken(
        "connect-user-name-utf-8",
        &["[MQTT-3.1.3-12]"],
        ["CONNECT with ill-formed UTF-8 in its User Name", "User Nameが正しいUTF-8でないCONNECT"],
        |s| connect_without(s, 0x82, &[0, 2, b'u', 0xFF]),
    ),
    broken(
        "connect-will-missing",
        &["[MQTT-3.1.2-9]"],
        ["CONNECT with the Will Flag but no Will", "Will Flagが立っているのにWillのないCONNECT"],
        |s| connect_without(s, 0x06, &[]),
    ),
    broken(
        "connect-user-name-missing",
        &["[MQTT-3.1.2-17]"],
        [
            "CONNECT with the User Name Flag but no User Name",
            "User Name Flagが立っているのにUser NameのないCONNECT",
        ],
        |s| connect_without(s, 0x82, &[]),
    ),
    broken(
        "connect-no-property-length",
        &["[MQTT-2.2.2-1]"],
        ["CONNECT without a Property Length", "Property LengthのないCONNECT"],
        |s| {
            let id = text(&s.connect(A).client_id);
            open(s, frame(0x10, &[&b"\0\x04MQTT\x05\x02\0\x3C"[..], &id].concat()));
        },
    ),
    Probe {
        judge: |e| {
            let has_none = e.of_type(A, PacketType::Disconnect).is_empty();
            e.judge(A, has_none && e.is_all_read(A))
        },
        matters: [
            "A client that waits for CONNACK meets a packet it does not expect yet.",
            "CONNACKを待つクライアントに、まだ来るはずのないパケットが届きます。",
        ],
        ..broken(
            "connect-refused-not-by-disconnect",
            &["[MQTT-3.14.0-1]"],
            [
                "A CONNECT that is refused is not answered with DISCONNECT",
                "拒まれるCONNECTに、DISCONNECTは返りません",
            ],
            |s| connect(s, 0x02, &[0x27, 0, 0, 0, 0], &[]),
        )
    },
    broken(
        "connect-receive-maximum-0",
        &["§3.1.2.11.3"],
        ["CONNECT with Receive Maximum 0", "Receive Maximum 0のCONNECT"],
        |s| connect(s, 0x02, &[0x21, 0, 0], &[]),
    ),
    broken(
        "connect-maximum-packet-size-0",
        &["§3.1.2.11.4"],
        ["CONNECT with Maximum Packet Size 0", "Maximum Packet Size 0のCONNECT"],
        |s| connect(s, 0x02, &[0x27, 0, 0, 0, 0], &[]),
    ),
    broken(
        "connect-property-twice",
        &["§3.1.2.11.2"],
        ["CONNECT with Session Expiry Interval twice", "Session Expiry Intervalが二つあるCONNECT"],
        |s| connect(s, 0x02, &[0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 1], &[]),
    ),
    broken(
        "connect-data-without-method",
        &["§3.1.2.11.10"],
        [
            "CONNECT with Authentication Data but no method",
            "方式がなくAuthentication DataだけのCONNECT",
        ],
        |s| connect(s, 0x02, &[0x16, 0, 1, b'a'], &[]),
    ),
    broken(
        "connect-problem-information-2",
        &["§3.1.2.11.7"],
        ["CONNECT with Request Problem Information 2", "Request Problem Information 2のCONNECT"],
        |s| connect(s, 0x02, &[0x17, 2], &[]),
    ),
    broken(
        "connect-wrong-property",
        &["§2.2.2.2"],
        ["CONNECT with a property of PUBLISH", "PUBLISHのプロパティを持つCONNECT"],
        |s| connect(s, 0x02, &[0x23, 0, 1], &[]),
    ),
    broken("publish-qos-3", &["[MQTT-3.3.1-4]"], ["PUBLISH with QoS 3", "QoS 3のPUBLISH"], |s| {
        publish(s, 0x36, &[0, 1, 0])
    }),
    broken(
        "publish-dup-qos-0",
        &["[MQTT-3.3.1-2]"],
        ["PUBLISH with DUP and QoS 0", "DUP付きQoS 0のPUBLISH"],
        |s| publish(s, 0x38, &[0, b'x']),
    ),
    broken(
        "publish-identifier-0",
        &["[MQTT-2.2.1-3]"],
        ["PUBLISH with Packet Identifier 0", "Packet Identifier 0のPUBLISH"],
        |s| publish(s, 0x32, &[0, 0, 0]),
    ),
    broken(
        "publish-topic-nul",
        &["[MQTT-1.5.4-2]", "[MQTT-4.7.3-2]"],
        ["PUBLISH with U+0000 in its topic", "トピックにU+0000のあるPUBLISH"],
        |s| {
            let topic = s.text("t\0");
            send(s, 0x30, &[&topic, &[0]]);
        },
    ),
    broken(
        "publish-topic-utf-8",
        &["[MQTT-1.5.4-1]"],
        ["PUBLISH with ill-formed UTF-8 in its topic", "トピックが正しいUTF-8でないPUBLISH"],
        |s| send(s, 0x30, &[&[0, 2, b't', 0xFF, 0]]),
    ),
    broken(
        "publish-topic-surrogate",
        &["[MQTT-1.5.4-1]"],
        ["PUBLISH with a surrogate in its topic", "トピックにサロゲートのあるPUBLISH"],
        |s| send(s, 0x30, &[&[0, 3, 0xED, 0xA0, 0x80, 0]]),
    ),
    broken(
        "publish-wildcard",
        &["[MQTT-3.3.2-2]", "[MQTT-4.7.0-1]"],
        ["PUBLISH with a wildcard in its topic", "トピックにワイルドカードのあるPUBLISH"],
        |s| {
            let topic = s.text("+");
            send(s, 0x30, &[&topic, &[0, b'x']]);
        },
    ),
    broken(
        "publish-no-topic",
        &["§3.3.2.1", "[MQTT-4.7.3-1]"],
        ["PUBLISH without topic and alias", "トピックもエイリアスもないPUBLISH"],
        |s| send(s, 0x30, &[&[0, 0, 0]]),
    ),
    broken(
        "publish-alias-0",
        &["[MQTT-3.3.2-8]"],
        ["PUBLISH with Topic Alias 0", "Topic Alias 0のPUBLISH"],
        |s| publish(s, 0x30, &[3, 0x23, 0, 0]),
    ),
    broken(
        "publish-subscription-identifier",
        &["[MQTT-3.3.4-6]"],
        ["PUBLISH with a Subscription Identifier", "Subscription Identifier付きのPUBLISH"],
        |s| publish(s, 0x30, &[2, 0x0B, 1]),
    ),
    broken(
        "publish-property-twice",
        &["§3.3.2.3.3"],
        ["PUBLISH with Message Expiry Interval twice", "Message Expiry Intervalが二つあるPUBLISH"],
        |s| publish(s, 0x30, &[10, 2, 0, 0, 0, 1, 2, 0, 0, 0, 2]),
    ),
    broken(
        "publish-wrong-property",
        &["§2.2.2.2"],
        ["PUBLISH with a Session Expiry Interval", "Session Expiry Interval付きのPUBLISH"],
        |s| publish(s, 0x30, &[5, 0x11, 0, 0, 0, 1]),
    ),
    broken(
        "publish-unknown-property",
        &["§2.2.2.2"],
        ["PUBLISH with a property that does not exist", "存在しないプロパティのあるPUBLISH"],
        |s| publish(s, 0x30, &[2, 0x7F, 0]),
    ),
    broken(
        "publish-payload-format-2",
        &["§3.3.2.3.2"],
        ["PUBLISH with Payload Format Indicator 2", "Payload Format Indicator 2のPUBLISH"],
        |s| publish(s, 0x30, &[2, 1, 2]),
    ),
    broken(
        "publish-response-wildcard",
        &["[MQTT-3.3.2-14]"],
        [
            "PUBLISH with a wildcard in its Response Topic",
            "Response TopicにワイルドカードのあるPUBLISH",
        ],
        |s| publish(s, 0x30, &[4, 8, 0, 1, b'#']),
    ),
    broken(
        "publish-response-utf-8",
        &["[MQTT-3.3.2-13]"],
        [
            "PUBLISH with ill-formed UTF-8 in its Response Topic",
            "Response Topicが正しいUTF-8でないPUBLISH",
        ],
        |s| publish(s, 0x30, &[5, 8, 0, 2, b'r', 0xFF]),
    ),
    broken(
        "publish-content-type-utf-8",
        &["[MQTT-3.3.2-19]"],
        [
            "PUBLISH with ill-formed UTF-8 in its Content Type",
            "Content Typeが正しいUTF-8でないPUBLISH",
        ],
        |s| publish(s, 0x30, &[5, 3, 0, 2, b'c', 0xFF]),
    ),
    broken(
        "publish-user-property-utf-8",
        &["[MQTT-1.5.7-1]"],
        [
            "PUBLISH with ill-formed UTF-8 in a User Property",
            "User Propertyが正しいUTF-8でないPUBLISH",
        ],
        |s| publish(s, 0x30, &[7, 0x26, 0, 1, b'n', 0, 1, 0xFF]),
    ),
    broken(
        "publish-properties-too-long",
        &["§2.2.2.1"],
        [
            "PUBLISH whose properties are longer than the packet",
            "プロパティがパケットより長いPUBLISH",
        ],
        |s| publish(s, 0x30, &[40, 1, 1]),
    ),
    Probe {
        id: "publish-payload-not-utf-8",
        cites: &["§3.3.2.3.2"],
        title: [
            "PUBLISH whose payload is not the UTF-8 it claims, which a server may check",
            "UTF-8だと称してそうでないペイロード（検査は任意）",
        ],
        matters: [
            "Subscribers that trust the indicator fail on the payload.",
            "標識を信じるサブスクライバーが、ペイロードの読み取りに失敗します。",
        ],
        chapter: Chapter::Malformed,
        is_choice: true,
        script: |s| publish(s, 0x32, &[0, 1, 2, 1, 1, 0xFF]),
        judge: |e| e.verdict(true, e.told(A), e.evidence(A)),
        ..PROBE
    },
    broken(
        "subscribe-identifier-0",
        &["[MQTT-2.2.1-3]"],
        ["SUBSCRIBE with Packet Identifier 0", "Packet Identifier 0のSUBSCRIBE"],
        |s| subscribe(s, 0x82, &[0, 0, 0], "", 0),
    ),
    broken(
        "subscribe-nothing",
        &["[MQTT-3.8.3-2]"],
        ["SUBSCRIBE without a Topic Filter", "Topic FilterのないSUBSCRIBE"],
        |s| send(s, 0x82, &[&[0, 1, 0]]),
    ),
    broken(
        "subscribe-empty-filter",
        &["[MQTT-4.7.3-1]"],
        ["SUBSCRIBE with an empty Topic Filter", "空のTopic FilterのSUBSCRIBE"],
        |s| send(s, 0x82, &[&[0, 1, 0, 0, 0, 0]]),
    ),
    broken(
        "subscribe-filter-utf-8",
        &["[MQTT-3.8.3-1]"],
        [
            "SUBSCRIBE with ill-formed UTF-8 in its Topic Filter",
            "Topic Filterが正しいUTF-8でないSUBSCRIBE",
        ],
        |s| send(s, 0x82, &[&[0, 1, 0, 0, 2, b't', 0xFF, 0]]),
    ),
    broken("subscribe-qos-3", &["§3.8.3.1"], ["SUBSCRIBE with QoS 3", "QoS 3のSUBSCRIBE"], |s| {
        subscribe(s, 0x82, &[0, 1, 0], "", 3)
    }),
    broken(
        "subscribe-retain-handling-3",
        &["§3.8.3.1"],
        ["SUBSCRIBE with Retain Handling 3", "Retain Handling 3のSUBSCRIBE"],
        |s| subscribe(s, 0x82, &[0, 1, 0], "", 0x30),
    ),
    broken(
        "subscribe-reserved-option",
        &["[MQTT-3.8.3-5]"],
        ["SUBSCRIBE with a reserved option", "予約ビットの立ったSUBSCRIBE"],
        |s| subscribe(s, 0x82, &[0, 1, 0], "", 0x40),
    ),
    broken(
        "subscribe-flags",
        &["[MQTT-3.8.1-1]"],
        ["SUBSCRIBE with wrong flags", "フラグの誤ったSUBSCRIBE"],
        |s| subscribe(s, 0x80, &[0, 1, 0], "", 0),
    ),
    broken(
        "subscribe-subscription-identifier-0",
        &["§3.8.2.1.2"],
        ["SUBSCRIBE with Subscription Identifier 0", "Subscription Identifier 0のSUBSCRIBE"],
        |s| subscribe(s, 0x82, &[0, 1, 2, 0x0B, 0], "", 0),
    ),
    broken(
        "subscribe-shared-no-local",
        &["[MQTT-3.8.3-4]"],
        ["SUBSCRIBE with No Local on a Shared Subscription", "Shared SubscriptionへのNo Local"],
        |s| subscribe(s, 0x82, &[0, 1, 0], "$share/g/", 4),
    ),
    Probe {
        judge: refused_or_failure,
        ..broken(
            "subscribe-wildcard-misplaced",
            &["[MQTT-4.7.1-1]", "[MQTT-4.7.1-2]"],
            [
                "SUBSCRIBE with a misplaced wildcard: refused in SUBACK, or the end",
                "ワイルドカードの位置を誤ったSUBSCRIBE（SUBACKで拒むか切断）",
            ],
            |s| {
                let filter = s.text("a#");
                send(s, 0x82, &[&[0, 1, 0], &filter, &[0]]);
            },
        )
    },
    Probe {
        judge: refused_or_failure,
        ..broken(
            "subscribe-share-name-empty",
            &["[MQTT-4.8.2-1]"],
            ["SUBSCRIBE to $share with an empty ShareName", "ShareNameが空の$shareへのSUBSCRIBE"],
            |s| subscribe(s, 0x82, &[0, 1, 0], "$share//", 0),
        )
    },
    Probe {
        judge: refused_or_failure,
        ..broken(
            "subscribe-share-name-wildcard",
            &["[MQTT-4.8.2-2]"],
            [
                "SUBSCRIBE to $share with a wildcard in the ShareName",
                "ShareNameにワイルドカードのあるSUBSCRIBE",
            ],
            |s| subscribe(s, 0x82, &[0, 1, 0], "$share/g+/", 0),
        )
    },
    broken(
        "unsubscribe-nothing",
        &["[MQTT-3.10.3-2]"],
        ["UNSUBSCRIBE without a Topic Filter", "Topic FilterのないUNSUBSCRIBE"],
        |s| send(s, 0xA2, &[&[0, 1, 0]]),
    ),
    broken(
        "unsubscribe-filter-utf-8",
        &["[MQTT-3.10.3-1]"],
        [
            "UNSUBSCRIBE with ill-formed UTF-8 in its Topic Filter",
            "Topic Filterが正しいUTF-8でないUNSUBSCRIBE",
        ],
        |s| send(s, 0xA2, &[&[0, 1, 0, 0, 2, b't', 0xFF]]),
    ),
    broken(
        "unsubscribe-flags",
        &["[MQTT-3.10.1-1]"],
        ["UNSUBSCRIBE with wrong flags", "フラグの誤ったUNSUBSCRIBE"],
        |s| {
            let topic = s.text("t");
            send(s, 0xA0, &[&[0, 1, 0], &topic]);
        },
    ),
    broken(
        "pubrel-flags",
        &["[MQTT-3.6.1-1]"],
        ["PUBREL with wrong flags", "フラグの誤ったPUBREL"],
        |s| send(s, 0x60, &[&[0, 1]]),
    ),
    broken(
        "puback-code",
        &["[MQTT-3.4.2-1]"],
        ["PUBACK with a Reason Code of SUBACK", "SUBACKのReason Codeを持つPUBACK"],
        |s| send(s, 0x40, &[&[0, 1, 1]]),
    ),
    broken(
        "pingreq-flags",
        &["[MQTT-2.1.3-1]"],
        ["PINGREQ with wrong flags", "フラグの誤ったPINGREQ"],
        |s| send(s, 0xC1, &[]),
    ),
    broken("pingreq-body", &["§3.12"], ["PINGREQ with a body", "本体のあるPINGREQ"], |s| {
        send(s, 0xC0, &[&[0]])
    }),
    broken(
        "connack-from-client",
        &["§2.1.2"],
        ["CONNACK from a client", "クライアントからのCONNACK"],
        |s| send(s, 0x20, &[&[0, 0, 0]]),
    ),
    broken(
        "suback-from-client",
        &["§2.1.2"],
        ["SUBACK from a client", "クライアントからのSUBACK"],
        |s| send(s, 0x90, &[&[0, 1, 0, 0]]),
    ),
    broken(
        "pingresp-from-client",
        &["§2.1.2"],
        ["PINGRESP from a client", "クライアントからのPINGRESP"],
        |s| send(s, 0xD0, &[]),
    ),
    broken(
        "auth-without-method",
        &["§3.15.2.2.2"],
        ["AUTH without an Authentication Method", "Authentication MethodのないAUTH"],
        |s| send(s, 0xF0, &[&[0x18, 0]]),
    ),
    broken(
        "auth-flags",
        &["[MQTT-3.15.1-1]"],
        ["AUTH with wrong flags", "フラグの誤ったAUTH"],
        |s| send(s, 0xF1, &[&[0x18, 0]]),
    ),
    broken("type-0", &["§2.1.2"], ["A packet of type 0", "タイプ0のパケット"], |s| {
        send(s, 0x00, &[])
    }),
    broken(
        "disconnect-code",
        &["[MQTT-3.14.2-1]"],
        ["DISCONNECT with a Reason Code of servers", "サーバー用のReason Codeを持つDISCONNECT"],
        |s| send(s, 0xE0, &[&[0x8D]]),
    ),
    broken(
        "disconnect-flags",
        &["[MQTT-3.14.1-1]"],
        ["DISCONNECT with wrong flags", "フラグの誤ったDISCONNECT"],
        |s| send(s, 0xE1, &[&[0, 0]]),
    ),
    broken(
        "remaining-length",
        &["§1.5.5", "§2.1.4"],
        ["A Remaining Length of five bytes", "5バイトのRemaining Length"],
        |s| {
            s.open(A);
            s.bytes(A, vec![0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
            s.settle();
        },
    ),
    broken(
        "remaining-length-padded",
        &["[MQTT-1.5.5-1]"],
        ["A Remaining Length in more bytes than needed", "必要より長いRemaining Length"],
        |s| {
            s.open(A);
            s.bytes(A, vec![0xC0, 0x80, 0x00]);
            s.settle();
        },
    ),
    Probe {
        id: "after-refused-connect",
        cites: &["[MQTT-3.1.4-6]"],
        title: [
            "What follows a refused CONNECT is not processed",
            "拒まれたCONNECTのあとは処理されません",
        ],
        matters: [
            "A client that is refused can publish anyway.",
            "拒まれたはずの相手が、それでもメッセージを送れます。",
        ],
        chapter: Chapter::Malformed,
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            let refused = connect_bytes(s, 0x03, &[], &[]);
            let publish = frame(0x30, &[&s.text("x")[..], &[0], b"sneaked in"].concat());
            open(s, [refused, publish].concat());
        },
        judge: |e| e.payloads(B, &[]),
        ..PROBE
    },
];

fn refused_or_failure(seen: &Seen<'_>) -> Verdict {
    let has_failed = seen
        .of_type(A, PacketType::SubAck)
        .iter()
        .any(|got| got.packet.reason_codes().iter().all(|code| code.is_error()));
    seen.judge(A, has_failed || seen.is_closed(A))
}
