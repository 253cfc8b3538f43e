//! Shelves of words: what the build has rendered (`words/`), kept until somebody reads it.
//!
//! Most builds hold every shelf in the program. The page that `cargo xtask dist` builds (feature
//! `split`) fetches each when it is needed, in the one language it speaks, and [`put`]s it here.

use std::sync::OnceLock;

/// What is fetched together, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf(usize);

impl Shelf {
    /// The titles of the course, and the strings that the first picture shows.
    pub const INTERFACE: Shelf = Shelf(0);
    /// Everything explained, and all other strings of the interface.
    pub const GLOSSARY: Shelf = Shelf(1);
    /// Questions and troubleshooting.
    pub const AROUND: Shelf = Shelf(2);
    /// What differs on Mosquitto.
    pub const MOSQUITTO: Shelf = Shelf(3);
    pub const COUNT: usize = NAMES.len();

    pub fn all() -> impl Iterator<Item = Shelf> {
        (0..Shelf::COUNT).map(Shelf)
    }

    /// The prose of a chapter.
    pub fn chapter(id: &str) -> Option<Shelf> {
        Shelf::all().skip(4).find(|shelf| NAMES[shelf.0] == id)
    }

    pub fn index(self) -> usize {
        self.0
    }

    /// Where it lies beside the page.
    pub fn address(self, language: &str) -> String {
        format!("words/{}.{language}.txt?{VERSION}", NAMES[self.0])
    }
}

/// The place of a language in every pair.
pub const LANGUAGES: usize = 2;

static SHELVES: [[OnceLock<&'static str>; LANGUAGES]; Shelf::COUNT] =
    [const { [const { OnceLock::new() }; LANGUAGES] }; Shelf::COUNT];

/// Reads a section of a shelf; `None` while it is not there.
pub fn read(shelf: Shelf, language: usize, section: usize) -> Option<Reader> {
    #[cfg(not(feature = "split"))]
    let text = Some(SHELVES[shelf.0][language].get_or_init(|| TEXTS[shelf.0][language]));
    #[cfg(feature = "split")]
    let text = SHELVES[shelf.0][language].get();
    // The version stands first.
    text?.split(SECTION).nth(section + 1).map(|rest| Reader { rest })
}

pub fn is_there(shelf: Shelf, language: usize) -> bool {
    cfg!(not(feature = "split")) || SHELVES[shelf.0][language].get().is_some()
}

/// Keeps a shelf for good. Refuses what is no shelf, or one of another version of the page.
pub fn put(shelf: Shelf, language: usize, text: String) -> bool {
    let is_ours = text.strip_prefix(VERSION).is_some_and(|rest| rest.starts_with(SECTION));
    if is_ours && !is_there(shelf, language) {
        // Everything read from it borrows from it, until the page is closed.
        let _ = SHELVES[shelf.0][language].set(String::leak(text));
    }
    is_ours
}

/// Reads the texts of a shelf in the order in which they were written.
pub struct Reader {
    rest: &'static str,
}

impl Reader {
    /// The next text; empty after the last.
    #[inline(never)]
    pub fn text(&mut self) -> &'static str {
        let (text, rest) = self.rest.split_once(TEXT).unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }

    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Reader) -> T) -> Vec<T> {
        let length = self.text().parse().unwrap_or(0);
        (0..length).map(|_: usize| item(self)).collect()
    }

    pub fn leaked_list<T>(&mut self, item: impl FnMut(&mut Reader) -> T) -> &'static [T] {
        self.list(item).leak()
    }
}

const TEXT: char = '\u{1e}';
const SECTION: char = '\u{1d}';

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_their_order_and_lists_by_their_length() {
        let mut reader = Reader { rest: "a\u{1e}2\u{1e}b\u{1e}\u{1e}c\u{1e}" };
        assert_eq!(reader.text(), "a");
        assert_eq!(reader.list(Reader::text), ["b", ""]);
        assert_eq!((reader.text(), reader.text()), ("c", ""));
    }

    #[test]
    fn only_shelves_of_this_version_are_taken() {
        for (text, expect) in [
            (format!("{VERSION}\u{1d}words"), true),
            (format!("{VERSION}0\u{1d}words"), false),
            ("<!doctype html>".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(put(Shelf::INTERFACE, 0, text.clone()), expect, "{text:?}");
        }
    }

    #[test]
    fn a_shelf_has_an_address_of_its_own() {
        let shelf = Shelf::chapter("connect").expect("the course begins with it");
        assert_eq!(shelf.address("ja"), format!("words/connect.ja.txt?{VERSION}"));
        assert_eq!(Shelf::chapter("no-such-chapter"), None);
    }
}
