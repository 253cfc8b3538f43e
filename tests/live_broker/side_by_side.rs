//! The same scripts on this broker and on a Mosquitto: the same packets come back, but for the
//! differences listed here, each with the section that leaves the choice.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use mqtt5_playground::mqtt::{
    Ack, Connect, Disconnect, Packet, Properties, Property, Publish, QoS, ReasonCode,
    RetainHandling, Subscription, Will,
};

use super::packets::{
    connect, id, puback, pubcomp, publish, pubrec, pubrel, resume, retained, subscribe,
    subscribe_as, subscription, unsubscribe, will, with,
};
use super::{Broker, Wire};

/// What Clients do, one after the other.
struct Script {
    name: &'static str,
    steps: Vec<Step>,
}

enum Step {
    Open(&'static str, Connect),
    Send(&'static str, Packet),
    Bytes(&'static str, &'static [u8]),
    /// The link is closed without DISCONNECT.
    Cut(&'static str),
}

/// Where the two may differ in one step of a script. `docs/brokers.md` tells it to people.
struct Difference {
    script: &'static str,
    step: usize,
    here: &'static str,
    /// The beginning, since some of it is chance.
    there: &'static str,
    /// The section that decides, or that leaves the choice.
    section: &'static str,
}

const fn differs(
    script: &'static str,
    step: usize,
    here: &'static str,
    there: &'static str,
    section: &'static str,
) -> Difference {
    Difference { script, step, here, there, section }
}

/// Seen with Mosquitto 2.0.11; where a newer one answers as this broker does, nothing differs.
const DIFFERENCES: &[Difference] = &[
    // A QoS 2 message is handed on at PUBLISH here, at PUBREL there: both methods are given.
    differs("QoS 0, 1 and 2", 6, "a: PUBREC 2; b: PUBLISH 2 qos2 sbs/2 x", "a: PUBREC 2", "4.3.3"),
    differs(
        "QoS 0, 1 and 2",
        9,
        "a: PUBCOMP 2",
        "a: PUBCOMP 2; b: PUBLISH 2 qos2 sbs/2 x",
        "4.3.3",
    ),
    // Only User Properties have an order to keep; here everything keeps it.
    differs(
        "properties",
        2,
        "a: PUBLISH qos0 sbs x b=1 a=2 b=1 id=7",
        "a: PUBLISH qos0 sbs x id=7 b=1 a=2 b=1",
        "3.3.2.3",
    ),
    differs(
        "properties",
        3,
        "a: PUBLISH qos0 sbs x PayloadFormatIndicator(1) expiry=100 ContentType(\"text/plain\") \
         ResponseTopic(\"r\") CorrelationData(b\"c\") id=7",
        "a: PUBLISH qos0 sbs x id=7 PayloadFormatIndicator(1)",
        "3.3.2.3",
    ),
    // No matching subscribers may be told, and need not be.
    differs("retained", 12, "a: PUBACK 7 10", "a: PUBACK 7", "3.4.2.1"),
    // One copy or several: the Server chooses. This broker's policy can do both.
    differs(
        "overlapping subscriptions",
        4,
        "a: PUBLISH qos0 sbs/o x id=1 id=2",
        "a: PUBLISH qos0 sbs/o x id=1; a: PUBLISH qos0 sbs/o x id=2",
        "3.3.4",
    ),
    differs(
        "sessions",
        10,
        "a2: CONNACK 00 present; a: DISCONNECT 8E; a: closed",
        "a2: CONNACK 00 present; a: closed",
        "3.1.4",
    ),
    differs("identifiers nobody knows", 1, "a: PUBCOMP 9 92", "a: PUBCOMP 9", "3.7.2.1"),
    differs("identifiers nobody knows", 2, "a: PUBREL 9 92", "a: PUBREL 9", "3.6.2.1"),
    // A Server should say why before it closes.
    differs("a second CONNECT", 1, "a: DISCONNECT 82; a: closed", "a: closed", "4.13"),
    differs(
        "an empty Client Identifier",
        0,
        "a: CONNACK 00 Assigned",
        "a: CONNACK 00 Assigned",
        "3.2.2.3.15",
    ),
    // A wildcard in a Topic Name is told as Malformed Packet here, as Protocol Error there.
    differs(
        "Malformed Packets",
        5,
        "c: DISCONNECT 81; c: closed",
        "c: DISCONNECT 82; c: closed",
        "3.3.2.1",
    ),
];

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn scripts_have_the_same_answers_here_and_there() {
    let mosquitto = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let ours = Broker::start("{}");
    let mut unexpected = Vec::new();
    for script in scripts() {
        let here = play(&ours.tcp, &script);
        let there = play(&mosquitto, &script);
        for (step, (here, there)) in here.iter().zip(&there).enumerate() {
            let known = |d: &Difference| {
                (d.script, d.step) == (script.name, step)
                    && here.starts_with(d.here)
                    && there.starts_with(d.there)
            };
            if here != there && !DIFFERENCES.iter().any(known) {
                let name = script.name;
                unexpected.push(format!("{name}, {step}\n  here:  {here}\n  there: {there}"));
            }
        }
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

/// For each step, what every Client saw.
fn play(address: &str, script: &Script) -> Vec<String> {
    let mut wires: BTreeMap<&str, Wire> = BTreeMap::new();
    let mut seen = Vec::new();
    for step in &script.steps {
        let actor = match step {
            Step::Open(name, connect) => {
                let mut wire = Wire::tcp(address);
                // Mosquitto answers a Keep Alive of 0 with one of its own.
                let connect = Connect { keep_alive: 60, ..connect.clone() };
                wire.send(&Packet::Connect(connect.into()));
                wires.insert(name, wire);
                name
            }
            Step::Send(name, packet) => {
                wires.get_mut(name).expect("it is open").send(packet);
                name
            }
            Step::Bytes(name, bytes) => {
                wires.get_mut(name).expect("it is open").write(bytes);
                name
            }
            Step::Cut(name) => {
                drop(wires.remove(name).expect("it is open"));
                // No answer tells when the broker has noticed.
                std::thread::sleep(Duration::from_millis(200));
                name
            }
        };
        let others = wires.keys().copied().filter(|name| name != actor);
        let mut told = Vec::new();
        for name in std::iter::once(*actor).chain(others).collect::<Vec<_>>() {
            let Some(wire) = wires.get_mut(name) else { continue };
            let packets = until_quiet(wire);
            if packets.last().is_some_and(|last| last == "closed") {
                wires.remove(name);
            }
            told.extend(packets.iter().map(|packet| format!("{name}: {packet}")));
        }
        seen.push(told.join("; "));
    }
    seen
}

/// Everything that comes before the answer to a PINGREQ.
fn until_quiet(wire: &mut Wire) -> Vec<String> {
    wire.try_send(&Packet::PingReq);
    let packets = std::iter::from_fn(|| Some(wire.next()).filter(|packet| packet != "PINGRESP"));
    let mut seen = Vec::new();
    for packet in packets {
        let ends = packet == "closed" || packet == "nothing";
        seen.push(packet);
        if ends {
            break;
        }
    }
    seen
}

fn scripts() -> Vec<Script> {
    use Step::{Bytes, Cut, Open, Send};
    let leave = |code| Packet::Disconnect(Disconnect::new(code));
    let options = |filter, change: fn(&mut Subscription)| {
        let mut subscription = subscription(filter, 1);
        change(&mut subscription);
        subscription
    };
    let script = |name, steps| Script { name, steps };
    vec![
        script(
            "QoS 0, 1 and 2",
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
            ],
        ),
        script(
            "properties",
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
            ],
        ),
        script(
            "retained",
            vec![
                Open("a", connect("sbs-a")),
                Send("a", Packet::Publish(retained("sbs/r", 1, 1, "kept"))),
                Send("a", subscribe(2, [options("sbs/r", |_| {})])),
                Send("a", puback(1)),
                Send(
                    "a",
                    subscribe(
                        3,
                        [options("sbs/r", |s| s.retain_handling = RetainHandling::SendIfNew)],
                    ),
                ),
                Send("a", unsubscribe(8, ["sbs/r"])),
                Send("a", subscribe(4, [options("sbs/r", |s| s.retain_as_published = true)])),
                Send("a", puback(2)),
                Send("a", Packet::Publish(retained("sbs/r", 0, 0, "live"))),
                Send("a", Packet::Publish(retained("sbs/r", 0, 0, ""))),
                Send("a", subscribe(5, [options("sbs/+", |s| s.no_local = true)])),
                Send("a", unsubscribe(6, ["sbs/r"])),
                Send("a", Packet::Publish(publish("sbs/r", 1, 7, "mine"))),
            ],
        ),
        script(
            "overlapping subscriptions",
            vec![
                Open("a", connect("sbs-a")),
                Open("b", connect("sbs-b")),
                Send("a", subscribe_as(1, 1, subscription("sbs/o", 0))),
                Send("a", subscribe_as(2, 2, subscription("sbs/#", 0))),
                Send("b", Packet::Publish(publish("sbs/o", 0, 0, "x"))),
            ],
        ),
        script(
            "sessions",
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
            ],
        ),
        script(
            "wills",
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
                        will: Some(Will {
                            qos: QoS::AtLeastOnce,
                            retain: false,
                            ..will("sbs/w", 0)
                        }),
                        ..connect("sbs-a")
                    },
                ),
                Send("a", leave(ReasonCode::DisconnectWithWillMessage)),
            ],
        ),
        script(
            "flow control",
            vec![
                Open("b", connect("sbs-b")),
                Open("a", with(connect("sbs-a"), [Property::ReceiveMaximum(1)])),
                Send("a", subscribe(1, [subscription("sbs/f", 1)])),
                Send("b", Packet::Publish(publish("sbs/f", 1, 1, "one"))),
                Send("b", Packet::Publish(publish("sbs/f", 1, 2, "two"))),
                Send("a", puback(1)),
                Send("a", puback(2)),
            ],
        ),
        script(
            "Maximum Packet Size of the Client",
            vec![
                Open("b", connect("sbs-b")),
                Open("a", with(connect("sbs-a"), [Property::MaximumPacketSize(30)])),
                Send("a", subscribe(1, [subscription("sbs/m", 0)])),
                Send(
                    "b",
                    Packet::Publish(publish("sbs/m", 0, 0, "this is too large for the Client")),
                ),
                Send("b", Packet::Publish(publish("sbs/m", 0, 0, "small"))),
            ],
        ),
        script(
            "aliases",
            vec![
                Open("a", connect("sbs-a")),
                Open("b", with(connect("sbs-b"), [Property::TopicAliasMaximum(5)])),
                Send("b", subscribe(1, [subscription("sbs/alias", 0)])),
                Send("a", alias("sbs/alias", 1)),
                Send("a", alias("", 1)),
                Send("a", alias("", 11)),
                Open("a", connect("sbs-a")),
                Send("a", alias("", 1)),
            ],
        ),
        script(
            "identifiers nobody knows",
            vec![
                Open("a", connect("sbs-a")),
                Send("a", pubrel(9)),
                Send("a", pubrec(9)),
                Send("a", puback(9)),
                Send("a", Packet::PubComp(Ack::success(id(9)))),
            ],
        ),
        script(
            "a second CONNECT",
            vec![Open("a", connect("sbs-a")), Send("a", Packet::Connect(connect("sbs-a").into()))],
        ),
        script(
            "an Authentication Method nobody has",
            vec![Open("a", with(connect("sbs-a"), [Property::AuthenticationMethod("X".into())]))],
        ),
        script(
            "an empty Client Identifier",
            vec![Open("a", with(connect(""), [Property::RequestResponseInformation(1)]))],
        ),
        script(
            "Session Expiry Interval raised from 0",
            vec![
                Open("a", connect("sbs-a")),
                Send(
                    "a",
                    Packet::Disconnect(Disconnect {
                        reason_code: ReasonCode::Success,
                        properties: Properties::from([Property::SessionExpiryInterval(5)]),
                    }),
                ),
            ],
        ),
        script(
            "Malformed Packets",
            vec![
                Open("a", connect("sbs-a")),
                Bytes("a", &[0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, b't', 0x40]),
                Open("b", connect("sbs-b")),
                Bytes("b", &[0x80, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, b't', 0x00]),
                Open("c", connect("sbs-c")),
                Bytes("c", &[0x30, 0x05, 0x00, 0x01, b'+', 0x00, b'x']),
            ],
        ),
    ]
}

fn alias(topic: &str, alias: u16) -> Packet {
    Packet::Publish(Publish {
        properties: [Property::TopicAlias(alias)].into(),
        ..publish(topic, 0, 0, "x")
    })
}

#[test]
fn the_table_for_people_names_every_difference() {
    let table = include_str!("../../docs/brokers.md");
    for Difference { script, section, .. } in DIFFERENCES {
        let row = table
            .lines()
            .find(|line| line.contains(script) && line.contains(&format!("§{section}")));
        assert!(row.is_some(), "{script}, §{section} is not in docs/brokers.md");
    }
}
