//! List, ladder or findings.

use leptos::prelude::*;

use super::wire_state::{WireView, use_wire};
use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn ViewChoice() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    let option = move |view: WireView, name: fn(&Strings) -> &'static str| {
        view! {
            <button
                class="segmented__option"
                aria-pressed=erased(move || (wire.shown() == view).to_string())
                on:click=move |_| wire.view.set(view)
            >
                {erased(move || name(locale.strings()))}
            </button>
        }
    };
    view! {
        <div
            class="segmented segmented--small"
            role="group"
            aria-label=erased(move || locale.strings().wire_view())
        >
            {option(WireView::List, |s| s.wire_view_list())}
            <Show when=erased(move || wire.has_ladder())>
                {option(WireView::Ladder, |s| s.wire_view_ladder())}
            </Show>
            <button
                class="segmented__option wire-bar__findings"
                aria-pressed=erased(move || (wire.shown() == WireView::Findings).to_string())
                title=erased(move || locale.strings().wire_view_findings())
                on:click=move |_| wire.view.set(WireView::Findings)
            >
                <Icon name="warning" small=true/>
                <span>{erased(move || locale.strings().wire_view_findings())}</span>
            </button>
        </div>
    }
}
