//! The address of a broker by WebSocket.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::known_brokers::KnownBrokers;
use crate::link::{AddressError, BrokerAddress};
use crate::ui::broker_choice;
use crate::ui::broker_choice::known::LONGEST_NAME;
use crate::ui::components::Icon;
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
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        match BrokerAddress::parse(&text.get_untracked()) {
            Ok(address) => {
                known.choose(address, &name.get_untracked());
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
            <div class="button-row">
                <button class="button button--primary">
                    {erased(move || locale.strings().broker_use())}
                </button>
            </div>
        </form>
    }
}
