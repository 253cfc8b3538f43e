//! A broker outside, played by hand: a server that sends what nobody should, says nothing, or is not heard for minutes
//! because the machine sleeps.

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::client::Violation;
use mqtt5_playground::lab::{Lab, PeriodicPublisher, Reconnect, ReconnectState, Reconnecting};
use mqtt5_playground::mqtt::{ConnectionId, decode};
use mqtt5_playground::ui::lamp::Lamp;

use super::*;

/// Session Present 0, Success, no properties.
const CONNACK: &[u8] = &[0x20, 3, 0, 0, 0];
const PINGRESP: &[u8] = &[0xD0, 0];
const PUBLISH: &[u8] = &[0x30, 5, 0, 1, b't', 0, b'!'];

/// Client A on a line to a broker outside.
struct Outside {
    bench: Bench,
    connection: ConnectionId,
    /// Packets that A has sent on this connection.
    sent: Vec<PacketType>,
    is_closing: bool,
}

impl Outside {
    fn opening() -> Outside {
        let mut bench = Bench::new();
        bench.lab.set_target(Target::parse("ws://localhost:9001").expect("an address"));
        let connection = ConnectionId(0);
        let mut outside = Outside { bench, connection, sent: Vec::new(), is_closing: false };
        outside.connect();
        outside
    }

    fn connected() -> Outside {
        let mut outside = Outside::opening();
        outside.event(LinkEvent::Opened);
        outside.server(CONNACK);
        assert!(outside.bench.client(A).is_connected());
        outside
    }

    fn connect(&mut self) {
        self.bench.act(A, Action::Connect(Box::new(Connect { keep_alive: 20, ..named("a", []) })));
        self.pump();
    }

    fn event(&mut self, event: LinkEvent) {
        self.bench.lab.link_event(self.connection, event, self.bench.now);
        self.pump();
    }

    fn server(&mut self, bytes: &[u8]) {
        self.event(LinkEvent::Bytes(Bytes::copy_from_slice(bytes)));
    }

    fn closed(&mut self) {
        self.event(LinkEvent::Closed { code: Some(1006), reason: String::new() });
    }

    /// The machine sleeps: no timer fires, and what arrives waits.
    fn sleep(&mut self, secs: u64) {
        self.bench.now = self.bench.now + Duration::from_secs(secs);
    }

    /// Timers fire, in their order.
    fn awake(&mut self, secs: u64) {
        let until = self.bench.now + Duration::from_secs(secs);
        while let Some(due) = self.bench.lab.next_timeout().filter(|due| *due <= until) {
            self.bench.now = self.bench.now.max(due);
            self.tick();
        }
        self.bench.now = until;
    }

    fn tick(&mut self) {
        self.bench.lab.advance(self.bench.now);
        self.pump();
    }

    fn pump(&mut self) {
        while let Some(command) = self.bench.lab.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => {
                    (self.connection, self.is_closing) = (connection, false);
                    self.sent.clear();
                }
                LinkCommand::Send { bytes, .. } => {
                    let packet = decode(&bytes, Some(Sender::Client)).expect("a packet");
                    self.sent.push(packet.packet_type());
                }
                LinkCommand::Close { .. } => self.is_closing = true,
            }
        }
    }

    fn problem(&self) -> Option<&Problem> {
        self.bench.client(A).problem()
    }

    fn pings(&self) -> usize {
        self.sent.iter().filter(|packet| **packet == PacketType::PingReq).count()
    }

    fn violation(&self) -> Option<&Violation> {
        match self.problem() {
            Some(Problem::Violation { violation, .. }) => Some(violation),
            _ => None,
        }
    }
}

#[test]
fn a_server_that_says_nothing_is_left_after_keep_alive() {
    let mut outside = Outside::connected();
    outside.awake(20);
    assert_eq!((outside.pings(), outside.is_closing), (1, false));
    outside.awake(10);
    assert!(outside.is_closing);
    assert_eq!(outside.problem(), Some(&Problem::PingTimeout));
    // The line is dead in both directions: the browser takes its time to tell.
    outside.awake(60);
    outside.closed();
    assert_eq!(outside.problem(), Some(&Problem::PingTimeout));
    assert_eq!(outside.bench.link(A), LinkState::Closed);
}

#[test]
fn a_sleeping_machine_hears_the_answers_that_waited() {
    // PINGREQ was sent before it slept, and the answer is there before or after the first timer.
    for is_timer_first in [false, true] {
        let mut outside = Outside::connected();
        outside.awake(20);
        assert_eq!(outside.pings(), 1);
        outside.sleep(300);
        if is_timer_first {
            outside.tick();
        }
        outside.server(PINGRESP);
        outside.awake(5);
        assert!(!outside.is_closing, "timer first: {is_timer_first}");
        assert!(outside.bench.client(A).is_connected());
    }
    // It slept before PINGREQ was due: that is sent late, and has all the time for its answer.
    let mut outside = Outside::connected();
    outside.sleep(300);
    outside.tick();
    assert_eq!((outside.pings(), outside.is_closing), (1, false));
    outside.awake(9);
    assert!(!outside.is_closing);
    outside.server(PINGRESP);
    outside.awake(15);
    assert!(!outside.is_closing);
    // CONNACK came while it slept.
    let mut outside = Outside::opening();
    outside.event(LinkEvent::Opened);
    outside.sleep(300);
    outside.tick();
    outside.server(CONNACK);
    assert!(outside.bench.client(A).is_connected());
}

