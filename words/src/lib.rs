//! The words of the playground, rendered: interface strings (`locales/*.json`), prose of exercises and
//! chapters, and glossaries (Markdown) become shelves, one text per language each.
//!
//! `build.rs` of the playground puts them into the program, or only their names into one that fetches
//! them; `cargo xtask dist` lays them beside the page then. Both render the same, so they fit together.
//!
//! A key that one language lacks, or a placeholder that differs, stops the build with a list.

mod markdown;
mod shelf;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use markdown::{Section, first_paragraph, inline_html, question_and_answers, to_html};
use shelf::Writer;

pub const LANGUAGES: [&str; 2] = ["en", "ja"];
/// What they call themselves.
pub const LANGUAGE_NAMES: [&str; LANGUAGES.len()] = ["English", "日本語"];

/// Where the words lie, below the folder of the workspace.
pub const SOURCES: [&str; 5] =
    ["locales", "src/course/chapters", "src/course/around", "src/glossary", ON_MOSQUITTO];

/// What differs on Mosquitto, exercise by exercise; written by the live tests.
const ON_MOSQUITTO: &str = "docs/mosquitto.md";

/// Beginnings of the interface strings that the first picture shows; the others come with the glossary,
/// before any part of the page that arrives later.
const FIRST: [&str; 14] = [
    "address_",
    "app_",
    "broker_",
    "close",
    "course",
    "home_",
    "inside_",
    "lazy_",
    "link_",
    "minutes",
    "page_",
    "pane_",
    "pips",
    "wire_empty_title",
];

/// Everything the page can say.
pub struct Words {
    /// The interface, the glossary, what stands around the chapters, then the chapters.
    pub shelves: Vec<Shelf>,
    /// Changes with the words.
    pub version: String,
    /// Rust: one field or method for each interface string, in the order of their shelf.
    pub strings: String,
    /// The interface strings by their keys, in the order of [`LANGUAGES`].
    pub interface: [BTreeMap<String, String>; LANGUAGES.len()],
}

/// What is fetched together.
pub struct Shelf {
    /// `interface`, `glossary`, `around`, `mosquitto`, or the id of a chapter.
    pub name: String,
    /// In the order of [`LANGUAGES`].
    pub texts: [String; LANGUAGES.len()],
}

impl Shelf {
    /// What the file of one language is called.
    pub fn file_name(&self, language: &str) -> String {
        format!("{}.{language}.txt", self.name)
    }
}

impl Words {
    /// Reads and renders everything below the folder of the workspace.
    pub fn render(root: &Path) -> Words {
        let [locales, chapters, around, glossary, table_of_mosquitto] =
            SOURCES.map(|source| root.join(source));
        let tables = LANGUAGES.map(|language| table(&locales, language));
        agree(&tables);
        let chapters: Vec<(String, PathBuf)> = sorted(&chapters)
            .into_iter()
            .filter(|path| path.is_dir())
            .map(|path| (file_name(&path).replace('_', "-"), path))
            .collect();
        for prefix in GLOSSARIES {
            let keys = |language| entries_by_key(&glossary, prefix, language).into_keys();
            let [en, ja] = LANGUAGES.map(|language| keys(language).collect::<Vec<_>>());
            assert_eq!(en, ja, "{prefix}en.md and {prefix}ja.md explain other keys");
        }
        for name in ["questions", "troubleshooting"] {
            let keys = |language| sections(&around, name, language).into_iter().map(|s| s.heading);
            let [en, ja] = LANGUAGES.map(|language| keys(language).collect::<Vec<_>>());
            assert_eq!(en, ja, "{name}.en.md and {name}.ja.md have other sections");
        }
        let numbers = [0, 1];
        let mut shelves = vec![
            Shelf {
                name: "interface".to_owned(),
                texts: numbers.map(|number| {
                    let mut shelf = Writer::default();
                    shelf.section();
                    strings(&mut shelf, &tables[0], &tables[number], true);
                    shelf.section();
                    titles(&mut shelf, &chapters, LANGUAGES[number]);
                    shelf.finish()
                }),
            },
            Shelf {
                name: "glossary".to_owned(),
                texts: numbers.map(|number| {
                    let mut shelf = Writer::default();
                    for prefix in GLOSSARIES {
                        shelf.section();
                        entries(&mut shelf, &glossary, prefix, LANGUAGES[number]);
                    }
                    shelf.section();
                    strings(&mut shelf, &tables[0], &tables[number], false);
                    shelf.finish()
                }),
            },
            Shelf {
                name: "around".to_owned(),
                texts: LANGUAGES.map(|language| {
                    let mut shelf = Writer::default();
                    shelf.section();
                    questions(&mut shelf, &around, language);
                    shelf.section();
                    troubles(&mut shelf, &around, language);
                    shelf.finish()
                }),
            },
            Shelf {
                name: "mosquitto".to_owned(),
                texts: numbers.map(|number| {
                    let mut shelf = Writer::default();
                    shelf.section();
                    on_mosquitto(&mut shelf, &table_of_mosquitto, &chapters, number);
                    shelf.finish()
                }),
            },
        ];
        shelves.extend(chapters.iter().map(|(id, folder)| Shelf {
            name: id.clone(),
            texts: LANGUAGES.map(|language| {
                let mut shelf = Writer::default();
                shelf.section();
                chapter(&mut shelf, folder, language);
                shelf.finish()
            }),
        }));
        let version = version(&shelves);
        for text in shelves.iter_mut().flat_map(|shelf| &mut shelf.texts) {
            *text = format!("{version}{text}");
        }
        Words { shelves, version, strings: strings_code(&tables[0]), interface: tables }
    }

