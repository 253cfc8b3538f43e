//! What the pages with a bench share: how their panes are arranged, and the wire below.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::browser::storage::{self, Key};
use crate::ui::components::{Axis, Splitter};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::wire::Wire;

/// How the learner has arranged the panes, in percent.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Shares {
    across: Option<f64>,
    down: Option<f64>,
    /// Between the picture and the panels beside it.
    panels: Option<f64>,
}

impl Shares {
    fn remembered() -> Shares {
        storage::load(Key::Panels).unwrap_or_default()
    }
}

/// The share of the words, as it was left last.
pub fn remembered_across() -> Option<f64> {
    Shares::remembered().across
}

/// The same while it is changed. Copied freely.
#[derive(Clone, Copy)]
pub struct Arrangement {
    pub across: RwSignal<Option<f64>>,
    pub down: RwSignal<Option<f64>>,
    pub panels: RwSignal<Option<f64>>,
}

impl Arrangement {
    /// As it was left last; every change is remembered.
    pub fn remembered() -> Arrangement {
        let remembered = Shares::remembered();
        let across = RwSignal::new(remembered.across);
        let down = RwSignal::new(remembered.down);
        let panels = RwSignal::new(remembered.panels);
        Effect::new(move |before: Option<()>| {
            let shares = Shares { across: across.get(), down: down.get(), panels: panels.get() };
            if before.is_some() {
                storage::save(Key::Panels, &shares);
            }
        });
        Arrangement { across, down, panels }
    }
}

/// A share as the stylesheet takes it.
pub fn percent(share: Option<f64>) -> Option<String> {
    // As whole tenths: what writes a float would be eight kilobytes of the first load.
    let tenths = |share: f64| (share * 10.0).round() as u32;
    share.map(tenths).map(|tenths| format!("{}.{}%", tenths / 10, tenths % 10))
}

/// The wire, with the line above it that can be moved.
#[component]
pub fn WireBelow(share: RwSignal<Option<f64>>, default: f64) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Splitter
            axis=Axis::Down
            share
            default
            label=Signal::derive(move || locale.strings().splitter_down())
        />
        <section
            class="exercise-page__wire"
            id="pane-wire"
            tabindex="-1"
            aria-label=erased(move || locale.strings().pane_wire())
        >
            <Wire/>
        </section>
    }
}
