//! The page's own address: which exercise, which language, which broker.
//!
//! Everything stands in the query, so that any static file server can host the page, under any path:
//! `?exercise=first-connect&lang=ja&broker=ws://localhost:9001`.

use std::fmt::Write as _;

use crate::language::Language;

/// A place in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Exercise(String),
}

pub const EXERCISE: &str = "exercise";
pub const LANGUAGE: &str = "lang";
pub const BROKER: &str = "broker";

impl Place {
    /// The place that the query's `exercise` names.
    pub fn from_query(exercise: Option<String>) -> Place {
        match exercise {
            Some(id) if !id.is_empty() => Place::Exercise(id),
            _ => Place::Home,
        }
    }

    /// A link to it that keeps the language.
    pub fn href(&self, language: Language) -> String {
        let mut href = String::from("?");
        if let Place::Exercise(id) = self {
            let _ = write!(href, "{EXERCISE}={}&", escape(id));
        }
        let _ = write!(href, "{LANGUAGE}={}", language.tag());
        href
    }
}

/// Percent-encodes what may not stand in a query's value.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte as char)
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_the_place_and_the_language() {
        for (place, language, expect) in [
            (Place::Home, Language::En, "?lang=en"),
            (
                Place::Exercise("first-connect".into()),
                Language::Ja,
                "?exercise=first-connect&lang=ja",
            ),
            (
                Place::Exercise("a b&c=日".into()),
                Language::En,
                "?exercise=a%20b%26c%3D%E6%97%A5&lang=en",
            ),
        ] {
            assert_eq!(place.href(language), expect);
        }
    }
}
