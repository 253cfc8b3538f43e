use bytes::Bytes;

use super::*;
use crate::link::BrokerAddress;
use crate::mqtt::{
    Disconnect, Holder, PacketId, PropertyKind, PropertyValue, Publish, QoS, ReasonCode,
    RetainHandling, Subscribe, Subscription, Text, Unsubscribe, Will,
};

fn connect() -> Connect {
    Connect { client_id: "c".into(), clean_start: true, keep_alive: 60, ..Connect::default() }
}

fn mosquitto() -> Target {
    Target::At(BrokerAddress::parse("ws://localhost:9001/mqtt").expect("it is well-formed"))
}

fn written(tool: Tool, connect: Connect, action: Packet) -> String {
    let task = Task::new(connect, action).expect("programs send it");
    tool.write(&task, &mosquitto(), Language::En)
}

/// Quotes of every language, in every place.
fn nasty_publish() -> Packet {
    Packet::Publish(Publish {
        qos: QoS::AtLeastOnce,
        retain: true,
        topic: "it's/$HOME/`x`".into(),
        properties: [
            Property::PayloadFormatIndicator(1),
            Property::CorrelationData(Bytes::from_static(&[0xFF, b'\'', b'"'])),
            Property::user("k\\", "\"1\"\n"),
        ]
        .into(),
        payload: Bytes::from_static("21 °C\n!\"'".as_bytes()),
        ..Publish::default()
    })
}

fn full_connect() -> Packet {
    Packet::Connect(Box::new(Connect {
        clean_start: false,
        properties: [
            Property::SessionExpiryInterval(300),
            Property::ReceiveMaximum(5),
            Property::RequestProblemInformation(0),
            Property::AuthenticationMethod("m".into()),
            Property::AuthenticationData(Bytes::from_static(&[1])),
            Property::user("a", "1"),
        ]
        .into(),
        will: Some(Will {
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: [Property::WillDelayInterval(5)].into(),
            topic: "gone".into(),
            payload: Bytes::from_static(b"bye"),
        }),
        user_name: Some("u".into()),
        password: Some(Bytes::from_static(b"p w")),
        ..connect()
    }))
}

fn subscribe() -> Packet {
    let first = Subscription {
        topic_filter: "a/+".into(),
        qos: QoS::ExactlyOnce,
        no_local: true,
        retain_as_published: true,
        retain_handling: RetainHandling::SendIfNew,
    };
    let second = Subscription { topic_filter: "__proto__".into(), ..Subscription::default() };
    Packet::Subscribe(Subscribe {
        packet_id: PacketId::MIN,
        properties: [Property::SubscriptionIdentifier(7)].into(),
        subscriptions: vec![first, second],
    })
}

#[test]
fn a_publish_is_written_whole_and_quoted() {
    for (tool, expect) in [
        (Tool::Mosquitto, include_str!("snapshots/publish.sh")),
        (Tool::PowerShell, include_str!("snapshots/publish.ps1")),
        (Tool::Paho, include_str!("snapshots/publish.py")),
        (Tool::MqttJs, include_str!("snapshots/publish.mjs")),
        (Tool::PahoGo, include_str!("snapshots/publish.go.txt")),
        (Tool::HiveMq, include_str!("snapshots/publish.java.txt")),
        (Tool::Rumqttc, include_str!("snapshots/publish.rs.txt")),
    ] {
        assert_eq!(written(tool, connect(), nasty_publish()), expect, "{}", tool.name());
    }
}

#[test]
fn a_connect_is_written_whole() {
    for (tool, expect) in [
        (Tool::Mosquitto, include_str!("snapshots/connect.sh")),
        (Tool::PowerShell, include_str!("snapshots/connect.ps1")),
        (Tool::Paho, include_str!("snapshots/connect.py")),
        (Tool::MqttJs, include_str!("snapshots/connect.mjs")),
        (Tool::PahoGo, include_str!("snapshots/connect.go.txt")),
        (Tool::HiveMq, include_str!("snapshots/connect.java.txt")),
        (Tool::Rumqttc, include_str!("snapshots/connect.rs.txt")),
    ] {
        assert_eq!(written(tool, connect(), full_connect()), expect, "{}", tool.name());
    }
}

