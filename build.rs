//! Turns words into code before the crate is compiled: interface strings (`locales/*.json`), prose of
//! exercises and chapters, and glossaries (Markdown) become Rust constants in two languages.
//!
//! A key that one language lacks, or a placeholder that differs, stops the build with a list.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};

const LANGUAGES: [&str; 2] = ["en", "ja"];

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for (name, code) in [
        ("strings.rs", strings(Path::new("locales"))),
        ("prose.rs", prose(Path::new("src/course/chapters"))),
        ("around.rs", around(Path::new("src/course/around"))),
        ("glossary.rs", glossary(Path::new("src/glossary"))),
    ] {
        fs::write(out.join(name), code).expect("OUT_DIR is writable");
    }
    // What tells the parts of the page apart.
    if std::env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    for watched in
        ["locales", "src/course/chapters", "src/course/around", "src/glossary", "build.rs"]
    {
        println!("cargo::rerun-if-changed={watched}");
    }
}

// --- Interface strings ---

/// One field per key without placeholders, one method per key with `{placeholders}`, which become its
/// arguments in alphabetical order.
fn strings(folder: &Path) -> String {
    let tables: Vec<BTreeMap<String, String>> = LANGUAGES
        .iter()
        .map(|language| {
            let path = folder.join(format!("{language}.json"));
            serde_json::from_str(&read(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        })
        .collect();
    let mut wrong = Vec::new();
    for (key, text) in &tables[0] {
        for (language, table) in LANGUAGES.iter().zip(&tables).skip(1) {
            match table.get(key) {
                None => wrong.push(format!("{language}.json lacks {key}")),
                Some(other) if placeholders(other) != placeholders(text) => {
                    wrong.push(format!("{language}.json: {key} has other placeholders"));
                }
                Some(_) => {}
            }
        }
    }
    for (language, table) in LANGUAGES.iter().zip(&tables).skip(1) {
        let extra = table.keys().filter(|key| !tables[0].contains_key(*key));
        wrong.extend(extra.map(|key| format!("en.json lacks {key}, which {language}.json has")));
    }
    assert!(wrong.is_empty(), "locales disagree:\n  {}", wrong.join("\n  "));

    let (plain, templates): (Vec<_>, Vec<_>) =
        tables[0].keys().partition(|key| placeholders(&tables[0][*key]).is_empty());
    let mut code =
        String::from("/// Every interface string of one language.\npub struct Strings {\n");
    for key in &plain {
        writeln!(code, "pub {key}: &'static str,").unwrap();
    }
    code.push_str("language: Language,\n}\n");
    for (language, table) in LANGUAGES.iter().zip(&tables) {
        writeln!(code, "static {}: Strings = Strings {{", language.to_uppercase()).unwrap();
        for key in &plain {
            writeln!(code, "{key}: {:?},", table[*key]).unwrap();
        }
        writeln!(code, "language: Language::{},\n}};", variant(language)).unwrap();
    }
    code.push_str("impl Strings {\n");
    for key in &templates {
        let names = placeholders(&tables[0][*key]);
        let arguments: Vec<_> =
            names.iter().map(|name| format!("{name}: impl std::fmt::Display")).collect();
        writeln!(code, "pub fn {key}(&self, {}) -> String {{", arguments.join(", ")).unwrap();
        code.push_str("match self.language {\n");
        for (language, table) in LANGUAGES.iter().zip(&tables) {
            writeln!(code, "Language::{} => format!({:?}),", variant(language), table[*key])
                .unwrap();
        }
        code.push_str("}\n}\n");
    }
    code.push_str("}\n");
    code
}

/// The names in braces, sorted, each once.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn variant(language: &str) -> &'static str {
    match language {
        "en" => "En",
        "ja" => "Ja",
        other => panic!("no variant of Language for {other}"),
    }
}

// --- Prose of the course ---

/// `<folder>/<chapter>/<name>.<language>.md`: `chapter.*.md` introduces a chapter, the rest are exercises.
fn prose(folder: &Path) -> String {
    let mut code = String::new();
    let mut chapters = String::new();
    let mut exercises = String::new();
    for chapter in sorted(folder).into_iter().filter(|path| path.is_dir()) {
        let mut names: Vec<String> = sorted(&chapter)
            .iter()
            .filter_map(|path| path.file_name()?.to_str()?.strip_suffix(".md"))
            .filter_map(|stem| stem.rsplit_once('.').map(|(name, _)| name.to_owned()))
            .collect();
        names.dedup();
        for name in names {
            let id = match name.as_str() {
                "chapter" => file_name(&chapter),
                name => name.to_owned(),
            }
            .replace('_', "-");
            let pages: Vec<String> = LANGUAGES
                .iter()
                .map(|language| {
                    let path = chapter.join(format!("{name}.{language}.md"));
                    let text = read(&path);
                    match name.as_str() {
                        "chapter" => chapter_prose(&text, &path),
                        _ => exercise_prose(&text, &path),
                    }
                })
                .collect();
            let table = if name == "chapter" { &mut chapters } else { &mut exercises };
            writeln!(table, "({id:?}, [{}]),", pages.join(", ")).unwrap();
        }
    }
    writeln!(code, "static CHAPTERS: &[(&str, [ChapterProse; 2])] = &[{chapters}];").unwrap();
    writeln!(code, "static EXERCISES: &[(&str, [ExerciseProse; 2])] = &[{exercises}];").unwrap();
    code
}

fn chapter_prose(text: &str, path: &Path) -> String {
    let page = Section::parse(text, path);
    let (goal, rest) = first_paragraph(&page.body);
    format!(
        "ChapterProse {{ title: {:?}, goal: {:?}, text: {:?} }}",
        page.heading,
        inline_html(goal),
        to_html(rest)
    )
}

fn exercise_prose(text: &str, path: &Path) -> String {
    let page = Section::parse(text, path);
    let (goal, why) = first_paragraph(&page.body);
    let (mut tomorrow, mut elsewhere) = (String::new(), String::new());
    let (mut steps, mut findings) = (String::new(), String::new());
    for section in &page.children {
        for part in &section.children {
            if let Some(key) = part.heading.strip_prefix("finding: ") {
                write!(findings, "({key:?}, {:?}), ", part.body.trim()).unwrap();
            }
        }
        match section.heading.as_str() {
            "tomorrow" => tomorrow = inline_html(section.body.trim()),
            "elsewhere" => elsewhere = to_html(&section.body),
            _ => steps.push_str(&step_prose(section, path)),
        }
    }
    format!(
        "ExerciseProse {{ title: {:?}, goal: {:?}, why: {:?}, steps: &[{steps}], \
         findings: &[{findings}], elsewhere: {elsewhere:?}, \
         tomorrow: {tomorrow:?} }}",
        page.heading,
        inline_html(goal),
        to_html(why),
    )
}

/// Parts of a step: `### control` (a button's label), `### predict` (question and list of answers),
/// `### outcome`, `### hint` or `### hint: finding`, `### finding: key`, `### done`.
fn step_prose(section: &Section, path: &Path) -> String {
    let (todo, details) = first_paragraph(&section.body);
    let (mut controls, mut hints) = (Vec::new(), String::new());
    let (mut question, mut options, mut outcome) = (None, Vec::new(), String::new());
    let mut done = String::new();
    for part in &section.children {
        match part.heading.split_once(':').map_or((&*part.heading, ""), |(a, b)| (a, b.trim())) {
            ("control", "") => controls.push(part.body.trim().to_owned()),
            ("predict", "") => {
                let (text, answers) = question_and_answers(&part.body);
                question = Some(text);
                options = answers;
            }
            ("outcome", "") => outcome = to_html(&part.body),
            ("hint", about) => {
                let when = Some(about).filter(|about| !about.is_empty());
                let text = to_html(&part.body);
                write!(hints, "HintProse {{ when: {when:?}, text: {text:?} }}, ").unwrap();
            }
            // Any step may need the sentence: the exercise has them all.
            ("finding", key) if !key.is_empty() => {}
            ("done", "") => done = to_html(&part.body),
            _ => panic!("{}: {}: no such part: {}", path.display(), section.heading, part.heading),
        }
    }
    let prediction = match question {
        None => "None".to_owned(),
        Some(question) => format!(
            "Some(PredictionProse {{ question: {question:?}, options: &{options:?}, outcome: {outcome:?} }})"
        ),
    };
    format!(
        "StepProse {{ id: {:?}, todo: {:?}, details: {:?}, controls: &{controls:?}, prediction: {prediction}, \
         hints: &[{hints}], done: {done:?} }}, ",
        section.heading,
        inline_html(todo),
        to_html(details),
    )
}

// --- Around the chapters ---

/// `questions.<language>.md`: sections `## id` with the question, a list of answers and `### because`;
/// `troubleshooting.<language>.md`: sections `## id` with the symptom and what to look for.
fn around(folder: &Path) -> String {
    let question = |section: &Section| {
        let (question, options) = question_and_answers(&section.body);
        let because: String = section.children.iter().map(|part| to_html(&part.body)).collect();
        format!(
            "QuestionProse {{ question: {question:?}, options: &{options:?}, because: {because:?} }}"
        )
    };
    let trouble = |section: &Section| {
        let (symptom, look) = first_paragraph(&section.body);
        let (symptom, look) = (inline_html(symptom), to_html(look));
        format!("TroubleProse {{ symptom: {symptom:?}, look: {look:?} }}")
    };
    let table = |name: &str, of: &str, file: &str, entry: &dyn Fn(&Section) -> String| {
        let pages = LANGUAGES.map(|language| {
            let path = folder.join(format!("{file}.{language}.md"));
            Section::parse(&read(&path), &path).children
        });
        let [en, ja] = &pages;
        let keys = |page: &[Section]| page.iter().map(|s| s.heading.clone()).collect::<Vec<_>>();
        assert_eq!(keys(en), keys(ja), "{file}.en.md and {file}.ja.md have other sections");
        let rows = en
            .iter()
            .zip(ja)
            .map(|(en, ja)| format!("({:?}, [{}, {}]),\n", en.heading, entry(en), entry(ja)));
        let rows: String = rows.collect();
        format!("static {name}: &[(&str, [{of}; 2])] = &[\n{rows}];\n")
    };
    table("QUESTIONS", "QuestionProse", "questions", &question)
        + &table("TROUBLES", "TroubleProse", "troubleshooting", &trouble)
}

// --- Glossaries ---

/// `<name>.<language>.md`, or `<language>.md` for the glossary proper: sections `## key`.
fn glossary(folder: &Path) -> String {
    let mut code = String::new();
    for (name, prefix) in [("GLOSSARY", ""), ("FAILURES", "failures."), ("WHY", "why.")] {
        let pages: Vec<BTreeMap<String, String>> = LANGUAGES
            .iter()
            .map(|language| {
                let path = folder.join(format!("{prefix}{language}.md"));
                let page = Section::parse(&read(&path), &path);
                let entry = |section: &Section| {
                    let (short, long) = first_paragraph(&section.body);
                    let (short, long) = (inline_html(short), to_html(long));
                    let code = format!("Entry {{ short: {short:?}, long: {long:?} }}");
                    (section.heading.clone(), code)
                };
                page.children.iter().map(entry).collect()
            })
            .collect();
        let keys = |page: &BTreeMap<String, String>| page.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            keys(&pages[0]),
            keys(&pages[1]),
            "{prefix}en.md and {prefix}ja.md explain other keys"
        );
        writeln!(code, "static {name}: &[(&str, [Entry; 2])] = &[").unwrap();
        for (key, entry) in &pages[0] {
            writeln!(code, "({key:?}, [{entry}, {}]),", pages[1][key]).unwrap();
        }
        code.push_str("];\n");
    }
    code
}

