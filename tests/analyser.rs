//! Captures as network analysers see them: pcapng that Wireshark opens as MQTT, and files of other tools
//! that the page opens.
//!
//! The tests that need `tshark` are left out where it is not installed; `cargo xtask test` says so.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use mqtt5_playground::analysis::why;
use mqtt5_playground::capture::{Basis, Capture, ClientSlot, Entry, LinkClose, Record};
use mqtt5_playground::formats::{LoadError, NotRead, Skipped, pcap::records_to_pcapng, read_file};
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Connect, ConnectionId, Disconnect, FieldId, Packet, PacketId, Properties,
    Property, Publish, QoS, ReasonCode, Sender, SubAck, Subscribe, Subscription, UnsubAck,
    Unsubscribe, Version, Will, encode, encode_as,
};
use mqtt5_playground::time::Instant;
use serde_json::{Value, json};

use Sender::{Client, Server};

/// 2026-01-02 03:04:05 UTC.
const BEGAN: u64 = 1_767_323_045_000_000;

struct Story {
    capture: Capture,
    micros: u64,
}

impl Story {
    fn entry(&mut self, client: u16, connection: u32, entry: Entry) {
        self.micros += 1500;
        let at = Instant::from_micros(self.micros);
        self.capture.push(at, ClientSlot(client), ConnectionId(connection), entry);
    }

    fn opens(&mut self, client: u16, connection: u32) {
        self.entry(client, connection, Entry::Opening { address: "192.0.2.1:1883".to_owned() });
        self.entry(client, connection, Entry::Opened);
    }

    fn packet(&mut self, client: u16, connection: u32, sender: Sender, packet: Packet) {
        let bytes = encode(&packet).expect("it can be encoded");
        self.entry(client, connection, Entry::Packet { sender, bytes });
    }

    fn closes(&mut self, client: u16, connection: u32, by: Option<Sender>) {
        let close = LinkClose { by, was_open: true, code: None, reason: String::new() };
        self.entry(client, connection, Entry::Closed(close));
    }
}

fn connect(client_id: &str) -> Packet {
    Packet::Connect(Box::new(Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: client_id.into(),
        properties: [Property::ReceiveMaximum(5), Property::user("part", "test")].into(),
        ..Connect::default()
    }))
}

fn connack() -> Packet {
    Packet::ConnAck(ConnAck {
        session_present: false,
        reason_code: ReasonCode::Success,
        properties: [Property::TopicAliasMaximum(10)].into(),
    })
}

fn packet_id(id: u16) -> PacketId {
    PacketId::new(id).expect("it is not 0")
}

/// Two clients, interleaved: QoS 1 with properties, an alias, a large payload, an end with DISCONNECT and
/// one without.
fn story() -> Capture {
    let mut story = Story { capture: Capture::default(), micros: 0 };
    story.capture.set_began(Some(BEGAN));
    story.opens(0, 1);
    story.packet(0, 1, Client, connect("publisher"));
    story.opens(1, 2);
    story.packet(0, 1, Server, connack());
    story.packet(1, 2, Client, connect("subscriber"));
    story.packet(1, 2, Server, connack());
    let subscribe = Subscribe {
        packet_id: packet_id(1),
        properties: [Property::SubscriptionIdentifier(300)].into(),
        subscriptions: vec![Subscription {
            topic_filter: "sensors/#".into(),
            qos: QoS::AtLeastOnce,
            ..Subscription::default()
        }],
    };
    story.packet(1, 2, Client, Packet::Subscribe(subscribe));
    let suback = SubAck {
        packet_id: packet_id(1),
        properties: Properties::default(),
        reason_codes: vec![ReasonCode::GrantedQoS1],
    };
    story.packet(1, 2, Server, Packet::SubAck(suback));
    let publish = |topic: &str, payload: Vec<u8>| Publish {
        topic: topic.into(),
        qos: QoS::AtLeastOnce,
        packet_id: Some(packet_id(7)),
        properties: [Property::TopicAlias(3), Property::ContentType("text/plain".into())].into(),
        payload: payload.into(),
        ..Publish::default()
    };
    story.packet(0, 1, Client, Packet::Publish(publish("sensors/温度", b"21.5".to_vec())));
    let puback = Ack {
        packet_id: packet_id(7),
        reason_code: ReasonCode::NoMatchingSubscribers,
        properties: [Property::ReasonString("nobody listens".into())].into(),
    };
    story.packet(0, 1, Server, Packet::PubAck(puback));
    story.packet(0, 1, Client, Packet::Publish(publish("", vec![b'x'; 200_000])));
    let goodbye = Disconnect {
        reason_code: ReasonCode::DisconnectWithWillMessage,
        properties: Properties::default(),
    };
    story.packet(0, 1, Client, Packet::Disconnect(goodbye));
    story.closes(0, 1, Some(Client));
    story.closes(1, 2, None);
    story.capture
}

