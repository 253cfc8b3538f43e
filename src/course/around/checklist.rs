//! What a learner can do at the end, ticked by exercises done by hand and the packets that decided them.

use crate::course::{CHAPTERS, Progress};

pub struct ChecklistItem {
    /// Fixed: the words are found by it.
    pub id: &'static str,
    /// Any one of these exercises gives the tick; none: one of every chapter.
    exercises: &'static [&'static str],
}

/// The eight of the course.
pub static CHECKLIST: [ChecklistItem; 8] = [
    ChecklistItem { id: "features", exercises: &[] },
    ChecklistItem {
        id: "user-properties",
        exercises: &["first-user-property", "order-and-repeats", "your-own-schema"],
    },
    ChecklistItem {
        id: "request-response",
        exercises: &["first-request", "out-of-order", "rest-like"],
    },
    ChecklistItem { id: "alias-saving", exercises: &["save-bytes", "auto-alias"] },
    ChecklistItem { id: "session", exercises: &["resume", "clean-start-wins"] },
    ChecklistItem {
        id: "flow-control",
        exercises: &["receive-maximum", "hold-the-ack", "server-quota"],
    },
    ChecklistItem { id: "enhanced-auth", exercises: &["scram-login", "bad-method"] },
    ChecklistItem {
        id: "reason-codes",
        exercises: &["suback-mix", "not-authorized", "protocol-error", "malformed"],
    },
];

impl ChecklistItem {
    /// What is done and what is still asked for, each a list of exercises of which one suffices.
    pub fn asks(&self) -> Vec<Vec<&'static str>> {
        match self.exercises {
            [] => {
                let ids = |exercises: &[&'static crate::course::Exercise]| {
                    exercises.iter().map(|exercise| exercise.id).collect()
                };
                CHAPTERS.iter().map(|chapter| ids(chapter.exercises)).collect()
            }
            exercises => vec![exercises.to_vec()],
        }
    }

    /// The exercises that gave the tick: for each thing asked the first one that was done by hand; `None`
    /// while something is open.
    pub fn ticked_by(&self, progress: &Progress) -> Option<Vec<&'static str>> {
        let by_hand = |id: &&str| progress.done(id).is_some_and(|done| !done.by_solution);
        self.asks().iter().map(|any| any.iter().copied().find(by_hand)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Done;

    #[test]
    fn an_item_is_ticked_by_an_exercise_done_by_hand() {
        let item = CHECKLIST.iter().find(|item| item.id == "alias-saving").expect("it is there");
        let mut progress = Progress::new();
        progress.record("save-bytes", Done { packets: 4, by_solution: true });
        assert_eq!(item.ticked_by(&progress), None, "a played solution is no evidence");
        progress.record("auto-alias", Done { packets: 9, by_solution: false });
        assert_eq!(item.ticked_by(&progress), Some(vec!["auto-alias"]));
    }

    #[test]
    fn understanding_the_features_takes_one_exercise_of_every_chapter() {
        let mut progress = Progress::new();
        let features = &CHECKLIST[0];
        for chapter in CHAPTERS {
            assert_eq!(features.ticked_by(&progress), None, "before {}", chapter.id);
            let done = Done { packets: 1, by_solution: false };
            progress.record(chapter.exercises[0].id, done);
        }
        assert_eq!(features.ticked_by(&progress).map(|ids| ids.len()), Some(CHAPTERS.len()));
    }
}
