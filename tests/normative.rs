//! The normative statements of MQTT 5.0, and whether a test names each of them.
//!
//! `docs/normative.tsv` lists every statement, whom it binds, and what it says in our words. A statement
//! counts as covered when its number stands in a test: under `tests/`, or behind `#[cfg(test)]` in `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Statements bound to these must be covered, each one. A kind joins when its last statement is.
const COMPLETE: &[&str] = &["codec", "client", "server", "both"];

struct Statement {
    bound: &'static str,
    words: &'static str,
}

fn statements() -> BTreeMap<&'static str, Statement> {
    let rows = include_str!("../docs/normative.tsv").lines().skip(1);
    rows.map(|row| {
        let mut cells = row.split('\t');
        let (Some(id), Some(bound), Some(words), None) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            panic!("not three cells: {row}");
        };
        (id, Statement { bound, words })
    })
    .collect()
}

/// Every `[MQTT-1.2.3-4]` in a text.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("[MQTT-").map(|(start, _)| &text[start..]);
    starts.filter_map(|rest| {
        let id = &rest[..=rest.find(']')?];
        let number = id.trim_start_matches("[MQTT-");
        number.starts_with(|char: char| char.is_ascii_digit()).then_some(id)
    })
}

/// The files of a folder that end in one of `extensions`, with their text; not this one.
fn sources(folder: &str, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|extension| extensions.contains(&extension))
                && !path.ends_with("tests/normative.rs")
            {
                let text = fs::read_to_string(&path);
                let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.push((path, text));
            }
        }
    }
    found
}

fn covered() -> BTreeSet<String> {
    let tests = sources("tests", &["rs"]).into_iter().map(|(_, text)| text);
    let units = sources("src", &["rs"]).into_iter().filter_map(|(_, text)| {
        let start = text.find("#[cfg(test)]")?;
        Some(text[start..].to_owned())
    });
    let texts: Vec<String> = tests.chain(units).collect();
    texts.iter().flat_map(|text| named(text)).map(str::to_owned).collect()
}

#[test]
fn the_list_is_whole_and_in_our_words() {
    let statements = statements();
    assert_eq!(statements.len(), 251);
    for (id, statement) in &statements {
        assert!(["codec", "client", "server", "both"].contains(&statement.bound), "{id}");
        assert!(!statement.words.is_empty() && statement.words.len() < 200, "{id}");
    }
}

#[test]
fn every_statement_of_a_complete_kind_is_covered() {
    let covered = covered();
    let missing: Vec<String> = statements()
        .iter()
        .filter(|(id, statement)| COMPLETE.contains(&statement.bound) && !covered.contains(**id))
        .map(|(id, statement)| format!("{id} {}", statement.words))
        .collect();
    assert!(missing.is_empty(), "no test names\n{}", missing.join("\n"));
}

/// Run with `--nocapture` to see what is left.
#[test]
fn what_is_not_covered_yet_is_counted() {
    let covered = covered();
    for bound in ["codec", "client", "server", "both"] {
        let all: Vec<_> = statements().into_iter().filter(|(_, s)| s.bound == bound).collect();
        let open: Vec<_> = all.iter().filter(|(id, _)| !covered.contains(*id)).collect();
        println!("{bound}: {} of {} covered", all.len() - open.len(), all.len());
        for (id, statement) in &open {
            println!("  {id} {}", statement.words);
        }
        let complete = open.is_empty();
        assert_eq!(
            complete,
            COMPLETE.contains(&bound),
            "COMPLETE is to say whether every statement bound to {bound} is covered"
        );
    }
}

/// A number that does not exist is a slip of the pen, or one of 3.1.1.
#[test]
fn every_number_cited_anywhere_exists() {
    let statements = statements();
    let folders = ["src", "tests", "examples", "benches", "xtask", "docs"];
    for (path, text) in folders.into_iter().flat_map(|folder| sources(folder, &["rs", "md"])) {
        for id in named(&text) {
            assert!(statements.contains_key(id), "{id} in {}", path.display());
        }
    }
}
