//! Who stands where: clients on both sides, brokers between them.

use std::collections::BTreeSet;

use crate::capture::ClientSlot;

/// Where a packet begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Client(ClientSlot),
    /// By the order in which the capture first named them.
    Broker(u8),
}

/// All ends, from left to right, at equal distances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    ends: Vec<End>,
}

impl Lanes {
    /// The first half of the clients stands on the left, so that a message travels from a publisher
    /// there through the broker to a subscriber on the right.
    pub fn new(clients: &BTreeSet<ClientSlot>, brokers: usize) -> Lanes {
        let left = clients.len().div_ceil(2);
        let client = |slot: &ClientSlot| End::Client(*slot);
        let brokers = (0..brokers.clamp(1, usize::from(u8::MAX))).map(|at| End::Broker(at as u8));
        let ends = clients.iter().take(left).map(client).chain(brokers);
        Lanes { ends: ends.chain(clients.iter().skip(left).map(client)).collect() }
    }

    pub fn ends(&self) -> &[End] {
        &self.ends
    }

    /// From 0 at the first lane to 1 at the last one.
    pub fn x(&self, end: End) -> f64 {
        let at = self.ends.iter().position(|other| *other == end).unwrap_or(0);
        at as f64 / self.ends.len().saturating_sub(1).max(1) as f64
    }

    /// Whether the brokers are to the right of it.
    pub fn is_left(&self, client: ClientSlot) -> bool {
        let mut until_broker = self.ends.iter().take_while(|end| matches!(end, End::Client(_)));
        until_broker.any(|end| *end == End::Client(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_stand_between_the_clients() {
        for (clients, brokers, expect) in
            [(0, 0, "1"), (1, 1, "A1"), (2, 1, "A1B"), (3, 1, "AB1C"), (4, 2, "AB12CD")]
        {
            let clients: BTreeSet<_> = (0..clients).map(ClientSlot).collect();
            let lanes = Lanes::new(&clients, brokers);
            let name = |end: &End| match end {
                End::Client(slot) => slot.letter().to_string(),
                End::Broker(at) => (1 + at).to_string(),
            };
            assert_eq!(lanes.ends().iter().map(name).collect::<String>(), expect);
        }
    }

    #[test]
    fn lanes_share_the_width_equally() {
        let lanes = Lanes::new(&[ClientSlot(0), ClientSlot(1)].into(), 1);
        let x = |end| lanes.x(end);
        assert_eq!(x(End::Client(ClientSlot(0))), 0.0);
        assert_eq!(x(End::Broker(0)), 0.5);
        assert_eq!(x(End::Client(ClientSlot(1))), 1.0);
        assert!(lanes.is_left(ClientSlot(0)) && !lanes.is_left(ClientSlot(1)));
        assert_eq!(Lanes::new(&BTreeSet::new(), 1).x(End::Broker(0)), 0.0);
    }
}
