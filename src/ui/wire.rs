//! The wire as one pane: its bar, the packets as a list or as a ladder, and the one that is open.

use leptos::prelude::*;

use super::lazy::Lazy;
use super::live::live;
use super::packet_list::{PacketList, WireBar, WireView, use_wire};
use super::parts::{inspector, ladder};
use super::store::use_store;

/// Stands below a [`WireState`](super::packet_list::WireState), in a flex column.
#[component]
pub fn Wire() -> impl IntoView {
    let (store, wire) = (use_store(), use_wire());
    let shown = Memo::new(move |_| wire.shown());
    let view = move || match shown.get() {
        WireView::List => view! { <PacketList/> }.into_any(),
        WireView::Ladder => {
            view! { <Lazy part=ladder::part() view=live(|| ladder::view(false))/> }.into_any()
        }
    };
    view! {
        <WireBar/>
        {live(view)}
        <Show when=live(move || store.selected().is_some())>
            <Lazy part=inspector::part() view=live(|| inspector::view(true))/>
        </Show>
    }
}
