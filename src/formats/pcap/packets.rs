//! The bytes of one side, with holes → packets.
//!
//! After a hole it is not known where the next packet begins. Where the hole lies within a packet whose
//! length was read before, that length tells. Otherwise [`Search`] looks for a place from which packets
//! follow one another, and asks for so much that what merely looks like a packet is not taken for one:
//! what stands before is counted as not read.
//!
//! A place is sure only some packets later. So that the ones before are not recorded late, behind the
//! answers to them, a side with holes is read twice: the second time it is known where packets begin
//! again.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use bytes::Bytes;

use super::flow::Piece;
use crate::capture::{Capture, ClientSlot, Entry, Hole, RecordId};
use crate::mqtt::{
    self, ConnectionId, Deframer, FrameHeader, PacketType, Sender, Version, decode_as,
};
use crate::time::Instant;

/// Where records go: the capture, and what every one of them is to say.
pub(super) struct Out<'a> {
    pub capture: &'a mut Capture,
    pub at: Instant,
    pub slot: ClientSlot,
    pub connection: ConnectionId,
}

impl Out<'_> {
    pub fn push(&mut self, entry: Entry) -> RecordId {
        self.capture.push(self.at, self.slot, self.connection, entry)
    }
}

/// One side of a connection.
#[derive(Debug)]
pub(super) struct Packets {
    sender: Sender,
    grammars: Grammars,
    state: State,
    /// Bytes up to here, missing ones among them.
    position: u64,
    /// Where packets begin again after each time that this was not known, if they do.
    borders: Borders,
    pub missing: u64,
    pub unread: u64,
}

/// Positions in a side, one for each search.
pub(super) type Places = Vec<Option<u64>>;

#[derive(Debug)]
enum Borders {
    Sought(Places),
    Known(std::vec::IntoIter<Option<u64>>),
}

#[derive(Debug)]
enum State {
    /// It is known where the next packet begins.
    InStep(Deframer),
    Searching(Search),
    /// What is there cannot be a packet.
    Broken,
}

impl Packets {
    /// A side from its first byte on, or from somewhere in the middle.
    pub fn new(
        sender: Sender,
        version: Option<Version>,
        is_whole: bool,
        borders: Option<Places>,
    ) -> Packets {
        let borders = match borders {
            Some(places) => Borders::Known(places.into_iter()),
            None => Borders::Sought(Vec::new()),
        };
        let state = State::InStep(Deframer::new());
        let grammars = Grammars::of(version);
        let mut packets =
            Packets { sender, grammars, state, position: 0, borders, missing: 0, unread: 0 };
        if !is_whole {
            packets.state = State::Searching(packets.search());
        }
        packets
    }

    fn search(&mut self) -> Search {
        let border = match &mut self.borders {
            Borders::Sought(_) => Border::Sought,
            Borders::Known(places) => match places.next().flatten() {
                Some(place) => Border::At(place),
                None => Border::Nowhere,
            },
        };
        Search { border, grammars: self.grammars, ..Search::default() }
    }

    /// Remembers where a search has come to its end.
    fn note(&mut self, place: Option<u64>) {
        if let Borders::Sought(places) = &mut self.borders {
            places.push(place);
        }
    }

    /// Where packets begin again, once everything has been read.
    pub fn into_places(self) -> Places {
        match self.borders {
            Borders::Sought(places) => places,
            Borders::Known(_) => Vec::new(),
        }
    }

    pub fn take(&mut self, piece: Piece<'_>, out: &mut Out<'_>) {
        match piece {
            Piece::Bytes { bytes, is_start } => {
                self.bytes(bytes, is_start, out);
                self.position += bytes.len() as u64;
            }
            Piece::Missing(count) => {
                self.hole(count, out);
                self.position += count;
            }
        }
    }

