//! The words of chapters and exercises, rendered to HTML at build time. Titles are always there; the
//! rest is when the shelf of its chapter is.

use std::sync::OnceLock;

use crate::language::Language;
use crate::words::{self, LANGUAGES, Reader, Shelf};

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
    pub findings: &'static [FindingProse],
    /// What a broker outside the tab does instead, where the exercise needs the one in the tab.
    pub elsewhere: &'static str,
    /// What will be different in the learner's own system, as inline HTML.
    pub tomorrow: &'static str,
}

/// The sentence for a [`Finding::Told`](super::Finding::Told).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingProse {
    /// The step that words it.
    pub step: &'static str,
    pub key: &'static str,
    /// With `{0}`, `{1}` … for the values of the finding.
    pub text: &'static str,
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
    /// The sentence of a finding that the exercise words itself: in the words of that step, or of another one
    /// where the step has none.
    pub fn finding(&self, step: &str, key: &str, values: &[String]) -> Option<String> {
        let mut worded = self.findings.iter().filter(|finding| finding.key == key).peekable();
        let any = *worded.peek()?;
        let text = worded.find(|finding| finding.step == step).unwrap_or(any).text;
        let fill = |text: String, (index, value): (usize, &String)| {
            text.replace(&format!("{{{index}}}"), value)
        };
        Some(values.iter().enumerate().fold(text.to_owned(), fill))
    }

    pub fn step(&self, id: &str) -> Option<&'static StepProse> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// What the way through the course shows of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterTitle {
    pub title: &'static str,
    /// One sentence, as inline HTML.
    pub goal: &'static str,
    /// Each exercise by its id, with its title.
    exercises: Vec<(&'static str, &'static str)>,
}

/// The words of a chapter that any page may show. `None` for an id without words.
pub fn chapter_title(id: &str, language: Language) -> Option<&'static ChapterTitle> {
    titles(language)?.iter().find(|(key, _)| *key == id).map(|(_, chapter)| chapter)
}

/// The title of an exercise, which any page may show. `None` for an id without words.
pub fn exercise_title(id: &str, language: Language) -> Option<&'static str> {
    let exercises = titles(language)?.iter().flat_map(|(_, chapter)| &chapter.exercises);
    exercises.into_iter().find(|(key, _)| *key == id).map(|(_, title)| *title)
}

/// `None` for an id without words, and while the chapter's shelf is not there; a test holds that every
/// chapter has them.
pub fn chapter_prose(id: &str, language: Language) -> Option<&'static ChapterProse> {
    chapter(id, language).map(|chapter| &chapter.prose)
}

/// `None` for an id without words, and while its chapter's shelf is not there; a test holds that every
/// exercise has them.
pub fn exercise_prose(id: &str, language: Language) -> Option<&'static ExerciseProse> {
    let chapter = chapter(chapter_with(id, language)?, language)?;
    chapter.exercises.iter().find(|(key, _)| *key == id).map(|(_, prose)| prose)
}

/// The shelf with the words of an exercise.
pub fn shelf_of(exercise: &str, language: Language) -> Option<Shelf> {
    Shelf::chapter(chapter_with(exercise, language)?)
}

type Titles = Vec<(&'static str, ChapterTitle)>;

fn titles(language: Language) -> Option<&'static Titles> {
    static TITLES: [OnceLock<Titles>; LANGUAGES] = [const { OnceLock::new() }; LANGUAGES];
    let titles = &TITLES[language.index()];
    if titles.get().is_none() {
        let mut shelf = words::read(Shelf::INTERFACE, language.index(), 1)?;
        let read = |shelf: &mut Reader| {
            let (id, title, goal) = (shelf.text(), shelf.text(), shelf.text());
            let exercises = shelf.list(|shelf| (shelf.text(), shelf.text()));
            (id, ChapterTitle { title, goal, exercises })
        };
        let _ = titles.set(shelf.list(read));
    }
    titles.get()
}

/// The id of the chapter with that exercise.
fn chapter_with(exercise: &str, language: Language) -> Option<&'static str> {
    let holds = |chapter: &ChapterTitle| chapter.exercises.iter().any(|(key, _)| *key == exercise);
    titles(language)?.iter().find(|(_, chapter)| holds(chapter)).map(|(id, _)| *id)
}

struct Chapter {
    prose: ChapterProse,
    exercises: Vec<(&'static str, ExerciseProse)>,
}

fn chapter(id: &str, language: Language) -> Option<&'static Chapter> {
    static CHAPTERS: [[OnceLock<Chapter>; LANGUAGES]; Shelf::COUNT] =
        [const { [const { OnceLock::new() }; LANGUAGES] }; Shelf::COUNT];
    let shelf = Shelf::chapter(id)?;
    let chapter = &CHAPTERS[shelf.index()][language.index()];
    if chapter.get().is_none() {
        let mut words = words::read(shelf, language.index(), 0)?;
        let _ = chapter.set(read_chapter(&mut words));
    }
    chapter.get()
}

fn read_chapter(words: &mut Reader) -> Chapter {
    let prose = ChapterProse { title: words.text(), goal: words.text(), text: words.text() };
    Chapter { prose, exercises: words.list(|words| (words.text(), read_exercise(words))) }
}

fn read_exercise(words: &mut Reader) -> ExerciseProse {
    ExerciseProse {
        title: words.text(),
        goal: words.text(),
        why: words.text(),
        steps: words.leaked_list(read_step),
        findings: words.leaked_list(|words| FindingProse {
            step: words.text(),
            key: words.text(),
            text: words.text(),
        }),
        elsewhere: words.text(),
        tomorrow: words.text(),
    }
}

fn read_step(words: &mut Reader) -> StepProse {
    StepProse {
        id: words.text(),
        todo: words.text(),
        details: words.text(),
        controls: words.leaked_list(Reader::text),
        prediction: words.list(read_prediction).pop(),
        hints: words.leaked_list(|words| HintProse {
            when: Some(words.text()).filter(|about| !about.is_empty()),
            text: words.text(),
        }),
        done: words.text(),
    }
}

fn read_prediction(words: &mut Reader) -> PredictionProse {
    PredictionProse {
        question: words.text(),
        options: words.leaked_list(Reader::text),
        outcome: words.text(),
    }
}
