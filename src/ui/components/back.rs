use leptos::prelude::*;

use super::Icon;
use super::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::navigation::kept_page::use_behind;

/// To where the learner came from.
#[component]
pub fn Back() -> impl IntoView {
    let locale = use_locale();
    let behind = use_behind();
    let href = move || behind.place().unwrap_or(Place::Home).href(locale.language());
    view! {
        <a
            class="button button--quiet captures__back"
            aria-label=said(|s| s.captures_back())
            href=erased(href)
        >
            <Icon name="back"/>
            <span class="wide-only">{said(|s| s.captures_back())}</span>
        </a>
    }
}
