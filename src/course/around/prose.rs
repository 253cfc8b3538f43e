//! The words of questions and symptoms, rendered to HTML at build time.

use crate::language::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionProse {
    pub question: &'static str,
    /// As inline HTML.
    pub options: &'static [&'static str],
    pub because: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TroubleProse {
    /// As inline HTML.
    pub symptom: &'static str,
    /// What to look for on the wire, what it means, what to try.
    pub look: &'static str,
}

/// `None` for an id without words; a test holds that every question has them.
pub fn question_prose(id: &str, language: Language) -> Option<&'static QuestionProse> {
    QUESTIONS.iter().find(|(key, _)| *key == id).map(|(_, pair)| language.pick(pair))
}

/// `None` for an id without words; a test holds that every symptom has them.
pub fn trouble_prose(id: &str, language: Language) -> Option<&'static TroubleProse> {
    TROUBLES.iter().find(|(key, _)| *key == id).map(|(_, pair)| language.pick(pair))
}

include!(concat!(env!("OUT_DIR"), "/around.rs"));
