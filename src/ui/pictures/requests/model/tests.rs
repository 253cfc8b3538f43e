use std::time::Duration;

use bytes::Bytes;

use super::draw::{ARCS, DEPTH};
use super::label::TIME;
use super::*;
use crate::analysis::requests::Requests;
use crate::capture::Capture;
use crate::mqtt::{
    Ack, ConnectionId, Packet, PacketId, Properties, Property, Publish, QoS, ReasonCode, Sender,
    encode,
};
use crate::time::Instant;

const WIDTHS: [f64; 4] = [316.0, 340.0, 560.0, 900.0];

/// What passes between A, who asks, and B, who answers.
#[derive(Default)]
struct Wire {
    capture: Capture,
    now: Instant,
    requests: Requests,
}

impl Wire {
    fn at(&mut self, milliseconds: u64) -> &mut Wire {
        self.now = Instant::from_millis(milliseconds);
        self
    }

    fn push(&mut self, slot: u16, sender: Sender, packet: &Packet) -> &mut Wire {
        let bytes: Bytes = encode(packet).expect("it obeys the rules");
        let connection = ConnectionId(slot.into());
        self.capture.push_packet(self.now, ClientSlot(slot), connection, sender, bytes);
        self.requests.extend(&self.capture);
        self
    }

    fn asks(&mut self, data: &str) -> &mut Wire {
        self.push(0, Sender::Client, &publish("ask", Some("answers"), data))
    }

    fn gets_it(&mut self, data: &str) -> &mut Wire {
        self.push(1, Sender::Server, &publish("ask", Some("answers"), data))
    }

    fn answers(&mut self, data: &str) -> &mut Wire {
        self.push(1, Sender::Client, &publish("answers", None, data))
    }

    fn hears(&mut self, data: &str) -> &mut Wire {
        self.push(0, Sender::Server, &publish("answers", None, data))
    }

    fn nobody(&mut self) -> &mut Wire {
        let reason_code = ReasonCode::NoMatchingSubscribers;
        let ack = Ack { reason_code, ..Ack::success(PacketId::MIN) };
        self.push(0, Sender::Server, &Packet::PubAck(ack))
    }

    /// All four at once, as in the tab.
    fn round_trip(&mut self, data: &str) -> &mut Wire {
        self.asks(data).gets_it(data).answers(data).hears(data)
    }

    fn drawing(&self, width: f64) -> Drawing {
        draw(&self.requests, self.now, width)
    }
}

fn publish(topic: &str, response: Option<&str>, data: &str) -> Packet {
    let response = response.map(|topic| Property::ResponseTopic(topic.into()));
    let data = Property::CorrelationData(Bytes::copy_from_slice(data.as_bytes()));
    let properties: Properties = response.into_iter().chain([data]).collect();
    Packet::Publish(Publish {
        qos: QoS::AtLeastOnce,
        topic: topic.into(),
        packet_id: Some(PacketId::MIN),
        properties,
        ..Publish::default()
    })
}

#[test]
fn an_arc_goes_out_and_back_though_all_is_one_moment() {
    let mut wire = Wire::default();
    wire.round_trip("x");
    for width in WIDTHS {
        let drawing = wire.drawing(width);
        let [arc] = drawing.arcs.as_slice() else { panic!("{drawing:?}") };
        let places = [Some(arc.sent), arc.delivered, arc.replied, arc.answered].map(Option::unwrap);
        assert!(places.is_sorted_by(|a, b| b - a > 7.0), "{width}: {places:?}");
        assert_eq!(arc.state, State::Answered(Duration::ZERO));
        assert_eq!((arc.gives_up, drawing.now, drawing.aside), (None, None, None));
        assert_eq!(drawing.askers, [ClientSlot(0)]);
        assert_eq!(drawing.services, [ClientSlot(1)]);
        assert_eq!(arc.data_at.len(), 2, "at the request and at the answer");
        assert!(arc.time_at.is_some());
    }
}

#[test]
fn every_packet_of_a_round_trip_has_its_stamp() {
    let mut wire = Wire::default();
    wire.round_trip("x").at(900).asks("y").nobody().at(2000).hears("z");
    let drawing = wire.drawing(560.0);
    let stamps = drawing.stamps();
    let seen: Vec<_> = stamps.iter().map(|stamp| (stamp.record.number(), stamp.what)).collect();
    assert_eq!(
        seen,
        [
            (1, Stamped::Sent),
            (2, Stamped::Delivered),
            (3, Stamped::Replied),
            (4, Stamped::Answered),
            (5, Stamped::Sent),
            (6, Stamped::Nobody),
            (7, Stamped::Stray),
        ]
    );
    // Each at its line.
    let aside = drawing.aside.expect("one was set aside");
    let lines: Vec<f64> = stamps.iter().map(|stamp| stamp.y).collect();
    assert_eq!(lines[..4], [drawing.asker, drawing.service, drawing.service, drawing.asker]);
    assert_eq!(lines[6], aside);
}

#[test]
fn who_answers_elsewhere_is_not_seen() {
    let mut wire = Wire::default();
    wire.asks("x").at(8).hears("x");
    let drawing = wire.drawing(500.0);
    let arc = &drawing.arcs[0];
    assert_eq!((arc.delivered, arc.replied), (None, None));
    let guess = (arc.sent + arc.answered.expect("it came")) / 2.0;
    assert_eq!(arc.served, Some((guess, guess)));
    assert_eq!(drawing.services, []);
}

