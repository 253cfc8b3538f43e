//! A count of changes, for views that read what is no signal.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::ui::browser::milliseconds;

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Revision {
    count: RwSignal<u64>,
    is_due: StoredValue<bool>,
    /// How long the views took, until they were drawn.
    drawing: StoredValue<Duration>,
}

impl Revision {
    pub fn new() -> Revision {
        Revision {
            count: RwSignal::new(0),
            is_due: StoredValue::new(false),
            drawing: StoredValue::new(Duration::ZERO),
        }
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

    /// The same, but before each frame `wait` is asked how much longer the views are to wait. While one announcement is
    /// due, others add nothing.
    pub fn announce_after(self, wait: impl Fn() -> Duration + 'static) {
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        self.at_next_frame(wait);
    }

    /// How long the views took the last time, until they were drawn.
    pub fn drawing(self) -> Duration {
        self.drawing.get_value()
    }

    fn drawn(self, millis: f64) {
        self.drawing.try_set_value(Duration::from_secs_f64(millis.max(0.0) / 1000.0));
    }

    fn at_next_frame(self, wait: impl Fn() -> Duration + 'static) {
        let tell = move || {
            // It may have gone with its page.
            if self.is_due.is_disposed() {
                return;
            }
            match wait() {
                Duration::ZERO => {
                    let began = milliseconds();
                    self.tell();
                    self.is_due.set_value(false);
                    // The browser draws what has changed before it does anything else.
                    set_timeout(move || self.drawn(milliseconds() - began), Duration::ZERO);
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
