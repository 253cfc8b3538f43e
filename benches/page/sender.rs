//! A broker of one mind: it accepts, takes the first SUBSCRIBE, and sends what it was given as fast as the browser takes
//! it, in WebSocket messages of 16 KiB that end wherever they end.

use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::SystemTime;

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    ConnAck, Packet, PacketStream, Properties, ReasonCode, Sender, SubAck, encode,
};
use tungstenite::{Message, WebSocket};

use crate::websocket::{accept, listen};

/// The size of a WebSocket message, in bytes.
const MESSAGE: usize = 16 << 10;

/// A sender that waits for one page.
pub struct CannedSender {
    pub url: String,
    go: mpsc::Sender<()>,
    acknowledged: mpsc::Receiver<SystemTime>,
}

impl CannedSender {
    /// The last packet of the stream must be a PUBLISH of QoS 1: its PUBACK tells that the page has taken them all.
    pub fn start(stream: Bytes) -> CannedSender {
        let (listener, url) = listen();
        let (go, start) = mpsc::channel();
        let (acknowledge, acknowledged) = mpsc::channel();
        thread::spawn(move || {
            let mut socket = accept(&listener);
            let mut incoming = PacketStream::new();
            while let Some(packet) = next(&mut socket, &mut incoming) {
                match packet {
                    Packet::Connect(_) => answer(&mut socket, &connack()),
                    Packet::Subscribe(subscribe) => {
                        let suback = SubAck {
                            packet_id: subscribe.packet_id,
                            properties: Properties::NONE,
                            reason_codes: vec![
                                ReasonCode::GrantedQoS1;
                                subscribe.subscriptions.len()
                            ],
                        };
                        answer(&mut socket, &Packet::SubAck(suback));
                        if start.recv().is_err() {
                            return;
                        }
                        for at in (0..stream.len()).step_by(MESSAGE) {
                            let message = stream.slice(at..stream.len().min(at + MESSAGE));
                            if socket.send(Message::Binary(message)).is_err() {
                                return;
                            }
                        }
                    }
                    Packet::PubAck(_) => drop(acknowledge.send(SystemTime::now())),
                    // DISCONNECT, or a PINGREQ that may wait.
                    _ => {}
                }
            }
        });
        CannedSender { url, go, acknowledged }
    }

    /// Sends the stream; the page has subscribed.
    pub fn go(&self) {
        self.go.send(()).expect("it waits");
    }

    /// When the PUBACK of the last packet came.
    pub fn acknowledged(&self) -> SystemTime {
        self.acknowledged.recv().expect("the page has acknowledged the last packet")
    }
}

fn connack() -> Packet {
    Packet::ConnAck(ConnAck {
        session_present: false,
        reason_code: ReasonCode::Success,
        properties: Properties::NONE,
    })
}

fn answer(socket: &mut WebSocket<TcpStream>, packet: &Packet) {
    let bytes = encode(packet).expect("it obeys the rules");
    let _ = socket.send(Message::Binary(bytes));
}

/// The next packet of the page; `None` once it has gone.
fn next(socket: &mut WebSocket<TcpStream>, incoming: &mut PacketStream) -> Option<Packet> {
    loop {
        if let Some(found) = incoming.next(Sender::Client) {
            return Some(found.outcome.expect("the page sends good packets"));
        }
        if let Message::Binary(bytes) = socket.read().ok()? {
            incoming.push(&bytes);
        }
    }
}
