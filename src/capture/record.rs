//! One record of the capture.

use std::fmt::{self, Write as _};

use bytes::Bytes;

use crate::mqtt::{
    self, ConnectionId, DecodeError, Dissection, FrameHeader, Packet, PacketId, PacketType, QoS,
    Sender, Version,
};
use crate::time::Instant;

/// Counts records; never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u64);

impl RecordId {
    /// The number under which people know it, counted from 1: `#7`.
    pub fn number(self) -> u64 {
        self.0 + 1
    }
}

/// The place of a client on the bench. It stays the same when the client reconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientSlot(pub u16);

impl ClientSlot {
    /// A, B … Z, AA, AB … ZZ, AAA … as the page names it.
    pub fn letter(self) -> Letter {
        Letter(self)
    }

    /// The client with that letter, written in capitals.
    pub fn with_letter(letter: &str) -> Option<ClientSlot> {
        if letter.is_empty() {
            return None;
        }
        // Digits of 1 to 26: there is none for 0, so that A and AA differ.
        let number = letter.bytes().try_fold(0_u16, |number, letter| match letter {
            b'A'..=b'Z' => number.checked_mul(LETTERS)?.checked_add(u16::from(letter - b'A') + 1),
            _ => None,
        })?;
        Some(ClientSlot(number - 1))
    }
}

const LETTERS: u16 = 26;

/// How a client is named: one letter, two from the twenty-seventh client on, then three.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(ClientSlot);

impl Letter {
    /// As ids have it.
    pub fn to_ascii_lowercase(self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = self.0.0;
        let letter = |index: u16| char::from(b'A' + (index % LETTERS) as u8);
        if let Some(before) = (slot / LETTERS).checked_sub(1) {
            fmt::Display::fmt(&Letter(ClientSlot(before)), f)?;
        }
        f.write_char(letter(slot))
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: RecordId,
    pub at: Instant,
    pub client: ClientSlot,
    pub connection: ConnectionId,
    /// The version of MQTT in which its bytes are read: that of its connection. A Server that refuses the
    /// version of a CONNECT answers in its own.
    pub version: Version,
    pub entry: Entry,
}

// What a record costs beside the bytes of its packet, of which there are many: see `Bounds`.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Record>() <= 72);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Record>() <= 96);

/// What was seen at the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A Network Connection was asked for.
    Opening {
        address: String,
    },
    /// It is open: bytes can be sent.
    Opened,
    /// The bytes of one frame, whether or not its contents obey the rules.
    Packet {
        sender: Sender,
        bytes: Bytes,
    },
    /// Bytes in which no further packet can be found.
    Broken {
        sender: Sender,
        bytes: Bytes,
        error: DecodeError,
    },
    /// A WebSocket text message, which MQTT forbids [MQTT-6.0.0-1].
    Text {
        length: usize,
    },
    /// Bytes that a file does not have: what the wire carried there is not known.
    Missing(Hole),
    Closed(LinkClose),
}

/// What a file lacks of one side, from one packet that could be read to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    pub sender: Sender,
    /// Bytes that are not there; 0 where a file begins in the middle of a connection.
    pub missing: u64,
    /// Bytes that are there but belong to no packet that could be read: the beginning of the one that the
    /// hole cut, and behind the hole everything up to where a packet is known to begin.
    pub unread: u64,
    /// The first bytes of the packet that the hole cut.
    pub begun: Bytes,
}

impl Hole {
    /// The type of the packet that it cut, where that was still to be seen.
    pub fn begun_type(&self) -> Option<PacketType> {
        PacketType::from_value(self.begun.first()? >> 4)
    }
}

/// What somebody in between did to a packet on its way, or to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Touch {
    /// It arrived later, with everything behind it.
    Delayed,
    /// It was held while others passed it.
    Held,
    /// It was sent but never arrived.
    Dropped,
    /// It was sent once, and this one is another.
    Repeated,
    /// Other bytes arrived than were sent; these are those that arrived.
    Edited,
    /// The connection was ended from in between.
    Cut,
}

impl Touch {
    pub const ALL: [Touch; 6] =
        [Touch::Delayed, Touch::Held, Touch::Dropped, Touch::Repeated, Touch::Edited, Touch::Cut];

    /// Its name in files and filters.
    pub fn key(self) -> &'static str {
        match self {
            Touch::Delayed => "delayed",
            Touch::Held => "held",
            Touch::Dropped => "dropped",
            Touch::Repeated => "repeated",
            Touch::Edited => "edited",
            Touch::Cut => "cut",
        }
    }

    pub fn from_key(key: &str) -> Option<Touch> {
        Touch::ALL.into_iter().find(|touch| touch.key() == key)
    }
}

/// How a Network Connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkClose {
    /// Who ended it; `None` when the link itself failed or cannot tell.
    pub by: Option<Sender>,
    /// Whether it had been open before.
    pub was_open: bool,
    /// The WebSocket close code, where there is one.
    pub code: Option<u16>,
    /// What the transport says about it, in its own words.
    pub reason: String,
}

impl Record {
    pub fn bytes(&self) -> &[u8] {
        self.frame().map_or(&[], |bytes| bytes)
    }

