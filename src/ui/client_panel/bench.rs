//! Every client of the lab, side by side.

use leptos::prelude::*;

use super::panel::ClientPanel;
use crate::capture::ClientSlot;
use crate::ui::components::Icon;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

/// One panel a client.
#[component]
pub fn Bench(
    /// Whether the learner may put more clients on the bench.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let slots = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(|client| client.slot()).collect::<Vec<_>>())
    });
    let is_full = move || slots.with(Vec::len) >= MOST_CLIENTS;
    let bar = open.then(|| {
        view! {
            <div class="bench__bar">
                <h2 class="bench__title">{live(move || locale.strings().pane_bench)}</h2>
                <button
                    type="button"
                    class="button button--small"
                    disabled=live(is_full)
                    on:click=move |_| store.add_client("client", |_| Vec::new())
                >
                    <Icon name="plus" small=true/>
                    {live(move || locale.strings().bench_add_client)}
                </button>
            </div>
        }
    });
    view! {
        <div class="bench">
            {bar}
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
        store.with_lab(|lab| lab.client(client).map(|client| client.role().to_owned()))
    });
    let prepared = Memo::new(move |_| store.prepared(client));
    move || {
        let (role, prepared) = (role.get().unwrap_or_default(), prepared.get());
        view! { <ClientPanel client=client role prepared/> }
    }
}

/// As many as have a letter and a colour of their own.
const MOST_CLIENTS: usize = 12;
