//! MessagePack: <https://github.com/msgpack/msgpack/blob/master/spec.md>.

use super::nested::{self, Head, slice, text, unsigned};
use super::number::{float, moment, short_float};
use super::tree::{FaultKind, Stop, Tree, fault, hex_string, quoted};

pub fn read(bytes: &[u8], most: usize) -> Tree {
    nested::read(bytes, most, head)
}

fn head(bytes: &[u8], at: usize) -> Result<(Head, usize), Stop> {
    let Some(&first) = bytes.get(at) else { return fault(at, FaultKind::Ends) };
    let after = at + 1;
    let low = u64::from(first);
    let number = |length: usize| unsigned(bytes, after, length);
    let scalar = |kind, text: String, end| Ok((Head::Scalar(kind, text), end));
    let string = |from, length| {
        let (found, end) = text(bytes, from, length)?;
        scalar("str", quoted(found), end)
    };
    let binary = |from, length| {
        let (found, end) = slice(bytes, from, length)?;
        scalar("bin", hex_string(found), end)
    };
    let extension = |from, length| {
        let kind = unsigned(bytes, from, 1)? as u8 as i8;
        let (found, end) = slice(bytes, from + 1, length)?;
        match timestamp(kind, found) {
            Some(moment) => scalar("timestamp", moment, end),
            None => scalar("ext", format!("ext({kind}, {})", hex_string(found)), end),
        }
    };
    match first {
        0x00..0x80 => scalar("fixint", first.to_string(), after),
        0x80..0x90 => Ok((Head::Map(Some(low & 0x0F)), after)),
        0x90..0xA0 => Ok((Head::Array(Some(low & 0x0F)), after)),
        0xA0..0xC0 => string(after, low & 0x1F),
        0xC0 => scalar("nil", "nil".to_owned(), after),
        // Never used.
        0xC1 => fault(at, FaultKind::Unexpected),
        0xC2 => scalar("bool", "false".to_owned(), after),
        0xC3 => scalar("bool", "true".to_owned(), after),
        0xC4 => binary(after + 1, number(1)?),
        0xC5 => binary(after + 2, number(2)?),
        0xC6 => binary(after + 4, number(4)?),
        0xC7 => extension(after + 1, number(1)?),
        0xC8 => extension(after + 2, number(2)?),
        0xC9 => extension(after + 4, number(4)?),
        0xCA => scalar("float32", short_float(f32::from_bits(number(4)? as u32)), after + 4),
        0xCB => scalar("float64", float(f64::from_bits(number(8)?)), after + 8),
        0xCC => scalar("uint8", number(1)?.to_string(), after + 1),
        0xCD => scalar("uint16", number(2)?.to_string(), after + 2),
        0xCE => scalar("uint32", number(4)?.to_string(), after + 4),
        0xCF => scalar("uint64", number(8)?.to_string(), after + 8),
        0xD0 => scalar("int8", (number(1)? as u8 as i8).to_string(), after + 1),
        0xD1 => scalar("int16", (number(2)? as u16 as i16).to_string(), after + 2),
        0xD2 => scalar("int32", (number(4)? as u32 as i32).to_string(), after + 4),
        0xD3 => scalar("int64", (number(8)? as i64).to_string(), after + 8),
        0xD4..0xD9 => extension(after, 1 << (first - 0xD4)),
        0xD9 => string(after + 1, number(1)?),
        0xDA => string(after + 2, number(2)?),
        0xDB => string(after + 4, number(4)?),
        0xDC => Ok((Head::Array(Some(number(2)?)), after + 2)),
        0xDD => Ok((Head::Array(Some(number(4)?)), after + 4)),
        0xDE => Ok((Head::Map(Some(number(2)?)), after + 2)),
        0xDF => Ok((Head::Map(Some(number(4)?)), after + 4)),
        0xE0.. => scalar("fixint", (first as i8).to_string(), after),
    }
}

