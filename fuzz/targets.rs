//! What holds for any bytes whatsoever. `fuzz_targets/` hands them over one by one, and `tests/fuzzed/` tries a
//! bounded number of them with every run of the tests.

use bytes::Bytes;
use mqtt5_playground::broker::{self, Broker, ConnectionId, Overlapping, Policy, Refusal};
use mqtt5_playground::client::{self, Client, Command, Settings};
use mqtt5_playground::course::Progress;
use mqtt5_playground::formats::json::{
    dissect_line, dissection_to_json, encode_line, packet_from_json, packet_to_json,
    records_to_json,
};
use mqtt5_playground::formats::pcap::records_to_pcapng;
use mqtt5_playground::formats::share::{Folded, pack, unpack};
use mqtt5_playground::formats::{read_file, records_to_text};
use mqtt5_playground::link;
use mqtt5_playground::mqtt::{
    Connect, Deframer, Packet, PacketId, PacketStream, PacketType, Property, QoS, ReasonCode,
    Sender, Subscription, Version, decode, decode_as, dissect_as, encode, encode_as,
};
use mqtt5_playground::payload::{self, Hint, View, guess};
use mqtt5_playground::time::Instant;
use mqtt5_playground::ui::bench::journal::KeptBench;
use mqtt5_playground::ui::bench::model::SetUp;
use mqtt5_playground::ui::composer::paste;
use mqtt5_playground::ui::packet_list::Filter;
use mqtt5_playground::ui::visible::visible;

/// A name, and what is done with the bytes, which tells how many packets they held; it panics where something does
/// not hold.
pub type Target = (&'static str, fn(&[u8]) -> usize);

pub const ALL: [Target; 7] = [
    ("decode", one_packet),
    ("deframe", frames_in_pieces),
    ("broker", two_clients_of_a_broker),
    ("client", a_server_of_a_client),
    ("files", a_file),
    ("text", a_text),
    ("payload", a_payload),
];

/// One packet of each version: decode and dissect agree, the leaves tile the bytes, every error lies within them, and
/// what was accepted is written as it was, or shorter where the specification lets a packet end early.
pub fn one_packet(data: &[u8]) -> usize {
    let frame = Bytes::copy_from_slice(data);
    // JSON takes longer than all the rest: one input of eight is enough.
    let sum = data.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
    let senders = [None, Some(Sender::Client), Some(Sender::Server)];
    let readers = Version::ALL.into_iter().flat_map(|v| senders.map(|sender| (v, sender)));
    for (version, sender) in readers {
        let with_json = sender.is_none() && sum % 8 == 0;
        let decoded = decode_as(&frame, sender, version);
        let dissection = dissect_as(&frame, sender, version);
        assert_eq!(decoded, dissection.outcome);
        let mut end = 0;
        for leaf in dissection.leaves() {
            assert_eq!(leaf.range.start, end);
            end = leaf.range.end;
        }
        assert_eq!(end, frame.len());
        let first = dissection.flaws.first().map(|flaw| flaw.error);
        assert_eq!(decoded.as_ref().err().copied(), first);
        for flaw in &dissection.flaws {
            assert!(flaw.range.start <= flaw.range.end && flaw.range.end <= frame.len());
        }
        if with_json {
            dissection_to_json(&dissection);
        }
        match decoded {
            Ok(packet) => {
                let written =
                    encode_as(&packet, version).expect("what was read has a representation");
                if written != frame {
                    // Earlier versions have bytes that mean nothing, and lengths that are longer than needed.
                    let is_shorter = written.len() < frame.len();
                    assert!(!version.is_5() || is_shorter && may_end_early(&packet));
                    assert!(written.len() <= frame.len());
                    assert_eq!(decode_as(&written, sender, version).as_ref(), Ok(&packet));
                }
                if version.is_5() && with_json {
                    assert!(packet_from_json(&packet_to_json(&packet)).is_ok());
                }
            }
            Err(error) => assert!(error.at <= frame.len()),
        }
    }
    1
}

/// Whether 0x00 and an empty list of properties at its end may be left out (§3.4.2.1, §3.14.2.1, §3.15.2.1).
fn may_end_early(packet: &Packet) -> bool {
    matches!(
        packet.packet_type(),
        PacketType::PubAck
            | PacketType::PubRec
            | PacketType::PubRel
            | PacketType::PubComp
            | PacketType::Disconnect
            | PacketType::Auth
    )
}

/// A stream in any pieces: the same packets come out as from the stream in one piece, and no byte is lost. The first
/// byte says how long the pieces are.
pub fn frames_in_pieces(data: &[u8]) -> usize {
    let Some((&piece, stream)) = data.split_first() else { return 0 };
    let whole = frames(stream.chunks(stream.len().max(1)));
    let pieces = frames(stream.chunks(usize::from(piece).max(1)));
    assert_eq!(whole, pieces);
    let lengths: usize = whole.iter().map(Vec::len).sum();
    assert!(lengths <= stream.len());
    whole.len()
}

fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::new();
    deframer.set_maximum_packet_size(Some(1 << 16));
    let mut found = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => found.push(frame.to_vec()),
                Ok(None) => break,
                Err(error) => {
                    assert!(error.at <= deframer.pending().len());
                    return found;
                }
            }
        }
    }
    found
}

