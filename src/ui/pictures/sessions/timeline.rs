//! Sessions as the packets tell them: by Client Identifier, since a Session is the identifier's and not
//! the connection's. Read once as the capture grows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::broker::{Event, Presence, SessionEnd, Snapshot};
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::mqtt::{
    Connect, ConnectionId, Packet, PacketId, PacketType, Publish, QoS, ReasonCode, Sender, Text,
    matches,
};
use crate::time::Instant;

/// Everything that the capture tells of Sessions.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// In the order in which they were first seen.
    pub sessions: Vec<Session>,
    /// The first CONNACK.
    pub began_at: Option<Instant>,
    pending: Vec<Pending>,
    /// The record to read next.
    next: u64,
}

/// What is known of one Client Identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub client_id: String,
    /// In seconds, as it holds now; `u32::MAX` never expires.
    pub interval: u32,
    /// Granted Topic Filters that have not been unsubscribed.
    pub filters: Vec<Filter>,
    /// The latest accepted connections, oldest first; at least one.
    pub visits: Vec<Visit>,
    /// How many there were before these.
    pub earlier: usize,
    current: Option<Current>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub topic_filter: String,
    pub granted: QoS,
}

/// One accepted connection, and the time after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub connect: RecordId,
    pub connack: RecordId,
    pub at: Instant,
    pub client: ClientSlot,
    pub clean_start: bool,
    pub session_present: bool,
    pub leave: Option<Leave>,
}

/// The end of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Leave {
    pub record: RecordId,
    pub at: Instant,
    pub how: How,
    /// The DISCONNECT of either side.
    pub said: Option<RecordId>,
    pub kept: Kept,
    /// When the Will is due, if nobody comes back before.
    pub will: Option<Instant>,
    /// Messages that wait for the Client, oldest first.
    pub waiting: Vec<Message>,
    /// Those that are only counted.
    pub more: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// With DISCONNECT, of either side.
    Said,
    /// Without.
    Lost,
    /// Another connection came with the same Client Identifier.
    TakenOver,
}

/// How long the Session outlives its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Not,
    Until(Instant),
    Forever,
}

/// A message for a Client that is away.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub record: RecordId,
    /// Since when it waits.
    pub at: Instant,
    /// When its Message Expiry Interval is over.
    pub expires_at: Option<Instant>,
    /// The PUBLISH that brought it to the Client afterwards.
    pub handed: Option<RecordId>,
    origin: Origin,
}

#[derive(Clone, Debug, PartialEq)]
enum Origin {
    /// Came while the Client was away: on that connection, under that Packet Identifier.
    Published { connection: ConnectionId, packet_id: Option<PacketId>, fingerprint: u64 },
    /// Was sent before, under that Packet Identifier, and not acknowledged.
    Unacknowledged(PacketId),
}

/// How it is about a Session at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Connected,
    /// Without connection; `None`: never expires.
    Away {
        until: Option<Instant>,
    },
    /// Since that moment.
    Forgotten(Instant),
}

/// The Session's connection while it is read.
#[derive(Clone, Debug, PartialEq)]
struct Current {
    connection: ConnectionId,
    will_delay: Option<u32>,
    /// The client has said DISCONNECT, and with it that its Will does not go.
    left_without_will: bool,
    how: How,
    said: Option<RecordId>,
    asked: Vec<(PacketId, Asked)>,
    /// Sent to the Client and not acknowledged.
    owed: Vec<(PacketId, RecordId)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Subscribe(Vec<Text>),
    Unsubscribe(Vec<Text>),
}

/// The CONNECT of a connection that has no CONNACK yet.
#[derive(Clone, Debug)]
struct Pending {
    connection: ConnectionId,
    record: RecordId,
    connect: Box<Connect>,
}

