//! The codec by itself: bytes that are handed over are read, and packets that were read are written.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use bytes::Bytes;
use js_sys::Uint32Array;
use mqtt5_playground::mqtt::{DecodeError, Deframer, Packet, decode, encode_into};
use wasm_bindgen::{JsCast, JsValue};

use crate::values::{self, Thrown, error};

/// What `load` has read, and where `encodeAll` writes it each time.
#[derive(Default)]
struct Loaded {
    packets: Vec<Packet>,
    written: Vec<u8>,
}

pub fn offer(bench: &JsValue) {
    values::offer(bench, "decodeAll", |stream, _, _| {
        let stream = values::bytes(&stream, "bytes")?;
        read_all(std::iter::once(stream), |_| ())
    });
    values::offer(bench, "decodeChunks", |stream, cuts, _| {
        let stream = values::bytes(&stream, "bytes")?;
        let cuts = cuts.dyn_ref::<Uint32Array>();
        let cuts = cuts.ok_or_else(|| error("`chunks` is not a Uint32Array"))?.to_vec();
        read_all(chunks(stream, &cuts)?.into_iter(), |_| ())
    });
    let loaded = Rc::new(RefCell::new(Loaded::default()));
    let kept = Rc::clone(&loaded);
    values::offer(bench, "load", move |stream, _, _| {
        let stream = values::bytes(&stream, "bytes")?;
        let mut packets = Vec::new();
        let count = read_all(std::iter::once(stream), |packet| packets.push(packet.clone()))?;
        kept.borrow_mut().packets = packets;
        Ok(count)
    });
    values::offer(bench, "encodeAll", move |_, _, _| {
        let Loaded { packets, written } = &mut *loaded.borrow_mut();
        written.clear();
        for packet in packets {
            encode_into(packet, written).map_err(|refused| error(refused.to_string()))?;
        }
        Ok(JsValue::from_f64(black_box(written).len() as f64))
    });
}

/// Reads every packet of a stream that comes in pieces, as the link hands them over, and returns how many there are.
fn read_all(pieces: impl Iterator<Item = Bytes>, mut take: impl FnMut(&Packet)) -> Thrown<JsValue> {
    let mut deframer = Deframer::new();
    let mut count: u32 = 0;
    let told = |count: u32, wrong: DecodeError| {
        error(format!("packet {count}, byte {}: {}", wrong.at, wrong.kind))
    };
    for piece in pieces {
        deframer.push_shared(piece);
        while let Some(frame) = deframer.next_frame().map_err(|wrong| told(count, wrong))? {
            match &decode(&frame, None) {
                Ok(packet) => take(black_box(packet)),
                Err(wrong) => return Err(told(count, *wrong)),
            }
            count += 1;
        }
    }
    match deframer.pending().len() {
        0 => Ok(JsValue::from_f64(f64::from(count))),
        left => Err(error(format!("{left} bytes are left after packet {count}"))),
    }
}

/// The pieces of a stream, by their lengths, which together are its own, or else by the places where it is cut, in
/// ascending order.
fn chunks(stream: Bytes, cuts: &[u32]) -> Thrown<Vec<Bytes>> {
    let in_all: u64 = cuts.iter().map(|cut| u64::from(*cut)).sum();
    let are_lengths = in_all == stream.len() as u64;
    let mut rest = stream;
    let mut pieces = Vec::with_capacity(cuts.len() + 1);
    let mut at = 0;
    for cut in cuts {
        let cut = *cut as usize;
        let length = if are_lengths { Some(cut) } else { cut.checked_sub(at) };
        let length = length.filter(|length| *length <= rest.len()).ok_or_else(|| {
            error("`chunks` are neither lengths that make up `bytes` nor ascending places in it")
        })?;
        pieces.push(rest.split_to(length));
        at = cut;
    }
    pieces.push(rest);
    Ok(pieces)
}