#[test]
fn every_state_has_its_places() {
    for (waits, says, expect, gives_up, aside, reason) in [
        (1_000, "", "pending", true, false, "two minutes are not over"),
        (130_000, "", "timed out", true, false, "nobody has answered"),
        (1_000, "x", "answered", false, false, "in time"),
        (130_000, "x", "late", true, true, "the asker had given up"),
        (1_000, "y", "pending", true, true, "somebody else's answer"),
    ] {
        let mut wire = Wire::default();
        wire.asks("x").gets_it("x").at(waits);
        if !says.is_empty() {
            wire.answers(says).hears(says);
        }
        for width in WIDTHS {
            let drawing = wire.drawing(width);
            let arc = &drawing.arcs[0];
            let state = match arc.state {
                State::Pending(_) => "pending",
                State::Answered(_) => "answered",
                State::Late(_) => "late",
                State::TimedOut(_) => "timed out",
                State::Nobody => "nobody",
            };
            assert_eq!(state, expect, "{reason}");
            assert_eq!(arc.gives_up.is_some(), gives_up, "{reason}");
            assert_eq!(drawing.aside.is_some(), aside, "{reason}");
            let now = drawing.now;
            assert_eq!(now.is_some(), expect == "pending", "{reason}");
            if let (Some(now), Some(gives_up)) = (now, arc.gives_up) {
                assert!(arc.sent < now && now < gives_up, "{reason}: {drawing:?}");
            }
            if expect == "late" {
                assert!(arc.gives_up < arc.answered, "{reason}: {arc:?}");
            }
        }
    }
}

#[test]
fn a_request_that_nobody_heard_is_not_waited_for() {
    let mut wire = Wire::default();
    wire.asks("x").nobody();
    let drawing = wire.drawing(400.0);
    assert_eq!(drawing.arcs[0].state, State::Nobody);
    assert_eq!((drawing.arcs[0].gives_up, drawing.now), (None, None));
}

#[test]
fn answers_in_another_order_cross() {
    let mut wire = Wire::default();
    for data in ["1", "2", "3"] {
        wire.asks(data).gets_it(data);
    }
    for data in ["3", "2", "1"] {
        wire.answers(data).hears(data);
    }
    for width in WIDTHS {
        let drawing = wire.drawing(width);
        let arcs = &drawing.arcs;
        assert!(arcs.is_sorted_by(|a, b| a.sent < b.sent), "{width}");
        assert!(arcs.is_sorted_by(|a, b| a.answered > b.answered), "{width}");
        let depths: Vec<_> = arcs.iter().map(|arc| arc.depth).collect();
        assert_eq!(depths, [0.0, DEPTH, 2.0 * DEPTH], "each its own line: {width}");
    }
}

#[test]
fn a_foreign_answer_begins_where_it_was_sent() {
    let mut wire = Wire::default();
    wire.asks("x").gets_it("x").answers("y").hears("y");
    let drawing = wire.drawing(500.0);
    let [stray] = drawing.strays.as_slice() else { panic!("{drawing:?}") };
    assert!(stray.sent.is_some_and(|sent| sent < stray.arrived), "{stray:?}");
    assert!(drawing.aside.is_some_and(|aside| aside < drawing.asker));
}

#[test]
fn idle_time_takes_no_room_but_waiting_does() {
    let mut wire = Wire::default();
    wire.round_trip("1").at(600_000).round_trip("2");
    let drawing = wire.drawing(600.0);
    let [(from, to)] = drawing.folded[..] else { panic!("{drawing:?}") };
    assert!(to - from < 30.0, "ten minutes: {}", to - from);
    let mut wire = Wire::default();
    wire.asks("1").at(3000).hears("1").at(3001).round_trip("2");
    let drawing = wire.drawing(600.0);
    let arc = &drawing.arcs[0];
    assert!(arc.answered.is_some_and(|answered| answered - arc.sent > 100.0), "{arc:?}");
}

#[test]
fn of_many_the_latest_are_drawn_and_the_others_counted() {
    let mut wire = Wire::default();
    for nth in 0..200 {
        wire.at(nth * 40).round_trip(&format!("r-{nth}"));
    }
    let mut before = 0;
    for width in WIDTHS {
        let drawing = wire.drawing(width);
        let count = drawing.arcs.len();
        assert!((5..=ARCS).contains(&count) && count >= before, "{width}: {count}");
        assert_eq!(drawing.earlier, 200 - count, "{width}");
        assert_eq!(drawing.arcs.last().map(|a| a.request), Some(RecordId(199 * 4)), "{width}");
        before = count;
        for arc in &drawing.arcs {
            let ends = [Some(arc.sent), arc.answered];
            assert!(ends.iter().flatten().all(|x| (0.0..=width).contains(x)), "{width}: {arc:?}");
        }
    }
}

#[test]
fn what_is_written_does_not_overlap_and_the_latest_is_written() {
    let mut wire = Wire::default();
    for nth in 0..30 {
        wire.at(nth * 3).round_trip(&format!("r-{nth}"));
    }
    for width in WIDTHS {
        let drawing = wire.drawing(width);
        let mut times: Vec<_> = drawing.arcs.iter().filter_map(|arc| arc.time_at).collect();
        assert!(drawing.arcs.last().is_some_and(|arc| arc.time_at.is_some()), "{width}");
        times.sort_by(|a, b| a.partial_cmp(b).expect("they are numbers"));
        for (nth, (x, y)) in times.iter().enumerate() {
            let beside = times[nth + 1..].iter().find(|(_, other)| other == y);
            assert!(beside.is_none_or(|(other, _)| other - x >= TIME), "{width}: {times:?}");
            assert!((TIME / 2.0..=width - TIME / 2.0).contains(x), "{width}: {x}");
        }
    }
}

#[test]
fn before_the_first_request_nothing_is_drawn() {
    let drawing = Wire::default().drawing(340.0);
    assert_eq!((drawing.arcs.len(), drawing.earlier, drawing.now), (0, 0, None));
    assert_eq!(spread(&[], None, 340.0), None);
}
