//! Shared Subscriptions (§4.8.2): each message goes to one Session of the group.

use std::collections::VecDeque;

use super::ClientId;
use super::subscriptions::ActiveSubscription;

/// The Sessions that share one filter under one ShareName. Never empty while it is in the tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// In the order of their turns: the first is next.
    members: VecDeque<(ClientId, ActiveSubscription)>,
}

/// How well a member can take a message now; the better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Readiness {
    /// Connected, and the message could leave at once.
    Ready,
    /// Connected, but Receive Maximum is used up: the message would wait.
    Busy,
    /// Not connected.
    Absent,
}

impl Group {
    pub(super) fn insert(
        &mut self,
        client_id: ClientId,
        subscription: ActiveSubscription,
    ) -> Option<ActiveSubscription> {
        match self.members.iter_mut().find(|(member, _)| *member == client_id) {
            Some((_, existing)) => Some(std::mem::replace(existing, subscription)),
            None => {
                self.members.push_back((client_id, subscription));
                None
            }
        }
    }

    pub(super) fn remove(&mut self, client_id: &str) -> Option<ActiveSubscription> {
        let position = self.members.iter().position(|(member, _)| &**member == client_id)?;
        self.members.remove(position).map(|(_, subscription)| subscription)
    }

    pub(super) fn find(&self, client_id: &str) -> Option<&ActiveSubscription> {
        self.members.iter().find(|(member, _)| &**member == client_id).map(|(_, s)| s)
    }

    /// Round robin: of the members that are most ready, the one whose last turn is longest ago. It moves to
    /// the end. `None` only for a group without members.
    pub(super) fn choose(
        &mut self,
        readiness: impl Fn(&str) -> Readiness,
    ) -> Option<(ClientId, ActiveSubscription)> {
        let ranked = self.members.iter().enumerate();
        let (position, _) = ranked.min_by_key(|(turn, (member, _))| (readiness(member), *turn))?;
        let chosen = self.members.remove(position)?;
        self.members.push_back(chosen.clone());
        Some(chosen)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Subscription;

    fn group(members: &[&str]) -> Group {
        let mut group = Group::default();
        for member in members {
            let subscription = ActiveSubscription {
                topic_filter: "$share/g/a".into(),
                options: Subscription::default(),
                identifier: None,
            };
            assert_eq!(group.insert((*member).into(), subscription), None);
        }
        group
    }

    fn turns(group: &mut Group, readiness: impl Fn(&str) -> Readiness) -> String {
        (0..6)
            .filter_map(|_| group.choose(&readiness))
            .map(|(member, _)| member.to_string())
            .collect()
    }

    #[test]
    fn members_take_turns() {
        assert_eq!(turns(&mut group(&["a", "b", "c"]), |_| Readiness::Ready), "abcabc");
        assert_eq!(turns(&mut group(&["a", "b", "c"]), |_| Readiness::Absent), "abcabc");
        assert!(group(&[]).choose(|_| Readiness::Ready).is_none());
    }

    #[test]
    fn who_cannot_take_a_message_now_is_passed_over() {
        let readiness = |member: &str| match member {
            "a" => Readiness::Absent,
            "b" => Readiness::Busy,
            _ => Readiness::Ready,
        };
        assert_eq!(turns(&mut group(&["a", "b", "c", "d"]), readiness), "cdcdcd");
        assert_eq!(turns(&mut group(&["a", "b"]), readiness), "bbbbbb");
    }
}
