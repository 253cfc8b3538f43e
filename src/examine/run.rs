//! One probe while it is played.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::examination::{STOPPED, TIME_LIMIT, UNREACHED};
use super::probe::{Need, Probe};
use super::script::{Client, Names, Opens, Script, Step};
use super::seen::{Seen, Verdict, brief};
use crate::capture::{Capture, Entry, LinkClose, RecordId};
use crate::link::LinkEvent;
use crate::mqtt::{
    Ack, ConnAck, ConnectionId, Disconnect, Incoming, Packet, PacketId, PacketStream, PacketType,
    QoS, ReasonCode, Sender, encode,
};
use crate::time::Instant;

/// How long an answer is waited for.
const ANSWER: Duration = Duration::from_millis(2500);
/// How long a connection may take until CONNACK.
const ACCEPTED: Duration = Duration::from_secs(5);
/// How long a connection may take to open. A browser opens WebSockets to one host one after the other.
const OPENED: Duration = Duration::from_secs(30);
/// How long a message may take that is to come.
const MESSAGE: Duration = Duration::from_millis(2500);

const PING: Bytes = Bytes::from_static(&[0xC0, 0x00]);

pub(super) struct Run {
    pub(super) probe: &'static Probe,
    names: Names,
    steps: VecDeque<Step>,
    cleaning: VecDeque<Step>,
    peers: Vec<Peer>,
    capture: Capture,
    waiting: Option<Waiting>,
    last_heard: Instant,
    give_up: Instant,
    quiet: Duration,
    /// What the probe needed and did not get.
    obstacle: Option<(String, Vec<RecordId>)>,
    verdict: Option<Verdict>,
    is_cleaning: bool,
    is_over: bool,
}

/// One connection of a client.
struct Peer {
    client: Client,
    connection: ConnectionId,
    /// What is sent when it opens.
    first: Bytes,
    stream: PacketStream,
    asked: Instant,
    is_open: bool,
    is_connected: bool,
    is_closed: bool,
    by_hand: bool,
    is_silent: bool,
    pongs_owed: u32,
    messages: usize,
    /// Of PUBLISH packets that nothing acknowledged yet.
    unacknowledged: VecDeque<PacketId>,
}

enum Waiting {
    Opened { client: Client, until: Instant },
    Connack { client: Client, until: Instant, must: bool },
    Answer { client: Client, packet: PacketType, id: Option<PacketId>, until: Instant, must: bool },
    Messages { client: Client, count: usize, until: Instant },
    Closed { client: Client, until: Instant },
    Settle { until: Instant },
    Pass { until: Instant },
}

impl Waiting {
    /// From whom something has to come.
    fn client(&self) -> Option<Client> {
        match self {
            Waiting::Opened { client, .. }
            | Waiting::Connack { client, .. }
            | Waiting::Answer { client, .. }
            | Waiting::Messages { client, .. }
            | Waiting::Closed { client, .. } => Some(*client),
            Waiting::Settle { .. } | Waiting::Pass { .. } => None,
        }
    }
}

/// What a run asks of the links.
pub(super) enum Want {
    /// With the bytes to send first.
    Open(Client, Bytes),
    Send(ConnectionId, Bytes),
    Close(ConnectionId),
}