#[test]
fn a_subscribe_is_written_whole() {
    for (tool, expect) in [
        (Tool::Mosquitto, include_str!("snapshots/subscribe.sh")),
        (Tool::PowerShell, include_str!("snapshots/subscribe.ps1")),
        (Tool::Paho, include_str!("snapshots/subscribe.py")),
        (Tool::MqttJs, include_str!("snapshots/subscribe.mjs")),
        (Tool::PahoGo, include_str!("snapshots/subscribe.go.txt")),
        (Tool::HiveMq, include_str!("snapshots/subscribe.java.txt")),
        (Tool::Rumqttc, include_str!("snapshots/subscribe.rs.txt")),
    ] {
        assert_eq!(written(tool, connect(), subscribe()), expect, "{}", tool.name());
    }
}

#[test]
fn what_a_tool_cannot_say_is_said_in_a_comment() {
    let unsubscribe = || {
        Packet::Unsubscribe(Unsubscribe {
            packet_id: PacketId::MIN,
            properties: [Property::user("a", "1")].into(),
            topic_filters: vec!["a".into(), "b".into()],
        })
    };
    let disconnect = || {
        let properties = [Property::ReasonString("bye".into())].into();
        let reason_code = ReasonCode::ImplementationSpecificError;
        Packet::Disconnect(Disconnect { reason_code, properties })
    };
    let publish = |publish: Publish| Packet::Publish(Publish { topic: "t".into(), ..publish });
    let binary = || Property::CorrelationData(Bytes::from_static(&[0]));
    let connecting = |properties: &[Property]| {
        let properties = Properties(properties.to_vec());
        Packet::Connect(Box::new(Connect { properties, ..connect() }))
    };
    let rows: [(Tool, Packet, &str, &str); 25] = [
        (Tool::Mosquitto, unsubscribe(), "a SUBSCRIBE goes first", "-t b -U b"),
        (Tool::Mosquitto, disconnect(), "Reason Code of DISCONNECT", "reason-string bye"),
        (Tool::Mosquitto, subscribe(), "No Local", "-t a/+"),
        (Tool::Mosquitto, subscribe(), "Retain Handling 1", "-q 2 --retain-as-published"),
        (Tool::Mosquitto, subscribe(), "same for every", "subscription-identifier 7"),
        (
            Tool::Mosquitto,
            publish(Publish { properties: [binary()].into(), ..Publish::default() }),
            "value of Correlation Data",
            "\n  -n\n",
        ),
        (
            Tool::Mosquitto,
            publish(Publish { payload: Bytes::from_static(&[0, 10]), ..Publish::default() }),
            "not over WebSocket",
            r"printf '\000\012' | mosquitto_pub",
        ),
        (
            Tool::Mosquitto,
            publish(Publish {
                properties: [Property::ContentType("\u{1}".into())].into(),
                ..Publish::default()
            }),
            "control characters in Content Type",
            r#"content-type "$(printf '\001')""#,
        ),
        (Tool::Rumqttc, disconnect(), "carries no properties", "client.disconnect()"),
        (Tool::Rumqttc, unsubscribe(), "one UNSUBSCRIBE per", "properties.clone()"),
        (
            Tool::MqttJs,
            publish(Publish {
                properties: [("a", "1"), ("b", "2"), ("a", "3")]
                    .map(|(name, value)| Property::user(name, value))
                    .into(),
                ..Publish::default()
            }),
            "same name are grouped",
            r#""a": ["1", "3"]"#,
        ),
        (Tool::Paho, Packet::Publish(Publish::default()), "fill in the Topic Name", "\"\""),
        (
            Tool::Mosquitto,
            Packet::Subscribe(Subscribe {
                packet_id: PacketId::MIN,
                properties: Properties::NONE,
                subscriptions: vec![Subscription {
                    topic_filter: "t".into(),
                    retain_as_published: true,
                    retain_handling: RetainHandling::DoNotSend,
                    ..Subscription::default()
                }],
            }),
            "also hides messages",
            "--retain-as-published -R",
        ),
        (
            Tool::Mosquitto,
            publish(Publish { payload: Bytes::from_static(b"-\0"), ..Publish::default() }),
            "server would close the connection of the client on the bench",
            r"printf '\055\000' |",
        ),
        (
            Tool::PowerShell,
            publish(Publish { payload: Bytes::from_static(b"\xFF\0"), ..Publish::default() }),
            "not over WebSocket",
            "[IO.File]::WriteAllBytes($payload, [byte[]](0xff,0x00))",
        ),
        (
            Tool::PowerShell,
            publish(Publish { properties: [binary()].into(), ..Publish::default() }),
            "value of Correlation Data",
            "'-n'",
        ),
        (
            Tool::PowerShell,
            publish(Publish {
                properties: [Property::ContentType("温度".into())].into(),
                ..Publish::default()
            }),
            "characters of Content Type that are not ASCII",
            r#"content-type "温度"'"#,
        ),
        (
            Tool::PahoGo,
            publish(Publish {
                properties: [Property::ContentType("".into())].into(),
                ..Publish::default()
            }),
            "does not send Content Type",
            r#"ContentType: "","#,
        ),
        (
            Tool::PahoGo,
            connecting(&[Property::RequestProblemInformation(1), Property::user("a", "1")]),
            "does not send Request Problem Information",
            "RequestProblemInfo: true",
        ),
        (Tool::PahoGo, disconnect(), "-copy", "ReasonCode: 0x83"),
        (
            Tool::HiveMq,
            connecting(&[Property::SessionExpiryInterval(0)]),
            "does not send Session Expiry Interval",
            ".keepAlive(60)\n                .build()",
        ),
        (Tool::HiveMq, full_connect(), "need a class of one's own", ".receiveMaximum(5)"),
        (
            Tool::HiveMq,
            publish(Publish { properties: [Property::TopicAlias(3)].into(), ..Publish::default() }),
            "number cannot be chosen",
            ".keepAlive(60)\n                .build()",
        ),
        (Tool::HiveMq, subscribe(), "none can be chosen or left out", ".noLocal(true)"),
        (Tool::HiveMq, disconnect(), "-copy", "fromCode(0x83)"),
    ];
    for (tool, action, note, code) in rows {
        let text = written(tool, connect(), action);
        let comments: String = text
            .lines()
            .filter(|line| line.starts_with(['#', '/']))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(comments.contains(note), "{note} in {text}");
        assert!(text.contains(code), "{code} in {text}");
    }
}

