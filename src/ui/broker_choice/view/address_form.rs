//! The address of a broker by WebSocket.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::link::{AddressError, BrokerAddress, Target};
use crate::ui::broker_choice;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn AddressForm(
    in_tab: RwSignal<bool>,
    text: RwSignal<String>,
    error: RwSignal<Option<AddressError>>,
    hide: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
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
            <div class="button-row">
                <button class="button button--primary">
                    {erased(move || locale.strings().broker_use())}
                </button>
            </div>
        </form>
    }
}
