//! Small buttons.

use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;

#[component]
pub fn SmallButton(
    words: Signal<String>,
    on_press: Callback<()>,
    #[prop(optional_no_strip)] icon: Option<&'static str>,
    #[prop(into, optional)] disabled: Signal<bool>,
    /// Whether it is down, for a button that stays so.
    #[prop(optional_no_strip)]
    pressed: Option<Signal<bool>>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--small"
            disabled=disabled
            aria-pressed=erased(move || pressed.map(|pressed| pressed.get().to_string()))
            on:click=move |_| on_press.run(())
        >
            {icon.map(|name| view! { <Icon name/> })}
            {words}
        </button>
    }
    .into_any()
}

#[component]
pub fn IconButton(
    /// What it does.
    words: Signal<String>,
    icon: &'static str,
    on_press: Callback<()>,
    #[prop(into, optional)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--quiet button--icon button--small"
            aria-label=words
            title=words
            disabled=disabled
            on:click=move |_| on_press.run(())
        >
            <Icon name=icon/>
        </button>
    }
    .into_any()
}
