//! The course as a list of ids, for what only has to name exercises: a reader of this needs none of
//! their code. Says too how long each exercise takes, and which of them are the core of the course.

use super::chapters::CHAPTERS;
use super::progress::Progress;

/// A chapter and its exercises, by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChapterOutline {
    pub id: &'static str,
    pub exercises: &'static [&'static str],
}

impl ChapterOutline {
    /// The exercises that the course asks for.
    pub fn core(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.exercises.iter().copied().filter(|id| is_core(id))
    }

    /// Those that go further.
    pub fn further(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.exercises.iter().copied().filter(|id| !is_core(id))
    }

    /// How many exercises of the core are done.
    pub fn done(&self, progress: &Progress) -> usize {
        self.core().filter(|id| progress.done(id).is_some()).count()
    }

    /// Where the chapter goes on: the first open exercise of the core, then of those that go further.
    pub fn next(&self, progress: &Progress) -> Option<&'static str> {
        self.core().chain(self.further()).find(|id| progress.done(id).is_none())
    }
}

/// What the course asks for, and what goes further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Core,
    Further,
}
use Part::{Core, Further};

/// How many minutes each exercise takes a reader who reads all of it.
#[rustfmt::skip] // A table.
static PATH: &[(&str, u32, Part)] = &[
    ("first-connect", 4, Core),
    ("connect-properties", 5, Core),
    ("three-or-five", 4, Core),
    ("goodbye", 4, Further),
    ("first-user-property", 5, Core),
    ("order-and-repeats", 3, Core),
    ("message-metadata", 6, Further),
    ("message-expiry", 5, Further),
    ("payload-or-property", 4, Core),
    ("your-own-schema", 5, Further),
    ("alias-handshake", 4, Core),
    ("save-bytes", 5, Core),
    ("alias-lifetime", 4, Core),
    ("alias-out-of-range", 3, Further),
    ("auto-alias", 10, Further),
    ("alias-from-the-server", 4, Further),
    ("first-request", 6, Core),
    ("out-of-order", 4, Core),
    ("unknown-correlation", 3, Further),
    ("timeout", 4, Core),
    ("rest-like", 6, Further),
    ("response-information", 4, Further),
    ("subscription-id", 4, Core),
    ("overlap", 4, Core),
    ("no-local", 3, Further),
    ("retain-as-published", 4, Further),
    ("retain-handling", 5, Further),
    ("shared-subscription", 4, Core),
    ("unsubscribe", 2, Further),
    ("receive-maximum", 5, Core),
    ("hold-the-ack", 3, Core),
    ("qos-2-window", 4, Further),
    ("server-quota", 4, Further),
    ("qos-0-is-free", 3, Further),
    ("overrun", 3, Further),
    ("maximum-packet-size", 4, Further),
    ("create", 3, Core),
    ("resume", 4, Core),
    ("expire", 3, Core),
    ("compare-intervals", 4, Core),
    ("clean-start-wins", 3, Core),
    ("expiry-at-disconnect", 3, Further),
    ("takeover", 3, Further),
    ("will-delay", 4, Further),
    ("redelivery", 5, Further),
    ("suback-mix", 3, Core),
    ("no-matching-subscribers", 3, Further),
    ("not-authorized", 3, Core),
    ("protocol-error", 3, Core),
    ("malformed", 3, Further),
    ("problem-information", 3, Further),
    ("retry-or-not", 4, Core),
    ("collect-them-all", 20, Further),
    ("not-really-auth", 3, Core),
    ("bad-method", 2, Core),
    ("scram-login", 6, Core),
    ("wrong-proof", 4, Further),
    ("re-authenticate", 4, Further),
    ("cannot-connect", 5, Core),
    ("properties-missing", 3, Further),
    ("alias-broken", 3, Further),
    ("session-gone", 4, Core),
    ("dropped-why", 4, Further),
];

/// Whether the course asks for the exercise.
pub fn is_core(exercise: &str) -> bool {
    PATH.iter().any(|(id, _, part)| *id == exercise && *part == Core)
}

/// How long an exercise takes; 0 for an unknown one.
pub fn minutes(exercise: &str) -> u32 {
    PATH.iter().find(|(id, ..)| *id == exercise).map_or(0, |(_, minutes, _)| *minutes)
}

/// How long several take together.
pub fn minutes_of<'a>(exercises: impl Iterator<Item = &'a str>) -> u32 {
    exercises.map(minutes).sum()
}

