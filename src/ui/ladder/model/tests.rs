use bytes::Bytes;

use super::*;
use crate::capture::{Bounds, LinkClose};
use crate::language::Language;
use crate::mqtt::Sender;
use crate::ui::ladder::lanes::{End, Lanes};
use crate::ui::packet_list::Filter;

const CONNECT: &[u8] = &[0x10, 0x0D, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 60, 0, 0, 0];
const CONNACK: &[u8] = &[0x20, 0x03, 0, 0, 0];
const PUBLISH_1: &[u8] = &[0x32, 0x06, 0, 1, b'a', 0, 10, 0];
const PUBACK: &[u8] = &[0x40, 0x02, 0, 10];
const PUBLISH_2: &[u8] = &[0x34, 0x06, 0, 1, b'a', 0, 11, 0];
const PUBREC: &[u8] = &[0x50, 0x02, 0, 11];
const PUBREL: &[u8] = &[0x62, 0x02, 0, 11];
const PUBCOMP: &[u8] = &[0x70, 0x02, 0, 11];

struct Bench {
    capture: Capture,
    matches: Matches,
    ladder: Ladder,
    now: Instant,
}

impl Bench {
    fn new(filter: &str, records: usize) -> Bench {
        Bench {
            capture: Capture::new(Bounds { records, bytes: 1 << 20 }),
            matches: Matches::new(Filter::parse(filter), Language::En, RecordId(0)),
            ladder: Ladder::default(),
            now: Instant::START,
        }
    }

    fn entry(&mut self, client: u16, entry: Entry) -> RecordId {
        let connection = ConnectionId(client.into());
        let id = self.capture.push(self.now, ClientSlot(client), connection, entry);
        self.follow();
        id
    }

    fn follow(&mut self) {
        self.matches.extend(&self.capture, || true);
        self.ladder.follow(&self.capture, &self.matches);
    }

    fn out(&mut self, client: u16, bytes: &'static [u8]) -> RecordId {
        let bytes = Bytes::from_static(bytes);
        self.entry(client, Entry::Packet { sender: Sender::Client, bytes })
    }

    fn back(&mut self, client: u16, bytes: &'static [u8]) -> RecordId {
        let bytes = Bytes::from_static(bytes);
        self.entry(client, Entry::Packet { sender: Sender::Server, bytes })
    }

    fn open(&mut self, client: u16, address: &str) {
        self.entry(client, Entry::Opening { address: address.to_owned() });
        self.entry(client, Entry::Opened);
    }

    fn close(&mut self, client: u16, by: Option<Sender>, was_open: bool) -> RecordId {
        let reason = String::new();
        self.entry(client, Entry::Closed(LinkClose { by, was_open, code: None, reason }))
    }

    fn wait(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
    }

    fn chains(&self) -> Vec<Chain> {
        self.ladder.chains(&self.capture, 0..self.ladder.len(), None)
    }

    fn ids(&self) -> Vec<u64> {
        (0..self.ladder.len()).filter_map(|at| self.ladder.at(at)).map(|id| id.0).collect()
    }
}

#[test]
fn waits_are_drawn_to_scale_and_long_ones_folded() {
    let mut bench = Bench::new("", 100);
    for wait in [500, 0, 125, 250, 251, 60_000] {
        bench.wait(wait);
        bench.out(0, PUBACK);
    }
    let waits: Vec<_> = (0..6).filter_map(|at| bench.ladder.rung(at)).map(Rung::wait).collect();
    let row = |parts: f64, is_folded| Wait { height: parts / 32.0, is_folded };
    assert_eq!(
        waits,
        [
            row(0.0, false), // nothing was before it
            row(0.0, false),
            row(11.0, false),
            row(23.0, false),
            row(24.0, true),
            row(24.0, true),
        ]
    );
    let last = RecordId(5);
    let before = bench.ladder.time_before(&bench.capture, last);
    assert_eq!(before, Some(Duration::from_secs(60)));
    assert_eq!(bench.ladder.height(), 6.0 + (11.0 + 23.0 + 24.0 + 24.0) / 32.0);
    assert_eq!(bench.ladder.edges(2), (2.0 + 11.0 / 32.0, 3.0 + 11.0 / 32.0));
}

