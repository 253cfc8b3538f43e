//! Around the chapters: `src/course/around/*.md`.

use std::path::Path;

use super::markdown::{first_paragraph, inline_html, question_and_answers, to_html};
use super::{LANGUAGES, sections};
use crate::{Around, QuestionProse, TroubleProse};

const QUESTIONS: &str = "questions";
const TROUBLES: &str = "troubleshooting";

pub fn agree(folder: &Path) {
    for name in [QUESTIONS, TROUBLES] {
        let keys = |language| sections(folder, name, language).into_iter().map(|s| s.heading);
        let [en, ja] = LANGUAGES.map(|language| keys(language).collect::<Vec<_>>());
        assert_eq!(en, ja, "{name}.en.md and {name}.ja.md have other sections");
    }
}

pub fn texts(folder: &Path, language: &str) -> Around<String> {
    // Sections `## id` with the question, a list of answers and `### because`.
    let questions = sections(folder, QUESTIONS, language).into_iter().map(|section| {
        let (question, options) = question_and_answers(&section.body);
        let because = section.children.iter().map(|part| to_html(&part.body)).collect();
        QuestionProse { id: section.heading, question, options, because }
    });
    // Sections `## id` with the symptom and what to look for.
    let troubles = sections(folder, TROUBLES, language).into_iter().map(|section| {
        let (symptom, look) = first_paragraph(&section.body);
        TroubleProse { symptom: inline_html(symptom), look: to_html(look), id: section.heading }
    });
    Around { questions: questions.collect(), troubles: troubles.collect() }
}
