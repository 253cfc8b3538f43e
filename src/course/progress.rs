//! What the learner has done, in a form that can be stored, exported and imported.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::by_name::ByName;
use super::seen::Seen;
use crate::capture::Record;
use crate::mqtt::{PacketType, Sender, hex};

/// Progress by exercise id. Ids it does not know are kept: another version of the page may know them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    #[serde(default)]
    done: ByName<Done>,
    /// The exercise last worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    seen: Seen,
    /// The packets that decided an exercise, by exercise.
    #[serde(default, skip_serializing_if = "ByName::is_empty")]
    evidence: ByName<Vec<Kept>>,
    /// The option last chosen, by question.
    #[serde(default, skip_serializing_if = "ByName::is_empty")]
    answers: ByName<usize>,
    /// The best result by name, where an exercise measures one; more is better.
    #[serde(default, skip_serializing_if = "ByName::is_empty")]
    bests: ByName<u64>,
    #[serde(default, skip_serializing_if = "RoundTrips::is_empty")]
    round_trips: RoundTrips,
}

/// A packet kept as evidence after its capture is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The client's letter on the bench.
    pub client: char,
    /// Whether the Client sent it, not the Server.
    pub sent: bool,
    /// The packet in hexadecimal.
    pub hex: String,
}

impl Kept {
    /// `None` for what is no packet, and for one too large to keep.
    pub fn of(record: &Record) -> Option<Kept> {
        let sender = record.sender()?;
        let bytes = record.bytes();
        (bytes.len() <= LARGEST_KEPT).then(|| Kept {
            client: record.client.letter(),
            sent: sender == Sender::Client,
            hex: hex(bytes),
        })
    }

    /// The first four bits of a packet are its type.
    pub fn packet_type(&self) -> Option<PacketType> {
        PacketType::from_value(u8::from_str_radix(self.hex.get(..1)?, 16).ok()?)
    }
}

/// Which way a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// Through the broker in the tab.
    Tab,
    /// To another one.
    WebSocket,
}

/// In microseconds, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct RoundTrips {
    #[serde(default)]
    tab: Vec<u64>,
    #[serde(default)]
    websocket: Vec<u64>,
}

impl RoundTrips {
    fn is_empty(&self) -> bool {
        self.tab.is_empty() && self.websocket.is_empty()
    }
}

/// How an exercise was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The fewest packets sent in a run that met every step.
    pub packets: usize,
    /// Only the played solution has met the steps so far.
    #[serde(default)]
    pub by_solution: bool,
}

impl Progress {
    pub fn new() -> Progress {
        Progress { version: VERSION, ..Progress::default() }
    }

    pub fn done(&self, exercise: &str) -> Option<Done> {
        self.done.get(exercise).copied()
    }

    /// Records a run that met every step. The best stays: done by hand before played, then fewer packets.
    pub fn record(&mut self, exercise: &str, run: Done) {
        let rank = |done: &Done| (done.by_solution, done.packets);
        if self.done.get(exercise).is_none_or(|best| rank(&run) < rank(best)) {
            self.done.insert(exercise, run);
        }
    }

    /// Keeps the packets that decided an exercise; those of an earlier run go.
    pub fn keep(&mut self, exercise: &str, evidence: Vec<Kept>) {
        self.evidence.insert(exercise, evidence);
    }

    /// The packets that decided an exercise when it was last done by hand.
    pub fn evidence(&self, exercise: &str) -> &[Kept] {
        self.evidence.get(exercise).map_or(&[], Vec::as_slice)
    }

    pub fn answer(&mut self, question: &str, option: usize) {
        self.answers.insert(question, option);
    }

    /// The option last chosen.
    pub fn answer_to(&self, question: &str) -> Option<usize> {
        self.answers.get(question).copied()
    }

    pub fn visit(&mut self, exercise: &str) {
        self.last = Some(exercise.to_owned());
    }

    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// What the learner's own captures have shown so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    pub fn seen_mut(&mut self) -> &mut Seen {
        &mut self.seen
    }

    /// The best result under that name so far, such as [`ALIAS_SAVING`].
    pub fn best(&self, name: &str) -> Option<u64> {
        self.bests.get(name).copied()
    }

    /// Records a result; returns whether it is better than those before.
    pub fn record_best(&mut self, name: &str, result: u64) -> bool {
        let is_better = self.best(name).is_none_or(|best| best < result);
        if is_better {
            self.bests.insert(name, result);
        }
        is_better
    }

    /// The latest from a request to its answer, and the shortest of all; shortest first.
    pub fn round_trips(&self, through: Through) -> Vec<Duration> {
        let times = match through {
            Through::Tab => &self.round_trips.tab,
            Through::WebSocket => &self.round_trips.websocket,
        };
        let mut times: Vec<_> = times.iter().map(|micros| Duration::from_micros(*micros)).collect();
        times.sort_unstable();
        times
    }

    /// Adds what has just been measured. When there are too many, the oldest goes that is not the shortest.
    pub fn record_round_trips(&mut self, through: Through, times: &[Duration]) {
        let kept = match through {
            Through::Tab => &mut self.round_trips.tab,
            Through::WebSocket => &mut self.round_trips.websocket,
        };
        // A time of half a million years is not measured here.
        kept.extend(times.iter().filter_map(|time| u64::try_from(time.as_micros()).ok()));
        while kept.len() > MOST_TIMES {
            let shortest = kept.iter().min().copied();
            let oldest = kept.iter().position(|time| Some(*time) != shortest).unwrap_or(0);
            kept.remove(oldest);
        }
    }

    /// As a JSON document.
    pub fn export(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a document written by [`Progress::export`], of this version or an earlier one.
    pub fn import(text: &str) -> Result<Progress, ImportError> {
        let progress: Progress = serde_json::from_str(text)
            .map_err(|error| ImportError::NotProgress(error.to_string()))?;
        match progress.version {
            1..=VERSION => Ok(progress),
            newer => Err(ImportError::Version(newer)),
        }
    }
}

