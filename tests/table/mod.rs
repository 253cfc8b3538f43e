//! Exercises played without a page: on the broker in the tab, on a virtual clock.
//!
//! Used by the native tests of the course and by those in the browser.

use mqtt5_playground::broker::Input;
use mqtt5_playground::capture::RecordId;
use mqtt5_playground::course::{
    CHAPTERS, Cast, Evidence, Exercise, Finding, Move, Rehearsal, Run, Stage as _, Unmet, Verdict,
    exercise_prose, figure, packets_sent,
};
use mqtt5_playground::lab::Lab;
use mqtt5_playground::language::Language;

/// A rehearsal that is judged after each move.
pub struct Table {
    pub exercise: &'static Exercise,
    pub cast: Cast,
    rehearsal: Rehearsal,
    pub run: Run,
}

impl Table {
    pub fn new(exercise: &'static Exercise) -> Table {
        let rehearsal = Rehearsal::new(exercise, NONCE);
        let run = Run::start(exercise, &rehearsal.evidence());
        Table { exercise, cast: rehearsal.cast.clone(), rehearsal, run }
    }

    /// After the whole solution.
    pub fn played(exercise: &'static Exercise) -> Table {
        let mut table = Table::new(exercise);
        table.play(solution(exercise));
        table
    }

    pub fn lab(&self) -> &Lab {
        &self.rehearsal.lab
    }

    pub fn operate(&mut self, input: Input) {
        self.rehearsal.operate(input);
    }

    pub fn evidence(&self) -> Evidence<'_> {
        self.rehearsal.evidence()
    }

    pub fn play(&mut self, moves: impl IntoIterator<Item = Move>) {
        for next in moves {
            self.rehearsal.make(&next);
            self.run.update(self.exercise, &self.rehearsal.evidence());
        }
    }

    pub fn unmet<'a>(&'a self) -> Vec<(&'static str, &'a Unmet)> {
        let steps = self.exercise.steps.iter().map(|step| step.id);
        let unmet = |(id, verdict): (_, &'a Verdict)| Some((id, verdict.as_ref().err()?));
        steps.zip(self.run.verdicts()).filter_map(unmet).collect()
    }

    pub fn packets_sent(&self) -> usize {
        packets_sent(self.lab(), RecordId(0))
    }

    /// All frames that passed, in hexadecimal with a space between.
    pub fn frames(&self) -> Vec<String> {
        let hex = |bytes: &[u8]| {
            bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
        };
        let frames = self.lab().capture().records().filter(|record| record.sender().is_some());
        frames.map(|record| hex(record.bytes())).collect()
    }

    /// The words of the exercise as they are written, each with its place.
    pub fn raw_words(&self, language: Language) -> Vec<(String, &'static str)> {
        let words = exercise_prose(self.exercise.id, language).expect("there are words");
        let mut all = vec![("why".to_owned(), words.why), ("goal".to_owned(), words.goal)];
        for step in &words.steps {
            let of = |part: &str| format!("{} {part}", step.id);
            all.extend([
                (of("todo"), step.todo),
                (of("details"), step.details),
                (of("done"), step.done),
            ]);
            all.extend(step.hints.iter().map(|hint| (of("hint"), hint.text)));
            all.extend(step.prediction.as_ref().map(|asked| (of("outcome"), asked.outcome)));
        }
        all
    }

    /// The words of the exercise as they are shown after this run.
    pub fn words(&self, language: Language) -> Vec<(String, String)> {
        let answered = |id: &str| {
            let mut steps = self.exercise.steps.iter().zip(self.run.outcomes());
            steps.any(|(step, outcome)| step.id == id && outcome.is_some())
        };
        let values = self.run.values();
        let fill = |place: &str, text: &str| {
            let of_step = self.exercise.steps.iter().position(|step| {
                place == format!("{} done", step.id) || place == format!("{} outcome", step.id)
            });
            let value = |name: &str| {
                let figure = self.exercise.figures.iter().find(|figure| figure.name == name);
                let figure = figure.map(|figure| (figure.value)(&self.cast));
                figure.or_else(|| {
                    let mut values = values[of_step?].iter();
                    values.find(|(key, _)| *key == name).map(|(_, value)| value.clone())
                })
            };
            figure::fill(text, &value, &answered)
        };
        let raw = self.raw_words(language).into_iter();
        raw.map(|(place, text)| (place.clone(), fill(&place, text))).collect()
    }
}

/// Listings of two or more bytes in inline code or in a figure, as they are written.
pub fn quoted_bytes(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for code in html.split("<code>").skip(1) {
        let code = code.split("</code>").next().unwrap_or_default();
        for line in code.lines() {
            let mut run: Vec<&str> = Vec::new();
            // A line of text around the bytes ends a run.
            for word in line.split([' ', '\u{3000}']).chain([""]) {
                let is_byte = word.len() == 2
                    && word.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
                if is_byte {
                    run.push(word);
                } else {
                    if run.len() >= 2 {
                        found.push(run.join(" "));
                    }
                    run.clear();
                }
            }
        }
    }
    found
}

/// What the names of a run on the table have in them.
const NONCE: &str = "7f3a51c2";

pub fn exercises() -> impl Iterator<Item = &'static Exercise> {
    CHAPTERS.iter().flat_map(|chapter| chapter.exercises.iter().copied())
}

pub fn solution(exercise: &Exercise) -> Vec<Move> {
    (exercise.solution)(&Cast::new(exercise.clients, NONCE))
}

/// What a verdict says in the exercise's own words is there in both languages.
pub fn assert_worded(exercise: &Exercise, run: &Run) {
    for (step, verdict) in exercise.steps.iter().zip(run.verdicts()) {
        let Err(Finding::Told { key, values }) = verdict.as_ref().map_err(Unmet::finding) else {
            continue;
        };
        for language in Language::ALL {
            let words = exercise_prose(exercise.id, language);
            let sentence = words.and_then(|words| words.finding(step.id, key, values));
            let sentence = sentence.unwrap_or_else(|| {
                panic!("{} {}: `### finding: {key}` in {}", exercise.id, step.id, language.tag())
            });
            assert!(!sentence.contains(['{', '}']), "{} {}: {sentence}", exercise.id, step.id);
        }
    }
}
