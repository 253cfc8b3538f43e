//! Which view suits: by what the message says of itself, then by its bytes.

use super::packed::is_zlib;
use super::sparkplug::NAMESPACE;
use super::{View, read, unpack};
use crate::formats::gzip;

/// What is known beside the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    pub topic: Option<String>,
    pub content_type: Option<String>,
    /// Payload Format Indicator 1.
    pub is_text: bool,
}

/// Why a view was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Topic,
    ContentType,
    FormatIndicator,
    /// A guess.
    Bytes,
}

/// The view to begin with, and what it was chosen by.
pub fn guess(bytes: &[u8], hint: &Hint) -> (View, Basis) {
    let topic = hint.topic.as_deref().and_then(|topic| topic.strip_prefix(NAMESPACE));
    // Only STATE is JSON.
    if topic.is_some_and(|rest| !rest.starts_with("STATE/")) && !bytes.is_empty() {
        return (View::Sparkplug, Basis::Topic);
    }
    let named = hint.content_type.as_deref().and_then(by_content_type);
    if let Some(view) = named {
        return (view, Basis::ContentType);
    }
    let by_bytes = by_bytes(bytes);
    match hint.is_text && by_bytes == View::Text {
        true => (View::Text, Basis::FormatIndicator),
        false => (by_bytes, Basis::Bytes),
    }
}

fn by_content_type(content_type: &str) -> Option<View> {
    let media = content_type.split(';').next()?.trim().to_ascii_lowercase();
    let has = |word: &str| media.contains(word);
    match () {
        () if has("json") => Some(View::Json),
        () if has("cbor") => Some(View::Cbor),
        () if has("msgpack") || has("messagepack") => Some(View::MessagePack),
        () if has("sparkplug") => Some(View::Sparkplug),
        () if has("protobuf") || has("proto") => Some(View::Protobuf),
        () if has("gzip") || has("zlib") || has("deflate") => Some(View::Compressed),
        () if has("base64") => Some(View::Base64),
        () if media.starts_with("text/") || media.ends_with("xml") => Some(View::Text),
        () => None,
    }
}

fn by_bytes(bytes: &[u8]) -> View {
    let sound = |view| {
        let tree = read(view, bytes, LOOKED_AT)?;
        tree.is_sound().then_some(tree)
    };
    if let Some(text) = readable(bytes) {
        let first = text.trim_start().chars().next();
        let is_json = matches!(first, Some('{' | '[')) && sound(View::Json).is_some();
        return match () {
            () if is_json => View::Json,
            () if is_base64(text) => View::Base64,
            () => View::Text,
        };
    }
    if gzip::is_gzip(bytes) || is_zlib(bytes) {
        let unpacked = unpack(View::Compressed, bytes, LOOKED_AT);
        if unpacked.is_some_and(|inner| inner.fault.is_none()) {
            return View::Compressed;
        }
    }
    // A single number would fit any bytes.
    let has_structure =
        |view| sound(view).is_some_and(|tree| matches!(tree.rows[0].kind, "array" | "map" | "tag"));
    match () {
        () if has_structure(View::Cbor) => View::Cbor,
        () if has_structure(View::MessagePack) => View::MessagePack,
        () if bytes.len() > 1 && sound(View::Protobuf).is_some() => View::Protobuf,
        () => View::Hex,
    }
}

/// Values, or bytes of what is unpacked, that are looked at for a guess.
const LOOKED_AT: usize = 2000;

/// The bytes as text, if they are text without control characters. Of a large payload the beginning tells.
fn readable(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(64 << 10)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character that the limit has cut.
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().all(is_text).then_some(text)
}

/// Words may consist of its letters too: only what holds bytes that are told apart, or padding, is taken for
/// Base64.
fn is_base64(text: &str) -> bool {
    let text = text.trim();
    let digits = text.trim_end_matches('=');
    let is_whole =
        text.len() >= 16 && text.len().is_multiple_of(4) && text.len() - digits.len() <= 2;
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if !is_whole || !digits.bytes().all(is_digit) {
        return false;
    }
    let unpacked = unpack(View::Base64, text.as_bytes(), LOOKED_AT);
    let inner = unpacked.filter(|inner| inner.fault.is_none()).map(|inner| inner.bytes);
    inner.is_some_and(|bytes| readable(&bytes).is_some() || by_bytes(&bytes) != View::Hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_is_chosen_by_what_is_said_first_and_by_the_bytes_then() {
        let plain = Hint::default();
        let of_type = |content_type: &str| Hint {
            content_type: Some(content_type.to_owned()),
            ..Hint::default()
        };
        let on = |topic: &str| Hint { topic: Some(topic.to_owned()), ..Hint::default() };
        let text = Hint { is_text: true, ..Hint::default() };
        for (bytes, hint, expect) in [
            (&b"21.5"[..], &plain, (View::Text, Basis::Bytes)),
            (b"", &plain, (View::Text, Basis::Bytes)),
            (b"21.5", &text, (View::Text, Basis::FormatIndicator)),
            (b"{\"a\":1}", &plain, (View::Json, Basis::Bytes)),
            (b"{\"a\":1}", &text, (View::Json, Basis::Bytes)),
            (b"{not json}", &plain, (View::Text, Basis::Bytes)),
            (b"{\"a\":1}", &of_type("application/senml+json"), (View::Json, Basis::ContentType)),
            (b"x", &of_type("Application/CBOR"), (View::Cbor, Basis::ContentType)),
            (b"x", &of_type("text/plain; charset=utf-8"), (View::Text, Basis::ContentType)),
            (b"x", &of_type("application/x-protobuf"), (View::Protobuf, Basis::ContentType)),
            (&[0xA1, 0x61, b'a', 0x01], &plain, (View::Cbor, Basis::Bytes)),
            (&[0x81, 0xA1, b'a', 0x01], &plain, (View::MessagePack, Basis::Bytes)),
            (&[0x08, 0x96, 0x01], &plain, (View::Protobuf, Basis::Bytes)),
            (&[0xFF, 0xD8, 0xFF, 0xE0], &plain, (View::Hex, Basis::Bytes)),
            (&[0x18, 0], &on("spBv1.0/g/NDATA/n"), (View::Sparkplug, Basis::Topic)),
            (b"{\"online\":true}", &on("spBv1.0/STATE/host"), (View::Json, Basis::Bytes)),
            (b"eyJ0ZW1wIjogMjEuNX0=", &plain, (View::Base64, Basis::Bytes)),
            (b"temperaturesensor01x", &plain, (View::Text, Basis::Bytes)),
        ] {
            assert_eq!(guess(bytes, hint), expect, "{:?} {hint:?}", String::from_utf8_lossy(bytes));
        }
    }
}
