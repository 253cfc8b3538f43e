//! Many messages a second, and how long the tap takes for one.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use mqtt5_playground::mqtt::{
    Packet, PacketId, PacketType, Properties, Publish, QoS, Subscribe, Subscription, encode,
};

use super::support::{Between, Observer, broker, broker_url, client, read_packet};
use super::tap::Tap;

/// Messages a second, and for how long.
const RATE: usize = 20_000;
const SECONDS: usize = 4;
const ALL: usize = RATE * SECONDS;

fn publish(topic: &str, number: u64, qos: QoS) -> Vec<u8> {
    let packet_id = (qos != QoS::AtMostOnce).then_some(PacketId::MIN);
    let payload = number.to_be_bytes().to_vec().into();
    let publish = Publish { topic: topic.into(), qos, packet_id, payload, ..Publish::default() };
    encode(&Packet::Publish(publish)).expect("it can be encoded").to_vec()
}

fn subscribe(stream: &mut TcpStream, topic: &str) {
    let subscribe = Subscribe {
        packet_id: PacketId::MIN,
        subscriptions: vec![Subscription { topic_filter: topic.into(), ..Subscription::default() }],
        properties: Properties::NONE,
    };
    let packet = encode(&Packet::Subscribe(subscribe)).expect("it can be encoded");
    stream.write_all(&packet).expect("it listens");
    read_packet(stream);
}

/// Sends at that rate, and reads everything on the other side; tells how long that took.
fn flood(address: &str, topic: &str) -> Duration {
    let mut subscriber = client(address, &format!("{topic}-sub"));
    subscribe(&mut subscriber, topic);
    let mut publisher = client(address, &format!("{topic}-pub"));
    let name = topic.to_owned();
    let began = Instant::now();
    let sending = thread::spawn(move || {
        // A twentieth of a second at once.
        let piece = RATE / 20;
        for turn in 0..ALL / piece {
            let bytes: Vec<u8> = (0..piece)
                .flat_map(|at| publish(&name, (turn * piece + at) as u64, QoS::AtMostOnce))
                .collect();
            publisher.write_all(&bytes).expect("it listens");
            let due = began + Duration::from_millis(50) * (turn as u32 + 1);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        publisher
    });
    let mut reader = BufReader::with_capacity(1 << 16, subscriber);
    for number in 0..ALL as u64 {
        let packet = read_packet(&mut reader);
        assert_eq!(packet[packet.len() - 8..], number.to_be_bytes(), "in order, and none is lost");
    }
    let took = began.elapsed();
    let mut publisher = sending.join().expect("it sends everything");
    let _ = publisher.write_all(&[0xE0, 0]);
    let _ = reader.get_mut().write_all(&[0xE0, 0]);
    took
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn twenty_thousand_messages_a_second_pass_and_are_told() {
    let back = Between::open(&broker());
    let tap = Tap::start(&back.url(), &[]);
    let mut observer = Observer::connect(&tap);
    let address = tap.tcp().to_owned();
    let flooding = thread::spawn(move || flood(&address, "flood"));
    observer.until(|seen| seen.packets >= 2 * ALL + 6);
    let took = flooding.join().expect("every message arrives");
    println!("{ALL} messages at {RATE} a second arrived in {took:.2?}");
    observer.until(|seen| seen.ended >= 2);
    assert_eq!(observer.dropped(), 0);
    let publishes =
        observer.packets().filter(|packet| packet.packet_type() == Some(PacketType::Publish));
    assert_eq!(publishes.count(), 2 * ALL);
    assert_eq!(observer.bytes_by_connection(), back.connections(2));
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn an_observer_that_sleeps_or_goes_does_not_slow_an_application() {
    let tap = Tap::start(&broker_url(), &["--keep", "1"]);
    // One never reads again, and one goes in the middle.
    let asleep = Observer::connect(&tap);
    let mut gone = Observer::connect(&tap);
    let address = tap.tcp().to_owned();
    let flooding = thread::spawn(move || flood(&address, "asleep"));
    gone.until(|seen| seen.packets > 1000);
    drop(gone);
    let took = flooding.join().expect("every message arrives");
    println!(
        "{ALL} messages at {RATE} a second arrived in {took:.2?}, with an observer asleep and one gone"
    );
    // It is told how much it has missed, and reads on.
    let mut awake = asleep;
    awake.until(|seen| seen.ended >= 2);
    assert!(awake.dropped() > 0);
    let told = awake.dropped() + awake.capture().records().count() as u64;
    assert!(told >= 2 * ALL as u64, "{told} of {}", 2 * ALL);
}

/// `cargo xtask test --live -- added_delay --nocapture` prints it.
#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn the_added_delay_is_small() {
    const ROUNDS: usize = 3000;
    let tap = Tap::start(&broker_url(), &[]);
    let observer = Observer::connect(&tap);
    thread::spawn(move || observer.go_on());
    let mut direct = client(&broker(), "delay-direct");
    let mut through = client(tap.tcp(), "delay-through");
    let packet = publish("delay", 0, QoS::AtLeastOnce);
    let time = |stream: &mut TcpStream| {
        let began = Instant::now();
        stream.write_all(&packet).expect("it listens");
        read_packet(stream);
        began.elapsed()
    };
    let mut times = [Vec::new(), Vec::new()];
    // In turns, so that both see the same machine.
    for _ in 0..ROUNDS {
        times[0].push(time(&mut direct));
        times[1].push(time(&mut through));
    }
    let [direct, through] = times.map(|mut times| {
        times.sort();
        (times[ROUNDS / 2], times[ROUNDS * 99 / 100])
    });
    println!("PUBLISH to PUBACK, {ROUNDS} each: direct p50 {:.0?} p99 {:.0?}", direct.0, direct.1);
    println!("through the tap p50 {:.0?} p99 {:.0?}", through.0, through.1);
    let added = |through: Duration, direct| through.saturating_sub(direct);
    println!("added p50 {:.0?} p99 {:.0?}", added(through.0, direct.0), added(through.1, direct.1));
    assert!(added(through.0, direct.0) < Duration::from_millis(20));
}
