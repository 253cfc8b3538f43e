//! Bytes that have passed → events: cut into packets, with their secrets hidden.

use std::collections::HashMap;

use bytes::Bytes;

use super::boundary::side;
use super::protocol::{About, Event, Happened};
use crate::capture::Touch;
use crate::formats::secrets::hide_in_packet;
use crate::mqtt::{Deframer, FrameHeader, Packet, PacketType, Sender, Version, decode_as};

/// What the tap saw on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// An application has connected.
    Opening {
        peer: String,
        listener: String,
    },
    /// The broker has accepted too.
    Opened,
    /// Bytes went on as they came.
    Bytes {
        sender: Sender,
        bytes: Bytes,
        touch: Option<Touch>,
    },
    /// One whole packet that did not go on as it came.
    Touched {
        sender: Sender,
        bytes: Bytes,
        touch: Touch,
    },
    /// Bytes went on up to the end of a packet, and nobody had room for them.
    Missing {
        sender: Sender,
        missing: u64,
    },
    /// A WebSocket text message.
    Text {
        length: u32,
    },
    Closed {
        by: Option<Sender>,
        touch: Option<Touch>,
        reason: String,
    },
}

/// Reads all connections of a tap. What it cannot keep whole it counts.
pub struct Recorder {
    connections: HashMap<u32, Connection>,
    hides_secrets: bool,
    /// The number of the next event.
    next: u64,
}

#[derive(Default)]
struct Connection {
    about: About,
    version: Version,
    sides: [Stream; 2],
}

#[derive(Default)]
struct Stream {
    deframer: Deframer,
    is_broken: bool,
    /// Bytes to come of a packet that is too large to be kept.
    skip: usize,
}

/// The largest packet that is kept.
pub const MOST_PACKET: usize = 16 << 20;

impl Recorder {
    pub fn new(hides_secrets: bool) -> Recorder {
        Recorder { connections: HashMap::new(), hides_secrets, next: 0 }
    }

    /// Takes what was seen at a moment, and tells what it is: each event, behind what is new about its connection.
    pub fn take(
        &mut self,
        at: u64,
        connection: u32,
        passed: Passed,
        tell: &mut impl FnMut(Option<About>, Happened),
    ) {
        let Recorder { connections, hides_secrets, next } = self;
        let mut tell = |about: Option<About>, event| {
            tell(about, Happened { seq: *next, at, connection, event });
            *next += 1;
        };
        match passed {
            Passed::Opening { peer, listener } => {
                let about = About { connection, peer, listener, ..About::default() };
                connections.insert(
                    connection,
                    Connection { about: about.clone(), ..Connection::default() },
                );
                tell(Some(about), Event::Opening);
            }
            Passed::Opened => tell(None, Event::Opened),
            Passed::Text { length } => tell(None, Event::Text { length }),
            Passed::Closed { by, touch, reason } => {
                connections.remove(&connection);
                tell(None, Event::Closed { by, touch, reason });
            }
            Passed::Bytes { sender, bytes, touch } => {
                if let Some(known) = connections.get_mut(&connection) {
                    known.read(sender, &bytes, touch, *hides_secrets, &mut tell);
                }
            }
            Passed::Touched { sender, bytes, touch } => {
                if let Some(known) = connections.get_mut(&connection) {
                    known.packet(sender, bytes, Some(touch), *hides_secrets, &mut tell);
                }
            }
            Passed::Missing { sender, missing } => {
                let stream =
                    connections.get_mut(&connection).map(|known| &mut known.sides[side(sender)]);
                let begun = stream.map_or(0, |stream| {
                    stream.skip = 0;
                    stream.deframer.take_pending().len()
                });
                tell(None, Event::Missing { sender, missing: missing + begun as u64 });
            }
        }
    }
}

