//! The client role and the broker role with each other, in bytes, over links that can be cut.

use bytes::Bytes;
use mqtt5_playground::auth::{ClientFinal, ClientFirst, SCRAM_SHA_256, ServerFirst};
use mqtt5_playground::broker::User;
use mqtt5_playground::client::{self, Client};
use mqtt5_playground::mqtt::{Auth, PacketStream};

use super::dice::Dice;
use super::*;

/// A broker, some clients, and the bytes between them.
struct World {
    broker: Broker,
    now: Instant,
    ends: Vec<End>,
    connections: u32,
}

/// A client with its link.
#[derive(Default)]
struct End {
    client: Client,
    link: Option<Link>,
    events: Vec<client::Event>,
}

struct Link {
    id: ConnectionId,
    to_broker: PacketStream,
    to_client: PacketStream,
    /// The broker has closed: what it sent before still arrives.
    closed_by_broker: bool,
    closed_by_client: bool,
}

impl World {
    fn new(policy: Policy, clients: usize) -> World {
        World {
            broker: Broker::new(policy, [3; 32]),
            now: Instant::from_millis(1_000),
            ends: std::iter::repeat_with(End::default).take(clients).collect(),
            connections: 0,
        }
    }

    /// Opens a link and connects.
    fn connect(&mut self, who: usize, connect: Connect) {
        self.connections += 1;
        let id = ConnectionId(self.connections);
        self.ends[who].link = Some(Link {
            id,
            to_broker: PacketStream::new(),
            to_client: PacketStream::new(),
            closed_by_broker: false,
            closed_by_client: false,
        });
        self.broker.handle(Input::Opened(id), self.now);
        self.command(who, client::Command::Connect(connect.into()));
        self.ends[who].client.handle(client::Input::LinkUp, self.now);
        self.collect();
    }

    fn command(&mut self, who: usize, command: client::Command) {
        let accepted = self.ends[who].client.command(command, self.now);
        assert!(accepted.is_ok(), "{accepted:?}");
        self.collect();
    }

    fn publish(&mut self, who: usize, topic: &str, qos: QoS) {
        let (topic, payload) = (topic.to_owned(), Bytes::from_static(b"x"));
        let properties = Properties::NONE;
        let command = client::Command::Publish {
            qos,
            retain: false,
            topic: topic.into(),
            properties,
            payload,
        };
        self.command(who, command);
    }

    fn subscribe(&mut self, who: usize, filter: &str, qos: u8) {
        let subscriptions = vec![subscription(filter, qos)];
        self.command(
            who,
            client::Command::Subscribe { properties: Properties::NONE, subscriptions },
        );
        self.settle();
    }

    /// Both ends lose the link, and all that is on its way with it.
    fn cut(&mut self, who: usize) {
        if let Some(link) = self.ends[who].link.take() {
            self.ends[who].client.handle(client::Input::LinkDown("cut".into()), self.now);
            self.broker.handle(Input::Closed(link.id), self.now);
            self.collect();
        }
    }

