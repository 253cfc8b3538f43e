//! The words of chapters and exercises. Titles are always there; the rest is when the bundle of its chapter
//! is.

use crate::language::Language;
use crate::words::{self, Bundle};

pub use crate::words::{
    ChapterProse, ChapterTitle, ExerciseProse, FindingProse, HintProse, PredictionProse, StepProse,
};

/// The words of a chapter that any page may show. `None` for an id without words.
pub fn chapter_title(id: &str, language: Language) -> Option<&'static ChapterTitle> {
    titles(language).find(|chapter| chapter.id == id)
}

/// The title of an exercise, which any page may show. `None` for an id without words.
pub fn exercise_title(id: &str, language: Language) -> Option<&'static str> {
    let mut exercises = titles(language).flat_map(|chapter| &chapter.exercises);
    exercises.find(|exercise| exercise.id == id).map(|exercise| exercise.title)
}

/// `None` for an id without words, and while the chapter's bundle is not there; a test holds that every
/// chapter has them.
pub fn chapter_prose(id: &str, language: Language) -> Option<&'static ChapterProse> {
    words::chapter(id, language).map(|chapter| &chapter.prose)
}

/// `None` for an id without words, and while its chapter's bundle is not there; a test holds that every
/// exercise has them.
pub fn exercise_prose(id: &str, language: Language) -> Option<&'static ExerciseProse> {
    let chapter = words::chapter(chapter_with(id, language)?, language)?;
    chapter.exercises.iter().find(|exercise| exercise.id == id)
}

/// The bundle with the words of an exercise.
pub fn bundle_of(exercise: &str, language: Language) -> Option<Bundle> {
    words::of_chapter(chapter_with(exercise, language)?)
}

/// The id of the chapter with that exercise.
fn chapter_with(exercise: &str, language: Language) -> Option<&'static str> {
    let mut chapters = titles(language);
    let found = chapters.find(|chapter| chapter.exercises.iter().any(|it| it.id == exercise))?;
    Some(found.id)
}

fn titles(language: Language) -> impl Iterator<Item = &'static ChapterTitle> {
    words::interface(language).into_iter().flat_map(|interface| &interface.chapters)
}