fn pcapng(capture: &Capture) -> Vec<u8> {
    records_to_pcapng(capture, capture.records())
}

fn records(capture: &Capture) -> Vec<Record> {
    capture.records().cloned().collect()
}

#[test]
fn our_own_pcapng_is_read_again() {
    let capture = story();
    let loaded = read_file(&pcapng(&capture)).expect("it was written just now");
    assert_eq!(loaded.not_read, NotRead::default());
    let found: Vec<_> = loaded
        .capture
        .records()
        .map(|record| (record.client, record.sender(), Bytes::copy_from_slice(record.bytes())))
        .collect();
    let expect: Vec<_> = records(&capture)
        .iter()
        .map(|record| (record.client, record.sender(), Bytes::copy_from_slice(record.bytes())))
        .collect();
    assert_eq!(found.len(), expect.len());
    assert_eq!(found, expect);
    let closes: Vec<_> = loaded
        .capture
        .records()
        .filter_map(|record| match &record.entry {
            Entry::Closed(close) => Some((close.by, close.was_open)),
            _ => None,
        })
        .collect();
    assert_eq!(closes, [(Some(Client), true), (None, true)]);
    // Times count from the first segment of MQTT, and nothing is moved on the clock.
    let times = |capture: &Capture| -> Vec<_> {
        capture.records().map(|record| capture.clock(record.at).expect("it is known")).collect()
    };
    assert_eq!(times(&loaded.capture), times(&capture));
    assert_eq!(loaded.capture.at(0).map(|record| record.at), Some(Instant::START));
}

#[test]
fn damaged_files_are_refused_with_the_place_and_never_panic() {
    let file = pcapng(&story());
    let blocks = file[..1000].to_vec();
    for end in 4..blocks.len() {
        let found = read_file(&blocks[..end]).map(|loaded| loaded.capture.len());
        assert!(
            matches!(found, Ok(_) | Err(LoadError::Truncated { .. } | LoadError::NoMqtt { .. })),
            "cut at {end}: {found:?}"
        );
    }
    for at in 0..blocks.len() {
        for bit in 0..8 {
            let mut damaged = blocks.clone();
            damaged[at] ^= 1 << bit;
            let _ = read_file(&damaged);
        }
    }
    let mut wrong = file.clone();
    wrong[4] = 13;
    assert_eq!(read_file(&wrong).map(drop), Err(LoadError::Block { at: 0 }));
}

/// A file as tcpdump writes it: classic pcap, Ethernet, microseconds.
fn pcap(link: u32, frames: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xA1B2_C3D4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0]);
    file.extend([0; 8]);
    file.extend(0xFFFF_u32.to_le_bytes());
    file.extend(link.to_le_bytes());
    for (micros, bytes) in frames {
        file.extend(100_u32.to_le_bytes());
        file.extend(micros.to_le_bytes());
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(bytes);
    }
    file
}

