//! The format in which a tap tells what passes: binary WebSocket messages, each with one or more items.
//!
//! An item is a kind (one byte), the length of its body (four bytes), and the body. Numbers are big-endian, as in
//! MQTT. `seq`, `at` and `connection` are the number of the event, its moment in microseconds since the tap began, and
//! the number of the connection; they have eight, eight and four bytes.
//!
//! | kind | item | body |
//! | --- | --- | --- |
//! | 1 | hello, first of all | JSON of [`Hello`] |
//! | 2 | about a connection, before its first event | JSON of [`About`] |
//! | 3 | an application has connected | `seq`, `at`, `connection` |
//! | 4 | the broker has accepted too | `seq`, `at`, `connection` |
//! | 5 | packet | `seq`, `at`, `connection`, flags, [`Touch`], the bytes |
//! | 6 | WebSocket text message, which is no MQTT | `seq`, `at`, `connection`, its length in four bytes |
//! | 7 | bytes that passed while the tap had no room for them | `seq`, `at`, `connection`, flags, their number in eight bytes |
//! | 8 | closed | `seq`, `at`, `connection`, by whom, [`Touch`], the reason as text |
//! | 9 | so many events are gone, since the ring was full | their number in eight bytes |
//! | 10 | what is done to the packets on their way | JSON of [`Faults`] |
//!
//! Flags: bit 0 is set where the broker sent it, bit 1 where the bytes begin no packet. By whom: 0 unknown, 1 the
//! application, 2 the broker. An item of another kind is to be passed over.
//!
//! The observer answers each message with `seen`; the tap sends at most [`UNSEEN`] messages ahead. On a tap that allows
//! faults it may send a [`Command`] as JSON. Both may be a text message or a binary one.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::capture::Touch;
use crate::mqtt::{Sender, Version};

/// The number of this format.
pub const FORMAT: u32 = 1;

/// Messages that the tap sends before it waits for `seen`.
pub const UNSEEN: usize = 4;

/// What an observer says for each message.
pub const SEEN: &str = "seen";

/// What a tap says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub format: u32,
    /// Another one each time it is started; numbers of events and connections begin anew.
    pub run: String,
    /// When it began, in microseconds since 1970.
    pub began: u64,
    /// Where it forwards to.
    pub to: String,
    /// Whether passwords and Authentication Data are sent as they are.
    pub secrets: bool,
    /// Whether it takes commands.
    pub faults: bool,
    /// The number that the next event will have.
    pub next: u64,
}

/// What is known about a connection beside its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub connection: u32,
    /// The address of the application.
    pub peer: String,
    /// The address on which the tap listened, with its scheme.
    pub listener: String,
    /// From its CONNECT, or assigned in CONNACK.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    /// The Protocol Level of its CONNECT; 0 before that.
    #[serde(default)]
    pub level: u8,
}

impl About {
    /// The version that its CONNECT named.
    pub fn version(&self) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.level() == self.level)
    }
}

/// What is done to packets on their way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    pub connections: Vec<Disturbed>,
    /// Packets that wait for a decision.
    pub held: Vec<Held>,
}

/// A connection with which something is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disturbed {
    pub connection: u32,
    pub paused: bool,
    /// In milliseconds; 0 for none.
    pub delay: u32,
    pub stops: Vec<Stop>,
}

/// The next packet of a type is not passed on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub from: From,
    /// The name of the packet, `PUBACK` for instance.
    pub packet: String,
    pub then: Then,
}

/// Which side sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    Application,
    Broker,
}

impl From {
    pub fn sender(self) -> Sender {
        match self {
            From::Application => Sender::Client,
            From::Broker => Sender::Server,
        }
    }

    pub fn of(sender: Sender) -> From {
        match sender {
            Sender::Client => From::Application,
            Sender::Server => From::Broker,
        }
    }
}

/// What becomes of a stopped packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It waits for a decision, while others pass it.
    Hold,
    /// It never arrives.
    Drop,
    /// It arrives twice.
    Repeat,
}

/// A packet that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub held: u32,
    pub connection: u32,
    pub from: From,
    /// Its bytes in hexadecimal, secrets hidden.
    pub bytes: String,
}

/// What an observer may ask of a tap that allows faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Command {
    /// Ends both sides of a connection without a DISCONNECT.
    Cut { connection: u32 },
    /// Nothing passes until it goes on.
    Pause { connection: u32, on: bool },
    /// Everything passes so many milliseconds later.
    Delay { connection: u32, ms: u32 },
    /// Stops the next packet of a type.
    Stop {
        connection: u32,
        #[serde(flatten)]
        stop: Stop,
    },
    /// Lets all packets of that type pass again.
    Unstop { connection: u32 },
    /// Passes a held packet on.
    Release { held: u32 },
    /// Forgets a held packet.
    Drop { held: u32 },
    /// Passes a held packet on twice.
    Repeat { held: u32 },
    /// Passes these bytes on, in hexadecimal, in place of a held packet.
    Edit { held: u32, bytes: String },
}

