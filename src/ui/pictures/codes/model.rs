//! Which cells there are, which of them are lit, and how each is provoked.

use crate::capture::{Capture, RecordId};
use crate::course::{Seen, Sight};
use crate::mqtt::{PacketType, ReasonCode};

/// A Reason Code in a packet that may carry it.
pub type Cell = (PacketType, ReasonCode);

/// What the learner's wire has shown of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    Never,
    /// In another exercise, or in an earlier run of this one.
    Earlier,
    ThisRun,
}

/// What was seen in this run, and at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lights {
    pub run: Seen,
    pub ever: Seen,
    /// The cell that was lit last in this run.
    pub latest: Option<Cell>,
}

/// This run's packets, read record by record.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The first record not read yet.
    next: Option<RecordId>,
    run: Seen,
    latest: Option<Cell>,
}

impl Reading {
    /// Reads what has come since. The bench is cleared for every run, so the capture is of this run alone.
    pub fn take_in(&mut self, capture: &Capture) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        // Nothing is left of what was read.
        if self.next.is_some_and(|next| next <= oldest || next > capture.next_id()) {
            *self = Reading::default();
        }
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let position = capture.position(from).unwrap_or(capture.len());
        for record in capture.records().skip(position) {
            let packet = record.packet_type().filter(|packet| columns().any(|c| c == *packet));
            if let Some(known) = packet.and_then(|_| record.valid_packet()) {
                let cells = known.reason_codes().iter().map(|code| (known.packet_type(), *code));
                let is_new =
                    |(packet, code): &Cell| !self.run.has(Sight::ReasonCode(*packet, *code));
                self.latest = cells.filter(is_new).last().or(self.latest);
            }
            self.run.note(record);
        }
        self.next = Some(capture.next_id());
    }

    pub fn lights(&self, ever: Seen) -> Lights {
        Lights { run: self.run.clone(), ever, latest: self.latest }
    }
}

impl Lights {
    pub fn of(&self, (packet, code): Cell) -> Light {
        let sight = Sight::ReasonCode(packet, code);
        match (self.run.has(sight), self.ever.has(sight)) {
            (true, _) => Light::ThisRun,
            (false, true) => Light::Earlier,
            (false, false) => Light::Never,
        }
    }

    /// The packets in which a code has been seen, and those in which it has not.
    pub fn places(&self, code: ReasonCode) -> (Vec<PacketType>, Vec<PacketType>) {
        code.packets().iter().partition(|packet| self.of((**packet, code)) != Light::Never)
    }
}

/// How many of the codes have been seen in any packet.
pub fn codes_in(seen: &Seen) -> usize {
    ReasonCode::ALL.iter().filter(|code| seen.has_reason_code(**code)).count()
}

/// The packets that carry Reason Codes, in the order of their values.
pub fn columns() -> impl Iterator<Item = PacketType> {
    let has_codes =
        |packet: &PacketType| ReasonCode::ALL.iter().any(|code| code.packets().contains(packet));
    PacketType::ALL.into_iter().filter(has_codes)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ClientSlot;
    use crate::glossary;
    use crate::language::Language;
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    fn cells() -> impl Iterator<Item = Cell> {
        let of = |code: &'static ReasonCode| code.packets().iter().map(|packet| (*packet, *code));
        ReasonCode::ALL.iter().flat_map(of)
    }

    /// A PUBACK that refuses with 0x87.
    fn refused() -> Capture {
        let mut capture = Capture::default();
        let bytes = Bytes::from_static(&[0x40, 0x03, 0x00, 0x01, 0x87]);
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        capture.push_packet(Instant::START, slot, connection, Sender::Server, bytes);
        capture
    }

    fn read(capture: &Capture, ever: Seen) -> Lights {
        let mut reading = Reading::default();
        reading.take_in(capture);
        reading.lights(ever)
    }

    #[test]
    fn a_code_that_was_seen_lights_its_own_cell_alone() {
        let lights = read(&refused(), Seen::default());
        let lit: Vec<Cell> = cells().filter(|cell| lights.of(*cell) != Light::Never).collect();
        assert_eq!(lit, [(PacketType::PubAck, ReasonCode::NotAuthorized)]);
        assert_eq!((codes_in(&lights.run), lights.latest), (1, Some(lit[0])));
        let (here, elsewhere) = lights.places(ReasonCode::NotAuthorized);
        assert_eq!(here, [PacketType::PubAck]);
        assert_eq!(elsewhere.len(), 5);
    }

    #[test]
    fn what_an_earlier_run_has_shown_stays_and_is_told_apart() {
        let earlier = read(&refused(), Seen::default()).run;
        let cell = (PacketType::PubAck, ReasonCode::NotAuthorized);
        let lights = read(&Capture::default(), earlier.clone());
        assert_eq!(lights.of(cell), Light::Earlier);
        assert_eq!((codes_in(&lights.run), codes_in(&lights.ever)), (0, 1));
        assert_eq!(read(&refused(), earlier).of(cell), Light::ThisRun);
    }

    #[test]
    fn every_cell_says_in_every_language_how_it_is_lit() {
        for language in Language::ALL {
            for (packet, code) in cells() {
                let words = glossary::provoke(code, packet, language);
                let cell = format!("0x{:02X} {} {}", code.value(), packet.name(), language.tag());
                let words = words.unwrap_or_else(|| panic!("{cell}"));
                assert!(!words.is_empty() && !words.contains("<p"), "{cell}: {words}");
            }
        }
    }
}