/// Why a document is not progress; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    NotProgress(String),
    Version(u32),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::NotProgress(reason) => write!(f, "not a progress file: {reason}"),
            ImportError::Version(version) => {
                write!(f, "written as version {version}, this page reads up to {VERSION}")
            }
        }
    }
}

impl std::error::Error for ImportError {}

/// Bytes that the learner's own policy saved in `auto-alias`. Fixed: stored progress holds it.
pub const ALIAS_SAVING: &str = "auto-alias.bytes-saved";

/// Bytes that the aliases of one run of `save-bytes` saved. Fixed too.
pub const ALIAS_SAVING_BY_HAND: &str = "save-bytes.bytes-saved";

const VERSION: u32 = 1;

/// Enough for a median that says how it is today.
const MOST_TIMES: usize = 100;

/// In bytes: evidence should fit into what a browser stores.
const LARGEST_KEPT: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_run_stays() {
        let mut progress = Progress::new();
        let run = |packets, by_solution| Done { packets, by_solution };
        for (recorded, best) in [
            (run(4, true), run(4, true)),
            (run(9, false), run(9, false)), // by hand outranks played
            (run(6, false), run(6, false)),
            (run(7, false), run(6, false)),
            (run(4, true), run(6, false)),
        ] {
            progress.record("first-connect", recorded);
            assert_eq!(progress.done("first-connect"), Some(best));
        }
        assert_eq!(progress.done("goodbye"), None);
    }

    #[test]
    fn export_and_import_are_inverse_and_keep_unknown_ids() {
        let mut progress = Progress::new();
        progress.record("an-exercise-of-tomorrow", Done { packets: 1, by_solution: false });
        progress.visit("first-connect");
        progress.keep("goodbye", vec![Kept { client: 'A', sent: true, hex: "e000".to_owned() }]);
        progress.answer("retry", 2);
        assert_eq!(Progress::import(&progress.export()), Ok(progress));
    }

    #[test]
    fn what_was_seen_is_part_of_it() {
        let text = r#"{"version":1,"seen":["publish","publish.topic_alias","connack.0x87"]}"#;
        let progress = Progress::import(text).expect("it is progress");
        assert_eq!(progress.seen().len(), 3);
        assert_eq!(Progress::import(&progress.export()), Ok(progress));
    }

    #[test]
    fn the_latest_round_trips_stay_and_the_shortest_of_all() {
        let mut progress = Progress::new();
        assert!(progress.round_trips(Through::Tab).is_empty());
        let micros = Duration::from_micros;
        progress.record_round_trips(Through::Tab, &[micros(900), micros(7), micros(950)]);
        assert_eq!(progress.round_trips(Through::Tab), [micros(7), micros(900), micros(950)]);
        let more: Vec<_> = (1000..1000 + MOST_TIMES as u64).map(micros).collect();
        progress.record_round_trips(Through::Tab, &more);
        let times = progress.round_trips(Through::Tab);
        assert_eq!(times.len(), MOST_TIMES);
        assert_eq!(times[..2], [micros(7), micros(1001)]);
        assert_eq!(times.last(), more.last());
        assert!(progress.round_trips(Through::WebSocket).is_empty());
        assert_eq!(Progress::import(&progress.export()), Ok(progress));
    }

    #[test]
    fn the_best_result_stays_and_travels() {
        let mut progress = Progress::new();
        assert_eq!(progress.best(ALIAS_SAVING), None);
        for (result, is_better, best) in
            [(7200, true, 7200), (7600, true, 7600), (7600, false, 7600), (3, false, 7600)]
        {
            assert_eq!(progress.record_best(ALIAS_SAVING, result), is_better);
            assert_eq!(progress.best(ALIAS_SAVING), Some(best));
        }
        let text = progress.export();
        assert!(text.contains(r#""auto-alias.bytes-saved": 7600"#), "{text}");
        assert_eq!(Progress::import(&text), Ok(progress));
    }

    #[test]
    fn foreign_documents_are_refused() {
        for text in ["", "{}", "[]", r#"{"version":1,"done":3}"#] {
            assert!(matches!(Progress::import(text), Err(ImportError::NotProgress(_))), "{text}");
        }
        assert_eq!(Progress::import(r#"{"version":9}"#), Err(ImportError::Version(9)));
        assert_eq!(Progress::import(r#"{"version":0}"#), Err(ImportError::Version(0)));
    }
}
