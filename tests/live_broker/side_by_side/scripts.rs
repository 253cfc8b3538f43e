//! What the Clients do, a function a script.

use std::time::Duration;

use mqtt5_playground::mqtt::{
    Ack, Connect, Disconnect, Packet, Properties, Property, Publish, QoS, ReasonCode,
    RetainHandling, Subscription, Will,
};

use super::Script;
use super::Step::{self, Bytes, Cut, Open, OpenWith, Pass, Send};
use super::broken::{FIRST, LATER};
use crate::packets::{
    connect, id, puback, pubcomp, publish, pubrec, pubrel, resume, retained, subscribe,
    subscribe_as, subscription, unsubscribe, will, with,
};

pub fn scripts() -> Vec<Script> {
    let whole = [
        ("QoS 0, 1 and 2", qos()),
        ("properties", properties()),
        ("retained", retained_messages()),
        ("overlapping subscriptions", overlapping_subscriptions()),
        ("sessions", sessions()),
        ("wills", wills()),
        ("flow control", flow_control()),
        ("Maximum Packet Size of the Client", maximum_packet_size()),
        ("aliases", aliases()),
        ("identifiers nobody knows", unknown_identifiers()),
        ("a second CONNECT", second_connect()),
        ("an Authentication Method nobody has", unknown_authentication_method()),
        ("an empty Client Identifier", empty_client_identifier()),
        ("Session Expiry Interval raised from 0", session_expiry_raised()),
        ("what a CONNECT may ask for", connect_asks()),
        ("not authorized", not_authorized()),
        ("Retain Handling 2", retain_handling_2()),
        ("a Shared Subscription", shared_subscription()),
        ("a subscription replaced", subscription_replaced()),
        ("time", time()),
        ("more than Receive Maximum", too_many()),
    ];
    let later = LATER
        .iter()
        .map(|(name, bytes)| (*name, vec![Open("a", connect("sbs-a")), Bytes("a", bytes)]));
    let first = FIRST.iter().map(|(name, bytes)| (*name, vec![OpenWith("a", bytes)]));
    let all = whole.into_iter().chain(later).chain(first);
    all.map(|(name, steps)| Script { name, steps }).collect()
}

fn qos() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Open("b", connect("sbs-b")),
        Send("b", subscribe(1, [subscription("sbs/+", 2)])),
        Send("a", Packet::Publish(publish("sbs/0", 0, 0, "x"))),
        Send("a", Packet::Publish(publish("sbs/1", 1, 1, "x"))),
        Send("b", puback(1)),
        Send("a", Packet::Publish(publish("sbs/2", 2, 2, "x"))),
        Send("b", pubrec(2)),
        Send("b", pubcomp(2)),
        Send("a", pubrel(2)),
        Send("a", Packet::Publish(publish("elsewhere", 1, 3, "x"))),
        Send("b", unsubscribe(4, ["sbs/+", "sbs/1"])),
    ]
}

fn properties() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", subscribe_as(7, 1, subscription("sbs", 0))),
        Send(
            "a",
            Packet::Publish(Publish {
                properties: [
                    Property::user("b", "1"),
                    Property::user("a", "2"),
                    Property::user("b", "1"),
                ]
                .into(),
                ..publish("sbs", 0, 0, "x")
            }),
        ),
        Send(
            "a",
            Packet::Publish(Publish {
                properties: [
                    Property::PayloadFormatIndicator(1),
                    Property::MessageExpiryInterval(100),
                    Property::ContentType("text/plain".into()),
                    Property::ResponseTopic("r".into()),
                    Property::CorrelationData("c".into()),
                ]
                .into(),
                ..publish("sbs", 0, 0, "x")
            }),
        ),
    ]
}

fn retained_messages() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", Packet::Publish(retained("sbs/r", 1, 1, "kept"))),
        Send("a", subscribe(2, [options("sbs/r", |_| {})])),
        Send("a", puback(1)),
        Send(
            "a",
            subscribe(3, [options("sbs/r", |s| s.retain_handling = RetainHandling::SendIfNew)]),
        ),
        Send("a", unsubscribe(8, ["sbs/r"])),
        Send("a", subscribe(4, [options("sbs/r", |s| s.retain_as_published = true)])),
        Send("a", puback(2)),
        Send("a", Packet::Publish(retained("sbs/r", 0, 0, "live"))),
        Send("a", Packet::Publish(retained("sbs/r", 0, 0, ""))),
        Send("a", subscribe(5, [options("sbs/+", |s| s.no_local = true)])),
        Send("a", unsubscribe(6, ["sbs/r"])),
        Send("a", Packet::Publish(publish("sbs/r", 1, 7, "mine"))),
    ]
}

