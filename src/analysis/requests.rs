//! Requests and what answered them, as the packets tell (§4.10).

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{ConnectionId, Packet, PacketId, PacketType, Publish, ReasonCode, Sender};
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
    /// Its arrival at a client here, the first one.
    pub delivered: Option<Leg>,
    /// The answer on its way from a client here.
    pub replied: Option<Leg>,
    /// The first PUBLISH with its Correlation Data on its Response Topic.
    pub answer: Option<Answer>,
}

/// A PUBLISH as it passed at the other client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub client: ClientSlot,
    pub record: RecordId,
    pub at: Instant,
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
    /// After its requester had waited for so long.
    TimedOut(Duration),
    /// The Server has said that nobody is subscribed.
    Nobody,
}

/// Everything so far, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    pub exchanges: Vec<Exchange>,
    pub strays: Vec<Stray>,
    /// The record to read next.
    next: RecordId,
    response_topics: HashSet<(ClientSlot, String)>,
    /// Exchanges by what their answer carries.
    by_data: HashMap<Bytes, Vec<usize>>,
    /// Those whose acknowledgement has not come.
    unacknowledged: HashMap<(ConnectionId, PacketId), usize>,
    /// Sent to a Response Topic, but to no request.
    unasked: VecDeque<(String, Option<Bytes>, Leg)>,
}

/// A message on a Response Topic that answers none of its requests, or one that has its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Stray {
    pub record: RecordId,
    pub at: Instant,
    pub client: ClientSlot,
    pub publish: Publish,
    /// When it left a client here.
    pub sent: Option<Leg>,
}

impl Exchange {
    pub fn state(&self, now: Instant) -> State {
        match (&self.answer, self.acknowledged) {
            (Some(answer), _) => {
                let took = answer.at.since(self.sent_at);
                if took <= self.limit { State::Answered(took) } else { State::Late(took) }
            }
            (None, Some((_, ReasonCode::NoMatchingSubscribers))) => State::Nobody,
            (None, _) if now.since(self.sent_at) > self.limit => State::TimedOut(self.limit),
            (None, _) => State::Pending(self.gives_up_at()),
        }
    }

    /// When its requester waits no longer.
    pub fn gives_up_at(&self) -> Instant {
        self.sent_at + self.limit
    }

    fn told_nobody(&self) -> bool {
        matches!(self.acknowledged, Some((_, ReasonCode::NoMatchingSubscribers)))
    }
}

impl Requests {
    /// Reads what has passed since that record.
    pub fn read(capture: &Capture, since: RecordId) -> Requests {
        let mut all = Requests { next: since, ..Requests::default() };
        all.extend(capture);
        all
    }

    /// Reads what is new in the capture, always the same one, and tells whether that changed anything.
    pub fn extend(&mut self, capture: &Capture) -> bool {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        self.next = self.next.max(oldest);
        let unread = capture.position(self.next).unwrap_or(capture.len());
        let mut has_changed = false;
        for record in (unread..capture.len()).filter_map(|position| capture.at(position)) {
            self.next = RecordId(record.id.0 + 1);
            has_changed |= match (record.packet_type(), record.sender()) {
                (Some(PacketType::Publish), Some(sender)) => self.publish(capture, record, sender),
                (Some(PacketType::PubAck | PacketType::PubRec), Some(Sender::Server)) => {
                    self.acknowledge(record)
                }
                _ => false,
            };
        }
        has_changed
    }

    fn publish(&mut self, capture: &Capture, record: &Record, sender: Sender) -> bool {
        let Some(Packet::Publish(mut publish)) = record.valid_packet() else { return false };
        if publish.dup {
            return false;
        }
        if let Some(aliased) = capture.aliased(record) {
            publish.topic = aliased.topic.into();
        }
        match sender {
            Sender::Client => self.sent(record, publish),
            Sender::Server => self.received(record, publish),
        }
    }

