//! The languages of the page, and every short interface string in each (`locales/*.json`).
//!
//! The strings are generated as methods of one struct, so a missing or misspelt key does not compile, and
//! plain Rust models can be tested with them. A third language is a new file, a name in
//! `words/src/render/mod.rs` and a variant here.

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::words;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Ja,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::En, Language::Ja];

    /// The BCP 47 tag, as in `<html lang>` and in the page's address.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ja => "ja",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Ja => "日本語",
        }
    }

    /// The language of a tag such as `ja` or `ja-JP`; `None` for one the page does not speak.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split('-').next()?.to_ascii_lowercase();
        Language::ALL.into_iter().find(|language| language.tag() == primary)
    }

    pub fn strings(self) -> &'static Strings {
        const COUNT: usize = Language::ALL.len();
        static FIRST: [OnceLock<Strings>; COUNT] = [const { OnceLock::new() }; COUNT];
        static ALL: [OnceLock<Strings>; COUNT] = [const { OnceLock::new() }; COUNT];
        let first = || &words::interface(self).expect("the page begins with these words").strings;
        match words::glossary(self) {
            Some(later) => ALL[self.index()].get_or_init(|| Strings::new(first(), &later.strings)),
            None => FIRST[self.index()].get_or_init(|| Strings::new(first(), &[])),
        }
    }

    /// Its place in a pair written in the order of [`Language::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl Strings {
    /// What comes later is empty without it.
    fn new(first: &[&'static str], later: &[&'static str]) -> Strings {
        let mut texts = first.iter().chain(later).copied();
        Strings(std::array::from_fn(|_| texts.next().unwrap_or_default()))
    }
}

/// A text with `{0}`, `{1}` … replaced; `{0:packet:packets}` becomes the first word where the value is 1,
/// otherwise the second.
fn fill(template: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut filled = String::new();
    let mut parts = template.split('{');
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, rest) = part.split_once('}').unwrap_or((part, ""));
        let (number, words) = inside.split_once(':').unwrap_or((inside, ""));
        let value = number.parse().ok().and_then(|number: usize| values.get(number));
        match (value, words.split_once(':')) {
            (Some(value), Some((one, many))) => {
                filled.push_str(if value.to_string() == "1" { one } else { many });
            }
            (Some(value), None) => {
                let _ = write!(filled, "{value}");
            }
            (None, _) => {}
        }
        filled.push_str(rest);
    }
    filled
}

include!(concat!(env!("OUT_DIR"), "/strings.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_any_order() {
        for (template, expect) in [
            ("", ""),
            ("no place", "no place"),
            ("{0} of {1}", "1 of two"),
            ("{1}の{0}{1}", "twoの1two"),
            ("{0} {0:packet:packets}, {1:is:are}", "1 packet, are"),
        ] {
            assert_eq!(fill(template, &[&1, &"two"]), expect, "{template}");
        }
    }

    #[test]
    fn tags_are_matched_by_their_primary_language() {
        for (tag, expect) in [
            ("ja", Some(Language::Ja)),
            ("ja-JP", Some(Language::Ja)),
            ("EN-us", Some(Language::En)),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expect, "{tag:?}");
        }
    }
}
