//! Random packet sequences from several connections, and the books afterwards: nothing panics, nothing
//! leaks, and every message above QoS 0 is accounted for.
//!
//! Each message has a topic of its own, so that a copy can be followed from the note that tells where it
//! was routed to the PUBLISH that brings it.

use mqtt5_playground::broker::{Outcome, Overlapping, Refusal};
use mqtt5_playground::mqtt::{DecodeError, ErrorKind, RetainHandling};

use super::dice::Dice;
use super::*;

const SEQUENCES: u64 = 10_000;
const STEPS: u64 = 60;
const CLIENT_IDS: [&str; 4] = ["a", "b", "c", "d"];
const FILTERS: [&str; 8] =
    ["#", "t/#", "t/+", "+/+", "t", "$share/g/t/#", "$share/g/#", "$share/h/t/+"];

/// [MQTT-4.5.0-1], [MQTT-4.3.2-1], [MQTT-4.3.3-1], [MQTT-4.3.3-10], [MQTT-4.4.0-1], [MQTT-2.2.1-4], [MQTT-4.1.0-2]
#[test]
fn random_sequences_leave_the_books_in_order() {
    let mut delivered = 0;
    let mut sent_again = 0;
    for seed in 0..SEQUENCES {
        let run = std::panic::catch_unwind(|| {
            let mut run = Run::new(seed);
            for _ in 0..3 {
                run.connect();
                run.subscribe();
            }
            for _ in 0..STEPS {
                run.step();
            }
            run.finish();
            run.bench
        });
        let bench = run.unwrap_or_else(|_| panic!("seed {seed}"));
        delivered += bench.published.len();
        sent_again += bench.published.iter().filter(|(_, _, publish)| publish.dup).count();
    }
    // The sequences are not idle ones.
    assert!(
        delivered > 100_000 && sent_again > 10_000,
        "{delivered} delivered, {sent_again} again"
    );
}

struct Run {
    bench: Bench,
    dice: Dice,
    /// Open connections with the Client Identifier they asked for.
    open: Vec<(ConnectionId, &'static str)>,
    /// All connections there have been.
    names: BTreeMap<ConnectionId, &'static str>,
    messages: u16,
    books: Books,
}

/// What each Session is owed, and got, by Client Identifier and topic.
#[derive(Default)]
struct Books {
    notes_read: usize,
    packets_read: usize,
    owed: BTreeMap<(String, String), i64>,
}

impl Run {
    fn new(seed: u64) -> Run {
        let mut dice = Dice::new(seed);
        let policy = Policy {
            receive_maximum: dice.pick(&[1, 3, 20]),
            topic_alias_maximum: dice.pick(&[0, 2]),
            overlapping: dice.pick(&[Overlapping::OneCopy, Overlapping::OnePerSubscription]),
            queue_qos_0: dice.chance(2),
            refusal: dice.pick(&[Refusal::Acknowledge, Refusal::Disconnect]),
            maximum_queued_messages: dice.pick(&[1, 3, 1000]),
            session_expiry_maximum: dice.pick(&[None, Some(5)]),
            ..Policy::default()
        };
        let bench = Bench::with(policy);
        Run {
            bench,
            dice,
            open: Vec::new(),
            names: BTreeMap::new(),
            messages: 0,
            books: Books::default(),
        }
    }

    fn step(&mut self) {
        let Run { dice, .. } = self;
        match dice.roll(32) {
            0..=2 => self.connect(),
            3..=11 => self.publish(),
            12..=14 => self.subscribe(),
            15 => self.with_open(|run, id| {
                let filter = run.dice.pick(&FILTERS);
                let packet_id = run.packet_id();
                run.send(id, unsubscribe(packet_id, [filter]));
            }),
            16..=25 => self.answer(),
            26 => self.with_open(|run, id| {
                let packet_id = run.packet_id();
                let code = run.dice.pick(&[ReasonCode::Success, ReasonCode::UnspecifiedError]);
                let ack = Ack::new(super::id(packet_id), code);
                let ack = match run.dice.roll(3) {
                    0 => Packet::PubAck(ack),
                    1 => Packet::PubRec(ack),
                    _ => pubcomp(packet_id),
                };
                run.send(id, ack);
            }),
            27 => self.with_open(|run, id| {
                let code = run.dice.pick(&[
                    ReasonCode::Success,
                    ReasonCode::DisconnectWithWillMessage,
                    ReasonCode::UnspecifiedError,
                ]);
                let mut disconnect = Disconnect::new(code);
                if run.dice.chance(3) {
                    disconnect.properties.push(Property::SessionExpiryInterval(3));
                }
                run.send(id, Packet::Disconnect(disconnect));
            }),
            28 => self.with_open(|run, id| run.bench.cut(id)),
            29 => {
                let secs = self.dice.pick(&[0, 1, 2, 10]);
                self.bench.secs(secs);
            }
            30 => self.oddity(),
            _ => self.with_open(|run, id| run.send(id, Packet::PingReq)),
        }
        self.read();
    }

