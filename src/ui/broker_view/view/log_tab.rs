//! What the broker did last, and the rule that decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::state_tab::letter;
use crate::broker::Note;
use crate::capture::ClientSlot;
use crate::ui::broker_view::model::{by_client_id, recent};
use crate::ui::broker_view::words;
use crate::ui::components::{CopyButton, SpecRef};
use crate::ui::erased::erased;
use crate::ui::format::{moment, quoted};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn LogTab() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let notes = move || store.with_lab(recent);
    let clients = Memo::new(move |_| store.with_lab(by_client_id));
    let is_empty = Memo::new(move |_| store.with_lab(|lab| recent(lab).is_empty()));
    let text = move || {
        let strings = locale.strings();
        let lines = notes().into_iter().map(|note| words::line(&note, strings));
        lines.collect::<Vec<_>>().join("\n")
    };
    view! {
        <Show
            when=erased(move || !is_empty.get())
            fallback=move || {
                view! {
                    <p class="broker-section__empty">{erased(move || locale.strings().inside_log_none())}</p>
                }
            }
        >
            <div class="broker-log__head">
                <span class="field__hint">{erased(move || locale.strings().inside_log_newest())}</span>
                <CopyButton
                    label=Signal::derive(move || locale.strings().inside_log_copy())
                    text=Callback::new(move |()| untrack(text))
                />
            </div>
            <ol class="broker-log">
                // Notes of one moment are told apart by where they are kept: they never move or change.
                <For each=notes key=|note| (note.at, Arc::as_ptr(note) as usize) let:note>
                    <NoteRow note clients/>
                </For>
            </ol>
        </Show>
    }
}

#[component]
fn NoteRow(note: Arc<Note>, clients: Memo<BTreeMap<String, ClientSlot>>) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    // A letter on the bench says more than an identifier; who is not there keeps the latter.
    let name = move |client_id: &str| match clients
        .with_untracked(|clients| clients.get(client_id).copied())
    {
        Some(slot) => letter(slot).into_any(),
        None => view! { <code>{quoted(client_id)}</code> }.into_any(),
    };
    let who = note.client_id.as_deref().map(name);
    let (number, unit) = store.peek(|lab| moment(lab.capture().passed(note.at)));
    let rule = note.event.rule();
    let words = {
        let note = note.clone();
        move || words::event(&note.event, locale.strings())
    };
    let reason = words::reason(&note.event).map(|text| {
        let text = quoted(text);
        view! { <p class="broker-log__reason" lang="en">{text}</p> }
    });
    let routes = move || {
        let strings = locale.strings();
        let routes: Vec<_> = words::routes(&note.event)
            .iter()
            .map(|route| {
                view! { <li>{name(&route.client_id)} " " {words::route(route, strings)}</li> }
            })
            .collect();
        (!routes.is_empty()).then(|| view! { <ul class="broker-log__routes">{routes}</ul> })
    };
    view! {
        <li class="broker-log__row">
            <span class="broker-log__time">{number} " " {unit}</span>
            <div class="broker-log__what">
                <p class="broker-log__words">{who} " " {erased(words)}</p>
                {reason}
                {erased(routes)}
            </div>
            <SpecRef section=rule/>
        </li>
    }
}
