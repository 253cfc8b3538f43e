//! Bytes as people compare them: lower-case hexadecimal digits.

/// Two digits a byte, without spaces.
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
