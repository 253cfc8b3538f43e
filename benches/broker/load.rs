//! Clients that do as little as they can, so that the brokers are measured and not they.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use mqtt5_playground::mqtt::{
    Ack, Connect, Deframer, Disconnect, Packet, PacketId, PacketType, Properties, Property,
    Publish, QoS, ReasonCode, Sender, Subscribe, Subscription, decode, encode_into,
};

/// PUBLISH of QoS 1 and 2 that are not acknowledged yet, at most: what Mosquitto takes.
const WINDOW: u32 = 20;
/// Without an answer for so long, something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    stream: TcpStream,
    deframer: Deframer,
    out: Vec<u8>,
}

impl Client {
    /// With a Session that stays for so many seconds.
    pub fn connect(address: SocketAddr, client_id: &str, session_expiry: u32) -> Client {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("it is a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        let mut client = Client { stream, deframer: Deframer::new(), out: Vec::new() };
        client.write(&Packet::Connect(Box::new(Connect {
            client_id: client_id.into(),
            clean_start: true,
            properties: [Property::SessionExpiryInterval(session_expiry)].into(),
            ..Connect::default()
        })));
        client.send();
        match client.read() {
            Packet::ConnAck(connack) => assert_eq!(connack.reason_code, ReasonCode::Success),
            other => panic!("{other:?}"),
        }
        client
    }

    pub fn subscribe(&mut self, filter: &str, qos: QoS) {
        let subscription =
            Subscription { topic_filter: filter.into(), qos, ..Subscription::default() };
        self.write(&Packet::Subscribe(Subscribe {
            packet_id: PacketId::MIN,
            properties: Properties::NONE,
            subscriptions: vec![subscription],
        }));
        self.send();
        assert!(matches!(self.read(), Packet::SubAck(_)));
    }

    /// At QoS 0, as fast as the broker takes them.
    pub fn publish_all(&mut self, topic: &str, messages: u32, size: usize) {
        for number in 0..messages {
            self.write(&message(topic, QoS::AtMostOnce, number, size));
            if self.out.len() >= 1 << 16 {
                self.send();
            }
        }
        self.send();
    }

    /// Until everything before has been handled.
    pub fn ping(&mut self) {
        self.write(&Packet::PingReq);
        self.send();
        assert_eq!(self.read(), Packet::PingResp);
    }

    /// Its Session stays.
    pub fn leave(mut self) {
        self.write(&Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
        self.send();
        // The broker closes then.
        let _ = self.stream.read(&mut [0]);
    }

    fn write(&mut self, packet: &Packet) {
        encode_into(packet, &mut self.out).expect("it has a representation");
    }

    fn send(&mut self) {
        self.stream.write_all(&self.out).expect("the broker takes it");
        self.out.clear();
    }

    fn read(&mut self) -> Packet {
        loop {
            if let Some(frame) = self.deframer.next_frame().expect("the broker sends packets") {
                return decode(&frame, Some(Sender::Server)).expect("the broker keeps the rules");
            }
            self.receive();
        }
    }

    /// What has arrived already.
    fn ready(&mut self) -> Option<bytes::Bytes> {
        self.deframer.next_frame().expect("the broker sends packets")
    }

    fn receive(&mut self) {
        let mut buffer = [0; 1 << 16];
        match self.stream.read(&mut buffer).expect("the broker sends in time") {
            0 => panic!("the broker has closed the connection"),
            length => self.deframer.push(&buffer[..length]),
        }
    }

    fn acknowledge(&mut self, packet: fn(Ack) -> Packet, frame: &[u8]) {
        self.write(&packet(Ack::success(identifier(frame))));
    }
}

fn message(topic: &str, qos: QoS, number: u32, size: usize) -> Packet {
    let packet_id = PacketId::new((number % 60_000 + 1) as u16);
    let packet_id = packet_id.filter(|_| qos != QoS::AtMostOnce);
    let payload = vec![b'x'; size].into();
    Packet::Publish(Publish { qos, packet_id, topic: topic.into(), payload, ..Publish::default() })
}

/// What an acknowledgement is about; its Fixed Header has two bytes.
fn identifier(frame: &[u8]) -> PacketId {
    PacketId::new(u16::from_be_bytes([frame[2], frame[3]])).expect("it is not 0")
}

/// From the first PUBLISH until the subscriber has every message.
pub fn flood(address: SocketAddr, qos: QoS, messages: u32, size: usize) -> Duration {
    let mut subscriber = Client::connect(address, "subscriber", 0);
    subscriber.subscribe("flood", qos);
    let mut publisher = Client::connect(address, "publisher", 0);
    let began = Instant::now();
    let sending = thread::spawn(move || match qos {
        QoS::AtMostOnce => publisher.publish_all("flood", messages, size),
        _ => publish_in_window(&mut publisher, qos, messages, size),
    });
    take(&mut subscriber, messages);
    let took = began.elapsed();
    sending.join().expect("everything is sent");
    took
}

fn publish_in_window(client: &mut Client, qos: QoS, messages: u32, size: usize) {
    let (mut sent, mut done) = (0, 0);
    while done < messages {
        while sent < messages && sent - done < WINDOW {
            client.write(&message("flood", qos, sent, size));
            sent += 1;
        }
        client.send();
        client.receive();
        while let Some(frame) = client.ready() {
            match frame[0] >> 4 {
                kind if kind == PacketType::PubAck as u8 || kind == PacketType::PubComp as u8 => {
                    done += 1;
                }
                kind if kind == PacketType::PubRec as u8 => {
                    client.acknowledge(Packet::PubRel, &frame);
                }
                other => panic!("a packet of type {other}"),
            }
        }
    }
}

fn take(client: &mut Client, messages: u32) {
    let mut taken = 0;
    while taken < messages {
        client.receive();
        while let Some(frame) = client.ready() {
            if frame[0] >> 4 == PacketType::PubRel as u8 {
                client.acknowledge(Packet::PubComp, &frame);
                continue;
            }
            taken += 1;
            if let Ok(Packet::Publish(Publish { packet_id: Some(packet_id), qos, .. })) =
                decode(&frame, Some(Sender::Server))
            {
                let ack = Ack::success(packet_id);
                client.write(&match qos {
                    QoS::ExactlyOnce => Packet::PubRec(ack),
                    _ => Packet::PubAck(ack),
                });
            }
        }
        client.send();
    }
}
