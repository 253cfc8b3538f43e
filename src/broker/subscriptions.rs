//! Subscriptions (§3.8.4), found by Topic Name through a tree of topic levels.

use std::sync::Arc;

use litemap::LiteMap;

use super::ClientId;
use super::shared::Group;
use crate::mqtt::{Subscription, split_shared};

/// A subscription of one Session, as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveSubscription {
    /// As in SUBSCRIBE, `$share/…/` included.
    pub topic_filter: Arc<str>,
    /// The options, with the granted QoS.
    pub options: Subscription,
    /// The Subscription Identifier of the SUBSCRIBE that made it (§3.8.2.1.2).
    pub identifier: Option<u32>,
}

/// All subscriptions of all Sessions.
///
/// A Topic Filter may have thousands of levels (§4.7.1.1), so nothing here is recursive: the nodes of the
/// tree are in one vector and refer to each other by index.
#[derive(Clone, Debug)]
pub(super) struct Subscriptions {
    nodes: Vec<Node>,
    /// Indices of nodes that can be used again.
    free: Vec<usize>,
}

/// The subscriptions of a Topic Filter that ends here, and the levels below.
#[derive(Clone, Debug, Default)]
struct Node {
    levels: LiteMap<String, usize>,
    plain: LiteMap<ClientId, ActiveSubscription>,
    /// By ShareName.
    groups: LiteMap<String, Group>,
}

/// What matches a Topic Name.
pub(super) enum Match<'a> {
    Plain(&'a ClientId, &'a ActiveSubscription),
    Shared(&'a mut Group),
}

impl Subscriptions {
    /// Adds a subscription, or replaces the one with the same filter [MQTT-3.8.4-3]. Returns the
    /// replaced one.
    pub(super) fn insert(
        &mut self,
        client_id: &ClientId,
        subscription: ActiveSubscription,
    ) -> Option<ActiveSubscription> {
        let filter = subscription.topic_filter.clone();
        let (share_name, plain) = parts(&filter);
        let number = plain.split('/').fold(ROOT, |number, level| self.child_or_new(number, level));
        let node = &mut self.nodes[number];
        match share_name {
            None => node.plain.insert(client_id.clone(), subscription),
            Some(name) => {
                let group = node.groups.entry(name.to_owned()).or_default();
                group.insert(client_id.clone(), subscription)
            }
        }
    }

    /// Removes the subscription with exactly this filter [MQTT-3.10.4-1].
    pub(super) fn remove(&mut self, client_id: &str, filter: &str) -> Option<ActiveSubscription> {
        let (share_name, plain) = parts(filter);
        let number = self.number(plain)?;
        let node = &mut self.nodes[number];
        let removed = match share_name {
            None => node.plain.remove(client_id),
            Some(name) => {
                let group = node.groups.get_mut(name)?;
                let removed = group.remove(client_id);
                if group.is_empty() {
                    node.groups.remove(name);
                }
                removed
            }
        };
        self.prune(plain);
        removed
    }

    pub(super) fn find(&self, client_id: &str, filter: &str) -> Option<&ActiveSubscription> {
        let (share_name, plain) = parts(filter);
        let node = &self.nodes[self.number(plain)?];
        match share_name {
            None => node.plain.get(client_id),
            Some(name) => node.groups.get(name)?.find(client_id),
        }
    }

    /// The group behind a shared filter.
    pub(super) fn group_mut(&mut self, filter: &str) -> Option<&mut Group> {
        let (share_name, plain) = parts(filter);
        let number = self.number(plain)?;
        self.nodes[number].groups.get_mut(share_name?)
    }

    /// Calls back for every subscription that matches, and every group that does. A filter that begins
    /// with a wildcard does not match a topic that begins with `$` [MQTT-4.7.2-1].
    pub(super) fn for_each_match(&mut self, topic: &str, mut visit: impl FnMut(Match<'_>)) {
        let levels: Vec<&str> = topic.split('/').collect();
        // Nodes to look at, each with how many levels led to it.
        let mut pending = vec![(ROOT, 0)];
        while let Some((number, depth)) = pending.pop() {
            let children = &self.nodes[number].levels;
            let wildcards = depth > 0 || !topic.starts_with('$');
            let wildcard = |level: &str| children.get(level).copied().filter(|_| wildcards);
            // `#` covers the level above it too (§4.7.1.2).
            let multi_level = wildcard("#");
            let here = match levels.get(depth) {
                Some(level) => {
                    let next = [children.get(*level).copied(), wildcard("+")];
                    pending.extend(next.into_iter().flatten().map(|child| (child, depth + 1)));
                    None
                }
                None => Some(number),
            };
            for matched in [multi_level, here].into_iter().flatten() {
                self.nodes[matched].visit(&mut visit);
            }
        }
    }

    /// The node at the end of a filter.
    fn number(&self, plain: &str) -> Option<usize> {
        let child = |number: usize, level| self.nodes[number].levels.get(level).copied();
        plain.split('/').try_fold(ROOT, child)
    }

    fn child_or_new(&mut self, number: usize, level: &str) -> usize {
        if let Some(child) = self.nodes[number].levels.get(level) {
            return *child;
        }
        let child = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node::default());
            self.nodes.len() - 1
        });
        self.nodes[number].levels.insert(level.to_owned(), child);
        child
    }

    /// Frees the nodes on the way to a filter that are empty now.
    fn prune(&mut self, plain: &str) {
        let mut path = Vec::new();
        let mut number = ROOT;
        for level in plain.split('/') {
            let Some(child) = self.nodes[number].levels.get(level) else { break };
            path.push((number, level, *child));
            number = *child;
        }
        for (parent, level, child) in path.into_iter().rev() {
            if !self.nodes[child].is_empty() {
                break;
            }
            self.nodes[parent].levels.remove(level);
            self.free.push(child);
        }
    }
}

