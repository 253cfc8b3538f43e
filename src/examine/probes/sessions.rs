//! What outlives a connection.

use super::*;

const SESSIONS: Probe = Probe { chapter: Chapter::Sessions, ..PROBE };

/// Whether Session Present of the second connection of A is as it should be.
fn present(seen: &Seen<'_>, expected: bool) -> Verdict {
    present_on(seen, A, 1, expected)
}

fn present_on(seen: &Seen<'_>, client: Client, connection: usize, expected: bool) -> Verdict {
    let Some((id, connack)) = seen.connack(client, connection) else {
        return seen.not_examined(client);
    };
    let observed = format!("Session Present {}", u8::from(connack.session_present));
    seen.verdict(connack.session_present == expected, observed, vec![id])
}

/// A DISCONNECT with a Session Expiry Interval of its own, and the end of the connection.
fn leave_with(s: &mut Script, seconds: u32) {
    let properties = Properties::from([Property::SessionExpiryInterval(seconds)]);
    let reason_code = ReasonCode::Success;
    s.send(A, Packet::Disconnect(Disconnect { reason_code, properties }));
    s.pass(100);
    s.cut(A);
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "session-new",
        cites: &["[MQTT-3.1.2-6]", "[MQTT-3.2.2-3]", "[MQTT-3.2.2-1]"],
        title: [
            "Without a stored Session, Session Present is 0",
            "SessionがなければSession Presentは0です",
        ],
        matters: [
            "The client believes that its subscriptions are there, and waits for messages that never come.",
            "クライアントは購読が残っていると思い込み、届かないメッセージを待ち続けます。",
        ],
        script: |s| s.open_with(A, |c| c.clean_start = false),
        judge: |e| present_on(e, A, 0, false),
        ..SESSIONS
    },
    Probe {
        id: "session-resumed",
        cites: &["[MQTT-3.1.2-5]", "[MQTT-3.1.2-23]", "[MQTT-3.2.2-3]"],
        title: ["A stored Session is resumed", "残っているSessionは再開されます"],
        matters: [
            "Clients have to subscribe again after every interruption, and lose what came meanwhile.",
            "通信が途切れるたびに購読し直すことになり、その間のメッセージを失います。",
        ],
        script: |s| {
            s.leave_subscribed(A, "x", 1);
            s.resume(A, 60);
        },
        judge: |e| present(e, true),
        ..SESSIONS
    },
    Probe {
        id: "session-subscriptions",
        cites: &["[MQTT-3.1.2-23]", "§4.1"],
        title: ["Subscriptions belong to the Session", "購読はSessionに残ります"],
        matters: [
            "Session Present says that all is well, but messages stop.",
            "Session Presentは1なのに、メッセージが届かなくなります。",
        ],
        script: |s| {
            s.leave_subscribed(A, "x", 1);
            s.resume(A, 60);
            s.open(B);
            s.publish(B, "x", 1, "after");
            s.messages(A, 1);
        },
        judge: |e| e.payloads(A, &["after"]),
        ..SESSIONS
    },
    Probe {
        id: "clean-start",
        cites: &["[MQTT-3.1.2-4]", "[MQTT-3.1.4-4]", "[MQTT-3.2.2-2]"],
        title: ["Clean Start throws the old Session away", "Clean Startは古いSessionを捨てます"],
        matters: [
            "A client that wants to start again gets messages for subscriptions it no longer knows.",
            "新しく始めたいクライアントに、もう覚えのない購読のメッセージが届きます。",
        ],
        script: |s| {
            s.leave_subscribed(A, "x", 1);
            s.open(A);
            s.open(B);
            s.publish(B, "x", 1, "stale");
        },
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 1) else { return e.not_examined(A) };
            let stale = e.publishes_on(A, 1);
            let observed = format!(
                "Session Present {}, {}",
                u8::from(connack.session_present),
                e.told_on(A, 1)
            );
            let evidence = std::iter::once(id).chain(stale.iter().map(|(id, _)| *id)).collect();
            e.verdict(!connack.session_present && stale.is_empty(), observed, evidence)
        },
        ..SESSIONS
    },
    Probe {
        id: "session-ends-with-connection",
        cites: &["[MQTT-4.1.0-2]", "§3.1.2.11.2"],
        title: [
            "Without Session Expiry Interval the Session ends with the connection",
            "Session Expiry Intervalがなければ、Sessionは接続とともに終わります",
        ],
        matters: [
            "The broker keeps Sessions, and messages for them, of clients that never come back.",
            "二度と来ないクライアントのSessionとメッセージが、ブローカーにたまり続けます。",
        ],
        script: |s| {
            s.open(A);
            s.subscribe(A, "x", 1);
            s.cut(A);
            s.pass(300);
            s.resume(A, 60);
        },
        judge: |e| present(e, false),
        ..SESSIONS
    },
    Probe {
        id: "session-expires",
        cites: &["[MQTT-4.1.0-2]", "§3.1.2.11.2"],
        title: ["A Session ends when its interval has passed", "期限を過ぎたSessionは終わります"],
        matters: [
            "Sessions live longer than asked: messages wait for clients that are gone.",
            "Sessionが求めより長く残り、いなくなったクライアントのためにメッセージがたまります。",
        ],
        is_slow: true,
        script: |s| {
            s.resume(A, 1);
            s.subscribe(A, "x", 1);
            s.cut(A);
            s.pass(4000);
            s.resume(A, 60);
        },
        judge: |e| present(e, false),
        ..SESSIONS
    },
    Probe {
        id: "session-expiry-at-disconnect",
        cites: &["§3.14.2.2.2"],
        title: [
            "DISCONNECT can end the Session at once",
            "DISCONNECTでSessionをすぐに終わらせられます",
        ],
        matters: [
            "A client that leaves for good cannot take its Session with it.",
            "もう戻らないクライアントが、自分のSessionを片づけられません。",
        ],
        script: |s| {
            s.resume(A, 60);
            s.subscribe(A, "x", 1);
            leave_with(s, 0);
            s.pass(200);
            s.resume(A, 60);
        },
        judge: |e| present(e, false),
        ..SESSIONS
    },
    Probe {
        id: "session-expiry-lengthened",
        cites: &["§3.14.2.2.2"],
        title: ["DISCONNECT can lengthen the Session", "DISCONNECTでSessionを延ばせます"],
        matters: [
            "A device that goes to sleep cannot ask for more time than it asked for at connect.",
            "眠りに入る機器が、接続時より長い時間を求められません。",
        ],
        is_slow: true,
        script: |s| {
            s.resume(A, 1);
            s.subscribe(A, "x", 1);
            leave_with(s, 60);
            s.pass(3500);
            s.resume(A, 60);
        },
        judge: |e| present(e, true),
        ..SESSIONS
    },
    Probe {
        id: "session-expiry-raised",
        cites: &["§3.14.2.2.2"],
        title: [
            "A Session that was to end cannot be kept by DISCONNECT",
            "終わるはずのSessionを、DISCONNECTで残すことはできません",
        ],
        matters: [
            "The broker keeps Sessions that the client was told do not exist.",
            "ないはずのSessionがブローカーに残ります。",
        ],
        script: |s| {
            s.open(A);
            s.subscribe(A, "x", 1);
            leave_with(s, 60);
            s.pass(200);
            s.resume(A, 60);
        },
        judge: |e| {
            let mut verdict = present(e, false);
            if verdict.outcome != Outcome::NotExamined {
                verdict.observed = format!("{}; {}", e.told_on(A, 0), verdict.observed);
            }
            verdict
        },
        ..SESSIONS
    },
    Probe {
        id: "session-taken-over",
        cites: &["[MQTT-3.1.2-5]", "[MQTT-3.1.4-3]"],
        title: ["A takeover takes the Session with it", "引き継ぎではSessionも引き継がれます"],
        matters: [
            "A client that reconnects before its old connection is noticed to be dead loses its Session.",
            "古い接続が切れたと気づかれる前に再接続したクライアントが、Sessionを失います。",
        ],
        script: |s| {
            s.resume(A, 60);
            s.subscribe(A, "x", 1);
            s.resume(A, 60);
        },
        judge: |e| present(e, true),
        ..SESSIONS
    },
    Probe {
        id: "queued-qos-1",
        cites: &["[MQTT-4.5.0-1]", "[MQTT-3.1.2-23]"],
        title: [
            "Messages of QoS 1 wait for an absent client",
            "QoS 1のメッセージは不在のクライアントを待ちます",
        ],
        matters: [
            "What is published while a device is offline is lost.",
            "機器がオフラインのあいだに送られたものが失われます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.leave_subscribed(A, "x", 1);
            s.open(B);
            for payload in ["1", "2", "3"] {
                s.publish(B, "x", 1, payload);
            }
            s.resume(A, 60);
            s.messages(A, 3);
        },
        judge: |e| e.payloads(A, &["1", "2", "3"]),
        ..SESSIONS
    },
    Probe {
        id: "queued-qos-2",
        cites: &["[MQTT-4.5.0-1]", "[MQTT-3.1.2-23]"],
        title: [
            "Messages of QoS 2 wait for an absent client",
            "QoS 2のメッセージは不在のクライアントを待ちます",
        ],
        matters: [
            "What is published while a device is offline is lost.",
            "機器がオフラインのあいだに送られたものが失われます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.leave_subscribed(A, "x", 2);
            s.open(B);
            s.publish(B, "x", 2, "1");
            s.publish(B, "x", 2, "2");
            s.resume(A, 60);
            s.messages(A, 2);
        },
        judge: |e| e.payloads(A, &["1", "2"]),
        ..SESSIONS
    },
    Probe {
        id: "queued-qos-0",
        cites: &["§4.1"],
        title: [
            "Whether messages of QoS 0 wait too is left to the server",
            "QoS 0のメッセージも待つかどうかはサーバー次第です",
        ],
        matters: [
            "With one broker a client finds old values of QoS 0 after its return, with another none.",
            "戻ってきたクライアントに、ブローカーによってQoS 0の古い値が届いたり届かなかったりします。",
        ],
        is_choice: true,
        script: |s| {
            s.leave_subscribed(A, "x", 1);
            s.open(B);
            s.publish(B, "x", 0, "maybe");
            s.publish(B, "x", 1, "certain");
            s.resume(A, 60);
            s.messages(A, 1);
        },
        judge: |e| {
            let publishes = e.publishes(A);
            let maybe = payloads_are(&publishes, &["maybe", "certain"]);
            let certain = payloads_are(&publishes, &["certain"]);
            let verdict = e.payloads(A, &["certain"]);
            match (maybe, certain) {
                (true, _) => e.verdict(true, "QoS 0 waits", verdict.evidence),
                (_, true) => e.verdict(true, "QoS 0 does not wait", verdict.evidence),
                _ => verdict,
            }
        },
        ..SESSIONS
    },
    Probe {
        id: "retry-qos-1",
        cites: &["[MQTT-4.4.0-1]", "[MQTT-3.3.1-1]"],
        title: [
            "An unacknowledged PUBLISH is sent again with DUP on the next connection",
            "未確認のPUBLISHは、次の接続でDUP付きで再送されます",
        ],
        matters: [
            "A message that was on its way when the connection broke is lost, or comes again without a sign of it.",
            "接続が切れたときに送信中だったメッセージが失われるか、再送と示されずにもう一度届きます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.resume(A, 60);
            s.by_hand(A);
            s.subscribe(A, "x", 1);
            s.open(B);
            s.publish(B, "x", 1, "again");
            s.messages(A, 1);
            s.cut(A);
            s.pass(200);
            s.resume(A, 60);
            s.messages(A, 2);
        },
        judge: |e| {
            let (first, second) = (e.publishes_on(A, 0), e.publishes_on(A, 1));
            let right = match (first.as_slice(), second.as_slice()) {
                ([(_, first)], [(_, second)]) => {
                    !first.dup && second.dup && first.packet_id == second.packet_id
                }
                _ => false,
            };
            let evidence = first.iter().chain(&second).map(|(id, _)| *id).collect();
            e.verdict(right, e.told_on(A, 1), evidence)
        },
        ..SESSIONS
    },
    Probe {
        id: "retry-qos-2",
        cites: &["[MQTT-4.4.0-1]", "[MQTT-4.3.3-6]"],
        title: [
            "After PUBREC, PUBREL is sent again and not PUBLISH",
            "PUBRECのあとは、PUBLISHではなくPUBRELが再送されます",
        ],
        matters: [
            "Exactly once becomes twice, or the exchange never ends and takes a place of Receive Maximum.",
            "「正確に1回」が2回になるか、やりとりが終わらずReceive Maximumの枠をふさぎます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.resume(A, 60);
            s.by_hand(A);
            s.subscribe(A, "x", 2);
            s.open(B);
            s.publish(B, "x", 2, "once");
            s.messages(A, 1);
            s.acknowledge(A, Packet::PubRec, ReasonCode::Success);
            s.pass(300);
            s.cut(A);
            s.pass(200);
            s.resume(A, 60);
            s.pass(300);
        },
        judge: |e| {
            let got = e.received_on(A, 1);
            let has = |wanted| got.iter().any(|got| got.packet.packet_type() == wanted);
            e.verdict(
                has(PacketType::PubRel) && !has(PacketType::Publish),
                e.told_on(A, 1),
                got.iter().filter(|got| got.packet != Packet::PingResp).map(|got| got.id).collect(),
            )
        },
        ..SESSIONS
    },
    Probe {
        id: "no-retry-while-connected",
        cites: &["[MQTT-4.4.0-1]"],
        title: [
            "Nothing is sent again while the connection lasts",
            "接続が続くあいだは再送されません",
        ],
        matters: [
            "A slow consumer gets every message several times and becomes slower still.",
            "処理の遅いクライアントに同じメッセージが何度も届き、さらに遅くなります。",
        ],
        needs: &[Need::QoS1],
        is_slow: true,
        script: |s| {
            s.open(A);
            s.by_hand(A);
            s.subscribe(A, "x", 1);
            s.open(B);
            s.publish(B, "x", 1, "patience");
            s.messages(A, 1);
            s.pass(8000);
        },
        judge: |e| e.payloads(A, &["patience"]),
        ..SESSIONS
    },
    Probe {
        id: "acknowledged-not-again",
        cites: &["[MQTT-4.4.0-2]"],
        title: ["What is acknowledged is not sent again", "確認されたものは再送されません"],
        matters: [
            "Messages come twice after every interruption.",
            "通信が途切れるたびに、同じメッセージが2回届きます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.resume(A, 60);
            s.subscribe(A, "x", 1);
            s.open(B);
            s.publish(B, "x", 1, "once");
            s.messages(A, 1);
            s.settle();
            s.cut(A);
            s.pass(200);
            s.resume(A, 60);
        },
        judge: |e| e.payloads(A, &["once"]),
        ..SESSIONS
    },
    Probe {
        id: "qos-2-across-connections",
        cites: &["[MQTT-4.3.3-10]", "[MQTT-4.3.3-11]"],
        title: [
            "A QoS 2 message that is sent again after a break arrives once",
            "途切れたあとに再送されたQoS 2のメッセージも、届くのは1回です",
        ],
        matters: [
            "A publisher with a bad network doubles its messages in spite of QoS 2.",
            "回線の悪いパブリッシャーのメッセージが、QoS 2でも二重になります。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.resume(A, 60);
            s.by_hand(A);
            s.publish_with(A, "x", 2, "once", seven);
            s.pass(200);
            s.cut(A);
            s.pass(200);
            s.resume(A, 60);
            s.by_hand(A);
            s.publish_with(A, "x", 2, "once", seven_again);
            s.ack(A, Packet::PubRel, 7, ReasonCode::Success);
            s.messages(B, 1);
        },
        judge: |e| match e.connack(A, 1) {
            Some((_, connack)) if connack.session_present => e.payloads(B, &["once"]),
            _ => e.not_examined(A),
        },
        ..SESSIONS
    },
    Probe {
        id: "session-of-its-name",
        cites: &["[MQTT-3.1.3-2]", "[MQTT-3.2.2-3]"],
        title: [
            "A Session belongs to one Client Identifier",
            "Sessionは一つのClient Identifierのものです",
        ],
        matters: [
            "A client gets the subscriptions and messages of another one.",
            "ほかのクライアントの購読やメッセージを引き継いでしまいます。",
        ],
        script: |s| {
            s.resume(A, 60);
            s.subscribe(A, "x", 1);
            s.leave(A, ReasonCode::Success);
            s.resume(B, 60);
        },
        judge: |e| present_on(e, B, 0, false),
        ..SESSIONS
    },
    Probe {
        id: "session-while-connected",
        cites: &["[MQTT-4.1.0-1]", "§3.1.2.11.2"],
        title: [
            "A Session does not expire while its client is connected",
            "接続が続くあいだ、Sessionの期限は切れません",
        ],
        matters: [
            "A client with a short interval loses its subscriptions and does not notice.",
            "期限の短いクライアントが、気づかないまま購読を失います。",
        ],
        is_slow: true,
        script: |s| {
            s.resume(A, 1);
            s.subscribe(A, "x", 0);
            s.pass(2500);
            s.open(B);
            s.publish(B, "x", 0, "still here");
            s.messages(A, 1);
        },
        judge: |e| e.payloads(A, &["still here"]),
        ..SESSIONS
    },
];
