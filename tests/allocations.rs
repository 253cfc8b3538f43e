//! How much memory a packet asks for: what is common costs nothing beyond the bytes it travels in, the first like the
//! hundred-thousandth.

use std::hint::black_box;

use allocation_counter::measure;
use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::{Act, Lab};
use mqtt5_playground::link::{LinkCommand, LinkEvent, Target};
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Connect, ConnectionId, Packet, PacketId, PacketStream, Properties, Property,
    Publish, ReasonCode, Sender, Subscribe, Subscription, encode, encode_into,
};
use mqtt5_playground::time::Instant;

fn reading() -> Publish {
    Publish {
        topic: "building/3/room/17/temperature".into(),
        payload: Bytes::from_static(&[b'x'; 64]),
        ..Publish::default()
    }
}

fn subscribe(filters: usize) -> Packet {
    let filter = |number| Subscription {
        topic_filter: format!("building/{number}/room/+/temperature").into(),
        ..Subscription::default()
    };
    Packet::Subscribe(Subscribe {
        packet_id: PacketId::MIN,
        properties: Properties::NONE,
        subscriptions: (0..filters).map(filter).collect(),
    })
}

fn bytes_of(packets: &[Packet]) -> Bytes {
    let mut bytes = Vec::new();
    for packet in packets {
        encode_into(packet, &mut bytes).expect("it has a representation");
    }
    bytes.into()
}

/// Packets, and the allocations that reading one of them needs.
fn rows() -> Vec<(&'static str, Packet, u64)> {
    let properties = |count: usize| -> Properties {
        (0..count).map(|number| Property::user("key", &*number.to_string())).collect()
    };
    vec![
        ("PUBLISH", Packet::Publish(reading()), 0),
        (
            "PUBLISH with ten properties",
            Packet::Publish(Publish { properties: properties(10), ..reading() }),
            1,
        ),
        ("PUBACK", Packet::PubAck(Ack::success(PacketId::MIN)), 0),
        ("SUBSCRIBE with ten filters", subscribe(10), 1),
        (
            "CONNECT",
            Packet::Connect(Box::new(Connect { client_id: "c".into(), ..Connect::default() })),
            1,
        ),
    ]
}

#[test]
fn reading_a_packet_copies_nothing_and_writing_it_needs_one_buffer() {
    const TIMES: u64 = 100;
    for (name, packet, expect) in rows() {
        let stream = bytes_of(&vec![packet.clone(); TIMES as usize]);
        let mut reader = PacketStream::new();
        reader.push_shared(stream.clone());
        let read = measure(|| {
            while let Some(incoming) = reader.next(match packet {
                Packet::Connect(_) | Packet::Subscribe(_) => Sender::Client,
                _ => Sender::Server,
            }) {
                black_box(incoming.outcome.expect("it is valid"));
            }
        });
        assert_eq!(read.count_total, expect * TIMES, "reading {name}");

        let mut buffer = Vec::with_capacity(stream.len());
        let written = measure(|| {
            for _ in 0..TIMES {
                encode_into(&packet, &mut buffer).expect("it has a representation");
            }
        });
        assert_eq!(written.count_total, 0, "writing {name}");
        assert_eq!(buffer, stream);
    }
}

/// A client that is connected to a broker elsewhere, which is this test.
struct Outside {
    lab: Lab,
    connection: ConnectionId,
}

impl Outside {
    fn connect() -> Outside {
        let mut lab =
            Lab::new(Target::parse("ws://127.0.0.1").expect("an address"), false, [7; 32]);
        lab.set_up(["subscriber"], Instant::START);
        let connect = Connect { client_id: "c".into(), clean_start: true, ..Connect::default() };
        lab.act(Act::connect(ClientSlot(0), connect), Instant::START).expect("it may connect");
        let Some(LinkCommand::Open { connection, .. }) = lab.next_command() else {
            panic!("it opens a link");
        };
        let mut outside = Outside { lab, connection };
        outside.tell(LinkEvent::Opened);
        let connack = ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: Properties::NONE,
        };
        let connack = encode(&Packet::ConnAck(connack)).expect("it can be encoded");
        outside.tell(LinkEvent::Bytes(connack));
        assert!(outside.lab.clients()[0].is_connected());
        outside
    }

    fn tell(&mut self, event: LinkEvent) {
        self.lab.link_event(self.connection, event, Instant::START);
        while self.lab.next_command().is_some() {}
    }
}

/// From what a socket gives to the record, 16 KiB at once and each packet by itself: the memory of what came, and the
/// count of who shares it, whatever has come before.
#[test]
fn a_message_costs_what_it_came_in_and_a_full_capture_grows_no_more() {
    const MESSAGES: usize = 130_000;
    let packet = Packet::Publish(reading());
    for at_once in [150, 1] {
        let piece = bytes_of(&vec![packet.clone(); at_once]);
        let mut outside = Outside::connect();
        let pieces = MESSAGES / at_once;
        let mut flood = || {
            measure(|| {
                for _ in 0..pieces {
                    outside.tell(LinkEvent::Bytes(Bytes::copy_from_slice(&piece)));
                }
            })
        };
        let filling = flood();
        let full = flood();
        assert_eq!(full.count_total, 2 * pieces as u64, "{at_once} at once");
        assert_eq!((full.count_current, full.bytes_current), (0, 0), "{at_once} at once");
        // The rows of the capture and of the panel grow by doubling.
        assert!(filling.count_total <= full.count_total + 40, "{at_once} at once: {filling:?}");
    }
}
