//! The same scripts on this broker and on a Mosquitto: the same packets come back, but for the differences that
//! `docs/brokers.md` lists, each with the section that decides or leaves the choice.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ops::RangeInclusive;
use std::thread;
use std::time::Duration;

use mqtt5_playground::mqtt::{
    Ack, Connect, Disconnect, Packet, Properties, Property, Publish, QoS, ReasonCode,
    RetainHandling, Subscription, Will,
};

use super::packets::{
    connect, id, puback, pubcomp, publish, pubrec, pubrel, resume, retained, subscribe,
    subscribe_as, subscription, unsubscribe, will, with,
};
use super::{Broker, Wire, table};

/// What Clients do, one after the other.
struct Script {
    name: &'static str,
    steps: Vec<Step>,
}

enum Step {
    Open(&'static str, Connect),
    /// Opens a Network Connection and sends these bytes first.
    OpenWith(&'static str, &'static [u8]),
    Send(&'static str, Packet),
    Bytes(&'static str, &'static [u8]),
    /// The link is closed without DISCONNECT.
    Cut(&'static str),
    /// Time passes; a foreign broker's clock cannot be skipped. This Client looks first at what has come.
    Pass(&'static str, Duration),
}

/// A row of the table in `docs/brokers.md`.
#[derive(Debug)]
struct Difference {
    script: &'static str,
    /// From 0 on; several where the same holds for all.
    steps: RangeInclusive<usize>,
    here: &'static str,
    there: &'static str,
}

const TABLE: &str = include_str!("../../docs/brokers.md");

fn differences() -> Vec<Difference> {
    table::rows(TABLE)
        .map(|row| match row[..] {
            [script, step, here, there, section] => {
                assert!(section.contains('§'), "no section decides: {row:?}");
                let (first, last) = step.split_once('–').unwrap_or((step, step));
                let number =
                    |step: &str| step.parse().unwrap_or_else(|_| panic!("no step: {row:?}"));
                Difference { script, steps: number(first)..=number(last), here, there }
            }
            _ => panic!("a row has five cells: {row:?}"),
        })
        .collect()
}

impl Difference {
    /// A cell that ends in `…` is the beginning of what comes, since the rest is chance.
    fn is(&self, here: &str, there: &str) -> bool {
        let fits = |cell: &str, seen: &str| match cell.strip_suffix('…') {
            Some(beginning) => seen.starts_with(beginning),
            None => seen == cell,
        };
        fits(self.here, here) && fits(self.there, there)
    }
}

/// As the lessons' Mosquitto is set up, see `xtask/src/mosquitto.rs`.
const POLICY: &str = r#"{ "rules": [
    { "action": "publish", "topic_filter": "factory/osaka/forbidden/#", "refuse_with": "0x87" }
] }"#;

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn scripts_have_the_same_answers_here_and_there() {
    let mosquitto = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let ours = Broker::start(POLICY);
    let expected = differences();
    let mut used = BTreeSet::new();
    let mut unexpected = Vec::new();
    for script in scripts() {
        let here = play(&ours.tcp, &script);
        let there = play(&mosquitto, &script);
        for (step, (here, there)) in here.iter().zip(&there).enumerate() {
            let of_this_step = |d: &Difference| d.script == script.name && d.steps.contains(&step);
            if here == there {
                continue;
            }
            let row = expected.iter().position(of_this_step);
            match row.filter(|row| expected[*row].is(here, there)) {
                Some(row) => drop(used.insert(row)),
                None => {
                    let name = script.name;
                    unexpected.push(format!("| {name} | {step} | `{here}` | `{there}` | § |"));
                }
            }
        }
    }
    let gone = expected.iter().enumerate().filter(|(row, _)| !used.contains(row));
    let gone: Vec<_> = gone.map(|(_, row)| row).collect();
    table::holds("docs/brokers.md", TABLE, &version(&mosquitto), &unexpected, &gone);
}

/// `Mosquitto 2.0.11`, as it says itself.
fn version(mosquitto: &str) -> String {
    let mut wire = Wire::tcp(mosquitto);
    wire.send(&Packet::Connect(connect("version").into()));
    wire.send(&subscribe(1, [subscription("$SYS/broker/version", 0)]));
    let said = std::iter::repeat_with(|| wire.next()).find(|packet| packet.starts_with("PUBLISH"));
    let number = said.as_deref().and_then(|said| said.rsplit(' ').next()).map(str::to_owned);
    format!("Mosquitto {}", number.expect("it publishes its version"))
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
            Step::OpenWith(name, bytes) => {
                let mut wire = Wire::tcp(address);
                wire.write(bytes);
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
                thread::sleep(Duration::from_millis(200));
                name
            }
            Step::Pass(name, time) => {
                thread::sleep(*time);
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
            told.extend(packets.iter().map(|packet| format!("{name}: {}", rounded(packet))));
        }
        seen.push(match told.is_empty() {
            true => "nothing".into(),
            false => told.join("; "),
        });
    }
    seen
}

/// Seconds that are left of an hour, without the last digit: the two begin them at different moments.
fn rounded(packet: &str) -> String {
    match packet.split_once("expiry=359") {
        Some((before, _)) => format!("{before}expiry=359…"),
        None => packet.to_owned(),
    }
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
    use Step::{Bytes, Cut, Open, OpenWith, Pass, Send};
    let leave = |code| Packet::Disconnect(Disconnect::new(code));
    let options = |filter, change: fn(&mut Subscription)| {
        let mut subscription = subscription(filter, 1);
        change(&mut subscription);
        subscription
    };
    let script = |name: &'static str, steps| Script { name, steps };
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
            "what a CONNECT may ask for",
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
            ],
        ),
        script(
            "not authorized",
            vec![
                Open("a", connect("sbs-a")),
                Send("a", subscribe(1, [subscription("factory/osaka/forbidden/a", 1)])),
                Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 0, 0, "x"))),
                Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 1, 2, "x"))),
                Send("a", Packet::Publish(publish("factory/osaka/forbidden/a", 2, 3, "x"))),
                Send("a", Packet::Publish(publish("test/allowed/a", 1, 4, "x"))),
            ],
        ),
        script(
            "Retain Handling 2",
            vec![
                Open("a", connect("sbs-a")),
                Send("a", Packet::Publish(retained("sbs/h", 0, 0, "kept"))),
                Send(
                    "a",
                    subscribe(
                        1,
                        [options("sbs/h", |s| s.retain_handling = RetainHandling::DoNotSend)],
                    ),
                ),
                Send("a", Packet::Publish(retained("sbs/h", 0, 0, ""))),
            ],
        ),
        script(
            "a Shared Subscription",
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
            ],
        ),
        script(
            "a subscription replaced",
            vec![
                Open("a", connect("sbs-a")),
                Send("a", subscribe_as(1, 1, subscription("sbs/x", 2))),
                Send("a", subscribe(2, [subscription("sbs/x", 0)])),
                Send("a", Packet::Publish(publish("sbs/x", 1, 3, "x"))),
                Send("a", subscribe(4, [subscription("sbs/x", 1), subscription("sbs/y/#", 0)])),
                Send("a", unsubscribe(5, ["sbs/x", "sbs/y/#", "sbs/z"])),
            ],
        ),
        script(
            "time",
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
            ],
        ),
        script("more than Receive Maximum", too_many()),
    ]
    .into_iter()
    .chain(
        BROKEN.iter().map(|(name, bytes)| {
            script(name, vec![Open("a", connect("sbs-a")), Bytes("a", bytes)])
        }),
    )
    .chain(BROKEN_FIRST.iter().map(|(name, bytes)| script(name, vec![OpenWith("a", bytes)])))
    .collect()
}

