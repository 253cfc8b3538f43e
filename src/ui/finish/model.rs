//! Tallies with links to what is missing, and the learner's best results.

use crate::analysis::requests::percentile;
use crate::course::around::QUESTIONS;
use crate::course::{ALIAS_SAVING, ALIAS_SAVING_BY_HAND, Progress, Sight, Through};
use crate::language::Language;
use crate::mqtt::{PacketType, PropertyId, ReasonCode};
use crate::ui::format::grouped;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::pictures::requests::model::duration;
use crate::ui::reference::{self, Entry};

/// So many of so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub title: &'static str,
    pub done: usize,
    pub of: usize,
    /// Each with a link to it; empty where nothing is missing, or what is missing has no name.
    pub missing: Vec<(&'static str, String)>,
    /// Where to look next: the first that is missing, or, once all is there, the first of all.
    pub href: String,
}

/// Packets, properties and Reason Codes seen, and questions answered rightly.
pub fn tallies(progress: &Progress, language: Language) -> Vec<Tally> {
    let strings = language.strings();
    let seen = progress.seen();
    let right = QUESTIONS.iter().filter(|q| progress.answer_to(q.id) == Some(q.correct)).count();
    let packets = PacketType::ALL.into_iter();
    let packets = packets.map(|packet| (Entry::Packet(packet), seen.has(Sight::Packet(packet))));
    let properties = PropertyId::ALL.iter();
    let properties = properties.map(|id| (Entry::Property(*id), seen.has_property(*id)));
    let codes = ReasonCode::ALL.iter();
    let codes = codes.map(|code| (Entry::ReasonCode(*code), seen.has_reason_code(*code)));
    vec![
        tally(strings.finish_packets(), packets, language),
        tally(strings.finish_properties(), properties, language),
        tally(strings.finish_codes(), codes, language),
        Tally {
            title: strings.page_questions(),
            done: right,
            of: QUESTIONS.len(),
            missing: Vec::new(),
            href: Place::Page(Page::Questions).href(language),
        },
    ]
}

/// Of entries of the reference, each with whether it has been seen.
fn tally(
    title: &'static str,
    entries: impl Iterator<Item = (Entry, bool)>,
    language: Language,
) -> Tally {
    let entries: Vec<_> = entries.collect();
    let missing: Vec<Entry> =
        entries.iter().filter(|(_, is_seen)| !is_seen).map(|(entry, _)| *entry).collect();
    let next = missing.first().copied().or(entries.first().map(|(entry, _)| *entry));
    let href = |entry| reference::href(entry, language);
    Tally {
        title,
        done: entries.len() - missing.len(),
        of: entries.len(),
        href: next.map(href).unwrap_or_default(),
        missing: missing.into_iter().map(|entry| (entry.name(), href(entry))).collect(),
    }
}

/// A result of the learner's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub title: &'static str,
    /// `None` until there is one.
    pub result: Option<String>,
    /// What it is measured on.
    pub how: &'static str,
    /// Where it is measured.
    pub exercise: &'static str,
}

/// Savings and round trips, by hand only.
pub fn records(progress: &Progress, language: Language) -> Vec<Record> {
    let strings = language.strings();
    let saved = |name| Some(strings.finish_saved(grouped(progress.best(name)?)));
    let round_trip = |through| {
        let times = progress.round_trips(through);
        let (best, median) = (times.first()?, percentile(&times, 0.5)?);
        Some(match times.len() {
            1 => duration(*best),
            count => strings.finish_round_trips(duration(*best), count, duration(median)),
        })
    };
    let record = |title, result, how, exercise| Record { title, result, how, exercise };
    vec![
        record(
            strings.finish_saving_by_hand(),
            saved(ALIAS_SAVING_BY_HAND),
            strings.finish_saving_by_hand_how(),
            "save-bytes",
        ),
        record(
            strings.finish_saving(),
            saved(ALIAS_SAVING),
            strings.finish_saving_how(),
            "auto-alias",
        ),
        record(
            strings.finish_in_tab(),
            round_trip(Through::Tab),
            strings.finish_in_tab_how(),
            "first-request",
        ),
        record(
            strings.finish_elsewhere(),
            round_trip(Through::WebSocket),
            strings.finish_elsewhere_how(),
            "first-request",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::capture::{Capture, ClientSlot};
    use crate::course::exercise;
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    #[test]
    fn tallies_lead_to_what_is_missing_in_the_reference() {
        let mut progress = Progress::new();
        let [packets, properties, codes, questions] =
            tallies(&progress, Language::En).try_into().expect("there are four");
        assert_eq!((packets.done, packets.of, packets.missing.len()), (0, 15, 15));
        assert_eq!(packets.href, "?page=reference&lang=en&entry=packet_connect");
        assert_eq!(properties.of, PropertyId::ALL.len());
        let missing = ("Topic Alias", "?page=reference&lang=en&entry=topic_alias".to_owned());
        assert!(properties.missing.contains(&missing));
        assert!(codes.href.contains("entry=reason_0x"), "{}", codes.href);
        assert_eq!((questions.done, questions.missing), (0, vec![]));

        let mut capture = Capture::default();
        let connack = bytes::Bytes::from_static(&[0x20, 0x06, 0, 0, 3, 0x22, 0, 10]);
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        capture.push_packet(Instant::START, slot, connection, Sender::Server, connack);
        progress.seen_mut().note(capture.at(0).expect("it was pushed"));
        let done = tallies(&progress, Language::Ja).into_iter().map(|tally| tally.done);
        assert!(done.eq([1, 1, 1, 0]));
    }

    #[test]
    fn what_is_complete_leads_to_its_first_entry() {
        let all = PacketType::ALL.into_iter().map(|packet| (Entry::Packet(packet), true));
        let tally = tally("", all, Language::Ja);
        assert_eq!((tally.done, tally.of, tally.missing.len()), (15, 15, 0));
        assert_eq!(tally.href, "?page=reference&lang=ja&entry=packet_connect");
    }

    #[test]
    fn results_are_told_once_there_are_any() {
        let mut progress = Progress::new();
        let told = |progress: &Progress| -> Vec<_> {
            records(progress, Language::En).into_iter().map(|record| record.result).collect()
        };
        assert_eq!(told(&progress), [None, None, None, None]);
        progress.record_best(ALIAS_SAVING_BY_HAND, 237);
        progress.record_best(ALIAS_SAVING, 28_411);
        progress.record_round_trips(Through::Tab, &[Duration::from_micros(40_200)]);
        let micros = [210_000, 98_000, 104_000].map(Duration::from_micros);
        progress.record_round_trips(Through::WebSocket, &micros);
        let expect = ["237 B", "28,411 B", "40.2 ms", "98.0 ms; median of 3: 104.0 ms"];
        assert_eq!(told(&progress), expect.map(|text| Some(text.to_owned())));
        for record in records(&progress, Language::Ja) {
            assert!(exercise(record.exercise).is_some(), "{}", record.exercise);
        }
    }
}
