//! Sessions as lanes on one axis of time, in pixels.

use std::time::Duration;

use super::timeline::{How, Kept, Leave, Message, Session, Standing, Timeline, Visit};
use crate::broker::Snapshot;
use crate::capture::{ClientSlot, RecordId};
use crate::time::Instant;
use crate::ui::pictures::axis::{Axis, Mark, Pace, Tick, first_that_fits, rooms};

/// One time the clock was put forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skip {
    pub at: Instant,
    pub by: Duration,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    /// Whether the words of a lane are beside it; otherwise they are above it.
    pub is_beside: bool,
    /// From where to where time is drawn.
    pub from: f64,
    pub to: f64,
    pub now: f64,
    pub ticks: Vec<Tick>,
    /// Where time runs faster, from and to.
    pub compressed: Vec<(f64, f64)>,
    pub jumps: Vec<Jump>,
    pub lanes: Vec<Lane>,
    /// Connections that are not drawn any more.
    pub earlier: usize,
}

/// Where the clock was put forward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jump {
    pub from: f64,
    pub to: f64,
    pub by: Duration,
}

/// One Client Identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub client_id: String,
    /// Who connected last under it.
    pub client: ClientSlot,
    pub standing: Standing,
    /// In seconds; `u32::MAX` never expires.
    pub interval: u32,
    pub filters: Vec<String>,
    /// What the broker in the tab holds for it; elsewhere nobody can look inside.
    pub inside: Option<Inside>,
    /// Messages by what became of them, over all that is drawn.
    pub waiting: usize,
    pub handed: usize,
    pub lost: usize,
    pub top: f64,
    pub height: f64,
    /// The upper edge of the bars.
    pub bar: f64,
    pub bars: Vec<Bar>,
    pub flags: Vec<Flag>,
    pub ends: Vec<End>,
    pub dots: Vec<Dot>,
    pub wills: Vec<Will>,
}

/// Messages for the Client, inside the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    pub queued: usize,
    pub in_flight: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Connected(ClientSlot),
    /// Away but remembered, in the past.
    Kept,
    /// What is left of that from now on.
    Left,
    /// The same without an end.
    Endless,
}

/// An accepted CONNECT, with what its CONNACK said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flag {
    pub x: f64,
    pub connack: RecordId,
    pub client: ClientSlot,
    pub clean_start: bool,
    pub session_present: bool,
}

/// Where a connection ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    pub x: f64,
    pub how: How,
    /// The DISCONNECT, if there was one.
    pub said: Option<RecordId>,
}

/// A message, or several where they are only counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    pub x: f64,
    pub y: f64,
    pub fate: Fate,
    /// The PUBLISH: where it waits the one that came, on return the one that was handed over.
    pub record: RecordId,
    /// So many more that are not drawn.
    pub more: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Waits,
    /// Has left the place where it waited.
    Left,
    /// The same message where it arrived.
    Handed,
    /// Went with its Session, or outlived its Message Expiry Interval.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Will {
    /// The CONNECT that carries it.
    pub connect: RecordId,
    /// Where the connection ended.
    pub from: f64,
    pub to: f64,
    pub fate: WillFate,
    pub due: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WillFate {
    Waits,
    Published,
    /// The client came back to its Session in time.
    Withdrawn,
}

/// Something drawn that stands for a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    pub record: RecordId,
    pub client: ClientSlot,
    /// Its middle; of a flag the foot of its pole.
    pub x: f64,
    pub y: f64,
    pub what: Stamped,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stamped {
    Flag(Flag),
    Message(Fate),
    Will(WillFate),
    Goodbye,
}

impl Drawing {
    /// What stands for a packet, in the order of the packets. Messages that are only counted do not.
    pub fn stamps(&self) -> Vec<Stamp> {
        let mut all: Vec<Stamp> = self.lanes.iter().flat_map(Lane::stamps).collect();
        all.sort_by_key(|stamp| stamp.record);
        all
    }
}

impl Lane {
    fn stamps(&self) -> impl Iterator<Item = Stamp> {
        let client = self.client;
        let stamp = move |record, x, y, what| Stamp { record, client, x, y, what };
        let flags = self.flags.iter().map(move |flag| Stamp {
            client: flag.client,
            ..stamp(flag.connack, flag.x, self.bar, Stamped::Flag(*flag))
        });
        let dots = self.dots.iter().filter(|dot| dot.more == 0);
        let dots = dots.map(move |dot| stamp(dot.record, dot.x, dot.y, Stamped::Message(dot.fate)));
        let wills = self.wills.iter().map(move |will| {
            stamp(will.connect, will.to, self.bar + BAR + WILL_BELOW, Stamped::Will(will.fate))
        });
        let ends = self.ends.iter().filter_map(move |end| {
            Some(stamp(end.said?, end.x, self.bar + BAR / 2.0, Stamped::Goodbye))
        });
        flags.chain(dots).chain(wills).chain(ends)
    }
}

/// Something with a place of its own on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Event {
    at: Instant,
    /// Among those of one moment.
    order: u64,
    lane: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Visit(usize),
    Leave(usize),
    /// The Session expires, or has.
    End(usize),
    Will(usize),
    SkipFrom(usize),
    SkipTo(usize),
}

