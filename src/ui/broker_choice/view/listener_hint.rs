//! What a broker needs for a page to reach it.

use leptos::prelude::*;

use crate::lab::Lab;
use crate::ui::components::CopyButton;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// Nothing until connecting has failed.
#[component]
pub fn ListenerHint() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    // Where connecting has failed a listener may be what is missing.
    let has_failed = Memo::new(move |_| store.with_lab(Lab::has_failed));
    view! {
        <Show when=erased(move || has_failed.get())>
                <div class="broker-menu__listener">
                    <p class="field__hint">{erased(move || locale.strings().broker_listener())}</p>
                    <pre class="broker-menu__conf"><code>{LISTENER}</code></pre>
                    <CopyButton
                        label=Signal::derive(move || locale.strings().broker_copy_listener())
                        text=Callback::new(move |()| LISTENER.to_owned())
                    />
                </div>
        </Show>
    }
}

/// What Mosquitto needs for a page to reach it. Up to 2.0.11 it starts only if there is a plain listener too.
const LISTENER: &str = "listener 1883\nlistener 9001\nprotocol websockets\nallow_anonymous true\n";
