//! The exchanges of QoS 1 and 2.

use super::*;

const DELIVERY: Probe = Probe { chapter: Chapter::Delivery, ..PROBE };

fn found_or_not(codes: &[ReasonCode]) -> bool {
    matches!(codes, [ReasonCode::Success | ReasonCode::PacketIdentifierNotFound])
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "puback",
        cites: &["[MQTT-4.3.2-4]", "[MQTT-2.2.1-5]", "[MQTT-3.4.2-1]", "[MQTT-3.3.4-1]"],
        title: [
            "A PUBLISH of QoS 1 is answered with PUBACK of the same identifier",
            "QoS 1のPUBLISHに、同じ識別子のPUBACKが返ります",
        ],
        matters: [
            "Publishers keep every message and stop when their window is full.",
            "パブリッシャーはメッセージを抱え続け、枠が埋まると止まります。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 1, "1", |p| p.packet_id = PacketId::new(1234));
        },
        judge: |e| {
            let acks = e.of_type(A, PacketType::PubAck);
            let right = |got: &Got| {
                got.packet.packet_id().is_some_and(|id| id.get() == 1234)
                    && !got.packet.reason_codes().iter().any(|code| code.is_error())
            };
            e.judge(A, acks.len() == 1 && acks.iter().all(right))
        },
        ..DELIVERY
    },
    Probe {
        id: "qos-2-exchange",
        cites: &[
            "[MQTT-4.3.3-8]",
            "[MQTT-4.3.3-11]",
            "[MQTT-3.5.2-1]",
            "[MQTT-3.7.2-1]",
            "[MQTT-3.3.4-1]",
        ],
        title: [
            "A PUBLISH of QoS 2 is answered with PUBREC, PUBREL with PUBCOMP",
            "QoS 2のPUBLISHにはPUBREC、PUBRELにはPUBCOMPが返ります",
        ],
        matters: [
            "Publishers keep every message and stop when their window is full.",
            "パブリッシャーはメッセージを抱え続け、枠が埋まると止まります。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(A);
            s.publish_with(A, "x", 2, "2", seven);
        },
        judge: |e| {
            let types: Vec<_> = e
                .received(A)
                .iter()
                .filter(|got| got.packet.packet_id().is_some_and(|id| id.get() == 7))
                .map(|got| got.packet.packet_type())
                .collect();
            e.judge(A, types == [PacketType::PubRec, PacketType::PubComp])
        },
        ..DELIVERY
    },
    Probe {
        id: "qos-1-identifier-again",
        cites: &["[MQTT-4.3.2-5]"],
        title: [
            "After PUBACK the same identifier means a new message",
            "PUBACKのあとの同じ識別子は、新しいメッセージです",
        ],
        matters: [
            "Publishers with few identifiers lose messages.",
            "少ない識別子を使い回すパブリッシャーのメッセージが失われます。",
        ],
        needs: &[Need::QoS1],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 1);
            s.open(A);
            s.publish_with(A, "x", 1, "one", seven);
            s.publish_with(A, "x", 1, "two", seven_again);
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["one", "two"]),
        ..DELIVERY
    },
    Probe {
        id: "qos-2-repeated",
        cites: &["[MQTT-4.3.3-10]"],
        title: [
            "A repeated PUBLISH of QoS 2 gets PUBREC again and arrives once",
            "繰り返されたQoS 2のPUBLISHにはPUBRECがまた返り、届くのは1回です",
        ],
        matters: [
            "Exactly once becomes twice: an order is carried out two times.",
            "「正確に1回」が2回になり、注文が二重に実行されます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.by_hand(A);
            s.publish_with(A, "x", 2, "once", seven);
            s.publish_with(A, "x", 2, "once", seven_again);
            s.ack(A, Packet::PubRel, 7, ReasonCode::Success);
            s.messages(B, 1);
        },
        judge: |e| {
            let mut verdict = e.payloads(B, &["once"]);
            let recs = e.of_type(A, PacketType::PubRec);
            if recs.len() != 2 && verdict.outcome == Outcome::Conforms {
                verdict = e.judge(A, false);
            }
            verdict
        },
        ..DELIVERY
    },
    Probe {
        id: "qos-2-identifier-again",
        cites: &["[MQTT-4.3.3-12]"],
        title: [
            "After PUBCOMP the same identifier means a new message",
            "PUBCOMPのあとの同じ識別子は、新しいメッセージです",
        ],
        matters: [
            "Publishers with few identifiers lose messages.",
            "少ない識別子を使い回すパブリッシャーのメッセージが失われます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish_with(A, "x", 2, "one", seven);
            s.publish_with(A, "x", 2, "two", seven);
            s.messages(B, 2);
        },
        judge: |e| e.payloads(B, &["one", "two"]),
        ..DELIVERY
    },
    Probe {
        id: "qos-2-moment",
        cites: &["§4.3.3"],
        title: [
            "A message of QoS 2 is passed on at PUBLISH or at PUBREL",
            "QoS 2のメッセージが渡される時：PUBLISHかPUBRELか",
        ],
        matters: [
            "With the second, a publisher that dies in between has sent nothing.",
            "PUBRELで渡すブローカーでは、その前に落ちたパブリッシャーのメッセージは届きません。",
        ],
        needs: &[Need::QoS2],
        is_choice: true,
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 0);
            s.open(A);
            s.by_hand(A);
            s.publish_with(A, "x", 2, "when", seven);
            s.pass(400);
            s.ack(A, Packet::PubRel, 7, ReasonCode::Success);
            s.messages(B, 1);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let Some(released) = e.sent(A, PacketType::PubRel).first().copied() else {
                return e.not_examined(A);
            };
            match publishes.as_slice() {
                [(id, _)] => {
                    let observed = if *id < released { "at PUBLISH" } else { "at PUBREL" };
                    e.verdict(true, observed, vec![*id, released])
                }
                _ => e.payloads(B, &["when"]),
            }
        },
        ..DELIVERY
    },
    Probe {
        id: "identifiers-of-the-server",
        cites: &["[MQTT-2.2.1-4]", "[MQTT-4.3.2-1]", "[MQTT-4.3.3-1]"],
        title: [
            "Messages in flight have different identifiers",
            "送信中（未確認）のメッセージの識別子は重なりません",
        ],
        matters: [
            "An acknowledgement ends the wrong exchange, and a message is lost.",
            "確認が別のやりとりを終わらせ、メッセージが失われます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            for payload in ["1", "2", "3", "4", "5"] {
                s.publish(A, "x", 1, payload);
            }
            s.publish(A, "x", 2, "6");
            s.messages(B, 6);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let mut ids: Vec<_> = publishes.iter().filter_map(|(_, p)| p.packet_id).collect();
            ids.sort();
            ids.dedup();
            let observed = format!("{} × PUBLISH, {} identifiers", publishes.len(), ids.len());
            let evidence: Vec<_> = record_ids(&publishes);
            // A broker that waits for each acknowledgement never has two in flight.
            match publishes.len() {
                0 | 1 => Verdict::not_examined(observed, evidence),
                length => e.verdict(ids.len() == length, observed, evidence),
            }
        },
        ..DELIVERY
    },
    Probe {
        id: "first-without-dup",
        cites: &["[MQTT-4.3.2-2]", "[MQTT-4.3.3-2]"],
        title: [
            "The first PUBLISH to a subscriber has DUP 0",
            "サブスクライバーへの最初のPUBLISHのDUPは0です",
        ],
        matters: [
            "Subscribers that drop what is marked as a duplicate drop messages they never had.",
            "DUP付きを捨てるサブスクライバーが、まだ受け取っていないメッセージを捨てます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish(A, "x", 1, "1");
            s.publish(A, "x", 2, "2");
            s.messages(B, 2);
        },
        judge: |e| {
            let publishes = e.publishes(B);
            let flags: Vec<_> = publishes.iter().map(|(_, p)| u8::from(p.dup)).collect();
            let observed = format!("{} × PUBLISH, DUP {flags:?}", publishes.len());
            e.verdict(flags == [0, 0], observed, record_ids(&publishes))
        },
        ..DELIVERY
    },
    Probe {
        id: "pubrel-after-pubrec",
        cites: &["[MQTT-4.3.3-4]", "[MQTT-3.6.2-1]"],
        title: [
            "PUBREC of a subscriber is answered with PUBREL",
            "サブスクライバーのPUBRECにPUBRELが返ります",
        ],
        matters: [
            "The exchange never ends; after Receive Maximum of them nothing comes any more.",
            "やりとりが終わらず、Receive Maximumの数に達すると何も届かなくなります。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish(A, "x", 2, "2");
            s.messages(B, 1);
        },
        judge: |e| {
            let released = e.of_type(B, PacketType::PubRel);
            let publish = e.publishes(B);
            let right = matches!(
                (publish.as_slice(), released.as_slice()),
                ([(_, p)], [got]) if p.packet_id == got.packet.packet_id()
            );
            e.judge(B, right)
        },
        ..DELIVERY
    },
    Probe {
        id: "pubrec-refused",
        cites: &["[MQTT-4.3.3-9]", "[MQTT-4.4.0-2]"],
        title: [
            "PUBREC with an error ends the exchange: no PUBREL follows",
            "エラーのPUBRECでやりとりは終わり、PUBRELは来ません",
        ],
        matters: [
            "A subscriber that refuses a message gets packets for an exchange it has forgotten.",
            "メッセージを拒んだサブスクライバーに、もう覚えのないやりとりのパケットが届きます。",
        ],
        needs: &[Need::QoS2],
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish(A, "x", 2, "2");
            s.messages(B, 1);
            s.acknowledge(B, Packet::PubRec, ReasonCode::UnspecifiedError);
            s.pass(200);
        },
        judge: |e| {
            let right = e.of_type(B, PacketType::PubRel).is_empty() && !e.is_closed(B);
            match e.publishes(B).len() {
                1 => e.judge(B, right),
                _ => e.not_examined(B),
            }
        },
        ..DELIVERY
    },
    Probe {
        id: "pubrel-unknown",
        cites: &["§3.7.2.1", "[MQTT-4.3.3-11]"],
        title: [
            "PUBREL for an identifier nobody knows: 0x92 or 0x00",
            "知られていない識別子のPUBREL：0x92か0x00か",
        ],
        matters: [
            "With 0x00 a publisher does not learn that its message is unknown to the broker.",
            "0x00では、ブローカーがそのメッセージを知らないことがパブリッシャーに伝わりません。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.ack(A, Packet::PubRel, 9, ReasonCode::Success);
        },
        judge: |e| e.codes(A, PacketType::PubComp, found_or_not),
        ..DELIVERY
    },
    Probe {
        id: "pubrec-unknown",
        cites: &["§3.6.2.1"],
        title: [
            "PUBREC for an identifier nobody knows: 0x92 or 0x00",
            "知られていない識別子のPUBREC：0x92か0x00か",
        ],
        matters: [
            "With 0x00 a subscriber does not learn that the broker has forgotten the exchange.",
            "0x00では、ブローカーがやりとりを忘れたことがサブスクライバーに伝わりません。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.by_hand(A);
            s.ack(A, Packet::PubRec, 9, ReasonCode::Success);
            s.pass(200);
        },
        judge: |e| match e.of_type(A, PacketType::PubRel).is_empty() {
            true => e.verdict(true, e.told(A), e.evidence(A)),
            false => e.codes(A, PacketType::PubRel, found_or_not),
        },
        ..DELIVERY
    },
    Probe {
        id: "puback-unknown",
        cites: &["§4.3.2"],
        title: ["PUBACK for an identifier nobody knows", "知られていない識別子のPUBACK"],
        matters: [
            "A subscriber that acknowledges twice loses its connection on one broker and not on another.",
            "二重に確認するサブスクライバーは、ブローカーによって接続を切られます。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.ack(A, Packet::PubAck, 9, ReasonCode::Success);
            s.pass(200);
        },
        judge: |e| e.verdict(true, e.told(A), e.evidence(A)),
        ..DELIVERY
    },
    Probe {
        id: "expired-exchange-ends",
        cites: &["[MQTT-4.3.3-7]", "[MQTT-4.3.3-13]"],
        title: [
            "An exchange that has begun ends although the message expired",
            "始まったQoS 2のやりとりは、期限が切れても最後まで進みます",
        ],
        matters: [
            "The subscriber waits for PUBREL indefinitely, and the identifier stays taken.",
            "サブスクライバーはPUBRELを待ち続け、識別子がふさがったままになります。",
        ],
        needs: &[Need::QoS2],
        is_slow: true,
        script: |s| {
            s.open(B);
            s.by_hand(B);
            s.subscribe(B, "x", 2);
            s.open(A);
            s.publish_with(A, "x", 2, "short", |p| {
                p.properties.push(Property::MessageExpiryInterval(1));
            });
            s.messages(B, 1);
            s.pass(2500);
            s.acknowledge(B, Packet::PubRec, ReasonCode::Success);
            s.pass(200);
        },
        judge: |e| {
            let released = e.of_type(B, PacketType::PubRel);
            let observed = if released.is_empty() { "–" } else { "PUBREL" };
            e.verdict(released.len() == 1, observed, e.evidence(B))
        },
        ..DELIVERY
    },
];