#[test]
fn connections_say_what_is_theirs() {
    let ping = |change: fn(&mut Connect)| {
        let mut connect = connect();
        change(&mut connect);
        Packet::Connect(Box::new(connect))
    };
    for (tool, action, expect) in [
        (Tool::Mosquitto, ping(|c| c.clean_start = false), "-i c -k 60 -c -x 0"),
        (Tool::Mosquitto, ping(|c| c.keep_alive = 0), "Keep Alive cannot be below"),
        (
            Tool::Mosquitto,
            ping(|c| (c.clean_start, c.client_id) = (false, Text::EMPTY)),
            "asks for Clean Start 1",
        ),
        (Tool::Paho, ping(|c| c.keep_alive = 0), "keepalive=0,"),
        (Tool::Paho, ping(|c| c.password = Some(Bytes::new())), "without a User Name"),
        (Tool::Paho, ping(|_| {}), "client.ws_set_options(path=\"/mqtt\")"),
        (Tool::Rumqttc, ping(|c| c.password = Some(Bytes::from_static(&[0xFF]))), "has to be text"),
        (Tool::Rumqttc, ping(|_| {}), "options.set_transport(Transport::Ws);"),
        (Tool::MqttJs, ping(|_| {}), "mqtt.connect(\"ws://localhost:9001/mqtt\", {"),
        (Tool::PahoGo, ping(|_| {}), "websocket.Dial(\"ws://localhost:9001/mqtt\", \"mqtt\","),
        (Tool::PahoGo, ping(|c| c.user_name = Some("".into())), "UsernameFlag: true"),
        (Tool::HiveMq, ping(|_| {}), ".serverPath(\"mqtt\")"),
        (
            Tool::HiveMq,
            ping(|c| c.client_id = Text::EMPTY),
            "builder()\n                .serverHost(",
        ),
    ] {
        let text = written(tool, connect(), action);
        assert!(text.contains(expect), "{expect} in {text}");
    }
}

