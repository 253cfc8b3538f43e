//! The list of everything that passed on the wire. Only rows in sight stand in the document.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::html::Div;
use leptos::prelude::*;

use super::packet_row::PacketRow;
use super::wire_state::{WireState, use_wire};
use crate::capture::RecordId;
use crate::ui::browser::{focus_within, is_typing};
use crate::ui::components::Icon;
use crate::ui::format::grouped;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::{Store, use_store};
use crate::ui::windowed::use_windowed;

/// More rows than these come at once only in a flood, which needs no animation.
const ANIMATED: u64 = 6;

#[component]
pub fn PacketList(
    /// Whether the columns have heads.
    #[prop(default = true)]
    head: bool,
) -> impl IntoView {
    let (store, wire) = (use_store(), use_wire());
    let is_empty = Memo::new(move |_| wire.found().rows == 0);
    move || match is_empty.get() {
        true => view! { <EmptyWire store wire/> }.into_any(),
        false => view! { <Rows store wire head/> }.into_any(),
    }
}

/// What stands where the list will be.
#[component]
fn EmptyWire(store: Store, wire: WireState) -> impl IntoView {
    let locale = use_locale();
    let content = move || {
        let (strings, found) = (locale.strings(), wire.found());
        if !found.is_complete {
            return view! {
                <span class="waiting">
                    <Icon name="waiting" class="spinner"/>
                    {strings.wire_searching}
                </span>
            }
            .into_any();
        }
        if !found.is_filtered {
            let title = match found.records {
                0 => strings.wire_empty_title,
                _ => strings.wire_nothing_new,
            };
            return view! {
                <Icon name="wire"/>
                <p class="empty__title">{title}</p>
                <p class="empty__how">{strings.wire_empty_how}</p>
            }
            .into_any();
        }
        view! {
            <Icon name="search"/>
            <p class="empty__title">{strings.wire_none_title}</p>
            <p class="empty__how">
                {strings.wire_none_how(grouped(found.records as u64), wire.filter.get())}
            </p>
            <button class="button button--small" on:click=move |_| wire.filter.set(String::new())>
                {strings.wire_none_clear}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="wire-empty empty">
            {live(content)}
            <PutAway store wire/>
        </div>
    }
}

/// Tells of rows that are not shown, and brings them back.
#[component]
fn PutAway(store: Store, wire: WireState) -> impl IntoView {
    let locale = use_locale();
    let hidden = move || {
        let since = wire.since.get();
        store.with_capture(|capture| {
            let first = capture.at(0)?.id;
            let hidden = since.0.min(capture.next_id().0).saturating_sub(first.0);
            (hidden > 0).then_some(hidden)
        })
    };
    move || {
        hidden().map(|hidden| {
            view! {
                <p class="packet-list__note">
                    {locale.strings().wire_hidden(grouped(hidden))}
                    <button
                        class="button button--quiet button--small"
                        on:click=move |_| wire.since.set(RecordId(0))
                    >
                        {locale.strings().wire_show_again}
                    </button>
                </p>
            }
        })
    }
}

#[component]
fn Rows(store: Store, wire: WireState, head: bool) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let windowed = use_windowed(root);
    let found = wire.found_memo();

    let range = Memo::new(move |_| windowed.sight().rows(found.get().rows));
    let rows = Memo::new(move |_| {
        // The range alone would not tell that a filter has put other records there.
        found.track();
        let range = range.get();
        let ids: Vec<RecordId> =
            wire.with_matches(|matches| range.filter_map(|at| matches.at(at)).collect());
        ids
    });
    Effect::new(move || {
        if !rows.with(Vec::is_empty) && windowed.sight().row_height == 0.0 {
            windowed.measure();
        }
    });

    // At the end of the list the newest row stays in sight, until the learner scrolls up.
    let follows = RwSignal::new(true);
    let seen = RwSignal::new(found.get_untracked().next);
    let last_top = StoredValue::new(0);
    let looked = move |_| {
        let Some(root) = windowed.root() else { return };
        let top = root.scroll_top();
        let below = root.scroll_height() - top - root.client_height();
        let is_at_end = f64::from(below) <= untrack(|| windowed.sight()).row_height;
        // Rows that have come since do not count as scrolling up.
        let went_up = top < last_top.get_value();
        last_top.set_value(top);
        if is_at_end != follows.get_untracked() && (is_at_end || went_up) {
            follows.set(is_at_end);
            seen.set(found.get_untracked().next);
        }
    };
    let to_end = move || {
        follows.set(true);
        if let Some(root) = windowed.root() {
            root.set_scroll_top(root.scroll_height());
            windowed.measure();
        }
    };
    Effect::new(move |before: Option<u64>| {
        let found = found.get();
        if follows.get_untracked() {
            request_animation_frame(move || {
                if follows.try_get_untracked() == Some(true) {
                    to_end();
                }
            });
        } else if let (Some(root), Some(before)) = (windowed.root(), before) {
            // What the learner looks at stays where it is while rows above it go.
            let gone = found.gone.saturating_sub(before);
            if gone > 0 {
                let by = gone as f64 * untrack(|| windowed.sight()).row_height;
                root.set_scroll_top(root.scroll_top() - by as i32);
            }
        }
        found.gone
    });
    let newer = move || match follows.get() {
        true => None,
        false => {
            let rows = found.get().rows;
            rows.checked_sub(wire.with_matches(|matches| matches.position(seen.get())))
        }
        .filter(|newer| *newer > 0),
    };

    // The inspector takes room from the list: what it shows is brought back into sight.
    Effect::new(move || {
        if let Some(id) = store.selected() {
            wire.cursor.set(Some(id));
            request_animation_frame(move || {
                let position =
                    wire.with_matches(|matches| matches.contains(id).then(|| matches.position(id)));
                if let Some(position) = position {
                    windowed.reveal(position, id.0, |_| {});
                }
            });
        }
    });

    let go = move |to: Option<RecordId>| {
        let Some(id) = to else { return };
        wire.cursor.set(Some(id));
        let position = wire.with_matches(|matches| matches.position(id));
        // Reading on within the inspector leaves the focus there.
        if !is_in_inspector() {
            windowed.reveal(position, id.0, |row| focus_within(row, ".packet-row__button"));
        }
        // With the inspector open, moving through the list is reading packet after packet.
        if untrack(|| store.selected()).is_some() && wire.can_open(id) {
            store.open(id);
        }
    };
    let step = move |steps: isize| go(wire.step_from(wire.cursor.get_untracked(), steps));
    let on_list_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let page = untrack(|| windowed.sight()).page() as isize;
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "PageDown" => step(page),
            "PageUp" => step(-page),
            "Home" => go(found.get_untracked().ends.map(|(first, _)| first)),
            "End" => go(found.get_untracked().ends.map(|(_, last)| last)),
            "Escape" if untrack(|| store.selected()).is_some() => store.close_inspector(),
            _ => return,
        }
        event.prevent_default();
    };
    let handle = window_event_listener(keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if !plain || is_typing(&event) || event.default_prevented() {
            return;
        }
        match event.key().as_str() {
            "j" => step(1),
            "k" => step(-1),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());

    let cursor_is_drawn = Memo::new(move |_| {
        wire.cursor.get().is_some_and(|cursor| rows.with(|rows| rows.contains(&cursor)))
    });
    let started_at = found.get_untracked().next;
    let row = move |id: RecordId| {
        let record = store.record(id)?;
        let newest = untrack(|| found.get()).next;
        let is_new = id >= started_at && newest.0 - id.0 <= ANIMATED && follows.get_untracked();
        Some(view! {
            <PacketRow
                record
                selected=Signal::derive(move || store.selected() == Some(id))
                at_cursor=Signal::derive(move || wire.cursor.get() == Some(id))
                is_new
                on_open=Callback::new(move |id| {
                    wire.cursor.set(Some(id));
                    store.open(id);
                })
            />
        })
    };
    let dropped = move || {
        let dropped = found.get().dropped;
        (dropped > 0).then(|| {
            view! {
                <p class="packet-list__note">{locale.strings().wire_dropped(grouped(dropped))}</p>
            }
        })
    };
    view! {
        <div
            class="packet-list"
            node_ref=root
            tabindex=live(move || if cursor_is_drawn.get() { "-1" } else { "0" })
            on:scroll=looked
            on:keydown=on_list_key
        >
            {head.then(|| view! { <Heads/> })}
            {live(dropped)}
            <PutAway store wire/>
            <ol
                class="packet-list__rows"
                data-rows=""
                aria-label=live(move || locale.strings().wire_list)
                style:--count=live(move || found.get().rows.to_string())
                style:--first=live(move || range.get().start.to_string())
            >
                <For each=move || rows.get() key=|id| *id children=row/>
            </ol>
            <Show when=live(move || newer().is_some())>
                <button class="button button--small packet-list__newer" on:click=move |_| to_end()>
                    <Icon name="down" small=true/>
                    {live(move || match newer() {
                        Some(1) => locale.strings().wire_newer_one.to_owned(),
                        newer => {
                            let newer = grouped(newer.unwrap_or_default() as u64);
                            locale.strings().wire_newer_many(newer)
                        }
                    })}
                </button>
            </Show>
        </div>
    }
}

fn is_in_inspector() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| element.closest(".inspector").is_ok_and(|found| found.is_some()))
}

#[component]
fn Heads() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="packet-list__head" aria-hidden="true">
            <span>{live(move || locale.strings().wire_head_time)}</span>
            <span>{live(move || locale.strings().wire_head_way)}</span>
            <span>{live(move || locale.strings().wire_head_packet)}</span>
            <span>{live(move || locale.strings().wire_head_facts)}</span>
            <span>{live(move || locale.strings().wire_head_size)}</span>
        </div>
    }
}
