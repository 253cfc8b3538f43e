//! Files that were dropped anywhere: the page of captures, which has the code that reads them, opens them.

use leptos::prelude::*;
use web_sys::File;

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct DroppedFiles(RwSignal<Vec<File>, LocalStorage>);

impl DroppedFiles {
    pub fn provide() -> DroppedFiles {
        let dropped = DroppedFiles(RwSignal::new_local(Vec::new()));
        provide_context(dropped);
        dropped
    }

    pub fn hand_over(self, files: Vec<File>) {
        self.0.set(files);
    }

    /// What was handed over, once. Tracked.
    pub fn take(self) -> Vec<File> {
        let files = self.0.get();
        if !files.is_empty() {
            self.0.set(Vec::new());
        }
        files
    }
}

pub fn use_dropped_files() -> DroppedFiles {
    expect_context()
}