#[test]
fn only_rows_near_the_sight_are_drawn_whatever_their_heights() {
    let mut bench = Bench::new("", 1000);
    for _ in 0..1000 {
        bench.wait(300);
        bench.out(0, PUBACK);
    }
    // Each row but the first is 1.75 rows high: 56 pixels.
    let sight = |top: f64| Sight { row_height: 32.0, top, height: 320.0 };
    for (top, expect) in
        [(-50.0, 0..12), (0.0, 0..13), (55_976.0 - 320.0, 988..1000), (28_000.0, 494..513)]
    {
        assert_eq!(bench.ladder.range(sight(top)), expect, "{top}");
    }
    assert_eq!(bench.ladder.range(Sight::default()), 0..12);
}

#[test]
fn rows_follow_the_filter_and_a_capture_that_drops() {
    let mut bench = Bench::new("publish", 6);
    for _ in 0..4 {
        bench.out(0, PUBLISH_1);
        bench.back(0, PUBACK);
    }
    assert_eq!(bench.ids(), [2, 4, 6]);
    assert_eq!((bench.ladder.gone(), bench.ladder.height()), (1.0, 3.0));
    bench.matches.ask(Filter::parse("puback"), Language::En, RecordId(0));
    bench.follow();
    assert_eq!(bench.ids(), [3, 5, 7]);
    assert_eq!(bench.ladder.gone(), 0.0);
    bench.capture.clear();
    bench.follow();
    assert!(bench.ladder.is_empty());
    bench.back(0, PUBACK);
    assert_eq!(bench.ids(), [8]);
}

#[test]
fn exchanges_are_one_line_from_the_first_packet_to_the_last() {
    let mut bench = Bench::new("", 100);
    let mut ids = vec![bench.out(0, PUBLISH_2)];
    let other = bench.out(0, PUBLISH_1);
    ids.push(bench.back(0, PUBREC));
    ids.push(bench.out(0, PUBREL));
    ids.push(bench.back(0, PUBCOMP));
    let chains = bench.chains();
    assert_eq!(chains.len(), 2);
    assert_eq!(chains[0].members, ids.into_iter().collect());
    assert_eq!((chains[0].top, chains[0].bottom), (0.75, 4.75));
    assert_eq!(chains[0].ticks, [0.75, 2.75, 3.75, 4.75]);
    assert!(!chains[0].is_open);
    // The other one overlaps, and nobody has answered it.
    assert_eq!(chains[1].members, [other].into());
    assert!(chains[1].is_open);
    assert_eq!((chains[0].level, chains[1].level), (0, 1));
    assert_eq!((chains[1].top, chains[1].bottom), (1.75, 2.0));
}

#[test]
fn a_line_to_a_row_out_of_sight_is_cut_at_the_edge() {
    let mut bench = Bench::new("", 100);
    bench.out(0, PUBLISH_1);
    for _ in 0..20 {
        bench.out(1, PUBREL);
    }
    bench.back(0, PUBACK);
    let last = bench.ladder.len() - 1;
    let chains = bench.ladder.chains(&bench.capture, 18..last + 1, None);
    let of_a: Vec<_> = chains.iter().filter(|chain| chain.client == ClientSlot(0)).collect();
    assert_eq!(of_a.len(), 1);
    assert_eq!((of_a[0].top, of_a[0].bottom), (-1.0, 3.75));
    assert_eq!(of_a[0].ticks, [3.75]);
}

#[test]
fn a_replay_shows_what_was_open_then() {
    let mut bench = Bench::new("", 100);
    bench.open(0, "tab");
    let connect = bench.out(0, CONNECT);
    bench.back(0, CONNACK);
    let chains = bench.ladder.chains(&bench.capture, 0..4, Some(connect));
    assert_eq!(chains.len(), 1);
    assert!(chains[0].is_open && chains[0].members.len() == 1);
    assert!(!bench.chains()[0].is_open);
    let spans = bench.ladder.spans(0..4, Some(connect));
    assert_eq!(spans, [Span { client: ClientSlot(0), top: 1.75, bottom: 3.0 }]);

    assert_eq!(bench.ladder.replay_from(None), Some(RecordId(0)));
    assert_eq!(bench.ladder.replay_from(Some(connect)), Some(connect));
    assert_eq!(bench.ladder.replay_from(Some(RecordId(3))), Some(RecordId(0)));
    assert_eq!(Ladder::default().replay_from(None), None);
}

