//! Any bytes from two connections, in turns: the broker never panics, and what it sends can be written and
//! read by a strict Client. The first byte of the input says how long the turns are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mqtt5_playground::broker::{Broker, ConnectionId, Input, Output, Policy};
use mqtt5_playground::mqtt::{PacketStream, Sender, decode, encode};
use mqtt5_playground::time::Instant;

fuzz_target!(|data: &[u8]| {
    let Some((&turn, stream)) = data.split_first() else { return };
    let mut broker = Broker::new(Policy::default(), [0; 32]);
    let mut links = [1, 2].map(|n| (ConnectionId(n), PacketStream::new()));
    for (id, _) in &links {
        broker.handle(Input::Opened(*id), Instant::START);
    }
    for (number, bytes) in stream.chunks(usize::from(turn).max(1)).enumerate() {
        let now = Instant::from_millis(number as u64 * 500);
        let (id, stream) = &mut links[number % 2];
        stream.push(bytes);
        while let Some(incoming) = stream.next(Sender::Client) {
            broker.handle(Input::Received(*id, incoming.outcome), now);
        }
        while let Some(output) = broker.poll() {
            if let Output::Send(_, packet) = output {
                let written = encode(&packet).expect("a Server sends what can be written");
                assert_eq!(decode(&written, Some(Sender::Server)), Ok(packet));
            }
        }
    }
});
