//! Clients over plain TCP, as much of them as the measurements need.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mqtt5_playground::mqtt::{Connect, Packet, encode};

use crate::browser::setting;

/// A connection to the Mosquitto of this run, accepted.
pub fn connect(client_id: &str) -> TcpStream {
    let url = setting("MQTT_TCP_URL");
    let address = url.strip_prefix("mqtt://").expect("an address of plain MQTT");
    let mut stream = TcpStream::connect(address).expect("Mosquitto listens");
    let connect = Connect { client_id: client_id.into(), clean_start: true, ..Connect::default() };
    send(&mut stream, &Packet::Connect(Box::new(connect)));
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).expect("Mosquitto answers");
    assert_eq!(answer[0], 0x20, "a CONNACK");
    let mut rest = vec![0; usize::from(answer[1])];
    stream.read_exact(&mut rest).expect("a whole CONNACK");
    assert_eq!(rest[1], 0, "Mosquitto accepts {client_id}");
    stream
}

pub fn send(stream: &mut TcpStream, packet: &Packet) {
    let bytes = encode(packet).expect("it obeys the rules");
    stream.write_all(&bytes).expect("Mosquitto takes it");
}

/// Mosquitto 2.0 looks at its WebSockets only when something happens at a plain connection, or every 100 ms. While this
/// lives, something happens every 2 ms.
pub struct Pinger {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pinger {
    pub fn start() -> Pinger {
        let mut stream = connect("pinger");
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut answer = [0; 2];
            while !stopping.load(Ordering::Relaxed) {
                send(&mut stream, &Packet::PingReq);
                stream.read_exact(&mut answer).expect("Mosquitto answers PINGREQ");
                thread::sleep(Duration::from_millis(2));
            }
        });
        Pinger { stop, thread: Some(thread) }
    }
}

impl Drop for Pinger {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
