//! The fifteen Control Packets (§3), one file each, all in the same order: struct, `read`, `write`.
//! PUBACK, PUBREC, PUBREL and PUBCOMP share a shape and a file.

mod ack;
mod auth;
mod connack;
mod connect;
mod disconnect;
mod publish;
mod suback;
mod subscribe;
mod unsuback;
mod unsubscribe;

use std::num::NonZeroU16;

use bytes::Bytes;

pub use ack::Ack;
pub use auth::Auth;
pub use connack::ConnAck;
pub use connect::{Connect, Will};
pub use disconnect::Disconnect;
pub use publish::Publish;
pub use suback::SubAck;
pub use subscribe::{RetainHandling, Subscribe, Subscription};
pub use unsuback::UnsubAck;
pub use unsubscribe::Unsubscribe;

use super::error::{DecodeError, EncodeError, ErrorKind};
use super::field::{Bits, Collector, Dissection, FieldId, NoSink, Sink};
use super::frame::skip_binary;
use super::property::{Holder, Properties};
use super::reader::{Read, Reader};
use super::reason_code::ReasonCode;
use super::text::Text;
use super::v3;
use super::version::Version;
use super::writer::{Lengths, Writer, binary_length};

/// A Packet Identifier (§2.2.1): 1 to 65,535, since zero is forbidden [MQTT-2.2.1-3].
pub type PacketId = NonZeroU16;

/// One MQTT Control Packet (§3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// CONNECT (§3.1), Client to Server.
    Connect(Box<Connect>),
    /// CONNACK (§3.2), Server to Client.
    ConnAck(ConnAck),
    /// PUBLISH (§3.3), either way.
    Publish(Publish),
    /// PUBACK (§3.4): ends a QoS 1 exchange.
    PubAck(Ack),
    /// PUBREC (§3.5): the second packet of a QoS 2 exchange.
    PubRec(Ack),
    /// PUBREL (§3.6): the third.
    PubRel(Ack),
    /// PUBCOMP (§3.7): the fourth and last.
    PubComp(Ack),
    /// SUBSCRIBE (§3.8), Client to Server.
    Subscribe(Subscribe),
    /// SUBACK (§3.9), Server to Client.
    SubAck(SubAck),
    /// UNSUBSCRIBE (§3.10), Client to Server.
    Unsubscribe(Unsubscribe),
    /// UNSUBACK (§3.11), Server to Client.
    UnsubAck(UnsubAck),
    /// PINGREQ (§3.12), Client to Server. Two bytes, without properties.
    PingReq,
    /// PINGRESP (§3.13), Server to Client. Two bytes, without properties.
    PingResp,
    /// DISCONNECT (§3.14), either way.
    Disconnect(Disconnect),
    /// AUTH (§3.15), either way.
    Auth(Auth),
}

/// Reads exactly one whole packet. With a known sender, what only the other side may send is refused.
///
/// # Errors
///
/// The first rule that the bytes break, with the offset of the byte that breaks it.
///
/// ```
/// use bytes::Bytes;
/// use mqtt5_playground::mqtt::{ErrorKind, Packet, Sender, decode};
///
/// let publish = Bytes::from_static(&[0x30, 0x05, 0x00, 0x01, b'a', 0x00, b'h']);
/// let Ok(Packet::Publish(publish)) = decode(&publish, Some(Sender::Client)) else { panic!() };
/// assert_eq!((publish.topic.as_str(), &publish.payload[..]), ("a", &b"h"[..]));
///
/// let wildcard = Bytes::from_static(&[0x30, 0x04, 0x00, 0x01, b'#', 0x00]);
/// let error = decode(&wildcard, Some(Sender::Client)).expect_err("a Topic Name has no wildcards");
/// assert_eq!((error.at, error.kind), (4, ErrorKind::TopicNameWildcard));
/// assert_eq!(error.kind.rule(), "[MQTT-3.3.2-2]");
/// ```
pub fn decode(frame: &Bytes, sender: Option<Sender>) -> Result<Packet, DecodeError> {
    decode_as(frame, sender, Version::V5)
}

