//! Captures as people have them: cut, reordered, with holes, from the middle, on other links, in WebSockets.
//! Each defect is built as bytes.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Read as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::GzEncoder;
use mqtt5_playground::analysis::why::{Cause, has_why, why};
use mqtt5_playground::analysis::{Joins, answer_to};
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, Record};
use mqtt5_playground::formats::{
    LoadError, Loaded, Skipped,
    json::records_to_json,
    pcap::records_to_pcapng,
    read_file,
    share::{pack, unpack},
};
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Connect, ConnectionId, Disconnect, Packet, PacketId, PacketType, Properties,
    Property, Publish, QoS, ReasonCode, Sender, SubAck, Subscribe, Subscription, Version, encode,
    encode_as,
};

use Sender::{Client, Server};

/// A TCP connection between two hosts, and what was captured of it.
#[derive(Clone)]
struct Wire {
    ports: [u16; 2],
    next: [u32; 2],
    is_v6: bool,
    packets: Vec<(u64, Vec<u8>)>,
    now: u64,
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

impl Wire {
    fn to(port: u16) -> Wire {
        Wire {
            ports: [40_000, port],
            next: [1000, 5000],
            is_v6: false,
            packets: Vec::new(),
            now: 0,
        }
    }

    fn open(mut self) -> Wire {
        for (sender, flags) in [(Client, SYN), (Server, SYN | ACK), (Client, ACK)] {
            self.segment(sender, flags, b"");
        }
        self
    }

    /// A segment on the wire, which is captured.
    fn segment(&mut self, sender: Sender, flags: u8, payload: &[u8]) {
        let [mine, theirs] = if sender == Client { [0, 1] } else { [1, 0] };
        let mut tcp = self.ports[mine].to_be_bytes().to_vec();
        tcp.extend(self.ports[theirs].to_be_bytes());
        tcp.extend(self.next[mine].to_be_bytes());
        let acknowledged = if flags & ACK == 0 { 0 } else { self.next[theirs] };
        tcp.extend(acknowledged.to_be_bytes());
        tcp.extend([0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]);
        tcp.extend(payload);
        let hosts = [[10, 0, 0, 5], [10, 0, 0, 9]];
        let mut packet = Vec::new();
        if self.is_v6 {
            // A header of hop-by-hop options stands between IP and TCP.
            packet.extend([0x60, 0, 0, 0]);
            packet.extend((8 + tcp.len() as u16).to_be_bytes());
            packet.extend([0, 64]);
            for end in [mine, theirs] {
                packet.extend([0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0]);
                packet.extend(hosts[end]);
            }
            packet.extend([6, 0, 1, 4, 0, 0, 0, 0]);
        } else {
            packet.extend([0x45, 0]);
            packet.extend((20 + tcp.len() as u16).to_be_bytes());
            packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
            packet.extend(hosts[mine]);
            packet.extend(hosts[theirs]);
        }
        packet.extend(tcp);
        self.now += 1000;
        self.packets.push((self.now, packet));
        let numbers = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[mine] = self.next[mine].wrapping_add(numbers);
    }

    fn sends(&mut self, sender: Sender, payload: &[u8]) {
        self.segment(sender, ACK, payload);
    }

    /// A segment on the wire, which is not captured.
    fn loses(&mut self, sender: Sender, payload: &[u8]) {
        self.sends(sender, payload);
        self.packets.pop();
    }

    fn ends(&mut self, sender: Sender) {
        self.segment(sender, FIN | ACK, b"");
    }

    fn file(&self) -> Vec<u8> {
        pcap(RAW, &self.packets)
    }

    fn read(&self) -> Loaded {
        read_file(&self.file()).expect("it is a capture with MQTT")
    }
}

const RAW: u32 = 101;

/// A file as tcpdump writes it.
fn pcap(link: u32, packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    snapped(link, packets, usize::MAX)
}

/// The same with frames that are cut after so many bytes.
fn snapped(link: u32, packets: &[(u64, Vec<u8>)], snap: usize) -> Vec<u8> {
    let mut file = 0xA1B2_C3D4_u32.to_le_bytes().to_vec();
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0]);
    file.extend(link.to_le_bytes());
    for (micros, bytes) in packets {
        let kept = &bytes[..bytes.len().min(snap)];
        file.extend(((micros / 1_000_000) as u32).to_le_bytes());
        file.extend(((micros % 1_000_000) as u32).to_le_bytes());
        file.extend((kept.len() as u32).to_le_bytes());
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(kept);
    }
    file
}

fn bytes(packet: Packet) -> Vec<u8> {
    encode(&packet).expect("it can be encoded").to_vec()
}

fn id(id: u16) -> PacketId {
    PacketId::new(id).expect("it is not 0")
}

fn connect() -> Vec<u8> {
    let client_id = "sensor".to_owned();
    bytes(Packet::Connect(Box::new(Connect {
        client_id: client_id.into(),
        keep_alive: 60,
        ..Connect::default()
    })))
}

