//! An address that names no exercise.

use leptos::prelude::*;

use crate::ui::address::Place;
use crate::ui::components::Icon;
use crate::ui::live::live;
use crate::ui::locale::use_locale;

#[component]
pub fn NotFoundPage(
    /// What the address asked for.
    id: String,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <main id="main" class="page page--words">
            <div class="empty">
                <Icon name="info"/>
                <h1 class="empty__title">{live(move || locale.strings().not_found_title(&id))}</h1>
                <p class="empty__how">{live(move || locale.strings().not_found_how())}</p>
                <a class="button button--primary" href=live(move || Place::Home.href(locale.language()))>
                    {live(move || locale.strings().lesson_overview())}
                </a>
            </div>
        </main>
    }
}
