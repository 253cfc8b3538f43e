//! Whether the inside of the broker is shown, and which of its tabs.

use leptos::prelude::*;

use crate::language::Strings;

/// Whether the panel is there; provided by the app.
#[derive(Clone, Copy)]
pub struct BrokerPanel {
    is_open: RwSignal<bool>,
    pub tab: RwSignal<Tab>,
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
pub enum Tab {
    State,
    Log,
    Policy,
    Lines,
}

impl Tab {
    pub const ALL: [Tab; 4] = [Tab::State, Tab::Log, Tab::Policy, Tab::Lines];

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Tab::State => strings.inside_tab_state(),
            Tab::Log => strings.inside_tab_log(),
            Tab::Policy => strings.inside_tab_policy(),
            Tab::Lines => strings.inside_tab_lines(),
        }
    }
}
