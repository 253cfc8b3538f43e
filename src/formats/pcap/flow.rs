//! One direction of a TCP connection: segments in any order, once or more → bytes in order, and the holes
//! where the file has none.
//!
//! A file is whole, so it is known from the start which bytes it has: a hole shows as soon as something
//! behind it arrives, and what merely came out of order is waited for.

use std::collections::BTreeMap;
use std::ops::Range;

use super::frames::Segment;

/// Which bytes of a direction a file has. Places count from wherever the first segment stood, so that
/// they do not wrap around as sequence numbers do.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// A sequence number and its place, from which the next ones are counted.
    known: Option<(u32, i64)>,
    /// Where the connection began, if that was captured.
    begin: Option<i64>,
    /// Where the sender ended it.
    end: Option<i64>,
    /// In order, and apart from each other.
    ranges: Vec<Range<i64>>,
}

impl Extent {
    /// Takes in a segment, and returns its place.
    pub fn note(&mut self, segment: &Segment<'_>) -> i64 {
        let mut at = self.place(segment.sequence);
        self.known = Some((segment.sequence, at));
        if segment.is_syn {
            // The number of the SYN stands for itself.
            at += 1;
            self.begin.get_or_insert(at);
        }
        let end = at + segment.payload.len() as i64;
        if !segment.payload.is_empty() {
            self.insert(at..end);
        }
        if segment.is_fin {
            self.end.get_or_insert(end + segment.cut as i64);
        }
        at
    }

    /// Whether the beginning was captured.
    pub fn begins(&self) -> bool {
        self.begin.is_some()
    }

    /// Whether bytes are missing before others that are there.
    pub fn has_holes(&self) -> bool {
        let begins = self.ranges.first().map(|range| range.start);
        self.ranges.len() > 1 || self.begin.zip(begins).is_some_and(|(begin, first)| begin < first)
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Takes in what the other side says it has got of this one.
    pub fn note_acknowledged(&mut self, sequence: u32) {
        // Without a segment of its own it is all that is known about this side.
        self.known.get_or_insert((sequence, 0));
    }

    /// How far a sequence number lies from the ones before it.
    pub fn distance(&self, sequence: u32) -> u32 {
        self.known.map_or(0, |(known, _)| (sequence.wrapping_sub(known) as i32).unsigned_abs())
    }

    fn place(&self, sequence: u32) -> i64 {
        let (known, at) = self.known.unwrap_or((sequence, 0));
        at + i64::from(sequence.wrapping_sub(known) as i32)
    }

    fn insert(&mut self, new: Range<i64>) {
        let from = self.ranges.partition_point(|range| range.end < new.start);
        let to = self.ranges.partition_point(|range| range.start <= new.end);
        let start = self.ranges.get(from).map_or(new.start, |range| range.start.min(new.start));
        let end = to.checked_sub(1).filter(|last| *last >= from);
        let end = end.map_or(new.end, |last| self.ranges[last].end.max(new.end));
        self.ranges.splice(from..to.max(from), std::iter::once(start..end));
    }

    /// Where the first byte stands.
    fn start(&self) -> i64 {
        let first = self.ranges.first().map(|range| range.start);
        self.begin.or(first).unwrap_or_else(|| self.known.map_or(0, |(_, at)| at))
    }

    /// Where there are bytes again; `None` if there is one at this place.
    fn missing_until(&self, at: i64) -> Option<i64> {
        let next = self.ranges.partition_point(|range| range.end <= at);
        match self.ranges.get(next) {
            Some(range) if range.start <= at => None,
            Some(range) => Some(range.start),
            None => Some(i64::MAX),
        }
    }
}

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Bytes {
        bytes: &'a [u8],
        /// Whether a segment begins with them, as packets often do.
        is_start: bool,
    },
    /// Bytes that the file does not have.
    Missing(u64),
}

/// Gives out the pieces of a direction, each as soon as everything before it has come or is known to be
/// missing.
#[derive(Debug, Default)]
pub(super) struct Flow<'a> {
    next: Option<i64>,
    /// Up to where there are bytes on the wire.
    known_to: i64,
    /// What came too early, by its place.
    early: BTreeMap<i64, &'a [u8]>,
}

