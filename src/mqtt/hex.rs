//! Bytes as people compare and type them: hexadecimal digits.

use bytes::Bytes;

/// Two lower-case digits a byte, without spaces.
pub fn hex(bytes: &[u8]) -> String {
    hex_groups(bytes, bytes.len().max(1))
}

/// The same with a space after every `size` bytes.
pub fn hex_groups(bytes: &[u8], size: usize) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % size == 0 {
            text.push(' ');
        }
        for nibble in [byte >> 4, byte & 0x0F] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    text
}

/// Why a text is no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotHex {
    /// A character that is no hexadecimal digit.
    Character {
        /// The character.
        character: char,
        /// Its place among the characters; that of the first is 1.
        position: usize,
    },
    /// A digit without its pair.
    HalfByte {
        /// How many digits there are.
        digits: usize,
    },
}

/// Bytes of two digits each, with any space between.
///
/// # Errors
///
/// The first thing that is wrong with the text.
pub fn from_hex(text: &str) -> Result<Bytes, NotHex> {
    let mut digits = Vec::new();
    for (index, character) in text.chars().enumerate() {
        match character.to_digit(16) {
            Some(digit) => digits.push(digit as u8),
            None if character.is_whitespace() => {}
            None => return Err(NotHex::Character { character, position: index + 1 }),
        }
    }
    match digits.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect()),
        _ => Err(NotHex::HalfByte { digits: digits.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_alone_or_in_groups() {
        let bytes = [0xde, 0xad, 0xbe, 0xef, 0x01];
        for (size, expect) in [(1, "de ad be ef 01"), (4, "deadbeef 01"), (5, "deadbeef01")] {
            assert_eq!(hex_groups(&bytes, size), expect, "{size}");
        }
        assert_eq!(hex(&bytes), "deadbeef01");
        assert_eq!(hex(&[]), "");
    }
}
