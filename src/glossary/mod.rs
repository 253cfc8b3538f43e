//! Fields, properties, Reason Codes, packets, errors and terms explained, in every language.
//!
//! The words are in `en.md` and `ja.md` beside this file; the build fails when the two differ in keys,
//! and a test holds that every table entry of the protocol has one.

mod specification;

pub use specification::link;

use std::sync::OnceLock;

use crate::language::Language;
use crate::mqtt::{ErrorKind, Label, PacketType, ReasonCode};
use crate::words::{self, LANGUAGES, Reader, Shelf};

/// One explanation, as HTML rendered at build time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// One sentence.
    pub short: &'static str,
    /// Further paragraphs; may be empty.
    pub long: &'static str,
}

/// The entry under a key such as `topic_alias` or `term_session_state`.
pub fn entry(key: &str, language: Language) -> Option<Entry> {
    find(glossary(language)?, key)
}

/// What a field or property means.
pub fn field(label: Label, language: Language) -> Option<Entry> {
    entry(label.key(), language)
}

pub fn reason_code(code: ReasonCode, language: Language) -> Option<Entry> {
    entry(&format!("reason_0x{:02x}", code.value()), language)
}

pub fn packet(packet: PacketType, language: Language) -> Option<Entry> {
    entry(&format!("packet_{}", packet.key()), language)
}

/// What a broken rule demands, and why.
pub fn error(kind: ErrorKind, language: Language) -> Option<Entry> {
    entry(&format!("error_{}", kind.key()), language)
}

/// Why a connection may have failed before CONNACK, and what to try.
pub fn failure(key: &str, language: Language) -> Option<Entry> {
    find(failures(language)?, key)
}

/// Why something ended or was refused, under the name of its cause: first the rule, then one thing to
/// try.
pub fn why(key: &str, language: Language) -> Option<Entry> {
    find(whys(language)?, key)
}

/// How a server is brought to send a Reason Code in a packet, or who sends it; as HTML.
pub fn provoke(code: ReasonCode, packet: PacketType, language: Language) -> Option<&'static str> {
    let key = format!("reason_0x{:02x}", code.value());
    let Entry { short, long } = find(provocations(language)?, &key)?;
    // One paragraph for each way: the packets it holds for, a colon, and the way.
    let paragraphs = long.split("</p>").map(|it| it.trim_start().trim_start_matches("<p>"));
    std::iter::once(short).chain(paragraphs).find_map(|paragraph| {
        let (packets, way) = paragraph.split_once([':', '：'])?;
        let names = packets.split([',', '、']).map(str::trim);
        names.into_iter().any(|name| name == packet.name()).then(|| way.trim())
    })
}

/// Every key of the glossary, sorted.
pub fn keys(language: Language) -> impl Iterator<Item = &'static str> {
    glossary(language).into_iter().flatten().map(|(key, _)| *key)
}

type Entries = Vec<(&'static str, Entry)>;
type Shelves = [OnceLock<Entries>; LANGUAGES];

fn glossary(language: Language) -> Option<&'static Entries> {
    static GLOSSARY: Shelves = [const { OnceLock::new() }; LANGUAGES];
    entries(&GLOSSARY, Shelf::GLOSSARY, 0, language)
}

fn failures(language: Language) -> Option<&'static Entries> {
    static FAILURES: Shelves = [const { OnceLock::new() }; LANGUAGES];
    entries(&FAILURES, Shelf::GLOSSARY, 1, language)
}

fn whys(language: Language) -> Option<&'static Entries> {
    static WHY: Shelves = [const { OnceLock::new() }; LANGUAGES];
    entries(&WHY, Shelf::GLOSSARY, 2, language)
}

fn provocations(language: Language) -> Option<&'static Entries> {
    static PROVOKE: Shelves = [const { OnceLock::new() }; LANGUAGES];
    entries(&PROVOKE, Shelf::GLOSSARY, 3, language)
}

/// `None` while the words are not there.
fn entries(
    shelves: &'static Shelves,
    shelf: Shelf,
    section: usize,
    language: Language,
) -> Option<&'static Entries> {
    let entries = &shelves[language.index()];
    if entries.get().is_none() {
        let mut shelf = words::read(shelf, language.index(), section)?;
        let read =
            |shelf: &mut Reader| (shelf.text(), Entry { short: shelf.text(), long: shelf.text() });
        let _ = entries.set(shelf.list(read));
    }
    entries.get()
}

/// The build sorts the entries by key.
fn find(entries: &'static Entries, key: &str) -> Option<Entry> {
    let index = entries.binary_search_by(|(candidate, _)| (*candidate).cmp(key)).ok()?;
    Some(entries[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::why::one_of_each;
    use crate::link::Failure;
    use crate::mqtt::{FieldId, PropertyId};

    #[test]
    fn everything_the_protocol_tables_name_is_explained() {
        let mut wanted: Vec<String> = Vec::new();
        wanted.extend(FieldId::ALL.iter().map(|id| id.key().to_owned()));
        wanted.extend(PropertyId::ALL.iter().map(|id| id.key().to_owned()));
        wanted.extend(ReasonCode::ALL.iter().map(|c| format!("reason_0x{:02x}", c.value())));
        wanted.extend(PacketType::ALL.iter().map(|p| format!("packet_{}", p.key())));
        wanted.extend(ErrorKind::KEYS.iter().map(|key| format!("error_{key}")));
        for key in &wanted {
            for language in Language::ALL {
                let found = entry(key, language);
                assert!(found.is_some_and(|e| !e.short.is_empty()), "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn every_cause_of_an_end_is_explained_and_has_something_to_try() {
        let mut told = std::collections::BTreeSet::new();
        for cause in one_of_each() {
            told.insert(cause.key());
            for language in Language::ALL {
                let found = why(cause.key(), language);
                let tells = found.is_some_and(|e| !e.short.is_empty() && !e.long.is_empty());
                assert!(tells, "{} in {}", cause.key(), language.tag());
            }
        }
        let explained: Vec<_> =
            whys(Language::En).into_iter().flatten().map(|(key, _)| *key).collect();
        assert_eq!(explained, told.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn every_likely_cause_of_a_failed_connection_is_explained() {
        for cause in Failure::ALL {
            for language in Language::ALL {
                let found = failure(cause.key(), language);
                let tells = found.is_some_and(|e| !e.short.is_empty() && !e.long.is_empty());
                assert!(tells, "{} in {}", cause.key(), language.tag());
            }
        }
    }
}