    /// Moves what the roles have said onto the links.
    fn collect(&mut self) {
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send(id, packet) => {
                    if let Some(link) = self.link(id) {
                        link.to_client.push(&encode(&packet).expect("it can be written"));
                    }
                }
                Output::Close(id) => {
                    if let Some(link) = self.link(id) {
                        link.closed_by_broker = true;
                    }
                }
                Output::Note(_) => {}
            }
        }
        for end in &mut self.ends {
            while let Some(output) = end.client.poll() {
                match (output, &mut end.link) {
                    (client::Output::Send(packet), Some(link)) => {
                        link.to_broker.push(&encode(&packet).expect("it can be written"));
                    }
                    (client::Output::Close, Some(link)) => link.closed_by_client = true,
                    (client::Output::Event(event), _) => end.events.push(event),
                    (output, None) => panic!("{output:?} without a link"),
                }
            }
        }
    }

    fn link(&mut self, id: ConnectionId) -> Option<&mut Link> {
        self.ends.iter_mut().filter_map(|end| end.link.as_mut()).find(|link| link.id == id)
    }

    /// Brings one packet, or the closing, over one link; false if nothing was on its way there.
    fn carry(&mut self, who: usize, to_broker: bool) -> bool {
        let now = self.now;
        let end = &mut self.ends[who];
        let Some(link) = &mut end.link else { return false };
        let id = link.id;
        let (stream, closed, sender) = match to_broker {
            true => (&mut link.to_broker, link.closed_by_client, Sender::Client),
            false => (&mut link.to_client, link.closed_by_broker, Sender::Server),
        };
        match stream.next(sender) {
            Some(incoming) => {
                let packet = incoming.outcome;
                let packet = packet.unwrap_or_else(|error| panic!("{sender:?} sent: {error}"));
                match to_broker {
                    true => self.broker.handle(Input::Received(id, Ok(packet)), now),
                    false => end.client.handle(client::Input::Received(Ok(packet)), now),
                }
            }
            None if closed => {
                end.link = None;
                end.client.handle(client::Input::LinkDown("closed".into()), now);
                self.broker.handle(Input::Closed(id), now);
            }
            None => return false,
        }
        self.collect();
        true
    }

    fn settle(&mut self) {
        let links: Vec<(usize, bool)> =
            (0..self.ends.len()).flat_map(|who| [(who, true), (who, false)]).collect();
        while links.iter().any(|(who, to_broker)| self.carry(*who, *to_broker)) {}
    }

    fn secs(&mut self, secs: u64) {
        let end = self.now + Duration::from_secs(secs);
        loop {
            self.settle();
            let clients = self.ends.iter().filter_map(|end| end.client.next_timeout());
            let next = clients.chain(self.broker.next_timeout()).min();
            let Some(at) = next.filter(|at| *at <= end) else { break };
            self.now = at.max(self.now);
            self.broker.handle(Input::Tick, self.now);
            for end in &mut self.ends {
                end.client.handle(client::Input::Tick, self.now);
            }
            self.collect();
        }
        self.now = end;
    }

    /// The topics of the messages that came, in order.
    fn messages(&self, who: usize) -> Vec<&str> {
        let events = self.ends[who].events.iter();
        let topics = events.filter_map(|event| match event {
            client::Event::Message(message) => Some(message.topic.as_str()),
            _ => None,
        });
        topics.collect()
    }

    fn assert_no_violation(&self) {
        for end in &self.ends {
            for event in &end.events {
                assert!(!matches!(event, client::Event::Violation(_)), "{event:?}");
            }
        }
    }
}

/// [MQTT-3.1.2-20], [MQTT-3.1.2-22], [MQTT-3.3.4-7], [MQTT-3.3.4-9], [MQTT-4.9.0-1]
#[test]
fn everyday_life_is_free_of_violations() {
    let policy = Policy { receive_maximum: 2, ..Policy::default() };
    let mut world = World::new(policy, 2);
    let few = || with(connect("b"), [Property::ReceiveMaximum(3), Property::TopicAliasMaximum(2)]);
    world.connect(0, Connect { keep_alive: 10, ..connect("a") });
    world.connect(1, Connect { keep_alive: 7, ..few() });
    world.settle();
    world.subscribe(1, "t/+", 2);
    let mut topics = Vec::new();
    for n in 0..300 {
        let topic = format!("t/{}", n % 5);
        world.publish(0, &topic, QoS::ALL[n % 3]);
        topics.push(topic);
    }
    world.settle();
    let mut got = world.messages(1);
    got.sort_unstable();
    topics.sort();
    assert_eq!(got, topics);
    world.secs(3600);
    assert!(world.ends.iter().all(|end| end.client.is_connected()), "kept alive for an hour");
    world.assert_no_violation();
}