/// What the home page offers first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing is begun: the first exercise.
    Begin(&'static str),
    /// An exercise that is not met yet.
    GoOn(&'static str),
    /// Every exercise is met.
    Through,
}

impl Start {
    /// Goes on with the exercise last worked on; once that is met, with the next open one of the core,
    /// then with whatever is open.
    pub fn of(progress: &Progress) -> Start {
        let is_open = |id: &&str| progress.done(id).is_none();
        let last = progress.last().and_then(|last| IDS.iter().position(|id| *id == last));
        if last.is_none() && IDS.iter().all(&is_open) {
            return Start::Begin(IDS[0]);
        }
        let at = last.unwrap_or(0);
        if last.is_some() && is_open(&IDS[at]) {
            return Start::GoOn(IDS[at]);
        }
        let onwards = || IDS[at..].iter().chain(&IDS[..at]).copied().filter(is_open);
        let next = onwards().find(|id| is_core(id)).or_else(|| onwards().next());
        next.map_or(Start::Through, Start::GoOn)
    }
}

/// The chapters in the order of the course.
pub static OUTLINE: [ChapterOutline; CHAPTERS.len()] = {
    let mut outline = [ChapterOutline { id: "", exercises: &[] }; CHAPTERS.len()];
    let mut rest: &[&str] = &IDS;
    let mut at = 0;
    while at < CHAPTERS.len() {
        let chapter = &CHAPTERS[at];
        let (exercises, more) = rest.split_at(chapter.exercises.len());
        outline[at] = ChapterOutline { id: chapter.id, exercises };
        rest = more;
        at += 1;
    }
    outline
};

/// The chapter of an exercise, with its number in the course.
pub fn chapter_of(exercise: &str) -> Option<(usize, &'static ChapterOutline)> {
    let found = OUTLINE.iter().enumerate().find(|(_, it)| it.exercises.contains(&exercise));
    found.map(|(index, chapter)| (index + 1, chapter))
}

/// Every exercise, chapter after chapter.
static IDS: [&str; COUNT] = {
    let mut ids = [""; COUNT];
    let (mut at, mut chapter) = (0, 0);
    while chapter < CHAPTERS.len() {
        let exercises = CHAPTERS[chapter].exercises;
        let mut index = 0;
        while index < exercises.len() {
            ids[at] = exercises[index].id;
            at += 1;
            index += 1;
        }
        chapter += 1;
    }
    ids
};

const COUNT: usize = {
    let (mut count, mut chapter) = (0, 0);
    while chapter < CHAPTERS.len() {
        count += CHAPTERS[chapter].exercises.len();
        chapter += 1;
    }
    count
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Done;

    #[test]
    fn the_outline_is_the_course() {
        let course: Vec<_> = CHAPTERS
            .iter()
            .map(|chapter| {
                let exercises: Vec<_> = chapter.exercises.iter().map(|it| it.id).collect();
                (chapter.id, exercises)
            })
            .collect();
        let outline: Vec<_> = OUTLINE.iter().map(|it| (it.id, it.exercises.to_vec())).collect();
        assert_eq!(outline, course);
        let path: Vec<_> = PATH.iter().map(|(id, ..)| *id).collect();
        assert_eq!(path, IDS, "each exercise has its minutes, in the order of the course");
        assert_eq!(chapter_of("first-user-property").map(|(number, _)| number), Some(2));
        assert_eq!(chapter_of("no-such-exercise"), None);
    }

    #[test]
    fn the_core_takes_about_two_hours() {
        let core = minutes_of(OUTLINE.iter().flat_map(ChapterOutline::core));
        assert!((110..=125).contains(&core), "{core} min");
        for chapter in &OUTLINE {
            assert!(chapter.core().next().is_some(), "{} has no core", chapter.id);
        }
        for (id, minutes, _) in PATH {
            assert!((2..=20).contains(minutes), "{id}: {minutes} min");
        }
    }

    #[test]
    fn a_chapter_is_done_with_its_core_and_goes_on_beyond_it() {
        let chapter = chapter_of("goodbye").expect("the course has it").1;
        let mut progress = Progress::new();
        for id in chapter.core() {
            assert_eq!(chapter.next(&progress), Some(id));
            progress.record(id, Done { packets: 1, by_solution: false });
        }
        assert_eq!(chapter.done(&progress), chapter.core().count());
        assert_eq!(chapter.next(&progress), Some("goodbye"));
    }

    #[test]
    fn the_home_page_never_offers_an_exercise_that_is_met() {
        let mut progress = Progress::new();
        assert_eq!(Start::of(&progress), Start::Begin("first-connect"));
        progress.visit("goodbye");
        assert_eq!(Start::of(&progress), Start::GoOn("goodbye"));
        let done = Done { packets: 1, by_solution: false };
        progress.record("goodbye", done);
        assert_eq!(Start::of(&progress), Start::GoOn("first-user-property"));
        // What is open before comes after the end.
        for id in IDS.iter().filter(|id| is_core(id) && **id != "first-connect") {
            progress.record(id, done);
        }
        assert_eq!(Start::of(&progress), Start::GoOn("first-connect"));
        progress.record("first-connect", done);
        assert_eq!(Start::of(&progress), Start::GoOn("message-metadata"));
        for id in IDS {
            progress.record(id, done);
        }
        assert_eq!(Start::of(&progress), Start::Through);
    }
}
