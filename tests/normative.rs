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
    let tests = sources("tests", &["rs"]).into_iter().filter(|(path, _)| !is_before_5(path));
    let tests = tests.map(|(_, text)| text);
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

/// How many statements each section of 3.1.1 makes.
#[rustfmt::skip]
const BEFORE_5: &[(&str, u32)] = &[
    ("1.5.3", 3), ("2.2.2", 2), ("2.3.1", 7),
    ("3.1.0", 2), ("3.1.2", 24), ("3.1.3", 11), ("3.1.4", 5), ("3.2.0", 1), ("3.2.2", 6),
    ("3.3.1", 12), ("3.3.2", 3), ("3.3.4", 1), ("3.3.5", 2), ("3.6.1", 1),
    ("3.8.1", 1), ("3.8.3", 4), ("3.8.4", 6), ("3.9.3", 2),
    ("3.10.1", 1), ("3.10.3", 2), ("3.10.4", 6), ("3.12.4", 1), ("3.14.1", 1), ("3.14.4", 3),
    ("4.1.0", 2), ("4.3.1", 1), ("4.3.2", 2), ("4.3.3", 2), ("4.4.0", 1), ("4.5.0", 2),
    ("4.6.0", 6), ("4.7.1", 3), ("4.7.2", 1), ("4.7.3", 4), ("4.8.0", 2), ("6.0.0", 4),
];

/// Whether a file names the statements of 3.1.1, of which many have numbers of other ones in 5.0.
fn is_before_5(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "v3.rs")
}

#[test]
fn every_number_of_3_1_1_exists() {
    let mut cited = 0;
    for (path, text) in ["src", "tests"].into_iter().flat_map(|folder| sources(folder, &["rs"])) {
        for id in named(&text).filter(|_| is_before_5(&path)) {
            let statement = id.trim_matches(['[', ']']).trim_start_matches("MQTT-");
            let (section, number) = statement.rsplit_once('-').expect("a section and a number");
            let number: u32 = number.parse().expect("digits");
            let exists =
                |(of, count): &(&str, u32)| *of == section && (1..=*count).contains(&number);
            assert!(BEFORE_5.iter().any(exists), "{id} in {}", path.display());
            cited += 1;
        }
    }
    assert!(cited > 50, "the files are found");
}

/// A number that does not exist is a slip of the pen, or one of 3.1.1.
#[test]
fn every_number_cited_anywhere_exists() {
    let statements = statements();
    let folders = ["src", "tests", "examples", "benches", "xtask", "docs"];
    for (path, text) in folders.into_iter().flat_map(|folder| sources(folder, &["rs", "md"])) {
        for id in named(&text).filter(|_| !is_before_5(&path)) {
            assert!(statements.contains_key(id), "{id} in {}", path.display());
        }
    }
}

/// `docs/server.md`: what binds the Server, and the tests that hold the broker to it. With `UPDATE_DOCS=1` it is
/// written anew.
#[test]
fn the_table_of_the_server_s_statements_is_up_to_date() {
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["tests/flows/broker", "tests/live_broker"] {
        for (path, text) in sources(folder, &["rs"]) {
            let file = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
            let file = file.expect("it stands under tests").with_extension("");
            for (id, test) in statements_by_test(&text) {
                tests.entry(id).or_default().insert(format!("`{}::{test}`", file.display()));
            }
        }
    }
    let mut table = String::from(SERVER_TABLE_HEAD);
    let mut binding: Vec<_> =
        statements().into_iter().filter(|(_, s)| ["server", "both"].contains(&s.bound)).collect();
    let numbers = |id: &str| -> Vec<u32> {
        id.split(|char: char| !char.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
    };
    binding.sort_by_key(|(id, _)| numbers(id));
    for (id, statement) in binding {
        let tests = tests.remove(id).unwrap_or_default();
        assert!(!tests.is_empty(), "no test of the broker names {id}");
        let tests = tests.into_iter().collect::<Vec<_>>().join("<br>");
        table.push_str(&format!("| {id} | {} | {tests} |\n", statement.words));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/server.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &table).expect("the table can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "docs/server.md is out of date: run this with UPDATE_DOCS=1");
}

/// Each statement that stands in the comment before a function, or in it, with the function's name.
fn statements_by_test(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    let mut current = None;
    for line in text.lines() {
        let code = line.trim_start().trim_start_matches("pub ");
        if code.starts_with("///") {
            waiting.extend(named(line));
        } else if let Some(rest) = code.strip_prefix("fn ") {
            current = rest.split(['(', '<']).next();
            found.extend(waiting.drain(..).map(|id| (id, current)));
        } else if line.starts_with('}') {
            current = None;
        } else {
            found.extend(named(line).map(|id| (id, current)));
        }
    }
    let with_test = |(id, test): (&str, Option<&str>)| Some((id.to_owned(), test?.to_owned()));
    found.into_iter().filter_map(with_test).collect()
}

const SERVER_TABLE_HEAD: &str = "\
# What binds a Server, and the tests that hold the broker to it

Each normative statement of MQTT 5.0 that binds the Server, or both sides, in our words. `tests/normative.rs`
writes this table from the tests (`UPDATE_DOCS=1 cargo test --test normative`) and fails when it is out of date.

| Statement | In our words | Tests |
| --- | --- | --- |
";
