//! One direction of a Network Connection: bytes go in, packets come out.

use bytes::Bytes;

use super::error::DecodeError;
use super::frame::Deframer;
use super::packet::{Packet, PacketType, Sender, decode_as};
use super::version::Version;

/// Names a Network Connection (§1.2): a reconnect is a new one.
///
/// The owner of the transport chooses the number, and does not use one again that the broker or a capture
/// still knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// Reads the packets of one side of a Network Connection, however the transport has split or merged
/// their bytes [MQTT-6.0.0-2].
///
/// [`push`](PacketStream::push) what has arrived, then call [`next`](PacketStream::next) until `None`.
/// An [`Err`] in what it returns is one of two cases, which differ in what may follow:
///
/// - **A broken packet.** Its end is known, so the stream continues after it. A Client or Server closes the
///   connection at the first error (§4.13) and ignores the rest; a recorder can still read the packets that
///   were under way.
/// - **A broken frame**: a Fixed Header that begins no packet, or a packet larger than the Maximum
///   Packet Size. No boundary can be found after it, so everything that was pending is returned once,
///   as the frame of that error. From then on the stream [is broken](PacketStream::is_broken): `next`
///   returns `None`, and `push` keeps nothing.
///
/// The stream holds only bytes that have arrived: an announced length allocates nothing.
///
/// ```
/// use mqtt5_playground::mqtt::{ErrorKind, Packet, PacketStream, Sender};
///
/// let mut stream = PacketStream::new();
/// stream.push(&[0xC0, 0x00, 0xC0]); // PINGREQ, and the first byte of the next packet
/// let incoming = stream.next(Sender::Client).expect("one packet is whole");
/// assert_eq!(incoming.outcome, Ok(Packet::PingReq));
/// assert!(stream.next(Sender::Client).is_none());
///
/// stream.push(&[0x00, 0x00, 0x00]); // the rest of it, and a packet of type 0
/// let incoming = stream.next(Sender::Client).expect("the second packet is whole");
/// assert_eq!(&incoming.frame[..], [0xC0, 0x00]);
/// let incoming = stream.next(Sender::Client).expect("what is left breaks the stream");
/// assert_eq!(&incoming.frame[..], [0x00, 0x00]);
/// assert_eq!(incoming.outcome.unwrap_err().kind, ErrorKind::PacketTypeReserved);
/// assert!(stream.is_broken());
/// ```
#[derive(Debug, Default)]
pub struct PacketStream {
    deframer: Deframer,
    is_broken: bool,
}

/// What [`PacketStream::next`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The bytes of one whole packet, or of everything in which no packet was found.
    pub frame: Bytes,
    /// The packet, or the first rule that the bytes break.
    pub outcome: Result<Packet, DecodeError>,
}

impl PacketStream {
    /// A stream to which nothing has been pushed, and which takes packets of any size.
    pub fn new() -> PacketStream {
        PacketStream::default()
    }

    /// The largest packet to take, in bytes (§3.1.2.11.4); `None` for no limit. A larger one breaks the stream as soon as its length is
    /// known. Applies to what `next` has not returned yet.
    pub fn set_maximum_packet_size(&mut self, maximum: Option<u32>) {
        self.deframer.set_maximum_packet_size(maximum);
    }

    /// The version in which the next packets are read; 5.0 unless it is set. The owner of the connection
    /// knows it from the CONNECT: [`Version::of_connect`].
    pub fn set_version(&mut self, version: Version) {
        self.deframer.set_version(version);
    }

