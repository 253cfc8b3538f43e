//! The languages of the page. A third one is a new file in `locales/`, a name in `words/src/render/mod.rs` and
//! a variant here.

use serde::{Deserialize, Serialize};

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

    /// Its place in a pair written in the order of [`Language::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