/// What happened on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Opening,
    Opened,
    Packet {
        sender: Sender,
        touch: Option<Touch>,
        /// Whether no packet could be found in the bytes.
        is_broken: bool,
        bytes: Bytes,
    },
    Text {
        length: u32,
    },
    Missing {
        sender: Sender,
        missing: u64,
    },
    Closed {
        by: Option<Sender>,
        touch: Option<Touch>,
        reason: String,
    },
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub seq: u64,
    /// In microseconds since the tap began.
    pub at: u64,
    pub connection: u32,
    pub event: Event,
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Hello(Hello),
    About(About),
    Happened(Happened),
    Dropped(u64),
    Faults(Faults),
}

const HELLO: u8 = 1;
const ABOUT: u8 = 2;
const OPENING: u8 = 3;
const OPENED: u8 = 4;
const PACKET: u8 = 5;
const TEXT: u8 = 6;
const MISSING: u8 = 7;
const CLOSED: u8 = 8;
const DROPPED: u8 = 9;
const FAULTS: u8 = 10;

const FROM_BROKER: u8 = 0b01;
const IS_BROKEN: u8 = 0b10;

impl Item {
    /// Appends the item to a message.
    pub fn write(&self, out: &mut BytesMut) {
        let begin = out.len();
        out.put_u8(0);
        out.put_u32(0);
        let kind = match self {
            Item::Hello(hello) => json(out, hello, HELLO),
            Item::About(about) => json(out, about, ABOUT),
            Item::Faults(faults) => json(out, faults, FAULTS),
            Item::Dropped(number) => {
                out.put_u64(*number);
                DROPPED
            }
            Item::Happened(Happened { seq, at, connection, event }) => {
                out.put_u64(*seq);
                out.put_u64(*at);
                out.put_u32(*connection);
                event.write(out)
            }
        };
        let length = (out.len() - begin - HEAD) as u32;
        out[begin] = kind;
        out[begin + 1..begin + HEAD].copy_from_slice(&length.to_be_bytes());
    }

    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::new();
        self.write(&mut out);
        out.freeze()
    }

    /// Reads the items of a message; `None` where it is none of this format.
    pub fn read_all(mut message: Bytes) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        while !message.is_empty() {
            let kind = message.try_get_u8().ok()?;
            let length = message.try_get_u32().ok()? as usize;
            if message.len() < length {
                return None;
            }
            items.extend(Item::read(kind, message.split_to(length))?);
        }
        Some(items)
    }

    /// The inner `None` is an item of a kind that is not known here.
    fn read(kind: u8, mut body: Bytes) -> Option<Option<Item>> {
        Some(Some(match kind {
            HELLO => Item::Hello(serde_json::from_slice(&body).ok()?),
            ABOUT => Item::About(serde_json::from_slice(&body).ok()?),
            FAULTS => Item::Faults(serde_json::from_slice(&body).ok()?),
            DROPPED => Item::Dropped(body.try_get_u64().ok()?),
            OPENING..=CLOSED => {
                let (seq, at) = (body.try_get_u64().ok()?, body.try_get_u64().ok()?);
                let connection = body.try_get_u32().ok()?;
                Item::Happened(Happened { seq, at, connection, event: Event::read(kind, body)? })
            }
            _ => return Some(None),
        }))
    }
}

/// The kind and the length of an item.
const HEAD: usize = 5;

fn json(out: &mut BytesMut, value: &impl Serialize, kind: u8) -> u8 {
    let text = serde_json::to_vec(value).expect("plain fields have a JSON form");
    out.extend_from_slice(&text);
    kind
}

impl Event {
    fn write(&self, out: &mut BytesMut) -> u8 {
        match self {
            Event::Opening => OPENING,
            Event::Opened => OPENED,
            Event::Packet { sender, touch, is_broken, bytes } => {
                out.put_u8(flags(*sender, *is_broken));
                out.put_u8(number_of(*touch));
                out.extend_from_slice(bytes);
                PACKET
            }
            Event::Text { length } => {
                out.put_u32(*length);
                TEXT
            }
            Event::Missing { sender, missing } => {
                out.put_u8(flags(*sender, false));
                out.put_u64(*missing);
                MISSING
            }
            Event::Closed { by, touch, reason } => {
                out.put_u8(match by {
                    None => 0,
                    Some(Sender::Client) => 1,
                    Some(Sender::Server) => 2,
                });
                out.put_u8(number_of(*touch));
                out.extend_from_slice(reason.as_bytes());
                CLOSED
            }
        }
    }

