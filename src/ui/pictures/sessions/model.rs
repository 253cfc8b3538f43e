//! Sessions as the packets tell them: by Client Identifier, since a Session is the identifier's and not
//! the connection's.

use std::time::Duration;

use crate::broker::{Presence, Snapshot};
use crate::capture::{Capture, ClientSlot, ConnectionId, Entry, Record, RecordId};
use crate::mqtt::{Connect, Packet, ReasonCode, Sender};
use crate::time::Instant;

/// What is remembered under one Client Identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub client_id: String,
    /// Who connected last under that identifier.
    pub client: ClientSlot,
    pub state: State,
    /// In seconds, as it holds now; `u32::MAX` never expires.
    pub interval: u32,
    /// Granted Topic Filters that have not been unsubscribed.
    pub filters: Vec<String>,
    /// When the Will is due, while it waits for its delay.
    pub will_due: Option<Instant>,
    /// Every accepted connection, oldest first.
    pub visits: Vec<Visit>,
    /// What the broker in the tab holds for it; `None` elsewhere, where nobody can look inside.
    pub inside: Option<Inside>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Connected,
    /// Without connection; `None`: never expires.
    Waiting {
        until: Option<Instant>,
    },
    Gone,
}

/// One accepted connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    pub connack: RecordId,
    pub clean_start: bool,
    pub session_present: bool,
}

/// Messages for the Client, inside the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    pub queued: usize,
    pub in_flight: usize,
}

/// The Session's connection while it is read.
struct Current {
    connection: ConnectionId,
    will_delay: Option<u32>,
    /// The client has said DISCONNECT, and with it whether its Will goes.
    left_without_will: bool,
    asked: Vec<(crate::mqtt::PacketId, Asked)>,
}

enum Asked {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
}

/// What stood in the CONNECT of a connection that has no CONNACK yet.
struct Pending {
    connection: ConnectionId,
    connect: Box<Connect>,
}

/// Reads the capture from its beginning, as it is at `now`.
pub fn sessions(capture: &Capture, now: Instant, inside: Option<&Snapshot>) -> Vec<Session> {
    let mut reading = Reading::default();
    for record in capture.records() {
        reading.read(record);
    }
    let mut sessions: Vec<Session> =
        reading.sessions.into_iter().map(|(session, _)| session).collect();
    for session in &mut sessions {
        if let State::Waiting { until: Some(until) } = session.state
            && until <= now
        {
            session.state = State::Gone;
        }
        session.will_due = session.will_due.filter(|due| *due > now);
        if session.state == State::Gone {
            session.filters.clear();
            session.will_due = None;
        }
        let stored = inside.and_then(|inside| {
            inside.sessions.iter().find(|stored| *stored.client_id == *session.client_id)
        });
        session.inside = stored
            .map(|stored| Inside { queued: stored.queue_length, in_flight: stored.outgoing.len() });
        // Where one can look inside, what is there counts.
        if let (Some(_), None) = (inside, stored) {
            session.state = State::Gone;
        }
        if let Some(stored) = stored
            && let Presence::Absent { ends_at, .. } = &stored.presence
        {
            session.state = State::Waiting { until: *ends_at };
        }
    }
    sessions
}

#[derive(Default)]
struct Reading {
    sessions: Vec<(Session, Option<Current>)>,
    pending: Vec<Pending>,
}

impl Reading {
    fn read(&mut self, record: &Record) {
        match &record.entry {
            Entry::Closed(_) => self.closed(record),
            Entry::Packet { sender, .. } => {
                if let Some(packet) = record.valid_packet() {
                    self.packet(record, *sender, packet);
                }
            }
            _ => {}
        }
    }