fn connack() -> Vec<u8> {
    bytes(Packet::ConnAck(ConnAck {
        session_present: false,
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    }))
}

fn publish(number: u16, payload: &[u8]) -> Vec<u8> {
    bytes(Packet::Publish(Publish {
        topic: format!("plant/{number}").into(),
        qos: QoS::AtLeastOnce,
        packet_id: Some(id(number)),
        payload: Bytes::copy_from_slice(payload),
        ..Publish::default()
    }))
}

fn puback(number: u16) -> Vec<u8> {
    bytes(Packet::PubAck(Ack {
        packet_id: id(number),
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    }))
}

fn subscribe(number: u16) -> Vec<u8> {
    let topic_filter = "plant/#".to_owned();
    bytes(Packet::Subscribe(Subscribe {
        packet_id: id(number),
        properties: Properties::default(),
        subscriptions: vec![Subscription {
            topic_filter: topic_filter.into(),
            ..Subscription::default()
        }],
    }))
}

fn suback(number: u16) -> Vec<u8> {
    bytes(Packet::SubAck(SubAck {
        packet_id: id(number),
        properties: Properties::default(),
        reason_codes: vec![ReasonCode::GrantedQoS1],
    }))
}

fn disconnect() -> Vec<u8> {
    bytes(Packet::Disconnect(Disconnect {
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    }))
}

const PINGREQ: &[u8] = &[0xC0, 0];
const PINGRESP: &[u8] = &[0xD0, 0];

/// A record in one word; a hole with the bytes that are missing and those that are not read.
fn word(record: &Record) -> String {
    match &record.entry {
        Entry::Opening { .. } => "opening".to_owned(),
        Entry::Opened => "opened".to_owned(),
        Entry::Packet { .. } => record.packet_type().map_or("?", PacketType::name).to_owned(),
        Entry::Broken { .. } => "broken".to_owned(),
        Entry::Text { length } => format!("text {length}"),
        Entry::Closed(close) => match close.code {
            Some(code) => format!("closed {code}"),
            None => "closed".to_owned(),
        },
        Entry::Missing(hole) => {
            let from = if hole.sender == Client { "client" } else { "server" };
            let begun = hole.begun_type().map(|packet| format!(" in {}", packet.name()));
            format!("{from} {}+{}{}", hole.missing, hole.unread, begun.unwrap_or_default())
        }
    }
}

fn words(capture: &Capture) -> Vec<String> {
    capture.records().map(word).collect()
}

fn story(loaded: &Loaded) -> String {
    words(&loaded.capture).join(", ")
}

/// Opens, connects, and is ready.
fn connected() -> Wire {
    let mut wire = Wire::to(2000).open();
    wire.sends(Client, &connect());
    wire.sends(Server, &connack());
    wire
}

#[test]
fn reading_goes_on_behind_a_hole_which_stands_in_its_place() {
    let mut wire = connected();
    wire.loses(Client, &subscribe(1));
    wire.sends(Server, &suback(1));
    wire.sends(Client, &publish(2, b"20"));
    wire.sends(Server, &puback(2));
    wire.sends(Client, &disconnect());
    wire.ends(Client);
    let loaded = wire.read();
    // That the server has got them tells of the hole before anything follows it.
    assert_eq!(
        story(&loaded),
        "opening, opened, CONNECT, CONNACK, client 15+0, SUBACK, PUBLISH, PUBACK, DISCONNECT, closed"
    );
    assert_eq!((loaded.not_read.missing, loaded.not_read.unread), (15, 0));
    let close = loaded.capture.records().next_back().expect("there are some").id;
    assert!(!has_why(&loaded.capture, close), "it said goodbye");
}

#[test]
fn what_ends_in_a_hole_is_not_accused() {
    for lost in [Client, Server] {
        let mut wire = connected();
        wire.loses(lost, &disconnect());
        wire.ends(Client);
        let loaded = wire.read();
        let close = loaded.capture.records().next_back().expect("there are some");
        assert_eq!(word(close), "closed");
        let why = why(&loaded.capture, close.id).expect("it did not end as intended");
        let hole = loaded.capture.records().find(|record| record.hole().is_some());
        let hole = hole.expect("something is missing").id;
        assert_eq!(why.cause, Cause::NotCaptured { hole, missing: 2, unread: 0 }, "{lost:?}");
        assert_eq!(why.culprit, Some(hole));
    }
    // Without a hole it was cut.
    let mut wire = connected();
    wire.ends(Client);
    let loaded = wire.read();
    let close = loaded.capture.records().next_back().expect("there are some").id;
    let why = why(&loaded.capture, close).expect("it did not end as intended");
    assert_eq!(why.cause, Cause::CutByClient { with_will: false });
}