impl Timeline {
    /// Reads what is new in the capture, always the same one, and tells whether that changed anything.
    pub fn extend(&mut self, capture: &Capture) -> bool {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id).0;
        let was_cleared = oldest >= self.next && !self.sessions.is_empty();
        if was_cleared {
            *self = Timeline::default();
        }
        self.next = self.next.max(oldest);
        let mut has_changed = was_cleared;
        let unread = capture.position(RecordId(self.next)).unwrap_or(capture.len());
        for record in (unread..capture.len()).filter_map(|position| capture.at(position)) {
            has_changed |= self.read(capture, record);
            self.next = record.id.0 + 1;
        }
        has_changed
    }

    /// The Session in which something happened last.
    pub fn latest(&self) -> Option<usize> {
        (0..self.sessions.len()).max_by_key(|index| self.sessions[*index].latest())
    }

    fn read(&mut self, capture: &Capture, record: &Record) -> bool {
        match &record.entry {
            Entry::Closed(_) => self.closed(record),
            Entry::Packet { sender, .. } => {
                let Some(packet) = record.packet_type() else { return false };
                match (packet, sender) {
                    (PacketType::Publish, Sender::Client) => self.published(capture, record),
                    (PacketType::Publish, Sender::Server) => self.delivered(capture, record),
                    (PacketType::PubAck | PacketType::PubRec | PacketType::PubComp, _) => {
                        self.acknowledged(record, *sender)
                    }
                    (PacketType::PubRel | PacketType::PingReq | PacketType::PingResp, _) => false,
                    _ => record.valid_packet().is_some_and(|packet| {
                        self.packet(record, *sender, packet);
                        true
                    }),
                }
            }
            _ => false,
        }
    }

    fn packet(&mut self, record: &Record, sender: Sender, packet: Packet) {
        match packet {
            Packet::Connect(connect) => {
                self.pending.retain(|pending| pending.connection != record.connection);
                let (connection, record) = (record.connection, record.id);
                self.pending.push(Pending { connection, record, connect });
            }
            Packet::ConnAck(connack) => {
                let Some(at) = self.pending.iter().position(|p| p.connection == record.connection)
                else {
                    return;
                };
                let Pending { connect, record: sent, .. } = self.pending.swap_remove(at);
                if connack.reason_code != ReasonCode::Success {
                    return;
                }
                let assigned = connack.properties.assigned_client_identifier();
                let client_id = assigned.unwrap_or(&connect.client_id).to_owned();
                let granted = connack.properties.session_expiry_interval();
                let asked = connect.properties.session_expiry_interval();
                let will = connect.will.as_ref();
                let current = Current {
                    connection: record.connection,
                    will_delay: will.map(|w| w.properties.will_delay_interval().unwrap_or(0)),
                    left_without_will: false,
                    how: How::Lost,
                    said: None,
                    asked: Vec::new(),
                    owed: Vec::new(),
                };
                self.began_at.get_or_insert(record.at);
                let session = self.session(client_id);
                if session.current.is_some() {
                    session.leave(record, How::TakenOver);
                }
                if !connack.session_present {
                    session.filters.clear();
                }
                session.interval = granted.or(asked).unwrap_or(0);
                session.current = Some(current);
                session.visits.push(Visit {
                    connect: sent,
                    connack: record.id,
                    at: record.at,
                    client: record.client,
                    clean_start: connect.clean_start,
                    session_present: connack.session_present,
                    leave: None,
                });
                if session.visits.len() > VISITS {
                    session.visits.remove(0);
                    session.earlier += 1;
                }
            }
            Packet::Disconnect(disconnect) => {
                let Some(session) = self.on(record.connection) else { return };
                let interval = disconnect.properties.session_expiry_interval();
                // A Session that was to end with its connection gets no other end (§3.14.2.2.2).
                if sender == Sender::Client && session.interval > 0 {
                    session.interval = interval.unwrap_or(session.interval);
                }
                let Some(current) = &mut session.current else { return };
                current.how = match disconnect.reason_code {
                    ReasonCode::SessionTakenOver => How::TakenOver,
                    _ => How::Said,
                };
                current.said = Some(record.id);
                if sender == Sender::Client {
                    current.left_without_will = disconnect.reason_code == ReasonCode::Success;
                }
            }
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.subscriptions.into_iter().map(|s| s.topic_filter);
                self.ask(record, subscribe.packet_id, Asked::Subscribe(filters.collect()));
            }
            Packet::Unsubscribe(unsubscribe) => {
                let filters = unsubscribe.topic_filters;
                self.ask(record, unsubscribe.packet_id, Asked::Unsubscribe(filters));
            }
            Packet::SubAck(suback) => self.answered(record, suback.packet_id, &suback.reason_codes),
            Packet::UnsubAck(ack) => self.answered(record, ack.packet_id, &ack.reason_codes),
            _ => {}
        }
    }

    fn ask(&mut self, record: &Record, id: PacketId, asked: Asked) {
        if let Some(current) = self.on(record.connection).and_then(|s| s.current.as_mut()) {
            current.asked.push((id, asked));
        }
    }

    fn answered(&mut self, record: &Record, id: PacketId, codes: &[ReasonCode]) {
        let Some(session) = self.on(record.connection) else { return };
        let Some(current) = &mut session.current else { return };
        let Some(at) = current.asked.iter().position(|(asked, _)| *asked == id) else { return };
        match current.asked.swap_remove(at).1 {
            Asked::Subscribe(filters) => {
                for (topic_filter, code) in filters.into_iter().zip(codes) {
                    let Some(granted) = QoS::from_bits(code.value()) else { continue };
                    session.filters.retain(|held| held.topic_filter != topic_filter);
                    session.filters.push(Filter { topic_filter: topic_filter.into(), granted });
                }
            }
            Asked::Unsubscribe(filters) => {
                session
                    .filters
                    .retain(|held| !filters.iter().any(|ended| *ended == held.topic_filter));
            }
        }
    }

    /// A message that may concern somebody who is away.
    fn published(&mut self, capture: &Capture, record: &Record) -> bool {
        // What is sent at QoS 0 waits for nobody (§4.1), unless a broker is kinder than it must be.
        let is_lasting = record.qos().is_some_and(|qos| qos > QoS::AtMostOnce);
        if !is_lasting || !self.sessions.iter().any(|session| session.keeps_at(record.at)) {
            return false;
        }
        let Some(Packet::Publish(publish)) = record.valid_packet() else { return false };
        if publish.dup {
            return false;
        }
        let topic = topic(capture, record, &publish);
        let fingerprint = fingerprint(topic, &publish.payload);
        let expires_at = publish
            .properties
            .message_expiry_interval()
            .map(|seconds| record.at + seconds_long(seconds));
        let origin = Origin::Published {
            connection: record.connection,
            packet_id: publish.packet_id,
            fingerprint,
        };
        let mut has_changed = false;
        for session in self.sessions.iter_mut().filter(|session| session.keeps_at(record.at)) {
            let is_for_it = session.filters.iter().any(|filter| {
                filter.granted > QoS::AtMostOnce && matches(&filter.topic_filter, topic)
            });
            if !is_for_it {
                continue;
            }
            let Some(leave) = session.visits.last_mut().and_then(|visit| visit.leave.as_mut())
            else {
                continue;
            };
            has_changed = true;
            leave.add(Message {
                record: record.id,
                at: record.at,
                expires_at,
                handed: None,
                origin: origin.clone(),
            });
        }
        has_changed
    }

    /// A message to a Client: it may be one that has waited.
    fn delivered(&mut self, capture: &Capture, record: &Record) -> bool {
        let Some(session) = self.on(record.connection) else { return false };
        let packet_id = record.packet_id();
        if let (Some(packet_id), Some(current)) = (packet_id, session.current.as_mut())
            && current.owed.len() < MESSAGES
        {
            current.owed.push((packet_id, record.id));
        }
        let Some(waiting) = session.waiting_for_it() else { return false };
        let is_again = record.bytes().first().is_some_and(|byte| byte & 0b1000 != 0);
        let handed = if is_again {
            waiting.iter_mut().find(|message| match message.origin {
                Origin::Unacknowledged(id) => message.handed.is_none() && Some(id) == packet_id,
                Origin::Published { .. } => false,
            })
        } else {
            let Some(Packet::Publish(publish)) = record.valid_packet() else { return false };
            let found = fingerprint(topic(capture, record, &publish), &publish.payload);
            waiting.iter_mut().find(|message| match message.origin {
                Origin::Published { fingerprint, .. } => {
                    message.handed.is_none() && fingerprint == found
                }
                Origin::Unacknowledged(_) => false,
            })
        };
        let has_changed = handed.is_some();
        if let Some(message) = handed {
            message.handed = Some(record.id);
        }
        has_changed
    }

    fn acknowledged(&mut self, record: &Record, sender: Sender) -> bool {
        let Some(packet_id) = record.packet_id() else { return false };
        if sender == Sender::Client {
            if let Some(current) = self.on(record.connection).and_then(|s| s.current.as_mut())
                && let Some(at) = current.owed.iter().position(|(owed, _)| *owed == packet_id)
            {
                current.owed.remove(at);
            }
            return false;
        }
        // The Server has not taken it over: it waits for nobody.
        if record.ack_reason_code().is_none_or(|code| code < 0x80) {
            return false;
        }
        let mut has_changed = false;
        let leaves = self.sessions.iter_mut().filter_map(|s| s.visits.last_mut()?.leave.as_mut());
        for leave in leaves {
            let before = leave.waiting.len();
            leave.waiting.retain(|message| match &message.origin {
                Origin::Published { connection, packet_id: id, .. } => {
                    *connection != record.connection || *id != Some(packet_id)
                }
                Origin::Unacknowledged(_) => true,
            });
            has_changed |= leave.waiting.len() < before;
        }
        has_changed
    }

    fn closed(&mut self, record: &Record) -> bool {
        self.pending.retain(|pending| pending.connection != record.connection);
        let Some(session) = self.on(record.connection) else { return false };
        let how = session.current.as_ref().map_or(How::Lost, |current| current.how);
        session.leave(record, how);
        true
    }

    fn session(&mut self, client_id: String) -> &mut Session {
        let at = self.sessions.iter().position(|session| session.client_id == client_id);
        let at = at.unwrap_or_else(|| {
            if self.sessions.len() >= SESSIONS
                && let Some(oldest) = self.sessions.iter().position(|s| s.current.is_none())
            {
                self.sessions.remove(oldest);
            }
            self.sessions.push(Session {
                client_id,
                interval: 0,
                filters: Vec::new(),
                visits: Vec::new(),
                earlier: 0,
                current: None,
            });
            self.sessions.len() - 1
        });
        &mut self.sessions[at]
    }

    /// The Session that this connection uses.
    fn on(&mut self, connection: ConnectionId) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| {
            session.current.as_ref().is_some_and(|current| current.connection == connection)
        })
    }
}

