//! What differs on Mosquitto: `docs/mosquitto.md`.

use std::path::Path;

use super::course::Chapter;
use super::markdown::{Section, inline_html};
use super::{LANGUAGES, read};
use crate::{Deviation, Mosquitto, OnMosquitto};

/// For each exercise that the table names, what is under `## elsewhere` in its words, and its rows: who
/// gets which packet, what is in it on either broker, and the key of the reason.
pub fn texts(path: &Path, chapters: &[Chapter], language: usize) -> Mosquitto<String> {
    let text = read(path);
    let page = Section::parse(&text, path);
    let wrong = |what: &str| -> ! { panic!("{}: {what}", path.display()) };
    let reasons = page.children.into_iter().find(|section| section.heading == "Why");
    let reasons = reasons.map_or_else(Vec::new, |section| section.children);
    // Where the specification decides, then the words in the order of the languages.
    let reason = |key: &str| -> (String, String) {
        let found = reasons.iter().find(|reason| reason.heading == key);
        let body = found.unwrap_or_else(|| wrong(&format!("no reason {key}"))).body.trim();
        let parts: Vec<_> = body.split("\n\n").collect();
        match parts.split_first() {
            Some((sections, words)) if words.len() == LANGUAGES.len() => {
                ((*sections).to_owned(), inline_html(words[language]))
            }
            _ => wrong(&format!("{key} needs its sections and {} languages", LANGUAGES.len())),
        }
    };
    let elsewhere =
        |exercise: &str| chapters.iter().find_map(|chapter| chapter.elsewhere(exercise, language));
    let mut exercises: Vec<OnMosquitto<String>> = Vec::new();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    for row in rows {
        let cells: Vec<_> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [exercise, what, in_tab, on_mosquitto, why] = cells[..] else { wrong(row) };
        let exercise = Some(exercise).filter(|exercise| *exercise != "*");
        if exercises.last().is_none_or(|last| last.exercise.as_deref() != exercise) {
            exercises.push(OnMosquitto {
                exercise: exercise.map(str::to_owned),
                elsewhere: exercise.and_then(elsewhere).unwrap_or_default(),
                differences: Vec::new(),
            });
        }
        if in_tab.is_empty() {
            // It needs the broker in the tab; its own words say what happens elsewhere.
            continue;
        }
        let key = why.split_once("](#").and_then(|(_, key)| key.strip_suffix(')'));
        let (sections, why) =
            reason(key.unwrap_or_else(|| wrong(&format!("needs a reason: {row}"))));
        let [what, in_tab, on_mosquitto] = [what, in_tab, on_mosquitto].map(str::to_owned);
        let last = exercises.last_mut().expect("one was pushed");
        last.differences.push(Deviation { what, in_tab, on_mosquitto, sections, why });
    }
    Mosquitto { exercises }
}
