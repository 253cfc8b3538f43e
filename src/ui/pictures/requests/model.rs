//! Requests and answers as arcs between two lanes, and all round trips as dots, in pixels.

use std::time::Duration;

use crate::analysis::requests::{Exchange, Requests, State, Stray, percentile};
use crate::capture::{ClientSlot, RecordId};
use crate::time::Instant;
use crate::ui::pictures::axis::{Axis, Mark, Pace, rooms};

/// The latest requests between who asks, above, and who answers, below.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    /// Whether there is room for the names of the lanes.
    pub is_wide: bool,
    /// From where to where time is drawn.
    pub from: f64,
    pub to: f64,
    /// The line of what was set aside, if anything was.
    pub aside: Option<f64>,
    pub asker: f64,
    pub service: f64,
    pub askers: Vec<ClientSlot>,
    pub services: Vec<ClientSlot>,
    pub arcs: Vec<Arc>,
    pub strays: Vec<StrayArc>,
    /// While something is waited for.
    pub now: Option<f64>,
    /// Idle time between requests that takes no room.
    pub folded: Vec<(f64, f64)>,
    /// Requests before those that are drawn.
    pub earlier: usize,
}

/// One request, with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    pub request: RecordId,
    pub state: State,
    /// Where it was sent, on the line of the asker.
    pub sent: f64,
    /// Where the service got it and where the answer left; `None` where that cannot be seen.
    pub delivered: Option<f64>,
    pub replied: Option<f64>,
    /// The same, guessed where only the ends are seen, and how far below the line of the service it is
    /// drawn, so that those under way at once are told apart.
    pub served: Option<(f64, f64)>,
    pub depth: f64,
    /// Where the answer arrived.
    pub answered: Option<f64>,
    /// The packets at all of these places.
    pub records: Records,
    /// Where the asker gives up, or gave up.
    pub gives_up: Option<f64>,
    /// Its Correlation Data in short, and where that is written: at the request and at the answer.
    pub data: Option<String>,
    pub data_at: Vec<(f64, f64)>,
    /// Where the time it took is written.
    pub time_at: Option<(f64, f64)>,
}

/// The packets of a request after it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    pub delivered: Option<RecordId>,
    pub replied: Option<RecordId>,
    pub answered: Option<RecordId>,
    /// The acknowledgement that says that nobody is subscribed.
    pub nobody: Option<RecordId>,
}

/// Something drawn that stands for a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    pub record: RecordId,
    pub x: f64,
    pub y: f64,
    pub what: Stamped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamped {
    Sent,
    Delivered,
    Replied,
    Answered,
    /// The Server's acknowledgement: nobody is subscribed.
    Nobody,
    Stray,
}

impl Drawing {
    /// What stands for a packet, in the order of the packets.
    pub fn stamps(&self) -> Vec<Stamp> {
        let aside = self.aside.unwrap_or(self.asker);
        let stamp = |record: Option<RecordId>, x: Option<f64>, y, what| {
            Some(Stamp { record: record?, x: x?, y, what })
        };
        let of_arc = |arc: &Arc| {
            let Records { delivered, replied, answered, nobody } = arc.records;
            let service = self.service + arc.depth;
            let is_late = matches!(arc.state, State::Late(_));
            let end = if is_late { aside } else { self.asker };
            [
                stamp(Some(arc.request), Some(arc.sent), self.asker, Stamped::Sent),
                stamp(delivered, arc.delivered, service, Stamped::Delivered),
                stamp(replied, arc.replied, service, Stamped::Replied),
                stamp(answered, arc.answered, end, Stamped::Answered),
                stamp(nobody, Some(arc.sent), (self.asker + self.service) / 2.0, Stamped::Nobody),
            ]
        };
        let of_stray = |stray: &StrayArc| {
            [
                stamp(stray.left, stray.sent, self.service, Stamped::Replied),
                stamp(Some(stray.record), Some(stray.arrived), aside, Stamped::Stray),
            ]
        };
        let arcs = self.arcs.iter().flat_map(of_arc);
        let mut all: Vec<Stamp> =
            arcs.chain(self.strays.iter().flat_map(of_stray)).flatten().collect();
        all.sort_by_key(|stamp| stamp.record);
        all
    }
}