    fn read(kind: u8, mut body: Bytes) -> Option<Event> {
        Some(match kind {
            OPENING => Event::Opening,
            OPENED => Event::Opened,
            PACKET => {
                let flags = body.try_get_u8().ok()?;
                let touch = touch(body.try_get_u8().ok()?);
                let is_broken = flags & IS_BROKEN != 0;
                Event::Packet { sender: sender(flags), touch, is_broken, bytes: body }
            }
            TEXT => Event::Text { length: body.try_get_u32().ok()? },
            MISSING => {
                let sender = sender(body.try_get_u8().ok()?);
                Event::Missing { sender, missing: body.try_get_u64().ok()? }
            }
            CLOSED => {
                let by = match body.try_get_u8().ok()? {
                    1 => Some(Sender::Client),
                    2 => Some(Sender::Server),
                    _ => None,
                };
                let touch = touch(body.try_get_u8().ok()?);
                Event::Closed { by, touch, reason: String::from_utf8_lossy(&body).into_owned() }
            }
            _ => return None,
        })
    }
}

fn flags(sender: Sender, is_broken: bool) -> u8 {
    let from = if sender == Sender::Server { FROM_BROKER } else { 0 };
    from | if is_broken { IS_BROKEN } else { 0 }
}

fn sender(flags: u8) -> Sender {
    if flags & FROM_BROKER != 0 { Sender::Server } else { Sender::Client }
}

/// 0 for what passed as it came.
fn number_of(touch: Option<Touch>) -> u8 {
    let place = |touch| Touch::ALL.iter().position(|known| *known == touch);
    touch.and_then(place).map_or(0, |place| place as u8 + 1)
}

fn touch(number: u8) -> Option<Touch> {
    Touch::ALL.get(usize::from(number.checked_sub(1)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happened(event: Event) -> Item {
        Item::Happened(Happened { seq: 7, at: 1_000_001, connection: 3, event })
    }

    fn items() -> Vec<Item> {
        let hello = Hello {
            format: FORMAT,
            run: "r".to_owned(),
            began: 1_767_323_045_000_000,
            to: "mqtt://127.0.0.1:1883".to_owned(),
            secrets: false,
            faults: true,
            next: 9,
        };
        let stop = Stop { from: From::Broker, packet: "PUBACK".to_owned(), then: Then::Hold };
        let packet = |sender, touch, is_broken| {
            let bytes = Bytes::from_static(&[0xC0, 0]);
            happened(Event::Packet { sender, touch, is_broken, bytes })
        };
        let mut items = vec![
            Item::Hello(hello),
            Item::About(About { connection: 3, peer: "[::1]:5".to_owned(), ..About::default() }),
            happened(Event::Opening),
            happened(Event::Opened),
            packet(Sender::Client, None, false),
            packet(Sender::Server, None, true),
            happened(Event::Text { length: 9 }),
            happened(Event::Missing { sender: Sender::Server, missing: 1 << 40 }),
            Item::Dropped(12),
            Item::Faults(Faults {
                connections: vec![Disturbed {
                    connection: 3,
                    stops: vec![stop],
                    ..Disturbed::default()
                }],
                held: vec![Held {
                    held: 1,
                    connection: 3,
                    from: From::Broker,
                    bytes: "c000".to_owned(),
                }],
            }),
        ];
        for touch in Touch::ALL {
            items.push(packet(Sender::Client, Some(touch), false));
        }
        for by in [None, Some(Sender::Client), Some(Sender::Server)] {
            let reason = "切".to_owned();
            items.push(happened(Event::Closed { by, touch: Some(Touch::Cut), reason }));
        }
        items
    }

    #[test]
    fn what_is_written_is_read() {
        let items = items();
        let mut message = BytesMut::new();
        for item in &items {
            item.write(&mut message);
        }
        assert_eq!(Item::read_all(message.freeze()), Some(items));
    }

    #[test]
    fn another_kind_is_passed_over_and_a_cut_message_is_none() {
        let ping = happened(Event::Opened);
        let mut message = BytesMut::from(&[99, 0, 0, 0, 2, 1, 2][..]);
        ping.write(&mut message);
        let message = message.freeze();
        assert_eq!(Item::read_all(message.clone()), Some(vec![ping]));
        for length in [1, 6, 9, message.len() - 1] {
            assert_eq!(Item::read_all(message.slice(..length)), None, "{length}");
        }
    }

    #[test]
    fn commands_are_plain_json() {
        let text =
            r#"{"do":"stop","connection":2,"from":"broker","packet":"PUBACK","then":"repeat"}"#;
        let command: Command = serde_json::from_str(text).expect("a command");
        let stop = Stop { from: From::Broker, packet: "PUBACK".to_owned(), then: Then::Repeat };
        assert_eq!(command, Command::Stop { connection: 2, stop });
        assert_eq!(serde_json::to_string(&command).expect("JSON"), text);
    }
}
