//! The words of the page: [bundles](Bundle) that the build has rendered, each kept until somebody reads it.
//!
//! Most builds hold every bundle in the program. The page that `cargo xtask dist` builds (feature
//! `split`) fetches each when it is needed, in the one language it speaks, and [`put`]s it here.

mod language;

use std::sync::OnceLock;

pub use language::Language;
pub use playground_words::*;
use serde::Deserialize;

/// Something in each language.
type EachLanguage<T> = [OnceLock<T>; Language::ALL.len()];

/// A bundle: what has arrived, and what was read from it.
struct Kept<T> {
    files: EachLanguage<&'static [u8]>,
    texts: EachLanguage<T>,
}

static INTERFACE: Kept<Interface> = Kept::new();
static GLOSSARY: Kept<Glossary> = Kept::new();
static AROUND: Kept<Around> = Kept::new();
static MOSQUITTO: Kept<Mosquitto> = Kept::new();
/// In the order of [`CHAPTERS`].
static OF_CHAPTERS: [Kept<ChapterTexts>; CHAPTERS.len()] = [const { Kept::new() }; CHAPTERS.len()];

impl<T: Deserialize<'static>> Kept<T> {
    const fn new() -> Kept<T> {
        Kept {
            files: [const { OnceLock::new() }; Language::ALL.len()],
            texts: [const { OnceLock::new() }; Language::ALL.len()],
        }
    }

    /// `None` while it is not there.
    fn read(&'static self, bundle: Bundle, language: Language) -> Option<&'static T> {
        let texts = &self.texts[language.index()];
        if texts.get().is_none() {
            let _ = texts.set(read(file(bundle, language)?, VERSION)?);
        }
        texts.get()
    }
}

pub fn interface(language: Language) -> Option<&'static Interface> {
    INTERFACE.read(Bundle::Interface, language)
}

pub fn glossary(language: Language) -> Option<&'static Glossary> {
    GLOSSARY.read(Bundle::Glossary, language)
}

pub fn around(language: Language) -> Option<&'static Around> {
    AROUND.read(Bundle::Around, language)
}

pub fn mosquitto(language: Language) -> Option<&'static Mosquitto> {
    MOSQUITTO.read(Bundle::Mosquitto, language)
}

/// `None` also for an id of no chapter.
pub fn chapter(id: &str, language: Language) -> Option<&'static ChapterTexts> {
    let (index, id) = position(id)?;
    OF_CHAPTERS[index].read(Bundle::Chapter(id), language)
}

/// The bundle of a chapter.
pub fn of_chapter(id: &str) -> Option<Bundle> {
    position(id).map(|(_, id)| Bundle::Chapter(id))
}

/// Every bundle.
pub fn all() -> impl Iterator<Item = Bundle> {
    let others = [Bundle::Interface, Bundle::Glossary, Bundle::Around, Bundle::Mosquitto];
    others.into_iter().chain(CHAPTERS.into_iter().map(Bundle::Chapter))
}

/// Where it is beside the page.
pub fn address(bundle: Bundle, language: Language) -> String {
    format!("words/{}?{VERSION}", bundle.file_name(language.tag()))
}

pub fn is_there(bundle: Bundle, language: Language) -> bool {
    cfg!(not(feature = "split"))
        || kept(bundle).is_some_and(|files| files[language.index()].get().is_some())
}

/// Keeps a bundle for good. Refuses what is no bundle, or one of another version of the page.
pub fn put(bundle: Bundle, language: Language, file: Vec<u8>) -> bool {
    let is_ours = file.starts_with(VERSION.as_bytes());
    if let Some(files) = kept(bundle).filter(|_| is_ours) {
        // Everything read from it borrows from it, until the page is closed.
        files[language.index()].get_or_init(|| file.leak());
    }
    is_ours
}

fn file(bundle: Bundle, language: Language) -> Option<&'static [u8]> {
    #[cfg(not(feature = "split"))]
    return built_in(&bundle.file_name(language.tag()));
    #[cfg(feature = "split")]
    return kept(bundle)?[language.index()].get().copied();
}

fn kept(bundle: Bundle) -> Option<&'static EachLanguage<&'static [u8]>> {
    Some(match bundle {
        Bundle::Interface => &INTERFACE.files,
        Bundle::Glossary => &GLOSSARY.files,
        Bundle::Around => &AROUND.files,
        Bundle::Mosquitto => &MOSQUITTO.files,
        Bundle::Chapter(id) => &OF_CHAPTERS[position(id)?.0].files,
    })
}

fn position(chapter: &str) -> Option<(usize, &'static str)> {
    CHAPTERS.into_iter().enumerate().find(|(_, id)| *id == chapter)
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundle_is_what_the_page_reads() {
        for language in Language::ALL {
            assert!(interface(language).is_some());
            assert!(glossary(language).is_some());
            assert!(around(language).is_some());
            assert!(mosquitto(language).is_some());
            for id in CHAPTERS {
                assert!(chapter(id, language).is_some(), "{id}");
            }
        }
    }

    #[test]
    fn only_bundles_of_this_version_are_taken() {
        for (file, expect) in [
            (format!("{VERSION}words"), true),
            (VERSION[1..].to_owned(), false),
            ("<!doctype html>".to_owned(), false),
            (String::new(), false),
        ] {
            let taken = put(Bundle::Interface, Language::En, file.clone().into_bytes());
            assert_eq!(taken, expect, "{file:?}");
        }
    }

    #[test]
    fn a_bundle_has_an_address_of_its_own() {
        let bundle = of_chapter("connect").expect("the course begins with it");
        let expect = format!("words/connect.ja.txt?{VERSION}");
        assert_eq!(address(bundle, Language::Ja), expect);
        assert_eq!(of_chapter("no-such-chapter"), None);
        let addresses: std::collections::BTreeSet<_> =
            all().map(|bundle| address(bundle, Language::En)).collect();
        assert_eq!(addresses.len(), all().count());
    }
}
