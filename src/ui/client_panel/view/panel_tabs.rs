//! The tabs of a panel: one a packet.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::erased::erased;
use crate::ui::forms::FormKind;
use crate::ui::loading::locale::use_locale;

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
    // On a narrow screen the tabs scroll: the current one is to be seen whole.
    let list = NodeRef::<html::Div>::new();
    Effect::new(move || {
        let kind = current.get();
        if let Some(list) = list.get()
            && let Some(tab) = list.children().item(kind as u32)
            && let Some(tab) = tab.dyn_ref::<web_sys::HtmlElement>()
        {
            let (start, width) = (tab.offset_left() - list.offset_left(), tab.offset_width());
            let end = start + width - list.client_width();
            list.set_scroll_left(list.scroll_left().clamp(end.max(0), start.max(end).max(0)));
        }
    });
    let tabs = FormKind::ALL.map(|kind| {
        let is_current = move || current.get() == kind;
        view! {
            <button
                type="button"
                role="tab"
                class="tabs__tab"
                id=tab_id(&id, kind)
                aria-selected=erased(move || is_current().to_string())
                aria-controls=tabpanel_id(&id)
                tabindex=erased(move || if is_current() { "0" } else { "-1" })
                on:click=move |_| on_choose.run(kind)
            >
                {kind.packet().name()}
            </button>
        }
    });
    view! {
        <div
            class="tabs client-panel__tabs"
            node_ref=list
            role="tablist"
            aria-label=erased(move || locale.strings().panel_tabs())
            on:keydown=go
        >
            {tabs.collect_view()}
        </div>
    }
}

/// The id of what the tabs switch. No role of its own is allowed on a form, so it stands around the form.
pub fn tabpanel_id(id: &str) -> String {
    format!("{id}-tabpanel")
}

pub fn tab_id(id: &str, kind: FormKind) -> String {
    format!("{id}-tab-{}", kind.packet().key())
}
