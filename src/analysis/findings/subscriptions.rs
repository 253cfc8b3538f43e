//! Subscriptions that met no message, and why that may be.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::{Book, Kind, Where};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::mqtt::{
    ConnectionId, Packet, PacketId, Sender, Text, matches, split_shared, without_share_name,
};
use crate::time::Instant;

#[derive(Default)]
pub(super) struct Subscriptions {
    asked: HashMap<(ConnectionId, PacketId), (RecordId, Vec<Text>)>,
    granted: HashMap<(ClientSlot, String), Granted>,
    /// Every topic that passed, in either direction.
    topics: HashSet<String>,
    /// When bytes to a client were missing last.
    holes: HashMap<ClientSlot, Instant>,
    /// Filters that look like those of a Shared Subscription, and whether messages come for them.
    misspelled: HashMap<ClientSlot, Vec<(String, bool)>>,
}

struct Granted {
    record: RecordId,
    place: Where,
}

impl Subscriptions {
    pub fn passes(&mut self, record: &Record, packet: &Packet) {
        match packet {
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.subscriptions.iter();
                let filters = filters.map(|it| it.topic_filter.clone()).collect();
                let key = (record.connection, subscribe.packet_id);
                self.asked.insert(key, (record.id, filters));
            }
            Packet::SubAck(suback) => {
                let key = (record.connection, suback.packet_id);
                let Some((asked, filters)) = self.asked.remove(&key) else { return };
                let codes = suback.reason_codes.iter();
                for (filter, _) in filters.into_iter().zip(codes).filter(|(_, c)| !c.is_error()) {
                    if looks_shared(&filter).is_some() {
                        let all = self.misspelled.entry(record.client).or_default();
                        all.push((filter.to_string(), false));
                    }
                    let granted = Granted { record: asked, place: Where::of(record) };
                    self.granted.entry((record.client, filter.into())).or_insert(granted);
                }
            }
            _ => {}
        }
    }

    /// A topic that passed.
    pub fn publishes(&mut self, record: &Record, topic: &str) {
        if !self.topics.contains(topic) && self.topics.len() <= TOPICS {
            self.topics.insert(topic.to_owned());
        }
        if record.sender() == Some(Sender::Server)
            && let Some(all) = self.misspelled.get_mut(&record.client)
        {
            for (filter, works) in all {
                *works |= looks_shared(filter).is_some_and(|inner| matches(inner, topic));
            }
        }
    }

    pub fn misses(&mut self, hole: &Record, sender: Sender) {
        if sender == Sender::Server {
            self.holes.insert(hole.client, hole.at);
        }
    }

    pub fn report(&self, end: Instant, book: &mut Book) {
        let mut search = Search::new(&self.topics);
        for ((client, filter), granted) in &self.granted {
            let mut add = |kind, about: &str| {
                book.add_of(granted.place, kind, [granted.record], Some(about));
            };
            let is_unsure = self.holes.get(client).is_some_and(|hole| *hole >= granted.place.at);
            let plain = without_share_name(filter);
            if looks_shared(filter).is_some() {
                let all = self.misspelled.get(client).into_iter().flatten();
                let works = all.clone().any(|(known, works)| known == filter && *works);
                if !works && !is_unsure && search.finds(filter) == Some(false) {
                    add(Kind::SharedMisspelled, filter);
                }
                continue;
            }
            if is_unsure || search.finds(plain) != Some(false) {
                continue;
            }
            if let Some(topic) = search.near(plain) {
                add(Kind::NearMiss, &format!("{plain} ≠ {topic}"));
            } else if end.since(granted.place.at) >= A_WHILE {
                add(Kind::NeverMatched, filter);
            }
        }
    }
}

/// The filter within one that was meant to be shared; `None` for one that is, and for all others.
fn looks_shared(filter: &str) -> Option<&str> {
    let (first, rest) = filter.split_once('/')?;
    let inner = match first.to_ascii_lowercase().as_str() {
        "$queue" => rest,
        "$share" | "$shared" if split_shared(filter).is_none() => rest.split_once('/')?.1,
        _ => return None,
    };
    (!inner.is_empty()).then_some(inner)
}

/// Looks for the topics of filters, as long as that is quick.
struct Search<'a> {
    topics: &'a HashSet<String>,
    /// The topics by what is left of them without slashes at the ends and without capitals.
    bare: HashMap<String, &'a str>,
    /// How many comparisons it may still make.
    budget: usize,
}

impl<'a> Search<'a> {
    fn new(topics: &'a HashSet<String>) -> Search<'a> {
        // Where not every topic is known, nothing is missed.
        let budget = if topics.len() > TOPICS { 0 } else { COMPARISONS };
        Search { topics, bare: HashMap::new(), budget }
    }

    /// Whether a topic matches; `None` where that would take too long.
    fn finds(&mut self, filter: &str) -> Option<bool> {
        self.matching(filter).map(|found| found.is_some())
    }

    fn matching(&mut self, filter: &str) -> Option<Option<&'a str>> {
        if self.budget == 0 {
            return None;
        }
        if !has_wildcard(filter) {
            return Some(self.topics.get(filter).map(String::as_str));
        }
        self.budget = self.budget.saturating_sub(self.topics.len());
        Some(self.topics.iter().map(String::as_str).find(|topic| matches(filter, topic)))
    }

    /// A topic that it would match but for a slash at its ends, or for capitals.
    fn near(&mut self, filter: &str) -> Option<&'a str> {
        if has_wildcard(filter) {
            let bare = filter.strip_prefix('/').unwrap_or(filter);
            let other = if bare == filter { format!("/{filter}") } else { bare.to_owned() };
            // Without a level of its own in front, a wildcard would find anything.
            return match bare.starts_with(['#', '+']) {
                true => None,
                false => self.matching(&other)?,
            };
        }
        if self.bare.is_empty() {
            self.bare = self.topics.iter().map(|topic| (bare(topic), topic.as_str())).collect();
        }
        self.bare.get(&bare(filter)).copied().filter(|topic| *topic != filter)
    }
}

fn has_wildcard(filter: &str) -> bool {
    filter.contains(['#', '+'])
}

fn bare(topic: &str) -> String {
    topic.trim_matches('/').to_lowercase()
}

/// How long a subscription waits at least, before it is worth saying that nothing came.
const A_WHILE: Duration = Duration::from_secs(10);

/// Topics that are remembered.
const TOPICS: usize = 100_000;

/// Comparisons of a filter with a topic in one report.
const COMPARISONS: usize = 2_000_000;
