//! The findings of one bench, kept up to date while somebody looks.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;

use crate::analysis::findings::{Finding, Reader};
use crate::ui::state::store::Store;

/// Copied freely.
#[derive(Clone, Copy)]
pub struct FindingsState {
    store: Store,
    reader: StoredValue<Reader, LocalStorage>,
    /// What was found when everything had been read last.
    found: RwSignal<Option<Vec<Finding>>>,
    /// Whether a turn of reading is under way or waits.
    is_due: StoredValue<bool>,
    /// From one report to the next while packets pass: long enough that reports take little of the time.
    pause: StoredValue<Duration>,
    /// Where it is shown; where it is not, what is new can wait.
    root: StoredValue<Option<NodeRef<Div>>>,
}

/// Milliseconds that reading takes before it lets the browser draw and listen.
const AT_ONCE: f64 = 12.0;

/// From one report to the next at least.
const PAUSE: Duration = Duration::from_secs(1);

/// How many times as long as a report takes is the pause after it.
const EASE: u32 = 20;

impl FindingsState {
    /// Reads the capture of a store from now on, in pieces.
    pub fn follow(store: Store) -> FindingsState {
        let state = FindingsState {
            store,
            reader: StoredValue::new_local(Reader::default()),
            found: RwSignal::new(None),
            is_due: StoredValue::new(false),
            pause: StoredValue::new(PAUSE),
            root: StoredValue::new(None),
        };
        Effect::new(move || {
            store.revision();
            if !state.is_due.get_value() {
                state.is_due.set_value(true);
                let wait = match state.found.with_untracked(Option::is_some) {
                    true => state.pause.get_value(),
                    false => Duration::ZERO,
                };
                set_timeout(move || state.go_on(), wait);
            }
        });
        state
    }

    /// Says where it is shown.
    pub fn is_seen_in(self, root: NodeRef<Div>) {
        self.root.set_value(Some(root));
    }

    /// `None` until everything has been read once. Tracked.
    pub fn found(self) -> Signal<Option<Vec<Finding>>> {
        self.found.into()
    }

    fn go_on(self) {
        // The page may have gone meanwhile.
        let Some(root) = self.root.try_get_value() else { return };
        if root.is_some_and(is_hidden) {
            return set_timeout(move || self.go_on(), PAUSE);
        }
        let end = milliseconds() + AT_ONCE;
        let report = self.reader.try_update_value(|reader| {
            self.store.peek(|lab| {
                let capture = lab.capture();
                if !reader.extend(capture, || milliseconds() < end) {
                    return None;
                }
                let begin = milliseconds();
                let report = reader.report(capture);
                let took = Duration::from_secs_f64((milliseconds() - begin).max(0.0) / 1000.0);
                self.pause.set_value(PAUSE.max(EASE * took));
                Some(report)
            })
        });
        let Some(report) = report else { return };
        let Some(report) = report else {
            return set_timeout(move || self.go_on(), Duration::ZERO);
        };
        self.is_due.set_value(false);
        if self.found.with_untracked(|found| found.as_ref() != Some(&report)) {
            self.found.set(Some(report));
        }
    }
}

/// Whether it is there, but nowhere in sight, as behind another tab.
fn is_hidden(root: NodeRef<Div>) -> bool {
    root.try_get_untracked().flatten().is_some_and(|root| root.offset_parent().is_none())
}

fn milliseconds() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}
