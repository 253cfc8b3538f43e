//! The line protocol of `examples/dissect.rs`: each line in is answered by one line out, whatever it holds.

use bytes::Bytes;
use serde_json::{Value, json};

use super::read::packet_from_json;
use super::write::dissection_to_json;
use crate::mqtt::{Sender, Version, dissect, dissect_as, encode, hex};

/// Dissects one packet in hexadecimal, optionally behind `3.1.1 ` or `3.1 ` for an older version, and
/// `client ` or `server ` for the side that sent it. Bytes may be set apart by white space and begin with `0x`; an empty line is a packet without bytes.
pub fn dissect_line(line: &str) -> Value {
    let (version, rest) = split_version(line);
    let (sender, digits) = split_sender(rest);
    match bytes_of(digits) {
        Ok(bytes) => dissection_to_json(&dissect_as(&bytes, sender, version)),
        Err((offset, message)) => {
            // Counted in characters of the whole line, as an editor does.
            let at = line[..line.len() - digits.len() + offset].chars().count();
            failure(at, "not_hex", Value::Null, message)
        }
    }
}

/// Encodes one packet given as JSON, optionally behind `client ` or `server `, and answers with its bytes
/// in hexadecimal. What cannot be encoded, or breaks a rule once encoded, is an error as
/// [`dissect_line`] reports it.
pub fn encode_line(line: &str) -> Result<String, Value> {
    let (sender, text) = split_sender(line);
    let json: Value = serde_json::from_str(text).map_err(|error| {
        let at = line.len() - text.len() + error.column().saturating_sub(1);
        failure(at, "not_json", Value::Null, &error.to_string())
    })?;
    let packet = packet_from_json(&json)
        .map_err(|error| failure(0, "not_a_packet", Value::Null, &error.to_string()))?;
    let bytes = encode(&packet)
        .map_err(|error| failure(0, error.key(), error.rule().into(), &error.to_string()))?;
    let dissection = dissect(&bytes, sender);
    match dissection.outcome {
        Ok(_) => Ok(hex(&bytes)),
        Err(_) => Err(dissection_to_json(&dissection)),
    }
}

fn split_version(line: &str) -> (Version, &str) {
    let line = line.trim_start();
    let named = |version: Version| {
        let rest = line.strip_prefix(version.name())?;
        rest.starts_with(char::is_whitespace).then_some((version, rest))
    };
    Version::ALL.into_iter().find_map(named).unwrap_or((Version::V5, line))
}

fn split_sender(line: &str) -> (Option<Sender>, &str) {
    let line = line.trim_start();
    for (word, sender) in [("client", Sender::Client), ("server", Sender::Server)] {
        if let Some(rest) = line.strip_prefix(word)
            && (rest.is_empty() || rest.starts_with(char::is_whitespace))
        {
            return (Some(sender), rest);
        }
    }
    (None, line)
}

/// Pairs hexadecimal digits; an error comes with the byte offset of what is no digit.
fn bytes_of(text: &str) -> Result<Bytes, (usize, &'static str)> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high: Option<u32> = None;
    let mut chars = text.char_indices().peekable();
    let mut starts_a_word = true;
    while let Some((offset, char)) = chars.next() {
        let starts = std::mem::replace(&mut starts_a_word, char.is_whitespace());
        if char.is_whitespace() {
            continue;
        }
        if starts && char == '0' && chars.next_if(|(_, next)| matches!(next, 'x' | 'X')).is_some() {
            continue;
        }
        let digit = char.to_digit(16).ok_or((offset, "expected a hexadecimal digit"))?;
        match high.take() {
            None => high = Some(digit),
            Some(high) => bytes.push((high << 4 | digit) as u8),
        }
    }
    match high {
        None => Ok(bytes.into()),
        Some(_) => Err((text.len(), "expected a second hexadecimal digit for the last byte")),
    }
}

/// An error outside the packet: there is no peer to answer, so there is no Reason Code.
fn failure(at: usize, kind: &str, statement: Value, message: &str) -> Value {
    let error = json!({
        "at": at,
        "kind": kind,
        "statement": statement,
        "reason_code": null,
        "message": message,
    });
    json!({ "ok": false, "error": error, "errors": [error], "fields": [] })
}
