//! Requests with a Response Topic (§4.10) to which nothing came.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::{Book, Kind, Passing, Where};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::mqtt::{ConnectionId, Publish, Sender};
use crate::time::Instant;

/// What each client has asked, by what the answer carries: topic and Correlation Data.
#[derive(Default)]
pub(super) struct Requests {
    open: HashMap<ClientSlot, HashMap<Answer, VecDeque<Request>>>,
}

type Answer = (String, Option<Bytes>);

struct Request {
    record: RecordId,
    connection: ConnectionId,
    place: Where,
    topic: String,
    /// How long it is good for.
    limit: Duration,
    /// How long its connection stayed open after it, once that has ended.
    waited: Option<Duration>,
}

impl Requests {
    pub fn passes(&mut self, passing: &Passing<'_>, publish: &Publish) {
        let Passing { record, sender, topic, .. } = *passing;
        let (Some(topic), false) = (topic, publish.dup) else { return };
        // A slice would keep all of the packet.
        let data = publish.properties.correlation_data().map(|data| Bytes::copy_from_slice(data));
        match (sender, publish.properties.response_topic()) {
            (Sender::Client, Some(response_topic)) => {
                let limit = publish.properties.message_expiry_interval();
                let request = Request {
                    record: record.id,
                    connection: record.connection,
                    place: Where::of(record),
                    topic: topic.to_owned(),
                    limit: limit.map_or(PATIENCE, |secs| Duration::from_secs(secs.max(1).into())),
                    waited: None,
                };
                let of_client = self.open.entry(record.client).or_default();
                let alike = of_client.entry((response_topic.to_owned(), data)).or_default();
                alike.push_back(request);
            }
            (Sender::Server, _) => {
                let Some(of_client) = self.open.get_mut(&record.client) else { return };
                let answer = (topic.to_owned(), data);
                if let Some(alike) = of_client.get_mut(&answer) {
                    alike.pop_front();
                    if alike.is_empty() {
                        of_client.remove(&answer);
                    }
                }
            }
            (Sender::Client, None) => {}
        }
    }

    /// Answers may be among what is missing.
    pub fn misses(&mut self, hole: &Record) {
        self.open.remove(&hole.client);
    }

    /// Nothing can come any more on a connection that ends.
    pub fn closes(&mut self, end: &Record) {
        let of_client = self.open.get_mut(&end.client).into_iter().flat_map(HashMap::values_mut);
        for request in of_client.flatten().filter(|it| it.connection == end.connection) {
            request.waited = Some(end.at.since(request.place.at));
        }
    }

    pub fn report(&self, end: Instant, book: &mut Book) {
        for request in self.open.values().flat_map(HashMap::values).flatten() {
            let waited = request.waited.unwrap_or_else(|| end.since(request.place.at));
            if waited >= request.limit {
                let kind = Kind::RequestUnanswered { waited };
                book.add_of(request.place, kind, [request.record], Some(&request.topic));
            }
        }
    }
}

/// How long an answer may take where the request does not say it.
const PATIENCE: Duration = Duration::from_secs(10);
