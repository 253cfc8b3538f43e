//! Which packet answers which, for a whole capture: built incrementally, O(1) lookup.
//!
//! [`answer_to`](super::answer_to) searches for one answer, which may be far away. To draw many exchanges
//! at once, keep a [`Joins`].

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::exchange::expected_answer;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::mqtt::{self, ConnectionId, Packet, PacketId, PacketType, PropertyId, Sender};

#[derive(Clone, Debug, Default)]
pub struct Joins {
    /// The record of the first link.
    first: u64,
    /// One for each record read, oldest first.
    links: VecDeque<Link>,
    open: HashMap<ConnectionId, Open>,
    requests: Requests,
}

/// How many records away the others are; 0 where there is none.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    answers: u32,
    answered_by: u32,
    replies_to: u32,
    replied_by: u32,
    /// The answer may be in a hole.
    is_untold: bool,
}

/// What is still to be answered on one connection.
#[derive(Clone, Debug, Default)]
struct Open {
    with_id: HashMap<(PacketType, Sender, PacketId), u64>,
    /// CONNECT and PINGREQ have no Packet Identifier: the first one asked is the first one answered.
    without_id: HashMap<(PacketType, Sender), VecDeque<u64>>,
    /// CONNECT or the AUTH before, which the next AUTH of the other side follows (§4.12).
    auth: Option<(u64, Sender)>,
}

/// PUBLISH packets with a Response Topic (§4.10), by what their reply will carry.
#[derive(Clone, Debug, Default)]
struct Requests {
    by_reply: HashMap<Reply, u64>,
    oldest_first: VecDeque<Reply>,
    /// A request came without Correlation Data: any PUBLISH may be its reply.
    some_without_data: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Reply {
    client: ClientSlot,
    sender: Sender,
    topic: String,
    correlation_data: Option<Bytes>,
}

/// Requests that wait for their replies, beyond which the oldest are given up.
const REQUESTS: usize = 4096;

impl Joins {
    /// Reads what is new in the capture and forgets what has left it. Always the same capture.
    pub fn extend(&mut self, capture: &Capture) {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id).0;
        if oldest >= self.next() {
            *self = Joins { first: oldest, ..Joins::default() };
        }
        self.links.drain(..(oldest - self.first) as usize);
        self.first = oldest;
        let unread = capture.position(RecordId(self.next())).unwrap_or(capture.len());
        for record in (unread..capture.len()).filter_map(|position| capture.at(position)) {
            self.links.push_back(Link::default());
            self.read(capture, record);
        }
    }

    /// The packet that this one answers.
    pub fn answers(&self, id: RecordId) -> Option<RecordId> {
        self.before(id, self.link(id)?.answers)
    }

    /// The packet that answers this one, if it has come. A CONNECT is answered by its CONNACK, whatever
    /// AUTH packets came between.
    pub fn answered_by(&self, id: RecordId) -> Option<RecordId> {
        after(id, self.link(id)?.answered_by)
    }

    /// The PUBLISH with the Response Topic to which this one was published, and with its Correlation
    /// Data.
    pub fn replies_to(&self, id: RecordId) -> Option<RecordId> {
        self.before(id, self.link(id)?.replies_to)
    }

    /// The first reply to this request.
    pub fn replied_by(&self, id: RecordId) -> Option<RecordId> {
        after(id, self.link(id)?.replied_by)
    }

    /// Whether the receiver still owes an answer, as far as a capture with holes can tell.
    pub fn is_owed(&self, record: &Record) -> bool {
        let is_open = |link: &Link| link.answered_by == 0 && !link.is_untold;
        owes(record).is_some() && self.link(record.id).is_some_and(is_open)
    }

    fn next(&self) -> u64 {
        self.first + self.links.len() as u64
    }

    fn link(&self, id: RecordId) -> Option<&Link> {
        self.links.get(usize::try_from(id.0.checked_sub(self.first)?).ok()?)
    }

    fn link_mut(&mut self, id: u64) -> Option<&mut Link> {
        self.links.get_mut(usize::try_from(id.checked_sub(self.first)?).ok()?)
    }

