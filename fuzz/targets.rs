//! What holds for any bytes whatsoever. `fuzz_targets/` hands them over one by one, and `tests/fuzzed/` tries a
//! bounded number of them with every run of the tests.

use bytes::Bytes;
use mqtt5_playground::broker::{self, Broker, ConnectionId, Policy};
use mqtt5_playground::client::{self, Client, Command, Settings};
use mqtt5_playground::course::Progress;
use mqtt5_playground::formats::json::{
    dissection_to_json, packet_from_json, packet_to_json, records_to_json,
};
use mqtt5_playground::formats::pcap::records_to_pcapng;
use mqtt5_playground::formats::share::{Folded, pack, unpack};
use mqtt5_playground::formats::{read_file, records_to_text};
use mqtt5_playground::mqtt::{
    Connect, Deframer, PacketId, PacketStream, Property, QoS, ReasonCode, Sender, Subscription,
    Version, decode, decode_as, dissect_as, encode, encode_as,
};
use mqtt5_playground::time::Instant;
use mqtt5_playground::ui::bench::model::SetUp;
use mqtt5_playground::ui::composer::paste;

/// A name, and what is done with the bytes; it panics where something does not hold.
pub type Target = (&'static str, fn(&[u8]));

pub const ALL: [Target; 6] = [
    ("decode", one_packet),
    ("deframe", frames_in_pieces),
    ("broker", two_clients_of_a_broker),
    ("client", a_server_of_a_client),
    ("files", a_file),
    ("text", a_text),
];

/// One packet of each version: decode and dissect agree, the leaves tile the bytes, every error lies within them, and
/// what was accepted can be written and read again.
pub fn one_packet(data: &[u8]) {
    let frame = Bytes::copy_from_slice(data);
    let senders = [None, Some(Sender::Client), Some(Sender::Server)];
    let readers = Version::ALL.into_iter().flat_map(|v| senders.map(|sender| (v, sender)));
    for (version, sender) in readers {
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
        dissection_to_json(&dissection);
        match decoded {
            Ok(packet) => {
                let written =
                    encode_as(&packet, version).expect("what was read has a representation");
                assert_eq!(decode_as(&written, sender, version).as_ref(), Ok(&packet));
                if version.is_5() {
                    assert!(packet_from_json(&packet_to_json(&packet)).is_ok());
                }
            }
            Err(error) => assert!(error.at <= frame.len()),
        }
    }
}

/// A stream in any pieces: the same packets come out as from the stream in one piece, and no byte is lost. The first
/// byte says how long the pieces are.
pub fn frames_in_pieces(data: &[u8]) {
    let Some((&piece, stream)) = data.split_first() else { return };
    let whole = frames(stream.chunks(stream.len().max(1)));
    let pieces = frames(stream.chunks(usize::from(piece).max(1)));
    assert_eq!(whole, pieces);
    let lengths: usize = whole.iter().map(Vec::len).sum();
    assert!(lengths <= stream.len());
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
/// Client. The first byte says how long the turns are.
pub fn two_clients_of_a_broker(data: &[u8]) {
    let Some((&turn, stream)) = data.split_first() else { return };
    let mut broker = Broker::new(Policy::default(), [0; 32]);
    let mut links = [1, 2].map(|n| (ConnectionId(n), PacketStream::new()));
    for (id, _) in &links {
        broker.handle(broker::Input::Opened(*id), Instant::START);
    }
    for (number, bytes) in stream.chunks(usize::from(turn).max(1)).enumerate() {
        let now = Instant::from_millis(number as u64 * 500);
        let (id, stream) = &mut links[number % 2];
        stream.push(bytes);
        while let Some(incoming) = stream.next(Sender::Client) {
            broker.handle(broker::Input::Received(*id, incoming.outcome), now);
        }
        if let Some(packet) = stream.begun() {
            broker.handle(broker::Input::Begun(*id, packet), now);
        }
        while let Some(output) = broker.poll() {
            if let broker::Output::Send(_, packet) = output {
                let written = encode(&packet).expect("a Server sends what can be written");
                assert_eq!(decode(&written, Some(Sender::Server)), Ok(packet));
            }
        }
    }
}

/// What a Server sends to a Client that asks for something now and then: the Client never panics, and what it sends can
/// be written and read by a strict Server. The first byte says how long the turns are and what the Client asks for.
pub fn a_server_of_a_client(data: &[u8]) {
    let Some((&turn, stream)) = data.split_first() else { return };
    let mut client = Client::new(Settings::default());
    let connect = Connect {
        client_id: "fuzzed".into(),
        properties: [Property::TopicAliasMaximum(4), Property::ReceiveMaximum(2)].into(),
        ..Connect::default()
    };
    let _ = client.command(Command::Connect(Box::new(connect)), Instant::START);
    client.handle(client::Input::LinkUp, Instant::START);
    let mut incoming = PacketStream::new();
    for (number, bytes) in stream.chunks(usize::from(turn & 0x3F).max(1)).enumerate() {
        let now = Instant::from_millis(number as u64 * 500);
        incoming.push(bytes);
        while let Some(packet) = incoming.next(Sender::Server) {
            client.handle(client::Input::Received(packet.outcome), now);
        }
        // Nothing that is asked for may break it either; what is refused is refused.
        let _ = client.command(command(number + usize::from(turn >> 6)), now);
        client.handle(client::Input::Tick, now);
        while let Some(output) = client.poll() {
            if let client::Output::Send(packet) = output {
                let written = encode(&packet).expect("a Client sends what can be written");
                assert_eq!(decode(&written, Some(Sender::Client)), Ok(packet));
            }
        }
    }
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
pub fn a_file(data: &[u8]) {
    let Ok(loaded) = read_file(data) else { return };
    let capture = loaded.capture;
    let json = records_to_json(&capture, capture.records());
    let again = read_file(json.as_bytes()).expect("it was written just now");
    assert_eq!(again.capture.len(), capture.len());
    let _ = read_file(&records_to_pcapng(&capture, capture.records()));
    let packed = unpack(&pack(&capture, capture.records())).expect("it was packed just now");
    assert_eq!(packed.len(), capture.len());
    records_to_text(&capture, capture.records());
}

/// A text, wherever one comes in: pasted, in a link, as stored progress.
pub fn a_text(data: &[u8]) {
    let _ = unpack(data);
    let text = String::from_utf8_lossy(data);
    if let Ok(pasted) = paste::read(&text) {
        for packet in pasted.packets {
            one_packet(&packet);
        }
    }
    if let Ok(folded) = Folded::from_text(&text) {
        let _ = unpack(&folded.bytes);
    }
    let _ = SetUp::from_any_text(&text);
    let _ = Progress::import(&text);
}
