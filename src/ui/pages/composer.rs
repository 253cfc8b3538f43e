//! The packet composer: `?page=composer`, with `&hex=…` to begin with certain bytes.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::ui::composer::view::ComposerView;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{CLIENT, HEX};
use crate::ui::navigation::route::use_route;

#[component]
pub fn ComposerPage() -> impl IntoView {
    let locale = use_locale();
    let route = use_route();
    let [hex, client] = [HEX, CLIENT].map(|key| untrack(|| route.value(key)));
    let client = client.and_then(|letter| ClientSlot::with_letter(&letter));
    view! {
        <main id="main" class="page composer">
            <header class="composer__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_composer())}</h1>
                <p class="composer__lead">{erased(move || locale.strings().composer_lead())}</p>
            </header>
            <ComposerView hex client/>
        </main>
    }
}
