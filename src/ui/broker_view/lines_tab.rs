//! The lines between the clients and the broker, and how to break them.

use leptos::prelude::*;

use super::model::mend;
use super::settings::{NumberError, parse_latency};
use super::state_tab::letter;
use super::way_card::WayCard;
use crate::capture::ClientSlot;
use crate::lab::{Act, Action, BenchClient, LinkState};
use crate::link::{Line, Target};
use crate::mqtt::Sender;
use crate::ui::components::Icon;
use crate::ui::lesson::model::role_name;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn LinesTab() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let slots = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(BenchClient::slot).collect::<Vec<_>>())
    });
    view! {
        <Latency/>
        <p class="field__hint">{live(move || locale.strings().inside_lines_hint)}</p>
        <Show when=live(move || slots.with(Vec::is_empty))>
            <p class="broker-section__empty">{live(move || locale.strings().inside_lines_none)}</p>
        </Show>
        <For each=move || slots.get() key=|slot| *slot let:slot>
            <LineCard client=slot/>
        </For>
    }
}

/// In milliseconds, for everybody.
#[component]
fn Latency() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let latency = Memo::new(move |_| store.with_lab(|lab| lab.in_tab().latency()));
    let error = RwSignal::new(None::<NumberError>);
    let text = RwSignal::new(String::new());
    Effect::new(move || text.set(format!("{}", latency.get().as_secs_f64() * 1000.0)));
    let change = move |event| {
        let typed = event_target_value(&event);
        text.set(typed.clone());
        match parse_latency(&typed) {
            Ok(latency) => {
                error.set(None);
                store.set_latency(latency);
            }
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for="inside-latency">
                {live(move || locale.strings().inside_latency)}
            </label>
            <div class="field__control">
                <input
                    class="input--number"
                    id="inside-latency"
                    inputmode="decimal"
                    autocomplete="off"
                    aria-invalid=live(move || error.get().map(|_| "true"))
                    aria-describedby=live(move || error.get().map(|_| "inside-latency-problem"))
                    prop:value=live(move || text.get())
                    on:change=change
                />
                <span class="field__unit">"ms"</span>
            </div>
            <p class="field__hint">{live(move || locale.strings().inside_latency_hint)}</p>
            {live(move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="field__error" role="alert" id="inside-latency-problem">
                                <Icon name="warning"/>
                                {error.words(locale.strings())}
                            </p>
                        }
                    })
            })}
        </div>
    }
}

#[component]
fn LineCard(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let role = move || {
        store.with_lab(|lab| {
            let role = lab.client(client).map_or("", BenchClient::role);
            role_name(role, locale.strings()).to_owned()
        })
    };
    // The connection there is, or the one that would come next.
    let is_elsewhere = Memo::new(move |_| {
        let next = store.target();
        store.with_lab(|lab| {
            let now = lab.client(client).and_then(BenchClient::target);
            *now.unwrap_or(&next) != Target::InTab
        })
    });
    let is_open = move || {
        store.with_lab(|lab| {
            lab.client(client).is_some_and(|one| one.link_state() != LinkState::Closed)
        })
    };
    let is_faulty =
        move || store.with_lab(|lab| lab.in_tab().line(client).is_some_and(Line::is_faulty));
    // The buttons are only there while the act is allowed.
    let act = move |action: Action| _ = store.act(Act { client, action });
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {letter(client)}
                <h3 class="card__title">{live(role)}</h3>
                <button
                    type="button"
                    class="button button--small"
                    title=live(move || locale.strings().inside_line_cut_hint)
                    disabled=live(move || !is_open())
                    on:click=move |_| act(Action::Cut)
                >
                    {live(move || locale.strings().inside_line_cut)}
                </button>
                <button
                    type="button"
                    class="button button--small"
                    disabled=live(move || !is_faulty())
                    on:click=move |_| act(mend())
                >
                    {live(move || locale.strings().inside_line_mend)}
                </button>
            </header>
            <Show
                when=live(move || !is_elsewhere.get())
                fallback=move || {
                    view! {
                        <p class="card__body field__hint">
                            {live(move || locale.strings().inside_way_elsewhere)}
                        </p>
                    }
                }
            >
                <WayCard client from=Sender::Client/>
                <WayCard client from=Sender::Server/>
            </Show>
        </article>
    }
}
