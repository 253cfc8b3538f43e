//! Packet Identifiers (§2.2.1): one space per sender and Session.

use std::collections::BTreeSet;
use std::fmt;

use crate::mqtt::PacketId;

/// The identifiers a sender has in use. PUBLISH, SUBSCRIBE and UNSUBSCRIBE share them.
///
/// New ones are given in the order 1, 2, 3 … and after 65,535 from 1 again, so that a learner can predict
/// them; identifiers in use are skipped [MQTT-2.2.1-3].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketIds {
    in_use: BTreeSet<PacketId>,
    last: Option<PacketId>,
}

/// All 65,535 identifiers are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketIdsExhausted;

impl PacketIds {
    /// Gives an identifier that is not in use [MQTT-2.2.1-3].
    ///
    /// # Errors
    ///
    /// All 65,535 are in use.
    pub fn allocate(&mut self) -> Result<PacketId, PacketIdsExhausted> {
        if self.in_use.len() == usize::from(u16::MAX) {
            return Err(PacketIdsExhausted);
        }
        let mut id = self.last;
        loop {
            let next = id.map_or(PacketId::MIN, following);
            if self.in_use.insert(next) {
                self.last = Some(next);
                return Ok(next);
            }
            id = Some(next);
        }
    }

    /// Marks an identifier as in use that was chosen elsewhere; false if it was in use already.
    pub fn claim(&mut self, id: PacketId) -> bool {
        self.in_use.insert(id)
    }

    /// Makes the identifier free again; false if it was not in use.
    pub fn release(&mut self, id: PacketId) -> bool {
        self.in_use.remove(&id)
    }

    /// Whether this identifier is in use.
    pub fn contains(&self, id: PacketId) -> bool {
        self.in_use.contains(&id)
    }

    /// Those in use, ascending.
    pub fn iter(&self) -> impl Iterator<Item = PacketId> {
        self.in_use.iter().copied()
    }

    /// How many identifiers are in use.
    pub fn len(&self) -> usize {
        self.in_use.len()
    }

    /// Whether no identifier is in use.
    pub fn is_empty(&self) -> bool {
        self.in_use.is_empty()
    }
}

impl fmt::Display for PacketIdsExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all 65535 Packet Identifiers are in use (§2.2.1)")
    }
}

impl std::error::Error for PacketIdsExhausted {}

fn following(id: PacketId) -> PacketId {
    id.checked_add(1).unwrap_or(PacketId::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(value: u16) -> PacketId {
        PacketId::new(value).expect("tests use identifiers above zero")
    }

    /// [MQTT-2.2.1-3], [MQTT-4.3.2-1], [MQTT-4.3.3-1]
    #[test]
    fn identifiers_count_up_skip_what_is_in_use_and_wrap_past_zero() {
        let mut ids = PacketIds::default();
        let all: Vec<u16> = (0..65_535).map(|_| ids.allocate().unwrap().get()).collect();
        assert_eq!(all, (1..=65_535).collect::<Vec<u16>>());
        assert_eq!(ids.allocate(), Err(PacketIdsExhausted));
        assert!(ids.release(id(7)) && ids.release(id(3)));
        assert!(!ids.release(id(7)), "released twice");
        assert_eq!(ids.allocate(), Ok(id(3)));
        assert_eq!(ids.allocate(), Ok(id(7)));
        assert_eq!(ids.allocate(), Err(PacketIdsExhausted));
    }

    #[test]
    fn neither_a_released_nor_a_claimed_identifier_is_given_at_once() {
        let mut ids = PacketIds::default();
        assert_eq!(ids.allocate(), Ok(id(1)));
        ids.release(id(1));
        assert_eq!(ids.allocate(), Ok(id(2)));
        assert!(ids.claim(id(3)) && !ids.claim(id(2)));
        assert_eq!(ids.allocate(), Ok(id(4)));
        assert_eq!(ids.iter().collect::<Vec<_>>(), [id(2), id(3), id(4)]);
    }
}
