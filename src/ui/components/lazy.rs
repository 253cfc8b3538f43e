//! Shows a part of the page that arrives later.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::bundles;
use crate::ui::loading::locale::{Locale, use_locale};
use crate::ui::loading::part::Part;
use crate::words::Bundle;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    There,
    Fetching,
    Failed,
}

/// A part of the page, and the words that it needs beside the interface and the glossary.
#[derive(Clone, Copy)]
pub struct Arriving {
    pub part: &'static Part,
    pub words: Option<Bundle>,
}

impl Arriving {
    fn bundles(self) -> Vec<Bundle> {
        [Bundle::Glossary].into_iter().chain(self.words).collect()
    }

    pub fn is_there(self, locale: Locale) -> bool {
        self.part.is_there() && bundles::are_there(&self.bundles(), locale.language_untracked())
    }

    /// Fetches what is missing, and says whether all is there now.
    pub async fn fetch(self, locale: Locale) -> bool {
        // Together with the words.
        self.part.begin();
        loop {
            let Some(language) = locale.try_language() else { return false };
            if !bundles::fetch(&self.bundles(), language).await || !self.part.fetch().await {
                return false;
            }
            // Another language may have been chosen meanwhile.
            if locale.try_language() == Some(language) {
                return true;
            }
        }
    }
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
    let arriving = Arriving { part, words };
    if arriving.is_there(locale) {
        return view();
    }
    let state = RwSignal::new(State::Fetching);
    let fetch = move || {
        state.set(State::Fetching);
        spawn_local(async move {
            let is_there = arriving.fetch(locale).await;
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
