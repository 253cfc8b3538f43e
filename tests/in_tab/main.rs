//! The bench with the broker in the tab: its clock skipped forward, and the way to it broken on request.

#[path = "../support/bench.rs"]
mod bench;
mod outside;
mod provoke;
mod restarted;

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::broker::{self, Event, SessionEnd};
use mqtt5_playground::capture::{ClientSlot, Entry};
use mqtt5_playground::lab::{Act, ActError, Action, LinkState, OutsideTime, Problem, Route};
use mqtt5_playground::link::{BrokerAddress, Fate, Fault, LinkCommand, LinkEvent, Scope, Target};
use mqtt5_playground::mqtt::{
    Connect, Disconnect, Packet, PacketType, Property, Publish, QoS, ReasonCode, Sender,
    Subscription, Will,
};
use mqtt5_playground::time::Instant;

use bench::{A, B, Bench};

impl Bench {
    fn new() -> Bench {
        Bench::offline(["publisher", "subscriber"])
    }

    /// Does it, and lets everything arrive that is on its way.
    fn play(&mut self, client: ClientSlot, action: Action) {
        self.act(client, action);
        self.wait(100);
    }

    fn skip(&mut self, secs: u64) {
        let skipped = self.lab.skip(Duration::from_secs(secs), self.now);
        self.now = skipped.expect("every connection goes to the broker in the tab");
    }

    fn connect(&mut self, client: ClientSlot, connect: Connect) {
        self.play(client, Action::Connect(Box::new(connect)));
    }

    fn subscribe(&mut self, client: ClientSlot, topic_filter: &str) {
        let subscription = Subscription {
            topic_filter: topic_filter.into(),
            qos: QoS::ExactlyOnce,
            ..Subscription::default()
        };
        let subscriptions = vec![subscription];
        self.play(client, Action::Subscribe { properties: Default::default(), subscriptions });
    }

    fn publish(&mut self, client: ClientSlot, qos: QoS, properties: Vec<Property>) {
        let topic = "tank/level".into();
        let publish = Publish { qos, topic, properties: properties.into(), ..Publish::default() };
        self.play(client, Action::Publish(publish));
    }

    fn fault(&mut self, client: ClientSlot, fault: Fault) {
        self.play(client, Action::Fault(fault));
    }

    fn count(&self, client: ClientSlot, sender: Sender, packet: PacketType) -> usize {
        self.packets(client, sender, packet).len()
    }

    fn notes(&self) -> Vec<(Instant, Event)> {
        let recent = self.lab.in_tab().broker().snapshot().recent;
        recent.iter().map(|note| (note.at, note.event.clone())).collect()
    }

    fn noted(&self, test: impl Fn(&Event) -> bool) -> Vec<Instant> {
        let notes = self.notes().into_iter();
        notes.filter(|(_, event)| test(event)).map(|(at, _)| at).collect()
    }

    fn sessions(&self) -> usize {
        self.lab.in_tab().broker().snapshot().sessions.len()
    }

    fn link(&self, client: ClientSlot) -> LinkState {
        self.client(client).link_state()
    }
}

fn named(client_id: &str, properties: impl IntoIterator<Item = Property>) -> Connect {
    let properties: Vec<_> = properties.into_iter().collect();
    Connect { client_id: client_id.into(), properties: properties.into(), ..Connect::default() }
}

fn secs(instant: Instant) -> u64 {
    instant.as_micros() / 1_000_000
}

#[test]
fn a_session_expires_when_its_time_is_skipped() {
    let mut bench = Bench::new();
    bench.connect(A, named("a", [Property::SessionExpiryInterval(60)]));
    bench.play(A, Action::Cut);
    assert_eq!(bench.noted(|event| *event == Event::ConnectionLost).len(), 1, "a bare close");
    bench.skip(59);
    assert_eq!(bench.sessions(), 1);
    bench.skip(10);
    assert_eq!(bench.sessions(), 0);
    let ended = bench.noted(|event| *event == Event::SessionEnded(SessionEnd::Expired));
    assert_eq!(ended.iter().map(|at| secs(*at)).collect::<Vec<_>>(), [60], "at its own moment");
}

