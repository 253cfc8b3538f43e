//! A count of changes, for views that read what is no signal.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Revision {
    count: RwSignal<u64>,
    is_due: StoredValue<bool>,
}

impl Revision {
    pub fn new() -> Revision {
        Revision { count: RwSignal::new(0), is_due: StoredValue::new(false) }
    }

    /// Tracked.
    pub fn get(self) -> u64 {
        self.count.get()
    }

    pub fn track(self) {
        self.count.track();
    }

    /// Tells the views at once.
    pub fn tell(self) {
        self.count.update(|count| *count += 1);
    }

    /// Tells the views, once per animation frame however much has happened. A hidden page has no
    /// frames, but its exercises go on.
    pub fn announce(self) {
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        let tell = move || {
            // It may have gone with its page.
            if self.count.try_update(|count| *count += 1).is_some() {
                self.is_due.set_value(false);
            }
        };
        match document().hidden() {
            true => drop(Timeout::new(100, tell).forget()),
            false => request_animation_frame(tell),
        }
    }
}
