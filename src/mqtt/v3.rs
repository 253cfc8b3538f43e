//! CONNECT and PUBLISH as MQTT 3.1.1 writes them, for comparison with 5.0.
//!
//! 3.1.1 has no properties, so they are omitted. Nothing reads 3.1.1, and only the CONNECT of a client that
//! is set to the wrong version on purpose is ever sent.

use std::ops::Range;

use bytes::Bytes;

use super::error::EncodeError;
use super::field::FieldId;
use super::packet::{Connect, PacketType, Publish};
use super::qos::QoS;
use super::writer::variable_byte_integer;

/// A packet of 3.1.1 with its fields. The length in front of a string belongs to its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The whole packet.
    pub bytes: Bytes,
    /// With their byte ranges, the end excluded, in wire order; they tile the packet.
    pub fields: Vec<(FieldId, Range<usize>)>,
}

/// The CONNECT with Clean Session where 5.0 has Clean Start. A Password without a User Name, which 3.1.1
/// forbids, is omitted.
///
/// # Errors
///
/// Where a string or the packet is longer than its length can say.
pub fn connect(connect: &Connect) -> Result<Encoded, EncodeError> {
    let password = connect.password.as_ref().filter(|_| connect.user_name.is_some());
    let bit = |set: bool, at: u8| u8::from(set) << at;
    let mut flags = bit(connect.clean_start, 1)
        | bit(password.is_some(), 6)
        | bit(connect.user_name.is_some(), 7);
    if let Some(will) = &connect.will {
        flags |= bit(true, 2) | will.qos.bits() << 3 | bit(will.retain, 5);
    }
    let mut body = Body::default();
    body.prefixed(FieldId::ProtocolName, b"MQTT")?;
    body.opaque(FieldId::ProtocolVersion, &[PROTOCOL_LEVEL]);
    body.opaque(FieldId::ConnectFlags, &[flags]);
    body.opaque(FieldId::KeepAlive, &connect.keep_alive.to_be_bytes());
    body.prefixed(FieldId::ClientIdentifier, connect.client_id.as_bytes())?;
    if let Some(will) = &connect.will {
        body.prefixed(FieldId::WillTopic, will.topic.as_bytes())?;
        body.prefixed(FieldId::WillPayload, &will.payload)?;
    }
    if let Some(user_name) = &connect.user_name {
        body.prefixed(FieldId::UserName, user_name.as_bytes())?;
    }
    if let Some(password) = password {
        body.prefixed(FieldId::Password, password)?;
    }
    body.finish(PacketType::Connect.value() << 4)
}

/// The PUBLISH with `topic` as its Topic Name: `publish` itself may have only an alias for it.
///
/// # Errors
///
/// Where the topic or the packet is longer than its length can say, or a PUBLISH above QoS 0 has no Packet
/// Identifier.
pub fn publish(publish: &Publish, topic: &str) -> Result<Encoded, EncodeError> {
    let mut body = Body::default();
    body.prefixed(FieldId::TopicName, topic.as_bytes())?;
    if publish.qos > QoS::AtMostOnce {
        let packet_id = publish.packet_id.ok_or(EncodeError::PacketIdentifierMissing)?;
        body.opaque(FieldId::PacketIdentifier, &packet_id.get().to_be_bytes());
    }
    if !publish.payload.is_empty() {
        body.opaque(FieldId::ApplicationMessage, &publish.payload);
    }
    let flags = u8::from(publish.dup) << 3 | publish.qos.bits() << 1 | u8::from(publish.retain);
    body.finish(PacketType::Publish.value() << 4 | flags)
}

/// Everything behind the Remaining Length; ranges count from there until it is finished.
#[derive(Default)]
struct Body {
    out: Vec<u8>,
    fields: Vec<(FieldId, Range<usize>)>,
}

impl Body {
    fn opaque(&mut self, id: FieldId, value: &[u8]) {
        let start = self.out.len();
        self.out.extend_from_slice(value);
        self.fields.push((id, start..self.out.len()));
    }

    /// Text or binary data behind two bytes of length.
    fn prefixed(&mut self, id: FieldId, value: &[u8]) -> Result<(), EncodeError> {
        let length =
            u16::try_from(value.len()).map_err(|_| EncodeError::TooLong { length: value.len() })?;
        let start = self.out.len();
        self.out.extend(length.to_be_bytes());
        self.out.extend_from_slice(value);
        self.fields.push((id, start..self.out.len()));
        Ok(())
    }