/// The same for a packet of any version.
///
/// What only 5.0 has is absent from the packet, or has the value that says nothing: no properties, Reason
/// Code 0x00 in an acknowledgement, none at all in UNSUBACK. A return code becomes the Reason Code that took
/// its place, Clean Session becomes `clean_start`.
///
/// # Errors
///
/// The first rule that the bytes break. [`ErrorKind::rule_in`] names it in the numbers of 3.1.1.
///
/// ```
/// use bytes::Bytes;
/// use mqtt5_playground::mqtt::{Packet, ReasonCode, Sender, Version, decode_as};
///
/// let refused = Bytes::from_static(&[0x20, 0x02, 0x00, 0x05]);
/// let read = decode_as(&refused, Some(Sender::Server), Version::V3_1_1);
/// let Ok(Packet::ConnAck(connack)) = read else { panic!() };
/// assert_eq!(connack.reason_code, ReasonCode::NotAuthorized);
/// ```
pub fn decode_as(
    frame: &Bytes,
    sender: Option<Sender>,
    version: Version,
) -> Result<Packet, DecodeError> {
    let mut reader = Reader::<NoSink>::new(frame, sender, version);
    Packet::read(&mut reader)
}

/// The same reading as [`decode`], with every field kept, and with every broken rule: where it is known how the
/// packet goes on behind an error, the reading goes on.
///
/// ```
/// use bytes::Bytes;
/// use mqtt5_playground::mqtt::{ErrorKind, dissect};
///
/// // PUBACK with Packet Identifier 0, which no packet has, and with a Reason Code that does not exist.
/// let dissection = dissect(&Bytes::from_static(&[0x40, 0x03, 0x00, 0x00, 0xFF]), None);
/// assert_eq!(dissection.outcome.unwrap_err().kind, ErrorKind::PacketIdentifierZero);
/// let ranges: Vec<_> = dissection.flaws.iter().map(|flaw| flaw.range.clone()).collect();
/// assert_eq!(ranges, [2..4, 4..5]);
/// ```
pub fn dissect(frame: &Bytes, sender: Option<Sender>) -> Dissection {
    dissect_as(frame, sender, Version::V5)
}

/// The same for a packet of any version: the reading of [`decode_as`].
pub fn dissect_as(frame: &Bytes, sender: Option<Sender>, version: Version) -> Dissection {
    let mut reader = Reader::<Collector>::new(frame, sender, version);
    let read = Packet::read(&mut reader);
    reader.end_body();
    reader.skip();
    let (fields, flaws) = reader.into_sink().finish();
    // What was read in spite of an error has stand-ins in it.
    let outcome = match flaws.first() {
        Some(first) => Err(first.error),
        None => read,
    };
    Dissection { version, fields, flaws, outcome }
}

/// Writes a packet, in the shortest form where there are several. Refuses only what has no representation:
/// rules may be broken on purpose, and [`decode`] tells which.
///
/// Two fields are not written: the Packet Identifier of a QoS 0 PUBLISH, and the Reason Code of an
/// acknowledgement, DISCONNECT or AUTH that is 0x00 and comes without properties.
///
/// # Errors
///
/// A string of more than 65,535 bytes, a packet longer than its Remaining Length can say, a Subscription
/// Identifier above 268,435,455, or a PUBLISH above QoS 0 without Packet Identifier.
///
/// ```
/// use mqtt5_playground::mqtt::{EncodeError, Packet, Publish, QoS, encode};
///
/// assert_eq!(&encode(&Packet::PingReq).unwrap()[..], [0xC0, 0x00]);
///
/// let publish = Publish { qos: QoS::AtLeastOnce, topic: "a".into(), ..Publish::default() };
/// assert_eq!(encode(&Packet::Publish(publish)), Err(EncodeError::PacketIdentifierMissing));
/// ```
pub fn encode(packet: &Packet) -> Result<Bytes, EncodeError> {
    encode_as(packet, Version::V5)
}

