//! A capture played again: what its clients sent is sent once more, as the same bytes, over links of its
//! own. What passes is a capture, to be compared with the first.
//!
//! There is no protocol role at this end. Order and answers come from the capture: everything is sent in
//! the order in which it was recorded, and nothing before the answers that were there by then have come
//! again, on every connection. An answer that does not come is waited for only so long.
//!
//! Like the lab it does no I/O and reads no clock; a replay within the tab has a broker of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map};
use std::time::Duration;

use bytes::Bytes;

use super::in_tab::InTab;
use crate::auth::KEY_LENGTH;
use crate::broker::{self, Policy};
use crate::capture::{Capture, ClientSlot, Entry, LinkClose, Record};
use crate::link::{LinkCommand, LinkEvent, Target};
use crate::mqtt::{ConnectionId, Incoming, Packet, PacketStream, PacketType, Sender, encode_as};
use crate::time::Instant;

pub struct Replay {
    ends: BTreeMap<ConnectionId, End>,
    script: Vec<Step>,
    /// The next step.
    next: usize,
    options: Options,
    began: Instant,
    in_tab: InTab,
    commands: VecDeque<LinkCommand>,
    capture: Capture,
    progress: Progress,
    /// Answers that are missing now, over all connections.
    owing: usize,
    /// Since when something is missing for the next step.
    waits_since: Option<Instant>,
    is_over: bool,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    /// The WebSocket subprotocol to ask for.
    pub subprotocol: String,
    pub pace: Pace,
    /// What is added to every Client Identifier, so that nobody is thrown out; nothing leaves them as they
    /// are.
    pub suffix: String,
    /// Of the broker in the tab.
    pub policy: Policy,
    pub latency: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At the recorded times, so many times as fast.
    Recorded(u32),
    /// As fast as the answers come.
    Answered,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Packets, also such as are none.
    pub sent: usize,
    pub to_send: usize,
    /// What could not be sent, because its connection had ended.
    pub unsent: usize,
    /// Answers of the recording that did not come again.
    pub missing: usize,
    /// Connections that are not played: too many at once, or their beginning is not in the capture.
    pub left_out: usize,
}

/// One connection of the capture, as far as it has come again.
struct End {
    client: ClientSlot,
    state: State,
    incoming: PacketStream,
    /// For each type of packet from the Server: how many more have come than there were in the recording;
    /// fewer where it is negative.
    balance: BTreeMap<PacketType, i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Opening,
    Open,
    /// It ends: we have asked for that, or the Server did in the recording.
    Ending {
        by_us: bool,
    },
    Ended,
}

struct Step {
    /// Since the first record.
    at: Duration,
    connection: ConnectionId,
    what: What,
}

enum What {
    Open,
    Send(Bytes),
    Close,
    /// The Server sent such a packet.
    Answer(PacketType),
    /// The Server closed the connection.
    Ends,
}

/// So many connections are played at once.
pub const MOST_AT_ONCE: usize = 26;

/// How long an answer is waited for, and a connection to open or to end.
const PATIENCE: Duration = Duration::from_secs(2);

impl Replay {
    pub fn new(
        capture: &Capture,
        options: Options,
        seed: [u8; KEY_LENGTH],
        now: Instant,
    ) -> Replay {
        let (script, ends, left_out) = script_of(capture, &options.suffix);
        let to_send = script.iter().filter(|step| matches!(step.what, What::Send(_))).count();
        let mut in_tab = InTab::new(seed);
        in_tab.set_latency(options.latency);
        in_tab.operate(broker::Input::SetPolicy(Box::new(options.policy.clone())), now);
        let mut replay = Replay {
            ends,
            script,
            next: 0,
            options,
            began: now,
            in_tab,
            commands: VecDeque::new(),
            capture: Capture::default(),
            progress: Progress { to_send, left_out, ..Progress::default() },
            owing: 0,
            waits_since: None,
            is_over: false,
        };
        replay.settle(now);
        replay
    }

    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Whether everything has been sent and answered, or it was stopped.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What has passed.
    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// Closes every connection. What comes after that is not recorded any more.
    pub fn stop(&mut self, now: Instant) {
        self.is_over = true;
        let open = self.ends.iter().filter(|(_, end)| end.has_link());
        for connection in open.map(|(connection, _)| *connection).collect::<Vec<_>>() {
            self.hand_on(LinkCommand::Close { connection }, now);
        }
    }

