//! The words of questions and symptoms.

use crate::language::Language;
use crate::words::around;

pub use crate::words::{QuestionProse, TroubleProse};

/// `None` for an id without words, and while their bundle is not there; a test holds that every question
/// has them.
pub fn question_prose(id: &str, language: Language) -> Option<&'static QuestionProse> {
    around(language)?.questions.iter().find(|question| question.id == id)
}

/// `None` for an id without words, and while their bundle is not there; a test holds that every symptom
/// has them.
pub fn trouble_prose(id: &str, language: Language) -> Option<&'static TroubleProse> {
    around(language)?.troubles.iter().find(|trouble| trouble.id == id)
}
