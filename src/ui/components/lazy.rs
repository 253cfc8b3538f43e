//! Shows a part of the page that arrives later.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::bundles;
use crate::ui::loading::locale::use_locale;
use crate::ui::loading::part::Part;
use crate::words::Bundle;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    There,
    Fetching,
    Failed,
}

/// Shows `view` as soon as its part is there.
#[component]
pub fn Lazy(
    part: &'static Part,
    view: Box<dyn Fn() -> AnyView + Send + Sync>,
    /// The words that it needs beside the interface and the glossary.
    #[prop(default = None)]
    words: Option<Bundle>,
    /// Whether the part is a whole page.
    #[prop(default = false)]
    page: bool,
) -> AnyView {
    let locale = use_locale();
    let bundles: Vec<_> = [Bundle::Glossary].into_iter().chain(words).collect();
    let language = locale.language_untracked();
    if part.is_there() && bundles::are_there(&bundles, language) {
        return view();
    }
    let bundles = StoredValue::new(bundles);
    let state = RwSignal::new(State::Fetching);
    let fetch = move || {
        state.set(State::Fetching);
        // Together with the words.
        part.begin();
        spawn_local(async move {
            let bundles = bundles.try_get_value().unwrap_or_default();
            let is_there = loop {
                let language = locale.language_untracked();
                if !bundles::fetch(&bundles, language).await || !part.fetch().await {
                    break false;
                }
                // Another language may have been chosen meanwhile.
                if locale.language_untracked() == language {
                    break true;
                }
            };
            // It may no longer be wanted.
            let _ = state.try_set(if is_there { State::There } else { State::Failed });
        });
    };
    fetch();
    let within_page = move |words: AnyView| match page {
        true => view! { <main id="main" class="page page--words">{words}</main> }.into_any(),
        false => words,
    };
    let shown = move || match state.get() {
        State::There => view(),
        State::Fetching => within_page(
            view! {
                <div class="empty">
                    <p class="waiting" role="status">
                        <Icon name="waiting" small=true/>
                        {erased(move || locale.strings().lazy_waiting())}
                    </p>
                </div>
            }
            .into_any(),
        ),
        State::Failed => within_page(
            view! {
            <div class="empty" role="alert">
                <Icon name="warning"/>
                <p class="empty__title">{erased(move || locale.strings().lazy_failed())}</p>
                <p class="empty__how">{erased(move || locale.strings().lazy_failed_how())}</p>
                <button type="button" class="button button--primary" on:click=move |_| fetch()>
                    {erased(move || locale.strings().lazy_again())}
                </button>
            </div>
            }
            .into_any(),
        ),
    };
    erased(shown).into_any()
}
