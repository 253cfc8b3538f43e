//! The packet composer: `?page=composer`, with `&hex=…` to begin with certain bytes.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::address::HEX;
use crate::ui::composer::ComposerView;
use crate::ui::live::live;
use crate::ui::locale::use_locale;

#[component]
pub fn ComposerPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let hex = query.with_untracked(|query| query.get(HEX));
    view! {
        <main id="main" class="page composer">
            <header class="composer__head">
                <h1 class="lesson__title">{live(move || locale.strings().page_composer)}</h1>
                <p class="composer__lead">{live(move || locale.strings().composer_lead)}</p>
            </header>
            <ComposerView hex/>
        </main>
    }
}