/// TCP from 10.0.0.5:40000 to 10.0.0.9:`port`, or back.
fn ethernet(sender: Sender, port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([0x08, 0x00, 0x45, 0]);
    frame.extend((40 + payload.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    let (client, server) = ([10, 0, 0, 5], [10, 0, 0, 9]);
    let (from, to, ports) = match sender {
        Client => (client, server, [40_000, port]),
        Server => (server, client, [port, 40_000]),
    };
    frame.extend(from);
    frame.extend(to);
    frame.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
    frame.extend(sequence.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend([0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]);
    frame.extend(payload);
    // Ethernet pads what is short, and that is no payload.
    frame.resize(frame.len().max(60), 0);
    frame
}

#[test]
fn files_of_other_tools_are_read_also_from_the_middle_and_out_of_order() {
    const SYN: u8 = 0x02;
    const ACK: u8 = 0x10;
    let hello = encode(&connect("sensor")).expect("it can be encoded");
    let ping: &[u8] = &[0xC0, 0];
    let (head, tail) = hello.split_at(9);
    let n = head.len() as u32;
    let other_port = [
        (1, ethernet(Client, 2000, 0, SYN, b"")),
        (2, ethernet(Server, 2000, 0, SYN | ACK, b"")),
        (5, ethernet(Client, 2000, 1 + n, ACK, tail)),
        (6, ethernet(Client, 2000, 1, ACK, head)),
        (7, ethernet(Client, 2000, 1, ACK, head)),
        (8, ethernet(Server, 2000, 1, ACK, &[0x20, 3, 0, 0, 0])),
    ];
    let kinds = |file: &[u8]| {
        let loaded = read_file(file).expect("it is a capture");
        let kinds = loaded.capture.records().map(|record| match &record.entry {
            Entry::Packet { .. } => record.packet_type().map_or("?", |packet| packet.name()),
            Entry::Opening { .. } => "opening",
            Entry::Opened => "opened",
            Entry::Missing(_) => "hole",
            _ => "other",
        });
        (kinds.collect::<Vec<_>>(), loaded.not_read.missing)
    };
    // Before the head of CONNECT is there, nothing tells that this is MQTT; the port may be any.
    assert_eq!(kinds(&pcap(1, &other_port)), (vec!["opening", "opened", "CONNECT", "CONNACK"], 0));
    let middle = [
        (1, ethernet(Server, 1883, 500, ACK, &[0xD0, 0])),
        (2, ethernet(Client, 1883, 900, ACK, ping)),
        (3, ethernet(Client, 1883, 999, ACK, ping)),
    ];
    assert_eq!(kinds(&pcap(1, &middle)), (vec!["PINGRESP", "PINGREQ", "hole", "PINGREQ"], 97));
    let nothing = [(1, ethernet(Client, 80, 0, ACK, b"GET / HTTP/1.1"))];
    let found = read_file(&pcap(1, &nothing)).map(drop);
    assert_eq!(
        found,
        Err(LoadError::NoMqtt { packets: 1, skipped: Skipped { other: 1, ..Skipped::default() } })
    );
    assert_eq!(read_file(&pcap(147, &nothing)).map(drop), Err(LoadError::LinkType(147)));
}

/// Writes a file for tshark, which reads no standard input as a capture with names.
fn file_for_tshark(name: &str, bytes: &[u8]) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, bytes).expect("the folder for tests can be written");
    file
}

/// What tshark makes of a file; `None` where there is no tshark.
fn tshark(file: &Path, arguments: &[&str]) -> Option<String> {
    let output = match Command::new("tshark").arg("-r").arg(file).args(arguments).output() {
        Ok(output) => output,
        Err(_) => {
            eprintln!("left out: tshark is not installed");
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tshark: {errors}");
    Some(String::from_utf8(output.stdout).expect("tshark writes UTF-8"))
}

#[test]
fn wireshark_opens_our_pcapng_as_mqtt_5() {
    let file = file_for_tshark("story.pcapng", &pcapng(&story()));
    let checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];
    let fields = [
        "-T",
        "fields",
        "-E",
        "separator=|",
        "-e",
        "tcp.stream",
        "-e",
        "mqtt.msgtype",
        "-e",
        "mqtt.topic",
        "-e",
        "mqtt.len",
        "-Y",
        "mqtt",
    ];
    let Some(listed) = tshark(&file, &[&checks[..], &fields].concat()) else { return };
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "0|1||38",
            "0|2||6",
            "1|1||39",
            "1|2||6",
            "1|8|sensors/#|18",
            "1|9||4",
            "0|3|sensors/温度|39",
            "0|4||21",
            "0|3|sensors/温度|200021", // the topic behind the alias
            "0|14||1",
        ]
    );
    // Nothing in it is suspicious to Wireshark: no wrong checksum, no lost or repeated segment.
    let suspicious = "_ws.malformed || tcp.analysis.flags || ip.checksum.status == \"Bad\" || \
                      tcp.checksum.status == \"Bad\"";
    let found = tshark(&file, &[&checks[..], &["-Y", suspicious]].concat());
    assert_eq!(found.as_deref(), Some(""));

    let json = tshark(&file, &["-T", "json", "-Y", "mqtt"]).unwrap_or_default();
    let packets: Value = serde_json::from_str(&json).expect("tshark writes JSON");
    let layer = |index: usize| &packets[index]["_source"]["layers"]["mqtt"];
    assert_eq!(layer(0)["mqtt.ver"], "5");
    assert_eq!(layer(0)["mqtt.clientid"], "publisher");
    let properties = layer(0)["mqtt.properties"].to_string();
    assert!(properties.contains("mqtt.prop_key\":\"part"), "{properties}");
    let properties = layer(6)["mqtt.properties"].to_string();
    assert!(properties.contains("text/plain"), "{properties}");
    assert_eq!(
        layer(7)["mqtt.reason_code"].as_str().or(layer(7)["mqtt.puback.reason_code"].as_str()),
        Some("16")
    );

    let text = tshark(&file, &["-V", "-N", "n", "-c", "6"]).unwrap_or_default();
    assert!(text.contains("client A, Client Identifier publisher, to 192.0.2.1:1883"), "{text}");
    assert!(text.contains("broker"), "{text}");
    let times = ["-T", "fields", "-e", "frame.time_epoch", "-c", "1"];
    let first = tshark(&file, &times).unwrap_or_default();
    assert_eq!(first.trim(), "1767323045.001500000");
}

