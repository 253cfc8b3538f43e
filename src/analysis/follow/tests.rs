use super::*;
use crate::capture::{Entry, Hole, LinkClose};
use crate::mqtt::{
    Ack, ConnAck, Connect, Disconnect, PacketId, ReasonCode, SubAck, Subscribe, Subscription,
    Version, Will, encode_as,
};
use crate::time::Instant;
use Sender::{Client, Server};

const A: ClientSlot = ClientSlot(0);
const B: ClientSlot = ClientSlot(1);
const C: ClientSlot = ClientSlot(2);
const D: ClientSlot = ClientSlot(3);

#[derive(Default)]
struct Bench {
    capture: Capture,
    /// How many connections each client has had before.
    earlier: [u32; 4],
    version: Version,
}

impl Bench {
    fn push(&mut self, client: ClientSlot, sender: Sender, packet: Packet) -> RecordId {
        let bytes = encode_as(&packet, self.version).expect("it can be written");
        let connection = self.connection(client);
        self.capture.push_packet(Instant::START, client, connection, sender, bytes)
    }

    fn connection(&self, client: ClientSlot) -> ConnectionId {
        ConnectionId(10 * u32::from(client.0) + self.earlier[usize::from(client.0)])
    }

    fn event(&mut self, client: ClientSlot, entry: Entry) -> RecordId {
        let connection = self.connection(client);
        self.capture.push(Instant::START, client, connection, entry)
    }

    fn connect(&mut self, client: ClientSlot, session_present: bool) {
        self.connect_with(client, Connect::default(), session_present);
    }

    fn connect_with(
        &mut self,
        client: ClientSlot,
        connect: Connect,
        session_present: bool,
    ) -> RecordId {
        self.earlier[usize::from(client.0)] += 1;
        let id = self.push(client, Client, Packet::Connect(Box::new(connect)));
        let reason_code = ReasonCode::Success;
        let properties = Properties::default();
        let connack = ConnAck { session_present, reason_code, properties };
        self.push(client, Server, Packet::ConnAck(connack));
        id
    }

    fn close(&mut self, client: ClientSlot) -> RecordId {
        let close = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
        self.event(client, Entry::Closed(close))
    }

    fn subscribe(&mut self, client: ClientSlot, subscription: Subscription) {
        let packet_id = id(900);
        let subscribe = Subscribe {
            packet_id,
            properties: Properties::default(),
            subscriptions: vec![subscription],
        };
        self.push(client, Client, Packet::Subscribe(subscribe));
        let reason_codes = vec![ReasonCode::GrantedQoS2];
        let properties = Properties::default();
        let suback = SubAck { packet_id, properties, reason_codes };
        self.push(client, Server, Packet::SubAck(suback));
    }

    fn follow(&self, asked: RecordId) -> Follower {
        let follower = Follower::new(&self.capture, asked).expect("it is about a message");
        // Read as it grows it says the same.
        let mut grown: Option<Follower> = None;
        let mut growing = Capture::default();
        for record in self.capture.records() {
            let entry = record.entry.clone();
            growing.push(record.at, record.client, record.connection, entry);
            match &mut grown {
                Some(grown) => _ = grown.extend(&growing),
                None if record.id == asked => grown = Follower::new(&growing, asked),
                None => {}
            }
        }
        let grown = grown.expect("it is about a message");
        assert_eq!(grown.ways, follower.ways, "reading as it grows");
        follower
    }

    fn records(&self, asked: RecordId) -> Vec<u64> {
        self.follow(asked).records().map(RecordId::number).collect()
    }
}

fn id(number: u16) -> PacketId {
    PacketId::new(number).expect("it is not 0")
}

fn to(filter: &str) -> Subscription {
    Subscription { topic_filter: filter.into(), ..Subscription::default() }
}

fn message(topic: &str, payload: &'static str) -> Publish {
    Publish {
        topic: topic.into(),
        payload: Bytes::from_static(payload.as_bytes()),
        ..Publish::default()
    }
}

fn at_qos(qos: QoS, packet_id: u16, publish: Publish) -> Packet {
    Packet::Publish(Publish { qos, packet_id: Some(id(packet_id)), ..publish })
}

fn ack(packet_id: u16) -> Ack {
    Ack::success(id(packet_id))
}

