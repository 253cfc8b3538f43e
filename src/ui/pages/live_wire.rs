//! The client of the home page, with what passes on its connection under the button.

use leptos::prelude::*;

use super::home::{LiveClient, LiveState};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action, BenchClient, LinkState, Problem};
use crate::mqtt::{Connect, PacketType, Sender};
use crate::ui::client_panel::view::ProblemNotice;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::inspector::view::entry::inspector;
use crate::ui::packet_list::view::{PacketList, WireState};
use crate::ui::state::store::{Store, use_store};

#[component]
pub fn LiveWire(live: LiveClient) -> impl IntoView {
    let store = use_store();
    store.set_up(vec![("client", vec![connect()])]);
    WireState::provide();
    act_on_presses(live, store);
    open_first_connack(store);
    let has_packets = move || store.with_capture(|capture| !capture.is_empty());
    let problem = move |is_it: fn(&Problem) -> bool| {
        store.with_lab(|lab| lab.client(CLIENT).and_then(BenchClient::problem).is_some_and(is_it))
    };
    Effect::new(move || {
        live.tell(state(store), has_packets() || problem(|_| true));
    });
    let failed = move || problem(|problem| matches!(problem, Problem::ConnectFailed { .. }));
    view! {
        <Show when=erased(has_packets)>
            <PacketList head=false/>
        </Show>
        <Show when=erased(failed)>
            <ProblemNotice client=CLIENT/>
        </Show>
        <Show when=erased(move || store.selected().is_some())>
            <Lazy part=inspector::part() view=erased(|| inspector::view(false))/>
        </Show>
    }
}

/// Tracked.
fn state(store: Store) -> LiveState {
    store.with_lab(|lab| match lab.client(CLIENT) {
        Some(client) if client.is_connected() => LiveState::Connected,
        Some(client) if client.link_state() != LinkState::Closed => LiveState::Busy,
        _ => LiveState::Closed,
    })
}

/// Each press connects or, once connected, sends PINGREQ.
fn act_on_presses(live: LiveClient, store: Store) {
    Effect::new(move |done: Option<u32>| {
        let presses = live.presses();
        if presses > done.unwrap_or_default() {
            let act = match untrack(|| state(store)) {
                LiveState::Connected => Act { client: CLIENT, action: Action::Ping },
                LiveState::Waiting | LiveState::Closed | LiveState::Busy => connect(),
            };
            // The button can only be pressed while the act is allowed.
            let _ = store.act(act);
        }
        presses
    });
}

/// The first CONNACK opens by itself: there is something to look at before anybody has clicked twice.
fn open_first_connack(store: Store) {
    let connack = Memo::new(move |_| {
        store.with_capture(|capture| {
            capture.packets(PacketType::ConnAck, Sender::Server).next_back().map(|record| record.id)
        })
    });
    Effect::new(move || {
        if let Some(id) = connack.get() {
            store.open(id);
        }
    });
}

fn connect() -> Act {
    Act::connect(CLIENT, Connect { clean_start: true, keep_alive: 60, ..Connect::default() })
}

const CLIENT: ClientSlot = ClientSlot(0);
