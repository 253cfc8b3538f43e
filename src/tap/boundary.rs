//! Where packets end in a stream of bytes, without keeping any of them.

use crate::mqtt::Sender;

/// Follows one direction of a connection. Reads nothing of a packet but its length.
#[derive(Clone, Debug, Default)]
pub struct Boundaries {
    /// Bytes of the packet under way that are still to come, once its length is known.
    rest: usize,
    /// The Fixed Header as far as it has come, without its first byte.
    header: Option<Length>,
    /// A length of more than four bytes: no boundary can be found after it.
    is_lost: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Length {
    value: usize,
    width: u32,
}

impl Boundaries {
    /// Whether the next byte begins a packet.
    pub fn is_between(&self) -> bool {
        !self.is_lost && self.rest == 0 && self.header.is_none()
    }

    /// Goes past bytes up to the end of the packet under way, or of the next one: tells how many they are. All of them
    /// where it does not end in them.
    pub fn next(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            if self.is_lost {
                return bytes.len();
            }
            if self.rest > 0 {
                let taken = self.rest.min(bytes.len() - at);
                self.rest -= taken;
                at += taken;
            } else {
                let byte = bytes[at];
                at += 1;
                match &mut self.header {
                    None => {
                        self.header = Some(Length::default());
                        continue;
                    }
                    Some(length) => {
                        length.value |= usize::from(byte & 0x7F) << (7 * length.width);
                        length.width += 1;
                        if byte & 0x80 != 0 {
                            self.is_lost = length.width == 4;
                            continue;
                        }
                        self.rest = length.value;
                        self.header = None;
                    }
                }
            }
            if self.is_between() {
                return at;
            }
        }
        at
    }

    /// Goes past all of the bytes.
    pub fn skip(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            at += self.next(&bytes[at..]);
        }
    }
}

/// For names of things that have two directions.
pub(super) fn side(sender: Sender) -> usize {
    usize::from(sender == Sender::Server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_end_where_their_length_says_however_they_are_split() {
        let long = [&[0x30, 0xC8, 0x01][..], &[0; 200]].concat();
        let packets: [&[u8]; 4] = [&[0xC0, 0], &[0x40, 2, 0, 1], &long, &[0xD0, 0]];
        let stream = packets.concat();
        for piece in [1, 2, 3, 7, 100, stream.len()] {
            let mut boundaries = Boundaries::default();
            let (mut ends, mut passed) = (Vec::new(), 0);
            for piece in stream.chunks(piece) {
                let mut at = 0;
                while at < piece.len() {
                    at += boundaries.next(&piece[at..]);
                    if boundaries.is_between() {
                        ends.push(passed + at);
                    }
                }
                passed += piece.len();
            }
            assert_eq!(ends, [2, 6, 209, 211], "in pieces of {piece}");
        }
    }

    #[test]
    fn after_an_endless_length_there_is_no_boundary() {
        let mut boundaries = Boundaries::default();
        boundaries.skip(&[0xC0, 0]);
        assert!(boundaries.is_between());
        boundaries.skip(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xC0, 0x00]);
        assert!(!boundaries.is_between());
    }
}