#[test]
fn a_message_is_followed_from_its_publisher_to_every_subscriber() {
    let mut bench = Bench::default();
    for client in [A, B, C, D] {
        bench.connect(client, false);
    }
    bench.subscribe(B, to("a/#"));
    bench.subscribe(C, to("a/b"));
    bench.subscribe(D, to("z"));
    let sent = bench.push(A, Client, at_qos(QoS::ExactlyOnce, 1, message("a/b", "hi")));
    let other = bench.push(A, Client, Packet::Publish(message("a/b", "ho")));
    let received = bench.push(A, Server, Packet::PubRec(ack(1)));
    let alias = Publish {
        properties: [Property::TopicAlias(3), Property::SubscriptionIdentifier(7)].into(),
        ..message("a/b", "hi")
    };
    let to_b = bench.push(B, Server, at_qos(QoS::AtLeastOnce, 5, alias));
    bench.push(B, Server, Packet::Publish(message("a/b", "ho")));
    let to_c = bench.push(C, Server, Packet::Publish(message("a/b", "hi")));
    let from_b = bench.push(B, Client, Packet::PubAck(ack(5)));
    let released = bench.push(A, Client, Packet::PubRel(ack(1)));
    let complete = bench.push(A, Server, Packet::PubComp(ack(1)));
    let expect = [sent, received, to_b, to_c, from_b, released, complete].map(RecordId::number);
    // Wherever it is asked from, the way is the same.
    for asked in [sent, to_b, to_c, from_b, complete] {
        assert_eq!(bench.records(asked), expect, "{asked:?}");
    }
    assert!(!bench.follow(sent).contains(other));
    let follower = bench.follow(sent);
    let way = &follower.ways()[0];
    assert_eq!((way.publisher(), way.receivers(), way.equal), (Some(A), vec![B, C], 1));
    assert_eq!(way.without, [(D, Without::NoMatchingSubscription)]);
    let Some(Origin::Published(own)) = &way.origin else { panic!("{way:?}") };
    assert_eq!(own.outcome, Outcome::Complete(0));
    let copies: Vec<_> = way.copies.iter().map(|copy| &copy.exchange).collect();
    assert_eq!((copies[0].qos, copies[0].outcome), (QoS::AtLeastOnce, Outcome::Complete(0)));
    assert_eq!((copies[0].alias, &copies[0].identifiers[..]), (Some(3), &[7][..]));
    assert_eq!(copies[1].outcome, Outcome::Unacknowledged);
}

#[test]
fn topics_behind_an_alias_are_followed() {
    let mut bench = Bench::default();
    bench.connect(A, false);
    bench.connect(B, false);
    bench.subscribe(B, to("a"));
    let aliased = |topic, payload| Publish {
        properties: [Property::TopicAlias(1)].into(),
        ..message(topic, payload)
    };
    bench.push(A, Client, Packet::Publish(aliased("a", "1")));
    bench.push(B, Server, Packet::Publish(aliased("a", "1")));
    let sent = bench.push(A, Client, Packet::Publish(aliased("", "2")));
    let copy = bench.push(B, Server, Packet::Publish(aliased("", "2")));
    assert_eq!(bench.records(sent), [sent.number(), copy.number()]);
    // An alias that nobody has set says nothing about others.
    let unknown = bench.push(C, Client, Packet::Publish(aliased("", "2")));
    assert_eq!(bench.records(unknown), [unknown.number()]);
    assert_eq!(bench.follow(unknown).ways()[0].topic, None);
}

#[test]
fn repeats_belong_to_the_message_over_a_new_connection_too() {
    let mut bench = Bench::default();
    bench.connect(A, false);
    let first = at_qos(QoS::AtLeastOnce, 4, message("a", "x"));
    let again = at_qos(QoS::AtLeastOnce, 4, Publish { dup: true, ..message("a", "x") });
    let sent = bench.push(A, Client, first);
    bench.close(A);
    bench.connect(A, true);
    let repeat = bench.push(A, Client, again.clone());
    let acked = bench.push(A, Server, Packet::PubAck(ack(4)));
    assert_eq!(bench.records(sent), [sent, repeat, acked].map(RecordId::number));
    // In another Session the same number is another message.
    bench.close(A);
    bench.connect(A, false);
    let fresh = bench.push(A, Client, again);
    assert_eq!(bench.follow(fresh).ways()[0].equal, 2);
    assert!(!bench.follow(sent).contains(fresh));
}

