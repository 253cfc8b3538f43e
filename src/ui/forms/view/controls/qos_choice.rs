//! QoS 0, 1 or 2.

use leptos::prelude::*;

use crate::mqtt::QoS;
use crate::ui::erased::erased;
use crate::ui::forms::view::lens::Lens;

/// Three radio buttons beside each other.
#[component]
pub fn QosChoice(
    /// Unique on the page.
    #[prop(into)]
    name: String,
    qos: Lens<QoS>,
    /// The id of the words in front.
    #[prop(into)]
    labelled_by: String,
) -> impl IntoView {
    let options = QoS::ALL.map(|option| {
        view! {
            <label class="segmented__option" title=option.name()>
                <input
                    type="radio"
                    name=name.clone()
                    prop:checked=erased(move || qos.get() == option)
                    on:change=move |_| qos.set(option)
                />
                {option.bits()}
            </label>
        }
    });
    view! {
        <div class="segmented" role="radiogroup" aria-labelledby=labelled_by>
            {options.collect_view()}
        </div>
    }
}
