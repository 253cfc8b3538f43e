//! What the tools are given to say.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, QoS, ReasonCode,
    RetainHandling, Subscribe, Subscription, Unsubscribe, Will,
};
use mqtt5_playground::other_clients::Tool;

use crate::bench::nonce;

/// The CONNECT before a packet, and the packet; or a CONNECT alone, as the packet.
type Task = (Connect, Packet);

/// One connection and one packet each; together everything that the tool can say.
pub fn tasks(tool: Tool) -> Vec<Task> {
    let mut tasks = connects(tool);
    tasks.extend(messages(tool));
    tasks.extend(requests(tool));
    tasks.extend(leavings());
    if matches!(tool, Tool::Paho | Tool::MqttJs) {
        tasks.extend(of_programs());
    }
    tasks
}

fn connects(tool: Tool) -> Vec<Task> {
    let authenticating = Connect {
        properties: [
            Property::AuthenticationMethod("none".into()),
            Property::AuthenticationData(correlation(tool)),
        ]
        .into(),
        ..connect()
    };
    [full_connect(tool), Connect { clean_start: false, ..connect() }, authenticating]
        .map(alone)
        .into()
}

fn messages(tool: Tool) -> Vec<Task> {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let topic = || "t".into();
    [
        full_message(tool),
        Publish { topic: topic(), ..Publish::default() },
        Publish {
            topic: "-t".into(),
            qos: QoS::AtLeastOnce,
            retain: true,
            payload: all_bytes.into(),
            ..Publish::default()
        },
        Publish { topic: topic(), payload: "-n".into(), ..Publish::default() },
        Publish { topic: topic(), payload: "-%s\0".into(), ..Publish::default() },
    ]
    .map(|message| (connect(), publish(message)))
    .into()
}

fn requests(tool: Tool) -> Vec<Task> {
    let identifier = Property::SubscriptionIdentifier(268_435_455);
    let asked = subscribe(
        [identifier, Property::user("k", NASTY)].into(),
        vec![subscription("$share/a b/c/+"), subscription("it's/#")],
    );
    let given_up = Packet::Unsubscribe(Unsubscribe {
        packet_id: PacketId::MIN,
        properties: [Property::user("k", NASTY)].into(),
        topic_filters: match tool {
            // One packet for each filter, as the comment says.
            Tool::Mosquitto | Tool::PowerShell => vec!["it's/#".into()],
            _ => vec!["a/#".into(), "it's".into()],
        },
    });
    vec![(connect(), asked), (connect(), given_up)]
}

fn leavings() -> Vec<Task> {
    [ReasonCode::Success, ReasonCode::DisconnectWithWillMessage].map(leaving).into()
}

/// What no command line can say.
fn of_programs() -> Vec<Task> {
    let mut other = subscription("other");
    (other.no_local, other.qos) = (true, QoS::ExactlyOnce);
    other.retain_handling = RetainHandling::SendIfNew;
    let control_characters = Publish {
        topic: "t".into(),
        properties: [
            Property::CorrelationData(Bytes::from_static(&[0, 10])),
            Property::user("line\nfeed\u{7F}", "\u{202E}\u{1F600}"),
        ]
        .into(),
        ..Publish::default()
    };
    let empty_texts = Connect {
        keep_alive: 0,
        client_id: "".into(),
        user_name: Some("".into()),
        password: Some(Bytes::from_static(&[0, 0xFF])),
        ..connect()
    };
    vec![
        (connect(), subscribe(Properties::NONE, vec![subscription("one"), other])),
        leaving(ReasonCode::QuotaExceeded),
        (connect(), publish(control_characters)),
        alone(empty_texts),
    ]
}

fn connect() -> Connect {
    Connect {
        client_id: format!("elsewhere '{}'", nonce()).into(),
        clean_start: true,
        keep_alive: 60,
        ..Connect::default()
    }
}

/// A CONNECT that is itself what the tool is to say.
fn alone(connect: Connect) -> Task {
    (Connect::default(), Packet::Connect(Box::new(connect)))
}

fn full_connect(tool: Tool) -> Connect {
    let will = Will {
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: [
            Property::WillDelayInterval(5),
            Property::PayloadFormatIndicator(1),
            Property::MessageExpiryInterval(60),
            Property::ContentType("text/plain".into()),
            Property::ResponseTopic("answers".into()),
            Property::CorrelationData(correlation(tool)),
            Property::user("w", "1"),
        ]
        .into(),
        topic: nasty_topic().into(),
        payload: NASTY.into(),
    };
    Connect {
        clean_start: false,
        keep_alive: 300,
        properties: [
            Property::SessionExpiryInterval(120),
            Property::ReceiveMaximum(5),
            Property::MaximumPacketSize(1000),
            Property::TopicAliasMaximum(3),
            Property::RequestResponseInformation(1),
            Property::RequestProblemInformation(0),
            Property::user("k", NASTY),
            Property::user("k", ""),
        ]
        .into(),
        will: Some(will),
        user_name: Some(NASTY.into()),
        password: Some(NASTY.into()),
        ..connect()
    }
}

fn publish(publish: Publish) -> Packet {
    let packet_id = (publish.qos > QoS::AtMostOnce).then_some(PacketId::MIN);
    Packet::Publish(Publish { packet_id, ..publish })
}

fn full_message(tool: Tool) -> Publish {
    Publish {
        qos: QoS::ExactlyOnce,
        retain: false,
        topic: nasty_topic().into(),
        properties: [
            Property::PayloadFormatIndicator(1),
            Property::MessageExpiryInterval(300),
            Property::TopicAlias(1),
            Property::ResponseTopic("answers/to me".into()),
            Property::CorrelationData(correlation(tool)),
            Property::ContentType(NASTY.into()),
            Property::user(NASTY, "1"),
            Property::user("", NASTY),
            Property::user(NASTY, "2"),
        ]
        .into(),
        payload: format!("{NASTY}\nsecond line\n").into(),
        ..Publish::default()
    }
}

fn subscribe(properties: Properties, subscriptions: Vec<Subscription>) -> Packet {
    Packet::Subscribe(Subscribe { packet_id: PacketId::MIN, properties, subscriptions })
}

fn subscription(topic_filter: &str) -> Subscription {
    Subscription {
        topic_filter: topic_filter.into(),
        qos: QoS::AtLeastOnce,
        retain_as_published: true,
        retain_handling: RetainHandling::DoNotSend,
        ..Subscription::default()
    }
}

/// DISCONNECT from a Session that lasts, since it changes how long.
fn leaving(reason_code: ReasonCode) -> Task {
    let lasting = Connect { properties: [Property::SessionExpiryInterval(30)].into(), ..connect() };
    let properties = [
        Property::SessionExpiryInterval(60),
        Property::ReasonString(NASTY.into()),
        Property::user("k", "v"),
    ];
    (lasting, Packet::Disconnect(Disconnect { reason_code, properties: properties.into() }))
}

/// Whatever a shell or a program could take for something else.
const NASTY: &str = "it's \"$HOME\" `x` \\n %s {y} ${z} #; ~* 温度";

fn nasty_topic() -> String {
    NASTY.replace(['#', '+'], "")
}

/// The same for bytes; an argument on Windows is text.
fn correlation(tool: Tool) -> Bytes {
    Bytes::from_static(match tool {
        Tool::PowerShell => b"-'\"\\%",
        _ => &[0xFF, b'\'', b'"', b'\\', b'%'],
    })
}
