//! The bar above the packet list: filter, count, and what can be done with the list.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;

use super::filter_menu::FilterMenu;
use super::wire_state::{WireView, use_wire};
use crate::capture::Record;
use crate::ui::browser::is_typing;
use crate::ui::captures::view::CaptureMenu;
use crate::ui::components::{CopyButton, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::model::as_text;
use crate::ui::state::store::use_store;

#[component]
pub fn WireBar() -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let found = wire.found_memo();

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
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
    // Escape empties the filter first, and leaves the field next.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            match wire.filter.with_untracked(String::is_empty) {
                false => wire.filter.set(String::new()),
                true => {
                    if let Some(input) = wire.input.get_untracked() {
                        let _ = input.blur();
                    }
                }
            }
        }
    };

    let count = move || {
        let found = found.get();
        let all = grouped(found.records as u64);
        match found.rows == found.records {
            true => all,
            false => locale.strings().wire_count_filtered(all, grouped(found.rows as u64)),
        }
    };
    let unit = move || match found.get().records {
        1 => locale.strings().wire_count_one(),
        _ => locale.strings().wire_count_many(),
    };
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
    let view_option = move |view: WireView, name: Signal<&'static str>| {
        view! {
            <button
                class="segmented__option"
                aria-pressed=erased(move || (wire.view.get() == view).to_string())
                on:click=move |_| wire.view.set(view)
            >
                {name}
            </button>
        }
    };
    let size = move || match wire.enlarged.get() {
        false => locale.strings().wire_enlarge(),
        true => locale.strings().wire_reduce(),
    };
    view! {
        <div class="wire-bar">
            <Show when=erased(move || wire.has_views())>
                <div
                    class="segmented segmented--small"
                    role="group"
                    aria-label=erased(move || locale.strings().wire_view())
                >
                    {view_option(
                        WireView::List,
                        Signal::derive(move || locale.strings().wire_view_list()),
                    )}
                    {view_option(
                        WireView::Ladder,
                        Signal::derive(move || locale.strings().wire_view_ladder()),
                    )}
                </div>
            </Show>
            <label class="wire-bar__filter">
                <Icon name="search" small=true/>
                <input
                    type="search"
                    node_ref=wire.input
                    placeholder=erased(move || locale.strings().wire_filter_short())
                    aria-label=erased(move || locale.strings().wire_filter())
                    title=erased(move || locale.strings().wire_filter_help())
                    aria-keyshortcuts="/"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=erased(move || wire.filter.get())
                    on:input=move |event| wire.filter.set(event_target_value(&event))
                    on:keydown=on_key
                />
            </label>
            <FilterMenu/>
            <span class="wire-bar__count" role="status">
                <Show when=erased(move || !found.get().is_complete)>
                    <span class="waiting">
                        <Icon name="waiting" small=true class="spinner"/>
                        <span class="visually-hidden">{erased(move || locale.strings().wire_searching())}</span>
                    </span>
                </Show>
                {erased(count)} " " <span class="wide-only">{erased(unit)}</span>
            </span>
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
    }
}