/// A message that answers no request.
#[derive(Clone, Debug, PartialEq)]
pub struct StrayArc {
    pub record: RecordId,
    /// The same message as it left.
    pub left: Option<RecordId>,
    /// Where it left; `None` where that cannot be seen.
    pub sent: Option<f64>,
    pub arrived: f64,
}

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

/// Draws the latest requests that fit into so many pixels across, as they are at `now`.
pub fn draw(requests: &Requests, now: Instant, width: f64) -> Drawing {
    let is_wide = width >= WIDE;
    let (from, to) = (if is_wide { NAMES } else { LETTERS }, width - EDGE);
    let most = requests.exchanges.len().min(ARCS);
    let (exchanges, strays, events, marks) = (0..=most)
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
            (needed <= to - from || count <= 1).then_some((exchanges, strays, events, marks))
        })
        .expect("one request fits in any case");
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
    let mut arcs: Vec<Arc> = exchanges
        .iter()
        .enumerate()
        .map(|(number, exchange)| {
            let x = |kind| x(Of::Exchange(number), kind);
            Arc {
                request: exchange.request,
                state: exchange.state(now),
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
                    nobody: exchange
                        .acknowledged
                        .filter(|_| exchange.state(now) == State::Nobody)
                        .map(|(record, _)| record),
                },
                gives_up: x(Kind::GivesUp),
                data: exchange.correlation_data.as_ref().map(|data| short(data)),
                data_at: Vec::new(),
                time_at: None,
            }
        })
        .collect();
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
    let aside = has_aside.then_some(ASIDE_HEIGHT / 2.0);
    let above = if has_aside { ASIDE_HEIGHT } else { 0.0 };
    let now_x = is_pending.then(|| axis.x(now));
    let depth = serve(&mut arcs, now_x);
    let (rows_above, rows_below) = label(&mut arcs, now_x, width);
    let asker = above + rows_above * ROW + 8.0;
    let service = asker + BETWEEN_LANES;
    let bottom = service + depth;
    for arc in &mut arcs {
        arc.data_at.iter_mut().for_each(|(_, y)| *y += asker);
        if let Some((_, y)) = &mut arc.time_at {
            *y += if *y < 0.0 { asker } else { bottom };
        }
    }
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
    let [askers, services] = clients;
    let folded = marks.windows(2).enumerate().filter(|(_, pair)| pair[1].is_folded);
    Drawing {
        width,
        is_wide,
        height: bottom + rows_below * ROW + 6.0,
        from,
        to,
        aside,
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

/// Finds room for what is written, the latest first: heights are above the line of the asker where they
/// are negative, and below the other. Returns the rows above and below.
fn label(arcs: &mut [Arc], now: Option<f64>, width: f64) -> (f64, f64) {
    let mut above = Rows::new(width);
    let mut below = Rows::new(width);
    for arc in arcs.iter_mut().rev() {
        let end = arc.answered.or(arc.gives_up).unwrap_or(arc.sent + 12.0);
        arc.time_at = match (arc.state, now) {
            // The time that is left stands over the line that gets shorter.
            (State::Pending(_), Some(now)) => {
                let found = above.find((now + end) / 2.0, TIME);
                found.map(|(x, row)| (x, -8.0 - row * ROW))
            }
            _ => {
                let found = below.find((arc.sent + end) / 2.0, TIME);
                found.map(|(x, row)| (x, 14.0 + row * ROW))
            }
        };
        let Some(data) = &arc.data else { continue };
        let wide = letters(data) * LETTER;
        let is_late = matches!(arc.state, State::Late(_));
        for x in arc.answered.filter(|_| !is_late).into_iter().chain([arc.sent]) {
            if let Some((x, row)) = above.find(x, wide) {
                arc.data_at.push((x, -8.0 - row * ROW));
            }
        }
    }
    (above.used, below.used)
}

/// Lines of text above each other, filled from the right.
struct Rows {
    /// How far each is free, from the left.
    free: [f64; ROWS],
    width: f64,
    used: f64,
}

impl Rows {
    fn new(width: f64) -> Rows {
        Rows { free: [width; ROWS], width, used: 0.0 }
    }

    /// The middle of a text near `x`, and its row.
    fn find(&mut self, x: f64, wide: f64) -> Option<(f64, f64)> {
        let x = x.min(self.width - wide / 2.0).max(wide / 2.0 + LETTERS - 8.0);
        let row = self.free.iter().position(|free| x + wide / 2.0 <= *free)?;
        self.free[row] = x - wide / 2.0 - 4.0;
        self.used = self.used.max(row as f64 + 1.0);
        Some((x, row as f64))
    }
}

/// In letters of the Latin width.
fn letters(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() || letter == '…' { 1.0 } else { 1.8 }).sum()
}

