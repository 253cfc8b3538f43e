//! Glossaries: `src/glossary/*.md`.

use std::collections::BTreeMap;
use std::path::Path;

use super::markdown::{Section, first_paragraph, inline_html, to_html};
use super::{LANGUAGES, read};
use crate::Entry;

/// What the names of their files begin with, before the language.
pub const TERMS: &str = "";
pub const FAILURES: &str = "failures.";
pub const CAUSES: &str = "why.";
pub const PROVOCATIONS: &str = "provoke.";

pub fn agree(folder: &Path) {
    for prefix in [TERMS, FAILURES, CAUSES, PROVOCATIONS] {
        let keys = |language| by_key(folder, prefix, language).into_keys();
        let [en, ja] = LANGUAGES.map(|language| keys(language).collect::<Vec<_>>());
        assert_eq!(en, ja, "{prefix}en.md and {prefix}ja.md explain other keys");
    }
}

/// Sections `## key`, sorted.
pub fn entries(folder: &Path, prefix: &str, language: &str) -> Vec<Entry<String>> {
    let entry = |(key, section): (String, Section)| {
        let (short, long) = first_paragraph(&section.body);
        Entry { key, short: inline_html(short), long: to_html(long) }
    };
    by_key(folder, prefix, language).into_iter().map(entry).collect()
}

fn by_key(folder: &Path, prefix: &str, language: &str) -> BTreeMap<String, Section> {
    let path = folder.join(format!("{prefix}{language}.md"));
    let page = Section::parse(&read(&path), &path);
    page.children.into_iter().map(|section| (section.heading.clone(), section)).collect()
}
