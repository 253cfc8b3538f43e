//! CBOR (RFC 8949), its values in diagnostic notation.

use super::nested::{self, Head, slice, text, unsigned};
use super::number::{decimal, float, half};
use super::tree::{FaultKind, Step, Stop, Tree, fault, hex_string, quoted};

pub fn read(bytes: &[u8], most: usize) -> Tree {
    nested::read(bytes, most, head)
}

fn head(bytes: &[u8], at: usize) -> Result<(Head, usize), Stop> {
    let Some(&first) = bytes.get(at) else { return fault(at, FaultKind::Ends) };
    let (major, info) = (first >> 5, first & 0x1F);
    let length = match info {
        0..24 | 31 => 0,
        24..28 => 1 << (info - 24),
        _ => return fault(at, FaultKind::Unexpected),
    };
    let argument = match info {
        0..24 => u64::from(info),
        _ => unsigned(bytes, at + 1, length)?,
    };
    let end = at + 1 + length;
    if info == 31 {
        let head = match major {
            2 | 3 => return chunks(bytes, at, major),
            4 => Head::Array(None),
            5 => Head::Map(None),
            7 => Head::Break,
            _ => return fault(at, FaultKind::Unexpected),
        };
        return Ok((head, end));
    }
    let scalar = |kind, text: String, end| Ok((Head::Scalar(kind, text), end));
    match major {
        0 => scalar("unsigned", argument.to_string(), end),
        1 => scalar("negative", (-1 - i128::from(argument)).to_string(), end),
        2 => {
            let (found, end) = slice(bytes, end, argument)?;
            scalar("bytes", hex_string(found), end)
        }
        3 => {
            let (found, end) = text(bytes, end, argument)?;
            scalar("text", quoted(found), end)
        }
        4 => Ok((Head::Array(Some(argument)), end)),
        5 => Ok((Head::Map(Some(argument)), end)),
        6 => match bignum(bytes, end, argument) {
            Some((digits, end)) => scalar("bignum", digits, end),
            None => Ok((Head::Tag(argument), end)),
        },
        _ => match info {
            20 => scalar("bool", "false".to_owned(), end),
            21 => scalar("bool", "true".to_owned(), end),
            22 => scalar("null", "null".to_owned(), end),
            23 => scalar("undefined", "undefined".to_owned(), end),
            25 => scalar("float16", float(half(argument as u16)), end),
            26 => scalar("float32", float(f32::from_bits(argument as u32).into()), end),
            27 => scalar("float64", float(f64::from_bits(argument)), end),
            // What fits into one byte must be (§3.3).
            24 if argument < 32 => fault(at, FaultKind::Unexpected),
            _ => scalar("simple", format!("simple({argument})"), end),
        },
    }
}

/// Bytes or text in pieces, up to a break (§3.2.3).
fn chunks(bytes: &[u8], start: usize, major: u8) -> Result<(Head, usize), Stop> {
    let mut parts = Vec::new();
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None => return fault(at, FaultKind::Ends),
            Some(0xFF) => break,
            // Each has a length, and is of the same type.
            Some(byte) if byte >> 5 != major || byte & 0x1F == 31 => {
                return fault(at, FaultKind::Unexpected);
            }
            Some(_) => {}
        }
        let (Head::Scalar(_, part), end) = head(bytes, at)? else {
            return fault(at, FaultKind::Unexpected);
        };
        if parts.len() < MOST_CHUNKS {
            parts.push(part);
        }
        at = end;
    }
    let kind = if major == 2 { "bytes" } else { "text" };
    // Without pieces it is an empty one.
    let value = match (parts.is_empty(), major) {
        (true, 2) => "''_".to_owned(),
        (true, _) => "\"\"_".to_owned(),
        _ => format!("(_ {})", parts.join(", ")),
    };
    Ok((Head::Scalar(kind, value), at + 1))
}

/// Further pieces are read and not shown.
const MOST_CHUNKS: usize = 100;