    /// A request, or the answer of a client here.
    fn sent(&mut self, record: &Record, publish: Publish) -> bool {
        let data = publish.properties.correlation_data().cloned();
        let leg = Leg { client: record.client, record: record.id, at: record.at };
        let is_answer = self.response_topics.iter().any(|(_, topic)| *topic == publish.topic);
        if is_answer {
            let asked = self.with_data(data.as_ref()).find(|number| {
                let exchange = &self.exchanges[*number];
                exchange.response_topic == publish.topic && exchange.replied.is_none()
            });
            match asked {
                Some(number) => self.exchanges[number].replied = Some(leg),
                None => {
                    self.unasked.push_back((publish.topic.to_string(), data.clone(), leg));
                    if self.unasked.len() > UNASKED {
                        self.unasked.pop_front();
                    }
                }
            }
        }
        let Some(response_topic) = publish.properties.response_topic() else { return is_answer };
        let number = self.exchanges.len();
        self.response_topics.insert((record.client, response_topic.to_owned()));
        if let Some(data) = &data {
            self.by_data.entry(data.clone()).or_default().push(number);
        }
        if let Some(packet_id) = publish.packet_id {
            self.unacknowledged.insert((record.connection, packet_id), number);
        }
        let limit = publish.properties.message_expiry_interval();
        let limit = limit.map_or(PATIENCE, |seconds| Duration::from_secs(seconds.into()));
        self.exchanges.push(Exchange {
            client: record.client,
            limit,
            request: record.id,
            sent_at: record.at,
            response_topic: response_topic.to_owned(),
            topic: publish.topic.into(),
            correlation_data: data,
            acknowledged: None,
            delivered: None,
            replied: None,
            answer: None,
        });
        true
    }

    /// A request at its service, or an answer at who asked.
    fn received(&mut self, record: &Record, publish: Publish) -> bool {
        let data = publish.properties.correlation_data().cloned();
        if let Some(response_topic) = publish.properties.response_topic() {
            let asked = self.with_data(data.as_ref()).find(|number| {
                let exchange = &self.exchanges[*number];
                exchange.delivered.is_none()
                    && !exchange.told_nobody()
                    && exchange.topic == publish.topic
                    && exchange.response_topic == response_topic
            });
            if let Some(number) = asked {
                let leg = Leg { client: record.client, record: record.id, at: record.at };
                self.exchanges[number].delivered = Some(leg);
                return true;
            }
        }
        // Others may ask on the topic on which somebody here waits for answers.
        if !self.response_topics.contains(&(record.client, publish.topic.to_string())) {
            return false;
        }
        let found = self.answered_by(record, &publish.topic, data.as_ref());
        match found {
            Some(number) => {
                let (record, at) = (record.id, record.at);
                self.exchanges[number].answer = Some(Answer { record, at, publish });
            }
            None => {
                let sent = self.unasked.iter().rposition(|(topic, with, _)| {
                    *topic == publish.topic && with.as_ref() == data.as_ref()
                });
                let sent = sent.and_then(|at| self.unasked.remove(at)).map(|(_, _, leg)| leg);
                let (at, client, record) = (record.at, record.client, record.id);
                self.strays.push(Stray { record, at, client, publish, sent });
            }
        }
        true
    }

    /// The request that an answer belongs to. Of several with the same Correlation Data it is one that was
    /// received, as far as the bench can tell: the oldest that still waits, otherwise the latest.
    fn answered_by(&self, answer: &Record, topic: &str, data: Option<&Bytes>) -> Option<usize> {
        let certainty = |exchange: &Exchange| match exchange.delivered {
            Some(_) => 2,
            None if exchange.told_nobody() => 0,
            None => 1,
        };
        let fits = |exchange: &Exchange| {
            exchange.client == answer.client
                && exchange.answer.is_none()
                && exchange.response_topic == topic
        };
        let with = data.and_then(|data| self.by_data.get(data)).into_iter().flatten().copied();
        let all: Vec<usize> = with.filter(|number| fits(&self.exchanges[*number])).collect();
        let best = all.iter().map(|number| certainty(&self.exchanges[*number])).max()?;
        let mut among =
            all.into_iter().filter(|number| certainty(&self.exchanges[*number]) == best);
        let waits = |number: &usize| answer.at <= self.exchanges[*number].gives_up_at();
        among.clone().find(waits).or_else(|| among.next_back())
    }

    fn acknowledge(&mut self, record: &Record) -> bool {
        let Some(packet_id) = record.packet_id() else { return false };
        let asked = self.unacknowledged.remove(&(record.connection, packet_id));
        let code = record.ack_reason_code().and_then(ReasonCode::from_value);
        let (Some(number), Some(code)) = (asked, code) else { return false };
        self.exchanges[number].acknowledged = Some((record.id, code));
        true
    }

