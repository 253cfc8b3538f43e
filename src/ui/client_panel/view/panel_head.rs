//! The head of a panel: who the client is, its state, and what else can be done with it.

use leptos::prelude::*;

use super::name_input::NameInput;
use super::panel_menu::PanelMenu;
use super::panel_state::PanelState;
use super::received::ReceivedCount;
use super::use_desk;
use crate::ui::browser::focus_element;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::quoted;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn PanelHead(panel: PanelState, name: Signal<String>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let PanelState { client, forms, lamp, .. } = panel;
    // While connected the one in use, which the Server may have assigned.
    let in_use = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client)?.client_id().map(str::to_owned))
    });
    let client_id = move || {
        let typed = move || forms.connect.with(|draft| draft.client_id.clone());
        match in_use.get().unwrap_or_else(typed) {
            id if id.is_empty() => locale.strings().panel_assigned_id().to_owned(),
            id => quoted(&id),
        }
    };
    let renaming = RwSignal::new(false);
    let title = move || match renaming.get() {
        true => view! { <NameInput client name=name.get_untracked() renaming/> }.into_any(),
        false => name.get().into_any(),
    };
    let close = use_desk().filter(|desk| desk.folds).map(|desk| {
        view! {
            <button
                type="button"
                class="button button--quiet button--icon button--small"
                aria-label=erased(move || locale.strings().close())
                title=erased(move || locale.strings().close())
                on:click=move |_| {
                    desk.close(client);
                    focus_element(&format!("card-{}", client.letter().to_ascii_lowercase()));
                }
            >
                <Icon name="close"/>
            </button>
        }
    });
    let letter = client.letter().to_string();
    view! {
        <header class="client-panel__head">
            <span class="client-letter client-letter--large" data-client=letter.clone()>
                {letter.clone()}
            </span>
            <h3 class="client-panel__name">
                {erased(title)}
                <span class="client-panel__id" title=erased(client_id)>{erased(client_id)}</span>
            </h3>
            <span class="status" role="status">
                <span class="lamp" data-link=erased(move || lamp.get().key())></span>
                {erased(move || lamp.get().word(locale.strings()))}
            </span>
            <ReceivedCount client/>
            <PanelMenu
                client
                forms
                lamp
                renaming
                on_refused=Callback::new(move |error| panel.refuse(error))
            />
            {close}
        </header>
    }
}