/// All round trips on one logarithmic axis, one dot each or several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    pub width: f64,
    pub dots: Vec<SpreadDot>,
    /// For so many round trips a dot stands.
    pub per_dot: usize,
    /// Times on the axis.
    pub ticks: Vec<(f64, Duration)>,
    /// From three round trips on.
    pub median: Option<(f64, Duration)>,
    pub p99: Option<(f64, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadDot {
    pub x: f64,
    /// Over the axis.
    pub y: f64,
    /// The last round trip that it stands for, in their order.
    pub nth: usize,
    /// Whether the latest round trip is in it.
    pub is_latest: bool,
}

/// `None` without any.
pub fn spread(sorted: &[Duration], latest: Option<Duration>, width: f64) -> Option<Spread> {
    let (shortest, longest) = (sorted.first()?, sorted.last()?);
    let exponent = |time: &Duration| time.as_secs_f64().max(SHORTEST).log10();
    let low = (exponent(shortest) + 1e-9).floor();
    let high = (exponent(longest) - 1e-9).ceil().max(low + 1.0);
    let (from, to) = (EDGE + 8.0, width - EDGE - 12.0);
    let place = |time: &Duration| from + (to - from) * (exponent(time) - low) / (high - low);
    let column = |time: &Duration| ((place(time) - from) / DOT).floor().max(0.0) as usize;
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for time in sorted {
        let at = column(time);
        match columns.last_mut() {
            Some((last, count)) if *last == at => *count += 1,
            _ => columns.push((at, 1)),
        }
    }
    let most = columns.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let per_dot = most.div_ceil(STACK);
    let latest = latest.map(|time| column(&time));
    let before = columns.iter().scan(0, |sum, (_, count)| {
        let before = *sum;
        *sum += count;
        Some(before)
    });
    let dots = columns.iter().zip(before).flat_map(|((at, count), before)| {
        let stack = count.div_ceil(per_dot);
        (0..stack).map(move |row| SpreadDot {
            x: from + (*at as f64 + 0.5) * DOT,
            y: -DOT * (row as f64 + 0.5) - 1.0,
            nth: before + (per_dot * (row + 1)).min(*count) - 1,
            is_latest: latest == Some(*at) && row + 1 == stack,
        })
    });
    let steps: &[f64] = if high - low > 2.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let decades = (low as i32..=high as i32).flat_map(|decade| {
        steps.iter().map(move |step| Duration::from_secs_f64(step * 10_f64.powi(decade)))
    });
    let highest = 10_f64.powf(high) * 1.001;
    let ticks = decades.filter(|time| time.as_secs_f64() <= highest);
    let statistic = |share| {
        let time = percentile(sorted, share).filter(|_| sorted.len() > 2)?;
        Some((place(&time), time))
    };
    Some(Spread {
        width,
        dots: dots.collect(),
        per_dot,
        ticks: ticks.map(|time| (place(&time), time)).collect(),
        median: statistic(0.5),
        p99: statistic(0.99),
    })
}

/// As text, where every character of it can be read.
pub fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && text.chars().all(|c| !c.is_control())).then_some(text)
}