    fn packet(&mut self, record: &Record, sender: Sender, packet: Packet) {
        match packet {
            Packet::Connect(connect) => {
                self.pending.push(Pending { connection: record.connection, connect });
            }
            Packet::ConnAck(connack) => {
                let Some(at) = self.pending.iter().position(|p| p.connection == record.connection)
                else {
                    return;
                };
                let Pending { connect, .. } = self.pending.swap_remove(at);
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
                    asked: Vec::new(),
                };
                let (session, now) = self.session(client_id, record.client);
                if !connack.session_present {
                    session.filters.clear();
                }
                session.client = record.client;
                session.state = State::Connected;
                session.interval = granted.or(asked).unwrap_or(0);
                session.will_due = None;
                session.visits.push(Visit {
                    connack: record.id,
                    clean_start: connect.clean_start,
                    session_present: connack.session_present,
                });
                *now = Some(current);
            }
            Packet::Disconnect(disconnect) => {
                let Some((session, current)) = self.on(record.connection) else { return };
                if sender == Sender::Client {
                    if let Some(interval) = disconnect.properties.session_expiry_interval() {
                        session.interval = interval;
                    }
                    current.left_without_will = disconnect.reason_code == ReasonCode::Success;
                }
            }
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.subscriptions.into_iter().map(|s| s.topic_filter);
                let asked = (subscribe.packet_id, Asked::Subscribe(filters.collect()));
                if let Some((_, current)) = self.on(record.connection) {
                    current.asked.push(asked);
                }
            }
            Packet::Unsubscribe(unsubscribe) => {
                let asked = (unsubscribe.packet_id, Asked::Unsubscribe(unsubscribe.topic_filters));
                if let Some((_, current)) = self.on(record.connection) {
                    current.asked.push(asked);
                }
            }
            Packet::SubAck(suback) => self.answered(record, suback.packet_id, &suback.reason_codes),
            Packet::UnsubAck(ack) => self.answered(record, ack.packet_id, &ack.reason_codes),
            _ => {}
        }
    }

    fn answered(&mut self, record: &Record, id: crate::mqtt::PacketId, codes: &[ReasonCode]) {
        let Some((session, current)) = self.on(record.connection) else { return };
        let Some(at) = current.asked.iter().position(|(asked, _)| *asked == id) else { return };
        match current.asked.swap_remove(at).1 {
            Asked::Subscribe(filters) => {
                let granted = filters.into_iter().zip(codes).filter(|(_, code)| !code.is_error());
                for (filter, _) in granted {
                    if !session.filters.contains(&filter) {
                        session.filters.push(filter);
                    }
                }
            }
            Asked::Unsubscribe(filters) => session.filters.retain(|held| !filters.contains(held)),
        }
    }

    fn closed(&mut self, record: &Record) {
        let Some((session, current)) = self.on(record.connection) else { return };
        let at = record.at;
        session.state = match session.interval {
            0 => State::Gone,
            u32::MAX => State::Waiting { until: None },
            seconds => State::Waiting { until: Some(at + seconds_long(seconds)) },
        };
        // The Will goes at the end of its delay or of the Session, whichever is first (§3.1.3.2.2).
        session.will_due = match (current.will_delay, session.interval) {
            (Some(delay), interval) if !current.left_without_will && delay > 0 && interval > 0 => {
                Some(at + seconds_long(delay.min(interval)))
            }
            _ => None,
        };
        if let Some((_, current)) =
            self.sessions.iter_mut().find(|(_, c)| is_on(c, record.connection))
        {
            *current = None;
        }
    }

    fn session(
        &mut self,
        client_id: String,
        client: ClientSlot,
    ) -> &mut (Session, Option<Current>) {
        let at = self.sessions.iter().position(|(s, _)| s.client_id == client_id);
        let at = at.unwrap_or_else(|| {
            let session = Session {
                client_id,
                client,
                state: State::Gone,
                interval: 0,
                filters: Vec::new(),
                will_due: None,
                visits: Vec::new(),
                inside: None,
            };
            self.sessions.push((session, None));
            self.sessions.len() - 1
        });
        &mut self.sessions[at]
    }

    /// The Session that this connection uses.
    fn on(&mut self, connection: ConnectionId) -> Option<(&mut Session, &mut Current)> {
        let (session, current) =
            self.sessions.iter_mut().find(|(_, current)| is_on(current, connection))?;
        Some((session, current.as_mut()?))
    }
}

fn is_on(current: &Option<Current>, connection: ConnectionId) -> bool {
    current.as_ref().is_some_and(|current| current.connection == connection)
}

