//! The address of a broker by WebSocket.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::known_brokers::KnownBrokers;
use crate::link::{AddressError, BrokerAddress, SUBPROTOCOL};
use crate::ui::broker_choice;
use crate::ui::broker_choice::known::{Known, LONGEST_NAME};
use crate::ui::components::Icon;
use crate::ui::components::controls::Select;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn AddressForm(
    in_tab: RwSignal<bool>,
    text: RwSignal<String>,
    error: RwSignal<Option<AddressError>>,
    known: KnownBrokers,
) -> impl IntoView {
    let locale = use_locale();
    let name = RwSignal::new(String::new());
    let (subprotocol, user_name) =
        (RwSignal::new(SUBPROTOCOL.to_owned()), RwSignal::new(String::new()));
    // Of a broker that is known, what is known of it is shown.
    Effect::new(move || {
        let address = text.with(|text| BrokerAddress::parse(text).ok());
        if let Some(access) = address.and_then(|address| known.access(&address.to_string())) {
            subprotocol.set(access.0);
            user_name.set(access.1);
        }
    });
    let subprotocols = move || {
        let none = (String::new(), locale.strings().own_subprotocol_none().to_owned());
        let named = SUBPROTOCOLS.iter().map(|name| (name.to_string(), name.to_string()));
        named.chain([none]).collect::<Vec<_>>()
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        match BrokerAddress::parse(&text.get_untracked()) {
            Ok(address) => {
                let new = Known::new(&name.get_untracked(), &address)
                    .with_access(&subprotocol.get_untracked(), user_name.get_untracked().trim());
                known.choose(address, &new);
                name.set(String::new());
            }
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    view! {
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
            <div class="field field--stacked">
                <label class="field__label" for="broker-name">
                    {erased(move || locale.strings().broker_name())}
                </label>
                <div class="field__control">
                    <input
                        id="broker-name"
                        type="text"
                        autocomplete="off"
                        maxlength=LONGEST_NAME
                        prop:value=name
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
            </div>
            <div class="field field--stacked">
                <label class="field__label" for="broker-subprotocol">
                    {erased(move || locale.strings().own_subprotocol())}
                </label>
                <div class="field__control">
                    <Select
                        id="broker-subprotocol"
                        options=Signal::derive(subprotocols)
                        value=subprotocol.into()
                        on_change=Callback::new(move |chosen| subprotocol.set(chosen))
                    />
                </div>
            </div>
            <div class="field field--stacked">
                <label class="field__label" for="broker-user">
                    {erased(move || locale.strings().broker_user())}
                </label>
                <div class="field__control">
                    <input
                        id="broker-user"
                        type="text"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="broker-user-hint"
                        prop:value=user_name
                        on:input=move |event| user_name.set(event_target_value(&event))
                    />
                </div>
                <p class="field__hint" id="broker-user-hint">
                    {erased(move || locale.strings().broker_user_hint())}
                </p>
            </div>
            <div class="button-row">
                <button class="button button--primary">
                    {erased(move || locale.strings().broker_use())}
                </button>
            </div>
        </form>
    }
}

/// The usual one first; then what some brokers ask for in its place.
const SUBPROTOCOLS: [&str; 3] = [SUBPROTOCOL, "mqttv5", "mqttv3.1"];
