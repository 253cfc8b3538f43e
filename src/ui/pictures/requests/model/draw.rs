//! The latest requests between their lanes.

use std::time::Duration;

use super::label::{ROW, label, lower_labels};
use super::words::short;
use super::{Arc, Drawing, EDGE, LETTERS, Records, StrayArc};
use crate::analysis::requests::{Exchange, Requests, State, Stray};
use crate::capture::{ClientSlot, RecordId};
use crate::time::Instant;
use crate::ui::pictures::axis::{Axis, Mark, Pace, rooms};

/// An event with a place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    at: Instant,
    /// Among those of one moment.
    order: u64,
    lane: usize,
    of: Of,
    kind: Kind,
}

/// Which one, counted among those that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Exchange(usize),
    Stray(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sent,
    Delivered,
    Replied,
    Answered,
    GivesUp,
}

const ASKER: usize = 0;
const SERVICE: usize = 1;
const ASIDE: usize = 2;

/// What is drawn of everything.
struct Latest<'a> {
    exchanges: &'a [Exchange],
    strays: &'a [Stray],
    events: Vec<Event>,
    marks: Vec<Mark>,
}

/// Draws the latest requests that fit into so many pixels across, as they are at `now`.
pub fn draw(requests: &Requests, now: Instant, width: f64) -> Drawing {
    let is_wide = width >= WIDE;
    let (from, to) = (if is_wide { NAMES } else { LETTERS }, width - EDGE);
    let Latest { exchanges, strays, events, marks } = latest(requests, now, to - from);
    let is_pending =
        exchanges.iter().any(|exchange| matches!(exchange.state(now), State::Pending(_)));
    let end = match events.last() {
        Some(last) if !is_pending => last.at,
        _ => now,
    };
    let pace = Pace { even: EVEN, length: ((to - from) / 10.0).clamp(30.0, 70.0) };
    let axis = Axis::new(&marks, end, pace, from, to);
    let x = |of: Of, kind: Kind| {
        let at = events.iter().position(|event| event.of == of && event.kind == kind)?;
        Some(axis.place(at))
    };
    let arc = |(number, exchange)| arc(exchange, now, from, |kind| x(Of::Exchange(number), kind));
    let mut arcs: Vec<Arc> = exchanges.iter().enumerate().map(arc).collect();
    let strays: Vec<StrayArc> = strays
        .iter()
        .enumerate()
        .map(|(number, stray)| StrayArc {
            record: stray.record,
            left: stray.sent.map(|leg| leg.record),
            sent: x(Of::Stray(number), Kind::Replied),
            arrived: x(Of::Stray(number), Kind::Answered).unwrap_or(from),
        })
        .collect();
    let has_aside = !strays.is_empty() || arcs.iter().any(|a| matches!(a.state, State::Late(_)));
    let above = if has_aside { ASIDE_HEIGHT } else { 0.0 };
    let now_x = is_pending.then(|| axis.x(now));
    let depth = serve(&mut arcs, now_x);
    let (rows_above, rows_below) = label(&mut arcs, now_x, width);
    let asker = above + rows_above * ROW + 8.0;
    let service = asker + BETWEEN_LANES;
    let bottom = service + depth;
    lower_labels(&mut arcs, asker, bottom);
    let [askers, services] = clients(exchanges);
    let folded = marks.windows(2).enumerate().filter(|(_, pair)| pair[1].is_folded);
    Drawing {
        width,
        is_wide,
        height: bottom + rows_below * ROW + 6.0,
        from,
        to,
        aside: has_aside.then_some(ASIDE_HEIGHT / 2.0),
        asker,
        service,
        askers,
        services,
        strays,
        now: now_x,
        folded: folded.map(|(at, _)| (axis.place(at), axis.place(at + 1))).collect(),
        earlier: requests.exchanges.len() - arcs.len(),
        arcs,
    }
}

/// As many of the latest requests as have their places in so many pixels, and what was set aside since.
fn latest(requests: &Requests, now: Instant, pixels: f64) -> Latest<'_> {
    let most = requests.exchanges.len().min(ARCS);
    (0..=most)
        .rev()
        .find_map(|count| {
            let first = requests.exchanges.len() - count;
            let exchanges = &requests.exchanges[first..];
            let since = match exchanges.first() {
                Some(oldest) if first > 0 => oldest.request,
                _ => RecordId(0),
            };
            let strays = requests.strays.partition_point(|stray| stray.record < since);
            let strays = strays.max(requests.strays.len().saturating_sub(STRAYS));
            let strays = &requests.strays[strays..];
            let events = events(exchanges, strays, now);
            let marks = marks(&events, exchanges);
            let needed: f64 = marks.iter().skip(1).map(|mark| mark.room).sum();
            (needed <= pixels || count <= 1).then_some(Latest { exchanges, strays, events, marks })
        })
        .expect("one request fits in any case")
}

/// A request with its places across; how deep it goes and what is written is decided among all.
fn arc(exchange: &Exchange, now: Instant, from: f64, x: impl Fn(Kind) -> Option<f64>) -> Arc {
    let state = exchange.state(now);
    let nobody = exchange.acknowledged.filter(|_| state == State::Nobody);
    Arc {
        request: exchange.request,
        state,
        sent: x(Kind::Sent).unwrap_or(from),
        delivered: x(Kind::Delivered),
        replied: x(Kind::Replied),
        served: None,
        depth: 0.0,
        answered: x(Kind::Answered),
        records: Records {
            delivered: exchange.delivered.map(|leg| leg.record),
            replied: exchange.replied.map(|leg| leg.record),
            answered: exchange.answer.as_ref().map(|answer| answer.record),
            nobody: nobody.map(|(record, _)| record),
        },
        gives_up: x(Kind::GivesUp),
        data: exchange.correlation_data.as_ref().map(|data| short(data)),
        data_at: Vec::new(),
        time_at: None,
    }
}

