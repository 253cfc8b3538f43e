//! How long a large capture takes to open and to search, and what it needs.
//!
//! `cargo bench --bench captures`. The file has 500 000 packets of forty devices: PUBLISH of QoS 1 with a reading and
//! User Properties, and their PUBACKs.

use std::cell::OnceCell;
use std::hint::black_box;

use divan::{AllocProfiler, Bencher};
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, RecordId};
use mqtt5_playground::formats::{json::records_to_json, pcap::records_to_pcapng, read_file};
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{
    Ack, Connect, ConnectionId, Packet, PacketId, Property, Publish, QoS, ReasonCode, Sender,
    encode,
};
use mqtt5_playground::time::Instant;
use mqtt5_playground::ui::packet_list::{Filter, Matches};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const PACKETS: u64 = 500_000;
const DEVICES: u64 = 40;

fn capture() -> Capture {
    let mut capture =
        Capture::new(mqtt5_playground::capture::Bounds { records: 1 << 20, bytes: 1 << 30 });
    let mut push = |at: u64, device: u64, sender, packet: &Packet| {
        let bytes = encode(packet).expect("it can be written");
        let (slot, connection) = (ClientSlot(device as u16), ConnectionId(device as u32 + 1));
        capture.push(Instant::from_micros(at), slot, connection, Entry::Packet { sender, bytes });
    };
    for device in 0..DEVICES {
        let connect = Connect { client_id: format!("dev-{device}").into(), ..Connect::default() };
        push(device, device, Sender::Client, &Packet::Connect(Box::new(connect)));
    }
    for number in 0..(PACKETS - DEVICES) / 2 {
        let (device, at) = (number % DEVICES, 1000 + number * 500);
        let packet_id = PacketId::new((number / DEVICES % 60_000) as u16 + 1).expect("above 0");
        let publish = Publish {
            topic: format!("site/{}/device/{device}/temperature", device % 4).into(),
            qos: QoS::AtLeastOnce,
            packet_id: Some(packet_id),
            properties: [Property::user("unit", "celsius")].into(),
            payload: format!("{{\"celsius\":{}}}", number % 400).into_bytes().into(),
            ..Publish::default()
        };
        push(at, device, Sender::Client, &Packet::Publish(publish));
        let ack = Ack::new(packet_id, ReasonCode::Success);
        push(at + 200, device, Sender::Server, &Packet::PubAck(ack));
    }
    capture
}

thread_local! {
    static CAPTURE: OnceCell<Capture> = const { OnceCell::new() };
}

fn with_capture<T>(read: impl FnOnce(&Capture) -> T) -> T {
    CAPTURE.with(|cell| read(cell.get_or_init(capture)))
}

#[divan::bench(args = ["pcapng", "json"], sample_count = 3, sample_size = 1)]
fn open(bencher: Bencher, format: &str) {
    let file = with_capture(|capture| match format {
        "json" => records_to_json(capture, capture.records()).into_bytes(),
        _ => records_to_pcapng(capture, capture.records()),
    });
    eprintln!("{format}: {} MiB", file.len() >> 20);
    bencher.bench_local(|| read_file(black_box(&file)).expect("it was written here").capture);
}

#[divan::bench(args = ["device/17", "topic:site/+/device/7/#", "is:error", "-puback client:c"], sample_count = 5, sample_size = 1)]
fn filter(bencher: Bencher, filter: &str) {
    with_capture(|capture| {
        bencher.bench_local(|| {
            let mut matches = Matches::new(Filter::parse(filter), Language::En, RecordId(0));
            assert!(matches.extend(capture, || true));
            matches.len()
        });
    });
}
