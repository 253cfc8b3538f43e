//! Retained messages (§3.3.1.3): one per Topic Name at most.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::message::Message;
use crate::mqtt::matches;
use crate::time::Instant;

#[derive(Clone, Debug, Default)]
pub(super) struct Retained {
    messages: BTreeMap<Arc<str>, Arc<Message>>,
}

impl Retained {
    /// Replaces the topic's message [MQTT-3.3.1-5]. An empty one is never stored [MQTT-3.3.1-7]: the
    /// caller removes instead.
    pub(super) fn store(&mut self, message: Arc<Message>) {
        self.messages.insert(message.topic.clone(), message);
    }

    pub(super) fn remove(&mut self, topic: &str) -> Option<Arc<Message>> {
        self.messages.remove(topic)
    }

    pub(super) fn contains(&self, topic: &str) -> bool {
        self.messages.contains_key(topic)
    }

    /// Those that match a filter (without `$share/…/`) and have not expired, by Topic Name.
    pub(super) fn matching(&self, filter: &str, now: Instant) -> Vec<Arc<Message>> {
        // Up to its first wildcard, a filter is a prefix of every topic it matches. The `/` before `#` is
        // not part of that prefix, since `#` covers the level above it too.
        let literal = &filter[..filter.find(['+', '#']).unwrap_or(filter.len())];
        let prefix = literal.trim_end_matches('/');
        self.messages
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(|(topic, _)| topic.starts_with(prefix))
            .filter(|(topic, message)| matches(filter, topic) && !message.is_expired(now))
            .map(|(_, message)| message.clone())
            .collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.messages.values()
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Publish;

    #[test]
    fn a_filter_finds_what_it_matches() {
        let mut retained = Retained::default();
        for topic in ["a", "a/b", "a/b/c", "ab", "/", "$SYS/x", "b"] {
            let publish = Publish { payload: "x".into(), ..Publish::default() };
            let message = Message::new(topic.into(), &publish, None, Instant::START);
            retained.store(message.into());
        }
        for (filter, expect) in [
            ("a", &["a"][..]),
            ("a/#", &["a", "a/b", "a/b/c"]),
            ("a/+", &["a/b"]),
            ("#", &["/", "a", "a/b", "a/b/c", "ab", "b"]), // not $SYS/x [MQTT-4.7.2-1]
            ("+", &["a", "ab", "b"]),
            ("/+", &["/"]),
            ("/#", &["/"]),
            ("$SYS/#", &["$SYS/x"]),
            ("c", &[]),
        ] {
            let found = retained.matching(filter, Instant::START);
            let topics: Vec<&str> = found.iter().map(|message| &*message.topic).collect();
            assert_eq!(topics, expect, "{filter}");
        }
    }
}