/// Draws everything into so many pixels across, as it is at `now`.
pub fn draw(
    timeline: &Timeline,
    skips: &[Skip],
    now: Instant,
    inside: Option<&Snapshot>,
    width: f64,
) -> Drawing {
    let shown = latest_sessions(timeline, LANES);
    let is_beside = width >= WIDE;
    let from = if is_beside { NAMES } else { EDGE };
    let to = (width - OPEN_END).max(from + 40.0);
    let standings: Vec<_> = shown.iter().map(|session| session.standing(now, inside)).collect();

    let mut events = Vec::new();
    for (lane, (session, standing)) in shown.iter().zip(&standings).enumerate() {
        session_events(session, *standing, lane, &mut events);
    }
    let first = events.iter().map(|event| event.at).min().unwrap_or(now);
    for (number, skip) in skips.iter().enumerate() {
        let end = skip.at + skip.by;
        if skip.at >= first && end <= now {
            let event = |at, kind| Event { at, order: u64::MAX, lane: LANES, kind };
            events.push(event(skip.at, Kind::SkipFrom(number)));
            events.push(event(end, Kind::SkipTo(number)));
        }
    }
    events.sort_by_key(|event| (event.at, event.order));
    let needed: Vec<f64> = rooms(events.iter().map(|event| (event.lane, event.room())), BETWEEN);
    let cut = first_that_fits(&needed, to - from).max(events.len().saturating_sub(MARKS));
    let events = events.split_off(cut);
    let marks: Vec<_> = events
        .iter()
        .zip(&needed[cut..])
        .map(|(event, room)| Mark { at: event.at, room: *room, is_folded: false })
        .collect();
    let pace = Pace { even: EVEN, length: ((to - from) / 8.0).clamp(40.0, 90.0) };
    let axis = Axis::new(&marks, now, pace, from, to);
    let places = Places { axis: &axis, events: &events, from };

    let mut top = 0.0;
    let visits = timeline.sessions.iter().map(|session| session.earlier + session.visits.len());
    let mut earlier: usize = visits.sum();
    let mut lanes = Vec::with_capacity(shown.len());
    for (number, (session, standing)) in shown.iter().zip(&standings).enumerate() {
        let placing = Placing { places: &places, lane: number, now, now_x: axis.x(now), to };
        let mut lane = lane(session, *standing, &placing);
        let stored = inside.and_then(|inside| {
            inside.sessions.iter().find(|stored| *stored.client_id == *session.client_id)
        });
        lane.inside = stored
            .map(|stored| Inside { queued: stored.queue_length, in_flight: stored.outgoing.len() });
        let words = if is_beside { 0.0 } else { WORDS };
        let will = if lane.wills.is_empty() { 0.0 } else { WILL };
        lane.top = top;
        lane.height = words + ABOVE + BAR + will + BELOW;
        if is_beside {
            lane.height = lane.height.max(THREE_LINES);
        }
        lane.bar = top + words + ABOVE;
        for dot in &mut lane.dots {
            dot.y += lane.bar;
        }
        top += lane.height;
        earlier -= lane.flags.len();
        lanes.push(lane);
    }
    let origin = timeline.began_at.unwrap_or(now);
    let jumps: Vec<Jump> = skips
        .iter()
        .enumerate()
        .filter_map(|(number, skip)| {
            let to = places.find(LANES, Kind::SkipTo(number))?;
            let from = places.find(LANES, Kind::SkipFrom(number)).unwrap_or(from);
            Some(Jump { from, to, by: skip.by })
        })
        .collect();
    let now_x = axis.x(now);
    let mut ticks = axis.ticks(origin, TICKS);
    // What is written there has the room.
    let is_beside_jump = |x: f64| jumps.iter().any(|j| x > j.from - 12.0 && x < j.to + 12.0);
    ticks.retain(|tick| (tick.x - now_x).abs() > NOW_ROOM && !is_beside_jump(tick.x));
    Drawing {
        width,
        height: top,
        is_beside,
        from,
        to: axis.end().max(to),
        now: now_x,
        ticks,
        compressed: axis.compressed(),
        jumps,
        lanes,
        earlier,
    }
}

/// Those in which something happened last, in the order in which they were first seen.
fn latest_sessions(timeline: &Timeline, limit: usize) -> Vec<&Session> {
    let seen = |session: &&Session| !session.visits.is_empty();
    let mut shown: Vec<(usize, &Session)> =
        timeline.sessions.iter().filter(seen).enumerate().collect();
    if shown.len() > limit {
        shown.sort_by_key(|(_, session)| {
            std::cmp::Reverse(session.visits.last().map(|v| v.connack))
        });
        shown.truncate(limit);
        shown.sort_by_key(|(number, _)| *number);
    }
    shown.into_iter().map(|(_, session)| session).collect()
}

fn session_events(session: &Session, standing: Standing, lane: usize, events: &mut Vec<Event>) {
    let mut push = |at, order, kind| events.push(Event { at, order, lane, kind });
    for (number, visit) in session.visits.iter().enumerate() {
        push(visit.at, visit.connack.0, Kind::Visit(number));
        let Some(leave) = &visit.leave else { continue };
        let next = session.visits.get(number + 1);
        // A connection that is taken over ends where the next one begins.
        if leave.how != How::TakenOver || next.is_none() {
            push(leave.at, leave.record.0, Kind::Leave(number));
        }
        if let Some(end) = end_of(leave, next, standing) {
            push(end, u64::MAX, Kind::End(number));
        }
        if let Some(due) = leave.will.filter(|due| *due > leave.at)
            && next.is_none_or(|next| due < next.at)
        {
            push(due, u64::MAX - 1, Kind::Will(number));
        }
    }
}

/// When a Session ends after a connection, or will; `None` where the next connection comes first, at once
/// and never.
fn end_of(leave: &Leave, next: Option<&Visit>, standing: Standing) -> Option<Instant> {
    match (next, standing) {
        (Some(next), _) => match leave.kept {
            Kept::Until(until) if until < next.at => Some(until),
            _ => None,
        },
        (None, Standing::Away { until }) => until,
        (None, Standing::Forgotten(since)) => (since > leave.at).then_some(since),
        (None, Standing::Connected) => None,
    }
}

impl Event {
    /// How far from the event before it in its lane.
    fn room(&self) -> f64 {
        match self.kind {
            Kind::Visit(_) => FLAG,
            Kind::Leave(_) | Kind::End(_) | Kind::Will(_) => 14.0,
            Kind::SkipFrom(_) => 4.0,
            Kind::SkipTo(_) => JUMP,
        }
    }
}

/// Where events are drawn.
struct Places<'a> {
    axis: &'a Axis,
    events: &'a [Event],
    from: f64,
}

impl Places<'_> {
    /// `None` for what is too long ago to be drawn.
    fn find(&self, lane: usize, kind: Kind) -> Option<f64> {
        let at = self.events.iter().position(|event| event.lane == lane && event.kind == kind)?;
        Some(self.axis.place(at))
    }
}