#[test]
fn a_will_waits_for_its_delay_and_is_received_at_that_moment() {
    let mut bench = Bench::new();
    let will = Will {
        topic: "a/gone".into(),
        properties: vec![Property::WillDelayInterval(30)].into(),
        ..Will::default()
    };
    bench.connect(B, named("b", []));
    bench.subscribe(B, "a/gone");
    let expiry = Property::SessionExpiryInterval(100);
    bench.connect(A, Connect { will: Some(will), ..named("a", [expiry]) });
    bench.play(A, Action::Cut);
    let cut = bench.now;
    bench.skip(3600);
    let received = bench.packets(B, Sender::Server, PacketType::Publish);
    let (at, _) = received.first().expect("the Will has come");
    let waited = at.since(cut).as_secs_f64();
    assert!((29.8..30.2).contains(&waited), "{waited}");
    // An hour in order: the Will at 30 s, the end of the Session at 100 s.
    let notes = bench.notes();
    let place = |test: fn(&Event) -> bool| notes.iter().position(|(_, event)| test(event));
    let published = place(|event| matches!(event, Event::WillPublished { .. }));
    let ended = place(|event| *event == Event::SessionEnded(SessionEnd::Expired));
    assert!(published.is_some() && published < ended, "{notes:?}");
}

#[test]
fn a_waiting_message_tells_how_long_it_is_still_good_for_until_it_is_not() {
    let mut bench = Bench::new();
    bench.connect(A, named("a", []));
    bench.connect(B, named("b", [Property::SessionExpiryInterval(3600)]));
    bench.subscribe(B, "tank/#");
    bench.play(B, Action::Cut);
    bench.publish(A, QoS::AtLeastOnce, vec![Property::MessageExpiryInterval(60)]);
    bench.publish(A, QoS::AtLeastOnce, vec![Property::MessageExpiryInterval(20)]);
    bench.skip(25);
    bench.connect(B, named("b", [Property::SessionExpiryInterval(3600)]));
    let received = bench.packets(B, Sender::Server, PacketType::Publish);
    let left: Vec<_> =
        received.iter().map(|(_, p)| p.properties().message_expiry_interval()).collect();
    assert_eq!(left.len(), 1, "the other has expired [MQTT-3.3.2-5]");
    assert!(left[0].is_some_and(|left| (34..=35).contains(&left)), "{left:?} [MQTT-3.3.2-6]");
}

#[test]
fn an_hour_holds_every_keep_alive_and_the_connection_stands() {
    let mut bench = Bench::new();
    bench.connect(A, Connect { keep_alive: 60, ..named("a", []) });
    bench.skip(3600);
    let asked = bench.count(A, Sender::Client, PacketType::PingReq);
    assert!((60..=62).contains(&asked), "{asked}");
    assert_eq!(bench.count(A, Sender::Server, PacketType::PingResp), asked);
    assert_eq!(bench.link(A), LinkState::Open);
    let times: Vec<_> = bench.lab.capture().records().map(|record| record.at).collect();
    assert!(times.is_sorted(), "records are in the order of their moments");
}

#[test]
fn a_client_that_is_not_heard_is_told_so_and_closed() {
    let mut bench = Bench::new();
    bench.connect(A, Connect { keep_alive: 10, ..named("a", []) });
    bench.skip(30);
    assert!(bench.count(A, Sender::Server, PacketType::PingResp) >= 2);
    bench.fault(A, Fault::Pause(Sender::Client));
    let before = bench.count(A, Sender::Client, PacketType::PingReq);
    let answered = bench.count(A, Sender::Server, PacketType::PingResp);
    bench.skip(60);
    assert!(bench.count(A, Sender::Client, PacketType::PingReq) > before, "it goes on asking");
    assert_eq!(bench.count(A, Sender::Server, PacketType::PingResp), answered);
    let told = bench.packets(A, Sender::Server, PacketType::Disconnect);
    assert!(
        matches!(&told[..], [(_, Packet::Disconnect(packet))]
            if packet.reason_code == ReasonCode::KeepAliveTimeout),
        "{told:?} [MQTT-3.1.2-22]"
    );
    assert_eq!(bench.link(A), LinkState::Closed);
    let problem = bench.lab.client(A).and_then(|client| client.problem());
    assert!(matches!(problem, Some(Problem::Disconnected { .. })), "{problem:?}");
}

#[test]
fn what_a_client_sends_is_captured_and_what_never_arrives_is_not() {
    let mut bench = Bench::new();
    bench.connect(A, named("a", []));
    let (packet, scope) = (PacketType::PubAck, Scope::Next);
    bench.fault(A, Fault::Stop { from: Sender::Server, packet, fate: Fate::Held, scope });
    bench.publish(A, QoS::AtLeastOnce, vec![]);
    assert_eq!(bench.count(A, Sender::Client, PacketType::Publish), 1);
    assert_eq!(bench.count(A, Sender::Server, packet), 0);
    assert!(!bench.lab.is_settled());
    bench.publish(A, QoS::AtLeastOnce, vec![]);
    assert_eq!(bench.count(A, Sender::Server, packet), 1, "only the next one was meant");
    bench.fault(A, Fault::Release { from: Sender::Server, packet });
    assert_eq!(bench.count(A, Sender::Server, packet), 2);
    assert!(bench.lab.is_settled());
}