#[test]
fn an_answer_in_a_hole_is_not_owed() {
    let mut wire = connected();
    wire.sends(Client, &subscribe(1));
    wire.sends(Client, PINGREQ);
    wire.loses(Server, &[suback(1), PINGRESP.to_vec()].concat());
    wire.sends(Client, PINGREQ);
    wire.sends(Server, PINGRESP);
    let capture = wire.read().capture;
    assert_eq!(words(&capture)[4..], ["SUBSCRIBE", "PINGREQ", "server 8+0", "PINGREQ", "PINGRESP"]);
    let mut joins = Joins::default();
    joins.extend(&capture);
    let record = |at: usize| capture.at(at).expect("it is there");
    for at in [4, 5] {
        assert!(!joins.is_owed(record(at)), "{at}");
        assert_eq!(answer_to(&capture, record(at).id), None, "{at}");
    }
    assert_eq!(joins.answered_by(record(7).id), Some(record(8).id));
}

#[test]
fn nobody_is_accused_of_what_a_hole_may_explain() {
    // The PUBACK may have been in the hole, and with it the identifier was free again.
    for (is_lost, expect) in
        [(false, Cause::PacketIdentifierInUse { packet_id: 1 }), (true, Cause::ClosedUnexplained)]
    {
        let mut wire = connected();
        wire.sends(Client, &publish(1, b"1"));
        match is_lost {
            true => wire.loses(Server, &puback(1)),
            false => wire.sends(Server, PINGRESP),
        }
        wire.sends(Client, &publish(1, b"2"));
        wire.sends(Server, PINGRESP);
        wire.segment(Server, RST, b"");
        let capture = wire.read().capture;
        let close = capture.records().next_back().expect("there are some").id;
        let why = why(&capture, close).expect("it did not end as intended");
        assert_eq!(why.cause, expect);
    }
}

#[test]
fn what_an_alias_stands_for_is_not_known_behind_a_hole() {
    let aliased = |topic: &str| {
        bytes(Packet::Publish(Publish {
            topic: topic.into(),
            properties: [Property::TopicAlias(1)].into(),
            ..Publish::default()
        }))
    };
    let mut wire = connected();
    wire.sends(Client, &aliased("plant/1"));
    wire.sends(Client, &aliased(""));
    wire.loses(Client, &aliased("plant/2"));
    wire.sends(Client, &aliased(""));
    wire.sends(Client, &aliased("plant/3"));
    wire.sends(Client, &aliased(""));
    let capture = wire.read().capture;
    let topics: Vec<_> = capture
        .records()
        .filter(|record| record.packet_type() == Some(PacketType::Publish))
        .map(|record| capture.aliased(record).map(|aliased| aliased.topic))
        .collect();
    assert_eq!(topics, [None, Some("plant/1"), None, None, Some("plant/3")]);
}

#[test]
fn holes_are_saved_and_read_again() {
    let mut wire = connected();
    let large = publish(2, &[b'x'; 3000]);
    wire.sends(Client, &large[..100]);
    wire.loses(Client, &large[100..1000]);
    wire.sends(Client, &large[1000..]);
    wire.sends(Client, PINGREQ);
    wire.loses(Server, PINGRESP);
    wire.ends(Client);
    let loaded = wire.read();
    let json = records_to_json(&loaded.capture, loaded.capture.records());
    let again = read_file(json.as_bytes()).expect("it was written just now");
    assert!(again.capture.records().eq(loaded.capture.records()));
    assert_eq!(again.not_read.missing, loaded.not_read.missing);
    // What was not read is not in a pcapng file either: it is missing there.
    let pcapng = records_to_pcapng(&loaded.capture, loaded.capture.records());
    let again = read_file(&pcapng).expect("it was written just now");
    assert_eq!(
        story(&again),
        "opening, opened, CONNECT, CONNACK, client 2915+100 in PUBLISH, PINGREQ, server 2+0, closed"
    );
}

/// The first bytes of a PUBLISH of 3.1.1 with QoS 0 are no PUBLISH of 5.0: a length of properties is
/// missing.
fn publish_3(payload: &[u8]) -> Vec<u8> {
    let publish = Publish {
        topic: "plant/1".into(),
        payload: Bytes::copy_from_slice(payload),
        ..Publish::default()
    };
    encode_as(&Packet::Publish(publish), Version::V3_1_1).expect("it can be encoded").to_vec()
}

#[test]
fn reading_goes_on_behind_a_hole_in_3_1_1_too() {
    let mut whole = Wire::to(2000).open();
    let client_id = "sensor".to_owned();
    let connect = Connect { client_id: client_id.into(), keep_alive: 60, ..Connect::default() };
    let connect = encode_as(&Packet::Connect(Box::new(connect)), Version::V3_1_1);
    whole.sends(Client, &connect.expect("it can be encoded"));
    whole.sends(Server, &[0x20, 2, 0, 0]);
    let mut middle = Wire::to(2000);
    for wire in [&mut whole, &mut middle] {
        wire.sends(Client, &publish_3(b"\xFF one"));
        wire.loses(Client, &publish_3(b"\xFF two"));
        for _ in 0..3 {
            wire.sends(Client, &publish_3(b"\xFF three"));
        }
    }
    for (wire, begins) in
        [(whole, "opening, opened, CONNECT, CONNACK, PUBLISH, client"), (middle, "PUBLISH, client")]
    {
        let loaded = wire.read();
        let story = story(&loaded);
        assert!(story.starts_with(begins), "{story}");
        assert!(story.ends_with("16+0, PUBLISH, PUBLISH, PUBLISH"), "{story}");
        let packets = loaded.capture.records().filter(|record| record.packet_type().is_some());
        for record in packets {
            assert_eq!(record.version, Version::V3_1_1, "{story}");
            assert!(matches!(record.packet(), Some(Ok(_))), "{story}");
        }
    }
}

