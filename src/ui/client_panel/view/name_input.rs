//! A client's name, typed anew in its panel.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::ui::client_panel::model::LONGEST_NAME;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// The client's name while it is typed anew: Enter and leaving take it, Escape does not.
#[component]
pub fn NameInput(client: ClientSlot, name: String, renaming: RwSignal<bool>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let take = move || {
        // The input loses the focus once more while it goes away.
        if !renaming.get_untracked() {
            return;
        }
        let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        let typed: String = typed.trim().chars().take(LONGEST_NAME).collect();
        renaming.set(false);
        if !typed.is_empty() {
            store.rename_client(client, &typed);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            take();
        }
        "Escape" => {
            event.stop_propagation();
            renaming.set(false);
        }
        _ => {}
    };
    view! {
        <input
            type="text"
            class="client-panel__rename"
            node_ref=input
            maxlength=LONGEST_NAME
            autocomplete="off"
            aria-label=erased(move || locale.strings().own_rename_label(client.letter()))
            value=name
            on:keydown=on_key
            on:blur=move |_| take()
        />
    }
}
