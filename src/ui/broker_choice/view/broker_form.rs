//! The choice of a broker, in its menu.

use leptos::prelude::*;

use super::address_form::AddressForm;
use super::known_brokers::{KnownBrokers, KnownRows};
use super::listener_hint::ListenerHint;
use super::staying::Staying;
use crate::link::{AddressError, Target};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::broker_panel::use_broker_panel;
use crate::ui::state::remembered_broker;
use crate::ui::state::store::use_store;

#[component]
pub fn BrokerForm(
    /// Changes whenever the menu opens or closes.
    toggles: RwSignal<u32>,
    hide: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let panel = use_broker_panel();
    let address_of = |target: Target| match target {
        Target::InTab => remembered_broker::usual_address().to_string(),
        Target::At(address) => address.to_string(),
    };
    let in_tab = RwSignal::new(true);
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<AddressError>);
    let show = move |target: Target| {
        in_tab.set(target == Target::InTab);
        text.set(address_of(target));
        error.set(None);
    };
    // What was typed and not used is forgotten when the menu closes: it shows what is in force.
    Effect::new(move || {
        toggles.track();
        show(store.target());
    });
    let choose_in_tab = move |_| {
        in_tab.set(true);
        store.set_target(Target::InTab);
    };
    let known = KnownBrokers::new(hide);
    let see_inside = move |_| {
        panel.set_open(true);
        hide.run(());
    };
    view! {
        <div class="segmented" role="radiogroup" aria-label=erased(move || locale.strings().broker())>
            <label class="segmented__option">
                <input
                    type="radio"
                    name="broker-kind"
                    prop:checked=erased(move || in_tab.get())
                    on:change=choose_in_tab
                />
                {erased(move || locale.strings().broker_in_tab())}
            </label>
            <label class="segmented__option">
                <input
                    type="radio"
                    name="broker-kind"
                    prop:checked=erased(move || !in_tab.get())
                    on:change=move |_| in_tab.set(false)
                />
                {erased(move || locale.strings().broker_websocket())}
            </label>
        </div>
        <p class="field__hint">{erased(move || {
            let strings = locale.strings();
            if in_tab.get() { strings.broker_in_tab_hint() } else { strings.broker_websocket_hint() }
        })}</p>
        <div hidden=erased(move || in_tab.get())>
            <KnownRows known/>
            <AddressForm in_tab text error known/>
            <ListenerHint/>
        </div>
        <Staying/>
        <hr class="menu__rule"/>
        <button type="button" class="button button--block" on:click=see_inside>
            <Icon name="broker"/>
            {erased(move || locale.strings().inside_open())}
            <span class="broker-menu__keys wide-only"><kbd class="kbd">"g"</kbd>" "<kbd class="kbd">"i"</kbd></span>
        </button>
    }
}