    /// Takes what happened to a link.
    pub fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        self.advance(now);
        self.deliver(connection, event, now);
        self.settle(now);
    }

    /// Lets time pass until `now`.
    pub fn advance(&mut self, now: Instant) {
        while let Some(due) = self.next_timeout().filter(|due| *due <= now) {
            self.settle(due);
        }
    }

    /// When [`Replay::advance`] is due next.
    pub fn next_timeout(&self) -> Option<Instant> {
        let next = (!self.is_over).then(|| match self.waits_since {
            Some(since) => since + PATIENCE,
            None => self.due(),
        });
        next.into_iter().chain(self.in_tab.next_timeout()).min()
    }

    /// The next command for the links outside.
    pub fn next_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    /// When the next step may be taken.
    fn due(&self) -> Instant {
        match (self.script.get(self.next), self.options.pace) {
            (Some(step), Pace::Recorded(speed)) => self.began + step.at / speed.max(1),
            _ => self.began,
        }
    }

    fn settle(&mut self, now: Instant) {
        loop {
            while !self.is_over && self.step(now) {}
            match self.in_tab.next_event(now) {
                Some((due, connection, event)) => self.deliver(connection, event, due),
                None => return,
            }
        }
    }

    /// Takes the next step if it may be taken.
    fn step(&mut self, now: Instant) -> bool {
        let is_waiting = match self.script.get(self.next).map(|step| &step.what) {
            Some(What::Answer(_) | What::Ends) => false,
            _ => self.owing > 0 || self.ends.values().any(End::is_moving),
        };
        if is_waiting {
            let since = *self.waits_since.get_or_insert(now);
            if now < since + PATIENCE {
                return false;
            }
            self.give_up_waiting(now);
        }
        self.waits_since = None;
        let Some(step) = self.script.get(self.next) else {
            self.stop(now);
            return false;
        };
        if now < self.due() {
            return false;
        }
        let connection = step.connection;
        let Some(end) = self.ends.get_mut(&connection) else { return false };
        match &step.what {
            What::Open => {
                end.state = State::Opening;
                let target = self.options.target.clone();
                let entry = Entry::Opening { address: target.to_string() };
                self.capture.push(now, end.client, connection, entry);
                let subprotocol = self.options.subprotocol.clone();
                self.hand_on(LinkCommand::Open { connection, target, subprotocol }, now);
            }
            What::Send(bytes) if end.state == State::Open => {
                let (bytes, client) = (bytes.clone(), end.client);
                let entry = super::bench_client::as_it_is(&bytes);
                self.capture.push(now, client, connection, entry);
                self.progress.sent += 1;
                self.hand_on(LinkCommand::Send { connection, bytes }, now);
            }
            What::Send(_) => self.progress.unsent += 1,
            What::Close if end.state == State::Open => {
                end.state = State::Ending { by_us: true };
                self.hand_on(LinkCommand::Close { connection }, now);
            }
            What::Ends if end.state == State::Open => end.state = State::Ending { by_us: false },
            What::Answer(packet) if end.state != State::Ended => {
                let balance = end.balance.entry(*packet).or_insert(0);
                *balance -= 1;
                self.owing += usize::from(*balance < 0);
            }
            What::Answer(_) => self.progress.missing += 1,
            What::Close | What::Ends => {}
        }
        self.next += 1;
        true
    }

    /// What has not come by now is not expected any more.
    fn give_up_waiting(&mut self, now: Instant) {
        for end in self.ends.values_mut() {
            self.progress.missing += end.forgive();
        }
        self.owing = 0;
        let moving: Vec<_> = self
            .ends
            .iter()
            .filter(|(_, end)| end.is_moving())
            .map(|(connection, _)| *connection)
            .collect();
        for connection in moving {
            self.hand_on(LinkCommand::Close { connection }, now);
            if let Some(end) = self.ends.get_mut(&connection) {
                end.state = State::Ended;
            }
        }
    }

    fn deliver(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        let Some(end) = self.ends.get_mut(&connection).filter(|_| !self.is_over) else { return };
        let client = end.client;
        match event {
            LinkEvent::Opened => {
                if end.state == State::Opening {
                    end.state = State::Open;
                }
                self.capture.push(now, client, connection, Entry::Opened);
            }
            LinkEvent::Text { length } => {
                self.capture.push(now, client, connection, Entry::Text { length });
            }
            LinkEvent::Bytes(bytes) => {
                end.incoming.push_shared(bytes);
                while let Some(Incoming { frame, outcome }) = end.incoming.next(Sender::Server) {
                    let record = match outcome {
                        Err(error) if end.incoming.is_broken() => {
                            let sender = Sender::Server;
                            self.capture.push_broken(now, client, connection, sender, frame, error)
                        }
                        _ => {
                            self.capture.push_packet(now, client, connection, Sender::Server, frame)
                        }
                    };
                    if let Some(packet) = self.capture.get(record).and_then(Record::packet_type) {
                        let balance = end.balance.entry(packet).or_insert(0);
                        self.owing -= usize::from(*balance < 0);
                        *balance += 1;
                    }
                }
            }
            LinkEvent::Closed { code, reason } => {
                let by = match end.state {
                    State::Before | State::Opening => None,
                    State::Ending { by_us: true } => Some(Sender::Client),
                    _ => Some(Sender::Server),
                };
                let was_open = by.is_some();
                end.state = State::Ended;
                let missing = end.forgive();
                self.owing -= missing;
                self.progress.missing += missing;
                let close = LinkClose { by, was_open, code, reason };
                self.capture.push(now, client, connection, Entry::Closed(close));
            }
        }
    }

    fn hand_on(&mut self, command: LinkCommand, now: Instant) {
        if !self.options.target.is_in_tab() {
            self.commands.push_back(command);
            return;
        }
        match command {
            LinkCommand::Open { connection, .. } => {
                if let Some(end) = self.ends.get(&connection) {
                    self.in_tab.open(connection, end.client, now);
                }
            }
            LinkCommand::Send { connection, bytes } => self.in_tab.send(connection, bytes, now),
            LinkCommand::Close { connection } => self.in_tab.close(connection, now),
        }
    }
}

