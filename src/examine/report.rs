//! What was found, as a file to keep, to read and to compare.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::examination::Finding;
use super::probe::{Chapter, Probe, probe, probes};
use super::seen::Outcome;
use crate::capture::{Capture, RecordId};
use crate::formats::share::{pack, unpack};

const FORMAT: &str = "mqtt5-playground-examination";
const VERSION: u32 = 1;

/// Everything that was found about one broker.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the reader calls it: name and version.
    pub broker: String,
    /// Where it was.
    pub address: String,
    /// When, in microseconds since 1970.
    pub at: Option<u64>,
    pub entries: Vec<Entry>,
}

/// What was found by one probe. A probe of a later version of this program may have an unknown id.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub outcome: Outcome,
    pub observed: String,
    pub evidence: Vec<RecordId>,
    /// `None` in a report that was made short.
    pub capture: Option<Arc<Capture>>,
}

/// Why a text is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// It is something else.
    NotOne,
    /// Of a version that this program does not know.
    Version(u32),
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::NotOne => f.write_str("this is no report of an examination"),
            ReportError::Version(version) => write!(f, "version {version} of reports is not known"),
        }
    }
}

impl std::error::Error for ReportError {}

#[derive(Serialize, Deserialize)]
struct Written {
    format: String,
    version: u32,
    broker: String,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    results: Vec<WrittenEntry>,
}

#[derive(Serialize, Deserialize)]
struct WrittenEntry {
    id: String,
    outcome: Outcome,
    observed: String,
    /// Numbers of packets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<u64>,
    /// The packets, as links write them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    packets: Option<String>,
}

impl Entry {
    fn of(finding: Finding) -> Entry {
        Entry {
            id: finding.probe.id.to_owned(),
            outcome: finding.outcome,
            observed: finding.observed,
            evidence: finding.evidence,
            capture: Some(finding.capture).filter(|capture| !capture.is_empty()),
        }
    }

    pub fn probe(&self) -> Option<&'static Probe> {
        probe(&self.id)
    }
}

impl Report {
    pub fn new(broker: String, address: String, at: Option<u64>, findings: Vec<Finding>) -> Report {
        Report { broker, address, at, entries: findings.into_iter().map(Entry::of).collect() }
    }