    /// Bytes that are there, but of which the transport could make nothing.
    pub fn skip(&mut self, count: u64, out: &mut Out<'_>) {
        match &mut self.state {
            State::Searching(search) => {
                search.unread += count;
                search.tell(out);
            }
            _ => self.unread += count,
        }
        self.position += count;
    }

    fn bytes(&mut self, bytes: &[u8], is_start: bool, out: &mut Out<'_>) {
        match &mut self.state {
            State::InStep(deframer) => {
                deframer.push(bytes);
                self.cut(out);
            }
            State::Searching(search) => {
                match search.take(bytes, is_start, self.sender, self.position) {
                    Some(found) => {
                        self.unread += search.unread;
                        search.found(self.sender, out);
                        self.note(Some(self.position + bytes.len() as u64 - found.len() as u64));
                        let mut deframer = Deframer::new();
                        deframer.push(&found);
                        self.state = State::InStep(deframer);
                        self.cut(out);
                    }
                    None => search.tell(out),
                }
            }
            State::Broken => self.unread += bytes.len() as u64,
        }
    }

    /// Takes the packets that are whole.
    fn cut(&mut self, out: &mut Out<'_>) {
        let (State::InStep(deframer), sender) = (&mut self.state, self.sender) else { return };
        loop {
            match deframer.next_frame() {
                Ok(Some(bytes)) => _ = out.push(Entry::Packet { sender, bytes }),
                Ok(None) => break,
                Err(error) => {
                    let bytes = deframer.take_pending();
                    out.push(Entry::Broken { sender, bytes, error });
                    self.state = State::Broken;
                    break;
                }
            }
        }
    }

    fn hole(&mut self, count: u64, out: &mut Out<'_>) {
        self.missing += count;
        let (begun, before) = match &mut self.state {
            State::Searching(search) if search.record.is_some() => {
                // Nothing has been read since the hole before: they are shown as one.
                search.goes_on(count);
                search.tell(out);
                return;
            }
            State::Searching(search) => {
                let before = search.unread + search.buffer.len() as u64;
                self.note(None);
                (Bytes::new(), before)
            }
            State::InStep(deframer) => (deframer.take_pending(), 0),
            State::Broken => (Bytes::new(), 0),
        };
        // How much of the packet in which the hole begins lies behind the hole.
        let behind = FrameHeader::read(&begun).ok().flatten().and_then(|header| {
            (header.length as u64).checked_sub(begun.len() as u64)?.checked_sub(count)
        });
        let mut search = Search {
            skip: behind.unwrap_or(0),
            is_trusted: behind.is_some(),
            missing: count,
            unread: before + begun.len() as u64,
            ..self.search()
        };
        let begun = begun.slice(..begun.len().min(MOST_BEGUN));
        search.record = Some(out.push(Entry::Missing(Hole {
            sender: self.sender,
            missing: count,
            unread: search.unread,
            begun,
        })));
        self.state = State::Searching(search);
    }

    /// What is left when the file ends.
    pub fn finish(&mut self, out: &mut Out<'_>) {
        match &mut self.state {
            State::InStep(deframer) => self.unread += deframer.pending().len() as u64,
            State::Searching(search) => {
                search.give_up();
                self.unread += search.unread;
                if search.unread > 0 {
                    search.found(self.sender, out);
                }
                self.note(None);
            }
            State::Broken => {}
        }
    }
}

/// The versions in which packets of a connection may be read. 3.1 differs from 3.1.1 in CONNECT alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Grammars {
    five: bool,
    three: bool,
}

impl Grammars {
    /// That of a known version, or all.
    fn of(version: Option<Version>) -> Grammars {
        Grammars {
            five: version.is_none_or(|version| version.is_5()),
            three: version.is_none_or(|version| !version.is_5()),
        }
    }

    /// Those in which bytes are a packet that this side may send, with nothing wrong in it: what the
    /// search trusts. `None` if there are none.
    fn in_which(self, frame: &Bytes, sender: Sender) -> Option<Grammars> {
        let reads = |version| decode_as(frame, Some(sender), version).is_ok();
        let left = Grammars {
            five: self.five && reads(Version::V5),
            three: self.three && reads(Version::V3_1_1),
        };
        (left != Grammars::default()).then_some(left)
    }
}