impl Session {
    /// Who connected last under that identifier.
    pub fn client(&self) -> ClientSlot {
        self.visits.last().map_or(ClientSlot(0), |visit| visit.client)
    }

    /// How it is now, as the packets tell. Where one can look inside the broker, what an administrator
    /// ended counts too.
    pub fn standing(&self, now: Instant, inside: Option<&Snapshot>) -> Standing {
        let Some(visit) = self.visits.last() else { return Standing::Forgotten(now) };
        let Some(leave) = &visit.leave else { return Standing::Connected };
        if let Some(ended) = inside.and_then(|inside| self.ended_inside(visit.at, inside)) {
            return Standing::Forgotten(ended.max(leave.at));
        }
        match leave.kept {
            Kept::Not => Standing::Forgotten(leave.at),
            Kept::Until(until) if until <= now => Standing::Forgotten(until),
            Kept::Until(until) => {
                Standing::Away { until: Some(self.ends_inside(inside).unwrap_or(until)) }
            }
            Kept::Forever => Standing::Away { until: None },
        }
    }

    /// When the broker ended it since that moment, by itself or by command.
    fn ended_inside(&self, since: Instant, inside: &Snapshot) -> Option<Instant> {
        if inside.sessions.iter().any(|stored| *stored.client_id == *self.client_id) {
            return None;
        }
        let is_own = |id: &str| id == self.client_id;
        inside.recent.iter().rev().find_map(|note| {
            let has_ended = matches!(
                note.event,
                Event::SessionEnded(SessionEnd::Expired | SessionEnd::Administrative)
            );
            let is_own = note.client_id.as_ref().is_some_and(|id| is_own(id));
            (has_ended && is_own && note.at >= since).then_some(note.at)
        })
    }

