//! A new version of the page, which is there and waits: `xtask/src/offline/register.js` tells of it.

use leptos::prelude::*;
use web_sys::Event;

use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// Told once the files of the new version are all there. Whoever goes on with the old one gets the new one with the
/// next visit.
#[component]
pub fn NewVersion() -> impl IntoView {
    let locale = use_locale();
    let is_there = RwSignal::new(false);
    let look = move |_: Event| is_there.set(true);
    let listener = window_event_listener_untyped("newversion", look);
    on_cleanup(move || listener.remove());
    let take = move |_| {
        if let Ok(event) = Event::new("takenewversion") {
            // Nobody prevents it.
            let _ = window().dispatch_event(&event);
        }
    };
    view! {
        <Show when=erased(move || is_there.get())>
            <div class="toast" role="status">
                {erased(move || locale.strings().new_version())}
                <button type="button" class="button button--small button--primary" on:click=take>
                    {erased(move || locale.strings().new_version_take())}
                </button>
                <button type="button" class="button button--small" on:click=move |_| is_there.set(false)>
                    {erased(move || locale.strings().new_version_later())}
                </button>
            </div>
        </Show>
    }
}
