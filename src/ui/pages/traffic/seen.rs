//! The packets of the connections that are looked at, on a bench where nothing happens but what the tap tells.

use leptos::prelude::*;

use super::line::Line;
use crate::ui::components::controls::said;
use crate::ui::findings::view::FindingsLine;
use crate::ui::packet_list::view::WireState;
use crate::ui::state::store::Store;
use crate::ui::wire::Wire;

/// The store and the wire below it are its own: nothing here reaches the live bench.
#[component]
pub fn Seen(line: Line) -> impl IntoView {
    line.shows(Store::provide_fed);
    WireState::provide();
    view! {
        <FindingsLine/>
        <section class="exercise-page__wire captures__wire" aria-label=said(|s| s.pane_wire())>
            <Wire/>
        </section>
    }
}