    /// Takes a copy of bytes that have arrived. A broken stream drops them, so that it cannot grow.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.is_broken {
            self.deframer.push(bytes);
        }
    }

    /// Takes bytes that have arrived. The packets are slices of them where that is possible.
    pub fn push_shared(&mut self, bytes: Bytes) {
        if !self.is_broken {
            self.deframer.push_shared(bytes);
        }
    }

    /// The next packet of this sender; `None` until more bytes arrive, and permanently once the stream is
    /// broken.
    #[must_use = "what it returns has been taken out of the stream"]
    pub fn next(&mut self, sender: Sender) -> Option<Incoming> {
        if self.is_broken {
            return None;
        }
        match self.deframer.next_frame() {
            Ok(frame) => frame.map(|frame| {
                let outcome = decode_as(&frame, Some(sender), self.deframer.version());
                Incoming { frame, outcome }
            }),
            Err(error) => {
                self.is_broken = true;
                Some(Incoming { frame: self.deframer.take_pending(), outcome: Err(error) })
            }
        }
    }

    /// The type of the packet of which only a part has arrived; `None` if nothing is pending, or no packet
    /// begins so.
    pub fn begun(&self) -> Option<PacketType> {
        PacketType::from_value(self.deframer.pending().first()? >> 4)
    }

    /// Whether a frame was broken, so that no more packets can be found.
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorKind;
    use super::super::{PacketType, hex};
    use super::*;

    const PING: &[u8] = &[0xC0, 0x00];
    const PUBLISH: &[u8] = &[0x30, 0x04, 0x00, 0x01, b't', 0x00];
    /// PINGREQ with a body: broken, and its end is known.
    const LONG_PING: &[u8] = &[0xC0, 0x01, 0xFF];
    const NO_PACKET: &[u8] = &[0x00, 0x00];

    /// What comes out: a packet's name or an error's key, and the frame.
    fn read(stream: &mut PacketStream) -> Vec<(&'static str, String)> {
        let next = || stream.next(Sender::Client);
        std::iter::from_fn(next).map(|incoming| (name(&incoming), hex(&incoming.frame))).collect()
    }

    fn name(incoming: &Incoming) -> &'static str {
        match &incoming.outcome {
            Ok(packet) => packet.packet_type().name(),
            Err(error) => error.kind.key(),
        }
    }

    /// What a row tests, the bytes in pieces, what comes out, and whether the stream has ended then.
    type Row<'a> = (&'a str, &'a [&'a [u8]], &'a [&'a str], bool);

    #[test]
    fn every_byte_comes_out_once_however_it_was_split() {
        let rows: [Row; 8] = [
            ("nothing", &[], &[], false),
            ("packets", &[PING, PUBLISH, PING], &["PINGREQ", "PUBLISH", "PINGREQ"], false),
            ("a part of a packet", &[PING, &PUBLISH[..5]], &["PINGREQ"], false),
            // What follows a broken packet is still cut and read.
            ("a broken packet", &[LONG_PING, PING], &["unexpected_bytes", "PINGREQ"], false),
            (
                "two broken packets",
                &[LONG_PING, LONG_PING],
                &["unexpected_bytes", "unexpected_bytes"],
                false,
            ),
            // What follows a broken frame is not.
            ("a broken frame", &[PING, NO_PACKET], &["PINGREQ", "packet_type_reserved"], true),
            ("a broken frame first", &[NO_PACKET, PING], &["packet_type_reserved"], true),
            (
                "a length of five bytes",
                &[PING, &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]],
                &["PINGREQ", "variable_byte_integer_too_long"],
                true,
            ),
        ];
        for (what, parts, expect, is_broken) in rows {
            let bytes = parts.concat();
            let mut whole = PacketStream::new();
            whole.push(&bytes);
            let found = read(&mut whole);
            assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), expect, "{what}");
            assert_eq!(whole.is_broken(), is_broken, "{what}");

            let mut split = PacketStream::new();
            let mut names = Vec::new();
            for byte in &bytes {
                split.push(std::slice::from_ref(byte));
                names.extend(read(&mut split).into_iter().map(|(name, _)| name));
            }
            assert_eq!(names, expect, "{what}, byte by byte");
            assert_eq!(split.is_broken(), is_broken, "{what}, byte by byte");
        }
    }

    #[test]
    fn a_broken_stream_hands_out_what_was_pending_once() {
        let mut stream = PacketStream::new();
        stream.push(&[PING, NO_PACKET, PUBLISH].concat());
        let pending = hex(&[NO_PACKET, PUBLISH].concat());
        assert_eq!(read(&mut stream), [("PINGREQ", hex(PING)), ("packet_type_reserved", pending)]);
        for bytes in [PING, NO_PACKET, &[0; 4096]] {
            stream.push(bytes);
            assert_eq!(stream.next(Sender::Client), None, "it stays broken");
            assert_eq!(stream.deframer.pending(), b"", "and keeps nothing");
        }
    }

    #[test]
    fn a_packet_larger_than_the_maximum_breaks_the_stream_before_it_is_whole() {
        for (maximum, pushed, expect) in [
            (None, PUBLISH, Some("PUBLISH")),
            (Some(6), PUBLISH, Some("PUBLISH")),
            (Some(5), PUBLISH, Some("packet_too_large")),
            (Some(5), &PUBLISH[..2], Some("packet_too_large")),
            // The length is not known yet.
            (Some(5), &PUBLISH[..1], None),
        ] {
            let mut stream = PacketStream::new();
            stream.push(pushed);
            stream.set_maximum_packet_size(maximum);
            let incoming = stream.next(Sender::Client);
            let case = format!("{maximum:?} {}", hex(pushed));
            assert_eq!(incoming.as_ref().map(name), expect, "{case}");
            assert_eq!(stream.is_broken(), expect == Some("packet_too_large"), "{case}");
        }
    }

    #[test]
    fn the_sender_decides_who_may_send_a_packet() {
        let mut stream = PacketStream::new();
        stream.push(PING);
        let incoming = stream.next(Sender::Server).expect("a whole packet");
        let kind = ErrorKind::PacketFromWrongSide(PacketType::PingReq);
        assert_eq!(incoming.outcome, Err(DecodeError { at: 0, kind }));
        assert!(!stream.is_broken());
    }
}