/// What a client of 3.1.1 and its broker say in an ordinary conversation, as mosquitto_sub and mosquitto_pub
/// have it, and both packets that only the other side sends.
fn old_packets() -> Vec<(Sender, Packet)> {
    let subscribe = Subscribe {
        packet_id: packet_id(1),
        properties: Properties::default(),
        subscriptions: vec![Subscription {
            topic_filter: "plant/#".into(),
            qos: QoS::ExactlyOnce,
            ..Subscription::default()
        }],
    };
    let suback = SubAck {
        packet_id: packet_id(1),
        properties: Properties::default(),
        reason_codes: vec![ReasonCode::GrantedQoS2],
    };
    let publish = |qos, id| {
        Packet::Publish(Publish {
            topic: "plant/press".into(),
            qos,
            packet_id: PacketId::new(id),
            payload: Bytes::from_static(b"{\"bar\":71}"),
            ..Publish::default()
        })
    };
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: "old".into(),
        will: Some(Will {
            qos: QoS::AtLeastOnce,
            topic: "plant/gone".into(),
            payload: Bytes::from_static(b"old"),
            ..Will::default()
        }),
        user_name: Some("ann".into()),
        password: Some(Bytes::from_static(b"secret")),
        ..Connect::default()
    };
    let accepted = ConnAck {
        session_present: false,
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    };
    let unsubscribe = Unsubscribe {
        packet_id: packet_id(2),
        properties: Properties::default(),
        topic_filters: vec!["plant/#".into()],
    };
    let unsuback = UnsubAck {
        packet_id: packet_id(2),
        properties: Properties::default(),
        reason_codes: Vec::new(),
    };
    let ack = |id| Ack::success(packet_id(id));
    vec![
        (Client, Packet::Connect(Box::new(connect))),
        (Server, Packet::ConnAck(accepted)),
        (Client, Packet::Subscribe(subscribe)),
        (Server, Packet::SubAck(suback)),
        (Client, publish(QoS::AtMostOnce, 0)),
        (Server, publish(QoS::AtMostOnce, 0)),
        (Client, publish(QoS::AtLeastOnce, 3)),
        (Server, Packet::PubAck(ack(3))),
        (Client, publish(QoS::ExactlyOnce, 4)),
        (Server, Packet::PubRec(ack(4))),
        (Client, Packet::PubRel(ack(4))),
        (Server, Packet::PubComp(ack(4))),
        (Client, Packet::Unsubscribe(unsubscribe)),
        (Server, Packet::UnsubAck(unsuback)),
        (Client, Packet::PingReq),
        (Server, Packet::PingResp),
        (Client, Packet::Disconnect(Disconnect::new(ReasonCode::Success))),
    ]
}