#[test]
fn the_length_of_a_cut_packet_tells_where_the_next_begins() {
    let large = publish(2, &[b'x'; 3000]);
    let parts: Vec<&[u8]> = large.chunks(1000).collect();
    // Which part is lost, and what stands in its place.
    for (lost, expect) in [
        (1, "client 1000+2015 in PUBLISH, PINGREQ"),
        (2, "client 1000+2015 in PUBLISH, PINGREQ"),
        (3, "client 15+3000 in PUBLISH, PINGREQ"),
        (0, "client 1000+2017, PINGREQ"),
    ] {
        let mut wire = connected();
        for (index, part) in parts.iter().enumerate() {
            match index == lost {
                true => wire.loses(Client, part),
                // Here PINGREQ begins in the middle of a segment.
                false if index == 3 => wire.sends(Client, &[part, PINGREQ].concat()),
                false => wire.sends(Client, part),
            }
        }
        if lost == 3 || lost == 0 {
            wire.sends(Client, PINGREQ);
        }
        let found = words(&wire.read().capture)[4..].join(", ");
        assert_eq!(found, expect, "part {lost}");
    }
}

#[test]
fn frames_that_were_cut_leave_holes_of_known_length() {
    let mut wire = connected();
    wire.sends(Client, &publish(2, &[b'x'; 1000]));
    wire.sends(Server, &puback(2));
    wire.sends(Client, &[publish(3, &[b'y'; 200]), publish(4, b"z")].concat());
    wire.sends(Client, PINGREQ);
    let file = snapped(RAW, &wire.packets, 96);
    let loaded = read_file(&file).expect("it is a capture");
    assert_eq!(
        words(&loaded.capture)[4..].join(", "),
        // Where two packets were in a frame, the second one went with it.
        "client 959+56 in PUBLISH, PUBACK, client 174+56 in PUBLISH, PINGREQ"
    );
}

#[test]
fn a_connection_without_its_beginning_is_read_on_any_port() {
    for port in [1883, 18_830] {
        let mut wire = Wire::to(port);
        wire.next = [u32::MAX - 20, u32::MAX - 3];
        wire.sends(Client, &[b"rest of something".as_slice(), &publish(7, b"1")].concat());
        wire.sends(Client, &publish(8, b"2"));
        wire.sends(Server, &puback(8));
        wire.sends(Client, PINGREQ);
        wire.sends(Server, PINGRESP);
        let loaded = wire.read();
        // Nothing tells that the connection was opened, nor who asked for it.
        let expect = "client 0+32, PUBLISH, PUBACK, PINGREQ, PINGRESP";
        assert_eq!(story(&loaded), expect, "{port}");
        assert_eq!(loaded.not_read.unread, 32);
    }
    // What is lost of CONNECT does not hide the rest.
    let mut wire = Wire::to(2000).open();
    wire.loses(Client, &connect());
    wire.sends(Server, &connack());
    wire.sends(Client, &subscribe(1));
    wire.sends(Server, &suback(1));
    let expect = "opening, opened, client 21+0, CONNACK, SUBSCRIBE, SUBACK";
    assert_eq!(story(&wire.read()), expect);
}

#[test]
fn ports_that_are_used_again_are_another_connection() {
    let mut first = connected();
    first.segment(Client, RST, b"");
    let mut second = connected();
    second.next = [9_000_000, 3];
    second.packets.clear();
    let mut second = second.open();
    second.sends(Client, &connect());
    first.packets.extend(second.packets);
    let capture = first.read().capture;
    assert_eq!(
        words(&capture).join(", "),
        "opening, opened, CONNECT, CONNACK, closed, opening, opened, CONNECT"
    );
    let ids: Vec<u32> = capture.records().map(|record| record.connection.0).collect();
    assert_eq!(ids, [1, 1, 1, 1, 1, 2, 2, 2]);
    assert!(capture.records().all(|record| record.client.0 == 0), "it is the same client");
}