/// Correlation Data by which one tells a few from each other: text, or the last bytes.
pub fn short(data: &[u8]) -> String {
    match text(data) {
        Some(text) if text.chars().count() <= SHORT => text.to_owned(),
        Some(text) => {
            let begin = text.char_indices().rev().nth(SHORT - 2).map_or(0, |(at, _)| at);
            format!("…{}", &text[begin..])
        }
        None => {
            let last = &data[data.len().saturating_sub(2)..];
            let digits: String = last.iter().map(|byte| format!("{byte:02x}")).collect();
            if data.len() > 2 { format!("…{digits}") } else { digits }
        }
    }
}

/// A time as one reads it: `0.8 ms`, `12.4 ms`, `1.20 s`.
pub fn duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        below if below < 1000.0 => format!("{below:.1} ms"),
        _ => format!("{:.2} s", milliseconds / 1000.0),
    }
}

/// A round time on an axis: `0.1 ms`, `20 ms`, `5 s`.
pub fn round_duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        below if below < 0.95 => format!("{below:.1} ms"),
        below if below < 999.0 => format!("{below:.0} ms"),
        _ => format!("{:.0} s", milliseconds / 1000.0),
    }
}

/// Requests that are drawn at the most, and messages that were set aside.
const ARCS: usize = 24;
const STRAYS: usize = 6;

