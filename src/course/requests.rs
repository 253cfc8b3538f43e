//! Requests and what answered them, as the packets tell (§4.10).

use std::time::Duration;

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, RecordId, answer_to};
use crate::mqtt::{Packet, PacketType, Publish, ReasonCode, Sender};
use crate::time::Instant;

/// How long a requester here waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A PUBLISH with a Response Topic, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub client: ClientSlot,
    pub request: RecordId,
    pub sent_at: Instant,
    pub topic: String,
    pub correlation_data: Option<Bytes>,
    /// What the Server said to it.
    pub acknowledged: Option<(RecordId, ReasonCode)>,
    /// The first PUBLISH with its Correlation Data on its Response Topic.
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub record: RecordId,
    pub at: Instant,
    pub publish: Publish,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Until that moment.
    Pending(Instant),
    /// Within [`PATIENCE`], after this time from bytes out to bytes in.
    Answered(Duration),
    /// After the requester had given up.
    Late(Duration),
    TimedOut,
    /// The Server has said that nobody is subscribed.
    Nobody,
}

/// Everything so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    pub exchanges: Vec<Exchange>,
    /// Messages on a Response Topic that answer none of its requests, or one that has its answer.
    pub strays: Vec<(RecordId, ClientSlot, Publish)>,
}

impl Exchange {
    pub fn state(&self, now: Instant) -> State {
        match (&self.answer, self.acknowledged) {
            (Some(answer), _) => {
                let took = answer.at.since(self.sent_at);
                if took <= PATIENCE { State::Answered(took) } else { State::Late(took) }
            }
            (None, Some((_, ReasonCode::NoMatchingSubscribers))) => State::Nobody,
            (None, _) if now.since(self.sent_at) > PATIENCE => State::TimedOut,
            (None, _) => State::Pending(self.sent_at + PATIENCE),
        }
    }
}

impl Requests {
    /// Reads what has passed since that record.
    pub fn read(capture: &Capture, since: RecordId) -> Requests {
        let mut all = Requests::default();
        let mut response_topics: Vec<(ClientSlot, String)> = Vec::new();
        let first = capture.at(0).map_or(since, |oldest| oldest.id.max(since));
        let position = capture.position(first).unwrap_or(capture.len());
        for record in capture.records().skip(position) {
            if record.packet_type() != Some(PacketType::Publish) {
                continue;
            }
            let Some(Packet::Publish(publish)) = record.valid_packet() else { continue };
            let client = record.client;
            match record.sender() {
                Some(Sender::Client) if !publish.dup => {
                    let Some(response) = publish.properties.response_topic() else { continue };
                    response_topics.push((client, response.to_owned()));
                    let acknowledged = answer_to(capture, record.id).and_then(|answer| {
                        let code = answer.valid_packet()?.reason_codes().first().copied()?;
                        Some((answer.id, code))
                    });
                    all.exchanges.push(Exchange {
                        client,
                        request: record.id,
                        sent_at: record.at,
                        topic: publish.topic.clone(),
                        correlation_data: publish.properties.correlation_data().cloned(),
                        acknowledged,
                        answer: None,
                    });
                }
                Some(Sender::Server) => {
                    let is_response = response_topics
                        .iter()
                        .any(|(asked, topic)| *asked == client && *topic == publish.topic);
                    // A service's own requests come with a Response Topic; an answer has none here.
                    if !is_response || publish.dup {
                        continue;
                    }
                    let fits = |exchange: &&mut Exchange| {
                        exchange.client == client
                            && exchange.answer.is_none()
                            && exchange.correlation_data.is_some()
                            && exchange.correlation_data.as_ref()
                                == publish.properties.correlation_data()
                    };
                    match all.exchanges.iter_mut().find(fits) {
                        Some(exchange) => {
                            let (record, at) = (record.id, record.at);
                            exchange.answer = Some(Answer { record, at, publish });
                        }
                        None => all.strays.push((record.id, client, publish)),
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// The times of all answers that came in time, shortest first.
    pub fn round_trips(&self) -> Vec<Duration> {
        self.round_trips_since(RecordId(0))
    }

    /// Those of answers that are not older than that record.
    pub fn round_trips_since(&self, oldest: RecordId) -> Vec<Duration> {
        let answered = self.exchanges.iter().filter_map(|exchange| {
            let answer = exchange.answer.as_ref().filter(|answer| answer.record >= oldest)?;
            Some(answer.at.since(exchange.sent_at)).filter(|took| *took <= PATIENCE)
        });
        let mut all: Vec<_> = answered.collect();
        all.sort_unstable();
        all
    }
}

/// The value below which this share of the sorted values lies, by nearest rank; `None` without values.
pub fn percentile(sorted: &[Duration], share: f64) -> Option<Duration> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let times: Vec<_> = (1..=10).map(Duration::from_millis).collect();
        for (share, expect) in [(0.5, 5), (0.99, 10), (0.0, 1), (1.0, 10), (0.11, 2)] {
            let found = percentile(&times, share);
            assert_eq!(found, Some(Duration::from_millis(expect)), "{share}");
        }
        assert_eq!(percentile(&[], 0.5), None);
    }
}
