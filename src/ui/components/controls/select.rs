//! A choice.

use leptos::prelude::*;

use crate::ui::erased::erased;

/// One of several, by their values and words.
#[component]
pub fn Select(
    /// For the label that stands elsewhere.
    #[prop(into, optional)]
    id: Option<String>,
    /// For a control without one.
    #[prop(optional_no_strip)]
    label: Option<Signal<String>>,
    options: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    on_change: Callback<String>,
    #[prop(into, optional)] disabled: Signal<bool>,
) -> impl IntoView {
    let options = move || {
        let option = |(key, words): (String, String)| {
            let is_chosen = {
                let key = key.clone();
                move || value.get() == key
            };
            view! { <option value=key prop:selected=erased(is_chosen)>{words}</option> }.into_any()
        };
        options.get().into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <select
            id=id
            aria-label=erased(move || label.map(|label| label.get()))
            disabled=disabled
            on:change=move |event| on_change.run(event_target_value(&event))
        >
            {erased(options)}
        </select>
    }
    .into_any()
}
