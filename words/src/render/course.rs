//! Prose of the course: `src/course/chapters/<chapter>/*.md`.

use std::path::{Path, PathBuf};

use super::markdown::{Section, first_paragraph, inline_html, question_and_answers, to_html};
use super::{LANGUAGES, file_name, read, sorted};
use crate::{
    ChapterProse, ChapterTexts, ChapterTitle, ExerciseProse, ExerciseTitle, FindingProse,
    HintProse, PredictionProse, StepProse,
};

pub struct Chapter {
    pub id: String,
    /// In the order of [`LANGUAGES`].
    pages: [Pages; LANGUAGES.len()],
}

/// A chapter in one language.
struct Pages {
    introduction: Section,
    exercises: Vec<Exercise>,
}

struct Exercise {
    id: String,
    path: PathBuf,
    page: Section,
}

pub fn chapters(folder: &Path) -> Vec<Chapter> {
    let folders = sorted(folder).into_iter().filter(|path| path.is_dir());
    let chapter = |folder: PathBuf| {
        let names = LANGUAGES.map(|language| names(&folder, language));
        assert_eq!(names[0], names[1], "{}: each page needs both languages", folder.display());
        let pages = LANGUAGES.map(|language| Pages::read(&folder, &names[0], language));
        Chapter { id: file_name(&folder).replace('_', "-"), pages }
    };
    folders.map(chapter).collect()
}

/// Those of its pages, without the language.
fn names(folder: &Path, language: &str) -> Vec<String> {
    let end = format!(".{language}.md");
    let files = sorted(folder).into_iter();
    files.filter_map(|path| Some(file_name(&path).strip_suffix(&end)?.to_owned())).collect()
}

impl Pages {
    /// `chapter.*.md` introduces the chapter, the others are exercises.
    fn read(folder: &Path, names: &[String], language: &str) -> Pages {
        let (mut introduction, mut exercises) = (None, Vec::new());
        for name in names {
            let path = folder.join(format!("{name}.{language}.md"));
            let page = Section::parse(&read(&path), &path);
            match &**name {
                "chapter" => introduction = Some(page),
                _ => exercises.push(Exercise { id: name.replace('_', "-"), path, page }),
            }
        }
        let introduction =
            introduction.unwrap_or_else(|| panic!("{}: no chapter.*.md", folder.display()));
        Pages { introduction, exercises }
    }
}

impl Chapter {
    /// The ids of its exercises.
    pub fn exercises(&self) -> Vec<String> {
        self.pages[0].exercises.iter().map(|exercise| exercise.id.clone()).collect()
    }

    pub fn title(&self, language: usize) -> ChapterTitle<String> {
        let Pages { introduction, exercises } = &self.pages[language];
        let (goal, _) = first_paragraph(&introduction.body);
        let exercise = |exercise: &Exercise| ExerciseTitle {
            id: exercise.id.clone(),
            title: exercise.page.heading.clone(),
        };
        ChapterTitle {
            id: self.id.clone(),
            title: introduction.heading.clone(),
            goal: inline_html(goal),
            exercises: exercises.iter().map(exercise).collect(),
        }
    }

    pub fn texts(&self, language: usize) -> ChapterTexts<String> {
        let Pages { introduction, exercises } = &self.pages[language];
        let (goal, text) = first_paragraph(&introduction.body);
        ChapterTexts {
            prose: ChapterProse {
                title: introduction.heading.clone(),
                goal: inline_html(goal),
                text: to_html(text),
            },
            exercises: exercises.iter().map(Exercise::prose).collect(),
        }
    }

    /// What a broker outside the tab does instead in an exercise; `None` for an exercise of another chapter.
    pub fn elsewhere(&self, exercise: &str, language: usize) -> Option<String> {
        let exercises = &self.pages[language].exercises;
        exercises.iter().find(|found| found.id == exercise).map(Exercise::elsewhere)
    }
}

const ELSEWHERE: &str = "elsewhere";
const TOMORROW: &str = "tomorrow";

impl Exercise {
    fn prose(&self) -> ExerciseProse<String> {
        let sections = &self.page.children;
        let (goal, why) = first_paragraph(&self.page.body);
        let steps =
            sections.iter().filter(|section| ![ELSEWHERE, TOMORROW].contains(&&*section.heading));
        // Any step may need the sentence of a finding: the exercise has them all.
        let parts = sections.iter().flat_map(|step| step.children.iter().map(move |it| (step, it)));
        let findings = parts.filter_map(|(step, part)| {
            let key = part.heading.strip_prefix("finding: ")?.to_owned();
            let step = step.heading.clone();
            Some(FindingProse { step, key, text: part.body.trim().to_owned() })
        });
        let tomorrow = self.section(TOMORROW).map(|section| inline_html(section.body.trim()));
        ExerciseProse {
            id: self.id.clone(),
            title: self.page.heading.clone(),
            goal: inline_html(goal),
            why: to_html(why),
            steps: steps.map(|section| step(section, &self.path)).collect(),
            findings: findings.collect(),
            elsewhere: self.elsewhere(),
            tomorrow: tomorrow.unwrap_or_default(),
        }
    }

    fn section(&self, heading: &str) -> Option<&Section> {
        self.page.children.iter().find(|section| section.heading == heading)
    }

    fn elsewhere(&self) -> String {
        self.section(ELSEWHERE).map_or(String::new(), |section| to_html(&section.body))
    }
}

/// Parts of a step: `### control` (a button's label), `### predict` (question and list of answers),
/// `### outcome`, `### hint` or `### hint: finding`, `### finding: key`, `### done`.
fn step(section: &Section, path: &Path) -> StepProse<String> {
    let (todo, details) = first_paragraph(&section.body);
    let mut step = StepProse {
        id: section.heading.clone(),
        todo: inline_html(todo),
        details: to_html(details),
        controls: Vec::new(),
        prediction: None,
        hints: Vec::new(),
        done: String::new(),
    };
    let mut outcome = String::new();
    for part in &section.children {
        match part.heading.split_once(':').map_or((&*part.heading, ""), |(a, b)| (a, b.trim())) {
            ("control", "") => step.controls.push(part.body.trim().to_owned()),
            ("predict", "") => {
                let (question, options) = question_and_answers(&part.body);
                let prediction = PredictionProse { question, options, outcome: String::new() };
                let earlier = step.prediction.replace(prediction);
                assert!(earlier.is_none(), "{}: {}: one question", path.display(), step.id);
            }
            ("outcome", "") => outcome = to_html(&part.body),
            ("hint", about) => step.hints.push(HintProse {
                when: Some(about.to_owned()).filter(|about| !about.is_empty()),
                text: to_html(&part.body),
            }),
            ("finding", key) if !key.is_empty() => {}
            ("done", "") => step.done = to_html(&part.body),
            _ => panic!("{}: {}: no such part: {}", path.display(), step.id, part.heading),
        }
    }
    if let Some(prediction) = &mut step.prediction {
        prediction.outcome = outcome;
    }
    step
}
