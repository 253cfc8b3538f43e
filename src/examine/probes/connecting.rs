//! CONNECT, CONNACK, and the life of a connection.

use super::*;

const CONNECTING: Probe = Probe { chapter: Chapter::Connecting, ..PROBE };

/// A value that CONNACK may state: `of` reads it, absent means `default`, and `without` means that it is not offered.
fn capability(
    seen: &Seen<'_>,
    name: &str,
    of: impl Fn(&Properties) -> Option<u32>,
    default: &str,
    without: Option<u32>,
) -> Verdict {
    let Some((id, connack)) = seen.connack(A, 0) else { return seen.not_examined(A) };
    let value = of(&connack.properties);
    let observed = match value {
        Some(value) => format!("{name} {value}"),
        None => format!("{name} – ({default})"),
    };
    match without.is_some_and(|without| value == Some(without)) {
        true => seen.not_offered(observed, vec![id]),
        false => seen.verdict(true, observed, vec![id]),
    }
}

/// The same of a property that says 0 where something is not to be had.
fn available(seen: &Seen<'_>, name: &str, of: fn(&Properties) -> Option<u8>) -> Verdict {
    capability(seen, name, |properties| of(properties).map(u32::from), "1", Some(0))
}

/// What is not to be judged: the broker announces another Keep Alive than the two seconds that A asked for, and that
/// one holds [MQTT-3.1.2-21].
pub(super) fn other_keep_alive(seen: &Seen<'_>) -> Option<Verdict> {
    let (id, connack) = seen.connack(A, 0)?;
    let seconds = connack.properties.server_keep_alive().filter(|seconds| *seconds != 2)?;
    Some(Verdict::not_examined(format!("Server Keep Alive {seconds}"), vec![id]))
}