/// What stands before IP on a link, and the link's number.
fn links(is_v6: bool) -> Vec<(&'static str, u32, Vec<u8>)> {
    let kind: [u8; 2] = if is_v6 { [0x86, 0xDD] } else { [0x08, 0x00] };
    let hosts = [0; 12];
    let ethernet = |tags: &[u8]| [&hosts[..], tags, &kind].concat();
    let family = if is_v6 { 30 } else { 2 };
    vec![
        ("BSD loopback", 0, vec![family, 0, 0, 0]),
        ("BSD loopback of the other byte order", 0, vec![0, 0, 0, family]),
        ("OpenBSD loopback", 108, vec![0, 0, 0, family]),
        ("Ethernet", 1, ethernet(&[])),
        ("VLAN", 1, ethernet(&[0x81, 0x00, 0, 7])),
        ("QinQ", 1, ethernet(&[0x88, 0xA8, 0, 7, 0x81, 0x00, 0, 8])),
        ("two old VLAN tags", 1, ethernet(&[0x91, 0x00, 0, 7, 0x81, 0x00, 0, 8])),
        ("Linux", 113, [&[0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0][..], &kind].concat()),
        ("Linux, second version", 276, [&kind[..], &[0; 18]].concat()),
        ("raw", 101, Vec::new()),
        ("raw of BSD", 12, Vec::new()),
        ("raw of one version", if is_v6 { 229 } else { 228 }, Vec::new()),
    ]
}

#[test]
fn every_link_that_tools_capture_on_is_read() {
    for is_v6 in [false, true] {
        let mut wire = Wire { is_v6, ..Wire::to(1883) }.open();
        wire.sends(Client, &connect());
        wire.sends(Server, &connack());
        for (name, link, before) in links(is_v6) {
            let packets: Vec<_> = wire
                .packets
                .iter()
                .map(|(at, packet)| {
                    let mut frame = [&before[..], packet].concat();
                    // What pads a short frame is no payload.
                    frame.resize(frame.len().max(64), 0xEE);
                    (*at, frame)
                })
                .collect();
            let loaded = read_file(&pcap(link, &packets));
            let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(story(&loaded), "opening, opened, CONNECT, CONNACK", "{name}, {is_v6}");
            let Some(Entry::Opening { address }) = loaded.capture.at(0).map(|r| &r.entry) else {
                panic!("{name}: no opening");
            };
            let expect = if is_v6 { "[2001:db8::a00:9]:1883" } else { "10.0.0.9:1883" };
            assert_eq!(address, expect, "{name}");
        }
    }
    let packets = [(0, vec![0; 60])];
    assert_eq!(read_file(&pcap(147, &packets)).map(drop), Err(LoadError::LinkType(147)));
}

/// A pcapng file with one interface of raw IP, in either byte order.
fn pcapng(packets: &[(u64, Vec<u8>)], is_big: bool, resolution: Option<u8>) -> Vec<u8> {
    let n16 = |n: u16| if is_big { n.to_be_bytes() } else { n.to_le_bytes() };
    let n32 = |n: u32| if is_big { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut file = Vec::new();
    let mut block = |kind: u32, mut body: Vec<u8>| {
        body.resize(body.len().next_multiple_of(4), 0);
        let length = n32(body.len() as u32 + 12);
        file.extend([&n32(kind)[..], &length, &body, &length].concat());
    };
    block(0x0A0D_0D0A, [&n32(0x1A2B_3C4D)[..], &n16(1), &n16(0), &[0xFF; 8]].concat());
    let mut body = [&n16(101)[..], &[0, 0], &n32(0)].concat();
    if let Some(resolution) = resolution {
        body.extend([&n16(9)[..], &n16(1), &[resolution, 0, 0, 0], &[0; 4]].concat());
    }
    block(1, body);
    // A block that nobody knows.
    block(0x0BAD, vec![1, 2, 3]);
    for (micros, bytes) in packets {
        let units = match resolution {
            None => *micros,
            Some(power @ 0x80..) => micros * (1 << (power & 0x7F)) / 1_000_000,
            Some(power) => micros * 10_u64.pow(power.into()) / 1_000_000,
        };
        let length = n32(bytes.len() as u32);
        let time = [n32((units >> 32) as u32), n32(units as u32)].concat();
        block(6, [&n32(0)[..], &time, &length, &length, bytes].concat());
    }
    file
}

#[test]
fn times_are_read_in_every_resolution() {
    let mut wire = connected();
    wire.now += 2_500_000;
    wire.sends(Client, PINGREQ);
    let took = |file: &[u8]| {
        let capture = read_file(file).expect("it is a capture").capture;
        capture.records().next_back().map(|record| record.at.as_millis_f64())
    };
    let expect = Some(2505.0);
    assert_eq!(took(&wire.file()), expect);
    for magic in [0xA1B2_C3D4_u32, 0xA1B2_3C4D] {
        for is_big in [false, true] {
            let n32 = |n: u32| if is_big { n.to_be_bytes() } else { n.to_le_bytes() };
            let mut file = [&n32(magic)[..], &[0; 16], &n32(RAW)].concat();
            for (micros, bytes) in &wire.packets {
                let nanos = if magic == 0xA1B2_3C4D { 1000 } else { 1 };
                let fraction = (micros % 1_000_000) as u32 * nanos;
                let length = n32(bytes.len() as u32);
                let time = [n32((micros / 1_000_000) as u32), n32(fraction)].concat();
                file.extend([&time[..], &length, &length, bytes].concat());
            }
            assert_eq!(took(&file), expect, "{magic:X} {is_big}");
        }
    }
    for resolution in [None, Some(6), Some(3), Some(9), Some(0x80 | 20)] {
        for is_big in [false, true] {
            let file = pcapng(&wire.packets, is_big, resolution);
            let found = took(&file).map(f64::round);
            assert_eq!(found, expect, "{resolution:?} {is_big}");
        }
    }
}

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.below(256) as u8).collect()
    }
}

