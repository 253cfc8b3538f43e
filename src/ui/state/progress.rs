//! The learner's progress, kept in the browser.

use std::time::Duration;

use leptos::prelude::*;

use super::store::Store;
use crate::capture::RecordId;
use crate::course::{Done, Kept, Progress, Through};
use crate::ui::browser::storage::{self, Key};

/// How many records are read in one turn for what is new in them; a flood takes several.
const READ_AT_ONCE: usize = 1000;

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct ProgressStore(RwSignal<Progress>);

impl ProgressStore {
    pub fn provide() -> ProgressStore {
        let progress = storage::load(Key::Progress).unwrap_or_else(Progress::new);
        let store = ProgressStore(RwSignal::new(progress));
        provide_context(store);
        store
    }

    /// Tracked.
    pub fn with<T>(self, read: impl FnOnce(&Progress) -> T) -> T {
        self.0.with(read)
    }

    /// Not tracked.
    pub fn with_untracked<T>(self, read: impl FnOnce(&Progress) -> T) -> T {
        self.0.with_untracked(read)
    }

    /// Takes in a run that met every step, with the packets that decided it where it was done by hand.
    pub fn record(self, exercise: &str, done: Done, evidence: Option<Vec<Kept>>) {
        self.change(|progress| {
            progress.record(exercise, done);
            if let Some(evidence) = evidence {
                progress.keep(exercise, evidence);
            }
        });
    }

    /// Keeps a result where it is better than those before.
    pub fn record_best(self, name: &str, result: u64) {
        if self.0.with_untracked(|progress| progress.best(name).is_none_or(|best| best < result)) {
            self.change(|progress| _ = progress.record_best(name, result));
        }
    }

    /// Keeps what has just been measured.
    pub fn record_round_trips(self, through: Through, times: &[Duration]) {
        if !times.is_empty() {
            self.change(|progress| progress.record_round_trips(through, times));
        }
    }

    pub fn answer(self, question: &str, option: usize) {
        self.change(|progress| progress.answer(question, option));
    }

    /// Puts other progress in the place of this.
    pub fn replace(self, other: Progress) {
        self.change(|progress| *progress = other);
    }

    pub fn visit(self, exercise: &str) {
        self.change(|progress| progress.visit(exercise));
    }

    /// Keeps in mind what passes on the wire from now on.
    pub fn watch(self, store: Store) {
        let next = StoredValue::new(RecordId(0));
        let turn = RwSignal::new(0_u32);
        Effect::new(move || {
            turn.track();
            let (mut is_new, mut is_complete) = (false, true);
            store.with_capture(|capture| {
                let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
                let from = next.get_value().max(oldest);
                let records = capture.records().skip(capture.position(from).unwrap_or(usize::MAX));
                let mut upto = from;
                self.0.maybe_update(|progress| {
                    for record in records.take(READ_AT_ONCE) {
                        is_new |= progress.seen_mut().note(record);
                        upto = RecordId(record.id.0 + 1);
                    }
                    is_new
                });
                next.set_value(upto);
                is_complete = upto >= capture.next_id();
            });
            if is_new {
                self.0.with_untracked(|progress| storage::save(Key::Progress, progress));
            }
            if !is_complete {
                set_timeout(move || _ = turn.try_update(|turn| *turn += 1), Duration::ZERO);
            }
        });
    }

    fn change(self, change: impl FnOnce(&mut Progress)) {
        self.0.update(change);
        self.0.with_untracked(|progress| storage::save(Key::Progress, progress));
    }
}

pub fn use_progress() -> ProgressStore {
    expect_context()
}