#[test]
fn every_packet_can_be_held_until_it_is_released() {
    use PacketType as P;
    let unsubscribe = Action::Unsubscribe {
        properties: Default::default(),
        topic_filters: vec!["tank/#".into()],
    };
    for (from, packet, answer) in [
        (Sender::Client, P::Connect, (A, P::ConnAck)),
        (Sender::Client, P::Publish, (A, P::PubAck)),
        (Sender::Client, P::Subscribe, (A, P::SubAck)),
        (Sender::Client, P::Unsubscribe, (A, P::UnsubAck)),
        // Another connection with its Client Identifier is what the Server says it for.
        (Sender::Server, P::Disconnect, (A, P::Disconnect)),
        (Sender::Server, P::Publish, (A, P::Publish)),
    ] {
        let mut bench = Bench::new();
        let stop = Fault::Stop { from, packet, fate: Fate::Held, scope: Scope::Next };
        if packet == P::Connect {
            bench.fault(A, stop);
        }
        bench.connect(A, named("a", []));
        if packet != P::Connect {
            bench.subscribe(A, "other");
            let before = bench.count(A, Sender::Server, P::SubAck);
            assert_eq!(before, 1);
            bench.fault(A, stop);
        }
        let before = bench.count(answer.0, Sender::Server, answer.1);
        match packet {
            P::Publish if from == Sender::Client => {
                bench.publish(A, QoS::AtLeastOnce, vec![]);
            }
            P::Publish => {
                bench.subscribe(A, "tank/#");
                bench.publish(A, QoS::AtMostOnce, vec![]);
            }
            P::Subscribe => bench.subscribe(A, "tank/#"),
            P::Unsubscribe => bench.play(A, unsubscribe.clone()),
            P::Disconnect => {
                bench.connect(B, named("a", []));
                // The end of the connection overtakes it, and what is held of it goes then.
                assert_eq!(bench.count(A, Sender::Server, packet), 0);
                continue;
            }
            _ => {}
        }
        assert_eq!(bench.count(answer.0, Sender::Server, answer.1), before, "{packet:?}");
        bench.fault(A, Fault::Release { from, packet });
        assert_eq!(bench.count(answer.0, Sender::Server, answer.1), before + 1, "{packet:?}");
    }
}

