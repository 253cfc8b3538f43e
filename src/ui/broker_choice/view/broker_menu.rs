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
use crate::ui::state::broker::use_broker;

#[component]
pub fn BrokerMenu() -> impl IntoView {
    let broker = use_broker();
    let locale = use_locale();
    let popover = NodeRef::<html::Div>::new();
    let hide = move || {
        if let Some(popover) = popover.get_untracked() {
            let _ = popover.hide_popover();
        }
    };
    let words = move || {
        let strings = locale.strings();
        format!(
            "{} · {}",
            broker_choice::name(&broker.target(), strings),
            broker.lamp().word(strings)
        )
    };
    let toggles = RwSignal::new(0_u32);
    let is_drawn = use_prefetch().or(broker_form::part(), move || toggles.get() > 0);
    view! {
        <button class="button button--quiet broker-button" popovertarget="broker">
            <Icon name="broker" class="narrow-only"/>
            <span class="lamp" data-link=erased(move || broker.lamp().key())></span>
            <span class="wide-label">{erased(words)}</span>
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
