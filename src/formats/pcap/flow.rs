//! One direction of a TCP connection: segments in any order, once or more → bytes in order.

use std::collections::BTreeMap;

/// Bytes are given out as soon as everything before them has come.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The sequence number of the next byte.
    next: Option<u32>,
    /// What came too early, by its distance from the next byte.
    early: BTreeMap<u32, Vec<u8>>,
}

/// A segment further ahead than any window reaches is one from the past.
const FARTHEST: u32 = 1 << 30;

impl Flow {
    /// The connection begins: the number of the SYN stands for itself.
    pub fn begin(&mut self, sequence: u32) {
        self.next = Some(sequence.wrapping_add(1));
    }

    /// The bytes that are next in order now.
    pub fn take(&mut self, sequence: u32, payload: &[u8]) -> Vec<u8> {
        if payload.is_empty() {
            return Vec::new();
        }
        // Captured from the middle of a connection, it begins where the capture does.
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next);
        let mut bytes = match ahead {
            0 => payload.to_vec(),
            1..FARTHEST => {
                self.early.entry(sequence).or_insert_with(|| payload.to_vec());
                return Vec::new();
            }
            _ => {
                // Sent again, perhaps with more behind it.
                let known = next.wrapping_sub(sequence) as usize;
                payload.get(known..).unwrap_or_default().to_vec()
            }
        };
        let mut end = next.wrapping_add(bytes.len() as u32);
        while let Some(sequence) = self.first_due(end) {
            let payload = self.early.remove(&sequence).unwrap_or_default();
            let known = end.wrapping_sub(sequence) as usize;
            let new = payload.get(known..).unwrap_or_default();
            bytes.extend(new);
            end = end.wrapping_add(new.len() as u32);
        }
        self.next = Some(end);
        bytes
    }

    /// How many bytes wait for some that never came.
    pub fn waiting(&self) -> usize {
        self.early.values().map(Vec::len).sum()
    }

    /// An early segment that begins at or before `end`.
    fn first_due(&self, end: u32) -> Option<u32> {
        self.early.keys().copied().find(|sequence| end.wrapping_sub(*sequence) < FARTHEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_once_and_in_order() {
        for (name, segments, expect, waiting) in [
            ("in order", &[(1, "ab"), (3, "cd")][..], "abcd", 0),
            ("swapped", &[(3, "cd"), (1, "ab")], "abcd", 0),
            ("three swapped", &[(5, "ef"), (3, "cd"), (1, "ab")], "abcdef", 0),
            ("twice", &[(1, "ab"), (1, "ab"), (3, "cd")], "abcd", 0),
            ("again with more", &[(1, "ab"), (1, "abcd")], "abcd", 0),
            ("overlapping early", &[(2, "bcd"), (1, "abc"), (5, "e")], "abcde", 0),
            ("a gap", &[(1, "ab"), (4, "d")], "ab", 1),
        ] {
            let mut flow = Flow::default();
            flow.begin(0);
            let bytes: Vec<u8> =
                segments.iter().flat_map(|(at, text)| flow.take(*at, text.as_bytes())).collect();
            assert_eq!((bytes.as_slice(), flow.waiting()), (expect.as_bytes(), waiting), "{name}");
        }
    }

    #[test]
    fn numbers_wrap_around() {
        let mut flow = Flow::default();
        flow.begin(u32::MAX - 2);
        assert_eq!(flow.take(1, b"d"), b"");
        assert_eq!(flow.take(u32::MAX - 1, b"abc"), b"abcd");
    }

    #[test]
    fn a_capture_may_begin_in_the_middle() {
        let mut flow = Flow::default();
        assert_eq!(flow.take(500, b"a"), b"a");
        assert_eq!(flow.take(501, b"b"), b"b");
    }
}
