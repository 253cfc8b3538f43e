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
    /// What will be different in the learner's own system, as inline HTML.
    pub tomorrow: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepProse {
    pub id: &'static str,
    /// What to do, one sentence, as inline HTML.
    pub todo: &'static str,
    pub details: &'static str,
    /// From gentle to concrete.
    pub hints: &'static [&'static str],
    /// What the packets proved.
    pub done: &'static str,
}

impl ExerciseProse {
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
