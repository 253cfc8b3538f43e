//! Random commands against random packets, and the books afterwards.

use mqtt5_playground::delivery::{ReceivedStage, SentStage};

use super::*;

/// Random commands against random packets, from fixed seeds. [`Bench::drain`] holds every packet sent
/// to its rules; here the books have to balance.
#[test]
fn no_sequence_breaks_the_client_or_leaks_an_identifier() {
    let mut finished = 0;
    for seed in 1..=500 {
        let mut random = Random(seed);
        let bits = random.below(8);
        let mut bench = Bench::with(Settings {
            acknowledge_by_hand: AcknowledgeByHand {
                puback: bits & 1 != 0,
                pubrec: bits & 2 != 0,
                pubcomp: bits & 4 != 0,
            },
            ..Settings::default()
        });
        for _ in 0..60 {
            random_step(&mut bench, &mut random);
            let snapshot = bench.client.snapshot();
            let PhaseSnapshot::Connected(connection) = snapshot.phase else { continue };
            let session = snapshot.session.expect("a connection serves a Session");
            let books = session.messages() + connection.requests.len();
            assert_eq!(session.outgoing.packet_ids().len(), books, "seed {seed}");
            assert!(connection.send_quota.used() <= connection.send_quota.maximum());
            let in_flight = session.outgoing.len();
            assert!(usize::from(connection.send_quota.used()) <= in_flight, "seed {seed}");
        }
        let ended = |event: &&Event| matches!(event, Event::PublishFinished { .. });
        finished += bench.events.iter().filter(ended).count();
    }
    assert!(finished > 500, "the sequences get somewhere: {finished} exchanges were finished");
}

/// A small generator (xorshift), so that a seed is a test case.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Mostly what the state asks for, so that conversations get somewhere; now and then nonsense.
fn random_step(bench: &mut Bench, random: &mut Random) {
    let snapshot = bench.client.snapshot();
    let connection = match snapshot.phase {
        PhaseSnapshot::Connected(connection) => connection,
        PhaseSnapshot::Offline => {
            let mut connect = lasting();
            connect.clean_start = random.below(8) == 0;
            connect.properties.push(Property::ReceiveMaximum(3));
            connect.properties.push(Property::TopicAliasMaximum(2));
            return bench.attempt(Command::Connect(Box::new(connect)));
        }
        PhaseSnapshot::Opening { .. } => return bench.input(Input::LinkUp),
        PhaseSnapshot::Connecting { .. } if random.below(10) == 0 => return bench.cut(),
        // Receive Maximum 2, Topic Alias Maximum 2, Maximum Packet Size 24
        PhaseSnapshot::Connecting { .. } if snapshot.session.is_some() && random.below(10) > 0 => {
            return bench.server("20 0E 01 00 0B 21 00 02 22 00 02 27 00 00 00 18");
        }
        PhaseSnapshot::Connecting { .. } => {
            return bench.server("20 0E 00 00 0B 21 00 02 22 00 02 27 00 00 00 18");
        }
        PhaseSnapshot::Closing => return bench.cut(),
        PhaseSnapshot::LinkUp => unreachable!("CONNECT is always asked for before the link"),
    };
    let session = snapshot.session.expect("a connection serves a Session");
    let packet_id = random.below(4) as u16 + 1;
    match random.below(30) {
        0 => bench.cut(),
        1 => bench.attempt(disconnect(ReasonCode::Success, [])),
        2 => {
            let nonsense = ["32 07 00 01 61", "62 02", "50 03", "90 04", "40 02", "D0 00"];
            let start = nonsense[random.below(6) as usize];
            bench.server(&format!("{start} 00 0{packet_id} 00 00"));
        }
        3 => bench.pass(secs(random.below(30))),
        4..=11 => {
            let alias = Property::TopicAlias(random.below(4) as u16);
            let properties = if random.below(2) == 0 { vec![alias] } else { Vec::new() };
            let topic = ["", "a", "b", "a/much/too/long/topic"][random.below(4) as usize];
            bench.attempt(publish(random.below(3) as u8, topic, properties));
        }
        12 => bench.attempt(subscribe(&["a"], [])),
        13 => {
            if let Some((packet_id, _)) = connection.requests.first() {
                bench.server(&format!("90 04 {packet_id:04X} 00 00"));
            }
        }
        14..=17 => {
            let fresh = |id: &u64| {
                let id = PacketId::new(*id as u16).expect("ids start at 1");
                !session.incoming.contains(id) && !connection.receive_quota.holds(id)
            };
            if connection.receive_quota.available() > 0
                && let Some(free) = (1..).find(fresh)
            {
                let first_byte = ["32", "34"][random.below(2) as usize];
                bench.server(&format!("{first_byte} 07 00 01 61 {free:04X} 00 6D"));
            }
        }
        18..=20 => {
            let released = |stage| stage == ReceivedStage::AwaitingPubRel;
            if let Some((packet_id, _)) = session.incoming.iter().find(|(_, s)| released(*s)) {
                bench.server(&format!("62 02 {packet_id:04X}"));
            }
        }
        21..=23 => {
            if let Some(held) = connection.held.first() {
                let code = [ReasonCode::Success, ReasonCode::QuotaExceeded];
                let code = code[random.below(2) as usize];
                bench.attempt(acknowledge(held.packet_id.get(), code));
            }
        }
        _ => {
            if let Some(message) = session.outgoing.in_flight().next() {
                let first_byte = match message.stage {
                    SentStage::AwaitingPubAck => "40",
                    SentStage::AwaitingPubRec => "50",
                    SentStage::AwaitingPubComp => "70",
                };
                bench.server(&format!("{first_byte} 02 {:04X}", message.packet_id));
            }
        }
    }
}
