//! One more Topic Filter.

use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn AddFilter(on_press: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <button
            type="button"
            class="button button--quiet button--small pairs__add"
            on:click=move |_| on_press.run(())
        >
            <Icon name="plus" small=true/>
            {erased(move || locale.strings().form_filter_add())}
        </button>
    }
}