/// What a lane needs to know of the whole.
struct Placing<'a> {
    places: &'a Places<'a>,
    lane: usize,
    now: Instant,
    now_x: f64,
    to: f64,
}

impl Placing<'_> {
    fn find(&self, kind: Kind) -> Option<f64> {
        self.places.find(self.lane, kind)
    }

    fn x(&self, kind: Kind) -> f64 {
        self.find(kind).unwrap_or(self.places.from)
    }
}

fn lane(session: &Session, standing: Standing, placing: &Placing) -> Lane {
    let mut lane = Lane {
        client_id: session.client_id.clone(),
        client: session.client(),
        standing,
        interval: session.interval,
        filters: match standing {
            Standing::Forgotten(_) => Vec::new(),
            _ => session.filters.iter().map(|filter| filter.topic_filter.clone()).collect(),
        },
        inside: None,
        waiting: 0,
        handed: 0,
        lost: 0,
        top: 0.0,
        height: 0.0,
        bar: 0.0,
        bars: Vec::new(),
        flags: Vec::new(),
        ends: Vec::new(),
        dots: Vec::new(),
        wills: Vec::new(),
    };
    for (number, visit) in session.visits.iter().enumerate() {
        let begins = placing.find(Kind::Visit(number));
        if let Some(x) = begins {
            lane.flags.push(Flag {
                x,
                connack: visit.connack,
                client: visit.client,
                clean_start: visit.clean_start,
                session_present: visit.session_present,
            });
        }
        let from = begins.unwrap_or(placing.places.from);
        let connected = What::Connected(visit.client);
        let Some(leave) = &visit.leave else {
            lane.bars.push(Bar { from, to: placing.now_x, what: connected });
            continue;
        };
        let next = session.visits.get(number + 1);
        let is_taken_over = leave.how == How::TakenOver && next.is_some();
        let left = match is_taken_over {
            true => placing.x(Kind::Visit(number + 1)),
            false => placing.x(Kind::Leave(number)),
        };
        if left > placing.places.from || begins.is_some() {
            lane.bars.push(Bar { from, to: left, what: connected });
            lane.ends.push(End { x: left, how: leave.how, said: leave.said });
        }
        let until = match next {
            Some(_) => {
                placing.find(Kind::End(number)).unwrap_or(placing.x(Kind::Visit(number + 1)))
            }
            None => away(standing, number, left, placing, &mut lane.bars),
        };
        if next.is_some() && !is_taken_over && leave.kept != Kept::Not && until > left {
            lane.bars.push(Bar { from: left, to: until, what: What::Kept });
        }
        let absence = Absence { leave, next, number, left, until };
        lane.wills.extend(will(visit.connect, &absence, placing));
        messages(&absence, standing, placing, &mut lane);
    }
    lane
}

/// The time since the last connection; returns how far it reaches on the axis.
fn away(
    standing: Standing,
    number: usize,
    left: f64,
    placing: &Placing,
    bars: &mut Vec<Bar>,
) -> f64 {
    match standing {
        Standing::Connected => left,
        Standing::Forgotten(_) => {
            let end = placing.find(Kind::End(number));
            bars.extend(end.map(|to| Bar { from: left, to, what: What::Kept }));
            end.unwrap_or(left)
        }
        Standing::Away { until } => {
            bars.push(Bar { from: left, to: placing.now_x, what: What::Kept });
            let (to, what) = match until {
                Some(_) => (placing.x(Kind::End(number)), What::Left),
                None => (placing.to + OPEN_END - 6.0, What::Endless),
            };
            bars.push(Bar { from: placing.now_x, to, what });
            placing.now_x
        }
    }
}

/// The time after a connection.
struct Absence<'a> {
    leave: &'a Leave,
    next: Option<&'a Visit>,
    /// Of the visit before it.
    number: usize,
    /// From where to where, in pixels.
    left: f64,
    until: f64,
}

fn will(connect: RecordId, absence: &Absence, placing: &Placing) -> Option<Will> {
    let Absence { leave, next, number, left, .. } = *absence;
    let due = leave.will?;
    let back = next.filter(|next| next.at <= due && due > leave.at);
    let (to, fate) = match back {
        // Where its Session ended with that CONNECT, the Will does not wait any longer.
        Some(next) => {
            let is_withdrawn = next.session_present;
            let fate = if is_withdrawn { WillFate::Withdrawn } else { WillFate::Published };
            (placing.x(Kind::Visit(number + 1)), fate)
        }
        None => {
            let fate = if due <= placing.now { WillFate::Published } else { WillFate::Waits };
            (placing.find(Kind::Will(number)).unwrap_or(left), fate)
        }
    };
    (to > placing.places.from).then_some(Will { connect, from: left, to, fate, due })
}