impl Connection {
    fn read(
        &mut self,
        sender: Sender,
        mut bytes: &[u8],
        touch: Option<Touch>,
        hides: bool,
        tell: &mut impl FnMut(Option<About>, Event),
    ) {
        let stream = &mut self.sides[side(sender)];
        if stream.is_broken {
            let bytes = masked(sender, Bytes::copy_from_slice(bytes), hides);
            return tell(None, Event::Packet { sender, touch, is_broken: true, bytes });
        }
        let skipped = stream.skip.min(bytes.len());
        stream.skip -= skipped;
        bytes = &bytes[skipped..];
        stream.deframer.push(bytes);
        loop {
            let stream = &mut self.sides[side(sender)];
            match stream.deframer.next_frame() {
                Ok(Some(frame)) => self.packet(sender, frame, touch, hides, tell),
                Ok(None) => {
                    let pending = stream.deframer.pending();
                    let header = FrameHeader::read_as(pending, self.version);
                    if let Some(header) =
                        header.ok().flatten().filter(|header| header.length > MOST_PACKET)
                    {
                        stream.skip = header.length - pending.len();
                        stream.deframer.take_pending();
                        tell(None, Event::Missing { sender, missing: header.length as u64 });
                    }
                    return;
                }
                Err(_) => {
                    stream.is_broken = true;
                    let bytes = masked(sender, stream.deframer.take_pending(), hides);
                    return tell(None, Event::Packet { sender, touch, is_broken: true, bytes });
                }
            }
        }
    }

    fn packet(
        &mut self,
        sender: Sender,
        frame: Bytes,
        touch: Option<Touch>,
        hides: bool,
        tell: &mut impl FnMut(Option<About>, Event),
    ) {
        let about = self.note(sender, &frame);
        let bytes = masked(sender, frame, hides);
        tell(about, Event::Packet { sender, touch, is_broken: false, bytes });
    }

    /// What a packet says about its connection, if that is new.
    fn note(&mut self, sender: Sender, frame: &Bytes) -> Option<About> {
        let packet_type = PacketType::from_value(frame.first()? >> 4)?;
        match (packet_type, sender) {
            (PacketType::Connect, Sender::Client) => {
                self.version = Version::of_connect(frame).unwrap_or_default();
                for stream in &mut self.sides {
                    stream.deframer.set_version(self.version);
                }
                self.about.level = self.version.level();
                if let Ok(Packet::Connect(connect)) = decode_as(frame, Some(sender), self.version) {
                    self.about.client_id = connect.client_id.to_string();
                }
            }
            (PacketType::ConnAck, Sender::Server) => {
                let decoded = decode_as(frame, Some(sender), self.version);
                let Ok(Packet::ConnAck(connack)) = decoded else { return None };
                self.about.client_id = connack.properties.assigned_client_identifier()?.to_string();
            }
            _ => return None,
        }
        Some(self.about.clone())
    }
}

