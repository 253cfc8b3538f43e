//! Icons from the embedded sprite (`style/icons.svg`).

use crate::ui::erased::erased;
use leptos::prelude::*;

/// One icon; decoration only, so something beside it must say the same in words.
#[component]
pub fn Icon(
    /// A symbol of the sprite without its `icon-` prefix, e.g. `publish`.
    #[prop(into)]
    name: Signal<&'static str>,
    #[prop(optional)] small: bool,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let classes = match (small, class) {
        (false, "") => "icon".to_owned(),
        (true, "") => "icon icon--small".to_owned(),
        (false, more) => format!("icon {more}"),
        (true, more) => format!("icon icon--small {more}"),
    };
    view! {
        <svg class=classes aria-hidden="true">
            <use href=erased(move || format!("#icon-{}", name.get()))></use>
        </svg>
    }
}

/// The sprite itself, once, before any icon.
#[component]
pub fn IconSprite() -> impl IntoView {
    view! { <div hidden inner_html=include_str!("../../../style/icons.svg")></div> }
}