/// Writes a packet like [`encode`], behind what is in `out` already: many packets need no memory of their own.
/// Where it fails, `out` stays as it is.
///
/// # Errors
///
/// Those of [`encode`].
///
/// ```
/// use mqtt5_playground::mqtt::{Packet, encode_into};
///
/// let mut out = Vec::new();
/// encode_into(&Packet::PingReq, &mut out).unwrap();
/// encode_into(&Packet::PingResp, &mut out).unwrap();
/// assert_eq!(out, [0xC0, 0x00, 0xD0, 0x00]);
/// ```
pub fn encode_into(packet: &Packet, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    encode_as_into(packet, Version::V5, out)
}

/// The same in any version. Before 5.0 this omits what has no place there: properties, the Reason Codes of
/// acknowledgements and DISCONNECT, subscription options other than QoS, and a Password without a User Name.
/// A SUBACK that refuses says only Failure.
///
/// # Errors
///
/// Those of [`encode`], and [`EncodeError::OnlyIn5`].
///
/// ```
/// use mqtt5_playground::mqtt::{Packet, Publish, Version, encode_as};
///
/// let publish = Packet::Publish(Publish { topic: "a".into(), ..Publish::default() });
/// assert_eq!(&encode_as(&publish, Version::V5).unwrap()[..], b"\x30\x04\x00\x01a\x00");
/// assert_eq!(&encode_as(&publish, Version::V3_1_1).unwrap()[..], b"\x30\x03\x00\x01a");
/// ```
pub fn encode_as(packet: &Packet, version: Version) -> Result<Bytes, EncodeError> {
    let mut out = Vec::new();
    encode_as_into(packet, version, &mut out)?;
    Ok(out.into())
}

/// The same behind what is in `out` already, as [`encode_into`] does.
///
/// # Errors
///
/// Those of [`encode_as`].
pub fn encode_as_into(
    packet: &Packet,
    version: Version,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut lengths = Lengths::default();
    let length = packet.length(version, &mut lengths)?;
    let flags = match packet {
        Packet::Publish(publish) => publish.flags(),
        _ => packet.packet_type().fixed_flags().unwrap_or_default(),
    };
    let first_byte = packet.packet_type().value() << 4 | flags;
    packet.write(&mut Writer::begin(out, version, lengths, first_byte, length)?);
    Ok(())
}

impl Packet {
    /// Its type, without its contents.
    #[inline]
    pub fn packet_type(&self) -> PacketType {
        match self {
            Packet::Connect(_) => PacketType::Connect,
            Packet::ConnAck(_) => PacketType::ConnAck,
            Packet::Publish(_) => PacketType::Publish,
            Packet::PubAck(_) => PacketType::PubAck,
            Packet::PubRec(_) => PacketType::PubRec,
            Packet::PubRel(_) => PacketType::PubRel,
            Packet::PubComp(_) => PacketType::PubComp,
            Packet::Subscribe(_) => PacketType::Subscribe,
            Packet::SubAck(_) => PacketType::SubAck,
            Packet::Unsubscribe(_) => PacketType::Unsubscribe,
            Packet::UnsubAck(_) => PacketType::UnsubAck,
            Packet::PingReq => PacketType::PingReq,
            Packet::PingResp => PacketType::PingResp,
            Packet::Disconnect(_) => PacketType::Disconnect,
            Packet::Auth(_) => PacketType::Auth,
        }
    }

