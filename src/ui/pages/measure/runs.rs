//! The measurements of this visit: one is shown, or two beside each other.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::prelude::*;

use crate::measure::Run;

/// So many are kept; the oldest go.
const MOST: usize = 12;

type Numbered = (u32, Arc<Run>);

/// Copied freely; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Runs {
    all: RwSignal<Vec<Numbered>>,
    shown: RwSignal<Option<u32>>,
    compared: RwSignal<Option<(u32, u32)>>,
    /// One that came to nothing.
    failed: RwSignal<Option<Arc<Run>>>,
}

thread_local! {
    /// They outlive the page that shows them.
    static BEFORE: RefCell<Vec<Numbered>> = const { RefCell::new(Vec::new()) };
}

impl Runs {
    /// With those that were there when the page was left.
    pub fn begin() -> Runs {
        let all = BEFORE.with_borrow(Clone::clone);
        let shown = all.last().map(|(id, _)| *id);
        Runs {
            all: RwSignal::new(all),
            shown: RwSignal::new(shown),
            compared: RwSignal::new(None),
            failed: RwSignal::new(None),
        }
    }

    /// Keeps what has any answer, and tells what has none.
    pub fn add(self, run: Run) {
        if run.answered() == 0 {
            let _ = self.failed.try_set(Some(Arc::new(run)));
            return;
        }
        let Some(mut all) = self.all.try_get_untracked() else { return };
        let id = all.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
        all.push((id, Arc::new(run)));
        let surplus = all.len().saturating_sub(MOST);
        all.drain(..surplus);
        self.put(all);
        self.show(id);
    }

    fn put(self, all: Vec<Numbered>) {
        BEFORE.with_borrow_mut(|before| before.clone_from(&all));
        self.all.set(all);
    }

    pub fn remove(self, id: u32) {
        let mut all = self.all.get_untracked();
        all.retain(|(other, _)| *other != id);
        let last = all.last().map(|(id, _)| *id);
        self.put(all);
        if self.compared.get_untracked().is_some_and(|(left, right)| left == id || right == id) {
            self.compared.set(None);
        }
        if self.shown.get_untracked() == Some(id) {
            self.shown.set(last);
        }
    }

    pub fn all(self) -> Vec<Numbered> {
        self.all.get()
    }

    pub fn count(self) -> usize {
        self.all.with(Vec::len)
    }

    pub fn get(self, id: u32) -> Option<Arc<Run>> {
        self.all.with(|all| all.iter().find(|(other, _)| *other == id).map(|(_, run)| run.clone()))
    }

    pub fn shown(self) -> Option<u32> {
        self.shown.get()
    }

    pub fn show(self, id: u32) {
        self.compared.set(None);
        self.shown.set(Some(id));
    }

    pub fn compared(self) -> Option<(u32, u32)> {
        self.compared.get()
    }

    pub fn compare(self, left: u32, right: u32) {
        self.compared.set(Some((left, right)));
    }

    /// The one that is shown, beside the latest of the others; or no two any more.
    pub fn compare_shown(self) {
        if self.compared.get_untracked().is_some() {
            return self.compared.set(None);
        }
        let ids: Vec<u32> = self.all.with_untracked(|all| all.iter().map(|(id, _)| *id).collect());
        let shown = self.shown.get_untracked().or(ids.last().copied());
        let other = ids.iter().rev().copied().find(|id| Some(*id) != shown);
        if let (Some(right), Some(left)) = (shown, other) {
            self.compare(left.min(right), left.max(right));
        }
    }

    pub fn failed(self) -> Option<Arc<Run>> {
        self.failed.get()
    }

    pub fn forget_failed(self) {
        self.failed.set(None);
    }
}
