//! What passes on the home page's live connection, under its button.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::Problem;
use crate::ui::client_panel::view::ProblemNotice;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::inspector::view::entry::inspector;
use crate::ui::packet_list::view::{PacketList, WireState};
use crate::ui::state::store::use_store;

#[component]
pub fn LiveWire(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    WireState::provide();
    let has_packets = move || store.with_capture(|capture| !capture.is_empty());
    let failed = move || {
        store.with_lab(|lab| {
            let problem = lab.client(client).and_then(|client| client.problem());
            matches!(problem, Some(Problem::ConnectFailed { .. }))
        })
    };
    view! {
        <Show when=erased(has_packets)>
            <PacketList head=false/>
        </Show>
        <Show when=erased(failed)>
            <ProblemNotice client/>
        </Show>
        <Show when=erased(move || store.selected().is_some())>
            <Lazy part=inspector::part() view=erased(|| inspector::view(false))/>
        </Show>
    }
}
