//! Reports of examinations on the page: which rows are shown, what is kept, and which exercise uses what.

mod lessons;
#[cfg(target_arch = "wasm32")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::examine::{
    Chapter, Entry, Outcome, Probe, Report, SELDOM, STOPPED, TIME_LIMIT, UNREACHED, probe, probes,
};
use crate::language::{Language, Strings};

pub use lessons::of_exercise;

/// Which text of two a language takes.
pub fn in_language(texts: [&'static str; 2], language: Language) -> &'static str {
    texts[language.index()]
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    Only(Outcome),
    /// What the specification leaves to the Server.
    Choices,
}

impl Filter {
    pub const ALL: [Filter; 6] = [
        Filter::All,
        Filter::Only(Outcome::Deviates),
        Filter::Only(Outcome::NotOffered),
        Filter::Only(Outcome::NotExamined),
        Filter::Only(Outcome::Conforms),
        Filter::Choices,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Only(outcome) => outcome.key(),
            Filter::Choices => "choices",
        }
    }

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Filter::All => strings.examine_all(),
            Filter::Only(outcome) => outcome_name(outcome, strings),
            Filter::Choices => strings.examine_choices(),
        }
    }

    fn shows(self, probe: &Probe, entry: &Entry) -> bool {
        match self {
            Filter::All => true,
            Filter::Only(outcome) => entry.outcome == outcome,
            Filter::Choices => probe.is_choice,
        }
    }

    pub fn count(self, report: &Report) -> usize {
        let shown = |entry: &&Entry| entry.probe().is_some_and(|probe| self.shows(probe, entry));
        report.entries.iter().filter(shown).count()
    }
}

pub fn outcome_name(outcome: Outcome, strings: &Strings) -> &'static str {
    match outcome {
        Outcome::Conforms => strings.examine_outcome_conforms(),
        Outcome::Deviates => strings.examine_outcome_deviates(),
        Outcome::NotOffered => strings.examine_outcome_not_offered(),
        Outcome::NotExamined => strings.examine_outcome_not_examined(),
    }
}

/// The symbol beside an outcome.
pub fn outcome_icon(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Conforms => "met",
        Outcome::Deviates => "contradicted",
        Outcome::NotOffered => "remove",
        Outcome::NotExamined => "not-yet",
    }
}

/// What was observed; why nothing was is said in the language of the page.
pub fn observed(entry: &Entry, strings: &Strings) -> String {
    let why = match entry.observed.as_str() {
        SELDOM => strings.examine_why_seldom(),
        STOPPED => strings.examine_why_stopped(),
        TIME_LIMIT => strings.examine_why_time(),
        UNREACHED => strings.examine_why_unreached(),
        observed => observed,
    };
    why.to_owned()
}

/// The ids of the rows that a filter shows, by chapter; chapters without any are left out.
pub fn rows(report: &Report, filter: Filter) -> Vec<(Chapter, Vec<&'static Probe>)> {
    let of = |chapter| {
        let shown = probes()
            .filter(move |probe| probe.chapter == chapter)
            .filter(|probe| report.entry(probe.id).is_some_and(|entry| filter.shows(probe, entry)));
        (chapter, shown.collect::<Vec<_>>())
    };
    Chapter::ALL.into_iter().map(of).filter(|(_, rows)| !rows.is_empty()).collect()
}

/// What the browser keeps of a report: the results without the packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub address: String,
    pub report: String,
}

/// So many are kept, one of each broker.
const MOST_KEPT: usize = 6;

/// The latest first.
pub fn keep(kept: &mut Vec<Kept>, report: &Report) {
    kept.retain(|one| one.address != report.address);
    kept.insert(0, Kept { address: report.address.clone(), report: report.to_short_json() });
    kept.truncate(MOST_KEPT);
}

/// The report that is kept of a broker at this address.
pub fn kept_of(kept: &[Kept], address: &str) -> Option<Report> {
    let one = kept.iter().find(|one| one.address == address)?;
    Report::from_json(&one.report).ok()
}

/// What of a report matters in an exercise: what deviates, is not offered, or is a choice.
pub fn different_in(exercise: &str, report: &Report) -> Vec<(&'static Probe, Entry)> {
    let entry = |id: &&str| {
        let (probe, entry) = (probe(id)?, report.entry(id)?);
        let is_different = match entry.outcome {
            Outcome::Deviates | Outcome::NotOffered => true,
            Outcome::Conforms => probe.is_choice,
            Outcome::NotExamined => false,
        };
        is_different.then(|| (probe, entry.clone()))
    };
    of_exercise(exercise).iter().filter_map(entry).collect()
}

/// Whether a report says anything about what an exercise uses.
pub fn knows_of(exercise: &str, report: &Report) -> bool {
    let is_examined =
        |id: &&str| report.entry(id).is_some_and(|entry| entry.outcome != Outcome::NotExamined);
    of_exercise(exercise).iter().any(is_examined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::OUTLINE;

    fn report() -> Report {
        let entry = |id: &str, outcome| Entry {
            id: id.to_owned(),
            outcome,
            observed: String::new(),
            evidence: Vec::new(),
            capture: None,
        };
        let entries = vec![
            entry("ping", Outcome::Conforms),
            entry("keep-alive", Outcome::NotExamined),
            entry("takeover-code", Outcome::Deviates),
            entry("overlapping-copies", Outcome::Conforms),
            entry("of a later version", Outcome::Deviates),
        ];
        Report { address: "ws://localhost:9001".into(), entries, ..Report::default() }
    }

    #[test]
    fn a_filter_shows_what_it_counts() {
        let report = report();
        for (filter, expect) in [
            (Filter::All, 4),
            (Filter::Only(Outcome::Deviates), 1),
            (Filter::Only(Outcome::NotOffered), 0),
            (Filter::Choices, 1),
        ] {
            let shown: usize = rows(&report, filter).iter().map(|(_, rows)| rows.len()).sum();
            assert_eq!((shown, filter.count(&report)), (expect, expect), "{filter:?}");
        }
    }

    #[test]
    fn one_report_of_each_broker_is_kept() {
        let mut kept = Vec::new();
        for number in (0..9).chain([8]) {
            let address = format!("ws://localhost:{number}");
            keep(&mut kept, &Report { address, ..report() });
        }
        assert_eq!(kept.len(), MOST_KEPT);
        assert_eq!(kept[0].address, "ws://localhost:8");
        assert_eq!(kept[1].address, "ws://localhost:7");
        let read = Report::from_json(&kept[0].report).expect("it was written so");
        assert_eq!(read.count(Outcome::Deviates), 2);
    }

    #[test]
    fn every_exercise_knows_probes_that_exist() {
        let exercises = OUTLINE.iter().flat_map(|chapter| chapter.exercises.iter());
        let mut with_probes = 0;
        for exercise in exercises {
            for id in of_exercise(exercise) {
                assert!(probe(id).is_some(), "{exercise}: {id}");
                with_probes += 1;
            }
        }
        assert!(with_probes > 60, "{with_probes}");
    }

    #[test]
    fn an_exercise_is_told_what_it_uses() {
        let report = report();
        let told = |exercise: &str| {
            let different = different_in(exercise, &report);
            different.into_iter().map(|(probe, _)| probe.id).collect::<Vec<_>>()
        };
        assert_eq!(told("takeover"), ["takeover-code"]);
        assert_eq!(told("overlap"), ["overlapping-copies"]);
        let known = ["takeover", "overlap", "no-local"].map(|id| knows_of(id, &report));
        assert_eq!(known, [true, true, false], "what was not examined may be different");
    }
}
