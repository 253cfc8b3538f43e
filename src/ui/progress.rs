//! The learner's progress, kept in the browser.

use leptos::prelude::*;

use super::storage::{self, Key};
use crate::course::{Done, Progress};

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

    pub fn record(self, exercise: &str, done: Done) {
        self.change(|progress| progress.record(exercise, done));
    }

    pub fn visit(self, exercise: &str) {
        self.change(|progress| progress.visit(exercise));
    }

    fn change(self, change: impl FnOnce(&mut Progress)) {
        self.0.update(change);
        self.0.with_untracked(|progress| storage::save(Key::Progress, progress));
    }
}

pub fn use_progress() -> ProgressStore {
    expect_context()
}
