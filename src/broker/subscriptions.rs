//! Subscriptions (§3.8.4), found by Topic Name through a tree of topic levels.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::ClientId;
use super::shared::Group;
use crate::mqtt::{Subscription, split_shared};

/// A subscription of one Session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveSubscription {
    /// As asked, `$share/…/` included.
    pub topic_filter: Arc<str>,
    /// The options, with the granted QoS.
    pub options: Subscription,
    /// Set by the SUBSCRIBE that made it (§3.8.2.1.2).
    pub identifier: Option<u32>,
}

/// All subscriptions of all Sessions.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    root: Node,
}

/// What stands at the end of a Topic Filter, and the levels below.
#[derive(Clone, Debug, Default)]
struct Node {
    levels: HashMap<String, Node>,
    plain: BTreeMap<ClientId, ActiveSubscription>,
    /// By ShareName.
    groups: BTreeMap<String, Group>,
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
        let node = plain
            .split('/')
            .fold(&mut self.root, |node, level| node.levels.entry(level.to_owned()).or_default());
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
        let mut levels = plain.split('/');
        self.root.remove(&mut levels, client_id, share_name)
    }

    pub(super) fn find(&self, client_id: &str, filter: &str) -> Option<&ActiveSubscription> {
        let (share_name, plain) = parts(filter);
        let node = plain.split('/').try_fold(&self.root, |node, level| node.levels.get(level))?;
        match share_name {
            None => node.plain.get(client_id),
            Some(name) => node.groups.get(name)?.find(client_id),
        }
    }

    /// The group behind a shared filter.
    pub(super) fn group_mut(&mut self, filter: &str) -> Option<&mut Group> {
        let (share_name, plain) = parts(filter);
        let node =
            plain.split('/').try_fold(&mut self.root, |node, level| node.levels.get_mut(level))?;
        node.groups.get_mut(share_name?)
    }

    /// Calls back for every subscription that matches, and every group that does. A filter that begins
    /// with a wildcard does not match a topic that begins with `$` [MQTT-4.7.2-1].
    pub(super) fn for_each_match(&mut self, topic: &str, visit: &mut dyn FnMut(Match<'_>)) {
        let levels: Vec<&str> = topic.split('/').collect();
        let wildcards = !topic.starts_with('$');
        self.root.visit(&levels, wildcards, visit);
    }
}

/// What matches a Topic Name.
pub(super) enum Match<'a> {
    Plain(&'a ClientId, &'a ActiveSubscription),
    Shared(&'a mut Group),
}

impl Node {
    fn visit(&mut self, levels: &[&str], wildcards: bool, visit: &mut dyn FnMut(Match<'_>)) {
        // `#` covers the level above it too (§4.7.1.2).
        if wildcards && let Some(node) = self.levels.get_mut("#") {
            node.visit_here(visit);
        }
        let Some((level, below)) = levels.split_first() else { return self.visit_here(visit) };
        if wildcards && let Some(node) = self.levels.get_mut("+") {
            node.visit(below, true, visit);
        }
        if let Some(node) = self.levels.get_mut(*level) {
            node.visit(below, true, visit);
        }
    }

    fn visit_here(&mut self, visit: &mut dyn FnMut(Match<'_>)) {
        for (client_id, subscription) in &self.plain {
            visit(Match::Plain(client_id, subscription));
        }
        for group in self.groups.values_mut() {
            visit(Match::Shared(group));
        }
    }

    fn remove(
        &mut self,
        levels: &mut std::str::Split<'_, char>,
        client_id: &str,
        share_name: Option<&str>,
    ) -> Option<ActiveSubscription> {
        if let Some(level) = levels.next() {
            let node = self.levels.get_mut(level)?;
            let removed = node.remove(levels, client_id, share_name);
            if node.is_empty() {
                self.levels.remove(level);
            }
            return removed;
        }
        let Some(name) = share_name else { return self.plain.remove(client_id) };
        let group = self.groups.get_mut(name)?;
        let removed = group.remove(client_id);
        if group.is_empty() {
            self.groups.remove(name);
        }
        removed
    }

    fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.plain.is_empty() && self.groups.is_empty()
    }
}

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
        subscriptions.for_each_match(topic, &mut |found| match found {
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
        assert!(subscriptions.root.is_empty());
    }
}
