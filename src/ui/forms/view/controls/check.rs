//! A tick with its words.

use leptos::prelude::*;

use crate::ui::erased::erased;
use crate::ui::forms::view::lens::Lens;

#[component]
pub fn Check(
    on: Lens<bool>,
    #[prop(into)] label: Signal<String>,
    /// The id under which a label elsewhere finds it.
    #[prop(into, optional)]
    id: Option<String>,
    #[prop(into, optional)] invalid: Signal<bool>,
    /// The id of what says why it is wrong.
    #[prop(into, optional)]
    described_by: MaybeProp<String>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                id=id
                aria-invalid=erased(move || invalid.get().then_some("true"))
                aria-describedby=erased(move || described_by.get().filter(|_| invalid.get()))
                prop:checked=erased(move || on.get())
                on:change=move |event| on.set(event_target_checked(&event))
            />
            {erased(move || label.get())}
        </label>
    }
}
