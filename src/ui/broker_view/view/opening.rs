//! Whether the panel is there. The panel itself is a part of the page that arrives later.

use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::broker_view::view::entry::broker_panel;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;

/// Whether the panel is there; provided by the app.
#[derive(Clone, Copy)]
pub struct BrokerPanel {
    is_open: RwSignal<bool>,
    pub(super) tab: RwSignal<Tab>,
}

impl BrokerPanel {
    pub fn provide() -> BrokerPanel {
        let panel = BrokerPanel { is_open: RwSignal::new(false), tab: RwSignal::new(Tab::State) };
        provide_context(panel);
        panel
    }

    /// Tracked.
    pub fn is_open(self) -> bool {
        self.is_open.get()
    }

    pub fn set_open(self, open: bool) {
        self.is_open.set(open);
    }

    pub fn toggle(self) {
        self.is_open.update(|open| *open = !*open);
    }
}

pub fn use_broker_panel() -> BrokerPanel {
    expect_context()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    State,
    Log,
    Policy,
    Lines,
}

impl Tab {
    pub(super) const ALL: [Tab; 4] = [Tab::State, Tab::Log, Tab::Policy, Tab::Lines];

    pub(super) fn name(self, strings: &Strings) -> &'static str {
        match self {
            Tab::State => strings.inside_tab_state(),
            Tab::Log => strings.inside_tab_log(),
            Tab::Policy => strings.inside_tab_policy(),
            Tab::Lines => strings.inside_tab_lines(),
        }
    }
}

/// Nothing while it is closed.
#[component]
pub fn BrokerView() -> impl IntoView {
    let panel = use_broker_panel();
    view! {
        <Show when=erased(move || panel.is_open())>
            <Lazy part=broker_panel::part() view=erased(broker_panel::view)/>
        </Show>
    }
}
