//! What the filter of the packet list can ask for, to be put together by pressing.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::wire_state::use_wire;
use crate::capture::ClientSlot;
use crate::mqtt::PacketType;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::capped;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::{Times, has_word, toggled, word_for};
use crate::ui::state::store::use_store;

/// Two lists can stand in one document, each with its menu.
static MENUS: AtomicU32 = AtomicU32::new(0);

/// Characters of a Client Identifier beside its letter.
const CLIENT_ID: usize = 20;

/// Each button puts its word into the filter, or takes it out.
#[component]
pub fn FilterMenu() -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let id = format!("filter-menu-{}", MENUS.fetch_add(1, Ordering::Relaxed));
    let option = move |word: String, name: String| {
        let asked = word.clone();
        let is_asked = move || wire.filter.with(|filter| has_word(filter, &asked)).to_string();
        view! {
            <button
                type="button"
                class="button button--small filter-menu__option"
                aria-pressed=erased(is_asked)
                on:click=move |_| wire.filter.update(|filter| *filter = toggled(filter, &word))
            >
                {name}
            </button>
        }
    };
    // Which clients there are changes rarely; the records are looked at while the menu is open only.
    let is_open = RwSignal::new(false);
    let clients = Memo::new(move |_| {
        if !is_open.get() {
            return Vec::new();
        }
        store.with_capture(|capture| {
            let mut clients: Vec<ClientSlot> = Vec::new();
            for record in capture.records() {
                if !clients.contains(&record.client) {
                    clients.push(record.client);
                }
            }
            clients.sort();
            clients
        })
    });
    let letters = move || {
        let one = |client: ClientSlot| {
            let client_id = store.peek(|lab| {
                lab.capture().client_id(client).map(|client_id| capped(client_id, CLIENT_ID))
            });
            let name = format!("{} {}", client.letter(), client_id.unwrap_or_default());
            option(word_for(client), name.trim_end().to_owned())
        };
        clients.get().into_iter().map(one).collect_view()
    };
    let directions = move || {
        let strings = locale.strings();
        [(">", strings.captures_filter_out()), ("<", strings.captures_filter_in())]
            .map(|(word, name)| option(word.to_owned(), name.to_owned()))
    };
    let kinds = move || {
        let strings = locale.strings();
        [
            ("is:error", strings.captures_filter_errors()),
            ("-is:ping", strings.captures_filter_no_pings()),
        ]
        .map(|(word, name)| option(word.to_owned(), name.to_owned()))
    };
    let types =
        PacketType::ALL.map(|packet| option(packet.name().to_owned(), packet.name().to_owned()));
    let times = Times::ALL.map(|times| {
        let words = move || {
            let strings = locale.strings();
            match times {
                Times::Passed => strings.wire_times_passed(),
                Times::Clock => strings.wire_times_clock(),
                Times::Between => strings.wire_times_between(),
            }
        };
        view! {
            <button
                type="button"
                class="button button--small filter-menu__option"
                aria-pressed=erased(move || (wire.times.get() == times).to_string())
                on:click=move |_| wire.times.set(times)
            >
                {erased(words)}
            </button>
        }
    });
    view! {
        <button
            type="button"
            class="button button--quiet button--icon button--small"
            aria-label=erased(move || locale.strings().captures_filter())
            title=erased(move || locale.strings().captures_filter())
            popovertarget=id.clone()
        >
            <Icon name="subscription"/>
        </button>
        <div
            class="popover filter-menu"
            popover="auto"
            id=id
            on:toggle=move |_| is_open.update(|is_open| *is_open = !*is_open)
        >
            <p class="overline">{erased(move || locale.strings().captures_filter_client())}</p>
            <div class="filter-menu__options">{erased(letters)}</div>
            <p class="overline">{erased(move || locale.strings().captures_filter_direction())}</p>
            <div class="filter-menu__options">{erased(directions)}</div>
            <p class="overline">{erased(move || locale.strings().captures_filter_type())}</p>
            <div class="filter-menu__options">{types}</div>
            <p class="overline">{erased(move || locale.strings().captures_filter_kind())}</p>
            <div class="filter-menu__options">{erased(kinds)}</div>
            <p class="field__hint">{erased(move || locale.strings().captures_filter_hint())}</p>
            <p class="overline">{erased(move || locale.strings().wire_times())}</p>
            <div class="filter-menu__options">{times}</div>
        </div>
    }
}
