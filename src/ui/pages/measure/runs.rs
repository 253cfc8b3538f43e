//! The measurements of this visit, and the last one that came to nothing.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::prelude::*;

use crate::measure::Run;
use crate::ui::pages::results::{Numbered, Results};

/// So many are kept; the oldest go.
const MOST: usize = 12;

/// Copied freely; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Runs {
    /// Those with any answer.
    pub results: Results<Run>,
    failed: RwSignal<Option<Arc<Run>>>,
}

thread_local! {
    static KEPT: RefCell<Vec<Numbered<Run>>> = const { RefCell::new(Vec::new()) };
}

impl Runs {
    pub fn begin() -> Runs {
        Runs { results: Results::begin(&KEPT), failed: RwSignal::new(None) }
    }

    /// Keeps what has any answer, and tells what has none.
    pub fn add(self, run: Run) {
        if run.answered() == 0 {
            let _ = self.failed.try_set(Some(Arc::new(run)));
        } else {
            self.results.add(run, MOST);
        }
    }

    pub fn failed(self) -> Option<Arc<Run>> {
        self.failed.get()
    }

    pub fn forget_failed(self) {
        self.failed.set(None);
    }
}