/// Who asks, and who answers.
fn clients(exchanges: &[Exchange]) -> [Vec<ClientSlot>; 2] {
    let mut clients: [Vec<ClientSlot>; 2] = Default::default();
    for exchange in exchanges {
        let ends = [exchange.delivered, exchange.replied];
        let services = ends.into_iter().flatten().map(|leg| (SERVICE, leg.client));
        for (lane, client) in services.chain([(ASKER, exchange.client)]) {
            if !clients[lane].contains(&client) {
                clients[lane].push(client);
            }
        }
    }
    clients
}

/// Everything that is drawn, in the order in which it happened or will.
fn events(exchanges: &[Exchange], strays: &[Stray], now: Instant) -> Vec<Event> {
    let mut events = Vec::new();
    for (number, exchange) in exchanges.iter().enumerate() {
        let state = exchange.state(now);
        let of = Of::Exchange(number);
        let mut push = |at, order, lane, kind| events.push(Event { at, order, lane, of, kind });
        push(exchange.sent_at, exchange.request.0, ASKER, Kind::Sent);
        for (leg, kind) in
            [(exchange.delivered, Kind::Delivered), (exchange.replied, Kind::Replied)]
        {
            if let Some(leg) = leg {
                push(leg.at, leg.record.0, SERVICE, kind);
            }
        }
        if let Some(answer) = &exchange.answer {
            let lane = if matches!(state, State::Late(_)) { ASIDE } else { ASKER };
            push(answer.at, answer.record.0, lane, Kind::Answered);
        }
        if matches!(state, State::Pending(_) | State::TimedOut(_) | State::Late(_)) {
            push(exchange.gives_up_at(), u64::MAX, ASKER, Kind::GivesUp);
        }
    }
    for (number, stray) in strays.iter().enumerate() {
        let of = Of::Stray(number);
        if let Some(leg) = stray.sent {
            let (at, order) = (leg.at, leg.record.0);
            events.push(Event { at, order, lane: SERVICE, of, kind: Kind::Replied });
        }
        let (at, order) = (stray.at, stray.record.0);
        events.push(Event { at, order, lane: ASIDE, of, kind: Kind::Answered });
    }
    events.sort_by_key(|event| (event.at, event.order));
    events
}

/// How far from the event before it on its line.
fn room(lane: usize) -> f64 {
    match lane {
        SERVICE => 9.0,
        _ => 16.0,
    }
}

/// Time in which nobody waited is folded away.
fn marks(events: &[Event], exchanges: &[Exchange]) -> Vec<Mark> {
    let needed = rooms(events.iter().map(|event| (event.lane, room(event.lane))), BETWEEN);
    let mut busy_until = Instant::START;
    let mark = |(event, room): (&Event, f64)| {
        let is_folded = event.kind == Kind::Sent && event.at > busy_until;
        if let Of::Exchange(number) = event.of
            && event.kind == Kind::Sent
        {
            let exchange = &exchanges[number];
            let gives_up = exchange.gives_up_at();
            let over = match (&exchange.answer, exchange.state(gives_up)) {
                (Some(answer), _) => answer.at,
                (None, State::Nobody) => exchange.sent_at,
                _ => gives_up,
            };
            busy_until = busy_until.max(over);
        }
        busy_until = busy_until.max(event.at);
        let room = if is_folded { room.max(FOLD) } else { room };
        Mark { at: event.at, room, is_folded }
    };
    events.iter().zip(needed).map(mark).collect()
}

/// Where each is with its service, and how deep: the first depth that is free. Returns the deepest.
fn serve(arcs: &mut [Arc], now: Option<f64>) -> f64 {
    let mut busy_until = [f64::MIN; DEPTHS];
    let mut deepest: f64 = 0.0;
    for arc in arcs {
        let middle = arc.answered.map(|answered| (arc.sent + answered) / 2.0);
        let Some(reached) = arc.delivered.or(arc.replied).or(middle) else { continue };
        let waits = matches!(arc.state, State::Pending(_)).then_some(now).flatten();
        let left = arc.replied.or(waits).unwrap_or(reached).max(reached);
        let level = busy_until.iter().position(|busy| *busy < reached).unwrap_or(DEPTHS - 1);
        busy_until[level] = left + 2.0;
        arc.served = Some((reached, left));
        arc.depth = level as f64 * DEPTH;
        deepest = deepest.max(arc.depth);
    }
    deepest
}

/// Requests that are drawn at the most, and messages that were set aside.
pub(super) const ARCS: usize = 24;
const STRAYS: usize = 6;
/// Left of the first request, with the names of who asks and who answers: from this width on.
const NAMES: f64 = 104.0;
const WIDE: f64 = 520.0;
/// The line of what was set aside, with room around it.
const ASIDE_HEIGHT: f64 = 22.0;
const BETWEEN_LANES: f64 = 44.0;
/// Below the line of the service: one more for each of a few that are under way at once.
const DEPTHS: usize = 4;
pub(super) const DEPTH: f64 = 8.0;
/// Between events on different lines.
const BETWEEN: f64 = 8.0;
/// What folded time takes.
const FOLD: f64 = 22.0;
/// So long time runs evenly.
const EVEN: Duration = Duration::from_millis(20);
