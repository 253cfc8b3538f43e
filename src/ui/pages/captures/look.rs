//! A capture that is looked at: its packets and the inspector, on a bench where nothing happens.

use leptos::prelude::*;

use crate::ui::captures::view::Item;
use crate::ui::erased::erased;
use crate::ui::findings::view::FindingsLine;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::WireState;
use crate::ui::state::store::Store;
use crate::ui::wire::Wire;

/// The store and the wire below it are its own: nothing here reaches the live bench.
#[component]
pub fn Look(item: Item) -> impl IntoView {
    let locale = use_locale();
    let capture = item.capture.map(|capture| capture.as_ref().clone());
    Store::provide_read_only(capture.unwrap_or_default());
    WireState::provide();
    view! {
        <FindingsLine/>
        <section
            class="exercise-page__wire captures__wire"
            aria-label=erased(move || locale.strings().pane_wire())
        >
            <Wire/>
        </section>
    }
}
