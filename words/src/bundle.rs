//! What is fetched together, and its form: the version of all words, then one value as postcard writes it,
//! which has neither names nor escapes, so that texts are borrowed from it as they are.

use serde::Deserialize;

/// What the page fetches together, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle<T = &'static str> {
    /// [`Interface`](crate::Interface): before anything is drawn.
    Interface,
    /// [`Glossary`](crate::Glossary): before any part of the page that arrives later.
    Glossary,
    /// [`Around`](crate::Around).
    Around,
    /// [`Mosquitto`](crate::Mosquitto).
    Mosquitto,
    /// [`ChapterTexts`](crate::ChapterTexts) of the chapter with that id.
    Chapter(T),
}

impl<T: AsRef<str>> Bundle<T> {
    /// Its file in the language with that tag. Static hosts compress what has the name of a text.
    pub fn file_name(&self, language: &str) -> String {
        let name = match self {
            Bundle::Interface => "interface",
            Bundle::Glossary => "glossary",
            Bundle::Around => "around",
            Bundle::Mosquitto => "mosquitto",
            Bundle::Chapter(id) => id.as_ref(),
        };
        format!("{name}.{language}.txt")
    }
}

/// What is in a file; `None` for one of another version, and for what is no such file.
pub fn read<T: Deserialize<'static>>(file: &'static [u8], version: &str) -> Option<T> {
    postcard::from_bytes(file.strip_prefix(version.as_bytes())?).ok()
}

#[cfg(feature = "render")]
pub(crate) fn write(value: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("texts and lists can be written")
}