    /// The Packet Identifier (§2.2.1); `None` for a PUBLISH of QoS 0 and for packets that have none.
    pub fn packet_id(&self) -> Option<PacketId> {
        match self {
            Packet::Publish(p) => p.packet_id,
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                Some(p.packet_id)
            }
            Packet::Subscribe(p) => Some(p.packet_id),
            Packet::SubAck(p) => Some(p.packet_id),
            Packet::Unsubscribe(p) => Some(p.packet_id),
            Packet::UnsubAck(p) => Some(p.packet_id),
            _ => None,
        }
    }

    /// The packet's own properties; those of a Will are in [`Will`]. Empty for PINGREQ and PINGRESP.
    pub fn properties(&self) -> &Properties {
        match self {
            Packet::Connect(p) => &p.properties,
            Packet::ConnAck(p) => &p.properties,
            Packet::Publish(p) => &p.properties,
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                &p.properties
            }
            Packet::Subscribe(p) => &p.properties,
            Packet::SubAck(p) => &p.properties,
            Packet::Unsubscribe(p) => &p.properties,
            Packet::UnsubAck(p) => &p.properties,
            Packet::PingReq | Packet::PingResp => &NO_PROPERTIES,
            Packet::Disconnect(p) => &p.properties,
            Packet::Auth(p) => &p.properties,
        }
    }

    /// The same to change; `None` for PINGREQ and PINGRESP, which have no properties.
    pub fn properties_mut(&mut self) -> Option<&mut Properties> {
        match self {
            Packet::Connect(p) => Some(&mut p.properties),
            Packet::ConnAck(p) => Some(&mut p.properties),
            Packet::Publish(p) => Some(&mut p.properties),
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                Some(&mut p.properties)
            }
            Packet::Subscribe(p) => Some(&mut p.properties),
            Packet::SubAck(p) => Some(&mut p.properties),
            Packet::Unsubscribe(p) => Some(&mut p.properties),
            Packet::UnsubAck(p) => Some(&mut p.properties),
            Packet::PingReq | Packet::PingResp => None,
            Packet::Disconnect(p) => Some(&mut p.properties),
            Packet::Auth(p) => Some(&mut p.properties),
        }
    }

    /// The Reason Codes the packet carries: none, one, or one per Topic Filter.
    pub fn reason_codes(&self) -> &[ReasonCode] {
        match self {
            Packet::ConnAck(p) => std::slice::from_ref(&p.reason_code),
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                std::slice::from_ref(&p.reason_code)
            }
            Packet::SubAck(p) => &p.reason_codes,
            Packet::UnsubAck(p) => &p.reason_codes,
            Packet::Disconnect(p) => std::slice::from_ref(&p.reason_code),
            Packet::Auth(p) => std::slice::from_ref(&p.reason_code),
            _ => &[],
        }
    }

    /// The outcome is made where it is returned, since a packet is large and is not moved for nothing; so each kind
    /// of packet looks itself that nothing is left.
    #[inline(always)]
    fn read<S: Sink>(r: &mut Reader<'_, S>) -> Result<Packet, DecodeError> {
        let (packet_type, flags) = match Packet::read_header(r) {
            Ok(header) => header,
            Err(stop) => return Err(r.error(stop)),
        };
        macro_rules! read {
            ($read:expr, $packet:expr) => {{
                match $read {
                    Ok(read) => Ok($packet(read)),
                    Err(stop) => Err(r.error(stop)),
                }
            }};
        }
        match packet_type {
            PacketType::Publish => read!(Publish::read(r, flags), Packet::Publish),
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                read!(Ack::read(r, packet_type), |ack| match packet_type {
                    PacketType::PubRec => Packet::PubRec(ack),
                    PacketType::PubRel => Packet::PubRel(ack),
                    PacketType::PubComp => Packet::PubComp(ack),
                    _ => Packet::PubAck(ack),
                })
            }
            PacketType::Connect => read!(Connect::read(r), Packet::Connect),
            PacketType::ConnAck => read!(ConnAck::read(r), Packet::ConnAck),
            PacketType::Subscribe => read!(Subscribe::read(r), Packet::Subscribe),
            PacketType::SubAck => read!(SubAck::read(r), Packet::SubAck),
            PacketType::Unsubscribe => read!(Unsubscribe::read(r), Packet::Unsubscribe),
            PacketType::UnsubAck => read!(UnsubAck::read(r), Packet::UnsubAck),
            PacketType::PingReq => read!(r.expect_end(), |()| Packet::PingReq),
            PacketType::PingResp => read!(r.expect_end(), |()| Packet::PingResp),
            PacketType::Disconnect => read!(Disconnect::read(r), Packet::Disconnect),
            PacketType::Auth => read!(Auth::read(r), Packet::Auth),
        }
    }

    /// The Fixed Header, which leaves its body as what is to be read.
    #[inline(always)]
    fn read_header<S: Sink>(r: &mut Reader<'_, S>) -> Read<(PacketType, u8)> {
        let (packet_type, flags, length) =
            r.group(FieldId::FixedHeader.into(), read_fixed_header)?;
        if let (Ok(packet_type), Some(sender)) = (packet_type, r.sender()) {
            let may_send = r.version().lets_send(packet_type, sender);
            r.hold(may_send, 0..1, ErrorKind::PacketFromWrongSide(packet_type))?;
        }
        r.begin_body(length, 1..r.at())?;
        let packet_type = packet_type.map_err(|error| r.end(error))?;
        Ok((packet_type, flags))
    }

    /// How many bytes follow the Fixed Header.
    #[inline(always)]
    fn length(&self, version: Version, lengths: &mut Lengths) -> Result<usize, EncodeError> {
        match self {
            Packet::Connect(p) => p.length(version, lengths),
            Packet::ConnAck(p) => p.length(version, lengths),
            Packet::Publish(p) => p.length(version, lengths),
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                p.length(version, lengths)
            }
            Packet::Subscribe(p) => p.length(version, lengths),
            Packet::SubAck(p) => p.length(version, lengths),
            Packet::Unsubscribe(p) => p.length(version, lengths),
            Packet::UnsubAck(p) => p.length(version, lengths),
            Packet::PingReq | Packet::PingResp => Ok(0),
            Packet::Disconnect(p) => p.length(version, lengths),
            Packet::Auth(_) if !version.is_5() => Err(EncodeError::OnlyIn5(PacketType::Auth)),
            Packet::Auth(p) => p.length(version, lengths),
        }
    }

    /// Writes as many.
    #[inline(always)]
    fn write(&self, w: &mut Writer<'_>) {
        // The most frequent packet. As one of fifteen branches LLVM takes it for cold, natively, with a call for each copy.
        if !cfg!(target_family = "wasm")
            && let Packet::Publish(p) = self
        {
            return p.write(w);
        }
        match self {
            Packet::Connect(p) => p.write(w),
            Packet::ConnAck(p) => p.write(w),
            Packet::Publish(p) => p.write(w),
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                p.write(w);
            }
            Packet::Subscribe(p) => p.write(w),
            Packet::SubAck(p) => p.write(w),
            Packet::Unsubscribe(p) => p.write(w),
            Packet::UnsubAck(p) => p.write(w),
            Packet::PingReq | Packet::PingResp => {}
            Packet::Disconnect(p) => p.write(w),
            Packet::Auth(p) => p.write(w),
        }
    }
}

