//! What passes on the home page's live connection, under its button.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::Problem;
use crate::ui::client_panel::ProblemNotice;
use crate::ui::lazy::Lazy;
use crate::ui::live::live;
use crate::ui::packet_list::{PacketList, WireState};
use crate::ui::parts::inspector;
use crate::ui::store::use_store;

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
        <Show when=live(has_packets)>
            <PacketList head=false/>
        </Show>
        <Show when=live(failed)>
            <ProblemNotice client/>
        </Show>
        <Show when=live(move || store.selected().is_some())>
            <Lazy part=inspector::part() view=live(|| inspector::view(false))/>
        </Show>
    }
}