#[test]
fn equal_messages_are_told_apart_by_order_and_that_is_said() {
    let mut bench = Bench::default();
    bench.connect(A, false);
    bench.connect(B, false);
    bench.subscribe(B, to("a"));
    let mut push = |client, sender| bench.push(client, sender, Packet::Publish(message("a", "x")));
    let first = push(A, Client);
    let first_copy = push(B, Server);
    let [second, third] = [push(A, Client), push(A, Client)];
    let [second_copy, third_copy] = [push(B, Server), push(B, Server)];
    for (asked, copy, of_equal) in
        [(first, first_copy, 1), (second, second_copy, 2), (third, third_copy, 1)]
    {
        let follower = bench.follow(asked);
        let way = &follower.ways()[0];
        assert_eq!(bench.records(asked), [asked.number(), copy.number()]);
        assert_eq!((way.equal, way.copies[0].of_equal), (3, of_equal), "{asked:?}");
    }
    // One more than there are messages: for another subscription.
    let further = bench.push(B, Server, Packet::Publish(message("a", "x")));
    assert_eq!(bench.follow(further).ways()[0].copies.last().map(|copy| copy.of_equal), Some(3));
}

#[test]
fn properties_that_are_forwarded_tell_messages_apart_and_an_older_receiver_has_none() {
    let with = |key: &str, expiry| Publish {
        properties: [Property::user(key, "1"), Property::MessageExpiryInterval(expiry)].into(),
        ..message("a", "x")
    };
    let mut bench = Bench::default();
    let sent = bench.push(A, Client, Packet::Publish(with("k", 60)));
    let copy = bench.push(B, Server, Packet::Publish(with("k", 59)));
    bench.push(B, Server, Packet::Publish(with("other", 59)));
    assert_eq!(bench.records(sent), [sent, copy].map(RecordId::number));

    bench.version = Version::V3_1_1;
    bench.connect(C, false);
    let older = bench.push(C, Server, Packet::Publish(message("a", "x")));
    assert_eq!(bench.records(sent), [sent, copy, older].map(RecordId::number));
}

#[test]
fn a_retained_copy_comes_later() {
    let mut bench = Bench::default();
    let retained = || Publish { retain: true, ..message("a", "x") };
    bench.connect(A, false);
    bench.connect(B, false);
    bench.subscribe(B, Subscription { retain_as_published: true, ..to("a") });
    let sent = bench.push(A, Client, Packet::Publish(retained()));
    bench.push(B, Server, Packet::Publish(retained()));
    bench.connect(C, false);
    bench.subscribe(C, to("a"));
    bench.push(C, Server, Packet::Publish(retained()));
    let follower = bench.follow(sent);
    let came: Vec<_> = follower.ways()[0].copies.iter().map(|copy| copy.is_retained).collect();
    assert_eq!(came, [false, true], "Retain As Published, and stored");
}

#[test]
fn why_a_client_got_nothing_is_told_as_far_as_the_capture_knows() {
    let mut bench = Bench::default();
    let share = || to("$share/g/a");
    bench.connect(A, false);
    bench.subscribe(A, Subscription { no_local: true, ..to("a") });
    for client in [B, C, D] {
        bench.connect(client, client == D);
    }
    bench.subscribe(B, share());
    bench.subscribe(C, share());
    let sent = bench.push(A, Client, Packet::Publish(message("a", "x")));
    bench.push(B, Server, Packet::Publish(message("a", "x")));
    let without = |bench: &Bench, asked| bench.follow(asked).ways()[0].without.clone();
    let expect = [(A, Without::NoLocal), (C, Without::AnotherMember), (D, Without::Untold)];
    assert_eq!(without(&bench, sent), expect);

    bench.subscribe(D, to("+"));
    bench.close(D);
    let hole = Hole { sender: Client, missing: 9, unread: 0, begun: Bytes::new() };
    bench.event(B, Entry::Missing(hole));
    let second = bench.push(A, Client, Packet::Publish(message("a", "y")));
    let found = without(&bench, second);
    assert_eq!(found.last(), Some(&(D, Without::NotConnected("+".to_owned()))));
    assert_eq!(found[1], (B, Without::Nothing("$share/g/a".to_owned())));
    let third = bench.push(A, Client, Packet::Publish(message("b", "y")));
    assert_eq!(without(&bench, third)[0], (B, Without::Untold), "a SUBSCRIBE may be missing");
}