    fn before(&self, id: RecordId, distance: u32) -> Option<RecordId> {
        let before = id.0.checked_sub(u64::from(distance))?;
        (distance > 0 && before >= self.first).then_some(RecordId(before))
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        let (Some(packet), Some(sender)) = (record.packet_type(), record.sender()) else {
            match &record.entry {
                Entry::Closed(_) => _ = self.open.remove(&record.connection),
                Entry::Missing(hole) => self.miss(record.connection, hole.sender),
                _ => {}
            }
            return;
        };
        let id = record.id.0;
        let open = self.open.entry(record.connection).or_default();
        let packet_id = record.packet_id();
        let request = match packet_id {
            Some(packet_id) => open.with_id.remove(&(packet, sender, packet_id)),
            None => open.without_id.get_mut(&(packet, sender)).and_then(VecDeque::pop_front),
        };
        let turn = match packet {
            PacketType::Auth => open.auth.take().filter(|(_, by)| *by != sender).map(|(id, _)| id),
            _ => None,
        };
        if matches!(packet, PacketType::Connect | PacketType::Auth) {
            open.auth = Some((id, sender));
        }
        if let Some(answer) = owes(record) {
            match packet_id {
                // A number that is used again is no longer in use for the one before.
                Some(packet_id) => {
                    open.with_id.insert((answer.0, answer.1, packet_id), id);
                }
                None => open.without_id.entry(answer).or_default().push_back(id),
            }
        }
        if let Some(request) = request.or(turn) {
            let distance = u32::try_from(id - request).unwrap_or(0);
            if let Some(link) = self.link_mut(id) {
                link.answers = distance;
            }
            if let Some(link) = self.link_mut(request) {
                link.answered_by = distance;
            }
        }
        if packet == PacketType::Publish {
            self.read_publish(capture, record, sender);
        }
    }

    /// What one side owed it may have sent, and where no identifier tells, it is not known any more what
    /// an answer belongs to.
    fn miss(&mut self, connection: ConnectionId, sender: Sender) {
        let Some(open) = self.open.get_mut(&connection) else { return };
        let named = open.with_id.iter().filter(|((_, by, _), _)| *by == sender).map(|(_, id)| *id);
        let unnamed = open.without_id.iter().filter(|((_, by), _)| *by == sender);
        let untold: Vec<u64> =
            named.chain(unnamed.flat_map(|(_, ids)| ids.iter().copied())).collect();
        open.without_id.retain(|(answer, _), _| *answer == PacketType::ConnAck);
        open.auth = None;
        for id in untold {
            if let Some(link) = self.link_mut(id) {
                link.is_untold = true;
            }
        }
    }

    /// Joins a reply to its request, and notes a request.
    fn read_publish(&mut self, capture: &Capture, record: &Record, sender: Sender) {
        let telling = [PropertyId::ResponseTopic.value(), PropertyId::CorrelationData.value()];
        // Most packets are told apart without decoding.
        let Some(properties) = record.publish_properties() else { return };
        if !self.requests.some_without_data && !properties.iter().any(|byte| telling.contains(byte))
        {
            return;
        }
        let Entry::Packet { bytes, .. } = &record.entry else { return };
        let Ok(Packet::Publish(publish)) = mqtt::decode(bytes, Some(sender)) else { return };
        let correlation_data = publish.properties.correlation_data().map(|data| {
            // A slice would keep all of the packet.
            Bytes::copy_from_slice(data)
        });
        let topic = match capture.aliased(record) {
            Some(aliased) => aliased.topic.to_owned(),
            None => publish.topic.into(),
        };
        let client = record.client;
        let id = record.id.0;
        let reply = Reply { client, sender, topic, correlation_data };
        if let Some(request) = self.requests.by_reply.get(&reply).copied() {
            let distance = u32::try_from(id - request).unwrap_or(0);
            if let Some(link) = self.link_mut(id) {
                link.replies_to = distance;
            }
            if let Some(link) = self.link_mut(request).filter(|link| link.replied_by == 0) {
                link.replied_by = distance;
            }
        }
        if let Some(topic) = publish.properties.response_topic() {
            let topic = topic.to_owned();
            self.requests.add(Reply { topic, sender: sender.other(), ..reply }, id);
        }
    }
}