    fn connect(&mut self) {
        let client_id = self.dice.pick(&CLIENT_IDS);
        let mut asked = Connect {
            clean_start: self.dice.chance(4),
            keep_alive: self.dice.pick(&[0, 0, 0, 2]),
            ..connect(client_id)
        };
        if self.dice.chance(4) {
            let delay = self.dice.pick(&[0, 2]);
            self.messages += 1;
            let topic = format!("t/{}", self.messages);
            asked.will = Some(Will { qos: QoS::AtLeastOnce, ..will(&topic, delay) });
        }
        for property in [
            Property::SessionExpiryInterval(self.dice.pick(&[0, 3, 100])),
            Property::ReceiveMaximum(self.dice.pick(&[1, 2, 100])),
            Property::MaximumPacketSize(self.dice.pick(&[40, 1000])),
            Property::TopicAliasMaximum(self.dice.pick(&[0, 1, 3])),
            Property::RequestProblemInformation(0),
        ] {
            if self.dice.chance(2) {
                asked.properties.push(property);
            }
        }
        self.connecting(asked, client_id);
    }

    fn connecting(&mut self, asked: Connect, client_id: &'static str) {
        let id = self.bench.connecting(asked);
        self.open.push((id, client_id));
        self.names.insert(id, client_id);
        self.read();
    }

    fn publish(&mut self) {
        self.with_open(|run, id| {
            let qos = u8::try_from(run.dice.roll(3)).expect("0, 1 or 2");
            run.messages += 1;
            let topic = format!("t/{}", run.messages);
            let packet_id = if qos == 0 { 0 } else { run.packet_id() };
            let payload = "x".repeat(run.dice.pick(&[0, 1, 30]));
            let mut message = publish(&topic, qos, packet_id, &payload);
            message.retain = run.dice.chance(8);
            if run.dice.chance(6) {
                message.properties.push(Property::MessageExpiryInterval(2));
            }
            let aliases = run.bench.broker.policy().topic_alias_maximum > 0;
            if run.dice.chance(if aliases { 3 } else { 50 }) {
                message.properties.push(Property::TopicAlias(1));
            }
            run.send(id, Packet::Publish(message));
            if qos == 2 && run.dice.chance(2) {
                run.send(id, pubrel(packet_id));
            }
        });
    }

    fn subscribe(&mut self) {
        self.with_open(|run, id| {
            let packet_id = run.packet_id();
            let filter = run.dice.pick(&FILTERS);
            let shared = filter.starts_with("$share");
            let options = Subscription {
                no_local: !shared && run.dice.chance(4),
                retain_as_published: run.dice.chance(2),
                retain_handling: run.dice.pick(&RetainHandling::ALL),
                ..subscription(filter, u8::try_from(run.dice.roll(3)).expect("0, 1 or 2"))
            };
            let packet = match run.dice.chance(2) {
                true => subscribe(packet_id, [options]),
                false => subscribe_as(u32::from(packet_id), packet_id, options),
            };
            run.send(id, packet);
        });
    }

    /// Does what a Client should do about something the Server waits for.
    fn answer(&mut self) {
        self.with_open(|run, id| {
            if !run.bench.due(id).is_empty() {
                let packet = run.dice.pick(run.bench.due(id));
                run.send(id, packet);
            }
        });
    }

    /// What happens seldom.
    fn oddity(&mut self) {
        match self.dice.roll(7) {
            0 => self.with_open(|run, id| {
                let error = DecodeError { at: 0, kind: ErrorKind::PropertyUnknown(0) };
                run.bench.input(Input::Received(id, Err(error)));
            }),
            1 => self.with_open(|run, id| {
                run.bench.broker.handle(Input::Received(id, Ok(Packet::PingResp)), run.bench.now);
                run.bench.input(Input::Tick);
            }),
            2 => {
                let client_id = self.dice.pick(&CLIENT_IDS).into();
                let reason_code = ReasonCode::AdministrativeAction;
                self.bench.command(Command::Disconnect { client_id, reason_code });
            }
            3 => {
                let client_id = self.dice.pick(&CLIENT_IDS).into();
                self.bench.command(Command::RemoveSession { client_id });
            }
            4 => {
                let maximum_qos = self.dice.pick(&QoS::ALL);
                let policy = Policy { maximum_qos, ..self.bench.broker.policy().clone() };
                self.bench.policy(policy);
            }
            5 => {
                self.bench.open();
            }
            _ => self.with_open(|run, id| run.send(id, Packet::Connect(connect("a").into()))),
        }
    }

    fn with_open(&mut self, act: impl FnOnce(&mut Run, ConnectionId)) {
        let bench = &self.bench;
        self.open.retain(|(id, _)| !bench.is_closed(*id));
        if !self.open.is_empty() {
            let (id, _) = self.dice.pick(&self.open);
            act(self, id);
        }
    }

