//! The course as a list of ids, for what only has to name exercises: whoever reads this needs none of
//! their code.

use super::chapters::CHAPTERS;
use super::progress::Progress;

/// A chapter and its exercises, by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChapterOutline {
    pub id: &'static str,
    pub minutes: u32,
    pub exercises: &'static [&'static str],
}

impl ChapterOutline {
    /// How many of its exercises are done.
    pub fn done(&self, progress: &Progress) -> usize {
        self.exercises.iter().filter(|id| progress.done(id).is_some()).count()
    }
}

/// The chapters in the order of the course.
pub static OUTLINE: [ChapterOutline; CHAPTERS.len()] = {
    let mut outline = [ChapterOutline { id: "", minutes: 0, exercises: &[] }; CHAPTERS.len()];
    let mut rest: &[&str] = &IDS;
    let mut at = 0;
    while at < CHAPTERS.len() {
        let chapter = &CHAPTERS[at];
        let (exercises, more) = rest.split_at(chapter.exercises.len());
        outline[at] = ChapterOutline { id: chapter.id, minutes: chapter.minutes, exercises };
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

    #[test]
    fn the_outline_is_the_course() {
        let course: Vec<_> = CHAPTERS
            .iter()
            .map(|chapter| {
                let exercises: Vec<_> = chapter.exercises.iter().map(|it| it.id).collect();
                (chapter.id, chapter.minutes, exercises)
            })
            .collect();
        let outline: Vec<_> =
            OUTLINE.iter().map(|it| (it.id, it.minutes, it.exercises.to_vec())).collect();
        assert_eq!(outline, course);
        assert_eq!(chapter_of("first-user-property").map(|(number, _)| number), Some(2));
        assert_eq!(chapter_of("no-such-exercise"), None);
    }
}
