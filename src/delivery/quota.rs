//! Flow control (§4.9): how many PUBLISH packets above QoS 0 may be unacknowledged at once.

use std::collections::BTreeSet;

use crate::mqtt::PacketId;

/// The slots that a Receive Maximum grants on one Network Connection. The sender keeps to it, and the
/// receiver detects with it that the sender did not.
///
/// A slot belongs to a Packet Identifier. So an acknowledgement that never had a slot on this
/// connection, such as the PUBCOMP after a re-sent PUBREL, cannot lift the quota above what the
/// Receive Maximum allows (§4.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    maximum: u16,
    holders: BTreeSet<PacketId>,
}

impl Quota {
    /// The Receive Maximum of both sides when Receive Maximum is absent (§3.1.2.11.3, §3.2.2.3.3).
    pub const DEFAULT_MAXIMUM: u16 = u16::MAX;

    /// A quota without slots in use. `receive_maximum` is the peer's for sending, and this side's for
    /// receiving [MQTT-4.9.0-1]. Zero, which no valid packet carries, counts as 1.
    pub fn new(receive_maximum: u16) -> Quota {
        Quota { maximum: receive_maximum.max(1), holders: BTreeSet::new() }
    }

    /// The Receive Maximum it began with.
    pub fn maximum(&self) -> u16 {
        self.maximum
    }

    /// How many slots are taken.
    pub fn used(&self) -> u16 {
        u16::try_from(self.holders.len()).expect("no more slots are taken than a u16 maximum has")
    }

    /// How many slots are free.
    pub fn available(&self) -> u16 {
        self.maximum - self.used()
    }

    /// The Packet Identifiers that hold a slot, ascending.
    pub fn holders(&self) -> impl Iterator<Item = PacketId> {
        self.holders.iter().copied()
    }

    /// Whether this exchange has a slot.
    pub fn holds(&self, id: PacketId) -> bool {
        self.holders.contains(&id)
    }

    /// Takes a slot for a PUBLISH above QoS 0. False, and nothing taken, when all are in use
    /// [MQTT-4.9.0-2]. An identifier takes one slot however often its PUBLISH is repeated.
    #[must_use]
    pub fn take(&mut self, id: PacketId) -> bool {
        if self.holders.contains(&id) {
            return true;
        }
        self.available() > 0 && self.holders.insert(id)
    }

    /// Gives the slot back: at PUBACK, PUBCOMP, or a PUBREC of 0x80 or more.
    pub fn give_back(&mut self, id: PacketId) {
        self.holders.remove(&id);
    }
}

impl Default for Quota {
    fn default() -> Quota {
        Quota::new(Quota::DEFAULT_MAXIMUM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(value: u16) -> PacketId {
        PacketId::new(value).expect("tests use identifiers above zero")
    }

    /// [MQTT-4.9.0-1], [MQTT-4.9.0-2]
    #[test]
    fn slots_run_out_come_back_and_never_exceed_the_maximum() {
        let mut quota = Quota::new(2);
        assert!(quota.take(id(1)) && quota.take(id(2)));
        assert!(!quota.take(id(3)), "two slots, both taken");
        assert!(quota.take(id(2)), "a repeat keeps its slot");
        quota.give_back(id(9));
        assert_eq!((quota.used(), quota.available()), (2, 0), "9 never held a slot");
        quota.give_back(id(1));
        quota.give_back(id(1));
        assert_eq!((quota.used(), quota.available(), quota.maximum()), (1, 1, 2));
        assert!(quota.take(id(3)));
        assert_eq!(quota.holders().collect::<Vec<_>>(), [id(2), id(3)]);
    }

    #[test]
    fn without_receive_maximum_there_are_65535_slots() {
        assert_eq!(Quota::default().available(), 65_535);
    }
}