/// Which side of a Network Connection sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The side that sent CONNECT.
    Client,
    /// The side that answered it with CONNACK: the broker.
    Server,
}

impl Sender {
    /// The side that receives what this one sends.
    pub fn other(self) -> Sender {
        match self {
            Sender::Client => Sender::Server,
            Sender::Server => Sender::Client,
        }
    }
}

/// The Control Packet types (§2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PacketType {
    /// CONNECT (§3.1), from the Client.
    Connect = 1,
    /// CONNACK (§3.2), from the Server.
    ConnAck = 2,
    /// PUBLISH (§3.3), from either side.
    Publish = 3,
    /// PUBACK (§3.4), from either side.
    PubAck = 4,
    /// PUBREC (§3.5), from either side.
    PubRec = 5,
    /// PUBREL (§3.6), from either side.
    PubRel = 6,
    /// PUBCOMP (§3.7), from either side.
    PubComp = 7,
    /// SUBSCRIBE (§3.8), from the Client.
    Subscribe = 8,
    /// SUBACK (§3.9), from the Server.
    SubAck = 9,
    /// UNSUBSCRIBE (§3.10), from the Client.
    Unsubscribe = 10,
    /// UNSUBACK (§3.11), from the Server.
    UnsubAck = 11,
    /// PINGREQ (§3.12), from the Client.
    PingReq = 12,
    /// PINGRESP (§3.13), from the Server.
    PingResp = 13,
    /// DISCONNECT (§3.14), from either side.
    Disconnect = 14,
    /// AUTH (§3.15), from either side.
    Auth = 15,
}