#[test]
fn a_lane_is_open_from_opening_to_close() {
    let mut bench = Bench::new("", 100);
    bench.open(0, "tab");
    bench.open(1, "tab");
    bench.close(0, Some(Sender::Server), true);
    bench.out(1, PUBACK);
    let spans = bench.ladder.spans(0..6, None);
    assert_eq!(
        spans,
        [
            Span { client: ClientSlot(0), top: 1.75, bottom: 4.75 },
            Span { client: ClientSlot(1), top: 3.75, bottom: 6.0 },
        ]
    );
    // A connection that has ended is not opened by what comes late.
    bench.back(0, CONNACK);
    let spans = bench.ladder.spans(0..7, None);
    let first = Span { client: ClientSlot(0), top: 1.75, bottom: 4.75 };
    assert_eq!(spans, [first, Span { client: ClientSlot(1), top: 3.75, bottom: 7.0 }]);
    // In the part that is drawn, and with rows left out.
    let second = |bottom| Span { client: ClientSlot(1), top: 0.0, bottom };
    assert_eq!(bench.ladder.spans(5..7, None), [second(2.0)]);
    let mut bench = Bench::new("PUBACK", 100);
    bench.open(1, "tab");
    bench.out(1, PUBACK);
    bench.close(1, None, true);
    bench.open(40, "tab");
    bench.out(40, PUBACK);
    assert_eq!(
        bench.ladder.spans(0..2, None),
        [second(1.0), Span { client: ClientSlot(40), top: 1.0, bottom: 2.0 }]
    );
    // The opening has left the capture: what passes tells that the connection is open.
    let mut bench = Bench::new("", 100);
    bench.out(1, PUBACK);
    bench.out(1, PUBACK);
    assert_eq!(
        bench.ladder.spans(0..2, None),
        [Span { client: ClientSlot(1), top: 0.75, bottom: 2.0 }]
    );
}

#[test]
fn every_kind_of_record_has_its_line() {
    let mut bench = Bench::new("", 100);
    bench.open(0, "tab");
    bench.open(1, "ws://elsewhere");
    let (client, broker, other) = (End::Client(ClientSlot(0)), End::Broker(0), End::Broker(1));
    let rows = [
        (bench.out(0, CONNECT), Mark::Packet, client, broker),
        (bench.back(0, CONNACK), Mark::Packet, broker, client),
        (bench.out(0, &[0x10, 0x00]), Mark::Malformed, client, broker),
        (bench.entry(0, Entry::Text { length: 3 }), Mark::Malformed, broker, client),
        (bench.close(0, Some(Sender::Client), true), Mark::Closed, client, broker),
        (bench.close(0, Some(Sender::Server), true), Mark::Closed, broker, client),
        (bench.close(0, None, true), Mark::Cut, client, broker),
        (bench.close(0, None, false), Mark::NeverOpened, client, broker),
        (RecordId(0), Mark::Opening, client, broker),
        (RecordId(1), Mark::Opened, client, broker),
        (RecordId(3), Mark::Opened, End::Client(ClientSlot(1)), other),
    ];
    let lanes = Lanes::new(bench.ladder.clients(), bench.ladder.brokers().len());
    for (id, mark, from, to) in rows {
        let record = bench.capture.get(id).expect("it is there");
        let expect = Arrow { mark, from: lanes.x(from), to: lanes.x(to) };
        assert_eq!(bench.ladder.arrow(record, &lanes), expect, "{:?}", record.entry);
    }
    assert_eq!(bench.ladder.brokers(), ["tab", "ws://elsewhere"]);
}

#[test]
fn an_answer_knows_its_request_and_how_long_it_took() {
    let mut bench = Bench::new("", 100);
    let asked = bench.out(0, PUBLISH_1);
    bench.wait(12);
    let answer = bench.back(0, PUBACK);
    let record = bench.capture.get(answer).expect("it is there");
    let after = Duration::from_millis(12);
    let expect = Join { kind: ChainKind::Exchange, to: asked, after };
    assert_eq!(bench.ladder.join(&bench.capture, record), Some(expect));
    let record = bench.capture.get(asked).expect("it is there");
    assert_eq!(bench.ladder.join(&bench.capture, record), None);
}