/// Looks for the place where packets begin again.
#[derive(Debug, Default)]
struct Search {
    border: Border,
    grammars: Grammars,
    /// The row of the hole; none yet where a capture begins in the middle.
    record: Option<RecordId>,
    missing: u64,
    /// Bytes before the ones in the buffer that belong to no packet.
    unread: u64,
    /// How many bytes still belong to the packet that the hole cut.
    skip: u64,
    /// Whether that length tells that a packet begins where the buffer does.
    is_trusted: bool,
    buffer: Vec<u8>,
    /// Where segments begin and end in the buffer.
    starts: BTreeSet<usize>,
    ends: BTreeSet<usize>,
    /// Packets in a row, by how much of the buffer is needed to see further.
    runs: BinaryHeap<Reverse<Run>>,
    /// Up to where each place has become the start of a run.
    looked_at: usize,
}

/// Where packets begin again.
#[derive(Clone, Copy, Debug, Default)]
enum Border {
    #[default]
    Sought,
    At(u64),
    Nowhere,
}

/// Packets that follow one another from a place in the buffer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    needs: usize,
    start: usize,
    end: usize,
    packets: usize,
    /// Those that are more than a type and a length of 0, which any two bytes may be.
    solid: usize,
    /// In which all of them can be read.
    grammars: Grammars,
}

impl Run {
    fn from(start: usize, grammars: Grammars) -> Run {
        Run { needs: start + 1, start, end: start, packets: 0, solid: 0, grammars }
    }
}

impl Search {
    /// Takes bytes from a position on; what stands from the first packet on, once that is found.
    fn take(
        &mut self,
        bytes: &[u8],
        is_start: bool,
        sender: Sender,
        position: u64,
    ) -> Option<Vec<u8>> {
        let skipped = match self.border {
            Border::Sought => return self.push(bytes, is_start, sender),
            Border::At(place) => {
                usize::try_from(place.saturating_sub(position)).unwrap_or(usize::MAX)
            }
            Border::Nowhere => bytes.len(),
        };
        self.unread += skipped.min(bytes.len()) as u64;
        bytes.get(skipped..).filter(|bytes| !bytes.is_empty()).map(<[u8]>::to_vec)
    }

    /// Takes bytes; what stands from the first packet on, once that is found.
    fn push(&mut self, bytes: &[u8], is_start: bool, sender: Sender) -> Option<Vec<u8>> {
        let skipped = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
        self.skip -= skipped as u64;
        self.unread += skipped as u64;
        let bytes = &bytes[skipped..];
        if bytes.is_empty() {
            return None;
        }
        if self.buffer.len() + bytes.len() > MOST_SEARCHED {
            self.give_up();
        }
        if is_start && skipped == 0 {
            self.starts.insert(self.buffer.len());
        }
        self.buffer.extend(bytes);
        self.ends.insert(self.buffer.len());
        if self.is_trusted {
            match FrameHeader::read(&self.buffer) {
                Ok(Some(_)) => return Some(std::mem::take(&mut self.buffer)),
                Ok(None) => return None,
                Err(_) => self.is_trusted = false,
            }
        }
        // Shared while runs are followed: each candidate is a slice of it, not a copy.
        let buffer = Bytes::from(std::mem::take(&mut self.buffer));
        let mut due = Vec::new();
        while let Some(Reverse(run)) = self.runs.peek()
            && run.needs <= buffer.len()
        {
            due.extend(self.runs.pop());
        }
        let grammars = self.grammars;
        let new = (self.looked_at..buffer.len()).map(|start| Run::from(start, grammars));
        self.looked_at = buffer.len();
        let mut found: Option<usize> = None;
        for run in due.into_iter().map(|Reverse(run)| run).chain(new) {
            let Some(run) = follow(&buffer, run, sender) else { continue };
            match self.convinces(&run) {
                true => found = Some(found.map_or(run.start, |known| known.min(run.start))),
                false => self.runs.push(Reverse(run)),
            }
        }
        self.buffer = buffer.into();
        let start = found?;
        self.unread += start as u64;
        Some(self.buffer.split_off(start))
    }

