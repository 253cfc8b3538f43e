//! Requests and answers as arcs between two lanes, and all round trips as dots, in pixels.

mod draw;
mod label;
mod spread;
mod words;

use crate::analysis::requests::State;
use crate::capture::{ClientSlot, RecordId};

pub use draw::draw;
pub use spread::{Spread, SpreadDot, spread};
pub use words::{duration, round_duration, short, text};

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

/// Left of the first request: who asks and who answers.
const LETTERS: f64 = 34.0;
const EDGE: f64 = 8.0;

#[cfg(test)]
mod tests;