impl Run {
    pub(super) fn new(
        probe: &'static Probe,
        mut script: Script,
        quiet: Duration,
        now: Instant,
    ) -> Run {
        (probe.script)(&mut script);
        // Whatever comes late is seen too.
        script.settle();
        Run {
            probe,
            names: script.names.clone(),
            cleaning: script.cleaning().into(),
            steps: script.steps.into(),
            peers: Vec::new(),
            capture: Capture::default(),
            waiting: None,
            last_heard: now,
            give_up: now + probe.limit,
            quiet,
            obstacle: None,
            verdict: None,
            is_cleaning: false,
            is_over: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn finish(self) -> (Verdict, Capture) {
        let verdict =
            self.verdict.unwrap_or_else(|| Verdict::not_examined(String::new(), Vec::new()));
        (verdict, self.capture)
    }

    pub(super) fn owns(&self, connection: ConnectionId) -> bool {
        self.peers.iter().any(|peer| peer.connection == connection)
    }

    /// The connection that was asked for exists from now on.
    pub(super) fn opening(
        &mut self,
        client: Client,
        first: Bytes,
        connection: ConnectionId,
        address: &str,
        now: Instant,
    ) {
        self.record(now, client, connection, Entry::Opening { address: address.to_owned() });
        self.peers.push(Peer {
            client,
            connection,
            first,
            stream: PacketStream::new(),
            asked: now,
            is_open: false,
            is_connected: false,
            is_closed: false,
            by_hand: false,
            is_silent: false,
            pongs_owed: 0,
            messages: 0,
            unacknowledged: VecDeque::new(),
        });
    }

    fn record(
        &mut self,
        now: Instant,
        client: Client,
        connection: ConnectionId,
        entry: Entry,
    ) -> RecordId {
        match self.is_cleaning {
            // It is no part of the probe.
            true => self.capture.next_id(),
            false => self.capture.push(now, client.slot(), connection, entry),
        }
    }

    /// The latest connection of a client.
    fn peer(&self, client: Client) -> Option<&Peer> {
        self.peers.iter().rev().find(|peer| peer.client == client)
    }

    fn peer_mut(&mut self, client: Client) -> Option<&mut Peer> {
        self.peers.iter_mut().rev().find(|peer| peer.client == client)
    }

    /// Sends on the latest connection of a client, if that is open.
    fn send(&mut self, client: Client, bytes: Bytes, now: Instant, wants: &mut VecDeque<Want>) {
        let latest = self.peers.iter().rposition(|peer| peer.client == client);
        let is_open = |at: &usize| self.peers[*at].is_open && !self.peers[*at].is_closed;
        if let Some(at) = latest.filter(is_open) {
            self.send_on(at, bytes, now, wants);
        }
    }

    /// Several packets, or a part of one.
    fn send_on(&mut self, at: usize, bytes: Bytes, now: Instant, wants: &mut VecDeque<Want>) {
        let (client, connection) = (self.peers[at].client, self.peers[at].connection);
        let sender = Sender::Client;
        let mut cut = PacketStream::new();
        cut.push(&bytes);
        let mut used = 0;
        while let Some(incoming) = cut.next(sender) {
            used += incoming.frame.len();
            let entry = entry(sender, &incoming, cut.is_broken());
            self.record(now, client, connection, entry);
        }
        if used < bytes.len() {
            let rest = bytes.slice(used..);
            self.record(now, client, connection, Entry::Packet { sender, bytes: rest });
        }
        wants.push_back(Want::Send(connection, bytes));
    }

    pub(super) fn link_event(
        &mut self,
        connection: ConnectionId,
        event: LinkEvent,
        now: Instant,
        wants: &mut VecDeque<Want>,
    ) {
        let Some(at) = self.peers.iter().position(|peer| peer.connection == connection) else {
            return;
        };
        let client = self.peers[at].client;
        match event {
            LinkEvent::Opened => {
                let peer = &mut self.peers[at];
                peer.is_open = true;
                // What it took is not the broker's to answer for.
                self.give_up = self.give_up + now.since(peer.asked);
                match &mut self.waiting {
                    Some(Waiting::Connack { client: waits, until, .. }) if *waits == client => {
                        *until = now + ACCEPTED;
                    }
                    Some(Waiting::Opened { client: waits, .. }) if *waits == client => {
                        self.waiting = Some(Waiting::Pass { until: now + self.quiet });
                    }
                    _ => {}
                }
                self.record(now, client, connection, Entry::Opened);
                let first = std::mem::take(&mut self.peers[at].first);
                if !first.is_empty() {
                    self.send_on(at, first, now, wants);
                }
            }
            LinkEvent::Bytes(bytes) => {
                self.last_heard = now;
                self.peers[at].stream.push_shared(bytes);
                while let Some(incoming) = self.peers[at].stream.next(Sender::Server) {
                    let is_broken = self.peers[at].stream.is_broken();
                    let entry = entry(Sender::Server, &incoming, is_broken);
                    let id = self.record(now, client, connection, entry);
                    if let Ok(packet) = incoming.outcome {
                        self.packet(at, id, &packet, now, wants);
                    }
                }
            }
            LinkEvent::Text { length } => {
                self.record(now, client, connection, Entry::Text { length });
            }
            LinkEvent::Closed { code, reason } => {
                self.last_heard = now;
                let peer = &mut self.peers[at];
                if !peer.is_closed {
                    let was_open = peer.is_open;
                    (peer.is_closed, peer.is_connected) = (true, false);
                    let by = was_open.then_some(Sender::Server);
                    let id = self.record(
                        now,
                        client,
                        connection,
                        Entry::Closed(LinkClose { by, was_open, code, reason }),
                    );
                    self.closed(at, id);
                }
            }
        }
    }

    /// The broker has ended a connection.
    fn closed(&mut self, at: usize, id: RecordId) {
        let who = self.peers[at].client;
        // An earlier connection of the same client may be closed because of this one.
        if self.peers[at + 1..].iter().any(|peer| peer.client == who) {
            return;
        }
        let waiting = self.waiting.take_if(|waiting| waiting.client() == Some(who));
        match waiting {
            // Nothing was sent, whatever the answer was to show.
            _ if !self.peers[at].is_open => self.cannot(UNREACHED, id),
            Some(Waiting::Connack { must: true, .. } | Waiting::Answer { must: true, .. }) => {
                self.cannot("closed", id);
            }
            _ => {}
        }
    }

    fn cannot(&mut self, why: &str, id: RecordId) {
        if !self.is_cleaning && self.obstacle.is_none() {
            self.obstacle = Some((why.to_owned(), vec![id]));
        }
    }

    fn packet(
        &mut self,
        at: usize,
        id: RecordId,
        packet: &Packet,
        now: Instant,
        wants: &mut VecDeque<Want>,
    ) {
        let who = self.peers[at].client;
        match packet {
            Packet::ConnAck(connack) => {
                self.peers[at].is_connected = !connack.reason_code.is_error();
                let is_it = |waiting: &mut Waiting| {
                    waiting.client() == Some(who) && matches!(waiting, Waiting::Connack { .. })
                };
                if let Some(Waiting::Connack { must: true, .. }) = self.waiting.take_if(is_it) {
                    match connack.reason_code.is_error() {
                        true => self.cannot(&brief(packet), id),
                        false => self.check_needs(connack, id),
                    }
                }
            }
            Packet::PingResp => {
                let peer = &mut self.peers[at];
                peer.pongs_owed = peer.pongs_owed.saturating_sub(1);
            }
            Packet::Publish(publish) => {
                let peer = &mut self.peers[at];
                peer.messages += 1;
                peer.unacknowledged.extend(publish.packet_id.filter(|_| peer.by_hand));
            }
            _ => {}
        }
        let got = packet.packet_type();
        let has_failed = packet.reason_codes().iter().any(|code| code.is_error());
        let is_answer = |waiting: &mut Waiting| match waiting {
            Waiting::Answer { client, packet: wanted, id: of, .. } => {
                // A PUBREC that refuses is the last one of its exchange.
                let is_refusal = got == PacketType::PubRec && has_failed;
                let is_it = got == *wanted || (*wanted == PacketType::PubComp && is_refusal);
                *client == who && packet.packet_id() == *of && is_it
            }
            _ => false,
        };
        if let Some(Waiting::Answer { must: true, .. }) = self.waiting.take_if(is_answer)
            && has_failed
        {
            self.cannot(&brief(packet), id);
        }
        if self.peers[at].by_hand {
            return;
        }
        let answer = match packet {
            Packet::Publish(publish) => match (publish.qos, publish.packet_id) {
                (QoS::AtLeastOnce, Some(id)) => Some(Packet::PubAck(Ack::success(id))),
                (QoS::ExactlyOnce, Some(id)) => Some(Packet::PubRec(Ack::success(id))),
                _ => None,
            },
            Packet::PubRec(ack) if !ack.reason_code.is_error() => {
                Some(Packet::PubRel(Ack::success(ack.packet_id)))
            }
            Packet::PubRel(ack) => Some(Packet::PubComp(Ack::success(ack.packet_id))),
            _ => None,
        };
        if let Some(bytes) = answer.and_then(|packet| encode(&packet).ok())
            && !self.peers[at].is_closed
        {
            self.send_on(at, bytes, now, wants);
        }
    }

    /// What the broker says it does not have cannot be asked for.
    fn check_needs(&mut self, connack: &ConnAck, id: RecordId) {
        let lacks = |need: &Need| need.lacking(&connack.properties);
        if let Some(lacks) = self.probe.needs.iter().find_map(lacks)
            && self.verdict.is_none()
            && !self.is_cleaning
        {
            self.verdict = Some(Verdict::not_offered(lacks.to_owned(), vec![id]));
        }
    }

    /// Does what is due, until something has to be waited for.
    pub(super) fn advance(&mut self, now: Instant, wants: &mut VecDeque<Want>) {
        loop {
            if self.is_over {
                return;
            }
            let gives_up = !self.is_cleaning
                && (self.obstacle.is_some() || self.verdict.is_some() || now >= self.give_up);
            if gives_up {
                if self.obstacle.is_none() && self.verdict.is_none() {
                    self.obstacle = Some((TIME_LIMIT.to_owned(), Vec::new()));
                }
                self.conclude(now, wants);
                continue;
            }
            if !self.has_waited(now) {
                return;
            }
            self.waiting = None;
            match self.steps.pop_front() {
                None if self.is_cleaning => self.is_over = true,
                None => self.conclude(now, wants),
                Some(step) => self.step(step, now, wants),
            }
        }
    }

    fn step(&mut self, step: Step, now: Instant, wants: &mut VecDeque<Want>) {
        match step {
            // The owner of the links makes the connection.
            Step::Open { client, bytes, expects } => {
                wants.push_back(Want::Open(client, bytes));
                let until = now + OPENED;
                self.waiting = Some(match expects {
                    Opens::Accepted => Waiting::Connack { client, until, must: true },
                    Opens::Answered => Waiting::Connack { client, until, must: false },
                    Opens::Unanswered => Waiting::Opened { client, until },
                });
            }
            Step::Send { client, bytes, awaits, must } => {
                self.send(client, bytes, now, wants);
                let is_closed =
                    self.peer(client).is_none_or(|peer| peer.is_closed || !peer.is_open);
                if let Some((packet, id)) = awaits.filter(|_| !is_closed) {
                    let until = now + ANSWER;
                    self.waiting = Some(Waiting::Answer { client, packet, id, until, must });
                }
            }
            Step::Acknowledge { client, packet, code } => {
                let id = self.peer_mut(client).and_then(|peer| peer.unacknowledged.pop_front());
                let bytes = id.and_then(|id| encode(&packet(Ack::new(id, code))).ok());
                if let Some(bytes) = bytes {
                    self.send(client, bytes, now, wants);
                }
            }
            Step::Cut(client) => self.cut(client, now, wants),
            Step::ByHand(client) => {
                if let Some(peer) = self.peer_mut(client) {
                    peer.by_hand = true;
                }
            }
            Step::Silent(client) => {
                if let Some(peer) = self.peer_mut(client) {
                    peer.is_silent = true;
                }
            }
            Step::Messages(client, count) => {
                self.waiting = Some(Waiting::Messages { client, count, until: now + MESSAGE });
            }
            Step::Closed(client) => {
                self.waiting = Some(Waiting::Closed { client, until: now + ANSWER });
            }
            Step::Settle => {
                self.last_heard = now;
                for at in 0..self.peers.len() {
                    let peer = &mut self.peers[at];
                    if peer.is_connected && !peer.is_closed && !peer.is_silent {
                        peer.pongs_owed += 1;
                        self.send_on(at, PING, now, wants);
                    }
                }
                self.waiting = Some(Waiting::Settle { until: now + ANSWER });
            }
            Step::Pass(time) => self.waiting = Some(Waiting::Pass { until: now + time }),
        }
    }

    fn cut(&mut self, client: Client, now: Instant, wants: &mut VecDeque<Want>) {
        let Some(peer) = self.peer_mut(client) else { return };
        if peer.is_closed {
            return;
        }
        let (connection, was_open) = (peer.connection, peer.is_open);
        (peer.is_closed, peer.is_connected) = (true, false);
        let by = Some(Sender::Client);
        let close = LinkClose { by, was_open, code: None, reason: String::new() };
        self.record(now, client, connection, Entry::Closed(close));
        wants.push_back(Want::Close(connection));
    }

    /// Whether what was waited for has come, or has been waited for long enough.
    fn has_waited(&self, now: Instant) -> bool {
        let Some(due) = self.due() else { return true };
        now >= due
    }

    /// When the next step is due if nothing comes before; `None` if it is due at once.
    fn due(&self) -> Option<Instant> {
        let is_closed = |client: &Client| self.peer(*client).is_none_or(|peer| peer.is_closed);
        match self.waiting.as_ref()? {
            Waiting::Connack { until, .. }
            | Waiting::Opened { until, .. }
            | Waiting::Answer { until, .. }
            | Waiting::Pass { until } => Some(*until),
            Waiting::Messages { client, count, until } => {
                let got: usize = self
                    .peers
                    .iter()
                    .filter(|peer| peer.client == *client)
                    .map(|peer| peer.messages)
                    .sum();
                (got < *count && !is_closed(client)).then_some(*until)
            }
            Waiting::Closed { client, until } => (!is_closed(client)).then_some(*until),
            Waiting::Settle { until } => {
                let owed = self.peers.iter().any(|peer| peer.pongs_owed > 0 && !peer.is_closed);
                Some(if owed { *until } else { self.last_heard + self.quiet })
            }
        }
    }

    /// When [`Run::advance`] is due.
    pub(super) fn next_timeout(&self) -> Option<Instant> {
        if self.is_over {
            return None;
        }
        let due = self.due().unwrap_or(self.last_heard);
        Some(if self.is_cleaning { due } else { due.min(self.give_up) })
    }

    /// Judges what was seen, and goes on to clean up.
    fn conclude(&mut self, now: Instant, wants: &mut VecDeque<Want>) {
        let verdict = match (self.verdict.take(), self.obstacle.take()) {
            (Some(verdict), _) => verdict,
            (None, Some((why, evidence))) => Verdict::not_examined(why, evidence),
            (None, None) => (self.probe.judge)(&Seen::new(&self.capture, &self.names)),
        };
        self.verdict = Some(verdict);
        self.is_cleaning = true;
        self.waiting = None;
        let mut open: Vec<_> =
            self.peers.iter().filter(|peer| !peer.is_closed).map(|peer| peer.client).collect();
        open.dedup();
        for client in open {
            let goodbye = encode(&Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
            if self.peer(client).is_some_and(|peer| peer.is_connected)
                && let Ok(bytes) = goodbye
            {
                self.send(client, bytes, now, wants);
            }
            self.cut(client, now, wants);
        }
        self.steps = std::mem::take(&mut self.cleaning);
    }

    /// Ends it where it is.
    pub(super) fn stop(&mut self, now: Instant, wants: &mut VecDeque<Want>) {
        if !self.is_cleaning {
            self.obstacle = Some((STOPPED.to_owned(), Vec::new()));
            self.conclude(now, wants);
        }
    }
}

/// What was found in a stream, as it is recorded.
fn entry(sender: Sender, incoming: &Incoming, is_broken: bool) -> Entry {
    let bytes = incoming.frame.clone();
    match incoming.outcome {
        Err(error) if is_broken => Entry::Broken { sender, bytes, error },
        _ => Entry::Packet { sender, bytes },
    }
}
