//! Reads the sources and renders them. A key, section or placeholder that one language lacks stops the
//! build with a list.

mod around;
mod course;
mod glossary;
mod interface;
mod markdown;
mod mosquitto;
mod parts;

use std::fs;
use std::path::{Path, PathBuf};

use crate::bundle::{Bundle, write};
use crate::{Glossary, Interface};
use interface::{Keys, Table};
use markdown::Section;

pub use parts::Parts;

pub const LANGUAGES: [&str; 2] = ["en", "ja"];
/// What they call themselves.
pub const LANGUAGE_NAMES: [&str; LANGUAGES.len()] = ["English", "日本語"];

const LOCALES: &str = "locales";
const CHAPTERS: &str = "src/course/chapters";
const AROUND: &str = "src/course/around";
const GLOSSARY: &str = "src/glossary";
/// What differs on Mosquitto, exercise by exercise; written by the live tests.
const MOSQUITTO: &str = "docs/mosquitto.md";

/// What is read, below the folder of the workspace.
pub fn sources(root: &Path) -> impl Iterator<Item = PathBuf> {
    let words = [LOCALES, CHAPTERS, AROUND, GLOSSARY, MOSQUITTO].map(PathBuf::from);
    words
        .into_iter()
        .chain([parts::FILE.into()])
        .chain(Parts::read(root).code().collect::<Vec<_>>())
}

/// Everything the page can say.
pub struct Words {
    /// Every bundle in every language.
    pub files: Vec<File>,
    /// The ids of the chapters.
    pub chapters: Vec<String>,
    /// The ids of the exercises of each.
    pub exercises: Vec<Vec<String>>,
    /// Changes with the words.
    pub version: String,
    /// Rust: a struct with one method for each interface string.
    pub strings: String,
    /// The interface strings by their keys, in the order of [`LANGUAGES`].
    pub interface: [Table; LANGUAGES.len()],
}

/// A bundle in one language.
pub struct File {
    pub name: String,
    pub content: Vec<u8>,
}

impl Words {
    /// Reads and renders everything below the folder of the workspace.
    pub fn render(root: &Path) -> Words {
        let interface = interface::tables(&root.join(LOCALES));
        let keys = Keys::new(root, &interface[0]);
        let chapters = course::chapters(&root.join(CHAPTERS));
        let [around, glossary, mosquitto] = [AROUND, GLOSSARY, MOSQUITTO].map(|it| root.join(it));
        around::agree(&around);
        glossary::agree(&glossary);
        let mut files = Vec::new();
        for (language, table) in interface.iter().enumerate() {
            let tag = LANGUAGES[language];
            let mut add = |bundle: Bundle<&str>, content| {
                files.push(File { name: bundle.file_name(tag), content });
            };
            let titles = chapters.iter().map(|chapter| chapter.title(language)).collect();
            let first = Interface { strings: keys.first(table), chapters: titles };
            let entries = |prefix| glossary::entries(&glossary, prefix, tag);
            let explained = Glossary {
                strings: keys.later(table),
                terms: entries(glossary::TERMS),
                failures: entries(glossary::FAILURES),
                causes: entries(glossary::CAUSES),
                provocations: entries(glossary::PROVOCATIONS),
            };
            add(Bundle::Interface, write(&first));
            add(Bundle::Glossary, write(&explained));
            add(Bundle::Around, write(&around::texts(&around, tag)));
            add(Bundle::Mosquitto, write(&mosquitto::texts(&mosquitto, &chapters, language)));
            for chapter in &chapters {
                add(Bundle::Chapter(&chapter.id), write(&chapter.texts(language)));
            }
        }
        let version = version(&files);
        for file in &mut files {
            file.content.splice(0..0, version.bytes());
        }
        let strings = keys.code(&interface[0]);
        let exercises = chapters.iter().map(course::Chapter::exercises).collect();
        let chapters = chapters.into_iter().map(|chapter| chapter.id).collect();
        Words { files, chapters, exercises, version, strings, interface }
    }

    /// Writes the files into a folder.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        self.files.iter().try_for_each(|file| fs::write(folder.join(&file.name), &file.content))
    }
}

/// FNV-1a over all files: the same words have the same version, wherever they are rendered.
fn version(files: &[File]) -> String {
    let bytes = files.iter().flat_map(|file| &file.content);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The sections of `<name>.<language>.md`.
fn sections(folder: &Path, name: &str, language: &str) -> Vec<Section> {
    let path = folder.join(format!("{name}.{language}.md"));
    Section::parse(&read(&path), &path).children
}

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
