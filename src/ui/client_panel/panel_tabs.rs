//! The tabs of a panel: one a packet.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::forms::FormKind;
use crate::ui::locale::use_locale;

/// Arrow keys move between tabs, Home and End to the first and last.
#[component]
pub fn PanelTabs(
    /// Begins the ids of the tabs.
    #[prop(into)]
    id: String,
    #[prop(into)] current: Signal<FormKind>,
    #[prop(into)] on_choose: Callback<FormKind>,
) -> impl IntoView {
    let locale = use_locale();
    let prefix = id.clone();
    let go = move |event: KeyboardEvent| {
        let all = FormKind::ALL;
        let at = current.get_untracked() as usize;
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % all.len(),
            "ArrowLeft" => (at + all.len() - 1) % all.len(),
            "Home" => 0,
            "End" => all.len() - 1,
            _ => return,
        };
        event.prevent_default();
        on_choose.run(all[to]);
        let tab = document().get_element_by_id(&tab_id(&prefix, all[to]));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    let panel = panel_id(&id);
    let tabs = FormKind::ALL.map(|kind| {
        let is_current = move || current.get() == kind;
        view! {
            <button
                type="button"
                role="tab"
                class="tabs__tab"
                id=tab_id(&id, kind)
                aria-selected=move || is_current().to_string()
                aria-controls=panel.clone()
                tabindex=move || if is_current() { "0" } else { "-1" }
                on:click=move |_| on_choose.run(kind)
            >
                {kind.packet().name()}
            </button>
        }
    });
    view! {
        <div
            class="tabs client-panel__tabs"
            role="tablist"
            aria-label=move || locale.strings().panel_tabs
            on:keydown=go
        >
            {tabs.collect_view()}
        </div>
    }
}

pub fn tab_id(id: &str, kind: FormKind) -> String {
    format!("{id}-tab-{}", kind.packet().key())
}

/// The id of what the tabs switch.
pub fn panel_id(id: &str) -> String {
    format!("{id}-tabpanel")
}
