//! Folded settings.

use leptos::html;
use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::components::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// Folded settings whose controls are made when they are first wanted.
#[component]
pub fn Folded(
    title: fn(&Strings) -> &'static str,
    count: Signal<usize>,
    body: Callback<(), AnyView>,
) -> impl IntoView {
    let locale = use_locale();
    let details = NodeRef::<html::Details>::new();
    let wanted = RwSignal::new(false);
    let toggled = move |_| {
        if details.get_untracked().is_some_and(|details| details.open()) {
            wanted.set(true);
        }
    };
    let dot = move || {
        let count = count.get();
        (count > 0)
            .then(|| view! { <span class="set-dot">{locale.strings().form_set(count)}</span> })
    };
    let inside = move || wanted.get().then(|| body.run(()));
    view! {
        <details class="disclosure" node_ref=details on:toggle=toggled>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {said(title)}
                {erased(dot)}
            </summary>
            <div class="disclosure__body">{erased(inside)}</div>
        </details>
    }
    .into_any()
}
