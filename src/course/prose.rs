//! The words of chapters and exercises, rendered to HTML at build time.

use crate::language::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChapterProse {
    pub title: &'static str,
    /// One sentence, as inline HTML.
    pub goal: &'static str,
    pub text: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExerciseProse {
    pub title: &'static str,
    /// One sentence, as inline HTML.
    pub goal: &'static str,
    pub why: &'static str,
    pub steps: &'static [StepProse],
    /// Sentences for [`Finding::Told`](super::Finding::Told), by key, with `{0}`, `{1}` … for its values.
    pub findings: &'static [(&'static str, &'static str)],
    /// What a broker outside the tab does instead, where the exercise needs the one in the tab.
    pub elsewhere: &'static str,
    /// What will be different in the learner's own system, as inline HTML.
    pub tomorrow: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepProse {
    pub id: &'static str,
    /// What to do, one sentence, as inline HTML.
    pub todo: &'static str,
    pub details: &'static str,
    /// Labels of the step's buttons, in order; empty where the packet says enough.
    pub controls: &'static [&'static str],
    pub prediction: Option<PredictionProse>,
    /// From gentle to concrete; those for the present finding go first.
    pub hints: &'static [HintProse],
    /// What the packets proved.
    pub done: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintProse {
    /// The [key](super::Finding::key) of the finding it is about; `None` for one that always helps.
    pub when: Option<&'static str>,
    pub text: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PredictionProse {
    pub question: &'static str,
    /// As inline HTML.
    pub options: &'static [&'static str],
    /// Why it came as it did, for those who were right and those who were not.
    pub outcome: &'static str,
}

impl StepProse {
    /// The hints in the order to show them while a check has this to say: those about it first, those
    /// about something else not at all.
    pub fn hints_for(&self, finding: Option<&str>) -> Vec<&'static str> {
        let special = self.hints.iter().filter(|hint| hint.when.is_some() && hint.when == finding);
        let general = self.hints.iter().filter(|hint| hint.when.is_none());
        special.chain(general).map(|hint| hint.text).collect()
    }
}

impl ExerciseProse {
    /// The sentence of a finding that the exercise words itself.
    pub fn finding(&self, key: &str, values: &[String]) -> Option<String> {
        let (_, text) = self.findings.iter().find(|(of, _)| *of == key)?;
        let fill = |text: String, (index, value): (usize, &String)| {
            text.replace(&format!("{{{index}}}"), value)
        };
        Some(values.iter().enumerate().fold((*text).to_owned(), fill))
    }

    pub fn step(&self, id: &str) -> Option<&'static StepProse> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// `None` for an id without words; a test holds that every chapter has them.
pub fn chapter_prose(id: &str, language: Language) -> Option<&'static ChapterProse> {
    CHAPTERS.iter().find(|(key, _)| *key == id).map(|(_, pair)| language.pick(pair))
}

/// `None` for an id without words; a test holds that every exercise has them.
pub fn exercise_prose(id: &str, language: Language) -> Option<&'static ExerciseProse> {
    EXERCISES.iter().find(|(key, _)| *key == id).map(|(_, pair)| language.pick(pair))
}

include!(concat!(env!("OUT_DIR"), "/prose.rs"));