    fn send(&mut self, id: ConnectionId, packet: Packet) {
        if !self.bench.is_closed(id) {
            self.bench.send(id, packet);
        }
        self.read();
    }

    fn packet_id(&mut self) -> u16 {
        u16::try_from(1 + self.dice.roll(4)).expect("few are used, so that they collide")
    }

    /// Enters what was routed and what arrived into the books, in the order in which it happened.
    fn read(&mut self) {
        let Run { bench, books, names, .. } = self;
        for (index, note) in bench.notes.iter().enumerate().skip(books.notes_read) {
            books.arrived(bench, names, index);
            books.enter(note);
        }
        books.notes_read = bench.notes.len();
        books.arrived(bench, names, books.notes_read);
    }

    /// QoS 2 messages of this Client that the broker waits to see released.
    fn unreleased(&self, client_id: &str) -> Vec<u16> {
        let sessions = self.bench.snapshot().sessions;
        let session = sessions.iter().find(|session| &*session.client_id == client_id);
        session.map_or(Vec::new(), |s| s.incoming.iter().map(|(id, _)| id.get()).collect())
    }

    /// Every Client comes back, behaves, and gets the rest; then everybody leaves for good.
    fn finish(&mut self) {
        self.bench.policy(Policy { maximum_queued_messages: 1000, ..Policy::default() });
        self.open.clear();
        let present: Vec<String> =
            self.bench.snapshot().sessions.iter().map(|s| s.client_id.to_string()).collect();
        for client_id in CLIENT_IDS.into_iter().filter(|c| present.iter().any(|p| p == c)) {
            self.connecting(resume(client_id, 100), client_id);
        }
        for (id, client_id) in self.open.clone() {
            for packet_id in self.unreleased(client_id) {
                self.send(id, pubrel(packet_id));
            }
            while let Some(answer) = self.bench.due(id).first().cloned() {
                self.send(id, answer);
            }
            let sessions = self.bench.snapshot().sessions;
            let session = sessions.iter().find(|session| &*session.client_id == client_id);
            let session = session.expect("it has just been resumed");
            assert!(session.outgoing.packet_ids().is_empty(), "{:?}", session.outgoing);
            assert!(session.incoming.is_empty() && session.queue_length == 0, "{session:?}");
        }
        self.read();
        let open: Vec<_> = self.books.owed.iter().filter(|(_, count)| **count != 0).collect();
        assert!(open.is_empty(), "owed and not delivered, or delivered and not owed: {open:?}");
        for (id, _) in self.open.clone() {
            if !self.bench.is_closed(id) {
                self.bench.cut(id);
            }
        }
        self.bench.secs(200);
        let left = self.bench.snapshot();
        assert!(left.sessions.is_empty() && left.connections.is_empty(), "{left:?}");
        assert!(left.timers.is_empty(), "{:?}", left.timers);
        let last = self.bench.client("last");
        self.bench.send(last, Packet::Publish(publish("t/x", 1, 1, "x")));
        assert_eq!(self.bench.next(last), "PUBACK 1 10", "no subscription is left");
    }
}

impl Books {
    fn enter(&mut self, note: &Note) {
        match &note.event {
            Event::Routed { topic, routes, .. } => {
                for route in routes.iter().filter(|route| route.qos > QoS::AtMostOnce) {
                    let owes = matches!(
                        route.outcome,
                        Outcome::Sent(_) | Outcome::QueuedForQuota | Outcome::QueuedWhileAbsent
                    );
                    if owes {
                        self.add(&route.client_id, topic, 1);
                    }
                }
            }
            Event::Dequeued { outcome: Outcome::Sent(_), .. } => {}
            // A message that waited and was dropped then, for a stated reason.
            Event::Dequeued { topic, qos: QoS::AtLeastOnce | QoS::ExactlyOnce, .. } => {
                let client_id = note.client_id.as_deref().expect("a Session's message");
                self.add(client_id, topic, -1);
            }
            // What a Session is owed ends with it.
            Event::SessionEnded(_) => {
                let client_id = note.client_id.as_deref().expect("a Session has a name");
                self.owed.retain(|(owner, _), _| owner != client_id);
            }
            _ => {}
        }
    }

    /// What was sent before the note with this number.
    fn arrived(&mut self, bench: &Bench, names: &BTreeMap<ConnectionId, &str>, note: usize) {
        while let Some((before, id, publish)) = bench.published.get(self.packets_read)
            && *before <= note
        {
            self.packets_read += 1;
            // A message counts when it comes for the first time.
            if publish.qos > QoS::AtMostOnce && !publish.dup {
                self.add(names[id], &publish.topic, -1);
            }
        }
    }

    fn add(&mut self, client_id: &str, topic: &str, count: i64) {
        *self.owed.entry((client_id.to_owned(), topic.to_owned())).or_default() += count;
    }
}