#[test]
fn whatever_is_lost_no_packet_is_made_up_and_every_byte_is_counted() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut read = 0;
    let mut sent_in_all = 0;
    for round in 0..400 {
        let mut wire = connected();
        let mut sent = vec![connect()];
        let mut stream = Vec::new();
        for number in 1..40 {
            let length = [0, 3, 40, 300, 4000][numbers.below(5)];
            let packet = match numbers.below(4) {
                0 => PINGREQ.to_vec(),
                1 => subscribe(number),
                _ => publish(number, &numbers.bytes(length)),
            };
            stream.extend(&packet);
            sent.push(packet);
        }
        // Some applications write packet by packet, others fill their segments.
        let segment = [usize::MAX, 1448, 536, 100][numbers.below(4)];
        let parts: Vec<Vec<u8>> = match segment {
            usize::MAX => sent[1..].to_vec(),
            length => stream.chunks(length).map(<[u8]>::to_vec).collect(),
        };
        let mut lost = 0;
        let rate = [2, 5, 30][numbers.below(3)];
        for part in &parts {
            match numbers.below(rate) {
                0 => {
                    lost += part.len() as u64;
                    wire.loses(Client, part);
                }
                _ => wire.sends(Client, part),
            }
        }
        wire.ends(Client);
        // Some of it comes late, or twice.
        for _ in 0..numbers.below(4) {
            let at = 5 + numbers.below(wire.packets.len() - 6);
            let copy = wire.packets[at].clone();
            wire.packets.swap(at, at - 1);
            wire.packets.insert(at, copy);
        }
        let loaded = wire.read();
        assert_eq!(loaded.not_read.missing, lost, "round {round}");
        let found: Vec<&[u8]> = loaded
            .capture
            .records()
            .filter(|record| record.sender() == Some(Client))
            .map(Record::bytes)
            .collect();
        let mut all = sent.iter();
        for packet in &found {
            assert!(all.any(|sent| sent == packet), "round {round}: {packet:02X?} was never sent");
        }
        let found_bytes: u64 = found.iter().map(|packet| packet.len() as u64).sum();
        let sent_bytes: u64 = sent.iter().map(|packet| packet.len() as u64).sum();
        let counted = found_bytes + loaded.not_read.missing + loaded.not_read.unread;
        assert_eq!(counted, sent_bytes, "round {round}");
        read += found.len();
        sent_in_all += sent.len();
    }
    // Much of it is read all the same.
    assert!(read * 2 > sent_in_all, "{read} of {sent_in_all}");
}

#[test]
fn packets_are_recorded_before_their_answers_also_where_reading_begins_again() {
    // Segments that have nothing to do with packets: it takes some packets to be sure where they begin.
    let mut wire = connected();
    let mut pending: Vec<u8> = Vec::new();
    for number in 1..20 {
        pending.extend(publish(number, b"12345"));
        while pending.len() > 12 {
            let part: Vec<u8> = pending.drain(..12).collect();
            match number {
                5 => wire.loses(Client, &part),
                _ => wire.sends(Client, &part),
            }
        }
        // The server has got all but the last one.
        if number > 1 {
            wire.sends(Server, &puback(number - 1));
        }
    }
    let capture = wire.read().capture;
    let packets = |wanted: PacketType| {
        let all = capture.records().filter(move |record| record.packet_type() == Some(wanted));
        all.filter_map(|record| Some((record.packet_id()?, record.id)))
    };
    let published: Vec<_> = packets(PacketType::Publish).collect();
    assert!(published.len() > 12, "{:?}", words(&capture));
    for (number, at) in published {
        let answer = packets(PacketType::PubAck).find(|(acknowledged, _)| *acknowledged == number);
        assert!(answer.is_none_or(|(_, answer)| at < answer), "{number:?} {:?}", words(&capture));
    }
}

#[test]
fn rubbish_behind_a_hole_is_no_packet() {
    let mut numbers = Numbers(77);
    for round in 0..50 {
        let mut wire = connected();
        wire.loses(Client, b"?");
        for _ in 0..60 {
            let part = numbers.bytes(1448);
            wire.sends(Client, &part);
        }
        let found = words(&wire.read().capture);
        assert_eq!(found.len(), 5, "round {round}: {found:?}");
    }
    // Text, zeros, and what looks like many small packets.
    for part in [&b"0123456789 POST / HTTP/1.1 "[..], &[0; 99], &[0xC0, 0, 0xC0, 0, 0xC0]] {
        let mut wire = connected();
        wire.loses(Client, b"?");
        for _ in 0..9 {
            wire.sends(Client, part);
        }
        let found = words(&wire.read().capture);
        assert_eq!(found.len(), 5, "{found:?}");
    }
}

