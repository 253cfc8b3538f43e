//! Which cells there are, and how many of them are lit.

use crate::course::{Seen, Sight};
use crate::mqtt::{PacketType, ReasonCode};

/// A Reason Code in a packet that may carry it.
pub type Cell = (PacketType, ReasonCode);

/// The packets that carry Reason Codes, in the order of their values.
pub fn columns() -> impl Iterator<Item = PacketType> {
    let has_codes =
        |packet: &PacketType| ReasonCode::ALL.iter().any(|code| code.packets().contains(packet));
    PacketType::ALL.into_iter().filter(has_codes)
}

/// One for each column: `None` where the packet may not carry the code, otherwise whether it has been
/// seen there.
pub fn row(code: ReasonCode, seen: &Seen) -> Vec<(PacketType, Option<bool>)> {
    let cell = |packet: PacketType| {
        code.packets().contains(&packet).then(|| seen.has(Sight::ReasonCode(packet, code)))
    };
    columns().map(|packet| (packet, cell(packet))).collect()
}

/// How many of the codes have been seen in any packet.
pub fn codes_seen(seen: &Seen) -> usize {
    ReasonCode::ALL.iter().filter(|code| seen.has_reason_code(**code)).count()
}

/// The packets in which a code has been seen, and those in which it has not.
pub fn places(code: ReasonCode, seen: &Seen) -> (Vec<PacketType>, Vec<PacketType>) {
    code.packets().iter().partition(|packet| seen.has(Sight::ReasonCode(**packet, code)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot, ConnectionId};
    use crate::glossary;
    use crate::language::Language;
    use crate::mqtt::Sender;
    use crate::time::Instant;

    #[test]
    fn a_code_that_was_seen_lights_its_own_cell_alone() {
        let mut capture = Capture::default();
        let bytes = Bytes::from_static(&[0x40, 0x03, 0x00, 0x01, 0x87]);
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        capture.push_packet(Instant::START, slot, connection, Sender::Server, bytes);
        let mut seen = Seen::default();
        seen.note(capture.at(0).expect("it was pushed"));
        let lit: Vec<Cell> = ReasonCode::ALL
            .iter()
            .flat_map(|code| {
                row(*code, &seen).into_iter().map(|(packet, lit)| (packet, *code, lit))
            })
            .filter_map(|(packet, code, lit)| (lit == Some(true)).then_some((packet, code)))
            .collect();
        assert_eq!(lit, [(PacketType::PubAck, ReasonCode::NotAuthorized)]);
        assert_eq!(codes_seen(&seen), 1);
        let (here, elsewhere) = places(ReasonCode::NotAuthorized, &seen);
        assert_eq!(here, [PacketType::PubAck]);
        assert_eq!(elsewhere.len(), 5);
    }

    #[test]
    fn every_code_can_be_provoked_in_every_language() {
        for language in Language::ALL {
            for code in ReasonCode::ALL {
                let tag = language.tag();
                let words = glossary::provoke(*code, language);
                let words = words.unwrap_or_else(|| panic!("{} in {tag}", code.name()));
                // One line for each packet that may carry it, unless one line holds for all.
                for packet in code.packets() {
                    let name = packet.name();
                    assert!(words.contains(name), "0x{:02X} {name} in {tag}", code.value());
                }
            }
        }
    }
}
