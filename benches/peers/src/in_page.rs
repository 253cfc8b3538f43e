//! The peers for JavaScript, each with the functions of the bench page that it has something for. What they return is
//! compared by the page: packets read, bytes written. A packet that is refused stops the program, and so the run.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use mqtt_bytes_v5 as mqttbytes;
use mqtt_proto::v5 as proto;
use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{PacketBuildResult, PacketBuilder, PacketData};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    frames, mqtt_proto_read, mqtt_protocol_core_read, mqtt_protocol_core_read_body,
    mqtt_protocol_core_read_publish,
};

#[wasm_bindgen(js_name = coreDecodeAll)]
pub fn core_decode_all(stream: &[u8]) -> usize {
    frames(stream).map(mqtt_protocol_core_read).count()
}

/// With its own way to put packets together. `lengths` are those of the pieces.
#[wasm_bindgen(js_name = coreDecodeChunks)]
pub fn core_decode_chunks(stream: &[u8], lengths: &[u32]) -> usize {
    let mut builder = PacketBuilder::new();
    let mut count = 0;
    for piece in pieces(stream, lengths) {
        let mut piece = Cursor::new(piece);
        loop {
            let packet = match builder.feed(&mut piece) {
                PacketBuildResult::Complete(packet) => packet,
                PacketBuildResult::Incomplete => break,
                PacketBuildResult::Error(wrong) => panic!("{wrong:?}"),
            };
            let first = packet.packet_type() << 4 | packet.flags();
            match packet.data {
                PacketData::Publish(body) => mqtt_protocol_core_read_publish(first, body),
                PacketData::Normal(body) => mqtt_protocol_core_read_body(first, &body),
            }
            count += 1;
        }
    }
    count
}

#[wasm_bindgen(js_name = protoDecodeAll)]
pub fn proto_decode_all(stream: &[u8]) -> usize {
    frames(stream).map(|frame| drop(black_box(mqtt_proto_read(frame)))).count()
}

/// Packets to write. Each is written into memory of its own.
#[wasm_bindgen]
pub struct ProtoPackets(Vec<proto::Packet>);

#[wasm_bindgen]
impl ProtoPackets {
    pub fn load(stream: &[u8]) -> ProtoPackets {
        ProtoPackets(frames(stream).map(mqtt_proto_read).collect())
    }

    #[wasm_bindgen(js_name = encodeAll)]
    pub fn encode_all(&self) -> usize {
        self.each_encoded().map(|bytes| black_box(&bytes).as_ref().len()).sum()
    }

    /// What is written, one behind the other.
    pub fn written(&self) -> Vec<u8> {
        self.each_encoded().flat_map(|bytes| bytes.as_ref().to_vec()).collect()
    }

    fn each_encoded(&self) -> impl Iterator<Item = mqtt_proto::VarBytes> {
        self.0.iter().map(|packet| black_box(packet).encode().expect("it has a representation"))
    }
}

#[wasm_bindgen(js_name = mqttbytesDecodeAll)]
pub fn mqttbytes_decode_all(stream: Vec<u8>) -> usize {
    let mut stream = BytesMut::from(Bytes::from(stream));
    std::iter::from_fn(|| mqttbytes_read(&mut stream)).map(|packet| drop(black_box(packet))).count()
}

#[wasm_bindgen(js_name = mqttbytesDecodeChunks)]
pub fn mqttbytes_decode_chunks(stream: &[u8], lengths: &[u32]) -> usize {
    let mut waiting = BytesMut::new();
    let mut count = 0;
    for piece in pieces(stream, lengths) {
        waiting.extend_from_slice(piece);
        while let Some(packet) = mqttbytes_read(&mut waiting) {
            drop(black_box(packet));
            count += 1;
        }
    }
    count
}

/// Packets to write. Each is written to the same place, which is empty again: behind another packet, version 0.1 puts
/// the flags of CONNECT into the wrong one.
#[wasm_bindgen]
pub struct MqttbytesPackets {
    packets: Vec<mqttbytes::Packet>,
    place: BytesMut,
}

#[wasm_bindgen]
impl MqttbytesPackets {
    pub fn load(stream: &[u8]) -> MqttbytesPackets {
        let mut stream = BytesMut::from(stream);
        let packets = std::iter::from_fn(|| mqttbytes_read(&mut stream)).collect();
        MqttbytesPackets { packets, place: BytesMut::new() }
    }

    #[wasm_bindgen(js_name = encodeAll)]
    pub fn encode_all(&mut self) -> usize {
        let mut length = 0;
        self.encode_each(|bytes| length += black_box(bytes).len());
        length
    }

    /// What is written, one behind the other.
    pub fn written(&mut self) -> Vec<u8> {
        let mut written = Vec::new();
        self.encode_each(|bytes| written.extend_from_slice(bytes));
        written
    }

    fn encode_each(&mut self, mut take: impl FnMut(&[u8])) {
        for packet in &self.packets {
            self.place.clear();
            black_box(packet).write(&mut self.place).expect("it has a representation");
            take(&self.place);
        }
    }
}

/// `None` where no whole packet is left.
fn mqttbytes_read(stream: &mut BytesMut) -> Option<mqttbytes::Packet> {
    match mqttbytes::Packet::read(stream, None) {
        Ok(packet) => Some(packet),
        Err(mqttbytes::Error::InsufficientBytes(_)) => None,
        Err(wrong) => panic!("{wrong}"),
    }
}

fn pieces<'a>(mut stream: &'a [u8], lengths: &'a [u32]) -> impl Iterator<Item = &'a [u8]> {
    lengths.iter().map(move |length| {
        let (piece, rest) = stream.split_at(*length as usize);
        stream = rest;
        piece
    })
}
