//! How fast packets are read and written, beside a peer: `mqtt-bytes-v5`, the codec of rumqttc on its own.
//!
//! `cargo bench --bench codec`. The peer checks less (no AUTH, few rules on topics and flags), which is to
//! be kept in mind when its numbers are lower.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box_drop};
use mqtt_bytes_v5 as peer;
use mqtt5_playground::mqtt::{
    Ack, Connect, Deframer, Packet, PacketId, Properties, Property, Publish, QoS, Subscribe,
    Subscription, Will, decode, dissect, encode,
};

fn main() {
    divan::main();
}

/// What travels in an ordinary session, by name.
const NAMES: &[&str] =
    &["connect", "publish", "publish with properties", "publish 64 KiB", "subscribe", "puback"];

fn packet(name: &str) -> Packet {
    let packet_id = PacketId::MIN;
    let reading = Publish {
        topic: "building/3/room/17/temperature".into(),
        payload: Bytes::from_static(br#"{"celsius":21.5}"#),
        ..Publish::default()
    };
    match name {
        "connect" => Packet::Connect(Box::new(Connect {
            clean_start: true,
            keep_alive: 60,
            properties: Properties::from([
                Property::SessionExpiryInterval(3600),
                Property::ReceiveMaximum(20),
                Property::user("region", "north"),
            ]),
            client_id: "sensor-17".into(),
            will: Some(Will {
                topic: "building/3/room/17/online".into(),
                payload: Bytes::from_static(b"no"),
                ..Will::default()
            }),
            user_name: Some("sensor".into()),
            password: Some(Bytes::from_static(b"secret")),
        })),
        "publish" => Packet::Publish(reading),
        "publish with properties" => Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            packet_id: Some(packet_id),
            properties: Properties::from([
                Property::PayloadFormatIndicator(1),
                Property::MessageExpiryInterval(300),
                Property::ContentType("application/json".into()),
                Property::ResponseTopic("building/3/answers".into()),
                Property::CorrelationData(Bytes::from_static(b"0123456789abcdef")),
                Property::user("unit", "celsius"),
                Property::user("trace", "4bf92f3577b34da6"),
            ]),
            ..reading
        }),
        "publish 64 KiB" => {
            Packet::Publish(Publish { payload: vec![0x5A; 64 << 10].into(), ..reading })
        }
        "subscribe" => Packet::Subscribe(Subscribe {
            packet_id,
            properties: Properties::NONE,
            subscriptions: ["building/+/room/+/temperature", "building/3/#", "$share/g/jobs/#"]
                .map(|topic_filter| Subscription {
                    topic_filter: topic_filter.into(),
                    qos: QoS::AtLeastOnce,
                    ..Subscription::default()
                })
                .into(),
        }),
        "puback" => Packet::PubAck(Ack::success(packet_id)),
        other => unreachable!("{other} is not in NAMES"),
    }
}

fn frame(name: &str) -> Bytes {
    encode(&packet(name)).expect("it has a representation")
}

/// One packet out of its bytes.
mod read {
    use super::*;

    #[divan::bench(args = NAMES)]
    fn ours(bencher: Bencher<'_, '_>, name: &str) {
        let frame = frame(name);
        bencher
            .counter(BytesCount::new(frame.len()))
            .bench_local(|| decode(black_box(&frame), None).expect("a good packet"));
    }

    #[divan::bench(args = NAMES)]
    fn mqtt_bytes_v5(bencher: Bencher<'_, '_>, name: &str) {
        let frame = frame(name);
        bencher
            .counter(BytesCount::new(frame.len()))
            .with_inputs(|| BytesMut::from(frame.clone()))
            .bench_local_refs(|stream| peer::Packet::read(stream, None).expect("a good packet"));
    }
}

/// One packet into bytes.
mod write {
    use super::*;

    #[divan::bench(args = NAMES)]
    fn ours(bencher: Bencher<'_, '_>, name: &str) {
        let packet = packet(name);
        bencher
            .counter(BytesCount::new(frame(name).len()))
            .bench_local(|| encode(black_box(&packet)).expect("it has a representation"));
    }

    #[divan::bench(args = NAMES)]
    fn mqtt_bytes_v5(bencher: Bencher<'_, '_>, name: &str) {
        let frame = frame(name);
        let packet = peer::Packet::read(&mut BytesMut::from(frame.clone()), None);
        let packet = packet.expect("a good packet");
        bencher.counter(BytesCount::new(frame.len())).bench_local(|| {
            let mut out = BytesMut::new();
            black_box(&packet).write(&mut out).expect("it has a representation");
            out
        });
    }
}

/// A thousand small packets out of a stream that comes in pieces, cut out and read.
mod stream {
    use super::*;

    const PACKETS: usize = 1000;
    /// About what one read from a socket brings.
    const PIECE: usize = 1460;

    fn stream() -> Bytes {
        frame("publish").repeat(PACKETS).into()
    }

    #[divan::bench]
    fn ours(bencher: Bencher<'_, '_>) {
        let stream = stream();
        let counted = bencher.counter(ItemsCount::new(PACKETS));
        counted.with_inputs(Deframer::new).bench_local_refs(|deframer| {
            for piece in stream.chunks(PIECE) {
                deframer.push(piece);
                while let Some(frame) = deframer.next_frame().expect("a good stream") {
                    black_box_drop(decode(&frame, None).expect("a good packet"));
                }
            }
        });
    }

    #[divan::bench]
    fn mqtt_bytes_v5(bencher: Bencher<'_, '_>) {
        let stream = stream();
        let counted = bencher.counter(ItemsCount::new(PACKETS));
        counted.with_inputs(BytesMut::new).bench_local_refs(|buffer| {
            for piece in stream.chunks(PIECE) {
                buffer.extend_from_slice(piece);
                while let Ok(packet) = peer::Packet::read(buffer, None) {
                    black_box_drop(packet);
                }
            }
        });
    }
}

/// What the inspector costs when somebody opens a packet; the peer has nothing like it.
#[divan::bench(args = NAMES)]
fn dissection(bencher: Bencher<'_, '_>, name: &str) {
    let frame = frame(name);
    bencher.bench_local(|| dissect(black_box(&frame), None));
}
