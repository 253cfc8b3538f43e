//! Peers that are measured natively and in the page, reading packets one by one; and in the page, their functions for
//! JavaScript.

#[cfg(target_arch = "wasm32")]
mod in_page;

use std::hint::black_box;
use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::v5_0 as core5;

/// The packets of a stream, cut where their lengths say, for peers that read one at a time.
pub fn frames(mut stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (frame, rest) = stream.split_at_checked(frame_length(stream)?)?;
        stream = rest;
        Some(frame)
    })
}

/// The Fixed Header and what follows it; `None` where the stream has ended.
fn frame_length(stream: &[u8]) -> Option<usize> {
    let mut remaining = 0;
    for (at, byte) in stream.iter().enumerate().skip(1) {
        remaining |= usize::from(byte & 0x7F) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            return Some(at + 1 + remaining);
        }
    }
    None
}

/// What follows the Fixed Header of a whole packet.
fn body(frame: &[u8]) -> &[u8] {
    let last_of_length = frame.iter().skip(1).position(|byte| byte & 0x80 == 0);
    &frame[2 + last_of_length.expect("a whole packet")..]
}

pub fn mqtt_proto_read(frame: &[u8]) -> mqtt_proto::v5::Packet {
    mqtt_proto::v5::Packet::decode(frame).expect("a good packet").expect("a whole packet")
}

pub fn mqtt_protocol_core_read(frame: &[u8]) {
    let body = body(frame);
    match frame[0] >> 4 {
        3 => mqtt_protocol_core_read_publish(frame[0], Arc::from(body)),
        _ => mqtt_protocol_core_read_body(frame[0], body),
    }
}

/// It keeps what it reads.
fn mqtt_protocol_core_read_publish(first: u8, body: Arc<[u8]>) {
    let read = core5::Publish::parse(first & 0x0F, body);
    drop(black_box(read.expect("a good packet")));
}

/// Of every type but PUBLISH: its parsers take what follows the Fixed Header.
fn mqtt_protocol_core_read_body(first: u8, body: &[u8]) {
    macro_rules! parse {
        ($type:ident) => {
            drop(black_box(core5::$type::parse(body).expect("a good packet")))
        };
    }
    match first >> 4 {
        1 => parse!(Connect),
        2 => parse!(Connack),
        4 => parse!(Puback),
        5 => parse!(Pubrec),
        6 => parse!(Pubrel),
        7 => parse!(Pubcomp),
        8 => parse!(Subscribe),
        9 => parse!(Suback),
        12 => parse!(Pingreq),
        13 => parse!(Pingresp),
        14 => parse!(Disconnect),
        other => panic!("no packet of type {other} is measured"),
    }
}
