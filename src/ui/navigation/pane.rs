//! The three panes of an exercise. On a narrow screen one is seen at a time.

use leptos::prelude::*;

use crate::language::Strings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Learn,
    Bench,
    Wire,
}

impl Pane {
    /// Its name in ids, stylesheets and the icon sprite.
    pub fn key(self) -> &'static str {
        match self {
            Pane::Learn => "learn",
            Pane::Bench => "bench",
            Pane::Wire => "wire",
        }
    }

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Pane::Learn => strings.pane_learn(),
            Pane::Bench => strings.pane_bench(),
            Pane::Wire => strings.pane_wire(),
        }
    }
}

/// Makes the pane in sight available to all components below.
pub fn provide_pane() -> RwSignal<Pane> {
    let pane = RwSignal::new(Pane::Learn);
    provide_context(PaneInSight(pane));
    pane
}

pub fn use_pane() -> RwSignal<Pane> {
    expect_context::<PaneInSight>().0
}

#[derive(Clone, Copy)]
struct PaneInSight(RwSignal<Pane>);