    /// Puts newer findings in the place of older ones.
    pub fn update(&mut self, findings: Vec<Finding>) {
        for entry in findings.into_iter().map(Entry::of) {
            match self.entries.iter_mut().find(|other| other.id == entry.id) {
                Some(other) => *other = entry,
                None => self.entries.push(entry),
            }
        }
    }

    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.entries.iter().filter(|entry| entry.outcome == outcome).count()
    }

    /// With the packets, for a file.
    pub fn to_json(&self) -> String {
        self.written(true)
    }

    /// Without the packets, for a link.
    pub fn to_short_json(&self) -> String {
        self.written(false)
    }

    fn written(&self, with_packets: bool) -> String {
        let entry = |entry: &Entry| WrittenEntry {
            id: entry.id.clone(),
            outcome: entry.outcome,
            observed: entry.observed.clone(),
            evidence: match with_packets {
                true => entry.evidence.iter().map(|id| id.number()).collect(),
                false => Vec::new(),
            },
            packets: entry
                .capture
                .as_ref()
                .filter(|_| with_packets)
                .map(|capture| BASE64.encode(pack(capture, capture.records()))),
        };
        let written = Written {
            format: FORMAT.to_owned(),
            version: VERSION,
            broker: self.broker.clone(),
            address: self.address.clone(),
            at: self.at.map(crate::formats::clock::utc),
            results: self.entries.iter().map(entry).collect(),
        };
        serde_json::to_string(&written).expect("strings and numbers")
    }

    /// # Errors
    ///
    /// Where the text is something else, or of a later version.
    pub fn from_json(text: &str) -> Result<Report, ReportError> {
        let value: Value = serde_json::from_str(text).map_err(|_| ReportError::NotOne)?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(ReportError::NotOne);
        }
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            version => {
                return Err(ReportError::Version(
                    version.unwrap_or(0).try_into().unwrap_or(u32::MAX),
                ));
            }
        }
        let written: Written = serde_json::from_value(value).map_err(|_| ReportError::NotOne)?;
        let entry = |entry: WrittenEntry| {
            let packets = entry.packets.and_then(|packets| BASE64.decode(packets).ok());
            let capture = packets.and_then(|packets| unpack(&packets).ok());
            let has_packets = capture.is_some();
            Entry {
                id: entry.id,
                outcome: entry.outcome,
                observed: entry.observed,
                // Packets are numbered anew, in the same order.
                evidence: entry
                    .evidence
                    .into_iter()
                    .filter(|number| has_packets && *number > 0)
                    .map(|number| RecordId(number - 1))
                    .collect(),
                capture: capture.map(Arc::new),
            }
        };
        Ok(Report {
            broker: written.broker,
            address: written.address,
            at: written.at.as_deref().and_then(crate::formats::clock::parse_utc),
            entries: written.results.into_iter().map(entry).collect(),
        })
    }

    /// A table for people, in English (0) or Japanese (1).
    pub fn to_markdown(&self, language: usize) -> String {
        let words = |texts: [&'static str; 2]| texts[language.min(1)];
        let mut out = String::new();
        let title = if self.broker.is_empty() { &self.address } else { &self.broker };
        let _ = writeln!(out, "# {}: {title}\n", words(["Examined", "検査結果"]));
        if let Some(at) = self.at {
            let _ = writeln!(out, "{}\n", crate::formats::clock::utc(at));
        }
        let counts = Outcome::ALL
            .map(|outcome| format!("{} {}", self.count(outcome), words(outcome.words())));
        let _ = writeln!(out, "{}\n", counts.join(" · "));
        for chapter in Chapter::ALL {
            let of_chapter: Vec<_> = probes()
                .filter(|probe| probe.chapter == chapter)
                .filter_map(|probe| Some((probe, self.entry(probe.id)?)))
                .collect();
            if of_chapter.is_empty() {
                continue;
            }
            let _ = writeln!(out, "## {}\n", words(chapter.title()));
            let head = words([
                "| What is asked | Result | Observed | Where |",
                "| 検査 | 結果 | 観測 | 箇所 |",
            ]);
            let _ = writeln!(out, "{head}\n| --- | --- | --- | --- |");
            for (probe, entry) in of_chapter {
                let outcome = words(entry.outcome.words());
                let outcome = match entry.outcome {
                    Outcome::Deviates => format!("**{outcome}**"),
                    _ => outcome.to_owned(),
                };
                let observed = entry.observed.replace('|', "\\|");
                let _ = writeln!(
                    out,
                    "| {} | {outcome} | `{}` | {} |",
                    words(probe.title),
                    if observed.is_empty() { "–" } else { &observed },
                    probe.cites.join(", ")
                );
            }
            out.push('\n');
        }
        let matters: Vec<_> = probes()
            .filter(|probe| self.entry(probe.id).is_some_and(|e| e.outcome == Outcome::Deviates))
            .collect();
        if !matters.is_empty() {
            let _ = writeln!(out, "## {}\n", words(["What the deviations mean", "逸脱の影響"]));
            for probe in matters {
                let _ = writeln!(out, "- **{}** {}", words(probe.title), words(probe.matters));
            }
        }
        out
    }
}

/// Two reports side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub rows: Vec<Compared>,
}

#[derive(Clone, Debug)]
pub struct Compared {
    pub probe: &'static Probe,
    pub left: Option<Entry>,
    pub right: Option<Entry>,
}

impl Compared {
    /// Whether the two brokers did not do the same. What was not examined on one of them differs in nothing.
    pub fn differs(&self) -> bool {
        match (&self.left, &self.right) {
            (Some(left), Some(right)) => {
                let examined = |entry: &Entry| entry.outcome != Outcome::NotExamined;
                examined(left)
                    && examined(right)
                    && (left.outcome != right.outcome || left.observed != right.observed)
            }
            _ => false,
        }
    }
}

/// By probe, in their order.
pub fn compare(left: &Report, right: &Report) -> Comparison {
    let rows = probes().filter_map(|probe| {
        let (left, right) = (left.entry(probe.id).cloned(), right.entry(probe.id).cloned());
        (left.is_some() || right.is_some()).then_some(Compared { probe, left, right })
    });
    Comparison { rows: rows.collect() }
}
