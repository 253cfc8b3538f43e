//! MQTT on the wire, 5.0 and before it 3.1.1 and 3.1: bytes ⇄ packets ⇄ annotated fields.
//!
//! [`decode`] reads one whole Control Packet strictly; [`dissect`] reads it with the same code and keeps
//! every field with its byte and bit range, and every broken rule: it reads on where it can.
//! [`encode`] writes what it is given, so that a learner may break a rule on purpose: it refuses only
//! what has no representation on the wire. [`PacketStream`] takes the bytes of a connection and returns its
//! packets, over a [`Deframer`], which only cuts them.
//!
//! These speak 5.0. [`decode_as`], [`dissect_as`] and [`encode_as`] take a [`Version`]: the same code, which
//! leaves out what the older versions do not have. A [`Packet`] has the shape of 5.0 in every version.
//!
//! Knows nothing of time, of what a connection means, of Sessions or exercises.

mod error;
mod field;
mod frame;
mod hex;
mod packet;
mod property;
mod qos;
mod reader;
mod reason_code;
mod stream;
mod text;
mod topic;
mod v3;
mod version;
mod writer;

pub use error::{Class, DecodeError, EncodeError, ErrorKind};
pub use field::{Bits, Dissection, Field, FieldId, Flaw, Label, Value};
pub use frame::{Deframer, FrameHeader, MAX_REMAINING_LENGTH, body, split_length};
pub use hex::{NotHex, from_hex, hex, hex_groups};
pub use packet::{
    Ack, Auth, ConnAck, Connect, Disconnect, Packet, PacketId, PacketType, Publish, RetainHandling,
    Sender, SubAck, Subscribe, Subscription, UnsubAck, Unsubscribe, Will,
};
pub use packet::{
    decode, decode_as, dissect, dissect_as, encode, encode_as, encode_as_into, encode_into,
};
pub use property::{Holder, Properties, Property, PropertyId, PropertyKind, PropertyValue};
pub use qos::QoS;
pub use reason_code::ReasonCode;
pub use stream::{ConnectionId, Incoming, PacketStream};
pub use text::Text;
pub use topic::{
    ShareName, check_topic_filter, check_topic_name, matches, split_shared, starts_with_wildcard,
    without_share_name,
};
pub use v3::meant_in_5;
pub use version::Version;
pub use writer::variable_byte_integer;
