//! Which broker the next connection goes to: shown, edited, remembered.

use leptos::html;
use leptos::prelude::*;

use super::entry::broker_form;
use crate::ui::broker_choice;
use crate::ui::components::Icon;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::loading::prefetch::use_prefetch;
use crate::ui::state::store::use_store;

#[component]
pub fn BrokerMenu() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let popover = NodeRef::<html::Div>::new();
    let hide = move || {
        if let Some(popover) = popover.get_untracked() {
            let _ = popover.hide_popover();
        }
    };
    // A connection that a change of broker has left elsewhere does not light the lamp of this one.
    let link = Memo::new(move |_| {
        store.with_lab(|lab| {
            let here = || lab.clients().iter().filter(|c| c.target() == Some(lab.target()));
            match () {
                () if here().any(|client| client.is_connected()) => "connected",
                () if here().next().is_some() => "connecting",
                () if broker_choice::has_failed(lab) => "failed",
                () => "offline",
            }
        })
    });
    let state_word = move || {
        let strings = locale.strings();
        match link.get() {
            "connected" => strings.link_connected(),
            "connecting" => strings.link_connecting(),
            "failed" => strings.link_failed(),
            _ => strings.link_offline(),
        }
    };
    let name = move || broker_choice::name(&store.target(), locale.strings());
    let toggles = RwSignal::new(0_u32);
    let is_drawn = use_prefetch().or(broker_form::part(), move || toggles.get() > 0);
    view! {
        <button class="button button--quiet broker-button" popovertarget="broker">
            <Icon name="broker" class="narrow-only"/>
            <span class="lamp" data-link=erased(move || link.get())></span>
            <span class="wide-label">{erased(move || format!("{} · {}", name(), state_word()))}</span>
            <Icon name="down" small=true/>
        </button>
        <div
            class="popover popover--end broker-menu"
            id="broker"
            popover="auto"
            node_ref=popover
            on:toggle=move |_| toggles.update(|toggles| *toggles += 1)
        >
            <Show when=erased(is_drawn)>
                <Lazy
                    part=broker_form::part()
                    view=erased(move || broker_form::view(toggles, Callback::new(move |()| hide())))
                />
            </Show>
        </div>
    }
}
