//! The whole capture of a bench, kept in pieces: each is written when there is time, and the last one again
//! until it is full. What goes from the capture goes from here too.

use serde::{Deserialize, Serialize};

use super::model::Left;
use crate::capture::{Capture, Record};
use crate::formats::{secrets, share};

/// A kept bench without its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBench {
    /// Without records too.
    pub left: Left,
    /// Oldest first.
    pub pieces: Vec<Piece>,
    /// When it was written last, in milliseconds since 1970.
    pub at: u64,
}

/// Records that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Under which it is kept; never used again for another one.
    pub number: u32,
    /// The id of its first record.
    pub first: u64,
    pub records: usize,
    pub packets: usize,
    pub bytes: usize,
}

impl Piece {
    fn end(&self) -> u64 {
        self.first + self.records as u64
    }

    fn is_full(&self) -> bool {
        self.records >= FULL_RECORDS || self.bytes >= FULL_BYTES
    }
}

impl KeptBench {
    pub fn packets(&self) -> usize {
        self.pieces.iter().map(|piece| piece.packets).sum()
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }

    /// `None` for what a later version of the page wrote in another way.
    pub fn from_text(text: &str) -> Option<KeptBench> {
        serde_json::from_str(text).ok()
    }
}

/// What is kept of the bench of this tab.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pieces: Vec<Piece>,
    next: u32,
    /// Pieces of the same bench before the page was reloaded: they go once everything is written again.
    before: Vec<u32>,
}

/// What there is to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub piece: Option<(u32, Vec<u8>)>,
    /// Pieces that are not needed any more.
    pub gone: Vec<u32>,
    /// Whether everything is kept then.
    pub is_complete: bool,
}

impl Journal {
    /// For a bench of which these pieces are kept from before.
    pub fn after(kept: &[Piece]) -> Journal {
        let before: Vec<u32> = kept.iter().map(|piece| piece.number).collect();
        let next = before.iter().max().map_or(0, |last| last + 1);
        Journal { pieces: Vec::new(), next, before }
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// At most one piece more, or the last one again.
    pub fn write(&mut self, capture: &Capture) -> Written {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id).0;
        let gone = self.pieces.iter().take_while(|piece| piece.end() <= oldest).count();
        let mut gone: Vec<u32> = self.pieces.drain(..gone).map(|piece| piece.number).collect();
        let from = self.pieces.last().map_or(oldest, Piece::end);
        let is_new = from < capture.next_id().0;
        let again = self
            .pieces
            .last()
            .copied()
            .filter(|last| is_new && !last.is_full() && last.first >= oldest);
        let first = again.map_or(from, |last| last.first).max(oldest);
        let mut bytes = 0;
        let room = |record: &&Record| {
            let has_room = bytes < FULL_BYTES;
            bytes += record.bytes().len();
            has_room
        };
        let skipped = usize::try_from(first - oldest).unwrap_or(usize::MAX);
        let records = capture.records().skip(skipped).take(FULL_RECORDS).take_while(room);
        let mut records: Vec<Record> = if is_new { records.cloned().collect() } else { Vec::new() };
        let mut piece = None;
        if is_new {
            secrets::hide(&mut records);
            let packed = share::pack(capture, records.iter());
            let number = match again {
                Some(last) => {
                    self.pieces.pop();
                    last.number
                }
                None => {
                    self.next += 1;
                    self.next - 1
                }
            };
            self.pieces.push(Piece {
                number,
                first,
                records: records.len(),
                packets: records.iter().filter(|record| record.sender().is_some()).count(),
                bytes: packed.len(),
            });
            piece = Some((number, packed));
        }
        let end = self.pieces.last().map_or(oldest, Piece::end);
        let is_complete = end >= capture.next_id().0;
        if is_complete {
            gone.append(&mut self.before);
        }
        Written { piece, gone, is_complete }
    }
}

/// The records of a piece up to this id.
pub fn unpack(piece: &Piece, bytes: &[u8], until: u64) -> Vec<Record> {
    let ids = piece.first..;
    let read = share::unpack(bytes).ok();
    let records = read.iter().flat_map(Capture::records).zip(ids);
    records.take_while(|(_, id)| *id < until).map(|(record, _)| record.clone()).collect()
}