/// What two connections send, in turns: the broker never panics, and what it sends can be written and read by a strict
/// Client. A connection that it closes is opened again. The first byte says how long the turns are, and which policy
/// the broker has.
pub fn two_clients_of_a_broker(data: &[u8]) -> usize {
    let Some((&turn, stream)) = data.split_first() else { return 0 };
    let mut broker = Broker::new(policy(turn >> 6), [0; 32]);
    let mut links = [1, 2].map(|n| (ConnectionId(n), PacketStream::new()));
    for (id, _) in &links {
        broker.handle(broker::Input::Opened(*id), Instant::START);
    }
    let mut packets = 0;
    for (number, bytes) in stream.chunks(usize::from(turn & 0x3F).max(1)).enumerate() {
        let now = Instant::from_millis(number as u64 * 500);
        let (id, incoming) = &mut links[number % 2];
        incoming.push(bytes);
        while let Some(incoming) = incoming.next(Sender::Client) {
            broker.handle(broker::Input::Received(*id, incoming.outcome), now);
            packets += 1;
        }
        if let Some(packet) = incoming.begun() {
            broker.handle(broker::Input::Begun(*id, packet), now);
        }
        while let Some(output) = broker.poll() {
            match output {
                broker::Output::Send(_, packet) => {
                    let written = encode(&packet).expect("a Server sends what can be written");
                    assert_eq!(decode(&written, Some(Sender::Server)), Ok(packet));
                }
                broker::Output::Close(closed) => {
                    let Some(link) = links.iter_mut().find(|(id, _)| *id == closed) else {
                        continue;
                    };
                    *link = (ConnectionId(closed.0 + 2), PacketStream::new());
                    broker.handle(broker::Input::Opened(link.0), now);
                }
                broker::Output::Note(_) => {}
            }
        }
    }
    packets
}

/// One that allows everything, one that offers nothing, one with all that is not usual, and one with every limit.
fn policy(number: u8) -> Policy {
    match number {
        0 => Policy::default(),
        1 => Policy {
            receive_maximum: 1,
            maximum_packet_size: Some(100),
            topic_alias_maximum: 0,
            maximum_qos: QoS::AtMostOnce,
            retain_available: false,
            wildcard_subscription_available: false,
            subscription_identifier_available: false,
            shared_subscription_available: false,
            assign_client_ids: false,
            reason_strings: false,
            ..Policy::default()
        },
        2 => Policy {
            server_keep_alive: Some(2),
            maximum_keep_alive: Some(1),
            session_expiry_maximum: Some(1),
            response_information: Some("response/".to_owned()),
            overlapping: Overlapping::OnePerSubscription,
            queue_qos_0: true,
            aliases_to_clients: true,
            scram: true,
            check_payload_format: true,
            ..Policy::default()
        },
        _ => Policy {
            refusal: Refusal::Disconnect,
            maximum_topic_levels: Some(2),
            maximum_connections: Some(1),
            connections_per_second: Some(1),
            messages_per_second: Some(1),
            maximum_connect_time: Some(5),
            connect_timeout: 1,
            maximum_subscriptions: Some(1),
            maximum_retained_messages: Some(1),
            maximum_queued_messages: 1,
            ..Policy::default()
        },
    }
}

