//! The choice of a broker, in its menu.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::link::{BrokerAddress, Target};
use crate::ui::broker_choice;
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
    let error = RwSignal::new(None);
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
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        match BrokerAddress::parse(&text.get_untracked()) {
            Ok(address) => {
                store.set_target(Target::At(address));
                hide.run(());
            }
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    // A choice made here moves nobody who is connected.
    let staying = move || {
        store.target();
        let strings = locale.strings();
        let staying = store.with_lab(broker_choice::staying);
        let line = |(target, clients): (Target, Vec<ClientSlot>)| {
            let letters: Vec<_> = clients.iter().map(|slot| slot.letter().to_string()).collect();
            let letters = letters.join(", ");
            let words = match target {
                Target::InTab => strings.broker_stays_in_tab(letters),
                Target::At(_) => {
                    strings.broker_stays_at(broker_choice::name(&target, strings), letters)
                }
            };
            view! { <p class="notice__title">{words}</p> }
        };
        let lines: Vec<_> = staying.into_iter().map(line).collect();
        (!lines.is_empty()).then(|| {
            view! {
                <div class="notice" data-state="info" role="status">
                    <Icon name="info"/>
                    <div>{lines}</div>
                </div>
            }
        })
    };
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
            <form class="fields" hidden=erased(move || in_tab.get()) on:submit=save novalidate>
                <div class="field field--stacked">
                    <label class="field__label" for="broker-address">
                        {erased(move || locale.strings().broker_address())}
                    </label>
                    <div class="field__control">
                        <input
                            class="input--bytes"
                            id="broker-address"
                            inputmode="url"
                            autocomplete="off"
                            spellcheck="false"
                            aria-describedby="broker-hint"
                            aria-invalid=erased(move || error.with(Option::is_some).then_some("true"))
                            prop:value=erased(move || text.get())
                            on:input=move |event| text.set(event_target_value(&event))
                        />
                    </div>
                    <p class="field__hint" id="broker-hint">
                        {erased(move || locale.strings().broker_hint())}
                    </p>
                    <Show when=erased(move || error.with(Option::is_some))>
                        <p class="field__error" role="alert">
                            <Icon name="warning"/>
                            {erased(move || {
                                error.with(|error| {
                                    let error = error.as_ref()?;
                                    Some(broker_choice::error_words(error, locale.strings()))
                                })
                            })}
                        </p>
                    </Show>
                </div>
                <div class="button-row">
                    <button class="button button--primary">
                        {erased(move || locale.strings().broker_use())}
                    </button>
                </div>
            </form>
            {erased(staying)}
            <hr class="menu__rule"/>
            <button type="button" class="button button--block" on:click=see_inside>
                <Icon name="broker"/>
                {erased(move || locale.strings().inside_open())}
                <span class="broker-menu__keys wide-only"><kbd class="kbd">"g"</kbd>" "<kbd class="kbd">"i"</kbd></span>
            </button>
    }
}
