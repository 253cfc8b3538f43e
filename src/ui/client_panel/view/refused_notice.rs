//! Why the last try was not sent.

use leptos::prelude::*;

use super::panel_state::PanelState;
use crate::ui::client_panel::refusal;
use crate::ui::components::Icon;
use crate::ui::loading::locale::Locale;

/// Tracked; nothing where nothing was refused.
pub fn refused_notice(panel: PanelState, locale: Locale) -> Option<AnyView> {
    let error = panel.refused()?;
    let words = refusal::words(&error, locale.language());
    let notice = view! {
        <div class="notice" data-state="warning" role="alert">
            <Icon name="warning"/>
            <h4 class="notice__title">{locale.strings().panel_not_sent()}</h4>
            <button
                type="button"
                class="button button--quiet button--icon button--small notice__close"
                aria-label=locale.strings().close()
                on:click=move |_| panel.forget_refusal()
            >
                <Icon name="close"/>
            </button>
            <div class="notice__body">
                <p class="notice__why">
                    <span inner_html=words></span>
                    {error.rule().map(|rule| format!(" {rule}"))}
                </p>
            </div>
        </div>
    };
    Some(notice.into_any())
}