#[test]
fn what_is_owed_across_a_hole_is_not_told() {
    let mut bench = Bench::default();
    let sent = bench.push(A, Client, at_qos(QoS::AtLeastOnce, 1, message("a", "x")));
    let outcome = |bench: &Bench| match &bench.follow(sent).ways()[0].origin {
        Some(Origin::Published(exchange)) => exchange.outcome,
        other => panic!("{other:?}"),
    };
    assert_eq!(outcome(&bench), Outcome::Open);
    let hole = Hole { sender: Server, missing: 9, unread: 0, begun: Bytes::new() };
    bench.event(A, Entry::Missing(hole));
    assert_eq!(outcome(&bench), Outcome::Untold);
    let reason_code = ReasonCode::QuotaExceeded;
    bench.push(A, Server, Packet::PubAck(Ack { reason_code, ..ack(1) }));
    assert_eq!(outcome(&bench), Outcome::Refused(0x97));
}

#[test]
fn a_will_is_followed_from_its_connect() {
    let mut bench = Bench::default();
    let will = Will { topic: "gone".into(), payload: Bytes::from_static(b"A"), ..Will::default() };
    let connect = Connect { will: Some(will), ..Connect::default() };
    bench.connect(B, false);
    bench.subscribe(B, to("gone"));
    let left = bench.connect_with(A, connect.clone(), false);
    bench.push(A, Client, Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
    bench.close(A);
    let lost = bench.connect_with(A, connect, false);
    let end = bench.close(A);
    let copy = bench.push(B, Server, Packet::Publish(message("gone", "A")));
    for asked in [lost, copy] {
        assert_eq!(bench.records(asked), [lost, end, copy].map(RecordId::number));
    }
    assert_eq!(bench.records(left), [] as [u64; 0], "it was not published");
}

#[test]
fn a_request_and_its_response_are_one_conversation() {
    let mut bench = Bench::default();
    let data = || Property::CorrelationData(Bytes::from_static(b"7"));
    let ask = Publish {
        properties: [Property::ResponseTopic("answers".into()), data()].into(),
        ..message("ask", "?")
    };
    let reply = Publish { properties: [data()].into(), ..message("answers", "!") };
    let asked = bench.push(A, Client, Packet::Publish(ask.clone()));
    let heard = bench.push(B, Server, Packet::Publish(ask));
    let replied = bench.push(B, Client, Packet::Publish(reply.clone()));
    let answered = bench.push(A, Server, Packet::Publish(reply));
    let all = [asked, heard, replied, answered].map(RecordId::number);
    for (from, role) in [(asked, Role::Response), (answered, Role::Request)] {
        assert_eq!(bench.records(from), all);
        let follower = bench.follow(from);
        let roles: Vec<_> = follower.ways().iter().map(|way| way.role).collect();
        assert_eq!(roles, [Role::Asked, role]);
    }
}

#[test]
fn only_what_is_about_a_message_can_be_followed() {
    let mut bench = Bench::default();
    bench.connect(A, false);
    let sent = bench.push(A, Client, at_qos(QoS::AtLeastOnce, 1, message("a", "x")));
    let acked = bench.push(A, Server, Packet::PubAck(ack(1)));
    let stray = bench.push(A, Server, Packet::PubAck(ack(2)));
    for (asked, expect) in
        [(RecordId(0), false), (RecordId(1), false), (sent, true), (acked, true), (stray, false)]
    {
        assert_eq!(can_follow(&bench.capture, asked), expect, "{asked:?}");
        assert_eq!(Follower::new(&bench.capture, asked).is_some(), expect, "{asked:?}");
    }
}

#[test]
fn a_flood_of_equal_messages_is_read_once() {
    let mut bench = Bench::default();
    bench.connect(B, false);
    bench.subscribe(B, to("a"));
    let mut last = RecordId(0);
    for _ in 0..20_000 {
        last = bench.push(A, Client, Packet::Publish(message("a", "x")));
        bench.push(B, Server, Packet::Publish(message("a", "x")));
    }
    let mut follower = Follower::new(&bench.capture, last).expect("it is there");
    assert_eq!(follower.records().count(), 2);
    assert_eq!(follower.ways()[0].equal, 20_000);
    assert!(!follower.extend(&bench.capture));
}
