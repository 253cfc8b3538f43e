//! Fields, properties, Reason Codes, packets, errors and terms explained, in every language.
//!
//! The words are in `en.md` and `ja.md` beside this file; the build fails when the two differ in keys,
//! and a test holds that every table entry of the protocol has one.

mod specification;

pub use specification::link;

use crate::language::Language;
use crate::mqtt::{ErrorKind, Label, PacketType, ReasonCode};

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
    find(GLOSSARY, key, language)
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
    find(FAILURES, key, language)
}

/// Why something ended or was refused, under the name of its cause: first the rule, then one thing to
/// try.
pub fn why(key: &str, language: Language) -> Option<Entry> {
    find(WHY, key, language)
}

/// Every key of the glossary, sorted.
pub fn keys() -> impl Iterator<Item = &'static str> {
    GLOSSARY.iter().map(|(key, _)| *key)
}

/// The build sorts the tables by key.
fn find(table: &[(&str, [Entry; 2])], key: &str, language: Language) -> Option<Entry> {
    let index = table.binary_search_by(|(candidate, _)| (*candidate).cmp(key)).ok()?;
    Some(*language.pick(&table[index].1))
}

include!(concat!(env!("OUT_DIR"), "/glossary.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::why::one_of_each;
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
        let explained: Vec<_> = WHY.iter().map(|(key, _)| *key).collect();
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
