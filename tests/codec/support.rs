//! What every table needs: bytes as people write them, and the promises that hold for any bytes at all.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Bits, DecodeError, Dissection, ErrorKind, Field, Flaw, Holder, Packet, Sender, Value, Version,
    decode_as, dissect_as, encode,
};

/// Bytes written as hexadecimal digits, spaced at will; text stands in single quotes.
pub fn bytes(spaced: &str) -> Bytes {
    let mut out = Vec::new();
    for (index, part) in spaced.split('\'').enumerate() {
        if index % 2 == 1 {
            out.extend(part.as_bytes());
            continue;
        }
        let digits: Vec<u32> = part
            .chars()
            .filter(|char| !char.is_whitespace())
            .map(|char| char.to_digit(16).unwrap_or_else(|| panic!("no digit in {spaced}")))
            .collect();
        assert!(digits.len().is_multiple_of(2), "half a byte in {spaced}");
        out.extend(digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8));
    }
    out.into()
}

/// Decodes and dissects, and holds that both agree and that the dissection keeps its promises.
pub fn read(frame: &Bytes, sender: Option<Sender>) -> Result<Packet, DecodeError> {
    read_as(frame, sender, Version::V5)
}

/// The same in any version.
pub fn read_as(
    frame: &Bytes,
    sender: Option<Sender>,
    version: Version,
) -> Result<Packet, DecodeError> {
    let decoded = decode_as(frame, sender, version);
    let dissection = dissect_as(frame, sender, version);
    assert_eq!(dissection.version, version);
    assert_eq!(decoded, dissection.outcome, "decode and dissect of {frame:02x?}");
    assert_dissected(frame, &dissection);
    decoded
}

/// `name start..end = value (section)` of every leaf, as the version names it, with its bit fields as
/// `name high..low = value (section)`.
pub fn leaves(hex: &str, version: Version) -> Vec<String> {
    let dissection = dissect_as(&bytes(hex), None, version);
    let line = |field: &Field| {
        let (name, section) = (field.label.name_in(version), field.label.section_in(version));
        let (value, range) = (&field.value, &field.range);
        match field.bits {
            None => format!("{name} {}..{} = {value} ({section})", range.start, range.end),
            Some(Bits { high, low }) => format!("  {name} {high}..{low} = {value} ({section})"),
        }
    };
    dissection
        .leaves()
        .into_iter()
        .flat_map(|leaf| std::iter::once(line(leaf)).chain(leaf.children.iter().map(line)))
        .collect()
}

/// Reads a packet that is written in only one way.
pub fn read_canonical(frame: &Bytes, sender: Option<Sender>) -> Packet {
    let packet = read(frame, sender).unwrap_or_else(|error| panic!("{frame:02x?}: {error}"));
    assert_eq!(encode(&packet).as_ref(), Ok(frame), "{packet:?}");
    packet
}

/// The error of a packet that must not be accepted.
pub fn refused(frame: &Bytes, sender: Option<Sender>) -> DecodeError {
    match read(frame, sender) {
        Err(error) => error,
        Ok(packet) => panic!("{frame:02x?} was accepted as {packet:?}"),
    }
}

/// The leaves begin at 0, follow each other without gap or overlap, and cover the bytes. The first flaw is the
/// error, and all of them lie within the bytes.
pub fn assert_dissected(frame: &Bytes, dissection: &Dissection) {
    let mut end = 0;
    for leaf in dissection.leaves() {
        assert_eq!(leaf.range.start, end, "{} in {frame:02x?}", leaf.label.name());
        assert!(leaf.range.end >= end, "{} in {frame:02x?}", leaf.label.name());
        end = leaf.range.end;
    }
    assert_eq!(end, frame.len(), "{frame:02x?}");
    let first = dissection.flaws.first().map(|flaw| flaw.error);
    assert_eq!(first, dissection.outcome.as_ref().err().copied(), "{frame:02x?}");
    for Flaw { error, range, label, value } in &dissection.flaws {
        assert!(error.at <= frame.len(), "{error} in {frame:02x?}");
        assert!(range.start <= range.end && range.end <= frame.len(), "{error} in {frame:02x?}");
        let covers = range.contains(&error.at) || (range.is_empty() && range.start == error.at);
        let cut_short = matches!(error.kind, ErrorKind::Truncated { .. } | ErrorKind::Incomplete);
        assert!(covers || (cut_short && error.at == range.end), "{error} in {frame:02x?}");
        assert!(label.is_some() || *value == Value::None, "{error} in {frame:02x?}");
    }
    dissection.fields.iter().for_each(|field| assert_nested(frame, field));
}

/// A group spans its children; bit fields share out the byte from bit 7 down to bit 0.
fn assert_nested(frame: &Bytes, field: &Field) {
    let name = field.label.name();
    if field.is_leaf() {
        let Some(first) = field.children.first() else { return };
        assert_eq!(field.range.len(), 1, "{name}");
        let byte = frame[field.range.start];
        let mut next = Some(7);
        for child in &field.children {
            let bits = child.bits.unwrap_or_else(|| panic!("{name} mixes bytes and bits"));
            assert_eq!((Some(bits.high), &child.range), (next, &field.range), "{name}");
            assert!(bits.low <= bits.high && bits.of(byte) <= 0xFF >> (7 - bits.high + bits.low));
            next = bits.low.checked_sub(1);
        }
        assert_eq!(next, None, "{name}, first {}", first.label.name());
    } else {
        let (first, last) = (&field.children[0], &field.children[field.children.len() - 1]);
        assert_eq!(field.range, first.range.start..last.range.end, "{name}");
        field.children.iter().for_each(|child| assert_nested(frame, child));
    }
}

/// A packet around a block of properties; tells where the block's first property begins.
pub fn packet_with(holder: Holder, properties: &[u8]) -> (Bytes, usize) {
    let (first, before, after) = match holder {
        Holder::Connect => (0x10, "0004 'MQTT' 05 02 003C", "0001 'c'"),
        Holder::Will => (0x10, "0004 'MQTT' 05 06 003C 00 0001 'c'", "0001 't' 0002 'hi'"),
        Holder::ConnAck => (0x20, "00 00", ""),
        Holder::Publish => (0x30, "0001 't'", "'hi'"),
        Holder::PubAck => (0x40, "000A 00", ""),
        Holder::PubRec => (0x50, "000A 00", ""),
        Holder::PubRel => (0x62, "000A 00", ""),
        Holder::PubComp => (0x70, "000A 00", ""),
        Holder::Subscribe => (0x82, "000A", "0001 't' 00"),
        Holder::SubAck => (0x90, "000A", "00"),
        Holder::Unsubscribe => (0xA2, "000A", "0001 't'"),
        Holder::UnsubAck => (0xB0, "000A", "00"),
        Holder::Disconnect => (0xE0, "00", ""),
        Holder::Auth => (0xF0, "18", ""),
    };
    let (before, after) = (bytes(before), bytes(after));
    let length = variable_byte_integer(properties.len());
    let remaining = before.len() + length.len() + properties.len() + after.len();
    let fixed_header = [&[first][..], &variable_byte_integer(remaining)].concat();
    let at = fixed_header.len() + before.len() + length.len();
    (Bytes::from([&fixed_header[..], &before, &length, properties, &after].concat()), at)
}

/// Independent of the writer under test.
pub fn variable_byte_integer(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (value % 128) as u8;
        value /= 128;
        out.push(if value > 0 { byte + 128 } else { byte });
        if value == 0 {
            return out;
        }
    }
}

pub const CLIENT: Option<Sender> = Some(Sender::Client);
pub const SERVER: Option<Sender> = Some(Sender::Server);