/// A frame of a WebSocket.
fn frame(sender: Sender, first: u8, payload: &[u8]) -> Vec<u8> {
    let masked = if sender == Client { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        length @ ..126 => out.push(masked | length as u8),
        length => {
            out.push(masked | 126);
            out.extend((length as u16).to_be_bytes());
        }
    }
    match sender {
        Client => {
            let mask = [0x11, 0xC0, 0x00, 0x9A];
            out.extend(mask);
            out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        }
        Server => out.extend(payload),
    }
    out
}

const BINARY: u8 = 0x82;

fn upgraded(subprotocol: &str, extensions: &str) -> Wire {
    let mut wire = Wire::to(8080).open();
    let ask = format!(
        "GET /mqtt HTTP/1.1\r\nHost: 10.0.0.9\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Protocol: {subprotocol}\r\n\r\n"
    );
    let (head, tail) = ask.split_at(30);
    wire.sends(Client, head.as_bytes());
    wire.sends(Client, tail.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n{extensions}\
         sec-websocket-protocol: {subprotocol}\r\n\r\n"
    );
    wire.sends(Server, answer.as_bytes());
    wire
}

fn websocket() -> Wire {
    let mut wire = upgraded("mqtt", "");
    wire.sends(Client, &frame(Client, BINARY, &connect()));
    wire.sends(Server, &frame(Server, BINARY, &connack()));
    wire
}

#[test]
fn mqtt_is_read_in_web_sockets_however_it_is_framed() {
    let mut wire = websocket();
    // Two packets in a frame, and one in three, with a PING between and within segments of their own.
    wire.sends(Client, &frame(Client, BINARY, &[subscribe(1), PINGREQ.to_vec()].concat()));
    wire.sends(Server, &frame(Server, BINARY, &[suback(1), PINGRESP.to_vec()].concat()));
    let large = publish(2, &[7; 700]);
    let (first, rest) = large.split_at(5);
    let (second, third) = rest.split_at(400);
    let frames = [
        frame(Client, 0x02, first),
        frame(Client, 0x89, b"still there?"),
        frame(Client, 0x00, second),
        frame(Client, 0x80, third),
        frame(Client, 0x82, b""),
    ]
    .concat();
    for part in frames.chunks(333) {
        wire.sends(Client, part);
    }
    wire.sends(Server, &frame(Server, 0x8A, b"still there?"));
    wire.sends(Server, &frame(Server, BINARY, &puback(2)));
    wire.sends(Server, &frame(Server, 0x81, "文字".as_bytes()));
    wire.sends(Server, &frame(Server, 0x88, b"\x03\xEAno text"));
    wire.ends(Server);
    let loaded = wire.read();
    assert_eq!(
        story(&loaded),
        "opening, opened, CONNECT, CONNACK, SUBSCRIBE, PINGREQ, SUBACK, PINGRESP, PUBLISH, PUBACK, \
         text 6, closed 1002"
    );
    assert_eq!((loaded.not_read.missing, loaded.not_read.unread), (0, 0));
    let Some(Entry::Opening { address }) = loaded.capture.at(0).map(|record| &record.entry) else {
        panic!("no opening");
    };
    assert_eq!(address, "ws://10.0.0.9:8080/mqtt");
    let close = loaded.capture.records().next_back().map(|record| record.entry.clone());
    let Some(Entry::Closed(close)) = close else { panic!("no close") };
    assert_eq!((close.by, close.reason.as_str()), (Some(Server), "no text"));
}

#[test]
fn holes_in_web_sockets_are_found_again_too() {
    // Within a frame the frames go on; its packet says how far it goes.
    let mut wire = websocket();
    let large = frame(Client, BINARY, &publish(2, &[7; 1000]));
    wire.sends(Client, &large[..400]);
    wire.loses(Client, &large[400..700]);
    wire.sends(Client, &large[700..]);
    wire.sends(Client, &frame(Client, BINARY, PINGREQ));
    let found = words(&wire.read().capture)[4..].join(", ");
    assert_eq!(found, "client 300+715 in PUBLISH, PINGREQ");

    // Where a frame's beginning is lost, the next segment that is frames from end to end is taken.
    let mut wire = websocket();
    wire.loses(Client, &large[..400]);
    wire.sends(Client, &large[400..]);
    wire.sends(Client, &frame(Client, BINARY, &publish(3, b"3")));
    let found = words(&wire.read().capture)[4..].join(", ");
    assert_eq!(found, "client 400+623, PUBLISH");
}

