//! The reports of this visit: what was found, opened from a file, or came in the address.

use std::cell::RefCell;

use leptos::ev::hashchange;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::examine::{Finding, Outcome, Report};
use crate::ui::browser::storage::{self, Key};
use crate::ui::captures::view::unfold_bytes;
use crate::ui::examine::{Kept, keep};
use crate::ui::pages::results::{Numbered, Results};

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
    pub results: Results<Report>,
    failure: RwSignal<Option<Failure>>,
}

thread_local! {
    static KEPT: RefCell<Vec<Numbered<Report>>> = const { RefCell::new(Vec::new()) };
    /// What the address held that was opened last.
    static OPENED: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Reports {
    /// With those that were there when the page was left, and the one that the address holds.
    pub fn begin() -> Reports {
        let reports = Reports { results: Results::begin(&KEPT), failure: RwSignal::new(None) };
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
        self.results.add(report, usize::MAX);
    }

    /// Puts what was asked again into its report, and into what exercises know.
    pub fn update(self, id: u32, findings: Vec<Finding>) {
        if let Some(report) = untrack(|| self.results.get(id)) {
            let mut changed = report.as_ref().clone();
            changed.update(findings);
            self.remember(&changed);
            self.results.replace(id, changed);
        }
    }

    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    pub fn forget_failure(self) {
        self.failure.set(None);
    }
}
