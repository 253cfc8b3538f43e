//! The learner's progress, kept in the browser.

use std::time::Duration;

use leptos::prelude::*;

use super::store::Store;
use crate::capture::RecordId;
use crate::course::{Done, Kept, Progress, Through};
use crate::ui::browser::storage::{self, Key, NotKept};

/// How many records are read in one turn for what is new in them; a flood takes several.
const READ_AT_ONCE: usize = 1000;

/// Copied freely; made once, by the app. Other tabs may change what is kept too.
#[derive(Clone, Copy)]
pub struct ProgressStore {
    progress: RwSignal<Progress>,
    /// Why the latest change is only in this tab.
    not_kept: RwSignal<Option<NotKept>>,
}

impl ProgressStore {
    pub fn provide() -> ProgressStore {
        let progress = storage::load(Key::Progress).unwrap_or_else(Progress::new);
        let store =
            ProgressStore { progress: RwSignal::new(progress), not_kept: RwSignal::new(None) };
        provide_context(store);
        storage::on_change(Key::Progress, move || {
            if let Some(kept) = store.kept() {
                store.progress.set(kept);
            }
        });
        store
    }

    /// Why the latest change could not be kept. Tracked.
    pub fn not_kept(self) -> Option<NotKept> {
        self.not_kept.get()
    }

    /// What is kept, unless this tab knows more.
    fn kept(self) -> Option<Progress> {
        let is_kept = self.not_kept.with_untracked(Option::is_none);
        is_kept.then(|| storage::load(Key::Progress)).flatten()
    }

    /// Tracked.
    pub fn with<T>(self, read: impl FnOnce(&Progress) -> T) -> T {
        self.progress.with(read)
    }

    /// Not tracked.
    pub fn with_untracked<T>(self, read: impl FnOnce(&Progress) -> T) -> T {
        self.progress.with_untracked(read)
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
        if self
            .progress
            .with_untracked(|progress| progress.best(name).is_none_or(|best| best < result))
        {
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
                self.progress.maybe_update(|progress| {
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
                let seen = self.progress.with_untracked(|progress| progress.seen().clone());
                self.change(|progress| progress.seen_mut().add_all(&seen));
            }
            if !is_complete {
                set_timeout(move || _ = turn.try_update(|turn| *turn += 1), Duration::ZERO);
            }
        });
    }

    /// Begins with what is kept: another tab may have written since.
    fn change(self, change: impl FnOnce(&mut Progress)) {
        let kept = self.kept();
        self.progress.update(|progress| {
            if let Some(kept) = kept {
                *progress = kept;
            }
            change(progress);
        });
        let saved =
            self.progress.with_untracked(|progress| storage::try_save(Key::Progress, progress));
        let not_kept = saved.err();
        if self.not_kept.get_untracked() != not_kept {
            self.not_kept.set(not_kept);
        }
    }
}

pub fn use_progress() -> ProgressStore {
    expect_context()
}