fn masked(sender: Sender, bytes: Bytes, hides: bool) -> Bytes {
    match hides {
        true => hide_in_packet(sender, &bytes).unwrap_or(bytes),
        false => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sender::{Client, Server};

    /// 5.0, Client Identifier `c`, with a password.
    const CONNECT: &[u8] = b"\x10\x16\0\x04MQTT\x05\xC2\0\x3C\0\0\x01c\0\x01u\0\x03top";
    const CONNACK: &[u8] = b"\x20\x09\0\0\x06\x12\0\x03own";
    const PING: &[u8] = &[0xC0, 0];

    fn events(
        recorder: &mut Recorder,
        passed: impl IntoIterator<Item = Passed>,
    ) -> Vec<(Option<About>, Event)> {
        let mut events = Vec::new();
        for passed in passed {
            recorder
                .take(5, 1, passed, &mut |about, happened| events.push((about, happened.event)));
        }
        events
    }

    fn opening() -> Passed {
        Passed::Opening {
            peer: "127.0.0.1:9".to_owned(),
            listener: "mqtt://127.0.0.1:1884".to_owned(),
        }
    }

    fn bytes(sender: Sender, bytes: &[u8]) -> Passed {
        Passed::Bytes { sender, bytes: Bytes::copy_from_slice(bytes), touch: None }
    }

    fn packet(sender: Sender, bytes: &[u8]) -> Event {
        let bytes = Bytes::copy_from_slice(bytes);
        Event::Packet { sender, touch: None, is_broken: false, bytes }
    }

    #[test]
    fn packets_come_out_whole_with_what_they_say_of_their_connection() {
        let mut recorder = Recorder::new(false);
        let stream = [CONNECT, PING, PING].concat();
        let pieces = stream.chunks(5).map(|piece| bytes(Client, piece));
        let found = events(&mut recorder, [opening(), Passed::Opened].into_iter().chain(pieces));
        let expect = [
            Event::Opening,
            Event::Opened,
            packet(Client, CONNECT),
            packet(Client, PING),
            packet(Client, PING),
        ];
        assert_eq!(found.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), expect);
        let about = found[2].0.as_ref().expect("CONNECT tells");
        assert_eq!((about.client_id.as_str(), about.level), ("c", 5));
        let assigned = events(&mut recorder, [bytes(Server, CONNACK)]);
        assert_eq!(assigned[0].0.as_ref().map(|about| about.client_id.as_str()), Some("own"));
        assert_eq!(recorder.next, 6);
    }

    #[test]
    fn secrets_are_hidden_byte_for_byte() {
        let mut recorder = Recorder::new(true);
        let found = events(&mut recorder, [opening(), bytes(Client, CONNECT)]);
        let hidden = [&CONNECT[..CONNECT.len() - 3], b"***"].concat();
        assert_eq!(found[1].1, packet(Client, &hidden));
        // A CONNECT that cannot be read hides what may be its password.
        let odd = [&[0x1F], &CONNECT[1..]].concat();
        let mut recorder = Recorder::new(true);
        let found = events(&mut recorder, [opening(), bytes(Client, &odd)]);
        let Event::Packet { bytes, is_broken: true, .. } = &found[1].1 else { panic!("{found:?}") };
        assert!(bytes.ends_with(b"***"), "{bytes:?}");
    }

    #[test]
    fn what_is_missing_ends_with_a_packet_and_the_next_is_read() {
        let mut recorder = Recorder::new(true);
        let missing = Passed::Missing { sender: Client, missing: 90 };
        let found = events(
            &mut recorder,
            [opening(), bytes(Client, &[0x30, 99, 1]), missing, bytes(Client, PING)],
        );
        assert_eq!(found[1].1, Event::Missing { sender: Client, missing: 93 });
        assert_eq!(found[2].1, packet(Client, PING));
    }

    #[test]
    fn a_packet_that_is_too_large_is_counted_and_passed_over() {
        let mut recorder = Recorder::new(true);
        let body = MOST_PACKET;
        let mut head = vec![0x30];
        let mut rest = body;
        while rest > 0 {
            head.push((rest & 0x7F) as u8 | if rest > 0x7F { 0x80 } else { 0 });
            rest >>= 7;
        }
        let length = head.len() + body;
        let chunk = vec![0; 1 << 20];
        let mut all = vec![opening(), bytes(Client, &head)];
        all.extend((0..body >> 20).map(|_| bytes(Client, &chunk)));
        all.push(bytes(Client, PING));
        let found = events(&mut recorder, all);
        assert_eq!(found[1].1, Event::Missing { sender: Client, missing: length as u64 });
        assert_eq!(found[2].1, packet(Client, PING));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn behind_bytes_that_are_no_packet_nothing_is_hidden_from_sight() {
        let mut recorder = Recorder::new(true);
        let found = events(&mut recorder, [opening(), bytes(Client, &[0, 0]), bytes(Client, PING)]);
        for (_, event) in &found[1..] {
            assert!(matches!(event, Event::Packet { is_broken: true, .. }), "{event:?}");
        }
        assert_eq!(found.len(), 3);
    }
}