/// A number that is written as bytes behind tag 2, or 3 where it is negative (§3.4.3).
fn bignum(bytes: &[u8], at: usize, tag: u64) -> Option<(String, usize)> {
    let is_negative = match tag {
        2 => false,
        3 => true,
        _ => return None,
    };
    let length = bytes.get(at).filter(|byte| **byte >> 5 == 2)? & 0x1F;
    let (found, end) = match length {
        0..24 => slice(bytes, at + 1, length.into()).ok()?,
        24 => slice(bytes, at + 2, (*bytes.get(at + 1)?).into()).ok()?,
        _ => return None,
    };
    if !is_negative {
        return Some((decimal(found), end));
    }
    // -1 - n, so that the digits are those of n + 1.
    let mut more = found.to_vec();
    let mut carries = true;
    for byte in more.iter_mut().rev() {
        let (next, carry) = byte.overflowing_add(u8::from(carries));
        *byte = next;
        carries = carry;
    }
    if carries {
        more.insert(0, 1);
    }
    Some((format!("-{}", decimal(&more)), end))
}

/// The whole as one line of diagnostic notation (§8), as far as it was read.
pub fn diagnostic(tree: &Tree, bytes: &[u8]) -> String {
    let mut out = String::new();
    if !tree.rows.is_empty() {
        write(tree, bytes, 0, &mut out);
    }
    out
}

