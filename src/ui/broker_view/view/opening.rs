//! Whether the panel is there. The panel itself is a part of the page that arrives later.

use leptos::prelude::*;

use super::entry::broker_panel;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::state::broker_panel::use_broker_panel;

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
