use bytes::Bytes;

use super::*;
use crate::link::BrokerAddress;
use crate::mqtt::{
    Disconnect, PacketId, Publish, QoS, ReasonCode, RetainHandling, Subscribe, Subscription,
    Unsubscribe, Will,
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
        (Tool::Paho, include_str!("snapshots/publish.py")),
        (Tool::MqttJs, include_str!("snapshots/publish.mjs")),
        (Tool::Rumqttc, include_str!("snapshots/publish.rs.txt")),
    ] {
        assert_eq!(written(tool, connect(), nasty_publish()), expect, "{}", tool.name());
    }
}

#[test]
fn a_connect_is_written_whole() {
    for (tool, expect) in [
        (Tool::Mosquitto, include_str!("snapshots/connect.sh")),
        (Tool::Paho, include_str!("snapshots/connect.py")),
        (Tool::MqttJs, include_str!("snapshots/connect.mjs")),
        (Tool::Rumqttc, include_str!("snapshots/connect.rs.txt")),
    ] {
        assert_eq!(written(tool, connect(), full_connect()), expect, "{}", tool.name());
    }
}

#[test]
fn a_subscribe_is_written_whole() {
    for (tool, expect) in [
        (Tool::Mosquitto, include_str!("snapshots/subscribe.sh")),
        (Tool::Paho, include_str!("snapshots/subscribe.py")),
        (Tool::MqttJs, include_str!("snapshots/subscribe.mjs")),
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
    let rows: [(Tool, Packet, &str, &str); 12] = [
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
            ping(|c| (c.clean_start, c.client_id) = (false, String::new())),
            "asks for Clean Start 1",
        ),
        (Tool::Paho, ping(|c| c.keep_alive = 0), "keepalive=0,"),
        (Tool::Paho, ping(|c| c.password = Some(Bytes::new())), "without a User Name"),
        (Tool::Paho, ping(|_| {}), "client.ws_set_options(path=\"/mqtt\")"),
        (Tool::Rumqttc, ping(|c| c.password = Some(Bytes::from_static(&[0xFF]))), "has to be text"),
        (Tool::Rumqttc, ping(|_| {}), "options.set_transport(Transport::Ws);"),
        (Tool::MqttJs, ping(|_| {}), "mqtt.connect(\"ws://localhost:9001/mqtt\", {"),
    ] {
        let text = written(tool, connect(), action);
        assert!(text.contains(expect), "{expect} in {text}");
    }
}

#[test]
fn the_broker_in_the_tab_is_replaced_by_one_that_can_be_reached() {
    let task = Task::new(connect(), nasty_publish()).expect("programs send it");
    for language in Language::ALL {
        for (tool, address) in [
            (Tool::Mosquitto, "-h localhost -p 1883"),
            (Tool::Paho, "\"localhost\",\n    1883,"),
            (Tool::MqttJs, "\"mqtt://localhost:1883\""),
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
