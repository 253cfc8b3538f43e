//! The choice of a broker, in its menu.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::Problem;
use crate::link::{BrokerAddress, Target};
use crate::ui::broker_choice;
use crate::ui::broker_choice::known::{Known, LONGEST_NAME, forget, remember};
use crate::ui::browser::storage::{self, Key};
use crate::ui::components::controls::IconButton;
use crate::ui::components::{CopyButton, Icon};
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
    let name = RwSignal::new(String::new());
    let known = RwSignal::new(stored());
    storage::on_change(Key::Brokers, move || known.set(stored()));
    // Another tab may have written since.
    let change_known = move |change: &dyn Fn(&mut Vec<Known>)| {
        let mut list = stored();
        change(&mut list);
        storage::save(Key::Brokers, &list);
        known.set(list);
    };
    let choose = move |address: BrokerAddress, name: &str| {
        change_known(&|list| remember(list, Known::new(name, &address)));
        store.set_target(Target::At(address));
        hide.run(());
    };
    let known_rows = move || {
        let rows: Vec<_> = known
            .get()
            .into_iter()
            .filter_map(|known| {
                let address = BrokerAddress::parse(&known.address).ok()?;
                let (title, text) = (known.title(), known.address.clone());
                let forget_label = {
                    let title = title.clone();
                    Signal::derive(move || locale.strings().broker_forget(&title))
                };
                let target = Target::At(address.clone());
                let is_chosen = move || (store.target() == target).then_some("true");
                let gone = text.clone();
                Some(
                    view! {
                        <li class="broker-menu__known">
                            <button
                                type="button"
                                class="menu__item"
                                aria-current=erased(is_chosen)
                                on:click=move |_| choose(address.clone(), "")
                            >
                                <Icon name="broker"/>
                                <span>
                                    {title}
                                    <span class="broker-menu__address">{text}</span>
                                </span>
                            </button>
                            <IconButton
                                words=forget_label
                                icon="remove"
                                on_press=Callback::new(move |()| {
                                    change_known(&|list| forget(list, &gone));
                                })
                            />
                        </li>
                    }
                    .into_any(),
                )
            })
            .collect();
        (!rows.is_empty()).then(|| {
            let label = locale.strings().broker_known();
            view! { <ul class="broker-menu__list" aria-label=label>{rows}</ul> }
        })
    };
    // Where connecting has failed a listener may be what is missing.
    let has_failed = Memo::new(move |_| {
        let target = store.target();
        store.with_lab(|lab| {
            lab.clients().iter().any(|client| {
                matches!(
                    client.problem(),
                    Some(Problem::ConnectFailed { address, .. }) if target.address() == Some(address)
                )
            })
        })
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        match BrokerAddress::parse(&text.get_untracked()) {
            Ok(address) => {
                choose(address, &name.get_untracked());
                name.set(String::new());
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
            <div hidden=erased(move || in_tab.get())>{erased(known_rows)}</div>
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
            <Show when=erased(move || has_failed.get() && !in_tab.get())>
                <div class="broker-menu__listener">
                    <p class="field__hint">{erased(move || locale.strings().broker_listener())}</p>
                    <pre class="broker-menu__conf"><code>{LISTENER}</code></pre>
                    <CopyButton
                        label=Signal::derive(move || locale.strings().broker_copy_listener())
                        text=Callback::new(move |()| LISTENER.to_owned())
                    />
                </div>
            </Show>
            {erased(staying)}
            <hr class="menu__rule"/>
            <button type="button" class="button button--block" on:click=see_inside>
                <Icon name="broker"/>
                {erased(move || locale.strings().inside_open())}
                <span class="broker-menu__keys wide-only"><kbd class="kbd">"g"</kbd>" "<kbd class="kbd">"i"</kbd></span>
            </button>
    }
}

fn stored() -> Vec<Known> {
    storage::load(Key::Brokers).unwrap_or_default()
}

/// What Mosquitto needs for a page to reach it. Up to 2.0.11 it starts only if there is a plain listener too.
const LISTENER: &str = "listener 1883\nlistener 9001\nprotocol websockets\nallow_anonymous true\n";
