//! The reports of this visit: one is shown, or two beside each other.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::ev::hashchange;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::examine::{Finding, Outcome, Report};
use crate::ui::browser::storage::{self, Key};
use crate::ui::captures::view::unfold_bytes;
use crate::ui::examine::{Kept, keep};

/// In the address, in front of a report.
pub const LINK: &str = "#report=";

/// What went wrong last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    NotOne,
    Unreached,
}

/// Copied freely; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Reports {
    all: RwSignal<Vec<(u32, Arc<Report>)>>,
    shown: RwSignal<Option<u32>>,
    compared: RwSignal<Option<(u32, u32)>>,
    failure: RwSignal<Option<Failure>>,
}

thread_local! {
    /// They outlive the page that shows them.
    static BEFORE: RefCell<Vec<(u32, Arc<Report>)>> = const { RefCell::new(Vec::new()) };
    /// What the address held that was opened last.
    static OPENED: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Reports {
    /// With those that were there when the page was left, and the one that the address holds.
    pub fn begin() -> Reports {
        let all = BEFORE.with_borrow(Clone::clone);
        let shown = all.last().map(|(id, _)| *id);
        let reports = Reports {
            all: RwSignal::new(all),
            shown: RwSignal::new(shown),
            compared: RwSignal::new(None),
            failure: RwSignal::new(None),
        };
        reports.open_link();
        let handle = window_event_listener(hashchange, move |_| reports.open_link());
        on_cleanup(move || handle.remove());
        reports
    }

    /// Opens what the address holds behind its `#`, unless that has been done.
    fn open_link(self) {
        let hash = window().location().hash().unwrap_or_default();
        let Some(text) = hash.strip_prefix(LINK).map(str::to_owned) else { return };
        if OPENED.replace(hash.clone()) == hash {
            return;
        }
        spawn_local(async move {
            match unfold_bytes(&text).await.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(json) => self.open(&json),
                None => self.fail(Failure::NotOne),
            }
        });
    }

    fn fail(self, failure: Failure) {
        let _ = self.failure.try_set(Some(failure));
    }

    /// Opens a file or a link.
    pub fn open(self, json: &str) {
        match Report::from_json(json) {
            Ok(report) => {
                let _ = self.failure.try_set(None);
                self.put(report);
            }
            Err(_) => self.fail(Failure::NotOne),
        }
    }

    /// Adds what was just found, and keeps the results for the exercises.
    pub fn add(self, report: Report) {
        let is_unreached = report.count(Outcome::Conforms) + report.count(Outcome::Deviates) == 0;
        let _ = self.failure.try_set(is_unreached.then_some(Failure::Unreached));
        if !is_unreached {
            self.remember(&report);
        }
        self.put(report);
    }

    fn remember(self, report: &Report) {
        let mut kept: Vec<Kept> = storage::load(Key::Examined).unwrap_or_default();
        keep(&mut kept, report);
        storage::save(Key::Examined, &kept);
    }

    fn put(self, report: Report) {
        let next =
            self.all.with_untracked(|all| all.iter().map(|(id, _)| id + 1).max().unwrap_or(0));
        self.all.update(|all| all.push((next, Arc::new(report))));
        self.show(next);
        self.keep_beyond();
    }

    /// Puts what was asked again into its report, and into what exercises know.
    pub fn update(self, id: u32, findings: Vec<Finding>) {
        self.all.update(|all| {
            if let Some((_, report)) = all.iter_mut().find(|(other, _)| *other == id) {
                let mut changed = report.as_ref().clone();
                changed.update(findings);
                self.remember(&changed);
                *report = Arc::new(changed);
            }
        });
        self.keep_beyond();
    }

    fn keep_beyond(self) {
        BEFORE.with_borrow_mut(|before| *before = self.all.get_untracked());
    }

    pub fn remove(self, id: u32) {
        self.all.update(|all| all.retain(|(other, _)| *other != id));
        self.keep_beyond();
        if self.compared.get_untracked().is_some_and(|(left, right)| left == id || right == id) {
            self.compared.set(None);
        }
        if self.shown.get_untracked() == Some(id) {
            self.shown.set(self.all.with_untracked(|all| all.last().map(|(id, _)| *id)));
        }
    }

    pub fn all(self) -> Vec<(u32, Arc<Report>)> {
        self.all.get()
    }

    pub fn count(self) -> usize {
        self.all.with(Vec::len)
    }

    pub fn get(self, id: u32) -> Option<Arc<Report>> {
        self.all.with(|all| {
            all.iter().find(|(other, _)| *other == id).map(|(_, report)| report.clone())
        })
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

    /// The one that is shown, beside the one before it; or no two any more.
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

    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    pub fn forget_failure(self) {
        self.failure.set(None);
    }
}