/// [MQTT-4.3.2-4], [MQTT-4.3.3-10], [MQTT-4.3.3-13], [MQTT-4.4.0-1], [MQTT-3.1.2-5], [MQTT-3.1.2-23], [MQTT-4.2-1]
#[test]
fn qos_2_arrives_exactly_once_and_qos_1_at_least_once_however_often_links_break() {
    for seed in 0..300 {
        let mut dice = Dice::new(seed);
        let mut world = World::new(Policy { receive_maximum: 3, ..Policy::default() }, 2);
        let resumed = |name, dice: &mut Dice| {
            let maximum = u16::try_from(1 + dice.roll(3)).expect("few");
            with(resume(name, 1000), [Property::ReceiveMaximum(maximum)])
        };
        world.connect(0, resumed("a", &mut dice));
        world.connect(1, resumed("b", &mut dice));
        world.settle();
        world.subscribe(1, "#", 2);
        let mut sent = Vec::new();
        for n in 0..40 {
            if world.ends[0].client.is_connected() {
                let qos = dice.pick(&[QoS::AtLeastOnce, QoS::ExactlyOnce]);
                let topic = format!("{n}/{}", qos.bits());
                world.publish(0, &topic, qos);
                sent.push(topic);
            }
            for _ in 0..dice.roll(12) {
                let who = usize::from(dice.chance(2));
                let to_broker = dice.chance(2);
                world.carry(who, to_broker);
            }
            if dice.chance(4) {
                let who = usize::from(dice.chance(2));
                world.cut(who);
                world.connect(who, resumed(["a", "b"][who], &mut dice));
            }
        }
        world.settle();
        world.assert_no_violation();
        let got = world.messages(1);
        for topic in &sent {
            let times = got.iter().filter(|t| *t == topic).count();
            let exactly_once = topic.ends_with("/2");
            assert!(
                times == 1 || (times > 1 && !exactly_once),
                "seed {seed}: {topic} came {times} times"
            );
        }
        for session in world.broker.snapshot().sessions {
            assert!(session.incoming.is_empty() && session.outgoing.is_empty(), "seed {seed}");
            assert!(session.outgoing.packet_ids().is_empty(), "seed {seed}");
        }
        assert!(world.ends.iter().all(|end| end.client.is_settled()), "seed {seed}");
    }
}

/// [MQTT-3.1.4-3], [MQTT-3.14.4-1], [MQTT-4.13.2-1]
#[test]
fn the_client_understands_why_it_has_to_go() {
    let mut world = World::new(Policy::default(), 2);
    world.connect(0, connect("same"));
    world.settle();
    world.connect(1, connect("same"));
    world.settle();
    let disconnected = world.ends[0].events.iter().find_map(|event| match event {
        client::Event::Disconnected(disconnect) => Some(disconnect.reason_code),
        _ => None,
    });
    assert_eq!(disconnected, Some(ReasonCode::SessionTakenOver));
    assert!(!world.ends[0].client.is_connected() && world.ends[1].client.is_connected());
    world.assert_no_violation();
}

/// [MQTT-4.12.0-2], [MQTT-4.12.0-3], [MQTT-4.12.0-5], [MQTT-4.12.1-1]
#[test]
fn scram_runs_through_both_roles() {
    let users = vec![User { name: "ada".into(), password: "pencil".into() }];
    let mut world = World::new(Policy { users, anonymous: false, ..Policy::default() }, 1);
    let first = ClientFirst::new("ada", "nonce").expect("a valid nonce");
    let method = || Property::AuthenticationMethod(SCRAM_SHA_256.into());
    let data = |message: String| Property::AuthenticationData(message.into());
    world.connect(0, with(connect("a"), [method(), data(first.message())]));
    for again in [false, true] {
        if again {
            let properties = [method(), data(first.message())].into();
            let auth = Auth { reason_code: ReasonCode::ReAuthenticate, properties };
            world.command(0, client::Command::Auth(auth));
        }
        world.settle();
        let Some(client::Event::Auth(challenge)) = world.ends[0].events.last() else {
            panic!("{:?}", world.ends[0].events);
        };
        let challenge = challenge.properties.authentication_data().expect("a challenge");
        let challenge = ServerFirst::parse(challenge, &first).expect("a valid challenge");
        let answer = ClientFinal::new(&first, &challenge, "pencil").expect("within limits");
        let properties = [method(), data(answer.message())].into();
        let auth = Auth { reason_code: ReasonCode::ContinueAuthentication, properties };
        world.command(0, client::Command::Auth(auth));
        world.settle();
        let proof = match world.ends[0].events.last() {
            Some(client::Event::Connected { connack, .. }) => &connack.properties,
            Some(client::Event::Auth(auth)) => &auth.properties,
            other => panic!("{other:?}"),
        };
        let proof = proof.authentication_data().expect("the Server's proof");
        assert_eq!(answer.check(proof), Ok(()), "again: {again}");
    }
    world.assert_no_violation();
}
