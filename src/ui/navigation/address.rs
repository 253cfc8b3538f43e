//! The page's own address: which place, which language, which broker.
//!
//! Everything stands in the query, so that any static file server can host the page, under any path:
//! `?exercise=first-connect&lang=ja&broker=ws://localhost:9001`.

use std::fmt::Write as _;

use crate::language::{Language, Strings};

/// A place in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Chapter(String),
    Exercise(String),
    Page(Page),
}

/// A page beside the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Bench,
    Questions,
    Checklist,
    Troubleshooting,
    Finish,
    Composer,
    Reference,
    Captures,
    Traffic,
    Mosquitto,
    Examine,
    Measure,
}

pub const EXERCISE: &str = "exercise";
pub const CHAPTER: &str = "chapter";
pub const PAGE: &str = "page";
pub const LANGUAGE: &str = "lang";
pub const BROKER: &str = "broker";
/// The bytes with which the composer begins.
pub const HEX: &str = "hex";
/// The letter of the client on whose connection the composer sends.
pub const CLIENT: &str = "client";

impl Page {
    pub const ALL: &[Page] = &[
        Page::Bench,
        Page::Composer,
        Page::Questions,
        Page::Checklist,
        Page::Troubleshooting,
        Page::Finish,
        Page::Reference,
        Page::Mosquitto,
        Page::Captures,
        Page::Examine,
        Page::Measure,
        Page::Traffic,
    ];

    /// Those that are there for any traffic, not only for the course.
    pub const TOOLS: [Page; 8] = [
        Page::Composer,
        Page::Traffic,
        Page::Captures,
        Page::Examine,
        Page::Measure,
        Page::Reference,
        Page::Troubleshooting,
        Page::Mosquitto,
    ];

    /// Its name in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Page::Bench => "bench",
            Page::Questions => "questions",
            Page::Checklist => "checklist",
            Page::Troubleshooting => "troubleshooting",
            Page::Finish => "finish",
            Page::Composer => "composer",
            Page::Reference => "reference",
            Page::Captures => "captures",
            Page::Traffic => "traffic",
            Page::Mosquitto => "mosquitto",
            Page::Examine => "examine",
            Page::Measure => "measure",
        }
    }

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Page::Bench => strings.page_bench(),
            Page::Questions => strings.page_questions(),
            Page::Checklist => strings.page_checklist(),
            Page::Troubleshooting => strings.page_troubleshooting(),
            Page::Finish => strings.page_finish(),
            Page::Composer => strings.page_composer(),
            Page::Reference => strings.page_reference(),
            Page::Captures => strings.page_captures(),
            Page::Traffic => strings.page_traffic(),
            Page::Mosquitto => strings.page_mosquitto(),
            Page::Examine => strings.page_examine(),
            Page::Measure => strings.page_measure(),
        }
    }

    /// The symbol beside its name.
    pub fn icon(self) -> &'static str {
        match self {
            Page::Bench => "bench",
            Page::Questions => "prediction",
            Page::Checklist => "met",
            Page::Troubleshooting => "warning",
            Page::Finish => "mark",
            Page::Composer => "edit",
            Page::Reference => "book",
            Page::Captures => "file",
            Page::Traffic => "wire",
            Page::Mosquitto => "broker",
            Page::Examine => "show",
            Page::Measure => "clock",
        }
    }

    /// The letter that goes there after `g`.
    pub fn letter(self) -> &'static str {
        match self {
            // `b` is the bench of an exercise.
            Page::Bench => "n",
            Page::Questions => "q",
            Page::Checklist => "k",
            Page::Troubleshooting => "t",
            Page::Finish => "f",
            Page::Composer => "c",
            Page::Reference => "r",
            Page::Captures => "p",
            Page::Traffic => "y",
            Page::Mosquitto => "m",
            Page::Examine => "e",
            // `m` is what differs on Mosquitto.
            Page::Measure => "s",
        }
    }
}

