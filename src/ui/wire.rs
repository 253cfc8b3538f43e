//! The wire as one pane: its bar, the packets as a list or as a ladder, or what is odd in them, and the one that is open.

use leptos::prelude::*;

use super::components::{InTurn, Lazy};
use super::erased::erased;
use super::findings::view::entry::findings;
use super::inspector::view::entry::inspector;
use super::ladder::view::entry::ladder;
use super::packet_list::view::{PacketList, WireBar, WireView, use_wire};
use super::state::store::use_store;

/// Stands below a [`WireState`](crate::ui::packet_list::view::WireState), in a flex column.
#[component]
pub fn Wire() -> impl IntoView {
    let (store, wire) = (use_store(), use_wire());
    let shown = Memo::new(move |_| wire.shown());
    let view = move || match shown.get() {
        WireView::List => view! { <PacketList/> }.into_any(),
        WireView::Ladder => {
            view! { <Lazy part=ladder::part() view=erased(|| ladder::view(false))/> }.into_any()
        }
        WireView::Findings => {
            view! { <Lazy part=findings::part() view=erased(findings::view)/> }.into_any()
        }
    };
    view! {
        <InTurn>
            <WireBar/>
        </InTurn>
        <InTurn>{erased(view)}</InTurn>
        <Show when=erased(move || store.selected().is_some())>
            <Lazy part=inspector::part() view=erased(|| inspector::view(true))/>
        </Show>
    }
}