    fn ends_inside(&self, inside: Option<&Snapshot>) -> Option<Instant> {
        let mut stored = inside?.sessions.iter();
        match stored.find(|stored| *stored.client_id == *self.client_id)?.presence {
            Presence::Absent { ends_at, .. } => ends_at,
            Presence::Connected(_) => None,
        }
    }

    /// Whether messages are kept for it at that moment.
    fn keeps_at(&self, at: Instant) -> bool {
        let leave = self.visits.last().and_then(|visit| visit.leave.as_ref());
        !self.filters.is_empty() && leave.is_some_and(|leave| leave.kept.holds_at(at))
    }

    /// What waited until the present connection, if that found its Session again.
    fn waiting_for_it(&mut self) -> Option<&mut Vec<Message>> {
        let [.., before, present] = self.visits.as_mut_slice() else { return None };
        let leave = before.leave.as_mut().filter(|_| present.session_present)?;
        let is_waited_for = leave.waiting.iter().any(|message| message.handed.is_none());
        is_waited_for.then_some(&mut leave.waiting)
    }

    /// The end of its present connection.
    fn leave(&mut self, record: &Record, how: How) {
        let Some(current) = self.current.take() else { return };
        let at = record.at;
        let kept = match self.interval {
            0 => Kept::Not,
            u32::MAX => Kept::Forever,
            seconds => Kept::Until(at + seconds_long(seconds)),
        };
        // The Will goes at the end of its delay or of the Session, whichever is first (§3.1.3.2.2).
        let will = current
            .will_delay
            .filter(|_| !current.left_without_will)
            .map(|delay| at + seconds_long(delay.min(self.interval)));
        let mut waiting = Vec::new();
        if kept != Kept::Not {
            waiting.extend(current.owed.into_iter().map(|(packet_id, record)| Message {
                record,
                at,
                expires_at: None,
                handed: None,
                origin: Origin::Unacknowledged(packet_id),
            }));
            // What this connection did not get either goes on waiting.
            let undone = self.waiting_for_it().into_iter().flat_map(|all| all.iter());
            let undone = undone.filter(|message| message.handed.is_none());
            waiting.extend(undone.map(|message| Message { at, ..message.clone() }));
            waiting.truncate(MESSAGES);
        }
        if let Some(visit) = self.visits.last_mut() {
            let said = current.said;
            visit.leave =
                Some(Leave { record: record.id, at, how, said, kept, will, waiting, more: 0 });
        }
    }

