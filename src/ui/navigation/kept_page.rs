//! Pages that are left as they are while another one is in front of them.
//!
//! Looking something up, editing a packet or reading a chapter must not cost a learner the bench: the page
//! with the bench stays, out of sight, until the learner comes back to it or goes on to another bench.

use leptos::prelude::*;

use super::address::Place;

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct KeptPage {
    place: Memo<Option<Place>>,
    is_covered: Memo<bool>,
}

impl KeptPage {
    pub fn provide(place: Memo<Place>) -> KeptPage {
        let behind = KeptPage {
            place: Memo::new(move |before: Option<&Option<Place>>| match place.get() {
                here if here.has_bench() => Some(here),
                _ => before.cloned().flatten(),
            }),
            is_covered: Memo::new(move |_| place.with(Place::is_in_front)),
        };
        provide_context(behind);
        behind
    }

    /// The place that has a bench, or that stays behind the one in front. Tracked.
    pub fn place(self) -> Option<Place> {
        self.place.get()
    }

    /// Whether the page with the bench is out of sight. Tracked.
    pub fn is_covered(self) -> bool {
        self.is_covered.get()
    }

    /// The `id` of the page's main part, which only the page in sight may have. Tracked.
    pub fn main_id(self) -> Option<&'static str> {
        (!self.is_covered()).then_some("main")
    }
}

pub fn use_behind() -> KeptPage {
    expect_context()
}