/// When a piece is full: so many take a few milliseconds to write out.
const FULL_RECORDS: usize = 5000;
const FULL_BYTES: usize = 1 << 20;

/// So many benches are kept, that of this tab and those of others; the oldest go first.
pub const MOST_BENCHES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Bounds, ClientSlot, Entry};
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    fn record(capture: &mut Capture, count: usize) {
        for _ in 0..count {
            let bytes = bytes::Bytes::from_static(&[0xC0, 0]);
            let entry = Entry::Packet { sender: Sender::Client, bytes };
            let at = Instant::from_millis(capture.next_id().0);
            capture.push(at, ClientSlot(0), ConnectionId(1), entry);
        }
    }

    /// Writes until everything is kept; what is kept then, as a browser would have it.
    fn write_all(
        journal: &mut Journal,
        capture: &Capture,
        kept: &mut std::collections::BTreeMap<u32, Vec<u8>>,
    ) {
        loop {
            let written = journal.write(capture);
            kept.extend(written.piece);
            written.gone.iter().for_each(|number| drop(kept.remove(number)));
            if written.is_complete {
                break;
            }
        }
        let numbers: Vec<u32> = journal.pieces().iter().map(|piece| piece.number).collect();
        assert_eq!(kept.keys().copied().collect::<Vec<_>>(), numbers);
        let all: Vec<Instant> = journal
            .pieces()
            .iter()
            .flat_map(|piece| unpack(piece, &kept[&piece.number], u64::MAX))
            .map(|record| record.at)
            .collect();
        // A piece goes when nothing of it is left, so that a few more may be kept.
        let expect: Vec<Instant> = capture.records().map(|record| record.at).collect();
        assert!(all.ends_with(&expect), "{} kept, {} there", all.len(), expect.len());
        assert!(all.len() < expect.len() + FULL_RECORDS);
    }

    #[test]
    fn pieces_grow_until_they_are_full_and_go_with_the_capture() {
        let bounds = Bounds { records: 3 * FULL_RECORDS, bytes: 1 << 30 };
        let (mut capture, mut journal) = (Capture::new(bounds), Journal::default());
        let mut kept = Default::default();
        for (more, pieces) in
            [(0, 0), (10, 1), (10, 1), (FULL_RECORDS, 2), (2 * FULL_RECORDS, 4), (20_000, 3)]
        {
            record(&mut capture, more);
            write_all(&mut journal, &capture, &mut kept);
            assert_eq!(journal.pieces().len(), pieces, "after {more} more");
        }
        capture.clear();
        write_all(&mut journal, &capture, &mut kept);
        assert!(kept.is_empty(), "a cleared bench has nothing to keep");
    }

    #[test]
    fn after_a_reload_the_pieces_from_before_stay_until_all_is_written_again() {
        let mut capture = Capture::default();
        record(&mut capture, FULL_RECORDS + 5);
        let mut before = Journal::default();
        let mut kept = Default::default();
        write_all(&mut before, &capture, &mut kept);
        let mut journal = Journal::after(before.pieces());
        let written = journal.write(&capture);
        assert!(written.gone.is_empty(), "the first piece alone is not everything");
        kept.extend(written.piece);
        write_all(&mut journal, &capture, &mut kept);
        let numbers: Vec<_> = journal.pieces().iter().map(|piece| piece.number).collect();
        assert_eq!(numbers, [2, 3]);
    }

    #[test]
    fn only_what_is_older_is_taken_from_a_piece() {
        let mut capture = Capture::default();
        record(&mut capture, 10);
        let mut journal = Journal::default();
        let (_, bytes) = journal.write(&capture).piece.expect("ten are new");
        let piece = journal.pieces()[0];
        assert_eq!(unpack(&piece, &bytes, 4).len(), 4);
        assert!(unpack(&piece, &bytes[..1], 4).is_empty());
        let kept = KeptBench { left: Left::default(), pieces: vec![piece], at: 3 };
        assert_eq!(KeptBench::from_text(&kept.to_text()), Some(kept));
    }
}