impl PacketType {
    /// Every type, by value.
    pub const ALL: [PacketType; 15] = [
        PacketType::Connect,
        PacketType::ConnAck,
        PacketType::Publish,
        PacketType::PubAck,
        PacketType::PubRec,
        PacketType::PubRel,
        PacketType::PubComp,
        PacketType::Subscribe,
        PacketType::SubAck,
        PacketType::Unsubscribe,
        PacketType::UnsubAck,
        PacketType::PingReq,
        PacketType::PingResp,
        PacketType::Disconnect,
        PacketType::Auth,
    ];

    /// The type with this value; `None` for 0, which is reserved, and above 15.
    #[inline(always)]
    pub fn from_value(value: u8) -> Option<PacketType> {
        PacketType::ALL.get(usize::from(value).checked_sub(1)?).copied()
    }

    /// The upper four bits of the first byte, 1 to 15.
    pub fn value(self) -> u8 {
        self as u8
    }

    /// Reads the type and checks the Fixed Header flags: what one byte can already tell.
    #[inline(always)]
    pub(super) fn from_first_byte(byte: u8, version: Version) -> Result<PacketType, ErrorKind> {
        let packet_type = PacketType::from_value(byte >> 4).ok_or(ErrorKind::PacketTypeReserved)?;
        if !version.is_5() && packet_type == PacketType::Auth {
            return Err(ErrorKind::PacketTypeReserved);
        }
        match packet_type.fixed_flags() {
            // A repeated PUBREL, SUBSCRIBE or UNSUBSCRIBE has DUP, and other flags are not used.
            Some(_) if version == Version::V3_1 => Ok(packet_type),
            Some(flags) if flags != byte & 0x0F => Err(ErrorKind::FixedHeaderFlags(packet_type)),
            Some(_) => Ok(packet_type),
            None => publish::check_flags(byte, version).map(|()| packet_type),
        }
    }

    /// The Fixed Header flags the specification prescribes (§2.1.3); PUBLISH has its own meaning for them.
    #[inline(always)]
    pub fn fixed_flags(self) -> Option<u8> {
        match self {
            PacketType::Publish => None,
            PacketType::PubRel | PacketType::Subscribe | PacketType::Unsubscribe => Some(0b0010),
            _ => Some(0b0000),
        }
    }

    /// Whether this side may send it (§2.1.2).
    pub fn sent_by(self, sender: Sender) -> bool {
        match self {
            PacketType::Connect
            | PacketType::Subscribe
            | PacketType::Unsubscribe
            | PacketType::PingReq => sender == Sender::Client,
            PacketType::ConnAck
            | PacketType::SubAck
            | PacketType::UnsubAck
            | PacketType::PingResp => sender == Sender::Server,
            _ => true,
        }
    }

