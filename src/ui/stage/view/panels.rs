//! The panels of the clients: beside the picture those that were opened, on the free bench all of them.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::BenchClient;
use crate::ui::browser::focus_element;
use crate::ui::client_panel::view::ClientPanel;
use crate::ui::client_panel::view::use_desk;
use crate::ui::components::InTurn;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// Pixels that a sheet is drawn down before it closes.
const DRAWN_DOWN: i32 = 48;

/// One panel a client. Those that are closed keep what was typed into them.
#[component]
pub fn Panels() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let desk = use_desk().filter(|desk| desk.folds);
    let slots = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(BenchClient::slot).collect::<Vec<_>>())
    });
    // On a narrow screen a panel is a sheet: pressing its upper edge closes it, and so does drawing it down.
    let grab = desk.map(|desk| {
        let from = StoredValue::new(None::<i32>);
        let close = move || {
            if let Some(client) = desk.latest() {
                desk.close(client);
                focus_element(&format!("card-{}", client.letter().to_ascii_lowercase()));
            }
        };
        let moved = move |event: PointerEvent| {
            if from.get_value().is_some_and(|from| event.client_y() - from > DRAWN_DOWN) {
                from.set_value(None);
                close();
            }
        };
        view! {
            <button
                type="button"
                class="panels__grab"
                aria-label=erased(move || locale.strings().close())
                on:click=move |_| close()
                on:pointerdown=move |event| from.set_value(Some(event.client_y()))
                on:pointermove=moved
                on:pointerup=move |_| from.set_value(None)
                on:pointercancel=move |_| from.set_value(None)
            ></button>
        }
    });
    view! {
        <div class="panels">
            {grab}
            <For each=move || slots.get() key=|client| *client let:client>
                <Place client=client/>
            </For>
        </div>
    }
}

/// A place for a panel: setting the bench up anew puts a fresh one there.
#[component]
fn Place(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let desk = use_desk();
    let role = Memo::new(move |_| {
        let role = store.with_lab(|lab| lab.client(client).map(|client| client.role().to_owned()));
        role.unwrap_or_default()
    });
    let prepared = Memo::new(move |_| store.prepared(client));
    let letter = client.letter().to_ascii_lowercase();
    let card = format!("card-{letter}");
    let close = move |event: KeyboardEvent| {
        let Some(desk) = desk.filter(|desk| desk.folds) else { return };
        if event.key() == "Escape" && !event.default_prevented() && !event.is_composing() {
            event.prevent_default();
            desk.close(client);
            focus_element(&card);
        }
    };
    view! {
        <div
            class="panels__place"
            id=format!("panel-{letter}")
            hidden=erased(move || desk.is_some_and(|desk| !desk.is_open(client)))
            on:keydown=close
        >
            <InTurn>
                {move || view! { <ClientPanel client=client role prepared=prepared.get()/> }}
            </InTurn>
        </div>
    }
}