/// A conversation in an older version, and beside it the beginning of one in 5.0.
fn two_versions(version: Version) -> Capture {
    let mut story = Story { capture: Capture::default(), micros: 0 };
    story.capture.set_began(Some(BEGAN));
    story.opens(0, 1);
    story.opens(1, 2);
    story.packet(1, 2, Client, connect("new"));
    story.packet(1, 2, Server, connack());
    for (sender, packet) in old_packets() {
        let bytes = encode_as(&packet, version).expect("the version can say it");
        story.entry(0, 1, Entry::Packet { sender, bytes });
    }
    story.closes(0, 1, Some(Client));
    story.capture
}

/// The version of each record of a connection, and whether its packet can be read.
fn read_as(capture: &Capture, connection: u32) -> Vec<(Version, bool)> {
    capture
        .records()
        .filter(|record| record.connection == ConnectionId(connection))
        .filter_map(|record| Some((record.version, record.packet()?.is_ok())))
        .collect()
}

#[test]
fn connections_of_two_versions_in_one_file_are_read_without_an_error() {
    for version in [Version::V3_1, Version::V3_1_1] {
        let written = two_versions(version);
        let loaded = read_file(&pcapng(&written)).expect("it was written just now");
        for capture in [&written, &loaded.capture] {
            assert_eq!(read_as(capture, 1), [(version, true); 17], "MQTT {}", version.name());
            assert_eq!(read_as(capture, 2), [(Version::V5, true); 2]);
            assert_eq!(capture.version(ConnectionId(1)), (version, Basis::Connect));
            let explained = capture.records().find(|record| why::has_why(capture, record.id));
            assert_eq!(explained, None, "MQTT {}", version.name());
        }
        assert_eq!(loaded.capture.len(), written.len());
    }
}

#[test]
fn a_connection_whose_connect_is_missing_is_read_in_the_version_that_fits() {
    let written = two_versions(Version::V3_1_1);
    for missing in [1, 2, 4] {
        let is_old = |record: &&Record| record.connection == ConnectionId(1);
        let packets = written.records().filter(is_old).filter(|record| record.sender().is_some());
        let later: Vec<_> = packets.skip(missing).cloned().collect();
        let count = later.len();
        let file = records_to_pcapng(&written, later.iter());
        let capture = read_file(&file).expect("it was written just now").capture;
        assert_eq!(capture.version(ConnectionId(1)), (Version::V3_1_1, Basis::Fits));
        assert_eq!(read_as(&capture, 1), vec![(Version::V3_1_1, true); count]);
    }
    // Pings alone are the same in all versions.
    let pings: Vec<_> =
        written.records().filter(|record| record.bytes().len() == 2).cloned().collect();
    assert_eq!(pings.len(), 3, "PINGREQ, PINGRESP and DISCONNECT");
    let capture =
        read_file(&records_to_pcapng(&written, pings.iter())).expect("just written").capture;
    assert_eq!(capture.version(ConnectionId(1)), (Version::V5, Basis::Assumed));
}