impl End {
    fn new(client: ClientSlot) -> End {
        let (incoming, balance) = (PacketStream::new(), BTreeMap::new());
        End { client, state: State::Before, incoming, balance }
    }

    fn has_link(&self) -> bool {
        !matches!(self.state, State::Before | State::Ended)
    }

    /// Whether it is about to open or to end.
    fn is_moving(&self) -> bool {
        matches!(self.state, State::Opening | State::Ending { .. })
    }

    /// Expects no more of what is missing, and tells how much that was.
    fn forgive(&mut self) -> usize {
        let mut missing = 0;
        for balance in self.balance.values_mut() {
            missing += usize::try_from(-*balance).unwrap_or(0);
            *balance = (*balance).max(0);
        }
        missing
    }
}

/// What is to be done, the connections it is done on, and how many there are that are left out.
fn script_of(capture: &Capture, suffix: &str) -> (Vec<Step>, BTreeMap<ConnectionId, End>, usize) {
    let began = capture.at(0).map_or(Instant::START, |first| first.at);
    let mut script = Vec::new();
    let mut ends: BTreeMap<ConnectionId, End> = BTreeMap::new();
    let mut open = BTreeSet::new();
    let mut left_out = BTreeSet::new();
    for record in capture.records() {
        let connection = record.connection;
        if left_out.contains(&connection) {
            continue;
        }
        let at = record.at.since(began);
        if let btree_map::Entry::Vacant(vacant) = ends.entry(connection) {
            if !begins(record) || open.len() == MOST_AT_ONCE {
                left_out.insert(connection);
                continue;
            }
            vacant.insert(End::new(record.client));
            open.insert(connection);
            script.push(Step { at, connection, what: What::Open });
        }
        let what = match &record.entry {
            Entry::Packet { sender: Sender::Client, bytes }
            | Entry::Broken { sender: Sender::Client, bytes, .. } => {
                What::Send(with_suffix(record, suffix).unwrap_or_else(|| bytes.clone()))
            }
            Entry::Packet { .. } | Entry::Broken { .. } => match record.packet_type() {
                Some(packet) => What::Answer(packet),
                None => continue,
            },
            Entry::Closed(close) => {
                open.remove(&connection);
                match close.by {
                    Some(Sender::Client) => What::Close,
                    _ => What::Ends,
                }
            }
            Entry::Opening { .. } | Entry::Opened | Entry::Text { .. } | Entry::Missing(_) => {
                continue;
            }
        };
        script.push(Step { at, connection, what });
    }
    let left_out = left_out.len();
    (script, ends, left_out)
}

