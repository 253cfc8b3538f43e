//! Fields, properties, Reason Codes, packets, errors and terms explained, in every language.
//!
//! The words are in `en.md` and `ja.md` beside this file; the build fails when the two differ in keys,
//! and a test holds that every table entry of the protocol has one.

mod specification;

pub use specification::link_in;

use crate::language::Language;
use crate::mqtt::{ErrorKind, Label, PacketType, ReasonCode, Version};
use crate::words::glossary;

pub use crate::words::Entry;

/// The entry under a key such as `topic_alias` or `term_session_state`.
pub fn entry(key: &str, language: Language) -> Option<Entry> {
    find(&glossary(language)?.terms, key)
}

/// What a field or property means in a version.
pub fn field(label: Label, version: Version, language: Language) -> Option<Entry> {
    entry(label.key_in(version), language)
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
    find(&glossary(language)?.failures, key)
}

/// Why something ended or was refused, under the name of its cause: first the rule, then one thing to
/// try.
pub fn why(key: &str, language: Language) -> Option<Entry> {
    find(&glossary(language)?.causes, key)
}

/// How a server is brought to send a Reason Code in a packet, or who sends it; as HTML.
pub fn provoke(code: ReasonCode, packet: PacketType, language: Language) -> Option<&'static str> {
    let key = format!("reason_0x{:02x}", code.value());
    let Entry { short, long, .. } = find(&glossary(language)?.provocations, &key)?;
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
    glossary(language).into_iter().flat_map(|words| &words.terms).map(|entry| entry.key)
}

/// The build sorts the entries by key.
fn find(entries: &[Entry], key: &str) -> Option<Entry> {
    let index = entries.binary_search_by(|entry| entry.key.cmp(key)).ok()?;
    Some(entries[index])
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
        for version in Version::ALL {
            wanted.extend(FieldId::ALL.iter().map(|id| id.key_in(version).to_owned()));
        }
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
        let words = glossary(Language::En).expect("the words are built in");
        let explained: Vec<_> = words.causes.iter().map(|entry| entry.key).collect();
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
