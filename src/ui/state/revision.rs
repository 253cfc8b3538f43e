//! A count of changes, for views that read what is no signal.

use std::time::Duration;

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
        self.announce_after(|| Duration::ZERO);
    }

    /// The same, but each frame is first asked how long the views are to wait longer.
    pub fn announce_after(self, wait: impl Fn() -> Duration + 'static) {
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        self.at_next_frame(wait);
    }

    fn at_next_frame(self, wait: impl Fn() -> Duration + 'static) {
        let tell = move || {
            // It may have gone with its page.
            if self.is_due.is_disposed() {
                return;
            }
            match wait() {
                Duration::ZERO => {
                    self.tell();
                    self.is_due.set_value(false);
                }
                longer => set_timeout(move || self.at_next_frame(wait), longer),
            }
        };
        match document().hidden() {
            true => drop(Timeout::new(100, tell).forget()),
            false => request_animation_frame(tell),
        }
    }
}