/// Left of the first request: who asks and who answers.
const LETTERS: f64 = 34.0;
/// The same with their names, from this width on.
const NAMES: f64 = 104.0;
const WIDE: f64 = 520.0;
const EDGE: f64 = 8.0;
/// The line of what was set aside, with room around it.
const ASIDE_HEIGHT: f64 = 22.0;
const BETWEEN_LANES: f64 = 44.0;
/// Below the line of the service: one more for each of a few that are under way at once.
const DEPTHS: usize = 4;
const DEPTH: f64 = 8.0;
/// Lines of text above the one lane and below the other.
const ROWS: usize = 2;
const ROW: f64 = 12.0;
/// What a time takes across, and one letter.
const TIME: f64 = 48.0;
const LETTER: f64 = 6.2;
/// Letters of Correlation Data.
const SHORT: usize = 8;
/// Between events on different lines.
const BETWEEN: f64 = 8.0;
/// What folded time takes.
const FOLD: f64 = 22.0;
/// So long time runs evenly.
const EVEN: Duration = Duration::from_millis(20);
/// From one dot to the next, and dots above each other.
const DOT: f64 = 7.0;
const STACK: usize = 4;
/// A tenth of a millisecond: what the clock of a browser tells apart.
const SHORTEST: f64 = 1e-4;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::Capture;
    use crate::mqtt::{
        Ack, ConnectionId, Packet, PacketId, Properties, Property, Publish, QoS, ReasonCode,
        Sender, encode,
    };

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

        fn push(&mut self, slot: u8, sender: Sender, packet: &Packet) -> &mut Wire {
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
        let response = response.map(|topic| Property::ResponseTopic(topic.to_owned()));
        let data = Property::CorrelationData(Bytes::copy_from_slice(data.as_bytes()));
        let properties: Properties = response.into_iter().chain([data]).collect();
        Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            topic: topic.to_owned(),
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
            let places =
                [Some(arc.sent), arc.delivered, arc.replied, arc.answered].map(Option::unwrap);
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
    fn every_round_trip_is_in_a_dot() {
        let millis = |times: &[u64]| -> Vec<Duration> {
            times.iter().map(|time| Duration::from_millis(*time)).collect()
        };
        let nth = |times: &[u64]| -> Vec<usize> {
            let spread = spread(&millis(times), None, 400.0).expect("there are some");
            spread.dots.iter().map(|dot| dot.nth).collect()
        };
        assert_eq!(nth(&[2, 20, 20, 200]), [0, 1, 2, 3]);
        // Three to a dot, which stands for its last one.
        assert_eq!(nth(&[20; 10]), [2, 5, 8, 9]);
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
                assert!(
                    ends.iter().flatten().all(|x| (0.0..=width).contains(x)),
                    "{width}: {arc:?}"
                );
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

    #[test]
    fn few_round_trips_are_dots_without_statistics() {
        let millis = |values: &[u64]| -> Vec<Duration> {
            values.iter().map(|value| Duration::from_millis(*value)).collect()
        };
        for (times, dots, statistics) in [
            (&[3][..], 1, false),
            (&[3, 3], 2, false),
            (&[3, 900], 2, false),
            (&[3, 5, 9], 3, true),
            (&[0, 0, 0], 3, true), // all in one moment of the clock
        ] {
            for width in WIDTHS {
                let spread = spread(&millis(times), None, width).expect("there are some");
                assert_eq!(spread.dots.len(), dots, "{times:?}");
                assert_eq!(spread.median.is_some(), statistics, "{times:?}");
                assert_eq!(spread.p99.is_some(), statistics, "{times:?}");
                assert!(spread.ticks.len() >= 2, "{times:?}: {:?}", spread.ticks);
                for dot in &spread.dots {
                    assert!((0.0..=width).contains(&dot.x), "{times:?} at {width}: {dot:?}");
                }
            }
        }
    }

    #[test]
    fn many_round_trips_are_bounded_dots_with_median_and_p99_in_place() {
        let mut times: Vec<_> = (1..=5000).map(|n| Duration::from_micros(n * 100)).collect();
        times.sort_unstable();
        for width in WIDTHS {
            let spread = spread(&times, times.last().copied(), width).expect("there are some");
            assert!(spread.dots.len() <= STACK * (width / DOT) as usize, "{width}");
            assert!(spread.per_dot > 1, "{width}");
            let (median, p99) = (spread.median.expect("many"), spread.p99.expect("many"));
            assert_eq!((median.1.as_millis(), p99.1.as_millis()), (250, 495));
            assert!(median.0 < p99.0);
            assert_eq!(spread.dots.iter().filter(|dot| dot.is_latest).count(), 1);
            let deepest = spread.dots.iter().map(|dot| dot.y).fold(0.0, f64::min);
            assert!(deepest >= -DOT * STACK as f64, "{width}: {deepest}");
        }
    }

    #[test]
    fn the_axis_of_round_trips_has_round_times() {
        for (shortest, longest, expect) in [
            (3, 9, "1 ms, 2 ms, 5 ms, 10 ms"),
            (3, 40, "1 ms, 2 ms, 5 ms, 10 ms, 20 ms, 50 ms, 100 ms"),
            (3, 4000, "1 ms, 10 ms, 100 ms, 1 s, 10 s"),
            (10, 10, "10 ms, 20 ms, 50 ms, 100 ms"),
            (0, 0, "0.1 ms, 0.2 ms, 0.5 ms, 1 ms"),
        ] {
            let times = [shortest, longest].map(Duration::from_millis);
            let spread = spread(&times, None, 400.0).expect("there are two");
            let ticks: Vec<_> = spread.ticks.iter().map(|(_, t)| round_duration(*t)).collect();
            assert_eq!(ticks.join(", "), expect);
        }
    }

    #[test]
    fn correlation_data_is_text_only_where_it_can_be_read() {
        for (bytes, expect, in_short) in [
            (&b"yesterday-0042"[..], Some("yesterday-0042"), "…ay-0042"),
            (b"r-1", Some("r-1"), "r-1"),
            ("要求".as_bytes(), Some("要求"), "要求"),
            (b"", None, ""),
            (b"\x00\x01", None, "0001"),
            (b"\xff\xfe\x01\x02", None, "…0102"),
        ] {
            assert_eq!(text(bytes), expect, "{bytes:02x?}");
            assert_eq!(short(bytes), in_short, "{bytes:02x?}");
        }
    }

    #[test]
    fn times_have_one_sensible_precision() {
        for (micros, expect) in [(800, "0.8 ms"), (12_440, "12.4 ms"), (1_204_000, "1.20 s")] {
            assert_eq!(duration(Duration::from_micros(micros)), expect);
        }
    }
}
