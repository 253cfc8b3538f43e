//! Which exercises show an entry: their solutions are played one after the other, between two frames.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;

use crate::course::{CHAPTERS, Exercise, Seen, played};
use crate::ui::reference::model::Entry;

thread_local! {
    /// What each exercise shows, in their order, as far as they have been played since the page was opened.
    static PLAYED: RefCell<Vec<(&'static Exercise, Seen)>> = const { RefCell::new(Vec::new()) };
}

/// Copied freely; made by the page of the reference.
#[derive(Clone, Copy)]
pub struct Uses {
    /// How many have been played.
    played: RwSignal<usize>,
}

/// What an exercise has to do with an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub exercise: &'static str,
    /// Whether it is about the entry, not merely shows it.
    pub is_subject: bool,
}

impl Uses {
    /// Begins to play, unless all has been played before.
    pub fn begin() -> Uses {
        let uses = Uses { played: RwSignal::new(PLAYED.with_borrow(Vec::len)) };
        uses.play_next();
        uses
    }

    fn play_next(self) {
        let next = move || {
            let done = PLAYED.with_borrow(Vec::len);
            let Some(exercise) = exercises().nth(done) else { return };
            let seen = played(exercise);
            PLAYED.with_borrow_mut(|all| all.push((exercise, seen)));
            // Once the page has been left, the rest can wait.
            if self.played.try_set(done + 1).is_none() {
                self.play_next();
            }
        };
        set_timeout(next, Duration::ZERO);
    }

    /// Whether every exercise has been played. Tracked.
    pub fn is_complete(self) -> bool {
        self.played.get() >= exercises().count()
    }

    /// The exercises about an entry first, then those that show it, as far as they are known. Tracked.
    pub fn of(self, entry: Entry) -> Vec<Use> {
        self.played.track();
        PLAYED.with_borrow(|all| {
            let uses = all.iter().filter_map(|(exercise, seen)| {
                let is_subject = entry.is_subject_of(exercise);
                let is_shown = !matches!(entry, Entry::Field(_)) && entry.is_in(seen);
                (is_subject || is_shown).then_some(Use { exercise: exercise.id, is_subject })
            });
            let mut uses: Vec<Use> = uses.collect();
            uses.sort_by_key(|found| !found.is_subject);
            uses
        })
    }
}

fn exercises() -> impl Iterator<Item = &'static Exercise> {
    CHAPTERS.iter().flat_map(|chapter| chapter.exercises.iter().copied())
}