#[test]
fn four_hundred_clients_keep_their_names_in_every_format() {
    let mut packets = Vec::new();
    for number in 0..400_u16 {
        let mut wire = Wire::to(2000);
        wire.ports[0] += number;
        wire.now = u64::from(number) * 1_000_000;
        let mut wire = wire.open();
        let client_id = format!("dev-{}", number + 1).into();
        let connect = Connect { client_id, ..Connect::default() };
        wire.sends(Client, &bytes(Packet::Connect(Box::new(connect))));
        wire.sends(Server, &connack());
        packets.extend(wire.packets);
    }
    let first = read_file(&pcap(RAW, &packets)).expect("it is MQTT").capture;
    let file = |bytes: &[u8]| read_file(bytes).expect("it was written here").capture;
    let again = [
        file(records_to_json(&first, first.records()).as_bytes()),
        file(&records_to_pcapng(&first, first.records())),
        unpack(&pack(&first, first.records())).expect("it was packed here"),
    ];
    assert_eq!(first.peer(ConnectionId(1)), Some("10.0.0.5:40000"));
    assert!(again[0].peers().eq(first.peers()) && again[2].peers().eq(first.peers()));
    for again in again {
        let begins = |capture: &Capture| capture.clock(capture.at(0).expect("a record").at);
        assert_eq!(begins(&again), begins(&first));
        for number in 0..400 {
            let (slot, name) = (ClientSlot(number), format!("dev-{}", number + 1));
            assert_eq!(first.client_id(slot), Some(name.as_str()));
            assert_eq!(again.client_id(slot), Some(name.as_str()));
        }
    }
}

#[test]
fn what_is_passed_over_is_told() {
    let mut mixed = connected();
    let mut other = websocket();
    other.ports[0] = 40_001;
    let mut all = vec![mixed.clone(), other];
    for (port, first) in [
        (8883, &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01][..]),
        (1883, &[0x16, 0x03, 0x03, 0x02, 0x00, 0x01]),
        (80, b"GET / HTTP/1.1\r\nHost: example\r\n\r\n"),
    ] {
        let mut wire = Wire::to(port).open();
        wire.sends(Client, first);
        all.push(wire);
    }
    all.push(upgraded("mqtt", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    all.push(upgraded("chat", ""));
    for (index, wire) in all.into_iter().enumerate().skip(1) {
        let port = 41_000 + index as u16;
        let packets = wire.packets.into_iter().map(|(at, mut packet)| {
            // Another port for each client.
            let from_client = packet[12..16] == [10, 0, 0, 5];
            let at_port = if from_client { 20 } else { 22 };
            packet[at_port..at_port + 2].copy_from_slice(&port.to_be_bytes());
            (at, packet)
        });
        mixed.packets.extend(packets);
    }
    let loaded = mixed.read();
    assert_eq!(
        story(&loaded),
        "opening, opened, CONNECT, CONNACK, opening, opened, CONNECT, CONNACK"
    );
    assert_eq!(loaded.not_read.skipped, Skipped { tls: 2, compressed: 1, other: 2 });
    // Both say that they are the same device.
    assert!(loaded.capture.records().all(|record| record.client.0 == 0));

    let mut tls = Wire::to(8883).open();
    tls.sends(Client, &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
    let skipped = Skipped { tls: 1, ..Skipped::default() };
    let found = read_file(&tls.file()).map(drop);
    assert_eq!(found, Err(LoadError::NoMqtt { packets: 4, skipped }));
}

#[test]
fn a_file_that_ends_early_is_read_as_far_as_it_goes() {
    let mut wire = connected();
    wire.sends(Client, PINGREQ);
    let file = wire.file();
    let cut = read_file(&file[..file.len() - 1]).expect("the rest is there");
    assert_eq!(story(&cut), "opening, opened, CONNECT, CONNACK");
    assert_eq!(cut.not_read.stopped_at, Some(file.len() - 1));
    let mut packed = Vec::new();
    let mut pack = GzEncoder::new(&file[..], Compression::best());
    pack.read_to_end(&mut packed).expect("reading from memory succeeds");
    let whole = read_file(&packed).expect("it is the same file");
    assert_eq!(story(&whole), "opening, opened, CONNECT, CONNACK, PINGREQ");
}

#[test]
fn damage_never_panics() {
    let mut wire = websocket();
    wire.loses(Client, &frame(Client, BINARY, PINGREQ));
    wire.sends(Client, &frame(Client, BINARY, &publish(2, b"x")));
    let mut plain = connected();
    plain.loses(Client, &subscribe(1));
    plain.sends(Client, &publish(2, b"x"));
    plain.ends(Client);
    plain.is_v6 = true;
    plain.sends(Client, PINGREQ);
    wire.packets.extend(plain.packets);
    for file in [wire.file(), pcapng(&wire.packets, true, Some(9))] {
        for end in 0..file.len() {
            let _ = read_file(&file[..end]);
        }
        for at in 0..file.len() {
            for flip in [0x01, 0x80, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] ^= flip;
                let _ = read_file(&damaged);
            }
        }
    }
    let mut numbers = Numbers(5);
    for _ in 0..2000 {
        let length = numbers.below(300);
        let rubbish = numbers.bytes(length);
        let _ = read_file(&pcap(RAW, &[(0, rubbish.clone()), (1, rubbish)]));
    }
}
