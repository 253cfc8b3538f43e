//! The field of the filter.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::wire_state::use_wire;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn FilterField() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    // Escape empties the filter first, and leaves the field next.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            match wire.filter.with_untracked(String::is_empty) {
                false => wire.filter.set(String::new()),
                true => {
                    if let Some(input) = wire.input.get_untracked() {
                        let _ = input.blur();
                    }
                }
            }
        }
    };
    view! {
        <label class="wire-bar__filter">
            <Icon name="search" small=true/>
            <input
                type="search"
                node_ref=wire.input
                placeholder=erased(move || locale.strings().wire_filter_short())
                aria-label=erased(move || locale.strings().wire_filter())
                title=erased(move || locale.strings().wire_filter_help())
                aria-keyshortcuts="/"
                autocomplete="off"
                spellcheck="false"
                prop:value=erased(move || wire.filter.get())
                on:input=move |event| wire.filter.set(event_target_value(&event))
                on:keydown=on_key
            />
        </label>
    }
}