impl Requests {
    fn add(&mut self, reply: Reply, id: u64) {
        self.some_without_data |= reply.correlation_data.is_none();
        if self.by_reply.insert(reply.clone(), id).is_none() {
            self.oldest_first.push_back(reply);
        }
        if self.oldest_first.len() > REQUESTS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_reply.remove(&oldest);
        }
    }
}

/// What the receiver of a packet owes. A PUBREC that refuses ends its exchange (§4.3.3).
pub fn owes(record: &Record) -> Option<(PacketType, Sender)> {
    let is_refusal = record.packet_type() == Some(PacketType::PubRec)
        && record.ack_reason_code().is_some_and(|code| code >= 0x80);
    if is_refusal { None } else { expected_answer(record) }
}

fn after(id: RecordId, distance: u32) -> Option<RecordId> {
    (distance > 0).then(|| RecordId(id.0 + u64::from(distance)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Bounds;
    use crate::mqtt::{Ack, Auth, ConnAck, Properties, Property, Publish, QoS, ReasonCode, encode};
    use crate::time::Instant;
    use Sender::{Client, Server};

    const ID: PacketId = PacketId::MIN;

    struct Bench {
        capture: Capture,
        joins: Joins,
    }

    impl Bench {
        fn new(records: usize) -> Bench {
            let capture = Capture::new(Bounds { records, bytes: 1 << 20 });
            Bench { capture, joins: Joins::default() }
        }

        fn push(&mut self, slot: u16, sender: Sender, packet: Packet) -> RecordId {
            let bytes = encode(&packet).expect("it obeys the rules");
            let (slot, connection) = (ClientSlot(slot), ConnectionId(u32::from(slot)));
            let id = self.capture.push_packet(Instant::START, slot, connection, sender, bytes);
            self.joins.extend(&self.capture);
            id
        }

        fn is_owed(&self, id: RecordId) -> bool {
            self.joins.is_owed(self.capture.get(id).expect("it is still there"))
        }
    }

    fn publish(qos: QoS, properties: impl Into<Properties>) -> Packet {
        Packet::Publish(Publish {
            qos,
            topic: "a".into(),
            packet_id: (qos > QoS::AtMostOnce).then_some(ID),
            properties: properties.into(),
            ..Publish::default()
        })
    }

    fn ack(reason_code: ReasonCode) -> Ack {
        Ack { reason_code, ..Ack::success(ID) }
    }

    #[test]
    fn an_exchange_of_four_packets_is_joined_step_by_step_in_both_directions_at_once() {
        let mut bench = Bench::new(100);
        let ours = bench.push(0, Client, publish(QoS::ExactlyOnce, []));
        let theirs = bench.push(0, Server, publish(QoS::ExactlyOnce, []));
        let received = bench.push(0, Server, Packet::PubRec(ack(ReasonCode::Success)));
        let release = bench.push(0, Client, Packet::PubRel(ack(ReasonCode::Success)));
        assert!(bench.is_owed(release) && bench.is_owed(theirs) && !bench.is_owed(ours));
        let complete = bench.push(0, Server, Packet::PubComp(ack(ReasonCode::Success)));
        assert!(!bench.is_owed(release) && !bench.is_owed(complete));
        for (asked, answer) in [(ours, received), (received, release), (release, complete)] {
            assert_eq!(bench.joins.answered_by(asked), Some(answer));
            assert_eq!(bench.joins.answers(answer), Some(asked));
        }
        assert_eq!(bench.joins.answered_by(theirs), None);
    }

    #[test]
    fn a_refusing_pubrec_is_the_end() {
        let mut bench = Bench::new(100);
        let asked = bench.push(0, Client, publish(QoS::ExactlyOnce, []));
        let refusal = bench.push(0, Server, Packet::PubRec(ack(ReasonCode::QuotaExceeded)));
        assert!(!bench.is_owed(refusal));
        // The same number serves the next message at once.
        let again = bench.push(0, Client, publish(QoS::ExactlyOnce, []));
        let received = bench.push(0, Server, Packet::PubRec(ack(ReasonCode::Success)));
        assert_eq!(bench.joins.answers(refusal), Some(asked));
        assert_eq!(bench.joins.answers(received), Some(again));
    }

    #[test]
    fn pings_are_answered_in_turn_and_other_connections_do_not_count() {
        let mut bench = Bench::new(100);
        let first = bench.push(0, Client, Packet::PingReq);
        let second = bench.push(0, Client, Packet::PingReq);
        bench.push(1, Server, Packet::PingResp);
        let answer = bench.push(0, Server, Packet::PingResp);
        assert_eq!(bench.joins.answered_by(first), Some(answer));
        assert!(bench.is_owed(second));
    }

    #[test]
    fn auth_packets_follow_one_another_from_connect_to_connack() {
        let mut bench = Bench::new(100);
        let auth = || {
            Packet::Auth(Auth {
                reason_code: ReasonCode::ContinueAuthentication,
                properties: [Property::AuthenticationMethod("x".into())].into(),
            })
        };
        let connect = bench.push(0, Client, Packet::Connect(Box::default()));
        let challenge = bench.push(0, Server, auth());
        let response = bench.push(0, Client, auth());
        let connack = bench.push(
            0,
            Server,
            Packet::ConnAck(ConnAck {
                session_present: false,
                reason_code: ReasonCode::Success,
                properties: Properties::NONE,
            }),
        );
        assert_eq!(bench.joins.answers(challenge), Some(connect));
        assert_eq!(bench.joins.answers(response), Some(challenge));
        assert_eq!(bench.joins.answers(connack), Some(connect));
        assert_eq!(bench.joins.answered_by(connect), Some(connack));
    }

    #[test]
    fn replies_find_their_requests_on_either_side() {
        let request = |data: Option<&'static [u8]>| {
            let data = data.map(|data| Property::CorrelationData(Bytes::from_static(data)));
            let topic = Property::ResponseTopic("a".into());
            publish(QoS::AtMostOnce, data.into_iter().chain([topic]).collect::<Vec<_>>())
        };
        let reply = |data: Option<&'static [u8]>| {
            let data = data.map(|data| Property::CorrelationData(Bytes::from_static(data)));
            publish(QoS::AtMostOnce, data.into_iter().collect::<Vec<_>>())
        };
        for other_data in [Some(&b"2"[..]), None] {
            let mut bench = Bench::new(100);
            let sent = bench.push(0, Client, request(Some(b"1")));
            let delivered = bench.push(1, Server, request(Some(b"1")));
            let other = bench.push(0, Client, request(other_data));
            let answer = bench.push(1, Client, reply(Some(b"1")));
            let received = bench.push(0, Server, reply(Some(b"1")));
            let other_received = bench.push(0, Server, reply(other_data));
            for (request, reply) in [(sent, received), (delivered, answer), (other, other_received)]
            {
                assert_eq!(bench.joins.replies_to(reply), Some(request), "{other_data:?}");
                assert_eq!(bench.joins.replied_by(request), Some(reply), "{other_data:?}");
            }
        }
    }

    #[test]
    fn what_left_the_capture_is_joined_to_nothing() {
        let mut bench = Bench::new(2);
        let request = bench.push(0, Client, Packet::PingReq);
        bench.push(1, Client, Packet::PingReq);
        let answer = bench.push(0, Server, Packet::PingResp);
        assert_eq!(bench.joins.answers(answer), None);
        assert_eq!(bench.joins.answered_by(request), None);
        assert_eq!(bench.joins.links.len(), 2);
        bench.capture.clear();
        bench.joins.extend(&bench.capture);
        assert!(bench.joins.links.is_empty());
        let request = bench.push(0, Client, Packet::PingReq);
        let answer = bench.push(0, Server, Packet::PingResp);
        assert_eq!(bench.joins.answers(answer), Some(request));
    }
}
