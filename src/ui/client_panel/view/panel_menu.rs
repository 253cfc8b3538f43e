//! What a panel can do beside its forms.

use leptos::prelude::*;

use super::panel_forms::{PanelForms, Panels};
use crate::capture::ClientSlot;
use crate::lab::{Act, ActError, Action};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lamp::Lamp;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn PanelMenu(
    client: ClientSlot,
    forms: PanelForms,
    #[prop(into)] lamp: Signal<Lamp>,
    /// Whether its name is being typed anew.
    renaming: RwSignal<bool>,
    #[prop(into)] on_refused: Callback<ActError>,
) -> impl IntoView {
    let locale = use_locale();
    let store = use_store();
    let id = StoredValue::new(format!("client-{}-menu", client.letter().to_ascii_lowercase()));
    let id = move || id.get_value();
    let act = move |action: Action| {
        if let Err(error) = store.act(Act { client, action }) {
            on_refused.run(error);
        }
    };
    let is_connected = move || lamp.get() == Lamp::Connected;
    let is_closed = move || matches!(lamp.get(), Lamp::Offline | Lamp::Failed);
    // Where clients come and go.
    let on_open_bench = use_context::<Panels>().map(|_| {
        view! {
            <hr class="menu__rule"/>
            <button
                type="button"
                class="menu__item"
                popovertarget=erased(id)
                popovertargetaction="hide"
                on:click=move |_| renaming.set(true)
            >
                <Icon name="edit"/>
                {erased(move || locale.strings().own_rename())}
            </button>
            <button
                type="button"
                class="menu__item"
                on:click=move |_| store.remove_client(client)
            >
                <Icon name="remove"/>
                {erased(move || locale.strings().own_remove())}
            </button>
        }
    });
    view! {
        <button
            type="button"
            class="button button--quiet button--icon button--small"
            popovertarget=erased(id)
            aria-label=erased(move || locale.strings().panel_more())
            title=erased(move || locale.strings().panel_more())
        >
            <Icon name="more"/>
        </button>
        <div class="menu menu--end" popover="auto" id=erased(id)>
            <button
                type="button"
                class="menu__item"
                popovertarget=erased(id)
                popovertargetaction="hide"
                disabled=erased(move || !is_connected())
                on:click=move |_| act(Action::Ping)
            >
                <Icon name="keep-alive"/>
                {erased(move || locale.strings().panel_ping())}
            </button>
            <button
                type="button"
                class="menu__item"
                popovertarget=erased(id)
                popovertargetaction="hide"
                disabled=erased(move || !is_closed())
                on:click=move |_| forms.renew_client_id()
            >
                <Icon name="reset"/>
                {erased(move || locale.strings().form_new_client_id())}
            </button>
            <hr class="menu__rule"/>
            <button
                type="button"
                class="menu__item"
                popovertarget=erased(id)
                popovertargetaction="hide"
                disabled=erased(is_closed)
                on:click=move |_| act(Action::Cut)
            >
                <Icon name="close"/>
                {erased(move || locale.strings().panel_cut())}
            </button>
            {on_open_bench}
        </div>
    }
}