// --- Markdown ---

/// A heading with the text under it and its subsections.
struct Section {
    heading: String,
    body: String,
    children: Vec<Section>,
}

impl Section {
    fn new(heading: &str) -> Section {
        Section { heading: heading.trim().to_owned(), body: String::new(), children: Vec::new() }
    }

    /// Reads `# title`, `## section`, `### part`; code blocks may hold lines that begin with `#`.
    fn parse(text: &str, path: &Path) -> Section {
        let mut page: Option<Section> = None;
        let mut in_code = false;
        for line in text.lines() {
            in_code ^= line.trim_start().starts_with("```");
            let heading = |mark: &str| line.strip_prefix(mark).filter(|_| !in_code);
            if let Some(title) = heading("# ") {
                page = Some(Section::new(title));
                continue;
            }
            let page = page
                .as_mut()
                .unwrap_or_else(|| panic!("{}: must begin with a title", path.display()));
            if let Some(title) = heading("## ") {
                page.children.push(Section::new(title));
            } else if let Some(title) = heading("### ") {
                let section = page.children.last_mut();
                let section = section.unwrap_or_else(|| {
                    panic!("{}: ### {title} stands outside a section", path.display())
                });
                section.children.push(Section::new(title));
            } else {
                let mut innermost = page;
                while !innermost.children.is_empty() {
                    innermost = innermost.children.last_mut().expect("it is not empty");
                }
                innermost.body.push_str(line);
                innermost.body.push('\n');
            }
        }
        page.unwrap_or_else(|| panic!("{}: is empty", path.display()))
    }
}

