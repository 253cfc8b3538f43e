//! Time that runs down while somebody looks.

use leptos::prelude::*;

use crate::time::Instant;
use crate::ui::erased::erased;
use crate::ui::format::seconds_until;
use crate::ui::format::span;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// The lab's clock as the panel shows it: it ticks once a second, and whenever something has happened.
#[derive(Clone, Copy)]
pub struct Clock(RwSignal<Instant>);

impl Clock {
    /// For every component below, as long as the caller lives.
    pub fn provide() -> Clock {
        let store = use_store();
        let clock = Clock(RwSignal::new(store.now()));
        Effect::new(move || {
            store.revision();
            clock.0.set(store.now());
        });
        let tick = move || {
            if !document().hidden() {
                clock.0.set(store.now());
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
        provide_context(clock);
        clock
    }

    /// Tracked.
    pub fn now(self) -> Instant {
        self.0.get()
    }
}

pub fn use_clock() -> Clock {
    expect_context()
}

/// How long until then, in words. Tracked: changes every second.
pub fn time_until(at: Instant) -> String {
    span(seconds_until(at, use_clock().now()), use_locale().strings())
}

/// `in 42 s`.
#[component]
pub fn Until(at: Instant) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    erased(move || {
        let strings = locale.strings();
        match seconds_until(at, clock.now()) {
            0 => strings.inside_now().to_owned(),
            seconds => strings.inside_in(span(seconds, strings)),
        }
    })
}