#[test]
fn a_sleeping_machine_gives_up_where_nothing_waited() {
    let mut outside = Outside::connected();
    outside.awake(20);
    outside.sleep(300);
    outside.awake(5);
    assert_eq!(outside.problem(), Some(&Problem::PingTimeout));
    // Timers of a page in the background are late each time.
    let mut outside = Outside::connected();
    for _ in 0..4 {
        outside.sleep(60);
        outside.tick();
    }
    assert_eq!(outside.problem(), Some(&Problem::PingTimeout));
    let mut outside = Outside::opening();
    outside.sleep(300);
    outside.awake(5);
    assert!(outside.is_closing);
    outside.closed();
    assert!(matches!(outside.problem(), Some(Problem::ConnectFailed { .. })));
}

#[test]
fn what_was_missed_asleep_is_not_made_up_for() {
    let mut outside = Outside::connected();
    let publish = PeriodicPublisher { interval: Duration::from_secs(1), ..Default::default() };
    outside.bench.act(A, Action::Automate(publish.into()));
    outside.awake(3);
    let before = outside.sent.len();
    outside.sleep(600);
    outside.tick();
    assert!(outside.sent.len() <= before + 4, "{:?}", outside.sent);
    outside.awake(3);
    assert!(outside.sent.len() > before + 2, "it goes on");
}

#[test]
fn garbage_ends_the_connection_with_a_reason_and_is_kept_once() {
    // Of a fixed seed.
    let mut state = 7_u32;
    let mut garbage = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    for round in 0..200 {
        let mut outside = Outside::opening();
        outside.event(LinkEvent::Opened);
        if round % 2 == 0 {
            outside.server(CONNACK);
        }
        let mut said = 0;
        while !outside.is_closing && said < 1 << 16 {
            let piece: Vec<u8> = (0..100).map(|_| garbage()).collect();
            outside.server(&piece);
            said += piece.len();
        }
        if outside.is_closing {
            let told = outside.problem().cloned();
            assert!(told.is_some(), "round {round}");
            let records = outside.bench.lab.capture().len();
            for _ in 0..100 {
                outside.server(&[0; 1000]);
            }
            assert!(outside.bench.lab.capture().len() <= records + 200, "round {round}");
            assert_eq!(outside.problem(), told.as_ref(), "the first reason stays");
        }
    }
}

#[test]
fn one_byte_a_message_is_a_stream_like_any_other() {
    let mut outside = Outside::opening();
    outside.event(LinkEvent::Opened);
    for byte in [CONNACK, PUBLISH, PUBLISH].concat() {
        // Empty ones too.
        outside.server(&[]);
        outside.server(&[byte]);
    }
    assert_eq!(outside.bench.client(A).messages().len(), 2);
    assert_eq!(outside.problem(), None);
}

/// 256 MB are announced, and come slowly or never.
#[test]
fn an_endless_packet_ends_with_keep_alive_or_with_its_announcement() {
    const ENDLESS: &[u8] = &[0x30, 0xFF, 0xFF, 0xFF, 0x7F];
    let mut outside = Outside::connected();
    outside.server(ENDLESS);
    for _ in 0..1000 {
        outside.server(&[0]);
    }
    assert!(!outside.is_closing, "it may still end");
    // The answer to PINGREQ cannot come through.
    outside.awake(60);
    assert_eq!(outside.problem(), Some(&Problem::PingTimeout));

    // Who has said how large a packet may be does not wait for it.
    let mut outside = Outside::connected();
    outside.closed();
    let connect = named("a", [Property::MaximumPacketSize(1000)]);
    outside.bench.act(A, Action::Connect(Box::new(connect)));
    outside.pump();
    outside.event(LinkEvent::Opened);
    outside.server(CONNACK);
    outside.server(ENDLESS);
    assert!(outside.is_closing);
    let reason_code = outside.violation().map(|violation| violation.reason_code);
    assert_eq!(reason_code, Some(ReasonCode::PacketTooLarge));
}

fn reconnecting(lab: &Lab) -> &Reconnecting {
    let automations = lab.client(A).expect("it stands on the bench").automations();
    automations.iter().find_map(|one| one.get::<Reconnect>()).expect("a policy")
}

#[test]
fn a_client_connects_again_later_and_later_and_not_at_once_with_all_others() {
    let mut outside = Outside::connected();
    let policy = Reconnect { jitter: 50, ..Reconnect::default() };
    outside.bench.act(A, Action::Automate(policy.clone().into()));
    outside.bench.now = outside.bench.now + Duration::from_micros(123_457);
    let mut shortened = 0;
    for number in 1..=policy.tries {
        outside.closed();
        let state = reconnecting(&outside.bench.lab).state;
        let ReconnectState::Waiting { number: waits_for, due } = state else { panic!("{state:?}") };
        assert_eq!(waits_for, number);
        let (wait, whole) = (due.since(outside.bench.now), policy.wait_before(number));
        assert!(wait <= whole && wait >= whole / 2, "{wait:?} of {whole:?}");
        shortened += usize::from(wait < whole);
        outside.bench.now = due;
        outside.tick();
        assert_eq!(outside.bench.link(A), LinkState::Opening, "try {number}");
    }
    assert!(shortened > 5, "{shortened}");
    outside.closed();
    assert_eq!(reconnecting(&outside.bench.lab).state, ReconnectState::GivenUp);
}

#[test]
fn how_the_clients_stand_with_the_chosen_broker() {
    let mut outside = Outside::opening();
    assert_eq!(Lamp::of_chosen_broker(&outside.bench.lab), Lamp::Connecting);
    outside.closed();
    assert_eq!(Lamp::of_chosen_broker(&outside.bench.lab), Lamp::Failed);

    let mut outside = Outside::connected();
    assert_eq!(Lamp::of_chosen_broker(&outside.bench.lab), Lamp::Connected);
    // A connection that a change of broker leaves elsewhere says nothing of this one.
    outside.bench.lab.set_target(Target::InTab);
    assert_eq!(Lamp::of_chosen_broker(&outside.bench.lab), Lamp::Offline);
}