    /// The record of what happened to it last.
    fn latest(&self) -> Option<RecordId> {
        let visit = self.visits.last()?;
        let before = self.visits.len().checked_sub(2).map(|at| &self.visits[at]);
        let left = visit.leave.as_ref();
        let handed = before.and_then(|before| before.leave.as_ref());
        let handed = handed.and_then(|leave| leave.waiting.iter().filter_map(|m| m.handed).max());
        let waits = left.and_then(|leave| leave.waiting.last()).map(|message| message.record);
        [Some(visit.connack), left.map(|leave| leave.record), handed, waits]
            .into_iter()
            .flatten()
            .max()
    }
}

impl Leave {
    fn add(&mut self, message: Message) {
        match self.waiting.len() < MESSAGES {
            true => self.waiting.push(message),
            false => self.more += 1,
        }
    }
}

impl Kept {
    pub fn holds_at(self, at: Instant) -> bool {
        match self {
            Kept::Not => false,
            Kept::Until(until) => at < until,
            Kept::Forever => true,
        }
    }
}

fn topic<'a>(capture: &'a Capture, record: &Record, publish: &'a Publish) -> &'a str {
    match capture.aliased(record) {
        Some(aliased) => aliased.topic,
        None => &publish.topic,
    }
}

/// By which a message is known again when it is handed over.
fn fingerprint(topic: &str, payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (topic, payload).hash(&mut hasher);
    hasher.finish()
}

fn seconds_long(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// Beyond that many the oldest one without a connection is left to the packet list.
const SESSIONS: usize = 128;
/// Earlier connections of a Session are counted.
const VISITS: usize = 48;
/// More messages that wait are counted.
const MESSAGES: usize = 256;