#[test]
fn the_client_on_the_bench_keeps_its_connection_unless_its_session_is_asked_for() {
    let resumes = || Connect { clean_start: false, ..connect() };
    let publish = || Packet::Publish(Publish { topic: "t".into(), ..Publish::default() });
    let of = |connect: Connect| Packet::Connect(Box::new(connect));
    for tool in Tool::ALL {
        for (connect, action, id, note) in [
            (connect(), publish(), "c-copy", "with -copy added"),
            (connect(), subscribe(), "c-copy", "with -copy added"),
            (connect(), of(connect()), "c-copy", "with -copy added"),
            (resumes(), publish(), "c-copy", "with -copy added"),
            (resumes(), subscribe(), "c", "takes its connection over"),
            (resumes(), of(resumes()), "c", "takes its connection over"),
        ] {
            let text = written(tool, connect, action);
            let is_id = |word: &str| word == id;
            assert!(text.split([' ', '"', '\n', '\'']).any(is_id), "{id} in {text}");
            assert!(text.contains(note), "{note} in {text}");
        }
        let nameless = || Connect { client_id: "".into(), ..connect() };
        let text = written(tool, nameless(), of(nameless()));
        assert!(!text.contains("on the bench"), "{text}");
    }
    let longest = Connect { client_id: "c".repeat(usize::from(u16::MAX)).into(), ..connect() };
    let text = written(Tool::Paho, longest, publish());
    assert!(!text.contains("-copy") && text.contains("takes its connection over"));
}

/// What a client may put into a packet is in the code, or a comment names what is not.
#[test]
fn no_property_is_left_out_without_a_word() {
    for (holder, property) in properties_of_clients() {
        let properties: Properties = [property.clone()].into();
        let publish = |publish: Publish| Packet::Publish(Publish { topic: "t".into(), ..publish });
        let action = match holder {
            Holder::Connect => Packet::Connect(Box::new(Connect { properties, ..connect() })),
            Holder::Will => Packet::Connect(Box::new(Connect {
                will: Some(Will {
                    qos: QoS::AtMostOnce,
                    retain: false,
                    properties,
                    topic: "gone".into(),
                    payload: Bytes::new(),
                }),
                ..connect()
            })),
            Holder::Publish => publish(Publish { properties, ..Publish::default() }),
            Holder::Subscribe => Packet::Subscribe(Subscribe {
                packet_id: PacketId::MIN,
                properties,
                subscriptions: vec![Subscription {
                    topic_filter: "t".into(),
                    ..Subscription::default()
                }],
            }),
            Holder::Unsubscribe => Packet::Unsubscribe(Unsubscribe {
                packet_id: PacketId::MIN,
                properties,
                topic_filters: vec!["t".into()],
            }),
            _ => Packet::Disconnect(Disconnect { reason_code: ReasonCode::Success, properties }),
        };
        for tool in Tool::ALL {
            let text = written(tool, connect(), action.clone());
            let (comments, code): (Vec<_>, Vec<_>) =
                text.lines().partition(|line| line.starts_with("# ") || line.starts_with("// "));
            let (comments, code) = (comments.concat(), code.concat());
            let is_there = match property.value() {
                PropertyValue::Byte(value) => {
                    let bare = property.id().key().replace('_', "").to_lowercase();
                    let short = bare.replace("information", "info").replace("indicator", "");
                    let names = code.replace(['-', '_'], "").to_lowercase();
                    let says = [value.to_string(), (value == 1).to_string(), "UTF_8".to_owned()];
                    (names.contains(&bare) || names.contains(&short))
                        && says.iter().any(|value| code.contains(value))
                }
                _ => ["7654", "marker", "6d61726b6572"].iter().any(|value| code.contains(value)),
            };
            let is_named = comments.contains(property.id().name())
                || comments.contains("Topic Aliases")
                || comments.contains("Subscription Identifiers")
                || comments.contains("carries no properties");
            assert!(is_there || is_named, "{property:?} of {} in {text}", holder.name());
        }
    }
}