    /// Writes one file for each shelf and language.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        for shelf in &self.shelves {
            for (language, text) in LANGUAGES.iter().zip(&shelf.texts) {
                fs::write(folder.join(shelf.file_name(language)), text)?;
            }
        }
        Ok(())
    }
}

/// FNV-1a over all texts: the same words have the same version, wherever they are rendered.
fn version(shelves: &[Shelf]) -> String {
    let bytes = shelves.iter().flat_map(|shelf| &shelf.texts).flat_map(|text| text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

// --- Interface strings ---

type Table = BTreeMap<String, String>;

fn table(folder: &Path, language: &str) -> Table {
    let path = folder.join(format!("{language}.json"));
    serde_json::from_str(&read(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn agree(tables: &[Table]) {
    let mut wrong = Vec::new();
    for (language, table) in LANGUAGES.iter().zip(tables).skip(1) {
        for (key, text) in &tables[0] {
            match table.get(key) {
                None => wrong.push(format!("{language}.json lacks {key}")),
                Some(other) if placeholders(other) != placeholders(text) => {
                    wrong.push(format!("{language}.json: {key} has other placeholders"));
                }
                Some(_) => {}
            }
        }
        let extra = table.keys().filter(|key| !tables[0].contains_key(*key));
        wrong.extend(extra.map(|key| format!("en.json lacks {key}, which {language}.json has")));
    }
    assert!(wrong.is_empty(), "locales disagree:\n  {}", wrong.join("\n  "));
}

/// The keys of texts without placeholders, then those of texts with them, each with those of the first
/// picture before the others.
fn kinds(table: &Table) -> (Vec<&String>, Vec<&String>) {
    let (first, later): (Vec<_>, Vec<_>) = table.keys().partition(|key| is_first(key));
    let keys = first.into_iter().chain(later);
    keys.partition(|key| placeholders(&table[*key]).is_empty())
}

/// Whether the first picture shows it.
fn is_first(key: &str) -> bool {
    FIRST.iter().any(|first| match first.ends_with('_') {
        true => key.starts_with(first),
        false => key == *first,
    })
}

/// Those of the first picture or the others. Placeholders become their numbers, in alphabetical order:
/// `{count} {count:packet:packets}` is stored as `{0} {0:packet:packets}`.
fn strings(shelf: &mut Writer, keys: &Table, table: &Table, first: bool) {
    let (plain, templates) = kinds(keys);
    for key in plain.into_iter().filter(|key| is_first(key) == first) {
        shelf.text(&table[key]);
    }
    for key in templates.into_iter().filter(|key| is_first(key) == first) {
        let names = placeholders(&table[key]);
        let number = |text: String, (index, name): (usize, &&str)| {
            let text = text.replace(&format!("{{{name}}}"), &format!("{{{index}}}"));
            text.replace(&format!("{{{name}:"), &format!("{{{index}:"))
        };
        shelf.text(&names.iter().enumerate().fold(table[key].clone(), number));
    }
}

/// One field per key without placeholders, one method per key with `{placeholders}`, which become its
/// arguments in alphabetical order.
fn strings_code(table: &Table) -> String {
    let (plain, templates) = kinds(table);
    let mut code = String::from(
        "/// Every interface string of one language.\n#[repr(C)]\npub struct Strings {\n",
    );
    for key in &plain {
        writeln!(code, "pub {key}: &'static str,").unwrap();
    }
    writeln!(code, "templates: [&'static str; {}],\n}}", templates.len()).unwrap();
    let count = |keys: &[&String]| keys.iter().filter(|key| is_first(key)).count();
    writeln!(
        code,
        "/// How many there are.\nconst STRINGS: usize = {};\n\
         /// Which of them the first picture shows.\n\
         const FIRST: [std::ops::Range<usize>; 2] = [0..{}, {}..{}];",
        table.len(),
        count(&plain),
        plain.len(),
        plain.len() + count(&templates)
    )
    .unwrap();
    code.push_str("impl Strings {\n");
    for (index, key) in templates.iter().enumerate() {
        let names = placeholders(&table[*key]);
        let arguments: Vec<_> =
            names.iter().map(|name| format!("{name}: impl std::fmt::Display")).collect();
        let values: Vec<_> = names.iter().map(|name| format!("&{name}")).collect();
        writeln!(
            code,
            "pub fn {key}(&self, {}) -> String {{\nfill(self.templates[{index}], &[{}])\n}}",
            arguments.join(", "),
            values.join(", ")
        )
        .unwrap();
    }
    code.push_str("}\n");
    code
}

/// The names in braces, sorted, each once. A name may be followed by what to write for one and for any
/// other number, as in `{count:packet:packets}`; languages may differ in that.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(inside, _)| inside))
        .map(|inside| inside.split_once(':').map_or(inside, |(name, _)| name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

// --- Prose of the course ---

/// `<chapter>/<name>.<language>.md`: `chapter.*.md` introduces a chapter, the rest are exercises. Their
/// ids, with the texts.
fn pages(folder: &Path, language: &str) -> Vec<(String, PathBuf, Section)> {
    let end = format!(".{language}.md");
    let names: Vec<Vec<String>> = LANGUAGES
        .iter()
        .map(|language| {
            let end = format!(".{language}.md");
            let files = sorted(folder).into_iter();
            files.filter_map(|path| Some(file_name(&path).strip_suffix(&end)?.to_owned())).collect()
        })
        .collect();
    assert_eq!(names[0], names[1], "{}: each page needs both languages", folder.display());
    let page = |name: &String| {
        let path = folder.join(format!("{name}{end}"));
        let section = Section::parse(&read(&path), &path);
        (name.replace('_', "-"), path, section)
    };
    names[0].iter().map(page).collect()
}

/// What the way through the course shows.
fn titles(shelf: &mut Writer, chapters: &[(String, PathBuf)], language: &str) {
    shelf.list(chapters, |shelf, (id, folder)| {
        let (introductions, exercises): (Vec<_>, Vec<_>) =
            pages(folder, language).into_iter().partition(|(name, ..)| name == "chapter");
        let introduction = introductions.first();
        let (_, _, page) =
            introduction.unwrap_or_else(|| panic!("{}: no chapter.*.md", folder.display()));
        let (goal, _) = first_paragraph(&page.body);
        shelf.text(id);
        shelf.text(&page.heading);
        shelf.text(&inline_html(goal));
        shelf.list(&exercises, |shelf, (id, _, page)| {
            shelf.text(id);
            shelf.text(&page.heading);
        });
    });
}

fn chapter(shelf: &mut Writer, folder: &Path, language: &str) {
    let (introductions, exercises): (Vec<_>, Vec<_>) =
        pages(folder, language).into_iter().partition(|(name, ..)| name == "chapter");
    for (_, _, page) in &introductions {
        let (goal, rest) = first_paragraph(&page.body);
        shelf.text(&page.heading);
        shelf.text(&inline_html(goal));
        shelf.text(&to_html(rest));
    }
    shelf.list(&exercises, |shelf, (id, path, page)| {
        shelf.text(id);
        exercise(shelf, page, path);
    });
}

fn exercise(shelf: &mut Writer, page: &Section, path: &Path) {
    let (goal, why) = first_paragraph(&page.body);
    let about = |heading: &str| page.children.iter().find(|section| section.heading == heading);
    let steps: Vec<_> = page
        .children
        .iter()
        .filter(|section| !matches!(&*section.heading, "tomorrow" | "elsewhere"))
        .collect();
    shelf.text(&page.heading);
    shelf.text(&inline_html(goal));
    shelf.text(&to_html(why));
    shelf.list(&steps, |shelf, section| step(shelf, section, path));
    // Any step may need the sentence of a finding: the exercise has them all.
    let parts = page
        .children
        .iter()
        .flat_map(|section| section.children.iter().map(|part| (&*section.heading, part)));
    let findings: Vec<_> = parts
        .filter_map(|(step, part)| {
            Some((step, part.heading.strip_prefix("finding: ")?, part.body.trim()))
        })
        .collect();
    shelf.list(&findings, |shelf, (step, key, text)| {
        shelf.text(step);
        shelf.text(key);
        shelf.text(text);
    });
    shelf.text(&about("elsewhere").map_or(String::new(), |section| to_html(&section.body)));
    shelf.text(&about("tomorrow").map_or(String::new(), |it| inline_html(it.body.trim())));
}

/// Parts of a step: `### control` (a button's label), `### predict` (question and list of answers),
/// `### outcome`, `### hint` or `### hint: finding`, `### finding: key`, `### done`.
fn step(shelf: &mut Writer, section: &Section, path: &Path) {
    let (todo, details) = first_paragraph(&section.body);
    let (mut controls, mut hints) = (Vec::new(), Vec::new());
    let (mut predictions, mut outcome) = (Vec::new(), String::new());
    let mut done = String::new();
    for part in &section.children {
        match part.heading.split_once(':').map_or((&*part.heading, ""), |(a, b)| (a, b.trim())) {
            ("control", "") => controls.push(part.body.trim().to_owned()),
            ("predict", "") => {
                predictions.push(question_and_answers(&part.body));
            }
            ("outcome", "") => outcome = to_html(&part.body),
            ("hint", about) => hints.push((about.to_owned(), to_html(&part.body))),
            ("finding", key) if !key.is_empty() => {}
            ("done", "") => done = to_html(&part.body),
            _ => panic!("{}: {}: no such part: {}", path.display(), section.heading, part.heading),
        }
    }
    assert!(predictions.len() <= 1, "{}: {}: one question", path.display(), section.heading);
    shelf.text(&section.heading);
    shelf.text(&inline_html(todo));
    shelf.text(&to_html(details));
    shelf.list(&controls, |shelf, label| shelf.text(label));
    shelf.list(&predictions, |shelf, (question, options)| {
        shelf.text(question);
        shelf.list(options, |shelf, option| shelf.text(option));
        shelf.text(&outcome);
    });
    shelf.list(&hints, |shelf, (about, text)| {
        shelf.text(about);
        shelf.text(text);
    });
    shelf.text(&done);
}

// --- Around the chapters ---

/// Sections `## id` with the question, a list of answers and `### because`.
fn questions(shelf: &mut Writer, folder: &Path, language: &str) {
    shelf.list(&sections(folder, "questions", language), |shelf, section| {
        let (question, options) = question_and_answers(&section.body);
        let because: String = section.children.iter().map(|part| to_html(&part.body)).collect();
        shelf.text(&section.heading);
        shelf.text(&question);
        shelf.list(&options, |shelf, option| shelf.text(option));
        shelf.text(&because);
    });
}

/// Sections `## id` with the symptom and what to look for.
fn troubles(shelf: &mut Writer, folder: &Path, language: &str) {
    shelf.list(&sections(folder, "troubleshooting", language), |shelf, section| {
        let (symptom, look) = first_paragraph(&section.body);
        shelf.text(&section.heading);
        shelf.text(&inline_html(symptom));
        shelf.text(&to_html(look));
    });
}

fn sections(folder: &Path, name: &str, language: &str) -> Vec<Section> {
    let path = folder.join(format!("{name}.{language}.md"));
    Section::parse(&read(&path), &path).children
}

// --- On Mosquitto ---

/// For each exercise that the table names, what stands under `## elsewhere` in its words, and its rows: who gets which
/// packet, what stands in it on either broker, where the specification decides, and why.
fn on_mosquitto(shelf: &mut Writer, path: &Path, chapters: &[(String, PathBuf)], language: usize) {
    let text = read(path);
    let page = Section::parse(&text, path);
    let wrong = |what: &str| -> ! { panic!("{}: {what}", path.display()) };
    let reasons = page.children.into_iter().find(|section| section.heading == "Why");
    let reasons = reasons.map_or_else(Vec::new, |section| section.children);
    // Sections, then the words in the order of the languages.
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
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut exercises: Vec<(&str, Vec<[String; 5]>)> = Vec::new();
    for row in rows {
        let cells: Vec<_> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [exercise, what, in_tab, there, why] = cells[..] else { wrong(row) };
        if exercises.last().is_none_or(|(known, _)| *known != exercise) {
            exercises.push((exercise, Vec::new()));
        }
        if in_tab.is_empty() {
            // It needs the broker in the tab; its own words say what happens elsewhere.
            continue;
        }
        let key = why.split_once("](#").and_then(|(_, key)| key.strip_suffix(')'));
        let (sections, words) =
            reason(key.unwrap_or_else(|| wrong(&format!("needs a reason: {row}"))));
        let [what, in_tab, there] = [what, in_tab, there].map(str::to_owned);
        let (_, of_exercise) = exercises.last_mut().expect("one was pushed");
        of_exercise.push([what, in_tab, there, sections, words]);
    }
    let pages: Vec<_> =
        chapters.iter().flat_map(|(_, folder)| pages(folder, LANGUAGES[language])).collect();
    shelf.list(&exercises, |shelf, (exercise, rows)| {
        let page = pages.iter().find(|(id, ..)| id == exercise);
        let elsewhere = page
            .and_then(|(.., page)| page.children.iter().find(|part| part.heading == "elsewhere"));
        shelf.text(exercise);
        shelf.text(&elsewhere.map_or(String::new(), |section| to_html(&section.body)));
        shelf.list(rows, |shelf, texts| texts.iter().for_each(|text| shelf.text(text)));
    });
}

// --- Glossaries ---

/// `<prefix><language>.md`: the glossary proper, why connections fail, why something ended,
/// and how to provoke a Reason Code.
const GLOSSARIES: [&str; 4] = ["", "failures.", "why.", "provoke."];

/// Sections `## key`, sorted.
fn entries_by_key(folder: &Path, prefix: &str, language: &str) -> BTreeMap<String, Section> {
    let path = folder.join(format!("{prefix}{language}.md"));
    let page = Section::parse(&read(&path), &path);
    page.children.into_iter().map(|section| (section.heading.clone(), section)).collect()
}

fn entries(shelf: &mut Writer, folder: &Path, prefix: &str, language: &str) {
    let sections: Vec<_> = entries_by_key(folder, prefix, language).into_iter().collect();
    shelf.list(&sections, |shelf, (key, section)| {
        let (short, long) = first_paragraph(&section.body);
        shelf.text(key);
        shelf.text(&inline_html(short));
        shelf.text(&to_html(long));
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first picture is made of, below `src/ui`.
    const FIRST_FILES: [&str; 15] = [
        "address.rs",
        "app.rs",
        "behind.rs",
        "broker_choice.rs",
        "broker_view/opening.rs",
        "captures/shelf.rs",
        "components/broker_menu.rs",
        "components/header.rs",
        "components/icon.rs",
        "components/pips.rs",
        "lazy.rs",
        "pages/home.rs",
        "pane.rs",
        "store.rs",
        "theme.rs",
    ];

    #[test]
    fn a_count_and_its_words_are_one_placeholder() {
        let text = "{packets} {packets:packet:packets}; {par} {par:is:are} enough";
        assert_eq!(placeholders(text), ["packets", "par"]);
        assert_eq!(
            placeholders("{par}個で足ります。送ったのは{packets}個です"),
            ["packets", "par"]
        );
    }

    #[test]
    fn what_the_first_picture_says_is_there_first() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let table = table(&root.join("locales"), "en");
        for file in FIRST_FILES {
            let code: String = read(&root.join("src/ui").join(file)).split_whitespace().collect();
            for after in code.replace("strings().", "strings.").split("strings.").skip(1) {
                let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
                let key = &after[..end.unwrap_or(after.len())];
                let late = table.contains_key(key) && !is_first(key);
                assert!(!late, "{file} shows {key}: name it in FIRST");
            }
        }
    }
}