fn overlapping_subscriptions() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Open("b", connect("sbs-b")),
        Send("a", subscribe_as(1, 1, subscription("sbs/o", 0))),
        Send("a", subscribe_as(2, 2, subscription("sbs/#", 0))),
        Send("b", Packet::Publish(publish("sbs/o", 0, 0, "x"))),
    ]
}

fn sessions() -> Vec<Step> {
    vec![
        Open("b", connect("sbs-b")),
        Open("a", resume("sbs-s", 60)),
        Send("a", subscribe(1, [subscription("sbs/s", 2)])),
        Send("b", Packet::Publish(publish("sbs/s", 1, 1, "in flight"))),
        Cut("a"),
        Send("b", Packet::Publish(publish("sbs/s", 1, 2, "queued"))),
        Send("b", Packet::Publish(publish("sbs/s", 0, 0, "lost"))),
        Open("a", resume("sbs-s", 60)),
        Send("a", puback(1)),
        Send("a", puback(2)),
        Open("a2", resume("sbs-s", 60)),
        Send("a2", leave(ReasonCode::Success)),
        Open("a3", connect("sbs-s")),
    ]
}

fn wills() -> Vec<Step> {
    vec![
        Open("b", connect("sbs-b")),
        Send("b", subscribe(1, [subscription("sbs/w", 1)])),
        Open("a", Connect { will: Some(will("sbs/w", 0)), ..connect("sbs-a") }),
        Cut("a"),
        Open("a", Connect { will: Some(will("sbs/w", 0)), ..connect("sbs-a") }),
        Send("a", leave(ReasonCode::Success)),
        Open(
            "a",
            Connect {
                will: Some(Will { qos: QoS::AtLeastOnce, retain: false, ..will("sbs/w", 0) }),
                ..connect("sbs-a")
            },
        ),
        Send("a", leave(ReasonCode::DisconnectWithWillMessage)),
    ]
}

fn flow_control() -> Vec<Step> {
    vec![
        Open("b", connect("sbs-b")),
        Open("a", with(connect("sbs-a"), [Property::ReceiveMaximum(1)])),
        Send("a", subscribe(1, [subscription("sbs/f", 1)])),
        Send("b", Packet::Publish(publish("sbs/f", 1, 1, "one"))),
        Send("b", Packet::Publish(publish("sbs/f", 1, 2, "two"))),
        Send("a", puback(1)),
        Send("a", puback(2)),
    ]
}

fn maximum_packet_size() -> Vec<Step> {
    vec![
        Open("b", connect("sbs-b")),
        Open("a", with(connect("sbs-a"), [Property::MaximumPacketSize(30)])),
        Send("a", subscribe(1, [subscription("sbs/m", 0)])),
        Send("b", Packet::Publish(publish("sbs/m", 0, 0, "this is too large for the Client"))),
        Send("b", Packet::Publish(publish("sbs/m", 0, 0, "small"))),
    ]
}

fn aliases() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Open("b", with(connect("sbs-b"), [Property::TopicAliasMaximum(5)])),
        Send("b", subscribe(1, [subscription("sbs/alias", 0)])),
        Send("a", alias("sbs/alias", 1)),
        Send("a", alias("", 1)),
        Send("a", alias("", 11)),
        Open("a", connect("sbs-a")),
        Send("a", alias("", 1)),
    ]
}

fn unknown_identifiers() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", pubrel(9)),
        Send("a", pubrec(9)),
        Send("a", puback(9)),
        Send("a", Packet::PubComp(Ack::success(id(9)))),
    ]
}

fn second_connect() -> Vec<Step> {
    vec![Open("a", connect("sbs-a")), Send("a", Packet::Connect(connect("sbs-a").into()))]
}

fn unknown_authentication_method() -> Vec<Step> {
    vec![Open("a", with(connect("sbs-a"), [Property::AuthenticationMethod("X".into())]))]
}

fn empty_client_identifier() -> Vec<Step> {
    vec![Open("a", with(connect(""), [Property::RequestResponseInformation(1)]))]
}

fn session_expiry_raised() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send(
            "a",
            Packet::Disconnect(Disconnect {
                reason_code: ReasonCode::Success,
                properties: Properties::from([Property::SessionExpiryInterval(5)]),
            }),
        ),
    ]
}

fn connect_asks() -> Vec<Step> {
    vec![
        Open("a", with(connect("sbs-a"), [Property::SessionExpiryInterval(u32::MAX)])),
        Open("b", with(resume("sbs-none", 0), [Property::user("k", "v")])),
        Open(
            "c",
            with(
                connect("sbs-c"),
                [
                    Property::ReceiveMaximum(1),
                    Property::MaximumPacketSize(100),
                    Property::TopicAliasMaximum(10),
                    Property::RequestResponseInformation(0),
                    Property::RequestProblemInformation(0),
                ],
            ),
        ),
        Open(
            "d",
            Connect {
                user_name: Some("whoever".into()),
                password: Some("whatever".into()),
                ..connect("sbs-d")
            },
        ),
        Open(
            "e",
            Connect {
                will: Some(Will { qos: QoS::ExactlyOnce, retain: false, ..will("w", 9) }),
                ..connect("sbs/e 温度")
            },
        ),
    ]
}