    /// Whether so many packets in a row cannot be chance. The application usually writes whole packets, so
    /// one that begins and ends with a segment counts for more.
    fn convinces(&self, run: &Run) -> bool {
        let with_segment = self.starts.contains(&run.start);
        let to_its_end = self.ends.contains(&run.end);
        match run.packets {
            0 => false,
            _ if with_segment => to_its_end || run.solid >= 2,
            _ => run.solid >= 3,
        }
    }

    /// Another hole, before anything was found.
    fn goes_on(&mut self, count: u64) {
        self.missing += count;
        match self.skip.checked_sub(count) {
            Some(rest) if self.buffer.is_empty() => self.skip = rest,
            _ => {
                self.give_up();
                self.skip = 0;
                self.is_trusted = false;
            }
        }
    }

    /// Nothing before the next byte will be read any more.
    fn give_up(&mut self) {
        self.unread += self.buffer.len() as u64;
        let Search { border, grammars, record, missing, unread, .. } = *self;
        *self = Search { border, grammars, record, missing, unread, ..Search::default() };
    }

    /// Completes the row of the hole as far as is known.
    fn tell(&self, out: &mut Out<'_>) {
        if let Some(record) = self.record {
            let unread = self.unread + self.buffer.len() as u64;
            out.capture.amend_hole(record, self.missing, unread);
        }
    }

    /// The same when the search is over; where a capture begins in the middle, there may be something to
    /// tell only now.
    fn found(&mut self, sender: Sender, out: &mut Out<'_>) {
        match self.record {
            Some(record) => out.capture.amend_hole(record, self.missing, self.unread),
            None if self.unread == 0 => {}
            None => {
                let (missing, unread) = (self.missing, self.unread);
                out.push(Entry::Missing(Hole { sender, missing, unread, begun: Bytes::new() }));
            }
        }
    }
}

/// Reads on; `None` where what follows is no packet.
fn follow(buffer: &Bytes, mut run: Run, sender: Sender) -> Option<Run> {
    loop {
        let rest = &buffer[run.end..];
        let Some(header) = FrameHeader::read(rest).ok()? else {
            run.needs = buffer.len() + 1;
            return Some(run);
        };
        if !is_sane(&header, rest) {
            return None;
        }
        let end = run.end + header.length;
        if end > buffer.len() {
            run.needs = end;
            return Some(run);
        }
        run.grammars = run.grammars.in_which(&buffer.slice(run.end..end), sender)?;
        run.end = end;
        run.packets += 1;
        run.solid += usize::from(header.length > 2);
    }
}

/// Whether a header may be taken for one before the packet is whole: a length that nobody uses, or a
/// Topic Name that is longer than its packet, is none.
fn is_sane(header: &FrameHeader, bytes: &[u8]) -> bool {
    if header.length > MOST_SANE {
        return false;
    }
    let Some((remaining, body)) = bytes.get(1..).and_then(mqtt::split_length) else { return true };
    match (header.packet_type, body.first_chunk()) {
        (PacketType::Publish, Some(topic)) => {
            usize::from(u16::from_be_bytes(*topic)) + 3 <= remaining
        }
        _ => true,
    }
}

/// How much of a packet that a hole has cut is kept.
const MOST_BEGUN: usize = 256;

/// How far one packet can reach for the search to wait for its end.
const MOST_SANE: usize = 4 << 20;

/// How many bytes the search looks at before it begins anew.
const MOST_SEARCHED: usize = 8 << 20;
