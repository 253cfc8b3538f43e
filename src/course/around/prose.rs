//! The words of questions and symptoms, rendered to HTML at build time.

use std::sync::OnceLock;

use crate::language::Language;
use crate::words::{self, LANGUAGES, Reader, Shelf};

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

/// `None` for an id without words, and while their shelf is not there; a test holds that every question
/// has them.
pub fn question_prose(id: &str, language: Language) -> Option<&'static QuestionProse> {
    let (_, prose) = around(language)?.questions.iter().find(|(key, _)| *key == id)?;
    Some(prose)
}

/// `None` for an id without words, and while their shelf is not there; a test holds that every symptom
/// has them.
pub fn trouble_prose(id: &str, language: Language) -> Option<&'static TroubleProse> {
    let (_, prose) = around(language)?.troubles.iter().find(|(key, _)| *key == id)?;
    Some(prose)
}

struct Around {
    questions: Vec<(&'static str, QuestionProse)>,
    troubles: Vec<(&'static str, TroubleProse)>,
}

fn around(language: Language) -> Option<&'static Around> {
    static AROUND: [OnceLock<Around>; LANGUAGES] = [const { OnceLock::new() }; LANGUAGES];
    let around = &AROUND[language.index()];
    if around.get().is_none() {
        let section = |section| words::read(Shelf::AROUND, language.index(), section);
        let (mut questions, mut troubles) = (section(0)?, section(1)?);
        let _ = around.set(Around {
            questions: questions.list(|words| (words.text(), read_question(words))),
            troubles: troubles.list(|words| {
                (words.text(), TroubleProse { symptom: words.text(), look: words.text() })
            }),
        });
    }
    around.get()
}

fn read_question(words: &mut Reader) -> QuestionProse {
    QuestionProse {
        question: words.text(),
        options: words.leaked_list(Reader::text),
        because: words.text(),
    }
}
