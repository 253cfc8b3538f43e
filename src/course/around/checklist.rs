//! What a learner can do at the end, ticked by exercises done by hand and the packets that decided them.

use crate::course::{CHAPTERS, Progress, is_core};

pub struct ChecklistItem {
    /// Fixed: the words are found by it.
    pub id: &'static str,
    /// Everything it asks for, each a list of exercises of which one suffices; none: one of every chapter.
    asks: &'static [&'static [&'static str]],
}

/// The eight of the course. The core suffices for each.
pub static CHECKLIST: [ChecklistItem; 8] = [
    ChecklistItem { id: "features", asks: &[] },
    ChecklistItem {
        id: "user-properties",
        asks: &[&["first-user-property", "order-and-repeats", "your-own-schema"]],
    },
    ChecklistItem {
        id: "request-response",
        asks: &[&["first-request", "out-of-order", "rest-like"]],
    },
    ChecklistItem { id: "alias-saving", asks: &[&["save-bytes", "auto-alias"]] },
    ChecklistItem {
        id: "session",
        asks: &[&["resume", "session-gone"], &["clean-start-wins", "expire"]],
    },
    ChecklistItem {
        id: "flow-control",
        asks: &[&["receive-maximum", "hold-the-ack", "server-quota"]],
    },
    // A refusal is not a login.
    ChecklistItem { id: "enhanced-auth", asks: &[&["scram-login", "re-authenticate"]] },
    ChecklistItem {
        id: "reason-codes",
        asks: &[&["suback-mix", "not-authorized", "protocol-error", "malformed"]],
    },
];

impl ChecklistItem {
    /// What it asks for, each a list of exercises of which one suffices, those of the core first.
    pub fn asks(&self) -> Vec<Vec<&'static str>> {
        let asks: Vec<Vec<&'static str>> = match self.asks {
            [] => CHAPTERS
                .iter()
                .map(|chapter| chapter.exercises.iter().map(|exercise| exercise.id).collect())
                .collect(),
            asks => asks.iter().map(|any| any.to_vec()).collect(),
        };
        let core_first = |mut any: Vec<&'static str>| {
            any.sort_by_key(|id| !is_core(id));
            any
        };
        asks.into_iter().map(core_first).collect()
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
    use crate::course::{Done, OUTLINE};

    const BY_HAND: Done = Done { packets: 4, by_solution: false };

    fn item(id: &str) -> &'static ChecklistItem {
        CHECKLIST.iter().find(|item| item.id == id).expect("it is there")
    }

    #[test]
    fn an_item_is_ticked_by_an_exercise_done_by_hand() {
        let item = item("alias-saving");
        let mut progress = Progress::new();
        progress.record("save-bytes", Done { by_solution: true, ..BY_HAND });
        assert_eq!(item.ticked_by(&progress), None, "a played solution is not evidence");
        progress.record("auto-alias", BY_HAND);
        assert_eq!(item.ticked_by(&progress), Some(vec!["auto-alias"]));
    }

    #[test]
    fn understanding_the_features_takes_one_exercise_of_every_chapter() {
        let mut progress = Progress::new();
        let features = &CHECKLIST[0];
        for chapter in CHAPTERS {
            assert_eq!(features.ticked_by(&progress), None, "before {}", chapter.id);
            progress.record(chapter.exercises[0].id, BY_HAND);
        }
        assert_eq!(features.ticked_by(&progress).map(|ids| ids.len()), Some(CHAPTERS.len()));
    }

    #[test]
    fn a_session_is_resumed_and_ended_and_a_refusal_is_not_a_login() {
        let mut progress = Progress::new();
        progress.record("resume", BY_HAND);
        progress.record("bad-method", BY_HAND);
        assert_eq!(item("session").ticked_by(&progress), None);
        assert_eq!(item("enhanced-auth").ticked_by(&progress), None);
        progress.record("expire", BY_HAND);
        progress.record("scram-login", BY_HAND);
        assert_eq!(item("session").ticked_by(&progress), Some(vec!["resume", "expire"]));
        assert_eq!(item("enhanced-auth").ticked_by(&progress), Some(vec!["scram-login"]));
    }

    #[test]
    fn the_core_ticks_everything() {
        let mut progress = Progress::new();
        for id in OUTLINE.iter().flat_map(|chapter| chapter.core()) {
            progress.record(id, BY_HAND);
        }
        for item in &CHECKLIST {
            assert!(item.ticked_by(&progress).is_some(), "{}", item.id);
        }
    }
}