fn messages(absence: &Absence, standing: Standing, placing: &Placing, lane: &mut Lane) {
    let Absence { leave, next, number, left, until } = *absence;
    let is_lost = match next {
        Some(next) => !next.session_present,
        None => matches!(standing, Standing::Forgotten(_)),
    };
    // Once the next connection has ended too, what it did not get waits behind that one.
    let is_carried = next.is_some_and(|next| next.leave.is_some());
    let fate = |message: &Message| match message.handed {
        Some(_) => Fate::Left,
        None if is_lost => Fate::Lost,
        None if message.expires_at.is_some_and(|at| at <= placing.now) => Fate::Lost,
        None if is_carried => Fate::Left,
        None => Fate::Waits,
    };
    let fates: Vec<_> = leave
        .waiting
        .iter()
        .map(|message| (placing.places.axis.x(message.at), fate(message), message.record))
        .collect();
    let count = |wanted: Fate| fates.iter().filter(|(_, fate, _)| *fate == wanted).count();
    lane.waiting += count(Fate::Waits);
    lane.lost += count(Fate::Lost);
    match is_lost {
        true => lane.lost += leave.more,
        false if next.is_none() => lane.waiting += leave.more,
        false => {}
    }
    let all_handed: Vec<RecordId> = leave.waiting.iter().filter_map(|m| m.handed).collect();
    let handed = all_handed.len();
    lane.handed += handed;
    if until <= placing.places.from || fates.is_empty() {
        return;
    }
    // A flag is as wide as it is.
    let to = if next.is_some() { until - FLAG / 2.0 - 2.0 } else { until - DOT / 2.0 };
    let mut skipped = fates.len().saturating_sub(DOTS);
    let mut pile = Pile::of(&fates[skipped..], left + DOT, to);
    if skipped + leave.more + pile.beyond > 0 {
        // Where there is no room for all, the earliest ones are counted.
        skipped += pile.beyond;
        pile = Pile::of(&fates[skipped..], left + DOT + COUNT, to);
        let more = skipped + leave.more + pile.beyond;
        let (_, fate, record) = fates[0];
        lane.dots.push(Dot { x: left + DOT, y: COUNT_Y, fate, record, more });
    }
    lane.dots.append(&mut pile.dots);
    if handed > 0 {
        let x = placing.x(Kind::Visit(number + 1)) + FLAG / 2.0 + DOT / 2.0;
        let drawn = handed.min(DOTS_HANDED);
        lane.dots.extend(all_handed.iter().take(drawn).enumerate().map(|(nth, record)| Dot {
            x: x + (nth / ROWS) as f64 * DOT,
            y: row(nth % ROWS),
            fate: Fate::Handed,
            record: *record,
            more: 0,
        }));
        if handed > drawn {
            let x = x + (drawn / ROWS) as f64 * DOT;
            let (fate, record) = (Fate::Handed, all_handed[drawn]);
            lane.dots.push(Dot { x, y: COUNT_Y, fate, record, more: handed - drawn });
        }
    }
}

/// A Client Identifier without its beginning, where it is long: what tells it from others is at its end.
pub fn short_client_id(id: &str) -> String {
    if id.chars().count() <= NAME {
        return id.to_owned();
    }
    let end = id.char_indices().rev().nth(NAME - 2).map_or(0, |(at, _)| at);
    // Whole words, if there are any.
    let word = id[end..].find(['-', '_', '/', '.', ':']).map_or(end, |at| end + at + 1);
    let begin = if word < id.len() { word } else { end };
    format!("…{}", &id[begin..])
}

/// The height of a row of dots over the bar.
fn row(number: usize) -> f64 {
    -DOT / 2.0 - 1.0 - number as f64 * DOT
}

/// Dots in columns of a few, each as near to its moment as there is room.
struct Pile {
    dots: Vec<Dot>,
    column: f64,
    to: f64,
    height: usize,
    beyond: usize,
}

impl Pile {
    fn of(fates: &[(f64, Fate, RecordId)], from: f64, to: f64) -> Pile {
        let to = to.max(from);
        let mut pile = Pile { dots: Vec::new(), column: from, to, height: 0, beyond: 0 };
        for (x, fate, record) in fates {
            pile.add(x.min(to), *fate, *record);
        }
        pile
    }

    fn add(&mut self, x: f64, fate: Fate, record: RecordId) {
        let is_new = x >= self.column + DOT;
        if is_new || self.height == ROWS {
            let column = if is_new { x } else { self.column + DOT };
            if !self.dots.is_empty() && column > self.to {
                self.beyond += 1;
                return;
            }
            (self.column, self.height) = (column, 0);
        }
        let y = row(self.height);
        self.dots.push(Dot { x: self.column, y, fate, record, more: 0 });
        self.height += 1;
    }
}

/// Lanes; more Sessions are counted.
const LANES: usize = 8;
/// Events on the axis at the most.
const MARKS: usize = 64;
/// Messages that are drawn for one absence, and after it.
const DOTS: usize = 24;
const DOTS_HANDED: usize = 9;
/// Room for a number of dots that are not drawn, and its height over the bar.
const COUNT: f64 = 22.0;
const COUNT_Y: f64 = -12.0;
/// Dots above each other.
const ROWS: usize = 3;

/// Letters of a Client Identifier.
const NAME: usize = 17;

