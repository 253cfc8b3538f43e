//! Progress as a row of small squares.

use leptos::prelude::*;

use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn Pips(#[prop(into)] done: Signal<usize>, #[prop(into)] of: Signal<usize>) -> impl IntoView {
    let locale = use_locale();
    let label = move || locale.strings().pips(done.get(), of.get());
    let pips = move || {
        (0..of.get())
            .map(|index| {
                let state = (index < done.get()).then_some("met");
                view! { <span class="pip" data-state=state></span> }
            })
            .collect_view()
    };
    view! { <span class="pips" role="img" aria-label=erased(label)>{erased(pips)}</span> }
}