#[test]
fn wireshark_reads_our_3_1_1_as_we_do() {
    let file = file_for_tshark("old.pcapng", &pcapng(&two_versions(Version::V3_1_1)));
    let Some(json) = tshark(&file, &["-T", "json", "-Y", "mqtt && tcp.stream == 0"]) else {
        return;
    };
    let packets: Vec<Value> = serde_json::from_str(&json).expect("tshark writes JSON");
    let layers: Vec<_> = packets.iter().map(|it| &it["_source"]["layers"]["mqtt"]).collect();
    assert_eq!(layers.len(), old_packets().len());
    assert_eq!(layers[0]["mqtt.ver"], "4");
    assert_eq!(layers[0]["mqtt.clientid"], "old");
    assert_eq!(layers[0]["mqtt.willtopic"], "plant/gone");
    assert_eq!(layers[1]["mqtt.conack.val"], "0");
    assert_eq!(layers[3]["mqtt.suback.qos"], "2");
    for published in [4, 5, 6, 8] {
        assert_eq!(layers[published]["mqtt.topic"], "plant/press");
        assert_eq!(layers[published]["mqtt.msg"], "7b:22:62:61:72:22:3a:37:31:7d");
    }
    assert_eq!(tshark(&file, &["-Y", "_ws.malformed"]).as_deref(), Some(""));
}

/// Packets that break a rule and whose end is known, with the Topic Name and the payload behind it.
const BROKEN: &[(&[u8], &str, &str)] = &[
    // An indicator that is neither 0 nor 1, twice.
    (b"\x32\x0E\0\x03a/b\0\x07\x04\x01\x58\x01\x01hi", "a/b", "68:69"),
    // A property that belongs in CONNECT.
    (b"\x30\x0B\0\x03a/b\x03\x21\0\x05hi", "a/b", "68:69"),
    // A wildcard, Packet Identifier 0 and Topic Alias 0.
    (b"\x32\x0D\0\x03a/#\0\0\x03\x23\0\0hi", "a/#", "68:69"),
];

#[test]
fn wireshark_reads_what_follows_an_error_as_we_do() {
    let mut story = Story { capture: Capture::default(), micros: 0 };
    story.opens(0, 1);
    story.packet(0, 1, Client, connect("broken"));
    story.packet(0, 1, Server, connack());
    for (bytes, ..) in BROKEN {
        let bytes = Bytes::from_static(bytes);
        story.entry(0, 1, Entry::Packet { sender: Client, bytes });
    }
    let said = |record: &Record, id: FieldId| {
        let dissection = record.dissect().expect("it has bytes");
        assert!(!dissection.flaws.is_empty());
        let leaves = dissection.leaves();
        let leaf = leaves.iter().rfind(|leaf| leaf.label == id.into()).expect("it is read");
        record.bytes()[leaf.range.clone()].to_vec()
    };
    let broken = story.capture.records().rev().take(BROKEN.len()).rev();
    for (record, (_, topic, payload)) in broken.zip(BROKEN) {
        assert_eq!(said(record, FieldId::TopicName), topic.as_bytes());
        let digits: Vec<String> = said(record, FieldId::ApplicationMessage)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(digits.join(":"), *payload);
    }
    let file = file_for_tshark("broken.pcapng", &pcapng(&story.capture));
    let Some(json) = tshark(&file, &["-T", "json", "-Y", "mqtt.msgtype == 3"]) else { return };
    let packets: Vec<Value> = serde_json::from_str(&json).expect("tshark writes JSON");
    let layers: Vec<_> = packets.iter().map(|it| &it["_source"]["layers"]["mqtt"]).collect();
    assert_eq!(layers.len(), BROKEN.len());
    for (layer, (_, topic, payload)) in layers.into_iter().zip(BROKEN) {
        assert_eq!((&layer["mqtt.topic"], &layer["mqtt.msg"]), (&json!(topic), &json!(payload)));
    }
}