/// From this width on, the words of a lane are beside it.
const WIDE: f64 = 560.0;
/// Room for them.
const NAMES: f64 = 176.0;
const THREE_LINES: f64 = 46.0;
const WORDS: f64 = 18.0;
/// Left of the first flag where the words are above.
const EDGE: f64 = 12.0;
/// Behind the last mark, for what has no end.
const OPEN_END: f64 = 26.0;
/// Above the bar: flags and dots.
const ABOVE: f64 = 25.0;
pub const BAR: f64 = 9.0;
const WILL: f64 = 13.0;
/// The middle of a Will under the bar.
pub const WILL_BELOW: f64 = 8.0;
const BELOW: f64 = 6.0;
/// From one flag to the next of its lane.
pub const FLAG: f64 = 22.0;
/// What a jump of the clock takes at least.
const JUMP: f64 = 40.0;
/// From one dot to the next.
pub const DOT: f64 = 7.0;
/// Between events of different lanes.
const BETWEEN: f64 = 4.0;
/// From one number on the axis to the next, and beside *now*.
const TICKS: f64 = 84.0;
const NOW_ROOM: f64 = 30.0;
/// So long time runs evenly.
const EVEN: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, Entry, LinkClose};
    use crate::course::{Move, Rehearsal, exercise};
    use crate::lab::Lab;
    use crate::mqtt::{
        Ack, ConnAck, Connect, ConnectionId, Disconnect, Packet, PacketId, PacketType, Properties,
        Property, Publish, QoS, ReasonCode, Sender, SubAck, Subscribe, Subscription, encode,
    };

    const A: u16 = 0;
    const B: u16 = 1;
    const WIDTHS: [f64; 5] = [316.0, 340.0, 559.0, 560.0, 900.0];

    /// Plays the first moves of an exercise's solution in the tab.
    fn after(id: &str, moves: usize) -> (Lab, Instant) {
        let (_, exercise) = exercise(id).expect("it exists");
        let mut rehearsal = Rehearsal::new(exercise, "7f");
        for next in (exercise.solution)(&rehearsal.cast).iter().take(moves) {
            rehearsal.make(next);
            rehearsal.make(&Move::Wait(Duration::from_millis(50)));
        }
        let now = rehearsal.now();
        (rehearsal.lab, now)
    }

    /// Once as the packets alone tell, once with a look inside: both must say the same.
    fn seen(lab: &Lab, now: Instant) -> Drawing {
        let inside = lab.in_tab().broker().snapshot();
        let mut timeline = Timeline::default();
        timeline.extend(lab.capture());
        let outside = draw(&timeline, &[], now, None, 900.0);
        let within = draw(&timeline, &[], now, Some(&inside), 900.0);
        for (outside, within) in outside.lanes.iter().zip(&within.lanes) {
            assert_eq!(whats(outside), whats(within), "{}", outside.client_id);
            for (one, other) in outside.bars.iter().zip(&within.bars) {
                assert!((one.to - other.to).abs() < 1.0, "{}", outside.client_id);
            }
        }
        within
    }

    fn played(id: &str, moves: usize) -> Drawing {
        let (lab, now) = after(id, moves);
        seen(&lab, now)
    }

    fn whats(lane: &Lane) -> Vec<What> {
        lane.bars.iter().map(|bar| bar.what).collect()
    }

    fn fates(lane: &Lane) -> Vec<Fate> {
        lane.dots.iter().map(|dot| dot.fate).collect()
    }

    fn presents(lane: &Lane) -> Vec<(bool, bool)> {
        lane.flags.iter().map(|flag| (flag.clean_start, flag.session_present)).collect()
    }

    /// Packets one after the other, at the second given last.
    #[derive(Default)]
    struct Wire {
        capture: Capture,
        now: Instant,
        connections: u32,
        timeline: Timeline,
    }

    impl Wire {
        fn at(&mut self, seconds: f64) -> &mut Wire {
            self.now = Instant::from_micros((seconds * 1e6) as u64);
            self
        }

        fn push(&mut self, slot: u16, connection: u32, sender: Sender, packet: Packet) -> RecordId {
            let bytes: Bytes = encode(&packet).expect("it obeys the rules");
            let (client, connection) = (ClientSlot(slot), ConnectionId(connection));
            let id = self.capture.push_packet(self.now, client, connection, sender, bytes);
            self.timeline.extend(&self.capture);
            id
        }

        /// Returns the connection.
        fn connect(&mut self, slot: u16, clean_start: bool, interval: u32, present: bool) -> u32 {
            self.connections += 1;
            let connection = self.connections;
            let connect = Connect {
                clean_start,
                client_id: format!("client-{slot}").into(),
                properties: [Property::SessionExpiryInterval(interval)].into(),
                ..Connect::default()
            };
            self.push(slot, connection, Sender::Client, Packet::Connect(Box::new(connect)));
            let connack = ConnAck {
                session_present: present,
                reason_code: ReasonCode::Success,
                properties: Properties::default(),
            };
            self.push(slot, connection, Sender::Server, Packet::ConnAck(connack));
            connection
        }

        fn subscribe(&mut self, slot: u16, connection: u32, filter: &str, granted: ReasonCode) {
            let subscription = Subscription {
                topic_filter: filter.into(),
                qos: QoS::ExactlyOnce,
                ..Subscription::default()
            };
            let subscribe = Subscribe {
                packet_id: PacketId::MIN,
                properties: Properties::default(),
                subscriptions: vec![subscription],
            };
            self.push(slot, connection, Sender::Client, Packet::Subscribe(subscribe));
            let suback = SubAck {
                packet_id: PacketId::MIN,
                properties: Properties::default(),
                reason_codes: vec![granted],
            };
            self.push(slot, connection, Sender::Server, Packet::SubAck(suback));
        }

        fn publish(&mut self, slot: u16, connection: u32, sender: Sender, message: Publish) {
            self.push(slot, connection, sender, Packet::Publish(message));
        }

        fn close(&mut self, slot: u16, connection: u32) {
            let close = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
            let (client, connection) = (ClientSlot(slot), ConnectionId(connection));
            self.capture.push(self.now, client, connection, Entry::Closed(close));
            self.timeline.extend(&self.capture);
        }

        fn seen(&self, width: f64) -> Drawing {
            draw(&self.timeline, &[], self.now, None, width)
        }
    }

    fn message(qos: QoS, topic: &str, payload: &'static str) -> Publish {
        Publish {
            qos,
            topic: topic.into(),
            packet_id: (qos > QoS::AtMostOnce).then_some(PacketId::MIN),
            payload: Bytes::from_static(payload.as_bytes()),
            ..Publish::default()
        }
    }

    /// A is away and remembered, B is there to publish.
    fn with_one_away(interval: u32) -> (Wire, u32) {
        let mut wire = Wire::default();
        let a = wire.connect(A, true, interval, false);
        wire.subscribe(A, a, "jobs/#", ReasonCode::GrantedQoS1);
        wire.at(2.0).close(A, a);
        let b = wire.at(3.0).connect(B, true, 0, false);
        wire.at(4.0);
        (wire, b)
    }

    #[test]
    fn a_session_shrinks_towards_its_end_and_is_gone() {
        let (mut lab, now) = after("create", 3);
        let drawing = seen(&lab, now);
        let [lane] = drawing.lanes.as_slice() else { panic!("{drawing:?}") };
        let Standing::Away { until: Some(until) } = lane.standing else { panic!("{lane:?}") };
        assert_eq!(until.since(now).as_secs(), 59, "some of the minute has passed");
        assert_eq!(lane.filters.len(), 2);
        assert_eq!(whats(lane), [What::Connected(ClientSlot(0)), What::Kept, What::Left]);
        let left = |drawing: &Drawing| {
            let bar = drawing.lanes[0].bars.iter().find(|bar| bar.what == What::Left);
            bar.map(|bar| bar.to - bar.from)
        };
        let now = lab.skip(Duration::from_secs(20), now).expect("in the tab");
        let later = seen(&lab, now);
        assert!(left(&later) < left(&drawing), "it shrinks");
        let end = |drawing: &Drawing| drawing.lanes[0].bars.last().map(|bar| bar.to);
        assert_eq!(end(&later), end(&drawing), "its end stays where it is");
        let now = lab.skip(Duration::from_secs(60), now).expect("in the tab");
        let gone = seen(&lab, now);
        assert!(matches!(gone.lanes[0].standing, Standing::Forgotten(_)));
        assert_eq!(whats(&gone.lanes[0]), [What::Connected(ClientSlot(0)), What::Kept]);
        assert!(gone.lanes[0].bars[1].to < gone.now, "empty from its end to now");
        assert!(gone.lanes[0].filters.is_empty());
    }

    #[test]
    fn messages_pile_up_and_are_handed_over() {
        let waits = played("resume", 6);
        let lane = &waits.lanes[0];
        assert_eq!((lane.waiting, lane.handed), (2, 0));
        assert_eq!(fates(lane), [Fate::Waits, Fate::Waits]);
        assert_eq!(lane.inside, Some(Inside { queued: 2, in_flight: 0 }));
        let back = played("resume", 7);
        let lane = &back.lanes[0];
        assert_eq!((lane.waiting, lane.handed, lane.lost), (0, 2, 0));
        assert_eq!(fates(lane), [Fate::Left, Fate::Left, Fate::Handed, Fate::Handed]);
        assert_eq!(presents(lane), [(true, false), (false, true)]);
        assert!(lane.dots[1].x < lane.flags[1].x && lane.flags[1].x < lane.dots[2].x);
    }

    #[test]
    fn intervals_decide_who_is_still_known() {
        // The one that is kept for ever connects first: its lane is the uppermost.
        let drawing = played("compare-intervals", 8);
        let whats: Vec<_> = drawing.lanes.iter().map(|lane| whats(lane).split_off(1)).collect();
        assert_eq!(whats[0], [What::Kept, What::Endless]);
        assert_eq!(whats[1..3], [vec![], vec![]], "0 and absent leave nothing");
        assert_eq!(whats[3], [What::Kept, What::Left]);
        let all = played("compare-intervals", 13);
        let second: Vec<_> = all.lanes.iter().map(|lane| lane.flags[1].session_present).collect();
        assert_eq!(second, [true, false, false, false]);
        let five = &all.lanes[3];
        assert!(five.bars[1].to < five.flags[1].x, "expired before it came back");
        let forever = &all.lanes[0];
        assert_eq!(forever.bars[1].to, forever.flags[1].x, "kept until it came back");
    }

    #[test]
    fn a_will_waits_for_its_delay_unless_its_client_returns() {
        for (moves, expect) in [
            (3, vec![]),
            (4, vec![WillFate::Waits]),
            (5, vec![WillFate::Withdrawn]),
            // Time passes, and nothing comes: only then is the line cut again.
            (7, vec![WillFate::Withdrawn]),
            (8, vec![WillFate::Withdrawn, WillFate::Waits]),
            (9, vec![WillFate::Withdrawn, WillFate::Published]),
        ] {
            let drawing = played("will-delay", moves);
            let device = drawing.lanes.iter().find(|lane| lane.client == ClientSlot(0));
            let wills: Vec<_> = device.map_or(Vec::new(), |lane| {
                assert!(lane.wills.iter().all(|will| will.from < will.to), "{lane:?}");
                lane.wills.iter().map(|will| will.fate).collect()
            });
            assert_eq!(wills, expect, "{moves}");
        }
    }

    #[test]
    fn who_takes_over_goes_on_where_the_other_ends() {
        let drawing = played("takeover", 3);
        let [lane] = drawing.lanes.as_slice() else { panic!("one Client Identifier: {drawing:?}") };
        let connected = [A, B].map(|slot| What::Connected(ClientSlot(slot)));
        assert_eq!(whats(lane), connected);
        assert_eq!(lane.bars[0].to, lane.bars[1].from);
        assert_eq!(lane.ends[0].how, How::TakenOver);
        assert_eq!(lane.client, ClientSlot(1));
    }

    #[test]
    fn what_was_not_acknowledged_waits_and_comes_again() {
        let waits = played("redelivery", 5);
        assert_eq!(fates(&waits.lanes[0]), [Fate::Waits]);
        let again = played("redelivery", 6);
        assert_eq!(fates(&again.lanes[0]), [Fate::Left, Fate::Handed]);
    }

    #[test]
    fn clean_start_throws_away_what_waited() {
        let drawing = played("clean-start-wins", 4);
        let lane = &drawing.lanes[0];
        assert_eq!(presents(lane), [(false, false), (true, false)]);
        assert_eq!(lane.bars[1].what, What::Kept);
        assert_eq!(lane.bars[1].to, lane.flags[1].x, "it was there until then");
        let (mut wire, b) = with_one_away(300);
        wire.publish(B, b, Sender::Client, message(QoS::AtLeastOnce, "jobs/1", "print"));
        wire.at(9.0).connect(A, true, 300, false);
        assert_eq!(fates(&wire.seen(700.0).lanes[0]), [Fate::Lost]);
    }

    #[test]
    fn only_what_the_session_is_to_get_waits() {
        let refusal = Ack { reason_code: ReasonCode::QuotaExceeded, ..Ack::success(PacketId::MIN) };
        let dup = Publish { dup: true, ..message(QoS::AtLeastOnce, "jobs/1", "print") };
        let short = Publish {
            properties: [Property::MessageExpiryInterval(1)].into(),
            ..message(QoS::AtLeastOnce, "jobs/1", "print")
        };
        for (sent, then, expect, reason) in [
            (message(QoS::AtLeastOnce, "jobs/1", "a"), None, vec![Fate::Waits], "it matches"),
            (message(QoS::ExactlyOnce, "jobs", "a"), None, vec![Fate::Waits], "`#` has the parent"),
            (message(QoS::AtMostOnce, "jobs/1", "a"), None, vec![], "QoS 0 waits for nobody"),
            (message(QoS::AtLeastOnce, "news", "a"), None, vec![], "not subscribed"),
            (dup, None, vec![], "the same message again"),
            (short, None, vec![Fate::Lost], "it has outlived its interval"),
            (message(QoS::AtLeastOnce, "jobs/1", "a"), Some(refusal), vec![], "not taken over"),
        ] {
            let (mut wire, b) = with_one_away(300);
            wire.publish(B, b, Sender::Client, sent);
            if let Some(refusal) = then {
                wire.push(B, b, Sender::Server, Packet::PubAck(refusal));
            }
            wire.at(8.0);
            assert_eq!(fates(&wire.seen(700.0).lanes[0]), expect, "{reason}");
        }
    }

    #[test]
    fn nothing_waits_where_nothing_is_remembered() {
        for (granted, interval, expect, reason) in [
            (ReasonCode::GrantedQoS1, 300, 1, "remembered"),
            (ReasonCode::Success, 300, 0, "granted QoS 0"),
            (ReasonCode::NotAuthorized, 300, 0, "refused"),
            (ReasonCode::GrantedQoS1, 0, 0, "ended with the connection"),
            (ReasonCode::GrantedQoS1, 1, 0, "expired before"),
            (ReasonCode::GrantedQoS1, u32::MAX, 1, "for ever"),
        ] {
            let mut wire = Wire::default();
            let a = wire.connect(A, true, interval, false);
            wire.subscribe(A, a, "jobs/#", granted);
            wire.at(2.0).close(A, a);
            let b = wire.at(3.0).connect(B, true, 0, false);
            let sent = message(QoS::AtLeastOnce, "jobs/1", "a");
            wire.at(4.0).publish(B, b, Sender::Client, sent);
            assert_eq!(wire.seen(700.0).lanes[0].dots.len(), expect, "{reason}");
        }
    }

    #[test]
    fn the_interval_is_what_was_said_last() {
        for (asked, said, expect, reason) in [
            (300, None, "until", "as in CONNECT"),
            (300, Some(0), "forgotten", "ended by DISCONNECT"),
            (5, Some(u32::MAX), "for ever", "longer by DISCONNECT"),
            (0, Some(300), "forgotten", "a Protocol Error"),
        ] {
            let mut wire = Wire::default();
            let a = wire.connect(A, true, asked, false);
            let properties: Properties =
                said.map(Property::SessionExpiryInterval).into_iter().collect();
            let disconnect = Disconnect { properties, ..Disconnect::new(ReasonCode::Success) };
            wire.at(1.0).push(A, a, Sender::Client, Packet::Disconnect(disconnect));
            wire.close(A, a);
            let standing = match wire.seen(700.0).lanes[0].standing {
                Standing::Connected => "connected",
                Standing::Away { until: Some(_) } => "until",
                Standing::Away { until: None } => "for ever",
                Standing::Forgotten(_) => "forgotten",
            };
            assert_eq!(standing, expect, "{reason}");
        }
    }

    #[test]
    fn five_seconds_and_an_hour_are_both_seen_on_every_width() {
        let mut wire = Wire::default();
        let (a, b) = (wire.connect(A, true, 5, false), wire.connect(B, true, 3600, false));
        wire.at(1.0).close(A, a);
        wire.close(B, b);
        wire.at(2.0);
        for width in WIDTHS {
            let drawing = wire.seen(width);
            let length = |lane: usize| {
                let bars = &drawing.lanes[lane].bars;
                bars.last().map_or(0.0, |bar| bar.to) - bars[1].from
            };
            assert!(length(0) > 20.0, "{width}: {}", length(0));
            assert!(length(1) > 2.0 * length(0), "{width}: {}", length(1));
        }
    }

    #[test]
    fn every_stamp_is_of_a_packet_of_its_kind() {
        let mut kinds = std::collections::BTreeSet::new();
        for (id, moves) in [("resume", 9), ("will-delay", 9), ("takeover", 9), ("redelivery", 9)] {
            let (lab, now) = after(id, moves);
            let drawing = seen(&lab, now);
            let stamps = drawing.stamps();
            assert!(stamps.is_sorted_by_key(|stamp| stamp.record), "{id}");
            for stamp in stamps {
                let expect = match stamp.what {
                    Stamped::Flag(_) => PacketType::ConnAck,
                    Stamped::Message(_) => PacketType::Publish,
                    Stamped::Will(_) => PacketType::Connect,
                    Stamped::Goodbye => PacketType::Disconnect,
                };
                let record = lab.capture().get(stamp.record).expect("it is there");
                assert_eq!(record.packet_type(), Some(expect), "{id}: {stamp:?}");
                assert!(
                    stamp.x > 0.0 && (0.0..drawing.height).contains(&stamp.y),
                    "{id}: {stamp:?}"
                );
                kinds.insert(expect);
            }
        }
        assert_eq!(kinds.len(), 4, "{kinds:?}");
    }

    #[test]
    fn a_message_that_is_handed_over_has_both_its_packets() {
        let (lab, now) = after("resume", 9);
        let drawing = seen(&lab, now);
        let dots: Vec<&Dot> = drawing.lanes.iter().flat_map(|lane| &lane.dots).collect();
        let of =
            |fate| dots.iter().find(|dot| dot.fate == fate).expect("it was handed over").record;
        let sender = |id| lab.capture().get(id).and_then(|record| record.sender());
        assert_eq!(sender(of(Fate::Left)), Some(Sender::Client));
        assert_eq!(sender(of(Fate::Handed)), Some(Sender::Server));
    }

    #[test]
    fn whatever_is_played_stays_inside_at_every_width() {
        let solutions = [
            ("create", 9),
            ("resume", 9),
            ("expire", 9),
            ("clean-start-wins", 9),
            ("compare-intervals", 19),
            ("expiry-at-disconnect", 9),
            ("redelivery", 9),
            ("takeover", 9),
            ("will-delay", 9),
            ("session-gone", 12),
        ];
        for (id, moves) in solutions {
            let (lab, now) = after(id, moves);
            let mut timeline = Timeline::default();
            timeline.extend(lab.capture());
            for width in WIDTHS {
                let drawing = draw(&timeline, &[], now, None, width);
                assert!(drawing.to <= width, "{id} at {width}: {}", drawing.to);
                assert!((drawing.from..=drawing.to).contains(&drawing.now), "{id} at {width}");
                for lane in &drawing.lanes {
                    for bar in &lane.bars {
                        assert!(bar.from <= bar.to && bar.to <= width, "{id} at {width}: {bar:?}");
                    }
                    for pair in lane.flags.windows(2) {
                        assert!(pair[1].x - pair[0].x >= FLAG - 0.1, "{id} at {width}: {pair:?}");
                    }
                    for dot in &lane.dots {
                        assert!(dot.x > 0.0 && dot.x < width, "{id} at {width}: {dot:?}");
                        assert!((lane.top..lane.bar).contains(&dot.y), "{id} at {width}: {dot:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn of_many_connections_the_latest_are_drawn_and_the_others_counted() {
        let mut wire = Wire::default();
        for round in 0..200 {
            let present = round > 0;
            let a = wire.at(f64::from(round) * 3.0).connect(A, false, 60, present);
            wire.at(f64::from(round) * 3.0 + 1.0).close(A, a);
        }
        for width in WIDTHS {
            let drawing = wire.seen(width);
            let flags = &drawing.lanes[0].flags;
            assert!((3..=MARKS).contains(&flags.len()), "{width}: {}", flags.len());
            assert_eq!(flags.len() + drawing.earlier, 200, "{width}");
            let latest = wire.timeline.sessions[0].visits.last().map(|visit| visit.connack);
            assert_eq!(flags.last().map(|flag| flag.connack), latest, "{width}");
            assert!(flags[0].x >= drawing.from && drawing.to <= width + 1.0, "{width}");
        }
    }

    #[test]
    fn of_many_clients_the_latest_have_a_lane() {
        let mut wire = Wire::default();
        for slot in 0..12 {
            wire.at(f64::from(slot)).connect(slot, true, 0, false);
        }
        let drawing = wire.seen(700.0);
        let drawn: Vec<_> = drawing.lanes.iter().map(|lane| lane.client.0).collect();
        assert_eq!(drawn, [4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(drawing.earlier, 4);
    }

    #[test]
    fn a_flood_for_one_who_is_away_is_counted() {
        let (mut wire, b) = with_one_away(3600);
        for nth in 0..1000 {
            wire.at(4.0 + f64::from(nth) * 0.01);
            wire.publish(B, b, Sender::Client, message(QoS::AtLeastOnce, "jobs/1", "print"));
        }
        for width in WIDTHS {
            let drawing = wire.seen(width);
            let lane = &drawing.lanes[0];
            assert_eq!(lane.waiting, 1000, "{width}");
            assert!(lane.dots.len() <= DOTS + 1, "{width}: {}", lane.dots.len());
            let drawn: usize = lane.dots.iter().filter(|dot| dot.more == 0).count();
            let counted: usize = lane.dots.iter().map(|dot| dot.more).sum();
            assert_eq!(drawn + counted, 1000, "{width}");
        }
    }

    #[test]
    fn a_jump_of_the_clock_has_a_place_of_its_own() {
        let mut wire = Wire::default();
        let a = wire.connect(A, true, 300, false);
        wire.at(1.0).close(A, a);
        wire.at(65.0);
        let skip = Skip { at: Instant::from_millis(4000), by: Duration::from_secs(60) };
        let early = Skip { at: Instant::START, by: Duration::from_secs(60) };
        for width in WIDTHS {
            let drawing = draw(&wire.timeline, &[skip], wire.now, None, width);
            let [jump] = drawing.jumps.as_slice() else { panic!("{drawing:?}") };
            assert!(jump.to - jump.from >= JUMP - 0.1, "{width}: {jump:?}");
            assert!(jump.to < drawing.now, "{width}");
        }
        wire.at(1.0);
        assert_eq!(draw(&wire.timeline, &[skip], wire.now, None, 700.0).jumps, []);
        let mut late = Wire::default();
        late.at(80.0).connect(A, true, 300, false);
        let drawing = draw(&late.timeline, &[early], late.now, None, 700.0);
        assert_eq!(drawing.jumps, [], "before anybody was there");
    }

    #[test]
    fn reading_as_it_grows_is_reading_at_once() {
        let (lab, now) = after("resume", 9);
        let mut whole = Timeline::default();
        whole.extend(lab.capture());
        let mut grown = Timeline::default();
        let mut copy = Capture::default();
        for record in lab.capture().records() {
            copy.push(record.at, record.client, record.connection, record.entry.clone());
            grown.extend(&copy);
        }
        let drawn = |timeline: &Timeline| draw(timeline, &[], now, None, 700.0).lanes.len();
        assert_eq!(drawn(&grown), drawn(&whole));
        for (one, other) in grown.sessions.iter().zip(&whole.sessions) {
            assert_eq!(one.visits.len(), other.visits.len());
        }
        assert!(!whole.extend(lab.capture()), "nothing is new");
        copy.clear();
        assert!(grown.extend(&copy), "it was cleared");
        assert!(grown.sessions.is_empty());
        assert!(!grown.extend(&copy));
    }

    #[test]
    fn before_anybody_has_connected_nothing_is_drawn() {
        let drawing = draw(&Timeline::default(), &[], Instant::START, None, 340.0);
        assert_eq!((drawing.lanes.len(), drawing.earlier), (0, 0));
        assert!(drawing.ticks.len() <= 1);
    }

    #[test]
    fn long_client_identifiers_show_their_end() {
        for (id, expect) in [
            ("client-7f", "client-7f"),
            ("playground-subscriber-7f", "…subscriber-7f"),
            ("0123456789abcdef0123456789abcdef", "…0123456789abcdef"),
            ("温度計温度計温度計温度計温度計温度計一号", "…度計温度計温度計温度計温度計一号"),
            ("0123456789abcdef0123456789abcdef-", "…123456789abcdef-"),
        ] {
            let found = short_client_id(id);
            assert_eq!(found, expect, "{id}");
            assert!(found.chars().count() <= NAME, "{id}");
        }
    }

    #[test]
    fn numbers_on_the_axis_leave_room_for_now() {
        let (lab, now) = after("create", 3);
        let mut timeline = Timeline::default();
        timeline.extend(lab.capture());
        for width in WIDTHS {
            let drawing = draw(&timeline, &[], now, None, width);
            assert!(!drawing.ticks.is_empty(), "{width}");
            for tick in &drawing.ticks {
                assert!((tick.x - drawing.now).abs() > NOW_ROOM, "{width}: {tick:?}");
            }
        }
    }
}