impl Default for Subscriptions {
    fn default() -> Subscriptions {
        Subscriptions { nodes: vec![Node::default()], free: Vec::new() }
    }
}

impl Node {
    fn visit(&mut self, visit: &mut impl FnMut(Match<'_>)) {
        for (client_id, subscription) in &self.plain {
            visit(Match::Plain(client_id, subscription));
        }
        for (_, group) in &mut self.groups {
            visit(Match::Shared(group));
        }
    }

    fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.plain.is_empty() && self.groups.is_empty()
    }
}

/// The index of the node above all first levels.
const ROOT: usize = 0;

/// ShareName, if any, and the filter that is matched.
fn parts(filter: &str) -> (Option<&str>, &str) {
    match split_shared(filter) {
        Some((name, inner)) => (Some(name), inner),
        None => (None, filter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::matches;

    fn subscription(filter: &str) -> ActiveSubscription {
        ActiveSubscription {
            topic_filter: filter.into(),
            options: Subscription { topic_filter: filter.into(), ..Subscription::default() },
            identifier: None,
        }
    }

    fn found(subscriptions: &mut Subscriptions, topic: &str) -> Vec<String> {
        let mut filters = Vec::new();
        subscriptions.for_each_match(topic, |found| match found {
            Match::Plain(_, subscription) => filters.push(subscription.topic_filter.to_string()),
            Match::Shared(_) => unreachable!("the test has no shared filters"),
        });
        filters.sort();
        filters
    }

    #[test]
    fn the_tree_finds_what_matching_filter_by_filter_finds() {
        let filters = [
            "#", "+", "+/+", "/", "/+", "/#", "a", "a/#", "a/+", "a/+/c", "a/b", "a/b/c", "a//c",
            "+/b/#", "$SYS/#", "$SYS/+", "+/x", "温度/+",
        ];
        let mut subscriptions = Subscriptions::default();
        for filter in filters {
            subscriptions.insert(&"c".into(), subscription(filter));
        }
        for topic in [
            "a",
            "a/b",
            "a/b/c",
            "a//c",
            "/",
            "/a",
            "b",
            "b/x",
            "$SYS",
            "$SYS/x",
            "$SYS/x/y",
            "温度/屋外",
            "A",
        ] {
            let mut expect: Vec<&str> =
                filters.into_iter().filter(|filter| matches(filter, topic)).collect();
            expect.sort_unstable();
            assert_eq!(found(&mut subscriptions, topic), expect, "{topic}");
        }
    }

    #[test]
    fn what_is_removed_leaves_nothing_behind() {
        let client: ClientId = "c".into();
        let mut subscriptions = Subscriptions::default();
        for filter in ["a/b/c", "a/+", "$share/g/a/b/c", "$share/h/a/b/c"] {
            assert_eq!(subscriptions.insert(&client, subscription(filter)), None);
            assert!(subscriptions.insert(&client, subscription(filter)).is_some(), "{filter}");
            assert!(subscriptions.find("c", filter).is_some(), "{filter}");
            assert!(subscriptions.remove("d", filter).is_none(), "{filter}");
        }
        for filter in ["a/b/c", "a/+", "$share/g/a/b/c", "$share/h/a/b/c"] {
            assert!(subscriptions.remove("c", filter).is_some(), "{filter}");
            assert!(subscriptions.remove("c", filter).is_none(), "{filter}");
        }
        assert!(subscriptions.nodes[ROOT].is_empty());
        assert_eq!(subscriptions.free.len(), subscriptions.nodes.len() - 1);
    }

    #[test]
    fn a_filter_may_have_as_many_levels_as_fit() {
        let client: ClientId = "c".into();
        let mut subscriptions = Subscriptions::default();
        for filter in ["/".repeat(65_535), format!("{}#", "+/".repeat(32_767))] {
            subscriptions.insert(&client, subscription(&filter));
        }
        assert_eq!(found(&mut subscriptions, &"/".repeat(65_535)).len(), 2);
        assert!(subscriptions.remove("c", &"/".repeat(65_535)).is_some());
    }
}
