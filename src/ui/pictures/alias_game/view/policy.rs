//! Which policy is looked at, and their names.

use leptos::prelude::*;

use super::OWN;
use crate::language::Strings;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn PolicyChoice(chosen: RwSignal<usize>) -> impl IntoView {
    let locale = use_locale();
    let option = move |index: usize| {
        view! {
            <label class="segmented__option">
                <input
                    type="radio"
                    name="alias-policy"
                    prop:checked=erased(move || chosen.get() == index)
                    on:change=move |_| chosen.set(index)
                />
                {erased(move || names(locale.strings())[index])}
            </label>
        }
    };
    view! {
        <div
            class="segmented alias-game__policies"
            role="radiogroup"
            aria-label=erased(move || locale.strings().alias_game_policy())
        >
            {(0..=OWN).map(option).collect_view()}
        </div>
    }
}

/// In the order of [`policies`](crate::ui::pictures::alias_game::model::policies).
pub fn names(strings: &Strings) -> [&'static str; 5] {
    [
        strings.alias_policy_none(),
        strings.alias_policy_first(),
        strings.alias_policy_lru(),
        strings.alias_policy_frequent(),
        strings.alias_policy_own(),
    ]
}
