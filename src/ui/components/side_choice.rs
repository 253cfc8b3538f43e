//! What stands on one side of a comparison.

use leptos::prelude::*;

use crate::ui::erased::erased;

#[component]
pub fn SideChoice(
    /// Which side.
    #[prop(into)]
    label: Signal<String>,
    /// What there is to choose from: numbers and names.
    #[prop(into)]
    options: Signal<Vec<(u32, String)>>,
    chosen: u32,
    on_choose: Callback<u32>,
) -> impl IntoView {
    let rows = move || {
        let option = |(id, name): (u32, String)| {
            view! { <option value=id.to_string() selected=id == chosen>{name}</option> }
        };
        options.get().into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        if let Ok(id) = event_target_value(&event).parse() {
            on_choose.run(id);
        }
    };
    view! {
        <label class="compare__choice">
            <span class="overline">{label}</span>
            <select on:change=choose>{erased(rows)}</select>
        </label>
    }
}