/// Extension type -1, in one of its three lengths.
fn timestamp(kind: i8, bytes: &[u8]) -> Option<String> {
    if kind != -1 {
        return None;
    }
    let (seconds, nanos) = match *bytes {
        [a, b, c, d] => (i64::from(u32::from_be_bytes([a, b, c, d])), 0),
        [a, b, c, d, e, f, g, h] => {
            let both = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
            ((both & 0x3_FFFF_FFFF) as i64, (both >> 34) as u32)
        }
        [a, b, c, d, e, f, g, h, i, j, k, l] => {
            (i64::from_be_bytes([e, f, g, h, i, j, k, l]), u32::from_be_bytes([a, b, c, d]))
        }
        _ => return None,
    };
    let millis = seconds.checked_mul(1000)?.checked_add(i64::from(nanos / 1_000_000))?;
    (nanos < 1_000_000_000).then(|| moment(millis)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read() {
        let long = |head: &[u8], length: usize| [head, &vec![b'x'; length]].concat();
        for (bytes, kind, value) in [
            (vec![0x00], "fixint", "0"),
            (vec![0x7F], "fixint", "127"),
            (vec![0xE0], "fixint", "-32"),
            (vec![0xFF], "fixint", "-1"),
            (vec![0x80], "map", "{0}"),
            (vec![0x82, 0x01, 0x02, 0xA1, b'k', 0xC0], "map", "{2}"),
            (vec![0x90], "array", "[0]"),
            (vec![0x93, 1, 2, 3], "array", "[3]"),
            (vec![0xA0], "str", "\"\""),
            (vec![0xA2, b'h', b'i'], "str", "\"hi\""),
            (vec![0xC0], "nil", "nil"),
            (vec![0xC2], "bool", "false"),
            (vec![0xC3], "bool", "true"),
            (vec![0xC4, 2, 1, 2], "bin", "h'0102'"),
            (vec![0xC5, 0, 1, 9], "bin", "h'09'"),
            (vec![0xC6, 0, 0, 0, 0], "bin", "h''"),
            (vec![0xC7, 1, 5, 0xAB], "ext", "ext(5, h'ab')"),
            (vec![0xC8, 0, 1, 0x80, 0xAB], "ext", "ext(-128, h'ab')"),
            (vec![0xC9, 0, 0, 0, 1, 5, 0xAB], "ext", "ext(5, h'ab')"),
            (vec![0xCA, 0x3D, 0xCC, 0xCC, 0xCD], "float32", "0.1"),
            (vec![0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0], "float64", "1.5"),
            (vec![0xCC, 0xFF], "uint8", "255"),
            (vec![0xCD, 0xFF, 0xFF], "uint16", "65535"),
            (vec![0xCE, 0xFF, 0xFF, 0xFF, 0xFF], "uint32", "4294967295"),
            (
                long(&[0xCF], 0).into_iter().chain([0xFF; 8]).collect(),
                "uint64",
                "18446744073709551615",
            ),
            (vec![0xD0, 0x80], "int8", "-128"),
            (vec![0xD1, 0x80, 0], "int16", "-32768"),
            (vec![0xD2, 0x80, 0, 0, 0], "int32", "-2147483648"),
            (vec![0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], "int64", "-9223372036854775808"),
            (vec![0xD4, 1, 0xAA], "ext", "ext(1, h'aa')"),
            (vec![0xD5, 1, 0xAA, 0xBB], "ext", "ext(1, h'aabb')"),
            (vec![0xD6, 1, 1, 2, 3, 4], "ext", "ext(1, h'01020304')"),
            (vec![0xD7, 1, 1, 2, 3, 4, 5, 6, 7, 8], "ext", "ext(1, h'0102030405060708')"),
            (long(&[0xD8, 1], 16), "ext", "ext(1, h'78787878787878787878787878787878')"),
            (long(&[0xD9, 2], 2), "str", "\"xx\""),
            (long(&[0xDA, 0, 2], 2), "str", "\"xx\""),
            (long(&[0xDB, 0, 0, 0, 2], 2), "str", "\"xx\""),
            (vec![0xDC, 0, 1, 7], "array", "[1]"),
            (vec![0xDD, 0, 0, 0, 1, 7], "array", "[1]"),
            (vec![0xDE, 0, 1, 7, 8], "map", "{1}"),
            (vec![0xDF, 0, 0, 0, 1, 7, 8], "map", "{1}"),
            // Timestamps of 32, 64 and 96 bits.
            (vec![0xD6, 0xFF, 0, 0, 0, 1], "timestamp", "1970-01-01T00:00:01Z"),
            (
                vec![0xD7, 0xFF, 0x1D, 0xCD, 0x65, 0, 0, 0, 0, 1],
                "timestamp",
                "1970-01-01T00:00:01.125Z",
            ),
            (
                vec![0xC7, 12, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                "timestamp",
                "1969-12-31T23:59:59Z",
            ),
        ] {
            let tree = read(&bytes, 100);
            assert_eq!(tree.fault, None, "{bytes:02X?}");
            let row = &tree.rows[0];
            assert_eq!((row.kind, &row.value[..]), (kind, value), "{bytes:02X?}");
            assert_eq!(row.range, 0..bytes.len(), "{bytes:02X?}");
            // Cut anywhere it says so.
            for end in 0..bytes.len() {
                let cut = read(&bytes[..end], 100).fault.map(|fault| fault.kind);
                assert_eq!(cut, Some(FaultKind::Ends), "{:02X?}", &bytes[..end]);
            }
        }
        assert_eq!(read(&[0xC1], 9).fault.map(|fault| fault.kind), Some(FaultKind::Unexpected));
        assert_eq!(read(&[0xA1, 0xFF], 9).fault.map(|fault| fault.kind), Some(FaultKind::Utf8));
    }

    #[test]
    fn values_have_paths() {
        // {"compact": true, "schema": [0]}
        let bytes =
            [&[0x82, 0xA7][..], b"compact", &[0xC3, 0xA6], b"schema", &[0x91, 0x00]].concat();
        let tree = read(&bytes, 100);
        let paths: Vec<_> = (0..tree.rows.len()).map(|row| tree.path(row)).collect();
        assert_eq!(paths, ["$", "$.compact", "$.schema", "$.schema[0]"]);
    }
}
