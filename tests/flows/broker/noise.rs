//! Damaged bytes from several connections: the broker answers, closes, and goes on with the others.

use bytes::Bytes;
use mqtt5_playground::mqtt::PacketStream;

use super::dice::Dice;
use super::*;

/// [MQTT-4.13.1-1], [MQTT-3.1.4-1], [MQTT-3.2.0-1]
#[test]
fn damaged_bytes_end_a_connection_at_most() {
    let mut answered = 0;
    for seed in 0..2_000 {
        let mut dice = Dice::new(seed);
        let mut bench = Bench::new();
        let watcher = bench.client("watcher");
        bench.subscribe(watcher, "#", 2);
        for _ in 0..3 {
            let id = bench.open();
            let mut stream =
                encode(&Packet::Connect(some_connect(&mut dice).into())).unwrap().to_vec();
            for _ in 0..10 {
                stream.extend_from_slice(&encode(&some_packet(&mut dice)).unwrap());
            }
            for _ in 0..dice.roll(4) {
                damage(&mut stream, &mut dice);
            }
            feed(&mut bench, id, &stream);
            answered += bench.all(id).len();
        }
        bench.send(watcher, Packet::PingReq);
        assert!(bench.all(watcher).contains(&"PINGRESP".to_owned()), "seed {seed}");
    }
    assert!(answered > 10_000, "only {answered} packets came back");
}

/// As a link does it: whole packets to the broker, until the first that cannot be read.
fn feed(bench: &mut Bench, id: ConnectionId, stream: &[u8]) {
    let mut packets = PacketStream::new();
    packets.push(stream);
    while !bench.is_closed(id) {
        let Some(incoming) = packets.next(Sender::Client) else { return };
        match incoming.outcome {
            Ok(packet) => bench.send(id, packet),
            Err(error) => {
                bench.input(Input::Received(id, Err(error)));
                assert!(bench.is_closed(id));
            }
        }
    }
}

fn damage(stream: &mut Vec<u8>, dice: &mut Dice) {
    let at = usize::try_from(dice.roll(stream.len() as u64)).expect("an index");
    match dice.roll(4) {
        0 => stream[at] ^= 1 << dice.roll(8),
        1 => stream[at] = u8::try_from(dice.roll(256)).expect("a byte"),
        2 => drop(stream.remove(at)),
        _ => stream.insert(at, u8::try_from(dice.roll(256)).expect("a byte")),
    }
    if stream.is_empty() {
        stream.push(0);
    }
}

fn some_connect(dice: &mut Dice) -> Connect {
    let mut connect = with(
        connect(dice.pick(&CLIENT_IDS)),
        [Property::SessionExpiryInterval(9), Property::TopicAliasMaximum(2)],
    );
    if dice.chance(2) {
        connect.will = Some(will("t/will", 0));
    }
    if dice.chance(4) {
        connect.properties.push(Property::AuthenticationMethod("SCRAM-SHA-256".into()));
        connect.properties.push(Property::AuthenticationData(Bytes::from_static(b"n,,n=u,r=x")));
    }
    connect
}

fn some_packet(dice: &mut Dice) -> Packet {
    let packet_id = u16::try_from(1 + dice.roll(3)).expect("few");
    match dice.roll(10) {
        0 => subscribe_as(3, packet_id, subscription(dice.pick(&FILTERS), 2)),
        1 => unsubscribe(packet_id, ["t/#"]),
        2..=5 => {
            let qos = u8::try_from(dice.roll(3)).expect("0, 1 or 2");
            let packet_id = if qos == 0 { 0 } else { packet_id };
            let properties = [Property::user("k", "v"), Property::MessageExpiryInterval(5)].into();
            Packet::Publish(Publish { properties, ..retained("t/x", qos, packet_id, "payload") })
        }
        6 => puback(packet_id),
        7 => pubrec(packet_id),
        8 => pubrel(packet_id),
        _ => pubcomp(packet_id),
    }
}

const CLIENT_IDS: [&str; 3] = ["", "a", "b"];
const FILTERS: [&str; 2] = ["t/#", "$share/g/t/+"];
