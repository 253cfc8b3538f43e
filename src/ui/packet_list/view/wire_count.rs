//! How many records there are, and how many of them pass the filter.

use leptos::prelude::*;

use super::wire_state::use_wire;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn WireCount() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    let found = wire.found_memo();
    let count = move || {
        let found = found.get();
        let all = grouped(found.records as u64);
        match found.rows == found.records {
            true => all,
            false => locale.strings().wire_count_filtered(all, grouped(found.rows as u64)),
        }
    };
    let unit = move || match found.get().records {
        1 => locale.strings().wire_count_one(),
        _ => locale.strings().wire_count_many(),
    };
    view! {
        <span class="wire-bar__count" role="status">
            <Show when=erased(move || !found.get().is_complete)>
                <span class="waiting">
                    <Icon name="waiting" small=true class="spinner"/>
                    <span class="visually-hidden">{erased(move || locale.strings().wire_searching())}</span>
                </span>
            </Show>
            {erased(count)} " " <span class="wide-only">{erased(unit)}</span>
        </span>
    }
}