/// Text, and the list in it: a question as inline HTML with the answers offered.
fn question_and_answers(body: &str) -> (String, Vec<String>) {
    let (answers, text): (Vec<&str>, Vec<&str>) =
        body.lines().partition(|line| line.starts_with("- "));
    let question = inline_html(text.join("\n").trim());
    (question, answers.iter().map(|answer| inline_html(&answer[2..])).collect())
}

fn first_paragraph(body: &str) -> (&str, &str) {
    let body = body.trim();
    body.split_once("\n\n").unwrap_or((body, ""))
}

fn to_html(markdown: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(&join_japanese(markdown), Options::ENABLE_TABLES));
    out.trim().to_owned()
}

/// A paragraph without its `<p>`.
fn inline_html(markdown: &str) -> String {
    let html = to_html(markdown);
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.unwrap_or(&html).to_owned()
}

/// A line break in the source reads as a space between words; between Japanese characters it would be
/// a hole, so it goes.
fn join_japanese(markdown: &str) -> String {
    let is_japanese = |c: char| ('\u{2E80}'..='\u{9FFF}').contains(&c) || c >= '\u{FF00}';
    let mut out = String::new();
    for line in markdown.lines() {
        let joins = out.ends_with(is_japanese) && line.starts_with(is_japanese);
        if !joins && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

// --- Files ---

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable entry").path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).expect("UTF-8 file name").to_owned()
}