    fn finish(self, first_byte: u8) -> Result<Encoded, EncodeError> {
        let (length, width) = variable_byte_integer(self.out.len())?;
        let body = 1 + width;
        let mut bytes = Vec::with_capacity(body + self.out.len());
        bytes.push(first_byte);
        bytes.extend_from_slice(&length[..width]);
        bytes.extend_from_slice(&self.out);
        let header = [(FieldId::PacketTypeAndFlags, 0..1), (FieldId::RemainingLength, 1..body)];
        let behind =
            |(id, range): (FieldId, Range<usize>)| (id, range.start + body..range.end + body);
        let fields = header.into_iter().chain(self.fields.into_iter().map(behind)).collect();
        Ok(Encoded { bytes: bytes.into(), fields })
    }
}

/// What 3.1.1 writes where 5.0 writes 5.
const PROTOCOL_LEVEL: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{PacketId, Property, Will};

    #[test]
    fn connect_is_written_without_properties() {
        let plain = Connect { client_id: "ab".into(), keep_alive: 60, ..Connect::default() };
        let will = Will {
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: [Property::WillDelayInterval(5)].into(),
            topic: "w".into(),
            payload: Bytes::from_static(b"x"),
        };
        let full = Connect {
            clean_start: true,
            properties: [Property::SessionExpiryInterval(300)].into(),
            will: Some(will),
            user_name: Some("u".into()),
            password: Some(Bytes::from_static(b"p")),
            ..plain.clone()
        };
        let nameless = Connect { password: full.password.clone(), ..plain.clone() };
        for (packet, expect) in [
            (&plain, &b"\x10\x0E\0\x04MQTT\x04\0\0\x3C\0\x02ab"[..]),
            // Clean Session, Will with QoS 1 and Retain, User Name, Password.
            (&full, b"\x10\x1A\0\x04MQTT\x04\xEE\0\x3C\0\x02ab\0\x01w\0\x01x\0\x01u\0\x01p"),
            // A Password needs a User Name.
            (&nameless, b"\x10\x0E\0\x04MQTT\x04\0\0\x3C\0\x02ab"),
        ] {
            let encoded = connect(packet).expect("it has a representation");
            assert_eq!(&encoded.bytes[..], expect, "{packet:?}");
            assert_tiled(&encoded);
        }
    }

    #[test]
    fn publish_is_written_with_its_topic_and_without_its_alias() {
        let aliased = Publish {
            qos: QoS::AtLeastOnce,
            packet_id: PacketId::new(10),
            properties: [Property::TopicAlias(1)].into(),
            payload: Bytes::from_static(b"hi"),
            ..Publish::default()
        };
        let bare = Publish { retain: true, topic: "a".into(), ..Publish::default() };
        for (packet, topic, expect) in
            [(&aliased, "a/b", &b"\x32\x09\0\x03a/b\0\x0Ahi"[..]), (&bare, "a", b"\x31\x03\0\x01a")]
        {
            let encoded = publish(packet, topic).expect("it has a representation");
            assert_eq!(&encoded.bytes[..], expect, "{packet:?}");
            assert_tiled(&encoded);
        }
        let nameless = Publish { packet_id: None, ..aliased };
        assert_eq!(publish(&nameless, "a"), Err(EncodeError::PacketIdentifierMissing));
    }

    #[test]
    fn a_long_body_has_a_long_remaining_length() {
        let large = Publish { payload: Bytes::from(vec![0; 200]), ..Publish::default() };
        let encoded = publish(&large, "t").expect("it has a representation");
        assert_eq!(encoded.bytes[..3], [0x30, 0xCB, 0x01]);
        assert_eq!(encoded.fields[1], (FieldId::RemainingLength, 1..3));
        assert_tiled(&encoded);
    }

    fn assert_tiled(encoded: &Encoded) {
        let mut at = 0;
        for (id, range) in &encoded.fields {
            assert_eq!(range.start, at, "{}", id.name());
            at = range.end;
        }
        assert_eq!(at, encoded.bytes.len());
    }
}