/// Each with a value that is found again.
fn properties_of_clients() -> Vec<(Holder, Property)> {
    let sent = [
        Holder::Connect,
        Holder::Will,
        Holder::Publish,
        Holder::Subscribe,
        Holder::Unsubscribe,
        Holder::Disconnect,
    ];
    let mut found = Vec::new();
    for &id in PropertyId::ALL {
        let marker = Bytes::from_static(b"marker");
        let value = match id.kind() {
            PropertyKind::Byte if id == PropertyId::RequestProblemInformation => {
                PropertyValue::Byte(0)
            }
            PropertyKind::Byte => PropertyValue::Byte(1),
            PropertyKind::TwoByteInteger => PropertyValue::TwoByteInteger(7654),
            PropertyKind::FourByteInteger => PropertyValue::FourByteInteger(7654),
            PropertyKind::VariableByteInteger => PropertyValue::VariableByteInteger(7654),
            PropertyKind::Utf8String => PropertyValue::Utf8String("marker"),
            PropertyKind::BinaryData => PropertyValue::BinaryData(&marker),
            PropertyKind::StringPair => PropertyValue::StringPair("marker", "1"),
        };
        let property = Property::from_value(id, value).expect("the value is of its kind");
        for (holder, _) in id.holders().iter().filter(|(holder, _)| sent.contains(holder)) {
            // Only servers send these two there.
            let from_server = match holder {
                Holder::Publish => id == PropertyId::SubscriptionIdentifier,
                Holder::Disconnect => id == PropertyId::ServerReference,
                _ => false,
            };
            if !from_server {
                found.push((*holder, property.clone()));
            }
        }
    }
    found
}

#[test]
fn the_broker_in_the_tab_is_replaced_by_one_that_can_be_reached() {
    let task = Task::new(connect(), nasty_publish()).expect("programs send it");
    for language in Language::ALL {
        for (tool, address) in [
            (Tool::Mosquitto, "-h localhost -p 1883"),
            (Tool::Paho, "\"localhost\",\n    1883,"),
            (Tool::PowerShell, "-h localhost -p 1883"),
            (Tool::MqttJs, "\"mqtt://localhost:1883\""),
            (Tool::PahoGo, "net.Dial(\"tcp\", \"localhost:1883\")"),
            (
                Tool::HiveMq,
                ".serverHost(\"localhost\")\n                .serverPort(1883)\n                .build",
            ),
            (Tool::Rumqttc, "\"localhost\", 1883"),
        ] {
            let text = tool.write(&task, &Target::InTab, language);
            assert!(text.contains(address), "{text}");
            let note = Note::BrokerInTab.words(language.strings());
            assert!(text.lines().next().is_some_and(|line| line.ends_with(&note)), "{text}");
        }
    }
}

#[test]
fn packets_that_no_program_sends_by_itself_have_no_form() {
    for packet in [Packet::PingReq, Packet::PingResp] {
        assert_eq!(Task::new(connect(), packet), None);
    }
}

#[test]
fn a_server_s_subscription_identifiers_are_not_published_again() {
    let publish = Publish {
        topic: "t".into(),
        properties: [Property::SubscriptionIdentifier(7)].into(),
        ..Publish::default()
    };
    let text = written(Tool::Paho, connect(), Packet::Publish(publish));
    assert!(!text.contains("SubscriptionIdentifier"), "{text}");
}
