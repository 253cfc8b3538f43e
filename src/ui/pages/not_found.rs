//! An address that names no exercise.

use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::quoted;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;

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
                <h1 class="empty__title">{erased(move || locale.strings().not_found_title(quoted(&id)))}</h1>
                <p class="empty__how">{erased(move || locale.strings().not_found_how())}</p>
                <a class="button button--primary" href=erased(move || Place::Home.href(locale.language()))>
                    {erased(move || locale.strings().lesson_overview())}
                </a>
            </div>
        </main>
    }
}
