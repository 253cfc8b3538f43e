//! Why the last try was not sent.

use leptos::prelude::*;

use super::panel_state::PanelState;
use crate::ui::client_panel::refusal;
use crate::ui::components::ClosableNotice;
use crate::ui::loading::locale::Locale;

/// Tracked; nothing where nothing was refused.
pub fn refused_notice(panel: PanelState, locale: Locale) -> Option<AnyView> {
    let error = panel.refused()?;
    let words = refusal::words(&error, locale.language());
    let title = view! { <h4 class="notice__title">{locale.strings().panel_not_sent()}</h4> };
    let notice = view! {
        <ClosableNotice
            state="warning"
            title=title.into_any()
            on_close=Callback::new(move |()| panel.forget_refusal())
        >
            <p class="notice__why">
                <span inner_html=words></span>
                {error.rule().map(|rule| format!(" {rule}"))}
            </p>
        </ClosableNotice>
    };
    Some(notice.into_any())
}