    /// The numbers of exchanges with that Correlation Data, oldest first; of those without any only the
    /// latest ones.
    fn with_data(&self, data: Option<&Bytes>) -> impl Iterator<Item = usize> {
        let with = data.and_then(|data| self.by_data.get(data));
        let latest = match data {
            Some(_) => self.exchanges.len(),
            None => self.exchanges.len().saturating_sub(UNASKED),
        };
        let without = (latest..self.exchanges.len())
            .filter(|number| self.exchanges[*number].correlation_data.is_none());
        with.into_iter().flatten().copied().chain(without)
    }

    /// The answers that came in time and are not older than that record, with the time each took, shortest
    /// first.
    pub fn round_trips_since(&self, oldest: RecordId) -> Vec<(Duration, RecordId)> {
        let answered = self.exchanges.iter().filter_map(|exchange| {
            let answer = exchange.answer.as_ref().filter(|answer| answer.record >= oldest)?;
            let took = answer.at.since(exchange.sent_at);
            (took <= exchange.limit).then_some((took, answer.record))
        });
        let mut all: Vec<_> = answered.collect();
        all.sort_unstable();
        all
    }
}

/// Messages to a Response Topic that are remembered until they arrive.
const UNASKED: usize = 64;

/// The value below which this share of the sorted values lies, by nearest rank; `None` without values.
pub fn percentile(sorted: &[Duration], share: f64) -> Option<Duration> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Ack, Property, QoS, encode};

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let times: Vec<_> = (1..=10).map(Duration::from_millis).collect();
        for (share, expect) in [(0.5, 5), (0.99, 10), (0.0, 1), (1.0, 10), (0.11, 2)] {
            let found = percentile(&times, share);
            assert_eq!(found, Some(Duration::from_millis(expect)), "{share}");
        }
        assert_eq!(percentile(&[], 0.5), None);
    }

    const ASKER: ClientSlot = ClientSlot(0);
    const SERVICE: ClientSlot = ClientSlot(1);

    fn message(topic: &str, to: Option<&str>, data: Option<&'static str>, id: u16) -> Publish {
        let response = to.map(|topic| Property::ResponseTopic(topic.into()));
        let data = data.map(|data| Property::CorrelationData(Bytes::from_static(data.as_bytes())));
        Publish {
            qos: QoS::AtLeastOnce,
            topic: topic.into(),
            packet_id: PacketId::new(id),
            properties: response.into_iter().chain(data).collect(),
            ..Publish::default()
        }
    }

    fn ask(data: Option<&'static str>, id: u16) -> Packet {
        Packet::Publish(message("ask", Some("answers"), data, id))
    }

    fn answer(data: Option<&'static str>) -> Packet {
        Packet::Publish(message("answers", None, data, 9))
    }

    fn ack(id: u16, reason_code: ReasonCode) -> Packet {
        let packet_id = PacketId::new(id).expect("it is not 0");
        Packet::PubAck(Ack { reason_code, ..Ack::success(packet_id) })
    }

    /// Packets with the second at which they passed.
    fn read(packets: &[(u64, ClientSlot, Sender, Packet)]) -> (Capture, Requests) {
        let mut capture = Capture::default();
        let mut grown = Requests::default();
        for (second, client, sender, packet) in packets {
            let bytes: Bytes = encode(packet).expect("it obeys the rules");
            let connection = ConnectionId(client.0.into());
            let at = Instant::from_millis(second * 1000);
            capture.push_packet(at, *client, connection, *sender, bytes);
            grown.extend(&capture);
        }
        let whole = Requests::read(&capture, RecordId(0));
        assert_eq!(whole.exchanges, grown.exchanges, "reading as it grows");
        assert_eq!(whole.strays, grown.strays, "reading as it grows");
        (capture, grown)
    }

    #[test]
    fn an_exchange_knows_its_four_moments() {
        let (_, all) = read(&[
            (0, ASKER, Sender::Client, ask(Some("x"), 1)),
            (1, ASKER, Sender::Server, ack(1, ReasonCode::Success)),
            (1, SERVICE, Sender::Server, ask(Some("x"), 5)),
            (2, SERVICE, Sender::Client, answer(Some("x"))),
            (3, ASKER, Sender::Server, answer(Some("x"))),
        ]);
        let [one] = all.exchanges.as_slice() else { panic!("{all:?}") };
        assert_eq!(one.acknowledged, Some((RecordId(1), ReasonCode::Success)));
        let leg = |record, second: u64| {
            let at = Instant::from_millis(second * 1000);
            Some(Leg { client: SERVICE, record: RecordId(record), at })
        };
        assert_eq!((one.delivered, one.replied), (leg(2, 1), leg(3, 2)));
        assert_eq!(one.answer.as_ref().map(|answer| answer.record), Some(RecordId(4)));
        assert_eq!(all.strays, []);
    }

    #[test]
    fn an_answer_finds_the_request_that_waits_for_it() {
        let nobody = || (0, ASKER, Sender::Server, ack(1, ReasonCode::NoMatchingSubscribers));
        let first = || (0, ASKER, Sender::Client, ask(Some("x"), 1));
        let again = |second| (second, ASKER, Sender::Client, ask(Some("x"), 2));
        let heard = || (0, SERVICE, Sender::Server, ask(Some("x"), 7));
        let comes = |second, data| (second, ASKER, Sender::Server, answer(data));
        for (packets, expect, reason) in [
            (vec![first(), comes(1, Some("x"))], Some(0), "its Correlation Data"),
            (vec![first(), comes(121, Some("x"))], Some(0), "late, but its own"),
            (vec![first(), again(1), comes(2, Some("x"))], Some(0), "both wait: the first"),
            (vec![first(), nobody(), again(1), comes(2, Some("x"))], Some(1), "nobody heard it"),
            (vec![first(), again(121), comes(122, Some("x"))], Some(1), "the first has given up"),
            (
                vec![first(), nobody(), again(1), heard(), comes(2, Some("x"))],
                Some(1),
                "it was received",
            ),
            (vec![first(), comes(1, Some("y"))], None, "somebody else's"),
            (vec![first(), comes(1, None)], None, "without Correlation Data"),
        ] {
            let (_, all) = read(&packets);
            let answered = all.exchanges.iter().position(|exchange| exchange.answer.is_some());
            assert_eq!(answered, expect, "{reason}");
            assert_eq!(all.strays.len(), usize::from(expect.is_none()), "{reason}");
        }
    }

    #[test]
    fn a_request_says_how_long_it_waits() {
        // When the answer comes, the older one has waited for 240 s and the younger one for 120 s.
        for (expiry, expect) in [(Some(600), 0), (None, 1)] {
            let ask = |id| {
                let mut asked = message("ask", Some("answers"), Some("x"), id);
                asked.properties.0.extend(expiry.map(Property::MessageExpiryInterval));
                Packet::Publish(asked)
            };
            let (_, all) = read(&[
                (0, ASKER, Sender::Client, ask(1)),
                (60, SERVICE, Sender::Server, ask(5)),
                (120, ASKER, Sender::Client, ask(2)),
                (180, SERVICE, Sender::Server, ask(6)),
                (240, ASKER, Sender::Server, answer(Some("x"))),
            ]);
            let answered = all.exchanges.iter().position(|exchange| exchange.answer.is_some());
            assert_eq!(answered, Some(expect), "{expiry:?}");
        }
    }

    #[test]
    fn a_second_answer_and_a_foreign_one_are_set_aside_with_where_they_left() {
        let (_, all) = read(&[
            (0, ASKER, Sender::Client, ask(Some("x"), 1)),
            (1, SERVICE, Sender::Client, answer(Some("y"))),
            (2, ASKER, Sender::Server, answer(Some("y"))),
            (3, SERVICE, Sender::Client, answer(Some("x"))),
            (4, ASKER, Sender::Server, answer(Some("x"))),
            (5, ASKER, Sender::Server, answer(Some("x"))),
        ]);
        let strays: Vec<_> =
            all.strays.iter().map(|s| (s.record.0, s.sent.map(|leg| leg.record.0))).collect();
        assert_eq!(strays, [(2, Some(1)), (5, None)]);
    }

    #[test]
    fn what_has_left_the_capture_is_not_read_again() {
        let (mut capture, mut all) = read(&[(0, ASKER, Sender::Client, ask(Some("x"), 1))]);
        capture.clear();
        assert!(!all.extend(&capture));
        assert_eq!(all.exchanges.len(), 1);
        assert_eq!(Requests::read(&capture, RecordId(0)).exchanges, []);
    }
}