fn takeover(s: &mut Script) {
    s.open(A);
    let same = s.connect(A).client_id;
    s.open_with(B, |c| c.client_id = same);
    s.until_closed(A);
}

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "speaks-5",
        cites: &["[MQTT-3.1.4-5]", "§3.1.2.2"],
        title: ["CONNECT of version 5 is accepted", "バージョン5のCONNECTが受け入れられます"],
        matters: [
            "Nothing of MQTT 5.0 can be used; clients have to speak 3.1.1.",
            "MQTT 5.0の機能は何も使えません。クライアントは3.1.1を話すことになります。",
        ],
        script: |s| s.try_open(A, |_| {}),
        judge: |e| match e.is_accepted(A) {
            true => e.verdict(true, "CONNACK 0x00", e.evidence(A)),
            false => e.not_offered(e.told(A), e.evidence(A)),
        },
        ..CONNECTING
    },
    Probe {
        id: "one-connack",
        cites: &["[MQTT-3.2.0-2]"],
        title: ["A connection gets one CONNACK", "一つの接続に届くCONNACKは1通です"],
        matters: [
            "A client library treats a second CONNACK as a Protocol Error and disconnects.",
            "クライアントライブラリは2通目のCONNACKをProtocol Errorとみなし、接続を切ります。",
        ],
        script: |s| {
            s.open(A);
            s.ping(A);
        },
        judge: |e| {
            let connacks = e.of_type(A, PacketType::ConnAck);
            let observed = format!("{} × CONNACK", connacks.len());
            e.verdict(connacks.len() == 1, observed, connacks.iter().map(|got| got.id).collect())
        },
        ..CONNECTING
    },
    Probe {
        id: "connack-first",
        cites: &["[MQTT-3.2.0-1]"],
        title: [
            "CONNACK comes before waiting messages",
            "待っているメッセージよりCONNACKが先に届きます",
        ],
        matters: [
            "A client that gets PUBLISH first does not know its limits yet, and most libraries give up.",
            "先にPUBLISHを受け取るクライアントは上限をまだ知らず、多くのライブラリは接続をあきらめます。",
        ],
        script: |s| {
            s.resume(A, 60);
            s.subscribe(A, "x", 1);
            s.cut(A);
            s.open(B);
            s.publish(B, "x", 1, "waiting");
            s.resume(A, 60);
            s.messages(A, 1);
        },
        judge: |e| {
            let got = e.received_on(A, 1);
            let names: Vec<_> = got.iter().map(|got| got.packet.packet_type()).collect();
            let right =
                names.starts_with(&[PacketType::ConnAck]) && names.contains(&PacketType::Publish);
            let observed = names.iter().filter(|name| **name != PacketType::PingResp);
            let observed: Vec<_> = observed.map(|name| name.name()).collect();
            e.verdict(right, observed.join(", "), got.iter().map(|got| got.id).collect())
        },
        ..CONNECTING
    },
    Probe {
        id: "client-id-23",
        cites: &["[MQTT-3.1.3-5]"],
        title: [
            "A Client Identifier of 23 letters and digits is accepted",
            "英数字23文字のClient Identifierが受け入れられます",
        ],
        matters: [
            "Identifiers that every broker has to take are refused: devices need other names here.",
            "どのブローカーも受け入れるはずの識別子が拒まれ、機器に別の名前が必要になります。",
        ],
        script: |s| s.try_open(A, |c| c.client_id = format!("{:Z<23}", &*c.client_id).into()),
        judge: accepted,
        ..CONNECTING
    },
    Probe {
        id: "client-id-long",
        cites: &["§3.1.3.1", "[MQTT-3.1.3-8]"],
        title: [
            "A Client Identifier of 200 bytes, which a server may refuse",
            "200バイトのClient Identifier（拒んでもかまいません）",
        ],
        matters: [
            "Names built of plant, line and device can be too long for this broker.",
            "工場名・ライン名・機器名をつないだ名前は、このブローカーには長すぎることがあります。",
        ],
        is_choice: true,
        script: |s| s.try_open(A, |c| c.client_id = format!("{:-<200}", &*c.client_id).into()),
        judge: accepted_or_not_offered,
        ..CONNECTING
    },
    Probe {
        id: "client-id-utf-8",
        cites: &["[MQTT-3.1.3-4]", "§3.1.3.1", "[MQTT-3.1.3-8]"],
        title: [
            "A Client Identifier with characters beyond letters and digits",
            "英数字以外の文字を含むClient Identifier",
        ],
        matters: [
            "Devices may be named with letters and digits only.",
            "機器の名前に使えるのは英数字だけになります。",
        ],
        is_choice: true,
        script: |s| s.try_open(A, |c| c.client_id = format!("{} 温度/é", &*c.client_id).into()),
        judge: accepted_or_not_offered,
        ..CONNECTING
    },
    Probe {
        id: "client-id-assigned",
        cites: &["[MQTT-3.1.3-6]", "[MQTT-3.1.3-7]", "[MQTT-3.2.2-16]"],
        title: [
            "An empty Client Identifier is replaced by an assigned one",
            "空のClient Identifierには、割り当てられた名前が返されます",
        ],
        matters: [
            "Clients without a name of their own cannot connect, or do not learn which name they got and cannot come back to their Session.",
            "名前を持たないクライアントは接続できないか、もらった名前がわからず、自分のSessionに戻れません。",
        ],
        script: |s| s.try_open(A, |c| c.client_id = "".into()),
        judge: |e| match e.connack(A, 0) {
            Some((id, connack)) if !connack.reason_code.is_error() => {
                let assigned = connack.properties.assigned_client_identifier();
                let is_given = assigned.is_some_and(|assigned| !assigned.is_empty());
                let observed = if is_given { "Assigned Client Identifier" } else { "–" };
                e.verdict(is_given, observed, vec![id])
            }
            Some((id, _)) => e.not_offered(e.told(A), vec![id]),
            None => e.judge(A, false),
        },
        ..CONNECTING
    },
    Probe {
        id: "client-ids-assigned-differ",
        cites: &["[MQTT-3.2.2-16]"],
        title: [
            "Assigned Client Identifiers are unique",
            "割り当てられるClient Identifierは重なりません",
        ],
        matters: [
            "Two clients with one name throw each other out.",
            "同じ名前をもらった二つのクライアントは、互いに相手の接続を切ります。",
        ],
        script: |s| {
            s.open_with(A, |c| c.client_id = "".into());
            s.open_with(B, |c| c.client_id = "".into());
        },
        judge: |e| {
            let names = [A, B].map(|client| {
                let (_, connack) = e.connack(client, 0)?;
                connack.properties.assigned_client_identifier().map(str::to_owned)
            });
            let right = names.iter().all(Option::is_some) && names[0] != names[1];
            let observed = if right { "2 names" } else { "–" };
            e.verdict(right, observed, [e.evidence(A), e.evidence(B)].concat())
        },
        ..CONNECTING
    },
    Probe {
        id: "takeover-closes",
        cites: &["[MQTT-3.1.4-3]"],
        title: [
            "A second client with the same name ends the first connection",
            "同じ名前の接続が来ると、前の接続は閉じられます",
        ],
        matters: [
            "A client that reconnects after a network failure stays locked out, or messages go to the dead connection.",
            "通信断のあとに接続し直したクライアントが締め出されるか、メッセージが死んだ接続に流れ続けます。",
        ],
        script: takeover,
        judge: |e| {
            let closed = e.is_closed(A);
            e.verdict(closed, if closed { "closed" } else { "–" }, e.evidence(A))
        },
        ..CONNECTING
    },
    Probe {
        id: "takeover-code",
        cites: &["[MQTT-3.1.4-3]"],
        title: [
            "A connection that is taken over is told so with DISCONNECT 0x8E",
            "引き継がれた接続には、DISCONNECT 0x8Eで知らされます",
        ],
        matters: [
            "The client cannot tell a takeover from a network failure, reconnects, and two clients with one name throw each other out again and again.",
            "クライアントは引き継ぎと通信断を区別できずに再接続し、同じ名前の二つが互いを切り続けます。",
        ],
        script: takeover,
        judge: |e| {
            let told = e.of_type(A, PacketType::Disconnect);
            let right =
                told.iter().any(|got| got.packet.reason_codes() == [ReasonCode::SessionTakenOver]);
            e.judge(A, right)
        },
        ..CONNECTING
    },
    Probe {
        id: "ping",
        cites: &["[MQTT-3.12.4-1]"],
        title: ["PINGREQ is answered with PINGRESP", "PINGREQにPINGRESPが返ります"],
        matters: [
            "Clients take the connection for dead and reconnect again and again.",
            "クライアントは接続が切れたとみなし、再接続を繰り返します。",
        ],
        script: |s| {
            s.open(A);
            s.silent(A);
            s.ping(A);
        },
        judge: |e| {
            let pongs = e.of_type(A, PacketType::PingResp);
            let observed = if pongs.is_empty() { "–" } else { "PINGRESP" };
            e.verdict(pongs.len() == 1, observed, pongs.iter().map(|got| got.id).collect())
        },
        ..CONNECTING
    },
    Probe {
        id: "keep-alive",
        cites: &["[MQTT-3.1.2-22]"],
        title: [
            "A client that is silent for one and a half Keep Alive periods is closed",
            "Keep Aliveの1.5倍のあいだ沈黙したクライアントの接続は閉じられます",
        ],
        matters: [
            "Closed earlier, slow clients lose their connection; not closed, dead ones keep it and their Will is not sent.",
            "早すぎれば遅いクライアントが切られ、閉じられなければ、いなくなったクライアントの接続が残ってWillが送られません。",
        ],
        is_slow: true,
        script: |s| {
            s.open_with(A, |c| c.keep_alive = 2);
            s.silent(A);
            s.pass(12_000);
        },
        judge: |e| {
            if let Some(verdict) = other_keep_alive(e) {
                return verdict;
            }
            let accepted = e.of_type(A, PacketType::ConnAck).first().map(|got| got.at);
            let Some(accepted) = accepted else { return e.not_examined(A) };
            match e.closed(A, 0) {
                Some((_, at)) => {
                    let in_time = at.since(accepted) >= Duration::from_millis(2900);
                    let observed =
                        if in_time { e.told(A) } else { format!("{}, too early", e.told(A)) };
                    e.verdict(in_time, observed, e.evidence(A))
                }
                None => e.judge(A, false),
            }
        },
        ..CONNECTING
    },
    Probe {
        id: "keep-alive-0",
        cites: &["§3.1.2.10", "[MQTT-3.2.2-22]"],
        title: [
            "Keep Alive 0 turns it off, or Server Keep Alive says otherwise",
            "Keep Alive 0では監視されません（されるならServer Keep Aliveで知らされます）",
        ],
        matters: [
            "A silent client that asked not to be watched loses its connection without having been told.",
            "監視しないよう求めた静かなクライアントが、知らされないまま切られます。",
        ],
        script: |s| {
            s.open_with(A, |c| c.keep_alive = 0);
            s.silent(A);
            s.pass(2500);
        },
        judge: |e| {
            let Some((_, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            let server = connack.properties.server_keep_alive();
            let right = !e.is_closed(A) || server.is_some();
            let observed = match server {
                Some(seconds) => format!("Server Keep Alive {seconds}"),
                None => e.told(A),
            };
            e.verdict(right, observed, e.evidence(A))
        },
        ..CONNECTING
    },
    Probe {
        id: "server-keep-alive",
        cites: &["§3.2.2.3.14"],
        title: ["The longest Keep Alive, 65,535 seconds", "最も長いKeep Alive（65,535秒）"],
        matters: [
            "A client has to use the Server Keep Alive it is given: sleeping devices wake up more often.",
            "クライアントは渡されたServer Keep Aliveに従うため、眠る機器はより頻繁に起きることになります。",
        ],
        is_choice: true,
        script: |s| s.open_with(A, |c| c.keep_alive = u16::MAX),
        judge: |e| {
            capability(
                e,
                "Server Keep Alive",
                |p| p.server_keep_alive().map(u32::from),
                "65535",
                None,
            )
        },
        ..CONNECTING
    },
    Probe {
        id: "receive-maximum",
        cites: &["§3.2.2.3.3"],
        title: ["Receive Maximum of the server", "サーバーのReceive Maximum"],
        matters: [
            "So many messages of QoS 1 and 2 may be unacknowledged at once: it bounds the throughput of one client.",
            "未確認のまま送れるQoS 1・2のメッセージ数で、一つのクライアントの送信速度の上限になります。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            capability(e, "Receive Maximum", |p| p.receive_maximum().map(u32::from), "65535", None)
        },
        ..CONNECTING
    },
    Probe {
        id: "maximum-packet-size",
        cites: &["§3.2.2.3.6"],
        title: ["Maximum Packet Size of the server", "サーバーのMaximum Packet Size"],
        matters: [
            "Larger packets end the connection: files and images have to be cut.",
            "これより大きいパケットを送ると接続が切れるため、ファイルや画像は分割が必要です。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            capability(e, "Maximum Packet Size", |p| p.maximum_packet_size(), "268435460", None)
        },
        ..CONNECTING
    },
    Probe {
        id: "topic-alias-maximum",
        cites: &["§3.2.2.3.8"],
        title: ["Topic Alias Maximum of the server", "サーバーのTopic Alias Maximum"],
        matters: [
            "A publisher can shorten so many topics; with none, every PUBLISH carries its whole Topic Name.",
            "パブリッシャーが短縮できるトピックの数です。0なら、どのPUBLISHも完全なTopic Nameを運びます。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            match connack.properties.topic_alias_maximum().unwrap_or(0) {
                0 => e.not_offered("Topic Alias Maximum 0", vec![id]),
                value => e.verdict(true, format!("Topic Alias Maximum {value}"), vec![id]),
            }
        },
        ..CONNECTING
    },
    Probe {
        id: "maximum-qos",
        cites: &["§3.2.2.3.4", "[MQTT-3.2.2-9]"],
        title: ["QoS 2 is supported", "QoS 2が使えます"],
        matters: [
            "A PUBLISH above the Maximum QoS ends the connection: applications that rely on QoS 2 need another way.",
            "Maximum QoSを超えるPUBLISHは接続を切られます。QoS 2を前提とするアプリケーションには別の方法が必要です。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            match connack.properties.maximum_qos() {
                Some(value) => e.not_offered(format!("Maximum QoS {value}"), vec![id]),
                None => e.verdict(true, "Maximum QoS – (2)", vec![id]),
            }
        },
        ..CONNECTING
    },
    Probe {
        id: "retain-available",
        cites: &["§3.2.2.3.5"],
        title: ["Retained messages are supported", "Retainメッセージが使えます"],
        matters: [
            "Who subscribes later does not learn the last value.",
            "あとから購読したクライアントは、直前の値を知ることができません。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| available(e, "Retain Available", Properties::retain_available),
        ..CONNECTING
    },
    Probe {
        id: "wildcards-available",
        cites: &["§3.2.2.3.11"],
        title: ["Topic Filters may have wildcards", "Topic Filterにワイルドカードが使えます"],
        matters: [
            "Every topic has to be subscribed to by its whole name.",
            "どのトピックも、完全な名前で一つずつ購読することになります。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            available(
                e,
                "Wildcard Subscription Available",
                Properties::wildcard_subscription_available,
            )
        },
        ..CONNECTING
    },
    Probe {
        id: "subscription-identifiers-available",
        cites: &["§3.2.2.3.12"],
        title: ["Subscription Identifiers are supported", "Subscription Identifierが使えます"],
        matters: [
            "A client has to match topics itself to know which subscription a message is for.",
            "どの購読に対するメッセージかを知るには、クライアントが自分でトピックを照合することになります。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            available(
                e,
                "Subscription Identifier Available",
                Properties::subscription_identifier_available,
            )
        },
        ..CONNECTING
    },
    Probe {
        id: "shared-subscriptions-available",
        cites: &["§3.2.2.3.13"],
        title: ["Shared Subscriptions are supported", "Shared Subscriptionが使えます"],
        matters: [
            "Work cannot be divided among several subscribers by the broker.",
            "複数のサブスクライバーで仕事を分けることを、ブローカーに任せられません。",
        ],
        is_choice: true,
        script: |s| s.open(A),
        judge: |e| {
            available(e, "Shared Subscription Available", Properties::shared_subscription_available)
        },
        ..CONNECTING
    },
    Probe {
        id: "session-expiry-granted",
        cites: &["§3.2.2.3.2"],
        title: ["A Session Expiry Interval of one day", "1日のSession Expiry Interval"],
        matters: [
            "A shorter interval is granted: a client that stays away longer loses its subscriptions and messages.",
            "より短い時間しか認められないと、長く離れたクライアントは購読とメッセージを失います。",
        ],
        is_choice: true,
        script: |s| s.open_with(A, |c| c.properties.push(Property::SessionExpiryInterval(86_400))),
        judge: |e| {
            let of = |p: &Properties| p.session_expiry_interval();
            capability(e, "Session Expiry Interval", of, "86400", None)
        },
        ..CONNECTING
    },
    Probe {
        id: "response-information",
        cites: &["§3.2.2.3.15"],
        title: [
            "Response Information is given to who asks for it",
            "求めればResponse Informationが渡されます",
        ],
        matters: [
            "Requesters have to agree on their Response Topics by other means.",
            "要求する側は、Response Topicをほかの方法で決めておくことになります。",
        ],
        is_choice: true,
        script: |s| s.open_with(A, |c| c.properties.push(Property::RequestResponseInformation(1))),
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            match connack.properties.response_information() {
                Some(_) => e.verdict(true, "Response Information", vec![id]),
                None => e.not_offered("–", vec![id]),
            }
        },
        ..CONNECTING
    },
    Probe {
        id: "response-information-unasked",
        cites: &["[MQTT-3.1.2-28]"],
        title: [
            "Without Request Response Information there is none",
            "求めなければResponse Informationは返されません",
        ],
        matters: [
            "A strict client takes the property for a Protocol Error.",
            "厳格なクライアントは、このプロパティをProtocol Errorとみなします。",
        ],
        script: |s| s.open_with(A, |c| c.properties.push(Property::RequestResponseInformation(0))),
        judge: |e| {
            let Some((id, connack)) = e.connack(A, 0) else { return e.not_examined(A) };
            let has = connack.properties.response_information().is_some();
            e.verdict(!has, if has { "Response Information" } else { "–" }, vec![id])
        },
        ..CONNECTING
    },
    Probe {
        id: "connect-user-properties",
        cites: &["§3.1.2.11.8"],
        title: [
            "User Properties in CONNECT are accepted",
            "CONNECTのUser Propertyが受け入れられます",
        ],
        matters: [
            "Clients cannot say at connect what they are.",
            "クライアントは接続時に自分の情報を伝えられません。",
        ],
        script: |s| {
            s.try_open(A, |c| {
                c.properties.push(Property::user("k", "1"));
                c.properties.push(Property::user("k", "2"));
            });
        },
        judge: accepted,
        ..CONNECTING
    },
    Probe {
        id: "password-alone",
        cites: &["§3.1.2.9"],
        title: [
            "A Password without a User Name, which 5.0 allows",
            "User NameのないPassword（5.0では許されます）",
        ],
        matters: [
            "A token cannot be sent as the Password alone.",
            "トークンをPasswordだけで送ることができません。",
        ],
        is_choice: true,
        script: |s| {
            s.try_open(A, |c| {
                c.user_name = None;
                c.password = Some("token".into());
            });
        },
        judge: accepted_or_not_offered,
        ..CONNECTING
    },
    Probe {
        id: "version-3-1-1",
        cites: &["§3.1.2.2"],
        title: ["CONNECT of version 3.1.1", "バージョン3.1.1のCONNECT"],
        matters: [
            "Clients that do not speak 5.0 yet cannot connect.",
            "まだ5.0を話せないクライアントは接続できません。",
        ],
        is_choice: true,
        script: |s| {
            let bytes = s.connect_bytes(A, Version::V3_1_1);
            s.open_bytes(A, bytes);
        },
        judge: |e| {
            let mut records = e.capture().records();
            let accepted = records.find(|record| record.bytes() == [0x20, 0x02, 0x00, 0x00]);
            match accepted {
                Some(record) => e.verdict(true, "CONNACK 0x00", vec![record.id]),
                None => e.not_offered(e.told(A), e.evidence(A)),
            }
        },
        ..CONNECTING
    },
    Probe {
        id: "connect-in-pieces",
        cites: &["[MQTT-6.0.0-2]", "[MQTT-4.2-1]"],
        title: [
            "A packet that arrives in pieces is read as one",
            "分かれて届いたパケットも、1通として読まれます",
        ],
        matters: [
            "Large packets, or slow networks, break the connection.",
            "大きいパケットや遅い回線で、接続が壊れます。",
        ],
        script: |s| {
            let whole = s.connect_bytes(A, Version::V5);
            s.open_part(A, whole[..3].to_vec());
            s.bytes(A, whole[3..9].to_vec());
            s.pass(100);
            s.bytes_until(A, whole[9..].to_vec(), PacketType::ConnAck);
        },
        judge: accepted,
        ..CONNECTING
    },
    Probe {
        id: "packets-together",
        cites: &["[MQTT-6.0.0-2]", "§3.1.4"],
        title: [
            "Packets that follow CONNECT at once are processed",
            "CONNECTに続けて一度に送られたパケットも処理されます",
        ],
        matters: [
            "Clients that do not wait for CONNACK, which 5.0 allows, lose what they send.",
            "CONNACKを待たないクライアント（5.0で許されます）は、送ったものを失います。",
        ],
        script: |s| {
            let connect = s.connect_bytes(A, Version::V5);
            let subscribe = frame(0x82, &[&[0, 1, 0][..], &s.text("x"), &[0]].concat());
            let publish = frame(0x30, &[&s.text("x")[..], &[0], b"early"].concat());
            s.open_bytes(A, [connect, subscribe, publish].concat());
            s.messages(A, 1);
        },
        judge: |e| e.payloads(A, &["early"]),
        ..CONNECTING
    },
    Probe {
        id: "sys-version",
        cites: &["§4.7.2"],
        title: [
            "$SYS/broker/version says what the broker is",
            "$SYS/broker/versionがブローカーの名前を告げます",
        ],
        matters: [
            "Monitoring has to ask the broker by other means.",
            "監視には、ほかの方法でブローカーの情報を得ることになります。",
        ],
        is_choice: true,
        script: |s| {
            s.open(A);
            s.try_subscribe(A, &["=$SYS/broker/version"], 0, |_| {});
            s.messages(A, 1);
        },
        judge: |e| match e.publishes(A).first() {
            Some((id, publish)) => {
                e.verdict(true, String::from_utf8_lossy(&publish.payload).into_owned(), vec![*id])
            }
            None => e.not_offered("–", e.evidence(A)),
        },
        ..CONNECTING
    },
    Probe {
        id: "refused-connack",
        cites: &[
            "[MQTT-3.2.2-6]",
            "[MQTT-3.2.2-7]",
            "[MQTT-3.2.2-8]",
            "[MQTT-4.13.2-1]",
            "[MQTT-3.1.4-2]",
        ],
        title: [
            "A CONNACK that refuses has Session Present 0, and the connection ends",
            "接続を拒むCONNACKのSession Presentは0で、接続は閉じられます",
        ],
        matters: [
            "A client that is refused goes on as if it had a Session, or waits on a connection that nobody serves.",
            "拒まれたクライアントがSessionがあるものとして進むか、使えない接続で待ち続けます。",
        ],
        script: |s| {
            s.resume(A, 60);
            s.leave(A, ReasonCode::Success);
            s.try_open(A, |c| {
                c.clean_start = false;
                c.properties.push(Property::SessionExpiryInterval(60));
                c.properties.push(Property::AuthenticationMethod("X-NOBODY-HAS-THIS".into()));
            });
            s.until_closed(A);
        },
        judge: |e| match e.connack(A, 1) {
            // That is the question of another probe.
            Some((_, connack)) if !connack.reason_code.is_error() => e.not_examined(A),
            // What the codec does not read breaks a rule; CONNACK itself may be left out.
            _ => e.judge(A, e.is_closed(A) && e.is_all_read(A)),
        },
        ..CONNECTING
    },
    Probe {
        id: "disconnect-is-last",
        cites: &["[MQTT-3.14.4-1]", "[MQTT-3.14.4-2]", "[MQTT-4.13.2-1]", "[MQTT-3.14.2-2]"],
        title: [
            "DISCONNECT is the last packet of the server, and the connection ends",
            "サーバーのDISCONNECTが最後のパケットで、接続は閉じられます",
        ],
        matters: [
            "A client that has put everything away at DISCONNECT gets packets for a connection it no longer has.",
            "DISCONNECTで後片づけを済ませたクライアントに、さらにパケットが届きます。",
        ],
        script: |s| {
            s.resume(A, 60);
            // QoS 3, and something to answer behind it.
            s.bytes(
                A,
                [frame(0x36, &[&s.text("x")[..], &[0, 1, 0]].concat()), vec![0xC0, 0]].concat(),
            );
            s.until_closed(A);
        },
        judge: |e| {
            let got = e.received(A);
            let at = got.iter().position(|got| got.packet.packet_type() == PacketType::Disconnect);
            let is_last = at.is_none_or(|at| at + 1 == got.len());
            e.judge(A, is_last && e.is_closed(A) && e.is_all_read(A))
        },
        ..CONNECTING
    },
];

fn accepted(seen: &Seen<'_>) -> Verdict {
    let observed = match seen.connack(A, 0) {
        Some((_, connack)) => seen.brief(&Packet::ConnAck(connack)),
        None => seen.told(A),
    };
    seen.verdict(seen.is_accepted(A), observed, seen.evidence(A))
}

fn accepted_or_not_offered(seen: &Seen<'_>) -> Verdict {
    match seen.connack(A, 0) {
        Some((id, connack)) if !connack.reason_code.is_error() => {
            seen.verdict(true, "CONNACK 0x00", vec![id])
        }
        _ if seen.is_closed(A) => seen.not_offered(seen.told(A), seen.evidence(A)),
        // A refusal ends the connection.
        _ => seen.judge(A, false),
    }
}
