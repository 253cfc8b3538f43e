//! Connections that end without a word, never open, or are opened again and again.

use std::collections::HashMap;
use std::time::Duration;

use super::line::Line;
use super::{Book, Kind};
use crate::capture::{ClientSlot, LinkClose, Record, RecordId};
use crate::mqtt::Sender;
use crate::time::Instant;

pub(super) fn closes(line: &Line, end: &Record, close: &LinkClose, book: &mut Book) {
    if !close.was_open {
        return book.add(end, Kind::NeverOpened, [end.id], None);
    }
    let is_told = line.is_ended_by(Sender::Client) || line.is_ended_by(Sender::Server);
    // The word may be in there.
    let may_be_missing = line.last_was_hole.contains(&true);
    if is_told || may_be_missing || line.is_taken_over {
        return;
    }
    // Before it is connected a client has nothing to say goodbye to.
    let has_connected = line.accepted().is_some() || !line.begun;
    if close.by == Some(Sender::Client) && !has_connected {
        return;
    }
    let last = line.last_of_client.map(|(id, _)| id);
    let kind = Kind::ClosedWithoutWord { by: close.by };
    book.add_of(line.place(end), kind, last.into_iter().chain([end.id]), None);
}

/// How often in a row the connections of each client ended soon.
#[derive(Default)]
pub(super) struct Loops {
    runs: HashMap<ClientSlot, Run>,
}

struct Run {
    /// The beginning of each, as far as they are not told.
    untold: Vec<RecordId>,
    count: usize,
    longest: Duration,
    ended_at: Instant,
}

impl Loops {
    pub fn closes(&mut self, line: &Line, end: &Record, close: &LinkClose, book: &mut Book) {
        if !close.was_open {
            return;
        }
        let lived = end.at.since(line.opened_at);
        let said_goodbye = line.goodbye[Sender::Client as usize] == Some(false);
        let may_have = line.last_was_hole[Sender::Client as usize];
        if said_goodbye || may_have || !line.begun || lived >= SOON {
            self.runs.remove(&end.client);
            return;
        }
        let run = self.runs.entry(end.client).or_insert(Run {
            untold: Vec::new(),
            count: 0,
            longest: Duration::ZERO,
            ended_at: line.opened_at,
        });
        if line.opened_at.since(run.ended_at) > AGAIN {
            *run = Run {
                untold: Vec::new(),
                count: 0,
                longest: Duration::ZERO,
                ended_at: line.opened_at,
            };
        }
        let begin = line.greeting.connect.as_ref().map_or(end.id, |(connect, ..)| *connect);
        run.untold.push(begin);
        run.count += 1;
        run.longest = run.longest.max(lived);
        run.ended_at = end.at;
        if run.count >= A_LOOP {
            for id in run.untold.drain(..) {
                book.add_of(
                    line.place(end),
                    Kind::ReconnectLoop { longest: run.longest },
                    [id],
                    None,
                );
            }
        }
    }
}

/// A connection that ends sooner than this has done nothing yet.
const SOON: Duration = Duration::from_secs(30);

/// The next one that is opened within this time is the same attempt.
const AGAIN: Duration = Duration::from_secs(60);

/// So many in a row are no chance.
const A_LOOP: usize = 3;
