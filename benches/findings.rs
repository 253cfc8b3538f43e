//! How fast a capture is read for what is odd in it.
//!
//! `cargo bench --bench findings`. The larger capture has eight times the records of the smaller one, and is to take about
//! eight times as long.

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use mqtt5_playground::analysis::findings::findings;
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, LinkClose};
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Connect, ConnectionId, Packet, PacketId, Properties, Property, Publish, QoS,
    ReasonCode, Sender, SubAck, Subscribe, Subscription, encode,
};
use mqtt5_playground::time::Instant;

fn main() {
    divan::main();
}

#[divan::bench(args = [15_000, 120_000])]
fn read(bencher: Bencher, records: usize) {
    let capture = capture(records);
    bencher.counter(ItemsCount::new(capture.len())).bench(|| findings(&capture));
}

/// Clients that connect, subscribe, publish with QoS 1, and are dropped.
fn capture(records: usize) -> Capture {
    let mut capture = Capture::default();
    let mut number = 0_u32;
    while capture.len() < records {
        number += 1;
        connection(&mut capture, number);
    }
    capture
}

fn connection(capture: &mut Capture, number: u32) {
    let (slot, connection) = (ClientSlot((number % 20) as u16), ConnectionId(number));
    let mut now = Instant::from_millis(u64::from(number) * 1000);
    let mut push = |entry| {
        now = now + std::time::Duration::from_millis(2);
        capture.push(now, slot, connection, entry);
    };
    let mut all = vec![Entry::Opening { address: "broker.example:1883".to_owned() }, Entry::Opened];
    let mut send = |sender, packet: Packet| {
        let bytes = encode(&packet).expect("it obeys the rules");
        all.push(Entry::Packet { sender, bytes });
    };
    send(
        Sender::Client,
        Packet::Connect(Box::new(Connect {
            client_id: format!("sensor-{}", number % 200).into(),
            keep_alive: 60,
            properties: [Property::SessionExpiryInterval(900)].into(),
            ..Connect::default()
        })),
    );
    let properties = [Property::TopicAliasMaximum(10)].into();
    let reason_code = ReasonCode::Success;
    send(
        Sender::Server,
        Packet::ConnAck(ConnAck { session_present: false, reason_code, properties }),
    );
    let topic_filter = "plant/+/set".to_owned();
    let subscriptions =
        vec![Subscription { topic_filter: topic_filter.into(), ..Subscription::default() }];
    let (packet_id, properties) = (PacketId::MIN, Properties::NONE);
    send(Sender::Client, Packet::Subscribe(Subscribe { packet_id, properties, subscriptions }));
    let reason_codes = vec![ReasonCode::NotAuthorized];
    let properties = Properties::NONE;
    send(Sender::Server, Packet::SubAck(SubAck { packet_id, properties, reason_codes }));
    for id in (2..200).filter_map(PacketId::new) {
        let message = Publish {
            topic: format!("plant/line-{}/robot-{number}/temperature", id.get() % 7).into(),
            payload: Bytes::from_static(b"21.5"),
            ..Publish::default()
        };
        send(Sender::Server, Packet::Publish(message.clone()));
        let (qos, packet_id) = (QoS::AtLeastOnce, Some(id));
        send(Sender::Client, Packet::Publish(Publish { qos, packet_id, ..message }));
        send(Sender::Server, Packet::PubAck(Ack::success(id)));
    }
    let (by, reason) = (Some(Sender::Server), String::new());
    all.push(Entry::Closed(LinkClose { by, was_open: true, code: None, reason }));
    all.into_iter().for_each(&mut push);
}
