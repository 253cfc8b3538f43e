//! Something to read that goes away when it is closed.

use leptos::prelude::*;

use super::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn ClosableNotice(
    /// `error`, `warning` or `info`.
    state: &'static str,
    /// The element that is its title, of the class `notice__title`.
    title: AnyView,
    on_close: Callback<()>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// What there is below the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let locale = use_locale();
    let (icon, role) = if state == "info" { ("info", "status") } else { ("warning", "alert") };
    view! {
        <div class=format!("notice {class}") data-state=state role=role>
            <Icon name=icon/>
            {title}
            <button
                type="button"
                class="button button--quiet button--icon button--small notice__close"
                aria-label=erased(move || locale.strings().close())
                on:click=move |_| on_close.run(())
            >
                <Icon name="close"/>
            </button>
            {children.map(|children| view! { <div class="notice__body">{children()}</div> })}
        </div>
    }
    .into_any()
}