/// As deep as the tree is, which is bounded.
fn write(tree: &Tree, bytes: &[u8], row: usize, out: &mut String) {
    let this = &tree.rows[row];
    let is_endless = bytes.get(this.range.start).is_some_and(|byte| byte & 0x1F == 31);
    let (open, close) = match this.kind {
        "array" => (if is_endless { "[_ " } else { "[" }, "]"),
        "map" => (if is_endless { "{_ " } else { "{" }, "}"),
        "tag" => ("(", ")"),
        _ => return out.push_str(&this.value),
    };
    if this.kind == "tag" {
        out.push_str(&this.value);
    }
    out.push_str(open);
    for (nth, inner) in tree.children(row).enumerate() {
        if nth > 0 {
            out.push_str(", ");
        }
        if let (Step::Key(key), "map") = (&tree.rows[inner].step, this.kind) {
            // Keys are kept as text, with the quotes of a text taken off.
            match key.parse::<i128>() {
                Ok(_) => out.push_str(key),
                Err(_) => out.push_str(&format!("\"{key}\"")),
            }
            out.push_str(": ");
        }
        write(tree, bytes, inner, out);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let pair = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
        (0..hex.len()).step_by(2).map(pair).collect()
    }

    /// RFC 8949, appendix A.
    #[test]
    fn the_examples_of_the_standard_read_as_it_says() {
        for (hex, expect) in [
            ("00", "0"),
            ("01", "1"),
            ("0a", "10"),
            ("17", "23"),
            ("1818", "24"),
            ("1819", "25"),
            ("1864", "100"),
            ("1903e8", "1000"),
            ("1a000f4240", "1000000"),
            ("1b000000e8d4a51000", "1000000000000"),
            ("1bffffffffffffffff", "18446744073709551615"),
            ("c249010000000000000000", "18446744073709551616"),
            ("3bffffffffffffffff", "-18446744073709551616"),
            ("c349010000000000000000", "-18446744073709551617"),
            ("20", "-1"),
            ("29", "-10"),
            ("3863", "-100"),
            ("3903e7", "-1000"),
            ("f90000", "0.0"),
            ("f98000", "-0.0"),
            ("f93c00", "1.0"),
            ("fb3ff199999999999a", "1.1"),
            ("f93e00", "1.5"),
            ("f97bff", "65504.0"),
            ("fa47c35000", "100000.0"),
            ("fa7f7fffff", "3.4028234663852886e+38"),
            ("fb7e37e43c8800759c", "1.0e+300"),
            ("f90001", "5.960464477539063e-8"),
            ("f90400", "0.00006103515625"),
            ("f9c400", "-4.0"),
            ("fbc010666666666666", "-4.1"),
            ("f97c00", "Infinity"),
            ("f97e00", "NaN"),
            ("f9fc00", "-Infinity"),
            ("fa7f800000", "Infinity"),
            ("fa7fc00000", "NaN"),
            ("faff800000", "-Infinity"),
            ("fb7ff0000000000000", "Infinity"),
            ("fb7ff8000000000000", "NaN"),
            ("fbfff0000000000000", "-Infinity"),
            ("f4", "false"),
            ("f5", "true"),
            ("f6", "null"),
            ("f7", "undefined"),
            ("f0", "simple(16)"),
            ("f8ff", "simple(255)"),
            ("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")"),
            ("c11a514b67b0", "1(1363896240)"),
            ("c1fb41d452d9ec200000", "1(1363896240.5)"),
            ("d74401020304", "23(h'01020304')"),
            ("d818456449455446", "24(h'6449455446')"),
            (
                "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
                "32(\"http://www.example.com\")",
            ),
            ("40", "h''"),
            ("4401020304", "h'01020304'"),
            ("60", "\"\""),
            ("6161", "\"a\""),
            ("6449455446", "\"IETF\""),
            ("62225c", "\"\\\"\\\\\""),
            ("62c3bc", "\"ü\""),
            ("63e6b0b4", "\"水\""),
            ("64f0908591", "\"𐅑\""),
            ("80", "[]"),
            ("83010203", "[1, 2, 3]"),
            ("8301820203820405", "[1, [2, 3], [4, 5]]"),
            (
                "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
                "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]",
            ),
            ("a0", "{}"),
            ("a201020304", "{1: 2, 3: 4}"),
            ("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"),
            ("826161a161626163", "[\"a\", {\"b\": \"c\"}]"),
            (
                "a56161614161626142616361436164614461656145",
                "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}",
            ),
            ("5f42010243030405ff", "(_ h'0102', h'030405')"),
            ("7f657374726561646d696e67ff", "(_ \"strea\", \"ming\")"),
            ("9fff", "[_ ]"),
            ("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"),
            ("9f01820203820405ff", "[_ 1, [2, 3], [4, 5]]"),
            ("83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]"),
            ("83019f0203ff820405", "[1, [_ 2, 3], [4, 5]]"),
            ("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}"),
            ("826161bf61626163ff", "[\"a\", {_ \"b\": \"c\"}]"),
            ("bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}"),
        ] {
            let bytes = bytes(hex);
            let tree = read(&bytes, 1000);
            assert_eq!(tree.fault, None, "{hex}");
            assert_eq!(diagnostic(&tree, &bytes), expect, "{hex}");
            assert_eq!(tree.rows[0].range, 0..bytes.len(), "{hex}");
        }
    }

    /// RFC 8949, appendix F, and others.
    #[test]
    fn what_is_not_well_formed_is_a_fault() {
        for (hex, at, kind) in [
            ("", 0, FaultKind::Ends),
            ("18", 1, FaultKind::Ends),
            ("1901", 2, FaultKind::Ends),
            ("41", 1, FaultKind::Ends),
            ("82", 1, FaultKind::Ends),
            ("8201", 2, FaultKind::Ends),
            ("a10102ff", 3, FaultKind::Trailing),
            ("a101", 2, FaultKind::Ends),
            ("9f01", 2, FaultKind::Ends),
            ("5f4100", 3, FaultKind::Ends),
            ("5f00ff", 1, FaultKind::Unexpected),
            ("5f6100ff", 1, FaultKind::Unexpected),
            ("7f7f6100ffff", 1, FaultKind::Unexpected),
            ("ff", 0, FaultKind::Unexpected),
            ("81ff", 1, FaultKind::Unexpected),
            ("bf00ff", 2, FaultKind::Unexpected), // a key without a value
            ("1c", 0, FaultKind::Unexpected),
            ("1f", 0, FaultKind::Unexpected),
            ("df00", 0, FaultKind::Unexpected),
            ("f818", 0, FaultKind::Unexpected),
            ("61ff", 1, FaultKind::Utf8),
            ("0000", 1, FaultKind::Trailing),
        ] {
            let tree = read(&bytes(hex), 100);
            let found = tree.fault.map(|fault| (fault.at, fault.kind));
            assert_eq!(found, Some((at, kind)), "{hex}");
        }
    }

    #[test]
    fn a_key_may_be_a_container() {
        // { [1]: "a", "b": 2 }
        let tree = read(&bytes("a2810161616162 02".replace(' ', "").as_str()), 100);
        assert_eq!(tree.fault, None);
        let paths: Vec<_> = (0..tree.rows.len()).map(|row| tree.path(row)).collect();
        assert_eq!(paths, ["$", "$['key 0']", "$['key 0'][0]", "$['key 0']", "$.b"]);
    }

    #[test]
    fn a_float_of_four_bytes_keeps_its_exact_value() {
        assert_eq!(read(&bytes("fa3dcccccd"), 1).rows[0].value, "0.10000000149011612");
    }
}
