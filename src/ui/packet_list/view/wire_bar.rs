//! The bar above the packet list: filter, count, and what can be done with the list.

use leptos::ev::keydown;
use leptos::prelude::*;

use super::filter_field::FilterField;
use super::filter_menu::FilterMenu;
use super::view_choice::ViewChoice;
use super::wire_count::WireCount;
use super::wire_notes::WireNotes;
use super::wire_state::{WireState, use_wire};
use crate::capture::Record;
use crate::ui::browser::is_typing;
use crate::ui::captures::view::CaptureMenu;
use crate::ui::components::{CopyButton, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::model::as_text;
use crate::ui::state::store::use_store;

#[component]
pub fn WireBar() -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let found = wire.found_memo();
    listen_to_keys(wire);

    let is_empty = move || found.get().rows == 0;
    let listed = move || -> Vec<Record> {
        wire.with_matches(|matches| matches.iter().filter_map(|id| store.record(id)).collect())
    };
    let text = Callback::new(move |()| match wire.text.get_value() {
        Some(text) => text.run(()),
        None => {
            let language = untrack(|| locale.language());
            store.peek(|lab| {
                wire.with_matches(|matches| as_text(lab.capture(), matches.iter(), language))
            })
        }
    });
    let put_away = move |_| {
        wire.since.set(found.get_untracked().next);
        wire.cursor.set(None);
    };
    let size = move || match wire.enlarged.get() {
        false => locale.strings().wire_enlarge(),
        true => locale.strings().wire_reduce(),
    };
    view! {
        <div class="wire-bar">
            <ViewChoice/>
            <FilterField/>
            <FilterMenu/>
            <WireCount/>
            <CopyButton label=Signal::derive(move || locale.strings().wire_copy()) text/>
            <CaptureMenu listed=Callback::new(move |()| listed()) is_empty=Signal::derive(is_empty)/>
            <button
                class="button button--quiet button--icon button--small"
                aria-label=erased(move || locale.strings().wire_clear())
                title=erased(move || locale.strings().wire_clear())
                disabled=erased(is_empty)
                on:click=put_away
            >
                <Icon name="clear"/>
            </button>
            <button
                class="button button--quiet button--icon button--small wide-only"
                aria-label=erased(size)
                title=erased(size)
                aria-keyshortcuts="e"
                on:click=move |_| wire.enlarged.update(|enlarged| *enlarged = !*enlarged)
            >
                <Icon name=Signal::derive(move || match wire.enlarged.get() {
                    false => "enlarge",
                    true => "reduce",
                })/>
            </button>
        </div>
        <WireNotes/>
    }
}

/// `/` goes to the filter, `e` enlarges the wire or gives the room back, `f` follows the message in hand.
fn listen_to_keys(wire: WireState) {
    let handle = window_event_listener(keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        // A bar out of sight leaves the keys to the one in sight.
        if !plain || !wire.is_in_sight() || is_typing(&event) || event.default_prevented() {
            return;
        }
        match event.key().as_str() {
            "/" => {
                if let Some(input) = wire.input.get_untracked() {
                    let _ = input.focus();
                    input.select();
                }
            }
            "e" => wire.enlarged.update(|enlarged| *enlarged = !*enlarged),
            "f" => match wire.in_hand() {
                Some(id) => wire.follow(id),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}
