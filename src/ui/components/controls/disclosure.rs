//! Settings that are folded away until they are wanted.

use leptos::html;
use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;

/// A dot and words behind the title tell how much inside is set.
#[component]
pub fn Disclosure(
    #[prop(into)] title: Signal<String>,
    #[prop(into, optional)] told: MaybeProp<String>,
    /// Something inside is wrong: it opens.
    #[prop(into, optional)]
    has_problem: Signal<bool>,
    /// Whether it is open at first.
    #[prop(optional)]
    open: bool,
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    Effect::new(move || {
        if has_problem.get()
            && let Some(details) = details.get()
        {
            details.set_open(true);
        }
    });
    let dot = move || told.get().map(|words| view! { <span class="set-dot">{words}</span> });
    view! {
        <details class="disclosure" open=open node_ref=details>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {erased(move || title.get())}
                {erased(dot)}
            </summary>
            <div class="disclosure__body">{children()}</div>
        </details>
    }
}