/// One QoS 2 message more than the Server takes at once [MQTT-3.3.4-9].
fn too_many() -> Vec<Step> {
    let messages =
        (1..=21).map(|n| Step::Send("a", Packet::Publish(publish("sbs/many", 2, n, "x"))));
    std::iter::once(Step::Open("a", connect("sbs-a"))).chain(messages).collect()
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

/// Packets that break a rule, each on a connection of its own.
#[rustfmt::skip]
const BROKEN: &[(&str, &[u8])] = &[
    ("PUBLISH with QoS 3", &[0x36, 0x06, 0x00, 0x01, 0x74, 0x00, 0x01, 0x00]),
    ("PUBLISH with DUP and QoS 0", &[0x38, 0x05, 0x00, 0x01, 0x74, 0x00, 0x78]),
    ("PUBLISH with Packet Identifier 0", &[0x32, 0x06, 0x00, 0x01, 0x74, 0x00, 0x00, 0x00]),
    ("PUBLISH with U+0000 in its topic", &[0x30, 0x05, 0x00, 0x02, 0x74, 0x00, 0x00]),
    ("PUBLISH with ill-formed UTF-8 in its topic", &[0x30, 0x04, 0x00, 0x01, 0xff, 0x00]),
    ("PUBLISH with a wildcard in its topic", &[0x30, 0x05, 0x00, 0x01, 0x2b, 0x00, 0x78]),
    ("PUBLISH without topic and alias", &[0x30, 0x03, 0x00, 0x00, 0x00]),
    ("PUBLISH with Topic Alias 0", &[0x30, 0x07, 0x00, 0x01, 0x74, 0x03, 0x23, 0x00, 0x00]),
    ("PUBLISH with a Subscription Identifier", &[0x30, 0x06, 0x00, 0x01, 0x74, 0x02, 0x0b, 0x01]),
    ("PUBLISH with Message Expiry Interval twice", &[0x30, 0x0e, 0x00, 0x01, 0x74, 0x0a, 0x02, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x02]),
    ("PUBLISH with a Session Expiry Interval", &[0x30, 0x09, 0x00, 0x01, 0x74, 0x05, 0x11, 0x00, 0x00, 0x00, 0x01]),
    ("PUBLISH with a property that does not exist", &[0x30, 0x06, 0x00, 0x01, 0x74, 0x02, 0x7f, 0x00]),
    ("PUBLISH with Payload Format Indicator 2", &[0x30, 0x06, 0x00, 0x01, 0x74, 0x02, 0x01, 0x02]),
    ("PUBLISH with a wildcard in its Response Topic", &[0x30, 0x08, 0x00, 0x01, 0x74, 0x04, 0x08, 0x00, 0x01, 0x23]),
    ("PUBLISH whose payload is not the UTF-8 it claims", &[0x30, 0x07, 0x00, 0x01, 0x74, 0x02, 0x01, 0x01, 0xff]),
    ("SUBSCRIBE with Packet Identifier 0", &[0x82, 0x07, 0x00, 0x00, 0x00, 0x00, 0x01, 0x74, 0x00]),
    ("SUBSCRIBE without a Topic Filter", &[0x82, 0x03, 0x00, 0x01, 0x00]),
    ("SUBSCRIBE with an empty Topic Filter", &[0x82, 0x06, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00]),
    ("SUBSCRIBE with a misplaced wildcard", &[0x82, 0x08, 0x00, 0x01, 0x00, 0x00, 0x02, 0x61, 0x23, 0x00]),
    ("SUBSCRIBE with QoS 3", &[0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, 0x74, 0x03]),
    ("SUBSCRIBE with Retain Handling 3", &[0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, 0x74, 0x30]),
    ("SUBSCRIBE with a reserved option", &[0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, 0x74, 0x40]),
    ("SUBSCRIBE with wrong flags", &[0x80, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, 0x74, 0x00]),
    ("SUBSCRIBE with Subscription Identifier 0", &[0x82, 0x09, 0x00, 0x01, 0x02, 0x0b, 0x00, 0x00, 0x01, 0x74, 0x00]),
    ("SUBSCRIBE with No Local on a Shared Subscription", &[0x82, 0x10, 0x00, 0x01, 0x00, 0x00, 0x0a, 0x24, 0x73, 0x68, 0x61, 0x72, 0x65, 0x2f, 0x67, 0x2f, 0x74, 0x04]),
    ("UNSUBSCRIBE without a Topic Filter", &[0xa2, 0x03, 0x00, 0x01, 0x00]),
    ("UNSUBSCRIBE with wrong flags", &[0xa0, 0x06, 0x00, 0x01, 0x00, 0x00, 0x01, 0x74]),
    ("PUBREL with wrong flags", &[0x60, 0x02, 0x00, 0x01]),
    ("PUBACK with a Reason Code of SUBACK", &[0x40, 0x03, 0x00, 0x01, 0x01]),
    ("PINGREQ with a body", &[0xc0, 0x01, 0x00]),
    ("CONNACK from a Client", &[0x20, 0x03, 0x00, 0x00, 0x00]),
    ("SUBACK from a Client", &[0x90, 0x04, 0x00, 0x01, 0x00, 0x00]),
    ("PINGRESP from a Client", &[0xd0, 0x00]),
    ("AUTH without an Authentication Method", &[0xf0, 0x02, 0x18, 0x00]),
    ("a packet of type 0", &[0x00, 0x00]),
    ("DISCONNECT with a Reason Code of Servers", &[0xe0, 0x01, 0x8d]),
    ("Remaining Length in five bytes", &[0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
];

/// The same where CONNECT should stand.
#[rustfmt::skip]
const BROKEN_FIRST: &[(&str, &[u8])] = &[
    ("PINGREQ before CONNECT", &[0xc0, 0x00]),
    ("CONNECT of another protocol", &[0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x5a, 0x05, 0x02, 0x00, 0x3c, 0x00, 0x00, 0x00]),
    ("CONNECT of a version to come", &[0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x06, 0x02, 0x00, 0x3c, 0x00, 0x00, 0x00]),
    ("CONNECT with the reserved flag", &[0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x03, 0x00, 0x3c, 0x00, 0x00, 0x00]),
    ("CONNECT with Will QoS 3", &[0x10, 0x13, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x1e, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x77, 0x00, 0x00]),
    ("CONNECT with Will QoS but no Will", &[0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x0a, 0x00, 0x3c, 0x00, 0x00, 0x00]),
    ("CONNECT that ends before its Password", &[0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x42, 0x00, 0x3c, 0x00, 0x00, 0x00]),
    ("CONNECT with Receive Maximum 0", &[0x10, 0x10, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x02, 0x00, 0x3c, 0x03, 0x21, 0x00, 0x00, 0x00, 0x00]),
    ("CONNECT with Maximum Packet Size 0", &[0x10, 0x12, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x02, 0x00, 0x3c, 0x05, 0x27, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]),
    ("CONNECT with Session Expiry Interval twice", &[0x10, 0x17, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x02, 0x00, 0x3c, 0x0a, 0x11, 0x00, 0x00, 0x00, 0x01, 0x11, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00]),
    ("CONNECT with Authentication Data alone", &[0x10, 0x11, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x02, 0x00, 0x3c, 0x04, 0x16, 0x00, 0x01, 0x61, 0x00, 0x00]),
    ("CONNECT with Request Problem Information 2", &[0x10, 0x0f, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x05, 0x02, 0x00, 0x3c, 0x02, 0x17, 0x02, 0x00, 0x00]),
];
