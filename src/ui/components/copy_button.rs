//! A button that copies something and says so.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;
use crate::ui::browser;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// How long the button tells what became of it.
const TELLS_FOR: Duration = Duration::from_millis(1600);

#[component]
pub fn CopyButton(
    /// What the button says it does.
    #[prop(into)]
    label: Signal<&'static str>,
    /// Makes the text when the button is pressed.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    let locale = use_locale();
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        browser::copy(text.run(()), move |copied| {
            // The button may be gone by the time the browser answers.
            if outcome.try_set(Some(copied)).is_none() {
                set_timeout(move || _ = outcome.try_set(None), TELLS_FOR);
            }
        });
    };
    let icon = Signal::derive(move || match outcome.get() {
        None => "copy",
        Some(true) => "met",
        Some(false) => "warning",
    });
    let told = move || match outcome.get() {
        None => "",
        Some(true) => locale.strings().wire_copied(),
        Some(false) => locale.strings().wire_not_copied(),
    };
    view! {
        <button
            class="button button--quiet button--icon button--small"
            aria-label=label
            title=label
            on:click=copy
        >
            <Icon name=icon/>
            <span class="visually-hidden" aria-live="polite">{erased(told)}</span>
        </button>
    }
}