impl<'a> Flow<'a> {
    /// Takes a segment at its place, behind which the frame was cut short by `cut` bytes.
    pub fn segment(
        &mut self,
        extent: &Extent,
        at: i64,
        payload: &'a [u8],
        cut: usize,
    ) -> Vec<Piece<'a>> {
        if !payload.is_empty() {
            let known = self.early.entry(at).or_insert(payload);
            if known.len() < payload.len() {
                *known = payload;
            }
        }
        self.reach(extent, at + (payload.len() + cut) as i64, payload.is_empty())
    }

    /// Takes what the other side says it has got.
    pub fn acknowledged(&mut self, extent: &Extent, sequence: u32) -> Vec<Piece<'a>> {
        self.reach(extent, extent.place(sequence), true)
    }

    /// The direction is known to go up to there; only by number, if no byte stands before that place.
    fn reach(&mut self, extent: &Extent, to: i64, by_number: bool) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut next = self.next.unwrap_or_else(|| extent.start());
        // The end of a connection takes a number without being a byte.
        let to = extent.end.map_or(to, |end| end.min(to));
        let is_end = by_number && extent.end.is_none() && to == next + 1;
        self.known_to = self.known_to.max(if is_end { next } else { to });
        let to = self.known_to;
        loop {
            while let Some(entry) = self.early.first_entry().filter(|entry| *entry.key() <= next) {
                let (at, payload) = entry.remove_entry();
                // Sent again, perhaps with more behind it.
                let known = usize::try_from(next - at).unwrap_or(usize::MAX);
                if let Some(bytes) = payload.get(known..).filter(|bytes| !bytes.is_empty()) {
                    pieces.push(Piece::Bytes { bytes, is_start: known == 0 });
                    next += bytes.len() as i64;
                }
            }
            if next >= to {
                break;
            }
            let Some(until) = extent.missing_until(next) else { break };
            let until = until.min(to);
            pieces.push(Piece::Missing((until - next) as u64));
            next = until;
        }
        self.next = Some(next);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn segment(sequence: u32, text: &str, cut: usize) -> Segment<'_> {
        let end = SocketAddr::from(([0; 4], 0));
        Segment {
            at: 0,
            from: end,
            to: end,
            sequence,
            acknowledged: None,
            is_syn: false,
            is_fin: false,
            is_reset: false,
            payload: text.as_bytes(),
            cut,
        }
    }

    fn begun(sequence: u32) -> Extent {
        let mut extent = Extent::default();
        extent.note(&Segment { is_syn: true, ..segment(sequence, "", 0) });
        extent
    }

    /// What comes out of segments, `-` for a missing byte.
    fn read(begin: Option<u32>, segments: &[(u32, &str, usize)]) -> String {
        let mut extent = begin.map(begun).unwrap_or_default();
        let places: Vec<i64> = segments
            .iter()
            .map(|(sequence, text, cut)| extent.note(&segment(*sequence, text, *cut)))
            .collect();
        let mut flow = Flow::default();
        let mut out = String::new();
        for ((_, text, cut), at) in segments.iter().zip(places) {
            for piece in flow.segment(&extent, at, text.as_bytes(), *cut) {
                match piece {
                    Piece::Bytes { bytes, .. } => out += std::str::from_utf8(bytes).expect("ASCII"),
                    Piece::Missing(count) => out += &"-".repeat(count as usize),
                }
            }
            out.push(' ');
        }
        out.trim_end().to_owned()
    }

    #[test]
    fn bytes_come_out_once_and_in_order_and_holes_in_their_place() {
        for (name, segments, expect) in [
            ("in order", &[(1, "ab", 0), (3, "cd", 0)][..], "ab cd"),
            ("swapped", &[(3, "cd", 0), (1, "ab", 0)], " abcd"),
            ("three swapped", &[(5, "ef", 0), (3, "cd", 0), (1, "ab", 0)], "  abcdef"),
            ("twice", &[(1, "ab", 0), (1, "ab", 0), (3, "cd", 0)], "ab  cd"),
            ("again with more", &[(1, "ab", 0), (1, "abcd", 0)], "ab cd"),
            ("overlapping early", &[(2, "bcd", 0), (1, "abc", 0), (5, "e", 0)], " abcd e"),
            ("two lengths early", &[(2, "b", 0), (2, "bcd", 0), (1, "a", 0)], "  abcd"),
            ("a hole", &[(1, "ab", 0), (5, "ef", 0)], "ab --ef"),
            ("a hole at the beginning", &[(3, "cd", 0)], "--cd"),
            ("a hole beside what is late", &[(1, "a", 0), (5, "e", 0), (2, "b", 0)], "a  b--e"),
            ("a frame cut short", &[(1, "ab", 3), (6, "f", 0)], "ab--- f"),
            ("sent again in full", &[(1, "ab", 3), (1, "abcde", 0), (6, "f", 0)], "ab cde f"),
        ] {
            assert_eq!(read(Some(0), segments), expect.trim_end(), "{name}");
            // Numbers wrap around.
            let shifted: Vec<_> = segments
                .iter()
                .map(|(at, text, cut)| (u32::wrapping_add(*at, u32::MAX - 3), *text, *cut))
                .collect();
            assert_eq!(read(Some(u32::MAX - 3), &shifted), expect.trim_end(), "{name}");
        }
    }

    #[test]
    fn a_capture_may_begin_in_the_middle() {
        assert_eq!(read(None, &[(500, "a", 0), (501, "b", 0)]), "a b");
        assert_eq!(read(None, &[(501, "b", 0), (500, "a", 0)]), " ab");
        assert_eq!(read(None, &[(500, "a", 0), (503, "b", 0)]), "a --b");
    }

    #[test]
    fn what_the_other_side_has_got_tells_of_a_hole_that_nothing_follows() {
        let mut extent = begun(0);
        extent.note(&segment(1, "ab", 0));
        let mut flow = Flow::default();
        flow.segment(&extent, 1, b"ab", 0);
        assert_eq!(flow.acknowledged(&extent, 3), []);
        // That may be the end of the connection.
        assert_eq!(flow.acknowledged(&extent, 4), []);
        assert_eq!(flow.acknowledged(&extent, 7), [Piece::Missing(4)]);
        assert_eq!(flow.acknowledged(&extent, 7), []);
        // What comes late is not missing.
        extent.note(&segment(7, "g", 0));
        extent.note(&Segment { is_fin: true, ..segment(8, "", 0) });
        assert_eq!(flow.acknowledged(&extent, 9), []);
        let last = Piece::Bytes { bytes: b"g", is_start: true };
        assert_eq!(flow.segment(&extent, 7, b"g", 0), [last]);
        assert_eq!(flow.acknowledged(&extent, 9), []);
    }
}
