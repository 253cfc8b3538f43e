//! Captures in links: folded with the browser's own compression where it has one.

use js_sys::{Array, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableWritablePair, Response};

use crate::capture::Capture;
use crate::formats::{
    LoadError,
    share::{Folded, MAX_LETTERS, MAX_UNFOLDED, unpack},
};

// `web-sys` counts these among what may still change, and leaves them out.
#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

const RAW_DEFLATE: &str = "deflate-raw";

/// What [`pack`](crate::formats::share::pack) wrote, as text for an address.
pub async fn fold(bytes: Vec<u8>) -> String {
    let compressed = match has("CompressionStream") {
        true => {
            let stream = CompressionStream::new(RAW_DEFLATE);
            match stream {
                Ok(stream) => through(&bytes, stream.unchecked_into()).await.ok(),
                Err(_) => None,
            }
        }
        false => None,
    };
    let folded = match compressed {
        Some(bytes) => Folded { bytes, is_compressed: true },
        None => Folded { bytes, is_compressed: false },
    };
    folded.to_text()
}

/// The capture in such a text.
pub async fn unfold(text: &str) -> Result<Capture, LoadError> {
    unpack(&unfold_bytes(text).await?)
}

/// The bytes in such a text.
pub async fn unfold_bytes(text: &str) -> Result<Vec<u8>, LoadError> {
    // Some slack, for links of pages with other limits.
    if text.len() > 4 * MAX_LETTERS {
        return Err(LoadError::Link);
    }
    let folded = Folded::from_text(text)?;
    let bytes = match folded.is_compressed {
        false => folded.bytes,
        true => {
            let stream = match has("DecompressionStream") {
                true => DecompressionStream::new(RAW_DEFLATE).ok(),
                false => None,
            };
            let stream = stream.ok_or(LoadError::Link)?;
            through(&folded.bytes, stream.unchecked_into()).await.map_err(|_| LoadError::Link)?
        }
    };
    match bytes.len() {
        ..=MAX_UNFOLDED => Ok(bytes),
        _ => Err(LoadError::Link),
    }
}

/// What comes out of a stream when all the bytes have gone in.
async fn through(bytes: &[u8], stream: ReadableWritablePair) -> Result<Vec<u8>, JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let readable = blob.stream().pipe_through(&stream);
    let response = Response::new_with_opt_readable_stream(Some(&readable))?;
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Whether the browser knows something of that name.
fn has(name: &str) -> bool {
    Reflect::get(&window(), &JsValue::from_str(name)).is_ok_and(|found| !found.is_undefined())
}
