//! Deadlines in the order of time: each owner has at most one.

use std::collections::BTreeSet;
use std::sync::Arc;

use litemap::LiteMap;

use super::{ClientId, ConnectionId};
use crate::time::Instant;

#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    by_time: BTreeSet<(Instant, TimerOwner)>,
    by_owner: LiteMap<TimerOwner, Instant>,
}

/// Whose deadline it is. What has to happen then is decided when it has passed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerOwner {
    /// A connection: CONNECT, Keep Alive or Maximum connect time.
    Connection(ConnectionId),
    /// A Session: its end, its Will or the expiry of a waiting message.
    Session(ClientId),
    /// A retained message, by Topic Name: its expiry.
    Retained(Arc<str>),
}

impl Timers {
    /// Replaces the owner's deadline.
    pub(super) fn set(&mut self, owner: TimerOwner, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.by_owner.insert(owner.clone(), at),
            None => self.by_owner.remove(&owner),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, owner.clone()));
        }
        if let Some(at) = at {
            self.by_time.insert((at, owner));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest deadline that is not after `now`.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(Instant, TimerOwner)> {
        if self.next()? > now {
            return None;
        }
        let (at, owner) = self.by_time.pop_first()?;
        self.by_owner.remove(&owner);
        Some((at, owner))
    }

    /// Earliest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Instant, TimerOwner)> {
        self.by_time.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_one_deadline_and_the_earliest_comes_first() {
        let at = Instant::from_millis;
        let owner = |n| TimerOwner::Connection(ConnectionId(n));
        let mut timers = Timers::default();
        timers.set(owner(1), Some(at(10)));
        timers.set(owner(2), Some(at(5)));
        timers.set(owner(1), Some(at(3)));
        timers.set(owner(3), Some(at(4)));
        timers.set(owner(3), None);
        assert_eq!((timers.next(), timers.iter().count()), (Some(at(3)), 2));
        assert_eq!(timers.pop_due(at(2)), None);
        assert_eq!(timers.pop_due(at(9)), Some((at(3), owner(1))));
        assert_eq!(timers.pop_due(at(9)), Some((at(5), owner(2))));
        assert_eq!((timers.pop_due(at(9)), timers.next()), (None, None));
    }
}