    /// The specification's name.
    pub fn name(self) -> &'static str {
        match self {
            PacketType::Connect => "CONNECT",
            PacketType::ConnAck => "CONNACK",
            PacketType::Publish => "PUBLISH",
            PacketType::PubAck => "PUBACK",
            PacketType::PubRec => "PUBREC",
            PacketType::PubRel => "PUBREL",
            PacketType::PubComp => "PUBCOMP",
            PacketType::Subscribe => "SUBSCRIBE",
            PacketType::SubAck => "SUBACK",
            PacketType::Unsubscribe => "UNSUBSCRIBE",
            PacketType::UnsubAck => "UNSUBACK",
            PacketType::PingReq => "PINGREQ",
            PacketType::PingResp => "PINGRESP",
            PacketType::Disconnect => "DISCONNECT",
            PacketType::Auth => "AUTH",
        }
    }

    /// The name in lower case, for JSON and the glossary.
    pub fn key(self) -> &'static str {
        match self {
            PacketType::Connect => "connect",
            PacketType::ConnAck => "connack",
            PacketType::Publish => "publish",
            PacketType::PubAck => "puback",
            PacketType::PubRec => "pubrec",
            PacketType::PubRel => "pubrel",
            PacketType::PubComp => "pubcomp",
            PacketType::Subscribe => "subscribe",
            PacketType::SubAck => "suback",
            PacketType::Unsubscribe => "unsubscribe",
            PacketType::UnsubAck => "unsuback",
            PacketType::PingReq => "pingreq",
            PacketType::PingResp => "pingresp",
            PacketType::Disconnect => "disconnect",
            PacketType::Auth => "auth",
        }
    }

    /// The section that describes it, without `§`: §3 describes the packets in the order of their values.
    pub fn section(self) -> String {
        format!("3.{}", self.value())
    }
}

/// The type, the flags and the Remaining Length. An `Err` within is a type that does not exist, behind which the
/// dissector still wants the length.
type FixedHeader = (Result<PacketType, DecodeError>, u8, usize);

#[inline(always)]
fn read_fixed_header<S: Sink>(r: &mut Reader<'_, S>) -> Read<FixedHeader> {
    if r.at_end() {
        return Err(r.stop(0, 0..0, ErrorKind::Incomplete));
    }
    let version = r.version();
    let is_publish = r.rest()[0] >> 4 == PacketType::Publish.value();
    let parts = if is_publish { PUBLISH_FLAGS } else { FIXED_FLAGS };
    let byte = r.flags(FieldId::PacketTypeAndFlags.into(), parts)?;
    let packet_type = match PacketType::from_first_byte(byte, version) {
        Ok(packet_type) => Ok(packet_type),
        Err(kind) => {
            r.flaw(0, 0..1, kind)?;
            let known = PacketType::from_value(byte >> 4);
            known
                .filter(|_| kind != ErrorKind::PacketTypeReserved)
                .ok_or(DecodeError { at: 0, kind })
        }
    };
    let length = r.remaining_length()?;
    Ok((packet_type, byte & 0x0F, length as usize))
}

/// How many strings there are, each with `behind` bytes behind it, so that there is room for all of them at once.
fn count(mut strings: &[u8], behind: usize) -> usize {
    let mut count = 0;
    while !strings.is_empty() {
        count += 1;
        let Some(rest) = skip_binary(strings).and_then(|rest| rest.get(behind..)) else { break };
        strings = rest;
    }
    count
}

static NO_PROPERTIES: Properties = Properties::NONE;

const FIXED_FLAGS: &[(FieldId, Bits)] =
    &[(FieldId::PacketType, Bits::new(7, 4)), (FieldId::FixedFlags, Bits::new(3, 0))];

const PUBLISH_FLAGS: &[(FieldId, Bits)] = &[
    (FieldId::PacketType, Bits::new(7, 4)),
    (FieldId::Dup, Bits::new(3, 3)),
    (FieldId::PublishQoS, Bits::new(2, 1)),
    (FieldId::Retain, Bits::new(0, 0)),
];