    fn frame(&self) -> Option<&Bytes> {
        match &self.entry {
            Entry::Packet { bytes, .. } | Entry::Broken { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    pub fn sender(&self) -> Option<Sender> {
        match self.entry {
            Entry::Packet { sender, .. } | Entry::Broken { sender, .. } => Some(sender),
            _ => None,
        }
    }

    /// What is missing here, if this is a hole.
    pub fn hole(&self) -> Option<&Hole> {
        match &self.entry {
            Entry::Missing(hole) => Some(hole),
            _ => None,
        }
    }

    /// Whose bytes these are, or would be if they were there.
    pub fn side(&self) -> Option<Sender> {
        self.sender().or(self.hole().map(|hole| hole.sender))
    }

    /// The type of a whole packet, read from its first byte.
    pub fn packet_type(&self) -> Option<PacketType> {
        match &self.entry {
            Entry::Packet { bytes, .. } => PacketType::from_value(bytes.first()? >> 4),
            _ => None,
        }
    }

    /// The type that the first byte names, also where no packet could be found.
    pub fn begun_type(&self) -> Option<PacketType> {
        PacketType::from_value(self.bytes().first()? >> 4)
    }

    /// The QoS of a PUBLISH, read from its first byte.
    pub fn qos(&self) -> Option<QoS> {
        match self.packet_type()? {
            PacketType::Publish => QoS::from_bits(self.bytes().first()? >> 1 & 0b11),
            _ => None,
        }
    }

    /// The Packet Identifier, read in place.
    pub fn packet_id(&self) -> Option<PacketId> {
        let packet = self.packet_type()?;
        let body = mqtt::body(self.bytes())?;
        let at = match packet {
            PacketType::Publish if self.qos()? > QoS::AtMostOnce => {
                2 + usize::from(u16::from_be_bytes(*body.first_chunk()?))
            }
            PacketType::PubAck
            | PacketType::PubRec
            | PacketType::PubRel
            | PacketType::PubComp
            | PacketType::Subscribe
            | PacketType::SubAck
            | PacketType::Unsubscribe
            | PacketType::UnsubAck => 0,
            _ => return None,
        };
        PacketId::new(u16::from_be_bytes(*body.get(at..)?.first_chunk()?))
    }

    /// The bytes of the properties of a PUBLISH, found in place; `None` before 5.0.
    pub fn publish_properties(&self) -> Option<&[u8]> {
        if !self.version.is_5() {
            return None;
        }
        let packet_id = match self.qos()? {
            QoS::AtMostOnce => 0,
            _ => 2,
        };
        let body = mqtt::body(self.bytes())?;
        let topic = usize::from(u16::from_be_bytes(*body.first_chunk()?));
        let (length, rest) = mqtt::split_length(body.get(2 + topic + packet_id..)?)?;
        rest.get(..length)
    }

    /// The Reason Code of a PUBACK, PUBREC, PUBREL or PUBCOMP, read in place. Where it is omitted it is
    /// Success (§3.4.2.1), and before 5.0 there is none.
    pub fn ack_reason_code(&self) -> Option<u8> {
        match self.packet_type()? {
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                let body = mqtt::body(self.bytes())?;
                Some(body.get(2).copied().unwrap_or(0))
            }
            _ => None,
        }
    }

    /// Decodes the packet in the version of its connection; `None` for an entry that holds no bytes.
    pub fn packet(&self) -> Option<Result<Packet, DecodeError>> {
        match &self.entry {
            Entry::Packet { sender, bytes } => {
                Some(mqtt::decode_as(bytes, Some(*sender), self.version))
            }
            Entry::Broken { error, .. } => Some(Err(*error)),
            _ => None,
        }
    }

    /// The packet, if the bytes are one of 5.0 that obeys the rules. What an older version says is left
    /// out, because it means something else in places: ask [`Record::packet`] for it.
    pub fn valid_packet(&self) -> Option<Packet> {
        match self.version {
            Version::V5 => self.packet()?.ok(),
            Version::V3_1 | Version::V3_1_1 => None,
        }
    }

    /// What a receiver that speaks only 5.0 makes of the bytes, whatever version they were meant in.
    pub fn packet_for_5(&self) -> Option<Result<Packet, DecodeError>> {
        match &self.entry {
            Entry::Packet { sender, bytes } => Some(mqtt::decode(bytes, Some(*sender))),
            _ => self.packet(),
        }
    }

    /// Opens the bytes to their bits.
    pub fn dissect(&self) -> Option<Dissection> {
        let sender = self.sender()?;
        let mut dissection = mqtt::dissect_as(self.frame()?, Some(sender), self.version);
        if let Entry::Broken { error, .. } = &self.entry {
            dissection.broke_the_stream(*error);
        }
        Some(dissection)
    }

    /// The Client Identifier that a CONNECT names, or a CONNACK assigns.
    pub fn client_id(&self) -> Option<String> {
        // Only these two are worth decoding.
        if !matches!(self.packet_type()?, PacketType::Connect | PacketType::ConnAck) {
            return None;
        }
        let named = match self.packet()?.ok()? {
            Packet::Connect(connect) => connect.client_id,
            Packet::ConnAck(connack) => connack.properties.assigned_client_identifier()?.into(),
            _ => return None,
        };
        (!named.is_empty()).then_some(named.into())
    }

    /// The Fixed Header as far as it can be read.
    pub fn header(&self) -> Option<FrameHeader> {
        FrameHeader::read_as(self.bytes(), self.version).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_seventh_client_has_two_letters() {
        for (slot, letter) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(ClientSlot(slot).letter().to_string(), letter);
        }
        for slot in 0..u16::MAX {
            let letter = ClientSlot(slot).letter().to_string();
            assert_eq!(ClientSlot::with_letter(&letter), Some(ClientSlot(slot)), "{letter}");
        }
        for wrong in ["", "a", "1", "A ", "Ä", "ZZZZ", "DREAMS"] {
            assert_eq!(ClientSlot::with_letter(wrong), None, "{wrong}");
        }
    }
}