fn not_authorized() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", subscribe(1, [subscription("factory/osaka/forbidden/a", 1)])),
        Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 0, 0, "x"))),
        Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 1, 2, "x"))),
        Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 2, 3, "x"))),
        Send("a", Packet::Publish(publish("test/allowed/a", 1, 4, "x"))),
    ]
}

fn retain_handling_2() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", Packet::Publish(retained("sbs/h", 0, 0, "kept"))),
        Send(
            "a",
            subscribe(1, [options("sbs/h", |s| s.retain_handling = RetainHandling::DoNotSend)]),
        ),
        Send("a", Packet::Publish(retained("sbs/h", 0, 0, ""))),
    ]
}

fn shared_subscription() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Open("b", connect("sbs-b")),
        Send("a", Packet::Publish(retained("sbs/g", 0, 0, "kept"))),
        Send("b", subscribe(1, [subscription("$share/g/sbs/g", 1)])),
        Send("a", Packet::Publish(publish("sbs/g", 1, 1, "x"))),
        Send("b", puback(1)),
        Send("b", unsubscribe(2, ["sbs/g"])),
        Send("b", unsubscribe(3, ["$share/g/sbs/g"])),
        Send("a", Packet::Publish(retained("sbs/g", 0, 0, ""))),
    ]
}

fn subscription_replaced() -> Vec<Step> {
    vec![
        Open("a", connect("sbs-a")),
        Send("a", subscribe_as(1, 1, subscription("sbs/x", 2))),
        Send("a", subscribe(2, [subscription("sbs/x", 0)])),
        Send("a", Packet::Publish(publish("sbs/x", 1, 3, "x"))),
        Send("a", subscribe(4, [subscription("sbs/x", 1), subscription("sbs/y/#", 0)])),
        Send("a", unsubscribe(5, ["sbs/x", "sbs/y/#", "sbs/z"])),
    ]
}

fn time() -> Vec<Step> {
    vec![
        Open("b", connect("sbs-b")),
        Send("b", subscribe(1, [subscription("sbs/t/will", 0)])),
        Open("a", with(connect("sbs-t1"), [Property::SessionExpiryInterval(60)])),
        Send("a", subscribe(1, [subscription("sbs/t/m", 1)])),
        Open("c", with(connect("sbs-t2"), [Property::SessionExpiryInterval(1)])),
        Open(
            "d",
            Connect {
                will: Some(will("sbs/t/will", 1)),
                ..with(connect("sbs-t3"), [Property::SessionExpiryInterval(60)])
            },
        ),
        Cut("a"),
        Cut("c"),
        Cut("d"),
        Send("b", expiring(publish("sbs/t/m", 1, 2, "short"), 1)),
        Send("b", expiring(publish("sbs/t/m", 1, 3, "long"), 3600)),
        Send("b", expiring(retained("sbs/t/r", 0, 0, "short"), 1)),
        Pass("b", Duration::from_millis(3500)),
        Open("a", resume("sbs-t1", 0)),
        Open("c", resume("sbs-t2", 0)),
        Send("b", subscribe(4, [subscription("sbs/t/r", 0)])),
    ]
}

/// One QoS 2 message more than the Server takes at once [MQTT-3.3.4-9].
fn too_many() -> Vec<Step> {
    let messages = (1..=21).map(|n| Send("a", Packet::Publish(publish("sbs/many", 2, n, "x"))));
    std::iter::once(Open("a", connect("sbs-a"))).chain(messages).collect()
}

fn expiring(publish: Publish, secs: u32) -> Packet {
    Packet::Publish(Publish {
        properties: [Property::MessageExpiryInterval(secs)].into(),
        ..publish
    })
}

fn alias(topic: &str, alias: u16) -> Packet {
    Packet::Publish(Publish {
        properties: [Property::TopicAlias(alias)].into(),
        ..publish(topic, 0, 0, "x")
    })
}

/// DISCONNECT with this Reason Code.
fn leave(code: ReasonCode) -> Packet {
    Packet::Disconnect(Disconnect::new(code))
}

/// A subscription of QoS 1 with other options.
fn options(filter: &str, change: fn(&mut Subscription)) -> Subscription {
    let mut subscription = subscription(filter, 1);
    change(&mut subscription);
    subscription
}