/// What a Server sends to a Client that asks for something now and then: the Client never panics, and what it sends can
/// be written and read by a strict Server. When it closes, it connects again and goes on with its Session. The first
/// byte says how long the turns are and what the Client asks for.
pub fn a_server_of_a_client(data: &[u8]) -> usize {
    let Some((&turn, stream)) = data.split_first() else { return 0 };
    let mut client = Client::new(Settings::default());
    connect(&mut client, true, Instant::START);
    let mut incoming = PacketStream::new();
    let mut packets = 0;
    for (number, bytes) in stream.chunks(usize::from(turn & 0x3F).max(1)).enumerate() {
        let now = Instant::from_millis(number as u64 * 500);
        incoming.push(bytes);
        while let Some(packet) = incoming.next(Sender::Server) {
            client.handle(client::Input::Received(packet.outcome), now);
            packets += 1;
        }
        // Nothing that is asked for may break it either; what is refused is refused.
        let _ = client.command(command(number + usize::from(turn >> 6)), now);
        client.handle(client::Input::Tick, now);
        let mut is_closed = false;
        while let Some(output) = client.poll() {
            match output {
                client::Output::Send(packet) => {
                    let written = encode(&packet).expect("a Client sends what can be written");
                    assert_eq!(decode(&written, Some(Sender::Client)), Ok(packet));
                }
                client::Output::Close => is_closed = true,
                client::Output::Event(_) => {}
            }
        }
        if is_closed {
            client.handle(client::Input::LinkDown("closed".to_owned()), now);
            connect(&mut client, false, now);
            incoming = PacketStream::new();
        }
    }
    packets
}

fn connect(client: &mut Client, clean_start: bool, now: Instant) {
    let connect = Connect {
        client_id: "fuzzed".into(),
        clean_start,
        properties: [
            Property::TopicAliasMaximum(4),
            Property::ReceiveMaximum(2),
            Property::SessionExpiryInterval(60),
        ]
        .into(),
        ..Connect::default()
    };
    let _ = client.command(Command::Connect(Box::new(connect)), now);
    client.handle(client::Input::LinkUp, now);
}

fn command(number: usize) -> Command {
    let qos = QoS::from_bits((number % 3) as u8).expect("below 3");
    match number % 5 {
        0 | 1 => Command::Publish {
            qos,
            retain: false,
            topic: ["", "a"][number % 2].into(),
            properties: [Property::TopicAlias(1)].into(),
            payload: Bytes::new(),
        },
        2 => Command::Subscribe {
            properties: [].into(),
            subscriptions: vec![Subscription {
                topic_filter: "a/#".into(),
                qos,
                ..Subscription::default()
            }],
        },
        3 => Command::Acknowledge {
            packet_id: PacketId::MIN,
            reason_code: ReasonCode::Success,
            properties: [].into(),
        },
        _ => Command::Unsubscribe { properties: [].into(), topic_filters: vec!["a".into()] },
    }
}

/// A file: reading it never panics, and what was read can be written in every format, and read once more.
pub fn a_file(data: &[u8]) -> usize {
    let Ok(loaded) = read_file(data) else { return 0 };
    let capture = loaded.capture;
    let json = records_to_json(&capture, capture.records());
    let again = read_file(json.as_bytes()).expect("it was written just now");
    assert_eq!(again.capture.len(), capture.len());
    let _ = read_file(&records_to_pcapng(&capture, capture.records()));
    let packed = unpack(&pack(&capture, capture.records())).expect("it was packed just now");
    assert_eq!(packed.len(), capture.len());
    records_to_text(&capture, capture.records());
    capture.len()
}

/// A text, wherever one comes in: pasted, in a link, typed, as a policy, as a set-up, as stored progress.
pub fn a_text(data: &[u8]) -> usize {
    let _ = unpack(data);
    let text = String::from_utf8_lossy(data);
    let mut packets = 0;
    if let Ok(pasted) = paste::read(&text) {
        packets = pasted.packets.into_iter().map(|packet| one_packet(&packet)).sum();
    }
    if let Ok(folded) = Folded::from_text(&text) {
        let _ = unpack(&folded.bytes);
    }
    let _ = link::Target::parse(&text);
    let _ = Filter::parse(&text);
    let _ = serde_json::from_str::<Policy>(&text);
    dissect_line(&text);
    let _ = encode_line(&text);
    visible(&text);
    let _ = KeptBench::from_text(&text);
    let _ = SetUp::from_any_text(&text);
    if let Ok(progress) = Progress::import(&text) {
        assert!(Progress::import(&progress.export()).is_ok());
    }
    packets
}

/// A payload in every view: its rows lie within it, and there are no more of them than were asked for.
pub fn a_payload(data: &[u8]) -> usize {
    guess(data, &Hint::default());
    for view in View::ALL {
        if let Some(tree) = payload::read(view, data, 100) {
            assert!(tree.rows.len() <= 100);
            for row in &tree.rows {
                assert!(row.range.start <= row.range.end && row.range.end <= data.len());
            }
        }
        if let Some(unpacked) = payload::unpack(view, data, 1000) {
            assert!(unpacked.bytes.len() <= 1000);
        }
    }
    0
}
