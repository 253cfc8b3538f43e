//! Every client of the lab, side by side.

use leptos::prelude::*;

use super::panel::ClientPanel;
use crate::capture::ClientSlot;
use crate::ui::store::use_store;

/// One panel a client.
#[component]
pub fn Bench() -> impl IntoView {
    let store = use_store();
    let slots = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(|client| client.slot()).collect::<Vec<_>>())
    });
    view! {
        <div class="bench">
            <div class="bench__clients">
                <For each=move || slots.get() key=|client| *client let:client>
                    <Place client=client/>
                </For>
            </div>
        </div>
    }
}

/// A place on the bench: setting the bench up anew puts a fresh panel there.
#[component]
fn Place(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let role = Memo::new(move |_| {
        let role = store.with_lab(|lab| lab.client(client).map(|client| client.role().to_owned()));
        role.unwrap_or_default()
    });
    let prepared = Memo::new(move |_| store.prepared(client));
    move || view! { <ClientPanel client=client role prepared=prepared.get()/> }
}