impl Place {
    /// The place that the query names: an exercise, a chapter, a page beside the course, or home.
    pub fn from_query(value: impl Fn(&str) -> Option<String>) -> Place {
        let named = |key| value(key).filter(|value| !value.is_empty());
        if let Some(id) = named(EXERCISE) {
            return Place::Exercise(id);
        }
        if let Some(id) = named(CHAPTER) {
            return Place::Chapter(id);
        }
        let Some(page) = named(PAGE) else { return Place::Home };
        let known = Page::ALL.iter().find(|known| page == known.key());
        // What there is not is said to be missing, as for an exercise.
        known.map_or(Place::Exercise(page), |page| Place::Page(*page))
    }

    /// Whether it has a bench, which a learner does not want to lose.
    pub fn has_bench(&self) -> bool {
        matches!(self, Place::Home | Place::Exercise(_) | Place::Page(Page::Bench))
    }

    /// Whether it stands in front of the bench, which stays as it is meanwhile.
    pub fn is_in_front(&self) -> bool {
        !self.has_bench()
    }

    /// A link to it that keeps the language.
    pub fn href(&self, language: Language) -> String {
        let mut href = String::from("?");
        let (key, value) = match self {
            Place::Home => ("", ""),
            Place::Exercise(id) => (EXERCISE, id.as_str()),
            Place::Chapter(id) => (CHAPTER, id.as_str()),
            Place::Page(page) => (PAGE, page.key()),
        };
        if !key.is_empty() {
            let _ = write!(href, "{key}={}&", escape(value));
        }
        let _ = write!(href, "{LANGUAGE}={}", language.tag());
        href
    }
}

/// What the query of an address says under a key, as it stands there.
pub fn value<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let pairs = query.trim_start_matches('?').split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key).map(|(_, value)| value)
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
    fn a_query_is_read_by_its_keys() {
        for (query, expect) in [
            ("?exercise=first-connect&lang=ja", Some("ja")),
            ("lang=en", Some("en")),
            ("?slang=ja&language=ja", None),
            ("", None),
        ] {
            assert_eq!(value(query, LANGUAGE), expect, "{query}");
        }
    }

    #[test]
    fn links_hold_the_place_and_the_language() {
        for (place, language, expect) in [
            (Place::Home, Language::En, "?lang=en"),
            (
                Place::Exercise("first-connect".into()),
                Language::Ja,
                "?exercise=first-connect&lang=ja",
            ),
            (Place::Chapter("sessions".into()), Language::En, "?chapter=sessions&lang=en"),
            (Place::Page(Page::Questions), Language::Ja, "?page=questions&lang=ja"),
            (
                Place::Exercise("a b&c=日".into()),
                Language::En,
                "?exercise=a%20b%26c%3D%E6%97%A5&lang=en",
            ),
        ] {
            assert_eq!(place.href(language), expect);
        }
    }

    #[test]
    fn only_another_bench_takes_the_place_of_a_bench() {
        let pages = Page::ALL.iter().map(|page| Place::Page(*page));
        for place in pages.chain([Place::Home, Place::Chapter("x".into())]) {
            let is_bench = matches!(place, Place::Home | Place::Page(Page::Bench));
            assert_eq!(place.is_in_front(), !is_bench, "{place:?}");
        }
        assert!(!Place::Exercise("y".into()).is_in_front());
    }

    #[test]
    fn places_are_found_again() {
        let pages = Page::ALL.iter().map(|page| Place::Page(*page));
        let others = [Place::Home, Place::Chapter("x".into()), Place::Exercise("y".into())];
        for place in pages.chain(others) {
            let href = place.href(Language::En);
            let value = |key: &str| {
                let mut pairs = href[1..].split('&').filter_map(|pair| pair.split_once('='));
                pairs.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
            };
            assert_eq!(Place::from_query(value), place);
        }
        assert_eq!(Place::from_query(|_| Some(String::new())), Place::Home);
    }
}
