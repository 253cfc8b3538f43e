//! How much there is to find in a capture, said before anybody asks.

use leptos::prelude::*;

use super::{FindingsState, summary};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::{WireView, use_wire};
use crate::ui::state::store::use_store;

/// A button that shows the findings, or the packets again. Needs a `WireState` above it, and reads for the list of
/// findings too.
#[component]
pub fn FindingsLine() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    let state = FindingsState::follow(use_store());
    provide_context(state);
    let found = state.found();
    let words = move || {
        let strings = locale.strings();
        found.with(|all| match all {
            None => view! {
                <Icon name="waiting" small=true class="spinner"/>
                <span>{strings.find_reading()}</span>
            }
            .into_any(),
            Some(all) if all.is_empty() => view! {
                <Icon name="met" small=true/>
                <span>{strings.find_empty()}</span>
            }
            .into_any(),
            Some(all) => summary(all, strings).into_any(),
        })
    };
    let is_shown = move || wire.view.get() == WireView::Findings;
    let toggle = move |_| {
        let next = if is_shown() { wire.packets_view() } else { WireView::Findings };
        wire.view.set(next);
    };
    view! {
        <button
            type="button"
            class="findings-line"
            aria-pressed=erased(move || is_shown().to_string())
            on:click=toggle
        >
            {erased(words)}
            <Icon name="chevron" small=true class="findings-line__more"/>
        </button>
    }
}