fn seconds_long(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// Where an end lies on the axis from now to the furthest end, in percent; for ever is the whole of it.
pub fn share(until: Option<Instant>, now: Instant, furthest: Duration) -> f64 {
    let Some(until) = until else { return 100.0 };
    let left = until.since(now).as_secs_f64();
    match furthest.as_secs_f64() {
        furthest if furthest > 0.0 => (left / furthest * 100.0).clamp(0.0, 100.0),
        _ => 0.0,
    }
}

/// The longest time that anything still has to go.
pub fn furthest(sessions: &[Session], now: Instant) -> Duration {
    let ends = sessions.iter().flat_map(|session| {
        let end = match session.state {
            State::Waiting { until } => until,
            State::Connected | State::Gone => None,
        };
        [end, session.will_due]
    });
    ends.flatten().map(|end| end.since(now)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Cast, Move, exercise};
    use crate::lab::Lab;
    use crate::link::Target;

    /// Plays the first moves of an exercise's solution in the tab.
    fn after(id: &str, moves: usize) -> (Lab, Instant) {
        let (_, exercise) = exercise(id).expect("it exists");
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        let mut now = Instant::START;
        lab.set_up(exercise.clients.iter().map(|client| client.role), now);
        for next in (exercise.solution)(&Cast::new(exercise.clients, "7f")).into_iter().take(moves)
        {
            match next {
                Move::Act(act) => lab.act(act, now).expect("the solution may do it"),
                Move::Wait(time) => now = lab.skip(time, now).expect("in the tab"),
                _ => {}
            }
            now = lab.skip(Duration::from_millis(50), now).expect("in the tab");
        }
        (lab, now)
    }

    /// Once as the packets alone tell, once with a look inside: both must say the same.
    fn seen(lab: &Lab, now: Instant) -> Vec<Session> {
        let inside = lab.in_tab().broker().snapshot();
        let outside = sessions(lab.capture(), now, None);
        let within = sessions(lab.capture(), now, Some(&inside));
        let short = |session: &Session| match session.state {
            State::Connected => "connected",
            State::Waiting { .. } => "waiting",
            State::Gone => "gone",
        };
        assert!(outside.iter().map(short).eq(within.iter().map(short)), "{outside:?} {within:?}");
        within
    }

    #[test]
    fn a_session_waits_until_its_interval_is_over() {
        let (mut lab, now) = after("create", 3);
        let session = &seen(&lab, now)[0];
        let State::Waiting { until: Some(until) } = session.state else { panic!("{session:?}") };
        assert_eq!(until.since(now).as_secs(), 59, "some of the minute has passed");
        assert_eq!(session.filters.len(), 2);
        assert_eq!(furthest(std::slice::from_ref(session), now), until.since(now));
        assert_eq!(share(Some(until), now, until.since(now)), 100.0);
        let now = lab.skip(Duration::from_secs(60), now).expect("in the tab");
        assert_eq!(seen(&lab, now)[0].state, State::Gone);
    }

    #[test]
    fn messages_for_one_who_is_away_are_counted_inside() {
        let (lab, now) = after("resume", 6);
        let inside = seen(&lab, now)[0].inside;
        assert_eq!(inside, Some(Inside { queued: 2, in_flight: 0 }));
    }

    #[test]
    fn every_return_is_kept() {
        let (lab, now) = after("resume", 7);
        let visits: Vec<_> = seen(&lab, now)[0]
            .visits
            .iter()
            .map(|visit| (visit.clean_start, visit.session_present))
            .collect();
        assert_eq!(visits, [(true, false), (false, true)]);
    }

    #[test]
    fn intervals_decide_who_is_still_known() {
        let (lab, now) = after("compare-intervals", 8);
        let states: Vec<_> = seen(&lab, now).iter().map(|session| session.state).collect();
        assert_eq!(states[..2], [State::Gone, State::Gone]);
        assert!(matches!(states[2], State::Waiting { until: Some(_) }));
        assert_eq!(states[3], State::Waiting { until: None });
    }

    #[test]
    fn a_delayed_will_is_due_until_the_client_is_back() {
        let (lab, now) = after("will-delay", 4);
        let will = |lab: &Lab, now| {
            let sessions = seen(lab, now);
            sessions.iter().find(|s| s.client == ClientSlot(0)).and_then(|s| s.will_due)
        };
        assert!(will(&lab, now).is_some_and(|due| due.since(now).as_secs() == 29));
        let (lab, now) = after("will-delay", 5);
        assert_eq!(will(&lab, now), None);
    }
}