/// Whether a connection that begins with this record is there from its beginning.
fn begins(record: &Record) -> bool {
    match &record.entry {
        Entry::Opening { .. } | Entry::Opened => true,
        Entry::Packet { .. } => record.packet_type() == Some(PacketType::Connect),
        _ => false,
    }
}

/// A CONNECT with a longer Client Identifier; `None` for everything else, and where it cannot be written
/// again as it was.
fn with_suffix(record: &Record, suffix: &str) -> Option<Bytes> {
    if suffix.is_empty() || record.packet_type() != Some(PacketType::Connect) {
        return None;
    }
    let Some(Packet::Connect(mut connect)) = record.valid_packet() else { return None };
    if connect.client_id.is_empty() {
        return None;
    }
    let same = encode_as(&Packet::Connect(connect.clone()), record.version).ok()?;
    if same != *record.bytes() {
        return None;
    }
    connect.client_id += suffix;
    encode_as(&Packet::Connect(connect), record.version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::compare;
    use crate::lab::{Act, Action, DEFAULT_LATENCY, Lab};
    use crate::mqtt::{Connect, Disconnect, Publish, QoS, ReasonCode, Subscription};

    const SEED: [u8; KEY_LENGTH] = [7; KEY_LENGTH];

    /// One client subscribes, another publishes to it with every QoS and leaves.
    fn recorded() -> Capture {
        let mut lab = Lab::within_tab(SEED);
        lab.set_up(["subscriber", "publisher"], Instant::START);
        let [a, b] = [ClientSlot(0), ClientSlot(1)];
        let connect = |client, id: &str| {
            let client_id = id.into();
            Act::connect(client, Connect { client_id, clean_start: true, ..Connect::default() })
        };
        let subscription = Subscription {
            topic_filter: "t/#".into(),
            qos: QoS::ExactlyOnce,
            ..Subscription::default()
        };
        let publish =
            |qos| Act::publish(b, Publish { topic: "t/1".into(), qos, ..Publish::default() });
        let acts = [
            connect(a, "one"),
            Act::subscribe(a, [], [subscription]),
            connect(b, "two"),
            publish(QoS::AtMostOnce),
            publish(QoS::AtLeastOnce),
            publish(QoS::ExactlyOnce),
            Act { client: a, action: Action::Ping },
            Act::disconnect(b, Disconnect::new(ReasonCode::Success)),
        ];
        let mut now = Instant::START;
        for act in acts {
            lab.act(act, now).expect("every act is allowed");
            now = now + Duration::from_secs(10);
            lab.advance(now);
        }
        lab.capture().clone()
    }

    fn options(pace: Pace) -> Options {
        Options {
            target: Target::InTab,
            subprotocol: "mqtt".to_owned(),
            pace,
            suffix: String::new(),
            policy: Policy::default(),
            latency: DEFAULT_LATENCY,
        }
    }

    /// Plays until it is over, and tells how long that took.
    fn play(capture: &Capture, options: Options) -> (Replay, Duration) {
        let mut replay = Replay::new(capture, options, SEED, Instant::START);
        let mut now = Instant::START;
        while !replay.is_over() {
            now = replay.next_timeout().expect("what is not over waits for something");
            replay.advance(now);
        }
        (replay, now.since(Instant::START))
    }

    #[test]
    fn a_replay_in_the_tab_is_an_equal_run_at_any_pace() {
        let capture = recorded();
        let span = Duration::from_secs(70);
        for (pace, least, most) in [
            (Pace::Recorded(1), span, span + Duration::from_secs(1)),
            (Pace::Recorded(10), span / 10, span / 10 + Duration::from_secs(1)),
            (Pace::Answered, Duration::ZERO, Duration::from_millis(100)),
        ] {
            let (replay, took) = play(&capture, options(pace));
            let comparison = compare(&capture, replay.capture());
            let different: Vec<_> = comparison.rows.iter().filter(|p| p.differs(true)).collect();
            assert!(different.is_empty(), "{pace:?}: {different:#?}");
            let sent = replay.progress();
            assert_eq!((sent.sent, sent.unsent, sent.missing), (sent.to_send, 0, 0), "{pace:?}");
            assert!((least..=most).contains(&took), "{pace:?} took {took:?}");
        }
    }

    #[test]
    fn what_does_not_come_again_is_waited_for_once_and_counted() {
        let policy = Policy { anonymous: false, ..Policy::default() };
        let (replay, took) = play(&recorded(), Options { policy, ..options(Pace::Answered) });
        let progress = replay.progress();
        // Both were refused, and their connections have ended.
        assert_eq!(progress.sent + progress.unsent, progress.to_send);
        assert!(progress.unsent > 0, "{progress:?}");
        assert!(progress.missing > 0);
        assert!(took < 3 * PATIENCE, "{took:?}");
    }

    #[test]
    fn client_identifiers_get_a_suffix_where_that_is_wanted() {
        let suffix = "-r7".to_owned();
        let (replay, _) = play(&recorded(), Options { suffix, ..options(Pace::Answered) });
        let ids: Vec<_> =
            [0, 1].into_iter().filter_map(|a| replay.capture().client_id(ClientSlot(a))).collect();
        assert_eq!(ids, ["one-r7", "two-r7"]);
    }

    #[test]
    fn connections_without_a_beginning_and_too_many_at_once_are_left_out() {
        let mut capture = Capture::default();
        let mut push = |connection, entry| {
            capture.push(Instant::START, ClientSlot(0), ConnectionId(connection), entry);
        };
        let ping = Bytes::from_static(&[0xC0, 0]);
        push(100, Entry::Packet { sender: Sender::Client, bytes: ping });
        for connection in 0..=MOST_AT_ONCE as u32 {
            push(connection, Entry::Opened);
        }
        let (replay, _) = play(&capture, options(Pace::Answered));
        assert_eq!(replay.progress().left_out, 2);
        let opened = replay.capture().records().filter(|r| r.entry == Entry::Opened).count();
        assert_eq!(opened, MOST_AT_ONCE);
    }

    #[test]
    fn a_stopped_replay_closes_its_links_and_sends_no_more() {
        let target = Target::parse("ws://localhost:9001").expect("an address");
        let options = Options { target, ..options(Pace::Answered) };
        let mut replay = Replay::new(&recorded(), options, SEED, Instant::START);
        let first = ConnectionId(1);
        assert!(matches!(replay.next_command(), Some(LinkCommand::Open { .. })));
        replay.link_event(first, LinkEvent::Opened, Instant::START);
        assert!(matches!(replay.next_command(), Some(LinkCommand::Send { .. })));
        replay.stop(Instant::START);
        assert_eq!(replay.next_command(), Some(LinkCommand::Close { connection: first }));
        replay.advance(Instant::START + PATIENCE);
        assert_eq!(replay.next_command(), None);
        assert!(replay.is_over());
        assert_eq!(replay.next_timeout(), None);
    }
}
