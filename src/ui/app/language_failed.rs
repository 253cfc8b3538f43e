//! What is said where the words of a language did not arrive.

use leptos::prelude::*;

use crate::language::Language;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// The page goes on in the language it speaks.
#[component]
pub fn LanguageFailed(language: Language) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="toast" role="alert">
            {erased(move || locale.strings().lazy_language_failed(language.name()))}
            <button type="button" class="button button--small" on:click=move |_| locale.set(language)>
                {erased(move || locale.strings().lazy_again())}
            </button>
            <button type="button" class="button button--small" on:click=move |_| locale.stay()>
                {erased(move || locale.strings().close())}
            </button>
        </div>
    }
}
