//! Requests and what answered them, as the packets tell (§4.10).

use std::time::Duration;

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, RecordId, answer_to};
use crate::mqtt::{Packet, PacketType, Publish, ReasonCode, Sender};
use crate::time::Instant;

/// How long a requester here waits for its answer, unless the request says how long it is good for: long
/// enough for somebody who reads, and answers by hand.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A PUBLISH with a Response Topic, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub client: ClientSlot,
    pub request: RecordId,
    pub sent_at: Instant,
    pub topic: String,
    pub response_topic: String,
    pub correlation_data: Option<Bytes>,
    /// How long its requester waits: its Message Expiry Interval, or [`PATIENCE`].
    pub limit: Duration,
    /// What the Server said to it.
    pub acknowledged: Option<(RecordId, ReasonCode)>,
    /// The PUBLISH with which it reached a client on the bench.
    pub received: Option<RecordId>,
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
    /// Within the limit, after this time from bytes out to bytes in.
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
                if took <= self.limit { State::Answered(took) } else { State::Late(took) }
            }
            (None, Some((_, ReasonCode::NoMatchingSubscribers))) => State::Nobody,
            (None, _) if now.since(self.sent_at) > self.limit => State::TimedOut,
            (None, _) => State::Pending(self.sent_at + self.limit),
        }
    }

    /// Whether this is the request as the Server hands it on.
    fn is_handed_on_as(&self, publish: &Publish) -> bool {
        self.topic == publish.topic
            && Some(self.response_topic.as_str()) == publish.properties.response_topic()
            && self.correlation_data.as_ref() == publish.properties.correlation_data()
    }

    fn told_nobody(&self) -> bool {
        matches!(self.acknowledged, Some((_, ReasonCode::NoMatchingSubscribers)))
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
                        response_topic: response.to_owned(),
                        correlation_data: publish.properties.correlation_data().cloned(),
                        limit: publish
                            .properties
                            .message_expiry_interval()
                            .map_or(PATIENCE, |seconds| Duration::from_secs(seconds.into())),
                        acknowledged,
                        received: None,
                        answer: None,
                    });
                }
                Some(Sender::Server) if !publish.dup => {
                    all.hand_on(record.id, &publish);
                    let is_response = response_topics
                        .iter()
                        .any(|(asked, topic)| *asked == client && *topic == publish.topic);
                    if !is_response {
                        continue;
                    }
                    match all.answered_by(client, &publish, record.at) {
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

    /// Notes that a request has reached a client.
    fn hand_on(&mut self, record: RecordId, publish: &Publish) {
        if publish.properties.response_topic().is_none() {
            return;
        }
        let mut open = self.exchanges.iter_mut().filter(|exchange| exchange.received.is_none());
        if let Some(exchange) = open.find(|e| !e.told_nobody() && e.is_handed_on_as(publish)) {
            exchange.received = Some(record);
        }
    }

    /// The request that a message answers. Of several with the same Correlation Data it is one that was
    /// received, as far as the bench can tell: the oldest that still waits, otherwise the latest.
    fn answered_by(
        &mut self,
        client: ClientSlot,
        answer: &Publish,
        at: Instant,
    ) -> Option<&mut Exchange> {
        let data = answer.properties.correlation_data()?;
        let fits = |exchange: &Exchange| {
            exchange.client == client
                && exchange.answer.is_none()
                && exchange.response_topic == answer.topic
                && exchange.correlation_data.as_ref() == Some(data)
        };
        let all = (0..self.exchanges.len()).filter(|&index| fits(&self.exchanges[index]));
        let all: Vec<usize> = all.collect();
        let only = |wanted: fn(&Exchange) -> bool| -> Vec<usize> {
            all.iter().copied().filter(|&index| wanted(&self.exchanges[index])).collect()
        };
        let received = only(|exchange| exchange.received.is_some());
        let possible = only(|exchange| !exchange.told_nobody());
        let among = [received, possible, all].into_iter().find(|some| !some.is_empty())?;
        let waits = |index: &usize| {
            let exchange = &self.exchanges[*index];
            at.since(exchange.sent_at) <= exchange.limit
        };
        let index = among.iter().copied().find(waits).or(among.last().copied())?;
        self.exchanges.get_mut(index)
    }

    /// The times of all answers that came in time, shortest first.
    pub fn round_trips(&self) -> Vec<Duration> {
        self.round_trips_since(RecordId(0))
    }

    /// Those of answers that are not older than that record.
    pub fn round_trips_since(&self, oldest: RecordId) -> Vec<Duration> {
        let answered = self.exchanges.iter().filter_map(|exchange| {
            let answer = exchange.answer.as_ref().filter(|answer| answer.record >= oldest)?;
            Some(answer.at.since(exchange.sent_at)).filter(|took| *took <= exchange.limit)
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
    use crate::capture::ConnectionId;
    use crate::mqtt::{Ack, PacketId, Property, QoS, encode};

    const REQUESTER: (ClientSlot, ConnectionId) = (ClientSlot(0), ConnectionId(1));
    const RESPONDER: (ClientSlot, ConnectionId) = (ClientSlot(1), ConnectionId(2));

    /// A minute apart from the packet before.
    fn pass(
        capture: &mut Capture,
        (client, connection): (ClientSlot, ConnectionId),
        sender: Sender,
        packet: Packet,
    ) -> RecordId {
        let now = capture.records().last().map_or(Instant::START, |record| record.at);
        let bytes = encode(&packet).expect("it obeys the rules");
        let later = now + Duration::from_secs(60);
        capture.push_packet(later, client, connection, sender, bytes)
    }

    fn publish(topic: &str, number: u16, properties: Vec<Property>) -> Packet {
        Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            packet_id: PacketId::new(number),
            topic: topic.to_owned(),
            properties: properties.into(),
            ..Publish::default()
        })
    }

    fn request(number: u16, expiry: Option<u32>) -> Packet {
        let mut properties = vec![
            Property::ResponseTopic("answers".to_owned()),
            Property::CorrelationData("same".into()),
        ];
        properties.extend(expiry.map(Property::MessageExpiryInterval));
        publish("requests", number, properties)
    }

    fn answer() -> Packet {
        publish("answers", 9, vec![Property::CorrelationData("same".into())])
    }

    fn acknowledged(number: u16, code: ReasonCode) -> Packet {
        Packet::PubAck(Ack::new(PacketId::new(number).expect("it is not 0"), code))
    }

    #[test]
    fn an_answer_belongs_to_the_request_that_was_received() {
        let mut capture = Capture::default();
        let mut pass = |who, sender, packet| pass(&mut capture, who, sender, packet);
        // Nobody heard the first; then it was asked again, with the same Correlation Data.
        pass(REQUESTER, Sender::Client, request(1, None));
        pass(REQUESTER, Sender::Server, acknowledged(1, ReasonCode::NoMatchingSubscribers));
        let heard = pass(REQUESTER, Sender::Client, request(2, None));
        pass(REQUESTER, Sender::Server, acknowledged(2, ReasonCode::Success));
        let received = pass(RESPONDER, Sender::Server, request(3, None));
        let answered = pass(REQUESTER, Sender::Server, answer());
        let all = Requests::read(&capture, RecordId(0)).exchanges;
        assert_eq!(all[0].answer, None);
        assert_eq!((all[1].request, all[1].received), (heard, Some(received)));
        assert_eq!(all[1].answer.as_ref().map(|answer| answer.record), Some(answered));
    }

    #[test]
    fn of_two_that_were_received_the_one_that_waits_is_answered() {
        // When the answer comes, the older one has waited for 240 s and the younger one for 120 s.
        for (expiry, expect) in [(Some(600), [true, false]), (None, [false, true])] {
            let mut capture = Capture::default();
            for number in [1, 2] {
                pass(&mut capture, REQUESTER, Sender::Client, request(number, expiry));
                pass(&mut capture, RESPONDER, Sender::Server, request(number, expiry));
            }
            pass(&mut capture, REQUESTER, Sender::Server, answer());
            let all = Requests::read(&capture, RecordId(0)).exchanges;
            let found = [0, 1].map(|index| all[index].answer.is_some());
            assert_eq!(found, expect, "{expiry:?}");
        }
    }

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
