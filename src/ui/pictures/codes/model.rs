//! Which cells there are, which of them are lit, and how each is provoked.

use crate::capture::Capture;
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
}

impl Lights {
    /// The bench is cleared for every run, so the capture is of this run alone.
    pub fn read(capture: &Capture, ever: Seen) -> Lights {
        let mut run = Seen::default();
        for record in capture.records() {
            run.note(record);
        }
        Lights { run, ever }
    }

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
    use crate::capture::{ClientSlot, ConnectionId};
    use crate::glossary;
    use crate::language::Language;
    use crate::mqtt::Sender;
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

    #[test]
    fn a_code_that_was_seen_lights_its_own_cell_alone() {
        let lights = Lights::read(&refused(), Seen::default());
        let lit: Vec<Cell> = cells().filter(|cell| lights.of(*cell) != Light::Never).collect();
        assert_eq!(lit, [(PacketType::PubAck, ReasonCode::NotAuthorized)]);
        assert_eq!(codes_in(&lights.run), 1);
        let (here, elsewhere) = lights.places(ReasonCode::NotAuthorized);
        assert_eq!(here, [PacketType::PubAck]);
        assert_eq!(elsewhere.len(), 5);
    }

    #[test]
    fn what_an_earlier_run_has_shown_stays_and_is_told_apart() {
        let earlier = Lights::read(&refused(), Seen::default()).run;
        let cell = (PacketType::PubAck, ReasonCode::NotAuthorized);
        let lights = Lights::read(&Capture::default(), earlier.clone());
        assert_eq!(lights.of(cell), Light::Earlier);
        assert_eq!((codes_in(&lights.run), codes_in(&lights.ever)), (0, 1));
        assert_eq!(Lights::read(&refused(), earlier).of(cell), Light::ThisRun);
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