#[test]
fn the_subprotocol_of_the_broker_is_asked_for_unless_a_client_has_its_own() {
    let mut bench = Bench::new();
    bench.lab.set_target(Target::parse("ws://localhost:9001").expect("an address"));
    bench.lab.set_subprotocol(String::new());
    let own = Route { subprotocol: "amqp".to_owned(), ..Route::default() };
    bench.act(B, Action::SetRoute(own));
    for (client, expect) in [(A, ""), (B, "amqp")] {
        bench.act(client, Action::Connect(Box::new(named("a", []))));
        match bench.lab.next_command() {
            Some(LinkCommand::Open { subprotocol, .. }) => assert_eq!(subprotocol, expect),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_lost_disconnect_leaves_the_will_to_be_published() {
    for (fate, expect) in [(None, 0), (Some(Fate::Dropped), 1)] {
        let mut bench = Bench::new();
        let will = Will { topic: "tank/gone".into(), ..Will::default() };
        bench.connect(A, Connect { will: Some(will), ..named("a", []) });
        bench.connect(B, named("b", []));
        bench.subscribe(B, "tank/#");
        if let Some(fate) = fate {
            let (from, packet, scope) = (Sender::Client, PacketType::Disconnect, Scope::Next);
            bench.fault(A, Fault::Stop { from, packet, fate, scope });
        }
        bench.play(A, Action::Disconnect(Disconnect::new(ReasonCode::Success)));
        assert_eq!(bench.count(B, Sender::Server, PacketType::Publish), expect, "[MQTT-3.1.2-8]");
    }
}

#[test]
fn a_lost_puback_is_asked_for_again_on_the_next_connection() {
    let mut bench = Bench::new();
    let connect = || named("a", [Property::SessionExpiryInterval(600)]);
    bench.connect(A, connect());
    let (packet, scope) = (PacketType::PubAck, Scope::Next);
    bench.fault(A, Fault::Stop { from: Sender::Server, packet, fate: Fate::Dropped, scope });
    bench.publish(A, QoS::AtLeastOnce, vec![]);
    bench.play(A, Action::Cut);
    bench.connect(A, connect());
    let sent = bench.packets(A, Sender::Client, PacketType::Publish);
    let dups: Vec<_> = sent
        .iter()
        .map(|(_, packet)| matches!(packet, Packet::Publish(publish) if publish.dup))
        .collect();
    assert_eq!(dups, [false, true], "[MQTT-4.4.0-1]");
    assert_eq!(bench.count(A, Sender::Server, packet), 1);
}

#[test]
fn packets_that_arrive_a_byte_at_a_time_are_packets() {
    let mut bench = Bench::new();
    for from in [Sender::Client, Sender::Server] {
        bench.fault(A, Fault::ByteByByte { from, on: true });
    }
    bench.connect(A, named("a", []));
    bench.subscribe(A, "tank/#");
    bench.publish(A, QoS::ExactlyOnce, vec![]);
    bench.wait(1000);
    assert!(bench.lab.is_settled());
    assert_eq!(bench.lab.client(A).map(|client| client.messages().len()), Some(1));
    let records = bench.lab.capture().records();
    assert!(records.into_iter().all(|record| !matches!(record.entry, Entry::Broken { .. })));
}

#[test]
fn setting_up_the_bench_mends_every_line() {
    let mut bench = Bench::new();
    bench.connect(A, named("a", []));
    bench.fault(A, Fault::Pause(Sender::Client));
    bench.lab.set_up(["client"], bench.now);
    bench.wait(100);
    assert_eq!(bench.sessions(), 0, "the broker has heard the end of the connection");
    assert!(bench.lab.in_tab().line(A).is_some_and(|line| !line.is_faulty()));
}

#[test]
fn over_websocket_neither_faults_nor_time_are_in_our_hand() {
    let mut bench = Bench::new();
    bench.connect(B, named("b", []));
    let address = BrokerAddress::parse("ws://localhost:9001").expect("well-formed");
    bench.lab.set_target(Target::At(address));
    // A connection to the broker in the tab stays one.
    bench.fault(B, Fault::Pause(Sender::Client));
    bench.skip(1);
    bench.connect(A, named("a", []));
    let fault = Action::Fault(Fault::Pause(Sender::Server));
    let refused = bench.lab.act(Act { client: A, action: fault.clone() }, bench.now);
    assert_eq!(refused, Err(ActError::NotInTab));
    let before = bench.lab.capture().len();
    assert_eq!(bench.lab.skip(Duration::from_secs(60), bench.now), Err(OutsideTime(vec![A])));
    assert_eq!(bench.lab.capture().len(), before, "nothing has happened");
    let connection = bench.lab.capture().records().last().expect("a record").connection;
    let closed = LinkEvent::Closed { code: None, reason: String::new() };
    bench.lab.link_event(connection, closed, bench.now);
    bench.skip(60);
    let refused = bench.lab.act(Act { client: A, action: fault }, bench.now);
    assert_eq!(refused, Err(ActError::NotInTab), "the next one goes over WebSocket too");
}

#[test]
fn the_operator_s_word_reaches_the_client_through_the_line() {
    let mut bench = Bench::new();
    bench.connect(A, named("a", []));
    bench.fault(A, Fault::Pause(Sender::Server));
    bench.operate(broker::Input::Command(broker::Command::ShutDown));
    bench.wait(1000);
    assert_eq!(bench.link(A), LinkState::Open, "it has not heard of it");
    bench.fault(A, Fault::Mend);
    assert_eq!(bench.count(A, Sender::Server, PacketType::Disconnect), 1);
    assert_eq!(bench.link(A), LinkState::Closed);
}

/// The beginning of other protocols, which would be a packet of MQTT that is never whole.
#[test]
fn other_protocols_are_refused_with_their_first_bytes() {
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03";
    let rest: [&[u8]; 5] = [
        b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 1883\r\n",
        b"\r\n\r\n\0\r\nQUIT\n",
        b"GET / HTTP/1.1\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\n",
        tls,
    ];
    for bytes in rest {
        let mut bench = Bench::new();
        bench.play(A, Action::ConnectBytes(Bytes::from_static(bytes)));
        bench.wait(100);
        assert_eq!(bench.link(A), LinkState::Closed, "{bytes:?}");
    }
    // What may become a CONNECT is waited for.
    let mut bench = Bench::new();
    bench.play(A, Action::ConnectBytes(Bytes::from_static(b"\x10\x20\0\x04MQ")));
    bench.wait(1000);
    assert_eq!(bench.link(A), LinkState::Open);
}
